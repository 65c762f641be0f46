import { describe, expect, it } from 'vitest';
import {
  bytesToHex,
  equalBytes,
  hexToBytes,
  hexToLatin1,
  latin1ToHex,
  putLatin1,
  sha256Bytes,
  sha256Hex,
  sha256Latin1,
} from '../../../src/ledger/hash.ts';

describe('SHA-256', () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

  it('is the same hash in every form', () => {
    const bytes = Uint8Array.of(97, 98, 99);
    expect(sha256Hex(bytes)).toBe(abc);
    expect(sha256Hex('abc')).toBe(abc);
    expect(bytesToHex(sha256Bytes(bytes))).toBe(abc);
    expect(latin1ToHex(sha256Latin1(bytes))).toBe(abc);
    expect(hexToLatin1(abc)).toBe(sha256Latin1('abc'));
    const target = new Uint8Array(34);
    putLatin1(sha256Latin1(bytes), target, 1);
    expect(bytesToHex(target)).toBe(`00${abc}00`);
  });

  it('hashes the view it is given, not the buffer behind it', () => {
    expect(sha256Hex(Uint8Array.of(1, 97, 98, 99, 2).subarray(1, 4))).toBe(abc);
  });
});

describe('hex', () => {
  it('has one spelling', () => {
    expect(hexToBytes('00ff')).toEqual(Uint8Array.of(0, 255));
    expect(() => hexToBytes('00F0')).toThrow(/expected digits 0-9a-f, got "00F0"/);
    expect(() => hexToBytes('0é')).toThrow(/expected digits/);
    expect(() => hexToBytes('000')).toThrow(/even number/);
  });
});

describe('equalBytes', () => {
  it('compares length and content', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
  });
});

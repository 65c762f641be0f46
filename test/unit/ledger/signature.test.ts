import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CryptoMode, createKeyPair, verifySignature } from '../../../src/ledger/signature.ts';

const seed = new Uint8Array(32).fill(42);
const message = Uint8Array.of(1, 2, 3);

describe.each<CryptoMode>(['real', 'modelled'])('%s signatures', (mode) => {
  const pair = createKeyPair(mode, seed);
  const signature = pair.sign(message);

  it('have 32-byte keys and 64 bytes, and repeat', () => {
    expect(pair.publicKey.length).toBe(32);
    expect(signature.length).toBe(64);
    expect(createKeyPair(mode, seed).sign(message)).toEqual(signature);
    expect(createKeyPair(mode, seed).publicKey).toEqual(pair.publicKey);
  });

  it('verify, and fail for every changed bit of the signature', () => {
    expect(verifySignature(mode, pair.publicKey, message, signature)).toBe(true);
    for (let bit = 0; bit < 512; bit++) {
      const changed = signature.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(verifySignature(mode, pair.publicKey, message, changed)).toBe(false);
    }
  });

  it('fail for another message, key or length, without throwing', () => {
    const other = createKeyPair(mode, new Uint8Array(32)).publicKey;
    expect(verifySignature(mode, pair.publicKey, Uint8Array.of(1, 2), signature)).toBe(false);
    expect(verifySignature(mode, other, message, signature)).toBe(false);
    expect(verifySignature(mode, other.subarray(1), message, signature)).toBe(false);
    expect(verifySignature(mode, pair.publicKey, message, signature.subarray(1))).toBe(false);
    // No curve point has this y; a key from a damaged file must not stop a verification.
    const noPoint = new Uint8Array(32).fill(255);
    expect(verifySignature(mode, noPoint, message, signature)).toBe(false);
  });

  it('need a seed of 32 bytes', () => {
    expect(() => createKeyPair(mode, new Uint8Array(31))).toThrow(
      '"seed" expected 32 bytes, got 31',
    );
  });
});

describe('the modelled signature', () => {
  it('is SHA-256("sim" ‖ key ‖ message) and the hash of that', () => {
    const pair = createKeyPair('modelled', seed);
    const long = new Uint8Array(5_000).fill(7);
    for (const text of [message, long, new Uint8Array(0)]) {
      const sha = (...parts: (string | Uint8Array)[]) =>
        parts.reduce((h, part) => h.update(part), createHash('sha256')).digest();
      const first = sha('sim', pair.publicKey, text);
      expect(Buffer.from(pair.sign(text))).toEqual(Buffer.concat([first, sha(first)]));
    }
  });
});

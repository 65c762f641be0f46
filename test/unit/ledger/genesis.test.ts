import { describe, expect, it } from 'vitest';
import { createReader } from '../../../src/ledger/encoding.ts';
import {
  chainIdOf,
  decodeGenesis,
  encodeGenesis,
  type Genesis,
  genesisHash,
} from '../../../src/ledger/genesis.ts';
import { bytesToHex, sha256Hex } from '../../../src/ledger/hash.ts';
import { createKeyPair } from '../../../src/ledger/signature.ts';
import { toyGenesis, toySeed } from './toy-ledger.ts';

const genesis = toyGenesis('real', [createKeyPair('real', toySeed(0))]);
const decode = (bytes: Uint8Array): Genesis => decodeGenesis(createReader(bytes));

describe('a genesis', () => {
  it('decodes to what was encoded', () => {
    expect(decode(encodeGenesis(genesis))).toEqual(genesis);
    const early = { ...genesis, startEpochS: -5, utcOffsetMin: -720 };
    expect(decode(encodeGenesis(early))).toEqual(early);
  });

  it('gives the chain its id', () => {
    const encoded = encodeGenesis(genesis);
    expect(genesisHash(encoded)).toBe(sha256Hex(encoded));
    expect(bytesToHex(chainIdOf(genesisHash(encoded)))).toBe(sha256Hex(encoded).slice(0, 16));
  });

  it('does not depend on the order of parameters', () => {
    const one = {
      ...genesis,
      parameters: [
        ['b', 1],
        ['a', 2],
      ] as const,
    };
    const other = {
      ...genesis,
      parameters: [
        ['a', 2],
        ['b', 1],
      ] as const,
    };
    expect(encodeGenesis(one)).toEqual(encodeGenesis(other));
    expect(decode(encodeGenesis(one)).parameters).toEqual(other.parameters);
  });

  it('is refused with a parameter twice or more locked than owned', () => {
    const twice = {
      ...genesis,
      parameters: [
        ['a', 1],
        ['a', 2],
      ] as const,
    };
    expect(() => encodeGenesis(twice)).toThrow('"parameters" expected unique names, got "a" twice');
    const accounts = [{ ...genesis.accounts[0]!, lockedCount: 3 }];
    expect(() => encodeGenesis({ ...genesis, accounts })).toThrow(
      '"lockedCount" expected 0..2, got 3',
    );
  });

  it('is refused with an account id or a certificate twice', () => {
    const [first] = genesis.accounts;
    const second = { ...first!, id: 'b', certificates: { firstId: 1, count: 5 } };
    const free = { ...first!, certificates: { firstId: 9, count: 1 } };
    expect(() => encodeGenesis({ ...genesis, accounts: [first!, free] })).toThrow(
      '"accounts" expected unique account ids, got "node-0" twice',
    );
    expect(() => encodeGenesis({ ...genesis, accounts: [second, first!] })).toThrow(
      '"accounts" expected certificates with one owner, got 1 twice',
    );
    const apart = { ...second, certificates: { firstId: 2, count: 5 } };
    const encoded = encodeGenesis({ ...genesis, accounts: [first!, apart] });
    const idAt = encoded.lastIndexOf('b'.charCodeAt(0));
    expect(encoded[idAt - 1]).toBe(1);
    const firstIdAt = idAt + 1 + 1 + 32 + 3;
    expect(encoded[firstIdAt]).toBe(2);
    encoded[firstIdAt] = 1;
    expect(() => decode(encoded)).toThrow(/expected certificates with one owner, got 1 twice/);
  });

  it('is refused when parameters stand in another order', () => {
    const encoded = encodeGenesis({
      ...genesis,
      parameters: [
        ['a', 1],
        ['b', 2],
      ],
    });
    // The last six bytes are the two parameters: length, letter, value each.
    encoded[encoded.length - 2] = 'a'.charCodeAt(0);
    expect(() => decode(encoded)).toThrow(/parameter names in ascending order/);
  });

  it('is refused in another version or with an unknown crypto mode', () => {
    const encoded = encodeGenesis(genesis);
    expect(() => decode(Uint8Array.from([9, ...encoded.subarray(1)]))).toThrow('genesis version 1');
    const mode = encoded.slice();
    mode[1 + 4] = 2;
    expect(() => decode(mode)).toThrow('byte 5: expected a known crypto mode');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWriter, DecodeError } from '../../../src/ledger/encoding.ts';
import { bytesToHex, sha256Hex } from '../../../src/ledger/hash.ts';
import type { SpendWitness } from '../../../src/ledger/payloads/spend.ts';
import { createKeyPair } from '../../../src/ledger/signature.ts';
import {
  and,
  decodePredicate,
  encodePredicate,
  hashlock,
  holds,
  mOfN,
  or,
  type Predicate,
  predicateDefect,
  predicateLock,
  predicateSize,
  sig,
  timelock,
} from '../../../src/ledger/utxo/predicate.ts';
import {
  createWitness,
  keyHashOf,
  satisfies,
  signatureChecksMax,
} from '../../../src/ledger/utxo/witness.ts';
import {
  type Given,
  givens,
  KEY_HASHES,
  KEYS,
  oracleHolds,
  predicates,
  SECRET_HASHES,
  SECRETS,
} from './utxo-predicates.ts';

const MESSAGE = new Uint8Array(32).fill(7);
const [alice, bob, carol] = KEY_HASHES as [string, string, string];

function witnessOf(
  predicate: Predicate,
  given: Given,
  message: Uint8Array = MESSAGE,
): SpendWitness {
  const keys = given.signers.map((signer) => KEYS[signer]!);
  const secrets = given.secrets.map((secret) => SECRETS[secret]!);
  return createWitness(predicate, keys, secrets, message);
}

const context = (timestampUs: number, message: Uint8Array = MESSAGE) => ({
  message,
  timestampUs,
  cryptoMode: 'modelled' as const,
});

describe('predicates', () => {
  it('hold as their meaning says, for random trees, signers, secrets and times', () => {
    let held = 0;
    fc.assert(
      fc.property(predicates, givens, (predicate, given) => {
        const expected = oracleHolds(predicate, given);
        if (expected) held++;
        const witness = witnessOf(predicate, given);
        expect(satisfies(predicate, witness, context(given.timestampUs))).toBe(expected);
      }),
      { numRuns: 1_000, seed: 1 },
    );
    expect(held).toBeGreaterThan(200);
    expect(held).toBeLessThan(800);
  });

  it('end after at most as many questions as the tree has nodes, whatever the answers', () => {
    fc.assert(
      fc.property(predicates, fc.infiniteStream(fc.boolean()), (predicate, answers) => {
        let questions = 0;
        const ask = (): boolean => {
          questions++;
          return answers.next().value as boolean;
        };
        holds(predicate, { hasSigned: ask, isRevealed: ask, timestampUs: 5 });
        expect(questions).toBeLessThanOrEqual(predicateSize(predicate));
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  it('never become false by more signatures, secrets or time', () => {
    fc.assert(
      fc.property(predicates, givens, givens, (predicate, less, more) => {
        const union = (a: readonly number[], b: readonly number[]) => [...new Set([...a, ...b])];
        const both = {
          signers: union(less.signers, more.signers),
          secrets: union(less.secrets, more.secrets),
          timestampUs: Math.max(less.timestampUs, more.timestampUs),
        };
        if (!satisfies(predicate, witnessOf(predicate, less), context(less.timestampUs))) return;
        const witness = witnessOf(predicate, both);
        expect(satisfies(predicate, witness, context(both.timestampUs))).toBe(true);
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it('cannot tell two transactions apart that the same keys signed', () => {
    // A clearing must refuse a transaction whose outputs are not the auction's. No predicate can.
    const message = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(predicates, givens, message, message, (predicate, given, one, other) => {
        const truth = (about: Uint8Array) =>
          satisfies(predicate, witnessOf(predicate, given, about), context(3, about));
        expect(truth(one)).toBe(truth(other));
      }),
      { numRuns: 500, seed: 4 },
    );
  });

  it('have one encoding each, and bytes that are none are refused', () => {
    fc.assert(
      fc.property(predicates, fc.nat(), fc.integer({ min: 1, max: 255 }), (predicate, at, flip) => {
        const bytes = encodePredicate(predicate);
        expect(decodePredicate(bytes)).toEqual(predicate);
        const other = bytes.slice();
        other[at % bytes.length]! ^= flip;
        try {
          const read = decodePredicate(other);
          expect(read).not.toEqual(predicate);
          expect(encodePredicate(read)).toEqual(other);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
        expect(() => decodePredicate(bytes.subarray(0, bytes.length - 1))).toThrow(DecodeError);
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  it('are locked by the SHA-256 of kind and fields', () => {
    expect(bytesToHex(encodePredicate(sig(alice)))).toBe(`00${alice}`);
    expect(bytesToHex(encodePredicate(timelock(300)))).toBe('02ac02');
    expect(bytesToHex(encodePredicate(mOfN(2, [alice, bob])))).toBe(`030202${alice}${bob}`);
    const pair = encodePredicate(or(sig(alice), and(timelock(5), hashlock(SECRET_HASHES[0]!))));
    expect(bytesToHex(pair)).toBe(`050200${alice}04020205` + `01${SECRET_HASHES[0]}`);
    expect(bytesToHex(predicateLock(sig(alice)))).toBe(sha256Hex(encodePredicate(sig(alice))));
  });

  it('refuse what is out of bounds', () => {
    expect(() => sig('zz')).toThrow(RangeError);
    expect(() => timelock(-1)).toThrow(RangeError);
    expect(() => mOfN(3, [alice, bob])).toThrow('a threshold of 1 to 2 for 2 keys');
    expect(() => mOfN(0, [alice])).toThrow(RangeError);
    expect(() => mOfN(1, [alice, alice])).toThrow('different keys');
    expect(() => and(sig(alice))).toThrow('at least two parts');
    let deep: Predicate = sig(alice);
    for (let level = 0; level < 100_000; level++) deep = { kind: 'and', parts: [deep, deep] };
    expect(predicateDefect(deep)).toBe('at most 8 levels');
    const wide: Predicate = { kind: 'or', parts: Array.from({ length: 64 }, () => sig(alice)) };
    expect(predicateDefect(wide)).toBe('at most 64 nodes and keys');
    expect(predicateDefect({ ...wide, parts: wide.parts.slice(1) })).toBeUndefined();
  });

  it('bound what a decoder reads before it reads it', () => {
    const writer = createWriter(64);
    for (let level = 0; level < 9; level++) {
      writer.u8(4);
      writer.uint(2);
    }
    writer.raw(new Uint8Array(200).fill(2));
    expect(() => decodePredicate(writer.bytes())).toThrow(DecodeError);
  });
});

describe('witnesses', () => {
  const twoOfThree = mOfN(2, [alice, bob, carol]);
  const both = { signers: [0, 1], secrets: [], timestampUs: 0 };

  it('work in both crypto modes', () => {
    const key = createKeyPair('real', new Uint8Array(32).fill(9));
    const predicate = sig(keyHashOf(key.publicKey));
    const real = { message: MESSAGE, timestampUs: 0, cryptoMode: 'real' as const };
    const witness = createWitness(predicate, [key], [], MESSAGE);
    expect(satisfies(predicate, witness, real)).toBe(true);
    expect(satisfies(predicate, witness, { ...real, message: new Uint8Array(32) })).toBe(false);
  });

  it('are void by a wrong signature, evidence that is not asked for, or another order', () => {
    const witness = witnessOf(twoOfThree, both);
    expect(satisfies(twoOfThree, witness, context(0))).toBe(true);
    const signatures = [...witness.signatures];
    const forged = signatures.map(({ publicKey, signature }, i) => ({
      publicKey,
      signature: i === 0 ? signature.with(5, signature[5]! ^ 1) : signature,
    }));
    const stranger = witnessOf(sig(KEY_HASHES[4]!), { ...both, signers: [4] }).signatures[0]!;
    for (const wrong of [
      forged,
      [...signatures].reverse(),
      [signatures[0]!, signatures[0]!],
      [...signatures, stranger],
    ]) {
      expect(satisfies(twoOfThree, { ...witness, signatures: wrong }, context(0))).toBe(false);
    }
    const idle = { ...witness, preimages: [SECRETS[0]!] };
    expect(satisfies(twoOfThree, idle, context(0))).toBe(false);
  });

  it('cost at most a check for each key that the predicate names', () => {
    fc.assert(
      fc.property(predicates, givens, (predicate, given) => {
        const witness = witnessOf(predicate, given);
        expect(witness.signatures.length).toBeLessThanOrEqual(signatureChecksMax(predicate));
      }),
      { numRuns: 200, seed: 6 },
    );
    expect(signatureChecksMax(or(sig(alice), and(twoOfThree, sig(bob))))).toBe(3);
  });

  it('carry a hash time lock through: the secret before, the refund after', () => {
    const contract = or(and(hashlock(SECRET_HASHES[0]!), sig(alice)), and(timelock(10), sig(bob)));
    const truth = (signers: number[], secrets: number[], timestampUs: number) =>
      satisfies(
        contract,
        witnessOf(contract, { signers, secrets, timestampUs }),
        context(timestampUs),
      );
    expect(truth([0], [0], 5)).toBe(true);
    expect(truth([0], [], 5)).toBe(false);
    expect(truth([1], [], 9)).toBe(false);
    expect(truth([1], [], 10)).toBe(true);
  });
});

/** Keys, secrets and random predicates over them, with the truth of a predicate worked out another way. */
import fc from 'fast-check';
import { sha256Hex } from '../../../src/ledger/hash.ts';
import { createKeyPair } from '../../../src/ledger/signature.ts';
import type { Predicate } from '../../../src/ledger/utxo/predicate.ts';
import { keyHashOf } from '../../../src/ledger/utxo/witness.ts';

export const KEYS = Array.from({ length: 5 }, (_, k) =>
  createKeyPair('modelled', new Uint8Array(32).fill(k + 1)),
);
export const KEY_HASHES = KEYS.map((key) => keyHashOf(key.publicKey));
export const SECRETS = Array.from({ length: 3 }, (_, k) => new Uint8Array(32).fill(100 + k));
export const SECRET_HASHES = SECRETS.map((secret) => sha256Hex(secret));

const leaf: fc.Arbitrary<Predicate> = fc.oneof(
  fc.constantFrom(...KEY_HASHES).map((keyHash) => ({ kind: 'sig' as const, keyHash })),
  fc.constantFrom(...SECRET_HASHES).map((hash) => ({ kind: 'hashlock' as const, hash })),
  fc.nat(10).map((notBeforeUs) => ({ kind: 'timelock' as const, notBeforeUs })),
  fc
    .tuple(fc.shuffledSubarray([...KEY_HASHES], { minLength: 1 }), fc.nat())
    .map(([keyHashes, m]) => ({
      kind: 'm-of-n' as const,
      m: 1 + (m % keyHashes.length),
      keyHashes,
    })),
);

/** Predicates of up to four levels. */
export const predicates: fc.Arbitrary<Predicate> = fc.letrec<{ node: Predicate }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('node'), { minLength: 2, maxLength: 3 }),
    }),
  ),
})).node;

/** What one was given to satisfy a predicate. */
export interface Given {
  readonly signers: readonly number[];
  readonly secrets: readonly number[];
  readonly timestampUs: number;
}

export const givens: fc.Arbitrary<Given> = fc.record({
  signers: fc.subarray(KEYS.map((_, k) => k)),
  secrets: fc.subarray(SECRETS.map((_, k) => k)),
  timestampUs: fc.nat(12),
});

/** Truth of a predicate by its meaning as a sum of satisfied parts that reaches a number. */
export function oracleHolds(predicate: Predicate, given: Given): boolean {
  const [satisfied, needed] = tally(predicate, given);
  return satisfied >= needed;
}

function tally(predicate: Predicate, given: Given): [satisfied: number, needed: number] {
  const count = (flags: readonly boolean[]) => flags.filter(Boolean).length;
  const signed = (hash: string) => given.signers.some((signer) => KEY_HASHES[signer] === hash);
  switch (predicate.kind) {
    case 'sig':
      return [count([signed(predicate.keyHash)]), 1];
    case 'hashlock':
      return [count(given.secrets.map((secret) => SECRET_HASHES[secret] === predicate.hash)), 1];
    case 'timelock':
      return [given.timestampUs, predicate.notBeforeUs];
    case 'm-of-n':
      return [count(predicate.keyHashes.map(signed)), predicate.m];
    default: {
      const parts = predicate.parts.map((part) => oracleHolds(part, given));
      return [count(parts), predicate.kind === 'and' ? parts.length : 1];
    }
  }
}

/**
 * Evidence for a predicate: keys with signatures over the spend's id, and preimages. All of it must be
 * right and asked for: a signature that is not the key's, or evidence that the predicate does not name,
 * makes the witness void, so that nobody on the way can fatten a transaction, and the signature checks an
 * input costs are exactly the signatures it carries.
 */
import { DecodeError } from '../encoding.ts';
import { type HashHex, sha256Hex } from '../hash.ts';
import { PREIMAGE_BYTES, type SpendWitness } from '../payloads/spend.ts';
import { type CryptoMode, type KeyPair, verifySignature } from '../signature.ts';
import { decodePredicate, encodePredicate, holds, type Predicate } from './predicate.ts';

/** What the evidence of a witness has to be checked against. */
export interface WitnessContext {
  /** What the signatures are over: the spend's id, 32 bytes. */
  readonly message: Uint8Array;
  /** Time of the block [µs]. */
  readonly timestampUs: number;
  readonly cryptoMode: CryptoMode;
}

/** Evidence that was found right; a spend is authorised where its predicate holds on it. */
export interface Evidence {
  readonly keyHashes: ReadonlySet<HashHex>;
  readonly hashes: ReadonlySet<HashHex>;
}

/** Hash of a public key, as predicates name it. */
export const keyHashOf = (publicKey: Uint8Array): HashHex => sha256Hex(publicKey);

/**
 * Whether a witness's evidence satisfies a predicate.
 *
 * Cost: a hash and a signature check for each signature, a hash for each preimage, one walk over the tree.
 */
export function satisfies(
  predicate: Predicate,
  witness: Pick<SpendWitness, 'signatures' | 'preimages'>,
  context: WitnessContext,
): boolean {
  const evidence = readEvidence(predicate, witness, context.message, context.cryptoMode);
  return evidence !== undefined && holdsOn(predicate, evidence, context.timestampUs);
}

/** Whether a predicate holds on evidence at a block's time [µs]. */
export function holdsOn(predicate: Predicate, evidence: Evidence, timestampUs: number): boolean {
  return holds(predicate, {
    hasSigned: (keyHash) => evidence.keyHashes.has(keyHash),
    isRevealed: (hash) => evidence.hashes.has(hash),
    timestampUs,
  });
}

/**
 * Checks the evidence of a witness, which does not depend on the block.
 *
 * @returns undefined when a signature is wrong, evidence is not named by the predicate, or it does not
 *   stand in ascending order of the hashes (which also excludes repetitions).
 */
export function readEvidence(
  predicate: Predicate,
  witness: Pick<SpendWitness, 'signatures' | 'preimages'>,
  message: Uint8Array,
  cryptoMode: CryptoMode,
): Evidence | undefined {
  const named = namedBy(predicate);
  const keyHashes = new Set<HashHex>();
  let last = '';
  for (const { publicKey, signature } of witness.signatures) {
    const keyHash = keyHashOf(publicKey);
    if (keyHash <= last || !named.keyHashes.has(keyHash)) return undefined;
    if (!verifySignature(cryptoMode, publicKey, message, signature)) return undefined;
    keyHashes.add(keyHash);
    last = keyHash;
  }
  const hashes = new Set<HashHex>();
  last = '';
  for (const preimage of witness.preimages) {
    const hash = sha256Hex(preimage);
    const isRight = preimage.length === PREIMAGE_BYTES && hash > last && named.hashes.has(hash);
    if (!isRight) return undefined;
    hashes.add(hash);
    last = hash;
  }
  return { keyHashes, hashes };
}

/** Keys and hash locks that a predicate names. */
export function namedBy(predicate: Predicate): Evidence {
  const keyHashes = new Set<HashHex>();
  const hashes = new Set<HashHex>();
  const walk = (node: Predicate): void => {
    switch (node.kind) {
      case 'sig':
        keyHashes.add(node.keyHash);
        break;
      case 'hashlock':
        hashes.add(node.hash);
        break;
      case 'm-of-n':
        for (const keyHash of node.keyHashes) keyHashes.add(keyHash);
        break;
      case 'and':
      case 'or':
        node.parts.forEach(walk);
        break;
      case 'timelock':
    }
  };
  walk(predicate);
  return { keyHashes, hashes };
}

/** Most signature checks that evidence for a predicate can cost: its different keys. */
export function signatureChecksMax(predicate: Predicate): number {
  return namedBy(predicate).keyHashes.size;
}

/**
 * The witness that given keys and secrets make for a predicate: what the predicate names of them, in order.
 *
 * @param message - Id of the spend, 32 bytes.
 * @param preimages - Secrets of 32 bytes.
 */
export function createWitness(
  predicate: Predicate,
  keys: readonly KeyPair[],
  preimages: readonly Uint8Array[],
  message: Uint8Array,
): SpendWitness {
  const named = namedBy(predicate);
  return {
    predicate: encodePredicate(predicate),
    signatures: inOrder(keys, named.keyHashes, (key) => keyHashOf(key.publicKey)).map((key) => ({
      publicKey: key.publicKey,
      signature: key.sign(message),
    })),
    preimages: inOrder(preimages, named.hashes, sha256Hex),
  };
}

function inOrder<T>(
  items: readonly T[],
  named: ReadonlySet<HashHex>,
  hashOf: (item: T) => HashHex,
): T[] {
  const byHash = new Map(items.map((item) => [hashOf(item), item]));
  const known = [...named].filter((hash) => byHash.has(hash)).sort();
  return known.map((hash) => byHash.get(hash)!);
}

/** The predicate a witness shows; undefined when its bytes are none. */
export function shownPredicate(witness: SpendWitness): Predicate | undefined {
  try {
    return decodePredicate(witness.predicate);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

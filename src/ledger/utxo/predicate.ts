/**
 * Predicates: what has to be shown to spend an output. A predicate is a finite tree, and evaluating it is
 * one walk over that tree which ends by itself. It sees three things only: which keys signed the spend,
 * which secrets were shown, and the block's time. It has no variables, no loops, no memory, and it does not
 * see amounts, other outputs or other transactions; so it can say who may move a coin and when, and nothing
 * about where it goes. A contract that needs shared state has to live on the account ledger.
 *
 * Source: model §5.7. The combinators are those of Bitcoin's policies (P. Wuille, A. Poelstra, S. Kanjalkar,
 * Miniscript, 2019).
 */
import {
  type ByteReader,
  type ByteWriter,
  createReader,
  createWriter,
  DecodeError,
} from '../encoding.ts';
import { bytesToHex, HASH_BYTES, type HashHex, sha256Bytes } from '../hash.ts';

/** A condition on a spend. Hashes are 64 lower-case hex digits. */
export type Predicate =
  /** The key with this hash signed. */
  | { readonly kind: 'sig'; readonly keyHash: HashHex }
  /** A secret of 32 bytes with this hash was shown. */
  | { readonly kind: 'hashlock'; readonly hash: HashHex }
  /** The block's time is this [µs] or later. */
  | { readonly kind: 'timelock'; readonly notBeforeUs: number }
  /** At least m of these keys signed. */
  | { readonly kind: 'm-of-n'; readonly m: number; readonly keyHashes: readonly HashHex[] }
  /** All parts hold; at least two parts. */
  | { readonly kind: 'and'; readonly parts: readonly Predicate[] }
  /** Some part holds; at least two parts. */
  | { readonly kind: 'or'; readonly parts: readonly Predicate[] };

/** Kinds of predicates; the index is the code in the canonical bytes. */
export const PREDICATE_KINDS = ['sig', 'hashlock', 'timelock', 'm-of-n', 'and', 'or'] as const;

/** Most nodes of a predicate, each key of an m-of-n counting as one more. */
export const PREDICATE_SIZE_MAX = 64;
/** Most levels of a predicate; a leaf alone has one. */
export const PREDICATE_DEPTH_MAX = 8;

/** What a predicate is evaluated on. */
export interface PredicateFacts {
  /** Whether the key with this hash signed the spend. */
  hasSigned(keyHash: HashHex): boolean;
  /** Whether the preimage of this hash was shown. */
  isRevealed(hash: HashHex): boolean;
  /** Time of the block [µs]. */
  readonly timestampUs: number;
}

/** The predicate that a key signed. @param keyHash - SHA-256 of the public key, hex. */
export const sig = (keyHash: HashHex): Predicate => checked({ kind: 'sig', keyHash });

/** The predicate that a secret was shown. @param hash - SHA-256 of the 32 secret bytes, hex. */
export const hashlock = (hash: HashHex): Predicate => checked({ kind: 'hashlock', hash });

/** The predicate that the block is not before an instant [µs]. */
export const timelock = (notBeforeUs: number): Predicate =>
  checked({ kind: 'timelock', notBeforeUs });

/** The predicate that at least m of n different keys signed, 1 ≤ m ≤ n. */
export const mOfN = (m: number, keyHashes: readonly HashHex[]): Predicate =>
  checked({ kind: 'm-of-n', m, keyHashes });

/** The predicate that all of two or more parts hold. */
export const and = (...parts: readonly Predicate[]): Predicate => checked({ kind: 'and', parts });

/** The predicate that some of two or more parts holds. */
export const or = (...parts: readonly Predicate[]): Predicate => checked({ kind: 'or', parts });

/**
 * Whether a predicate holds. Total: visits each node at most once and asks at most
 * {@link PREDICATE_SIZE_MAX} questions. Monotone: more signatures, secrets or time never make it false.
 */
export function holds(predicate: Predicate, facts: PredicateFacts): boolean {
  switch (predicate.kind) {
    case 'sig':
      return facts.hasSigned(predicate.keyHash);
    case 'hashlock':
      return facts.isRevealed(predicate.hash);
    case 'timelock':
      return facts.timestampUs >= predicate.notBeforeUs;
    case 'm-of-n': {
      let signers = 0;
      for (const keyHash of predicate.keyHashes) if (facts.hasSigned(keyHash)) signers++;
      return signers >= predicate.m;
    }
    case 'and':
      for (const part of predicate.parts) if (!holds(part, facts)) return false;
      return true;
    case 'or':
      for (const part of predicate.parts) if (holds(part, facts)) return true;
      return false;
  }
}

/** Nodes of a predicate, each key of an m-of-n counting as one more. */
export function predicateSize(predicate: Predicate): number {
  if (predicate.kind === 'm-of-n') return 1 + predicate.keyHashes.length;
  if (predicate.kind !== 'and' && predicate.kind !== 'or') return 1;
  return predicate.parts.reduce((size, part) => size + predicateSize(part), 1);
}

/**
 * What is wrong with a predicate, in words, or undefined. Stops at the first level that is too deep, so that
 * a tree of any depth is safe to ask about.
 */
export function predicateDefect(predicate: Predicate): string | undefined {
  const budget = { size: PREDICATE_SIZE_MAX };
  return defectBelow(predicate, PREDICATE_DEPTH_MAX, budget);
}

function defectBelow(
  predicate: Predicate,
  levels: number,
  budget: { size: number },
): string | undefined {
  if (levels === 0) return `at most ${PREDICATE_DEPTH_MAX} levels`;
  budget.size -= predicate.kind === 'm-of-n' ? 1 + predicate.keyHashes.length : 1;
  if (budget.size < 0) return `at most ${PREDICATE_SIZE_MAX} nodes and keys`;
  switch (predicate.kind) {
    case 'sig':
      return isHash(predicate.keyHash) ? undefined : 'a key hash of 64 hex digits';
    case 'hashlock':
      return isHash(predicate.hash) ? undefined : 'a hash of 64 hex digits';
    case 'timelock':
      return predicate.notBeforeUs >= 0 && Number.isSafeInteger(predicate.notBeforeUs)
        ? undefined
        : 'a time of 0 to 2^53 - 1 microseconds';
    case 'm-of-n':
      return thresholdDefect(predicate.m, predicate.keyHashes);
    case 'and':
    case 'or':
      if (predicate.parts.length < 2) return `at least two parts of "${predicate.kind}"`;
      for (const part of predicate.parts) {
        const defect = defectBelow(part, levels - 1, budget);
        if (defect !== undefined) return defect;
      }
      return undefined;
  }
}

function thresholdDefect(m: number, keyHashes: readonly HashHex[]): string | undefined {
  if (!keyHashes.every(isHash)) return 'key hashes of 64 hex digits';
  // A key that stands twice would count twice.
  if (new Set(keyHashes).size !== keyHashes.length) return 'different keys in "m-of-n"';
  return Number.isInteger(m) && m >= 1 && m <= keyHashes.length
    ? undefined
    : `a threshold of 1 to ${keyHashes.length} for ${keyHashes.length} keys`;
}

const isHash = (text: string) => /^[0-9a-f]{64}$/.test(text);

function checked(predicate: Predicate): Predicate {
  const defect = predicateDefect(predicate);
  if (defect !== undefined) throw new RangeError(`"predicate" expected ${defect}`);
  return predicate;
}

const scratch = createWriter(512);

/**
 * Canonical bytes of a predicate: the code of its kind, then its fields; one predicate, one encoding.
 *
 * @returns New bytes, at most 2 200.
 * @throws {RangeError} on what {@link predicateDefect} finds.
 */
export function encodePredicate(predicate: Predicate): Uint8Array {
  checked(predicate);
  scratch.reset();
  write(predicate, scratch);
  return scratch.copy();
}

function write(predicate: Predicate, writer: ByteWriter): void {
  writer.u8(PREDICATE_KINDS.indexOf(predicate.kind));
  switch (predicate.kind) {
    case 'sig':
      writer.hash(predicate.keyHash);
      return;
    case 'hashlock':
      writer.hash(predicate.hash);
      return;
    case 'timelock':
      writer.uint(predicate.notBeforeUs);
      return;
    case 'm-of-n':
      writer.uint(predicate.m);
      writer.uint(predicate.keyHashes.length);
      for (const keyHash of predicate.keyHashes) writer.hash(keyHash);
      return;
    case 'and':
    case 'or':
      writer.uint(predicate.parts.length);
      for (const part of predicate.parts) write(part, writer);
  }
}

/**
 * Reads a predicate from all of `bytes`.
 *
 * @throws {DecodeError} on bytes that {@link encodePredicate} cannot have written.
 */
export function decodePredicate(bytes: Uint8Array): Predicate {
  const reader = createReader(bytes);
  const budget = { size: PREDICATE_SIZE_MAX };
  const predicate = read(reader, PREDICATE_DEPTH_MAX, budget);
  if (reader.remaining > 0) throw new DecodeError(reader.offset, 'the end of the predicate');
  return predicate;
}

function read(reader: ByteReader, levels: number, budget: { size: number }): Predicate {
  const at = reader.offset;
  const kind = PREDICATE_KINDS[reader.u8('a kind of predicate')];
  budget.size--;
  if (kind === undefined) throw new DecodeError(at, 'a known kind of predicate');
  if (levels === 0 || budget.size < 0) throw new DecodeError(at, 'a smaller predicate');
  switch (kind) {
    case 'sig':
      return { kind, keyHash: readHash(reader) };
    case 'hashlock':
      return { kind, hash: readHash(reader) };
    case 'timelock':
      return { kind, notBeforeUs: reader.uint('a time') };
    case 'm-of-n': {
      const m = reader.uint('a threshold');
      const keyHashes: HashHex[] = [];
      for (let left = reader.count(HASH_BYTES, 'a count of keys'); left > 0; left--) {
        keyHashes.push(readHash(reader));
      }
      budget.size -= keyHashes.length;
      const defect = budget.size < 0 ? 'fewer keys' : thresholdDefect(m, keyHashes);
      if (defect !== undefined) throw new DecodeError(at, defect);
      return { kind, m, keyHashes };
    }
    case 'and':
    case 'or': {
      const parts: Predicate[] = [];
      for (let left = reader.count(2, 'a count of parts'); left > 0; left--) {
        parts.push(read(reader, levels - 1, budget));
      }
      if (parts.length < 2) throw new DecodeError(at, 'at least two parts');
      return { kind, parts };
    }
  }
}

const readHash = (reader: ByteReader): HashHex => bytesToHex(reader.raw(HASH_BYTES, 'a hash'));

/** Lock of an output: SHA-256 of the canonical bytes of its predicate, 32 new bytes. */
export function predicateLock(predicate: Predicate): Uint8Array {
  return sha256Bytes(encodePredicate(predicate));
}

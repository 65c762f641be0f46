/**
 * Merkle tree of RFC 6962: leaf = H(0x00 ‖ data), node = H(0x01 ‖ left ‖ right), split at the
 * largest power of two below n. The prefixes keep a leaf from passing as a node, and no last leaf
 * is duplicated: the duplicating construction gives two lists one root (CVE-2012-2459).
 *
 * Source: RFC 6962 §2.1; verification algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2.
 */
import {
  HASH_BYTES,
  type HashHex,
  HashInput,
  type HashLatin1,
  hexToLatin1,
  latin1ToHex,
  putLatin1,
} from './hash.ts';

/** Root of the tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: HashHex =
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const NODE_BYTES = 1 + 2 * HASH_BYTES;
const nodeInput = new HashInput(NODE_BYTES, [1]);
const leafInput = new HashInput(1024, [0]);

/** Hash of one leaf, H(0x00 ‖ data). `data` may be given in up to two parts. */
export function leafHash(data: Uint8Array, tail?: Uint8Array): HashLatin1 {
  const length = 1 + data.length + (tail === undefined ? 0 : tail.length);
  leafInput.reserve(length);
  leafInput.bytes.set(data, 1);
  if (tail !== undefined) leafInput.bytes.set(tail, 1 + data.length);
  return leafInput.latin1(length);
}

/** Hash of an inner node, H(0x01 ‖ left ‖ right). */
export function nodeHash(left: HashLatin1, right: HashLatin1): HashLatin1 {
  putLatin1(left, nodeInput.bytes, 1);
  putLatin1(right, nodeInput.bytes, 1 + HASH_BYTES);
  return nodeInput.latin1(NODE_BYTES);
}

/**
 * Root over the data of the leaves, in order.
 *
 * @returns {@link EMPTY_ROOT} without leaves. Cost: 2n − 1 hashes; 4 096 leaves of 100 bytes take
 *   about 5 ms.
 */
export function merkleRoot(leaves: readonly Uint8Array[]): HashHex {
  return leaves.length === 0
    ? EMPTY_ROOT
    : merkleRootOfHashes(leaves.map((leaf) => leafHash(leaf)));
}

/** Root over leaf hashes made by {@link leafHash}, in order. Cost: n − 1 hashes. */
export function merkleRootOfHashes(leafHashes: readonly HashLatin1[]): HashHex {
  if (leafHashes.length === 0) return EMPTY_ROOT;
  return latin1ToHex(rangeRoot(leafHashes, 0, leafHashes.length));
}

/**
 * Root of leaves [from, to), at least one. Level by level with an odd last node carried up as it
 * is: the same tree as splitting at the largest power of two below the length.
 */
function rangeRoot(leafHashes: readonly HashLatin1[], from: number, to: number): HashLatin1 {
  if (to - from === 1) return leafHashes[from]!;
  const level = leafHashes.slice(from, to);
  let width = level.length;
  while (width > 1) {
    const pairs = width >> 1;
    for (let i = 0; i < pairs; i++) level[i] = nodeHash(level[2 * i]!, level[2 * i + 1]!);
    if (width % 2 === 1) level[pairs] = level[width - 1]!;
    width = pairs + (width % 2);
  }
  return level[0]!;
}

/** Largest power of two below n, n ≥ 2. */
function split(n: number): number {
  let power = 1;
  while (2 * power < n) power *= 2;
  return power;
}

/**
 * Audit path of leaf `index` in the tree over all leaf hashes, from the leaf's sibling up.
 *
 * @returns At most ⌈log2 n⌉ hashes.
 * @throws {RangeError} when `index` is not a leaf.
 */
export function inclusionProof(leafHashes: readonly HashLatin1[], index: number): HashHex[] {
  if (!(Number.isInteger(index) && index >= 0 && index < leafHashes.length)) {
    throw new RangeError(`"index" expected 0..${leafHashes.length - 1}, got ${index}`);
  }
  const path: HashHex[] = [];
  let from = 0;
  let to = leafHashes.length;
  while (to - from > 1) {
    const middle = from + split(to - from);
    const left = index < middle;
    path.push(
      latin1ToHex(left ? rangeRoot(leafHashes, middle, to) : rangeRoot(leafHashes, from, middle)),
    );
    if (left) to = middle;
    else from = middle;
  }
  return path.reverse();
}

/**
 * Root that a leaf hash at `index` of `size` leaves implies with an audit path.
 *
 * @returns undefined when the path has the wrong length or `index` is not below `size`.
 */
export function rootFromInclusion(
  leaf: HashLatin1,
  index: number,
  size: number,
  path: readonly HashLatin1[],
): HashLatin1 | undefined {
  if (!(Number.isSafeInteger(size) && Number.isInteger(index) && index >= 0 && index < size)) {
    return undefined;
  }
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      // A last node without a sibling is carried up until it is a right child.
      while (node % 2 === 0 && node !== 0) {
        node = node / 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : undefined;
}

/**
 * True when `path` proves that the leaf hash stands at `index` of the `size` leaves under `root`.
 */
export function verifyInclusion(
  root: HashHex,
  size: number,
  index: number,
  leaf: HashLatin1,
  path: readonly HashHex[],
): boolean {
  const implied = rootFromInclusion(leaf, index, size, path.map(hexToLatin1));
  return implied !== undefined && latin1ToHex(implied) === root;
}

/**
 * Proof that the tree over the first `first` leaves is a prefix of the tree over all of them.
 *
 * @returns No hashes when `first` is the whole tree.
 * @throws {RangeError} unless 1 ≤ first ≤ number of leaves.
 */
export function consistencyProof(leafHashes: readonly HashLatin1[], first: number): HashHex[] {
  if (!(Number.isInteger(first) && first >= 1 && first <= leafHashes.length)) {
    throw new RangeError(`"first" expected 1..${leafHashes.length}, got ${first}`);
  }
  const path: HashLatin1[] = [];
  let from = 0;
  let to = leafHashes.length;
  let wholeSubtree = true;
  while (first !== to) {
    const middle = from + split(to - from);
    if (first <= middle) {
      path.push(rangeRoot(leafHashes, middle, to));
      to = middle;
    } else {
      path.push(rangeRoot(leafHashes, from, middle));
      from = middle;
      wholeSubtree = false;
    }
  }
  if (!wholeSubtree) path.push(rangeRoot(leafHashes, from, to));
  return path.reverse().map(latin1ToHex);
}

/**
 * True when `path` proves that `firstRoot` over `first` leaves is a prefix of `root` over `size`.
 */
export function verifyConsistency(
  firstRoot: HashHex,
  first: number,
  root: HashHex,
  size: number,
  path: readonly HashHex[],
): boolean {
  if (!(Number.isSafeInteger(first) && Number.isSafeInteger(size) && first >= 1 && first <= size)) {
    return false;
  }
  if (first === size) return path.length === 0 && firstRoot === root;
  const hashes = path.map(hexToLatin1);
  // A first tree that is a complete subtree is its own starting point and is not in the path.
  if (split(first + 1) === first) hashes.unshift(hexToLatin1(firstRoot));
  let node = first - 1;
  let last = size - 1;
  while (node % 2 === 1) {
    node = (node - 1) / 2;
    last = Math.floor(last / 2);
  }
  if (hashes.length === 0) return false;
  let firstHash = hashes[0]!;
  let hash = hashes[0]!;
  for (let i = 1; i < hashes.length; i++) {
    const sibling = hashes[i]!;
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      firstHash = nodeHash(sibling, firstHash);
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node = node / 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && latin1ToHex(firstHash) === firstRoot && latin1ToHex(hash) === root;
}

import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../src/ledger/hash.ts';
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  leafHash,
  merkleRoot,
  merkleRootOfHashes,
  rootFromInclusion,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/ledger/merkle.ts';

const leaves = Array.from({ length: 9 }, (_, i) => Uint8Array.of(i));
const hashes = leaves.map((leaf) => leafHash(leaf));

describe('the Merkle tree', () => {
  it('has the hash of nothing as its empty root', () => {
    expect(merkleRoot([])).toBe(EMPTY_ROOT);
    expect(merkleRootOfHashes([])).toBe(EMPTY_ROOT);
    expect(sha256Hex('')).toBe(EMPTY_ROOT);
  });

  it('gives a list and the list with its last leaf repeated different roots', () => {
    for (let size = 1; size < leaves.length; size++) {
      const list = leaves.slice(0, size);
      expect(merkleRoot([...list, list.at(-1)!])).not.toBe(merkleRoot(list));
      expect(merkleRoot([...list, ...list])).not.toBe(merkleRoot(list));
    }
  });

  it('does not take a node for a leaf', () => {
    const pair = Uint8Array.from([...hashes[0]!, ...hashes[1]!], (c) => c.charCodeAt(0));
    expect(merkleRoot([pair])).not.toBe(merkleRoot(leaves.slice(0, 2)));
  });

  it('hashes a leaf given in two parts as one', () => {
    expect(leafHash(Uint8Array.of(1, 2), Uint8Array.of(3))).toBe(leafHash(Uint8Array.of(1, 2, 3)));
    const long = new Uint8Array(5_000).fill(3);
    expect(leafHash(long)).toBe(leafHash(long.subarray(0, 10), long.subarray(10)));
  });
});

describe('proofs', () => {
  it('refuse another leaf, position, size, root or path', () => {
    const root = merkleRoot(leaves);
    const path = inclusionProof(hashes, 4);
    expect(verifyInclusion(root, 9, 4, hashes[4]!, path)).toBe(true);
    expect(verifyInclusion(root, 9, 4, hashes[5]!, path)).toBe(false);
    expect(verifyInclusion(root, 9, 5, hashes[4]!, path)).toBe(false);
    expect(verifyInclusion(root, 17, 4, hashes[4]!, path)).toBe(false);
    expect(verifyInclusion(EMPTY_ROOT, 9, 4, hashes[4]!, path)).toBe(false);
    expect(verifyInclusion(root, 9, 4, hashes[4]!, path.slice(1))).toBe(false);
    expect(verifyInclusion(root, 9, 4, hashes[4]!, [...path, root])).toBe(false);
    expect(verifyInclusion(root, 9, 4, hashes[4]!, path.toReversed())).toBe(false);
    expect(verifyInclusion(root, 9, 9, hashes[4]!, path)).toBe(false);
    expect(rootFromInclusion(hashes[4]!, -1, 9, [])).toBeUndefined();
  });

  it('of consistency refuse other sizes, roots and paths', () => {
    const root = merkleRoot(leaves);
    const first = merkleRoot(leaves.slice(0, 6));
    const path = consistencyProof(hashes, 6);
    expect(verifyConsistency(first, 6, root, 9, path)).toBe(true);
    expect(verifyConsistency(root, 6, root, 9, path)).toBe(false);
    expect(verifyConsistency(first, 6, first, 9, path)).toBe(false);
    expect(verifyConsistency(first, 5, root, 9, path)).toBe(false);
    expect(verifyConsistency(first, 6, root, 8, path)).toBe(false);
    expect(verifyConsistency(first, 6, root, 18, path)).toBe(false);
    expect(verifyConsistency(first, 6, root, 9, path.slice(1))).toBe(false);
    expect(verifyConsistency(first, 6, root, 9, [])).toBe(false);
    expect(verifyConsistency(first, 6, root, 5, path)).toBe(false);
    expect(verifyConsistency(root, 9, root, 9, [])).toBe(true);
    expect(verifyConsistency(root, 9, root, 9, path)).toBe(false);
    expect(verifyConsistency(EMPTY_ROOT, 0, root, 9, [])).toBe(false);
  });

  it('are refused for leaves that do not exist', () => {
    expect(() => inclusionProof(hashes, 9)).toThrow(/"index" expected 0\.\.8, got 9/);
    expect(() => consistencyProof(hashes, 0)).toThrow(/"first" expected 1\.\.9, got 0/);
  });
});

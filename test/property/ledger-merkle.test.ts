import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  merkleRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../src/ledger/merkle.ts';

/** RFC 6962 §2.1 as it is written: the slow oracle. */
function slowRoot(leaves: readonly Uint8Array[]): Buffer {
  const sha = (...parts: Uint8Array[]): Buffer =>
    createHash('sha256').update(Buffer.concat(parts)).digest();
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Uint8Array.of(0), leaves[0]!);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(Uint8Array.of(1), slowRoot(leaves.slice(0, k)), slowRoot(leaves.slice(k)));
}

const leafList = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 70 });
const otherHash = (hash: string): string => (hash.startsWith('0') ? '1' : '0') + hash.slice(1);

describe('ledger Merkle tree', () => {
  it('has the root that RFC 6962 defines', () => {
    fc.assert(
      fc.property(leafList, (leaves) => {
        expect(merkleRoot(leaves)).toBe(slowRoot(leaves).toString('hex'));
      }),
    );
    const long = Array.from({ length: 1_000 }, (_, i) => Uint8Array.of(i, i >> 8));
    expect(merkleRoot(long)).toBe(slowRoot(long).toString('hex'));
  });

  it('proves every leaf by at most ceil(log2 n) hashes, and no changed path', () => {
    fc.assert(
      fc.property(leafList, fc.nat(), fc.nat(), (leaves, pick, damage) => {
        const hashes = leaves.map((leaf) => leafHash(leaf));
        const root = merkleRoot(leaves);
        const index = pick % leaves.length;
        const path = inclusionProof(hashes, index);
        expect(2 ** Math.max(0, path.length - 1)).toBeLessThan(Math.max(2, leaves.length));
        expect(verifyInclusion(root, leaves.length, index, hashes[index]!, path)).toBe(true);
        expect(
          verifyInclusion(
            root,
            leaves.length,
            index,
            leafHash(Uint8Array.of(...leaves[index]!, 1)),
            path,
          ),
        ).toBe(false);
        if (path.length === 0) return;
        const changed = path.with(damage % path.length, otherHash(path[damage % path.length]!));
        expect(verifyInclusion(root, leaves.length, index, hashes[index]!, changed)).toBe(false);
      }),
    );
  });

  it('proves every prefix, and no changed path or root', () => {
    fc.assert(
      fc.property(leafList, fc.nat(), fc.nat(), (leaves, pick, damage) => {
        const hashes = leaves.map((leaf) => leafHash(leaf));
        const size = leaves.length;
        const root = merkleRoot(leaves);
        const first = 1 + (pick % size);
        const firstRoot = merkleRoot(leaves.slice(0, first));
        const path = consistencyProof(hashes, first);
        expect(verifyConsistency(firstRoot, first, root, size, path)).toBe(true);
        expect(verifyConsistency(otherHash(firstRoot), first, root, size, path)).toBe(false);
        expect(verifyConsistency(firstRoot, first, otherHash(root), size, path)).toBe(false);
        if (path.length === 0) return;
        const changed = path.with(damage % path.length, otherHash(path[damage % path.length]!));
        expect(verifyConsistency(firstRoot, first, root, size, changed)).toBe(false);
      }),
    );
  });

  it('has another root for any changed, moved, dropped or repeated leaf', () => {
    fc.assert(
      fc.property(leafList, fc.nat(), fc.nat(), (leaves, pick, other) => {
        const root = merkleRoot(leaves);
        const index = pick % leaves.length;
        const leaf = leaves[index]!;
        expect(merkleRoot(leaves.with(index, Uint8Array.of(...leaf, 1)))).not.toBe(root);
        expect(merkleRoot(leaves.toSpliced(index, 1))).not.toBe(root);
        expect(merkleRoot(leaves.toSpliced(index, 0, leaf))).not.toBe(root);
        const partner = leaves[other % leaves.length]!;
        if (Buffer.compare(leaf, partner) === 0) return;
        const swapped = leaves.with(index, partner).with(other % leaves.length, leaf);
        expect(merkleRoot(swapped)).not.toBe(root);
      }),
    );
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  bytesToHex,
  hexToBytes,
  hexToLatin1,
  sha256Bytes,
  sha256Hex,
} from '../../src/ledger/hash.ts';
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  merkleRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../src/ledger/merkle.ts';
import { createKeyPair, verifySignature } from '../../src/ledger/signature.ts';

interface Vectors {
  sha256: [input: string, hash: string][];
  dsha256: [input: string, hash: string][];
  bitcoin_blocks: { height: number; hash: string; header_hex: string }[];
  bitcoin_merkle_odd: { txids: string[] };
  rfc6962: {
    leaf_inputs_hex: string[];
    roots: { size: number; root: string }[];
    inclusion: { leaf_index: number; tree_size: number; proof: string[] }[];
    consistency: { first: number; second: number; proof: string[] }[];
  };
  ed25519_rfc8032: { secret: string; public: string; message: string; signature: string }[];
}

const file = fileURLToPath(
  new URL('../../../shared/reference/crypto_vectors.json', import.meta.url),
);
if (!existsSync(file)) console.log(`skipped, no reference file ${file}`);
const vectors: Vectors = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;

const bytes = (text: string): Uint8Array =>
  new TextEncoder().encode(text === 'a*1e6' ? 'a'.repeat(1e6) : text);
const flip = (data: Uint8Array, bit: number): Uint8Array => {
  const changed = data.slice();
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
};
const flipHex = (hex: string, bit: number): string => bytesToHex(flip(hexToBytes(hex), bit));

describe.skipIf(!existsSync(file))('published vectors', () => {
  it('SHA-256 of FIPS 180-4, and applied twice', () => {
    for (const [input, hash] of vectors.sha256) expect(sha256Hex(bytes(input))).toBe(hash);
    for (const [input, hash] of vectors.dsha256) {
      expect(sha256Hex(sha256Bytes(bytes(input)))).toBe(hash);
    }
  });

  it('Bitcoin block hashes are the double SHA-256 of their headers', () => {
    for (const block of vectors.bitcoin_blocks) {
      const hash = sha256Bytes(sha256Bytes(hexToBytes(block.header_hex))).toReversed();
      expect(bytesToHex(hash)).toBe(block.hash);
    }
  });

  it('CVE-2012-2459: a repeated last transaction changes the root', () => {
    const ids = vectors.bitcoin_merkle_odd.txids.map(hexToBytes);
    expect(merkleRoot([...ids, ids.at(-1)!])).not.toBe(merkleRoot(ids));
  });

  it('RFC 6962 roots, inclusion and consistency proofs of transparency-dev/merkle', () => {
    const { leaf_inputs_hex, roots, inclusion, consistency } = vectors.rfc6962;
    const leaves = leaf_inputs_hex.map(hexToBytes);
    const hashes = leaves.map((leaf) => leafHash(leaf));
    const rootOf = (size: number): string => merkleRoot(leaves.slice(0, size));
    for (const { size, root } of roots) expect(rootOf(size)).toBe(root);
    for (const { leaf_index: index, tree_size: size, proof } of inclusion) {
      const path = inclusionProof(hashes.slice(0, size), index);
      expect(path).toEqual(proof);
      expect(verifyInclusion(rootOf(size), size, index, hashes[index]!, path)).toBe(true);
    }
    for (const { first, second, proof } of consistency) {
      expect(consistencyProof(hashes.slice(0, second), first)).toEqual(proof);
      expect(verifyConsistency(rootOf(first), first, rootOf(second), second, proof)).toBe(true);
    }
  });

  it('RFC 6962 proofs with a flipped bit, swapped siblings or a wrong size are refused', () => {
    const { leaf_inputs_hex, inclusion, consistency } = vectors.rfc6962;
    const leaves = leaf_inputs_hex.map(hexToBytes);
    const rootOf = (size: number): string => merkleRoot(leaves.slice(0, size));
    const { leaf_index: index, tree_size: size, proof } = inclusion[2]!;
    const leaf = leafHash(leaves[index]!);
    const root = rootOf(size);
    for (let bit = 0; bit < 256; bit++) {
      const changedLeaf = hexToLatin1(flipHex(bytesToHex(Buffer.from(leaf, 'latin1')), bit));
      expect(verifyInclusion(root, size, index, changedLeaf, proof)).toBe(false);
      for (let i = 0; i < proof.length; i++) {
        const changed = proof.with(i, flipHex(proof[i]!, bit));
        expect(verifyInclusion(root, size, index, leaf, changed)).toBe(false);
      }
    }
    const swapped = [proof[1]!, proof[0]!, proof[2]!];
    expect(verifyInclusion(root, size, index, leaf, swapped)).toBe(false);
    // As transparency-dev's negative cases: twice and half the size, and a neighbouring position.
    expect(verifyInclusion(root, 2 * size, index, leaf, proof)).toBe(false);
    expect(verifyInclusion(root, size / 2, index, leaf, proof)).toBe(false);
    expect(verifyInclusion(root, size, index - 1, leaf, proof)).toBe(false);
    const step = consistency[2]!;
    for (let i = 0; i < step.proof.length; i++) {
      const changed = step.proof.with(i, flipHex(step.proof[i]!, 8 * i));
      expect(verifyConsistency(rootOf(6), 6, rootOf(8), 8, changed)).toBe(false);
    }
    expect(verifyConsistency(rootOf(6), 6, rootOf(8), 16, step.proof)).toBe(false);
    expect(verifyConsistency(rootOf(6), 5, rootOf(8), 8, step.proof)).toBe(false);
  });

  it('Ed25519 of RFC 8032 §7.1: keys, signatures and verification', () => {
    for (const vector of vectors.ed25519_rfc8032) {
      const pair = createKeyPair('real', hexToBytes(vector.secret));
      const message = hexToBytes(vector.message);
      const signature = hexToBytes(vector.signature);
      expect(bytesToHex(pair.publicKey)).toBe(vector.public);
      expect(bytesToHex(pair.sign(message))).toBe(vector.signature);
      expect(verifySignature('real', pair.publicKey, message, signature)).toBe(true);
      expect(verifySignature('real', pair.publicKey, message, flip(signature, 77))).toBe(false);
      if (message.length > 0) {
        expect(verifySignature('real', pair.publicKey, flip(message, 3), signature)).toBe(false);
      }
    }
  });
});

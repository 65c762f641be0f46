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
  merkleRootOfHashes,
  verifyConsistency,
  verifyInclusion,
} from '../../src/ledger/merkle.ts';
import { createKeyPair, verifySignature } from '../../src/ledger/signature.ts';
import {
  bitcoinHeader,
  bitcoinRoot,
  bitcoinTarget,
  doubleSha256,
  isBitcoinBlockBody,
  toDisplay,
} from './bitcoin-merkle.ts';

interface Vectors {
  sha256: [input: string, hash: string][];
  dsha256: [input: string, hash: string][];
  bitcoin_blocks: {
    height: number;
    version: number;
    prev: string;
    txids: string[];
    merkle_root: string;
    time: number;
    bits: number;
    nonce: number;
    hash: string;
    header_hex: string;
  }[];
  bitcoin_block_125552: {
    version: number;
    prev: string;
    merkle_root: string;
    time: number;
    bits_hex: string;
    nonce: number;
    computed_hash: string;
    difficulty: number;
  };
  bitcoin_merkle_odd: { txids: string[]; root3: string; root_with_dup4: string };
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
/** The same signature with the group order added to its s: refused by RFC 8032 §5.1.7. */
function addOrder(signature: Uint8Array): Uint8Array {
  const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
  const littleEndian = bytesToHex(signature.slice(32).reverse());
  const sum = (BigInt(`0x${littleEndian}`) + order).toString(16).padStart(64, '0');
  return Uint8Array.from([...signature.slice(0, 32), ...hexToBytes(sum).reverse()]);
}
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

  it('Bitcoin headers are their fields, and their roots those of their transactions', () => {
    for (const {
      height,
      txids,
      header_hex,
      hash,
      merkle_root,
      ...fields
    } of vectors.bitcoin_blocks) {
      const { root } = bitcoinRoot(txids);
      expect(bytesToHex(bitcoinHeader({ ...fields, root })), `block ${height}`).toBe(header_hex);
      expect(root).toBe(merkle_root);
      expect(isBitcoinBlockBody(txids, root)).toBe(true);
      expect(isBitcoinBlockBody([...txids, txids[0]!], root)).toBe(false);
      expect(BigInt(`0x${hash}`) <= bitcoinTarget(fields.bits)).toBe(true);
    }
  });

  it('Bitcoin block 125552: hash, difficulty, and any changed bit of the header', () => {
    const {
      merkle_root: root,
      bits_hex,
      computed_hash,
      difficulty,
      ...fields
    } = vectors.bitcoin_block_125552;
    const bits = Number.parseInt(bits_hex, 16);
    const header = bitcoinHeader({ ...fields, root, bits });
    expect(header).toHaveLength(80);
    expect(toDisplay(doubleSha256(header))).toBe(computed_hash);
    const ratio = Number((bitcoinTarget(0x1d00_ffff) * 10n ** 8n) / bitcoinTarget(bits)) / 1e8;
    expect(ratio).toBeCloseTo(difficulty, 6);
    expect(BigInt(`0x${computed_hash}`) <= bitcoinTarget(bits)).toBe(true);
    for (let bit = 0; bit < 8 * header.length; bit++) {
      const hash = toDisplay(doubleSha256(flip(header, bit)));
      expect(BigInt(`0x${hash}`) <= bitcoinTarget(bits)).toBe(false);
    }
  });

  it('CVE-2012-2459: two lists with one root in Bitcoin, of which one is refused', () => {
    const { txids, root3, root_with_dup4 } = vectors.bitcoin_merkle_odd;
    const repeated = [...txids, txids.at(-1)!];
    expect(root_with_dup4).toBe(root3);
    expect(bitcoinRoot(txids)).toEqual({ root: root3, isMutated: false });
    expect(bitcoinRoot(repeated)).toEqual({ root: root3, isMutated: true });
    expect(isBitcoinBlockBody(txids, root3)).toBe(true);
    expect(isBitcoinBlockBody(repeated, root3)).toBe(false);
    // A repeated pair at the level above is the same trick: six of three pairs, then eight.
    const six = [...txids, ...txids.map((hex) => flipHex(hex, 0))];
    const eight = [...six, ...six.slice(4)];
    expect(bitcoinRoot(eight).root).toBe(bitcoinRoot(six).root);
    expect(isBitcoinBlockBody(six, bitcoinRoot(six).root)).toBe(true);
    expect(isBitcoinBlockBody(eight, bitcoinRoot(six).root)).toBe(false);
  });

  it('CVE-2012-2459: in the program’s tree a repeated tail changes the root, at every size', () => {
    const ids = vectors.bitcoin_merkle_odd.txids.map(hexToBytes);
    expect(merkleRoot([...ids, ids.at(-1)!])).not.toBe(merkleRoot(ids));
    for (let size = 1; size <= 33; size++) {
      const leaves = Array.from({ length: size }, (_, k) => Uint8Array.of(k));
      for (let tail = 1; tail <= size; tail++) {
        expect(merkleRoot([...leaves, ...leaves.slice(-tail)])).not.toBe(merkleRoot(leaves));
      }
    }
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

  it('every family of the file is looked at; secp256k1 is no signature of the program', () => {
    const looked = [
      'sha256',
      'dsha256',
      'bitcoin_blocks',
      'bitcoin_block_125552',
      'bitcoin_merkle_odd',
      'rfc6962',
      'ed25519_rfc8032',
    ];
    expect(Object.keys(vectors).filter((name) => !looked.includes(name))).toEqual(['secp256k1']);
    expect(vectors.rfc6962.roots.map(({ size }) => size)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('RFC 6962 proofs of every leaf and prefix of every size up to 40, and nothing shifted', () => {
    const leaves = Array.from({ length: 40 }, (_, k) => leafHash(Uint8Array.of(k)));
    const rootOf = (size: number) => merkleRootOfHashes(leaves.slice(0, size));
    for (let size = 1; size <= 40; size++) {
      for (let index = 0; index < size; index++) {
        const path = inclusionProof(leaves.slice(0, size), index);
        expect(path.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
        expect(verifyInclusion(rootOf(size), size, index, leaves[index]!, path)).toBe(true);
        const other = leaves[(index + 1) % size]!;
        if (size > 1) expect(verifyInclusion(rootOf(size), size, index, other, path)).toBe(false);
        const long = [...path, rootOf(size)];
        expect(verifyInclusion(rootOf(size), size, index, leaves[index]!, long)).toBe(false);
      }
      for (let first = 1; first <= size; first++) {
        const path = consistencyProof(leaves.slice(0, size), first);
        const holds = (a: number, b: number) =>
          verifyConsistency(rootOf(a), first, rootOf(b), size, path);
        expect(holds(first, size)).toBe(true);
        if (first > 1) expect(holds(first - 1, size)).toBe(false);
        if (first < size) expect(holds(first, size - 1)).toBe(false);
      }
    }
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
      // Another key, and an s that is not reduced modulo the group order (malleability).
      const other = flip(pair.publicKey, 3);
      expect(verifySignature('real', other, message, signature)).toBe(false);
      expect(verifySignature('real', pair.publicKey, message, addOrder(signature))).toBe(false);
      if (message.length > 0) {
        expect(verifySignature('real', pair.publicKey, flip(message, 3), signature)).toBe(false);
      }
    }
  });
});

/**
 * Bitcoin's Merkle tree and header, which the program does not use: double SHA-256, no prefixes, and an odd
 * last node paired with itself. That pairing lets two lists of transactions share a root (CVE-2012-2459), so
 * that a verifier has to refuse a list whose tail repeats; here it does.
 */
import { bytesToHex, hexToBytes, sha256Bytes } from '../../src/ledger/hash.ts';

/** Double SHA-256. */
export const doubleSha256 = (bytes: Uint8Array): Uint8Array => sha256Bytes(sha256Bytes(bytes));

/** Bytes of a hash as Bitcoin prints it: last byte first. */
const fromDisplay = (hex: string): Uint8Array => hexToBytes(hex).reverse();
/** A hash as Bitcoin prints it. */
export const toDisplay = (bytes: Uint8Array): string => bytesToHex(bytes.slice().reverse());

/** Root over transaction ids as printed, and whether some level pairs two equal neighbours. */
export function bitcoinRoot(txids: readonly string[]): { root: string; isMutated: boolean } {
  let level = txids.map(fromDisplay);
  let isMutated = false;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i]!;
      const right = level[i + 1];
      // A node that stands beside itself in the list is a tail that somebody repeated.
      if (right !== undefined && bytesToHex(left) === bytesToHex(right)) isMutated = true;
      above.push(doubleSha256(Uint8Array.from([...left, ...(right ?? left)])));
    }
    level = above;
  }
  return { root: toDisplay(level[0]!), isMutated };
}

/** Whether a list of transaction ids is the one that a root stands for. */
export function isBitcoinBlockBody(txids: readonly string[], root: string): boolean {
  const found = bitcoinRoot(txids);
  return found.root === root && !found.isMutated;
}

/** Fields of a block header. */
export interface BitcoinHeader {
  readonly version: number;
  readonly prev: string;
  readonly root: string;
  readonly time: number;
  readonly bits: number;
  readonly nonce: number;
}

const le32 = (value: number) =>
  Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);

/** The 80 bytes of a header. */
export function bitcoinHeader({
  version,
  prev,
  root,
  time,
  bits,
  nonce,
}: BitcoinHeader): Uint8Array {
  return Uint8Array.from([
    ...le32(version),
    ...fromDisplay(prev),
    ...fromDisplay(root),
    ...le32(time),
    ...le32(bits),
    ...le32(nonce),
  ]);
}

/** Target of compact bits. */
export function bitcoinTarget(bits: number): bigint {
  return BigInt(bits & 0xff_ffff) << BigInt(8 * ((bits >>> 24) - 3));
}

/**
 * What it costs somebody outside to establish what a home's meter reported on some slots (model R55), in bytes
 * to fetch and in hashes and signatures to check, counted while the evidence is checked. The same question is
 * put to three ways of keeping readings: every reading on the chain, only their root, and a database, whose
 * answer cannot be checked at all.
 */
import { encodeHeader } from '../ledger/block.ts';
import { createWriter } from '../ledger/encoding.ts';
import { HASH_BYTES } from '../ledger/hash.ts';
import { type LedgerBlockView, openLedger } from '../ledger/ledger-file.ts';
import { inclusionProof, leafHash, verifyInclusion } from '../ledger/merkle.ts';
import { readMeterLeaf } from '../ledger/payloads/meter-leaf.ts';
import { SIGNATURE_BYTES, verifySignature } from '../ledger/signature.ts';
import { type SignedLeaf, transactionLeaf } from '../ledger/transactions.ts';
import { QUALITY } from '../metering/quality.ts';
import type { TracedLedger } from './trace-ledger.ts';
import {
  type AnchoredReads,
  anchoredReads,
  proveReadingOf,
  type ReadingSource,
} from './trace-meters.ts';
import type { TraceNode } from './trace-tree.ts';

/** How readings are kept. */
export type AuditWay = 'full' | 'root' | 'database';

/** Cost of establishing readings one way. */
export interface AuditCost {
  readonly way: AuditWay;
  /** Bytes of headers, transactions and paths in blocks, from any full node [byte]. */
  readonly chainBytes: number;
  /** Bytes that only the operator of the meters has: readings, their signatures and paths [byte]. */
  readonly operatorBytes: number;
  readonly hashes: number;
  readonly signatures: number;
  /** Readings that were established, and those whose evidence does not hold. */
  readonly proved: number;
  readonly refuted: number;
}

/** What is asked: the readings of one home. */
export interface AuditQuestion {
  readonly home: string;
  readonly slots: readonly number[];
}

/** CPU time of a signature check and of a hash [us]: the defaults of a scenario and of the hash module. */
const SIGNATURE_US = 150;
const HASH_US = 0.41;

/** CPU time of an audit on one core [us]. */
export const auditTimeUs = ({ hashes, signatures }: AuditCost): number =>
  Math.round(SIGNATURE_US * signatures + HASH_US * hashes);

/** An audit in words. */
export function auditNode(question: AuditQuestion, costs: readonly AuditCost[]): TraceNode {
  const { home, slots } = question;
  const span = slots.length === 0 ? 'no slots' : `slots ${slots[0]} to ${slots.at(-1)}`;
  return {
    kind: 'audit',
    text: `readings of ${home}, ${span}`,
    children: costs.map((cost) => ({
      kind: cost.way === 'database' ? 'a database' : `this ledger (${cost.way})`,
      text:
        `${cost.chainBytes} bytes of the chain, ${cost.operatorBytes} of the operator, ` +
        `${cost.hashes} hashes, ${cost.signatures} signatures, ${auditTimeUs(cost)} us; ` +
        (cost.way === 'database'
          ? 'nothing can be proved or refuted'
          : `${cost.proved} readings proved, ${cost.refuted} refuted`),
    })),
  };
}

/** Bytes of a reading in a database: three energies and the quality, as the leaf encodes them. */
const readingBytes = (leaf: Uint8Array) => leaf.length;

/**
 * Costs of an audit. A full chain answers from its blocks. A chain with roots answers with the operator's
 * help, who cannot answer wrongly without being found out. A database answers whatever it holds.
 *
 * @param bytes - The ledger file that `ledger` was traced from.
 * @param source - What the operator says the readings are.
 */
export function auditCosts(
  bytes: Uint8Array,
  ledger: TracedLedger,
  source: ReadingSource,
  question: AuditQuestion,
): readonly AuditCost[] {
  const anchors = question.slots.flatMap((slot) => {
    const anchored = anchoredReads(ledger, slot);
    return anchored === undefined ? [] : [{ slot, anchored }];
  });
  const heights = new Set(anchors.map(({ anchored }) => anchored.tx.block));
  const chain = walkHeaders(bytes, heights);
  const isFull = anchors.some(({ anchored }) => anchored.leaves !== undefined);
  const way = isFull ? 'full' : 'root';
  const counts = {
    chainBytes: chain.bytes,
    operatorBytes: 0,
    hashes: chain.headers,
    signatures: chain.headers,
    proved: 0,
    refuted: 0,
  };
  let databaseBytes = 0;
  for (const { slot, anchored } of anchors) {
    const block = chain.blocks.get(anchored.tx.block)!;
    const inBlock = provePlace(block, anchored);
    counts.chainBytes += inBlock.bytes;
    counts.hashes += inBlock.hashes;
    counts.signatures++;
    const reading = proveReadingOf(ledger, source, slot, question.home, anchored);
    if (reading === undefined) continue;
    const own = reading.leaves[reading.index]!;
    databaseBytes += readingBytes(own.leaf);
    counts.signatures++;
    if (!isFull) {
      counts.operatorBytes += own.leaf.length + SIGNATURE_BYTES + HASH_BYTES * reading.path.length;
      counts.hashes += 1 + reading.path.length;
    }
    const claimed = source.readingsOf(slot).find(({ home }) => home === question.home);
    const isSame = sameReading(own.leaf, claimed);
    const isSigned = isSignedReading(ledger, own);
    if (inBlock.isThere && reading.isProved && isSame && isSigned) counts.proved++;
    else counts.refuted++;
  }
  const database = { chainBytes: 0, operatorBytes: databaseBytes, hashes: 0, signatures: 0 };
  return [
    { way, ...counts },
    { way: 'database', ...database, proved: 0, refuted: 0 },
  ];
}

/** Whether its meter signed a reading, or the head-end one that it estimated. */
function isSignedReading({ genesis, accountOf, state }: TracedLedger, own: SignedLeaf): boolean {
  const reading = readMeterLeaf(own.leaf);
  if (reading === undefined) return false;
  const isActual = reading.quality === QUALITY.actual;
  const signer = isActual ? accountOf(reading.meterId) : state.rules.centre;
  const key = signer === undefined ? undefined : genesis.accounts[signer]?.publicKey;
  if (key === undefined) return false;
  return verifySignature(genesis.cryptoMode, key, own.leaf, own.signature);
}

function sameReading(
  leaf: Uint8Array,
  claimed: ReturnType<ReadingSource['readingsOf']>[number] | undefined,
): boolean {
  const reading = readMeterLeaf(leaf);
  return (
    reading !== undefined &&
    claimed !== undefined &&
    reading.importWh === claimed.importWh &&
    reading.exportWh === claimed.exportWh &&
    reading.generationWh === claimed.generationWh &&
    reading.quality === claimed.quality
  );
}

/** Headers up to the last block that is asked for, with their signatures: what a light client needs. */
function walkHeaders(bytes: Uint8Array, heights: ReadonlySet<number>) {
  const writer = createWriter(256);
  const blocks = new Map<number, LedgerBlockView>();
  let headers = 0;
  let size = 0;
  for (const block of openLedger(bytes).blocks()) {
    if (blocks.size === heights.size) break;
    headers++;
    size += encodeHeader(block.header, writer).length + SIGNATURE_BYTES;
    if (heights.has(block.header.height)) blocks.set(block.header.height, block);
  }
  return { headers, bytes: size, blocks };
}

/** Proves that a transaction stands in a block, under the root of its signed header. */
function provePlace(block: LedgerBlockView, { tx }: AnchoredReads) {
  const leaves = block.transactions.map(({ unsigned, signature }) =>
    transactionLeaf(unsigned, signature),
  );
  const path = inclusionProof(leaves, tx.place);
  const { unsigned, signature } = block.transactions[tx.place]!;
  const { transactionRoot } = block.header;
  const leaf = leafHash(unsigned, signature);
  return {
    bytes: unsigned.length + SIGNATURE_BYTES + HASH_BYTES * path.length,
    hashes: 1 + path.length,
    isThere: verifyInclusion(transactionRoot, leaves.length, tx.place, leaf, path),
  };
}

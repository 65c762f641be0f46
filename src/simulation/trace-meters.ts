/**
 * The reading behind a settlement: taken from the published readings, hashed as the head-end hashed it, and
 * proved under the root that the chain has. The signature of a reading is recomputed where it is modelled; a
 * real one stands on the chain only where every reading is anchored.
 */
import { bytesToHex, type HashHex } from '../ledger/hash.ts';
import { inclusionProof, leafHash, merkleRootOfHashes, verifyInclusion } from '../ledger/merkle.ts';
import { readMeterLeaf } from '../ledger/payloads/meter-leaf.ts';
import { modelledSignature } from '../ledger/signature.ts';
import type { SignedLeaf } from '../ledger/transactions.ts';
import { meterLeafBytes } from '../metering/leaf.ts';
import { QUALITY } from '../metering/quality.ts';
import type { TracedLedger, TracedTransaction } from './trace-ledger.ts';
import type { TraceNode } from './trace-tree.ts';

/** A published reading, as the table of meters has it. */
export interface PublishedReading {
  readonly home: string;
  readonly importWh: number;
  readonly exportWh: number;
  readonly generationWh: number;
  /** Code of {@link QUALITY}. */
  readonly quality: number;
}

/** Where published readings are found. */
export interface ReadingSource {
  /** Readings of a slot in the order of the homes; none where the slot has none. */
  readingsOf(slot: number): readonly PublishedReading[];
}

/** What the chain has of the readings of a slot. */
export interface AnchoredReads {
  readonly tx: TracedTransaction;
  readonly root: HashHex;
  readonly count: number;
  /** The readings themselves, where the chain has them. */
  readonly leaves?: readonly SignedLeaf[];
}

/** Anchored readings of a slot; undefined where none were accepted. */
export function anchoredReads(ledger: TracedLedger, slot: number): AnchoredReads | undefined {
  const batch = ledger.ofType('METER_BATCH').find((tx) => tx.isOk && tx.payload.slot === slot);
  if (batch !== undefined) {
    return { tx: batch, root: bytesToHex(batch.payload.root), count: batch.payload.count };
  }
  const full = ledger.ofType('METER_READS').find((tx) => tx.isOk && tx.payload.slot === slot);
  if (full === undefined) return undefined;
  const { leaves } = full.payload;
  const root = merkleRootOfHashes(leaves.map(({ leaf, signature }) => leafHash(leaf, signature)));
  return { tx: full, root, count: leaves.length, leaves };
}

/** Leaves of a slot from its published readings; undefined where signatures cannot be recomputed. */
export function publishedLeaves(
  { genesis, accountOf, state }: TracedLedger,
  slot: number,
  readings: readonly PublishedReading[],
): SignedLeaf[] | undefined {
  if (genesis.cryptoMode !== 'modelled') return undefined;
  const { centre } = state.rules;
  return readings.map(({ home, importWh, exportWh, generationWh, quality }) => {
    const leaf = meterLeafBytes(home, slot, importWh, exportWh, generationWh, quality);
    const signer = quality === QUALITY.actual ? (accountOf(home) ?? centre) : centre;
    const { publicKey } = genesis.accounts[signer]!;
    return { leaf, signature: modelledSignature(publicKey, leaf) };
  });
}

/** A reading under its root, with the audit path that proves it. */
export interface ProvedReading {
  readonly index: number;
  readonly leaves: readonly SignedLeaf[];
  readonly path: readonly HashHex[];
  /** Whether the path leads to the root that the chain has. */
  readonly isProved: boolean;
}

/** Proves the reading of a home; undefined where its leaf cannot be made. */
export function proveReadingOf(
  ledger: TracedLedger,
  source: ReadingSource,
  slot: number,
  home: string,
  anchored: AnchoredReads,
): ProvedReading | undefined {
  const leaves = anchored.leaves ?? publishedLeaves(ledger, slot, source.readingsOf(slot));
  if (leaves === undefined) return undefined;
  const index = leaves.findIndex(({ leaf }) => readMeterLeaf(leaf)?.meterId === home);
  if (index < 0) return undefined;
  const hashes = leaves.map(({ leaf, signature }) => leafHash(leaf, signature));
  const path = inclusionProof(hashes, index);
  const { root, count } = anchored;
  const isProved = verifyInclusion(root, count, index, hashes[index]!, path);
  return { index, leaves, path, isProved };
}

const QUALITY_TEXT = ['actual', 'estimated', 'missing'] as const;

/** The anchored readings of a slot, and the proof of those of some homes. */
export function meterNode(
  ledger: TracedLedger,
  source: ReadingSource,
  slot: number,
  homes: readonly { readonly home: string; readonly role: string }[],
): TraceNode {
  const anchored = anchoredReads(ledger, slot);
  if (anchored === undefined) return { kind: 'meter batch', text: `none for slot ${slot}` };
  const { tx, root, count } = anchored;
  const how = anchored.leaves === undefined ? 'root only' : 'every reading';
  return {
    kind: 'meter batch',
    text: `root ${root.slice(0, 16)} over ${count} readings of slot ${slot} (${how})`,
    tx,
    children: homes.map(({ home, role }) =>
      readingNode(role, proveReadingOf(ledger, source, slot, home, anchored), home),
    ),
  };
}

function readingNode(role: string, proved: ProvedReading | undefined, home: string): TraceNode {
  const kind = `reading of the ${role}`;
  if (proved === undefined) {
    const why = 'no proof without the meter’s signature, which is not among the files';
    return { kind, text: `${home}: ${why}` };
  }
  const { index, leaves, path, isProved } = proved;
  const reading = readMeterLeaf(leaves[index]!.leaf)!;
  const energy =
    `import ${reading.importWh} Wh, export ${reading.exportWh} Wh, ` +
    `generation ${reading.generationWh} Wh (${QUALITY_TEXT[reading.quality]})`;
  const verdict = isProved ? 'proved under the root' : 'DOES NOT lead to the root of the chain';
  const proof = `leaf ${index} of ${leaves.length}, ${path.length} hashes`;
  return {
    kind,
    text: `${home}: ${energy}: ${proof}, ${verdict}`,
    children: path.map((hash, level) => ({ kind: 'path', text: `${level}: ${hash}` })),
  };
}

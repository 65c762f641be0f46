/**
 * The metering contract: anchors the readings of a slot, as a root or one by one, and judges a reading that
 * somebody shows under an anchored root. The chain keeps what was reported from being changed afterwards;
 * it does not make a report true (model §12, trap 14). A root stays in the state until its slot is settled
 * and disputes are over; after that it stands in the block only.
 */
import { bytesToHex, type HashHex, hexToBytes } from '../ledger/hash.ts';
import { leafHash, merkleRootOfHashes, verifyInclusion } from '../ledger/merkle.ts';
import { readMeterLeaf } from '../ledger/payloads/meter-leaf.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { SLOT, SLOT_STATE } from './cells.ts';
import { type ContractInvariant, defineContract } from './define.ts';
import {
  anchoredRoot,
  METERING,
  METERING_FIELDS,
  METERING_FIRST_KEPT,
  meteringCell,
  rootParts,
} from './metering-cells.ts';
import type { Call, ChainRules, Outcome } from './rules.ts';

/** Codes of the entries of receipts that tell of anchored readings. */
export const METERING_EVENT = { anchored: 80, proved: 81, dropped: 82 } as const;

/** Gas of one hash (model §5.5). */
const GAS_HASH = 30;
/** Roots that one batch may drop from the state: bounds the work of a transaction. */
const DROPS_MAX = 4;

/** Last instant at which a reading of a slot may be disputed [µs of chain time]. */
export function disputeEndUs(rules: ChainRules, slot: number): number {
  const { openingUs, slotUs, metering } = rules;
  return openingUs + (slot + 1) * slotUs + (metering?.meterDisputeUs ?? 0);
}

/** Anchors the root of a batch of reads; the readings stay with the head-end. */
export function anchorRoot(call: Call, tx: PayloadOf['METER_BATCH']): Outcome {
  return anchor(call, tx.slot, tx.headEnd, tx.root, tx.count);
}

/** Anchors a batch of reads with every reading, whose root the chain computes itself. */
export function anchorReads(call: Call, tx: PayloadOf['METER_READS']): Outcome {
  const { leaves } = tx;
  call.useGas(GAS_HASH * Math.max(1, 2 * leaves.length - 1));
  if (leaves.some(({ leaf }) => readMeterLeaf(leaf)?.slot !== tx.slot)) return 'BAD_PROOF';
  const root = merkleRootOfHashes(leaves.map(({ leaf, signature }) => leafHash(leaf, signature)));
  return anchor(call, tx.slot, tx.headEnd, hexToBytes(root), leaves.length);
}

function anchor(
  call: Call,
  slot: number,
  headEnd: number,
  root: Uint8Array,
  count: number,
): Outcome {
  const { rules, state, timestampUs } = call;
  if (slot >= rules.slotCount) return 'UNKNOWN_SLOT';
  if (count === 0) return 'ZERO_QUANTITY';
  const kept = state.read(METERING_FIRST_KEPT);
  const isKnown = state.read(meteringCell(slot, METERING.leafCount)) > 0;
  if (slot < kept || isKnown) return 'DUPLICATE_BATCH';
  rootParts(root).forEach((part, k) => {
    state.write(meteringCell(slot, METERING.root + k), part);
  });
  state.write(meteringCell(slot, METERING.leafCount), count);
  state.write(meteringCell(slot, METERING.headEnd), headEnd + 1);
  state.write(meteringCell(slot, METERING.anchoredUs), timestampUs);
  call.events.push(METERING_EVENT.anchored, slot, count);
  dropSettled(call, kept);
  return undefined;
}

/** Drops roots of slots that are settled and beyond dispute: a batch pays for its predecessors' end. */
function dropSettled(call: Call, kept: number): void {
  const { rules, state, timestampUs } = call;
  let slot = kept;
  for (; slot < kept + DROPS_MAX && slot < rules.slotCount; slot++) {
    const isSettled = state.read(rules.cells.slot(slot, SLOT.state)) === SLOT_STATE.settled;
    if (!isSettled || timestampUs <= disputeEndUs(rules, slot)) break;
    if (state.read(meteringCell(slot, METERING.leafCount)) === 0) continue;
    for (let field = 0; field < METERING_FIELDS.length; field++) {
      const cell = meteringCell(slot, field);
      if (state.read(cell) !== 0) state.write(cell, 0);
    }
    call.events.push(METERING_EVENT.dropped, slot);
  }
  if (slot > kept) state.write(METERING_FIRST_KEPT, slot);
}

/** Judges a reading under the anchored root of its slot; anybody may show one. */
export function proveReading(call: Call, tx: PayloadOf['METER_PROOF']): Outcome {
  const { rules, state, timestampUs } = call;
  if (tx.slot >= rules.slotCount) return 'UNKNOWN_SLOT';
  const read = (cell: number) => state.read(cell);
  const root: HashHex | undefined = anchoredRoot(read, tx.slot);
  if (timestampUs > disputeEndUs(rules, tx.slot)) return 'WINDOW_CLOSED';
  if (root === undefined) return 'BAD_REFERENCE';
  call.useGas(GAS_HASH * (1 + tx.path.length));
  const reading = readMeterLeaf(tx.leaf);
  const size = state.read(meteringCell(tx.slot, METERING.leafCount));
  const path = tx.path.map(bytesToHex);
  const isThere = verifyInclusion(root, size, tx.index, leafHash(tx.leaf, tx.signature), path);
  if (!isThere || reading?.slot !== tx.slot) return 'BAD_PROOF';
  const proofs = meteringCell(tx.slot, METERING.proofs);
  state.write(proofs, state.read(proofs) + 1);
  const { importWh, exportWh, generationWh, quality } = reading;
  call.events.push(
    METERING_EVENT.proved,
    tx.slot,
    tx.index,
    importWh,
    exportWh,
    generationWh,
    quality,
  );
  return undefined;
}

/** A root is whole or gone, and gone for every slot below the first that is kept. */
const wholeRoots: ContractInvariant = {
  id: 'metering-roots-whole',
  check(read, rules) {
    const kept = read(METERING_FIRST_KEPT);
    for (let slot = 0; slot < rules.slotCount; slot++) {
      const count = read(meteringCell(slot, METERING.leafCount));
      const headEnd = read(meteringCell(slot, METERING.headEnd));
      if (count > 0 !== headEnd > 0) return `slot ${slot} has a root without a head-end`;
      if (count > 0 && slot < kept) return `slot ${slot} has a root that was dropped`;
    }
    return undefined;
  },
};

/** Anchored readings. */
export const meteringContract = defineContract({
  name: 'metering',
  summary:
    'Anchors meter reads, as a root or one by one, and judges a reading that is shown under it',
  source: 'model §5.2, §5.9; decisions 26 and 27; RFC 6962',
  storage: [
    { name: 'meter-roots', key: 'slot', fields: METERING_FIELDS },
    { name: 'meter-roots-head', key: 'the contract', fields: ['firstKept'] },
  ],
  events: {
    anchored: { code: METERING_EVENT.anchored, fields: ['slot', 'leafCount'] },
    proved: {
      code: METERING_EVENT.proved,
      fields: ['slot', 'index', 'importWh', 'exportWh', 'generationWh', 'quality'],
    },
    dropped: { code: METERING_EVENT.dropped, fields: ['slot'] },
  },
  functions: {
    METER_BATCH: { by: ['centre'], gasBudget: 80_000, run: anchorRoot },
    // Grows with the readings, whose bytes are most of it.
    METER_READS: { by: ['centre'], gasBudget: 20_000_000, run: anchorReads },
    METER_PROOF: { by: 'anyone', gasBudget: 100_000, run: proveReading },
  },
  invariants: [wholeRoots],
});

/**
 * Labels: one for each full kWh of clean energy, from the meter to the account that may bundle it into a
 * certificate (model §7.4). They are minted from actual reads, the Wh below a label are carried and never
 * rounded up, and they follow the energy: what a seller delivers to a buyer adds up by pair, and at each full
 * kWh a label moves; so does one to nobody at each full kWh lost on lines.
 *
 * A seller always has the label that has to move. Let C be the Wh of its clean export so far and O those that
 * are open: of slots that have not settled, or delivered or lost without having made up a label with their
 * buyer. It was minted ⌊C/1000⌋ labels and keeps the carry r = C mod 1000. The law is that it holds at least
 * D = ⌈(O − r)/1000⌉ of its own labels:
 *  - minting c Wh adds c to O, m = ⌊(r + c)/1000⌋ labels, and c − 1000·m to r, so that D grows by m as well;
 *  - settling delivers or loses Wh that are open anyway, and each label that moves takes 1000 from O: D falls by
 *    one for each; what was not sold leaves O, and D can only fall;
 *  - bundling and revoking are refused below D.
 * A label moves only where 1000 Wh are open, and then D ≥ ⌈(1000 − r)/1000⌉ = 1 because r < 1000. What moves is
 * the seller's own generation only, so that no label can be paid for twice.
 */

import type { PayloadOf } from '../ledger/transactions.ts';
import { CHAIN, SLOT, SLOT_STATE } from './cells.ts';
import {
  cleanCell,
  GENERATOR,
  GENERATORS_MAX,
  generatorCell,
  LABEL_SLOT,
  labelSlotCell,
  pairCell,
  QUEUE,
  SERIALS_MAX,
  VINTAGES_MAX,
} from './certificate-cells.ts';
import { CERTIFICATE_EVENT } from './certificate-events.ts';
import { rewardCleanEnergy } from './clean-reward.ts';
import {
  appendLabels,
  type LabelRange,
  labelsIn,
  removeLabels,
  takeLabels,
} from './label-queues.ts';
import { METERING, meteringCell } from './metering-cells.ts';
import { addChain, type Call, type Outcome } from './rules.ts';
import { withholdLabels } from './subsidy-labels.ts';
import type { ReadCell } from './voters.ts';

/** Energy of a label [Wh]. */
export const LABEL_WH = 1000;

/** Most clean energy of one home in one slot that a mint may state [Wh]. */
const CLEAN_WH_MAX = 2 ** 36;

/** Bases of labels: export alone, or all generation. */
export const LABEL_BASE = { export: 0, generation: 1 } as const;

/** Labels of its own generation that a seller may need for energy delivered or not yet settled. */
export function labelsDue(read: ReadCell, generator: number): number {
  const of = (field: number) => read(generatorCell(generator, field));
  const openWh = of(GENERATOR.openWh) - of(GENERATOR.exportCarryWh);
  // The carry is below a label, so that the quotient is above −1.
  return Math.max(0, Math.ceil(openWh / LABEL_WH));
}

/** Labels that an account holds free: of its own export, bought, and of what it consumed itself. */
export function freeLabels(
  read: ReadCell,
  account: number,
): { own: number; bought: number; self: number; due: number } {
  return {
    own: labelsIn(read, account, QUEUE.own),
    bought: labelsIn(read, account, QUEUE.bought),
    self: labelsIn(read, account, QUEUE.self),
    due: labelsDue(read, account),
  };
}

function addGenerator({ state }: Call, generator: number, field: number, delta: number): number {
  const cell = generatorCell(generator, field);
  const before = state.read(cell);
  if (delta !== 0) state.write(cell, before + delta);
  return before;
}

/** Mints the labels of a slot, once, after its reads were anchored and before it settles. */
export function mintLabels(call: Call, tx: PayloadOf['LABEL_MINT']): Outcome {
  const { rules, state } = call;
  const { slot, energy } = tx;
  const { certificates } = rules;
  if (certificates === undefined) return 'NO_CONTRACT';
  if (slot >= rules.slotCount) return 'UNKNOWN_SLOT';
  const isSettled = state.read(rules.cells.slot(slot, SLOT.state)) === SLOT_STATE.settled;
  if (isSettled) return 'ALREADY_SETTLED';
  if (state.read(meteringCell(slot, METERING.leafCount)) === 0) return 'NOT_METERED';
  const minted = labelSlotCell(rules.homeCount, slot, LABEL_SLOT.isMinted);
  if (state.read(minted) !== 0) return 'ALREADY_MINTED';
  state.write(minted, 1);
  const startUs = rules.openingUs + slot * rules.slotUs;
  const vintage = Math.floor(startUs / certificates.certificatePeriodUs);
  if (vintage >= VINTAGES_MAX) return 'QUANTITY_ABOVE_LIMIT';
  let last = -1;
  for (let row = 0; row < energy.count; row++) {
    const generator = energy.generator[row]!;
    const exportWh = energy.cleanWh[row]!;
    const selfWh = energy.selfWh[row]!;
    if (generator >= rules.homeCount || generator >= GENERATORS_MAX) return 'UNKNOWN_ACCOUNT';
    if (generator <= last) return 'DUPLICATE';
    last = generator;
    if (selfWh > 0 && certificates.labelBase === LABEL_BASE.export) return 'BAD_AMOUNT';
    if (exportWh > CLEAN_WH_MAX || selfWh > CLEAN_WH_MAX) return 'QUANTITY_ABOVE_LIMIT';
    const failed = mintOf(call, { slot, generator, exportWh, selfWh, vintage });
    if (failed !== undefined) return failed;
  }
  return undefined;
}

interface CleanEnergy {
  readonly slot: number;
  readonly generator: number;
  readonly exportWh: number;
  readonly selfWh: number;
  readonly vintage: number;
}

/** Mints what one generator made in a slot: labels of its export first, then those that it keeps. */
function mintOf(call: Call, { slot, generator, exportWh, selfWh, vintage }: CleanEnergy): Outcome {
  if (exportWh + selfWh === 0) return undefined;
  const { state, rules } = call;
  addGenerator(call, generator, GENERATOR.cleanWh, exportWh + selfWh);
  if (exportWh > 0) {
    addGenerator(call, generator, GENERATOR.openWh, exportWh);
    state.write(cleanCell(rules.homeCount, slot, generator), exportWh);
  }
  /** Adds Wh to a carry. @returns The full labels that come out of it. */
  const fill = (field: number, wh: number) => {
    const before = addGenerator(call, generator, field, wh);
    const labels = Math.floor((before + wh) / LABEL_WH);
    addGenerator(call, generator, field, -LABEL_WH * labels);
    return labels;
  };
  const exported = fill(GENERATOR.exportCarryWh, exportWh);
  const kept = fill(GENERATOR.selfCarryWh, selfWh);
  const count = exported + kept;
  if (count === 0) return undefined;
  const first = addGenerator(call, generator, GENERATOR.minted, count);
  if (first + count >= SERIALS_MAX) return 'QUANTITY_ABOVE_LIMIT';
  const put = (queue: number, serialFrom: number, serialTo: number) => {
    if (serialFrom === serialTo) return;
    appendLabels(call, generator, queue, { generator, serialFrom, serialTo, vintage });
  };
  put(QUEUE.own, first, first + exported);
  put(QUEUE.self, first + exported, first + count);
  call.events.push(CERTIFICATE_EVENT.labelsMinted, generator, slot, first, exported, kept);
  return undefined;
}

/** Clean energy of one settled trade. */
export interface CleanDelivery {
  readonly slot: number;
  readonly trade: number;
  readonly seller: number;
  readonly buyer: number;
  /** Received by the buyer, and lost on the way [Wh]. */
  readonly cleanWh: number;
  readonly lossWh: number;
}

/**
 * Moves the labels of a settled trade: to the buyer for what it received, out of the world for what was lost.
 *
 * @returns Why the settlement must revert: the trades of a seller carry more clean energy than it exported in
 *   the slot, or a label was rewarded before.
 */
export function deliverLabels(call: Call, delivery: CleanDelivery): Outcome {
  const { rules, state } = call;
  const { slot, trade, seller, buyer, cleanWh, lossWh } = delivery;
  const usedWh = cleanWh + lossWh;
  if (usedWh === 0) return undefined;
  if (seller === buyer) return 'SELF_MATCH';
  const clean = cleanCell(rules.homeCount, slot, seller);
  const leftWh = state.read(clean) - usedWh;
  if (leftWh < 0) return 'BAD_AMOUNT';
  state.write(clean, leftWh);
  for (const { serialFrom, serialTo } of fillLoss(call, seller, lossWh)) {
    const count = serialTo - serialFrom;
    call.events.push(CERTIFICATE_EVENT.labelsLost, slot, trade, seller, serialFrom, count);
  }
  for (const range of fillPair(call, seller, buyer, cleanWh)) {
    appendLabels(call, buyer, QUEUE.bought, range);
    const { generator, serialFrom, serialTo } = range;
    const count = serialTo - serialFrom;
    call.events.push(CERTIFICATE_EVENT.labelsMoved, slot, trade, seller, buyer, serialFrom, count);
    const failed = rewardCleanEnergy(call, { seller, buyer, generator, serialFrom, count });
    if (failed !== undefined) return failed;
  }
  return undefined;
}

/** Adds to a count of Wh and takes the labels that it makes up from the seller's own. */
function fillUp(call: Call, cell: number, seller: number, wh: number): LabelRange[] {
  const { state } = call;
  const total = state.read(cell) + wh;
  const count = Math.floor(total / LABEL_WH);
  if (wh > 0) state.write(cell, total - LABEL_WH * count);
  if (count === 0) return [];
  addGenerator(call, seller, GENERATOR.openWh, -LABEL_WH * count);
  return takeLabels(call, seller, QUEUE.own, count);
}

function fillPair(call: Call, seller: number, buyer: number, wh: number): LabelRange[] {
  return fillUp(call, pairCell(call.rules.accountCount, seller, buyer), seller, wh);
}

function fillLoss(call: Call, seller: number, wh: number): LabelRange[] {
  const ranges = fillUp(call, generatorCell(seller, GENERATOR.lossWh), seller, wh);
  for (const range of ranges) dropLabels(call, range, GENERATOR.lost);
  return ranges;
}

/** Counts labels as gone. The sum of their serials tells, with the count, which of them are where. */
function dropLabels(
  call: Call,
  { generator, serialFrom, serialTo }: Omit<LabelRange, 'vintage'>,
  field: number,
): void {
  const count = serialTo - serialFrom;
  addGenerator(call, generator, field, count);
  addGenerator(call, generator, GENERATOR.goneSerials, serialSum(serialFrom, serialTo));
}

/** Sum of the serials from one up to before another. */
export const serialSum = (from: number, to: number): number => ((from + to - 1) * (to - from)) / 2;

/** Closes a slot's labels: clean energy that no trade took is its owner's to bundle. */
export function closeLabels(call: Call, slot: number): void {
  const { rules, state } = call;
  const minted = labelSlotCell(rules.homeCount, slot, LABEL_SLOT.isMinted);
  if (rules.certificates === undefined || state.read(minted) === 0) return;
  state.write(minted, 0);
  for (let home = 0; home < rules.homeCount; home++) {
    const clean = cleanCell(rules.homeCount, slot, home);
    const leftWh = state.read(clean);
    if (leftWh === 0) continue;
    addGenerator(call, home, GENERATOR.openWh, -leftWh);
    state.write(clean, 0);
  }
}

/** Revokes free labels of one holder, by the authority: all of a range or none. */
export function revokeLabels(call: Call, tx: PayloadOf['LABEL_REVOKE']): Outcome {
  const { read } = call.state;
  const { owner, generator, serialFrom, serialTo } = tx;
  if (call.rules.certificates === undefined) return 'NO_CONTRACT';
  if (owner >= call.rules.accountCount) return 'UNKNOWN_ACCOUNT';
  if (serialTo <= serialFrom) return 'ZERO_QUANTITY';
  const queues = owner === generator ? [QUEUE.own, QUEUE.self] : [QUEUE.bought];
  const queue = queues.find((one) => removeLabels(call, owner, one, tx));
  if (queue === undefined) return 'LABEL_NOT_FREE';
  if (queue === QUEUE.own && labelsIn(read, owner, QUEUE.own) < labelsDue(read, owner)) {
    return 'LABELS_DUE';
  }
  dropLabels(call, tx, GENERATOR.revoked);
  withholdLabels(call, generator, serialFrom, serialTo);
  addChain(call, CHAIN.interventions, 1);
  call.events.push(
    CERTIFICATE_EVENT.labelsRevoked,
    owner,
    generator,
    serialFrom,
    serialTo - serialFrom,
  );
  return undefined;
}

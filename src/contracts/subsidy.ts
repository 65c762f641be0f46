/**
 * The subsidy of clean generation: a register of plants, claims of labels, and a queue that a fund with a
 * budget works off late. A label is claimed once, whatever became of the claim and under whichever plant.
 *
 * What is paid is money outside the chain, since points come from four sources only and a subsidy is none
 * of them (model §7.1); the chain holds who is owed what and what was paid, as value at par.
 */

import type { RejectReason } from '../ledger/reject-reason.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import {
  PLANT_CLASSES,
  reducedRateUptPerKWh,
  subsidyRateUptPerKWh,
  subsidyReductionPpm,
  TRADED_PLANT_MAX_W,
} from '../market/subsidy-rates.ts';
import { defineContract } from './define.ts';
import type { Call, Outcome } from './rules.ts';
import {
  CLAIM,
  CLAIM_STATE,
  claimCell,
  claimSerials,
  PERIODS_MAX,
  PLANT,
  PLANTS_MAX,
  plantCell,
  plantSerialCell,
  SERIALS_MAX,
  SUBSIDY,
  subsidyCell,
  subsidyDebtCell,
  subsidyPeriodCell,
} from './subsidy-cells.ts';
import { subsidyInvariants } from './subsidy-invariants.ts';
import { unclaimableLabels } from './subsidy-labels.ts';

/** Codes of the entries of receipts. */
export const SUBSIDY_EVENT = {
  registered: 64,
  claimed: 65,
  approved: 66,
  paid: 67,
  refused: 68,
  clawedBack: 69,
} as const;

/** Period of payment that an instant belongs to; periods are counted from the first delivery slot. */
export function subsidyPeriodAt(
  rules: Call['rules'],
  periodUs: number,
  timestampUs: number,
): number {
  return Math.max(0, Math.floor((timestampUs - rules.openingUs) / periodUs));
}

/** Enters a plant. Several may share a meter, as an extension does; a device stands there once. */
export function registerPlant(call: Call, tx: PayloadOf['SUBSIDY_REGISTER']): Outcome {
  const { rules, state } = call;
  if (rules.subsidy === undefined) return 'NO_CONTRACT';
  if (tx.owner >= rules.homeCount || tx.generator >= rules.homeCount) return 'UNKNOWN_ACCOUNT';
  if (tx.plant >= PLANTS_MAX || tx.serial >= SERIALS_MAX) return 'BAD_AMOUNT';
  if (tx.plantClass >= PLANT_CLASSES.length || tx.capacityW === 0) return 'BAD_AMOUNT';
  if (tx.isTraded && tx.capacityW > TRADED_PLANT_MAX_W) return 'BAD_AMOUNT';
  if (state.read(plantCell(tx.plant, PLANT.owner)) !== 0) return 'PLANT_EXISTS';
  if (state.read(plantSerialCell(tx.serial)) !== 0) return 'PLANT_EXISTS';
  const put = (field: number, value: number) => {
    if (value !== 0) state.write(plantCell(tx.plant, field), value);
  };
  put(PLANT.owner, tx.owner + 1);
  put(PLANT.generator, tx.generator);
  put(PLANT.commissionedDay, tx.commissionedDay);
  put(PLANT.plantClass, tx.plantClass);
  put(PLANT.capacityW, tx.capacityW);
  put(PLANT.reductionPpm, tx.isTraded ? subsidyReductionPpm(tx.capacityW) : 0);
  put(PLANT.serial, tx.serial);
  state.write(plantSerialCell(tx.serial), tx.plant + 1);
  add(call, subsidyCell(SUBSIDY.plantCount), 1);
  call.events.push(SUBSIDY_EVENT.registered, tx.plant, tx.owner, tx.generator);
  return undefined;
}

/** What a registered plant gets for a kWh [Upt], after what it gives up for trading. */
export function plantRateUptPerKWh(read: (cell: number) => number, plant: number): number {
  const plantClass = PLANT_CLASSES[read(plantCell(plant, PLANT.plantClass))]!;
  const commissionedDay = read(plantCell(plant, PLANT.commissionedDay));
  const reductionPpm = read(plantCell(plant, PLANT.reductionPpm));
  return reducedRateUptPerKWh(subsidyRateUptPerKWh(commissionedDay, plantClass), reductionPpm);
}

/** Claims labels of a period that is over; the claim's number is its place in the queue. */
export function claimSubsidy(call: Call, tx: PayloadOf['SUBSIDY_CLAIM']): Outcome {
  const { rules, state, timestampUs } = call;
  if (rules.subsidy === undefined) return 'NO_CONTRACT';
  if (tx.plant >= PLANTS_MAX) return 'UNKNOWN_PLANT';
  if (state.read(plantCell(tx.plant, PLANT.owner)) !== call.sender + 1) return 'UNKNOWN_PLANT';
  const { subsidyPeriodUs } = rules.subsidy;
  if (tx.period >= PERIODS_MAX) return 'PERIOD_OPEN';
  if (timestampUs < rules.openingUs + (tx.period + 1) * subsidyPeriodUs) return 'PERIOD_OPEN';
  const energyKWh = takeLabels(call, tx);
  if (typeof energyKWh === 'string') return energyKWh;
  const claim = state.read(subsidyCell(SUBSIDY.claimCount));
  const amountUpt = plantRateUptPerKWh((cell) => state.read(cell), tx.plant) * energyKWh;
  if (!Number.isSafeInteger(amountUpt)) return 'BAD_AMOUNT';
  add(call, plantCell(tx.plant, PLANT.claimedKWh), energyKWh);
  const put = (field: number, value: number) => {
    if (value !== 0) state.write(claimCell(claim, field), value);
  };
  put(CLAIM.state, CLAIM_STATE.pending);
  put(CLAIM.plant, tx.plant);
  put(CLAIM.period, tx.period);
  put(CLAIM.energyKWh, energyKWh);
  put(CLAIM.amountUpt, amountUpt);
  put(CLAIM.claimedUs, timestampUs);
  state.write(subsidyCell(SUBSIDY.claimCount), claim + 1);
  call.events.push(SUBSIDY_EVENT.claimed, claim, tx.plant, tx.period, energyKWh, amountUpt);
  return undefined;
}

/** Takes the labels of a claim. @returns Their number, which is their energy [kWh]. */
function takeLabels(
  call: Call,
  { plant, labels }: PayloadOf['SUBSIDY_CLAIM'],
): number | RejectReason {
  const { state } = call;
  const generator = state.read(plantCell(plant, PLANT.generator));
  let energyKWh = 0;
  for (let range = 0; range < labels.count; range++) {
    const from = labels.serialFrom[range]!;
    const to = labels.serialTo[range]!;
    if (from >= to) return 'ZERO_QUANTITY';
    const refused = unclaimableLabels(call, generator, from, to);
    if (refused !== undefined) return refused;
    if (!claimSerials(state, generator, from, to)) return 'LABEL_CLAIMED';
    energyKWh += to - from;
  }
  return energyKWh === 0 ? 'ZERO_QUANTITY' : energyKWh;
}

/** Approves a claim, which is then paid in its turn. */
export function approveClaim(call: Call, { claim }: PayloadOf['SUBSIDY_APPROVE']): Outcome {
  const { rules, state, timestampUs } = call;
  if (rules.subsidy === undefined) return 'NO_CONTRACT';
  if (stateOf(call, claim) !== CLAIM_STATE.pending) return 'BAD_CLAIM';
  const step = nextStep(call);
  state.write(claimCell(claim, CLAIM.approvedUs), timestampUs);
  state.write(claimCell(claim, CLAIM.approvedStep), step);
  const amountUpt = state.read(claimCell(claim, CLAIM.amountUpt));
  if (amountUpt === 0) close(call, claim, CLAIM_STATE.paid, step);
  else state.write(claimCell(claim, CLAIM.state), CLAIM_STATE.approved);
  call.events.push(SUBSIDY_EVENT.approved, claim, amountUpt);
  return undefined;
}

/**
 * Pays a claim that is due, as far as the budget of the running period reaches; the rest stays at its place
 * in the queue. What its owner owes for claims taken back is set off first, which costs no budget. Claims
 * that still wait for approval hold up nobody.
 */
export function payClaim(call: Call, { claim }: PayloadOf['SUBSIDY_PAY']): Outcome {
  const { rules, state, timestampUs } = call;
  if (rules.subsidy === undefined) return 'NO_CONTRACT';
  if (stateOf(call, claim) !== CLAIM_STATE.approved) return 'BAD_CLAIM';
  const { subsidyDelayUs, subsidyPeriodUs, subsidyBudgetUpt } = rules.subsidy;
  const dueUs = state.read(claimCell(claim, CLAIM.claimedUs)) + subsidyDelayUs;
  if (timestampUs < dueUs) return 'CLAIM_NOT_DUE';
  if (!isFirst(call, claim)) return 'QUEUE_ORDER';
  const field = (name: number) => state.read(claimCell(claim, name));
  const owner = state.read(plantCell(field(CLAIM.plant), PLANT.owner)) - 1;
  const openUpt = field(CLAIM.amountUpt) - field(CLAIM.paidUpt) - field(CLAIM.offsetUpt);
  const offsetUpt = Math.min(openUpt, state.read(subsidyDebtCell(owner)));
  const period = subsidyPeriodCell(subsidyPeriodAt(rules, subsidyPeriodUs, timestampUs));
  const leftUpt = subsidyBudgetUpt - state.read(period);
  const paidUpt = Math.min(openUpt - offsetUpt, leftUpt);
  if (offsetUpt + paidUpt === 0) return 'FUND_EXHAUSTED';
  const step = nextStep(call);
  if (offsetUpt > 0) {
    add(call, subsidyDebtCell(owner), -offsetUpt);
    add(call, subsidyCell(SUBSIDY.recoveredUpt), offsetUpt);
    add(call, claimCell(claim, CLAIM.offsetUpt), offsetUpt);
  }
  if (paidUpt > 0) {
    add(call, period, paidUpt);
    add(call, subsidyCell(SUBSIDY.paidUpt), paidUpt);
    add(call, claimCell(claim, CLAIM.paidUpt), paidUpt);
  }
  if (field(CLAIM.paidStep) === 0) state.write(claimCell(claim, CLAIM.paidStep), step);
  state.write(claimCell(claim, CLAIM.paidUs), timestampUs);
  if (offsetUpt + paidUpt === openUpt) close(call, claim, CLAIM_STATE.paid, step);
  call.events.push(SUBSIDY_EVENT.paid, claim, owner, paidUpt, offsetUpt);
  return undefined;
}

/**
 * Refuses a claim of which nothing was paid, or takes back what was: the owner then owes it. The labels
 * stay claimed.
 */
export function clawBackClaim(call: Call, { claim }: PayloadOf['SUBSIDY_CLAWBACK']): Outcome {
  const { rules, state } = call;
  if (rules.subsidy === undefined) return 'NO_CONTRACT';
  const was = stateOf(call, claim);
  const isLive = was === CLAIM_STATE.pending || was === CLAIM_STATE.approved;
  if (!isLive && was !== CLAIM_STATE.paid) return 'BAD_CLAIM';
  const field = (name: number) => state.read(claimCell(claim, name));
  const owner = state.read(plantCell(field(CLAIM.plant), PLANT.owner)) - 1;
  const step = nextStep(call);
  // What was set off had already paid a debt, so that it is owed once more.
  const receivedUpt = field(CLAIM.paidUpt) + field(CLAIM.offsetUpt);
  if (receivedUpt === 0) {
    if (isLive) close(call, claim, CLAIM_STATE.refused, step);
    else state.write(claimCell(claim, CLAIM.state), CLAIM_STATE.refused);
    call.events.push(SUBSIDY_EVENT.refused, claim, owner);
    return undefined;
  }
  add(call, subsidyDebtCell(owner), receivedUpt);
  add(call, subsidyCell(SUBSIDY.clawedBackUpt), receivedUpt);
  if (isLive) close(call, claim, CLAIM_STATE.clawedBack, step);
  else state.write(claimCell(claim, CLAIM.state), CLAIM_STATE.clawedBack);
  call.events.push(SUBSIDY_EVENT.clawedBack, claim, owner, receivedUpt);
  return undefined;
}

/** State of a claim; 0 when no claim has the number. */
function stateOf({ state }: Call, claim: number): number {
  if (claim >= state.read(subsidyCell(SUBSIDY.claimCount))) return CLAIM_STATE.none;
  return state.read(claimCell(claim, CLAIM.state));
}

/** Whether no approved claim stands before this one. Cost: one read for each pending one that does. */
function isFirst({ state }: Call, claim: number): boolean {
  for (let one = state.read(subsidyCell(SUBSIDY.firstOpen)); one < claim; one++) {
    if (state.read(claimCell(one, CLAIM.state)) === CLAIM_STATE.approved) return false;
  }
  return true;
}

/** Ends a claim, and moves the head of the queue past those that have ended. */
function close(call: Call, claim: number, as: number, step: number): void {
  const { state } = call;
  state.write(claimCell(claim, CLAIM.state), as);
  state.write(claimCell(claim, CLAIM.closedStep), step);
  const count = state.read(subsidyCell(SUBSIDY.claimCount));
  const first = state.read(subsidyCell(SUBSIDY.firstOpen));
  if (claim !== first) return;
  let open = first + 1;
  while (open < count && state.read(claimCell(open, CLAIM.closedStep)) !== 0) open++;
  state.write(subsidyCell(SUBSIDY.firstOpen), open);
}

function nextStep({ state }: Call): number {
  const step = state.read(subsidyCell(SUBSIDY.steps)) + 1;
  state.write(subsidyCell(SUBSIDY.steps), step);
  return step;
}

function add({ state }: Call, cell: number, delta: number): void {
  state.write(cell, state.read(cell) + delta);
}

/** Plants, claims and the queue of their payment. */
export const subsidyContract = defineContract({
  name: 'subsidy',
  summary: 'Pays clean generation once for each label, in the order of claims, within a budget',
  source: 'model §4.14; NDRC-NEA [2017] 1901',
  storage: [
    { name: 'subsidy', key: 'chain', fields: Object.keys(SUBSIDY) },
    { name: 'plants', key: 'plant', fields: Object.keys(PLANT) },
    { name: 'devices', key: 'serial', fields: ['plantPlus1'] },
    { name: 'claims', key: 'claim', fields: Object.keys(CLAIM) },
    { name: 'claimed labels', key: 'generator', fields: ['count', 'serialFrom', 'serialTo'] },
    { name: 'debts', key: 'account', fields: ['debtUpt'] },
    { name: 'budgets', key: 'period', fields: ['paidUpt'] },
  ],
  events: {
    registered: { code: SUBSIDY_EVENT.registered, fields: ['plant', 'owner', 'generator'] },
    claimed: {
      code: SUBSIDY_EVENT.claimed,
      fields: ['claim', 'plant', 'period', 'energyKWh', 'amountUpt'],
    },
    approved: { code: SUBSIDY_EVENT.approved, fields: ['claim', 'amountUpt'] },
    paid: { code: SUBSIDY_EVENT.paid, fields: ['claim', 'owner', 'paidUpt', 'offsetUpt'] },
    refused: { code: SUBSIDY_EVENT.refused, fields: ['claim', 'owner'] },
    clawedBack: { code: SUBSIDY_EVENT.clawedBack, fields: ['claim', 'owner', 'receivedUpt'] },
  },
  functions: {
    SUBSIDY_REGISTER: { by: ['authority'], gasBudget: 70_000, run: registerPlant },
    SUBSIDY_CLAIM: { by: ['home'], gasBudget: 80_000, run: claimSubsidy },
    SUBSIDY_APPROVE: { by: ['authority'], gasBudget: 50_000, run: approveClaim },
    SUBSIDY_PAY: { by: 'anyone', gasBudget: 80_000, run: payClaim },
    SUBSIDY_CLAWBACK: { by: ['authority'], gasBudget: 70_000, run: clawBackClaim },
  },
  invariants: subsidyInvariants,
});

/**
 * The settlement contract: pays each trade of a cleared slot for what was received, moves the labels of its
 * clean energy, charges wheeling and penalties, empties the slot's escrow and clears its records. A slot whose clearing was not final in
 * time is settled without entries, which gives everything back.
 */
import { cost, mulDivFloor } from '../base/integer.ts';
import type { RejectReason } from '../ledger/reject-reason.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, CHAIN, ORDER, SLOT, SLOT_STATE, TRADE } from './cells.ts';
import { defineContract } from './define.ts';
import { closeLabels, deliverLabels } from './labels.ts';
import { shrinkEscrow } from './market.ts';
import {
  addAccount,
  addChain,
  BURN_CAUSE,
  burn,
  type Call,
  type Outcome,
  readAccount,
} from './rules.ts';
import { noteSpent } from './vesting.ts';

const ORDER_FIELDS = Object.values(ORDER);
const TRADE_FIELDS = Object.values(TRADE);

/** Settles a slot, once. */
export function settleSlot(call: Call, tx: PayloadOf['SETTLE']): Outcome {
  const { rules, state } = call;
  const { cells } = rules;
  if (tx.slot >= rules.slotCount) return 'UNKNOWN_SLOT';
  if (state.read(cells.slot(tx.slot, SLOT.state)) === SLOT_STATE.settled) return 'ALREADY_SETTLED';
  const { entries } = tx;
  const parties: Parties[] = [];
  for (let entry = 0; entry < entries.count; entry++) {
    const settled = settleTrade(call, tx, entry);
    if (typeof settled === 'string') return settled;
    parties.push(settled);
  }
  const undelivered = moveLabels(call, tx, parties);
  if (undelivered !== undefined) return undelivered;
  const orderCount = state.read(cells.slot(tx.slot, SLOT.orderCount));
  for (let order = 0; order < orderCount; order++) {
    shrinkEscrow(call, tx.slot, order, 0);
    clearOrder(call, tx.slot, order);
  }
  // Bonds are free by now, so that penalties can be taken from them.
  parties.forEach(({ buyer, seller }, entry) => {
    chargePenalty(call, buyer, entries.buyerPenaltyUpt[entry]!);
    chargePenalty(call, seller, entries.sellerPenaltyUpt[entry]!);
  });
  const tradeCount = state.read(cells.slot(tx.slot, SLOT.tradeCount));
  for (let trade = 0; trade < tradeCount; trade++) {
    for (const field of TRADE_FIELDS) zero(call, cells.trade(tx.slot, trade, field));
  }
  zero(call, cells.slot(tx.slot, SLOT.orderCount));
  zero(call, cells.slot(tx.slot, SLOT.tradeCount));
  state.write(cells.slot(tx.slot, SLOT.state), SLOT_STATE.settled);
  state.write(cells.slot(tx.slot, SLOT.settleVersion), tx.version);
  return undefined;
}

/** Settles several slots, all or none of them. */
export function settleSlots(call: Call, tx: PayloadOf['SETTLE_BATCH']): Outcome {
  for (const settlement of tx.settlements) {
    const failed = settleSlot(call, settlement);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

interface Parties {
  readonly buyer: number;
  readonly seller: number;
}

/** Pays one trade. @returns Who it was between, or why the settlement reverts. */
function settleTrade(
  call: Call,
  { slot, entries }: PayloadOf['SETTLE'],
  entry: number,
): Parties | RejectReason {
  const { rules, state } = call;
  const { cells } = rules;
  const trade = entries.trade[entry]!;
  if (trade >= cells.ordersMax) return 'BAD_AMOUNT';
  const contractedWh = state.read(cells.trade(slot, trade, TRADE.contractedWh));
  const priceUptPerKWh = state.read(cells.trade(slot, trade, TRADE.priceUptPerKWh));
  const bought = state.read(cells.trade(slot, trade, TRADE.buyerOrder)) - 1;
  const sold = state.read(cells.trade(slot, trade, TRADE.sellerOrder)) - 1;
  const fulfilledWh = entries.fulfilledWh[entry]!;
  const paymentUpt = entries.paymentUpt[entry]!;
  const wheelingUpt = entries.wheelingUpt[entry]!;
  if (contractedWh === 0 || fulfilledWh > contractedWh) return 'BAD_AMOUNT';
  if (entries.cleanWh[entry]! > fulfilledWh) return 'BAD_AMOUNT';
  if (entries.lossWh[entry]! > contractedWh - fulfilledWh) return 'BAD_AMOUNT';
  if (paymentUpt !== cost(priceUptPerKWh, fulfilledWh)) return 'BAD_AMOUNT';
  if (wheelingUpt !== cost(rules.wheelingUptPerKWh, fulfilledWh)) return 'BAD_AMOUNT';
  const buyer = state.read(cells.order(slot, bought, ORDER.owner)) - 1;
  const seller = state.read(cells.order(slot, sold, ORDER.owner)) - 1;
  const escrow = cells.order(slot, bought, ORDER.escrowUpt);
  state.write(escrow, state.read(escrow) - paymentUpt - wheelingUpt);
  addAccount(call, buyer, ACCOUNT.escrowUpt, -paymentUpt - wheelingUpt);
  noteSpent(state, rules, buyer);
  addAccount(call, seller, ACCOUNT.balanceUpt, paymentUpt);
  addAccount(call, rules.dso, ACCOUNT.balanceUpt, wheelingUpt);
  // A trade settles once: what it contracted is gone from the state.
  state.write(cells.trade(slot, trade, TRADE.contractedWh), 0);
  return { buyer, seller };
}

/** Lets the labels of each trade follow its energy; what is left of the slot's is the owners' own. */
function moveLabels(
  call: Call,
  { slot, entries }: PayloadOf['SETTLE'],
  parties: readonly Parties[],
): Outcome {
  for (let entry = 0; entry < entries.count; entry++) {
    const failed = deliverLabels(call, {
      slot,
      trade: entries.trade[entry]!,
      ...parties[entry]!,
      cleanWh: entries.cleanWh[entry]!,
      lossWh: entries.lossWh[entry]!,
    });
    if (failed !== undefined) return failed;
  }
  closeLabels(call, slot);
  return undefined;
}

/**
 * Takes a penalty from the balance, as far as it reaches; it goes to the operator of the grid but for the
 * share that the chain burns.
 */
function chargePenalty(call: Call, account: number, penaltyUpt: number): void {
  const paidUpt = Math.min(penaltyUpt, readAccount(call, account, ACCOUNT.balanceUpt));
  if (paidUpt === 0) return;
  const burnedUpt = mulDivFloor(paidUpt, call.rules.points?.penaltyBurnPpm ?? 0, 1_000_000);
  burn(call, account, burnedUpt, BURN_CAUSE.penalty);
  addAccount(call, account, ACCOUNT.balanceUpt, burnedUpt - paidUpt);
  addAccount(call, call.rules.dso, ACCOUNT.balanceUpt, paidUpt - burnedUpt);
  addChain(call, CHAIN.penaltiesUpt, paidUpt);
  noteSpent(call.state, call.rules, account);
}

function clearOrder(call: Call, slot: number, order: number): void {
  const { cells } = call.rules;
  const owner = call.state.read(cells.order(slot, order, ORDER.owner)) - 1;
  const sequence = call.state.read(cells.order(slot, order, ORDER.sequence));
  zero(call, cells.lookup(slot, owner, sequence));
  if (call.rules.revealWindowUs > 0) zero(call, cells.commitment(slot, owner, sequence));
  for (const field of ORDER_FIELDS) zero(call, cells.order(slot, order, field));
}

function zero({ state }: Call, cell: number): void {
  if (state.read(cell) !== 0) state.write(cell, 0);
}

/** Settlements. */
export const settlementContract = defineContract({
  name: 'settlement',
  summary: 'Pays each trade once, for what was received, and moves the labels of its energy',
  source: 'model §4.11; decisions 15 and 16',
  storage: [],
  events: {},
  functions: {
    SETTLE: { by: ['centre'], gasBudget: 20_000_000, run: settleSlot },
    SETTLE_BATCH: { by: ['centre'], gasBudget: 200_000_000, run: settleSlots },
  },
  invariants: [],
});

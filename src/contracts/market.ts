/**
 * The market contract: orders with escrow, and the trades of a clearing that was computed off the chain
 * and is checked on it. A clearing that meets a branch without one of its orders voids the trades of
 * that order only (decision 8).
 */
import { orderCommitment } from '../ledger/order-commitment.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { buyerEscrowUpt, sellerBondUpt } from '../market/escrow.ts';
import { ACCOUNT, ORDER, SEQUENCES_MAX, SLOT, SLOT_STATE, TRADE } from './cells.ts';
import { defineContract } from './define.ts';
import { addAccount, type Call, type ChainRules, type Outcome, readAccount } from './rules.ts';

/** Code of the entry of a receipt that names a trade the branch lacks orders of. */
export const MARKET_EVENT = { voided: 18 } as const;

/** What an order locks: a bid its worth at the limit plus wheeling, an offer its bond. */
export function escrowUpt(
  rules: ChainRules,
  isBid: boolean,
  quantityWh: number,
  priceUptPerKWh: number,
): number {
  return isBid
    ? buyerEscrowUpt(quantityWh, priceUptPerKWh, rules.wheelingUptPerKWh)
    : sellerBondUpt(quantityWh, priceUptPerKWh, rules.bondPpm);
}

/** Places an open order; refused on a chain whose orders are sealed. */
export function submitOrder(call: Call, tx: PayloadOf['ORDER_SUBMIT']): Outcome {
  return call.rules.revealWindowUs > 0 ? 'NO_COMMITMENT' : placeOrder(call, tx);
}

/** Last instant at which a slot takes commitments [µs]; what is opened is opened after it. */
const commitGateUs = (
  { openingUs, slotUs, gateClosureUs, revealWindowUs }: ChainRules,
  slot: number,
) => openingUs + slot * slotUs - gateClosureUs - revealWindowUs;

/** The part of a commitment that the state keeps, as 1 + 48 bits. */
function commitmentKey(commitment: Uint8Array): number {
  let key = 0;
  for (let i = 0; i < 6; i++) key = key * 256 + commitment[i]!;
  return key + 1;
}

/** Promises an order without telling it. */
export function commitOrder(call: Call, tx: PayloadOf['ORDER_COMMIT']): Outcome {
  const { rules, state, sender } = call;
  if (rules.revealWindowUs === 0) return 'UNAUTHORISED';
  if (tx.slot >= rules.slotCount || tx.sequence >= SEQUENCES_MAX) return 'UNKNOWN_SLOT';
  if (call.timestampUs > commitGateUs(rules, tx.slot)) return 'GATE_CLOSED';
  const cell = rules.cells.commitment(tx.slot, sender, tx.sequence);
  if (state.read(cell) !== 0) return 'DUPLICATE';
  state.write(cell, commitmentKey(tx.commitment));
  return undefined;
}

/** Opens a promised order and places it, once nobody can promise another for the slot. */
export function revealOrder(call: Call, tx: PayloadOf['ORDER_REVEAL']): Outcome {
  const { rules, state, sender } = call;
  if (rules.revealWindowUs === 0) return 'UNAUTHORISED';
  if (tx.slot >= rules.slotCount || tx.sequence >= SEQUENCES_MAX) return 'UNKNOWN_SLOT';
  if (call.timestampUs <= commitGateUs(rules, tx.slot)) return 'EARLY_REVEAL';
  const promised = state.read(rules.cells.commitment(tx.slot, sender, tx.sequence));
  if (promised !== commitmentKey(orderCommitment(sender, tx))) return 'NO_COMMITMENT';
  return placeOrder(call, tx);
}

/** Places an order and locks its escrow. */
function placeOrder(call: Call, tx: PayloadOf['ORDER_SUBMIT']): Outcome {
  const { rules, state, sender } = call;
  const { cells } = rules;
  if (tx.quantityWh <= 0) return 'ZERO_QUANTITY';
  if (tx.slot >= rules.slotCount || tx.sequence >= SEQUENCES_MAX) return 'UNKNOWN_SLOT';
  const gateUs = rules.openingUs + tx.slot * rules.slotUs - rules.gateClosureUs;
  if (call.timestampUs > gateUs) return 'GATE_CLOSED';
  if (state.read(cells.slot(tx.slot, SLOT.state)) !== SLOT_STATE.open) return 'GATE_CLOSED';
  const lookup = cells.lookup(tx.slot, sender, tx.sequence);
  if (state.read(lookup) !== 0) return 'DUPLICATE';
  const locked = escrowUpt(rules, tx.isBid, tx.quantityWh, tx.priceUptPerKWh);
  if (readAccount(call, sender, ACCOUNT.balanceUpt) < locked) return 'INSUFFICIENT_ESCROW';
  const order = state.read(cells.slot(tx.slot, SLOT.orderCount));
  if (order >= cells.ordersMax) return 'EXCEEDS_BLOCK';
  addAccount(call, sender, ACCOUNT.balanceUpt, -locked);
  addAccount(call, sender, ACCOUNT.escrowUpt, locked);
  state.write(cells.slot(tx.slot, SLOT.orderCount), order + 1);
  state.write(lookup, order + 1);
  const put = (field: number, value: number) => {
    if (value !== 0) state.write(cells.order(tx.slot, order, field), value);
  };
  put(ORDER.owner, sender + 1);
  put(ORDER.sequence, tx.sequence);
  put(ORDER.isBid, tx.isBid ? 1 : 0);
  put(ORDER.quantityWh, tx.quantityWh);
  put(ORDER.priceUptPerKWh, tx.priceUptPerKWh);
  put(ORDER.counterparty, tx.counterparty + 1);
  put(ORDER.escrowUpt, locked);
  put(ORDER.includedUs, call.timestampUs);
  return undefined;
}

/** Accepts a clearing: writes its trades and gives back the escrow that no trade needs. */
export function clearSlot(call: Call, tx: PayloadOf['CLEAR']): Outcome {
  const { rules, state } = call;
  const { cells } = rules;
  if (tx.slot >= rules.slotCount) return 'UNKNOWN_SLOT';
  if (state.read(cells.slot(tx.slot, SLOT.state)) !== SLOT_STATE.open) return 'ALREADY_CLEARED';
  const { trades } = tx;
  if (trades.count > cells.ordersMax) return 'EXCEEDS_BLOCK';
  const orderCount = state.read(cells.slot(tx.slot, SLOT.orderCount));
  const needed = new Float64Array(orderCount);
  const filled = new Float64Array(orderCount);
  for (let trade = 0; trade < trades.count; trade++) {
    const bought = findOrder(call, tx.slot, trades.buyer[trade]!, trades.buyerSequence[trade]!);
    const sold = findOrder(call, tx.slot, trades.seller[trade]!, trades.sellerSequence[trade]!);
    const energyWh = trades.energyWh[trade]!;
    const priceUptPerKWh = trades.priceUptPerKWh[trade]!;
    const valid = bought >= 0 && sold >= 0;
    if (valid) {
      const problem = checkTrade(call, tx.slot, bought, sold, energyWh, priceUptPerKWh);
      if (problem !== undefined) return problem;
      filled[bought]! += energyWh;
      filled[sold]! += energyWh;
      needed[bought]! += escrowUpt(rules, true, energyWh, priceUptPerKWh);
      needed[sold]! += escrowUpt(rules, false, energyWh, priceUptPerKWh);
      state.write(cells.trade(tx.slot, trade, TRADE.buyerOrder), bought + 1);
      state.write(cells.trade(tx.slot, trade, TRADE.sellerOrder), sold + 1);
      state.write(cells.trade(tx.slot, trade, TRADE.contractedWh), energyWh);
      state.write(cells.trade(tx.slot, trade, TRADE.priceUptPerKWh), priceUptPerKWh);
    } else {
      call.events.push(MARKET_EVENT.voided, trade);
    }
  }
  return closeBook(call, tx.slot, filled, needed, trades.count);
}

/**
 * Ends the trading of a slot: writes what each order got and gives back the escrow it does not need.
 *
 * @param filledWh - By order; no more than its quantity, else `BAD_CLEARING`.
 * @param neededUpt - By order: escrow of its trades.
 */
export function closeBook(
  call: Call,
  slot: number,
  filledWh: Float64Array,
  neededUpt: Float64Array,
  tradeCount: number,
): Outcome {
  const { state } = call;
  const { cells } = call.rules;
  for (let order = 0; order < filledWh.length; order++) {
    const filled = filledWh[order]!;
    if (filled > state.read(cells.order(slot, order, ORDER.quantityWh))) return 'BAD_CLEARING';
    if (filled > 0) state.write(cells.order(slot, order, ORDER.filledWh), filled);
    shrinkEscrow(call, slot, order, neededUpt[order]!);
  }
  state.write(cells.slot(slot, SLOT.tradeCount), tradeCount);
  state.write(cells.slot(slot, SLOT.state), SLOT_STATE.cleared);
  return undefined;
}

function findOrder(
  { state, rules: { cells, homeCount } }: Call,
  slot: number,
  owner: number,
  sequence: number,
): number {
  if (owner >= homeCount || sequence >= SEQUENCES_MAX) return -1;
  return state.read(cells.lookup(slot, owner, sequence)) - 1;
}

function checkTrade(
  { state, rules: { cells } }: Call,
  slot: number,
  bought: number,
  sold: number,
  energyWh: number,
  priceUptPerKWh: number,
): Outcome {
  const bidLimit = state.read(cells.order(slot, bought, ORDER.priceUptPerKWh));
  const askLimit = state.read(cells.order(slot, sold, ORDER.priceUptPerKWh));
  if (state.read(cells.order(slot, bought, ORDER.isBid)) !== 1) return 'BAD_CLEARING';
  if (state.read(cells.order(slot, sold, ORDER.isBid)) !== 0) return 'BAD_CLEARING';
  if (energyWh <= 0 || priceUptPerKWh > bidLimit || priceUptPerKWh < askLimit) {
    return 'BAD_CLEARING';
  }
  return undefined;
}

/** Lowers an order's escrow to what is still needed and gives the rest back. */
export function shrinkEscrow(call: Call, slot: number, order: number, neededUpt: number): void {
  const { cells } = call.rules;
  const cell = cells.order(slot, order, ORDER.escrowUpt);
  const lockedUpt = call.state.read(cell);
  const freedUpt = lockedUpt - Math.min(lockedUpt, neededUpt);
  if (freedUpt === 0) return;
  const owner = call.state.read(cells.order(slot, order, ORDER.owner)) - 1;
  call.state.write(cell, lockedUpt - freedUpt);
  addAccount(call, owner, ACCOUNT.escrowUpt, -freedUpt);
  addAccount(call, owner, ACCOUNT.balanceUpt, freedUpt);
}

/** Orders and clearings. */
export const marketContract = defineContract({
  name: 'market',
  summary: 'Orders with escrow; clearings are computed off the chain and checked on it',
  source: 'decisions 8 to 12; model §4.1',
  storage: [
    { name: 'slots', key: 'delivery slot', fields: Object.keys(SLOT) },
    { name: 'orders', key: 'slot, order', fields: Object.keys(ORDER) },
    { name: 'trades', key: 'slot, trade', fields: Object.keys(TRADE) },
  ],
  events: { voided: { code: MARKET_EVENT.voided, fields: ['trade'] } },
  functions: {
    ORDER_SUBMIT: { by: ['home'], gasBudget: 120_000, run: submitOrder },
    ORDER_COMMIT: { by: ['home'], gasBudget: 80_000, run: commitOrder },
    ORDER_REVEAL: { by: ['home'], gasBudget: 120_000, run: revealOrder },
    CLEAR: { by: ['centre'], gasBudget: 10_000_000, run: clearSlot },
  },
  invariants: [],
});

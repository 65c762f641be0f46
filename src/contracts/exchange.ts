/**
 * Points bought from other nodes (model §7.6). A seller locks points at an ask, one buyer takes them, and the
 * money moves outside the chain. The seller confirms that it came; when it does not in time, the centre
 * decides by what the bank says. An offer ends once: released, refunded or cancelled (P4).
 */
import { mulDivFloor } from '../base/integer.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, accountCell } from './cells.ts';
import { defineContract, type ReadState } from './define.ts';
import {
  EXCHANGE,
  exchangeCell,
  OFFER,
  OFFER_STATE,
  offerCell,
  offerOf,
  SELLER,
  SEQUENCES_PER_SELLER,
  sellerCell,
} from './exchange-cells.ts';
import { isFrozen } from './membership.ts';
import {
  type Call,
  type ChainRules,
  lockBalance,
  type Outcome,
  payFromEscrow,
  roleOf,
} from './rules.ts';
import { lacking } from './vesting.ts';

/** Codes of the entries of receipts. */
export const EXCHANGE_EVENT = { offered: 22, taken: 23, ended: 24 } as const;

/** Roles that may not sell points where `issuerSaleBan` holds: they issue or redeem them. */
const ISSUERS = ['centre', 'dso', 'authority', 'treasury'] as const;

/** Seller of an offer. */
export const sellerOf = (offer: number): number => Math.floor(offer / SEQUENCES_PER_SELLER);

/** Money that is due for an offer [micro-units], rounded down. */
export const priceOfOffer = (amountUpt: number, askPerPt: number): number =>
  mulDivFloor(amountUpt, askPerPt, 1_000_000);

function add({ state }: Call, cell: number, delta: number): void {
  state.write(cell, state.read(cell) + delta);
}

/** Offers points; they are locked until the offer ends. */
export function sell(call: Call, tx: PayloadOf['POINTS_SELL']): Outcome {
  const { rules, state, sender } = call;
  if (rules.exchange === undefined) return 'NO_CONTRACT';
  const role = roleOf(rules, sender);
  // The treasury is a contract: nothing leaves it but what its functions pay.
  const isBanned = rules.exchange.issuerSaleBan === 1 || role === 'treasury';
  if (isBanned && ISSUERS.some((issuer) => issuer === role)) return 'ISSUER_SALE';
  if (tx.amountUpt === 0) return 'ZERO_AMOUNT';
  if (tx.askPerPt < rules.exchange.askMinPerPt || tx.askPerPt > rules.exchange.askMaxPerPt) {
    return 'OUTSIDE_ASK_COLLAR';
  }
  if (tx.sequence >= SEQUENCES_PER_SELLER) return 'DUPLICATE_OFFER';
  const offer = offerOf(sender, tx.sequence);
  if (state.read(offerCell(offer, OFFER.state)) !== 0) return 'DUPLICATE_OFFER';
  if (isFrozen(call, sender)) return 'FROZEN';
  const lack = lacking(call, sender, tx.amountUpt);
  if (lack !== undefined) return lack;
  lockBalance(call, sender, tx.amountUpt);
  state.write(offerCell(offer, OFFER.state), OFFER_STATE.open);
  state.write(offerCell(offer, OFFER.amountUpt), tx.amountUpt);
  state.write(offerCell(offer, OFFER.askPerPt), tx.askPerPt);
  add(call, sellerCell(sender, SELLER.offeredUpt), tx.amountUpt);
  const used = sellerCell(sender, SELLER.sequences);
  if (state.read(used) <= tx.sequence) state.write(used, tx.sequence + 1);
  add(call, exchangeCell(EXCHANGE.offered), 1);
  call.events.push(EXCHANGE_EVENT.offered, offer, tx.amountUpt, tx.askPerPt);
  return undefined;
}

/** State of an offer; 0 where there is none, or no such number. */
function stateOf({ rules, state }: Call, offer: number): number {
  return sellerOf(offer) >= rules.accountCount ? 0 : state.read(offerCell(offer, OFFER.state));
}

/** Takes an open offer: from now on the seller waits for the sender's money, and for nobody else's. */
export function buy(call: Call, { offer }: PayloadOf['POINTS_BUY']): Outcome {
  const { state, sender } = call;
  const standing = stateOf(call, offer);
  if (standing === 0) return 'UNKNOWN_OFFER';
  if (standing !== OFFER_STATE.open) return 'OFFER_CLOSED';
  if (sellerOf(offer) === sender) return 'SELF_MATCH';
  state.write(offerCell(offer, OFFER.state), OFFER_STATE.taken);
  state.write(offerCell(offer, OFFER.buyer), sender + 1);
  state.write(offerCell(offer, OFFER.takenUs), call.timestampUs);
  call.events.push(EXCHANGE_EVENT.taken, offer, sender);
  return undefined;
}

/**
 * Ends an offer and pays its points out. Its state is written before anything is paid, so that a receiver
 * that calls back meets an offer that is over.
 */
function end(call: Call, offer: number, how: 'released' | 'refunded' | 'cancelled'): Outcome {
  const { state } = call;
  const seller = sellerOf(offer);
  const amountUpt = state.read(offerCell(offer, OFFER.amountUpt));
  const to = how === 'released' ? state.read(offerCell(offer, OFFER.buyer)) - 1 : seller;
  state.write(offerCell(offer, OFFER.state), OFFER_STATE[how]);
  add(call, sellerCell(seller, SELLER.offeredUpt), -amountUpt);
  add(call, exchangeCell(EXCHANGE[how]), 1);
  if (how === 'released') {
    const askPerPt = state.read(offerCell(offer, OFFER.askPerPt));
    add(call, exchangeCell(EXCHANGE.releasedUpt), amountUpt);
    add(call, exchangeCell(EXCHANGE.turnover), priceOfOffer(amountUpt, askPerPt));
  }
  call.events.push(EXCHANGE_EVENT.ended, offer, OFFER_STATE[how], to, amountUpt);
  return payFromEscrow(call, seller, to, amountUpt);
}

/** The seller says that the money has come: the points are the buyer's. */
export function confirm(call: Call, { offer }: PayloadOf['POINTS_CONFIRM']): Outcome {
  const standing = stateOf(call, offer);
  if (standing === 0) return 'UNKNOWN_OFFER';
  if (sellerOf(offer) !== call.sender) return 'UNAUTHORISED';
  return standing === OFFER_STATE.taken ? end(call, offer, 'released') : 'NOT_TAKEN';
}

/** The seller takes an offer back that nobody has taken. */
export function cancel(call: Call, { offer }: PayloadOf['POINTS_CANCEL']): Outcome {
  const standing = stateOf(call, offer);
  if (standing === 0) return 'UNKNOWN_OFFER';
  if (sellerOf(offer) !== call.sender) return 'UNAUTHORISED';
  return standing === OFFER_STATE.open ? end(call, offer, 'cancelled') : 'OFFER_CLOSED';
}

/** The centre decides a taken offer that the seller has not confirmed in time. */
export function arbitrate(call: Call, tx: PayloadOf['POINTS_ARBITRATE']): Outcome {
  const { rules, state, timestampUs } = call;
  const standing = stateOf(call, tx.offer);
  if (standing === 0) return 'UNKNOWN_OFFER';
  if (standing !== OFFER_STATE.taken) return 'NOT_TAKEN';
  const takenUs = state.read(offerCell(tx.offer, OFFER.takenUs));
  if (timestampUs < takenUs + (rules.exchange?.exchangeConfirmUs ?? 0)) return 'CONFIRM_OPEN';
  return end(call, tx.offer, tx.isPaid ? 'released' : 'refunded');
}

/** Every offer is in one state, and what is locked for it is what its seller has locked. */
function offersAddUp(read: ReadState, { accountCount }: ChainRules): string | undefined {
  const counts: Record<number, number> = {};
  let [releasedUpt, turnover] = [0, 0];
  for (let seller = 0; seller < accountCount; seller++) {
    let offeredUpt = 0;
    const sequences = read(sellerCell(seller, SELLER.sequences));
    for (let sequence = 0; sequence < sequences; sequence++) {
      const offer = offerOf(seller, sequence);
      const standing = read(offerCell(offer, OFFER.state));
      const amountUpt = read(offerCell(offer, OFFER.amountUpt));
      counts[standing] = (counts[standing] ?? 0) + 1;
      if (standing === OFFER_STATE.open || standing === OFFER_STATE.taken) offeredUpt += amountUpt;
      if (standing !== OFFER_STATE.released) continue;
      releasedUpt += amountUpt;
      turnover += priceOfOffer(amountUpt, read(offerCell(offer, OFFER.askPerPt)));
    }
    const booked = read(sellerCell(seller, SELLER.offeredUpt));
    if (offeredUpt !== booked) return `seller ${seller}: offers of ${offeredUpt}, not ${booked}`;
    const lockedUpt = read(accountCell(seller, ACCOUNT.escrowUpt));
    if (offeredUpt > lockedUpt) return `seller ${seller}: offers of ${offeredUpt} > ${lockedUpt}`;
  }
  const count = (name: keyof typeof OFFER_STATE) => counts[OFFER_STATE[name]] ?? 0;
  const ended = (['released', 'refunded', 'cancelled'] as const).find(
    (how) => count(how) !== read(exchangeCell(EXCHANGE[how])),
  );
  if (ended !== undefined) return `${count(ended)} offers are ${ended}`;
  const all = (Object.keys(OFFER_STATE) as (keyof typeof OFFER_STATE)[]).reduce(
    (sum, name) => sum + count(name),
    0,
  );
  if (all !== read(exchangeCell(EXCHANGE.offered))) return `${all} offers are in some state`;
  const sums = [read(exchangeCell(EXCHANGE.releasedUpt)), read(exchangeCell(EXCHANGE.turnover))];
  return releasedUpt === sums[0] && turnover === sums[1]
    ? undefined
    : `${releasedUpt} Upt released for ${turnover}, the books say ${sums.join(' for ')}`;
}

/** Offers of points for money outside the chain. */
export const exchangeContract = defineContract({
  name: 'exchange',
  summary: 'Points in escrow change hands when money outside the chain has',
  source: 'model §7.6, §7.8',
  storage: [
    { name: 'offers', key: 'seller, sequence', fields: Object.keys(OFFER) },
    { name: 'sellers', key: 'account', fields: Object.keys(SELLER) },
    { name: 'exchange', key: 'the chain itself', fields: Object.keys(EXCHANGE) },
  ],
  events: {
    offered: { code: EXCHANGE_EVENT.offered, fields: ['offer', 'amountUpt', 'askPerPt'] },
    taken: { code: EXCHANGE_EVENT.taken, fields: ['offer', 'buyer'] },
    ended: { code: EXCHANGE_EVENT.ended, fields: ['offer', 'state', 'to', 'amountUpt'] },
  },
  functions: {
    POINTS_SELL: { by: 'anyone', gasBudget: 150_000, run: sell },
    POINTS_BUY: { by: 'anyone', gasBudget: 100_000, run: buy },
    POINTS_CONFIRM: { by: 'anyone', gasBudget: 150_000, run: confirm },
    POINTS_CANCEL: { by: 'anyone', gasBudget: 150_000, run: cancel },
    POINTS_ARBITRATE: { by: ['centre'], gasBudget: 150_000, run: arbitrate },
  },
  invariants: [{ id: 'offers-end-once', check: offersAddUp }],
});

/**
 * Members that buy and sell points among themselves (model §7.6). A home that runs short of what its bids need
 * takes the cheapest offers that it would pay for; one with more than it needs offers lots at the redemption
 * rate and a private margin, and so do full nodes, which earn points and have no bill. The money goes through banks, which take their time, and some buyers never pay;
 * what the chain does not settle by confirmation the centre decides by what the bank says.
 */
import { exp } from '../base/math.ts';
import type { RandomSource } from '../base/random.ts';
import { createTable, type Table } from '../base/table.ts';
import { HOUR_US, MINUTE_US } from '../base/units.ts';
import { ACCOUNT, accountCell } from '../contracts/cells.ts';
import { priceOfOffer } from '../contracts/exchange.ts';
import {
  OFFER,
  OFFER_STATE,
  offerCell,
  offerOf,
  SELLER,
  sellerCell,
} from '../contracts/exchange-cells.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import type { FiatBook } from '../market/fiat-book.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { BillDesk } from './bill-desk.ts';
import type { Chain } from './chain.ts';
import { POINTS_GAS_LIMIT, type Wallets } from './points-wallet.ts';

/** What the desk works with. */
export interface ExchangeDeskParts {
  readonly kernel: Kernel;
  readonly scenario: Scenario;
  readonly chain: Chain;
  readonly wallets: Wallets;
  readonly bills: BillDesk;
  readonly fiat: FiatBook;
  readonly random: RandomSource;
}

/** The desk at work. */
export interface ExchangeDesk {
  onFinal(block: number): void;
  /** The table `exchange`. */
  table(): Table;
}

/** Offers that a home makes, and that it takes, at one look. */
const LOTS_MAX = 8;
/** How long a transaction of the exchange may wait for a block. */
const EXPIRY_US = 6 * HOUR_US;
/** The centre decides this long after the time-out, for its clock is not the producer's. */
const ARBITRATION_US = MINUTE_US;

interface Offer {
  readonly seller: number;
  readonly offer: number;
  readonly amountUpt: number;
  readonly askPerPt: number;
  readonly sentUs: number;
  /** As the last final block has it: {@link OFFER_STATE}, 0 before it is there. */
  state: number;
  buyer: number;
  /** Number of the buyer's purchase. */
  purchase: number;
  payment: number;
  takenUs: number;
  endedUs: number;
}

/** What was asked of the contract. */
interface Asked {
  readonly row: number;
  readonly by: number;
  readonly isBuy: boolean;
  readonly expiryUs: number;
}

type ExchangeType =
  | 'POINTS_SELL'
  | 'POINTS_BUY'
  | 'POINTS_CONFIRM'
  | 'POINTS_CANCEL'
  | 'POINTS_ARBITRATE';

/** Draws of the exchange, by home and number: what differs between arms cannot shift another draw. */
const K = { phase: 0, ask: 1, bid: 2, default: 3, delay: 4 } as const;

/** Opens the desk. */
export function openExchangeDesk(parts: ExchangeDeskParts): ExchangeDesk {
  const { kernel, scenario, chain, wallets, bills, fiat } = parts;
  const { rules, state, tree } = chain;
  const { exchange } = scenario.points;
  const { homeCount, openingUs, slotUs, slotCount, centre } = rules;
  const ratePpm = rules.points!.redemptionRatePpm;
  const { askMinPerPt, askMaxPerPt } = rules.exchange!;
  const endUs = openingUs + slotUs * slotCount;
  const draws = parts.random.addressed('world/points-exchange');
  const offers: Offer[] = [];
  /** Rows of offers that are not over. */
  const live = new Set<number>();
  const sequences = new Float64Array(rules.accountCount);
  const purchases = new Float64Array(homeCount);
  /** Row and sender of what was asked of the contract and is not final yet. */
  const asked = new Map<number, Asked>();
  /** What a home has taken and not got yet [Upt]. */
  const incomingUpt = new Float64Array(homeCount);

  function ask<T extends ExchangeType>(type: T, by: number, payload: PayloadOf[T], row: number) {
    const expiryUs = kernel.nowUs + EXPIRY_US;
    const tx = chain.submit(type, by, payload, { slot: -1, expiryUs, gasLimit: POINTS_GAS_LIMIT });
    asked.set(tx, { row, by, isBuy: type === 'POINTS_BUY', expiryUs });
  }

  /** What no block has carried in time will not come: it is as if it had not been asked for. */
  function forget(): void {
    for (const [tx, one] of asked) {
      // Transactions were asked for in the order of their expiry.
      if (one.expiryUs >= kernel.nowUs) return;
      asked.delete(tx);
      const { state: standing, amountUpt } = offers[one.row]!;
      if (one.isBuy) incomingUpt[one.by]! -= amountUpt;
      if (standing === 0) live.delete(one.row);
    }
  }

  const within = (share: number, home: number, k: number) =>
    Math.floor(ratePpm * (1 + share * draws.uniform(home, 0, k)) + 0.5);
  const askOf = (home: number) =>
    Math.min(askMaxPerPt, Math.max(askMinPerPt, within(exchange.askMargin, home, K.ask)));
  const limitOf = (home: number) => within(exchange.bidMargin, home, K.bid);
  const standingOf = (row: number, home: number) =>
    wallets.readerOf(home)(offerCell(offers[row]!.offer, OFFER.state));

  /** Takes back own offers that nobody has taken, then buys what is still short, cheapest first. */
  function cover(home: number, shortUpt: number): void {
    let missingUpt = shortUpt - incomingUpt[home]!;
    for (const row of live) {
      const { seller, offer, amountUpt } = offers[row]!;
      if (missingUpt <= 0) return;
      if (seller !== home || standingOf(row, home) !== OFFER_STATE.open) continue;
      ask('POINTS_CANCEL', home, { offer }, row);
      missingUpt -= amountUpt;
    }
    const limit = limitOf(home);
    const book = Array.from(live)
      .filter((row) => offers[row]!.seller !== home && offers[row]!.askPerPt <= limit)
      .filter((row) => standingOf(row, home) === OFFER_STATE.open)
      .sort((a, b) => offers[a]!.askPerPt - offers[b]!.askPerPt || a - b);
    for (const row of book.slice(0, LOTS_MAX)) {
      if (missingUpt <= 0) return;
      const { offer, amountUpt } = offers[row]!;
      ask('POINTS_BUY', home, { offer }, row);
      incomingUpt[home]! += amountUpt;
      missingUpt -= amountUpt;
    }
  }

  /** Offers what a home does not need, in lots. */
  function offerLots(home: number, spareUpt: number): void {
    let own = 0;
    for (const row of live) if (offers[row]!.seller === home) own++;
    const count = Math.min(LOTS_MAX - own, Math.floor(spareUpt / exchange.lot));
    for (let lot = 0; lot < count; lot++) {
      const sequence = sequences[home]!++;
      const askPerPt = askOf(home);
      const offer = offerOf(home, sequence);
      ask('POINTS_SELL', home, { sequence, amountUpt: exchange.lot, askPerPt }, offers.length);
      live.add(offers.length);
      offers.push({
        seller: home,
        offer,
        amountUpt: exchange.lot,
        askPerPt,
        sentUs: kernel.nowUs,
        state: 0,
        buyer: -1,
        purchase: -1,
        payment: -1,
        takenUs: Number.NaN,
        endedUs: Number.NaN,
      });
    }
  }

  /** What a full node keeps free: its holding at genesis is for bonds and deposits, as far as not locked. */
  function depositsUpt(node: number): number {
    const read = wallets.readerOf(node);
    const lockedUpt =
      read(accountCell(node, ACCOUNT.escrowUpt)) - read(sellerCell(node, SELLER.offeredUpt));
    return Math.max(0, scenario.points.nodes - lockedUpt);
  }

  const look = kernel.event('agents/look-at-points', PHASE.agents, (home) => {
    if (kernel.nowUs + exchange.every < endUs) look.after(exchange.every, home);
    if (home >= homeCount) {
      offerLots(home, wallets.freeUpt(home) - depositsUpt(home));
      return;
    }
    const needUpt = wallets.needUpt(home);
    if (needUpt === undefined) return;
    forget();
    const freeUpt = wallets.freeUpt(home);
    // In a run nobody wants points, and everybody wants to be rid of them.
    if (freeUpt < needUpt && !bills.isRun) return cover(home, needUpt - freeUpt);
    // What is already owed for energy will be worth the rate for certain.
    const billUpt = Math.ceil((Math.max(0, bills.unbilled(home)) * 1_000_000) / ratePpm);
    offerLots(home, freeUpt - (bills.isRun ? 0 : needUpt) - billUpt);
  });

  const deliver = kernel.event('market/deliver-money', PHASE.market, (row) => {
    const { payment, seller, offer } = offers[row]!;
    fiat.deliver(payment, kernel.nowUs);
    if (!fiat.isDelivered(payment)) return;
    ask('POINTS_CONFIRM', seller, { offer }, row);
  });

  const decide = kernel.event('market/decide-offer', PHASE.market, (row) => {
    const { offer, payment, state: standing } = offers[row]!;
    if (standing !== OFFER_STATE.taken) return;
    const isPaid = payment >= 0 && fiat.isDelivered(payment);
    ask('POINTS_ARBITRATE', centre, { offer, isPaid }, row);
  });

  /** A buyer has taken an offer for good: it pays, or it does not. */
  function take(row: number, home: number, takenUs: number): void {
    const one = offers[row]!;
    one.buyer = home;
    one.purchase = purchases[home]!++;
    one.takenUs = kernel.nowUs;
    decide.at(Math.max(kernel.nowUs, takenUs + exchange.confirm) + ARBITRATION_US, row);
    if (draws.uniform(home, one.purchase, K.default) < exchange.default) return;
    const price = priceOfOffer(one.amountUpt, one.askPerPt);
    one.payment = fiat.order(home, one.seller, price, 'points', kernel.nowUs);
    const sigma = exchange.bankDelaySigma * draws.normal(home, one.purchase, K.delay);
    deliver.after(Math.max(1, Math.floor(exchange.bankDelayMedian * exp(sigma))), row);
  }

  /** Takes note of what a final block says of an offer. */
  function observe(row: number, read: (cell: number) => number): void {
    const one = offers[row]!;
    const is = read(offerCell(one.offer, OFFER.state));
    if (is === one.state) return;
    if (is >= OFFER_STATE.taken && one.buyer < 0 && is !== OFFER_STATE.cancelled) {
      const buyer = read(offerCell(one.offer, OFFER.buyer)) - 1;
      take(row, buyer, read(offerCell(one.offer, OFFER.takenUs)));
    }
    one.state = is;
    if (is < OFFER_STATE.released) return;
    one.endedUs = kernel.nowUs;
    live.delete(row);
    if (one.buyer >= 0) incomingUpt[one.buyer]! -= one.amountUpt;
    if (is === OFFER_STATE.refunded && one.payment >= 0) fiat.giveBack(one.payment, kernel.nowUs);
  }

  if (exchange.every > 0) {
    for (let home = 0; home < rules.firstNode + rules.nodeCount; home++) {
      look.at(openingUs + Math.floor(draws.uniform(home, 0, K.phase) * exchange.every), home);
    }
  }

  return {
    onFinal(block) {
      const body = tree.transactions(block);
      const read = (cell: number) => state.readAt(block, cell);
      for (let i = 0; i < body.length; i++) {
        const one = asked.get(body[i]!);
        if (one === undefined) continue;
        asked.delete(body[i]!);
        observe(one.row, read);
        const { buyer, amountUpt, state: standing } = offers[one.row]!;
        if (standing === 0) live.delete(one.row);
        // Somebody else was faster, or the seller took it back.
        if (one.isBuy && buyer !== one.by) incomingUpt[one.by]! -= amountUpt;
      }
    },
    table() {
      const names = Object.entries(OFFER_STATE);
      const of = (value: (row: Offer) => number) => Float64Array.from(offers, value);
      const sinceUs = (us: number) => us - openingUs;
      return createTable('exchange', {
        seller: offers.map(({ seller }) => chain.accountId(seller)),
        offer: of(({ offer, seller }) => offer - offerOf(seller, 0)),
        buyer: offers.map(({ buyer }) => (buyer < 0 ? '' : chain.accountId(buyer))),
        amount_upt: of(({ amountUpt }) => amountUpt),
        ask_per_pt: of(({ askPerPt }) => askPerPt / 1_000_000),
        sent_us: of(({ sentUs }) => sinceUs(sentUs)),
        taken_us: of(({ takenUs }) => sinceUs(takenUs)),
        ended_us: of(({ endedUs }) => sinceUs(endedUs)),
        paid_us: of(({ payment }) =>
          payment < 0 || !fiat.isDelivered(payment)
            ? Number.NaN
            : sinceUs(fiat.payments[payment]!.doneUs),
        ),
        state: offers.map(({ state: is }) => names.find(([, code]) => code === is)?.[0] ?? ''),
      });
    },
  };
}

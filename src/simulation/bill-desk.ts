/**
 * Electricity bills and their redemption (model §7.5). The grid operator bills what final settlements say
 * each home owes for energy of the grid; homes redeem the points that their bids do not need; what points
 * have not covered when a bill is due is paid in money. Money moves on final blocks only (trap 43).
 */
import type { RandomSource } from '../base/random.ts';
import { createTable, type Table } from '../base/table.ts';
import { HOUR_US, MINUTE_US } from '../base/units.ts';
import { CHAIN, chainCell } from '../contracts/cells.ts';
import { BILL, billCell, HOLDER, holderCell } from '../contracts/points-cells.ts';
import { liabilityOf, redeemableUpt } from '../contracts/redemption.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { FiatBook } from '../market/fiat-book.ts';
import type { Scenario } from '../scenario/sections.ts';
import { CENTRE_NODE, type Chain } from './chain.ts';
import type { HomeBook } from './home-book.ts';
import { POINTS_GAS_LIMIT, type Wallets } from './points-wallet.ts';

/** What the desk works with. */
export interface BillDeskParts {
  readonly kernel: Kernel;
  readonly scenario: Scenario;
  readonly chain: Chain;
  readonly book: () => HomeBook;
  readonly wallets: Wallets;
  readonly fiat: FiatBook;
  readonly random: RandomSource;
  /** Pays money through a bank: ordered now, delivered after the bank's delay. */
  pay(from: number, to: number, amount: number, purpose: string): void;
}

/** The desk at work. */
export interface BillDesk {
  /** Whether everybody is redeeming. */
  readonly isRun: boolean;
  /** Money a home owes that is not billed yet [micro-units], below 0 where it is owed. */
  unbilled(home: number): number;
  onFinalSettlement(slot: number): void;
  onFinal(block: number): void;
  /** The tables `bills` and `liability`. */
  tables(): Table[];
}

/** Bills that one transaction posts. */
const POSTING_MAX = 500;
/** Homes look at a bill within this; in a run, within minutes. */
const LOOK_US = HOUR_US;
const RUN_LOOK_US = 10 * MINUTE_US;

interface Bill {
  readonly home: number;
  readonly bill: number;
  readonly amount: number;
  readonly dueUs: number;
  readonly postedUs: number;
  state: 'sent' | 'open' | 'lost' | 'paid';
  /** Covered by points when it was closed, or when the run ended. */
  credited: number;
}

/** One report of what points oblige the grid operator to. */
interface Report {
  readonly timeUs: number;
  readonly outstandingUpt: number;
  readonly liability: number;
  readonly openBills: number;
  readonly redeemedUpt: number;
}

/** Opens the desk. */
export function openBillDesk(parts: BillDeskParts): BillDesk {
  const { kernel, scenario, chain, book, wallets, fiat } = parts;
  const { rules, state, tree } = chain;
  const { redemption } = scenario.points;
  const { homeCount, dso, openingUs, slotUs, slotCount } = rules;
  const ratePpm = rules.points!.redemptionRatePpm;
  const due = new Float64Array(homeCount);
  const next = new Float64Array(homeCount);
  const bills: Bill[] = [];
  const unresolved = new Set<Bill>();
  /** Posted bills in the order of their due dates: every posting is later than the one before. */
  const toCollect: Bill[] = [];
  const reports: Report[] = [];
  const looks = parts.random.addressed('world/points-bill');
  let isRun = false;

  /** Bills every home that owes; what a home is owed is paid at once. */
  function post(): void {
    const rows: Bill[] = [];
    const waiting = new Set(Array.from(unresolved, ({ home }) => home));
    const dueUs = kernel.nowUs + redemption.due;
    for (let home = 0; home < homeCount; home++) {
      const amount = due[home]!;
      if (amount === 0 || waiting.has(home)) continue;
      due[home] = 0;
      if (amount < 0) {
        parts.pay(dso, home, -amount, 'feed-in');
        continue;
      }
      const bill = next[home]!;
      const postedUs = kernel.nowUs;
      rows.push({ home, bill, amount, dueUs, postedUs, state: 'sent', credited: 0 });
    }
    for (let from = 0; from < rows.length; from += POSTING_MAX)
      send(rows.slice(from, from + POSTING_MAX));
    report();
  }

  function send(rows: readonly Bill[]): void {
    const column = (name: 'home' | 'bill' | 'amount') => rows.map((row) => row[name]);
    const { dueUs } = rows[0]!;
    chain.submit(
      'BILL_POST',
      dso,
      {
        dueUs,
        bills: {
          count: rows.length,
          home: column('home'),
          bill: column('bill'),
          amount: column('amount'),
        },
      },
      { slot: -1, expiryUs: dueUs - 1 },
    );
    for (const row of rows) {
      bills.push(row);
      unresolved.add(row);
    }
  }

  /** What the chain says of the points, and of the bills that they may be redeemed against. */
  function report(): void {
    fiat.recount();
    const final = chain.engine.finalBlock[CENTRE_NODE]!;
    const read = (cell: number) => state.readAt(final, cell);
    const { outstandingUpt, liability } = liabilityOf(read, rules);
    let openBills = 0;
    for (const { home, bill, amount, state: standing } of bills) {
      if (standing !== 'open' && standing !== 'sent') continue;
      openBills += amount - read(billCell(home, bill, BILL.credited));
    }
    const redeemedUpt = read(chainCell(rules.accountCount, CHAIN.redeemedUpt));
    const timeUs = kernel.nowUs - openingUs;
    if (reports.at(-1)?.timeUs === timeUs) reports.pop();
    reports.push({ timeUs, outstandingUpt, liability, openBills, redeemedUpt });
  }

  const redeem = kernel.event('agents/redeem-points', PHASE.agents, (home, bill) => {
    const read = wallets.readerOf(home);
    const dueUs = read(billCell(home, bill, BILL.dueUs));
    if (kernel.nowUs >= dueUs) return;
    const keepUpt = isRun ? 0 : wallets.needUpt(home);
    if (keepUpt === undefined) return;
    const open =
      read(billCell(home, bill, BILL.amount)) - read(billCell(home, bill, BILL.credited));
    const spareUpt = Math.max(0, wallets.freeUpt(home) - keepUpt);
    // Whole micro-units of money only: the contract takes nothing else.
    const worth = Math.floor((spareUpt * ratePpm) / 1_000_000);
    const amountUpt = redeemableUpt(Math.min(open, worth), ratePpm);
    if (amountUpt === 0) return;
    chain.submit(
      'POINTS_REDEEM',
      home,
      { amountUpt, bill },
      {
        slot: -1,
        expiryUs: dueUs,
        gasLimit: POINTS_GAS_LIMIT,
      },
    );
  });

  function look({ home, bill }: Bill): void {
    const span = isRun ? RUN_LOOK_US : LOOK_US;
    redeem.after(1 + Math.floor(looks.uniform(home, bill, isRun ? 1 : 0) * span), home, bill);
  }

  const postBills = kernel.event('market/post-bills', PHASE.market, post);
  const startRun = kernel.event('market/run-on-points', PHASE.market, () => {
    isRun = true;
    post();
    for (const bill of bills) if (bill.state === 'open') look(bill);
  });
  if (redemption.billEvery > 0) {
    const count = Math.floor((slotCount * slotUs) / redemption.billEvery);
    for (let k = 1; k <= count; k++) postBills.at(openingUs + k * redemption.billEvery);
    if (redemption.runAt !== undefined) startRun.at(openingUs + redemption.runAt);
  }

  return {
    get isRun() {
      return isRun;
    },
    unbilled: (home) => due[home]!,
    onFinalSettlement(slot) {
      const { gridPaymentUpt } = book().settledUpt;
      for (let home = 0; home < homeCount; home++) {
        due[home]! += gridPaymentUpt[slot * homeCount + home]!;
      }
    },
    onFinal(block) {
      const read = (cell: number) => state.readAt(block, cell);
      const timestampUs = tree.timestampUs[block]!;
      for (const bill of unresolved) {
        const { home, bill: number, amount, dueUs } = bill;
        if (read(holderCell(home, HOLDER.billCount)) > number) {
          bill.state = 'open';
          next[home]!++;
          toCollect.push(bill);
          look(bill);
        } else if (timestampUs >= dueUs) {
          // It was never included: what is owed goes onto the next bill.
          bill.state = 'lost';
          due[home]! += amount;
        } else continue;
        unresolved.delete(bill);
      }
      while (toCollect.length > 0 && toCollect[0]!.dueUs < timestampUs) {
        const bill = toCollect.shift()!;
        bill.credited = read(billCell(bill.home, bill.bill, BILL.credited));
        bill.state = 'paid';
        if (bill.amount > bill.credited) {
          parts.pay(bill.home, dso, bill.amount - bill.credited, 'bill');
        }
      }
    },
    tables() {
      report();
      const final = chain.engine.finalBlock[CENTRE_NODE]!;
      for (const bill of bills) {
        if (bill.state !== 'open') continue;
        bill.credited = state.readAt(final, billCell(bill.home, bill.bill, BILL.credited));
      }
      const of = <R>(rows: readonly R[], value: (row: R) => number) =>
        Float64Array.from(rows, value);
      return [
        createTable('bills', {
          home: bills.map(({ home }) => chain.accountId(home)),
          bill: of(bills, ({ bill }) => bill),
          posted_us: of(bills, ({ postedUs }) => postedUs - openingUs),
          due_us: of(bills, ({ dueUs }) => dueUs - openingUs),
          amount_upt: of(bills, ({ amount }) => amount),
          credited_upt: of(bills, ({ credited }) => credited),
          state: bills.map(({ state: standing }) => standing),
        }),
        createTable('liability', {
          time_us: of(reports, ({ timeUs }) => timeUs),
          outstanding_upt: of(reports, ({ outstandingUpt }) => outstandingUpt),
          liability_upt: of(reports, ({ liability }) => liability),
          open_bills_upt: of(reports, ({ openBills }) => openBills),
          redeemed_upt: of(reports, ({ redeemedUpt }) => redeemedUpt),
          coverage: of(reports, ({ liability, openBills }) =>
            liability === 0 ? Number.NaN : openBills / liability,
          ),
        }),
      ];
    },
  };
}

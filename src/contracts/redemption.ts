/**
 * Redemption (model §7.5): the operator of the grid posts electricity bills, and points of their homes are
 * burned against them. A bill is never credited with more than is open on it, and what was burned times the
 * rate is the sum of the credits, exactly (P5): amounts whose worth is no whole micro-unit are refused.
 */
import { mulDivFloor } from '../base/integer.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, accountCell, CHAIN, chainCell } from './cells.ts';
import { defineContract, type ReadState } from './define.ts';
import { isFrozen } from './membership.ts';
import {
  BILL,
  BILLS_MAX,
  billCell,
  ECONOMY,
  economyCell,
  HOLDER,
  holderCell,
} from './points-cells.ts';
import { addChain, BURN_CAUSE, burn, type Call, type ChainRules, type Outcome } from './rules.ts';
import { lacking } from './vesting.ts';

const PPM = 1_000_000;

/** Codes of the entries of receipts. */
export const REDEMPTION_EVENT = { billed: 20, credited: 21 } as const;

function add({ state }: Call, cell: number, delta: number): void {
  state.write(cell, state.read(cell) + delta);
}

/**
 * Posts bills of homes, each the next of its home; all of them or none.
 */
export function postBills(call: Call, { dueUs, bills }: PayloadOf['BILL_POST']): Outcome {
  const { rules, state } = call;
  if (rules.points === undefined) return 'NO_CONTRACT';
  if (dueUs <= call.timestampUs) return 'BILL_CLOSED';
  for (let row = 0; row < bills.count; row++) {
    const [home, bill, amount] = [bills.home[row]!, bills.bill[row]!, bills.amount[row]!];
    if (home >= rules.homeCount) return 'UNKNOWN_ACCOUNT';
    if (amount === 0) return 'ZERO_AMOUNT';
    const count = holderCell(home, HOLDER.billCount);
    if (bill !== state.read(count) || bill >= BILLS_MAX) return 'DUPLICATE_BILL';
    state.write(count, bill + 1);
    state.write(billCell(home, bill, BILL.amount), amount);
    state.write(billCell(home, bill, BILL.dueUs), dueUs);
    add(call, holderCell(home, HOLDER.billed), amount);
    add(call, economyCell(ECONOMY.billed), amount);
    call.events.push(REDEMPTION_EVENT.billed, home, bill, amount);
  }
  return undefined;
}

/**
 * What points are worth against a bill [micro-units of money]; undefined when it is no whole number.
 *
 * @param ratePpm - Money that a point is worth, in millionths.
 */
export function creditOf(amountUpt: number, ratePpm: number): number | undefined {
  const credit = mulDivFloor(amountUpt, ratePpm, PPM);
  return BigInt(credit) * BigInt(PPM) === BigInt(amountUpt) * BigInt(ratePpm) ? credit : undefined;
}

/** Most points that count against an amount of money, none of it left over [Upt]. */
export function redeemableUpt(amount: number, ratePpm: number): number {
  // Points come in steps whose worth is whole; a step of the rate's lowest terms is the smallest.
  const step = PPM / greatestCommonDivisor(ratePpm, PPM);
  const worth = (ratePpm * step) / PPM;
  return Math.floor(amount / worth) * step;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Burns points of the sender and credits its bill, in one step; a part of the bill is fine. */
export function redeem(call: Call, { amountUpt, bill }: PayloadOf['POINTS_REDEEM']): Outcome {
  const { rules, state, sender } = call;
  if (rules.points === undefined) return 'NO_CONTRACT';
  if (amountUpt === 0) return 'ZERO_AMOUNT';
  if (isFrozen(call, sender)) return 'FROZEN';
  if (bill >= state.read(holderCell(sender, HOLDER.billCount))) return 'UNKNOWN_BILL';
  if (call.timestampUs > state.read(billCell(sender, bill, BILL.dueUs))) return 'BILL_CLOSED';
  const credit = creditOf(amountUpt, rules.points.redemptionRatePpm);
  if (credit === undefined) return 'BAD_AMOUNT';
  const credited = state.read(billCell(sender, bill, BILL.credited));
  if (credit > state.read(billCell(sender, bill, BILL.amount)) - credited) return 'OVER_CREDIT';
  const lack = lacking(call, sender, amountUpt);
  if (lack !== undefined) return lack;
  burn(call, sender, amountUpt, BURN_CAUSE.redeemed);
  addChain(call, CHAIN.redeemedUpt, amountUpt);
  add(call, holderCell(sender, HOLDER.redeemedUpt), amountUpt);
  state.write(billCell(sender, bill, BILL.credited), credited + credit);
  add(call, holderCell(sender, HOLDER.credited), credit);
  add(call, economyCell(ECONOMY.credited), credit);
  call.events.push(REDEMPTION_EVENT.credited, sender, bill, credit);
  return undefined;
}

/**
 * Asks the platform for money. Refused wherever the rules follow the law that points are no currency (model
 * §7.8); where they do not, the points are burned and the money is due outside the chain.
 */
export function cashOut(call: Call, { amountUpt }: PayloadOf['CASH_OUT']): Outcome {
  if (call.rules.points?.fiatCashOut !== 1) return 'CASH_OUT_FORBIDDEN';
  if (amountUpt === 0) return 'ZERO_AMOUNT';
  if (isFrozen(call, call.sender)) return 'FROZEN';
  const lack = lacking(call, call.sender, amountUpt);
  if (lack !== undefined) return lack;
  burn(call, call.sender, amountUpt, BURN_CAUSE.cashedOut);
  add(call, economyCell(ECONOMY.cashedOutUpt), amountUpt);
  return undefined;
}

/** What points in circulation oblige the operator of the grid to. */
export interface Liability {
  /** Issued and not burned [Upt]. */
  readonly outstandingUpt: number;
  /** Of that, what the operator holds itself and owes nobody [Upt]. */
  readonly ownUpt: number;
  /** Worth of the rest against bills [micro-units of money], rounded down. */
  readonly liability: number;
  /** Bills posted and credited so far [micro-units of money]. */
  readonly billed: number;
  readonly credited: number;
}

/** Reports the liability of the operator of the grid at a block. */
export function liabilityOf(read: ReadState, rules: ChainRules): Liability {
  const chain = (field: number) => read(chainCell(rules.accountCount, field));
  const outstandingUpt =
    chain(CHAIN.issuedGrantUpt) +
    chain(CHAIN.issuedRewardUpt) +
    chain(CHAIN.issuedCleanUpt) +
    chain(CHAIN.issuedComputeUpt) -
    chain(CHAIN.burnedUpt);
  const ownUpt =
    read(accountCell(rules.dso, ACCOUNT.balanceUpt)) +
    read(accountCell(rules.dso, ACCOUNT.escrowUpt));
  const ratePpm = rules.points?.redemptionRatePpm ?? 0;
  return {
    outstandingUpt,
    ownUpt,
    liability: mulDivFloor(outstandingUpt - ownUpt, ratePpm, PPM),
    billed: read(economyCell(ECONOMY.billed)),
    credited: read(economyCell(ECONOMY.credited)),
  };
}

/** Sums of what is billed and credited, by bill, by home and in all. */
function billsAddUp(read: ReadState, { homeCount, accountCount }: ChainRules): string | undefined {
  let [billed, credited, redeemedUpt] = [0, 0, 0];
  for (let home = 0; home < homeCount; home++) {
    let [own, ownCredit] = [0, 0];
    const count = read(holderCell(home, HOLDER.billCount));
    for (let bill = 0; bill < count; bill++) {
      const amount = read(billCell(home, bill, BILL.amount));
      const credit = read(billCell(home, bill, BILL.credited));
      if (credit > amount) return `bill ${bill} of home ${home} is credited with ${credit}`;
      own += amount;
      ownCredit += credit;
    }
    if (own !== read(holderCell(home, HOLDER.billed))) return `home ${home}: bills of ${own}`;
    if (ownCredit !== read(holderCell(home, HOLDER.credited))) {
      return `home ${home}: bills credited with ${ownCredit}`;
    }
    billed += own;
    credited += ownCredit;
    redeemedUpt += read(holderCell(home, HOLDER.redeemedUpt));
  }
  const all = [read(economyCell(ECONOMY.billed)), read(economyCell(ECONOMY.credited))];
  if (billed !== all[0] || credited !== all[1]) {
    return `bills of ${billed} credited with ${credited}, the books say ${all.join(' and ')}`;
  }
  const booked = read(chainCell(accountCount, CHAIN.redeemedUpt));
  return redeemedUpt === booked ? undefined : `homes redeemed ${redeemedUpt} Upt of ${booked}`;
}

/** Bills, and points that are burned against them. */
export const redemptionContract = defineContract({
  name: 'redemption',
  summary: 'Points are burned against electricity bills, never for money',
  source: 'model §7.5, §7.8',
  storage: [
    { name: 'bills', key: 'home, bill', fields: Object.keys(BILL) },
    { name: 'economy', key: 'the chain itself', fields: Object.keys(ECONOMY) },
  ],
  events: {
    billed: { code: REDEMPTION_EVENT.billed, fields: ['home', 'bill', 'amount'] },
    credited: { code: REDEMPTION_EVENT.credited, fields: ['home', 'bill', 'credit'] },
  },
  functions: {
    // A bill of ordinary size; each further one adds some 25 000.
    BILL_POST: { by: ['dso'], gasBudget: 150_000, run: postBills },
    POINTS_REDEEM: { by: ['home'], gasBudget: 150_000, run: redeem },
    CASH_OUT: { by: 'anyone', gasBudget: 100_000, run: cashOut },
  },
  invariants: [
    { id: 'bills-add-up', check: billsAddUp },
    {
      id: 'redeemed-is-credited',
      check(read, rules) {
        if (rules.points === undefined) return undefined;
        const redeemedUpt = read(chainCell(rules.accountCount, CHAIN.redeemedUpt));
        const credited = read(economyCell(ECONOMY.credited));
        return creditOf(redeemedUpt, rules.points.redemptionRatePpm) === credited
          ? undefined
          : `${redeemedUpt} Upt redeemed, bills credited with ${credited}`;
      },
    },
  ],
});

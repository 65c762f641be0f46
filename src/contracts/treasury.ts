/**
 * The treasury: a contract account that collects gas fees and forfeits and pays from what it has. It has no
 * will of its own, so that nothing leaves it but through the functions of other contracts (model §5.6, §7.2).
 */
import { mulDivFloor } from '../base/integer.ts';
import type { StateView } from '../ledger/state.ts';
import { ACCOUNT, accountCell, CHAIN, chainCell } from './cells.ts';
import { defineContract } from './define.ts';
import { TREASURY, treasuryCell } from './points-cells.ts';
import { addAccount, type Call, type ChainRules, notifyReceiver, type Outcome } from './rules.ts';

function add(state: StateView, cell: number, delta: number): void {
  if (delta !== 0) state.write(cell, state.read(cell) + delta);
}

/**
 * Takes a gas fee that the sender's balance has already been charged: the share `feeBurnPpm` of it, rounded
 * down, is burned and the rest is the treasury's. A chain without the group of points burns nothing.
 */
export function collectFee(state: StateView, rules: ChainRules, feeUpt: number): void {
  if (feeUpt === 0) return;
  const treasury = accountCell(rules.treasury, ACCOUNT.balanceUpt);
  if (rules.points === undefined) {
    add(state, treasury, feeUpt);
    return;
  }
  const burnedUpt = mulDivFloor(feeUpt, rules.points.feeBurnPpm, 1_000_000);
  add(state, treasury, feeUpt - burnedUpt);
  add(state, treasuryCell(TREASURY.feesUpt), feeUpt - burnedUpt);
  add(state, treasuryCell(TREASURY.burnedFeesUpt), burnedUpt);
  add(state, chainCell(rules.accountCount, CHAIN.burnedUpt), burnedUpt);
}

/** Moves what an account has locked to the treasury; the caller has checked that it is locked. */
export function collectForfeit(call: Call, owner: number, amountUpt: number): void {
  addAccount(call, owner, ACCOUNT.escrowUpt, -amountUpt);
  addAccount(call, call.rules.treasury, ACCOUNT.balanceUpt, amountUpt);
  add(call.state, treasuryCell(TREASURY.forfeitsUpt), amountUpt);
}

/**
 * Pays an account from what the treasury has.
 *
 * @param amountUpt - Integer >= 0.
 * @returns `BUDGET_EXCEEDED`, and nothing paid, where the treasury has less; what the code of a receiver
 *   that is a contract says.
 */
export function payFromTreasury(call: Call, to: number, amountUpt: number): Outcome {
  const { rules, state } = call;
  if (amountUpt === 0) return undefined;
  const treasury = accountCell(rules.treasury, ACCOUNT.balanceUpt);
  if (state.read(treasury) < amountUpt) return 'BUDGET_EXCEEDED';
  add(state, treasury, -amountUpt);
  addAccount(call, to, ACCOUNT.balanceUpt, amountUpt);
  add(state, treasuryCell(TREASURY.paidUpt), amountUpt);
  return notifyReceiver(call, rules.treasury, to, amountUpt);
}

/** The treasury; it is reached through other contracts only. */
export const treasuryContract = defineContract({
  name: 'treasury',
  summary: 'Collects fees and forfeits, and pays what other contracts owe',
  source: 'model §5.6, §7.2',
  storage: [{ name: 'treasury', key: 'the chain itself', fields: Object.keys(TREASURY) }],
  events: {},
  functions: {},
  invariants: [
    {
      id: 'treasury-covers',
      // Nobody else may spend its balance; what is sent to it comes on top.
      check(read, rules) {
        const balanceUpt = read(accountCell(rules.treasury, ACCOUNT.balanceUpt));
        const books =
          read(treasuryCell(TREASURY.feesUpt)) +
          read(treasuryCell(TREASURY.forfeitsUpt)) -
          read(treasuryCell(TREASURY.paidUpt));
        return balanceUpt >= books
          ? undefined
          : `the treasury holds ${balanceUpt} Upt, its books say ${books}`;
      },
    },
  ],
});

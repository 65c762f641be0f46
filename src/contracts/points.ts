/**
 * Transfers of points, and points for the accounting right (model §7.1, case I4; decision 23): a fixed budget
 * a simulated day, the same in every arm, paid pro rata over that day's non-empty irreversible blocks. What
 * is due is a function of the branch alone, so an observer's view can never change the state.
 */
import { largestRemainder } from '../base/integer.ts';
import type { StateView } from '../ledger/state.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, accountCell, CHAIN, chainCell, EARNINGS, producedCell } from './cells.ts';
import { defineContract, type ReadState } from './define.ts';
import { isFrozen } from './membership.ts';
import { HOLDER, holderCell } from './points-cells.ts';
import {
  type Call,
  type ChainRules,
  earnedCell,
  ISSUE_CASES,
  ISSUED,
  issue,
  moveBalance,
  notifyReceiver,
  type Outcome,
  POINTS_EVENT,
  readAccount,
} from './rules.ts';
import { expireGrant, lacking } from './vesting.ts';

/** A block that became irreversible on a branch, as the reward rule needs it. */
export interface IrreversibleBlock {
  /** Account of the producer. */
  readonly producer: number;
  readonly timestampUs: number;
  readonly transactionCount: number;
}

/** One payment of block rewards. */
export interface RewardDue {
  readonly to: number;
  readonly amountUpt: number;
  /** Simulated day that is paid. */
  readonly day: number;
}

/** Transfers free points between two accounts. */
export function transfer(call: Call, tx: PayloadOf['TRANSFER']): Outcome {
  if (tx.to >= call.rules.accountCount) return 'UNKNOWN_ACCOUNT';
  if (isFrozen(call, call.sender)) return 'FROZEN';
  const lack = lacking(call, call.sender, tx.amountUpt);
  if (lack !== undefined) return lack;
  if (!moveBalance(call, call.sender, tx.to, tx.amountUpt)) return 'INSUFFICIENT_BALANCE';
  return notifyReceiver(call, call.sender, tx.to, tx.amountUpt);
}

/**
 * Advances the reward count over blocks that became irreversible, oldest first.
 *
 * @returns The payments of every day that is now complete. The block that sees them must carry exactly
 *   these as its first transactions; their execution issues the points.
 */
export function advanceRewards(
  state: StateView,
  rules: ChainRules,
  blocks: readonly IrreversibleBlock[],
): RewardDue[] {
  const due: RewardDue[] = [];
  const dayCell = chainCell(rules.accountCount, CHAIN.rewardDay);
  const totalCell = chainCell(rules.accountCount, CHAIN.rewardBlocks);
  for (const block of blocks) {
    const day = Math.floor(block.timestampUs / rules.rewardDayUs);
    if (day > state.read(dayCell)) {
      due.push(...closeDay(state, rules));
      state.write(dayCell, day);
    }
    if (block.transactionCount === 0) continue;
    const cell = producedCell(rules.accountCount, block.producer);
    state.write(cell, state.read(cell) + 1);
    state.write(totalCell, state.read(totalCell) + 1);
  }
  return due;
}

function closeDay(state: StateView, rules: ChainRules): RewardDue[] {
  const totalCell = chainCell(rules.accountCount, CHAIN.rewardBlocks);
  const day = state.read(chainCell(rules.accountCount, CHAIN.rewardDay));
  if (state.read(totalCell) === 0) return [];
  const counts = new Float64Array(rules.accountCount);
  for (let account = 0; account < rules.accountCount; account++) {
    const cell = producedCell(rules.accountCount, account);
    counts[account] = state.read(cell);
    if (counts[account] !== 0) state.write(cell, 0);
  }
  state.write(totalCell, 0);
  const shares = largestRemainder(rules.rewardBudgetUpt, counts);
  const due: RewardDue[] = [];
  for (let account = 0; account < rules.accountCount; account++) {
    if (shares[account]! > 0) due.push({ to: account, amountUpt: shares[account]!, day });
  }
  return due;
}

/**
 * Pays one block reward; only a payment that the block's producer was due to carry gets this far. A day is
 * paid to an account once, and days in their order.
 */
export function reward(call: Call, tx: PayloadOf['POINTS_REWARD']): Outcome {
  const { rules, state } = call;
  if (tx.to >= rules.accountCount) return 'UNKNOWN_ACCOUNT';
  if (readAccount(call, tx.to, ACCOUNT.member) === 0) return 'NOT_MEMBER';
  const paid = holderCell(tx.to, HOLDER.rewardedDay);
  if (tx.ref < state.read(paid)) return 'BAD_REFERENCE';
  state.write(paid, tx.ref + 1);
  issue(call, tx.to, tx.amountUpt, 'block', tx.ref * rules.accountCount + tx.to);
  return undefined;
}

/** Of the points that are held, none is without a source, and every source is in somebody's books (P1, P2). */
function issuedAddsUp(read: ReadState, { accountCount }: ChainRules): string | undefined {
  const chain = (field: number) => read(chainCell(accountCount, field));
  const earned = new Float64Array(ISSUE_CASES.length);
  earned[0] = chain(CHAIN.genesisUpt);
  let heldUpt = 0;
  for (let account = 0; account < accountCount; account++) {
    ISSUE_CASES.forEach((issueCase, k) => {
      earned[k]! += read(earnedCell(account, issueCase));
    });
    heldUpt += read(accountCell(account, ACCOUNT.balanceUpt));
    heldUpt += read(accountCell(account, ACCOUNT.escrowUpt));
  }
  const issued = ISSUE_CASES.map((issueCase) => chain(ISSUED[issueCase]));
  const wrong = ISSUE_CASES.findIndex((_, k) => issued[k] !== earned[k]);
  if (wrong >= 0) {
    return `case ${ISSUE_CASES[wrong]}: ${issued[wrong]} Upt issued, ${earned[wrong]} received`;
  }
  const leftUpt = issued.reduce((sum, each) => sum + each, 0) - chain(CHAIN.burnedUpt);
  return leftUpt === heldUpt ? undefined : `${leftUpt} Upt issued and not burned, ${heldUpt} held`;
}

/** Transfers, vesting grants, and the rewards for packing blocks. */
export const pointsContract = defineContract({
  name: 'points',
  summary: 'Points move between accounts, and are issued for blocks that became irreversible',
  source: 'model §7.1 (I1, I4), §7.3',
  storage: [
    { name: 'holders', key: 'account', fields: [...Object.keys(EARNINGS), ...Object.keys(HOLDER)] },
  ],
  events: {
    issued: { code: POINTS_EVENT.issued, fields: ['case', 'to', 'amountUpt', 'ref'] },
    burned: { code: POINTS_EVENT.burned, fields: ['from', 'amountUpt', 'cause'] },
  },
  functions: {
    // All but the treasury, which is a contract.
    TRANSFER: {
      by: ['home', 'node', 'centre', 'dso', 'authority', 'guest'],
      gasBudget: 50_000,
      run: transfer,
    },
    POINTS_REWARD: { by: ['node'], gasBudget: 80_000, run: reward },
    GRANT_EXPIRE: { by: 'anyone', gasBudget: 100_000, run: expireGrant },
  },
  invariants: [{ id: 'issued-adds-up', check: issuedAddsUp }],
});

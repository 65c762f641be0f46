/**
 * Points for the accounting right (model §7.1, case I4; decision 23): a fixed budget a simulated day,
 * the same in every arm, paid pro rata over that day's non-empty irreversible blocks. What is due is a
 * function of the branch alone, so an observer's view can never change the state.
 */
import { largestRemainder } from '../base/integer.ts';
import type { StateView } from '../ledger/state.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, CHAIN, chainCell, producedCell } from './cells.ts';
import { defineContract } from './define.ts';
import {
  type Call,
  type ChainRules,
  issue,
  moveBalance,
  notifyReceiver,
  type Outcome,
  POINTS_EVENT,
  readAccount,
} from './rules.ts';

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

/** Transfers value between two accounts. */
export function transfer(call: Call, tx: PayloadOf['TRANSFER']): Outcome {
  if (tx.to >= call.rules.accountCount) return 'UNKNOWN_ACCOUNT';
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

/** Pays one block reward; only a payment that the block's producer was due to carry gets this far. */
export function reward(call: Call, tx: PayloadOf['POINTS_REWARD']): Outcome {
  if (tx.to >= call.rules.accountCount) return 'UNKNOWN_ACCOUNT';
  if (readAccount(call, tx.to, ACCOUNT.member) === 0) return 'NOT_MEMBER';
  issue(call, tx.to, tx.amountUpt, 'block', tx.ref);
  return undefined;
}

/** Transfers, and the rewards for packing blocks. */
export const pointsContract = defineContract({
  name: 'points',
  summary: 'Points move between accounts, and are issued for blocks that became irreversible',
  source: 'model §7.1 (I4), §7.3',
  storage: [],
  events: {
    issued: { code: POINTS_EVENT.issued, fields: ['case', 'to', 'amountUpt', 'ref'] },
    burned: { code: POINTS_EVENT.burned, fields: ['from', 'amountUpt', 'cause'] },
  },
  functions: {
    TRANSFER: { by: 'anyone', gasBudget: 50_000, run: transfer },
    POINTS_REWARD: { by: ['node'], gasBudget: 80_000, run: reward },
  },
  invariants: [],
});

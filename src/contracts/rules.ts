/**
 * The protocol parameters that contracts read, and what a transaction may know while it runs. They come
 * from genesis, so that a verifier needs nothing else.
 */
import type { BranchView } from '../ledger/chain-parameters.ts';
import type { RejectReason } from '../ledger/reject-reason.ts';
import type { StateView } from '../ledger/state.ts';
import type { RegisterPayload } from '../ledger/transactions.ts';
import { ACCOUNT, accountCell, CHAIN, chainCell, type SlotCells } from './cells.ts';
import type { VoteOutRules } from './governance-rules.ts';

/** Roles of accounts; an account's role code is its index here. */
export const ROLES = ['home', 'node', 'centre', 'dso', 'authority', 'treasury', 'guest'] as const;
/** Role of an account. */
export type Role = (typeof ROLES)[number];

/** Rules of one chain. Times are chain time [µs]; slot s is delivered from `openingUs + s · slotUs`. */
export interface ChainRules {
  readonly accountCount: number;
  readonly homeCount: number;
  readonly nodeCount: number;
  /** Accounts by office. Node n has account `firstNode + n`. */
  readonly firstNode: number;
  readonly centre: number;
  readonly dso: number;
  readonly authority: number;
  readonly treasury: number;
  /** 1 where only registered members may send. */
  readonly consortium: number;
  readonly openingUs: number;
  readonly slotUs: number;
  readonly slotCount: number;
  readonly gateClosureUs: number;
  /** Time before the gate in which sealed orders are opened; 0 where orders are open. */
  readonly revealWindowUs: number;
  readonly wheelingUptPerKWh: number;
  /** Seller's bond in parts per million of the order's value. */
  readonly bondPpm: number;
  readonly initialGrantUpt: number;
  /** Points a simulated day for packing non-empty irreversible blocks. */
  readonly rewardBudgetUpt: number;
  readonly rewardDayUs: number;
  readonly gasPriceUpt: number;
  /** Gas a block may use, and bytes of transactions it may carry. */
  readonly blockGasMax: number;
  readonly blockBytesMax: number;
  /** Where slots, orders and trades stand in the state. */
  readonly cells: SlotCells;
  /** Rules of elections and of the vote-out; absent where producers are not elected. */
  readonly voteOut?: VoteOutRules;
  /** First genesis certificate id of an account. */
  certificateFirst(account: number): number;
  /** Whether the authority signed this registration. */
  isCertified(registration: RegisterPayload): boolean;
}

/** The integers of {@link ChainRules} in the order they stand in genesis. */
export const RULE_NAMES = [
  'accountCount',
  'homeCount',
  'nodeCount',
  'firstNode',
  'centre',
  'dso',
  'authority',
  'treasury',
  'consortium',
  'openingUs',
  'slotUs',
  'slotCount',
  'gateClosureUs',
  'revealWindowUs',
  'wheelingUptPerKWh',
  'bondPpm',
  'initialGrantUpt',
  'rewardBudgetUpt',
  'rewardDayUs',
  'gasPriceUpt',
  'blockGasMax',
  'blockBytesMax',
] as const satisfies readonly Exclude<
  keyof ChainRules,
  'certificateFirst' | 'isCertified' | 'cells' | 'voteOut'
>[];

/** Gas schedule (model §5.5, with a record as the unit of storage). */
export const GAS = {
  recordWrite: 5_000,
  recordRead: 800,
  recordClear: 500,
  event: 375,
  signatureCheck: 3_000,
} as const;

/** What a contract function works on. */
export interface Call {
  readonly rules: ChainRules;
  readonly state: StateView;
  /** Account whose external transaction reached the contract. */
  readonly sender: number;
  /** Timestamp of the block [µs]. */
  readonly timestampUs: number;
  /** The branch below the block; absent where the protocol has no turns. */
  readonly branch?: BranchView | undefined;
  /** Integers that the receipt records. */
  readonly events: number[];
  /** Charges gas until this much is used in all; nothing where as much already is. */
  useGasUpTo(gas: number): void;
}

/** A contract function: undefined when it succeeded, else why it reverted. */
export type Outcome = RejectReason | undefined;

/** Reads an account's field. */
export function readAccount({ state }: Call, account: number, field: number): number {
  return state.read(accountCell(account, field));
}

/** Adds to an account's field; the state refuses a negative result. */
export function addAccount({ state }: Call, account: number, field: number, delta: number): void {
  if (delta === 0) return;
  const cell = accountCell(account, field);
  state.write(cell, state.read(cell) + delta);
}

/** Adds to a field of the chain's own record. */
export function addChain({ state, rules }: Call, field: number, delta: number): void {
  const cell = chainCell(rules.accountCount, field);
  state.write(cell, state.read(cell) + delta);
}

/** Moves value between balances; false, and nothing moved, when the balance does not suffice. */
export function moveBalance(call: Call, from: number, to: number, amountUpt: number): boolean {
  if (readAccount(call, from, ACCOUNT.balanceUpt) < amountUpt) return false;
  addAccount(call, from, ACCOUNT.balanceUpt, -amountUpt);
  addAccount(call, to, ACCOUNT.balanceUpt, amountUpt);
  return true;
}

/** Issues points to an account under one of the four cases (model §7.1). */
export function issue(
  call: Call,
  to: number,
  amountUpt: number,
  account: 'grantedUpt' | 'rewardedUpt',
): void {
  addAccount(call, to, ACCOUNT.balanceUpt, amountUpt);
  addAccount(call, to, ACCOUNT[account], amountUpt);
  const ledger = account === 'grantedUpt' ? CHAIN.issuedGrantUpt : CHAIN.issuedRewardUpt;
  addChain(call, ledger, amountUpt);
}

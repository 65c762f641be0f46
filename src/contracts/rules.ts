/**
 * The protocol parameters that contracts read, and what a transaction may know while it runs. They come
 * from genesis, so that a verifier needs nothing else.
 */
import type { BranchView } from '../ledger/chain-parameters.ts';
import type { RejectReason } from '../ledger/reject-reason.ts';
import type { StateView } from '../ledger/state.ts';
import type { PayloadOf, RegisterPayload, TransactionType } from '../ledger/transactions.ts';
import {
  ACCOUNT,
  accountCell,
  CHAIN,
  chainCell,
  EARNINGS,
  earningsCell,
  type SlotCells,
} from './cells.ts';
import { enter } from './frames.ts';
import type { VoteOutRules } from './governance-rules.ts';
import type { RuleGroup, RuleGroups } from './rule-groups.ts';
import type { UtxoRules } from './utxo.ts';

/** Roles of accounts; an account's role code is its index here. */
export const ROLES = ['home', 'node', 'centre', 'dso', 'authority', 'treasury', 'guest'] as const;
/** Role of an account. */
export type Role = (typeof ROLES)[number];

/** Certificates of genesis, which the state holds nothing of until they change. */
export interface GenesisCertificates {
  /** First id behind all of them. */
  readonly end: number;
  /** Account that a certificate was allotted to, −1 for ids that are none of genesis. */
  ownerOf(id: number): number;
  /** Whether it is locked as stake from the start. */
  isStaked(id: number): boolean;
}

/** Rules of one chain. Times are chain time [µs]; slot s is delivered from `openingUs + s · slotUs`. */
export interface ChainRules extends RuleGroups {
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
  /** Rules of coins, where points are coins. */
  readonly coins?: UtxoRules;
  /** Accounts that are contracts of their own, by index; those of the chain itself have no account. */
  readonly code?: ReadonlyMap<number, AccountCode>;
  /** First genesis certificate id of an account. */
  certificateFirst(account: number): number;
  readonly genesisCertificates: GenesisCertificates;
  /** First bytes of the genesis hash, which every signature covers. */
  readonly chainId: Uint8Array;
  /** Whether the authority signed this registration. */
  isCertified(registration: RegisterPayload): boolean;
  /** Whether the authority signed these bytes. */
  isSignedByAuthority(message: Uint8Array, signature: Uint8Array): boolean;
  /** Whether a signature is a key's over these bytes. */
  isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
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
  | 'certificateFirst'
  | 'genesisCertificates'
  | 'isCertified'
  | 'cells'
  | 'voteOut'
  | 'code'
  | 'coins'
  | 'isSignedByAuthority'
  | 'isSignedBy'
  | 'chainId'
  | RuleGroup
>[];

/** Gas schedule (model §5.5, with a record as the unit of storage). */
export const GAS = {
  recordWrite: 5_000,
  recordRead: 800,
  recordClear: 500,
  event: 375,
  hash: 30,
  signatureCheck: 3_000,
} as const;

/** What a contract function works on. It has methods: a copy by `...` would lose them. */
export interface Call {
  readonly rules: ChainRules;
  readonly state: StateView;
  /** Account whose external transaction reached the contract. */
  readonly sender: number;
  /** Timestamp of the block [µs]. */
  readonly timestampUs: number;
  /** The branch below the block; absent where the protocol has no turns. */
  readonly branch?: BranchView | undefined;
  /** Hash of the parent block, hex; absent where there is none. */
  readonly parentHash?: string | undefined;
  /** Integers that the receipt records. */
  readonly events: number[];
  /** What the envelope sets aside. */
  readonly gasLimit: number;
  /** Contracts at work, outermost first; only `frames.ts` changes it. */
  readonly stack: string[];
  /** Charges gas until this much is used in all; nothing where as much already is. */
  useGasUpTo(gas: number): void;
  /** Charges gas for work that reads and writes do not show. */
  useGas(gas: number): void;
  /** Marks the state, and undoes what was written since. */
  mark(): number;
  rollback(mark: number): void;
  /** Runs another contract's function on behalf of an account, as a call below this one. */
  invoke<T extends TransactionType>(sender: number, type: T, payload: PayloadOf[T]): Outcome;
}

/** Code of an account that is a contract: what it does when points reach it. */
export interface AccountCode {
  onReceive(call: Call, from: number, amountUpt: number): Outcome;
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

/** Role of an account; the roles of offices, nodes and homes follow from their place. */
export function roleOf(rules: ChainRules, account: number): Role {
  if (account < rules.homeCount) return 'home';
  if (account < rules.centre) return 'node';
  if (account === rules.centre) return 'centre';
  if (account === rules.dso) return 'dso';
  if (account === rules.authority) return 'authority';
  return account === rules.treasury ? 'treasury' : 'guest';
}

/** Moves value between balances; false, and nothing moved, when the balance does not suffice. */
export function moveBalance(call: Call, from: number, to: number, amountUpt: number): boolean {
  if (readAccount(call, from, ACCOUNT.balanceUpt) < amountUpt) return false;
  addAccount(call, from, ACCOUNT.balanceUpt, -amountUpt);
  addAccount(call, to, ACCOUNT.balanceUpt, amountUpt);
  return true;
}

/** Locks value of an account in a contract; false, and nothing locked, when it does not suffice. */
export function lockBalance(call: Call, account: number, amountUpt: number): boolean {
  if (readAccount(call, account, ACCOUNT.balanceUpt) < amountUpt) return false;
  addAccount(call, account, ACCOUNT.balanceUpt, -amountUpt);
  addAccount(call, account, ACCOUNT.escrowUpt, amountUpt);
  return true;
}

/**
 * Releases locked value to an account, which may be the owner. A receiver that is a contract runs its code;
 * when that reverts, so does the payment.
 */
export function payFromEscrow(call: Call, owner: number, to: number, amountUpt: number): Outcome {
  addAccount(call, owner, ACCOUNT.escrowUpt, -amountUpt);
  addAccount(call, to, ACCOUNT.balanceUpt, amountUpt);
  return notifyReceiver(call, owner, to, amountUpt);
}

/** Runs the code of a receiver that is a contract. */
export function notifyReceiver(call: Call, from: number, to: number, amountUpt: number): Outcome {
  const code = call.rules.code?.get(to);
  if (code === undefined) return undefined;
  return enter(call, `account-${to}`, (inner) => code.onReceive(inner, from, amountUpt));
}

/** The four cases in which points are issued (model §7.1), in the order of I1 to I4. */
export const ISSUE_CASES = ['grant', 'clean', 'compute', 'block'] as const;
/** Case of an issue. */
export type IssueCase = (typeof ISSUE_CASES)[number];

/** Field of the chain's record that sums what was issued under a case. */
export const ISSUED: Readonly<Record<IssueCase, number>> = {
  grant: CHAIN.issuedGrantUpt,
  clean: CHAIN.issuedCleanUpt,
  compute: CHAIN.issuedComputeUpt,
  block: CHAIN.issuedRewardUpt,
};

/** Cell of what an account was issued in all under one case. */
export function earnedCell(account: number, issueCase: IssueCase): number {
  if (issueCase === 'grant') return accountCell(account, ACCOUNT.grantedUpt);
  if (issueCase === 'block') return accountCell(account, ACCOUNT.rewardedUpt);
  return earningsCell(account, issueCase === 'clean' ? EARNINGS.cleanUpt : EARNINGS.computeUpt);
}

/** Codes of the entries of receipts that tell of points issued and burned. */
export const POINTS_EVENT = { issued: 16, burned: 17 } as const;

/**
 * Issues points to an account under one of the four cases (model §7.1). The receipt records case, receiver,
 * amount and what it is for; `ref` is unique within its case (P2).
 */
export function issue(
  call: Call,
  to: number,
  amountUpt: number,
  issueCase: IssueCase,
  ref: number,
): void {
  if (amountUpt === 0) return;
  addAccount(call, to, ACCOUNT.balanceUpt, amountUpt);
  const total = earnedCell(to, issueCase);
  call.state.write(total, call.state.read(total) + amountUpt);
  addChain(call, ISSUED[issueCase], amountUpt);
  call.events.push(POINTS_EVENT.issued, ISSUE_CASES.indexOf(issueCase), to, amountUpt, ref);
}

/** Why points were burned, as the receipt records it. */
export const BURN_CAUSE = {
  redeemed: 0,
  penalty: 1,
  forfeited: 2,
  expired: 3,
  cashedOut: 4,
} as const;

/** Burns free points of an account; false, and nothing burned, when it has fewer. */
export function burn(call: Call, account: number, amountUpt: number, cause: number): boolean {
  if (readAccount(call, account, ACCOUNT.balanceUpt) < amountUpt) return false;
  if (amountUpt === 0) return true;
  addAccount(call, account, ACCOUNT.balanceUpt, -amountUpt);
  addChain(call, CHAIN.burnedUpt, amountUpt);
  call.events.push(POINTS_EVENT.burned, account, amountUpt, cause);
  return true;
}

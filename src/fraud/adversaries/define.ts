/**
 * The extension point "adversary": attacks on the chain itself, as against attacks on meters and orders.
 * An adversary takes nodes and gives them a conduct, or acts as a client; whether it succeeds is seen at
 * the honest nodes, through the same messages and rules as everything else.
 */
import type { OptionIssue, OptionSet, OptionValues } from '../../base/options.ts';
import type { PluginHead } from '../../base/plugin.ts';
import type { SequentialStream } from '../../base/random.ts';
import type { ChainNet } from '../../consensus/chain-net.ts';
import type { BallotBook } from '../../contracts/ballot-conduct.ts';
import type { WorkBook } from '../../contracts/compute-conduct.ts';
import type { ChainRules } from '../../contracts/rules.ts';
import type { PayloadOf, TransactionType } from '../../ledger/transactions.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import type { OrderBook } from '../../market/book.ts';
import type { Clearing } from '../../market/mechanism.ts';

/** An order as everybody who relays or includes it can read it. */
export interface VisibleOrder {
  readonly owner: number;
  readonly sequence: number;
  readonly isBid: boolean;
  readonly quantityWh: number;
  readonly priceUptPerKWh: number;
  /** -1 for the pool. */
  readonly counterparty: number;
}

/** What an adversary may do and see on a ledger; absent on a chain of blank blocks. */
export interface LedgerAccess {
  /** Number of home accounts, which come first; the account of node n is `firstNode + n`. */
  readonly homeCount: number;
  readonly firstNode: number;
  /** Sends a transaction from an account's own client now; returns its row. */
  submit<T extends TransactionType>(
    type: T,
    account: number,
    payload: PayloadOf[T],
    expiryUs: number,
  ): number;
  /**
   * Sends two payments of one member that no chain can hold both of: one nonce, or one coin. Each enters
   * at a node of its own. Returns their rows; undefined when the payer has too little.
   */
  payTwice(payment: TwofoldPayment): readonly [number, number] | undefined;
  /** Facts of a transaction; times are NaN until they come [µs]. */
  readonly transactions: {
    readonly count: number;
    sender(tx: number): number;
    type(tx: number): TransactionType;
    submittedUs(tx: number): number;
    /** When it was final at its sender's node. */
    finalUs(tx: number): number;
    /** All blocks that carry it. */
    blocksOf(tx: number): readonly BlockIndex[];
    /** Fee it paid [Upt]; 0 until a block carries it. */
    feeUpt(tx: number): number;
    /** The unsigned transaction's payload, as everybody who relays it can read it. */
    payload(tx: number): PayloadOf[TransactionType];
  };
  /** Node that an account's client sends to and reads from. */
  nodeOf(account: number): number;
  /** Open orders of a slot that a node has received; sealed ones show nothing. */
  ordersKnownAt(node: number, slot: number): readonly VisibleOrder[];
  /** Reads an account's balance in the state after a block [Upt]. */
  balanceUpt(block: number, account: number): number;
  /** Rules of the chain, which stand in genesis. */
  readonly rules: ChainRules;
  /** Integers of the protocol, which stand in genesis. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Reads a cell in the state after a block that has not been folded away; all is public. */
  readAt(block: BlockIndex, cell: number): number;
}

/** One sum sent to two receivers. */
export interface TwofoldPayment {
  readonly from: number;
  readonly receivers: readonly [number, number];
  /** Nodes at which the payments enter. */
  readonly nodes: readonly [number, number];
  readonly amountUpt: number;
  readonly expiryUs: number;
}

/** Where identities become accounts. */
export interface AdmissionOffice {
  /** False on a public chain, where everybody registers by itself. */
  readonly isAdmitted: boolean;
  /**
   * Has an account registered under a name and its initial points claimed, now.
   *
   * @param isSelf - Sends both from the account itself, without the authority's signature.
   */
  admit(account: number, identity: string, isSelf: boolean, expiryUs: number): void;
}

/** What an adversary is given when a run is wired, before the protocol starts. */
export interface AdversaryContext {
  readonly net: ChainNet;
  readonly nodeCount: number;
  /** Kebab name of the protocol that runs. */
  readonly protocol: string;
  readonly ledger?: LedgerAccess;
  /** Who votes and reports how in the vote-out; absent where producers are not elected. */
  readonly voters?: BallotBook;
  /** Who computes how for rewards; absent where nothing is computed. */
  readonly workers?: WorkBook;
  /** Accounts that are no members at the start and the adversary's own, as many as it has asked for. */
  readonly outsiders?: readonly number[];
  /** The way to an account of the chain; absent on a chain of blank blocks. */
  readonly admission?: AdmissionOffice;
  /** The rules of the market, which everybody knows; absent in a run of the chain alone. */
  readonly market?: MarketRules;
  /** Start and end of what is measured [µs]. */
  readonly openingUs: number;
  readonly endUs: number;
  /** Opens a stream whose name begins with `chain/`; name it `chain/adversary-…`. */
  random(stream: string): SequentialStream;
}

/** What became of an attack. Money is integer micro-points; NaN where it has no meaning. */
export interface AdversaryReport {
  /** What was tried, for attacks of several kinds; empty otherwise. */
  readonly detail: string;
  readonly attempts: number;
  readonly successes: number;
  /** What the attack cost its author, and what it brought beyond its cost [Upt]. */
  readonly costUpt: number;
  readonly profitUpt: number;
  /** Value that honest nodes had accepted and lost again [Upt]. */
  readonly valueRevertedUpt: number;
  /** First and last act of the attack, and when the chain was well again [µs]. */
  readonly startedUs: number;
  readonly endedUs: number;
  readonly recoveredUs: number;
}

/** What a home means to order, and when it can still be in time. */
export interface PlannedOrder extends VisibleOrder {
  readonly slot: number;
  /** What a kWh is worth to the home, or costs it [Upt/kWh]. */
  readonly reservationUptPerKWh: number;
  readonly gateUs: number;
}

/** What everybody knows of the market. */
export interface MarketRules {
  readonly slotCount: number;
  readonly homeCount: number;
  /** Clears a book of pool orders by the run's mechanism; keeps and changes nothing. */
  clear(book: Readonly<OrderBook>): Clearing;
  /** Price limits of a slot [Upt/kWh]; infinite without a collar. */
  limits(slot: number): { readonly floorUptPerKWh: number; readonly capUptPerKWh: number };
}

/** Hooks of an adversary on the market; absent where a run has none. */
export interface MarketHooks {
  /** Homes whose orders the adversary sends itself. */
  readonly homes: readonly number[];
  /**
   * A home is about to send an order. Returns when to send it instead [µs], or NaN to send it now;
   * `price` is then asked for the limit at that time.
   */
  delayUntilUs(order: PlannedOrder): number;
  /** Limit price to send now [Upt/kWh]. */
  price(order: PlannedOrder): number;
  /** All orders of a slot as they stand at gate closure; reused afterwards. */
  onGate(slot: number, book: Readonly<OrderBook>): void;
}

/** An adversary wired into one run. */
export interface AdversaryInstance {
  /** Nodes it holds, ascending; none for an adversary that is only a client. */
  readonly nodes: readonly number[];
  readonly market?: MarketHooks;
  /** Closes what is still open and tells what became of it; called once, after the run. */
  finish(): readonly AdversaryReport[];
}

/** An adversary plug-in. */
export interface Adversary<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /** Accounts of its own that it needs beside those of members; none by default. */
  outsiders?(options: OptionValues<S>): number;
  /** What in the options cannot work with this many nodes. */
  check?(options: OptionValues<S>, nodeCount: number): readonly OptionIssue[];
  /**
   * Takes its nodes and wires the attack; deterministic in (context, options).
   *
   * @throws {RangeError} when a node has another conduct already.
   */
  create(context: AdversaryContext, options: OptionValues<S>): AdversaryInstance;
}

/** Declares an adversary; infers the type of its options and freezes it. */
export function defineAdversary<const S extends OptionSet>(adversary: Adversary<S>): Adversary {
  return Object.freeze(adversary) as unknown as Adversary;
}

/** Report of an attack that was never begun; spread it under what is known. */
export const NOTHING_HAPPENED: AdversaryReport = Object.freeze({
  detail: '',
  attempts: 0,
  successes: 0,
  costUpt: Number.NaN,
  profitUpt: Number.NaN,
  valueRevertedUpt: Number.NaN,
  startedUs: Number.NaN,
  endedUs: Number.NaN,
  recoveredUs: Number.NaN,
});

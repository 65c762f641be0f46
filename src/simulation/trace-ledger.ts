/**
 * An exported ledger made ready to be asked where something comes from: it is verified and replayed once, and
 * what happened is kept by transaction, with the entries of receipts under the names that contracts give
 * them. Nothing but the file is used.
 */
import { contracts } from '../contracts/index.ts';
import type { Genesis } from '../ledger/genesis.ts';
import type { HashHex } from '../ledger/hash.ts';
import { openLedger } from '../ledger/ledger-file.ts';
import { STATUS_OK } from '../ledger/receipt.ts';
import { type RejectReason, rejectReasonOf } from '../ledger/reject-reason.ts';
import type { Envelope, PayloadOf, TransactionType } from '../ledger/transactions.ts';
import type { VerifyReport } from '../ledger/verify.ts';
import type { StateSource } from './state-tables.ts';
import { auditRunLedger, type ReplayObserver } from './verify.ts';

/** An entry of a receipt. */
export interface TracedEvent {
  readonly contract: string;
  readonly name: string;
  /** Its integers by the names of the contract. */
  readonly values: Readonly<Record<string, number>>;
}

/** A transaction of the chain. */
export interface TracedTransaction {
  /** Height, and place in the block from 0. */
  readonly block: number;
  readonly place: number;
  readonly id: HashHex;
  readonly type: TransactionType;
  readonly sender: number;
  /** Time of the block [µs of chain time]. */
  readonly timestampUs: number;
  readonly isOk: boolean;
  readonly reason: RejectReason | undefined;
  readonly payload: PayloadOf[TransactionType];
  readonly envelope: Envelope;
  readonly events: readonly TracedEvent[];
}

/** A ledger that can be asked. */
export interface TracedLedger {
  readonly genesis: Genesis;
  readonly chainId: Uint8Array;
  /** State after the last block. */
  readonly state: StateSource;
  /** All transactions in ledger order. */
  readonly transactions: readonly TracedTransaction[];
  /** Index of an account by its id; undefined where there is none. */
  accountOf(id: string): number | undefined;
  accountId(account: number): string;
  /** Transactions of a type, in ledger order. */
  ofType<T extends TransactionType>(
    type: T,
  ): readonly (TracedTransaction & { payload: PayloadOf[T] })[];
  /** Entries of a name of one contract, with their transactions, in ledger order. */
  entries(contract: string, name: string): readonly TracedEntry[];
}

/** An entry and the transaction that made it. */
export interface TracedEntry {
  readonly tx: TracedTransaction;
  readonly values: Readonly<Record<string, number>>;
}

interface NamedShape {
  readonly contract: string;
  readonly name: string;
  readonly fields: readonly string[];
}

const shapes: ReadonlyMap<number, NamedShape> = new Map(
  contracts.flatMap(({ name: contract, events }) =>
    Object.entries(events).map(
      ([name, { code, fields }]) => [code, { contract, name, fields }] as const,
    ),
  ),
);

/**
 * Takes the integers of a receipt apart by the shapes that contracts declare.
 *
 * @returns The entries up to the first code that no contract declares.
 */
export function readEvents(integers: ArrayLike<number>): TracedEvent[] {
  const events: TracedEvent[] = [];
  for (let at = 0; at < integers.length; ) {
    const shape = shapes.get(integers[at]!);
    if (shape === undefined || at + shape.fields.length >= integers.length) break;
    const { contract, name, fields } = shape;
    const values = Object.fromEntries(fields.map((field, k) => [field, integers[at + 1 + k]!]));
    events.push({ contract, name, values });
    at += 1 + fields.length;
  }
  return events;
}

/**
 * Opens a ledger for tracing.
 *
 * @param also - Looks on as well while the blocks are replayed.
 * @returns The report alone where the ledger does not verify: nothing behind a wrong byte can be traced.
 */
export function traceLedger(
  bytes: Uint8Array,
  also?: ReplayObserver,
): { readonly report: VerifyReport; readonly ledger?: TracedLedger } {
  const transactions: TracedTransaction[] = [];
  const { report, state } = auditRunLedger(bytes, {
    onGenesis: (source) => also?.onGenesis(source),
    onTransaction(ran, changes) {
      const { tx, id, header, place, receipt } = ran;
      transactions.push({
        block: header.height,
        place,
        id,
        type: tx.type,
        sender: tx.sender,
        timestampUs: header.timestampUs,
        isOk: receipt.status === STATUS_OK,
        reason: rejectReasonOf(receipt.reason),
        payload: tx.payload,
        envelope: tx,
        events: readEvents(receipt.events),
      });
      also?.onTransaction(ran, changes);
    },
  });
  if (state === undefined) return { report };
  return { report, ledger: indexLedger(openLedger(bytes).genesis, state, transactions) };
}

/** Makes transactions that ran on a chain ready to be asked. */
export function indexLedger(
  genesis: Genesis,
  state: StateSource,
  transactions: readonly TracedTransaction[],
): TracedLedger {
  const accounts = new Map(genesis.accounts.map(({ id }, account) => [id, account]));
  const byType = new Map<string, TracedTransaction[]>();
  const byEntry = new Map<string, TracedEntry[]>();
  const put = <V>(map: Map<string, V[]>, key: string, value: V) => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [value]);
    else list.push(value);
  };
  for (const tx of transactions) {
    put(byType, tx.type, tx);
    for (const { contract, name, values } of tx.events) {
      put(byEntry, `${contract}/${name}`, { tx, values });
    }
  }
  return {
    genesis,
    chainId: state.rules.chainId,
    state,
    transactions,
    accountOf: (id) => accounts.get(id),
    accountId: (account) => genesis.accounts[account]?.id ?? `account ${account}`,
    ofType: <T extends TransactionType>(type: T) =>
      (byType.get(type) ?? []) as (TracedTransaction & { payload: PayloadOf[T] })[],
    entries: (contract, name) => byEntry.get(`${contract}/${name}`) ?? [],
  };
}

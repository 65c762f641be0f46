/**
 * Numbers of senders who do not number their transactions one after the other: rivals, of which a branch
 * can hold only one, and gaps that are still to be filled. Of every other sender there is nothing to know:
 * what is missing there has been refused or has expired, and its number is passed over (decision 20).
 */
import type { TransactionTable } from './transaction-table.ts';
import { TRANSACTION_CODE } from './transactions.ts';

/** Least rise of a tip that replaces a pending transaction: a tenth, and at least one micro-point. */
const REPLACEMENT_SHARE = 10;
const NONE: readonly number[] = [];
const SPEND = TRANSACTION_CODE.SPEND;

/** What is known of numbers. What a sender has signed is entered once, in order; forgeries are not. */
export interface NonceBook {
  /** Whether any sender has chosen a number of its own, or any coin been taken twice. */
  readonly isUsed: boolean;
  /** Enters a transaction whose sender chose the number. */
  choose(tx: number): void;
  /** Enters one with the next number. */
  follow(tx: number): void;
  /** Enters a spend by the coins that it takes: whoever takes one of them too is its rival. */
  spend(tx: number, coins: readonly string[]): void;
  /** Transactions of the same sender and number, or that take the same coin, without those refused where they came in. */
  rivals(tx: number): readonly number[];
  /**
   * Whether a number from `nonce` up to that of the transaction may still come into a block at an
   * instant [µs]; until then a pool holds the transaction back (model §5.5).
   */
  isHeld(tx: number, nonce: number, atUs: number): boolean;
}

/** Least tip with which a transaction replaces a pending one [Upt]: 10 % more, and 1 Upt more. */
export function replacementTip(pendingUpt: number): number {
  return pendingUpt + Math.max(1, Math.ceil(pendingUpt / REPLACEMENT_SHARE));
}

/** Makes the book of a table. */
export function createNonceBook(table: TransactionTable): NonceBook {
  /** By sender who has chosen a number: rows by number. */
  const books = new Map<number, Map<number, number[]>>();
  /** By sender: its last transaction; by transaction: the one before it. 1 is added, 0 is none. */
  const last: number[] = [];
  const previous: number[] = [];

  function enter(rows: Map<number, number[]>, tx: number): void {
    const same = rows.get(table.nonce[tx]!);
    if (same === undefined) rows.set(table.nonce[tx]!, [tx]);
    else same.push(tx);
  }

  /** The book of a sender; opened with everything that it has sent before. */
  function open(sender: number): Map<number, number[]> {
    const rows = new Map<number, number[]>();
    const earlier: number[] = [];
    for (let link = last[sender] ?? 0; link > 0; link = previous[link - 1]!) earlier.push(link - 1);
    for (const tx of earlier.reverse()) enter(rows, tx);
    books.set(sender, rows);
    return rows;
  }

  /** By coin: rows of the spends that take it; and by spend the rivals it has. */
  const takers = new Map<string, number[]>();
  const coinRivals = new Map<number, number[]>();

  function meet(tx: number, other: number): void {
    for (const [one, its] of [
      [tx, other],
      [other, tx],
    ] as const) {
      const known = coinRivals.get(one);
      if (known === undefined) coinRivals.set(one, [its]);
      else if (!known.includes(its)) known.push(its);
    }
  }

  const isDead = (tx: number, atUs: number) =>
    table.refused[tx] !== 0 || table.expiryUs[tx]! < atUs;

  return {
    get isUsed() {
      return books.size > 0 || coinRivals.size > 0;
    },
    choose(tx) {
      const sender = table.sender[tx]!;
      enter(books.get(sender) ?? open(sender), tx);
    },
    follow(tx) {
      const sender = table.sender[tx]!;
      const rows = books.get(sender);
      if (rows !== undefined) {
        enter(rows, tx);
        return;
      }
      while (previous.length < tx) previous.push(0);
      while (last.length <= sender) last.push(0);
      previous[tx] = last[sender]!;
      last[sender] = tx + 1;
    },
    spend(tx, coins) {
      for (const coin of coins) {
        const others = takers.get(coin);
        if (others === undefined) takers.set(coin, [tx]);
        else {
          for (const other of others) meet(tx, other);
          others.push(tx);
        }
      }
    },
    rivals(tx) {
      if (table.type[tx] === SPEND) return coinRivals.get(tx) ?? NONE;
      if (books.size === 0) return NONE;
      const same = books.get(table.sender[tx]!)?.get(table.nonce[tx]!);
      if (same === undefined || same.length === 1) return NONE;
      return same.filter((other) => other !== tx);
    },
    isHeld(tx, nonce, atUs) {
      if (table.type[tx] === SPEND) return false;
      const rows = books.get(table.sender[tx]!);
      if (rows === undefined) return false;
      for (let missing = nonce; missing < table.nonce[tx]!; missing++) {
        const sent = rows.get(missing);
        if (sent === undefined || sent.some((other) => !isDead(other, atUs))) return true;
      }
      return false;
    },
  };
}

/**
 * Where the kWh of a certificate come from and whose it has been: told from the transactions of one branch and
 * their receipts, so that the state need not keep what only an inquiry asks for.
 */
import type { Transaction } from '../ledger/transactions.ts';
import {
  CERTIFICATE,
  CERTIFICATE_RANGE,
  certificateCell,
  certificateOfferOf,
  certificateRangeCell,
} from './certificate-cells.ts';
import { CERTIFICATE_EVENT } from './certificate-events.ts';
import { certificateStatus } from './certificate-records.ts';
import type { Contract, ReadState } from './define.ts';
import type { ChainRules } from './rules.ts';

/** Labels of one generator and slot that took the same way. */
export interface TracedLabels {
  readonly generator: number;
  readonly serialFrom: number;
  /** First serial behind them. */
  readonly serialTo: number;
  /** Delivery slot in which they were generated. */
  readonly slot: number;
  /** Trade they moved with; undefined where the generator's owner bundled them itself. */
  readonly trade?: { readonly slot: number; readonly trade: number; readonly buyer: number };
}

/** Origin and owners of a certificate. */
export interface CertificateTrace {
  readonly labels: readonly TracedLabels[];
  /** Accounts that have owned it, first to last. */
  readonly owners: readonly number[];
}

/** Labels in a row of one generator and what happened to them. */
interface Row<T> {
  readonly from: number;
  readonly to: number;
  readonly what: T;
}

/** What has happened to labels and certificates on one branch. */
export interface CertificateHistory {
  /** Takes the next transaction of the branch that succeeded, with the integers of its receipt. */
  add(
    transaction: Pick<Transaction, 'type' | 'sender' | 'payload'>,
    events: ArrayLike<number>,
  ): void;
  /** Traces a certificate; undefined when the state has none of this id. */
  trace(read: ReadState, rules: ChainRules, id: number): CertificateTrace | undefined;
}

/**
 * Starts a history at genesis.
 *
 * @param contracts - Contracts of the chain: the shapes of all entries that a receipt may hold.
 */
export function createCertificateHistory(contracts: readonly Contract[]): CertificateHistory {
  const lengths = new Map<number, number>();
  for (const { events } of contracts) {
    for (const { code, fields } of Object.values(events)) lengths.set(code, fields.length);
  }
  const mints = new Map<number, Row<number>[]>();
  const moves = new Map<number, Row<NonNullable<TracedLabels['trade']>>[]>();
  const offers = new Map<number, readonly number[]>();
  const owners = new Map<number, number[]>();

  function pass(id: number, to: number): void {
    const row = owners.get(id);
    // The first owner of a certificate of genesis stands in genesis.
    if (row === undefined) owners.set(id, [to]);
    else row.push(to);
  }

  function put<T>(rows: Map<number, Row<T>[]>, generator: number, row: Row<T>): void {
    const list = rows.get(generator);
    if (row.from === row.to) return;
    // Labels are minted, and leave their generator, in the order of their serials.
    if (list === undefined) rows.set(generator, [row]);
    else list.push(row);
  }

  function take(values: readonly number[], code: number): void {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = values;
    if (code === CERTIFICATE_EVENT.labelsMinted) {
      put(mints, a, { from: c, to: c + d + e, what: b });
    } else if (code === CERTIFICATE_EVENT.labelsMoved) {
      put(moves, c, { from: e, to: e + f, what: { slot: a, trade: b, buyer: d } });
    } else if (code === CERTIFICATE_EVENT.issued || code === CERTIFICATE_EVENT.carbon) {
      for (let id = b; id < b + c; id++) owners.set(id, [a]);
    } else if (code === CERTIFICATE_EVENT.traded) {
      for (const id of offers.get(a) ?? []) pass(id, b);
    }
  }

  /** Cuts a range where the rows that it meets end. */
  function* cut<T>(rows: readonly Row<T>[], from: number, to: number) {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (rows[middle]!.to <= from) low = middle + 1;
      else high = middle;
    }
    for (let at = from; at < to; ) {
      const row = rows[low];
      const isInside = row !== undefined && row.from <= at;
      const end = Math.min(to, row === undefined ? to : isInside ? row.to : row.from);
      yield { from: at, to: end, what: isInside ? row.what : undefined };
      if (isInside) low++;
      at = end;
    }
  }

  return {
    add({ type, sender, payload }, events) {
      if (type === 'CERT_OFFER') {
        const { sequence, certificates } = payload as Extract<
          Transaction,
          { type: 'CERT_OFFER' }
        >['payload'];
        offers.set(certificateOfferOf(sender, sequence), Array.from(certificates));
      } else if (type === 'CERT_TRANSFER') {
        const { to, certificates } = payload as Extract<
          Transaction,
          { type: 'CERT_TRANSFER' }
        >['payload'];
        for (const id of Array.from(certificates)) pass(id, to);
      }
      for (let at = 0; at < events.length; ) {
        const code = events[at]!;
        const length = lengths.get(code);
        if (length === undefined) throw new RangeError(`"events" expected an entry, got ${code}`);
        take(
          Array.from({ length }, (_, k) => events[at + 1 + k]!),
          code,
        );
        at += 1 + length;
      }
    },
    trace(read, rules, id) {
      if (certificateStatus(read, rules, id) === undefined) return undefined;
      const labels: TracedLabels[] = [];
      // A carbon certificate has the labels of the green one that it was made of.
      const source = read(certificateCell(id, CERTIFICATE.source));
      const green = source === 0 ? id : source - 1;
      const first = read(certificateCell(green, CERTIFICATE.rangeFirst));
      const end = first + read(certificateCell(green, CERTIFICATE.rangeCount));
      for (let range = first; range < end; range++) {
        const of = (field: number) => read(certificateRangeCell(range, field));
        const generator = of(CERTIFICATE_RANGE.generator);
        const [from, to] = [of(CERTIFICATE_RANGE.serialFrom), of(CERTIFICATE_RANGE.serialTo)];
        for (const minted of cut(mints.get(generator) ?? [], from, to)) {
          const ways = cut(moves.get(generator) ?? [], minted.from, minted.to);
          for (const { from: serialFrom, to: serialTo, what: trade } of ways) {
            const origin = { generator, serialFrom, serialTo, slot: minted.what! };
            labels.push(trade === undefined ? origin : { ...origin, trade });
          }
        }
      }
      const allotted = rules.genesisCertificates.ownerOf(id);
      const passed = owners.get(id) ?? [];
      return { labels, owners: allotted < 0 ? passed : [allotted, ...passed] };
    },
  };
}

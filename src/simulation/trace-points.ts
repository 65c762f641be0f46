/**
 * Where the points of an account come from. Points of one account cannot be told apart, so that a rule has to
 * say which of them go first: here first in, first out ("FIFO-attributed"). What a transaction takes from
 * one account and gives to another is followed in the order in which its contracts did it; what an account
 * locks and gets back keeps its place in the line. Every point thus leads back to one of the cases of issue
 * (model §7.1), through every account that it passed.
 */
import { InvariantViolation } from '../base/errors.ts';
import { ACCOUNT, accountCell } from '../contracts/cells.ts';
import { ISSUE_CASES, type IssueCase } from '../contracts/rules.ts';
import type { HashHex } from '../ledger/hash.ts';
import type { TransactionType } from '../ledger/transactions.ts';
import type { HoldingChanges } from './audit-journal.ts';
import type { StateSource } from './state-tables.ts';
import { readEvents } from './trace-ledger.ts';
import type { RanTransaction, ReplayObserver } from './verify.ts';

/** A step of points into an account; steps lead back to the issue. */
export interface PointStep {
  readonly account: number;
  /** Transaction that brought them; absent for genesis. */
  readonly tx?: PointTransaction;
  /** Step before; absent for the issue itself. */
  readonly before?: PointStep;
  /** Case of the issue, and what it was for; only where there is no step before. */
  readonly issue?: { readonly issueCase: IssueCase; readonly ref: number };
  /** Steps before this one. */
  readonly depth: number;
}

/** The transaction of a step. */
export interface PointTransaction {
  readonly block: number;
  readonly id: HashHex;
  readonly type: TransactionType;
  readonly timestampUs: number;
}

/** Points that came the same way. */
export interface PointParcel {
  readonly amountUpt: number;
  readonly step: PointStep;
}

/** A line of parcels, the oldest first; those that come back go before it. */
class ParcelLine {
  private parcels: PointParcel[] = [];
  private first = 0;

  append(parcel: PointParcel): void {
    const last = this.parcels.at(-1);
    if (this.parcels.length > this.first && last!.step === parcel.step) {
      const amountUpt = last!.amountUpt + parcel.amountUpt;
      this.parcels[this.parcels.length - 1] = { amountUpt, step: parcel.step };
    } else this.parcels.push(parcel);
  }

  /** Puts parcels before all others, in their order; a part that was cut off grows back. */
  prepend(parcels: PointParcel[]): void {
    const next = this.parcels[this.first];
    const last = parcels.at(-1);
    if (next !== undefined && last !== undefined && next.step === last.step) {
      const amountUpt = next.amountUpt + last.amountUpt;
      this.parcels[this.first] = { amountUpt, step: next.step };
      parcels.pop();
    }
    if (parcels.length <= this.first) {
      this.first -= parcels.length;
      parcels.forEach((parcel, k) => {
        this.parcels[this.first + k] = parcel;
      });
      return;
    }
    this.parcels = [...parcels, ...this.parcels.slice(this.first)];
    this.first = 0;
  }

  /** Takes the oldest points, as many as asked for or all. */
  take(amountUpt: number): PointParcel[] {
    const taken: PointParcel[] = [];
    let leftUpt = amountUpt;
    while (leftUpt > 0 && this.first < this.parcels.length) {
      const parcel = this.parcels[this.first]!;
      if (parcel.amountUpt > leftUpt) {
        const restUpt = parcel.amountUpt - leftUpt;
        this.parcels[this.first] = { amountUpt: restUpt, step: parcel.step };
        taken.push({ amountUpt: leftUpt, step: parcel.step });
        return taken;
      }
      taken.push(parcel);
      leftUpt -= parcel.amountUpt;
      this.first++;
    }
    if (this.first > 1024 && 2 * this.first > this.parcels.length) {
      this.parcels = this.parcels.slice(this.first);
      this.first = 0;
    }
    return taken;
  }

  list(): readonly PointParcel[] {
    return this.parcels.slice(this.first);
  }
}

/** Follows points through a replay. */
export interface PointTracer extends ReplayObserver {
  /** What an account holds, balance and escrow, the oldest first. */
  heldBy(account: number): readonly PointParcel[];
  /** Points burned so far, by where they came from. */
  readonly burned: readonly PointParcel[];
}

/** Makes a tracer; hand it to the replay of a ledger. */
export function createPointTracer(): PointTracer {
  let lines: ParcelLine[] = [];
  const burned: PointParcel[] = [];

  function run(ran: RanTransaction, { account, deltaUpt }: HoldingChanges): void {
    const { tx, id, header, receipt } = ran;
    const about = { block: header.height, id, type: tx.type, timestampUs: header.timestampUs };
    const issues = readEvents(receipt.events)
      .filter(({ contract, name }) => contract === 'points' && name === 'issued')
      .map(({ values }) => values);
    /** What this transaction has taken and not yet given, by account, the last taken last. */
    const pot: { readonly from: number; parcels: PointParcel[] }[] = [];

    /** Gives an account its own points back, from the last taken on. @returns What is still owed. */
    function giveBack(to: number, amountUpt: number): number {
      let leftUpt = amountUpt;
      for (let k = pot.length - 1; k >= 0 && leftUpt > 0; k--) {
        const { from, parcels } = pot[k]!;
        if (from !== to) continue;
        const own: PointParcel[] = [];
        while (parcels.length > 0 && leftUpt > 0) {
          const parcel = parcels.pop()!;
          const backUpt = Math.min(parcel.amountUpt, leftUpt);
          if (backUpt < parcel.amountUpt) {
            parcels.push({ amountUpt: parcel.amountUpt - backUpt, step: parcel.step });
          }
          own.unshift({ amountUpt: backUpt, step: parcel.step });
          leftUpt -= backUpt;
        }
        lines[to]!.prepend(own);
      }
      return leftUpt;
    }

    /** Steps that this transaction made, by receiver and step before: the same way is one step. */
    const steps = new Map<PointStep, Map<number, PointStep>>();
    function stepTo(to: number, before: PointStep): PointStep {
      const made = steps.get(before) ?? new Map<number, PointStep>();
      steps.set(before, made);
      const step = made.get(to) ?? { account: to, tx: about, before, depth: before.depth + 1 };
      made.set(to, step);
      return step;
    }

    /** Gives an account what others gave up. @returns What nobody gave up: it was issued. */
    function handOn(to: number, amountUpt: number): number {
      let leftUpt = amountUpt;
      for (const { parcels } of pot) {
        while (parcels.length > 0 && leftUpt > 0) {
          const parcel = parcels.shift()!;
          const movedUpt = Math.min(parcel.amountUpt, leftUpt);
          if (movedUpt < parcel.amountUpt) {
            parcels.unshift({ amountUpt: parcel.amountUpt - movedUpt, step: parcel.step });
          }
          lines[to]!.append({ amountUpt: movedUpt, step: stepTo(to, parcel.step) });
          leftUpt -= movedUpt;
        }
      }
      return leftUpt;
    }

    account.forEach((holder, k) => {
      const delta = deltaUpt[k]!;
      if (delta < 0) {
        const parcels = lines[holder]!.take(-delta);
        pot.push({ from: holder, parcels });
        return;
      }
      // A payment that equals the next issue to the same account cannot be told from it; both come with
      // this transaction, so that at most their order in the line is exchanged.
      const isIssued = issues[0]?.to === holder && issues[0]?.amountUpt === delta;
      const owedUpt = isIssued ? delta : handOn(holder, giveBack(holder, delta));
      if (owedUpt === 0) return;
      const { case: code, ref } = issues.shift() ?? {};
      const issueCase = ISSUE_CASES[code ?? -1];
      if (issueCase === undefined) {
        throw new InvariantViolation('points-traced', `${owedUpt} Upt of ${id} come from nowhere`);
      }
      const step = { account: holder, tx: about, issue: { issueCase, ref: ref ?? 0 }, depth: 0 };
      lines[holder]!.append({ amountUpt: owedUpt, step });
    });
    for (const { parcels } of pot) burned.push(...parcels);
  }

  return {
    burned,
    onGenesis({ read, rules }: StateSource) {
      lines = Array.from({ length: rules.accountCount }, (_, account) => {
        const line = new ParcelLine();
        const amountUpt =
          read(accountCell(account, ACCOUNT.balanceUpt)) +
          read(accountCell(account, ACCOUNT.escrowUpt));
        const issue = { issueCase: 'grant' as const, ref: account };
        if (amountUpt > 0) line.append({ amountUpt, step: { account, issue, depth: 0 } });
        return line;
      });
    },
    onTransaction: run,
    heldBy: (account) => lines[account]?.list() ?? [],
  };
}

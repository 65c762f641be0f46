/** Points are followed in parcels as they would be one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, accountCell } from '../../src/contracts/cells.ts';
import { ISSUE_CASES, POINTS_EVENT } from '../../src/contracts/rules.ts';
import type { StateSource } from '../../src/simulation/state-tables.ts';
import { createPointTracer } from '../../src/simulation/trace-points.ts';
import { oldestOf, pointsByCase, stepsOf } from '../../src/simulation/trace-points-text.ts';
import type { RanTransaction } from '../../src/simulation/verify.ts';

const ACCOUNTS = 5;
const account = fc.nat({ max: ACCOUNTS - 1 });
const amount = fc.integer({ min: 1, max: 12 });

type Act =
  | { readonly do: 'move'; readonly from: number; readonly to: number; readonly upt: number }
  | { readonly do: 'lock'; readonly from: number; readonly upt: number }
  | { readonly do: 'issue'; readonly to: number; readonly upt: number; readonly code: number }
  | { readonly do: 'burn'; readonly from: number; readonly upt: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('move' as const), from: account, to: account, upt: amount }),
  fc.record({ do: fc.constant('lock' as const), from: account, upt: amount }),
  fc.record({
    do: fc.constant('issue' as const),
    to: account,
    upt: amount,
    code: fc.nat({ max: ISSUE_CASES.length - 1 }),
  }),
  fc.record({ do: fc.constant('burn' as const), from: account, upt: amount }),
);

/** A transaction: what sets gas aside first and gives the rest back at the end, and what happens between. */
const transaction = fc.record({
  payer: account,
  gasUpt: fc.nat({ max: 6 }),
  feeUpt: fc.nat({ max: 6 }),
  acts: fc.array(act, { maxLength: 4 }),
});

/** One micro-point: its way so far, the issue first. */
type Token = string[];

/** Follows every micro-point by itself. */
function createOracle(opening: readonly number[]) {
  const held: Token[][] = opening.map((upt, holder) =>
    Array.from({ length: upt }, () => [`grant ${holder}`]),
  );
  return {
    held,
    run(id: string, account: readonly number[], deltaUpt: readonly number[], issues: string[]) {
      let pot: { from: number; token: Token }[] = [];
      account.forEach((holder, k) => {
        const delta = deltaUpt[k]!;
        if (delta < 0) {
          for (const token of held[holder]!.splice(0, -delta)) pot.push({ from: holder, token });
          return;
        }
        const own = pot.filter(({ from }) => from === holder).slice(-delta);
        held[holder]!.unshift(...own.map(({ token }) => token));
        pot = pot.filter((entry) => !own.includes(entry));
        const others = pot.slice(0, delta - own.length);
        pot = pot.slice(others.length);
        for (const { token } of others) held[holder]!.push([...token, `${id}>${holder}`]);
        const issued = delta - own.length - others.length;
        if (issued === 0) return;
        const name = issues.shift()!;
        for (let unit = 0; unit < issued; unit++) held[holder]!.push([name]);
      });
      return pot.length;
    },
  };
}

/** Parcels as single micro-points. */
function expanded(parcels: ReturnType<ReturnType<typeof createPointTracer>['heldBy']>): string[] {
  return parcels.flatMap((parcel) => {
    const way = stepsOf(parcel).map((step) => {
      if (step.before !== undefined) return `${step.tx!.id}>${step.account}`;
      const { issueCase } = step.issue!;
      return step.tx === undefined ? `grant ${step.account}` : `${issueCase} ${step.tx.id}`;
    });
    return Array.from({ length: parcel.amountUpt }, () => way.join(' '));
  });
}

describe('tracing points', () => {
  it('agrees with following each by itself, first in, first out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 20 }), { minLength: ACCOUNTS, maxLength: ACCOUNTS }),
        fc.array(transaction, { maxLength: 30 }),
        (opening, transactions) => {
          const tracer = createPointTracer();
          const oracle = createOracle(opening);
          const read = (cell: number) =>
            opening.find((_, k) => accountCell(k, ACCOUNT.balanceUpt) === cell) ?? 0;
          tracer.onGenesis({ read, rules: { accountCount: ACCOUNTS } } as unknown as StateSource);
          let burned = 0;
          transactions.forEach(({ payer, gasUpt, feeUpt, acts }, number) => {
            const id = `tx${number}`;
            const holdings = oracle.held.map((tokens) => tokens.length);
            const accounts: number[] = [];
            const deltas: number[] = [];
            const issues: string[] = [];
            const events: number[] = [];
            const change = (holder: number, delta: number): boolean => {
              if (delta === 0 || holdings[holder]! + delta < 0) return false;
              holdings[holder]! += delta;
              accounts.push(holder);
              deltas.push(delta);
              return true;
            };
            const isPaid = change(payer, -gasUpt);
            acts.forEach((one, k) => {
              if (one.do === 'issue') {
                // What a contract issues it issues while nothing is on its way to the same account.
                if (isPaid) return;
                change(one.to, one.upt);
                events.push(POINTS_EVENT.issued, one.code, one.to, one.upt, number);
                issues.push(`${ISSUE_CASES[one.code]} ${id}`);
              } else if (one.do === 'burn') {
                // Burned points stay behind at the end; until then they could still be handed on.
                if (k === acts.length - 1) change(one.from, -one.upt);
              } else if (change(one.from, -one.upt)) {
                change(one.do === 'move' ? one.to : one.from, one.upt);
              }
            });
            if (isPaid) {
              const backUpt = Math.max(0, gasUpt - feeUpt);
              change(payer, backUpt);
              change(0, gasUpt - backUpt);
            }
            burned += oracle.run(id, accounts, deltas, issues);
            const ran = {
              tx: { type: 'TRANSFER' },
              id,
              header: { height: number, timestampUs: number },
              place: 0,
              receipt: { events },
            } as unknown as RanTransaction;
            tracer.onTransaction(ran, { account: accounts, deltaUpt: deltas });
          });
          oracle.held.forEach((tokens, holder) => {
            const ways = tokens.map((token) => token.join(' '));
            expect(expanded(tracer.heldBy(holder))).toEqual(ways);
          });
          expect(expanded(tracer.burned)).toHaveLength(burned);
        },
      ),
      { numRuns: 300, seed: 20_260_701 },
    );
  });

  it('takes the oldest of what is held, and sums cases', () => {
    const step = (issueCase: 'grant' | 'block') => ({
      account: 0,
      depth: 0,
      issue: { issueCase, ref: 0 },
    });
    const parcels = [
      { amountUpt: 5, step: step('grant') },
      { amountUpt: 7, step: step('block') },
    ];
    expect(oldestOf(parcels, 6).map(({ amountUpt }) => amountUpt)).toEqual([5, 1]);
    expect(oldestOf(parcels, 99).map(({ amountUpt }) => amountUpt)).toEqual([5, 7]);
    expect(oldestOf(parcels, 0)).toEqual([]);
    expect(Array.from(pointsByCase(parcels))).toEqual([
      ['grant', 5],
      ['clean', 0],
      ['compute', 0],
      ['block', 7],
    ]);
  });
});

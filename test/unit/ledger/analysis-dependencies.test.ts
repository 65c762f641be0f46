import { describe, expect, it } from 'vitest';
import {
  type AccessColumns,
  accountDependencies,
  coinDependencies,
} from '../../../src/ledger/analysis/dependencies.ts';
import { scheduleBlock } from '../../../src/ledger/analysis/schedule.ts';

/** Payments: the payer's cell is read and written, the payee's is credited. */
function paymentsOf(pairs: readonly (readonly [payer: number, payee: number])[]): AccessColumns {
  return {
    transactionCount: pairs.length,
    readOffset: Array.from({ length: pairs.length + 1 }, (_, t) => t),
    readCell: pairs.map(([payer]) => payer),
    writeOffset: Array.from({ length: pairs.length + 1 }, (_, t) => 2 * t),
    writeCell: pairs.flat(),
    writeIsCredit: pairs.flatMap(() => [0, 1]),
  };
}

function spendsOf(parents: readonly (readonly number[])[]) {
  const inputOffset = [0];
  for (const list of parents) inputOffset.push(inputOffset.at(-1)! + list.length);
  return { transactionCount: parents.length, inputOffset, parent: parents.flat() };
}

const plain = { commutativeCredits: false };
const commuting = { commutativeCredits: true };
const n = 500;

describe('parallel width', () => {
  it('of payments to one hot receiver is 1, or n when credits commute, and n on coins', () => {
    const hot = paymentsOf(Array.from({ length: n }, (_, t) => [1 + t, 0]));
    const serial = accountDependencies(hot, plain);
    expect(serial).toMatchObject({ longestPath: n, width: 1, gateCount: 0 });
    expect(serial.edgeFrom.length).toBe(n - 1);
    expect(serial.hazards).toEqual({
      readAfterWrite: 0,
      writeAfterRead: 0,
      writeAfterWrite: (n * (n - 1)) / 2,
    });
    const parallel = accountDependencies(hot, commuting);
    expect(parallel).toMatchObject({ longestPath: 1, width: n });
    expect(Array.from(parallel.levelCount)).toEqual([n]);
    expect(parallel.hazards.writeAfterWrite).toBe(0);
    expect(coinDependencies(spendsOf(Array.from({ length: n }, () => [-1]))).width).toBe(n);
  });

  it('of a chain of change is 1 on coins, as is one payer on accounts', () => {
    const chain = spendsOf(Array.from({ length: n }, (_, t) => [t - 1]));
    expect(coinDependencies(chain)).toMatchObject({ longestPath: n, width: 1 });
    const payer = paymentsOf(Array.from({ length: n }, (_, t) => [0, 1 + t]));
    expect(accountDependencies(payer, commuting)).toMatchObject({ longestPath: n, width: 1 });
  });

  it('of disjoint payments is n on either ledger', () => {
    const pairs = Array.from({ length: n }, (_, t) => [2 * t, 2 * t + 1] as const);
    expect(accountDependencies(paymentsOf(pairs), plain).width).toBe(n);
    expect(accountDependencies(paymentsOf(pairs), commuting).width).toBe(n);
    expect(coinDependencies(spendsOf(Array.from({ length: n }, () => []))).width).toBe(n);
  });

  it('sees credits before and after a debit of the receiver', () => {
    const pairs = [
      [1, 0],
      [2, 0],
      [0, 3],
      [4, 0],
      [5, 0],
    ] as const;
    const graph = accountDependencies(paymentsOf(pairs), commuting);
    expect(Array.from(graph.level)).toEqual([0, 0, 1, 2, 2]);
    expect(Array.from(graph.levelCount)).toEqual([2, 1, 2]);
    expect(graph.width).toBe(5 / 3);
    // Two credits meet in a gate; the debit stands alone and needs none.
    expect(graph.gateCount).toBe(1);
    expect(graph.hazards).toEqual({ readAfterWrite: 2, writeAfterRead: 2, writeAfterWrite: 4 });
  });

  it('is undefined for an empty block', () => {
    expect(accountDependencies(paymentsOf([]), plain).width).toBeNaN();
    expect(coinDependencies(spendsOf([]))).toMatchObject({ longestPath: 0, width: Number.NaN });
  });

  it('refuses a child before its parent and short columns', () => {
    expect(() => coinDependencies(spendsOf([[0]]))).toThrow(
      '"parent" expected below 0 at 0, got 0',
    );
    const short = { ...paymentsOf([[0, 1]]), readOffset: [0] };
    expect(() => accountDependencies(short, plain)).toThrow(
      '"readOffset" expected 2 values, got 1',
    );
  });

  it('costs no more than the accesses on a cell that all share', () => {
    const size = 100_000;
    const half = Array.from({ length: size }, (_, t) => [1 + t, 0] as const);
    const graph = accountDependencies(paymentsOf([...half, [0, 1], ...half]), commuting);
    // The payers of the second half wait for the account that the first half has touched.
    expect(graph.longestPath).toBe(3);
    expect(graph.edgeFrom.length).toBeLessThan(6 * size);
  });
});

describe('the schedule', () => {
  const options = (workers: number) => ({ workers, priority: 'criticalPath' }) as const;

  it('of independent payments takes a round for every p of them', () => {
    const free = coinDependencies(spendsOf(Array.from({ length: n }, () => [])));
    for (const workers of [1, 2, 3, 7, 64, 1_000]) {
      const plan = scheduleBlock(free, options(workers));
      expect(plan.makespanUs).toBe(Math.ceil(n / workers));
      expect(plan.speedUp).toBe(n / Math.ceil(n / workers));
    }
  });

  it('of a chain gains nothing', () => {
    const chain = coinDependencies(spendsOf(Array.from({ length: n }, (_, t) => [t - 1])));
    expect(scheduleBlock(chain, options(16))).toMatchObject({ makespanUs: n, speedUp: 1 });
  });

  it('reaches the width with workers enough, and is bounded by both', () => {
    const pairs = Array.from({ length: n }, (_, t) => [t % 37, 100 + (t % 11)] as const);
    const graph = accountDependencies(paymentsOf(pairs), commuting);
    for (const workers of [1, 2, 4, 8, 16, n]) {
      const { speedUp } = scheduleBlock(graph, options(workers));
      expect(speedUp).toBeLessThanOrEqual(Math.min(workers, graph.width));
    }
    expect(scheduleBlock(graph, options(n)).speedUp).toBe(graph.width);
  });

  it('puts the longest path first when asked to', () => {
    // Two short transactions stand before the head of a chain of three.
    const graph = coinDependencies(spendsOf([[], [], [], [2], [3]]));
    expect(scheduleBlock(graph, { workers: 2, priority: 'block' }).makespanUs).toBe(4);
    expect(scheduleBlock(graph, options(2)).makespanUs).toBe(3);
    const weighted = { ...options(2), durationUs: [6, 6, 1, 1, 1] };
    expect(scheduleBlock(graph, weighted)).toMatchObject({
      makespanUs: 9,
      workUs: 15,
      criticalPathUs: 6,
    });
  });

  it('refuses workers and durations that are no positive integers', () => {
    const graph = coinDependencies(spendsOf([[]]));
    expect(() => scheduleBlock(graph, options(0))).toThrow('"workers" expected an integer from 1');
    expect(() => scheduleBlock(graph, { ...options(1), durationUs: [0] })).toThrow(
      '"durationUs" expected integers from 1, got 0 at 0',
    );
    expect(scheduleBlock(coinDependencies(spendsOf([])), options(1)).speedUp).toBeNaN();
  });
});

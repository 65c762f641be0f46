import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AccessColumns,
  accountDependencies,
  coinDependencies,
  type Dependencies,
} from '../../src/ledger/analysis/dependencies.ts';
import { scheduleBlock } from '../../src/ledger/analysis/schedule.ts';
import { closure, type Matrix, offsets } from './ledger-analysis-matrix.ts';

interface Write {
  readonly cell: number;
  readonly credit: boolean;
}
interface Access {
  readonly reads: readonly number[];
  readonly writes: readonly Write[];
}

const cell = fc.integer({ min: 0, max: 3 });
const access: fc.Arbitrary<Access> = fc.record({
  reads: fc.array(cell, { maxLength: 2 }),
  writes: fc.array(fc.record({ cell, credit: fc.boolean() }), { maxLength: 2 }),
});
const block = fc.array(access, { maxLength: 9 });

function columnsOf(txs: readonly Access[]): AccessColumns {
  const writes = txs.flatMap((tx) => tx.writes);
  return {
    transactionCount: txs.length,
    readOffset: offsets(txs.map((tx) => tx.reads)),
    readCell: txs.flatMap((tx) => tx.reads).map((at) => 2 ** 50 + 16 * at),
    writeOffset: offsets(txs.map((tx) => tx.writes)),
    writeCell: writes.map(({ cell: at }) => 2 ** 50 + 16 * at),
    writeIsCredit: writes.map(({ credit }) => (credit ? 1 : 0)),
  };
}

/** Hazards of a pair on one cell, straight from the definition. */
function hazards(first: Access, second: Access, at: number, commute: boolean) {
  const reads = (tx: Access) => tx.reads.includes(at);
  const writes = (tx: Access) => tx.writes.filter((write) => write.cell === at);
  const credits = (tx: Access) => writes(tx).length > 0 && writes(tx).every((w) => w.credit);
  const bothWrite = writes(first).length > 0 && writes(second).length > 0;
  return {
    readAfterWrite: writes(first).length > 0 && reads(second) ? 1 : 0,
    writeAfterRead: reads(first) && writes(second).length > 0 ? 1 : 0,
    writeAfterWrite: bothWrite && !(commute && credits(first) && credits(second)) ? 1 : 0,
  };
}

/** Length of the longest of all paths, by walking every one of them. */
function longestOfAllPaths(edges: Matrix): number {
  const from = (i: number): number =>
    1 + Math.max(0, ...edges[i]!.flatMap((edge, j) => (edge ? [from(j)] : [])));
  return Math.max(0, ...edges.map((_, i) => from(i)));
}

/** Peels off, again and again, all transactions that wait for none of the rest. */
function layers(edges: Matrix): number[] {
  const sizes: number[] = [];
  let left = edges.map((_, i) => i);
  while (left.length > 0) {
    const free = left.filter((j) => left.every((i) => !edges[i]![j]));
    sizes.push(free.length);
    left = left.filter((j) => !free.includes(j));
  }
  return sizes;
}

function graphMatrix(graph: Dependencies): Matrix {
  const count = graph.transactionCount + graph.gateCount;
  const edges = Array.from({ length: count }, () => new Array<boolean>(count).fill(false));
  graph.edgeFrom.forEach((from, k) => {
    edges[from]![graph.edgeTo[k]!] = true;
  });
  return edges;
}

function checkAgainst(graph: Dependencies, conflicts: Matrix): void {
  const n = conflicts.length;
  expect(graph.longestPath).toBe(longestOfAllPaths(conflicts));
  expect(Array.from(graph.levelCount)).toEqual(layers(conflicts));
  if (n > 0) expect(graph.width).toBe(n / graph.longestPath);
  else expect(graph.width).toBeNaN();
  const reach = closure(graphMatrix(graph)).slice(0, n);
  expect(reach.map((row) => row.slice(0, n))).toEqual(closure(conflicts));
  const left = new Set<number>();
  graph.edgeFrom.forEach((from, k) => {
    left.add(from);
    expect(left.has(graph.edgeTo[k]!)).toBe(false);
  });
}

describe('dependencies of a block', () => {
  it('on accounts are those of all conflicting pairs', () => {
    fc.assert(
      fc.property(block, fc.boolean(), (txs, commutativeCredits) => {
        const total = { readAfterWrite: 0, writeAfterRead: 0, writeAfterWrite: 0 };
        const conflicts = txs.map((first, i) =>
          txs.map((second, j) => {
            if (i >= j) return false;
            let found = 0;
            for (let at = 0; at < 4; at++) {
              const pair = hazards(first, second, at, commutativeCredits);
              total.readAfterWrite += pair.readAfterWrite;
              total.writeAfterRead += pair.writeAfterRead;
              total.writeAfterWrite += pair.writeAfterWrite;
              found += pair.readAfterWrite + pair.writeAfterRead + pair.writeAfterWrite;
            }
            return found > 0;
          }),
        );
        const columns = columnsOf(txs);
        const graph = accountDependencies(columns, { commutativeCredits });
        checkAgainst(graph, conflicts);
        expect(graph.hazards).toEqual(total);
        const accesses = columns.readCell.length + columns.writeCell.length;
        expect(graph.edgeFrom.length).toBeLessThanOrEqual(2 * accesses);
      }),
      { numRuns: 4_000, seed: 1 },
    );
  });

  it('on coins are those of parents in the block', () => {
    const inputs = fc.array(fc.array(fc.integer({ min: -1, max: 8 }), { maxLength: 3 }), {
      maxLength: 10,
    });
    fc.assert(
      fc.property(inputs, (lists) => {
        const parents = lists.map((list, t) => list.filter((parent) => parent < t));
        const conflicts = parents.map((_, i) => parents.map((list) => list.includes(i)));
        const graph = coinDependencies({
          transactionCount: parents.length,
          inputOffset: offsets(parents),
          parent: parents.flat(),
        });
        checkAgainst(graph, conflicts);
        expect(graph.edgeFrom.length).toBe(conflicts.flat().filter(Boolean).length);
      }),
      { numRuns: 2_000, seed: 2 },
    );
  });
});

describe('the schedule of a block', () => {
  const durations = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 9, maxLength: 9 });

  it('starts what is ready first, keeps the order and stays in its bounds', () => {
    fc.assert(
      fc.property(block, durations, fc.integer({ min: 1, max: 4 }), (txs, durationUs, workers) => {
        const graph = accountDependencies(columnsOf(txs), { commutativeCredits: true });
        const n = txs.length;
        const before = closure(graphMatrix(graph));
        for (const priority of ['block', 'criticalPath'] as const) {
          const plan = scheduleBlock(graph, { workers, durationUs, priority });
          const endUs = Array.from(plan.startUs, (start, t) => start + durationUs[t]!);
          const running = (us: number) =>
            endUs.filter((end, t) => plan.startUs[t]! <= us && us < end).length;
          for (let us = 0; us < plan.makespanUs; us++) {
            expect(running(us)).toBeLessThanOrEqual(workers);
            const idle = running(us) < workers;
            for (let t = 0; t < n; t++) {
              const ready = endUs.every((end, i) => !before[i]![t] || end <= us);
              if (plan.startUs[t]! > us) expect(idle && ready).toBe(false);
            }
          }
          for (let i = 0; i < n; i++) {
            for (let j = 0; j < n; j++) {
              if (before[i]![j]) expect(endUs[i]!).toBeLessThanOrEqual(plan.startUs[j]!);
            }
          }
          expect(plan.makespanUs).toBe(Math.max(0, ...endUs));
          expect(plan.makespanUs).toBeGreaterThanOrEqual(plan.criticalPathUs);
          expect(plan.makespanUs * workers).toBeGreaterThanOrEqual(plan.workUs);
          const graham = plan.workUs + (workers - 1) * plan.criticalPathUs;
          expect(plan.makespanUs * workers).toBeLessThanOrEqual(graham);
        }
      }),
      { numRuns: 1_000, seed: 3 },
    );
  });

  /** Shortest schedule with unit times, by trying every choice at every instant. */
  function shortest(parents: readonly number[][], workers: number): number {
    const n = parents.length;
    const memo = new Map<number, number>();
    const remaining = (done: number): number => {
      if (done === (1 << n) - 1) return 0;
      const known = memo.get(done);
      if (known !== undefined) return known;
      const ready = parents.flatMap((list, t) =>
        (done >> t) & 1 || list.some((p) => !((done >> p) & 1)) ? [] : [t],
      );
      let best = n;
      for (let choice = 1; choice < 1 << ready.length; choice++) {
        const picked = ready.filter((_, k) => (choice >> k) & 1);
        if (picked.length > workers) continue;
        const next = picked.reduce((mask, t) => mask | (1 << t), done);
        best = Math.min(best, 1 + remaining(next));
      }
      memo.set(done, best);
      return best;
    };
    return remaining(0);
  }

  it('is the shortest where each transaction has at most one child (Hu 1961)', () => {
    const children = fc.array(fc.nat(), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(children, fc.integer({ min: 1, max: 3 }), (picks, workers) => {
        const n = picks.length;
        const parents: number[][] = picks.map(() => []);
        picks.forEach((pick, t) => {
          const child = t + 1 + (pick % (n - t));
          if (child < n) parents[child]!.push(t);
        });
        const graph = coinDependencies({
          transactionCount: n,
          inputOffset: offsets(parents),
          parent: parents.flat(),
        });
        const plan = scheduleBlock(graph, { workers, priority: 'criticalPath' });
        expect(plan.makespanUs).toBe(shortest(parents, workers));
      }),
      { numRuns: 400, seed: 4 },
    );
  });
});

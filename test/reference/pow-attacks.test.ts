/** Attacks on proof of work against the computed references (30 seeds each, fixed). */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { delayedDoubleSpend } from '../../src/consensus/laws/delayed-double-spend.ts';
import { doubleSpend, selfishRates } from '../../src/consensus/laws/index.ts';
import {
  delayedDoubleSpendSuccess,
  doubleSpendSuccess,
  networkGamma,
  privateChainRun,
  punctualDoubleSpendSuccess,
  rewritingRun,
  selfishRun,
  selfishRunOnNetwork,
} from '../../src/experiment/validate/pow-attacks.ts';
import { estimate, T30 } from '../unit/consensus/harness.ts';

const SEEDS = Array.from({ length: 30 }, (_, seed) => seed);
const over = (run: (seed: string) => number) => estimate(SEEDS.map((seed) => run(`ref/${seed}`)));

/** Rows of a table of the reference set by the text of their first cells; empty where it is absent. */
function table(name: string): Map<string, number[]> {
  const path = fileURLToPath(new URL(`../../../shared/reference/${name}`, import.meta.url));
  const rows = new Map<string, number[]>();
  if (!existsSync(path)) {
    console.log(`skipped: no ${path}`);
    return rows;
  }
  for (const line of readFileSync(path, 'utf8').trim().split('\n').slice(1)) {
    const cells = line.split(',').map(Number);
    rows.set(`${cells[0]}`, [...(rows.get(`${cells[0]}`) ?? []), ...cells.slice(1)]);
  }
  return rows;
}

const races = table('double_spend.csv');
/** Cells of a share are its rows one after the other: z and the conventions of the file. */
function chanceOf(q: number, z: number, column: number): number {
  const cells = races.get(`${q}`)!;
  for (let at = 0; at < cells.length; at += 6) if (cells[at] === z) return cells[at + column]!;
  throw new RangeError(`no z ${z}`);
}
const NAKAMOTO = 1;
const LEVEL = 2;
const LONGER = 4;

describe.skipIf(races.size === 0)('double spend (validation A1)', () => {
  it.each([
    [0.1, 2, 1, 8],
    [0.3, 4, 1, 12],
    [0.2, 2, 0, 8],
    [0.4, 3, 0, 24],
  ] as const)('q %d, z %i, %i in advance', (q, confirmations, preMined, giveUp) => {
    const race = { q, confirmations, preMined, giveUp };
    const { mean, se } = over((seed) => doubleSpendSuccess(race, 120, seed));
    const reference = chanceOf(q, confirmations, preMined === 1 ? LEVEL : LONGER);
    expect(se).toBeLessThan(1.5 * Math.sqrt((reference * (1 - reference)) / 3_600));
    expect(Math.abs(mean - reference)).toBeLessThan(T30 * se + (q / (1 - q)) ** giveUp);
  });

  it('punctual confirmations give Nakamoto’s figure, not Rosenfeld’s', () => {
    const race = { q: 0.2, confirmations: 6, giveUp: 10 };
    const { mean, se } = over((seed) => punctualDoubleSpendSuccess(race, 200, seed));
    expect(se).toBeLessThan(0.003);
    expect(Math.abs(mean - chanceOf(0.2, 6, NAKAMOTO))).toBeLessThan(T30 * se);
    expect(chanceOf(0.2, 6, LEVEL) - mean).toBeGreaterThan(2 * se);
  });
});

describe('double spend over a delay', () => {
  it('without delay the law is the race’s, and delay helps the attacker', () => {
    for (const [q, z] of [
      [0.1, 1],
      [0.3, 4],
      [0.4, 2],
    ] as const) {
      const race = { q, confirmations: z, giveUp: 150 };
      expect(delayedDoubleSpend({ ...race, rateTimesDelay: 0 })).toBeCloseTo(
        doubleSpend(q, z, 0),
        10,
      );
      expect(delayedDoubleSpend({ ...race, rateTimesDelay: 0.3 })).toBeGreaterThan(
        doubleSpend(q, z, 0) + 0.001,
      );
    }
  });

  it('an attacker who hears at once, against ten who do not', () => {
    const race = { q: 0.3, confirmations: 3, giveUp: 12 };
    const world = { honest: 10, delayOverInterval: 0.3 };
    const law = delayedDoubleSpend({ ...race, rateTimesDelay: 0.3 });
    const none = doubleSpend(0.3, 3, 0);
    const { mean, se } = over((seed) =>
      delayedDoubleSpendSuccess({ ...race, preMined: 0 }, world, 80, seed),
    );
    expect(se).toBeLessThan(0.012);
    expect(Math.abs(mean - law)).toBeLessThan(T30 * se + (2 * (law - none)) / world.honest);
    expect(mean).toBeGreaterThan(none + T30 * se);
  });
});

const revenues = table('selfish_mining_R.csv');
const GAMMAS = [0, 0.25, 0.5, 0.75, 1];

describe.skipIf(revenues.size === 0)('selfish mining (validation A2)', () => {
  it.each([
    [0.25, 0.5],
    [0.35, 0.25],
    [0.4, 0],
  ])('α %d, γ %d', (alpha, gamma) => {
    const runs = SEEDS.map((seed) => selfishRun(alpha, gamma, 4_000, `selfish/${seed}`));
    const share = estimate(runs.map((run) => run.share));
    expect(share.se).toBeLessThan(0.005);
    const reference = revenues.get(`${alpha}`)![GAMMAS.indexOf(gamma)]!;
    expect(Math.abs(share.mean - reference)).toBeLessThan(T30 * share.se + 5e-4);
    const orphaned = estimate(runs.map((run) => run.orphaned));
    const law = selfishRates(alpha, gamma).orphaned;
    expect(Math.abs(orphaned.mean - law)).toBeLessThan(T30 * orphaned.se + 5e-4);
  });

  it('γ is whom the pool reaches first: nobody, or all but the finder', () => {
    for (const followers of [0, 10]) {
      const around = { honest: 10, followers };
      const { mean, se } = over((seed) => selfishRunOnNetwork(0.35, around, 800, seed).share);
      const gamma = networkGamma(around);
      expect(gamma).toBeCloseTo(followers === 0 ? 0 : 0.9, 12);
      const cells = revenues.get('0.35')!;
      const reference = cells[0]! + gamma * (cells[4]! - cells[0]!);
      expect(se).toBeLessThan(0.012);
      expect(Math.abs(mean - reference)).toBeLessThan(T30 * se + 0.002);
    }
  });
});

describe('a private chain (model, E03)', () => {
  it.each([
    [0.2, 0.4751],
    [1, 0.382],
  ])('keeps pace at λΔ %d with a share of %d', (delayOverInterval, beta) => {
    const world = { beta, delayOverInterval, honest: 30, forkChoice: 'most-work' } as const;
    const { mean, se } = over((seed) => {
      const { publicHeight, honestBlocks } = privateChainRun(world, 250, seed);
      return ((publicHeight / honestBlocks) * (1 - beta)) / beta;
    });
    expect(se).toBeLessThan(0.015);
    const bias = ((1 - beta) * delayOverInterval) / 30 + 0.002;
    expect(Math.abs(mean - 1)).toBeLessThan(T30 * se + bias);
  });

  it('of 0.42 overtakes most work over long delays, and not the heaviest subtree', () => {
    const overtaken = (['most-work', 'ghost'] as const).map((forkChoice) => {
      const world = { beta: 0.42, delayOverInterval: 2, honest: 8, forkChoice };
      return privateChainRun(world, 1_200, 'overtake').overtaken;
    });
    expect(overtaken).toEqual([1, 0]);
  });
});

describe('a majority', () => {
  it('of 0.65 rewrites 4 blocks always, in 5 / 0.3 blocks on average', () => {
    const runs = SEEDS.map((seed) => rewritingRun(0.65, 4, 1_000, 60, `majority/${seed}`));
    expect(runs.every(({ success }) => success === 1)).toBe(true);
    const { mean, se } = estimate(runs.map(({ blocks }) => blocks));
    expect(se).toBeLessThan(0.5);
    expect(Math.abs(mean - 5 / 0.3)).toBeLessThan(T30 * se);
  });
});

/**
 * E06: the shipped split breaks the naive rule and never votes, at most m equivocators given; a clean
 * split breaks every rule exactly from 2t - N equivocators on; fewer than a quorum stall.
 */
import { describe, expect, it } from 'vitest';
import { equivocatorsNeeded } from '../../src/consensus/laws/index.ts';
import { type RunResult, simulate } from '../../src/simulation/run.ts';
import { column, shipped, words } from './shipped.ts';

const { arms, scenario } = shipped('E06');
const DELEGATES = 21;
/** Quorum and the most equivocators that votes bear. */
const BOUNDS = [
  [15, 8],
  [14, 6],
] as const;

const equivocation = (count: number, moves: number) =>
  `fraud.adversaries=[{ name: equivocation, count: ${count}, moves: ${moves}, moving: 25 %, ` +
  'from: 5 min, lasts: 20 min }]';

/** Heights at which honest nodes came to hold two blocks final. */
function divergent({ tables }: RunResult): number {
  const names = words(tables.consensus, 'counter');
  return column(tables.consensus, 'value')[names.indexOf('divergentFinals')]!;
}

const under = (arm: string, sets: readonly string[], seeds: number) =>
  Array.from({ length: seeds }, (_, k) =>
    divergent(simulate({ ...scenario(arm, sets), seed: k + 1 })),
  );

describe('E06, the shipped split with seven equivocators', () => {
  it('has the arms that are measured here', () => {
    expect(arms).toEqual(['naive', 'disclosed', 'two-stage', 'bft']);
  });

  it('breaks the naive rule under every seed, and votes under none', () => {
    const heights = new Map(arms.map((arm) => [arm, under(arm, [], 3)]));
    for (const count of heights.get('naive')!) expect(count).toBeGreaterThan(0);
    expect(heights.get('bft')).toEqual([0, 0, 0]);
    const found = [...heights].map(([arm, list]) => `${arm} ${list.join(' ')}`);
    console.log(`E06 heights with two final blocks, seeds 1 to 3: ${found.join('; ')}`);
  });

  it('heals: with votes every honest node has one head again', () => {
    const { tables } = simulate(scenario('bft'));
    const recoveredUs = column(tables.adversaries, 'recovered_us')[0]!;
    const endedUs = column(tables.adversaries, 'ended_us')[0]!;
    expect(recoveredUs - endedUs).toBeGreaterThan(0);
    expect(recoveredUs - endedUs).toBeLessThan(60e6);
  });
});

describe.each(BOUNDS)('E06 with a quorum of %d of 21', (quorum, most) => {
  const sets = [`consensus.quorum=${quorum}`];

  it(`votes bear ${most} equivocators on moving sides, and one more breaks a clean split`, () => {
    expect(most).toBe(equivocatorsNeeded(DELEGATES, quorum) - 1);
    expect(under('bft', [...sets, equivocation(most, 20)], 2)).toEqual([0, 0]);
    const naive = under('naive', [...sets, equivocation(most, 20)], 2);
    for (const count of naive) expect(count).toBeGreaterThan(0);
  });

  it.each(arms)(`%s: a clean split diverges from ${most + 1} equivocators on`, (arm) => {
    expect(under(arm, [...sets, equivocation(most, 0)], 1)).toEqual([0]);
    expect(under(arm, [...sets, equivocation(most + 1, 0)], 1)[0]).toBeGreaterThan(0);
  });
});

describe('E06 with fewer than a quorum at work', () => {
  /** How long finality stood still [s], and the share of turns lost. */
  function withholding(arm: string, count: number) {
    const silent = `{ name: withholding, count: ${count}, from: 5 min, lasts: 10 min }`;
    const sets = [`fraud.adversaries=[${silent}]`, 'horizon.span=16 min'];
    const { tables } = simulate(scenario(arm, sets));
    const detail = words(tables.adversaries, 'detail')[0]!;
    const [, stalledUs, lost] = /stood still (\d+) us; turns lost ([\d.]+)/.exec(detail)!;
    return { stalledS: Number(stalledUs) / 1e6, lost: Number(lost) };
  }

  it.each(arms)('%s: seven silent stall finality while the head grows', (arm) => {
    const seven = withholding(arm, 7);
    expect(seven.stalledS).toBeGreaterThan(600 - 180);
    expect(seven.lost).toBeCloseTo(7 / DELEGATES, 1);
  });

  it('six silent do not', () => {
    const six = withholding('two-stage', 6);
    expect(six.stalledS).toBeLessThan(180);
    expect(six.lost).toBeCloseTo(6 / DELEGATES, 1);
  });
});

/**
 * Laws of the vote-out on the contract: rounds to expel are negative binomial, survivors fall
 * geometrically (validation B4; the numbers are those of `committee_voteout.json`).
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import { STANDING } from '../../../src/contracts/governance-cells.ts';
import { createGovernanceWorld } from '../../../src/experiment/validate/governed-chain.ts';

const FILE = new URL('../../../../shared/reference/committee_voteout.json', import.meta.url);
const hasReference = existsSync(FILE);
if (!hasReference) console.log('skipped: shared/reference/committee_voteout.json is absent');
const REPLICATIONS = 30;
/** Student's t at two-sided 6.3e-5 for 30 replications. */
const T30 = 4.67;

function estimate(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const variance = squares / (values.length - 1);
  return { mean, sd: Math.sqrt(variance), se: Math.sqrt(variance / values.length) };
}

/**
 * Offenders who offend in every round, each seen with probability d; what is seen is reported with two
 * signed headers. @returns The round in which each was excluded.
 */
function roundsToExpel(seed: string, offenders: number, strikes: number, d: number): number[] {
  const world = createGovernanceWorld({
    nodes: 3 * offenders + 3,
    producers: 3 * offenders,
    voteOut: { mode: 'auto', strikes, bond: 0, deposit: 0 },
  });
  const draws = createRandomSource(seed).addressed('world/detection');
  const rounds = new Array<number>(offenders).fill(0);
  for (let round = 1; rounds.includes(0); round++) {
    for (let node = 0; node < offenders; node++) {
      if (rounds[node] !== 0 || draws.uniform(node, round, 0) >= d) continue;
      const turn = world.turn;
      const headers = [0, 1].map((gasUsed) => world.header({ node, turn, gasUsed }));
      const { reason } = world.report('DOUBLE_SIGN', node, world.homeCount + node + 1, headers);
      if (reason !== '') throw new Error(reason);
      if (world.standing(node) === STANDING.EXCLUDED) rounds[node] = round;
    }
    world.seal(world.producers);
  }
  return rounds;
}

interface Strikes {
  readonly strikes: number;
  readonly detect_per_round: number;
  readonly mean_rounds: number;
  readonly sd: number;
  readonly P_within_10: number;
}
interface Survivors {
  readonly M0: number;
  readonly d: number;
  readonly expected_by_round: Readonly<Record<string, number>>;
  readonly mean_rounds_to_clear: number;
}

describe.skipIf(!hasReference)('rounds to expel', () => {
  const reference = hasReference ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
  const rows = (reference.expel_rounds_negbinomial ?? []) as Strikes[];

  it('are negative binomial: mean k/d, sd sqrt(k(1-d))/d', () => {
    expect(rows.length).toBeGreaterThan(4);
    for (const { strikes, detect_per_round: d, mean_rounds, sd, P_within_10 } of rows) {
      // Each replication is the mean over ten offenders, who do not know of each other.
      const offenders = 10;
      const means: number[] = [];
      const variances: number[] = [];
      let within = 0;
      for (let seed = 0; seed < REPLICATIONS; seed++) {
        const rounds = roundsToExpel(`strikes/${seed}`, offenders, strikes, d);
        means.push(estimate(rounds).mean);
        variances.push(estimate(rounds).sd * estimate(rounds).sd);
        within += rounds.filter((round) => round <= 10).length;
      }
      const { mean, se } = estimate(means);
      const name = `k ${strikes} d ${d}`;
      expect(mean_rounds).toBeCloseTo(strikes / d, 9);
      expect(sd).toBeCloseTo(Math.sqrt(strikes * (1 - d)) / d, 9);
      expect(Math.abs(mean - mean_rounds), name).toBeLessThanOrEqual(T30 * se + 1e-9);
      expect(se, name).toBeLessThanOrEqual(0.08 * mean_rounds);
      const spread = estimate(variances);
      expect(Math.abs(spread.mean - sd * sd), name).toBeLessThanOrEqual(T30 * spread.se + 1e-9);
      const n = offenders * REPLICATIONS;
      const binomial = Math.sqrt((P_within_10 * (1 - P_within_10)) / n);
      expect(Math.abs(within / n - P_within_10), name).toBeLessThanOrEqual(T30 * binomial + 1 / n);
    }
  });

  it('leave M(1-d)^t of M malicious after t rounds, and none after the expected time', () => {
    const cases = (reference.malicious_survivors as Survivors[]).filter(({ M0 }) => M0 <= 7);
    expect(cases).toHaveLength(3);
    for (const { M0, d, expected_by_round, mean_rounds_to_clear } of cases) {
      const runs = Array.from({ length: REPLICATIONS }, (_, seed) =>
        roundsToExpel(`survivors/${seed}`, M0, 1, d),
      );
      for (const [round, expected] of Object.entries(expected_by_round)) {
        const left = runs.map((rounds) => rounds.filter((at) => at > Number(round)).length);
        const { mean } = estimate(left);
        const share = expected / M0;
        const se = Math.sqrt((M0 * share * (1 - share)) / REPLICATIONS);
        const name = `M ${M0} d ${d} round ${round}`;
        expect(Math.abs(mean - expected), name).toBeLessThanOrEqual(T30 * se + 1 / REPLICATIONS);
      }
      const clear = estimate(runs.map((rounds) => Math.max(...rounds)));
      const name = `M ${M0} d ${d} to clear`;
      expect(Math.abs(clear.mean - mean_rounds_to_clear), name).toBeLessThanOrEqual(T30 * clear.se);
      expect(clear.se, name).toBeLessThanOrEqual(0.15 * mean_rounds_to_clear);
    }
  });
});

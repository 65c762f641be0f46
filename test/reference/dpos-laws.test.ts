/**
 * Rows of `peerwatt validate` on delegated proof of stake at reduced size, and the figures of the
 * reference files against chains that run. The mean lag under shuffled rounds, which has no closed form,
 * is held to a slow replay of the sorted rule.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { capturedElections, delegatesOn, lagsOf } from '../../src/experiment/validate/delegates.ts';
import { smallestBreak } from '../../src/experiment/validate/dpos-faults.ts';
import { judge } from '../../src/experiment/validate/judge.ts';
import { dposLaws } from '../../src/experiment/validate/laws/dpos.ts';
import { runExperiment } from '../../src/experiment/validate/worker.ts';

const reference = (name: string) =>
  new URL(`../../../shared/reference/${name}.json`, import.meta.url);
const isHere = ['dpos_finality', 'committee_voteout'].every((name) => existsSync(reference(name)));
if (!isHere) console.log('skipped: no shared/reference/dpos_finality.json, committee_voteout.json');
const read = (name: string) => JSON.parse(readFileSync(reference(name), 'utf8'));

// Random committees are held to the reference file below, with more elections.
const exact = dposLaws.filter(({ criterion }) => criterion.kind === 'exact');

describe('laws of delegated proof of stake', () => {
  it.each(exact.map((law) => [law.id, law] as const))('%s', (_, law) => {
    const { experiment } = law;
    const { replications } = experiment.quick;
    const place = { effort: 'quick', seed: 1 } as const;
    const job = { experiment: experiment.id, laws: [law.id], from: 0, to: replications, ...place };
    const { figures, problem } = runExperiment(job, [law]);
    const { verdict, note } = judge(law, figures[0]!, place, problem);
    expect(verdict, note).toBe('pass');
  });
});

describe.skipIf(!isHere)('reference files', () => {
  it.each(['steem', 'tron', 'bitshares'] as const)('lag of %s', (preset) => {
    const { n, round_robin_lag_blocks: lag } = read('dpos_finality')[preset];
    const world = { nodeCount: n, options: { preset, standby: 'none' }, seed: '1' } as const;
    const { blocks } = lagsOf(world, 3, 2);
    const mean = blocks.reduce((sum, value) => sum + value, 0) / blocks.length;
    expect([Math.min(...blocks), Math.max(...blocks), mean]).toEqual(lag);
  });

  it('committees: 1e4 elections a row within 4 standard errors', () => {
    const rows: { N: number; bad: number; committee: number; threshold: number; P: number }[] =
      read('committee_voteout')['random_committee_hypergeom_P(bad>=f+1)'];
    const small = rows.filter(({ N }) => N <= 200);
    expect(small.length).toBeGreaterThan(5);
    for (const { N, bad, committee, threshold, P } of small) {
      const draws = createRandomSource(`committee/${N}/${bad}`).sequential('chain/stakes');
      const world = { nodeCount: N, options: { delegates: committee, standby: 'none' } } as const;
      const share = capturedElections(draws, world, bad, threshold, 10_000) / 10_000;
      const se = Math.sqrt((P * (1 - P)) / 10_000);
      expect(Math.abs(share - P), `${bad} of ${N}`).toBeLessThan(4 * se);
    }
  });
});

describe('shuffled rounds', () => {
  it('Steem: the least lag is 15, and all are those of the sorted rule replayed', () => {
    const options = {
      preset: 'steem',
      shuffle: 'round',
      standby: 'none',
      participation: 0,
    } as const;
    const world = { nodeCount: 21, options, seed: '1' };
    const chain = delegatesOn(world);
    chain.run(200.5 * 21 * 3_000_000);
    const { tree, rule, engine } = chain;
    const last = new Array<number>(21).fill(0);
    let irreversible = 0;
    const lags: number[] = [];
    for (let height = 1; height <= tree.height[engine.head[0]!]!; height++) {
      const block = tree.ancestorAt(engine.head[0]!, height);
      last[tree.producer[block]!] = height;
      const sorted = [...last].sort((a, b) => a - b);
      irreversible = Math.max(irreversible, sorted[5]!);
      expect(rule.finalHeight(block)).toBe(irreversible);
      if (height > 63) lags.push(height - irreversible);
    }
    expect(Math.min(...lags)).toBe(15);
    expect(Math.max(...lags)).toBeGreaterThan(20);
    expect(Math.max(...lags)).toBeLessThan(42);
    const mean = lags.reduce((sum, value) => sum + value, 0) / lags.length;
    console.log(`finding: Steem, mean lag with a shuffle each round ${mean.toFixed(2)} blocks`);
    expect(mean).toBeGreaterThan(15);
  });
});

describe('the search for the fewest equivocators', () => {
  it('finds the bound for votes and less for the others, of 7 producers', () => {
    const limits = { nodeCount: 7, phases: 12, silent: 0, most: 4 };
    const found = (['naive', 'disclosed', 'twoStage', 'bft'] as const).map(
      (rule) => [rule, smallestBreak(rule, limits, 70, 'e06')] as const,
    );
    for (const [rule, at] of found) {
      console.log(
        `finding: ${rule} of 7 breaks with m* = ${at?.equivocators}, ${at?.seed || 'clean split'}`,
      );
    }
    const fewest = Object.fromEntries(found.map(([rule, at]) => [rule, at!.equivocators]));
    // Quorum 5 of 7: 2t - N = 3. Honest producers that switch forks are enough for the naive rule.
    expect(fewest.bft).toBe(3);
    expect(fewest.naive).toBe(0);
    expect(fewest.disclosed).toBeLessThanOrEqual(3);
    expect(fewest.twoStage).toBeLessThanOrEqual(3);
  });
});

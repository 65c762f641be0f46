/** E04: revenue of the selfish pool in the shipped arms against Eyal and Sirer (model O2). */
import { describe, expect, it } from 'vitest';
import { selfishRevenue } from '../../src/consensus/laws/index.ts';
import { metricOf } from '../../src/experiment/validate/ledger-chains.ts';
import type { RunResult } from '../../src/simulation/run.ts';
import { T30 } from '../unit/consensus/harness.ts';
import { column, replicate, shipped, shown, summarise, words } from './shipped.ts';

const ALPHA = 0.4;
const BLOCKS = 2000;
const GAMMA: Readonly<Record<string, number>> = { 'gamma-00': 0, 'gamma-05': 0.5, 'gamma-10': 1 };

/** Share of canonical blocks that the pool's nodes made. */
function revenueShare({ tables }: RunResult): number {
  const pool = new Set(words(tables.adversaries, 'nodes')[0]!.split(' '));
  const nodes = words(tables.nodes, 'node');
  const kept = column(tables.nodes, 'blocks_canonical');
  const whole = kept.reduce((sum, blocks) => sum + blocks, 0);
  const own = kept.reduce((sum, blocks, node) => sum + (pool.has(nodes[node]!) ? blocks : 0), 0);
  const power = column(tables.nodes, 'hash_share');
  const alpha = power.reduce((sum, share, node) => sum + (pool.has(nodes[node]!) ? share : 0), 0);
  expect(alpha).toBeCloseTo(ALPHA, 12);
  return own / whole;
}

describe('E04, selfish mining', () => {
  const { arms, scenario } = shipped('E04');
  const short = (arm: string) => scenario(arm, [`horizon.blocks=${BLOCKS}`]);

  it('has the arms that are measured here', () => {
    expect(arms).toEqual(['honest', ...Object.keys(GAMMA), 'topology']);
  });

  it('honest: without a delay no block is lost', () => {
    const stale = replicate(short('honest'), (result) => metricOf(result, 'staleRate'), 3);
    expect(stale).toEqual([0, 0, 0]);
  });

  it.each(Object.keys(GAMMA))('%s: the revenue share is that of the law', (arm) => {
    const found = summarise(replicate(short(arm), revenueShare));
    expect(found.se).toBeLessThan(0.005);
    // A run begins without a branch and may end with one: a few blocks of all of them.
    const law = selfishRevenue(ALPHA, GAMMA[arm]!);
    expect(Math.abs(found.mean - law)).toBeLessThan(T30 * found.se + 3 / BLOCKS);
  });

  it('topology: the share lies between those of gamma 0 and 1', () => {
    const found = summarise(replicate(short('topology'), revenueShare));
    console.log(
      `E04 revenue share where the network decides ties: ${shown(found)}; ` +
        `gamma 0, 0.5, 1: ${[0, 0.5, 1].map((g) => selfishRevenue(ALPHA, g).toFixed(4)).join(', ')}`,
    );
    expect(found.mean).toBeGreaterThan(ALPHA);
    expect(found.mean).toBeLessThan(selfishRevenue(ALPHA, 1) + 0.01);
  });
});

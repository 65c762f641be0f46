/** E02: stale blocks of the shipped arms against the law of delay over interval (model O3). */
import { describe, expect, it } from 'vitest';
import { privateAttackThreshold, staleShare } from '../../src/consensus/laws/index.ts';
import { metricOf } from '../../src/experiment/validate/ledger-chains.ts';
import { T30 } from '../unit/consensus/harness.ts';
import { column, replicate, shipped, shown, summarise } from './shipped.ts';

const NODES = 20;
/** Standard error allowed, and blocks of a replication, by arm. */
const SIZES: Readonly<Record<string, { blocks: number; seCap: number }>> = {
  'interval-5s': { blocks: 400, seCap: 0.0025 },
  'interval-15s': { blocks: 200, seCap: 0.0025 },
  'interval-60s': { blocks: 200, seCap: 0.0015 },
  'interval-600s': { blocks: 200, seCap: 0.0006 },
};

describe('E02, interval against propagation', () => {
  const { arms, scenario } = shipped('E02');
  const findings: string[] = [];

  it('has the arms that are measured here', () => {
    expect(arms).toEqual(Object.keys(SIZES));
  });

  it.each(arms)('%s: the stale share is that of the law', (arm) => {
    const { blocks, seCap } = SIZES[arm]!;
    const settled = scenario(arm, [`horizon.blocks=${blocks}`]);
    const intervalUs = settled.consensus.options.blockInterval as number;
    const runs = replicate(settled, (result) => {
      const made = column(result.tables.blocks, 'produced_us');
      const reached = column(result.tables.blocks, 'reach90_us');
      const height = Math.max(...column(result.tables.blocks, 'height'));
      return {
        stale: metricOf(result, 'staleRate'),
        delayUs: reached[1]! - made[1]!,
        height,
      };
    });
    const delayUs = runs[0]!.delayUs;
    // Latency, 500 kB and a header at 20 Mbit/s, one check; the same for all nodes and blocks.
    expect(delayUs).toBeGreaterThan(250_150);
    expect(delayUs).toBeLessThan(250_500);
    for (const run of runs) {
      expect(run.delayUs).toBeCloseTo(delayUs, -2);
      expect(run.height).toBeGreaterThanOrEqual(blocks);
      expect(run.height).toBeLessThanOrEqual(blocks + 1);
    }
    const found = summarise(runs.map(({ stale }) => stale));
    const law = staleShare(delayUs / intervalUs, 1 / NODES);
    expect(found.se).toBeLessThan(seCap);
    // The closed form is 0.3 % off for finitely many miners; the last block of a run cannot be stale.
    expect(Math.abs(found.mean - law)).toBeLessThan(T30 * found.se + (0.003 + 1 / blocks) * law);
    const margin = privateAttackThreshold(delayUs / intervalUs);
    findings.push(`${arm} ${shown(found)} (law ${law.toFixed(4)}, threshold ${margin.toFixed(4)})`);
    if (findings.length === arms.length) console.log(`E02 stale share: ${findings.join(', ')}`);
  });
});

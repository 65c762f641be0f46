/** E03: success of double spends of the shipped arms against Rosenfeld's race (model O1, strict). */
import { describe, expect, it } from 'vitest';
import { doubleSpend } from '../../src/consensus/laws/index.ts';
import type { Scenario } from '../../src/scenario/sections.ts';
import { T30 } from '../unit/consensus/harness.ts';
import { column, REPLICATIONS, replicate, shipped, shown, words } from './shipped.ts';

const SHARE = 0.3;
/** Attempts of a replication, all of which end well before its last block. */
const ATTEMPTS = 15;
const BLOCKS = 1900;
const CONFIRMATIONS: Readonly<Record<string, number>> = { k1: 1, k2: 2, k3: 3, k6: 6, k12: 12 };

/** The adversary stops after so many attempts, for the last of a run would be cut short. */
function limited(scenario: Scenario): Scenario {
  const adversaries = scenario.fraud.adversaries.map(({ name, options }) => ({
    name,
    options: { ...options, attempts: ATTEMPTS },
  }));
  return { ...scenario, fraud: { ...scenario.fraud, adversaries } };
}

describe('E03, double spending', () => {
  const { arms, scenario } = shipped('E03');
  const findings: string[] = [];

  it('has the arms that are measured here', () => {
    expect(arms).toEqual(Object.keys(CONFIRMATIONS));
  });

  it.each(arms)('%s: the share of successes is that of the strict race', (arm) => {
    const runs = replicate(limited(scenario(arm, [`horizon.blocks=${BLOCKS}`])), ({ tables }) => {
      const pool = words(tables.adversaries, 'nodes')[0]!.split(' ');
      expect(pool.length).toBe(3);
      expect(column(tables.adversaries, 'attempts')).toEqual([ATTEMPTS]);
      return column(tables.adversaries, 'successes')[0]!;
    });
    const count = REPLICATIONS * ATTEMPTS;
    const mean = runs.reduce((sum, successes) => sum + successes, 0) / count;
    const law = doubleSpend(SHARE, CONFIRMATIONS[arm]!, 0);
    // Attempts are independent trials, so the error of their mean is known and no estimate.
    const se = Math.sqrt((law * (1 - law)) / count);
    expect(se).toBeLessThan(0.022);
    expect(Math.abs(mean - law)).toBeLessThan(T30 * se);
    findings.push(`${arm} ${shown({ mean, se })} (law ${law.toFixed(4)})`);
    if (findings.length === arms.length) console.log(`E03 success share: ${findings.join(', ')}`);
  });
});

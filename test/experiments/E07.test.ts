/**
 * E07: how concentrated stake is follows from the Gini that a scenario states; a cartel wins for the
 * least offer and not below. What capture costs is a finding.
 */
import { describe, expect, it } from 'vitest';
import { pow } from '../../src/base/math.ts';
import { metricOf } from '../../src/experiment/validate/ledger-chains.ts';
import { gini } from '../../src/market/indicators.ts';
import { nakamoto } from '../../src/report/metrics/concentration.ts';
import { type RunResult, simulate } from '../../src/simulation/run.ts';
import { column, shipped, words } from './shipped.ts';

const { arms, scenario } = shipped('E07');
const HOLDERS = 60;
const GINIS: Readonly<Record<string, number>> = { 'gini-20': 0.2, 'gini-50': 0.5, 'gini-80': 0.8 };

/** The report of a cartel on a third (0) or two thirds (1) of the seats. */
function capture({ tables }: RunResult, which: number) {
  const detail = words(tables.adversaries, 'detail')[which]!;
  const [, costUpt, votes, offerUpt] =
    /capture costs (\d+) upt for (\d+) votes at up to (\d+) upt/.exec(detail)!;
  return {
    successes: column(tables.adversaries, 'successes')[which]!,
    paidUpt: column(tables.adversaries, 'cost_upt')[which]!,
    costUpt: Number(costUpt),
    votes: Number(votes),
    offerUpt: Number(offerUpt),
    detail,
  };
}

const points = (upt: number) => (upt / 1e6).toFixed(2);

describe('E07, concentration of certificates', () => {
  it('has the arms that are measured here', () => {
    const names = Object.keys(GINIS);
    expect(arms).toEqual([...names, ...names.map((name) => `${name}-bribed`)]);
  });

  const findings: string[] = [];
  it.each(Object.keys(GINIS))('%s: fewest holders with a third follow from the Gini', (arm) => {
    const wanted = GINIS[arm]!;
    const result = simulate(scenario(arm));
    const held = column(result.tables.accounts, 'certificates').slice(0, HOLDERS);
    // Certificates are whole: 20 a holder leave a rounding of up to a half in 20.
    expect(Math.abs(gini(held) - wanted)).toBeLessThan(0.015);
    // Shares of rank r go as u^a with a = 2g / (1 - g): the top x of holders have 1 - (1 - x)^(a + 1).
    const law = HOLDERS * (1 - pow(2 / 3, (1 - wanted) / (1 + wanted)));
    const fewest = nakamoto(column(result.tables.accounts, 'certificates_locked'), 1, 3);
    expect(fewest).toBeGreaterThanOrEqual(Math.floor(law));
    expect(fewest).toBeLessThanOrEqual(Math.ceil(law) + 1);
    const nodes = metricOf(result, 'stakeNakamotoThird');
    findings.push(`${arm} ${fewest} holders (law ${law.toFixed(1)}), ${nodes} nodes`);
    if (findings.length === 3) console.log(`E07 fewest with a third: ${findings.join('; ')}`);
  });
});

describe('E07, a cartel of fourteen nodes', () => {
  const bribed = arms.slice(3);
  const findings: string[] = [];

  it.each(bribed)('%s: buys two thirds of the seats for the cost of capture', (arm) => {
    const costs = [scenario(arm).seed, 1].map((seed) => {
      const result = simulate({ ...scenario(arm), seed });
      const [third, two] = [capture(result, 0), capture(result, 1)];
      for (const part of [third, two]) {
        expect(part.successes).toBe(1);
        expect(part.paidUpt).toBe(part.costUpt);
      }
      expect(third.costUpt).toBeLessThan(two.costUpt);
      return `${points(third.costUpt)} and ${points(two.costUpt)} pt (${two.votes} votes)`;
    });
    findings.push(`${arm} ${costs.join(', ')}`);
    if (findings.length === bribed.length) {
      console.log(`E07 cost of a third and of two thirds, two seeds: ${findings.join('; ')}`);
    }
  });

  it('wins at the least offer and not a micro-point below', () => {
    const arm = 'gini-50-bribed';
    const at = (bribeUpt?: number) => {
      const bribe = bribeUpt === undefined ? '' : `, bribe: ${(bribeUpt / 1e6).toFixed(6)} pt`;
      const cartel = `{ name: vote-buying, count: 14, goal: two-thirds${bribe} }`;
      return capture(simulate(scenario(arm, [`fraud.adversaries=[${cartel}]`])), 1);
    };
    const { offerUpt, costUpt } = at();
    expect(at(offerUpt)).toMatchObject({ successes: 1, paidUpt: costUpt });
    expect(at(offerUpt - 1).successes).toBe(0);
  });
});

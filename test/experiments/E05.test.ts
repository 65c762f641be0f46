/**
 * E05: the shipped arms exclude the six who let turns pass and nobody else; and with all honest voters
 * voting, colluders decide exactly where the counts of model 6.4 say.
 */
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../src/network/node-id.ts';
import { type RunResult, simulate } from '../../src/simulation/run.ts';
import { column, shipped, words } from './shipped.ts';

const { arms, scenario } = shipped('E05');
const TURN_S = 3;
/** Turns of a round, which is the window of a ballot. */
const ROUND = 21;
/** Votes on a report: thirty nodes but the accused. */
const VOTES = 29;
/** Lets turns pass in every arm; elected when the attack begins. */
const GUILTY = 10;

interface Case {
  readonly node: string;
  readonly kind: string;
  readonly verdict: string;
  readonly isGuilty: boolean;
  readonly badTurns: number;
  readonly offenceS: number;
  readonly reportS: number;
  readonly excludedS: number;
}

function casesOf({ tables }: RunResult): Case[] {
  const { exclusions } = tables;
  const kinds = words(exclusions, 'kind');
  const verdicts = words(exclusions, 'verdict');
  const [guilty, bad, offence, report, excluded] = [
    'guilty',
    'bad_turns_after',
    'offence_us',
    'first_report_us',
    'excluded_us',
  ].map((name) => column(exclusions, name));
  return words(exclusions, 'node').map((node, k) => ({
    node,
    kind: kinds[k]!,
    verdict: verdicts[k]!,
    isGuilty: guilty![k] === 1,
    badTurns: bad![k]!,
    offenceS: offence![k]! / 1e6,
    reportS: report![k]! / 1e6,
    excludedS: excluded![k]! / 1e6,
  }));
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('E05, voting abnormal delegates out', () => {
  const found = new Map<string, Case[]>();
  const findings: string[] = [];

  it('has the arms that are measured here', () => {
    expect(arms).toEqual(['plain', 'ballot', 'auto', 'ballot-by-stake']);
  });

  it.each(arms)('%s: the six are out, and nobody else', (arm) => {
    const cases = casesOf(simulate(scenario(arm)));
    found.set(arm, cases);
    expect(cases).toHaveLength(6);
    for (const { isGuilty, badTurns, excludedS, offenceS, reportS, kind, verdict } of cases) {
      expect(isGuilty).toBe(true);
      expect(excludedS).toBeGreaterThan(offenceS);
      if (arm === 'plain') continue;
      expect([kind, verdict]).toEqual(['MISSED', 'upheld']);
      expect(badTurns).toBeGreaterThanOrEqual(5);
      // A verdict falls with the report, or when a block can carry it after the window of a round.
      const [least, most] = arm === 'auto' ? [0, 0] : [ROUND + 1, ROUND + 8];
      expect(excludedS - reportS).toBeGreaterThanOrEqual(least * TURN_S);
      expect(excludedS - reportS).toBeLessThanOrEqual(most * TURN_S);
    }
    const timeS = mean(cases.map(({ excludedS, offenceS }) => excludedS - offenceS));
    const bad = mean(cases.map(({ badTurns }) => badTurns));
    findings.push(`${arm} ${timeS.toFixed(0)} s, ${bad.toFixed(1)} bad turns`);
    if (findings.length === arms.length) {
      console.log(`E05 mean from the first offence to exclusion: ${findings.join('; ')}`);
    }
  });

  it('the evidence takes as many turns, whoever judges it', () => {
    const reported = (arm: string) => found.get(arm)!.map(({ node }) => node);
    for (const arm of arms) expect(reported(arm)).toEqual(reported('ballot'));
  });

  it('a low turnout fails the quorum: a finding', () => {
    const cases = casesOf(simulate(scenario('ballot', ['consensus.voteOut.turnout=40 %'])));
    const out = cases.filter(({ excludedS }) => !Number.isNaN(excludedS));
    expect(cases.every(({ isGuilty }) => isGuilty)).toBe(true);
    console.log(`E05 at a turnout of 40 %: ${out.length} of ${cases.length} out of office in 5 h`);
  });
});

describe('E05, colluders while every honest voter votes', () => {
  const others = Array.from({ length: 30 }, (_, node) => node).filter((node) => node !== GUILTY);
  const short = ['consensus.voteOut.turnout=100 %', 'horizon.span=80 min'];
  const listed = (nodes: readonly number[]) => nodes.map(nodeId).join(', ');

  function against(adversaries: string): Case {
    const settled = scenario('ballot', [...short, `fraud.adversaries=[${adversaries}]`]);
    const cases = casesOf(simulate(settled));
    expect(cases).toHaveLength(1);
    return cases[0]!;
  }

  it.each([
    [Math.floor(VOTES / 3), false],
    [Math.floor(VOTES / 3) + 1, true],
  ])('%d of 29 who acquit keep a guilty one: %s, for more than t/(2 + t) = 1/3', (bad, isKept) => {
    const silent = `{ name: withholding, nodes: [${nodeId(GUILTY)}] }`;
    const friends = listed([GUILTY, ...others.slice(0, bad)]);
    const one = against(`${silent}, { name: framing, goal: acquit, nodes: [${friends}] }`);
    expect(one).toMatchObject({ node: nodeId(GUILTY), kind: 'MISSED', isGuilty: true });
    expect(one.verdict).toBe(isKept ? 'rejected' : 'upheld');
    expect(Number.isNaN(one.excludedS)).toBe(isKept);
  });

  it.each([
    [Math.ceil((2 * VOTES) / 3) - 1, false],
    [Math.ceil((2 * VOTES) / 3), true],
  ])(
    '%d of 29 who accuse frame an honest one: %s, for at least 2t/(1 + 2t) = 2/3',
    (bad, isOut) => {
      const nodes = listed(others.slice(0, bad));
      const one = against(`{ name: framing, victim: ${nodeId(GUILTY)}, nodes: [${nodes}] }`);
      expect(one).toMatchObject({ node: nodeId(GUILTY), kind: 'WITHHOLD', isGuilty: false });
      expect(one.verdict).toBe(isOut ? 'upheld' : 'rejected');
      expect(Number.isNaN(one.excludedS)).toBe(!isOut);
    },
  );
});

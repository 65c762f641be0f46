/**
 * A swarm of faults over small chains: topology, timing, clocks, partitions that move, crashes,
 * equivocators and silent producers are all drawn from the seed. Votes keep agreement in every schedule
 * below their bound, and go on when the network is whole again; the same schedules break rules that read
 * headers only. What happens to those is printed as a finding, since no law says how often.
 */
import { describe, expect, it } from 'vitest';
import type { DposRuleName } from '../../src/consensus/protocols/dpos-options.ts';
import { type FaultOutcome, runFaults } from '../../src/experiment/validate/dpos-faults.ts';
import {
  drawFaults,
  type FaultSchedule,
  isTimely,
} from '../../src/experiment/validate/dpos-schedules.ts';

const SCHEDULES = 1_000;
const schedules = Array.from({ length: SCHEDULES }, (_, k) => drawFaults(`swarm/${k}`));

interface Checker {
  readonly id: string;
  /** What is wrong; empty when nothing is. */
  check(outcome: FaultOutcome, schedule: FaultSchedule): string;
}

const heights = (count: number, what: string) => (count === 0 ? '' : `${count} ${what}`);
const agreement: Checker = {
  id: 'agreement',
  check: ({ divergentHeights }) => heights(divergentHeights, 'heights with two final blocks'),
};
const noWayBack: Checker = {
  id: 'no-way-back',
  check: ({ reversals }) => heights(reversals, 'final blocks given up'),
};
const validity: Checker = {
  id: 'validity',
  check: ({ invalidFinals }) => heights(invalidFinals, 'final blocks invalid or without parent'),
};
const noDoubleSpend: Checker = {
  id: 'no-double-spend',
  check: ({ doubleSpends }) => heights(doubleSpends, 'coins spent twice'),
};
const progress: Checker = {
  id: 'progress',
  check: ({ finalHeight, headAtCalm }, schedule) =>
    isTimely(schedule) && finalHeight <= headAtCalm
      ? `final height ${finalHeight}, head ${headAtCalm} when the calm began`
      : '',
};
const SAFETY = [agreement, noWayBack, validity, noDoubleSpend];

function violations(rule: DposRuleName, checkers: readonly Checker[]): Map<string, string[]> {
  const found = new Map<string, string[]>(checkers.map(({ id }) => [id, []]));
  for (const schedule of schedules) {
    const outcome = runFaults(schedule, rule);
    for (const { id, check } of checkers) {
      const wrong = check(outcome, schedule);
      if (wrong !== '') found.get(id)!.push(`${schedule.seed}: ${wrong}`);
    }
  }
  return found;
}

const counted = (found: Map<string, string[]>) =>
  Object.fromEntries([...found].map(([id, list]) => [id, list.length]));

describe(`${SCHEDULES} schedules of faults`, () => {
  it('swarm: they are what they claim to be', () => {
    const count = (is: (schedule: FaultSchedule) => boolean) => schedules.filter(is).length;
    for (const { equivocators, delegates } of schedules) {
      const quorum = Math.floor((2 * delegates) / 3) + 1;
      expect(equivocators.length).toBeLessThan(2 * quorum - delegates);
    }
    expect(count(({ equivocators }) => equivocators.length > 1)).toBeGreaterThan(100);
    expect(count(({ silent }) => silent.length > 0)).toBeGreaterThan(300);
    expect(count(({ phases }) => phases.some(({ down }) => down.length > 0))).toBeGreaterThan(500);
    expect(count(({ delegates, nodeCount }) => delegates < nodeCount)).toBeGreaterThan(200);
    expect(count(isTimely)).toBeGreaterThan(500);
    expect(drawFaults('swarm/7')).toEqual(schedules[7]);
  });

  it('swarm: votes never break below their bound, and always recover', () => {
    const found = violations('bft', [...SAFETY, progress]);
    for (const [id, list] of found) expect(list, id).toEqual([]);
  });

  it('swarm: the same schedules break the naive rule, and valid blocks stay valid', () => {
    const found = violations('naive', SAFETY);
    expect(found.get('agreement')!.length).toBeGreaterThan(10);
    expect(found.get('no-double-spend')!.length).toBeGreaterThan(10);
    // Nobody leaves what is final to it, and nobody takes what is invalid, whatever the rule.
    expect(found.get('no-way-back')).toEqual([]);
    expect(found.get('validity')).toEqual([]);
    console.log(`finding: naive, violations in ${SCHEDULES} schedules`, counted(found));
  });

  it.each(['disclosed', 'twoStage'] as const)('swarm: %s, as found', (rule) => {
    const found = violations(rule, [...SAFETY, progress]);
    expect(found.get('no-way-back')).toEqual([]);
    expect(found.get('validity')).toEqual([]);
    const first = found.get('agreement')!.slice(0, 3).join('; ');
    console.log(`finding: ${rule}, violations in ${SCHEDULES} schedules`, counted(found), first);
  });
});

/**
 * E24: late orders of the shipped arms against the law of exponential blocks and of slots. The village is
 * cut down to four homes, a day and slots of five minutes; gate, lead times and protocols are the file's.
 */
import { describe, expect, it } from 'vitest';
import { lateShareExponential } from '../../src/experiment/validate/formulas/index.ts';
import { lateShareOf } from '../../src/experiment/validate/ledger-chains.ts';
import { T10, T30 } from '../unit/consensus/harness.ts';
import { column, replicate, shipped, shown, summarise } from './shipped.ts';

/** Orders are sent evenly over so long before the gate, which is so long before delivery [s]. */
const WINDOW = 300;
const GATE = 330;
const SMALL = [
  'horizon.days=1',
  'horizon.history=0',
  'horizon.interval=5 min',
  'population.households=4',
  'population.shops=0',
  'population.offices=0',
  'population.prosumers=2',
  'population.batteries=0',
  'grid.powerFlow=slot',
  'network.nodes=3',
];

interface Case {
  readonly law: number;
  readonly intervalS: number;
  readonly replications: number;
  readonly seCap: number;
}

const exponential = (intervalS: number, rest: Pick<Case, 'replications' | 'seCap'>): Case => ({
  law: lateShareExponential(intervalS, WINDOW),
  intervalS,
  ...rest,
});

/** Turns begin at whole multiples from delivery back; the block of the gate's own instant is too late. */
function byTheClock(intervalS: number, rest: Pick<Case, 'replications' | 'seCap'>): Case {
  const sinceTurnS = intervalS - (GATE % intervalS);
  return { law: sinceTurnS / WINDOW, intervalS, ...rest };
}

const POW: Readonly<Record<string, Case>> = {
  'pow-15s': exponential(15, { replications: 10, seCap: 0.004 }),
  'pow-60s': exponential(60, { replications: 10, seCap: 0.01 }),
  'pow-300s': exponential(300, { replications: 10, seCap: 0.015 }),
};
const DPOS: Readonly<Record<string, Case>> = {
  'dpos-3s': byTheClock(3, { replications: 3, seCap: 0.002 }),
  'dpos-60s': byTheClock(60, { replications: 3, seCap: 0.006 }),
};
const total = (table: Parameters<typeof column>[0], name: string) =>
  column(table, name).reduce((sum, value) => sum + value, 0);
/** What an order takes to a producer and a block to the centre: some tenths of a second. */
const TRAVEL_S = 0.5;

describe('E24, blocks against the gate', () => {
  const { arms, scenario } = shipped('E24');
  const small = (arm: string) =>
    scenario(arm, arm.startsWith('dpos') ? [...SMALL, 'consensus.delegates=3'] : SMALL);
  const findings: string[] = [];

  /** Travel shifts the gate: by as much of the window, and as much of an interval at its end. */
  const biasOf = ({ intervalS, law }: Case) =>
    TRAVEL_S / WINDOW + Math.min(TRAVEL_S / intervalS, 1) * law;

  it('has the arms that are measured here, and each of them resolves', () => {
    expect(arms).toEqual([...Object.keys(POW), ...Object.keys(DPOS), 'central']);
    for (const arm of arms) {
      const { market } = scenario(arm);
      expect(market.gateClosure).toBe(GATE * 1e6);
      expect([market.leadTimeMin, market.leadTimeMax]).toEqual([GATE * 1e6, (GATE + WINDOW) * 1e6]);
    }
  });

  it.each(Object.keys(POW))('%s: the late share is (T/G)(1 − exp(−G/T))', (arm) => {
    const one = POW[arm]!;
    const found = summarise(replicate(small(arm), lateShareOf, one.replications));
    expect(found.se).toBeLessThan(one.seCap);
    expect(Math.abs(found.mean - one.law)).toBeLessThan(T10 * found.se + biasOf(one));
    findings.push(`${arm} ${shown(found)} (law ${one.law.toFixed(4)})`);
  });

  it.each(Object.keys(DPOS))('%s: late are those sent since the last turn', (arm) => {
    const one = DPOS[arm]!;
    const runs = replicate(
      small(arm),
      ({ tables }) => ({
        late: total(tables.slots, 'orders_late'),
        sent: total(tables.slots, 'orders_sent'),
      }),
      one.replications,
    );
    const sent = runs.reduce((sum, run) => sum + run.sent, 0);
    const mean = runs.reduce((sum, run) => sum + run.late, 0) / sent;
    // Turns come for sure and send times are independent, so orders are independent trials.
    const se = Math.sqrt((one.law * (1 - one.law)) / sent);
    expect(se).toBeLessThan(one.seCap);
    expect(Math.abs(mean - one.law)).toBeLessThan(T30 * se + biasOf(one));
    findings.push(`${arm} ${shown({ mean, se })} (law ${one.law.toFixed(4)})`);
  });

  it('central: orders are recorded as they come', () => {
    const late = replicate(small('central'), lateShareOf, 3);
    findings.push(`central ${shown(summarise(late))}`);
    console.log(`E24 late share: ${findings.join(', ')}`);
    for (const share of late) expect(share).toBeLessThan(0.01);
  });
});

/**
 * E24: late orders of the shipped arms against the law of exponential blocks and of slots. The village is
 * cut down to four homes and a day; gate, lead times and protocols are the file's.
 */
import { describe, expect, it } from 'vitest';
import { lateShareExponential } from '../../src/consensus/laws/index.ts';
import { lateShareOf } from '../../src/experiment/validate/ledger-chains.ts';
import type { Scenario } from '../../src/scenario/sections.ts';
import { T10, T30 } from '../unit/consensus/harness.ts';
import { column, replicate, shipped, shown, summarise } from './shipped.ts';

/** Orders are sent evenly over so long before the gate, which is so long before delivery [s]. */
const WINDOW = 300;
const GATE = 330;
const SMALL = [
  'horizon.days=1',
  'horizon.history=0',
  'population.households=4',
  'population.shops=0',
  'population.offices=0',
  'population.prosumers=2',
  'population.batteries=0',
  'grid.powerFlow=slot',
  'market.bilateralPairs=0 %',
  'network.nodes=3',
];

/** Replications and standard error allowed. */
interface Size {
  readonly replications: number;
  readonly seCap: number;
}

const POW: Readonly<Record<string, Size>> = {
  'pow-15s': { replications: 10, seCap: 0.006 },
  'pow-60s': { replications: 10, seCap: 0.015 },
  'pow-300s': { replications: 10, seCap: 0.02 },
};
const DPOS: Readonly<Record<string, Size>> = {
  'dpos-3s': { replications: 2, seCap: 0.0025 },
  'dpos-60s': { replications: 2, seCap: 0.007 },
};

/**
 * Mean interval at a random instant [s]. With difficulty set anew every N blocks from the span of the last
 * N, periods are T N / Gamma(N) long, and one that is long covers more instants: T N / (N − 2) in all.
 */
function meanIntervalS({ consensus: { options } }: Scenario): number {
  const intervalS = (options.blockInterval as number) / 1e6;
  const blocks = options.retargetBlocks as number;
  return blocks === 0 ? intervalS : (intervalS * blocks) / (blocks - 2);
}

const total = (table: Parameters<typeof column>[0], name: string) =>
  column(table, name).reduce((sum, value) => sum + value, 0);
/** What an order takes to a producer and a block to the centre: some tenths of a second. */
const TRAVEL_S = 0.5;

describe('E24, blocks against the gate', () => {
  const { arms, scenario } = shipped('E24');
  const findings: string[] = [];

  /** Travel shifts the gate: by as much of the window, and as much of an interval at its end. */
  const biasOf = (intervalS: number, law: number) =>
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
    const { replications, seCap } = POW[arm]!;
    const one = scenario(arm, SMALL);
    const intervalS = meanIntervalS(one);
    const law = lateShareExponential(intervalS, WINDOW);
    const found = summarise(replicate(one, lateShareOf, replications));
    expect(found.se).toBeLessThan(seCap);
    expect(Math.abs(found.mean - law)).toBeLessThan(T10 * found.se + biasOf(intervalS, law));
    findings.push(`${arm} ${shown(found)} (law ${law.toFixed(4)})`);
  });

  it.each(Object.keys(DPOS))('%s: late are those sent since the last turn', (arm) => {
    const { replications, seCap } = DPOS[arm]!;
    // Slots of five minutes stand on full minutes like those of fifteen, and are three times as many.
    const sets = [...SMALL, 'consensus.delegates=3', 'horizon.interval=5 min'];
    const one = scenario(arm, sets);
    const turnS = (one.consensus.options.turn as number) / 1e6;
    // Turns count back from delivery in whole numbers; a block of the gate's own instant is too late.
    const law = (turnS - (GATE % turnS)) / WINDOW;
    const runs = replicate(
      one,
      ({ tables: { slots } }) => ({
        late: total(slots, 'orders_late'),
        sent: total(slots, 'orders_sent'),
      }),
      replications,
    );
    const sent = runs.reduce((sum, run) => sum + run.sent, 0);
    const mean = runs.reduce((sum, run) => sum + run.late, 0) / sent;
    // Turns come for sure and send times are independent, so orders are independent trials.
    const se = Math.sqrt((law * (1 - law)) / sent);
    expect(se).toBeLessThan(seCap);
    expect(Math.abs(mean - law)).toBeLessThan(T30 * se + biasOf(turnS, law));
    findings.push(`${arm} ${shown({ mean, se })} (law ${law.toFixed(4)})`);
  });

  it('central: orders are recorded as they come', () => {
    const late = replicate(scenario('central', SMALL), lateShareOf, 3);
    findings.push(`central ${shown(summarise(late))}`);
    console.log(`E24 late share: ${findings.join(', ')}`);
    for (const share of late) expect(share).toBeLessThan(0.01);
  });
});

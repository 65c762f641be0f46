/** A08 to A11 on whole chains: what they can do, what they cannot, and what they report. */
import { describe, expect, it } from 'vitest';
import { numbersOf, textsOf } from '../../src/base/table.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { simulate } from '../../src/simulation/run.ts';

const SCENARIO = `
schemaVersion: 1
name: attacked
seed: 1
horizon: { start: 2024-06-03T00:00+00:00, days: 1, span: 40 min, warmUp: 0 s, history: 0, drain: 30 min }
population: { name: accounts, accounts: 12, transfersPerSecond: 0.5 }
network: { nodes: 7, placement: { intra: 20 ms } }
arms:
  pow: { consensus: { name: pow, blockInterval: 15 s } }
  dpos: { consensus: { name: dpos, delegates: 7, voteOut: { mode: plain } } }
  bft: { consensus: { name: dpos, delegates: 7, irreversibility: bft, voteOut: { mode: plain } } }
  pbft: { consensus: pbft }
`;

/** The row of the one adversary, and the tables. */
function attacked(arm: string, adversary: string, sets: readonly string[] = []) {
  const loaded = loadScenarioText(SCENARIO, {
    file: 'attacked.yaml',
    folder: '.',
    plugins: catalogue,
    sets: [`fraud.adversaries=[${adversary}]`, ...sets],
    arm,
  });
  const { tables } = simulate(loaded.resolve(arm));
  const number = (column: string) => numbersOf(tables.adversaries!, column)[0]!;
  return { tables, number, detail: textsOf(tables.adversaries!, 'detail')[0]! };
}

describe('A08 censorship', () => {
  const censors = (count: number) =>
    `{ name: censorship, count: ${count}, victim: 3, window: 10 s }`;

  it('of all producers but one delays, and cannot stop', () => {
    const some = attacked('bft', censors(5));
    expect(some.number('attempts')).toBeGreaterThan(50);
    expect(some.number('successes')).toBeGreaterThan(0);
    expect(some.detail).toMatch(/final one \d+ us/);
    const fates = textsOf(some.tables.transactions!, 'fate');
    expect(fates.filter((fate) => fate === 'rejected')).toEqual([]);
    // With two honest of seven the next honest turn is never farther than seven turns.
    const longestUs = Number(/(\d+) us/.exec(some.detail)![1]);
    expect(longestUs).toBeLessThan(60e6);
  });

  it('of nobody leaves no member waiting', () => {
    expect(attacked('bft', censors(0)).number('successes')).toBe(0);
  });
});

describe('A09 partition', () => {
  const cut = '{ name: partition, share: 45 %, from: 5 min, lasts: 10 min }';

  it('proof of work comes to two final chains, and to one again', () => {
    const { number } = attacked('pow', cut);
    expect(number('successes')).toBe(1);
    expect(number('recovered_us')).toBeGreaterThanOrEqual(number('ended_us'));
    expect(number('recovered_us')).toBeLessThan(number('ended_us') + 120e6);
  });

  it.each(['bft', 'pbft'])('%s never does', (arm) => {
    const { number } = attacked(arm, cut);
    expect(number('attempts')).toBe(1);
    expect(number('successes')).toBe(0);
  });
});

describe('A10 eclipse', () => {
  const around = '{ name: eclipse, count: 3, victim: node-002, from: 5 min, lasts: 25 min }';

  it('proof of work: the victim takes a private chain for final', () => {
    const { number, detail } = attacked('pow', around);
    expect(number('successes')).toBe(1);
    expect(detail).toMatch(/^[1-9]\d* false final blocks/);
  });

  it('certificates of votes cannot be made by three of seven', () => {
    expect(attacked('bft', around).number('successes')).toBe(0);
  });

  it('one honest peer that is left is enough', () => {
    const open = around.replace('from:', 'peersLeft: 4, from:');
    expect(attacked('pow', open).number('successes')).toBe(0);
  });
});

describe('A11 spam', () => {
  const flood = (perSecond: number) =>
    `{ name: spam, sender: 2, perSecond: ${perSecond}, from: 5 min, lasts: 10 min, threshold: 2 min }`;
  const small = ['ledger.bytesPerSecond=1000'];

  it('above what blocks hold makes others wait, below it does not', () => {
    const above = attacked('pbft', flood(40), small);
    expect(above.number('successes')).toBe(1);
    expect(attacked('pbft', flood(2), small).number('successes')).toBe(0);
  });

  it('costs its author the gas where gas has a price', () => {
    const { number } = attacked('pbft', flood(2), ['ledger.gasPrice=1', 'points.initial=1000 pt']);
    // At least 21 000 gas for each transfer.
    expect(number('cost_upt')).toBeGreaterThan(1_000 * 21_000);
    expect(attacked('pbft', flood(2)).number('cost_upt')).toBe(0);
  });
});

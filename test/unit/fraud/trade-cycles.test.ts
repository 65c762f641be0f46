import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import washTradeRing from '../../../src/fraud/attacks/wash-trade-ring.ts';
import type { TradeEvent } from '../../../src/fraud/detectors/define.ts';
import { simpleCycles } from '../../../src/fraud/detectors/simple-cycles.ts';
import tradeCycles from '../../../src/fraud/detectors/trade-cycles.ts';
import { matchRuns, stronglyConnected } from '../../../src/fraud/detectors/trade-graph.ts';
import { columnsOf } from '../../../src/fraud/detectors/trade-window.ts';
import { attackHomes, attackWorld, detectorWorld } from './worlds.ts';

function trade(slot: number, seller: number, buyer: number, energyWh: number, price = 310_000) {
  return { slot, seller, buyer, energyWh, priceUptPerKWh: price, bilateral: true };
}

/** Runs the detector over the trades, which must be in order of slot. */
function detect(trades: readonly TradeEvent[], dayCount: number, count = 20) {
  const homes = detectorWorld().context.homes.slice(0, 0);
  const world = detectorWorld({ count, homes, slotCount: dayCount * 96 });
  const instance = tradeCycles.create(world.context, defaultsOf(tradeCycles.options()));
  let next = 0;
  for (let day = 0; day < dayCount; day++) {
    for (; next < trades.length && trades[next]!.slot < (day + 1) * 96; next++) {
      instance.onTrade!(trades[next]!);
    }
    instance.onDayEnd!(day);
  }
  return world;
}

function ringTrades(size: number, dayCount: number, options = {}): TradeEvent[] {
  const { context } = attackWorld({ homes: attackHomes(20), slotCount: dayCount * 96 });
  const ring = washTradeRing.create(context, {
    ...defaultsOf(washTradeRing.options()),
    actors: size,
    from: 0,
    ...options,
  });
  const trades: TradeEvent[] = [];
  for (let slot = 0; slot < dayCount * 96; slot++) {
    for (const order of ring.orders!(slot)) {
      trades.push(trade(slot, order.seller, order.buyer, order.quantityWh, order.priceUptPerKWh));
    }
  }
  return trades;
}

/** Neighbours who sell to each other: one way around noon, back in the evening from a battery. */
function honestPairs(pairs: number, dayCount: number, seed: string, fixedPrice: boolean) {
  const draws = createRandomSource(seed).addressed('test/neighbours');
  const trades: TradeEvent[] = [];
  for (let slot = 0; slot < dayCount * 96; slot++) {
    const day = Math.floor(slot / 96);
    const hour = (slot % 96) / 4;
    for (let pair = 0; pair < pairs; pair++) {
      const [a, b] = [2 * pair, 2 * pair + 1];
      // Both directions move about the same energy a day, which is the hard case.
      const cloud = 0.4 + 1.2 * draws.uniform(pair, day, 0);
      const wh = Math.round(500 * cloud * (0.3 + draws.uniform(pair, slot, 1)));
      const price = fixedPrice ? 310_000 : 300_000 + Math.round(2e5 * draws.uniform(pair, slot, 2));
      if (hour >= 10 && hour < 15) trades.push(trade(slot, a, b, wh, price));
      if (hour >= 18 && hour < 23) trades.push(trade(slot, b, a, wh, price));
    }
  }
  return trades;
}

describe('strongly connected components', () => {
  it('finds two circles and a tail', () => {
    const from = [0, 1, 2, 2, 3, 4, 5];
    const to = [1, 2, 0, 3, 4, 3, 0];
    expect([...stronglyConnected(7, from, to)]).toEqual([0, 0, 0, 1, 1, 2, 3]);
  });
  it('needs no stack on a circle of 50 000', () => {
    const nodes = Array.from({ length: 50_000 }, (_, i) => i);
    const next = nodes.map((i) => (i + 1) % 50_000);
    expect(new Set(stronglyConnected(50_000, nodes, next)).size).toBe(1);
  });
});

describe('simple cycles', () => {
  it('lists each short circle once', () => {
    const edges = [[1, 2], [0, 2], [0, 3], [0]];
    expect(simpleCycles([0, 1, 2, 3], (node) => edges[node]!, 3)).toEqual([
      [0, 1],
      [0, 1, 2],
      [0, 2],
      [0, 2, 3],
    ]);
  });
});

describe('volume matching', () => {
  const limits = { margin: 0.01, priceSpread: 0.05, tradesMax: 24 };
  const match = (trades: TradeEvent[]) => {
    const all = columnsOf(trades, 0, 1e6);
    return matchRuns(
      all,
      Array.from(all.slot, (_, row) => row),
      limits,
      new Float64Array(3),
    ).runs;
  };
  it('closes each round of a ring', () => {
    const rounds = [0, 1].flatMap((k) => [
      trade(3 * k, 0, 1, 400 + k),
      trade(3 * k + 1, 1, 2, 400 + k),
      trade(3 * k + 2, 2, 0, 400 + k),
    ]);
    expect(match(rounds)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });
  it('finds the rounds behind a stray trade', () => {
    expect(match([trade(0, 1, 0, 77), trade(1, 0, 1, 400), trade(2, 1, 0, 400)])).toEqual([[1, 2]]);
  });
  it('leaves trades open that differ by more than the margin or in price', () => {
    expect(match([trade(1, 0, 1, 400), trade(2, 1, 0, 395)])).toEqual([]);
    expect(match([trade(1, 0, 1, 400), trade(2, 1, 0, 400, 340_000)])).toEqual([]);
  });
});

describe('trade cycles', () => {
  for (const size of [2, 3, 4, 5, 6]) {
    it(`names all of a ring of ${size} on the first day, and nobody else`, () => {
      const { alarms } = detect(ringTrades(size, 2), 2);
      const ring = [...new Set(ringTrades(size, 2).map((row) => row.seller))].sort((a, b) => a - b);
      const named = alarms.filter((alarm) => alarm.slot === 95).map((alarm) => alarm.entity);
      expect(named).toEqual(ring);
      expect([...new Set(alarms.map((alarm) => alarm.entity))].sort((a, b) => a - b)).toEqual(ring);
    });
  }
  it('sees a ring whose members also have honest deals both ways', () => {
    const ring = ringTrades(3, 3);
    const members = [...new Set(ring.map((row) => row.seller))];
    const honest = honestPairs(10, 3, 'mixed', true);
    const trades = [...ring, ...honest].sort((a, b) => a.slot - b.slot);
    const { alarms } = detect(trades, 3);
    expect(new Set(alarms.map((alarm) => alarm.entity))).toEqual(new Set(members));
  });
  it('accuses none of 40 honest pairs over three weeks, at moving or standing prices', () => {
    for (const fixedPrice of [true, false]) {
      const { alarms } = detect(honestPairs(40, 21, `honest-${fixedPrice}`, fixedPrice), 21, 80);
      expect(alarms).toEqual([]);
    }
  });
  it('accuses nobody in a pool', () => {
    const pool = ringTrades(3, 1).map((row) => ({ ...row, bilateral: false }));
    const { alarms, scores } = detect(pool, 1);
    expect(alarms).toEqual([]);
    expect(scores.every((row) => row.score === 0)).toBe(true);
  });
  it('is blind to legs that vary by more than the margin', () => {
    expect(detect(ringTrades(3, 3, { noise: 0.2 }), 3).alarms).toEqual([]);
  });
  it('judges a day again with trades that became final later', () => {
    const trades = ringTrades(3, 1);
    const world = detectorWorld({ count: 20 });
    const instance = tradeCycles.create(world.context, defaultsOf(tradeCycles.options()));
    instance.onDayEnd!(0);
    for (const row of trades) instance.onTrade!(row);
    instance.onDayEnd!(1);
    expect(world.alarms).toHaveLength(3);
    expect(world.alarms[0]!.slot).toBe(95);
    expect(Math.max(...world.scores.filter((row) => row.day === 0).map((row) => row.score))).toBe(
      1,
    );
  });
});

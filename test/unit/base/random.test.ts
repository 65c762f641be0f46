import { describe, expect, it } from 'vitest';
import { type AddressedStream, createRandomSource } from '../../../src/base/random.ts';
import { chiSquareScore, correlation, ksUniform, mean } from './statistics.ts';

const TWO_32 = 2 ** 32;
/** A score that a correct generator exceeds about once in 1e5 tests; seeds are fixed. */
const SCORE_MAX = 4.5;

const source = createRandomSource(2024);
const stream = source.addressed('world/weather');

/** Serial pairs over a 2-D grid of addresses, on 16 x 16 cells of high bits and of low bits. */
function pairScores(step: readonly [number, number, number], other = stream): number[] {
  const high = new Int32Array(256);
  const low = new Int32Array(256);
  for (let entity = 0; entity < 400; entity++) {
    for (let slot = 0; slot < 400; slot++) {
      const x = stream.uniform(entity, slot, 0) * TWO_32;
      const y = other.uniform(entity + step[0], slot + step[1], step[2]) * TWO_32;
      high[(x >>> 28) * 16 + (y >>> 28)]!++;
      low[(x & 15) * 16 + (y & 15)]!++;
    }
  }
  return [chiSquareScore(high), chiSquareScore(low)];
}

describe('addressed draws', () => {
  it('are pure functions of (seed, stream, entity, slot, k)', () => {
    const again = createRandomSource('2024').addressed('world/weather');
    const backwards: number[] = [];
    for (let n = 999; n >= 0; n--) backwards.push(again.uniform(n % 10, n, n % 3));
    backwards.reverse();
    for (let n = 0; n < 1000; n++) expect(stream.uniform(n % 10, n, n % 3)).toBe(backwards[n]);
    expect(again.normal(3, -4, 1)).toBe(stream.normal(3, -4, 1));
    expect(again.exponential(3, -4, 1)).toBe(stream.exponential(3, -4, 1));
    const first = stream.uniform(1, 2, 3);
    expect(createRandomSource(2025).addressed('world/weather').uniform(1, 2, 3)).not.toBe(first);
    expect(source.addressed('world/load').uniform(1, 2, 3)).not.toBe(first);
  });

  it('flip each output bit in 45 to 55 % of cases when any input bit flips', () => {
    const trials = 4000;
    // Entity, slot and k all move with n, so that no pair of addresses is counted twice.
    const flip = [
      (n: number, bit: number) => stream.uniform(n ^ bit, (31 * n) % 1009, n & 3),
      (n: number, bit: number) => stream.uniform(n, ((31 * n) % 1009) ^ bit, n & 3),
      (n: number, bit: number) => stream.uniform(n, (31 * n) % 1009, (n & 3) ^ bit),
    ];
    for (const [input, widthBits] of [32, 32, 29].entries()) {
      for (let place = 0; place < widthBits; place++) {
        const flips = new Int32Array(32);
        for (let n = 0; n < trials; n++) {
          const before = (flip[input]!(n, 0) * TWO_32) >>> 0;
          const difference = before ^ ((flip[input]!(n, 1 << place) * TWO_32) >>> 0);
          for (let bit = 0; bit < 32; bit++) flips[bit]! += (difference >>> bit) & 1;
        }
        for (let bit = 0; bit < 32; bit++) {
          const share = flips[bit]! / trials;
          if (share < 0.45 || share > 0.55) {
            throw new Error(`input ${input} bit ${place} flips output bit ${bit}: ${share}`);
          }
        }
      }
    }
  });

  it('are uniform over many addresses: Kolmogorov-Smirnov and chi-square of every byte', () => {
    const count = 100_000;
    const values = new Float64Array(count);
    const bytes = [0, 8, 16, 24].map(() => new Int32Array(256));
    for (let n = 0; n < count; n++) {
      values[n] = stream.uniform(n % 317, Math.floor(n / 317), n % 5);
      const bits = (values[n]! * TWO_32) >>> 0;
      for (let byte = 0; byte < 4; byte++) bytes[byte]![(bits >>> (8 * byte)) & 255]!++;
    }
    expect(ksUniform(values)).toBeLessThan(1.95 / Math.sqrt(count));
    for (const counts of bytes) expect(Math.abs(chiSquareScore(counts))).toBeLessThan(SCORE_MAX);
    expect(Math.min(...values.subarray(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(values.every((value) => value < 1)).toBe(true);
  });

  it('have row and column means as scattered as chance makes them', () => {
    for (const byEntity of [true, false]) {
      let chi = 0;
      for (let row = 0; row < 300; row++) {
        let sum = 0;
        for (let n = 0; n < 300; n++) {
          sum += byEntity ? stream.uniform(row, n, 0) : stream.uniform(n, row, 0);
        }
        chi += (sum / 300 - 0.5) ** 2 * 12 * 300;
      }
      expect(Math.abs(chi - 300) / Math.sqrt(600)).toBeLessThan(SCORE_MAX);
    }
  });

  it('do not depend on their neighbours: entity, slot, k, diagonals, a day apart', () => {
    const steps: [number, number, number][] = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 1, 0],
      [1, -1, 0],
      [0, 96, 0],
      [2, 0, 0],
      [0, 0, 2],
      [1, 0, 1],
    ];
    for (const step of steps) {
      for (const score of pairScores(step)) {
        expect(Math.abs(score), step.join()).toBeLessThan(SCORE_MAX);
      }
    }
  });

  it('do not depend on other streams, nor on streams of the next seed', () => {
    const others = [
      source.addressed('world/load'),
      source.addressed('world/weather/2'),
      createRandomSource(2025).addressed('world/weather'),
    ];
    for (const other of others) {
      for (const score of pairScores([0, 0, 0], other)) {
        expect(Math.abs(score)).toBeLessThan(SCORE_MAX);
      }
    }
  });

  it('have the moments of their law: normal 0, 1, 0, 3; exponential 1, 1', () => {
    const count = 200_000;
    const at = <T>(draw: (entity: number, slot: number, k: number) => T, n: number): T =>
      draw(n % 211, Math.floor(n / 211), n & 1);
    const normals = Float64Array.from({ length: count }, (_, n) => at(stream.normal, n));
    const moment = (power: number) => mean(normals.map((x) => x ** power));
    const root = Math.sqrt(count);
    // Standard errors of the first four raw moments: sqrt of 1, 2, 15, 96 over sqrt(n).
    expect(Math.abs(moment(1)) * root).toBeLessThan(SCORE_MAX);
    expect((Math.abs(moment(2) - 1) * root) / Math.sqrt(2)).toBeLessThan(SCORE_MAX);
    expect((Math.abs(moment(3)) * root) / Math.sqrt(15)).toBeLessThan(SCORE_MAX);
    expect((Math.abs(moment(4) - 3) * root) / Math.sqrt(96)).toBeLessThan(SCORE_MAX);
    const waits = Float64Array.from({ length: count }, (_, n) => at(stream.exponential, n));
    expect(Math.abs(mean(waits) - 1) * root).toBeLessThan(SCORE_MAX);
    const levels = waits.map((x) => 1 - Math.exp(-x));
    expect(ksUniform(levels)).toBeLessThan(1.95 / root);
  });

  it('of different kinds or k at one address are independent', () => {
    const count = 40_000;
    const series = (draw: (entity: number) => number) =>
      Float64Array.from({ length: count }, (_, entity) => draw(entity));
    const limit = SCORE_MAX / Math.sqrt(count);
    const draws: ((s: AddressedStream, entity: number) => number)[] = [
      (s, entity) => s.uniform(entity, 7, 0),
      (s, entity) => s.uniform(entity, 7, 1),
      (s, entity) => s.uniform(entity, 7, 2),
      (s, entity) => s.normal(entity, 7, 0),
      (s, entity) => s.normal(entity, 7, 1),
      (s, entity) => s.normal(entity, 7, 1) ** 2,
      (s, entity) => s.exponential(entity, 7, 0),
      (s, entity) => s.exponential(entity, 7, 2),
    ];
    for (let i = 0; i < draws.length; i++) {
      for (let j = i + 1; j < draws.length; j++) {
        if (i === 4 && j === 5) continue;
        const r = correlation(
          series((entity) => draws[i]!(stream, entity)),
          series((entity) => draws[j]!(stream, entity)),
        );
        expect(Math.abs(r), `${i} with ${j}`).toBeLessThan(limit);
      }
    }
  });
});

describe('sequential draws', () => {
  const draws = 200_000;

  it('are refused outside chain/', () => {
    expect(() => source.sequential('world/weather')).toThrow(
      new RangeError('"stream" expected a name that begins with chain/, got world/weather'),
    );
  });

  it('repeat for a seed and name, and differ between them', () => {
    const first = createRandomSource(1).sequential('chain/a');
    const again = createRandomSource('1').sequential('chain/a');
    const other = createRandomSource(1).sequential('chain/b');
    const values = Array.from({ length: 50 }, () => first.uniform());
    expect(Array.from({ length: 50 }, () => again.uniform())).toEqual(values);
    expect(values).not.toContain(other.uniform());
  });

  it('are uniform and without serial correlation', () => {
    const chain = source.sequential('chain/uniform');
    const values = Float64Array.from({ length: draws }, () => chain.uniform());
    expect(ksUniform(values)).toBeLessThan(1.95 / Math.sqrt(draws));
    for (const lag of [1, 2, 3, 10]) {
      const r = correlation(values.subarray(0, draws - lag), values.subarray(lag));
      expect(Math.abs(r) * Math.sqrt(draws)).toBeLessThan(4);
    }
    const pairs = new Int32Array(1024);
    for (let n = 1; n < draws; n++) {
      pairs[Math.floor(values[n - 1]! * 32) * 32 + Math.floor(values[n]! * 32)]!++;
    }
    expect(Math.abs(chiSquareScore(pairs))).toBeLessThan(SCORE_MAX);
  });

  it('make a Poisson process: exponential gaps, dispersion 1, also thinned and superposed', () => {
    const chain = source.sequential('chain/poisson');
    const counts = [new Int32Array(2000), new Int32Array(2000), new Int32Array(2000)];
    const windows = 2000;
    for (let series = 0; series < 3; series++) {
      // A process of rate 10, one of rate 20 that keeps half, and two of rate 5 together.
      for (let part = 0; part < (series === 2 ? 2 : 1); part++) {
        const meanGap = [0.1, 0.05, 0.2][series]!;
        for (let t = chain.exponential(meanGap); t < windows; t += chain.exponential(meanGap)) {
          if (series !== 1 || chain.uniform() < 0.5) counts[series]![Math.floor(t)]!++;
        }
      }
    }
    for (const series of counts) {
      const centre = mean(series);
      const variance = mean(Float64Array.from(series, (n) => (n - centre) ** 2));
      expect(Math.abs(centre - 10)).toBeLessThan(4.5 * Math.sqrt(10 / windows));
      expect(Math.abs(variance / centre - 1)).toBeLessThan(4 * Math.sqrt(2 / (windows - 1)));
    }
  });

  it('have the moments of normal and lognormal', () => {
    const chain = source.sequential('chain/normal');
    const normals = Float64Array.from({ length: draws }, () => chain.normal());
    expect(Math.abs(mean(normals)) * Math.sqrt(draws)).toBeLessThan(SCORE_MAX);
    const square = mean(normals.map((x) => x * x));
    expect(Math.abs(square - 1) * Math.sqrt(draws / 2)).toBeLessThan(SCORE_MAX);
    const logs = normals.map(() => Math.log(chain.lognormal(100, 0.4) / 100) / 0.4);
    expect(Math.abs(mean(logs)) * Math.sqrt(draws)).toBeLessThan(SCORE_MAX);
  });

  it('are whole numbers without bias, for any n', () => {
    const chain = source.sequential('chain/integer');
    for (const n of [1, 2, 7, 100, 1000]) {
      const counts = new Int32Array(n);
      for (let i = 0; i < 100 * n; i++) counts[chain.integer(n)]!++;
      if (n > 1) expect(Math.abs(chiSquareScore(counts))).toBeLessThan(SCORE_MAX);
    }
    // With n = 3·2^30, taking the remainder would give the lowest third twice its share.
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (chain.integer(3 * 2 ** 30) < 2 ** 30) low++;
    expect(Math.abs(low - 10_000) / Math.sqrt(30_000 * (2 / 9))).toBeLessThan(SCORE_MAX);
    for (const n of [0, -1, 2 ** 32 + 1, Number.NaN]) {
      expect(() => chain.integer(n)).toThrow(`"n" expected 1 to 2^32, got ${n}`);
    }
    expect(chain.integer(2 ** 32)).toBeLessThan(2 ** 32);
  });

  it('shuffle every order alike', () => {
    const chain = source.sequential('chain/shuffle');
    const counts = new Map<string, number>();
    for (let n = 0; n < 24_000; n++) {
      const cards = [1, 2, 3, 4];
      chain.shuffle(cards);
      counts.set(cards.join(''), (counts.get(cards.join('')) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(Math.abs(chiSquareScore([...counts.values()]))).toBeLessThan(SCORE_MAX);
  });

  it('stop while the source is locked; addressed draws do not', () => {
    const locked = createRandomSource(3);
    const chain = locked.sequential('chain/a');
    locked.lock(true);
    expect(() => chain.uniform()).toThrow('random-lock: chain/a drawn by an observer');
    expect(() => chain.shuffle([1, 2])).toThrow('random-lock');
    expect(locked.addressed('world/a').uniform(1, 1, 1)).toBeGreaterThanOrEqual(0);
    locked.lock(false);
    expect(chain.uniform()).toBe(createRandomSource(3).sequential('chain/a').uniform());
  });
});

/** Proof of work: hash rates, difficulty, the race and the search for nonces. */
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import pow, { type PowRule } from '../../../src/consensus/protocols/pow.ts';
import {
  isoSecurityPowerW,
  majorityCostUptPerW,
} from '../../../src/consensus/protocols/pow-energy.ts';
import { createAliasDraw, hashShares } from '../../../src/consensus/protocols/pow-hash-rates.ts';
import { createPuzzle } from '../../../src/consensus/protocols/pow-nonces.ts';
import { sha256Hex } from '../../../src/ledger/hash.ts';
import { createHarness, estimate, type HarnessOptions, T30 } from './harness.ts';

const S = 1_000_000;
const stream = (name: string) => createRandomSource('parts').sequential(`chain/${name}`);
const miners = (world: Omit<HarnessOptions, 'protocol'>) =>
  createHarness({ protocol: pow, ...world });
const check = (options: Readonly<Record<string, unknown>>, nodeCount: number) =>
  pow.check!({ ...defaultsOf(pow.options()), ...options } as never, nodeCount).map(
    ({ key }) => key,
  );

describe('hash rates', () => {
  const base = {
    hashRates: 'equal',
    hashRateSlope: 0,
    hashRateMean: 400_000,
    hashRateDeviation: 100_000,
    hashShares: [],
    miners: 0,
  } as const;

  it('equal, zipf and list sum to 1 over the nodes that mine', () => {
    expect([...hashShares(base, 4, stream('a'))]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect([...hashShares({ ...base, miners: 2 }, 4, stream('a'))]).toEqual([0.5, 0.5, 0, 0]);
    const zipf = hashShares({ ...base, hashRates: 'zipf', hashRateSlope: 1 }, 3, stream('a'));
    [6, 3, 2].forEach((parts, node) => {
      expect(zipf[node]).toBeCloseTo(parts / 11, 12);
    });
    const list = { ...base, hashRates: 'list', hashShares: [3, 0, 1] } as const;
    expect([...hashShares(list, 5, stream('a'))]).toEqual([0.75, 0, 0.25, 0, 0]);
  });

  it('normal is whole, at least 1, with the mean and deviation stated', () => {
    const rates = hashShares({ ...base, hashRates: 'normal' }, 10_000, stream('normal'));
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    const deviation = Math.sqrt(
      rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length,
    );
    expect(mean).toBeCloseTo(1e-4, 12);
    expect(Math.abs(deviation / mean - 0.25)).toBeLessThan(4 * (0.25 / Math.sqrt(20_000)));
    const low = { ...base, hashRates: 'normal', hashRateMean: 1, hashRateDeviation: 50 } as const;
    expect(Math.min(...hashShares(low, 100, stream('low')))).toBeGreaterThan(0);
  });

  it.each([[[1]], [[1, 1]], [[5, 3, 1, 1]], [[0, 7, 0, 1, 0]], [[1e-9, 1]]])(
    'the alias draw follows weights %j',
    (weights) => {
      const draws = stream(`alias/${weights.length}`);
      const draw = createAliasDraw(Float64Array.from(weights));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const counts = new Float64Array(weights.length);
      const N = 40_000;
      for (let i = 0; i < N; i++) counts[draw(draws)]!++;
      weights.forEach((weight, index) => {
        const p = weight / total;
        const slack = 4.5 * Math.sqrt((p * (1 - p)) / N);
        expect(Math.abs(counts[index]! / N - p)).toBeLessThanOrEqual(slack);
      });
    },
  );

  it('the alias table is exact: every index gets its weight', () => {
    // A scripted stream walks through all places and a fine grid of uniforms.
    const weights = Float64Array.from({ length: 37 }, (_, i) => (i * i) % 11);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const draw = createAliasDraw(weights);
    const count = weights.filter((weight) => weight > 0).length;
    const got = new Float64Array(37);
    const GRID = 2_000;
    for (let place = 0; place < count; place++) {
      for (let k = 0; k < GRID; k++) {
        const scripted = { integer: () => place, uniform: () => (k + 0.5) / GRID };
        got[draw(scripted as never)]! += 1 / GRID / count;
      }
    }
    got.forEach((share, index) => {
      expect(Math.abs(share - weights[index]! / total)).toBeLessThan(0.5 / GRID);
    });
  });

  it('what cannot work is told at once', () => {
    expect(check({}, 5)).toEqual([]);
    expect(check({ miners: 6 }, 5)).toEqual(['miners']);
    expect(check({ hashRates: 'list' }, 5)).toEqual(['hashShares']);
    expect(check({ hashRates: 'list', hashShares: [1, 2, 3] }, 2)).toEqual(['hashShares']);
    expect(check({ hashRates: 'list', hashShares: [1], miners: 1 }, 2)).toEqual(['miners']);
    expect(check({ hashShares: [1] }, 2)).toEqual(['hashShares']);
    expect(check({ hashRateSlope: 1 }, 2)).toEqual(['hashRateSlope']);
    expect(check({ retargetBlocks: 1 }, 2)).toEqual(['retargetBlocks']);
    expect(check({ mode: 'hash' }, 101)).toEqual(['miners']);
    expect(check({ mode: 'hash', miners: 100 }, 101)).toEqual([]);
    expect(check({ energyRule: 'isoSecurity' }, 2)).toEqual(['stakeToCapture']);
    const free = { stakeToCapture: 1, hardwarePrice: 0, attackHorizon: 0 };
    expect(check({ energyRule: 'isoSecurity', ...free }, 2)).toEqual(['hardwarePrice']);
  });
});

describe('difficulty', () => {
  const T = 10 * S;

  it('lwma follows its formula, block by block', () => {
    const N = 12;
    const options = { blockInterval: T, retarget: 'lwma', retargetBlocks: N };
    const { tree, engine, run, chain } = miners({ nodeCount: 3, options, seed: 'lwma' });
    run(400 * T);
    const branch: number[] = [];
    for (let at = engine.head[0]!; at >= 0; at = tree.parent[at]!) branch.unshift(at);
    expect(branch.length).toBeGreaterThan(300);
    for (let height = 1; height < branch.length; height++) {
      const got = tree.consensus(branch[height]!)[0]!;
      if (height <= N) expect(got).toBe(T);
      else {
        const last = branch.slice(height - N - 1, height);
        const times = last.map((block) => tree.timestampUs[block]!);
        const sum = last.slice(1).reduce((total, block) => total + tree.consensus(block)[0]!, 0);
        let weighted = 0;
        for (let i = 1; i <= N; i++) {
          weighted += i * Math.min(6 * T, Math.max(1, times[i]! - times[i - 1]!));
        }
        const next = ((sum / N) * 0.99 * T * N * (N + 1)) / 2 / weighted;
        expect(Math.abs(got - next)).toBeLessThanOrEqual(1);
      }
      expect((chain.rule as PowRule).isValid(branch[height]!)).toBe(true);
    }
  });

  it('lwma finds the interval again when hash power falls to a quarter, without a period', () => {
    const options = { blockInterval: T, retarget: 'lwma', retargetBlocks: 30 };
    const after = Array.from({ length: 30 }, (_, seed) => {
      const world = miners({ nodeCount: 4, latencyUs: 1, options, seed: `lwma/${seed}` });
      world.run(300 * T);
      world.engine.up.fill(0, 1);
      world.run(600 * T);
      const from = world.tree.height[world.engine.head[0]!]!;
      world.run(1_000 * T);
      return (world.tree.height[world.engine.head[0]!]! - from) / 400;
    });
    const { mean, se } = estimate(after);
    expect(se).toBeLessThan(0.02);
    expect(Math.abs(mean - 1)).toBeLessThan(T30 * se + 0.02);
  });

  it('a clamp of 2 lets one change double at most', () => {
    const options = { blockInterval: T, retargetBlocks: 4, retargetClamp: 2 };
    const { add, rule } = miners({ nodeCount: 1, options });
    let head = 0;
    for (let i = 1; i <= 4; i++) head = add(0, head, i * S, [T]);
    expect((rule as PowRule).isValid(add(0, head, 5 * S, [2 * T]))).toBe(true);
    expect((rule as PowRule).isValid(add(0, head, 5 * S, [4 * T]))).toBe(false);
  });

  it('bitcoin leaves out the first gap of the period', () => {
    const options = { blockInterval: T, retargetBlocks: 4, retarget: 'bitcoin' };
    const { add, rule } = miners({ nodeCount: 1, options });
    let head = 0;
    // 100 s, then three gaps of 8 s: 40 s of aim over 24 s.
    for (const second of [100, 108, 116, 124]) head = add(0, head, second * S, [T]);
    expect((rule as PowRule).isValid(add(0, head, 125 * S, [16_666_667]))).toBe(true);
  });

  it('0 blocks keep it constant', () => {
    const options = { blockInterval: T, retargetBlocks: 0 };
    const { tree, run } = miners({ nodeCount: 2, options });
    run(300 * T);
    for (let block = 1; block < tree.count; block++) expect(tree.consensus(block)).toEqual([T]);
  });
});

describe('the race', () => {
  const T = 10 * S;

  /**
   * Two groups that never hear of each other retarget on their own: each must keep the target interval
   * with its part of the power, although both are drawn from one race.
   */
  it('is exact when branches differ in difficulty', () => {
    const runs = Array.from({ length: 30 }, (_, seed) => {
      const hashRates = { hashRates: 'list', hashShares: [2, 6, 12] };
      const options = { blockInterval: T, retargetBlocks: 32, ...hashRates };
      const world = miners({ nodeCount: 3, options, seed: `split/${seed}`, latencyUs: 1 });
      world.chain.transport.cut(1, () => true);
      world.run(600 * T);
      const before = [0, 1, 2].map((node) => world.tree.height[world.engine.head[node]!]!);
      world.run(1_200 * T);
      return [0, 1, 2].map(
        (node) => (world.tree.height[world.engine.head[node]!]! - before[node]!) / 600,
      );
    });
    for (const node of [0, 1, 2]) {
      const { mean, se } = estimate(runs.map((run) => run[node]!));
      expect(se).toBeLessThan(0.012);
      // Growth is 1 / (N / (N − 1)); fluctuations of the aim itself leave less than 0.2 %.
      expect(Math.abs(mean - 31 / 32), `node ${node}`).toBeLessThan(T30 * se + 0.002);
    }
  });

  it.each([2, 10_000])('one event a block, with %i miners', (nodeCount) => {
    // Nothing that is found arrives within the run.
    const edges = Array.from({ length: nodeCount - 1 }, (_, a) => {
      return { a, b: a + 1, latencyUs: 1e12, bandwidth: 1e12 };
    });
    const options = { blockInterval: T, retargetBlocks: 0 };
    const { kernel, tree, run } = miners({ nodeCount, edges, options });
    run(100 * T);
    expect(tree.count).toBeGreaterThan(60);
    expect(kernel.eventCount).toBe(tree.count - 1);
  });

  it('a node without hash power makes no block', () => {
    const options = { blockInterval: T, miners: 2 };
    const { producers, run, instance } = miners({ nodeCount: 4, options });
    run(200 * T);
    expect(new Set(producers(3))).toEqual(new Set([0, 1]));
    expect([2, 3].map((node) => instance.hashShare(node))).toEqual([0, 0]);
  });

  it('a conduct decides where its node mines and whether it does', () => {
    const options = { blockInterval: T, retargetBlocks: 0 };
    const { chain, tree, run } = miners({ nodeCount: 3, options });
    chain.conduct.control([1], { parentFor: () => 0 });
    chain.conduct.control([2], { takesPart: () => false });
    run(200 * T);
    const made = Array.from({ length: tree.count - 1 }, (_, i) => i + 1);
    const own = made.filter((block) => tree.producer[block] === 1);
    expect(own.length).toBeGreaterThan(30);
    expect(own.every((block) => tree.parent[block] === 0)).toBe(true);
    expect(made.some((block) => tree.producer[block] === 2)).toBe(false);
  });
});

describe('branches of equal work', () => {
  it.each([
    ['first-seen', [1, 0, 0]],
    ['uniform', [1 / 3, 1 / 3, 1 / 3]],
  ])('%s', (tieRule, expected) => {
    const counts = [0, 0, 0];
    const N = 3_000;
    const { chain, add, engine } = miners({ nodeCount: 4, options: { tieRule, mode: 'race' } });
    const { instance } = chain;
    for (let i = 0; i < N; i++) {
      const rivals = [1, 2, 3].map((node) => {
        const block = add(node, 0, i, [15 * S]);
        // Every round is heavier than the one before.
        chain.tree.work[block] = i + 1;
        return block;
      });
      for (const block of rivals) {
        const head = engine.head[0]!;
        if (instance.prefers(0, block, head)) engine.head[0] = block;
      }
      counts[rivals.indexOf(engine.head[0]!)]!++;
    }
    expected.forEach((share, rival) => {
      const slack = 4.5 * Math.sqrt((share * (1 - share)) / N);
      expect(Math.abs(counts[rival]! / N - share)).toBeLessThanOrEqual(slack);
    });
  });
});

describe('mode hash', () => {
  const T = 10 * S;
  const options = { mode: 'hash', hashesPerBlock: 200, blockInterval: T, retargetBlocks: 0 };

  it('the time of a block is its nonces over the hash rate', () => {
    const { tree, run, instance } = miners({ nodeCount: 1, options });
    run(60 * T);
    expect(tree.count).toBeGreaterThan(30);
    const rate = 200 / T;
    for (let block = 1; block < tree.count; block++) {
      const nonce = tree.consensus(block)[1]!;
      expect(Math.abs(tree.timestampUs[block]! - (nonce + 1) / rate)).toBeLessThan(2);
    }
    expect(Math.abs(instance.report!().noncesTried! - 60 * 200)).toBeLessThanOrEqual(1);
  });

  it('every block carries its proof; another nonce is none', () => {
    const world = miners({ nodeCount: 4, latencyUs: 300_000, options });
    world.run(60 * T);
    const { tree, rule, add } = world;
    const puzzle = createPuzzle(tree, 200, T);
    let wrong = 0;
    for (let block = 1, count = tree.count; block < count; block++) {
      const nonce = tree.consensus(block)[1]!;
      const parent = tree.parent[block]!;
      const producer = tree.producer[block]!;
      const place = `${tree.hash(parent)}/${tree.height[block]}/${producer}/${T}/${nonce}`;
      const value = Number.parseInt(sha256Hex(place).slice(0, 12), 16);
      expect(value).toBeLessThan(2 ** 48 / 200);
      expect((rule as PowRule).isValid(block)).toBe(true);
      expect(puzzle.solves(parent, producer, T, nonce)).toBe(true);
      const forged = add(producer, parent, tree.timestampUs[block]!, [T, nonce + 1]);
      if (!(rule as PowRule).isValid(forged)) wrong++;
      expect((rule as PowRule).isValid(add(producer, parent, 0, [T]))).toBe(false);
    }
    expect(wrong).toBeGreaterThan(30);
  });

  it('finds as many blocks as the race it stands for, in proportion to hash power', () => {
    const shares = { hashRates: 'list', hashShares: [3, 1] };
    const runs = Array.from({ length: 30 }, (_, seed) => {
      const world = { nodeCount: 2, latencyUs: 1, options: { ...options, ...shares } };
      const { tree, run } = miners({ ...world, seed: `nonce/${seed}` });
      run(60 * T);
      let first = 0;
      for (let block = 1; block < tree.count; block++) if (tree.producer[block] === 0) first++;
      return { blocks: (tree.count - 1) / 60, share: first / (tree.count - 1) };
    });
    const blocks = estimate(runs.map((run) => run.blocks));
    expect(Math.abs(blocks.mean - 1)).toBeLessThan(T30 * blocks.se);
    expect(blocks.se).toBeLessThan(0.04);
    const share = estimate(runs.map((run) => run.share));
    expect(Math.abs(share.mean - 0.75)).toBeLessThan(T30 * share.se);
  });

  it('follows difficulty, and a node that is down finds nothing', () => {
    const { tree, run, engine, rule } = miners({
      nodeCount: 3,
      options: { ...options, retargetBlocks: 8 },
    });
    engine.up[2] = 0;
    run(150 * T);
    const difficulties = new Set<number>();
    for (let block = 1; block < tree.count; block++) {
      expect(tree.producer[block]).not.toBe(2);
      expect((rule as PowRule).isValid(block)).toBe(true);
      difficulties.add(tree.consensus(block)[0]!);
    }
    expect(difficulties.size).toBeGreaterThan(8);
  });
});

describe('security for the same money', () => {
  const options = {
    certificatePrice: 50e6,
    stakeToCapture: 200,
    hardwarePrice: 4e6,
    attackHorizon: 100 * 3.6e9,
    electricity: 1e6,
  };

  it('power times the cost of a watt is the price of the stake', () => {
    // 4 pt of hardware and 100 h x 1 pt/kWh make 4.1 pt/W; 200 certificates are 10 000 pt.
    expect(majorityCostUptPerW(options)).toBeCloseTo(4.1e6, 6);
    expect(isoSecurityPowerW(options)).toBeCloseTo(10_000 / 4.1, 9);
    const { instance } = miners({
      nodeCount: 3,
      options: { ...options, energyRule: 'isoSecurity', hashRates: 'list', hashShares: [3, 1] },
    });
    [0.75, 0.25, 0].forEach((share, node) => {
      expect(instance.powerW(node)).toBeCloseTo((share * 10_000) / 4.1, 9);
    });
  });
});

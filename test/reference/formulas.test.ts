/**
 * Closed forms against every number of the validation page and of the shared reference files, to
 * the digits printed there: attacks, forks, times and queues. Files that are not here are skipped;
 * the printed tables stand in this file.
 */
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import * as law from '../../src/consensus/laws/index.ts';
import { json, near, printed, reference } from './vectors.ts';

const column = (text: string, index: number): string[] =>
  (parse(text, { from: 2 }) as string[][]).map((row) => row[index]!);

describe('double spend (validation A1, model O1)', () => {
  test.each([
    ['.10', 1, '.2045873', '.2000000', '.0311111'],
    ['.10', 2, '.0509779', '.0560000', '.0095111'],
    ['.10', 3, '.0131722', '.0171200', '.0030311'],
    ['.10', 4, '.0034552', '.0054560', '.00098991'],
    ['.10', 5, '.0009137', '.0017818', '.00032856'],
    ['.10', 6, '.0002428', '.0005914', '.00011032'],
    ['.10', 10, '1.2414e-6', '7.8598e-6', '1.5034e-6'],
    ['.20', 6, '.0142506', '.0233084', '.0087545'],
    ['.30', 5, '.1773523', '.1976173', '.1117497'],
    ['.30', 6, '.1321112', '.1564496', '.0891074'],
    ['.30', 10, '.0416605', '.0651067', '.0376999'],
    ['.40', 6, '.5039803', '.4930037', '.3814066'],
  ])('q %s, z %i', (q, z, poisson, tie, strict) => {
    printed(law.doubleSpendNakamoto(Number(q), z), poisson);
    printed(law.doubleSpend(Number(q), z, 1), tie);
    printed(law.doubleSpend(Number(q), z, 0), strict);
  });

  test.each([
    [
      0.1,
      ['.2000', '.0560', '.01712', '.000591', '1e-6'],
      ['.0311', '.00951', '.00303', '.000110'],
    ],
    [
      0.2,
      ['.4000', '.2080', '.11584', '.023308', '.001195'],
      ['.1300', '.0724', '.04168', '.008754', '.000461'],
    ],
    [
      0.3,
      ['.6000', '.4320', '.32616', '.156450', '.042896'],
      ['.3086', '.2330', '.18005', '.089107', '.024957'],
    ],
    [
      0.4,
      ['.8000', '.7040', '.63488', '.493004', '.327287'],
      ['.5867', '.5291', '.482987', '.381407', '.256280'],
    ],
  ])('q %d with a block mined before, and without', (q, ahead, level) => {
    const confirmations = [1, 2, 3, 6, 12];
    ahead.forEach((text, i) => {
      printed(law.doubleSpend(q, confirmations[i]!, 1), text);
    });
    level.forEach((text, i) => {
      printed(law.doubleSpend(q, confirmations[i]!, 0), text);
    });
  });

  const table = reference('double_spend.csv');
  test.skipIf(table === undefined)('every row of the file, all four columns', () => {
    const rows = parse(table!, { from: 2 }) as string[][];
    expect(rows).toHaveLength(299);
    for (const row of rows) {
      const [q, z] = [Number(row[0]), Number(row[1])];
      const place = `q ${q}, z ${z}`;
      const [poisson, tie, beta, strict, premined] = row.slice(2).map(Number);
      const values = [law.doubleSpendNakamoto(q, z), law.doubleSpend(q, z, 1)] as const;
      for (const [value, expected] of [
        [values[0], poisson],
        [values[1], tie],
        [values[1], beta],
        [law.doubleSpend(q, z, 0), strict],
        [values[1], premined],
      ] as const) {
        expect(Math.abs(value - expected!), place).toBeLessThan(1e-10);
        // The file's own digits end at 1e-16, as one minus the rest, except in the beta function.
        if (expected! > 1e-6) near(value, expected!, 1e-9);
      }
      near(values[1], beta!, 1e-9);
    }
  });

  const THRESHOLDS = [
    [0.1, 5, 6],
    [0.15, 8, 9],
    [0.2, 11, 13],
    [0.25, 15, 20],
    [0.3, 24, 32],
    [0.35, 41, 58],
    [0.4, 89, 133],
    [0.45, 340, 539],
  ] as const;
  test.each(THRESHOLDS)(
    'q %d: chance below 0.001 from %i (Nakamoto), %i (exact)',
    (q, poisson, exact) => {
      const risk = 0.001;
      expect(law.confirmationsFor((z) => law.doubleSpendNakamoto(q, z), risk)).toBe(poisson);
      expect(law.confirmationsFor((z) => law.doubleSpend(q, z, 1), risk)).toBe(exact);
    },
  );

  const thresholds = json('double_spend_thresholds.json');
  test.skipIf(thresholds === undefined)('the file of thresholds says the same', () => {
    const stated = Object.entries(thresholds as Record<string, Record<string, number>>);
    expect(stated.map(([q, z]) => [Number(q), z.nakamoto, z.exact])).toEqual(THRESHOLDS);
  });

  test('a majority always succeeds, nobody never does, and arguments are checked', () => {
    expect(law.doubleSpend(0.5, 6, 0)).toBe(1);
    expect(law.doubleSpendNakamoto(0.6, 6)).toBe(1);
    expect([law.doubleSpend(0, 0, 1), law.doubleSpend(0, 1, 1)]).toEqual([1, 0]);
    expect([law.doubleSpendNakamoto(0, 0), law.doubleSpendNakamoto(0, 1)]).toEqual([1, 0]);
    expect(() => law.doubleSpend(1.1, 6, 0)).toThrow('"q" expected a number in [0, 1], got 1.1');
    expect(() => law.doubleSpend(0.1, 0.5, 0)).toThrow('"confirmations" expected an integer');
    expect(() => law.confirmationsFor(() => 1, 0.1)).toThrow('1000 confirmations');
  });

  test('a private chain: half without delay, falling, a root of its equation', () => {
    expect(law.privateAttackThreshold(0)).toBe(0.5);
    for (const x of [0.01, 0.1, 1, 10, 1000]) {
      const beta = law.privateAttackThreshold(x);
      near(beta, (1 - beta) / (1 + (1 - beta) * x));
      expect(beta).toBeLessThan(law.privateAttackThreshold(x / 2));
    }
    near(law.effectiveShare(0.3, 0), 0.3);
    near(law.effectiveShare(0.3, 0.5), 0.3 / 0.65);
  });
});

describe('selfish mining (validation A2, model O2)', () => {
  test.each([
    [0.25, 0.5, '.25'],
    [0.3, 0, '.273126'],
    [0.3, 0.5, '.326874'],
    [1 / 3, 0, '.33333333'],
    [0.4, 0, '.483721'],
    [0.4, 0.5, '.525581'],
    [0.45, 1, '.709423'],
    [0.2, 0, '.1297'],
    [0.1, 1, '.1092'],
    [0.3, 1, '.3806'],
    [0.4, 1, '.5674'],
  ])('revenue at alpha %d, gamma %d: %s', (alpha, gamma, text) => {
    printed(law.selfishRevenue(alpha, gamma), text);
  });

  const table = reference('selfish_mining_R.csv');
  test.skipIf(table === undefined)('every point of the file', () => {
    const alphas = column(table!, 0).map((text) => (text === '0.333333' ? 1 / 3 : Number(text)));
    expect(alphas).toHaveLength(14);
    for (const [i, gamma] of [0, 0.25, 0.5, 0.75, 1].entries()) {
      const revenues = column(table!, i + 1);
      alphas.forEach((alpha, row) => {
        printed(law.selfishRevenue(alpha, gamma), revenues[row]!.padEnd(10, '0'));
      });
    }
  });

  test.each([
    [0.3, 0.5, '.211816'],
    [0.4, 0, '.295082'],
    [0.25, 1, '.180000'],
  ])('orphans at alpha %d, gamma %d: %s', (alpha, gamma, text) => {
    printed(law.selfishRates(alpha, gamma).orphaned, text);
  });

  test('the stationary rates give the revenue of the closed form, and the threshold is where it pays', () => {
    for (const alpha of [0.05, 0.2, 0.3, 0.45, 0.49]) {
      for (const gamma of [0, 0.3, 1]) {
        const { pool, honest } = law.selfishRates(alpha, gamma);
        near(pool / (pool + honest), law.selfishRevenue(alpha, gamma), 1e-9);
      }
    }
    const limits = [0, 0.25, 0.5, 0.75, 1].map(law.selfishThreshold);
    [1 / 3, 0.3, 0.25, 1 / 6, 0].forEach((limit, i) => {
      expect(limits[i]).toBeCloseTo(limit, 15);
    });
    for (const gamma of [0, 0.25, 0.5, 0.75]) {
      const alpha = law.selfishThreshold(gamma);
      near(law.selfishRevenue(alpha, gamma), alpha);
    }
  });
});

const pow = json('pow_queue_reference.json');

describe('forks, stale blocks and growth (validation A3, model O3)', () => {
  test('Decker and Wattenhofer, 1.78 %', () => {
    printed(law.forkProbability(1 / 633.68, 11.37), '.0178');
    if (pow !== undefined) {
      const { Pb, area, pred_fork_prob: predicted } = pow.decker_wattenhofer;
      near(law.forkProbability(Pb, area), predicted);
    }
  });

  test('fixed delay: every row of the file', () => {
    for (const row of pow?.fixed_delay_model ?? []) {
      const x = row.delay / row.T;
      near(law.raceProbability(x), row.fork_prob_exact_1_minus_exp);
      near(law.staleShare(x, 0), row.stale_fraction_fixed_delay);
      near(law.fixedDelayGrowth(x) / row.T, row.growth_rate_per_s);
      near(law.fixedDelayGrowth(x), 1 - law.staleShare(x, 0));
    }
  });

  test.each([
    [0.5, 0.5, 0.5, '.833333'],
    [0.5, 0.5, 1, '.75'],
    [0.7, 0.3, 0.5, '.861230'],
    [0.9, 0.1, 1, '.918358'],
  ])('growth of two nodes at rates %d and %d, delay %d: %s', (first, second, delay, text) => {
    printed(law.twoNodeGrowth(first, second, delay), text);
    near(law.twoNodeGrowth(first, second, delay), law.twoNodeGrowth(second, first, delay));
  });

  test('growth of two nodes: the file, the literal formula and the limits', () => {
    // The file has equal rates from rates that are nearly equal.
    for (const { l1, l2, D, formula } of pow?.sompolinsky_zohar_two_node ?? []) {
      near(law.twoNodeGrowth(l1, l2, D), formula, 1e-9);
    }
    const [a, b, D] = [0.6, 0.4, 0.8];
    const [x, y] = [Math.exp(2 * D * a), Math.exp(2 * D * b)];
    near(law.twoNodeGrowth(a, b, D), (a * a * x - b * b * y) / (a * x - b * y));
    near(law.twoNodeGrowth(0.5, 0.5, 0.7), (1 + 0.7 / 2) / (1 + 0.7));
    near(law.twoNodeGrowth(0.8, 0.2, 0), 1);
    near(1 - law.twoNodeGrowth(0.5, 0.5, 0.3), law.staleShare(0.3, 0.5));
    near(law.twoNodeGrowth(0.5 + 1e-9, 0.5 - 1e-9, 0.5), law.twoNodeGrowth(0.5, 0.5, 0.5));
  });

  test.each([
    [1 / 15, '.0567'],
    [2 / 15, '.1059'],
    [1 / 3, '.2254'],
    [1, '.4472'],
  ])('ten equal miners at %d, as simulated there: %s', (rate, text) => {
    const share = law.staleShare(rate, 0.1);
    expect(Math.abs(share - Number(text))).toBeLessThan(0.015 * share);
  });

  test('unequal miners and retargeting', () => {
    const squares = law.sumOfSquares([0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]);
    near(squares, 0.16);
    printed(law.staleShare(1 / 3, squares), '.2100');
    printed(law.retargetedStaleShare(1 / 3, 0.1), '.2866');
    printed(law.retargetedStaleShare(1 / 15, 0.1), '.0596');
    for (const x of [0.01, 0.1, 1]) {
      const stale = law.retargetedStaleShare(x, 0.2);
      near(stale, law.staleShare(x / (1 - stale), 0.2));
      expect(stale).toBeLessThan(0.8 * x);
    }
  });

  test('simulated shares of the file lie about the closed form', () => {
    for (const { n, lambda_delay: rate, stale_mc: stale, se } of pow?.stale_n_equal_miners_MC ??
      []) {
      const share = law.staleShare(rate, 1 / n);
      const bias = n === 2 ? 0 : 0.015 * share;
      expect(Math.abs(stale - share), `n ${n}, ${rate}`).toBeLessThan(4.5 * se + bias);
    }
  });
});

describe('times between blocks (validation A5)', () => {
  test('exponential and Erlang laws at 600 s', () => {
    printed(law.exponentialQuantile(600, 0.5), '415.888');
    printed(law.exponentialQuantile(600, 0.95), '1797.44');
    printed(law.exponentialTail(600, 1800), '.0497871');
    printed(law.exponentialTail(600, 3600), '.00247875');
    printed(law.erlangQuantile(6, 600, 0.05), '1567.8');
    printed(law.erlangQuantile(6, 600, 0.5), '3402.1');
    printed(law.erlangQuantile(6, 600, 0.95), '6307.8');
    printed(law.erlangWithin(6, 600, 3600), '.554320');
    near(law.erlangWithin(1, 600, 600), 1 - Math.exp(-1));
    near(law.erlangWithin(1, 1, 1e-9), 1e-9, 1e-8);
  });

  test.skipIf(pow === undefined)('the file: times and retargeting', () => {
    const times = pow.exponential_blocks;
    near(law.exponentialTail(600, 1800), times['P_gap>30min']);
    near(law.exponentialTail(600, 3600), times['P_gap>60min']);
    near(law.exponentialQuantile(600, 0.5), times.median_gap_s);
    near(law.exponentialQuantile(600, 0.95), times.q95_gap_s);
    [0.05, 0.5, 0.95].forEach((p, i) => {
      near(law.erlangQuantile(6, 600, p), times.erlang6_q05_50_95_s[i]);
    });
    near(law.erlangWithin(6, 600, 3600), times.P_6conf_within_60min);
    near(law.erlangWithin(1, 600, 600), times.P_1conf_within_10min);
    const { difficulty } = pow;
    near(law.retargetBias(16, 15), difficulty['N=16 buggy factor']);
    near(law.retargetBias(16, 16), difficulty['N=16 clean factor']);
    near(law.retargetBias(144, 144), difficulty['N=144 clean']);
  });

  test('retargeting over N intervals and over N - 1', () => {
    printed(600 * law.retargetBias(2016, 2015), '600.596');
    printed(law.retargetBias(16, 15), '1.142857');
    printed(law.retargetBias(16, 16), '1.066667');
    printed(law.retargetBias(64, 64), '1.0158730');
  });
});

describe('queues (validation A6, E)', () => {
  test.each([
    [4, 0.002, 0.3, '672.90', '1272.90'],
    [4, 0.004, 0.6, '1037.39', '1637.39'],
    [4, 0.006, 0.9, '3829.83', '4429.83'],
    [10, 0.015, 0.9, '3396.17', '3996.17'],
    [2000, 2, 0.6, '888.19', '1488.19'],
    [2000, 3, 0.9, '3108.64', '3708.64'],
  ])('blocks of %i at %d a second', (capacity, rate, load, refreshed, frozen) => {
    const queue = law.bulkQueue(rate, 600, capacity);
    near(queue.load, load);
    printed(queue.refreshedWait, refreshed);
    printed(queue.frozenWait, frozen);
  });

  test('without a limit a transaction waits 600 s, or 1200 s', () => {
    const { refreshedWait, frozenWait } = law.bulkQueue(0.1, 600, 1_000_000);
    near(refreshedWait, 600);
    near(frozenWait, 1200);
    near(law.bulkQueue(0.5, 1, 1).refreshedWait, 2);
    expect(() => law.bulkQueue(4, 1, 4)).toThrow('"load" expected a number in (0, 1), got 1');
  });

  test.each([
    ['0.9', '561.79', undefined],
    ['2', '842.1', '1386.2'],
    ['3', '4141', '4685'],
  ])('Kawase and Kasahara at %s a second', (rate, refreshed, frozen) => {
    const queue = law.bulkQueue(Number(rate), 544.09, 1750);
    printed(queue.refreshedWait, refreshed);
    if (frozen !== undefined) printed(queue.frozenWait, frozen);
  });

  test('the file: bulk queues and caps', () => {
    for (const row of pow?.conf_queue_T600 ?? []) {
      const queue = law.bulkQueue(row.lam, 600, row.b);
      near(queue.ratio, row.r, 1e-9);
      near(queue.refreshedWait, row.W_refreshed_s, 1e-8);
      if (row.rho < 0.95) {
        const far = Math.abs(queue.frozenWait - row.W_frozen_s_MC);
        expect(far, `b ${row.b}, ${row.lam}`).toBeLessThan(4.5 * row.W_frozen_se);
      }
    }
    for (const row of pow?.['conf_queue_KawaseKasahara_params(T=544.09,b=1750)'] ?? []) {
      near(law.bulkQueue(row.lam, 544.09, 1750).refreshedWait, row.W_refreshed_s, 1e-8);
    }
    const caps = pow?.throughput_caps ?? {};
    for (const [name, size, transaction, interval] of [
      ['1MB_250B_600s', 1e6, 250, 600],
      ['1MB_500B_600s', 1e6, 500, 600],
      ['1MB_571.34B_544.09s', 1e6, 571.34, 544.09],
      ['ethereum_8Mgas_21k_13s', 8e6, 21e3, 13],
      ['eos_block_1MB_200B_0.5s', 2 ** 20, 200, 0.5],
    ] as const) {
      // The file rounds the third to whole transactions of a block.
      const relative = name.includes('571') ? 1e-3 : 1e-10;
      const cap = law.throughputCap(size, transaction, interval);
      if (name in caps) near(cap, caps[name], relative);
    }
    printed(law.throughputCap(1e6, 250, 600), '6.667');
    printed(law.throughputCap(2 ** 20, 200, 0.5), '10486');
    printed(law.throughputCap(8e6, 21e3, 13), '29.3');
  });

  test('stations', () => {
    printed(law.erlangC(2, 1.6), '.711111');
    printed(law.multiServerWait(2, 1.6), '1.777778');
    printed(law.erlangC(4, 3.6), '.787753');
    printed(law.multiServerWait(8, 7.6), '2.110422');
    printed(law.multiServerWait(21, 18.9), '.257899');
    printed(law.erlangB(4, 2.8), '.183724');
    printed(law.singleServer(0.8).sojourn95, '14.979');
    near(law.generalServiceWait(0.8, 0.25), 2.5);
    const classic = pow?.classic;
    for (const row of classic?.MM1 ?? []) {
      const station = law.singleServer(row.rho);
      near(station.present, row.L);
      near(station.waiting, row.Lq);
      near(station.sojourn, row.W);
      near(station.wait, row.Wq);
      near(station.sojourn95, row.p95_sojourn);
    }
    for (const row of classic?.MD1 ?? []) near(law.generalServiceWait(row.rho, 0), row.Wq);
    for (const { c, rho, ErlangB, ErlangC, Wq } of classic?.MMc ?? []) {
      near(law.erlangB(c, c * rho), ErlangB);
      near(law.erlangC(c, c * rho), ErlangC);
      near(law.multiServerWait(c, c * rho), Wq);
    }
    if (classic) near(law.boundedBlocking(0.9, 10), classic.MM1K.blocking);
  });

  test('late orders: a proof of work at random, a slot at fixed times', () => {
    near(law.lateShareExponential(15, 900), (15 / 900) * (1 - Math.exp(-60)));
    near(law.lateShareExponential(1e6, 1), 1, 1e-6);
    near(law.lateShareFixed(3, 900), 1 / 600);
    near(law.lateShareFixed(900, 900), 0.5);
    near(law.lateShareFixed(1800, 900), 0.75);
  });
});

/**
 * Uniform price against published and closed-form results: unit-demand auctions, the k-double
 * auction with truthful and with equilibrium bids, and the double auction of pymarket.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { ask, bid, bookOf, type OrderDraft } from '../../src/market/book.ts';
import uniformPrice from '../../src/market/mechanisms/uniform-price.ts';
import { optimalSurplus } from '../../src/market/welfare.ts';

const file = new URL('../../../shared/reference/market_vectors.json', import.meta.url);
const present = existsSync(file);
if (!present) console.log(`skipped: no ${file.pathname}`);

interface Vectors {
  readonly unit_demand: readonly {
    readonly bids: readonly number[];
    readonly asks: readonly number[];
    readonly q: number;
    readonly price_interval?: readonly [number, number];
    readonly 'k0.5_price'?: number;
    readonly GFT?: number;
  }[];
  readonly pymarket_market: {
    readonly buyers: readonly (readonly [number, number])[];
    readonly sellers: readonly (readonly [number, number])[];
    readonly efficient_quantity: number;
    readonly efficient_welfare: number;
  };
  readonly 'chatterjee_samuelson_uniform_k0.5': {
    readonly P_trade: number;
    readonly expected_GFT: number;
  };
  readonly uniform_truthful_exact: readonly {
    readonly buyers: number;
    readonly sellers: number;
    readonly E_trades: number;
    readonly Var_trades: number;
    readonly E_GFT: number;
    readonly E_price_k0_5: number;
  }[];
}
const vectors: Vectors | undefined = present ? JSON.parse(readFileSync(file, 'utf8')) : undefined;

/** Prices of the vectors as integers. */
const UPT = 1e6;
const upt = (price: number) => Math.round(price * UPT);
const clear = (drafts: readonly OrderDraft[], priceRule = 0.5) =>
  uniformPrice.clear(bookOf(drafts), { priceRule, tieRule: 'pro-rata' });

describe.skipIf(!present)('unit-demand auctions', () => {
  it.each(vectors?.unit_demand.map((vector) => [vector] as const) ?? [])(
    'bids $bids, asks $asks',
    (vector) => {
      const orders = [
        ...vector.bids.map((price) => bid(upt(price), 1)),
        ...vector.asks.map((price) => ask(upt(price), 1)),
      ];
      expect(clear(orders).volumeWh).toBe(vector.q);
      if (vector.price_interval === undefined) return;
      const ends = [0, 1].map((k) => clear(orders, k).priceUptPerKWh);
      expect(ends).toEqual(vector.price_interval.map(upt));
      expect(clear(orders).priceUptPerKWh).toBe(upt(vector['k0.5_price']!));
      expect(optimalSurplus(bookOf(orders)).surplusUpt).toBe(Math.round(vector.GFT! * UPT) / 1000);
    },
  );
});

describe.skipIf(!present)('pymarket multi-unit example (0d73fe4)', () => {
  it('trades 6 units for a welfare of 21.5 at a price in [4, 6]', () => {
    const { buyers, sellers, efficient_quantity, efficient_welfare } = vectors!.pymarket_market;
    const orders = [
      ...buyers.map(([units, price]) => bid(upt(price), 1000 * units)),
      ...sellers.map(([units, price]) => ask(upt(price), 1000 * units)),
    ];
    const { volumeWh, priceUptPerKWh } = clear(orders);
    expect(volumeWh).toBe(1000 * efficient_quantity);
    expect(optimalSurplus(bookOf(orders)).surplusUpt).toBe(efficient_welfare * UPT);
    expect([0, 1].map((k) => clear(orders, k).priceUptPerKWh)).toEqual([4e6, 6e6]);
    expect(priceUptPerKWh).toBe(5e6);
  });
});

/** Two-sided t quantile at 6.3e-5 for 30 replications. */
const T_30 = 4.67;

/** Mean and standard error over 30 replications of `games` games each. */
function replicate(games: number, play: (u: (k: number) => number, sums: number[]) => void) {
  const means: number[][] = [];
  for (let replication = 0; replication < 30; replication++) {
    const stream = createRandomSource(`kda/${replication}`).addressed('test/values');
    const sums: number[] = [];
    for (let game = 0; game < games; game++) play((k) => stream.uniform(game, 0, k), sums);
    means.push(sums.map((sum) => sum / games));
  }
  return means[0]!.map((_, k) => {
    const values = means.map((mean) => mean[k]!);
    const mean = values.reduce((a, b) => a + b, 0) / 30;
    const variance = values.reduce((a, b) => a + (b - mean) * (b - mean), 0) / 29;
    return { mean, error: Math.sqrt(variance / 30) };
  });
}

function expectMean({ mean, error }: { mean: number; error: number }, law: number, cap: number) {
  expect(error).toBeLessThanOrEqual(cap);
  // Limits are floored to millionths, which moves a price by less than one of them.
  expect(Math.abs(mean - law)).toBeLessThanOrEqual(T_30 * error + 1e-6);
}

describe.skipIf(!present)('k-double auction with values U(0, 1)', () => {
  it.each(vectors?.uniform_truthful_exact.map((law) => [law] as const) ?? [])(
    'truthful, $buyers buyers and $sellers sellers: trades, gains and price',
    (law) => {
      const { buyers: m, sellers: n } = law;
      const games = Math.ceil(6000 / (m + n));
      const [trades, square, gains, prices, priced] = replicate(games, (u, sums) => {
        const limit = (k: number) => Math.floor(u(k) * UPT);
        const drafts = Array.from({ length: m + n }, (_, k) =>
          k < m ? bid(limit(k), 1) : ask(limit(k), 1),
        );
        const { volumeWh, filledWh, priceUptPerKWh } = clear(drafts);
        let gain = 0;
        filledWh.forEach((wh, k) => {
          gain += wh * (k < m ? 1 : -1) * (drafts[k]!.limitUptPerKWh / UPT);
        });
        const isPriced = volumeWh > 0 ? 1 : 0;
        const deviation = volumeWh - law.E_trades;
        const row = [volumeWh, deviation * deviation, gain, 0, isPriced];
        if (isPriced === 1) row[3] = priceUptPerKWh / UPT - law.E_price_k0_5;
        for (const [k, x] of row.entries()) sums[k] = (sums[k] ?? 0) + x;
      });
      expectMean(trades!, law.E_trades, 0.02 * Math.sqrt(m * n));
      expectMean(square!, law.Var_trades, 0.05 * law.Var_trades);
      expectMean(gains!, law.E_GFT, 0.02 * Math.sqrt(m + n));
      // Given trade the mean price is the law's by symmetry only when m = n; otherwise trade is
      // sure but for 1 in 30 million games.
      if (m === n || priced!.mean === 1) expectMean(prices!, 0, 0.01);
    },
  );

  it('Chatterjee-Samuelson equilibrium bids: trade in 9/32 of games, gains 9/64', () => {
    const law = vectors!['chatterjee_samuelson_uniform_k0.5'];
    const [traded, gains] = replicate(1500, (u, sums) => {
      const [value, seller] = [u(0), u(1)];
      const drafts = [
        bid(Math.floor(((2 * value) / 3 + 1 / 12) * UPT), 1),
        ask(Math.floor(((2 * seller) / 3 + 1 / 4) * UPT), 1),
      ];
      const { volumeWh } = clear(drafts);
      sums[0] = (sums[0] ?? 0) + volumeWh;
      sums[1] = (sums[1] ?? 0) + volumeWh * (value - seller);
    });
    expectMean(traded!, law.P_trade, 0.004);
    expectMean(gains!, law.expected_GFT, 0.003);
  });
});

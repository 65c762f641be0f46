import { describe, expect, it } from 'vitest';
import {
  accountClusters,
  type ClusteringRules,
  type CoinGraph,
  clusterAddresses,
} from '../../../src/ledger/analysis/clustering.ts';
import { scorePairs } from '../../../src/ledger/analysis/pair-scores.ts';
import { type WalletOptions, walletLedger } from './analysis-wallets.ts';

type Coin = readonly [address: number, amount: number];

function graphOf(txs: readonly (readonly [readonly Coin[], readonly Coin[]])[]): CoinGraph {
  const side = (at: 0 | 1) => {
    const offset = [0];
    for (const tx of txs) offset.push(offset.at(-1)! + tx[at].length);
    const coins = txs.flatMap((tx) => tx[at]);
    return { offset, address: coins.map(([a]) => a), amount: coins.map(([, v]) => v) };
  };
  const [inputs, outputs] = [side(0), side(1)];
  return {
    addressCount: 1 + Math.max(...inputs.address, ...outputs.address),
    transactionCount: txs.length,
    inputOffset: inputs.offset,
    inputAddress: inputs.address,
    inputAmount: inputs.amount,
    outputOffset: outputs.offset,
    outputAddress: outputs.address,
    outputAmount: outputs.amount,
  };
}

const setOf = (txs: Parameters<typeof graphOf>[0], rules: ClusteringRules) =>
  Array.from(clusterAddresses(graphOf(txs), rules).setOf);

describe('clustering of addresses', () => {
  it('links the inputs of one transaction', () => {
    const spend = [
      [
        [0, 5],
        [2, 5],
        [3, 5],
      ],
      [[1, 15]],
    ] as const;
    expect(setOf([spend], { commonInput: true })).toEqual([0, 1, 0, 0]);
    expect(setOf([spend], {})).toEqual([0, 1, 2, 3]);
  });

  it('takes the only fresh address among used ones for the change', () => {
    const shown = [[], [[1, 9]]] as const;
    const payment = [
      [[0, 9]],
      [
        [1, 4],
        [2, 5],
      ],
    ] as const;
    expect(setOf([shown, payment], { addressReuse: true })).toEqual([0, 1, 0]);
    expect(setOf([payment], { addressReuse: true }), 'both fresh').toEqual([0, 1, 2]);
  });

  it('takes the output below every input for the change', () => {
    const two = [
      [
        [0, 2],
        [1, 3],
      ],
      [
        [2, 4],
        [3, 1],
      ],
    ] as const;
    expect(setOf([two], { unnecessaryInput: true })).toEqual([0, 1, 2, 0]);
    expect(setOf([two], { optimalChange: true })).toEqual([0, 1, 2, 0]);
    const batch = [
      [
        [0, 4],
        [1, 5],
      ],
      [
        [2, 4],
        [3, 4],
        [4, 1],
      ],
    ] as const;
    expect(setOf([batch], { optimalChange: true })).toEqual([0, 1, 2, 3, 0]);
    expect(setOf([batch], { unnecessaryInput: true })).toEqual([0, 1, 2, 3, 4]);
    const single = [
      [[0, 9]],
      [
        [1, 4],
        [2, 5],
      ],
    ] as const;
    expect(setOf([single], { optimalChange: true }), 'both below').toEqual([0, 1, 2]);
  });

  it('guesses no change where one shows itself', () => {
    const shown = [[], [[1, 9]]] as const;
    const self = [
      [
        [0, 9],
        [3, 9],
      ],
      [
        [0, 10],
        [1, 3],
        [2, 5],
      ],
    ] as const;
    const rules = { addressReuse: true, unnecessaryInput: true, optimalChange: true };
    expect(setOf([shown, self], rules)).toEqual([0, 1, 2, 3]);
  });

  it('leaves a join alone when asked to, and counts links and skips', () => {
    const join = [
      [
        [0, 2],
        [1, 7],
      ],
      [
        [2, 4],
        [3, 5],
      ],
    ] as const;
    expect(setOf([join], { commonInput: true })).toEqual([0, 0, 1, 2]);
    expect(clusterAddresses(graphOf([join]), { commonInput: true, skipJoins: true })).toMatchObject(
      {
        count: 4,
        commonInputLinks: 0,
        skippedCount: 1,
      },
    );
    expect(clusterAddresses(graphOf([join]), { commonInput: true })).toMatchObject({
      commonInputLinks: 1,
      addressReuseLinks: 0,
      skippedCount: 0,
    });
  });

  it('refuses an address out of range', () => {
    const graph = { ...graphOf([[[[0, 1]], [[1, 1]]]]), addressCount: 1 };
    expect(() => clusterAddresses(graph, {})).toThrow('"outputAddress" expected 0..0 at 0, got 1');
  });

  it('on an account ledger is the address itself', () => {
    const clusters = accountClusters(3);
    expect(Array.from(clusters.setOf)).toEqual([0, 1, 2]);
    expect(scorePairs(clusters.setOf, [0, 1, 2])).toMatchObject({ truePairs: 0, pairs: 3 });
  });
});

describe('scores', () => {
  it('are undefined where there is no pair', () => {
    const alone = scorePairs([0, 1, 2], [0, 1, 2]);
    for (const key of ['precision', 'recall', 'f1', 'adjustedRand'] as const) {
      expect(alone[key]).toBeNaN();
    }
    const together = scorePairs([0, 0, 0], [4, 4, 4]);
    expect(together).toMatchObject({ precision: 1, recall: 1, f1: 1 });
    expect(together.adjustedRand).toBeNaN();
    expect(scorePairs([0, 1], [0, 0])).toMatchObject({ precision: Number.NaN, recall: 0, f1: 0 });
    expect(() => scorePairs([0], [])).toThrow('"ownerOf" expected 1 values, got 0');
  });

  it('match a table worked by hand', () => {
    // Contingency table [[2, 1], [0, 2]] with two addresses left out.
    const scores = scorePairs([0, 0, 0, 1, 1, 0, 7], [0, 0, 1, 1, 1, -1, -1]);
    expect(scores).toEqual({
      addressCount: 5,
      pairs: 10,
      clusteredPairs: 4,
      ownedPairs: 4,
      truePairs: 2,
      precision: 0.5,
      recall: 0.5,
      f1: 0.5,
      adjustedRand: (2 - 1.6) / (4 - 1.6),
    });
  });

  it('cost no more than the addresses', () => {
    const n = 300_000;
    const clusterOf = Uint32Array.from({ length: n }, (_, i) => i % 1_000);
    const ownerOf = Uint32Array.from({ length: n }, (_, i) => i % 500);
    const scores = scorePairs(clusterOf, ownerOf);
    expect(scores.precision).toBe(1);
    expect(scores.recall).toBe((1_000 * (300 * 299)) / (500 * (600 * 599)));
  });
});

const REPLICATIONS = 30;
const base: WalletOptions = {
  owners: 20,
  payments: 300,
  inputs: 2,
  changeReuse: 0,
  seed: '',
};

function scoresOf(change: Partial<WalletOptions>, rules: ClusteringRules) {
  return Array.from({ length: REPLICATIONS }, (_, replication) => {
    const { graph, ownerOf } = walletLedger({ ...base, ...change, seed: `wallets-${replication}` });
    return scorePairs(clusterAddresses(graph, rules).setOf, ownerOf);
  });
}

function estimate(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

const text = ({ mean, error }: { mean: number; error: number }) =>
  `${mean.toFixed(4)} ± ${error.toFixed(4)}`;

/** Asserts that a figure rises from each arm to the next, paired by seed. */
function expectRising(name: string, arms: readonly (readonly number[])[]): void {
  console.log(`${name}: ${arms.map((arm) => text(estimate(arm))).join(', ')}`);
  for (let arm = 1; arm < arms.length; arm++) {
    const gain = estimate(arms[arm]!.map((value, i) => value - arms[arm - 1]![i]!));
    expect(gain.mean).toBeGreaterThan(4.67 * gain.error);
    expect(gain.error).toBeLessThan(0.05);
  }
}

describe('clustering of wallets whose owners are known', () => {
  const commonInput = { commonInput: true };

  it('recalls more with more inputs a payment', () => {
    const arms = [1, 2, 3, 5].map((inputs) => scoresOf({ inputs }, commonInput));
    expectRising(
      'recall of common inputs with 1, 2, 3, 5 inputs a payment',
      arms.map((arm) => arm.map(({ recall }) => recall)),
    );
    expect(arms[0]!.every(({ recall, precision }) => recall === 0 && Number.isNaN(precision))).toBe(
      true,
    );
    expect(arms.slice(1).every((arm) => arm.every(({ precision }) => precision === 1))).toBe(true);
  });

  it('recalls more with more reuse of change addresses', () => {
    const arms = [0, 0.5, 1].map((changeReuse) => scoresOf({ changeReuse }, commonInput));
    expectRising(
      'recall of common inputs with change reuse 0, 0.5, 1',
      arms.map((arm) => arm.map(({ recall }) => recall)),
    );
    expect(arms.every((arm) => arm.every(({ precision }) => precision === 1))).toBe(true);
  });

  it('is less precise the more payments are joins of two owners', () => {
    const arms = [0.1, 0.02, 0].map((joinShare) =>
      scoresOf({ joinShare, changeReuse: 0.5, inputs: 3 }, commonInput),
    );
    expectRising(
      'precision of common inputs with joins 10 %, 2 %, 0',
      arms.map((arm) => arm.map(({ precision }) => precision)),
    );
  });

  it('regains precision by skipping joins, where wallets spend no coin too many', () => {
    const change = { joinShare: 0.1, changeReuse: 0.5, necessary: true };
    expectRising(
      'precision with 10 % joins, without and with skipping',
      [commonInput, { commonInput: true, skipJoins: true }].map((rules) =>
        scoresOf(change, rules).map(({ precision }) => precision),
      ),
    );
    const { graph } = walletLedger({ ...base, necessary: true, seed: 'plain' });
    const plain = clusterAddresses(graph, { commonInput: true, skipJoins: true });
    expect(plain.skippedCount).toBe(0);
  });

  it('never errs by a rule whose assumption holds, and errs by it when it does not', () => {
    const byReuse = { commonInput: true, addressReuse: true };
    const bySize = { commonInput: true, unnecessaryInput: true, optimalChange: true };
    const means = (change: Partial<WalletOptions>, rules: ClusteringRules) => {
      const scores = scoresOf(change, rules);
      return {
        precision: estimate(scores.map(({ precision }) => precision)),
        recall: estimate(scores.map(({ recall }) => recall)),
      };
    };
    // Payees show used addresses and change is fresh: the only fresh output is the change.
    const held = means({ payeeReuse: 1 }, byReuse);
    // Payees show fresh addresses and half of the change is not: the fresh output is the payment.
    const broken = means({ changeReuse: 0.5 }, byReuse);
    const necessary = means({ necessary: true, changeReuse: 0.5 }, bySize);
    const wasteful = means({ changeReuse: 0.5 }, bySize);
    for (const [name, { precision, recall }] of Object.entries({
      held,
      broken,
      necessary,
      wasteful,
    })) {
      console.log(`${name}: precision ${text(precision)}, recall ${text(recall)}`);
    }
    expect(held.precision).toEqual({ mean: 1, error: 0 });
    expect(necessary.precision).toEqual({ mean: 1, error: 0 });
    expect(broken.precision.mean).toBeLessThan(0.2);
    expect(wasteful.precision.mean).toBeLessThan(0.5);
  });
});

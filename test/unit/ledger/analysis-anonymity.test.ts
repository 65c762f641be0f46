import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import {
  anonymity,
  entropyBits,
  pseudonymEntropy,
  senderAnonymity,
} from '../../../src/ledger/analysis/anonymity.ts';
import { accountClusters, clusterAddresses } from '../../../src/ledger/analysis/clustering.ts';
import { rotationLinkability } from '../../../src/ledger/analysis/rotation.ts';
import { walletLedger } from './analysis-wallets.ts';

describe('anonymity of a suspect distribution', () => {
  it('is log2 n bits for n alike, 0 for one, and ignores the scale of weights', () => {
    for (const n of [2, 3, 20, 1_000]) {
      const even = anonymity(new Float64Array(n).fill(7));
      expect(even.entropyBits).toBeCloseTo(Math.log2(n), 12);
      expect(even.effectiveSize).toBeCloseTo(n, 8);
      expect(even.degree).toBeCloseTo(1, 12);
    }
    expect(anonymity([0, 5, 0])).toEqual({ entropyBits: 0, effectiveSize: 1, degree: 0 });
    expect(entropyBits([1, 1, 2])).toBe(1.5);
    expect(entropyBits([10, 10, 20])).toBe(1.5);
  });

  it('is undefined for nobody, and its degree for one candidate', () => {
    expect(entropyBits([])).toBeNaN();
    expect(entropyBits([0, 0])).toBeNaN();
    expect(anonymity([3])).toEqual({ entropyBits: 0, effectiveSize: 1, degree: Number.NaN });
    expect(() => entropyBits([2, -1])).toThrow('"weights" expected >= 0 at 1, got -1');
  });

  it('adds over independent choices', () => {
    const a = [0.5, 0.3, 0.2];
    const b = [0.6, 0.4];
    const joint = a.flatMap((p) => b.map((q) => p * q));
    expect(entropyBits(joint)).toBeCloseTo(entropyBits(a) + entropyBits(b), 12);
  });
});

describe('anonymity of payers', () => {
  const knowledge = {
    clusterOf: [0, 0, 0, 1, 2],
    ownerOf: [0, 0, 1, 1, 2],
    ownerCount: 4,
    tagged: [1, 1, 1, 0, 1],
  };

  it('is worked out by hand', () => {
    // Address 0 is suspected 2:1, address 3 with nobody's name on it, address 4 is known.
    const bits = [Math.log2(3) - 2 / 3, 2, 0];
    const got = senderAnonymity([0, 3, 4], knowledge);
    expect(got.meanEntropyBits).toBeCloseTo((bits[0]! + 2) / 3, 12);
    expect(got.meanEffectiveSize).toBeCloseTo((2 ** bits[0]! + 4 + 1) / 3, 12);
    expect(got.meanDegree).toBeCloseTo((bits[0]! + 2) / 6, 12);
    expect(got).toMatchObject({ paymentCount: 3, exposedShare: 1 / 3, identifiedShare: 1 / 3 });
    expect(got.meanTrueProbability).toBeCloseTo((2 / 3 + 1 / 4 + 1) / 3, 12);
  });

  it('names the wrong payer through a false link', () => {
    const wrong = senderAnonymity([2], { ...knowledge, tagged: [1, 0, 0, 0, 0] });
    expect(wrong).toMatchObject({ exposedShare: 1, identifiedShare: 0, meanTrueProbability: 0 });
  });

  it('is undefined without payments and without choice', () => {
    expect(senderAnonymity([], knowledge).meanEntropyBits).toBeNaN();
    const alone = { clusterOf: [0], ownerOf: [0], ownerCount: 1, tagged: [0] };
    expect(senderAnonymity([0], alone)).toMatchObject({
      meanEntropyBits: 0,
      meanDegree: Number.NaN,
      identifiedShare: 1,
    });
    expect(() => senderAnonymity([0], { ...alone, tagged: [] })).toThrow('expected 1 values');
  });

  it('is lost with probability 1 − (1 − s)^k for a pure cluster of k addresses', () => {
    const sizes = [1, 2, 5, 12];
    const clusterOf = sizes.flatMap((size, cluster) => new Array<number>(size).fill(cluster));
    const random = createRandomSource('tags').sequential('chain/tags');
    const share = 0.15;
    const draws = 20_000;
    const found = sizes.map(() => 0);
    for (let draw = 0; draw < draws; draw++) {
      const tagged = clusterOf.map(() => (random.uniform() < share ? 1 : 0));
      const world = { clusterOf, ownerOf: clusterOf, ownerCount: sizes.length, tagged };
      sizes.forEach((_, cluster) => {
        const payer = [clusterOf.indexOf(cluster)];
        found[cluster]! += senderAnonymity(payer, world).exposedShare;
      });
    }
    sizes.forEach((size, cluster) => {
      const p = 1 - (1 - share) ** size;
      const error = Math.sqrt((p * (1 - p)) / draws);
      expect(error).toBeLessThan(0.004);
      expect(Math.abs(found[cluster]! / draws - p)).toBeLessThan(4.67 * error);
    });
  });

  it('falls with clustering on wallets, and on accounts is what tags leave', () => {
    const { graph, ownerOf, payer } = walletLedger({
      owners: 20,
      payments: 300,
      inputs: 3,
      changeReuse: 0.5,
      seed: 'anonymity',
    });
    const random = createRandomSource('tags').addressed('world/tags');
    const tagged = ownerOf.map((_, address) => (random.uniform(address, 0, 0) < 0.05 ? 1 : 0));
    const world = { ownerOf, ownerCount: 20, tagged };
    const bare = senderAnonymity(payer, {
      ...world,
      clusterOf: accountClusters(graph.addressCount).setOf,
    });
    const linked = senderAnonymity(payer, {
      ...world,
      clusterOf: clusterAddresses(graph, { commonInput: true }).setOf,
    });
    const share = payer.filter((address) => tagged[address] === 1).length / payer.length;
    expect(bare.exposedShare).toBe(share);
    expect(bare.meanEntropyBits).toBeCloseTo((1 - share) * Math.log2(20), 10);
    expect(linked.meanEntropyBits).toBeLessThan(bare.meanEntropyBits);
    expect(linked.identifiedShare).toBeGreaterThan(3 * bare.identifiedShare);
    console.log(
      `5 % of addresses tagged: ${bare.meanEntropyBits.toFixed(3)} bit unlinked, ` +
        `${linked.meanEntropyBits.toFixed(3)} bit linked; identified ` +
        `${bare.identifiedShare.toFixed(3)} and ${linked.identifiedShare.toFixed(3)}`,
    );
  });
});

describe('pseudonyms', () => {
  it('all alone hide owners fully, one an owner not at all', () => {
    const owners = [0, 0, 0, 0, 1, 1, 1, 1];
    const ones = owners.map(() => 1);
    const alone = pseudonymEntropy([0, 1, 2, 3, 4, 5, 6, 7], owners, ones);
    expect(alone).toEqual({
      ownerBits: 1,
      clusterBits: 3,
      ownerGivenClusterBits: 0,
      clusterGivenOwnerBits: 2,
    });
    const linked = pseudonymEntropy(owners, owners, ones);
    expect(linked).toMatchObject({ ownerGivenClusterBits: 0, clusterGivenOwnerBits: 0 });
    const merged = pseudonymEntropy(ones, owners, ones);
    expect(merged).toMatchObject({ ownerGivenClusterBits: 1, clusterGivenOwnerBits: 0 });
  });
});

describe('rotation of addresses', () => {
  const history = {
    ownerOf: [0, 0, 0, 0, 1, 1, -1, 2],
    clusterOf: [5, 6, 5, 5, 7, 8, 5, 9],
    firstUs: [0, 10, 20, 40, 3, 3, 1, 0],
  };

  it('is linkable by lag and over time as counted by hand', () => {
    const got = rotationLinkability(history, 3);
    expect(Array.from(got.pairs)).toEqual([4, 2, 1]);
    expect(Array.from(got.linkedPairs)).toEqual([1, 1, 1]);
    expect(Array.from(got.linkedShare)).toEqual([1 / 4, 1 / 2, 1]);
    // Owner 0 is followed from 0 to 40; owners 1 and 2 have no time between addresses.
    expect(got.trackedShare).toBe(1);
    const part = rotationLinkability({ ...history, clusterOf: [5, 5, 6, 6, 7, 8, 5, 9] }, 1);
    expect(part.trackedShare).toBe(20 / 40);
  });

  it('does not depend on the order of the rows', () => {
    const turn = <T>(column: readonly T[]) => column.toReversed();
    const turned = rotationLinkability(
      {
        ownerOf: turn(history.ownerOf),
        clusterOf: turn(history.clusterOf),
        firstUs: turn(history.firstUs),
      },
      3,
    );
    expect(turned.linkedPairs).toEqual(rotationLinkability(history, 3).linkedPairs);
  });

  it('is undefined without pairs', () => {
    const got = rotationLinkability({ ownerOf: [0], clusterOf: [0], firstUs: [0] }, 1);
    expect(got.linkedShare[0]).toBeNaN();
    expect(got.trackedShare).toBeNaN();
    expect(() => rotationLinkability({ ...history, firstUs: [] }, 1)).toThrow('expected 8 values');
  });

  it('of fresh keys links neighbours the more inputs a payment takes', () => {
    const shares = [1, 2, 4].map((inputs) => {
      const wallets = walletLedger({
        owners: 20,
        payments: 600,
        inputs,
        changeReuse: 0,
        necessary: true,
        seed: 'rotation',
      });
      const rules = { commonInput: true, optimalChange: true };
      const clusterOf = clusterAddresses(wallets.graph, rules).setOf;
      return rotationLinkability({ ...wallets, clusterOf }, 4);
    });
    console.log(
      `linked share of neighbours with 1, 2, 4 inputs: ${shares
        .map(
          ({ linkedShare, trackedShare }) =>
            `${linkedShare[0]!.toFixed(3)} (tracked ${trackedShare.toFixed(3)})`,
        )
        .join(', ')}`,
    );
    expect(shares[0]!.linkedShare[0]).toBe(0);
    expect(shares[1]!.linkedShare[0]).toBeGreaterThan(0.1);
    expect(shares[1]!.trackedShare).toBeGreaterThan(0.5);
  });
});

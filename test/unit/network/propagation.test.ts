/** What is read off the arrivals of blocks. */
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import { createPropagation } from '../../../src/network/propagation.ts';

/** One block of node 0 that reaches node k at the k-th of these instants. */
function reached(delaysUs: readonly number[], weights?: readonly number[]) {
  const propagation = createPropagation({
    nodeCount: delaysUs.length + 1,
    ...(weights === undefined ? {} : { weights }),
  });
  propagation.made(1, 5_000_000);
  delaysUs.forEach((delayUs, k) => {
    propagation.reached(1, k + 1, 5_000_000 + delayUs);
  });
  return propagation;
}

describe('propagation of blocks', () => {
  it('a share is reached when that many nodes have the block, its maker with them', () => {
    const propagation = reached([1e6, 2e6, 3e6, 4e6, 5e6, 6e6, 7e6, 8e6, 9e6]);
    const times = [0.1, 0.25, 0.5, 0.75, 0.9].map(propagation.timeToReachS);
    expect(times).toEqual([0, 2, 4, 7, 8]);
    expect(propagation.meanDelayS).toBe(4.5);
    expect(propagation.weightedDelayS).toBe(4.5);
  });

  it('the weighted delay is that of the weight and not of the nodes', () => {
    const propagation = reached([1e6, 4e6], [1, 2, 1]);
    expect(propagation.meanDelayS).toBeCloseTo(5 / 3, 12);
    expect(propagation.weightedDelayS).toBeCloseTo(6 / 4, 12);
  });

  it('times are medians over blocks; blocks that are not followed do not count', () => {
    const propagation = createPropagation({ nodeCount: 2, shares: [1] });
    [3, 1, 2, 9].forEach((delayS, block) => {
      propagation.made(block, 0);
      propagation.reached(block, 1, delayS * 1e6);
    });
    propagation.reached(77, 1, 1e6);
    expect(propagation.blockCount).toBe(4);
    expect(propagation.timeToReachS(1)).toBe(2.5);
    expect(() => propagation.timeToReachS(0.5)).toThrow(RangeError);
  });

  it('without a block there is nothing to say', () => {
    const propagation = createPropagation({ nodeCount: 3 });
    expect(propagation.timeToReachS(0.5)).toBeNaN();
    expect(propagation.delayQuantileS(0.5)).toBeNaN();
  });

  it('quantiles over all arrivals are within 1/128 of the sorted list, from µs to days', () => {
    const draws = createRandomSource(1).sequential('chain/test');
    for (const scaleUs of [3, 1e3, 1e6, 1e9, 1e11]) {
      const delays = Array.from({ length: 5_000 }, () => Math.ceil(draws.exponential(scaleUs)));
      const propagation = reached(delays);
      const sorted = [...delays].sort((a, b) => a - b);
      for (const share of [0.01, 0.1, 0.5, 0.9, 0.999]) {
        const exact = sorted[Math.ceil(share * sorted.length) - 1]! / 1e6;
        const tolerance = exact / 127 + 1e-6;
        expect(Math.abs(propagation.delayQuantileS(share) - exact)).toBeLessThanOrEqual(tolerance);
      }
    }
  });
});

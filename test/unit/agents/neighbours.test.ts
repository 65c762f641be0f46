import { describe, expect, it } from 'vitest';
import { agreedWh, dealUptPerKWh, drawNeighbourDeals } from '../../../src/agents/neighbours.ts';
import { createRandomSource } from '../../../src/base/random.ts';

const random = createRandomSource(11);
const homes = Array.from({ length: 400 }, (_, home) => (home % 3 === 0 ? 1 : 0));

describe('neighbours', () => {
  const deals = drawNeighbourDeals(homes, 0.2, random);
  it('pair each home at most once, a prosumer first, never with itself', () => {
    const used = [...deals.first, ...deals.second];
    expect(new Set(used).size).toBe(used.length);
    expect(deals.first.every((home) => homes[home] === 1)).toBe(true);
    for (let pair = 0; pair < deals.count; pair++) {
      expect([deals.pairOf[deals.first[pair]!], deals.pairOf[deals.second[pair]!]]).toEqual([
        pair,
        pair,
      ]);
    }
    expect(deals.pairOf.filter((pair) => pair >= 0).length).toBe(2 * deals.count);
  });
  it('are about as many as asked for, with both kinds of partner', () => {
    // 134 seekers at 0.2, some of them taken before they seek.
    expect(deals.count).toBeGreaterThan(10);
    expect(deals.count).toBeLessThan(45);
    const mutual = [...deals.second].filter((home) => homes[home] === 1).length;
    expect(mutual).toBeGreaterThan(0);
    expect(mutual).toBeLessThan(deals.count);
  });
  it('are none at share 0 and all that can be at share 1', () => {
    expect(drawNeighbourDeals(homes, 0, random).count).toBe(0);
    const all = drawNeighbourDeals([1, 1, 0], 1, random);
    expect(all.count).toBe(1);
    expect(drawNeighbourDeals([1], 1, random).count).toBe(0);
  });
  it('change only where a new home enters', () => {
    const more = drawNeighbourDeals([...homes, 0], 0.2, random);
    const changed = [...deals.first].filter(
      (home, pair) => more.second[more.pairOf[home]!] !== deals.second[pair],
    );
    expect(changed.length).toBeLessThanOrEqual(2);
  });
  it('trade a share of the surplus up to the other deficit, in either direction', () => {
    expect(agreedWh(-1000, 5000, 0.3)).toBe(300);
    expect(agreedWh(-1000, 200, 0.3)).toBe(200);
    expect(agreedWh(700, -1001, 0.3)).toBe(-300);
    expect(agreedWh(-500, -500, 0.3)).toBe(0);
    expect(agreedWh(500, 500, 0.3)).toBe(0);
    expect(agreedWh(0, 500, 1)).toBe(0);
  });
  it('agree on one price around the middle of any collar', () => {
    for (let pair = 0; pair < deals.count; pair++) {
      const price = dealUptPerKWh(deals, pair, 300_000, 570_000);
      expect(Number.isInteger(price)).toBe(true);
      expect(price).toBeGreaterThanOrEqual(300_000 + 0.4 * 270_000);
      expect(price).toBeLessThanOrEqual(300_000 + 0.6 * 270_000);
    }
    expect(dealUptPerKWh(deals, 0, 7, 7)).toBe(7);
    expect(() => dealUptPerKWh(deals, 0, 8, 7)).toThrow('"collar" expected floor <= cap');
  });
});

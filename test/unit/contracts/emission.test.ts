/** The cap of emission, the register of claims, and points for clean energy. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHAIN } from '../../../src/contracts/cells.ts';
import { cleanClaimOf, rewardCleanEnergy } from '../../../src/contracts/clean-reward.ts';
import {
  claim,
  emissionCapUpt,
  emissionLeftUpt,
  issueCapped,
} from '../../../src/contracts/emission.ts';
import { CLAIM_MAX, ECONOMY, economyCell } from '../../../src/contracts/points-cells.ts';
import type { Outcome } from '../../../src/contracts/rules.ts';
import { createPointsWorld, POINTS_RULES } from './points-world.ts';
import { S } from './world.ts';

const DAY = 86_400 * S;
/** Codes of I2 and I3 in a receipt. */
const [CLEAN, COMPUTE] = [1, 2];

describe('the cap of an epoch', () => {
  const cap = (epoch: number, halvingUs: number, capUpt = 1e15) =>
    emissionCapUpt(
      { ...POINTS_RULES, emissionCapUpt: capUpt, emissionHalvingUs: halvingUs },
      epoch,
    );

  it('is cap · 2^(−t/τ), to one part in a thousand million', () => {
    for (const halvingUs of [7 * DAY, 30.5 * DAY, DAY, 0.4 * DAY]) {
      for (const epoch of [0, 1, 2, 3, 7, 13, 20]) {
        const exact = 1e15 * 2 ** (-(epoch * DAY) / halvingUs);
        const integer = cap(epoch, halvingUs);
        expect(Number.isSafeInteger(integer)).toBe(true);
        expect(Math.abs(integer - exact)).toBeLessThanOrEqual(1 + exact * 1e-9);
      }
    }
  });

  it('halves exactly after each τ, and is constant without one', () => {
    expect([0, 7, 14, 21].map((epoch) => cap(epoch, 7 * DAY, 1_000_001))).toEqual([
      1_000_001, 500_000, 250_000, 125_000,
    ]);
    expect(cap(1_000, 0)).toBe(1e15);
    expect(cap(1_000, DAY)).toBe(0);
  });
});

describe('rewards under the cap', () => {
  function capped(capUpt: number) {
    const world = createPointsWorld({ balanceUpt: 0, points: { emissionCapUpt: capUpt } });
    let task = 0;
    const issue = (amounts: readonly number[], refs = amounts.map(() => task++)) => {
      const shares = amounts.map((amountUpt, to) => ({ to, amountUpt }));
      return world.call((call) => issueCapped(call, shares, 'compute', refs));
    };
    return { world, issue };
  }

  it('are paid in full while it lasts, then pro rata by largest remainder, then not at all', () => {
    const { world, issue } = capped(1_000);
    expect(issue([100, 300]).reason).toBeUndefined();
    // 600 are left for 900: shares of 66 2/3, 200 and 333 1/3 whose odd unit is the first one's.
    const cut = issue([100, 300, 500]);
    expect(cut.events).toEqual(
      [
        [16, COMPUTE, 0, 67, 2],
        [16, COMPUTE, 1, 200, 3],
        [16, COMPUTE, 2, 333, 4],
      ].flat(),
    );
    expect(issue([7]).events).toEqual([]);
    expect(world.balances().slice(0, 3)).toEqual([167, 500, 333]);
    expect(world.chain(CHAIN.issuedComputeUpt)).toBe(1_000);
    expect(world.view.read(economyCell(ECONOMY.cutUpt))).toBe(300 + 7);
    world.nowUs = DAY;
    world.call((call) => {
      expect(emissionLeftUpt(call)).toBe(1_000);
      return undefined;
    });
    issue([400]);
    expect(world.balances()[0]).toBe(567);
    world.holds();
  });

  it('never exceed it, whatever is asked', () => {
    const asked = fc.array(fc.tuple(fc.nat(400), fc.nat(400), fc.nat(3)), { maxLength: 20 });
    fc.assert(
      fc.property(asked, fc.nat(2_000), (calls, capUpt) => {
        const { world, issue } = capped(capUpt);
        let [epoch, inEpoch, all] = [0, 0, 0];
        for (const [a, b, wait] of calls) {
          world.nowUs += wait === 0 ? DAY : 0;
          const now = Math.floor(world.nowUs / DAY);
          if (now !== epoch) [epoch, inEpoch] = [now, 0];
          expect(issue([a, b]).reason).toBeUndefined();
          const given = Math.min(a + b, capUpt - inEpoch);
          inEpoch += given;
          all += given;
          expect(world.chain(CHAIN.issuedComputeUpt)).toBe(all);
        }
        world.holds();
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it('are for something that was not rewarded before', () => {
    const { world, issue } = capped(1_000);
    expect(issue([1, 1], [5, 6]).reason).toBeUndefined();
    expect(issue([1, 1], [7, 6]).reason).toBe('BAD_REFERENCE');
    expect(issue([1, 1], [8, 8]).reason).toBe('BAD_REFERENCE');
    expect(issue([1], [CLAIM_MAX]).reason).toBe('BAD_REFERENCE');
    // What failed left nothing behind.
    expect(issue([1], [7]).reason).toBeUndefined();
    expect(world.chain(CHAIN.issuedComputeUpt)).toBe(3);
  });

  it('do not exist on a chain without the rules of points', () => {
    const world = createPointsWorld();
    const { points: _, ...rules } = world.rules;
    world.call((call) => {
      const shares = [{ to: 0, amountUpt: 1 }];
      expect(issueCapped({ ...call, rules }, shares, 'clean', [1])).toBe('NO_CONTRACT');
      return undefined;
    });
  });
});

describe('the register of claims', () => {
  it('claims: knows exactly the numbers that were entered', () => {
    const row = fc.record({
      first: fc.oneof(fc.nat(400), fc.integer({ min: 2 ** 40 - 60, max: 2 ** 40 + 60 })),
      count: fc.integer({ min: 1, max: 130 }),
      isClean: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const world = createPointsWorld();
        const seen = new Set<string>();
        for (const { first, count, isClean } of rows) {
          const names = Array.from({ length: count }, (_, k) => `${isClean}/${first + k}`);
          const isNew = names.every((name) => !seen.has(name));
          const kind = isClean ? 'clean' : 'compute';
          const { reason } = world.call((call) =>
            claim(call, kind, first, count) ? undefined : 'BAD_REFERENCE',
          );
          expect(reason === undefined).toBe(isNew);
          if (isNew) for (const name of names) seen.add(name);
        }
      }),
      { numRuns: 80, seed: 4 },
    );
  });
});

describe('points for clean energy', () => {
  const labels = { seller: 0, buyer: 1, generator: 0, serialFrom: 10, count: 3 };

  function rewarded(moved: Parameters<typeof rewardCleanEnergy>[1][], capUpt?: number) {
    const points = capUpt === undefined ? {} : { emissionCapUpt: capUpt };
    const world = createPointsWorld({ balanceUpt: 0, points });
    const reasons: Outcome[] = moved.map(
      (one) => world.call((call) => rewardCleanEnergy(call, one)).reason,
    );
    world.holds();
    return { reasons, balances: world.balances().slice(0, 4), world };
  }

  it('are 0.02, 0.02 and 0.01 pt a label for seller, buyer and user', () => {
    const other = { ...labels, serialFrom: 13, user: 2 };
    const { balances, reasons } = rewarded([labels, other]);
    // The buyer's own meter took the first three, another's the second.
    expect(balances).toEqual([120_000, 60_000 + 30_000 + 60_000, 30_000, 0]);
    expect(reasons).toEqual([undefined, undefined]);
  });

  it('are earned once by a label', () => {
    const again = { ...labels, seller: 2, buyer: 3, serialFrom: 12, count: 1 };
    const elsewhere = { ...again, generator: 1 };
    const { reasons, balances } = rewarded([labels, again, elsewhere]);
    expect(reasons).toEqual([undefined, 'BAD_REFERENCE', undefined]);
    expect(balances).toEqual([60_000, 90_000, 20_000, 30_000]);
  });

  it('are not earned by trade with oneself, nor by no labels, nor past the last serial', () => {
    const self = { ...labels, buyer: 0 };
    const none = { ...labels, count: 0 };
    const past = { ...labels, serialFrom: 2 ** 34 - 2 };
    const { reasons, balances } = rewarded([self, none, past]);
    expect(reasons).toEqual([undefined, undefined, 'BAD_REFERENCE']);
    expect(balances).toEqual([0, 0, 0, 0]);
    // Trade with oneself does not use the labels up.
    expect(rewarded([self, labels]).balances[0]).toBe(60_000);
  });

  it('come under the cap, and each is for something of its own', () => {
    const { balances, world } = rewarded([labels], 50_000);
    expect(balances).toEqual([20_000, 30_000, 0, 0]);
    const { events } = world.call((call) =>
      rewardCleanEnergy(
        { ...call, timestampUs: DAY },
        { ...labels, generator: 3, serialFrom: 2 ** 34 - 3 },
      ),
    );
    const first = 4 * cleanClaimOf(3, 2 ** 34 - 3);
    expect(events).toEqual(
      [
        [16, CLEAN, 0, 20_000, first],
        [16, CLEAN, 1, 20_000, first + 1],
        [16, CLEAN, 1, 10_000, first + 2],
      ].flat(),
    );
    expect(Number.isSafeInteger(4 * cleanClaimOf(2 ** 17 - 1, 2 ** 34 - 1) + 3)).toBe(true);
  });
});

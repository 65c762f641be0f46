/** Bills, redemption against them, the liability of the grid operator, and money for points. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, CHAIN } from '../../../src/contracts/cells.ts';
import { BILL, billCell, ECONOMY, economyCell } from '../../../src/contracts/points-cells.ts';
import { creditOf, liabilityOf, redeemableUpt } from '../../../src/contracts/redemption.ts';
import { createPointsWorld } from './points-world.ts';
import { AUTHORITY, CENTRE, createWorld, DSO, S, TREASURY } from './world.ts';

type World = ReturnType<typeof createPointsWorld>;
const credited = (world: World, home: number, bill: number) =>
  world.view.read(billCell(home, bill, BILL.credited));

describe('a bill', () => {
  it('is posted by the grid operator for a home, each the next of its home', () => {
    const world = createPointsWorld();
    for (const sender of [0, 4, CENTRE, AUTHORITY, TREASURY]) {
      world.refuses('UNAUTHORISED', 'BILL_POST', sender, world.bill(0, 0, 5));
    }
    world.refuses('DUPLICATE_BILL', 'BILL_POST', DSO, world.bill(0, 1, 5));
    world.refuses('UNKNOWN_ACCOUNT', 'BILL_POST', DSO, world.bill(4, 0, 5));
    world.refuses('ZERO_AMOUNT', 'BILL_POST', DSO, world.bill(0, 0, 0));
    world.refuses('BILL_CLOSED', 'BILL_POST', DSO, world.bill(0, 0, 5, world.nowUs));
    expect(world.post(0, 0, 5)).toBe('');
    world.refuses('DUPLICATE_BILL', 'BILL_POST', DSO, world.bill(0, 0, 5));
    expect(world.post(0, 1, 6)).toBe('');
    expect(world.view.read(economyCell(ECONOMY.billed))).toBe(11);
    world.holds();
  });

  it('is posted with others, all of them or none', () => {
    const world = createPointsWorld();
    const bills = { count: 3, home: [0, 1, 0], bill: [0, 0, 1], amount: [7, 8, 9] };
    const bad = { ...bills, bill: [0, 0, 0] };
    world.refuses('DUPLICATE_BILL', 'BILL_POST', DSO, { dueUs: S, bills: bad });
    const { events, gasUsed } = world.accepts('BILL_POST', DSO, { dueUs: S, bills });
    expect(events).toEqual([20, 0, 0, 7, 20, 1, 0, 8, 20, 0, 1, 9]);
    expect(gasUsed).toBeLessThan(150_000);
    world.holds();
  });
});

describe('redemption', () => {
  function billed(amount = 30e6, options: Parameters<typeof createPointsWorld>[0] = {}) {
    const world = createPointsWorld(options);
    world.post(0, 0, amount);
    return world;
  }

  it('burns points and credits the bill in one step, in parts if wanted', () => {
    const world = billed();
    const { events } = world.accepts('POINTS_REDEEM', 0, { amountUpt: 10e6, bill: 0 });
    expect(events).toEqual([17, 0, 10e6, 0, 21, 0, 0, 10e6]);
    world.accepts('POINTS_REDEEM', 0, { amountUpt: 20e6, bill: 0 });
    expect(world.account(0, ACCOUNT.balanceUpt)).toBe(70e6);
    expect(credited(world, 0, 0)).toBe(30e6);
    expect(world.chain(CHAIN.burnedUpt)).toBe(30e6);
    expect(world.chain(CHAIN.redeemedUpt)).toBe(30e6);
    world.holds();
  });

  it('refuses every bad input for its own reason, and nothing changes', () => {
    const world = billed(30e6);
    world.post(1, 0, 500e6, 10 * S);
    world.refuses('ZERO_AMOUNT', 'POINTS_REDEEM', 0, { amountUpt: 0, bill: 0 });
    world.refuses('UNKNOWN_BILL', 'POINTS_REDEEM', 0, { amountUpt: 1, bill: 1 });
    world.refuses('UNKNOWN_BILL', 'POINTS_REDEEM', 2, { amountUpt: 1, bill: 0 });
    world.refuses('OVER_CREDIT', 'POINTS_REDEEM', 0, { amountUpt: 30e6 + 1, bill: 0 });
    world.refuses('INSUFFICIENT_BALANCE', 'POINTS_REDEEM', 1, { amountUpt: 100e6 + 1, bill: 0 });
    for (const sender of [CENTRE, DSO, 4]) {
      world.refuses('UNAUTHORISED', 'POINTS_REDEEM', sender, { amountUpt: 1, bill: 0 });
    }
    world.accepts('POINTS_REDEEM', 0, { amountUpt: 30e6, bill: 0 });
    world.refuses('OVER_CREDIT', 'POINTS_REDEEM', 0, { amountUpt: 1, bill: 0 });
    world.freeze(1);
    world.refuses('FROZEN', 'POINTS_REDEEM', 1, { amountUpt: 1, bill: 0 });
  });

  it('counts up to the instant at which the bill is due', () => {
    const world = createPointsWorld();
    world.post(0, 0, 9, 10 * S);
    world.nowUs = 10 * S;
    world.accepts('POINTS_REDEEM', 0, { amountUpt: 4, bill: 0 });
    world.nowUs++;
    world.refuses('BILL_CLOSED', 'POINTS_REDEEM', 0, { amountUpt: 4, bill: 0 });
  });

  it('takes only amounts whose worth is whole, so that burned times rate is credited', () => {
    // 0.9 of money a point: steps of 10 micro-points.
    const world = billed(95, { points: { redemptionRatePpm: 900_000 } });
    world.refuses('BAD_AMOUNT', 'POINTS_REDEEM', 0, { amountUpt: 11, bill: 0 });
    world.refuses('OVER_CREDIT', 'POINTS_REDEEM', 0, { amountUpt: 110, bill: 0 });
    world.accepts('POINTS_REDEEM', 0, { amountUpt: 100, bill: 0 });
    expect(credited(world, 0, 0)).toBe(90);
    world.holds();
  });

  it('redemption: what counts against an amount is the most that does', () => {
    const rate = fc.oneof(fc.integer({ min: 1, max: 3_000_000 }), fc.constantFrom(1e6, 9e5, 125e4));
    fc.assert(
      fc.property(rate, fc.nat(10_000), (ratePpm, amount) => {
        const most = redeemableUpt(amount, ratePpm);
        const credit = creditOf(most, ratePpm);
        expect(credit).toBeLessThanOrEqual(amount);
        expect(credit! * 1e6).toBe(most * ratePpm);
        // The next larger amount of whole worth is too much: found by looking at all of them.
        let next = most + 1;
        while (next < most + 2e6 && (next * ratePpm) % 1e6 !== 0) next++;
        expect((next * ratePpm) / 1e6).toBeGreaterThan(amount);
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it('does not exist on a chain without the rules of points', () => {
    const world = createWorld();
    const bills = { count: 0, home: [], bill: [], amount: [] };
    expect(world.send('BILL_POST', DSO, { dueUs: S, bills }).reason).toBe('NO_CONTRACT');
    expect(world.send('POINTS_REDEEM', 0, { amountUpt: 1, bill: 0 }).reason).toBe('NO_CONTRACT');
  });
});

describe('the liability of the grid operator', () => {
  it('is what circulates outside its own account, at the rate', () => {
    const world = createPointsWorld({ points: { redemptionRatePpm: 500_000 } });
    world.accepts('TRANSFER', 0, { to: DSO, amountUpt: 40e6 });
    world.post(1, 0, 20e6);
    world.accepts('POINTS_REDEEM', 1, { amountUpt: 10e6, bill: 0 });
    expect(liabilityOf(world.view.read, world.rules)).toEqual({
      outstandingUpt: 390e6,
      ownUpt: 40e6,
      liability: 175e6,
      billed: 20e6,
      credited: 5e6,
    });
  });
});

describe('money for points', () => {
  it('is not paid by the platform', () => {
    const world = createPointsWorld();
    for (const sender of [0, 4, DSO, CENTRE]) {
      world.refuses('CASH_OUT_FORBIDDEN', 'CASH_OUT', sender, { amountUpt: 1 });
    }
    expect(createWorld().send('CASH_OUT', 0, { amountUpt: 1 }).reason).toBe('CASH_OUT_FORBIDDEN');
  });

  it('is owed for points that are burned, where the switch says so', () => {
    const world = createPointsWorld({ points: { fiatCashOut: 1 } });
    world.refuses('ZERO_AMOUNT', 'CASH_OUT', 0, { amountUpt: 0 });
    world.refuses('INSUFFICIENT_BALANCE', 'CASH_OUT', 0, { amountUpt: 101e6 });
    const { events } = world.accepts('CASH_OUT', 0, { amountUpt: 60e6 });
    expect(events).toEqual([17, 0, 60e6, 4]);
    expect(world.view.read(economyCell(ECONOMY.cashedOutUpt))).toBe(60e6);
    world.freeze(0);
    world.refuses('FROZEN', 'CASH_OUT', 0, { amountUpt: 1 });
    world.holds();
  });
});

/** Grants that vest, frozen points, and the treasury. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT, CHAIN } from '../../../src/contracts/cells.ts';
import {
  TREASURY as BOOKS,
  ECONOMY,
  economyCell,
  treasuryCell,
} from '../../../src/contracts/points-cells.ts';
import { BURN_CAUSE, burn, lockBalance } from '../../../src/contracts/rules.ts';
import { collectForfeit, payFromTreasury } from '../../../src/contracts/treasury.ts';
import { startVesting, unvestedUpt } from '../../../src/contracts/vesting.ts';
import { createPointsWorld } from './points-world.ts';
import { CENTRE, DSO, GATE_US, S, settled, TREASURY, trade } from './world.ts';

const DAY = 86_400 * S;
const lot = { sequence: 0, askPerPt: 1e6 };

/** Home 0 holds a grant of 100 pt of this instant that vests in ten days, and 20 pt of its own. */
function granted(grantExpiryUs = 0, nowUs = 5 * DAY) {
  const points = { grantVestingUs: 10 * DAY, grantExpiryUs };
  const world = createPointsWorld({ points, parameters: { openingUs: 5 * DAY + 10_000 * S } });
  world.nowUs = nowUs;
  world.call((call) => {
    // As the grant of an admitted identity does, on top of what genesis gave.
    call.state.write(ACCOUNT.grantedUpt, 100e6);
    call.state.write(ACCOUNT.balanceUpt, 120e6);
    startVesting(call, 0, 100e6);
    return undefined;
  });
  const unvested = () => unvestedUpt(world.view.read, world.rules, 0, world.nowUs);
  return Object.assign(world, { unvested });
}

describe('a grant that vests', () => {
  it('does so linearly, to the micro-point', () => {
    const world = granted();
    const start = world.nowUs;
    for (const [days, left] of [
      [0, 100e6],
      [1, 90e6],
      [2.5, 75e6],
      [9.999_999_999, 1],
      [10, 0],
      [50, 0],
    ] as const) {
      world.nowUs = start + Math.floor(days * DAY);
      expect(world.unvested()).toBe(left);
    }
  });

  it('cannot be transferred, sold or redeemed before', () => {
    const world = granted();
    world.post(0, 0, 500e6);
    const most = 20e6;
    world.refuses('UNVESTED', 'TRANSFER', 0, { to: 1, amountUpt: most + 1 });
    world.refuses('UNVESTED', 'POINTS_SELL', 0, { ...lot, amountUpt: most + 1 });
    world.refuses('UNVESTED', 'POINTS_REDEEM', 0, { amountUpt: most + 1, bill: 0 });
    world.accepts('POINTS_SELL', 0, { ...lot, amountUpt: 5e6 });
    world.accepts('POINTS_REDEEM', 0, { amountUpt: 5e6, bill: 0 });
    world.accepts('TRANSFER', 0, { to: 1, amountUpt: 10e6 });
    // The offer is out of what was free, so that taking it back frees no more.
    world.refuses('UNVESTED', 'TRANSFER', 0, { to: 1, amountUpt: 1 });
    world.nowUs += DAY;
    world.accepts('TRANSFER', 0, { to: 1, amountUpt: 10e6 });
    world.refuses('UNVESTED', 'TRANSFER', 0, { to: 1, amountUpt: 1 });
  });

  it('pays in the market, and what comes in afterwards is free', () => {
    const world = granted();
    world.nowUs = world.rules.openingUs - 200 * S;
    // 100 kWh at 0.57 and wheeling of 0.03: 60 pt, of which 20 were free.
    expect(world.order(0, true, 100_000, 570_000).reason).toBe('');
    expect(world.order(1, false, 100_000, 500_000).reason).toBe('');
    world.clear([trade(0, 1, 100_000, 570_000)]);
    expect(world.unvested()).toBeGreaterThan(98e6);
    world.settle([settled(0, 100_000, 570_000)]);
    expect(world.account(0, ACCOUNT.balanceUpt)).toBe(60e6);
    expect(world.unvested()).toBe(60e6);
    world.accepts('TRANSFER', 1, { to: 0, amountUpt: 7e6 });
    expect(world.unvested()).toBe(60e6);
    world.accepts('TRANSFER', 0, { to: 1, amountUpt: 7e6 });
    world.refuses('UNVESTED', 'TRANSFER', 0, { to: 1, amountUpt: 1 });
  });

  it('burns when it expires, but for what is in use, once', () => {
    const world = granted(4 * DAY);
    world.refuses('NOT_EXPIRED', 'GRANT_EXPIRE', 1, { account: 0 });
    world.refuses('UNKNOWN_ACCOUNT', 'GRANT_EXPIRE', 1, { account: 11 });
    world.nowUs = world.rules.openingUs - 200 * S;
    expect(world.order(0, true, 150_000, 570_000).reason).toBe('');
    // 90 pt stand in the book; 30 are left, and 60 will be unvested on the fourth day.
    world.nowUs = 9 * DAY - 1;
    world.refuses('NOT_EXPIRED', 'GRANT_EXPIRE', 1, { account: 0 });
    world.nowUs++;
    world.refuses('NOT_EXPIRED', 'GRANT_EXPIRE', 1, { account: 1 });
    const { events } = world.accepts('GRANT_EXPIRE', 1, { account: 0 });
    expect(events).toEqual([17, 0, 30e6, BURN_CAUSE.expired]);
    world.refuses('NOT_EXPIRED', 'GRANT_EXPIRE', 1, { account: 0 });
    world.settle([]);
    world.accepts('GRANT_EXPIRE', 2, { account: 0 });
    expect(world.account(0, ACCOUNT.balanceUpt)).toBe(60e6);
    expect(world.unvested()).toBe(0);
    expect(world.view.read(economyCell(ECONOMY.expiredUpt))).toBe(60e6);
    expect(world.chain(CHAIN.burnedUpt)).toBe(60e6);
  });

  it('never expires where no time is set', () => {
    const world = granted(0);
    world.nowUs += 5 * DAY;
    world.refuses('NOT_EXPIRED', 'GRANT_EXPIRE', 1, { account: 0 });
  });

  it('comes with the registration, and is free at once where nothing vests', () => {
    for (const grantVestingUs of [0, 10 * DAY]) {
      const world = createPointsWorld({ members: 2, balanceUpt: 0, points: { grantVestingUs } });
      world.accepts('REGISTER', CENTRE, world.certificateFor(2, 77));
      const identityHash = new Uint8Array(32).fill(77);
      world.accepts('POINTS_GRANT', CENTRE, { to: 2, amountUpt: 100e6, identityHash });
      const { reason } = world.send('TRANSFER', 2, { to: 1, amountUpt: 1 });
      expect(reason).toBe(grantVestingUs === 0 ? '' : 'UNVESTED');
      world.holds();
    }
  });
});

describe('frozen points', () => {
  it('are not transferred, sold or redeemed', () => {
    const world = createPointsWorld();
    world.post(0, 0, 500e6);
    world.freeze(0);
    world.refuses('FROZEN', 'TRANSFER', 0, { to: 1, amountUpt: 1 });
    world.refuses('FROZEN', 'POINTS_SELL', 0, { ...lot, amountUpt: 1 });
    world.refuses('FROZEN', 'POINTS_REDEEM', 0, { amountUpt: 1, bill: 0 });
    world.accepts('TRANSFER', 1, { to: 0, amountUpt: 1 });
  });
});

describe('the treasury', () => {
  it('gets gas fees but for the share that burns', () => {
    const points = { feeBurnPpm: 300_000 };
    const world = createPointsWorld({ parameters: { gasPriceUpt: 7 }, points });
    const good = world.send('TRANSFER', 0, { to: 1, amountUpt: 5 }, { gasLimit: 60_000 });
    const bad = world.send('TRANSFER', 0, { to: 11, amountUpt: 5 }, { gasLimit: 60_000 });
    const fees = [good, bad].map(({ gasUsed }) => 7 * gasUsed);
    const burned = fees.map((fee) => Math.floor(0.3 * fee)).reduce((a, b) => a + b);
    expect(world.chain(CHAIN.burnedUpt)).toBe(burned);
    expect(world.account(TREASURY, ACCOUNT.balanceUpt)).toBe(fees[0]! + fees[1]! - burned);
    expect(world.view.read(treasuryCell(BOOKS.burnedFeesUpt))).toBe(burned);
    world.holds();
  });

  it('gets forfeits, and pays what it has and no more', () => {
    const world = createPointsWorld();
    world.call((call) => {
      lockBalance(call, 0, 30e6);
      collectForfeit(call, 0, 30e6);
      return undefined;
    });
    const pay = (to: number, amountUpt: number) =>
      world.call((call) => payFromTreasury(call, to, amountUpt)).reason;
    expect(pay(1, 30e6 + 1)).toBe('BUDGET_EXCEEDED');
    expect(pay(1, 20e6)).toBeUndefined();
    expect(pay(2, 10e6)).toBeUndefined();
    expect(pay(2, 0)).toBeUndefined();
    expect(pay(2, 1)).toBe('BUDGET_EXCEEDED');
    expect(world.balances().slice(0, 4)).toEqual([70e6, 120e6, 110e6, 100e6]);
    expect(world.view.read(treasuryCell(BOOKS.forfeitsUpt))).toBe(30e6);
    expect(world.view.read(treasuryCell(BOOKS.paidUpt))).toBe(30e6);
    world.holds();
  });

  it('sends nothing of its own', () => {
    const world = createPointsWorld();
    world.accepts('TRANSFER', 0, { to: TREASURY, amountUpt: 5e6 });
    world.refuses('UNAUTHORISED', 'TRANSFER', TREASURY, { to: 0, amountUpt: 1 });
    world.holds();
  });
});

describe('penalties', () => {
  it.each([
    [1_000_000, 3_000],
    [250_000, 750],
    [0, 0],
  ])('burn at a share of %d ppm, and the grid operator gets the rest', (penaltyBurnPpm, burned) => {
    const world = createPointsWorld({ points: { penaltyBurnPpm } });
    world.nowUs = GATE_US - S;
    world.order(0, true, 1_000, 500_000);
    world.order(1, false, 1_000, 500_000);
    world.clear([trade(0, 1, 1_000, 500_000)]);
    expect(world.settle([settled(0, 1_000, 500_000, [1_000, 2_000])]).reason).toBe('');
    expect(world.chain(CHAIN.penaltiesUpt)).toBe(3_000);
    expect(world.chain(CHAIN.burnedUpt)).toBe(burned);
    expect(world.account(DSO, ACCOUNT.balanceUpt)).toBe(30_000 + 3_000 - burned);
    world.holds();
  });
});

describe('burning', () => {
  it('takes no more than there is, and nothing for nothing', () => {
    const world = createPointsWorld();
    const { events } = world.call((call) => {
      expect(burn(call, 0, 100e6 + 1, 0)).toBe(false);
      expect(burn(call, 0, 0, 0)).toBe(true);
      return undefined;
    });
    expect(events).toEqual([]);
    world.holds();
  });
});

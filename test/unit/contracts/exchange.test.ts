/** Offers of points for money: their life, who may move them, and receivers that call back. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT } from '../../../src/contracts/cells.ts';
import { sellerOf } from '../../../src/contracts/exchange.ts';
import {
  EXCHANGE,
  exchangeCell,
  OFFER,
  OFFER_STATE,
  offerCell,
  offerOf,
  SELLER,
  sellerCell,
} from '../../../src/contracts/exchange-cells.ts';
import {
  type AccountCode,
  type Call,
  moveBalance,
  notifyReceiver,
} from '../../../src/contracts/rules.ts';
import { createPointsWorld, type PointsWorldOptions } from './points-world.ts';
import { AUTHORITY, CENTRE, createWorld, DSO, S, TREASURY } from './world.ts';

type World = ReturnType<typeof createPointsWorld>;
const HOUR = 3_600 * S;
const lot = { sequence: 0, amountUpt: 30e6, askPerPt: 1_100_000 };
const offer = offerOf(0, 0);
const stateOf = (world: World, of = offer) => world.view.read(offerCell(of, OFFER.state));

function offered(options: PointsWorldOptions = {}) {
  const world = createPointsWorld(options);
  world.accepts('POINTS_SELL', 0, lot);
  return world;
}

function taken(options: PointsWorldOptions = {}) {
  const world = offered(options);
  world.nowUs = 100 * S;
  world.accepts('POINTS_BUY', 1, { offer });
  return world;
}

describe('an offer of points', () => {
  it('locks them, and is named by its seller and the seller’s own number', () => {
    const world = createPointsWorld();
    const { events, gasUsed } = world.accepts('POINTS_SELL', 2, { ...lot, sequence: 9 });
    expect(events).toEqual([22, offerOf(2, 9), 30e6, 1_100_000]);
    expect(gasUsed).toBeLessThan(150_000);
    expect(sellerOf(offerOf(2, 9))).toBe(2);
    expect(world.account(2, ACCOUNT.balanceUpt)).toBe(70e6);
    expect(world.account(2, ACCOUNT.escrowUpt)).toBe(30e6);
    expect(world.view.read(sellerCell(2, SELLER.offeredUpt))).toBe(30e6);
    world.holds();
  });

  it('is refused for every bad input for its own reason, and nothing changes', () => {
    const world = offered();
    world.refuses('ZERO_AMOUNT', 'POINTS_SELL', 1, { ...lot, amountUpt: 0 });
    world.refuses('INSUFFICIENT_BALANCE', 'POINTS_SELL', 1, { ...lot, amountUpt: 100e6 + 1 });
    world.refuses('OUTSIDE_ASK_COLLAR', 'POINTS_SELL', 1, { ...lot, askPerPt: 499_999 });
    world.refuses('OUTSIDE_ASK_COLLAR', 'POINTS_SELL', 1, { ...lot, askPerPt: 2_000_001 });
    world.refuses('DUPLICATE_OFFER', 'POINTS_SELL', 0, lot);
    world.refuses('DUPLICATE_OFFER', 'POINTS_SELL', 1, { ...lot, sequence: 2 ** 20 });
    const bare = createWorld();
    expect(bare.send('POINTS_SELL', 0, lot).reason).toBe('NO_CONTRACT');
    expect(bare.send('POINTS_BUY', 0, { offer }).reason).toBe('UNKNOWN_OFFER');
  });

  it('is not made by those who issue or redeem points', () => {
    const world = createPointsWorld();
    for (const sender of [CENTRE, DSO, AUTHORITY, TREASURY]) {
      world.refuses('ISSUER_SALE', 'POINTS_SELL', sender, { ...lot, amountUpt: 1 });
    }
    // Without the ban the grid operator may sell what it earned; the treasury is a contract.
    const open = createPointsWorld({ exchange: { issuerSaleBan: 0 } });
    open.accepts('TRANSFER', 0, { to: DSO, amountUpt: 5e6 });
    open.accepts('POINTS_SELL', DSO, { ...lot, amountUpt: 5e6 });
    open.refuses('ISSUER_SALE', 'POINTS_SELL', TREASURY, { ...lot, amountUpt: 1 });
  });

  it('is taken by one buyer, not by its seller', () => {
    const world = offered();
    world.refuses('SELF_MATCH', 'POINTS_BUY', 0, { offer });
    world.refuses('UNKNOWN_OFFER', 'POINTS_BUY', 1, { offer: offer + 1 });
    world.refuses('UNKNOWN_OFFER', 'POINTS_BUY', 1, { offer: 2 ** 52 });
    expect(world.accepts('POINTS_BUY', 1, { offer }).events).toEqual([23, offer, 1]);
    world.refuses('OFFER_CLOSED', 'POINTS_BUY', 2, { offer });
    world.refuses('OFFER_CLOSED', 'POINTS_BUY', 1, { offer });
  });

  it('is released to its buyer when the seller confirms', () => {
    const world = taken();
    for (const sender of [1, 2, CENTRE]) {
      world.refuses('UNAUTHORISED', 'POINTS_CONFIRM', sender, { offer });
    }
    world.refuses('UNKNOWN_OFFER', 'POINTS_CONFIRM', 0, { offer: offer + 1 });
    const { events } = world.accepts('POINTS_CONFIRM', 0, { offer });
    expect(events).toEqual([24, offer, OFFER_STATE.released, 1, 30e6]);
    expect(world.balances().slice(0, 2)).toEqual([70e6, 130e6]);
    expect(world.view.read(exchangeCell(EXCHANGE.turnover))).toBe(33e6);
    world.holds();
  });

  it('goes back to its seller as long as nobody has taken it', () => {
    const world = offered();
    world.refuses('UNAUTHORISED', 'POINTS_CANCEL', 1, { offer });
    world.refuses('UNKNOWN_OFFER', 'POINTS_CANCEL', 0, { offer: offer + 1 });
    world.accepts('POINTS_CANCEL', 0, { offer });
    expect(world.account(0, ACCOUNT.balanceUpt)).toBe(100e6);
    world.holds();
    const late = taken();
    late.refuses('OFFER_CLOSED', 'POINTS_CANCEL', 0, { offer });
    late.refuses('NOT_TAKEN', 'POINTS_CONFIRM', 0, { offer: sellAgain(late) });
  });

  it.each([
    [true, OFFER_STATE.released, [70e6, 130e6]],
    [false, OFFER_STATE.refunded, [100e6, 100e6]],
  ])('is decided by the centre after the time-out, paid: %s', (isPaid, state, balances) => {
    const world = taken();
    world.refuses('UNAUTHORISED', 'POINTS_ARBITRATE', 0, { offer, isPaid });
    world.refuses('CONFIRM_OPEN', 'POINTS_ARBITRATE', CENTRE, { offer, isPaid });
    world.nowUs = 100 * S + HOUR - 1;
    world.refuses('CONFIRM_OPEN', 'POINTS_ARBITRATE', CENTRE, { offer, isPaid });
    world.nowUs++;
    world.refuses('UNKNOWN_OFFER', 'POINTS_ARBITRATE', CENTRE, { offer: offer + 1, isPaid });
    world.accepts('POINTS_ARBITRATE', CENTRE, { offer, isPaid });
    expect(stateOf(world)).toBe(state);
    expect(world.balances().slice(0, 2)).toEqual(balances);
    world.holds();
  });

  it('ends once, whichever way', () => {
    const ends: ((world: World) => void)[] = [
      (world) => world.accepts('POINTS_CONFIRM', 0, { offer }),
      (world) => world.accepts('POINTS_ARBITRATE', CENTRE, { offer, isPaid: true }),
      (world) => world.accepts('POINTS_ARBITRATE', CENTRE, { offer, isPaid: false }),
    ];
    for (const end of ends) {
      const world = taken();
      world.nowUs += HOUR;
      end(world);
      const after = world.balances();
      world.refuses('NOT_TAKEN', 'POINTS_CONFIRM', 0, { offer });
      world.refuses('NOT_TAKEN', 'POINTS_ARBITRATE', CENTRE, { offer, isPaid: true });
      world.refuses('OFFER_CLOSED', 'POINTS_CANCEL', 0, { offer });
      world.refuses('OFFER_CLOSED', 'POINTS_BUY', 2, { offer });
      world.refuses('DUPLICATE_OFFER', 'POINTS_SELL', 0, lot);
      expect(world.balances()).toEqual(after);
      world.holds();
    }
  });
});

function sellAgain(world: World): number {
  world.accepts('POINTS_SELL', 0, { ...lot, sequence: 1 });
  return offerOf(0, 1);
}

describe('a receiver that is a contract', () => {
  /** Home 0 is a contract; what it does when it is paid, and what came of it. */
  function withCode(react: (call: Call) => string | undefined, isStubborn = false) {
    const seen: (string | undefined)[] = [];
    const code: AccountCode = {
      onReceive(call) {
        const outcome = react(call);
        seen.push(outcome);
        return isStubborn ? undefined : (outcome as never);
      },
    };
    return { seen, code: new Map([[0, code]]) };
  }

  it.each(['POINTS_CANCEL', 'POINTS_CONFIRM'] as const)(
    'is not paid twice when it calls back %s from its refund',
    (type) => {
      for (const isStubborn of [true, false]) {
        const { seen, code } = withCode((call) => call.invoke(0, type, { offer }), isStubborn);
        const world = offered({ code });
        const outcome = world.send('POINTS_CANCEL', 0, { offer });
        expect(seen).toEqual(['REENTRANCY']);
        // One that shrugs it off is paid once; one that insists undoes its own refund.
        expect(outcome.reason).toBe(isStubborn ? '' : 'REENTRANCY');
        expect(world.account(0, ACCOUNT.balanceUpt)).toBe(isStubborn ? 100e6 : 70e6);
        expect(stateOf(world)).toBe(isStubborn ? OFFER_STATE.cancelled : OFFER_STATE.open);
        world.holds();
      }
    },
  );

  it('meets an offer that is over even where nothing closed the door', () => {
    // The function itself, called past the guard: what is written first protects by itself.
    const { seen, code } = withCode(cancelPastGuard);
    const world = taken({ code });
    world.nowUs += HOUR;
    world.send('POINTS_ARBITRATE', CENTRE, { offer, isPaid: false });
    expect(seen).toEqual(['OFFER_CLOSED']);
  });

  it('may do other things, and what it did goes with it when it fails', () => {
    const give = (call: Call) => (moveBalance(call, 0, 3, 1e6) ? undefined : 'BAD_AMOUNT');
    const world = offered({ code: withCode(give).code });
    world.accepts('POINTS_CANCEL', 0, { offer });
    expect(world.balances().slice(0, 4)).toEqual([99e6, 100e6, 100e6, 101e6]);
    const failing = withCode((call) => {
      give(call);
      return 'UNAUTHORISED';
    });
    const other = offered({ code: failing.code });
    expect(other.send('POINTS_CANCEL', 0, { offer }).reason).toBe('UNAUTHORISED');
    expect(other.balances().slice(0, 4)).toEqual([70e6, 100e6, 100e6, 100e6]);
    other.holds();
  });
});

function cancelPastGuard(call: Call): string | undefined {
  const open = call.stack.splice(0);
  const outcome = call.invoke(0, 'POINTS_CANCEL', { offer });
  call.stack.splice(0, call.stack.length, ...open);
  return outcome;
}

describe('calls nest', () => {
  it('64 deep and no deeper', () => {
    const GUESTS = 80;
    const first = 11;
    const reached: number[] = [];
    /** Each guest hands what it gets on to the next, as far as it is asked to. */
    const relay = (last: number) => {
      const code = new Map<number, AccountCode>();
      for (let account = first; account < first + GUESTS; account++) {
        code.set(account, {
          onReceive(call, _from, amountUpt) {
            reached.push(call.stack.length);
            if (account === last) return undefined;
            moveBalance(call, account, account + 1, amountUpt);
            return notifyReceiver(call, account, account + 1, amountUpt);
          },
        });
      }
      return createPointsWorld({ guests: GUESTS, code });
    };
    const deepest = relay(first + 62);
    deepest.accepts('TRANSFER', 0, { to: first, amountUpt: 1e6 });
    expect(Math.max(...reached)).toBe(64);
    expect(deepest.account(first + 62, ACCOUNT.balanceUpt)).toBe(1e6);
    const deeper = relay(first + 63);
    const before = deeper.balances();
    deeper.refuses('CALL_DEPTH', 'TRANSFER', 0, { to: first, amountUpt: 1e6 });
    expect(deeper.balances()).toEqual(before);
  });
});

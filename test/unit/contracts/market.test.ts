/** Orders, escrow, clearings and settlements on the chain. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT, CHAIN, SLOT, SLOT_STATE } from '../../../src/contracts/cells.ts';
import { beforeGate, CENTRE, createWorld, DSO, GATE_US, S, settled, trade } from './world.ts';

describe('an order', () => {
  it('locks a bid’s worth at the limit plus wheeling, and a tenth of an offer’s', () => {
    const world = beforeGate();
    expect(world.order(0, true, 1_234, 567_891).reason).toBe('');
    // floor(567 891 · 1.234) + floor(30 000 · 1.234)
    expect(world.account(0, ACCOUNT.escrowUpt)).toBe(700_777 + 37_020);
    expect(world.account(0, ACCOUNT.balanceUpt)).toBe(100e6 - 737_797);
    expect(world.order(1, false, 1_234, 567_891).reason).toBe('');
    expect(world.account(1, ACCOUNT.escrowUpt)).toBe(70_077);
    expect(world.orderEscrows(0)).toEqual([737_797, 70_077]);
  });

  it('takes the last point, and not one more', () => {
    // 1 kWh at 0.97 pt and 0.03 pt of wheeling: one point.
    expect(beforeGate({ balanceUpt: 1e6 }).order(0, true, 1_000, 970_000).reason).toBe('');
    const poor = beforeGate({ balanceUpt: 1e6 - 1 });
    expect(poor.order(0, true, 1_000, 970_000).reason).toBe('INSUFFICIENT_ESCROW');
    expect(poor.escrows()).toEqual([0, 0, 0, 0]);
  });

  it('is taken at the gate, and 1 µs later it is late', () => {
    const world = createWorld();
    world.nowUs = GATE_US;
    expect(world.order(0, true, 100, 1).reason).toBe('');
    world.nowUs = GATE_US + 1;
    expect(world.order(1, true, 100, 1).reason).toBe('GATE_CLOSED');
    // The next slot’s gate is a slot later.
    expect(world.order(1, true, 100, 1, { slot: 1 }).reason).toBe('');
  });

  it.each([
    ['of nothing', 0, 0, {}, 'ZERO_QUANTITY'],
    ['of a slot outside the horizon', 0, 5, { slot: 5 }, 'UNKNOWN_SLOT'],
    ['with a running number too high', 0, 5, { sequence: 8 }, 'UNKNOWN_SLOT'],
    ['of a node', 4, 5, {}, 'UNAUTHORISED'],
    ['of the centre', CENTRE, 5, {}, 'UNAUTHORISED'],
  ])('%s is rejected', (_, owner, quantityWh, more, reason) => {
    expect(beforeGate().order(owner, true, quantityWh, 1, more).reason).toBe(reason);
  });

  it('with a number that the owner has used is a duplicate', () => {
    const world = beforeGate();
    world.order(0, true, 100, 1);
    expect(world.order(0, false, 100, 1).reason).toBe('DUPLICATE');
    expect(world.order(0, true, 100, 1, { sequence: 1 }).reason).toBe('');
    expect(world.order(0, true, 100, 1, { slot: 1 }).reason).toBe('');
    expect(world.order(1, true, 100, 1).reason).toBe('');
  });

  it('beyond four a home there is no room', () => {
    const world = beforeGate();
    const reasons: string[] = [];
    for (let i = 0; i < 17; i++) {
      reasons.push(world.order(i % 4, true, 1, 1, { sequence: Math.floor(i / 4) }).reason);
    }
    expect(reasons.slice(0, 16)).toEqual(Array.from({ length: 16 }, () => ''));
    expect(reasons[16]).toBe('EXCEEDS_BLOCK');
  });
});

describe('a clearing', () => {
  /** Home 0 bids 1 kWh at 0.60, home 1 offers 0.8 kWh at 0.40, home 2 bids 0.5 kWh at 0.50. */
  function market() {
    const world = beforeGate();
    world.order(0, true, 1_000, 600_000);
    world.order(1, false, 800, 400_000);
    world.order(2, true, 500, 500_000);
    world.nowUs = GATE_US + S;
    return world;
  }

  it('keeps what its trades need and gives the rest back', () => {
    const world = market();
    expect(world.clear([trade(0, 1, 300, 450_000)]).reason).toBe('');
    // 0.3 kWh at 0.45 and wheeling; the bond of 0.3 kWh; nothing for the bid without a trade.
    expect(world.orderEscrows(0)).toEqual([135_000 + 9_000, 13_500, 0]);
    expect(world.escrows()).toEqual([144_000, 13_500, 0, 0]);
    expect(world.account(2, ACCOUNT.balanceUpt)).toBe(100e6);
    expect(world.seal()).toBe(0);
  });

  it('voids the trades of a missing order only', () => {
    const world = market();
    const outcome = world.clear([
      trade(3, 1, 100, 450_000),
      trade(0, 1, 300, 450_000),
      trade(0, 1, 100, 450_000, [1, 0]),
      trade(2, 1, 200, 450_000),
    ]);
    expect(outcome).toMatchObject({ reason: '', events: [18, 0, 18, 2] });
    expect(world.orderEscrows(0)).toEqual([144_000, 22_500, 90_000 + 6_000]);
    // What is void cannot be settled, the rest can.
    const entry = (index: number) => settled(index, 100, 450_000);
    expect(world.settle([entry(0)]).reason).toBe('BAD_AMOUNT');
    expect(world.settle([entry(2)]).reason).toBe('BAD_AMOUNT');
    expect(world.settle([entry(1), entry(3)]).reason).toBe('');
  });

  it.each([
    ['above the buyer’s limit', [trade(0, 1, 300, 600_001)]],
    ['below the seller’s limit', [trade(0, 1, 300, 399_999)]],
    ['of nothing', [trade(0, 1, 0, 450_000)]],
    ['with a bid for a seller', [trade(0, 2, 300, 500_000)]],
    ['with an offer for a buyer', [trade(1, 1, 300, 400_000)]],
    ['of more than an order asks', [trade(0, 1, 801, 450_000)]],
    ['of more than an order asks in all', [trade(0, 1, 400, 450_000), trade(2, 1, 401, 450_000)]],
  ])('with a trade %s reverts as a whole', (_, trades) => {
    const world = market();
    const before = world.orderEscrows(0);
    expect(world.clear([trade(0, 1, 1, 450_000), ...trades]).reason).toBe('BAD_CLEARING');
    expect(world.orderEscrows(0)).toEqual(before);
    expect(world.clear([]).reason).toBe('');
  });

  it('of an owner or number that cannot be is a missing order, whatever stands behind the table', () => {
    const world = market();
    world.order(0, true, 700, 600_000, { slot: 1, sequence: 0 });
    const strange = [
      trade(0, 1, 100, 450_000, [8, 0]),
      trade(1_000_000, 1, 100, 450_000),
      trade(0, 4, 100, 450_000, [0, 40]),
      trade(0, CENTRE, 100, 450_000),
    ];
    expect(world.clear(strange)).toMatchObject({
      reason: '',
      events: [18, 0, 18, 1, 18, 2, 18, 3],
    });
    expect(world.escrows()).toEqual([world.orderEscrows(1)[0], 0, 0, 0]);
  });

  it('comes once, from the centre, for a slot of the horizon', () => {
    const world = market();
    expect(world.clear([], 0, 0).reason).toBe('UNAUTHORISED');
    expect(world.clear([], 5).reason).toBe('UNKNOWN_SLOT');
    expect(world.clear([]).reason).toBe('');
    expect(world.clear([]).reason).toBe('ALREADY_CLEARED');
  });

  it('ends the taking of orders', () => {
    const world = beforeGate();
    world.clear([]);
    expect(world.order(0, true, 100, 1).reason).toBe('GATE_CLOSED');
  });
});

describe('a settlement', () => {
  function cleared() {
    const world = beforeGate();
    world.order(0, true, 1_000, 600_000);
    world.order(1, false, 800, 400_000);
    world.nowUs = GATE_US + S;
    world.clear([trade(0, 1, 500, 450_001), trade(0, 1, 300, 450_001)]);
    return world;
  }

  it('pays for what was received, wheels it, and empties the escrow', () => {
    const world = cleared();
    // 333 Wh and 300 Wh at 0.450001: floor(149 850.333) and floor(135 000.3).
    const entries = [settled(0, 333, 450_001), settled(1, 300, 450_001)];
    expect(entries.map(({ paymentUpt }) => paymentUpt)).toEqual([149_850, 135_000]);
    expect(world.settle(entries).reason).toBe('');
    expect(world.balances().slice(0, 2)).toEqual([
      100e6 - 149_850 - 135_000 - 9_990 - 9_000,
      100e6 + 149_850 + 135_000,
    ]);
    expect(world.account(DSO, ACCOUNT.balanceUpt)).toBe(18_990);
    expect(world.escrows()).toEqual([0, 0, 0, 0]);
    expect(world.seal()).toBe(0);
    expect(world.recount()).toBe(0);
  });

  it('without entries gives everything back: a void slot', () => {
    const world = cleared();
    expect(world.settle([]).reason).toBe('');
    expect(world.balances().slice(0, 2)).toEqual([100e6, 100e6]);
    expect(world.escrows()).toEqual([0, 0, 0, 0]);
  });

  it('also of a slot that was never cleared', () => {
    const world = beforeGate();
    world.order(0, true, 1_000, 600_000);
    expect(world.settle([]).reason).toBe('');
    expect(world.escrows()).toEqual([0, 0, 0, 0]);
    // A clearing that comes after that comes too late.
    expect(world.clear([]).reason).toBe('ALREADY_CLEARED');
  });

  it('clears every cell of the slot but its state', () => {
    const world = cleared();
    const { cells } = world.rules;
    world.settle([settled(0, 333, 450_001)]);
    world.seal();
    world.recount();
    const left = [...world.state.baseCells()].filter(([cell]) => cell >= cells.slot(0, 0));
    expect(left).toEqual([
      [cells.slot(0, SLOT.state), SLOT_STATE.settled],
      [cells.slot(0, SLOT.settleVersion), 1],
    ]);
  });

  it('comes once', () => {
    const world = cleared();
    world.settle([settled(0, 333, 450_001)]);
    expect(world.settle([settled(1, 300, 450_001)]).reason).toBe('ALREADY_SETTLED');
    expect(world.settle([]).reason).toBe('ALREADY_SETTLED');
  });

  const good = settled(0, 333, 450_001);
  it.each([
    ['a payment one off', [{ ...good, paymentUpt: good.paymentUpt + 1 }], 'BAD_AMOUNT'],
    ['wheeling one off', [{ ...good, wheelingUpt: good.wheelingUpt - 1 }], 'BAD_AMOUNT'],
    ['more than was contracted', [settled(0, 501, 450_001)], 'BAD_AMOUNT'],
    ['a trade twice', [good, good], 'BAD_AMOUNT'],
    ['a trade that is not', [settled(2, 1, 450_001)], 'BAD_AMOUNT'],
    ['a trade far beyond the table', [settled(2 ** 40, 1, 450_001)], 'BAD_AMOUNT'],
  ])('with %s reverts as a whole', (_, entries, reason) => {
    const world = cleared();
    const before = [...world.balances(), ...world.orderEscrows(0)];
    expect(world.settle(entries).reason).toBe(reason);
    expect([...world.balances(), ...world.orderEscrows(0)]).toEqual(before);
  });

  it('with a trade beyond the table reverts, whatever stands there', () => {
    const world = beforeGate();
    // Behind the trades come the numbers of orders: read as a trade they would look like one.
    for (let sequence = 0; sequence < 8; sequence++) {
      world.order(0, sequence % 2 === 0, 1, 1_000, { sequence });
    }
    world.clear([]);
    const phantom = { ...settled(16, 0, 0), paymentUpt: 0, wheelingUpt: 0 };
    expect(world.settle([phantom]).reason).toBe('BAD_AMOUNT');
  });

  it('takes penalties from balances, as far as they reach', () => {
    const world = cleared();
    const has = world.account(1, ACCOUNT.balanceUpt);
    world.send('TRANSFER', 1, { to: 3, amountUpt: has });
    const entry = settled(0, 333, 450_001, [7_000, 1e9]);
    expect(world.settle([entry]).reason).toBe('');
    // The seller had what the trade paid and its bond of a tenth of 0.8 kWh at 0.40.
    expect(world.account(1, ACCOUNT.balanceUpt)).toBe(0);
    expect(world.account(DSO, ACCOUNT.balanceUpt)).toBe(9_990 + 7_000 + 149_850 + 32_000);
    expect(world.chain(CHAIN.penaltiesUpt)).toBe(7_000 + 149_850 + 32_000);
    expect(world.escrows()).toEqual([0, 0, 0, 0]);
    expect(world.seal()).toBe(0);
  });

  it('is the centre’s, for a slot of the horizon', () => {
    const world = cleared();
    expect(world.settle([], 0, 1).reason).toBe('UNAUTHORISED');
    expect(world.settle([], 5).reason).toBe('UNKNOWN_SLOT');
  });

  it('meter batches are the centre’s too', () => {
    const world = cleared();
    const batch = {
      slot: 0,
      headEnd: 0,
      root: new Uint8Array(32),
      count: 4,
      importWh: 1,
      exportWh: 2,
      generationWh: 3,
    };
    expect(world.send('METER_BATCH', 0, batch).reason).toBe('UNAUTHORISED');
    expect(world.send('METER_BATCH', CENTRE, { ...batch, slot: 5 }).reason).toBe('UNKNOWN_SLOT');
    expect(world.send('METER_BATCH', CENTRE, batch).reason).toBe('');
  });
});

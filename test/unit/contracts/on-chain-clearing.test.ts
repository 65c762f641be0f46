/** Clearing on the chain: the same trades as off it, and what that costs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SLOT, SLOT_STATE } from '../../../src/contracts/cells.ts';
import {
  CLEARING_EVENT,
  NO_CEILING_UPT,
  sortComparisons,
} from '../../../src/contracts/on-chain-clearing.ts';
import { CAP_UPT, createBookWorld, FLOOR_UPT } from './book-world.ts';
import { createWorld } from './world.ts';

/** Half bids and half asks of homes 0, 1, 2, ..., prices spread over the collar, all of them in pool. */
function filledWorld(orderCount: number) {
  const world = createBookWorld(Math.max(4, orderCount));
  let draw = 12_345;
  const next = (below: number) => {
    draw = (Math.imul(draw, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((draw / 2 ** 32) * below);
  };
  for (let k = 0; k < orderCount; k++) {
    world.place({
      owner: k,
      sequence: 0,
      isBid: k % 2 === 0,
      quantityWh: 100 + next(2_000),
      limitUptPerKWh: FLOOR_UPT + next(CAP_UPT - FLOOR_UPT),
      includedUs: k % 7,
    });
  }
  return world;
}

/** Least number of orders from which on a measure exceeds the block's gas. */
function leastExceeding(gasOf: (orderCount: number) => number, blockGas: number): number {
  let [low, high] = [2, 4_096];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (gasOf(middle) > blockGas) high = middle;
    else low = middle;
  }
  return high;
}

describe('clearing on the chain', () => {
  const HOMES = 6;
  const order = fc.record({
    owner: fc.nat(HOMES - 1),
    sequence: fc.nat(3),
    isBid: fc.boolean(),
    quantityWh: fc.oneof(fc.constantFrom(100, 200, 1_000), fc.integer({ min: 1, max: 5_000 })),
    // Few prices, so that there are ties, and some outside the collar.
    limitUptPerKWh: fc.integer({ min: 26, max: 62 }).map((cents) => 10_000 * cents),
    counterparty: fc.oneof(
      { weight: 4, arbitrary: fc.constant(-1) },
      { weight: 1, arbitrary: fc.nat(HOMES - 1) },
    ),
    includedUs: fc.nat(50),
  });
  // Deals of neighbours at one price, so that some of them meet.
  const placed = order.map((row) =>
    row.counterparty < 0 ? row : { ...row, counterparty: row.owner ^ 1, limitUptPerKWh: 450_000 },
  );

  it('gives the trades, fills and escrows that the clearing off the chain gives', () => {
    let trades = 0;
    let bilateral = 0;
    fc.assert(
      fc.property(
        fc.array(placed, { maxLength: 24, size: 'max' }),
        fc.boolean(),
        (list, byTime) => {
          const clearing = { clearingByTime: byTime ? 1 : 0 };
          const [on, off] = [createBookWorld(HOMES, clearing), createBookWorld(HOMES, clearing)];
          for (const row of list) expect(on.place(row)).toBe(off.place(row));
          const { trades: expected, cleared } = off.clearOffChain();
          expect(off.check().reason).toBe('');
          const outcome = on.clearOnChain();
          expect(outcome.reason).toBe('');
          expect(on.trades()).toEqual(expected);
          expect(on.cells()).toEqual(off.cells());
          const told = [CLEARING_EVENT.cleared, 0, cleared.priceUptPerKWh, cleared.volumeWh];
          expect(outcome.events).toEqual(cleared.trades.count === 0 ? [] : told);
          trades += expected.length;
          bilateral += expected.length - cleared.trades.count;
        },
      ),
      { numRuns: 600, seed: 7 },
    );
    expect(trades).toBeGreaterThan(600);
    expect(bilateral).toBeGreaterThan(20);
  });

  it('is for anybody, once, and after the gate', () => {
    const world = filledWorld(4);
    expect(world.clearOnChain(undefined, 9_000).reason).toBe('GATE_OPEN');
    expect(world.clearOnChain(undefined, 9_001, 4).reason).toBe('UNKNOWN_SLOT');
    expect(world.clearOnChain(undefined, 9_001, 0, 3).reason).toBe('');
    expect(world.state.read(world.rules.cells.slot(0, SLOT.state))).toBe(SLOT_STATE.cleared);
    expect(world.clearOnChain().reason).toBe('ALREADY_CLEARED');
    expect(world.check().reason).toBe('ALREADY_CLEARED');
  });

  it('is not there on a chain that clears off it', () => {
    expect(createWorld().send('CLEAR_ON_CHAIN', 0, { slot: 0 }).reason).toBe('NO_CONTRACT');
  });

  it('keeps to the collar of the slot’s hour, or to none', () => {
    const priceAt = (clearing: Parameters<typeof createBookWorld>[1]) => {
      const world = createBookWorld(2, clearing);
      const common = { sequence: 0, quantityWh: 100, includedUs: 0 };
      world.place({ ...common, owner: 0, isBid: true, limitUptPerKWh: 900_000 });
      world.place({ ...common, owner: 1, isBid: false, limitUptPerKWh: 310_000 });
      return world.clearOnChain().events[2];
    };
    const noon = 12 * 3_600e6;
    const middle = (cap: number) => (310_000 + cap) / 2;
    expect(priceAt({ deliveryTimeOfDayUs: noon })).toBe(middle(CAP_UPT));
    expect(priceAt({ deliveryTimeOfDayUs: noon - 1 })).toBe(middle(CAP_UPT + 250_000));
    expect(priceAt({ deliveryTimeOfDayUs: 0 })).toBe(middle(CAP_UPT - 250_000));
    const open = { collarFloorUptPerKWh: 0, collarFlatUptPerKWh: NO_CEILING_UPT };
    expect(priceAt(open)).toBe(middle(900_000));
  });
});

describe('gas of clearing', () => {
  it('a sort of n orders takes n ⌈log2 n⌉ comparisons at most', () => {
    expect([0, 1, 2, 3, 4, 5, 8, 9, 1024, 1025].map(sortComparisons)).toEqual([
      0, 0, 2, 6, 8, 15, 24, 36, 10_240, 11_275,
    ]);
  });

  it('grows faster than the orders on the chain, and with them off it', () => {
    const each = (orderCount: number) => {
      const world = filledWorld(orderCount);
      const off = filledWorld(orderCount);
      return [world.clearOnChain().gasUsed / orderCount, off.check().gasUsed / orderCount] as const;
    };
    const rows = [16, 64, 256, 1_024].map((count) => [count, ...each(count)] as const);
    for (const [count, on, off] of rows) {
      console.log(`${count} orders: ${on.toFixed(0)} gas each on the chain, ${off.toFixed(0)} off`);
    }
    const [[, on16, off16], , , [, on1024, off1024]] = rows as never as [number, number, number][] &
      [[number, number, number], unknown, unknown, [number, number, number]];
    // Six more halvings of the book, and of each side: 2 × 6 comparisons of 1 600 gas.
    expect(on1024 - on16).toBeGreaterThan(12 * 1_600 * 0.7);
    expect(Math.abs(off1024 - off16)).toBeLessThan(6_000);
  });

  it('a book beyond a size fits a block only off the chain', { timeout: 60_000 }, () => {
    // Defaults: 10 million gas a second, a block every 3 s.
    const blockGas = 30e6;
    const onChain = leastExceeding((count) => filledWorld(count).clearOnChain().gasUsed, blockGas);
    const offChain = leastExceeding((count) => filledWorld(count).check().gasUsed, blockGas);
    console.log(`above ${blockGas} gas from ${onChain} orders on the chain, ${offChain} off it`);
    expect(onChain).toBeLessThan(0.7 * offChain);
    const between = filledWorld(Math.floor((onChain + offChain) / 2));
    const before = between.cells();
    expect(between.clearOnChain(blockGas)).toEqual({
      reason: 'OUT_OF_GAS',
      gasUsed: blockGas,
      events: [],
    });
    expect(between.cells()).toEqual(before);
    expect(between.check(blockGas).reason).toBe('');
  });
});

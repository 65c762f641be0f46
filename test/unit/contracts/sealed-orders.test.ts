/** Sealed orders: promised before one instant, opened after it, and only as promised. */
import { describe, expect, it } from 'vitest';
import { CHAIN } from '../../../src/contracts/cells.ts';
import { orderCommitment } from '../../../src/ledger/order-commitment.ts';
import { createWorld, GATE_US, S } from './world.ts';

const REVEAL_US = 30 * S;
const ORDER = {
  slot: 0,
  isBid: true,
  sequence: 0,
  quantityWh: 100,
  priceUptPerKWh: 400_000,
  counterparty: -1,
  salt: 123_456_789,
};

function sealed() {
  const world = createWorld({ parameters: { revealWindowUs: REVEAL_US } });
  const commit = (owner: number, order = ORDER) =>
    world.send('ORDER_COMMIT', owner, {
      slot: order.slot,
      sequence: order.sequence,
      commitment: orderCommitment(owner, order),
    });
  const reveal = (owner: number, order = ORDER) => world.send('ORDER_REVEAL', owner, order);
  return { world, commit, reveal };
}

describe('a sealed order', () => {
  it('is promised up to the commit gate and opened from the next instant to the gate', () => {
    const { world, commit, reveal } = sealed();
    world.nowUs = GATE_US - REVEAL_US;
    expect(commit(0).reason).toBe('');
    expect(reveal(0).reason).toBe('EARLY_REVEAL');
    world.nowUs++;
    expect(commit(1).reason).toBe('GATE_CLOSED');
    expect(reveal(0).reason).toBe('');
    expect(world.orderEscrows(0)).toHaveLength(1);
    expect(reveal(0).reason).toBe('DUPLICATE');
  });

  it('cannot be opened after the gate', () => {
    const { world, commit, reveal } = sealed();
    world.nowUs = GATE_US - REVEAL_US;
    commit(0);
    world.nowUs = GATE_US + 1;
    expect(reveal(0).reason).toBe('GATE_CLOSED');
  });

  it.each([
    ['another price', { ...ORDER, priceUptPerKWh: 400_001 }],
    ['another side', { ...ORDER, isBid: false }],
    ['another salt', { ...ORDER, salt: 1 }],
    ['a number that was not promised', { ...ORDER, sequence: 1 }],
  ])('with %s is not what was promised', (_, other) => {
    const { world, commit, reveal } = sealed();
    world.nowUs = GATE_US - REVEAL_US;
    commit(0);
    world.nowUs = GATE_US;
    expect(reveal(0, other).reason).toBe('NO_COMMITMENT');
    expect(reveal(0).reason).toBe('');
  });

  it('of another owner opens for nobody else, though the promise is copied', () => {
    const { world, reveal } = sealed();
    world.nowUs = GATE_US - REVEAL_US;
    const commitment = orderCommitment(0, ORDER);
    const copied = { slot: 0, sequence: 0, commitment };
    expect(world.send('ORDER_COMMIT', 1, copied).reason).toBe('');
    world.nowUs = GATE_US;
    expect(reveal(1).reason).toBe('NO_COMMITMENT');
  });

  it('is promised once for a number, and never where orders are open', () => {
    const { world, commit } = sealed();
    world.nowUs = GATE_US - REVEAL_US;
    expect(commit(0).reason).toBe('');
    expect(commit(0, { ...ORDER, salt: 5 }).reason).toBe('DUPLICATE');
    const plain = createWorld();
    plain.nowUs = GATE_US - REVEAL_US;
    const commitment = orderCommitment(0, ORDER);
    const promise = { slot: 0, sequence: 0, commitment };
    expect(plain.send('ORDER_COMMIT', 0, promise).reason).toBe('UNAUTHORISED');
    expect(plain.send('ORDER_REVEAL', 0, ORDER).reason).toBe('UNAUTHORISED');
  });

  it('open orders are refused on its chain, and promises move no points', () => {
    const { world, commit } = sealed();
    world.nowUs = GATE_US - REVEAL_US;
    expect(world.order(0, true, 100, 1).reason).toBe('NO_COMMITMENT');
    const before = world.chain(CHAIN.burnedUpt);
    commit(0);
    expect(world.chain(CHAIN.burnedUpt)).toBe(before);
    expect(world.escrows()).toEqual([0, 0, 0, 0]);
  });
});

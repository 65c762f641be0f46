/** Calls between contracts: the door that is closed, the depth, and what a failing call leaves behind. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT } from '../../../src/contracts/cells.ts';
import { CALL_DEPTH_MAX, enter } from '../../../src/contracts/frames.ts';
import {
  type AccountCode,
  type Call,
  moveBalance,
  notifyReceiver,
  type Outcome,
} from '../../../src/contracts/rules.ts';
import { beforeGate, createWorld, TREASURY } from './world.ts';

/** Runs code when points reach an account. @returns What each of its calls gave. */
function withCode(account: number, act: (call: Call) => Outcome) {
  const seen: Outcome[] = [];
  const onReceive = (call: Call) => {
    const outcome = act(call);
    seen.push(outcome);
    // What it was refused is its own matter; the payment stands.
    return undefined;
  };
  const code: ReadonlyMap<number, AccountCode> = new Map([[account, { onReceive }]]);
  return { seen, code };
}

describe('a contract that is at work', () => {
  it('is not entered again by the receiver of its payment', () => {
    const { seen, code } = withCode(1, (call) =>
      call.invoke(1, 'TRANSFER', { to: 2, amountUpt: 5 }),
    );
    const world = createWorld({ code });
    expect(world.send('TRANSFER', 0, { to: 1, amountUpt: 100 }).reason).toBe('');
    expect(seen).toEqual(['REENTRANCY']);
    expect(world.balances().slice(0, 3)).toEqual([100e6 - 100, 100e6 + 100, 100e6]);
  });

  it('is open to the next transaction, whatever became of the one before', () => {
    const { seen, code } = withCode(1, () => {
      if (seen.length === 0) throw new Error('a bug in a contract');
      return undefined;
    });
    const world = createWorld({ code });
    expect(() => world.send('TRANSFER', 0, { to: 1, amountUpt: 1 })).toThrow('a bug');
    seen.push(undefined);
    expect(world.send('TRANSFER', 0, { to: 1, amountUpt: 1 }).reason).toBe('');
  });

  it('may call others, on behalf of the account whose code it is', () => {
    // An order is another contract's, whose door is open.
    const order = {
      slot: 0,
      isBid: true,
      sequence: 0,
      quantityWh: 100,
      priceUptPerKWh: 400_000,
      counterparty: -1,
    };
    const { seen, code } = withCode(1, (call) => call.invoke(1, 'ORDER_SUBMIT', order));
    const world = beforeGate({ code });
    expect(world.send('TRANSFER', 0, { to: 1, amountUpt: 7 }).reason).toBe('');
    expect(seen).toEqual([undefined]);
    expect(world.escrows()).toEqual([0, 43_000, 0, 0]);
    // A second time its number is used, and only that call is undone.
    expect(world.send('TRANSFER', 0, { to: 1, amountUpt: 7 }).reason).toBe('');
    expect(seen).toEqual([undefined, 'DUPLICATE']);
    expect(world.balances().slice(0, 2)).toEqual([100e6 - 14, 100e6 + 14 - 43_000]);
    expect(world.seal()).toBe(0);
  });

  it('is refused what the account may not do', () => {
    const { seen, code } = withCode(1, (call) => call.invoke(1, 'VERDICT', { report: 0 }));
    const world = createWorld({ code });
    world.send('TRANSFER', 0, { to: 1, amountUpt: 1 });
    expect(seen).toHaveLength(1);
    expect(seen[0]).not.toBeUndefined();
    const { seen: treasury, code: other } = withCode(2, (call) =>
      call.invoke(TREASURY, 'POINTS_REWARD', { to: 2, amountUpt: 9, block: 0, ref: 0 }),
    );
    createWorld({ code: other }).send('TRANSFER', 0, { to: 2, amountUpt: 1 });
    expect(treasury[0]).toMatch(/UNAUTHORISED|REENTRANCY/);
  });
});

describe('a call that fails', () => {
  it('takes back its writes and its events, and leaves those of its caller', () => {
    const world = createWorld();
    const events: number[] = [];
    const call = {
      rules: world.rules,
      state: world.view,
      events,
      stack: [],
      mark: world.view.mark,
      rollback: world.view.rollback,
    } as unknown as Call;
    const outcome = enter(call, 'outer', (outer) => {
      moveBalance(outer, 0, 1, 10);
      outer.events.push(1);
      const failed = enter(outer, 'inner', (inner) => {
        moveBalance(inner, 0, 2, 20);
        inner.events.push(2);
        return 'BAD_AMOUNT';
      });
      expect(failed).toBe('BAD_AMOUNT');
      expect(outer.stack).toEqual(['outer']);
      return undefined;
    });
    expect(outcome).toBeUndefined();
    expect([world.balances()[0], world.balances()[1], world.balances()[2]]).toEqual([
      100e6 - 10,
      100e6 + 10,
      100e6,
    ]);
    expect([events, call.stack]).toEqual([[1], []]);
  });
});

describe('calls nest', () => {
  it(`${CALL_DEPTH_MAX} deep and no deeper, and what is too deep is undone alone`, () => {
    const guests = 80;
    const first = 11;
    const deepest: number[] = [];
    const outcomes: Outcome[] = [];
    const code = new Map<number, AccountCode>();
    for (let k = 0; k < guests - 1; k++) {
      code.set(first + k, {
        onReceive(call) {
          deepest.push(call.stack.length);
          // It hands one micro-point on to the next of them.
          if (!moveBalance(call, first + k, first + k + 1, 1)) return 'INSUFFICIENT_BALANCE';
          outcomes.push(notifyReceiver(call, first + k, first + k + 1, 1));
          return undefined;
        },
      });
    }
    const world = createWorld({ guests, code });
    expect(world.send('TRANSFER', 0, { to: first, amountUpt: 1 }).reason).toBe('');
    // The points contract stands below them.
    expect(Math.max(...deepest)).toBe(CALL_DEPTH_MAX);
    expect(deepest).toHaveLength(CALL_DEPTH_MAX - 1);
    expect(outcomes.filter((outcome) => outcome !== undefined)).toEqual(['CALL_DEPTH']);
    expect(world.account(first + CALL_DEPTH_MAX - 1, ACCOUNT.balanceUpt)).toBe(1);
    expect(world.seal()).toBe(0);
  });
});

/** Bills, redemption and the trade of points in whole runs: what is billed is final, and money adds up. */
import { describe, expect, it } from 'vitest';
import { numbers, run, texts, total } from './world.ts';

const ON = ['points.redemption.billEvery=1 day', 'points.exchange.every=6 h'];
const SETS = ['horizon.days=3', 'points.initial=20 pt', 'consensus.turn=60 s', ...ON];
/** Half the buyers do not pay, and banks take longer than sellers are given to confirm. */
const GRUDGING = [
  'points.exchange.default=50 %',
  'points.exchange.bankDelayMedian=4 h',
  'points.exchange.confirm=4 h',
  'points.exchange.every=2 h',
  'points.redemption.rate=0.9',
];

describe.each([
  ['dpos', SETS],
  ['dpos', [...SETS, ...GRUDGING]],
  ['pow', ['horizon.days=3', 'points.initial=20 pt', ...ON]],
])('arm %s, %j', (arm, sets) => {
  const result = run(arm, sets);
  const column = (table: string, name: string) => numbers(result, table, name);

  it('bills what final settlements say, slot by slot, and nothing twice', () => {
    const slots = column('settlements', 'slot');
    const homes = texts(result, 'settlements', 'home');
    const owed = column('settlements', 'grid_payment_upt');
    const finalUs = new Map(
      column('slots', 'slot').map((slot, row) => [slot, column('slots', 'settle_final_us')[row]!]),
    );
    const billed = texts(result, 'bills', 'home');
    const postedUs = column('bills', 'posted_us');
    const amounts = column('bills', 'amount_upt');
    for (const home of new Set(homes)) {
      let lastUs = Number.NEGATIVE_INFINITY;
      for (const dayUs of [1, 2, 3].map((day) => day * 86_400e6)) {
        let due = 0;
        homes.forEach((one, row) => {
          const at = finalUs.get(slots[row]!)!;
          if (one === home && at > lastUs && at <= dayUs) due += owed[row]!;
        });
        const bill = billed.findIndex((one, row) => one === home && postedUs[row] === dayUs);
        expect(bill < 0 ? 0 : amounts[bill]).toBe(Math.max(0, due));
        lastUs = dayUs;
      }
    }
    expect(amounts.length).toBeGreaterThan(8);
  });

  it('credits bills with the rate times what was burned, exactly', () => {
    const entries = texts(result, 'points', 'entry');
    const redeemed = column('points', 'amount_upt')[entries.indexOf('redeemed')]!;
    const rate = sets.includes('points.redemption.rate=0.9') ? 9 : 10;
    expect(redeemed).toBeGreaterThan(0);
    expect(10 * total(result, 'bills', 'credited_upt')).toBe(rate * redeemed);
  });

  it('releases points for money that came, and gives back what was not paid', () => {
    const states = texts(result, 'exchange', 'state');
    const paidUs = column('exchange', 'paid_us');
    const takenUs = column('exchange', 'taken_us');
    const endedUs = column('exchange', 'ended_us');
    const buyers = texts(result, 'exchange', 'buyer');
    states.forEach((state, row) => {
      expect(buyers[row] !== '').toBe(takenUs[row]! >= 0);
      if (state === 'released') {
        expect(paidUs[row]).toBeGreaterThan(takenUs[row]!);
        expect(paidUs[row]).toBeLessThanOrEqual(endedUs[row]!);
      } else if (state !== 'taken') expect(paidUs[row]).toBeNaN();
    });
    const count = (state: string) => states.filter((one) => one === state).length;
    expect(count('released')).toBeGreaterThan(0);
    if (sets.length > SETS.length) expect(count('refunded')).toBeGreaterThan(0);
  });

  it('asks the chain for nothing that it refuses, but for offers that others took first', () => {
    const types = texts(result, 'transactions', 'type');
    const reasons = texts(result, 'transactions', 'reject_reason');
    const own = /^(POINTS_(REDEEM|SELL|CONFIRM|CANCEL|ARBITRATE)|BILL_POST)$/;
    const refused = types.flatMap((type, tx) =>
      own.test(type) && reasons[tx] !== '' ? [`${type} ${reasons[tx]}`] : [],
    );
    // A seller may still confirm while the centre decides, and whoever comes second is refused.
    const harmless = /^POINTS_(CONFIRM|ARBITRATE) NOT_TAKEN$|^POINTS_CANCEL OFFER_CLOSED$/;
    expect(refused.filter((one) => !harmless.test(one))).toEqual([]);
  });
});

describe('without bills and exchange', () => {
  it('nobody asks for anything', () => {
    const off = ['points.redemption.billEvery=0 s', 'points.exchange.every=0 s'];
    const result = run('dpos', [...SETS, ...off]);
    const types = new Set(texts(result, 'transactions', 'type'));
    for (const type of ['BILL_POST', 'POINTS_REDEEM', 'POINTS_SELL', 'POINTS_BUY']) {
      expect(types.has(type)).toBe(false);
    }
    expect(result.tables.bills!.count).toBe(0);
    expect(result.tables.exchange!.count).toBe(0);
  });
});

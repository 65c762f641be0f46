/** Money outside the ledger: double entry, and every payment once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFiatBook, PAYMENT_STATE } from '../../../src/market/fiat-book.ts';

describe('the book of money', () => {
  it('keeps a payment with the bank until it is delivered', () => {
    const book = createFiatBook(3);
    const payment = book.order(0, 2, 70, 'points', 5);
    expect([0, 1, 2].map(book.balanceOf)).toEqual([-70, 0, 0]);
    expect(book.inTransit).toBe(70);
    expect(book.isDelivered(payment)).toBe(false);
    book.deliver(payment, 9);
    expect([0, 1, 2].map(book.balanceOf)).toEqual([-70, 0, 70]);
    expect(book.inTransit).toBe(0);
    expect(book.isDelivered(payment)).toBe(true);
    expect(book.payments[payment]).toMatchObject({
      orderedUs: 5,
      doneUs: 9,
      state: PAYMENT_STATE.delivered,
    });
    book.recount();
  });

  it('gives it back once, from the bank or from the receiver', () => {
    for (const isDelivered of [false, true]) {
      const book = createFiatBook(2);
      const payment = book.order(0, 1, 70, 'points', 0);
      if (isDelivered) book.deliver(payment, 1);
      book.giveBack(payment, 2);
      book.giveBack(payment, 3);
      book.deliver(payment, 4);
      expect([0, 1].map(book.balanceOf)).toEqual([0, 0]);
      expect(book.payments[payment]!.doneUs).toBe(2);
      book.recount();
    }
  });

  it('takes no amount below 0 and no owner that it does not know', () => {
    const book = createFiatBook(2);
    expect(() => book.order(0, 1, -1, '', 0)).toThrow('"amount" expected an integer >= 0, got -1');
    expect(() => book.order(0, 1, 0.5, '', 0)).toThrow('"amount"');
    expect(() => book.order(0, 2, 1, '', 0)).toThrow('"owner" expected 0 to 1, got 2');
    expect(book.isDelivered(7)).toBe(false);
  });

  it('fiat: sums to 0 after any sequence, and agrees with its payments', () => {
    const step = fc.tuple(fc.nat(2), fc.nat(3), fc.nat(3), fc.nat(1e9), fc.nat(20));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const book = createFiatBook(4);
        steps.forEach(([what, from, to, amount, which], nowUs) => {
          const payment = which % Math.max(1, book.payments.length);
          if (what === 0 || book.payments.length === 0) book.order(from, to, amount, '', nowUs);
          else if (what === 1) book.deliver(payment, nowUs);
          else book.giveBack(payment, nowUs);
          const sum = [0, 1, 2, 3].reduce((all, owner) => all + book.balanceOf(owner), 0);
          expect(sum + book.inTransit).toBe(0);
        });
        book.recount();
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});

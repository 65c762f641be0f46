/**
 * Money outside the ledger: what owners pay one another for points and for electricity. Double entry, so that
 * every micro-unit is in somebody's account and the sum over all of them is 0 at any time; points never stand
 * here (model §7.3, P7; §7.6). The book draws nothing: when a bank delivers, and whether a buyer pays at all,
 * is its caller's to say.
 */
import { InvariantViolation } from '../base/errors.ts';

/** What becomes of a payment: it is under way, there, or back with its payer. */
export const PAYMENT_STATE = { inTransit: 0, delivered: 1, returned: 2 } as const;

/** One payment [micro-units of money], from its order on. */
export interface Payment {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
  /** What it is for, in the words of its caller. */
  readonly purpose: string;
  readonly orderedUs: number;
  /** {@link PAYMENT_STATE}. */
  readonly state: number;
  /** When it was delivered, or returned [µs]; NaN while it is under way. */
  readonly doneUs: number;
}

/** The accounts of all owners and the bank's own. */
export interface FiatBook {
  /** Received less paid [micro-units of money], any sign: owners start at 0 and may owe. */
  balanceOf(owner: number): number;
  /** What the bank holds of payments under way [micro-units of money]. */
  readonly inTransit: number;
  readonly payments: readonly Payment[];
  /** Pays into the bank; returns the payment's number. @throws {RangeError} on an amount below 0. */
  order(from: number, to: number, amount: number, purpose: string, nowUs: number): number;
  /** The bank pays the receiver. Nothing happens to a payment that is not under way. */
  deliver(payment: number, nowUs: number): void;
  /** Gives a payment back to its payer, from the bank or from the receiver, once. */
  giveBack(payment: number, nowUs: number): void;
  /** Whether the receiver has the money. */
  isDelivered(payment: number): boolean;
  /** Recounts all accounts from the payments. @throws {InvariantViolation} `fiat-balanced`. */
  recount(): void;
}

/** Opens the book. @param ownerCount - Owners are 0 to this, exclusive. */
export function createFiatBook(ownerCount: number): FiatBook {
  /** One account an owner, then the bank's. */
  const accounts = new Float64Array(ownerCount + 1);
  const bank = ownerCount;
  const payments: (Payment & { state: number; doneUs: number })[] = [];

  function post(debit: number, credit: number, amount: number): void {
    accounts[debit]! -= amount;
    accounts[credit]! += amount;
  }

  function end(payment: number, state: number, nowUs: number): void {
    payments[payment]!.state = state;
    payments[payment]!.doneUs = nowUs;
  }

  return {
    balanceOf: (owner) => accounts[owner]!,
    get inTransit() {
      return accounts[bank]!;
    },
    payments,
    order(from, to, amount, purpose, nowUs) {
      if (!(Number.isSafeInteger(amount) && amount >= 0)) {
        throw new RangeError(`"amount" expected an integer >= 0, got ${amount}`);
      }
      for (const owner of [from, to]) {
        if (!(owner >= 0 && owner < ownerCount)) {
          throw new RangeError(`"owner" expected 0 to ${ownerCount - 1}, got ${owner}`);
        }
      }
      post(from, bank, amount);
      const { inTransit } = PAYMENT_STATE;
      payments.push({
        from,
        to,
        amount,
        purpose,
        orderedUs: nowUs,
        state: inTransit,
        doneUs: Number.NaN,
      });
      return payments.length - 1;
    },
    deliver(payment, nowUs) {
      const { to, amount, state } = payments[payment]!;
      if (state !== PAYMENT_STATE.inTransit) return;
      post(bank, to, amount);
      end(payment, PAYMENT_STATE.delivered, nowUs);
    },
    giveBack(payment, nowUs) {
      const { from, to, amount, state } = payments[payment]!;
      if (state === PAYMENT_STATE.returned) return;
      post(state === PAYMENT_STATE.inTransit ? bank : to, from, amount);
      end(payment, PAYMENT_STATE.returned, nowUs);
    },
    isDelivered: (payment) => payments[payment]?.state === PAYMENT_STATE.delivered,
    recount() {
      const counted = new Float64Array(ownerCount + 1);
      for (const { from, to, amount, state } of payments) {
        if (state === PAYMENT_STATE.returned) continue;
        counted[from]! -= amount;
        counted[state === PAYMENT_STATE.delivered ? to : bank]! += amount;
      }
      let sum = 0;
      accounts.forEach((balance, account) => {
        sum += balance;
        if (balance === counted[account]) return;
        throw new InvariantViolation(
          'fiat-balanced',
          `account ${account} holds ${balance}, its payments say ${counted[account]}`,
        );
      });
      if (sum !== 0) throw new InvariantViolation('fiat-balanced', `accounts sum to ${sum}`);
    },
  };
}

/** A world with the economy of points: bills, offers, rewards for clean energy, a cap, vesting grants. */
import { expect } from 'vitest';
import { ACCOUNT, accountCell } from '../../../src/contracts/cells.ts';
import { NO_CAP_UPT } from '../../../src/contracts/emission.ts';
import { enter } from '../../../src/contracts/frames.ts';
import { brokenInvariants } from '../../../src/contracts/invariants.ts';
import { MEMBER_FLAG } from '../../../src/contracts/membership-cells.ts';
import type { GroupRules } from '../../../src/contracts/rule-groups.ts';
import { addAccount, type Call, type Outcome as Reason } from '../../../src/contracts/rules.ts';
import type { PayloadOf, TransactionType } from '../../../src/ledger/transactions.ts';
import { CENTRE, createWorld, DSO, S, type WorldOptions } from './world.ts';

/** Rules of points as the scenario's defaults have them. */
export const POINTS_RULES: GroupRules<'points'> = {
  cleanSellerUptPerKWh: 20_000,
  cleanBuyerUptPerKWh: 20_000,
  cleanUserUptPerKWh: 10_000,
  grantVestingUs: 0,
  grantExpiryUs: 0,
  emissionCapUpt: NO_CAP_UPT,
  emissionEpochUs: 86_400 * S,
  emissionHalvingUs: 0,
  feeBurnPpm: 0,
  penaltyBurnPpm: 1_000_000,
  redemptionRatePpm: 1_000_000,
  fiatCashOut: 0,
};

/** Rules of the exchange: an hour to confirm, asks from 0.5 to 2 a point. */
export const EXCHANGE_RULES: GroupRules<'exchange'> = {
  exchangeConfirmUs: 3_600 * S,
  askMinPerPt: 500_000,
  askMaxPerPt: 2_000_000,
  issuerSaleBan: 1,
};

const OWN = /^(points|redemption|exchange|treasury)\//;

/** Settings of a world of points. */
export interface PointsWorldOptions extends Omit<WorldOptions, 'groups'> {
  readonly points?: Partial<GroupRules<'points'>>;
  readonly exchange?: Partial<GroupRules<'exchange'>>;
}

/** Makes the world; four homes with 100 pt each unless the options say otherwise. */
export function createPointsWorld({ points, exchange, ...options }: PointsWorldOptions = {}) {
  const world = createWorld({
    ...options,
    groups: {
      points: { ...POINTS_RULES, ...points },
      exchange: { ...EXCHANGE_RULES, ...exchange },
    },
  });
  const written = () =>
    new Map(Array.from(world.state.dirtyCells(), (cell) => [cell, world.view.read(cell)]));
  return Object.assign(world, {
    /** Sends what must be refused by a contract: nothing may change but the sender's nonce. */
    refuses<T extends TransactionType>(
      reason: string,
      type: T,
      sender: number,
      payload: PayloadOf[T],
    ): void {
      const nonce = accountCell(sender, ACCOUNT.nonce);
      const before = written();
      const outcome = world.send(type, sender, payload);
      expect(outcome).toMatchObject({ reason, refused: false });
      const after = written();
      before.delete(nonce);
      after.delete(nonce);
      expect(after).toEqual(before);
    },
    /** Sends what must succeed. */
    accepts<T extends TransactionType>(type: T, sender: number, payload: PayloadOf[T]) {
      const outcome = world.send(type, sender, payload);
      expect(outcome.reason).toBe('');
      return outcome;
    },
    /** Posts one bill of a home, due in an hour. */
    bill(home: number, bill: number, amount: number, dueUs = world.nowUs + 3_600 * S) {
      return {
        dueUs,
        bills: { count: 1, home: [home], bill: [bill], amount: [amount] },
      };
    },
    post(home: number, bill: number, amount: number, dueUs?: number) {
      return world.send('BILL_POST', DSO, this.bill(home, bill, amount, dueUs)).reason;
    },
    /** Works on the open block as a contract called by an account would. */
    call(run: (call: Call) => Reason, sender = CENTRE): { reason: Reason; events: number[] } {
      const events: number[] = [];
      const call: Call = {
        rules: world.rules,
        state: world.view,
        sender,
        timestampUs: world.nowUs,
        events,
        gasLimit: 1e9,
        stack: [],
        useGasUpTo() {},
        useGas() {},
        mark: world.view.mark,
        rollback: world.view.rollback,
        invoke: () => 'NO_CONTRACT',
      };
      return { reason: enter(call, 'test', run), events };
    },
    /** Marks the points of an account as frozen, as an order of the authority does. */
    freeze(account: number): void {
      this.call((call) => {
        addAccount(call, account, ACCOUNT.member, MEMBER_FLAG.frozen);
        return undefined;
      });
    },
    /** Closes the block and recounts the contracts of points: all of it must add up. */
    holds(): void {
      expect(world.seal()).toBe(0);
      expect(world.recount()).toBe(0);
      const broken = brokenInvariants(world.view.read, world.rules);
      expect(broken.filter(({ id }) => OWN.test(id))).toEqual([]);
    },
  });
}

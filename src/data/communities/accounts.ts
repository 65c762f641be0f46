import { duration, fraction, integer, number, points } from '../../base/options.ts';
import { defineCommunity } from '../../physics/community.ts';

/**
 * Members without energy: accounts that send transfers to each other at the times of a Poisson process.
 * For studies of the chain alone; there are no meters, no orders and no settlements. Without accounts
 * the chain carries empty blocks, which is what propagation is measured on.
 */
export default defineCommunity({
  apiVersion: 1,
  name: 'accounts',
  summary: 'Accounts that only send transfers: a chain without an energy market',
  source: 'model section 9.1 (offered load); decision 8 stays out of play without a market',
  options: () => ({
    accounts: integer(0, { min: 0, max: 100_000, doc: 'Members of the chain' }),
    transfersPerSecond: number(0, { min: 0, max: 100_000, doc: 'Offered load, Poisson' }),
    amount: points('0.000001 pt', { doc: 'Median of the amounts' }),
    amountSigma: number(0, {
      min: 0,
      max: 3,
      doc: 'Shape of the lognormal amounts; 0 is constant',
    }),
    hotShare: fraction('0 %', { doc: 'Share of the transfers that go to the first account' }),
    leadIn: duration('0 s', { doc: 'Transfers begin this long before the span that is measured' }),
    expiry: duration('1 h', { min: 1_000_000, doc: 'How long a transfer may wait for a block' }),
  }),
  create(context, options) {
    const { accounts, transfersPerSecond, leadIn, expiry } = options;
    if (transfersPerSecond > 0 && accounts < 2) {
      context.issue({
        file: '',
        path: 'scenario.population.accounts',
        expected: 'at least 2 accounts to transfer between',
        got: String(accounts),
      });
      return undefined;
    }
    const id = (home: number) => `account-${String(home + 1).padStart(3, '0')}`;
    return {
      homes: Array.from({ length: accounts }, (_, home) => ({
        id: id(home),
        kind: 'account',
        pvDcW: 0,
        pvAcW: 0,
        tiltDeg: 0,
        azimuthDeg: 180,
        orientationKnown: false,
        batteryWh: 0,
        batteryW: 0,
        batteryEfficiency: 1,
      })),
      latitudeDeg: 0,
      longitudeDeg: 0,
      slotCount: context.slotCount,
      stepsPerSlot: context.slotUs / context.stepUs,
      historySlotCount: 0,
      fill(_step, loadWh, pvWh) {
        loadWh.fill(0);
        pvWh.fill(0);
      },
      transfers: {
        perSecond: transfersPerSecond,
        leadInUs: leadIn,
        expiryUs: expiry,
        amountUpt: Math.max(1, options.amount),
        amountSigma: options.amountSigma,
        hotShare: options.hotShare,
      },
      notes: [],
      inputs: [],
    };
  },
});

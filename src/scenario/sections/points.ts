/** Points: where they come from, where they go, and how they change hands. */
import {
  boolean,
  duration,
  fraction,
  group,
  integer,
  number,
  type OptionSet,
  optional,
  points,
  price,
} from '../../base/options.ts';

/** Points: where they come from, where they go, and how they change hands. */
export const POINTS = {
  initial: points('100 pt', { doc: 'First registration of an identity' }),
  nodes: points('100 pt', { doc: 'Full nodes hold at genesis, for bonds and deposits' }),
  rewardBudget: points('20 pt', { doc: 'A simulated day, over non-empty irreversible blocks' }),
  compute: group({
    every: duration('0 s', { doc: 'Between two tasks, in whole slots; 0 is none' }),
    perLeaf: points('0.005 pt', { doc: 'For a leaf of a Merkle root, over all who are right' }),
    workers: integer(3, { min: 1, max: 7, doc: 'Full nodes that work on one task' }),
    deposit: points('1 pt', { doc: 'Of a worker, burned when it is wrong or silent' }),
    canary: fraction('5 %', { doc: 'Share of tasks whose answer the centre knows' }),
    commitWindow: duration('5 min', { min: 1e6, doc: 'To promise a root' }),
    revealWindow: duration('5 min', { min: 1e6, doc: 'To tell it' }),
    canaryWindow: duration('5 min', { min: 1e6, doc: 'For the centre to tell its own' }),
    leavesMax: integer(100_000, { min: 1, doc: 'Most leaves of a task' }),
  }),
  vesting: duration('0 s', {
    doc: 'Until all of a grant may be transferred, sold and redeemed, in equal parts; 0 is at once',
  }),
  grantExpiry: duration('0 s', {
    doc: 'After a grant, when what has not vested and was not spent burns; 0 is never',
  }),
  clean: group({
    seller: price('0.02 pt/kWh', { doc: 'Seller of labelled energy that was settled' }),
    buyer: price('0.02 pt/kWh', { doc: 'Its buyer' }),
    user: price('0.01 pt/kWh', { doc: 'Whose meter took it' }),
  }),
  emission: group({
    cap: optional(
      points(undefined, { doc: 'Most that clean energy and computing earn in an epoch' }),
    ),
    epoch: duration('1 day', { min: 1_000_000, doc: 'What the cap is for' }),
    halving: duration('0 s', { doc: 'In which the cap falls to half, exponentially; 0 is never' }),
  }),
  burnShare: fraction('0 %', { doc: 'Of gas fees; the treasury gets the rest' }),
  penaltyBurn: fraction('100 %', { doc: 'Of penalties; the grid operator gets the rest' }),
  fiatCashOut: boolean(false, 'Whether the platform pays money for points'),
  icoBan: boolean(true, 'Whether the offices may not sell points'),
  redemption: group({
    rate: number(1, {
      min: 0.000001,
      max: 1_000,
      doc: 'Money that a point is worth against a bill, to six decimals',
    }),
    billEvery: duration('0 s', { doc: 'Electricity bills, of final settlements; 0 is never' }),
    due: duration('12 h', { min: 1_000_000, doc: 'After posting; the rest is then paid in money' }),
    reserve: points('5 pt', { doc: 'A home keeps beyond what its bids of a day need' }),
    runAt: optional(
      duration(undefined, { doc: 'After the start, when everybody redeems all there is' }),
    ),
  }),
  exchange: group({
    every: duration('0 s', { doc: 'Between two looks of a home at its points; 0 is no trade' }),
    lot: points('5 pt', { min: 1, doc: 'Size of an offer of points for money' }),
    askMargin: fraction('5 %', { doc: 'Most that a seller asks above the redemption rate' }),
    bidMargin: fraction('10 %', { doc: 'Most that a buyer pays above the redemption rate' }),
    askMin: number(0, { min: 0, doc: 'Least ask that the contract takes, money a point' }),
    askMax: optional(number(undefined, { min: 0, doc: 'Highest ask that the contract takes' })),
    confirm: duration('12 h', { min: 1_000_000, doc: 'In which a seller confirms its money' }),
    bankDelayMedian: duration('2 h', { min: 1, doc: 'Median of the lognormal delay of a bank' }),
    bankDelaySigma: number(0.5, { min: 0, max: 3, doc: 'Shape of the delay of a bank' }),
    default: fraction('1 %', { doc: 'Probability that a buyer of points does not pay' }),
  }),
} satisfies OptionSet;

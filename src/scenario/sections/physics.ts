/** Time, physics, the grid and its meters. */
import {
  choice,
  duration,
  fraction,
  group,
  integer,
  list,
  number,
  type OptionSet,
  optional,
  price,
  text,
} from '../../base/options.ts';

/** Horizon: when, how long, and in which steps. `windows` replaces `start` and `days`. */
export const HORIZON = {
  start: optional(text(undefined, 'Local start with offset, e.g. 2024-06-03T00:00+08:00')),
  days: optional(integer(undefined, { min: 1, max: 3660, doc: 'Length in local days' })),
  windows: optional(
    list(
      group({
        start: text(undefined, 'Local start of this window with offset'),
        days: integer(undefined, { min: 1, max: 3660, doc: 'Length in local days' }),
      }),
      undefined,
      { min: 1, doc: 'Several independent runs of one scenario' },
    ),
  ),
  interval: duration('15 min', { min: 60e6, max: 3.6e9, doc: 'Delivery slot; divides an hour' }),
  physicsStep: duration('5 min', {
    min: 1e6,
    max: 3.6e9,
    doc: 'Step of physics; divides the interval',
  }),
  history: integer(7, { min: 0, max: 60, doc: 'Days of physics before the start, for forecasts' }),
  warmUp: duration('2 h', { doc: 'Left out of throughput and latency' }),
  span: optional(duration(undefined, { min: 1_000_000, doc: 'Ends a run of the chain alone' })),
  blocks: optional(
    integer(undefined, { min: 1, doc: 'Ends a run of the chain alone above this height' }),
  ),
  drain: duration('6 h', { doc: 'How long the chain may run on after the last slot' }),
} satisfies OptionSet;

/** Physics beyond the homes' own data. */
export const ENERGY = {
  batteryDispatch: choice(
    ['self-consumption', 'idle'],
    'self-consumption',
    'Rule of home batteries',
  ),
} satisfies OptionSet;

/** Grid: feeder, losses and the tariff of the slack. */
export const GRID = {
  powerFactor: fraction('0.95', { min: 0.1, doc: 'Of every load; inverters run at 1' }),
  powerFlow: choice(['step', 'slot'], 'step', 'How often the feeder is solved'),
  tariff: group({
    peak: price('0.85 pt/kWh', { doc: 'Retail 10-12 h and 17-22 h' }),
    flat: price('0.60 pt/kWh', { doc: 'Retail in other hours' }),
    valley: price('0.35 pt/kWh', { doc: 'Retail 23-7 h' }),
    feedIn: price('0.30 pt/kWh', { doc: 'Paid for export without a trade' }),
    wheeling: price('0.03 pt/kWh', { doc: 'Network charge of a local trade' }),
    wholesale: price('0.30 pt/kWh', { doc: 'Marginal cost of energy at the slack, for welfare' }),
  }),
  emission: number(0.5366, { min: 0, doc: 'kg CO2 per kWh at the slack' }),
  carbonPrice: number(0.08, { min: 0, doc: 'Points per kg CO2, for welfare' }),
} satisfies OptionSet;

/** Meters and the way of their reads. */
export const METERING = {
  class: fraction('1 %', { max: 0.1, doc: 'Accuracy class: uniform gain error' }),
  readNoise: fraction('0.2 %', { max: 0.1, doc: 'Standard deviation of the error of one read' }),
  headClass: fraction('0.2 %', { max: 0.1, doc: 'Class of the feeder-head meter' }),
  resolution: integer(10, { min: 1, max: 1000, doc: 'Register resolution in Wh' }),
  loss: fraction('0.5 %', { doc: 'Probability that a read is lost' }),
  delayMedian: duration('20 s', { doc: 'Median of the lognormal read delay' }),
  delaySigma: number(0.8, { min: 0, max: 3, doc: 'Shape of the lognormal read delay' }),
  clockDrift: duration('2 s', { doc: 'Standard deviation of clock drift a day' }),
  batchDelay: duration('20 min', { doc: 'From the slot end to the batch that reports it' }),
  faults: fraction('0 %', { doc: 'Share of honest homes whose meter develops a fault' }),
  spotChecks: integer(0, {
    min: 0,
    max: 1000,
    doc: 'Readings of a slot that the head-end is asked to show on the chain',
  }),
} satisfies OptionSet;

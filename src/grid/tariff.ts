/**
 * Time-of-use tariff at the grid slack: what a home pays for import, gets for export without a
 * trade, and pays for the network in a local trade. Local trade pays only inside the collar
 * [feed-in, retail - wheeling]; where that interval is empty the scenario is wrong, not the market.
 */

/** Prices of the scenario's tariff group [Upt/kWh], integers >= 0. */
export interface TariffPrices {
  /** Retail 10-12 h and 17-22 h. */
  readonly peak: number;
  /** Retail in all other hours. */
  readonly flat: number;
  /** Retail 23-7 h. */
  readonly valley: number;
  /** Paid for export without a trade. */
  readonly feedIn: number;
  /** Network charge of a local trade. */
  readonly wheeling: number;
}

/** Periods of the retail price, in the order they are reported. */
export const TARIFF_PERIODS = ['peak', 'flat', 'valley'] as const;
/** A period of the retail price. */
export type TariffPeriod = (typeof TARIFF_PERIODS)[number];

/** Interval to which local prices are confined [Upt/kWh]. */
export interface Collar {
  /** Feed-in price: below it a seller prefers the grid. */
  readonly lowUptPerKWh: number;
  /** Retail less wheeling: above it a buyer prefers the grid. */
  readonly highUptPerKWh: number;
}

/** Prices by local hour. Every `hour` is fractional, on [0, 24); use the start of the slot. */
export interface Tariff {
  /** Period an hour belongs to. */
  periodOf(hour: number): TariffPeriod;
  /** Price of import from the grid [Upt/kWh]. */
  retailUptPerKWh(hour: number): number;
  /** Price of export to the grid [Upt/kWh]. */
  feedInUptPerKWh(hour: number): number;
  /** Network charge of a local trade [Upt/kWh]. */
  wheelingUptPerKWh(hour: number): number;
  /** Where a local price can please both sides; low > high when it cannot. */
  collar(hour: number): Collar;
}

/**
 * Period of a local hour: peak [10, 12) and [17, 22), valley [23, 24) and [0, 7), else flat.
 * @param hour - Fractional local hour in [0, 24).
 * @throws {RangeError} outside that range.
 * Source: model.md §3.8; decision 14.
 */
export function tariffPeriodOf(hour: number): TariffPeriod {
  if (!(hour >= 0 && hour < 24)) throw new RangeError(`"hour" expected in [0, 24), got ${hour}`);
  if ((hour >= 10 && hour < 12) || (hour >= 17 && hour < 22)) return 'peak';
  return hour >= 23 || hour < 7 ? 'valley' : 'flat';
}

/** Creates the tariff of a run. The collars are made once; `collar` allocates nothing. */
export function createTariff(prices: TariffPrices): Tariff {
  const { feedIn, wheeling } = prices;
  const collarOf = (period: TariffPeriod): Collar =>
    Object.freeze({ lowUptPerKWh: feedIn, highUptPerKWh: prices[period] - wheeling });
  const collars = {
    peak: collarOf('peak'),
    flat: collarOf('flat'),
    valley: collarOf('valley'),
  };
  return {
    periodOf: tariffPeriodOf,
    retailUptPerKWh: (hour) => prices[tariffPeriodOf(hour)],
    feedInUptPerKWh: () => feedIn,
    wheelingUptPerKWh: () => wheeling,
    collar: (hour) => collars[tariffPeriodOf(hour)],
  };
}

/** A period in which no local price can please both sides. */
export interface TariffProblem {
  readonly period: TariffPeriod;
  readonly feedInUptPerKWh: number;
  /** Retail less wheeling [Upt/kWh], which feed-in must stay below. */
  readonly ceilingUptPerKWh: number;
}

/**
 * Checks feed-in < retail - wheeling in every period.
 * @returns The offending periods in the order of {@link TARIFF_PERIODS}; empty when all is well.
 * Source: decision 14.
 */
export function tariffProblems(prices: TariffPrices): readonly TariffProblem[] {
  return TARIFF_PERIODS.map((period) => ({
    period,
    feedInUptPerKWh: prices.feedIn,
    ceilingUptPerKWh: prices[period] - prices.wheeling,
  })).filter(({ feedInUptPerKWh, ceilingUptPerKWh }) => !(feedInUptPerKWh < ceilingUptPerKWh));
}

/**
 * Subsidy of distributed photovoltaics by the date on which a plant went into operation. A plant keeps the
 * rate of its date; later plants get less. Plants whose energy is traded in the neighbourhood ask for less
 * than the rate.
 */
import { daysFromCivil } from '../base/calendar.ts';
import { mulDivFloor } from '../base/integer.ts';

/** Whose roof a plant is on; commerce and industry stand together. */
export const PLANT_CLASSES = ['household', 'business'] as const;
/** One of {@link PLANT_CLASSES}. */
export type PlantClass = (typeof PLANT_CLASSES)[number];

/** A rate and the first day of operation that it applies to. */
export interface SubsidyRate {
  /** Local date as days since 1970-01-01. */
  readonly fromDay: number;
  /** Rate by class [Upt/kWh]; one unit of the currency is worth one point. */
  readonly uptPerKWh: Readonly<Record<PlantClass, number>>;
}

const since = (year: number, month: number, household: number, business: number): SubsidyRate => ({
  fromDay: daysFromCivil(year, month, 1),
  uptPerKWh: { household, business },
});

/**
 * Rates for generation of distributed photovoltaics in China, ascending by date. Before the first there
 * was no rate per kWh. Sources: NDRC Price [2013] 1638 (0.42), [2017] 2196 (0.37), NDRC-MoF-NEA Energy
 * [2018] 823 (0.32), NDRC Price [2019] 761 (0.18 and 0.10), [2020] 511 (0.08 and 0.05); households of
 * 2021 by model §4.14, which collects them.
 */
export const SUBSIDY_RATES: readonly SubsidyRate[] = Object.freeze([
  since(2013, 9, 420_000, 420_000),
  since(2018, 1, 370_000, 370_000),
  since(2018, 6, 320_000, 320_000),
  since(2019, 7, 180_000, 100_000),
  since(2020, 6, 80_000, 50_000),
  since(2021, 1, 30_000, 0),
  since(2022, 1, 0, 0),
]);

/**
 * Rate of a plant [Upt/kWh], integer ≥ 0.
 *
 * @param commissionedDay - First day of operation, local, as days since 1970-01-01.
 */
export function subsidyRateUptPerKWh(commissionedDay: number, plantClass: PlantClass): number {
  for (let row = SUBSIDY_RATES.length - 1; row >= 0; row--) {
    const rate = SUBSIDY_RATES[row]!;
    if (commissionedDay >= rate.fromDay) return rate.uptPerKWh[plantClass];
  }
  return 0;
}

/** Largest plant whose energy may be traded in the neighbourhood [W]. Source: NDRC-NEA 2017, 1901. */
export const TRADED_PLANT_MAX_W = 50_000_000;
/** Largest plant that gives up the lesser share [W]. */
const LESSER_SHARE_MAX_W = 20_000_000;

/**
 * Least share of the rate that a plant gives up when its energy is traded in the neighbourhood [ppm]: a
 * tenth up to 20 MW, a fifth above. Source: NDRC-NEA [2017] 1901; model §4.14.
 *
 * @throws {RangeError} for a plant above 50 MW, which may not take part.
 */
export function subsidyReductionPpm(capacityW: number): number {
  if (capacityW > TRADED_PLANT_MAX_W) {
    throw new RangeError(`"capacityW" expected at most ${TRADED_PLANT_MAX_W}, got ${capacityW}`);
  }
  return capacityW <= LESSER_SHARE_MAX_W ? 100_000 : 200_000;
}

/** A rate less the share given up [Upt/kWh], rounded down. */
export function reducedRateUptPerKWh(rateUptPerKWh: number, reductionPpm: number): number {
  return mulDivFloor(rateUptPerKWh, 1_000_000 - reductionPpm, 1_000_000);
}

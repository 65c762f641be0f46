/**
 * The plants of a village as the register of the subsidy has them: equipment is the home's, the day of
 * operation is the scenario's or drawn over the years in which there was a rate.
 */
import { civilFromDays, daysFromCivil } from '../base/calendar.ts';
import { ScenarioError } from '../base/errors.ts';
import type { RandomSource } from '../base/random.ts';
import { SERIAL_STEP } from '../fraud/attacks/claims.ts';
import {
  PLANT_CLASSES,
  type PlantClass,
  reducedRateUptPerKWh,
  SUBSIDY_RATES,
  subsidyRateUptPerKWh,
  subsidyReductionPpm,
} from '../market/subsidy-rates.ts';
import type { HomeSpec } from '../physics/community.ts';
import type { Scenario } from '../scenario/sections.ts';

/** A plant as registered; its number is that of its home. */
export interface Plant {
  readonly home: number;
  readonly serial: number;
  /** Local days since 1970-01-01. */
  readonly commissionedDay: number;
  readonly plantClass: PlantClass;
  /** Module power [W]. */
  readonly capacityW: number;
  readonly isTraded: boolean;
  /** What it gets for a kWh [Upt]. */
  readonly rateUptPerKWh: number;
}

/** Kinds of homes on whose roofs commerce and industry generate. */
const BUSINESSES: readonly string[] = ['shop', 'office', 'workshop'];

/**
 * Plants of all homes with PV, by home; undefined where there is none.
 *
 * @param startDay - Local day of the start, since 1970-01-01; nothing begins to operate later.
 * @throws {ScenarioError} when the day of operation is no date.
 */
export function createPlants(
  homes: readonly HomeSpec[],
  { subsidy }: Scenario,
  startDay: number,
  random: RandomSource,
): (Plant | undefined)[] {
  const draws = random.addressed('world/plants');
  const fixed = subsidy.commissioned === undefined ? undefined : dayOf(subsidy.commissioned);
  const firstDay = SUBSIDY_RATES[0]!.fromDay;
  const lastDay = Math.max(firstDay + 1, Math.min(SUBSIDY_RATES.at(-1)!.fromDay, startDay));
  return homes.map((home, index) => {
    if (home.pvDcW === 0) return undefined;
    const drawn = firstDay + Math.floor((lastDay - firstDay) * draws.uniform(index, 0, 0));
    const commissionedDay = fixed ?? drawn;
    const plantClass = PLANT_CLASSES[BUSINESSES.includes(home.kind) ? 1 : 0]!;
    const capacityW = Math.ceil(home.pvDcW);
    const rate = subsidyRateUptPerKWh(commissionedDay, plantClass);
    const reductionPpm = subsidy.traded ? subsidyReductionPpm(capacityW) : 0;
    return {
      home: index,
      serial: SERIAL_STEP * (index * 2 ** 16 + Math.floor(2 ** 16 * draws.uniform(index, 0, 1))),
      commissionedDay,
      plantClass,
      capacityW,
      isTraded: subsidy.traded,
      rateUptPerKWh: reducedRateUptPerKWh(rate, reductionPpm),
    };
  });
}

/** Day of a date `yyyy-mm-dd`. */
function dayOf(text: string): number {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.slice(1).map(Number);
  if (parts !== undefined) {
    const [year, month, day] = parts as [number, number, number];
    const days = daysFromCivil(year, month, day);
    const civil = civilFromDays(days);
    if (civil.month === month && civil.day === day && days >= 0) return days;
  }
  const path = 'scenario.subsidy.commissioned';
  throw new ScenarioError([{ file: '', path, expected: 'a date, e.g. 2018-06-01', got: text }]);
}

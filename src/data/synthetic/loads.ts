/**
 * Consumption of every member: what is never switched off, cold appliances that cycle, a steady
 * part that follows the day with a level and a noise of its own, and switched appliances.
 */
import type { Calendar } from '../../base/calendar.ts';
import { cos, exp, PI, sqrt } from '../../base/math.ts';
import type { AddressedStream, RandomSource } from '../../base/random.ts';
import { HOUR_US, MINUTE_US } from '../../base/units.ts';
import { coolingDemand, cycleShare, shapeAt } from '../../energy/load.ts';
import { ARCHETYPES, type Archetype } from './archetypes.ts';
import { lognormalMeanOne, type Member } from './members.ts';
import {
  createSwitching,
  energyOfUseWh,
  type Habits,
  type Owned,
  type PlannedDay,
  startHours,
} from './switching.ts';
import type { Weather } from './weather.ts';

/** Day level and noise of the steady part. Source: model.md §3.4. */
const DAY_SIGMA = 0.15;
const NOISE_TAU_US = 30 * MINUTE_US;
const NOISE_SIGMA = 0.2;
/** Share of days on which nobody is at home, and what is left of the steady part then. */
const AWAY_SHARE = 0.03;
const AWAY_LEVEL = 0.15;
/** Share of households in which everybody is out on working days. */
const OUT_SHARE = 0.5;
/**
 * Share of households that cook and heat water electrically, and what they use against the rest.
 */
const ELECTRIC_SHARE = 0.5;
const ELECTRIC_LEVEL = 1.35;
/** What steady consumption weighs less in those homes' totals. */
const ELECTRIC_SHAPED = 0.25;
const GAS_LEVEL = (1 - ELECTRIC_SHARE * ELECTRIC_LEVEL) / (1 - ELECTRIC_SHARE);
/** Spread of habits [h], in classes so that shapes are computed once a class and step. */
const SHIFT_SIGMA_HOURS = 0.6;
const SHIFT_CLASS_HOURS = 0.25;
const SHIFT_CLASSES_EACH_WAY = 6;
const SHIFT_CLASSES = 2 * SHIFT_CLASSES_EACH_WAY + 1;
/** Lights burn longer in winter. */
const SEASON_GAIN = 0.15;
/** More consumption than this many times the usual rate of use is steady rather than switched. */
const RATE_GAIN_MAX = 4;
const HOURS_PER_YEAR = 8760;

/** Static columns, one entry per member. */
interface LoadColumns {
  readonly standbyW: Float64Array;
  readonly coldW: Float64Array;
  readonly coldDuty: Float64Array;
  readonly coldPeriodHours: Float64Array;
  readonly coldPhase: Float64Array;
  readonly shapedW: Float64Array;
  /** Row of the shape table: archetype and shift class. */
  readonly shapeRow: Int32Array;
  /** Today's level of the steady part and the noise around it. */
  readonly dayLevel: Float64Array;
  readonly noise: Float64Array;
}

/** Consumption of a community. */
export interface Loads {
  /** Writes the load of one step per home [Wh]; steps in increasing order, each once. */
  fill(step: number, loadWh: Float64Array): void;
}

/** Settings of {@link createLoads}. */
export interface LoadOptions {
  readonly calendar: Calendar;
  readonly stepUs: number;
  readonly firstStep: number;
  readonly latitudeDeg: number;
  /** Mean yearly consumption of a household [Wh]; other kinds scale with it. */
  readonly annualWh: number;
  readonly random: RandomSource;
}

/**
 * Creates the loads of the members. Cost of a step: one normal draw a member, plus uses that
 * switch.
 */
export function createLoads(
  members: readonly Member[],
  weather: Weather,
  options: LoadOptions,
): Loads {
  const { calendar, stepUs, firstStep, random } = options;
  const columns = createColumns(members.length);
  const habits = createHabits(members, columns, options);
  const switching = createSwitching(members.length, stepUs, firstStep, random);
  const dayDraws = random.addressed('world/day');
  const noiseDraws = random.addressed('world/load-noise');
  const entities = Int32Array.from(members, (member) => member.entity);
  const keep = exp(-stepUs / NOISE_TAU_US);
  const shapes = new Float64Array(ARCHETYPES.length * SHIFT_CLASSES);
  let day = Number.NaN;
  return {
    fill(step, loadWh) {
      const fromUs = step * stepUs;
      const now = calendar.at(fromUs);
      const dayOff = now.dayOfWeek >= 5;
      if (now.dayIndex !== day) {
        day = now.dayIndex;
        const midnightUs = fromUs - Math.round(now.hour * HOUR_US);
        const cooling = coolingDemand(weather.dayMeanC);
        const today = { dayIndex: day, midnightUs, dayOff, cooling };
        planDay(members, habits, columns, switching, dayDraws, today, options.latitudeDeg);
      }
      fillShapes(shapes, now.hour + stepUs / (2 * HOUR_US), dayOff);
      const carried = step === firstStep ? 0 : keep;
      stepNoise(columns.noise, entities, noiseDraws, step, carried);
      fillSteady(columns, shapes, fromUs / HOUR_US, stepUs / HOUR_US, loadWh);
      switching.add(step, loadWh);
    },
  };

  function planDay(
    all: readonly Member[],
    of: readonly Habits[],
    into: LoadColumns,
    player: typeof switching,
    draws: AddressedStream,
    today: PlannedDay,
    latitudeDeg: number,
  ): void {
    const { dayOfYear } = calendar.at(today.midnightUs);
    const winter = cos((2 * PI * (dayOfYear - 10)) / 365) * (latitudeDeg >= 0 ? 1 : -1);
    for (let home = 0; home < all.length; home++) {
      const { entity, archetype } = all[home]!;
      const level = lognormalMeanOne(draws, entity, today.dayIndex, 0, DAY_SIGMA);
      const away = archetype.mayBeOut && draws.uniform(entity, today.dayIndex, 9) < AWAY_SHARE;
      into.dayLevel[home] = level * (away ? AWAY_LEVEL : 1) * (1 + SEASON_GAIN * winter);
      player.plan(home, of[home]!, today, away ? 0 : level);
    }
  }
}

function createColumns(count: number): LoadColumns {
  const column = () => new Float64Array(count);
  return {
    standbyW: column(),
    coldW: column(),
    coldDuty: column(),
    coldPeriodHours: column(),
    coldPhase: column(),
    shapedW: column(),
    shapeRow: new Int32Array(count),
    dayLevel: column(),
    noise: column(),
  };
}

/** Draws every member's level and habits; writes the static columns. */
function createHabits(
  members: readonly Member[],
  columns: LoadColumns,
  options: LoadOptions,
): Habits[] {
  const draws = options.random.addressed('world/habits');
  const kinds = ARCHETYPES.map((archetype) => ({
    atHome: archetype.appliances.map((appliance) => startHours(appliance, false)),
    out: archetype.appliances.map((appliance) => startHours(appliance, true)),
  }));
  return members.map(({ entity, archetype, archetypeIndex }, home) => {
    const gain = options.annualWh / ARCHETYPES[0]!.annualWh;
    const usualWh = archetype.annualWh * gain;
    const electric = draws.uniform(entity, 1, 5) < ELECTRIC_SHARE;
    const level = archetype.mayBeOut ? (electric ? ELECTRIC_LEVEL : GAS_LEVEL) : 1;
    const annualWh = usualWh * level * lognormalMeanOne(draws, entity, 0, 0, archetype.annualSigma);
    const size = sqrt(annualWh / archetype.annualWh);
    const standby = size * exp(archetype.standbySigma * draws.normal(entity, 0, 1));
    columns.standbyW[home] = archetype.standbyW * standby;
    columns.coldW[home] = archetype.coldW * size * (0.8 + 0.4 * draws.uniform(entity, 1, 0));
    columns.coldDuty[home] = 0.28 + 0.14 * draws.uniform(entity, 1, 1);
    columns.coldPeriodHours[home] = 0.6 + 0.5 * draws.uniform(entity, 1, 2);
    columns.coldPhase[home] = draws.uniform(entity, 1, 3);
    const lateClass = Math.round(
      (SHIFT_SIGMA_HOURS / SHIFT_CLASS_HOURS) * draws.normal(entity, 0, 2),
    );
    const shiftClass = Math.max(
      -SHIFT_CLASSES_EACH_WAY,
      Math.min(SHIFT_CLASSES_EACH_WAY, lateClass),
    );
    columns.shapeRow[home] = archetypeIndex * SHIFT_CLASSES + SHIFT_CLASSES_EACH_WAY + shiftClass;
    const out = archetype.mayBeOut && draws.uniform(entity, 1, 4) < OUT_SHARE;
    const kind = kinds[archetypeIndex]!;
    const atRated = ownedOf(
      draws,
      entity,
      archetype,
      electric,
      out ? kind.out : kind.atHome,
      kind.atHome,
    );
    const constantWh =
      HOURS_PER_YEAR * (columns.standbyW[home]! + columns.coldW[home]! * columns.coldDuty[home]!);
    const freeWh = Math.max(0.2 * annualWh, annualWh - constantWh);
    const shapedShare =
      archetype.shapedShare * (archetype.mayBeOut && electric ? ELECTRIC_SHAPED : 1);
    const rateGain = rateGainOf(atRated, freeWh - shapedShare * annualWh);
    const switchedWh = rateGain * usedPerYearWh(atRated);
    columns.shapedW[home] = Math.max(0.1 * annualWh, freeWh - switchedWh) / HOURS_PER_YEAR;
    const owned = atRated.map((one) =>
      one.appliance.cooling ? one : { ...one, perDay: one.perDay * rateGain },
    );
    return { entity, shiftHours: shiftClass * SHIFT_CLASS_HOURS, owned };
  });
}

function ownedOf(
  draws: AddressedStream,
  entity: number,
  archetype: Archetype,
  electric: boolean,
  workingHours: readonly Float64Array[],
  offHours: readonly Float64Array[],
): Owned[] {
  return archetype.appliances.flatMap((appliance, index): Owned[] => {
    if (appliance.electricHomes && !electric) return [];
    if (draws.uniform(entity, 2 + index, 0) >= appliance.ownership) return [];
    const [low, high] = appliance.powerW;
    const powerW = low + (high - low) * draws.uniform(entity, 2 + index, 1);
    // Some use a thing daily, some weekly.
    const perDay = appliance.perDay * lognormalMeanOne(draws, entity, 2 + index, 2, 0.4);
    const hours = { workingHours: workingHours[index]!, offHours: offHours[index]! };
    return [{ appliance, index, powerW, perDay, ...hours }];
  });
}

/**
 * Energy of what is owned at its own rates in a year [Wh], without cooling, which weather decides.
 */
function usedPerYearWh(owned: readonly Owned[]): number {
  let yearWh = 0;
  for (const { appliance, powerW, perDay } of owned) {
    if (appliance.cooling) continue;
    const usesPerWeek = perDay * (5 + 2 * appliance.dayOffGain);
    yearWh += energyOfUseWh(appliance, powerW) * usesPerWeek * (365 / 7);
  }
  return yearWh;
}

/** Factor on all rates that spends `wantedWh` a year, in [0.2, RATE_GAIN_MAX]. */
function rateGainOf(owned: readonly Owned[], wantedWh: number): number {
  const yearWh = usedPerYearWh(owned);
  return yearWh === 0 ? 0 : Math.max(0.2, Math.min(RATE_GAIN_MAX, wantedWh / yearWh));
}

const shapeMeans = ARCHETYPES.map(({ workingDay, dayOff }) => {
  let week = 0;
  for (let hour = 0; hour < 24; hour++) week += 5 * workingDay[hour]! + 2 * dayOff[hour]!;
  return week / (7 * 24);
});

/**
 * Writes the relative level of the steady part by archetype and shift class; its weekly mean is 1.
 */
function fillShapes(shapes: Float64Array, hour: number, dayOff: boolean): void {
  ARCHETYPES.forEach((archetype, index) => {
    const hourly = dayOff ? archetype.dayOff : archetype.workingDay;
    for (let row = 0; row < SHIFT_CLASSES; row++) {
      const late = (row - SHIFT_CLASSES_EACH_WAY) * SHIFT_CLASS_HOURS;
      shapes[index * SHIFT_CLASSES + row] = shapeAt(hourly, hour - late) / shapeMeans[index]!;
    }
  });
}

/** AR(1) step of the noise, innovations addressed by member and step. */
function stepNoise(
  noise: Float64Array,
  entities: Int32Array,
  draws: AddressedStream,
  step: number,
  carried: number,
): void {
  const fresh = NOISE_SIGMA * sqrt(1 - carried * carried);
  for (let home = 0; home < noise.length; home++) {
    noise[home] = carried * noise[home]! + fresh * draws.normal(entities[home]!, step, 0);
  }
}

/** Writes standby, cold and the steady part of one step [Wh]. */
function fillSteady(
  columns: LoadColumns,
  shapes: Float64Array,
  fromHours: number,
  stepHours: number,
  loadWh: Float64Array,
): void {
  const { standbyW, coldW, coldDuty, coldPeriodHours, coldPhase } = columns;
  const { shapedW, shapeRow, dayLevel, noise } = columns;
  for (let home = 0; home < standbyW.length; home++) {
    const period = coldPeriodHours[home]!;
    const from = coldPhase[home]! + fromHours / period;
    const cold = coldW[home]! * cycleShare(from, from + stepHours / period, coldDuty[home]!);
    const gain = Math.max(0, 1 + noise[home]!);
    const steady = shapedW[home]! * shapes[shapeRow[home]!]! * dayLevel[home]! * gain;
    loadWh[home] = (standbyW[home]! + cold + steady) * stepHours;
  }
}

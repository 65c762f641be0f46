/**
 * Appliance-scale switching. A smooth daily shape with noise makes every forecast and every
 * detector look good; real homes are kettles and washing machines. Uses of appliances are planned
 * day by day at each member's own addresses and played back step by step. Power is in whole watts,
 * so that what was switched on is switched off again exactly, however long the run.
 */
import { exp } from '../../base/math.ts';
import type { AddressedStream, RandomSource } from '../../base/random.ts';
import { DAY_US, HOUR_US, MINUTE_US } from '../../base/units.ts';
import type { Appliance } from './appliances.ts';

/** Most uses of one appliance in a day; rates are capped far below. */
const USES_MAX = 400;
/** Addresses of one use; the first of an appliance's day is its number of uses. */
const DRAWS_PER_USE = 8;
/** Start hours lose this much weight while a member that is out at work is out. */
const OUT_GAIN = 0.25;
const OUT_FROM_HOUR = 9;
const OUT_TO_HOUR = 16;

/** An appliance of one member. */
export interface Owned {
  readonly appliance: Appliance;
  /** Address of the appliance within the member: its place in the archetype's list. */
  readonly index: number;
  readonly powerW: number;
  /** Mean uses on a working day; for cooling, on a hot day. */
  readonly perDay: number;
  /** Start hours on working days and on days off, from {@link startHours}. */
  readonly workingHours: Float64Array;
  readonly offHours: Float64Array;
}

/** One member's habits. */
export interface Habits {
  readonly entity: number;
  /** How much later than usual this member lives [h]. */
  readonly shiftHours: number;
  readonly owned: readonly Owned[];
}

/** A day as the planner sees it. */
export interface PlannedDay {
  readonly dayIndex: number;
  readonly midnightUs: number;
  readonly dayOff: boolean;
  /** Cooling demand of the day, see `coolingDemand`. */
  readonly cooling: number;
}

/** Expected energy of one use [Wh]. */
export function energyOfUseWh(appliance: Appliance, powerW: number): number {
  const [shortest, longest] = appliance.minutes;
  let share = 0;
  for (const [power, length] of appliance.phases) share += power * length;
  return (powerW * share * (shortest + longest)) / 2 / 60;
}

/** Plays back planned uses; one per community. */
export interface Switching {
  /**
   * Plans one member's day. `level` scales rates; 0 is an absent member. Call before its first
   * step.
   */
  plan(home: number, habits: Habits, day: PlannedDay, level: number): void;
  /** Adds the energy of one step to every home [Wh]; steps in increasing order, each once. */
  add(step: number, loadWh: Float64Array): void;
}

/**
 * Creates the player.
 * @param firstStep - First step that will be played; what was planned before it is cut off.
 * Cost: memory by uses pending, time by uses; independent of their length in steps.
 */
export function createSwitching(
  homeCount: number,
  stepUs: number,
  firstStep: number,
  random: RandomSource,
): Switching {
  const draws = random.addressed('world/appliance');
  // A day's uses end within a day and the longest programme; two days of steps never overtake them.
  const ring = Array.from({ length: Math.ceil((2 * DAY_US) / stepUs) + 2 }, (): number[] => []);
  const onW = new Float64Array(homeCount);
  const firstUs = firstStep * stepUs;
  const at = (step: number) => ring[((step % ring.length) + ring.length) % ring.length]!;

  /**
   * Entries are triples: home, change of power from this step on [W], energy in this step only
   * [Wh].
   */
  function use(home: number, startUs: number, endUs: number, powerW: number): void {
    const fromUs = Math.max(startUs, firstUs);
    if (endUs <= fromUs || powerW === 0) return;
    const from = Math.floor(fromUs / stepUs);
    const to = Math.floor(endUs / stepUs);
    if (from === to) {
      at(from).push(home, 0, (powerW * (endUs - fromUs)) / HOUR_US);
      return;
    }
    at(from).push(home, 0, (powerW * ((from + 1) * stepUs - fromUs)) / HOUR_US);
    at(from + 1).push(home, powerW, 0);
    at(to).push(home, -powerW, (powerW * (endUs - to * stepUs)) / HOUR_US);
  }

  return {
    plan(home, habits, day, level) {
      for (const owned of habits.owned) {
        planUses(draws, habits, owned, day, level, (startUs, endUs, powerW) =>
          use(home, startUs, endUs, powerW),
        );
      }
    },
    add(step, loadWh) {
      const entries = at(step);
      for (let i = 0; i < entries.length; i += 3) {
        const home = entries[i]!;
        onW[home]! += entries[i + 1]!;
        loadWh[home]! += entries[i + 2]!;
      }
      entries.length = 0;
      const stepHours = stepUs / HOUR_US;
      for (let home = 0; home < homeCount; home++) loadWh[home]! += onW[home]! * stepHours;
    },
  };
}

function planUses(
  draws: AddressedStream,
  habits: Habits,
  owned: Owned,
  day: PlannedDay,
  level: number,
  use: (startUs: number, endUs: number, powerW: number) => void,
): void {
  const { appliance, index, powerW, perDay } = owned;
  const { entity } = habits;
  const { dayIndex } = day;
  const season = appliance.cooling ? day.cooling : 1;
  const mean = perDay * season * level * (day.dayOff ? appliance.dayOffGain : 1);
  const address = index * DRAWS_PER_USE * USES_MAX;
  const uses = poisson(mean, draws.uniform(entity, dayIndex, address));
  const hours = day.dayOff ? owned.offHours : owned.workingHours;
  const [shortest, longest] = appliance.minutes;
  for (let n = 0; n < uses; n++) {
    const k = address + DRAWS_PER_USE * n;
    const hour = hourOf(hours, draws.uniform(entity, dayIndex, k + 1));
    const meant = hour + draws.uniform(entity, dayIndex, k + 2) + habits.shiftHours;
    const late = byClock(meant, draws.uniform(entity, dayIndex, k + 4));
    const inDay = late - 24 * Math.floor(late / 24);
    const share = draws.uniform(entity, dayIndex, k + 3);
    const lengthUs = (shortest + (longest - shortest) * share) * MINUTE_US;
    let startUs = day.midnightUs + inDay * HOUR_US;
    for (const [power, length] of appliance.phases) {
      const endUs = startUs + length * lengthUs;
      use(startUs, endUs, Math.round(power * powerW));
      startUs = endUs;
    }
  }
}

/** Poisson draw by inversion of one uniform; at most USES_MAX - 1. */
function poisson(mean: number, u: number): number {
  let probability = exp(-mean);
  let cumulated = probability;
  let n = 0;
  while (u >= cumulated && n < USES_MAX - 1) {
    n++;
    probability *= mean / n;
    cumulated += probability;
  }
  return n;
}

/** Cumulated start-hour weights of an appliance: 24 values, the last being their sum. */
export function startHours(appliance: Appliance, outAtWork: boolean): Float64Array {
  const cumulated = new Float64Array(24);
  let sum = 0;
  for (let hour = 0; hour < 24; hour++) {
    const out = outAtWork && hour >= OUT_FROM_HOUR && hour < OUT_TO_HOUR;
    sum += appliance.when[hour]! * (out ? OUT_GAIN : 1);
    cumulated[hour] = sum;
  }
  return cumulated;
}

/**
 * Share of uses that begin by the clock, and how soon after the half hour they do [h]: people start
 * things at the full and half hour, which is why time-use diaries peak there and why the load of a
 * street is rougher than that of as many independent homes.
 */
const BY_CLOCK_SHARE = 0.55;
const BY_CLOCK_HOURS = 0.2;

/** Moves an hour to just after its half hour with the probability above; `u` uniform. */
function byClock(hour: number, u: number): number {
  if (u >= BY_CLOCK_SHARE) return hour;
  return Math.floor(2 * hour) / 2 + (BY_CLOCK_HOURS * u) / BY_CLOCK_SHARE;
}

function hourOf(cumulated: Float64Array, u: number): number {
  const mark = u * cumulated[23]!;
  for (let hour = 0; hour < 24; hour++) if (mark < cumulated[hour]!) return hour;
  return 23;
}

/**
 * PV output of every roof for one step: local sky, plane of the array, cells, inverter, and the few
 * days on which a system is broken.
 */
import type { Calendar } from '../../base/calendar.ts';
import { exp } from '../../base/math.ts';
import type { AddressedStream, RandomSource } from '../../base/random.ts';
import { DAY_US, HOUR_US } from '../../base/units.ts';
import { type Plane, planeOf, planeOfArray } from '../../energy/plane.ts';
import { cellTemperatureC, pvAcW, pvDcW, SYSTEM_LOSS } from '../../energy/pv.ts';
import { erbsDiffuseShare, extraterrestrial } from '../../energy/sky.ts';
import type { Member } from './members.ts';
import type { Weather } from './weather.ts';

/** Mean days between failures and mean days of a repair. Source: model.md §3.2. */
const FAILURE_DAYS = 200;
const REPAIR_DAYS = 1;
/** A repair of more than this many days has probability e^-7. */
const REPAIR_DAYS_MAX = 7;
/** Loss of one year of age, and the oldest system. */
const AGEING_PER_YEAR = 0.005;
const AGE_YEARS_MAX = 10;

/** One system. */
interface Roof {
  readonly home: number;
  readonly entity: number;
  readonly ratedW: number;
  readonly limitW: number;
  readonly plane: Plane;
  readonly loss: number;
  /** Outages that touch the local day in hand [µs], as pairs of start and end. */
  readonly outagesUs: number[];
}

/** PV output of a community. */
export interface Roofs {
  /** Writes PV energy per home [Wh] for the step the weather stands at; homes without PV get 0. */
  fill(step: number, pvWh: Float64Array): void;
}

/** Creates the roofs of the members that have PV. */
export function createRoofs(
  members: readonly Member[],
  weather: Weather,
  calendar: Calendar,
  stepUs: number,
  random: RandomSource,
): Roofs {
  const draws = random.addressed('world/roof');
  const failures = random.addressed('world/outage');
  const roofs = members.flatMap(({ spec, entity }, home): Roof[] => {
    if (spec.pvDcW === 0) return [];
    const age = AGE_YEARS_MAX * draws.uniform(entity, 0, 0);
    // Shading and soiling differ between roofs by a few per cent around the mean loss.
    const own = SYSTEM_LOSS + 0.08 * (draws.uniform(entity, 0, 1) - 0.5);
    const loss = 1 - (1 - own) * (1 - AGEING_PER_YEAR * age);
    const plane = planeOf(spec.tiltDeg, spec.azimuthDeg);
    const [ratedW, limitW] = [spec.pvDcW, spec.pvAcW];
    return [{ home, entity, ratedW, limitW, plane, loss, outagesUs: [] }];
  });
  const stepHours = stepUs / HOUR_US;
  let day = Number.NaN;
  return {
    fill(step, pvWh) {
      pvWh.fill(0);
      const { sun, clearWPerM2, clearness, airC } = weather;
      if (clearWPerM2 === 0) return;
      const middleUs = Math.floor((step + 0.5) * stepUs);
      const { dayIndex, hour } = calendar.at(middleUs);
      if (dayIndex !== day) {
        day = dayIndex;
        const midnightUs = middleUs - Math.round(hour * HOUR_US);
        for (const roof of roofs) planOutages(roof, day, midnightUs, failures);
      }
      const above = extraterrestrial(sun.up, sun.distanceFactor);
      for (const roof of roofs) {
        if (isOut(roof.outagesUs, middleUs)) continue;
        const global = clearness[roof.home]! * clearWPerM2;
        const plane = planeOfArray(roof.plane, sun, global, erbsDiffuseShare(global / above));
        const dcW = pvDcW(roof.ratedW, plane, cellTemperatureC(airC, plane));
        pvWh[roof.home] = pvAcW(dcW, roof.limitW, roof.loss) * stepHours;
      }
    },
  };
}

/**
 * Collects the outages that begin on this day or up to a week before. Each day has its own draws.
 */
function planOutages(roof: Roof, day: number, midnightUs: number, draws: AddressedStream): void {
  roof.outagesUs.length = 0;
  const failing = 1 - exp(-1 / FAILURE_DAYS);
  for (let ago = 0; ago <= REPAIR_DAYS_MAX; ago++) {
    if (draws.uniform(roof.entity, day - ago, 0) >= failing) continue;
    const startUs = midnightUs + (draws.uniform(roof.entity, day - ago, 1) - ago) * DAY_US;
    const days = Math.min(
      REPAIR_DAYS_MAX,
      REPAIR_DAYS * draws.exponential(roof.entity, day - ago, 2),
    );
    roof.outagesUs.push(startUs, startUs + days * DAY_US);
  }
}

function isOut(outagesUs: readonly number[], timeUs: number): boolean {
  for (let i = 0; i < outagesUs.length; i += 2) {
    if (timeUs >= outagesUs[i]! && timeUs < outagesUs[i + 1]!) return true;
  }
  return false;
}

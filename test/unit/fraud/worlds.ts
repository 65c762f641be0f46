/** Small worlds the fraud tests share: contexts that record what attacks and detectors do. */
import { createCalendar } from '../../../src/base/calendar.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { MINUTE_US } from '../../../src/base/units.ts';
import type { AttackContext, AttackHome } from '../../../src/fraud/attacks/define.ts';
import type {
  Alarm,
  DetectorContext,
  RegisteredHome,
} from '../../../src/fraud/detectors/define.ts';

/** 2024-06-03T00:00+08:00. */
export const CALENDAR = createCalendar(1_717_344_000, 480);

export interface LabelRow {
  home: number;
  slot: number;
  deltaWh: number;
  deltaUpt: number;
}

export function attackHomes(count: number): AttackHome[] {
  return Array.from({ length: count }, (_, home) => ({
    id: `home-${String(home + 1).padStart(3, '0')}`,
    pvAcW: home % 2 === 0 ? 5000 : 0,
    pvDcW: home % 2 === 0 ? 5750 : 0,
    batteryWh: 0,
  }));
}

export function attackWorld(changes: Partial<AttackContext> = {}, seed: string | number = 1) {
  const labels: LabelRow[] = [];
  const homes = changes.homes ?? attackHomes(20);
  const slotUs = changes.slotUs ?? 15 * MINUTE_US;
  const context: AttackContext = {
    homes,
    count: homes.length,
    slotUs,
    slotCount: 3 * 96,
    calendar: CALENDAR,
    random: createRandomSource(seed),
    actorsTaken: new Set(),
    label: (home, slot, deltaWh, deltaUpt) => labels.push({ home, slot, deltaWh, deltaUpt }),
    ...changes,
  };
  return { context, labels };
}

export interface ScoreRow {
  entity: number;
  day: number;
  score: number;
}

export function registeredHomes(count: number): RegisteredHome[] {
  return attackHomes(count).map((home) => ({
    ...home,
    tiltDeg: 30,
    azimuthDeg: 180,
    orientationKnown: home.pvAcW > 0,
  }));
}

export function detectorWorld(changes: Partial<DetectorContext> = {}) {
  const alarms: Alarm[] = [];
  const scores: ScoreRow[] = [];
  const homes = changes.homes ?? registeredHomes(20);
  const context: DetectorContext = {
    count: homes.length,
    homes,
    latitudeDeg: 39.9,
    longitudeDeg: 116.4,
    calendar: CALENDAR,
    slotUs: 15 * MINUTE_US,
    slotCount: 3 * 96,
    meterClass: 0.01,
    headClass: 0.002,
    resolutionWh: 10,
    alarm: (alarm) => alarms.push(alarm),
    score: (entity, day, score) => scores.push({ entity, day, score }),
    ...changes,
  };
  return { context, alarms, scores };
}

/** Whether an alarm is right, by the units and limits that detection is scored with. */
import { POSITIVE_UPT, POSITIVE_WH } from '../../../../fraud/scoring/labels.ts';
import type { ResultTable } from '../../../page/results.ts';

/** What an alarm met: fraud, a fault without fraud, a difference too small to score, or nothing. */
export const OUTCOMES = ['right', 'on a fault', 'too small to score', 'false'] as const;

/** One of {@link OUTCOMES}. */
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Judges alarms by the labels of their entity and day.
 *
 * @param attacks - Table of labels.
 * @returns Outcome of an alarm about an entity, a home or `feeder`, on a day. An alarm of the feeder is
 *   right when the labels of all homes together reach the limits.
 */
export function alarmTruth(attacks: ResultTable): (entity: string, day: number) => Outcome {
  const homes = attacks.texts('home');
  const days = attacks.numbers('day');
  const intentional = attacks.numbers('intentional');
  const wh = attacks.numbers('magnitude_wh');
  const upt = attacks.numbers('magnitude_upt');
  const sums = new Map<string, { fraud: [number, number]; all: [number, number] }>();
  homes.forEach((home, row) => {
    for (const entity of [home, 'feeder']) {
      const key = `${entity} ${days[row]!}`;
      const sum = sums.get(key) ?? { fraud: [0, 0], all: [0, 0] };
      for (const into of intentional[row] === 1 ? [sum.fraud, sum.all] : [sum.all]) {
        into[0] += wh[row]!;
        into[1] += upt[row]!;
      }
      sums.set(key, sum);
    }
  });
  const isPositive = ([energyWh, valueUpt]: [number, number]) =>
    energyWh >= POSITIVE_WH || valueUpt >= POSITIVE_UPT;
  return (entity, day) => {
    const sum = sums.get(`${entity} ${day}`);
    if (sum === undefined) return 'false';
    if (isPositive(sum.fraud)) return 'right';
    return isPositive(sum.all) ? 'on a fault' : 'too small to score';
  };
}

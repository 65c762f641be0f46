/** Equipment of an imported home, as a scenario writes it. */
import { nearestWord } from '../../base/errors.ts';
import {
  angle,
  choice,
  energy,
  fraction,
  type OptionValues,
  optional,
  power,
  text,
} from '../../base/options.ts';
import type { HomeSpec } from '../../physics/community.ts';

/** Keys of one home. */
export const homeOptions = {
  id: text(undefined, 'External id'),
  kind: choice(['home', 'household', 'shop', 'office', 'workshop'], 'home', 'What it is'),
  pvPeak: power('0 kW', { doc: 'Module power at standard conditions; 0 is no PV' }),
  inverter: optional(power(undefined, { doc: 'AC limit; pvPeak when absent' })),
  tilt: optional(angle(undefined, { min: 0, max: 90, doc: 'Of the roof, where known' })),
  azimuth: optional(
    angle(undefined, { min: 0, max: 360, doc: 'Clockwise from north, where known' }),
  ),
  battery: energy('0 kWh', { doc: 'Capacity; 0 is none' }),
  batteryPower: power('5 kW', { doc: 'Limit in both directions' }),
  batteryEfficiency: fraction('95 %', { min: 0.5, doc: 'Of one way' }),
};

/** The equipment as the rest of the simulator reads it; a south roof at 30° where unknown. */
export function specOf(home: OptionValues<typeof homeOptions>): HomeSpec {
  const hasPv = home.pvPeak > 0;
  return {
    id: home.id,
    kind: home.kind,
    pvDcW: home.pvPeak,
    pvAcW: hasPv ? (home.inverter ?? home.pvPeak) : 0,
    tiltDeg: home.tilt ?? 30,
    azimuthDeg: home.azimuth ?? 180,
    orientationKnown: home.tilt !== undefined && home.azimuth !== undefined,
    batteryWh: home.battery,
    batteryW: home.battery > 0 ? home.batteryPower : 0,
    batteryEfficiency: home.batteryEfficiency,
  };
}

/** A hint with the nearest known word. */
export function didYouMeanHome(word: string, known: readonly string[]): string | undefined {
  const near = nearestWord(word, known);
  return near === undefined ? undefined : `did you mean ${near}?`;
}

/**
 * Who lives in a synthetic community: kinds, equipment and habits, each drawn at the member's own
 * address, so that one more household changes no shop.
 */
import { exp } from '../../base/math.ts';
import type { AddressedStream, RandomSource } from '../../base/random.ts';
import { DC_TO_AC_RATIO } from '../../energy/pv.ts';
import type { HomeSpec } from '../../physics/community.ts';
import { ARCHETYPES, type Archetype } from './archetypes.ts';

/** Sizes and ranges of a community. */
export interface MemberOptions {
  /** Members of each archetype, in the order of {@link ARCHETYPES}. */
  readonly counts: readonly number[];
  readonly prosumerCount: number;
  readonly pvPeakW: readonly [number, number];
  readonly batteryCount: number;
  readonly batteryWh: number;
  readonly batteryW: number;
  readonly batteryEfficiency: number;
  readonly latitudeDeg: number;
}

/** One member. */
export interface Member {
  readonly archetype: Archetype;
  readonly archetypeIndex: number;
  /**
   * Address of the member's draws: unique, and independent of how many there are of other kinds.
   */
  readonly entity: number;
  readonly spec: HomeSpec;
}

const STATIC = 0;

/**
 * Draws the members. PV goes to the `prosumerCount` members with the smallest draws of their own,
 * batteries likewise among those; ties go to the lower index.
 */
export function createMembers(options: MemberOptions, random: RandomSource): Member[] {
  const draws = random.addressed('world/member');
  const places = options.counts.flatMap((count, archetypeIndex) =>
    Array.from({ length: count }, (_, index) => ({
      archetypeIndex,
      entity: archetypeIndex * 2 ** 24 + index,
    })),
  );
  const smallest = (among: readonly number[], count: number, k: number) =>
    [...among]
      .sort(
        (a, b) =>
          draws.uniform(places[a]!.entity, STATIC, k) -
            draws.uniform(places[b]!.entity, STATIC, k) || a - b,
      )
      .slice(0, count);
  const everyone = places.map((_, home) => home);
  const prosumers = smallest(everyone, options.prosumerCount, 0);
  const withPv = new Set(prosumers);
  const withBattery = new Set(smallest(prosumers, options.batteryCount, 1));
  const digits = Math.max(3, String(places.length).length);
  return places.map(({ archetypeIndex, entity }, home) => {
    const archetype = ARCHETYPES[archetypeIndex]!;
    const battery = withBattery.has(home);
    const roof = roofOf(draws, entity, options, withPv.has(home));
    return {
      archetype,
      archetypeIndex,
      entity,
      spec: {
        id: `home-${String(home + 1).padStart(digits, '0')}`,
        kind: archetype.kind,
        ...roof,
        orientationKnown: true,
        batteryWh: battery ? options.batteryWh : 0,
        batteryW: battery ? options.batteryW : 0,
        batteryEfficiency: options.batteryEfficiency,
      },
    };
  });
}

/**
 * Roof and PV. Roofs tilt 15 to 45 degree and face the equator with a spread of 40 degree, which
 * spans east to west; modules are sold in steps of 100 W.
 */
function roofOf(draws: AddressedStream, entity: number, options: MemberOptions, hasPv: boolean) {
  const [low, high] = options.pvPeakW;
  const south = options.latitudeDeg >= 0 ? 180 : 0;
  const turn = Math.max(-110, Math.min(110, 40 * draws.normal(entity, STATIC, 8)));
  const peakW = low + (high - low) * draws.uniform(entity, STATIC, 2);
  const rounded = Math.min(high, Math.max(low, 100 * Math.round(peakW / 100)));
  return {
    pvDcW: hasPv ? rounded : 0,
    pvAcW: hasPv ? Math.round(rounded / DC_TO_AC_RATIO) : 0,
    tiltDeg: Math.round(15 + 30 * draws.uniform(entity, STATIC, 3)),
    azimuthDeg: Math.round(south + turn + 360) % 360,
  };
}

/** A draw whose mean is 1 and whose logarithm has the given standard deviation. */
export function lognormalMeanOne(
  draws: AddressedStream,
  entity: number,
  slot: number,
  k: number,
  sigma: number,
): number {
  return exp(sigma * draws.normal(entity, slot, k) - (sigma * sigma) / 2);
}

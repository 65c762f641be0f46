/**
 * Imported series as a community: physics asks for steps, the data has intervals. An interval
 * longer than a step is spread evenly inside itself, so that slot totals stay the integers of the
 * file.
 */

import { divFloor } from '../../base/integer.ts';
import { SECOND_US } from '../../base/units.ts';
import type {
  CommunityContext,
  CommunitySource,
  ImportContext,
  Profile,
  ProfileSet,
} from '../../physics/community.ts';
import type { WantedSpan } from './series.ts';

/** The span an importer reads: the window, and history as far back as the run would use it. */
export function wantedSpan(context: ImportContext): WantedSpan {
  const slotS = context.slotUs / SECOND_US;
  return {
    calendar: context.calendar,
    slotS,
    lengthS: context.slotCount * slotS,
    historyS: context.historySlotCount * slotS,
  };
}

/**
 * Writes the energy of a step of one series: an even share of its interval, or a sum of intervals.
 */
function stepEnergy(series: Profile, stepUs: number): (step: number) => number {
  const { energyWh, historyCount } = series;
  const intervalUs = series.stepS * SECOND_US;
  if (intervalUs % stepUs === 0) {
    const share = intervalUs / stepUs;
    return (step) => energyWh[historyCount + divFloor(step, share)]! / share;
  }
  const count = stepUs / intervalUs;
  return (step) => {
    let sum = 0;
    const first = historyCount + step * count;
    for (let i = first; i < first + count; i++) sum += energyWh[i]!;
    return sum;
  };
}

/**
 * Builds the source of an imported community.
 *
 * @param profiles - What it imported; only read.
 * @returns The source, with as much history as every series has and a note where that is less than was
 *   asked for; undefined after an issue.
 */
export function createSeriesSource(
  context: CommunityContext,
  { homes, latitudeDeg, longitudeDeg, notes, inputs }: ProfileSet,
): CommunitySource | undefined {
  const { stepUs, slotUs, slotCount } = context;
  const all = homes.flatMap(({ load, pv }) => (pv === undefined ? [load] : [load, pv]));
  const misfit = all.find(({ stepS }) => {
    const intervalUs = stepS * SECOND_US;
    return intervalUs % stepUs !== 0 && stepUs % intervalUs !== 0;
  });
  if (misfit !== undefined) {
    const expected = `a physics step that divides ${misfit.stepS} s or is a multiple of it`;
    const got = `${stepUs / SECOND_US} s`;
    context.issue({ file: '', path: 'scenario.horizon.physicsStep', expected, got });
    return undefined;
  }
  let historySlotCount = context.historySlotCount;
  for (const { historyCount, stepS } of all) {
    historySlotCount = Math.min(historySlotCount, (historyCount * stepS * SECOND_US) / slotUs);
  }
  const loadAt = homes.map(({ load }) => stepEnergy(load, stepUs));
  const pvAt = homes.map(({ pv }) => (pv === undefined ? undefined : stepEnergy(pv, stepUs)));
  const told = [...notes];
  if (historySlotCount < context.historySlotCount) {
    const found = `${historySlotCount} of ${context.historySlotCount} slots`;
    told.push(`History before the start: ${found} are in the files.`);
  }
  return {
    homes: homes.map(({ spec }) => spec),
    latitudeDeg,
    longitudeDeg,
    slotCount,
    stepsPerSlot: slotUs / stepUs,
    historySlotCount,
    fill(step, loadWh, pvWh) {
      for (let home = 0; home < loadAt.length; home++) {
        loadWh[home] = loadAt[home]!(step);
        pvWh[home] = pvAt[home]?.(step) ?? 0;
      }
    },
    notes: told,
    inputs,
  };
}

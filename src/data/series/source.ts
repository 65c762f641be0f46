/**
 * Imported series as a community: physics asks for steps, the data has intervals. An interval
 * longer than a step is spread evenly inside itself, so that slot totals stay the integers of the
 * file.
 */

import { divFloor } from '../../base/integer.ts';
import { SECOND_US } from '../../base/units.ts';
import type { CommunityContext, CommunitySource, HomeSpec } from '../../physics/community.ts';
import type { InputReader } from './csv.ts';
import type { ReadingSeries, WantedSpan } from './series.ts';

/** A home with its series. */
export interface HomeSeries {
  readonly spec: HomeSpec;
  readonly load: ReadingSeries;
  /** Undefined for a home without PV. */
  readonly pv: ReadingSeries | undefined;
}

/** The span an importer reads: the window, and history as far back as the run would use it. */
export function wantedSpan(context: CommunityContext): WantedSpan {
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
function stepEnergy(series: ReadingSeries, stepUs: number): (step: number) => number {
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
 * @param place - Latitude and longitude [degree].
 * @param notes - Sentences for the manifest; one on missing history is added.
 * @returns The source, with as much history as every series has; undefined after an issue.
 */
export function createSeriesSource(
  context: CommunityContext,
  homes: readonly HomeSeries[],
  place: { readonly latitudeDeg: number; readonly longitudeDeg: number },
  reader: InputReader,
  notes: readonly string[],
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
    ...place,
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
    inputs: reader.inputs,
  };
}

/**
 * Imported series of a community, read once for all runs that would read the same: what such a reading
 * depends on as one text, the reading itself, and its numbers on memory that threads share.
 */
import { createCalendar } from '../base/calendar.ts';
import { type InputIssue, ScenarioError } from '../base/errors.ts';
import { divExact } from '../base/integer.ts';
import { DAY_US } from '../base/units.ts';
import { communities } from '../data/communities/index.ts';
import type { ImportContext, Profile, ProfileSet } from '../physics/community.ts';
import type { Scenario, Window } from '../scenario/sections.ts';

/** What an import of a window may depend on besides the options of the community. */
export function importContext(
  scenario: Scenario,
  window: Window,
  issue: (issue: InputIssue) => void,
): ImportContext {
  const { interval: slotUs, history } = scenario.horizon;
  const slotsPerDay = divExact(DAY_US, slotUs);
  return {
    calendar: createCalendar(window.startEpochS, window.utcOffsetMin),
    slotUs,
    slotCount: window.days * slotsPerDay,
    historySlotCount: history * slotsPerDay,
    folder: scenario.folder,
    issue,
  };
}

/**
 * Text that two runs share exactly when they import the same, as long as the files stay as they are.
 *
 * @returns Undefined where the community imports nothing.
 */
export function profileKey(scenario: Scenario, window: Window): string | undefined {
  const { population, horizon, folder } = scenario;
  if (communities.find(population.name)?.load === undefined) return undefined;
  const { startEpochS, utcOffsetMin, days } = window;
  const span = [startEpochS, utcOffsetMin, days, horizon.interval, horizon.history];
  return JSON.stringify([population.name, population.options, folder, span]);
}

/**
 * Reads what the community of a window imports.
 *
 * @returns Undefined where it imports nothing.
 * @throws {ScenarioError} with every problem of its files.
 */
export function loadProfiles(scenario: Scenario, window: Window): ProfileSet | undefined {
  const { name, options } = scenario.population;
  const plugin = communities.get(name);
  if (plugin.load === undefined) return undefined;
  const issues: InputIssue[] = [];
  const context = importContext(scenario, window, (issue) => issues.push(issue));
  const profiles = plugin.load(context, options as never);
  if (profiles === undefined || issues.length > 0) throw new ScenarioError(issues);
  return profiles;
}

/**
 * The same set with all its numbers on one SharedArrayBuffer: structured cloning passes it to another
 * thread without copying them.
 */
export function shareProfiles(set: ProfileSet): ProfileSet {
  const all = set.homes.flatMap(({ load, pv }) => (pv === undefined ? [load] : [load, pv]));
  const count = all.reduce((sum, { energyWh }) => sum + energyWh.length, 0);
  const buffer = new SharedArrayBuffer(8 * count);
  let at = 0;
  const share = (profile: Profile): Profile => {
    const { stepS, historyCount, energyWh } = profile;
    const shared = new Float64Array(buffer, 8 * at, energyWh.length);
    shared.set(energyWh);
    at += energyWh.length;
    return { stepS, historyCount, energyWh: shared };
  };
  const homes = set.homes.map(({ spec, load, pv }) => {
    return { spec, load: share(load), pv: pv && share(pv) };
  });
  return { ...set, homes };
}

/** Bytes of a set's numbers. */
export function profileBytes({ homes }: ProfileSet): number {
  return homes.reduce((sum, { load, pv }) => {
    return sum + 8 * (load.energyWh.length + (pv?.energyWh.length ?? 0));
  }, 0);
}

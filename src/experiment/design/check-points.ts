/**
 * Every point in every arm, put into the scenario before anything runs: a study that would fail at
 * its last run fails here, in milliseconds.
 */
import { type InputIssue, ScenarioError } from '../../base/errors.ts';
import type { LoadedScenario } from '../../scenario/load.ts';
import { issueAt } from '../../scenario/located.ts';
import type { PluginCatalogue, Setting } from '../../scenario/merge.ts';
import type { Scenario } from '../../scenario/sections.ts';
import { cellText } from './cells.ts';
import type { DesignPoint, FactorColumn } from './design.ts';
import type { Factor, Level } from './factor.ts';
import { TrialProblems } from './problems.ts';

/** What is put together for a trial. */
export interface Trials {
  readonly loaded: LoadedScenario;
  readonly catalogue: PluginCatalogue;
  readonly arms: readonly string[];
  readonly sets: readonly Setting[];
  /** Study file and file of points; a problem elsewhere names its point. */
  readonly ownFiles: ReadonlySet<string>;
}

/** What the checks learned. */
export interface Checked {
  /** Windows over all points and their arms: runs of one replication. */
  readonly windowCount: number;
  /** Plug-ins that metrics are named after, in any run. */
  readonly detectors: readonly string[];
  readonly attacks: readonly string[];
  readonly adversaries: readonly string[];
}

/**
 * Resolves every point in the arms it runs for.
 *
 * @param issues - Receives each distinct problem once.
 */
export function checkPoints(
  { loaded, catalogue, sets, ownFiles }: Trials,
  points: readonly DesignPoint[],
  columns: readonly FactorColumn[],
  issues: InputIssue[],
): Checked {
  const problems = new TrialProblems();
  const names = namesIn();
  let windowCount = 0;
  for (const point of points) {
    for (const arm of point.arms) {
      const settings = [...sets, ...point.settingsFor(arm)];
      const words = () => pointText(point.cellsFor(arm), columns);
      const scenario = problems.try({ arm, point: point.index, words }, () => {
        const resolved = loaded.resolve(arm, settings);
        checkProtocol(arm, resolved, settings, catalogue);
        return resolved;
      });
      windowCount += scenario?.windows.length ?? 1;
      if (scenario !== undefined) names.add(scenario);
    }
  }
  issues.push(...problems.issues(ownFiles));
  return { windowCount, ...names.lists() };
}

/** Tries the overrides one by one, where there are no points yet: paths, units and limits. */
export function checkOverrides(
  { loaded, arms, sets, ownFiles }: Trials,
  factors: readonly Factor[],
  issues: InputIssue[],
): void {
  const problems = new TrialProblems();
  const attempt = (arm: string, settings: readonly Setting[]) =>
    problems.add({ arm, point: -1, words: () => '' }, loaded.valueIssues(arm, settings));
  for (const arm of arms) {
    attempt(arm, sets);
    for (const { column, levels, at } of factors) {
      if (column.arms !== undefined && !column.arms.includes(arm)) continue;
      const ends = [at(0), at(1 - 2 ** -32)];
      for (const level of levels === undefined ? ends : tellingOf(levels)) {
        attempt(arm, [...sets, ...level.settings()]);
      }
    }
  }
  issues.push(...problems.issues(ownFiles));
}

/** The levels of which each may have a problem of its own: of one range, its ends. */
function tellingOf(levels: readonly Level[]): readonly Level[] {
  const places = levels.map((level) => level.settings()[0]?.value.place);
  return levels.filter((_, i) => {
    const isInside = places[i] === places[i - 1] && places[i] === places[i + 1];
    return i === 0 || i === levels.length - 1 || !isInside;
  });
}

/** The cells of a point as a person reads them: `households 20, interval 15 s`. */
export function pointText(
  cells: readonly (string | number)[],
  columns: readonly FactorColumn[],
): string {
  return cells
    .flatMap((cell, i) => {
      const { name, unit } = columns[i]!;
      return cell === '' ? [] : [`${name} ${cellText(cell, unit)}`];
    })
    .join(', ');
}

/** An arm named after a protocol runs it at every point, or its rows would carry a wrong label. */
function checkProtocol(
  arm: string,
  { consensus }: Scenario,
  settings: readonly Setting[],
  catalogue: PluginCatalogue,
): void {
  const named = catalogue.consensus.find(arm);
  if (named === undefined || named.name === consensus.name) return;
  const setting = settings.findLast(({ keys }) => keys[0] === 'consensus');
  const place = setting?.value.place ?? { file: '', path: `arm ${arm}` };
  const hint = 'protocols are compared as arms';
  const expected = `the protocol the arm is named after, ${named.name}`;
  throw new ScenarioError([issueAt(place, expected, consensus.name, hint)]);
}

/** Names of plug-ins met so far, in order of first use. */
function namesIn() {
  const detectors = new Set<string>();
  const attacks = new Set<string>();
  const adversaries = new Set<string>();
  return {
    add({ fraud }: Scenario) {
      for (const { name } of fraud.detectors) detectors.add(name);
      for (const { name } of fraud.attacks) attacks.add(name);
      for (const { name } of fraud.adversaries) adversaries.add(name);
    },
    lists: () => ({
      detectors: [...detectors],
      attacks: [...attacks],
      adversaries: [...adversaries],
    }),
  };
}

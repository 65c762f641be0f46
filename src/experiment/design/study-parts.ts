/** The parts of a study file that are more than one value, and the points they make together. */
import { dirname, join } from 'node:path';
import { type InputIssue, ScenarioError } from '../../base/errors.ts';
import { BASE_ARM } from '../../scenario/keys.ts';
import type { LoadedScenario } from '../../scenario/load.ts';
import { child, isBlank, issueAt, type Located, type LocatedMap } from '../../scenario/located.ts';
import type { PluginCatalogue, Setting } from '../../scenario/merge.ts';
import { optionAt } from '../../scenario/option-at.ts';
import type { Scenario } from '../../scenario/sections.ts';
import { pointText } from './check-points.ts';
import { checkLeft, constraintsOf, type PlacedConstraint } from './constraint-list.ts';
import type { StudyDesign } from './design.ts';
import type { Factor } from './factor.ts';
import { type FactorContext, factorsOf } from './factors.ts';
import { buildPoints, type Combination, type Points } from './points.ts';
import { readCsvPoints } from './points-csv.ts';
import { combinationsOf, type Scheme, schemeOf } from './scheme.ts';
import { checkPaths } from './study-rules.ts';
import { namesAt, settingsOf } from './written.ts';

/** Where a study stands and what it may name. */
export interface StudySource {
  /** Name shown in issues, relative to the working folder. */
  readonly file: string;
  /** Folder that the scenario and a file of points are relative to. */
  readonly folder: string;
  readonly plugins: PluginCatalogue;
}

/** The parts of a study that are more than one value. */
export interface StudyParts {
  readonly arms: readonly string[];
  readonly sets: readonly Setting[];
  readonly factors: readonly Factor[];
  readonly scheme: Scheme | undefined;
  /** Undefined where a part has a problem. */
  readonly points: Points | undefined;
  readonly csvFile: string | undefined;
  readonly inputs: StudyDesign['inputs'];
}

/**
 * Reads arms, overrides, factors, design and constraints, and builds the points.
 *
 * @param text - The study file, to find columns inside a quoted text.
 * @param loaded - Undefined where the scenario has problems; what depends on it is then left.
 * @param maxRuns - More points than that are counted, not kept.
 */
export function partsOf(
  text: string,
  root: LocatedMap,
  loaded: LoadedScenario | undefined,
  { file, folder, plugins }: StudySource,
  maxRuns: number,
  issues: InputIssue[],
): StudyParts {
  const before = issues.length;
  const known = loaded === undefined ? undefined : [...loaded.arms, BASE_ARM];
  const arms = armsOf(root, loaded, known, issues);
  const set = child(root, 'set');
  const sets = settingsOf(set, root.place, 'overrides, e.g. { horizon.days: 1 }', issues);
  const scheme = schemeOf(root, issues);
  const optionFor = optionFinder(loaded, sets, plugins);
  const context: FactorContext = { arms, isOpen: scheme?.name === 'csv', optionFor, issues };
  const node = child(root, 'factors');
  const { factors: read, open } = factorsOf(node, root, context);
  let factors = read;
  let combinations: Iterable<Combination> | undefined;
  let inputs: StudyDesign['inputs'] = [];
  let csvFile: string | undefined;
  const isComplete = (node?.kind === 'map' ? node.entries.size : 0) === read.length + open.length;
  if (scheme?.name === 'csv') {
    csvFile = join(dirname(file), scheme.file);
    const source = { path: scheme.file, place: scheme.filePlace, folder };
    const csv = isComplete ? readCsvPoints(source, open, issues) : undefined;
    factors = csv?.factors ?? [];
    combinations = csv?.rows;
    inputs = csv?.inputs ?? [];
  } else if (scheme !== undefined) combinations = combinationsOf(scheme, factors, issues);
  checkPaths(factors, sets, arms, issues);
  const columns =
    scheme?.name === 'csv' && combinations === undefined ? undefined : columnsOf(factors);
  const constraints = constraintsOf(root, text, isComplete ? columns : undefined, issues);
  const parts = { arms, sets, factors, scheme, csvFile, inputs };
  if (combinations === undefined || issues.length > before || loaded === undefined) {
    return { ...parts, points: undefined };
  }
  const points = pointsOf(combinations, factors, arms, constraints, scheme!, maxRuns, issues);
  return { ...parts, points: issues.length > before ? undefined : points };
}

/** The columns of some factors. */
export const columnsOf = (factors: readonly Factor[]) => factors.map(({ column }) => column);

/** The arms asked for; the declared ones by default, else the base alone. */
function armsOf(
  root: LocatedMap,
  loaded: LoadedScenario | undefined,
  known: readonly string[] | undefined,
  issues: InputIssue[],
): readonly string[] {
  const node = child(root, 'arms');
  const declared = loaded?.declaredArms ?? [];
  const fallback = declared.length > 0 ? declared : [BASE_ARM];
  if (isBlank(node)) return fallback;
  // Without its scenario every word may be an arm; only the form can be checked.
  const words = node!.kind !== 'list' ? [] : node!.items.map((item) => String(scalarOf(item)));
  const names = namesAt(node, 'an arm of the scenario', known ?? words, issues) ?? [];
  return names.length > 0 ? names : fallback;
}

const scalarOf = (node: Located) => (node.kind === 'scalar' ? node.value : '');

/** Finds the option at a path, in the first arm whose scenario has it. */
function optionFinder(
  loaded: LoadedScenario | undefined,
  sets: readonly Setting[],
  catalogue: PluginCatalogue,
): FactorContext['optionFor'] {
  const scenarios = new Map<string, Scenario | undefined>();
  const scenarioOf = (arm: string) => {
    if (!scenarios.has(arm)) scenarios.set(arm, loaded && attempt(loaded, arm, sets));
    return scenarios.get(arm);
  };
  return (keys, arms) => {
    for (const arm of arms) {
      const scenario = scenarioOf(arm);
      const option = scenario && optionAt(keys, scenario, catalogue);
      if (option !== undefined) return option;
    }
    return undefined;
  };
}

/** The scenario under the fixed overrides; without them where they have problems of their own. */
function attempt(loaded: LoadedScenario, arm: string, sets: readonly Setting[]) {
  for (const settings of [sets, []]) {
    try {
      return loaded.resolve(arm, settings);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
    }
  }
  return undefined;
}

/** Points of the design; repeated ones and a design without points are problems. */
function pointsOf(
  combinations: Iterable<Combination>,
  factors: readonly Factor[],
  arms: readonly string[],
  constraints: readonly PlacedConstraint[],
  scheme: Scheme,
  maxRuns: number,
  issues: InputIssue[],
): Points {
  const columns = columnsOf(factors);
  const isGrid = scheme.name === 'grid';
  const points = buildPoints(combinations, columns, arms, constraints, !isGrid, maxRuns);
  checkLeft(points, constraints, scheme.place, issues);
  for (const { second, first } of points.repeated) {
    const text =
      pointText(
        second.levels.map(({ cell }) => cell),
        columns,
      ) || 'a point';
    if (second.place === undefined) {
      const count = `${points.repeated.length} points twice, e.g. ${text}`;
      const hint = 'ask for fewer points, or for a grid';
      issues.push(issueAt(scheme.place, 'points that differ', count, hint));
      break;
    }
    const got = `${text}, as in line ${first.place?.line}`;
    issues.push(issueAt(second.place, 'each point once', got));
  }
  return points;
}

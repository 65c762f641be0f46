/**
 * Study files: YAML in, a {@link StudyDesign} out, or every problem at once. As with scenarios, a
 * study never begins on a file with a problem, and every point is tried before the first one runs.
 */
import { dirname, join, resolve as resolvePath } from 'node:path';
import { type InputIssue, ScenarioError } from '../../base/errors.ts';
import { type LoadedScenario, loadScenarioText, readTextFile } from '../../scenario/load.ts';
import {
  child,
  describe,
  emptyMap,
  isBlank,
  issueAt,
  type LocatedMap,
  parseLocated,
} from '../../scenario/located.ts';
import type { PluginCatalogue, Setting } from '../../scenario/merge.ts';
import type { Scenario } from '../../scenario/sections.ts';
import { type Checked, checkOverrides, checkPoints } from './check-points.ts';
import type { DesignPoint, StudyDesign } from './design.ts';
import type { Factor } from './factor.ts';
import type { Points } from './points.ts';
import { throwIssues } from './problems.ts';
import { type Scheme, schemeNotes } from './scheme.ts';
import { STUDY, STUDY_PARTS, type StudyHead, studyHead } from './study-keys.ts';
import { columnsOf, partsOf, type StudySource } from './study-parts.ts';
import { checkMetrics, checkSize, namesOf } from './study-rules.ts';

export type { StudySource } from './study-parts.ts';

/** Scenarios kept resolved: the arms of the point at hand. */
const CACHE_SIZE = 8;

/**
 * Reads a study from a file.
 *
 * @param path - The YAML file; shown in issues as given.
 * @throws {ScenarioError} with every problem of the study, its scenario and its points.
 */
export function loadStudy(
  path: string,
  options: { readonly plugins: PluginCatalogue },
): StudyDesign {
  const text = readTextFile(path, 'a study file', { file: path, path: 'study' });
  return loadStudyText(text, { ...options, file: path, folder: dirname(resolvePath(path)) });
}

/**
 * Reads a study from text. See {@link loadStudy}.
 *
 * @throws {ScenarioError} with every problem, the study's own first.
 */
export function loadStudyText(text: string, source: StudySource): StudyDesign {
  const issues: InputIssue[] = [];
  const root = rootOf(text, source.file, issues);
  if (root === undefined) throw new ScenarioError(issues);
  const head = studyHead(root, issues);
  const base = scenarioOf(root, head, source, issues);
  const parts = partsOf(text, root, base?.loaded, source, head.maxRuns, issues);
  const { arms, sets, factors, scheme, points, inputs } = parts;
  const ownFiles = new Set([source.file, ...(parts.csvFile === undefined ? [] : [parts.csvFile])]);
  let checked: Checked | undefined;
  if (base !== undefined) {
    const { loaded } = base;
    const trials = { loaded, catalogue: source.plugins, arms, sets, ownFiles };
    const size = (runs: number, unit?: 'windows') =>
      checkSize(root, head, points!, arms, runs, unit, issues);
    if (points === undefined || !size(points.pairCount)) checkOverrides(trials, factors, issues);
    else {
      checked = checkPoints(trials, points.points, columnsOf(factors), issues);
      if (checked.windowCount > points.pairCount) size(checked.windowCount, 'windows');
    }
    checkMetrics(root, head, factors, checked ?? namesOf(source.plugins), issues);
  }
  throwIssues(issues, source.file);
  const done = { base: base!, scheme: scheme!, points: points!, checked: checked! };
  return designOf(head, { ...done, arms, sets, factors, inputs }, source.file);
}

function rootOf(text: string, file: string, issues: InputIssue[]): LocatedMap | undefined {
  const tree = parseLocated(text, file, 'study', issues);
  if (tree === undefined || tree.kind === 'map') return tree;
  if (isBlank(tree)) return emptyMap(tree.place);
  const keys = [...Object.keys(STUDY), ...STUDY_PARTS].join(', ');
  issues.push(issueAt(tree.place, `keys ${keys}`, describe(tree)));
  return undefined;
}

interface Base {
  readonly loaded: LoadedScenario;
  readonly path: string;
}

/** The base scenario; its own problems stand at its own lines. */
function scenarioOf(
  root: LocatedMap,
  head: StudyHead,
  { file, folder, plugins }: StudySource,
  issues: InputIssue[],
): Base | undefined {
  if (head.scenario === undefined) return undefined;
  const path = join(dirname(file), head.scenario);
  const real = resolvePath(folder, head.scenario);
  try {
    const place = child(root, 'scenario')!.place;
    const text = readTextFile(real, `the scenario file ${path}`, place);
    const loaded = loadScenarioText(text, { plugins, file: path, folder: dirname(real) });
    return { loaded, path };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    issues.push(...error.issues);
    return undefined;
  }
}

interface Ready {
  readonly base: Base;
  readonly scheme: Scheme;
  readonly points: Points;
  readonly checked: Checked;
  readonly arms: readonly string[];
  readonly sets: readonly Setting[];
  readonly factors: readonly Factor[];
  readonly inputs: StudyDesign['inputs'];
}

function designOf(head: StudyHead, ready: Ready, file: string): StudyDesign {
  const { base, scheme, points, checked, arms, sets, factors, inputs } = ready;
  const { time, memory } = head.limits;
  const { until, metrics } = head;
  const rule = until && {
    halfWidth: until.halfWidth,
    metrics: until.metrics ?? metrics!,
    replicationsMax: until.replicationsMax,
  };
  const cache = new Map<string, Scenario>();
  return {
    name: head.name,
    file,
    scenario: base.loaded,
    scenarioPath: base.path,
    arms,
    replications: head.replications,
    sets,
    factors: columnsOf(factors),
    points: points.points,
    excludedCount: points.excludedCount,
    runCount: checked.windowCount * head.replications,
    metrics,
    keep: head.keep,
    maxRuns: head.maxRuns,
    limits: {
      ...(time === undefined ? {} : { timeMs: Math.ceil(time / 1000) }),
      ...(memory === undefined ? {} : { memoryMb: Math.ceil(memory / 1e6) }),
    },
    ...(rule === undefined ? {} : { until: rule }),
    notes: schemeNotes(scheme, points.excludedCount),
    inputs,
    resolve(arm: string, point: DesignPoint) {
      const key = `${point.index} ${arm}`;
      const found = cache.get(key);
      if (found !== undefined) return found;
      const scenario = base.loaded.resolve(arm, [...sets, ...point.settingsFor(arm)]);
      if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value!);
      cache.set(key, scenario);
      return scenario;
    },
  };
}

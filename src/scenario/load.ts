/**
 * Scenario files: YAML in, one resolved scenario an arm out, or every problem at once. A misspelt
 * key that is ignored is wrong science, so nothing is; a run never begins on a file with a problem.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve as resolvePath } from 'node:path';
import { formatIssue, type InputIssue, ScenarioError } from '../base/errors.ts';
import { armsOf, protocolOverride } from './arms.ts';
import {
  type CheckedPlugin,
  checkPlugin,
  crossCheck,
  homeIssues,
  placeIssues,
  windowsOf,
} from './checks.ts';
import { BASE_ARM, HEAD, OVERRIDABLE_KEYS, SCHEMA_VERSION, TOP_LEVEL_KEYS } from './keys.ts';
import {
  child,
  describe,
  emptyMap,
  isBlank,
  issueAt,
  type Located,
  type LocatedMap,
  type Place,
  parseLocated,
} from './located.ts';
import {
  applySetting,
  mergeLocated,
  type PluginCatalogue,
  parseSettings,
  type Setting,
  settingPlace,
} from './merge.ts';
import {
  checkKeys,
  didYouMean,
  mapOf,
  pluginKeysOf,
  resolvePlugin,
  resolvePlugins,
  resolveSet,
} from './resolve.ts';
import { type Scenario, SECTIONS } from './sections.ts';

export type { PluginCatalogue } from './merge.ts';

/** How to read a scenario. */
export interface LoadOptions {
  /** Arm to check at once together with the `sets`; the others are checked without them. */
  readonly arm?: string | undefined;
  /** Overrides `path=value` of the command line; they win over arms. */
  readonly sets?: readonly string[] | undefined;
  /** Replaces the file's seed. */
  readonly seed?: number | undefined;
  /** The plug-ins that may be named. */
  readonly plugins: PluginCatalogue;
}

/** A scenario file that is known to be free of problems. */
export interface LoadedScenario {
  /** Arms that may be asked for: those declared, in file order, then the built-in ones. */
  readonly arms: readonly string[];
  /** Arms the file declares, in file order. */
  readonly declaredArms: readonly string[];
  /** Plug-in files the scenario names, relative to its folder. */
  readonly pluginFiles: readonly string[];
  /**
   * The scenario of an arm; the file itself when no arm is given.
   *
   * @param settings - Overrides that win over the arm's and over those of loading, in this order.
   * @throws {ScenarioError} when the arm is unknown or its overrides make the scenario invalid.
   */
  resolve(arm?: string, settings?: readonly Setting[]): Scenario;
  /**
   * Problems of single keys and values under some overrides: unknown paths, wrong units, limits.
   * Rules between keys are left out, since other overrides may yet satisfy them.
   */
  valueIssues(arm: string, settings: readonly Setting[]): readonly InputIssue[];
  /**
   * Checks names given as `--arms`. @throws {ScenarioError} naming each unknown one and its
   * nearest.
   */
  checkArms(names: readonly string[]): void;
  /** Problems of an arm's attacks with the community's homes, at their lines. */
  homeIssues(arm: string | undefined, homeIds: readonly string[]): readonly InputIssue[];
  /** Gives issues of imported data the line of the key their path names, in scenario or study. */
  placeIssues(
    issues: readonly InputIssue[],
    arm?: string,
    settings?: readonly Setting[],
  ): readonly InputIssue[];
}

/**
 * Reads a scenario from a file.
 *
 * @param path - The YAML file; shown in issues as given.
 * @throws {ScenarioError} with every problem, also when the file cannot be read.
 */
export function loadScenario(path: string, options: LoadOptions): LoadedScenario {
  const content = readTextFile(path, 'a scenario file', { file: path, path: 'scenario' });
  return loadScenarioText(content, { ...options, file: path, folder: dirname(resolvePath(path)) });
}

/**
 * Reads a file that a person wrote.
 *
 * @param expected - What the file is, for the issue, e.g. `a scenario file`.
 * @param place - Where the file was named.
 * @throws {ScenarioError} when there is no such file or it cannot be read.
 */
export function readTextFile(path: string, expected: string, place: Place): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as { code?: string }).code ?? 'unreadable';
    throw new ScenarioError([issueAt(place, expected, code === 'ENOENT' ? 'no such file' : code)]);
  }
}

/**
 * Reads a scenario from text. See {@link loadScenario}.
 *
 * @param source.file - Name shown in issues.
 * @param source.folder - Folder that relative paths of the scenario start from.
 */
export function loadScenarioText(
  content: string,
  source: LoadOptions & { readonly file: string; readonly folder: string },
): LoadedScenario {
  const { plugins: catalogue } = source;
  const issues: InputIssue[] = [];
  const root = rootOf(content, source.file, issues);
  const settings = parseSettings(source.sets ?? [], issues);
  if (root === undefined) throw new ScenarioError(issues);
  for (const setting of settings) checkSettingKey(setting, issues);
  checkKeys(root, TOP_LEVEL_KEYS, issues);
  checkVersion(root, issues);
  const arms = armsOf(root, catalogue, issues);
  const declaredArms = [...arms.keys()];
  const names = [...new Set([...declaredArms, ...catalogue.consensus.names])];
  const pluginFiles = pluginFilesOf(root, issues);

  const treeOf = (arm: string | undefined, sets: readonly Setting[], into: InputIssue[]) => {
    let tree: Located = withoutKeys(root, ['arms', 'plugins']);
    if (arm !== undefined && arm !== BASE_ARM) {
      const overrides = arms.get(arm) ?? protocolOverride(arm, { file: '--arm', path: 'scenario' });
      tree = mergeLocated(tree, overrides, '', catalogue);
    }
    let map = tree as LocatedMap;
    for (const setting of sets) map = applySetting(map, setting, catalogue, into);
    return map;
  };
  const resolveArm = (
    arm: string | undefined,
    sets: readonly Setting[],
    into: InputIssue[],
    checkRules = true,
  ) => {
    const known = arm === undefined || arm === BASE_ARM || names.includes(arm);
    if (!known) into.push(unknownArm(arm, names));
    const tree = treeOf(known ? arm : undefined, sets, into);
    // Where arms choose the protocol, the base is checked for what it says, not for a default
    // protocol.
    const chosen = arm !== undefined || declaredArms.length === 0 || into !== issues;
    const checkStake = chosen || child(root, 'consensus') !== undefined;
    return resolveTree(tree, { ...source, arm: arm ?? BASE_ARM, checkStake, checkRules }, into);
  };

  resolveArm(undefined, [], issues);
  for (const arm of declaredArms) resolveArm(arm, [], issues);
  if (source.arm !== undefined || (settings.length > 0 && issues.length > 0)) {
    resolveArm(source.arm, settings, issues);
  }
  throwIfAny(issues);

  return {
    arms: names,
    declaredArms,
    pluginFiles,
    resolve(arm, own = []) {
      const found: InputIssue[] = [];
      for (const setting of own) checkSettingKey(setting, found);
      const scenario = resolveArm(arm, [...settings, ...own], found);
      throwIfAny(found);
      return scenario;
    },
    valueIssues(arm, own) {
      const found: InputIssue[] = [];
      for (const setting of own) checkSettingKey(setting, found);
      resolveArm(arm, [...settings, ...own], found, false);
      return found;
    },
    checkArms(wanted) {
      throwIfAny(wanted.filter((arm) => !names.includes(arm)).map((arm) => unknownArm(arm, names)));
    },
    homeIssues: (arm, homeIds) =>
      homeIssues(resolveArm(arm, settings, []), treeOf(arm, settings, []), homeIds),
    placeIssues(found, arm, own = []) {
      const all = [...settings, ...own];
      const attacks = resolveArm(arm, all, []).fraud.attacks.map(({ name }) => name);
      return placeIssues(found, treeOf(arm, all, []), attacks);
    },
  };
}

/**
 * Paths of the user's own plug-in files, read before the catalogue that contains them exists.
 *
 * @returns Paths as written; empty when there are none or the text has problems, which loading
 *   reports.
 */
export function pluginFilesIn(content: string, file: string): readonly string[] {
  const root = rootOf(content, file, []);
  return root === undefined ? [] : pluginFilesOf(root, []);
}

function rootOf(content: string, file: string, issues: InputIssue[]): LocatedMap | undefined {
  const tree = parseLocated(content, file, 'scenario', issues);
  if (tree === undefined || tree.kind === 'map') return tree;
  if (isBlank(tree)) return emptyMap(tree.place);
  issues.push(issueAt(tree.place, `keys ${TOP_LEVEL_KEYS.join(', ')}`, describe(tree)));
  return undefined;
}

/** Throws the issues, each once: the same line is read again for every arm. */
function throwIfAny(issues: readonly InputIssue[]): void {
  const seen = new Set<string>();
  const unique = issues.filter((issue) => {
    const key = formatIssue(issue);
    return !seen.has(key) && seen.add(key);
  });
  if (unique.length === 0) return;
  const own = (issue: InputIssue) => (issue.line === undefined ? 1 : 0);
  const order = unique.map((issue, index) => ({ issue, index }));
  order.sort(
    (a, b) =>
      own(a.issue) - own(b.issue) ||
      (a.issue.line ?? 0) - (b.issue.line ?? 0) ||
      (a.issue.column ?? 0) - (b.issue.column ?? 0) ||
      a.index - b.index,
  );
  throw new ScenarioError(order.map(({ issue }) => issue));
}

function checkVersion(root: LocatedMap, issues: InputIssue[]): void {
  const node = child(root, 'schemaVersion');
  if (node?.kind === 'scalar' && node.value === SCHEMA_VERSION) return;
  const place = node?.place ?? { ...root.place, path: 'scenario.schemaVersion' };
  const hint = node === undefined ? `add schemaVersion: ${SCHEMA_VERSION}` : undefined;
  issues.push(issueAt(place, String(SCHEMA_VERSION), describe(node), hint));
}

function checkSettingKey(setting: Setting, issues: InputIssue[]): void {
  const key = setting.keys[0] ?? '';
  if (OVERRIDABLE_KEYS.includes(key)) return;
  const expected = `a path that begins with one of ${OVERRIDABLE_KEYS.join(', ')}`;
  const hint = didYouMean(key, OVERRIDABLE_KEYS);
  issues.push(issueAt(settingPlace(setting, 1), expected, key, hint));
}

function unknownArm(arm: string, names: readonly string[]): InputIssue {
  const place: Place = { file: '--arms', path: '' };
  const expected = `an arm, one of ${names.join(', ')}`;
  return issueAt(place, expected, JSON.stringify(arm), didYouMean(arm, names));
}

function withoutKeys(root: LocatedMap, keys: readonly string[]): LocatedMap {
  const entries = new Map(root.entries);
  for (const key of keys) entries.delete(key);
  return { ...root, entries };
}

function pluginFilesOf(root: LocatedMap, issues: InputIssue[]): readonly string[] {
  const node = child(root, 'plugins');
  if (isBlank(node)) return [];
  const expected = 'a list of plug-in files, e.g. [./my-detector.js]';
  if (node!.kind !== 'list') {
    issues.push(issueAt(node!.place, expected, describe(node)));
    return [];
  }
  return node!.items.flatMap((item) => {
    if (item.kind === 'scalar' && typeof item.value === 'string') return [item.value];
    issues.push(issueAt(item.place, 'the path of a plug-in file', describe(item)));
    return [];
  });
}

/** Resolves every section of a merged tree and checks it as a whole. */
function resolveTree(
  root: LocatedMap,
  source: LoadOptions & {
    readonly folder: string;
    readonly arm: string;
    readonly checkStake: boolean;
    readonly checkRules: boolean;
  },
  issues: InputIssue[],
): Scenario {
  const { plugins: catalogue } = source;
  const { schemaVersion: _version, ...headSet } = HEAD;
  const rest = [...root.entries.keys()].filter((key) => !(key in headSet));
  const head = resolveSet(headSet, withoutKeys(root, rest), issues);
  const scenario: Record<string, unknown> = {
    name: head.name,
    seed: source.seed ?? head.seed,
    arm: source.arm,
    folder: source.folder,
  };
  for (const [section, set] of Object.entries(SECTIONS)) {
    const place: Place = { ...root.place, path: `scenario.${section}` };
    const map = mapOf(child(root, section), place, `the keys of ${section}`, issues);
    const leaves = pluginKeysOf(section);
    const plain = withoutKeys(
      map,
      leaves.map(({ leaf }) => leaf),
    );
    const values = resolveSet(set, plain, issues);
    for (const { key, leaf } of leaves) {
      const node = map.entries.get(leaf)?.value;
      values[leaf] = resolvePlugin(key, node, map.place, catalogue, issues);
    }
    scenario[section] = values;
  }
  for (const key of ['population', 'consensus'] as const) {
    scenario[key] = resolvePlugin(key, child(root, key), root.place, catalogue, issues);
  }
  const fraud = mapOf(child(root, 'fraud'), root.place, 'the keys of fraud', issues);
  checkKeys(fraud, ['attacks', 'adversaries', 'detectors', 'response'], issues);
  scenario.fraud = {
    attacks: resolvePlugins('attacks', child(fraud, 'attacks'), catalogue, issues),
    adversaries: resolvePlugins('adversaries', child(fraud, 'adversaries'), catalogue, issues),
    detectors: resolvePlugins('detectors', child(fraud, 'detectors'), catalogue, issues),
    response: resolvePlugin('response', child(fraud, 'response'), fraud.place, catalogue, issues),
  };
  if (!source.checkRules) return scenario as unknown as Scenario;
  const horizon = scenario.horizon as Scenario['horizon'];
  scenario.windows = windowsOf(horizon, root, issues);
  const resolved = scenario as unknown as Scenario;
  // A value that did not resolve has its issue; rules between keys hold for those that did.
  crossCheck(resolved, root, issues, source.checkStake);
  checkNodePlugins(resolved, root, catalogue, issues);
  return resolved;
}

/** Rules of plug-ins that depend on the number of full nodes. */
function checkNodePlugins(
  scenario: Scenario,
  root: LocatedMap,
  catalogue: PluginCatalogue,
  issues: InputIssue[],
): void {
  // Options that did not resolve have their issues; a rule over them would only confuse.
  if (issues.length > 0) return;
  const { nodes } = scenario.network;
  const protocol = catalogue.consensus.find(scenario.consensus.name) as CheckedPlugin | undefined;
  checkPlugin('consensus', scenario.consensus, protocol, nodes, root, issues);
  scenario.fraud.adversaries.forEach((choice, index) => {
    const adversary = catalogue.adversaries.find(choice.name) as CheckedPlugin | undefined;
    checkPlugin(`fraud.adversaries.${index}`, choice, adversary, nodes, root, issues);
  });
}

/**
 * From located text to values: one walk over an option set that fills in defaults, converts units,
 * checks limits and names every key it does not know. It never stops at the first problem.
 */
import { type InputIssue, nearestWord } from '../base/errors.ts';
import type { Option, OptionSet } from '../base/options.ts';
import { type Dimension, parseQuantity, quantity, unitsOf } from '../base/quantity.ts';
import {
  describe,
  emptyMap,
  isBlank,
  issueAt,
  type Located,
  type LocatedMap,
  type Place,
} from './located.ts';
import { asPluginMap, PLUGIN_KEY_NAMES, type PluginCatalogue, type PluginKey } from './merge.ts';
import { PLUGIN_KEYS, type PluginChoice } from './sections.ts';

/** A value of a dimension as text in the largest unit that keeps it short, e.g. `15 min`. */
export function formatQuantity(value: number, dimension: Dimension): string {
  if (dimension === 'fraction') return String(value);
  if (value === 0) return `0 ${unitsOf(dimension)[0]}`;
  let best = '';
  let bestFactor = -1;
  for (const unit of unitsOf(dimension)) {
    const factor = quantity(`1 ${unit}`, dimension);
    const text = `${Number((value / factor).toPrecision(15))} ${unit}`;
    const shorter = text.length - unit.length < best.length || best === '';
    const exact = quantity(text, dimension) === value;
    const whole = Number.isInteger(Number(text.split(' ')[0]));
    if (exact && (whole || shorter) && (best === '' || (whole && factor > bestFactor))) {
      best = text;
      bestFactor = factor;
    }
  }
  return best;
}

/** What an option expects, in words with unit and limits. */
export function expectationOf(option: Option<unknown>): string {
  const bound = (value: number) =>
    option.dimension === undefined ? String(value) : formatQuantity(value, option.dimension);
  const limits = [
    option.min === undefined ? '' : `at least ${bound(option.min)}`,
    option.max === undefined ? '' : `at most ${bound(option.max)}`,
  ]
    .filter((part) => part !== '')
    .join(' and ');
  const tail = limits === '' ? '' : `, ${limits}`;
  switch (option.kind) {
    case 'quantity':
      return `a ${option.dimension} with unit (${unitsOf(option.dimension!).join(', ')})${tail}`;
    case 'number':
      return `a number${tail}`;
    case 'integer':
      return `an integer${tail}`;
    case 'boolean':
      return 'true or false';
    case 'text':
      return 'text';
    case 'choice':
      return `one of ${option.choices!.join(', ')}`;
    case 'list':
      return `a list${option.min === undefined ? '' : ` of at least ${option.min}`}`;
    case 'group':
      return `keys ${Object.keys(option.group!).join(', ')}`;
  }
}

/** Turns a near word into a hint. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const near = nearestWord(word, known);
  return near === undefined ? undefined : `did you mean ${near}?`;
}

/** Reports the keys of a map that are not known, each with its nearest word. */
export function checkKeys(map: LocatedMap, known: readonly string[], issues: InputIssue[]): void {
  for (const [key, entry] of map.entries) {
    if (known.includes(key)) continue;
    const expected = known.length === 0 ? 'no keys here' : `one of ${known.join(', ')}`;
    issues.push(
      issueAt(entry.key, expected, `unknown key ${JSON.stringify(key)}`, didYouMean(key, known)),
    );
  }
}

/** The place a missing key is reported at: its parent's, with the key's path. */
function missingPlace(parent: Place, key: string): Place {
  return { ...parent, path: `${parent.path}.${key}` };
}

/** A value as a map: blank is empty; anything else is an issue and reads as empty. */
export function mapOf(
  node: Located | undefined,
  parent: Place,
  expected: string,
  issues: InputIssue[],
): LocatedMap {
  if (node?.kind === 'map') return node;
  if (isBlank(node)) return emptyMap(node?.place ?? parent);
  issues.push(issueAt(node!.place, expected, describe(node)));
  return emptyMap(node!.place);
}

/**
 * Resolves the keys of an option set from a map.
 *
 * @param map - Keys as written; keys in `others` are left to the caller.
 * @param issues - Receives every problem; on a problem the value is the default (or undefined).
 */
export function resolveSet(
  set: OptionSet,
  map: LocatedMap,
  issues: InputIssue[],
  others: readonly string[] = [],
): Record<string, unknown> {
  checkKeys(map, [...Object.keys(set), ...others], issues);
  const values: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(set)) {
    const place = missingPlace(map.place, key);
    values[key] = resolveOption(option, map.entries.get(key)?.value, place, issues);
  }
  return values;
}

function resolveOption(
  option: Option<unknown>,
  node: Located | undefined,
  parent: Place,
  issues: InputIssue[],
): unknown {
  if (node === undefined) {
    if (option.optional) return undefined;
    if (option.kind === 'group') return resolveSet(option.group!, emptyMap(parent), issues);
    if (option.fallback !== undefined) return option.fallback;
    issues.push(issueAt(parent, expectationOf(option), 'nothing', 'this key is required'));
    return undefined;
  }
  const refuse = (got: string, hint?: string): unknown => {
    issues.push(issueAt(node.place, expectationOf(option), got, hint));
    return option.fallback;
  };
  if (option.kind === 'group') {
    if (node.kind === 'map') return resolveSet(option.group!, node, issues);
    return isBlank(node) && !option.optional
      ? resolveSet(option.group!, emptyMap(node.place), issues)
      : refuse(describe(node));
  }
  if (option.kind === 'list') {
    if (node.kind !== 'list') return refuse(describe(node), 'write [a, b] or one "- a" a line');
    const short = option.min !== undefined && node.items.length < option.min;
    if (short || (option.max !== undefined && node.items.length > option.max)) {
      return refuse(describe(node));
    }
    return node.items.map((item) => resolveOption(option.item!, item, item.place, issues));
  }
  if (node.kind !== 'scalar') return refuse(describe(node));
  return resolveScalar(option, node.value, refuse);
}

function resolveScalar(
  option: Option<unknown>,
  value: string | number | boolean | null,
  refuse: (got: string, hint?: string) => unknown,
): unknown {
  const got =
    value === null ? 'nothing' : typeof value === 'string' ? JSON.stringify(value) : String(value);
  switch (option.kind) {
    case 'quantity': {
      const parsed = parseQuantity(value, option.dimension!);
      if ('value' in parsed) return limited(option, parsed.value, got, refuse);
      const bare = typeof value === 'number' || /^\s*[-+.\d]+\s*$/.test(String(value));
      return refuse(bare ? `${got} without a unit` : got, unitHint(value, option.dimension!));
    }
    case 'number':
    case 'integer': {
      const fits = option.kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
      return typeof value === 'number' && fits
        ? limited(option, value, got, refuse)
        : refuse(got, typeof value === 'string' ? 'write it without unit or quotes' : undefined);
    }
    case 'boolean':
      return typeof value === 'boolean' ? value : refuse(got);
    case 'choice':
      return typeof value === 'string' && option.choices!.includes(value)
        ? value
        : refuse(got, didYouMean(String(value), option.choices!));
    default:
      return typeof value === 'string' && value !== ''
        ? value
        : refuse(got, typeof value === 'number' ? 'put it in quotes' : undefined);
  }
}

/** The unit meant by a misspelt one, e.g. `kw` for `kW`. */
function unitHint(value: unknown, dimension: Dimension): string | undefined {
  const unit = /[^\s\d.+-].*$/.exec(String(value))?.[0];
  return unit === undefined || typeof value !== 'string'
    ? undefined
    : didYouMean(unit, unitsOf(dimension));
}

function limited(
  option: Option<unknown>,
  value: number,
  got: string,
  refuse: (got: string) => unknown,
): unknown {
  const low = option.min !== undefined && value < option.min;
  const high = option.max !== undefined && value > option.max;
  return low || high ? refuse(got) : value;
}

/** Resolves one plug-in value: a name or code, or a map of a name and options. */
export function resolvePlugin(
  key: PluginKey,
  node: Located | undefined,
  parent: Place,
  catalogue: PluginCatalogue,
  issues: InputIssue[],
): PluginChoice {
  const registry = catalogue[key];
  const { noun, many } = PLUGIN_KEYS[key];
  const fallback: string = PLUGIN_KEYS[key].fallback;
  const written = isBlank(node) ? emptyMap(node?.place ?? parent) : asPluginMap(node!);
  if (written.kind !== 'map') {
    issues.push(issueAt(written.place, `a ${noun}: a name or { name, options }`, describe(node)));
    return { name: fallback, options: {} };
  }
  const nameNode = written.entries.get('name')?.value;
  if (nameNode === undefined && many) {
    const place = missingPlace(written.place, 'name');
    issues.push(issueAt(place, `the name of a ${noun}`, 'nothing', 'this key is required'));
    return { name: '', options: {} };
  }
  const name =
    nameNode === undefined ? fallback : nameNode.kind === 'scalar' ? String(nameNode.value) : '';
  const plugin = registry.find(name);
  if (plugin === undefined) {
    const codes = registry.all.flatMap((known) => known.code ?? []);
    const hint = didYouMean(name, [...registry.names, ...codes]);
    const expected = `a ${noun}, one of ${registry.names.join(', ')}`;
    issues.push(issueAt(nameNode?.place ?? parent, expected, describe(nameNode), hint));
    return { name, options: {} };
  }
  const entries = new Map(written.entries);
  entries.delete('name');
  const options = resolveSet(plugin.options(), { ...written, entries }, issues);
  return { name: plugin.name, options };
}

/** Resolves a list of plug-ins; blank is an empty list. */
export function resolvePlugins(
  key: PluginKey,
  node: Located | undefined,
  catalogue: PluginCatalogue,
  issues: InputIssue[],
): PluginChoice[] {
  if (isBlank(node)) return [];
  if (node!.kind !== 'list') {
    const expected = `a list of ${PLUGIN_KEYS[key].noun}s`;
    issues.push(issueAt(node!.place, expected, describe(node), 'write [a, b] or one "- a" a line'));
    return [];
  }
  return node!.items.map((item) => resolvePlugin(key, item, item.place, catalogue, issues));
}

/**
 * Plug-in keys that live in a section, by their last key (`grid` has `feeder`, `lossAllocation`).
 */
export function pluginKeysOf(section: string): readonly { key: PluginKey; leaf: string }[] {
  return PLUGIN_KEY_NAMES.flatMap((key) => {
    const path: readonly string[] = PLUGIN_KEYS[key].path;
    return path[0] === section && path[1] !== undefined ? [{ key, leaf: path[1] }] : [];
  });
}

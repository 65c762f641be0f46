/**
 * Overrides over a base: arms and `--set`. Maps merge key by key, everything else replaces; a
 * plug-in value is a map with a name, and another name replaces it whole, so that no option of the
 * old plug-in is left behind.
 */
import type { InputIssue } from '../base/errors.ts';
import type { PluginHead, Registry } from '../base/plugin.ts';
import {
  emptyMap,
  isBlank,
  issueAt,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type Place,
  parseLocated,
} from './located.ts';
import { PLUGIN_KEYS } from './sections.ts';

/** The plug-ins a scenario may name, by key; the composition root puts it together. */
export type PluginCatalogue = Readonly<Record<keyof typeof PLUGIN_KEYS, Registry<PluginHead>>>;

/** A key of {@link PLUGIN_KEYS}. */
export type PluginKey = keyof typeof PLUGIN_KEYS;

/** All plug-in keys, in the order of the docs. */
export const PLUGIN_KEY_NAMES = Object.keys(PLUGIN_KEYS) as readonly PluginKey[];

/**
 * The plug-in key whose plug-in stands at a dotted path below the root: `grid.feeder`, or
 * `fraud.attacks.0` for an item of a list. Undefined elsewhere.
 */
export function pluginKeyAt(path: string): PluginKey | undefined {
  const item = /\.\d+$/.exec(path);
  const bare = item === null ? path : path.slice(0, item.index);
  return PLUGIN_KEY_NAMES.find(
    (key) => PLUGIN_KEYS[key].path.join('.') === bare && PLUGIN_KEYS[key].many === (item !== null),
  );
}

/**
 * A plug-in value as a map: the scalar `pow` means `{ name: pow }`; other values stay as they are.
 */
export function asPluginMap(node: Located): Located {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return node;
  const entries = new Map<string, LocatedEntry>([['name', { key: node.place, value: node }]]);
  return { kind: 'map', place: node.place, entries };
}

/** Registry name of a plug-in map; its text when unknown, the key's default when it has no name. */
function pluginNameOf(node: Located, key: PluginKey, catalogue: PluginCatalogue): string {
  const name = node.kind === 'map' ? node.entries.get('name')?.value : undefined;
  if (name === undefined) return PLUGIN_KEYS[key].fallback;
  if (name.kind !== 'scalar') return '';
  return catalogue[key].find(String(name.value))?.name ?? String(name.value);
}

/**
 * Merges an override over a base.
 *
 * @param path - Dotted path below the root, without list indices; empty at the root.
 * @returns A tree whose every value keeps the place it was written at. A blank override keeps the
 *   base.
 */
export function mergeLocated(
  base: Located | undefined,
  override: Located,
  path: string,
  catalogue: PluginCatalogue,
): Located {
  if (base === undefined) return override;
  if (isBlank(override)) return base;
  const key = pluginKeyAt(path);
  if (key !== undefined) {
    const over = asPluginMap(override);
    const under = asPluginMap(base);
    const named = over.kind === 'map' && over.entries.has('name');
    const same = pluginNameOf(over, key, catalogue) === pluginNameOf(under, key, catalogue);
    if (named && !same) return over;
    return mergeMaps(under, over, path, catalogue);
  }
  return mergeMaps(base, override, path, catalogue);
}

function mergeMaps(
  base: Located,
  override: Located,
  path: string,
  catalogue: PluginCatalogue,
): Located {
  if (base.kind !== 'map' || override.kind !== 'map') return override;
  const entries = new Map(base.entries);
  for (const [key, entry] of override.entries) {
    const under = entries.get(key)?.value;
    const inner = path === '' ? key : `${path}.${key}`;
    entries.set(key, { key: entry.key, value: mergeLocated(under, entry.value, inner, catalogue) });
  }
  return { kind: 'map', place: base.place, entries };
}

/** One override of a scenario: a `--set path=value`, or a value of a study. */
export interface Setting {
  readonly keys: readonly string[];
  readonly value: Located;
  /** Where the path was written, for a study; the command line where undefined. */
  readonly place?: Place | undefined;
}

/** Where the first keys of a setting's path stand. */
export function settingPlace({ keys, place }: Setting, depth = keys.length): Place {
  return place ?? { file: '--set', path: `scenario.${keys.slice(0, depth).join('.')}` };
}

/**
 * Parses `--set` texts such as `consensus.blockInterval=15 s` or `fraud.attacks.0.actors=2`.
 *
 * @param issues - Receives texts without `=` or with a value that is not YAML.
 */
export function parseSettings(texts: readonly string[], issues: InputIssue[]): Setting[] {
  const settings: Setting[] = [];
  for (const text of texts) {
    const at = text.indexOf('=');
    const path = at < 0 ? text.trim() : text.slice(0, at).trim();
    const keys = path.split('.');
    if (at < 0 || keys.some((key) => key === '')) {
      const place = { file: '--set', path };
      issues.push(issueAt(place, 'path=value, e.g. seed=7', JSON.stringify(text)));
      continue;
    }
    const found: InputIssue[] = [];
    const value = parseLocated(text.slice(at + 1), '--set', `scenario.${path}`, found);
    issues.push(...found);
    if (found.length > 0) continue;
    if (value === undefined) continue;
    if (isBlank(value) || (value.kind === 'map' && value.entries.size === 0)) {
      issues.push(issueAt({ file: '--set', path: `scenario.${path}` }, 'a value', 'nothing'));
      continue;
    }
    settings.push({ keys, value: withoutLines(value) });
  }
  return settings;
}

/** Command-line values have no line: the flag is their place. */
function withoutLines(node: Located): Located {
  const bare = (place: Place): Place => ({ file: place.file, path: place.path });
  if (node.kind === 'list') {
    return { kind: 'list', place: bare(node.place), items: node.items.map(withoutLines) };
  }
  if (node.kind === 'scalar') return { ...node, place: bare(node.place) };
  const entries = new Map<string, LocatedEntry>();
  for (const [key, entry] of node.entries) {
    entries.set(key, { key: bare(entry.key), value: withoutLines(entry.value) });
  }
  return { kind: 'map', place: bare(node.place), entries };
}

/**
 * Puts one setting over a tree. A path through a list names an existing index; a path through a
 * plug-in's name keeps the name and adds the option.
 */
export function applySetting(
  root: LocatedMap,
  setting: Setting,
  catalogue: PluginCatalogue,
  issues: InputIssue[],
): LocatedMap {
  const walk = (node: Located | undefined, depth: number, path: string): Located => {
    const key = setting.keys[depth];
    const place = settingPlace(setting, depth + 1);
    if (key === undefined) return mergeLocated(node, setting.value, path, catalogue);
    if (node?.kind === 'list') {
      const index = Number(key);
      const item = node.items[index];
      if (item === undefined) {
        const range = node.items.length === 0 ? 'none' : `0 to ${node.items.length - 1}`;
        issues.push(issueAt(place, `an index of the list (${range})`, key));
        return node;
      }
      const items = [...node.items];
      items[index] = walk(item, depth + 1, `${path}.${key}`);
      return { ...node, items };
    }
    const open = pluginKeyAt(path) === undefined || node === undefined ? node : asPluginMap(node);
    const map = open?.kind === 'map' ? open : emptyMap(place);
    const entries = new Map(map.entries);
    const inner = path === '' ? key : `${path}.${key}`;
    const value = walk(entries.get(key)?.value, depth + 1, inner);
    entries.set(key, { key: place, value });
    return { ...map, entries };
  };
  return walk(root, 0, '') as LocatedMap;
}

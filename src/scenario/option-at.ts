/** What stands at a dotted path of a scenario: its unit, its limits and its meaning. */
import type { Option, OptionSet } from '../base/options.ts';
import { HEAD } from './keys.ts';
import { type PluginCatalogue, pluginKeyAt } from './merge.ts';
import { type PluginChoice, type Scenario, SECTIONS } from './sections.ts';

/**
 * The option at a path, for a scenario whose plug-ins are chosen.
 *
 * @param keys - Path below the root, list items by index, e.g. `fraud`, `attacks`, `0`, `alpha`.
 * @param scenario - Resolved; says which plug-in's options stand under a plug-in key.
 * @returns Undefined where the path names a section, a plug-in itself, or nothing.
 */
export function optionAt(
  keys: readonly string[],
  scenario: Scenario,
  catalogue: PluginCatalogue,
): Option<unknown> | undefined {
  for (let length = 1; length < keys.length; length++) {
    const path = keys.slice(0, length);
    const key = pluginKeyAt(path.join('.'));
    if (key === undefined) continue;
    const choice = valueAt(scenario, path) as PluginChoice | undefined;
    const plugin = choice === undefined ? undefined : catalogue[key].find(choice.name);
    return plugin === undefined ? undefined : within(plugin.options(), keys.slice(length));
  }
  const first = keys[0] ?? '';
  if (Object.hasOwn(HEAD, first)) return keys.length === 1 ? within(HEAD, keys) : undefined;
  const sections: Readonly<Record<string, OptionSet>> = SECTIONS;
  return Object.hasOwn(sections, first) ? within(sections[first]!, keys.slice(1)) : undefined;
}

function valueAt(scenario: Scenario, path: readonly string[]): unknown {
  let value: unknown = scenario;
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}

/** Walks option sets, groups and lists. */
function within(set: OptionSet, keys: readonly string[]): Option<unknown> | undefined {
  let options: OptionSet | undefined = set;
  let option: Option<unknown> | undefined;
  for (const key of keys) {
    if (option?.kind === 'list') option = /^\d+$/.test(key) ? option.item : undefined;
    else if (options === undefined || !Object.hasOwn(options, key)) return undefined;
    else option = options[key];
    if (option === undefined) return undefined;
    options = option.kind === 'group' ? option.group : undefined;
  }
  return option;
}

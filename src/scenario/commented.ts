/**
 * The scenario that `peerwatt init` writes: every key at its default, with what it means and in
 * which unit, so that a person edits instead of looking up.
 */
import type { Option, OptionSet } from '../base/options.ts';
import { unitsOf } from '../base/quantity.ts';
import { HEAD, SCHEMA_VERSION, TOP_LEVEL_KEYS } from './keys.ts';
import { PLUGIN_KEY_NAMES, type PluginCatalogue, type PluginKey } from './merge.ts';
import { expectationOf, formatQuantity, pluginKeysOf } from './resolve.ts';
import { PLUGIN_KEYS, SECTIONS } from './sections.ts';

/** Keys without a default that a first scenario needs. */
const EXAMPLES: Readonly<Record<string, string>> = {
  'horizon.start': '2024-06-03T00:00+08:00',
  'horizon.days': '1',
};

/** Keys that contradict another default and are shown as comments. */
const HIDDEN: readonly string[] = ['settlement.band', 'settlement.rate'];

function valueText(option: Option<unknown>, value: unknown): string {
  if (option.kind === 'quantity') {
    return option.fallbackText || formatQuantity(value as number, option.dimension!);
  }
  if (option.kind === 'list') {
    const item = option.item!;
    const texts = (value as readonly unknown[]).map((inner) =>
      item.kind === 'quantity'
        ? formatQuantity(inner as number, item.dimension!)
        : JSON.stringify(inner),
    );
    return `[${texts.join(', ')}]`;
  }
  const text = String(value);
  return option.kind === 'text' && !/^[A-Za-z][\w-]*$/.test(text) ? JSON.stringify(text) : text;
}

function comment(option: Option<unknown>): string {
  const unit =
    option.kind === 'quantity'
      ? `[${unitsOf(option.dimension!).join(', ')}]`
      : option.kind === 'choice'
        ? `[${option.choices!.join(' | ')}]`
        : '';
  const words = [option.doc, unit].filter((part) => part !== '').join(' ');
  return words === '' ? '' : `  # ${words}`;
}

function setLines(set: OptionSet, indent: string, path: string): string[] {
  return Object.entries(set).flatMap(([key, option]) => {
    const own = `${path}.${key}`;
    const example = EXAMPLES[own];
    if (example !== undefined) return [`${indent}${key}: ${example}${comment(option)}`];
    if (option.kind === 'group' && !option.optional) {
      const doc = option.doc === '' ? '' : `  # ${option.doc}`;
      return [`${indent}${key}:${doc}`, ...setLines(option.group!, `${indent}  `, own)];
    }
    if (option.fallback === undefined) {
      return [`${indent}# ${key}: ${expectationOf(option)}${comment(option)}`];
    }
    const mark = HIDDEN.includes(own) ? '# ' : '';
    return [`${indent}${mark}${key}: ${valueText(option, option.fallback)}${comment(option)}`];
  });
}

function pluginLines(key: PluginKey, leaf: string, indent: string, catalogue: PluginCatalogue) {
  const registry = catalogue[key];
  const known = registry.names.join(' | ');
  const { noun, many } = PLUGIN_KEYS[key];
  if (many) return [`${indent}${leaf}: []  # each a ${noun}: ${known}`];
  const plugin = registry.get(PLUGIN_KEYS[key].fallback);
  return [
    `${indent}${leaf}:`,
    `${indent}  name: ${plugin.name}  # ${noun}: ${known}`,
    ...setLines(plugin.options(), `${indent}  `, leaf),
  ];
}

function keyLines(key: string, catalogue: PluginCatalogue): string[] {
  if (key === 'schemaVersion') return [`schemaVersion: ${SCHEMA_VERSION}`];
  if (key === 'name') return [`name: my-scenario  # ${HEAD.name.doc}`];
  if (key === 'seed') return [`seed: ${HEAD.seed.fallback}  # ${HEAD.seed.doc}`];
  if (key === 'arms') {
    return [
      '# Each arm is a set of overrides of this file; an arm named after a protocol runs it.',
      `# Built in: ${catalogue.consensus.names.join(', ')}.`,
      'arms: {}',
    ];
  }
  if (key === 'plugins') return ['# Your own plug-ins, e.g. [./my-detector.js]', 'plugins: []'];
  const top = PLUGIN_KEY_NAMES.find((name) => PLUGIN_KEYS[name].path.join('.') === key);
  if (top !== undefined) return pluginLines(top, key, '', catalogue);
  const set = (SECTIONS as Readonly<Record<string, OptionSet>>)[key] ?? {};
  const lines = [
    ...setLines(set, '  ', key),
    ...pluginKeysOf(key).flatMap((inner) => pluginLines(inner.key, inner.leaf, '  ', catalogue)),
  ];
  return lines.length === 0 ? [`${key}: {}`] : [`${key}:`, ...lines];
}

/**
 * A scenario with every key, its default, its unit and its meaning. It loads without problems.
 *
 * @param catalogue - The plug-ins that may be named; the default ones are written out.
 */
export function commentedScenario(catalogue: PluginCatalogue): string {
  const head = [
    '# A Peerwatt scenario. Values carry their unit. A key that is left out has the value shown here;',
    '# unknown keys are errors. Series are CSV files, never YAML.',
  ];
  const body = TOP_LEVEL_KEYS.flatMap((key) => ['', ...keyLines(key, catalogue)]);
  return `${[...head, ...body].join('\n')}\n`;
}

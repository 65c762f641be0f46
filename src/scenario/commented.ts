/**
 * The scenario that `peerwatt init` writes: every key at its default, with what it means and in
 * which unit, so that a person edits instead of looking up. The long form, scenarios/everything.yaml,
 * spells out the plug-ins of lists and all alternatives, too.
 */
import type { Option, OptionSet } from '../base/options.ts';
import type { PluginHead } from '../base/plugin.ts';
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
    const inner = itemLines(option, indent, own);
    if (option.fallback === undefined) {
      return [`${indent}# ${key}: ${expectationOf(option)}${comment(option)}`, ...inner];
    }
    const mark = HIDDEN.includes(own) ? '# ' : '';
    return [
      `${indent}${mark}${key}: ${valueText(option, option.fallback)}${comment(option)}`,
      ...inner,
    ];
  });
}

/** Keys of a group that a list holds, or that may be left out as a whole: as comments. */
function itemLines(option: Option<unknown>, indent: string, path: string): string[] {
  const isList = option.kind === 'list';
  const group = isList ? option.item!.group : option.group;
  if (group === undefined) return [];
  const lines = asComment(setLines(group, '', path), `${indent}#   ${isList ? '  ' : ''}`);
  return isList ? [lines[0]!.replace('#     ', '#   - '), ...lines.slice(1)] : lines;
}

/** Lines behind a comment sign; a line that has one keeps it, for it has no value to set. */
function asComment(lines: readonly string[], mark: string): string[] {
  return lines.map((line) => `${mark}${line}`);
}

/** How much is written of plug-ins. */
type Extent = 'chosen' | 'all';

const headOf = ({ name, summary, code }: PluginHead) =>
  `name: ${name}  # ${summary}${code === undefined ? '' : ` [${code}]`}`;

function pluginLines(
  key: PluginKey,
  leaf: string,
  indent: string,
  catalogue: PluginCatalogue,
  extent: Extent,
) {
  const registry = catalogue[key];
  const all: readonly PluginHead[] = registry.all;
  const known = registry.names.join(' | ');
  const { noun, many, fallback } = PLUGIN_KEYS[key];
  if (many) {
    const items =
      extent === 'all' ? all.flatMap((plugin) => alternative(plugin, indent, true)) : [];
    return [`${indent}${leaf}: []  # of each ${noun}, name and options: ${known}`, ...items];
  }
  const plugin = registry.get(fallback);
  const others = all.filter((other) => extent === 'all' && other !== plugin);
  return [
    `${indent}${leaf}:`,
    `${indent}  name: ${plugin.name}  # ${noun}: ${known}`,
    ...setLines(plugin.options(), `${indent}  `, leaf),
    ...others.flatMap((other) => alternative(other, indent, false)),
  ];
}

/** A plug-in that is not chosen, with its options, as comments. */
function alternative(plugin: PluginHead, indent: string, isItem: boolean): string[] {
  const head = `${indent}# ${isItem ? '- ' : '  '}${headOf(plugin)}`;
  return [head, ...asComment(setLines(plugin.options(), '', plugin.name), `${indent}#   `)];
}

function keyLines(key: string, catalogue: PluginCatalogue, extent: Extent): string[] {
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
  if (top !== undefined) return pluginLines(top, key, '', catalogue, extent);
  const set = (SECTIONS as Readonly<Record<string, OptionSet>>)[key] ?? {};
  const lines = [
    ...setLines(set, '  ', key),
    ...pluginKeysOf(key).flatMap((inner) =>
      pluginLines(inner.key, inner.leaf, '  ', catalogue, extent),
    ),
  ];
  return lines.length === 0 ? [`${key}: {}`] : [`${key}:`, ...lines];
}

/**
 * A scenario with every key, its default, its unit and its meaning. It loads without problems.
 *
 * @param catalogue - The plug-ins that may be named; the default ones are written out.
 * @param extent - `all` writes the other plug-ins with their options, too, as comments.
 */
export function commentedScenario(catalogue: PluginCatalogue, extent: Extent = 'chosen'): string {
  const head = [
    '# A Peerwatt scenario. Values carry their unit. A key that is left out has the value shown here;',
    '# unknown keys are errors. Series are CSV files, never YAML.',
  ];
  const body = TOP_LEVEL_KEYS.flatMap((key) => ['', ...keyLines(key, catalogue, extent)]);
  return `${[...head, ...body].join('\n')}\n`;
}

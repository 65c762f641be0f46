/** All parameters of a resolved scenario with the options that stand behind them. */
import type { Option, OptionSet } from '../../../base/options.ts';
import { parseQuantity } from '../../../base/quantity.ts';
import { HEAD, TOP_LEVEL_KEYS } from '../../../scenario/keys.ts';
import { PLUGIN_KEY_NAMES, type PluginKey } from '../../../scenario/merge.ts';
import { formatQuantity, pluginKeysOf } from '../../../scenario/resolve.ts';
import { PLUGIN_KEYS, SECTIONS } from '../../../scenario/sections.ts';
import { catalogue } from '../../../simulation/catalogue.ts';
import { partOf, type Settings } from './study-tables.ts';

/** A parameter of one scenario. */
export interface Parameter {
  /** Dotted, as `--set` takes it. */
  readonly path: string;
  /** As a scenario would write it, with its unit; empty where it is not set. */
  readonly text: string;
  /** The default, written alike; empty where there is none. */
  readonly defaultText: string;
  readonly isDefault: boolean;
  /** Dimension or kind of value: `duration`, `integer`, `choice`. */
  readonly kind: string;
  readonly meaning: string;
}

/** A value as a scenario would write it. */
export function parameterText(option: Option<unknown> | undefined, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) {
    return `[${value.map((item) => parameterText(option?.item, item)).join(', ')}]`;
  }
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(
      ([key, inner]) => `${key}: ${parameterText(option?.group?.[key], inner)}`,
    );
    return `{ ${entries.join(', ')} }`;
  }
  if (typeof value !== 'number' || option?.dimension === undefined) return String(value);
  if (option.dimension !== 'fraction') return formatQuantity(value, option.dimension);
  const percent = `${Number((100 * value).toPrecision(12))} %`;
  const parsed = parseQuantity(percent, 'fraction');
  return 'value' in parsed && parsed.value === value ? percent : String(value);
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function leaf(path: string, option: Option<unknown>, value: unknown): Parameter {
  const isDefault = same(value, option.fallback);
  // Quantities keep the words of their author: `0 s`, not `0 us`.
  const isWritten = option.fallbackText !== '' && option.kind !== 'list';
  const defaultText = isWritten ? option.fallbackText : parameterText(option, option.fallback);
  return {
    path,
    text: isDefault && value !== undefined ? defaultText : parameterText(option, value),
    defaultText,
    isDefault,
    kind: option.dimension ?? option.kind,
    meaning: option.doc,
  };
}

function ofSet(set: OptionSet, values: Settings, path: string): readonly Parameter[] {
  return Object.entries(set).flatMap(([key, option]) => {
    const own = `${path}.${key}`;
    const isGroup = option.kind === 'group' && (!option.optional || values[key] !== undefined);
    if (isGroup) return ofSet(option.group!, partOf(values, key), own);
    return [leaf(own, option, values[key])];
  });
}

/** A plug-in and its options; of a plug-in that is not built in the values alone are known. */
function ofPlugin(key: PluginKey, path: string, choice: Settings): readonly Parameter[] {
  const { noun, many, fallback } = PLUGIN_KEYS[key];
  const name = String(choice['name'] ?? '');
  const plugin = catalogue[key].find(name);
  const head: Parameter = {
    path: `${path}.name`,
    text: name,
    defaultText: many ? '' : fallback,
    isDefault: !many && name === fallback,
    kind: noun,
    meaning: plugin?.summary ?? '',
  };
  const options = partOf(choice, 'options');
  if (plugin !== undefined) return [head, ...ofSet(plugin.options(), options, path)];
  const values = Object.entries(options).map(([option, value]): Parameter => {
    const text = parameterText(undefined, value);
    const about = { defaultText: '', isDefault: false, kind: '', meaning: '' };
    return { path: `${path}.${option}`, text, ...about };
  });
  return [head, ...values];
}

function ofFraud(fraud: Settings): readonly Parameter[] {
  const lists = (['attacks', 'adversaries', 'detectors'] as const).flatMap((key) => {
    const choices = (fraud[key] ?? []) as readonly Settings[];
    return choices.flatMap((choice, place) => ofPlugin(key, `fraud.${key}.${place}`, choice));
  });
  return [...lists, ...ofPlugin('response', 'fraud.response', partOf(fraud, 'response'))];
}

/**
 * Parameters of a scenario, in the order of the scenario's keys.
 *
 * @param scenario - Resolved, as a manifest has it.
 */
export function parametersOf(scenario: Settings): readonly Parameter[] {
  return TOP_LEVEL_KEYS.flatMap((key) => {
    if (key === 'seed') return [leaf('seed', HEAD.seed, scenario['seed'])];
    if (key === 'fraud') return ofFraud(partOf(scenario, 'fraud'));
    const top = PLUGIN_KEY_NAMES.find((name) => PLUGIN_KEYS[name].path.join('.') === key);
    if (top !== undefined) return ofPlugin(top, key, partOf(scenario, key));
    const set = (SECTIONS as Readonly<Record<string, OptionSet>>)[key];
    if (set === undefined) return [];
    const values = partOf(scenario, key);
    const plugins = pluginKeysOf(key).flatMap((inner) =>
      ofPlugin(inner.key, `${key}.${inner.leaf}`, partOf(values, inner.leaf)),
    );
    return [...ofSet(set, values, key), ...plugins];
  });
}

/**
 * The JSON Schema of scenario files, for editors: what may be written where, with units, limits,
 * defaults and words. It is built from the same option sets as the validation; rules between keys
 * are the loader's alone.
 */
import * as z from 'zod';
import type { Option, OptionSet } from '../base/options.ts';
import { type Dimension, unitsOf } from '../base/quantity.ts';
import { BASE_ARM, HEAD, SCHEMA_VERSION } from './keys.ts';
import { PLUGIN_KEY_NAMES, type PluginCatalogue, type PluginKey } from './merge.ts';
import { formatQuantity, pluginKeysOf } from './resolve.ts';
import { PLUGIN_KEYS, SECTIONS } from './sections.ts';

/** Dimensions whose values may be written without a unit. */
const BARE: readonly Dimension[] = ['fraction', 'angle'];

function quantityPattern(dimension: Dimension, signed: boolean): RegExp {
  const units = unitsOf(dimension).map((unit) => unit.replace(/[/%]/g, '\\$&'));
  const unit = BARE.includes(dimension) ? `(?:${units.join('|')})?` : `(?:${units.join('|')})`;
  const sign = signed ? '[+-]?' : '\\+?';
  return new RegExp(`^\\s*${sign}(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?\\s*${unit}\\s*$`);
}

function limitedNumber(option: Option<unknown>, type: z.ZodNumber): z.ZodNumber {
  let limited = type;
  if (option.min !== undefined) limited = limited.min(option.min);
  if (option.max !== undefined) limited = limited.max(option.max);
  return limited;
}

function typeOf(option: Option<unknown>, partial: boolean): z.ZodType {
  switch (option.kind) {
    case 'quantity': {
      const signed = option.min === undefined || option.min < 0;
      const text = z.string().regex(quantityPattern(option.dimension!, signed));
      if (!BARE.includes(option.dimension!)) return text;
      return z.union([limitedNumber(option, z.number()), text]);
    }
    case 'number':
      return limitedNumber(option, z.number());
    case 'integer':
      return limitedNumber(option, z.int());
    case 'boolean':
      return z.boolean();
    case 'text':
      return z.string().min(1);
    case 'choice':
      return z.enum(option.choices as [string, ...string[]]);
    case 'list': {
      // A list replaces the base's list, so its items are complete even in an arm.
      let type = z.array(typeOf(option.item!, false));
      if (option.min !== undefined) type = type.min(option.min);
      if (option.max !== undefined) type = type.max(option.max);
      return type;
    }
    case 'group': {
      const strict = z.strictObject(shapeOf(option.group!, partial));
      return isComplete(option) ? z.union([z.null(), strict]) : strict;
    }
  }
}

/** Whether a group may be left blank, because each of its keys may. */
function isComplete(option: Option<unknown>): boolean {
  return option.kind === 'group' && !option.optional;
}

function shapeOf(set: OptionSet, partial: boolean): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {};
  for (const [key, option] of Object.entries(set)) {
    const type = typeOf(option, partial);
    const required = !partial && isRequired(option);
    const meta: Record<string, unknown> = {};
    if (option.doc !== '') meta.description = option.doc;
    if (option.fallback !== undefined) {
      meta.default = defaultOf(option);
    }
    shape[key] = (required ? type : type.optional()).meta(meta);
  }
  return shape;
}

/** A default as the file would write it: quantities are texts. */
function defaultOf(option: Option<unknown>): unknown {
  if (option.kind === 'quantity') return option.fallbackText;
  const dimension = option.item?.dimension;
  if (dimension === undefined) return option.fallback;
  return (option.fallback as readonly number[]).map((value) => formatQuantity(value, dimension));
}

function isRequired(option: Option<unknown>): boolean {
  if (option.optional) return false;
  if (option.kind === 'group') return Object.values(option.group!).some(isRequired);
  return option.fallback === undefined;
}

/** A plug-in: its name or code, or a map of it with that plug-in's options. */
function pluginType(key: PluginKey, catalogue: PluginCatalogue, partial: boolean): z.ZodType {
  const registry = catalogue[key];
  const { many } = PLUGIN_KEYS[key];
  const fallback: string = PLUGIN_KEYS[key].fallback;
  const bare: string[] = [];
  const maps = registry.all.map((plugin) => {
    const words = plugin.code === undefined ? [plugin.name] : [plugin.name, plugin.code];
    const set = plugin.options();
    if (partial || !Object.values(set).some(isRequired)) bare.push(...words);
    const name = z.enum(words as [string, ...string[]]);
    const mayOmit = !many && (partial || plugin.name === fallback);
    const shape = { name: mayOmit ? name.optional() : name, ...shapeOf(set, partial && !many) };
    return z.strictObject(shape).meta({ title: plugin.name, description: plugin.summary });
  });
  const named = bare.length === 0 ? [] : [z.enum(bare as [string, ...string[]])];
  const one = z.union([...named, ...maps]);
  return many ? z.union([z.null(), z.array(one)]) : z.union([z.null(), one]);
}

function sectionTypes(catalogue: PluginCatalogue, partial: boolean): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {};
  for (const [section, set] of Object.entries(SECTIONS)) {
    const inner = shapeOf(set, partial);
    for (const { key, leaf } of pluginKeysOf(section)) {
      inner[leaf] = pluginType(key, catalogue, partial).optional();
    }
    shape[section] = z.union([z.null(), z.strictObject(inner)]).optional();
  }
  const fraud: Record<string, z.ZodType> = {};
  for (const { key, leaf } of pluginKeysOf('fraud')) {
    fraud[leaf] = pluginType(key, catalogue, partial).optional();
  }
  shape.fraud = z.union([z.null(), z.strictObject(fraud)]).optional();
  for (const key of PLUGIN_KEY_NAMES) {
    const path: readonly string[] = PLUGIN_KEYS[key].path;
    if (path.length === 1) shape[path[0]!] = pluginType(key, catalogue, partial).optional();
  }
  return shape;
}

/**
 * The structure of a scenario file as a zod type: keys, types, units, limits. `horizon` and what
 * else the rules between keys demand is left to the loader.
 *
 * @param catalogue - The plug-ins that may be named.
 */
export function scenarioType(catalogue: PluginCatalogue): z.ZodType {
  const head = shapeOf(HEAD, true);
  const arm = z.strictObject({
    ...sectionTypes(catalogue, true),
    name: head.name!,
    seed: head.seed!,
  });
  const armName = z.string().regex(new RegExp(`^(?!${BASE_ARM}$)[a-z][a-z0-9-]*$`));
  const shape = {
    ...head,
    schemaVersion: z.literal(SCHEMA_VERSION).meta({ description: HEAD.schemaVersion.doc }),
    ...sectionTypes(catalogue, false),
    arms: z
      .union([z.null(), z.record(armName, z.union([z.null(), arm]))])
      .optional()
      .meta({ description: 'Overrides by arm; an arm named after a protocol runs it' }),
    plugins: z
      .union([z.null(), z.array(z.string())])
      .optional()
      .meta({ description: 'Files of your own plug-ins; off unless --allow-plugins is given' }),
  };
  return z.strictObject(shape).meta({ title: 'Peerwatt scenario' });
}

/** The JSON Schema (draft 2020-12) of scenario files. See {@link scenarioType}. */
export function scenarioJsonSchema(catalogue: PluginCatalogue): object {
  return z.toJSONSchema(scenarioType(catalogue), { io: 'input', reused: 'inline' });
}

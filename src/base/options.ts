/**
 * Options of a plug-in as values. One `OptionSet` gives validation, defaults, the TypeScript type, the
 * JSON Schema and the docs table; the scenario loader is the only reader of anything but the type.
 */
import { type Dimension, quantity } from './quantity.ts';

/** One option. `T` is the type of the resolved value. */
export interface Option<T> {
  readonly kind:
    | 'quantity'
    | 'number'
    | 'integer'
    | 'boolean'
    | 'text'
    | 'choice'
    | 'list'
    | 'group';
  /** Resolved default; undefined makes the option required unless `optional`. */
  readonly fallback: T | undefined;
  /** The default as the author wrote it, for docs and `init`. */
  readonly fallbackText: string;
  readonly optional: boolean;
  readonly doc: string;
  readonly dimension?: Dimension;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  readonly item?: Option<unknown>;
  readonly group?: OptionSet;
}

/** Options by key. */
export type OptionSet = Readonly<Record<string, Option<unknown>>>;

/** Resolved values of an option set. */
export type OptionValues<S extends OptionSet> = {
  readonly [K in keyof S]: S[K] extends Option<infer T> ? T : never;
};

/** A problem between options that no single option's limits can tell. */
export interface OptionIssue {
  /** Key that takes part in it, dotted where nested, e.g. `voteOut.quorum`. */
  readonly key: string;
  /** What was expected and what stood there, as words. */
  readonly expected: string;
  readonly got: string;
  readonly hint?: string;
}

/** Limits and words of an option. */
export interface OptionLimits {
  readonly min?: number;
  readonly max?: number;
  readonly doc?: string;
}

function quantityOption(dimension: Dimension, text: string | undefined, limits: OptionLimits) {
  const option: Option<number> = {
    kind: 'quantity',
    dimension,
    fallback: text === undefined ? undefined : quantity(text, dimension),
    fallbackText: text ?? '',
    optional: false,
    doc: limits.doc ?? '',
    ...(limits.min === undefined ? {} : { min: limits.min }),
    ...(limits.max === undefined ? {} : { max: limits.max }),
  };
  return option;
}

/** Duration [µs]; limits in µs (default minimum 0). */
export const duration = (text?: string, limits: OptionLimits = {}): Option<number> =>
  quantityOption('duration', text, { min: 0, ...limits });
/** Energy [Wh]; default minimum 0. */
export const energy = (text?: string, limits: OptionLimits = {}): Option<number> =>
  quantityOption('energy', text, { min: 0, ...limits });
/** Power [W]; default minimum 0. */
export const power = (text?: string, limits: OptionLimits = {}): Option<number> =>
  quantityOption('power', text, { min: 0, ...limits });
/** Price [Upt/kWh]; default minimum 0. */
export const price = (text?: string, limits: OptionLimits = {}): Option<number> =>
  quantityOption('price', text, { min: 0, ...limits });
/** Value [Upt]; default minimum 0. */
export const points = (text?: string, limits: OptionLimits = {}): Option<number> =>
  quantityOption('points', text, { min: 0, ...limits });
/** Size [B]; default minimum 0. */
export const bytes = (text?: string, limits: OptionLimits = {}): Option<number> =>
  quantityOption('bytes', text, { min: 0, ...limits });
/** Bandwidth [bit/s]; default minimum 1. */
export const bandwidth = (text?: string, limits: OptionLimits = {}): Option<number> =>
  quantityOption('bandwidth', text, { min: 1, ...limits });
/** Length [m]; default minimum 0. */
export const length = (text?: string, limits: OptionLimits = {}): Option<number> =>
  quantityOption('length', text, { min: 0, ...limits });
/** Angle [degree]. */
export const angle = (text?: string, limits: OptionLimits = {}): Option<number> =>
  quantityOption('angle', text, limits);
/** Share in [0, 1], written as 0.05 or "5 %". */
export const fraction = (text?: string, limits: OptionLimits = {}): Option<number> =>
  quantityOption('fraction', text, { min: 0, max: 1, ...limits });

/** Real number without a dimension. */
export function number(fallback?: number, limits: OptionLimits = {}): Option<number> {
  return {
    kind: 'number',
    fallback,
    fallbackText: fallback === undefined ? '' : String(fallback),
    optional: false,
    doc: '',
    ...limits,
  };
}
/** Integer. */
export function integer(fallback?: number, limits: OptionLimits = {}): Option<number> {
  return { ...number(fallback, limits), kind: 'integer' };
}
/** True or false. */
export function boolean(fallback?: boolean, doc = ''): Option<boolean> {
  return {
    kind: 'boolean',
    fallback,
    fallbackText: fallback === undefined ? '' : String(fallback),
    optional: false,
    doc,
  };
}
/** Free text; required when no fallback is given. */
export function text(fallback?: string, doc = ''): Option<string> {
  return { kind: 'text', fallback, fallbackText: fallback ?? '', optional: false, doc };
}
/** One word of a list. */
export function choice<const C extends readonly string[]>(
  choices: C,
  fallback?: C[number],
  doc = '',
): Option<C[number]> {
  return { kind: 'choice', choices, fallback, fallbackText: fallback ?? '', optional: false, doc };
}
/** List of one kind of value. */
export function list<T>(
  item: Option<T>,
  fallback?: readonly T[],
  limits: OptionLimits = {},
): Option<readonly T[]> {
  return {
    kind: 'list',
    item,
    fallback,
    fallbackText: fallback === undefined ? '' : JSON.stringify(fallback),
    optional: false,
    doc: '',
    ...limits,
  };
}
/** Nested keys. The defaults are those of the keys inside. */
export function group<S extends OptionSet>(set: S, doc = ''): Option<OptionValues<S>> {
  return { kind: 'group', group: set, fallback: undefined, fallbackText: '', optional: false, doc };
}
/** The same option, left undefined when the key is absent. */
export function optional<T>(option: Option<T>): Option<T | undefined> {
  return { ...option, fallback: undefined, fallbackText: '', optional: true };
}

/** Resolved defaults of an option set; for tests and for code that needs no scenario. */
export function defaultsOf<S extends OptionSet>(set: S): OptionValues<S> {
  const values: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(set)) {
    values[key] =
      option.kind === 'group' && !option.optional ? defaultsOf(option.group!) : option.fallback;
  }
  return values as OptionValues<S>;
}

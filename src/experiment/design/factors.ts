/**
 * Factors of a study file. A factor is a column of the tables and, for each of its levels, what is
 * overridden in a scenario; where a level came from (list, range, names, CSV) ends here.
 */
import type { InputIssue } from '../../base/errors.ts';
import {
  choice,
  integer,
  type Option,
  type OptionSet,
  optional,
  text,
} from '../../base/options.ts';
import { unitsOf } from '../../base/quantity.ts';
import {
  child,
  describe,
  isBlank,
  issueAt,
  type Located,
  type LocatedMap,
  type Place,
} from '../../scenario/located.ts';
import { didYouMean, mapOf, resolveSet } from '../../scenario/resolve.ts';
import { cellsOf } from './cells.ts';
import { CONSTRAINT_WORDS } from './constraints.ts';
import type { FactorColumn } from './design.ts';
import { discrete, type Factor, type FactorHead, type Level, type OpenFactor } from './factor.ts';
import { rangeFactor } from './range-factor.ts';
import { itemsOf, namesAt, pathAt, settingsOf, type WrittenPath } from './written.ts';

/** What factors need to know of the rest of the study. */
export interface FactorContext {
  readonly arms: readonly string[];
  /** Whether the levels come from a CSV file. */
  readonly isOpen: boolean;
  /** The scenario's option at a path in the first of some arms that has it. */
  optionFor(keys: readonly string[], arms: readonly string[]): Option<unknown> | undefined;
  readonly issues: InputIssue[];
}

/** Columns of the tables of a study; a factor of that name would stand beside its namesake. */
export const RESERVED_COLUMNS: readonly string[] = (
  'run arm replication seed window status metric unit n mean point value sd ci_low ci_high ' +
  'arm_a arm_b mean_difference d_av d_z p p_holm correlation variance_reduction distribution ' +
  'censored p50 p90 p95 p99 max relative_error subject time_us at_risk events survival factor ' +
  'level effect'
).split(' ');

/** Keys of a factor with one value each. */
export const FACTOR = {
  steps: optional(integer(undefined, { min: 2, max: 100_000, doc: 'Values of a range' })),
  scale: optional(choice(['linear', 'log'], undefined, 'How a range is divided')),
  unit: optional(text(undefined, 'Unit of bare numbers of a CSV file')),
  meaning: optional(text(undefined, 'What the factor is')),
} satisfies OptionSet;

/** Keys of a factor that say where its levels come from. */
export const FACTOR_PARTS: readonly string[] = ['path', 'values', 'range', 'levels', 'arms'];

/** Reads all factors. @returns Those without a problem, in the order of the file. */
export function factorsOf(
  node: Located | undefined,
  root: LocatedMap,
  context: FactorContext,
): { readonly factors: readonly Factor[]; readonly open: readonly OpenFactor[] } {
  const factors: Factor[] = [];
  const open: OpenFactor[] = [];
  const expected =
    'factors by name, e.g. households: { path: population.households, values: [20, 50] }';
  for (const [name, entry] of mapOf(node, root.place, expected, context.issues).entries) {
    const head = headOf(name, entry.key, entry.value, context);
    if (head === undefined) continue;
    const factor = factorOf(head, context);
    if (factor === undefined) continue;
    if ('read' in factor) open.push(factor);
    else factors.push(factor);
  }
  return { factors, open };
}

function headOf(
  name: string,
  place: Place,
  node: Located,
  context: FactorContext,
): FactorHead | undefined {
  const { issues } = context;
  const before = issues.length;
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    const expected = 'a column name of a-z, 0-9 and _ that begins with a letter';
    issues.push(issueAt(place, expected, JSON.stringify(name)));
  } else if ([...RESERVED_COLUMNS, ...CONSTRAINT_WORDS].includes(name)) {
    const expected = 'a name that no column of the tables has';
    issues.push(issueAt(place, expected, name, `try ${name}_level`));
  }
  if (node.kind !== 'map') {
    const expected = 'keys path with values or range, or levels';
    issues.push(issueAt(node.place, expected, describe(node)));
    return undefined;
  }
  const values = resolveSet(FACTOR, node, issues, FACTOR_PARTS);
  const arms = namesAt(child(node, 'arms'), 'an arm of the study', context.arms, issues);
  return issues.length > before ? undefined : { name, place, map: node, arms, values };
}

/** Which keys say where the levels come from, and whether they go together. */
function factorOf(head: FactorHead, context: FactorContext): Factor | OpenFactor | undefined {
  const { map, place } = head;
  const { issues, isOpen } = context;
  const refuse = (where: Place, expected: string, got: string, hint?: string) => {
    issues.push(issueAt(where, expected, got, hint));
    return undefined;
  };
  const placeAt = (key: string) => map.entries.get(key)?.key ?? place;
  const written = ['values', 'range', 'levels'].filter((key) => !isBlank(child(map, key)));
  if (isOpen && written.some((key) => key !== 'levels')) {
    const key = written.find((one) => one !== 'levels')!;
    return refuse(placeAt(key), 'no values here: the CSV file has them', key);
  }
  if (!isOpen && written.length === 0) {
    return refuse(place, 'values, range or levels', 'none of them');
  }
  if (written.length > 1) {
    return refuse(placeAt(written[1]!), 'one of values, range and levels', written.join(' and '));
  }
  for (const key of ['steps', 'scale']) {
    if (head.values[key] === undefined || written[0] === 'range') continue;
    return refuse(placeAt(key), 'range beside it', key);
  }
  if (head.values.unit !== undefined && (!isOpen || written[0] === 'levels')) {
    return refuse(
      placeAt('unit'),
      'unit only for bare numbers of a CSV file',
      'unit',
      'write 15 s',
    );
  }
  if (written[0] === 'levels') {
    if (map.entries.has('path')) {
      return refuse(placeAt('path'), 'no path beside levels: each level has its own', 'path');
    }
    return levelsFactor(head, context);
  }
  const path = pathAt(child(map, 'path'), { ...place, path: `${place.path}.path` }, issues);
  if (path === undefined) return undefined;
  const option = context.optionFor(path.keys, head.arms ?? context.arms);
  const column = columnOf(head, [path], option);
  if (isOpen) return openFactor(head, path, option, column, issues);
  if (written[0] === 'range') return rangeFactor(head, path, option, column, issues);
  const items = itemsOf(child(map, 'values')!, 'a list of values', issues);
  return items && valuesFactor(head, path, option, column, items, issues);
}

/** The column of a factor without what its cells decide. */
function columnOf(
  head: FactorHead,
  paths: readonly WrittenPath[],
  option: Option<unknown> | undefined,
): Pick<FactorColumn, 'name' | 'meaning' | 'paths' | 'arms'> {
  const names = [...new Set(paths.map(({ keys }) => keys.join('.')))];
  const own = head.values.meaning as string | undefined;
  const meaning = own ?? (option?.doc || `Sets ${names.join(', ')}`);
  return { name: head.name, meaning, paths: names, arms: head.arms };
}

/** A factor of values written one by one. */
function valuesFactor(
  head: FactorHead,
  path: WrittenPath,
  option: Option<unknown> | undefined,
  column: Pick<FactorColumn, 'name' | 'meaning' | 'paths' | 'arms'>,
  items: readonly Located[],
  issues: InputIssue[],
  mayRepeat = false,
): Factor | undefined {
  const scalars = scalarsOf(items, issues);
  if (scalars === undefined) return undefined;
  const { cells, ...kind } = cellsOf(scalars, option?.dimension);
  const levels = cells.map(
    (cell, i): Level => ({
      cell,
      settings: () => [{ keys: path.keys, value: items[i]!, place: path.place }],
    }),
  );
  if (!mayRepeat && !areDistinct(cells, items, issues)) return undefined;
  return discrete({ ...column, ...kind }, head.place, levels);
}

function scalarsOf(
  items: readonly Located[],
  issues: InputIssue[],
): (string | number | boolean)[] | undefined {
  const before = issues.length;
  const scalars = items.flatMap((item) => {
    if (item.kind === 'scalar' && item.value !== null && item.value !== '') return [item.value];
    const expected = 'a number, a quantity, a word, true or false';
    issues.push(issueAt(item.place, expected, describe(item), 'use levels for lists and maps'));
    return [];
  });
  return issues.length > before ? undefined : scalars;
}

function areDistinct(
  cells: readonly (string | number)[],
  items: readonly { readonly place: Place }[],
  issues: InputIssue[],
): boolean {
  const before = issues.length;
  cells.forEach((cell, i) => {
    if (cells.indexOf(cell) === i) return;
    issues.push(issueAt(items[i]!.place, 'each value once', `${cell} again`));
  });
  return issues.length === before;
}

/** A factor whose levels have names and may set several paths. */
function levelsFactor(head: FactorHead, context: FactorContext): Factor | OpenFactor | undefined {
  const { issues } = context;
  const before = issues.length;
  const node = child(head.map, 'levels');
  const expected = 'levels by name, e.g. north: { population.latitude: 60 deg }';
  const map = mapOf(node, head.place, expected, issues);
  if (map.entries.size === 0 && issues.length === before) {
    issues.push(issueAt(map.place, expected, 'nothing'));
  }
  const levels = [...map.entries].map(([name, { key, value }]) => {
    const settings = settingsOf(value, key, 'paths with their values', issues);
    return { name, place: key, settings };
  });
  if (issues.length > before) return undefined;
  const { cells, ...kind } = cellsOf(levels.map(({ name }) => name));
  if (!areDistinct(cells, levels, issues)) return undefined;
  const paths = levels.flatMap(({ settings }) =>
    settings.map(({ keys, place }) => ({ keys, place: place! })),
  );
  const column = { ...columnOf(head, paths, undefined), ...kind };
  const all = levels.map(
    ({ settings }, i): Level => ({ cell: cells[i]!, settings: () => settings }),
  );
  if (!context.isOpen) return discrete(column, head.place, all);
  const names = levels.map(({ name }) => name);
  return {
    name: head.name,
    place: head.place,
    read(found, into) {
      const start = into.length;
      const chosen = found.flatMap((cell) => {
        const word = cell.kind === 'scalar' ? String(cell.value ?? '') : '';
        const at = names.indexOf(word);
        if (at >= 0) return [all[at]!];
        const wanted = `a level, one of ${names.join(', ')}`;
        into.push(issueAt(cell.place, wanted, describe(cell), didYouMean(word, names)));
        return [];
      });
      return into.length > start ? undefined : discrete(column, head.place, chosen);
    },
  };
}

/** A factor whose values are cells of a CSV file. */
function openFactor(
  head: FactorHead,
  path: WrittenPath,
  option: Option<unknown> | undefined,
  column: Pick<FactorColumn, 'name' | 'meaning' | 'paths' | 'arms'>,
  issues: InputIssue[],
): OpenFactor | undefined {
  const unit = head.values.unit as string | undefined;
  const units = option?.dimension === undefined ? undefined : unitsOf(option.dimension);
  if (unit !== undefined && units !== undefined && !units.includes(unit)) {
    const place = child(head.map, 'unit')!.place;
    const expected = `a unit of ${column.paths[0]}, one of ${units.join(', ')}`;
    issues.push(issueAt(place, expected, JSON.stringify(unit), didYouMean(unit, units)));
    return undefined;
  }
  const isWord = option?.kind === 'text' || option?.kind === 'choice';
  const typed = (cell: Located): Located => {
    if (cell.kind !== 'scalar' || typeof cell.value !== 'string' || isWord) return cell;
    const number = cell.value === '' ? Number.NaN : Number(cell.value);
    if (Number.isFinite(number)) {
      return { ...cell, value: unit === undefined ? number : `${cell.value} ${unit}` };
    }
    const isFlag = cell.value === 'true' || cell.value === 'false';
    return isFlag ? { ...cell, value: cell.value === 'true' } : cell;
  };
  return {
    name: head.name,
    place: head.place,
    read: (cells, into) => valuesFactor(head, path, option, column, cells.map(typed), into, true),
  };
}

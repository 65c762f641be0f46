/** The `design` key of a study: how combinations of levels are chosen. */
import type { InputIssue } from '../../base/errors.ts';
import { integer, type OptionSet, text } from '../../base/options.ts';
import {
  child,
  describe,
  isBlank,
  issueAt,
  type LocatedMap,
  type Place,
} from '../../scenario/located.ts';
import { asPluginMap } from '../../scenario/merge.ts';
import { didYouMean, resolveSet } from '../../scenario/resolve.ts';
import type { Factor } from './factor.ts';
import { gridIndices } from './grid.ts';
import { latinHypercube } from './latin-hypercube.ts';
import type { Combination } from './points.ts';
import { SOBOL_DIMENSIONS, sobolPoints } from './sobol.ts';

/** Combinations a grid may have before constraints. */
export const COMBINATION_LIMIT = 1_000_000;

const SPACE_FILLING = {
  points: integer(undefined, { min: 1, max: 100_000, doc: 'Points' }),
  seed: integer(1, { min: 0, doc: 'Seed of the design; the runs have their own' }),
} satisfies OptionSet;

/** Designs by name with their options. */
export const SCHEMES = {
  grid: {},
  'latin-hypercube': SPACE_FILLING,
  sobol: SPACE_FILLING,
  csv: { file: text(undefined, 'File of points, relative to the study file') },
} satisfies Readonly<Record<string, OptionSet>>;

/** How combinations are chosen. */
export interface Scheme {
  readonly name: keyof typeof SCHEMES;
  /** Where it is written; where it would be, for the default. */
  readonly place: Place;
  /** Of designs that fill space. */
  readonly count: number;
  readonly seed: number;
  /** Of points from a file, relative to the study file. */
  readonly file: string;
  readonly filePlace: Place;
}

/** Reads the key; a grid where it is absent. @returns Undefined after a problem. */
export function schemeOf(root: LocatedMap, issues: InputIssue[]): Scheme | undefined {
  const before = issues.length;
  const node = child(root, 'design');
  const names = Object.keys(SCHEMES);
  const place = node?.place ?? { ...root.place, path: `${root.place.path}.design` };
  const expected = `a design, one of ${names.join(', ')}`;
  const map = isBlank(node) ? undefined : asPluginMap(node!);
  if (map !== undefined && map.kind !== 'map') {
    issues.push(issueAt(place, `${expected}, or { name, options }`, describe(node)));
    return undefined;
  }
  const nameNode = map === undefined ? undefined : map.entries.get('name')?.value;
  const name =
    map === undefined ? 'grid' : nameNode?.kind === 'scalar' ? String(nameNode.value) : '';
  if (!Object.hasOwn(SCHEMES, name)) {
    const where = nameNode?.place ?? place;
    issues.push(issueAt(where, expected, describe(nameNode), didYouMean(name, names)));
    return undefined;
  }
  const entries = new Map(map?.entries);
  entries.delete('name');
  const set: OptionSet = SCHEMES[name as Scheme['name']];
  const values = resolveSet(set, { kind: 'map', place, entries }, issues);
  if (issues.length > before) return undefined;
  return {
    name: name as Scheme['name'],
    place,
    count: (values.points as number | undefined) ?? 0,
    seed: (values.seed as number | undefined) ?? 0,
    file: (values.file as string | undefined) ?? '',
    filePlace: entries.get('file')?.value.place ?? place,
  };
}

/**
 * The combinations of a design that needs no file.
 *
 * @param factors - Without a problem.
 * @returns Undefined after a problem: a range without steps in a grid, too many combinations or
 *   dimensions.
 */
export function combinationsOf(
  scheme: Scheme,
  factors: readonly Factor[],
  issues: InputIssue[],
): Iterable<Combination> | undefined {
  const before = issues.length;
  if (scheme.name === 'grid') checkGrid(scheme, factors, issues);
  if (scheme.name === 'sobol' && factors.length > SOBOL_DIMENSIONS) {
    const expected = `at most ${SOBOL_DIMENSIONS} factors for sobol`;
    issues.push(issueAt(scheme.place, expected, String(factors.length), 'use latin-hypercube'));
  }
  if (issues.length > before) return undefined;
  if (scheme.name === 'grid') return gridOf(factors);
  const flags = factors.map(({ isDiscrete }) => isDiscrete);
  const points =
    scheme.name === 'sobol'
      ? sobolPoints(scheme.count, factors.length, scheme.seed)
      : latinHypercube(scheme.count, flags, scheme.seed);
  return points.map((point) => ({ levels: point.map((u, i) => factors[i]!.at(u)) }));
}

function checkGrid(scheme: Scheme, factors: readonly Factor[], issues: InputIssue[]): void {
  for (const { levels, place } of factors) {
    if (levels !== undefined) continue;
    const hint = 'or design: latin-hypercube or sobol, which take any value of it';
    issues.push(issueAt(place, 'steps beside range, for a grid', 'no steps', hint));
  }
  const size = factors.reduce((product, { levels }) => product * (levels?.length ?? 1), 1);
  if (size <= COMBINATION_LIMIT) return;
  const expected = `a grid of at most ${COMBINATION_LIMIT} combinations`;
  const hint = 'use fewer levels, latin-hypercube or sobol';
  issues.push(issueAt(scheme.place, expected, String(size), hint));
}

function* gridOf(factors: readonly Factor[]): Generator<Combination> {
  const lists = factors.map(({ levels }) => levels!);
  for (const indices of gridIndices(lists.map(({ length }) => length))) {
    yield { levels: indices.map((index, i) => lists[i]![index]!) };
  }
}

/** What a reader should know of a design that lost its balance. */
export function schemeNotes(scheme: Scheme, excludedCount: number): string[] {
  const notes: string[] = [];
  const { name, count } = scheme;
  if (name === 'sobol' && Number.isSafeInteger(count) && (count & (count - 1)) !== 0) {
    let power = 1;
    while (power * 2 <= count) power *= 2;
    notes.push(
      `sobol: ${count} points are not a power of two, at which they are balanced; ` +
        `${power} and ${power * 2} are the nearest`,
    );
  }
  if (excludedCount > 0) {
    const lost =
      name === 'latin-hypercube' || name === 'sobol' ? ', and with them its balance' : '';
    notes.push(`${name}: constraints left out ${excludedCount} points${lost}`);
  }
  return notes;
}

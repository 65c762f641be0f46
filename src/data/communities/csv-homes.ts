/** One import under way, and how its homes are put together from the series that were found. */
import type { HomeProfiles, HomeSpec, ImportContext } from '../../physics/community.ts';
import { type CsvTable, createInputReader, type InputReader } from '../series/csv.ts';
import type { ReadingSeries } from '../series/series.ts';
import type { Measure, Options } from './csv-options.ts';
import { specOf } from './homes.ts';

/** Series found for one home. */
type Found = Partial<Record<Measure, ReadingSeries>>;

/** An import: what was asked, what was found, and whether anything was wrong. */
export interface Import {
  readonly context: ImportContext;
  readonly options: Options;
  readonly reader: InputReader;
  readonly tables: Map<string, CsvTable | undefined>;
  readonly found: Map<string, Found>;
  readonly notes: string[];
  /** Reports a problem of the scenario's own words. */
  refuse(path: string, expected: string, got: string, hint?: string): void;
  failed(): boolean;
}

/** Begins an import with nothing found. */
export function createImport(context: ImportContext, options: Options): Import {
  let count = 0;
  const own: ImportContext = {
    ...context,
    issue(issue) {
      count++;
      context.issue(issue);
    },
  };
  return {
    context: own,
    options,
    reader: createInputReader(context.folder, own.issue),
    tables: new Map(),
    found: new Map(options.homes.map(({ id }) => [id, {}])),
    notes: [],
    refuse: (path, expected, got, hint) =>
      own.issue({ file: '', path: `scenario.population.${path}`, expected, got, hint }),
    failed: () => count > 0,
  };
}

/**
 * Load and PV of one home from what was found.
 *
 * @returns Undefined after an issue: no load, PV without a rating, import beside a battery.
 */
export function homeSeries(run: Import, index: number): HomeProfiles | undefined {
  const home = run.options.homes[index]!;
  const path = `homes[${index}]`;
  const { load, pv, import: bought, export: sold } = run.found.get(home.id)!;
  const refuse = (expected: string, got: string, hint?: string): undefined => {
    run.refuse(path, expected, got, hint);
  };
  if (pv !== undefined && home.pvPeak === 0) return refuse('pvPeak above 0', 'a series of pv');
  if (pv === undefined && home.pvPeak > 0 && sold === undefined) {
    return refuse(`a series of pv for ${home.id}`, 'none', 'or leave out pvPeak');
  }
  const spec = specOf(home);
  if (load !== undefined) {
    if (bought !== undefined || sold !== undefined) {
      return refuse('either load, or import and export', 'both');
    }
    return pvIsPlausible(run, pv, home, path) ? { spec, load, pv } : undefined;
  }
  if (bought === undefined) {
    const got = sold === undefined ? 'nothing' : 'export alone';
    return refuse(`a series of load, or of import and export, for ${home.id}`, got);
  }
  if (home.battery > 0) {
    return refuse(
      'load and pv for a home with a battery',
      'import, which already holds its effect',
    );
  }
  return netHome(run, { spec, pv, bought, sold }, path);
}

/**
 * A home of which the meter at the border is known. With PV, load = PV + import − export; without,
 * what is exported is its generation beyond its load, and what is imported its load.
 */
function netHome(
  run: Import,
  home: {
    readonly spec: HomeSpec;
    readonly pv: ReadingSeries | undefined;
    readonly bought: ReadingSeries;
    readonly sold: ReadingSeries | undefined;
  },
  path: string,
): HomeProfiles | undefined {
  const { spec, pv, bought, sold } = home;
  if (pv === undefined || sold === undefined) {
    const note = 'its load and PV are what crossed the meter, without what it used of its own';
    if (sold !== undefined) run.notes.push(`${spec.id} has no series of pv: ${note}.`);
    return { spec, load: bought, pv: pv ?? sold };
  }
  if (pv.stepS !== bought.stepS || sold.stepS !== bought.stepS) {
    run.refuse(path, 'pv, import and export at one resolution', 'different ones');
    return undefined;
  }
  const historyCount = Math.min(pv.historyCount, bought.historyCount, sold.historyCount);
  const at = (series: ReadingSeries, i: number) =>
    series.energyWh[i + series.historyCount - historyCount]!;
  const count = bought.energyWh.length - (bought.historyCount - historyCount);
  const energyWh = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    energyWh[i] = at(pv, i) + at(bought, i) - at(sold, i);
    if (energyWh[i]! >= 0) continue;
    const when = i - historyCount;
    const got = `${energyWh[i]} Wh in interval ${when} of ${bought.stepS} s from the start`;
    const hint = 'a battery, or columns that are swapped';
    run.refuse(path, 'pv + import - export of at least 0', got, hint);
    return undefined;
  }
  return { spec, load: { ...bought, historyCount, energyWh }, pv };
}

/** Output far above the modules' rating is a wrong unit, not a bright day. */
function pvIsPlausible(
  run: Import,
  pv: ReadingSeries | undefined,
  home: Options['homes'][number],
  path: string,
): boolean {
  if (pv === undefined) return true;
  let mostWh = 0;
  for (const energyWh of pv.energyWh) mostWh = Math.max(mostWh, energyWh);
  const mostW = (mostWh * 3600) / pv.stepS;
  if (mostW <= 1.5 * home.pvPeak) return true;
  const got = `${Math.round(mostW)} W of ${home.id}`;
  run.refuse(
    path,
    `pv of at most 1.5 times pvPeak, ${home.pvPeak} W`,
    got,
    'check unit and pvPeak',
  );
  return false;
}

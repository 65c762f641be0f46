/**
 * A result folder as a report sees it: tables read back from their files, each once and when asked for. A
 * report computes from what anybody can download, so that every figure in it can be made again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScenarioError } from '../../base/errors.ts';
import { MANIFEST } from '../manifest.ts';
import { RESULTS_VERSION } from '../version.ts';
import { type FileCache, openTableFile } from './table-file.ts';

/** A table by columns; numbers and words are read from the same cells. */
export interface ResultTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Rows. */
  readonly count: number;
  has(column: string): boolean;
  /** Numbers of a column; NaN where a cell is empty or a word. @throws {RangeError} when there is none. */
  numbers(column: string): Float64Array;
  /** Cells of a column as text. @throws {RangeError} when there is none. */
  texts(column: string): readonly string[];
}

/** A factor of a sweep: one column of its tables. */
export interface FactorInfo {
  /** Column of the factor. */
  readonly name: string;
  /** Unit of its values; empty for words and pure numbers. */
  readonly unit: string;
  readonly type: 'integer' | 'number' | 'text';
  /** Scenario paths that it sets. */
  readonly paths: readonly string[];
}

/** One run of a result; its tables are there only where they were kept. */
export interface RunResults {
  /** Name of the run's folder. */
  readonly id: string;
  readonly arm: string;
  readonly replication: number;
  readonly seed: number;
  readonly window: string;
  /** The resolved scenario as its manifest has it; undefined where the run's tables were not kept. */
  readonly scenario: Readonly<Record<string, unknown>> | undefined;
  /** A table of the run; undefined where it has none of that name. */
  table(name: string): ResultTable | undefined;
}

/** What a report is about: `sweep` is a study with factors, `comparison` one without. */
export type ResultKind = 'run' | 'comparison' | 'sweep';

/** A result folder. */
export interface Results {
  readonly kind: ResultKind;
  /** Name of the scenario or study, as its author wrote it: not safe to print as it is. */
  readonly name: string;
  readonly folder: string;
  /** Version of the program that made it. */
  readonly version: string;
  /** Arms in study order; the only arm of a run. */
  readonly arms: readonly string[];
  readonly factors: readonly FactorInfo[];
  /** Runs in study order; the run itself in a run folder. */
  readonly runs: readonly RunResults[];
  /** A table of the folder itself: of the study, or of the run; without `.csv`. */
  table(name: string): ResultTable | undefined;
  /** The manifest as written. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

const TORN = 'was the file torn or edited? peerwatt verify checks all';

/** Opens each table once. */
function tablesOf(folder: string, cache: FileCache): (name: string) => ResultTable | undefined {
  const kept = new Map<string, ResultTable | undefined>();
  return (name) => {
    if (!kept.has(name)) {
      const path = join(folder, `${name}.csv`);
      kept.set(
        name,
        readOrRefuse(path, 'a table', () => openTableFile(folder, name, cache)),
      );
    }
    return kept.get(name);
  };
}

function readManifest(folder: string): Record<string, unknown> | undefined {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return undefined;
  const value = readOrRefuse(path, 'a manifest', () => JSON.parse(readFileSync(path, 'utf8')));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  return refuse(path, 'a manifest', 'JSON of another kind', TORN);
}

/** Reads a file; what cannot be read is the input's fault and is said with its name. */
function readOrRefuse<T>(path: string, expected: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const got = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    return refuse(path, expected, got, TORN);
  }
}

function refuse(folder: string, expected: string, got: string, hint?: string): never {
  throw new ScenarioError([{ file: folder, path: 'results', expected, got, hint }]);
}

/**
 * Opens a result folder.
 *
 * @param folder - Run or study folder.
 * @throws {ScenarioError} when it is none, is incomplete, or was made by another version of the results.
 */
export function openResults(folder: string): Results {
  if (!existsSync(folder)) refuse(folder, 'a folder of results', 'no such folder');
  const manifest = readManifest(folder);
  if (manifest === undefined) {
    refuse(
      folder,
      'a folder of results',
      `a folder without ${MANIFEST}`,
      'was the run interrupted?',
    );
  }
  const { resultsVersion, kind } = manifest;
  if (resultsVersion !== RESULTS_VERSION) {
    const hint = 'run it again, or use the version that made it';
    refuse(folder, `results of version ${RESULTS_VERSION}`, `version ${resultsVersion}`, hint);
  }
  if (kind !== 'run' && kind !== 'study') refuse(folder, 'a run or a study', String(kind));
  const cache: FileCache = { path: '', bytes: new Uint8Array() };
  const common = {
    name: String(manifest.name),
    folder,
    version: String(manifest.version),
    manifest,
    table: tablesOf(folder, cache),
  };
  if (kind === 'run') {
    const run = runOf('run', manifest, common.table);
    return { ...common, kind: 'run', arms: [run.arm], factors: [], runs: [run] };
  }
  const factors = (manifest.factors ?? []) as readonly FactorInfo[];
  const { arms } = manifest;
  if (!Array.isArray(arms) || !arms.every((arm) => typeof arm === 'string')) {
    refuse(join(folder, MANIFEST), 'a list of arms', JSON.stringify(arms) ?? 'none', TORN);
  }
  return {
    ...common,
    kind: factors.length > 0 ? 'sweep' : 'comparison',
    arms,
    factors,
    runs: studyRuns(folder, common.table, cache),
  };
}

function runOf(
  id: string,
  manifest: Readonly<Record<string, unknown>>,
  table: (name: string) => ResultTable | undefined,
): RunResults {
  const window = manifest.window as { readonly id?: string } | undefined;
  return {
    id,
    arm: String(manifest.arm),
    replication: 1,
    seed: Number(manifest.seed),
    window: window?.id ?? '',
    scenario: manifest.scenario as Readonly<Record<string, unknown>>,
    table,
  };
}

function studyRuns(
  folder: string,
  table: (name: string) => ResultTable | undefined,
  cache: FileCache,
): RunResults[] {
  const rows = table('runs');
  if (rows === undefined) refuse(folder, 'a study with runs.csv', 'none');
  const lacking = ['run', 'arm', 'window', 'replication', 'seed'].find((name) => !rows.has(name));
  if (lacking !== undefined) refuse(folder, `runs.csv with a column ${lacking}`, 'none', TORN);
  const [ids, arms, windows] = ['run', 'arm', 'window'].map((name) => rows.texts(name));
  const replications = rows.numbers('replication');
  const seeds = rows.numbers('seed');
  return ids!.map((id, row) => {
    const place = join(folder, 'runs', id);
    let manifest: Record<string, unknown> | undefined | null = null;
    return {
      id,
      arm: arms![row]!,
      replication: replications[row]!,
      seed: seeds[row]!,
      window: windows![row]!,
      get scenario() {
        if (manifest === null) manifest = readManifest(place);
        return manifest?.scenario as Readonly<Record<string, unknown>> | undefined;
      },
      table: tablesOf(place, cache),
    };
  });
}

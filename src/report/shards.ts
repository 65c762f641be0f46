/** Reads the folder of a shard back: its head, its records, its runs. */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ScenarioError } from '../base/errors.ts';
import { readJournal } from './journal.ts';
import { isIntact, MANIFEST } from './manifest.ts';
import { RESULTS_VERSION } from './version.ts';
import { JOURNAL_FILE, STUDY_FILE } from './workplace.ts';

/** A finished shard. */
export interface ShardFolder<T> {
  readonly path: string;
  readonly shard: { readonly index: number; readonly count: number };
  readonly studyHash: string;
  /** Head of the whole study, as it was written. */
  readonly head: unknown;
  /** What was made of the records of its runs. */
  readonly records: readonly T[];
  /** Gives a run's folder a second place instead of what is there; on the same disk nothing is copied. */
  linkRun(run: string, to: string): void;
}

/** Everything that stands in the folder of a path, as paths like it. */
export function siblingsOf(path: string): readonly string[] {
  const parent = dirname(path);
  if (!existsSync(parent)) return [];
  const lead = path.slice(0, path.length - basename(path).length);
  return readdirSync(parent)
    .sort()
    .map((name) => `${lead}${name}`);
}

/**
 * Opens a shard.
 *
 * @param take - Makes of each record what is kept of it.
 * @throws {ScenarioError} when it is not finished, not intact, or of another version.
 */
export function openShard<T>(path: string, take: (record: unknown) => T): ShardFolder<T> {
  const refuse = (expected: string, got: string, hint?: string): never => {
    throw new ScenarioError([{ file: path, path: 'shard', expected, got, hint }]);
  };
  const place = join(path, MANIFEST);
  if (!existsSync(place)) refuse('a finished shard', `a folder without ${MANIFEST}`);
  const text = readFileSync(place, 'utf8');
  if (!isIntact(text)) refuse('an intact manifest', 'one whose bytes have another hash');
  const manifest = JSON.parse(text) as {
    readonly kind: string;
    readonly resultsVersion: number;
    readonly studyHash: string;
    readonly shard: ShardFolder<T>['shard'];
  };
  if (manifest.kind !== 'shard') refuse('a shard', `a ${manifest.kind}`);
  if (manifest.resultsVersion !== RESULTS_VERSION) {
    refuse(`results of version ${RESULTS_VERSION}`, `version ${manifest.resultsVersion}`);
  }
  const { records, tornCount } = readJournal(join(path, JOURNAL_FILE), take);
  if (tornCount > 0) {
    refuse('a whole journal', `${tornCount} torn lines`, 'sweep --resume does their runs again');
  }
  return {
    path,
    shard: manifest.shard,
    studyHash: manifest.studyHash,
    head: readHead(path, refuse),
    records,
    linkRun(run, to) {
      // What a killed merge left there may be torn.
      rmSync(to, { recursive: true, force: true });
      linkFolder(join(path, 'runs', run), to);
    },
  };
}

function readHead(path: string, refuse: (expected: string, got: string) => never): unknown {
  try {
    return JSON.parse(readFileSync(join(path, STUDY_FILE), 'utf8')) as unknown;
  } catch {
    return refuse(`a readable ${STUDY_FILE}`, 'a torn or missing one');
  }
}

function linkFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, place] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, place);
    else linkOrCopy(source, place);
  }
}

function linkOrCopy(source: string, place: string): void {
  try {
    linkSync(source, place);
  } catch (error) {
    // Another disk, or one that knows no links.
    const code = (error as { code?: string }).code ?? '';
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes(code)) throw error;
    copyFileSync(source, place);
  }
}

/**
 * Where a study is made: `<out>.unfinished/` beside its target, with `study.json` that says what is being
 * made, a journal of finished runs and their folders. It survives any kill; whoever comes next finds what
 * is done. Only one process works in it at a time.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { ScenarioError } from '../base/errors.ts';
import {
  checkTarget,
  makePath,
  openFolderAt,
  type ResultFolder,
  removePartials,
  writeText,
} from './folder.ts';
import { type Journal, journalLine, openJournal, readJournal } from './journal.ts';
import { MANIFEST } from './manifest.ts';

/** File that says what is being made. */
export const STUDY_FILE = 'study.json';
/** File of finished runs. */
export const JOURNAL_FILE = 'journal.jsonl';
const LOCK_FILE = 'lock.json';
const UNFINISHED = '.unfinished';
/** What going on needs; tables of an earlier end, or torn ones, are made anew. */
const MAKING_NAMES: readonly string[] = [STUDY_FILE, JOURNAL_FILE, LOCK_FILE, 'runs'];
/** A lock of another machine that nobody has touched for so long is nobody's [ms]. */
const LOCK_AGE_MS = 120_000;
/** A lock is written at once after it is made [ms]. */
const LOCK_BIRTH_MS = 2_000;

/** The process that works in a folder; handed in, since nothing here may ask the system. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Whether a process of this machine runs. */
  isAlive(pid: number): boolean;
  nowMs(): number;
}

/** What is made, as far as telling studies apart needs it. */
export interface StudyMark {
  /** Name of the study. */
  readonly name: string;
  /** SHA-256 over everything that decides its bytes. */
  readonly studyHash: string;
}

/** How to treat what is there. */
export interface WorkplaceOptions {
  /** Goes on with an unfinished study of the same hash. */
  readonly resume: boolean;
  /** Throws away what is in the way. */
  readonly force: boolean;
  readonly owner: Owner;
}

/** A study under construction. */
export interface Workplace<T = unknown> {
  /** Where it is being made. */
  readonly path: string;
  /** What was made of the records of runs that had finished before, in journal order. */
  readonly records: readonly T[];
  /** Torn lines that were left out. */
  readonly tornCount: number;
  /** Folder of a run. */
  runFolder(run: string): string;
  /** Whether a run's folder is there, complete. */
  hasRun(run: string): boolean;
  /** Makes the folder of runs. */
  makeRunsFolder(): void;
  /** Appends a record. */
  append(record: object): void;
  /** Tells other machines that work goes on. */
  touch(): void;
  /**
   * Opens the folder for the tables of the finished study.
   *
   * @param runs - Runs whose folders stay; what else stands below `runs/` goes. Without it all of that goes.
   */
  finish(runs: ReadonlySet<string> | undefined): ResultFolder;
  /**
   * Puts the finished folder in its place.
   *
   * @param keep - Names of runs whose records stay in it, with `study.json`, in this order: for shards, and
   *   where failed runs may be tried again. Undefined keeps neither.
   * @param more - Records that follow them.
   */
  complete(
    folder: ResultFolder,
    manifest: Readonly<Record<string, unknown>>,
    keep: readonly string[] | undefined,
    more?: readonly object[],
  ): void;
  /** Lets go and leaves everything as it is. */
  release(): void;
  /** Lets go and removes everything. */
  discard(): void;
}

function refuse(path: string, expected: string, got: string, hint: string): never {
  throw new ScenarioError([{ file: path, path: '--out', expected, got, hint }]);
}

function readMark(folder: string): StudyMark | undefined {
  try {
    const mark = JSON.parse(readFileSync(join(folder, STUDY_FILE), 'utf8')) as StudyMark;
    return typeof mark.studyHash === 'string' && typeof mark.name === 'string' ? mark : undefined;
  } catch {
    return undefined;
  }
}

function readManifest(folder: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/**
 * Removes from a finished study what only its making needed; a process that was killed right after its
 * last step left it there. A shard keeps what merging it needs.
 */
export function tidyStudy(target: string, isShard: boolean): void {
  const names = isShard ? [LOCK_FILE] : [LOCK_FILE, JOURNAL_FILE, STUDY_FILE];
  for (const name of names) rmSync(join(target, name), { force: true });
  rmSync(`${resolve(target)}${UNFINISHED}.old`, { recursive: true, force: true });
}

/** What stands at a target of a study: the same one with all its runs, a part of it, or neither. */
export function standingOf(target: string, mark: StudyMark): 'complete' | 'unfinished' | 'none' {
  const runs = readManifest(target);
  if (runs?.['studyHash'] === mark.studyHash) {
    const list = runs['runs'] as readonly { readonly finished?: boolean }[] | undefined;
    return list?.every(({ finished }) => finished === true) === true ? 'complete' : 'unfinished';
  }
  const place = `${resolve(target)}${UNFINISHED}`;
  return readMark(place)?.studyHash === mark.studyHash ? 'unfinished' : 'none';
}

/**
 * Checks that a study may be put at a target.
 *
 * @throws {ScenarioError} when the target holds something else than results, or results of another study.
 */
function checkStudyTarget(target: string, mark: StudyMark, force: boolean): void {
  checkTarget(target);
  if (force || !existsSync(target) || readdirSync(target).length === 0) return;
  const there = readManifest(target);
  if (there?.['studyHash'] === mark.studyHash) return;
  if (there === undefined) {
    const got = `results without a readable ${MANIFEST}`;
    refuse(target, 'a new folder', got, '--force replaces them; --out chooses another folder');
  }
  const got = `results of ${String(there['kind'])} ${JSON.stringify(there['name'])}, version ${String(there['version'])}`;
  refuse(target, 'a new folder', got, '--force replaces them; --out chooses another folder');
}

/**
 * Opens the place where a study is made.
 *
 * @param target - Folder that it will have.
 * @param mark - What is made.
 * @param head - Content of `study.json`, the mark included.
 * @param take - Makes of each record what is kept of it.
 * @throws {ScenarioError} when another study is in the way, an unfinished one is there and may not be
 *   gone on with, or another process works on it. Nothing is changed then.
 */
export function openWorkplace<T>(
  target: string,
  mark: StudyMark,
  head: () => object,
  take: (record: unknown) => T,
  { resume, force, owner }: WorkplaceOptions,
): Workplace<T> {
  const place = resolve(target);
  const path = `${place}${UNFINISHED}`;
  checkStudyTarget(target, mark, force);
  if (existsSync(path)) {
    refuseForeign(path, mark, resume, force);
    takeLock(path, owner);
    clear(path, (name) => (force && !resume ? name === LOCK_FILE : MAKING_NAMES.includes(name)));
  } else if (resume && readMark(place)?.studyHash === mark.studyHash) {
    // A finished study with failed runs: they are tried again.
    renameSync(place, path);
    takeLock(path, owner);
    clear(path, (name) => MAKING_NAMES.includes(name));
  } else {
    makePath(path);
    takeLock(path, owner);
  }
  removePartials(join(path, 'runs'));
  if (readMark(path)?.studyHash !== mark.studyHash) {
    writeText(join(path, STUDY_FILE), `${JSON.stringify({ ...head(), ...mark })}\n`, true);
  }
  const { records, tornCount } = readJournal(join(path, JOURNAL_FILE), take);
  const journal = openJournal(join(path, JOURNAL_FILE));
  return workplaceAt({ path, place, owner, journal }, records, tornCount);
}

function workplaceAt<T>(
  { path, place, owner, journal }: { path: string; place: string; owner: Owner; journal: Journal },
  records: readonly T[],
  tornCount: number,
): Workplace<T> {
  let isOpen = true;
  const close = () => {
    if (isOpen) journal.close();
    isOpen = false;
  };
  const unlock = (folder: string) => rmSync(join(folder, LOCK_FILE), { force: true });
  return {
    path,
    records,
    tornCount,
    runFolder: (run) => join(path, 'runs', run),
    hasRun: (run) => existsSync(join(path, 'runs', run, MANIFEST)),
    makeRunsFolder: () => mkdirSync(join(path, 'runs'), { recursive: true }),
    append: (record) => journal.append(record),
    touch() {
      const nowS = owner.nowMs() / 1000;
      try {
        utimesSync(join(path, LOCK_FILE), nowS, nowS);
      } catch {
        // A disk that takes no more is met, and told of, by the next record.
      }
    },
    finish(runs) {
      clear(join(path, 'runs'), (name) => runs?.has(name) === true);
      if (runs === undefined) rmSync(join(path, 'runs'), { recursive: true, force: true });
      return openFolderAt(path, place);
    },
    complete(folder, manifest, keep, more = []) {
      close();
      if (keep !== undefined) sortJournal(join(path, JOURNAL_FILE), keep, more);
      folder.commit(manifest);
      // The folder stands; what is left over in it is only for going on.
      unlock(place);
      if (keep !== undefined) return;
      rmSync(join(place, JOURNAL_FILE), { force: true });
      rmSync(join(place, STUDY_FILE), { force: true });
    },
    release() {
      close();
      unlock(path);
    },
    discard() {
      close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Writes a journal again with one record a run, in an order that no speed of workers shows in. */
function sortJournal(path: string, runs: readonly string[], more: readonly object[]): void {
  const { records } = readJournal(path);
  const byRun = new Map(records.map((record) => [(record as { run?: unknown }).run, record]));
  const sorted = [...runs.map((run) => byRun.get(run) as object), ...more];
  writeText(path, sorted.map(journalLine).join(''), true);
}

function refuseForeign(path: string, mark: StudyMark, resume: boolean, force: boolean): void {
  if (force) return;
  const there = readMark(path);
  // A kill before the first byte of study.json leaves an empty folder.
  if (there === undefined && !existsSync(join(path, JOURNAL_FILE))) return;
  if (there === undefined) {
    refuse(path, `a readable ${STUDY_FILE}`, 'a torn one', '--force begins anew');
  }
  if (there.studyHash !== mark.studyHash) {
    const got = `an unfinished study ${JSON.stringify(there.name)} of other runs, inputs or program`;
    const hint = '--force throws it away; --out chooses another folder';
    refuse(path, `no study, or this one of ${JSON.stringify(mark.name)}`, got, hint);
  }
  if (resume) return;
  const { length } = readJournal(join(path, JOURNAL_FILE), () => 0).records;
  const hint = '--resume goes on with it, --force begins anew';
  refuse(path, 'no unfinished study', `one with ${length} finished runs`, hint);
}

/** Removes what is in a folder but for what stays; a missing folder is no error. */
function clear(path: string, stays: (name: string) => boolean): void {
  if (!existsSync(path)) return;
  for (const name of readdirSync(path).sort()) {
    if (!stays(name)) rmSync(join(path, name), { recursive: true, force: true });
  }
}

function takeLock(path: string, owner: Owner): void {
  const lock = join(path, LOCK_FILE);
  const text = `${JSON.stringify({ pid: owner.pid, host: owner.host })}\n`;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(lock, 'wx');
      writeSync(file, text);
      closeSync(file);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
    const holder = holderOf(lock, owner);
    if (holder !== undefined) {
      const hint = 'wait for it, or stop it first';
      refuse(path, 'a study that nobody works on', `one that ${holder} works on`, hint);
    }
    rmSync(lock, { force: true });
  }
  refuse(path, 'a study that nobody works on', 'one that another process has just taken', '');
}

/** Who holds a lock, in words; undefined when nobody does any more. */
function holderOf(lock: string, owner: Owner): string | undefined {
  const ageMs = owner.nowMs() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  let held: { pid?: number; host?: string } = {};
  try {
    held = JSON.parse(readFileSync(lock, 'utf8')) as typeof held;
  } catch {
    // Written by halves: by a process that has just begun, or one that was killed in between.
    if (Math.abs(ageMs) < LOCK_BIRTH_MS) return 'a process that has just begun';
  }
  const { pid, host } = held;
  if (pid === undefined || host === undefined) return undefined;
  if (host === owner.host) {
    return pid !== owner.pid && owner.isAlive(pid) ? `process ${pid}` : undefined;
  }
  return ageMs < LOCK_AGE_MS ? `process ${pid} on ${host}` : undefined;
}

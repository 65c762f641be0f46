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
/** A lock of another machine that nobody has touched for so long is nobody's [ms]. */
const LOCK_AGE_MS = 120_000;

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
export interface Workplace {
  /** Where it is being made. */
  readonly path: string;
  /** Records of runs that had finished before, in journal order. */
  readonly records: readonly unknown[];
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
  /** Opens the folder for the tables of the finished study. */
  finish(): ResultFolder;
  /**
   * Puts the finished folder in its place.
   *
   * @param keep - Whether `study.json` and the journal, rewritten in the order of `records`, stay in it: for
   *   shards, and where failed runs may be tried again.
   */
  complete(
    folder: ResultFolder,
    manifest: Readonly<Record<string, unknown>>,
    keep: readonly object[] | undefined,
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
  const there = readManifest(target);
  if (there === undefined || force || there['studyHash'] === mark.studyHash) return;
  const got = `results of ${String(there['kind'])} ${JSON.stringify(there['name'])}, version ${String(there['version'])}`;
  refuse(target, 'a new folder', got, '--force replaces them; --out chooses another folder');
}

/**
 * Opens the place where a study is made.
 *
 * @param target - Folder that it will have.
 * @param mark - What is made.
 * @param head - Content of `study.json`, the mark included.
 * @throws {ScenarioError} when another study is in the way, an unfinished one is there and may not be
 *   gone on with, or another process works on it. Nothing is changed then.
 */
export function openWorkplace(
  target: string,
  mark: StudyMark,
  head: () => object,
  { resume, force, owner }: WorkplaceOptions,
): Workplace {
  const place = resolve(target);
  const path = `${place}${UNFINISHED}`;
  checkStudyTarget(target, mark, force);
  if (existsSync(path)) {
    refuseForeign(path, mark, resume, force);
    takeLock(path, owner);
    if (force && !resume) clear(path);
  } else if (resume && readMark(place)?.studyHash === mark.studyHash) {
    // A finished study with failed runs: they are tried again.
    renameSync(place, path);
    takeLock(path, owner);
  } else {
    mkdirSync(path, { recursive: true });
    takeLock(path, owner);
  }
  removePartials(join(path, 'runs'));
  if (readMark(path)?.studyHash !== mark.studyHash) {
    writeText(join(path, STUDY_FILE), `${JSON.stringify({ ...head(), ...mark })}\n`, true);
  }
  const { records, tornCount } = readJournal(join(path, JOURNAL_FILE));
  const journal = openJournal(join(path, JOURNAL_FILE));
  return workplaceAt({ path, place, owner, journal }, records, tornCount);
}

function workplaceAt(
  { path, place, owner, journal }: { path: string; place: string; owner: Owner; journal: Journal },
  records: readonly unknown[],
  tornCount: number,
): Workplace {
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
      utimesSync(join(path, LOCK_FILE), nowS, nowS);
    },
    finish: () => openFolderAt(path, place),
    complete(folder, manifest, keep) {
      close();
      if (keep !== undefined) {
        writeText(join(path, JOURNAL_FILE), keep.map(journalLine).join(''), true);
      }
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

function refuseForeign(path: string, mark: StudyMark, resume: boolean, force: boolean): void {
  if (force) return;
  const there = readMark(path);
  // A kill before the first byte of study.json leaves an empty folder.
  if (there === undefined && !existsSync(join(path, JOURNAL_FILE))) return;
  if (there === undefined) {
    refuse(path, `a readable ${STUDY_FILE}`, 'a torn one', '--force begins anew');
  }
  if (there.studyHash !== mark.studyHash) {
    const got = `an unfinished study ${JSON.stringify(there.name)} with other runs`;
    const hint = '--force throws it away; --out chooses another folder';
    refuse(path, `no study, or this one of ${JSON.stringify(mark.name)}`, got, hint);
  }
  if (resume) return;
  const { length } = readJournal(join(path, JOURNAL_FILE), () => 0).records;
  const hint = '--resume goes on with it, --force begins anew';
  refuse(path, 'no unfinished study', `one with ${length} finished runs`, hint);
}

function clear(path: string): void {
  for (const name of readdirSync(path).sort()) {
    if (name !== LOCK_FILE) rmSync(join(path, name), { recursive: true, force: true });
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
  let held: { pid?: number; host?: string } = {};
  try {
    held = JSON.parse(readFileSync(lock, 'utf8')) as typeof held;
  } catch {
    // Written by halves, by a process that was killed in between.
  }
  const { pid, host } = held;
  if (pid === undefined || host === undefined) return undefined;
  if (host === owner.host) {
    return pid !== owner.pid && owner.isAlive(pid) ? `process ${pid}` : undefined;
  }
  const ageMs = owner.nowMs() - statSync(lock).mtimeMs;
  return ageMs < LOCK_AGE_MS ? `process ${pid} on ${host}` : undefined;
}

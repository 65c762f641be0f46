/**
 * A result folder that is either complete or recognisably not. Everything is written into a sibling
 * folder, each file under a temporary name, synced and renamed; the manifest comes last; then the whole
 * folder takes its place in one rename. A killed run leaves a `.partial-` folder without a manifest and
 * whatever stood at the target before.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ScenarioError } from '../base/errors.ts';
import { MANIFEST, manifestText } from './manifest.ts';

/** A written file as the manifest lists it. */
export interface FileEntry {
  /** Path within the folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the content, 64 hex digits. */
  readonly sha256: string;
}

/** A file of a result folder that is being written bit by bit. */
export interface FileStream {
  emit(chunk: Uint8Array | string): void;
  /** Completes the file and lists it. */
  end(): void;
  /** Gives it up. */
  abandon(): void;
}

/** A result folder under construction. */
export interface ResultFolder {
  /** Where it is being built. */
  readonly path: string;
  /** Writes one file: temporary name, sync, rename. */
  write(name: string, produce: (emit: (chunk: Uint8Array | string) => void) => void): void;
  /** Starts a file that is written while something else goes on. */
  stream(name: string): FileStream;
  /** Makes a folder inside. */
  makeFolder(name: string): void;
  /** Lists a file that somebody else wrote into the folder. */
  adopt(name: string): void;
  /** Writes the manifest with the list of files and puts the folder in its place. */
  commit(manifest: Readonly<Record<string, unknown>>): void;
  /** Removes what was built. */
  discard(): void;
}

const PARTIAL = '.partial-';
const LIMIT = 10_000;

/** Names a result folder may hold; a folder with anything else is not ours to replace. */
const OWN_NAMES =
  /^(manifest\.json|datapackage\.json|study\.json|journal\.jsonl|lock\.json|ledger\.bin|[a-z_]+\.(csv|parquet)|graph-(nodes|edges)\.csv|report\.html|figures|runs)$/;
/** Files of exported figures. */
const FIGURE_NAMES = /\.(svg|pdf|csv|tex)$/;

/**
 * Checks that results may go to a folder.
 *
 * @throws {ScenarioError} when something that is not a result folder is in the way.
 */
export function checkTarget(target: string): void {
  const refuse = (got: string) => {
    const expected = 'a new or empty folder, or one that holds earlier results';
    throw new ScenarioError([{ file: '', path: '--out', expected, got }]);
  };
  if (!existsSync(target)) return;
  if (!statSync(target).isDirectory()) refuse(`the file ${target}`);
  const foreign = readdirSync(target).find((name) => !OWN_NAMES.test(name));
  if (foreign !== undefined) refuse(`${target}, which holds ${foreign}`);
  const figures = join(target, 'figures');
  if (!existsSync(figures)) return;
  if (!statSync(figures).isDirectory()) refuse(`${target}, which holds a file figures`);
  const strange = readdirSync(figures).find((name) => !FIGURE_NAMES.test(name));
  if (strange !== undefined) refuse(`${target}, which holds figures/${strange}`);
}

/**
 * Starts a result folder.
 *
 * @param target - Where it will stand once complete; parents are made.
 * @throws {ScenarioError} when something that is not a result folder is in the way.
 */
export function openFolder(target: string): ResultFolder {
  const place = resolve(target);
  checkTarget(target);
  return openFolderAt(makeSibling(place), place);
}

/**
 * A result folder that is built in a folder of the caller's.
 *
 * @param path - Folder to build in; it is there.
 * @param place - Where it will stand once complete.
 */
export function openFolderAt(path: string, place: string): ResultFolder {
  const files: FileEntry[] = [];

  return {
    path,
    write(name, produce) {
      files.push(writeFile(path, name, produce));
    },
    stream(name) {
      const file = openFile(path, name);
      return {
        emit: file.emit,
        end: () => {
          files.push(file.close());
        },
        abandon: file.abandon,
      };
    },
    makeFolder: (name) => mkdirSync(join(path, name)),
    adopt(name) {
      const content = readFileSync(join(path, name));
      const sha256 = createHash('sha256').update(content).digest('hex');
      files.push({ path: name, bytes: content.length, sha256 });
    },
    commit(manifest) {
      const text = manifestText({ ...manifest, files });
      writeFile(path, MANIFEST, (emit) => emit(text));
      syncFolder(path);
      replace(path, place);
    },
    discard: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A place beside a target, for one run that another thread writes. */
export interface Reservation {
  /** Folder to write below. */
  readonly path: string;
  /** Puts a finished folder below `path` at the target and ends the reservation. */
  take(name: string): void;
  /** Removes what was written. */
  discard(): void;
}

/**
 * Reserves a place beside a target, so that whoever started a run can remove what a killed thread left.
 *
 * @throws {ScenarioError} when something that is not a result folder is in the way.
 */
export function reserve(target: string): Reservation {
  const place = resolve(target);
  checkTarget(target);
  const path = makeSibling(place);
  const discard = () => rmSync(path, { recursive: true, force: true });
  return {
    path,
    take(name) {
      replace(join(path, name), place);
      discard();
    },
    discard,
  };
}

/**
 * Writes a file that people asked for by name: temporary name, sync, rename.
 *
 * @param text - Text, written as UTF-8, or bytes.
 * @throws {ScenarioError} when the file exists and may not be replaced.
 */
export function writeText(path: string, text: string | Uint8Array, mayReplace: boolean): void {
  const place = resolve(path);
  if (!mayReplace && existsSync(place)) {
    const issue = { file: '', path, expected: 'a new file', got: 'an existing one' };
    throw new ScenarioError([{ ...issue, hint: '--force replaces it' }]);
  }
  makePath(dirname(place));
  writeFile(dirname(place), basename(place), (emit) => emit(text));
}

/** Removes unfinished run folders that stand in a folder; a missing folder is no error. */
export function removePartials(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).sort()) {
    if (name.includes(PARTIAL)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Makes a folder and those it stands in. The system's own way tells of a disk that may not be written as of
 * a missing folder.
 */
export function makePath(path: string): void {
  if (existsSync(path)) return;
  makePath(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else was a moment faster.
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
}

function makeSibling(place: string): string {
  makePath(dirname(place));
  for (let k = 1; k <= LIMIT; k++) {
    const path = `${place}${PARTIAL}${k}`;
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
  }
  throw new RangeError(`"target" expected under ${LIMIT} unfinished folders, got more at ${place}`);
}

/** A file on its way: temporary name until it is closed, then synced and renamed. */
interface OpenFile {
  emit(chunk: Uint8Array | string): void;
  close(): FileEntry;
  /** Closes without a result; the temporary file goes with its folder. */
  abandon(): void;
}

function openFile(folder: string, name: string): OpenFile {
  const path = join(folder, name);
  const temporary = `${path}.tmp`;
  const hash = createHash('sha256');
  const file = openSync(temporary, 'w');
  let bytes = 0;
  return {
    emit(chunk) {
      const data = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
      for (let at = 0; at < data.length; ) at += writeSync(file, data, at);
      hash.update(data);
      bytes += data.length;
    },
    close() {
      fsyncSync(file);
      closeSync(file);
      renameSync(temporary, path);
      return { path: name, bytes, sha256: hash.digest('hex') };
    },
    abandon: () => closeSync(file),
  };
}

function writeFile(
  folder: string,
  name: string,
  produce: (emit: (chunk: Uint8Array | string) => void) => void,
): FileEntry {
  const file = openFile(folder, name);
  try {
    produce(file.emit);
  } catch (error) {
    file.abandon();
    throw error;
  }
  return file.close();
}

/** Puts a finished folder in its place; what stood there goes only once the new one stands. */
function replace(path: string, place: string): void {
  const old = `${path}.old`;
  if (existsSync(place)) {
    // A kill may have left one from before; something newer stands.
    rmSync(old, { recursive: true, force: true });
    renameSync(place, old);
  }
  renameSync(path, place);
  syncFolder(dirname(place));
  rmSync(old, { recursive: true, force: true });
}

/** Makes renames in a folder durable. Where a system cannot open folders there is nothing to do. */
function syncFolder(path: string): void {
  let folder: number;
  try {
    folder = openSync(path, 'r');
  } catch (error) {
    if (['EISDIR', 'EPERM', 'EACCES'].includes((error as { code?: string }).code ?? '')) return;
    throw error;
  }
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Reads a result folder back and compares every file with its manifest. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isIntact, MANIFEST } from './manifest.ts';

/** What a manifest says, as far as a check needs it. */
export interface StatedResult {
  readonly kind: string;
  readonly genesisHash?: string;
  readonly headHash?: string;
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
}

/** Outcome of a check. */
export interface FolderCheck {
  /** Undefined where the manifest is missing or unreadable. */
  readonly stated: StatedResult | undefined;
  /** One line a problem, each naming its file; empty when all is as written. */
  readonly problems: readonly string[];
  /** Files that are in the folder and not in the manifest. */
  readonly unlisted: readonly string[];
}

const CHUNK_BYTES = 1 << 20;

/**
 * Checks every file of a result folder against its manifest, and the manifest against itself.
 *
 * @param folder - Run or study folder.
 */
export function checkFolder(folder: string): FolderCheck {
  const place = join(folder, MANIFEST);
  if (!existsSync(place)) {
    return {
      stated: undefined,
      problems: [`${place}: missing; the result is incomplete`],
      unlisted: [],
    };
  }
  const text = readFileSync(place, 'utf8');
  const problems = isIntact(text) ? [] : [`${place}: its bytes do not have the hash it states`];
  const stated = parseManifest(text);
  if (stated === undefined) {
    return { stated, problems: [`${place}: not a manifest`, ...problems], unlisted: [] };
  }
  for (const file of stated.files) {
    const path = join(folder, file.path);
    if (!existsSync(path)) problems.push(`${path}: missing`);
    else {
      const { bytes, sha256 } = digestFile(path);
      if (bytes !== file.bytes)
        problems.push(`${path}: expected ${file.bytes} bytes, got ${bytes}`);
      else if (sha256 !== file.sha256) {
        problems.push(`${path}: expected SHA-256 ${file.sha256}, got ${sha256}`);
      }
    }
  }
  const listed = new Set([MANIFEST, 'runs', ...stated.files.map((file) => file.path)]);
  const unlisted = readdirSync(folder)
    .sort()
    .filter((name) => !listed.has(name));
  return { stated, problems, unlisted };
}

/** Bytes of a file of a result folder; undefined when it is not there. */
export function readResult(folder: string, name: string): Uint8Array | undefined {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** Folders of runs in a study folder, by name. */
export function runFolders(folder: string): readonly string[] {
  const runs = join(folder, 'runs');
  return existsSync(runs)
    ? readdirSync(runs)
        .sort()
        .map((name) => join(runs, name))
    : [];
}

function parseManifest(text: string): StatedResult | undefined {
  try {
    const value = JSON.parse(text) as StatedResult;
    const sound = value.files.every(
      ({ path, bytes, sha256 }) =>
        typeof path === 'string' && Number.isInteger(bytes) && typeof sha256 === 'string',
    );
    return sound && typeof value.kind === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function digestFile(path: string): { bytes: number; sha256: string } {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const file = openSync(path, 'r');
  let bytes = 0;
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(file);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Files that a scenario reads, found without reading them as data: every text of it that names a file or a
 * folder beside the scenario. A word that happens to be the name of a file costs nothing but a run that is
 * done again when that file changes.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Texts that name no file however they are meant. */
const PATH_LENGTH_MAX = 1024;
const MAY_BE_PATH = /^[^\0]*[^./\\\0][^\0]*$/;

function textsIn(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') into.add(value);
  else if (Array.isArray(value)) for (const item of value) textsIn(item, into);
  else if (value !== null && typeof value === 'object') textsIn(Object.values(value), into);
}

/** Hashes files, each once as long as the object lives. */
export interface InputFiles {
  /**
   * SHA-256 over the names and bytes of the files a scenario reads.
   *
   * @param scenario - Any value whose texts may be paths.
   * @param folder - Folder that its paths start from.
   */
  hash(scenario: unknown, folder: string): string;
}

/** Opens a memory of hashed files; whoever plans a study uses one, so that all its runs see one state. */
export function createInputFiles(): InputFiles {
  const hashes = new Map<string, string>();

  function hashAt(path: string): string {
    const known = hashes.get(path);
    if (known !== undefined) return known;
    let hash = '';
    try {
      hash = contentHash(path);
    } catch {
      // Too long for a name, below a file, not readable: the run says so if it is a file after all.
    }
    hashes.set(path, hash);
    return hash;
  }

  return {
    hash(scenario, folder) {
      const texts = new Set<string>();
      textsIn(scenario, texts);
      const total = createHash('sha256');
      for (const text of [...texts].sort()) {
        if (!MAY_BE_PATH.test(text) || text.length > PATH_LENGTH_MAX) continue;
        const hash = hashAt(resolve(folder, text));
        if (hash !== '') total.update(`${text} ${hash}\n`);
      }
      return total.digest('hex');
    },
  };
}

/** Hash of a file, or of the files in a folder; empty where there is neither. */
function contentHash(path: string): string {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind?.isFile() === true) return createHash('sha256').update(readFileSync(path)).digest('hex');
  if (kind?.isDirectory() !== true) return '';
  const entries = readdirSync(path, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  // A folder of results is no input, whatever word it is named by.
  if (files.includes('manifest.json') || files.includes('study.json')) return '';
  const total = createHash('sha256');
  for (const name of files.sort()) {
    total.update(`${name} ${contentHash(join(path, name))}\n`);
  }
  return total.digest('hex');
}

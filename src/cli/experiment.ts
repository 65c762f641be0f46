/** `peerwatt experiment`: the studies that come with the program, by the names people know them by. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearestWord } from '../base/errors.ts';
import { type Arguments, EXIT } from './session.ts';
import { textOption, UsageError } from './usage.ts';

/** A study that ships with the program. */
export interface ShippedStudy {
  /** Name as it is asked for, e.g. `E01` or `E17-sybil`. */
  readonly id: string;
  /** Study file, absolute. */
  readonly path: string;
  /** What it asks, from the first line of the file. */
  readonly title: string;
}

/** Folder of the studies: beside `dist` in a package, beside `src` in a working copy. */
const FOLDER = fileURLToPath(new URL('../../scenarios/experiments', import.meta.url));
const ENDING = '.study.yaml';
/** `# E01 · Protocols on one world, as deployed: …` */
const TITLE = /^# \S+ · (.+)$/m;

/**
 * Studies of the package, by id.
 *
 * @returns One a file `scenarios/experiments/<id>.study.yaml`, sorted by id.
 */
export function shippedStudies(): readonly ShippedStudy[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .sort()
    .map((id) => {
      const path = join(FOLDER, `${id}${ENDING}`);
      const title = TITLE.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
      return { id, path, title };
    });
}

/**
 * Finds a study by its id, in capitals or not.
 *
 * @throws {UsageError} with the nearest id.
 */
export function findStudy(id: string): ShippedStudy {
  const studies = shippedStudies();
  const found = studies.find((study) => study.id.toLowerCase() === id.toLowerCase());
  if (found !== undefined) return found;
  const ids = studies.map((study) => study.id);
  const near =
    nearestWord(id, ids) ?? ids.find((one) => one.toLowerCase().startsWith(id.toLowerCase()));
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  throw new UsageError(`unknown experiment "${id}"; known: ${ids.join(', ')}${hint}`);
}

/**
 * Runs a study of the package as `peerwatt sweep` runs a file; without an id, lists them.
 *
 * @param args - Options of `sweep`, and `id`.
 * @param sweep - The command that runs a study file, named by `args.study`.
 * @returns Exit code.
 * @throws {UsageError} on an unknown id.
 */
export async function experiment(
  args: Arguments,
  sweep: (args: Arguments) => Promise<number>,
): Promise<number> {
  const id = textOption('id', args.id);
  if (id !== undefined) return sweep({ ...args, study: findStudy(id).path });
  const studies = shippedStudies();
  const width = Math.max(...studies.map((study) => study.id.length));
  const lines = studies.map((study) => `${study.id.padEnd(width)}  ${study.title}`);
  process.stdout.write(`${lines.join('\n')}\n\nrun one: peerwatt experiment ${studies[0]!.id}\n`);
  return EXIT.fine;
}

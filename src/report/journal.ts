/**
 * The record of a study under way: one line a finished run, appended and synced, each led by a hash of
 * itself. A process that is killed between two bytes leaves at most one torn line, which is recognised and
 * left out; the run it told of is done again.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';

const HASH_DIGITS = 16;
const NEWLINE = 10;

/** What a journal holds. */
export interface JournalContent<T> {
  /** Sound records, in order. */
  readonly records: readonly T[];
  /** Lines that are not what was written, a torn last one among them. */
  readonly tornCount: number;
}

/** A journal that is being written. */
export interface Journal {
  /** Appends one record and syncs it. @throws as the file system does; nothing sound is lost then. */
  append(record: object): void;
  close(): void;
}

const digest = (text: string) =>
  createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);

/** One line of a journal, with its end. */
export function journalLine(record: object): string {
  const text = JSON.stringify(record);
  return `${digest(text)} ${text}\n`;
}

/**
 * Reads a journal.
 *
 * @param path - File; one that is not there is empty.
 * @param take - Turns a record into what is kept of it, so that the texts need not all be held at once.
 */
export function readJournal<T = unknown>(
  path: string,
  take: (record: unknown) => T = (record) => record as T,
): JournalContent<T> {
  if (!existsSync(path)) return { records: [], tornCount: 0 };
  const bytes = readFileSync(path);
  const records: T[] = [];
  let tornCount = 0;
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.toString('utf8', start, end);
    const text = line.slice(HASH_DIGITS + 1);
    if (found >= 0 && line.slice(0, HASH_DIGITS) === digest(text))
      records.push(take(JSON.parse(text)));
    else tornCount++;
    start = end + 1;
  }
  return { records, tornCount };
}

/** Opens a journal to go on with; a torn end is cut off first, so that the next line stands alone. */
export function openJournal(path: string): Journal {
  const file = openSync(path, 'a+');
  const bytes = readFileSync(path);
  let length = bytes.lastIndexOf(NEWLINE) + 1;
  if (length < bytes.length) ftruncateSync(file, length);
  return {
    append(record) {
      const line = Buffer.from(journalLine(record));
      try {
        for (let at = 0; at < line.length; ) at += writeSync(file, line, at);
        fsyncSync(file);
        length += line.length;
      } catch (error) {
        // Half a line would spoil the next one.
        ftruncateSync(file, length);
        throw error;
      }
    },
    close: () => closeSync(file),
  };
}

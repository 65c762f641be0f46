/** Mistakes on the command line: what the user typed, and the nearest word that exists. */
import { nearestWord } from '../base/errors.ts';

export { shellWord } from '../base/shell.ts';

/** A command line that cannot be understood; exit code 2, no stack. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/**
 * Adds "did you mean" to the parser's message about unknown words.
 *
 * @param message - Message of the argument parser.
 * @param words - What was typed.
 * @param commands - Known commands.
 * @param options - Known options, without dashes.
 */
export function explainUsage(
  message: string,
  words: readonly string[],
  commands: readonly string[],
  options: readonly string[],
): string {
  const [first] = words;
  if (first !== undefined && !first.startsWith('-') && !commands.includes(first)) {
    return unknown('command', first, commands, '');
  }
  if (/^Not enough non-option arguments/.test(message)) {
    return `${first}: expected one more word; try peerwatt ${first} --help`;
  }
  const match = /^Unknown arguments?: (.+)$/.exec(message);
  if (match === null) return message;
  const typed = match[1]!.split(', ');
  // The parser names an option a second time in camelCase.
  const own = typed.filter(
    (word) => !typed.some((other) => other !== word && camel(other) === word),
  );
  return own
    .map((word) =>
      words.includes(word)
        ? `${first}: expected no further word; got "${word}"`
        : unknown('option', word, options, '--'),
    )
    .join('\n');
}

function unknown(noun: string, word: string, known: readonly string[], dashes: string): string {
  const near = nearestWord(word, known);
  const hint = near === undefined ? '' : ` (did you mean ${dashes}${near}?)`;
  const list = known.map((name) => `${dashes}${name}`).join(', ');
  return `unknown ${noun} "${word}"; known: ${list}${hint}`;
}

function camel(word: string): string {
  return word.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** An integer option in a range; undefined passes. @throws {UsageError} */
export function integerOption(
  name: string,
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  const got = Array.isArray(value) ? `${value.length} values` : JSON.stringify(value);
  throw new UsageError(`--${name}: expected an integer of at least ${least}; got ${got}`);
}

/** A text option that may be given once; undefined passes. @throws {UsageError} */
export function textOption(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  const got = Array.isArray(value) ? `${value.length} values` : 'nothing';
  throw new UsageError(`--${name}: expected one value; got ${got}`);
}

/** A text option that may be repeated, as a list. @throws {UsageError} */
export function listOption(name: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.every((item) => typeof item === 'string' && item !== '')) return list as string[];
  throw new UsageError(`--${name}: expected a value; got nothing`);
}

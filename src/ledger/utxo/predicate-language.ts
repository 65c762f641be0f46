/**
 * The text form of predicates: nested calls of six combinators, and nothing else. There is no grammar rule
 * for a variable, a loop, an operator or a second transaction, so a program that needs one has no parse;
 * the parser cannot say yes to it by mistake. A double auction, whose outcome depends on everybody's orders,
 * is such a program.
 *
 * ```
 * predicate = "sig" "(" hash ")" | "hashlock" "(" hash ")" | "timelock" "(" microseconds ")"
 *           | "m-of-n" "(" integer "," hash { "," hash } ")"
 *           | ( "and" | "or" ) "(" predicate "," predicate { "," predicate } ")"
 * ```
 */
import { nearestWord } from '../../base/errors.ts';
import { PREDICATE_KINDS, type Predicate, predicateDefect } from './predicate.ts';

/** What a word outside the language is told. */
export const PREDICATE_SCOPE =
  'a predicate sees only its own witness, the signature hash of the spending transaction and the ' +
  'time of the block; what needs shared state, such as a double auction, has to use the account model';

/** A text that is no predicate. */
export class PredicateSyntaxError extends Error {
  /** Character the problem begins at, from 0. */
  readonly position: number;
  /** What could have stood there, in words. */
  readonly expected: string;
  /** What stood there. */
  readonly got: string;
  /** A way out; empty when there is none to name. */
  readonly hint: string;
  constructor(position: number, expected: string, got: string, hint = '') {
    const after = hint === '' ? '' : ` (${hint})`;
    super(`character ${position}: expected ${expected}; got ${got}${after}`);
    this.name = 'PredicateSyntaxError';
    this.position = position;
    this.expected = expected;
    this.got = got;
    this.hint = hint;
  }
}

/** A word, a mark or the end of the text, and where it stands. */
interface Token {
  readonly kind: 'word' | 'mark' | 'end';
  readonly text: string;
  readonly position: number;
}

const KINDS: readonly string[] = PREDICATE_KINDS;
/** A token of the language or, last, any character that is none. */
const TOKEN = /\s*(?:([A-Za-z0-9_.-]+)|([(),])|(\S))/y;

/**
 * Reads the text of a predicate. White space between tokens is free.
 *
 * @throws {PredicateSyntaxError} with position, what was expected and what stood there. Whatever else a
 *   text may say, it is not in the language: see {@link PREDICATE_SCOPE}.
 * @example compilePredicate('or(sig(<64 hex>), and(timelock(86400000000), sig(<64 hex>)))')
 */
export function compilePredicate(text: string): Predicate {
  const parser = createParser(text);
  const predicate = parser.predicate(0);
  parser.end();
  return predicate;
}

/** The text of a predicate; {@link compilePredicate} reads it back to the same predicate. */
export function printPredicate(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'sig':
      return `sig(${predicate.keyHash})`;
    case 'hashlock':
      return `hashlock(${predicate.hash})`;
    case 'timelock':
      return `timelock(${predicate.notBeforeUs})`;
    case 'm-of-n':
      return `m-of-n(${[predicate.m, ...predicate.keyHashes].join(', ')})`;
    case 'and':
    case 'or':
      return `${predicate.kind}(${predicate.parts.map(printPredicate).join(', ')})`;
  }
}

/** Nesting at which reading stops, so that no text is too deep for the parser itself. */
const NESTING_MAX = 64;

function createParser(text: string) {
  let position = 0;
  let ahead: Token | undefined;

  function next(): Token {
    const token = ahead ?? read();
    ahead = undefined;
    return token;
  }

  function peek(): Token {
    ahead ??= read();
    return ahead;
  }

  function read(): Token {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (match === null) return { kind: 'end', text: '', position: text.length };
    position = TOKEN.lastIndex;
    const found = (match[1] ?? match[2] ?? match[3])!;
    const at = position - found.length;
    if (match[3] !== undefined) {
      throw new PredicateSyntaxError(at, 'a word, "(", ")" or ","', `"${found}"`, PREDICATE_SCOPE);
    }
    return { kind: match[1] === undefined ? 'mark' : 'word', text: found, position: at };
  }

  function mark(expected: '(' | ')' | ','): void {
    const token = next();
    if (token.text !== expected) fail(token, `"${expected}"`);
  }

  function word(pattern: RegExp, expected: string): Token {
    const token = next();
    if (token.kind !== 'word' || !pattern.test(token.text)) fail(token, expected);
    return token;
  }

  const hash = (of: string) => word(/^[0-9a-f]{64}$/, `${of} of 64 hex digits`).text;

  function integer(what: string): number {
    const token = word(/^(0|[1-9][0-9]{0,15})$/, what);
    const value = Number(token.text);
    if (!Number.isSafeInteger(value)) fail(token, `${what} below 2^53`);
    return value;
  }

  /** One or more items after the one before, each behind a comma. */
  function list<T>(item: () => T): T[] {
    const items: T[] = [];
    while (peek().text === ',') {
      next();
      items.push(item());
    }
    return items;
  }

  function predicate(depth: number): Predicate {
    const name = next();
    if (name.kind !== 'word' || !KINDS.includes(name.text)) failName(name);
    if (depth > NESTING_MAX) fail(name, 'fewer levels of nesting');
    mark('(');
    const made = body(name.text, depth);
    mark(')');
    const defect = predicateDefect(made);
    if (defect !== undefined) {
      throw new PredicateSyntaxError(name.position, defect, `this "${name.text}"`);
    }
    return made;
  }

  function body(kind: string, depth: number): Predicate {
    switch (kind) {
      case 'sig':
        return { kind, keyHash: hash('a key hash') };
      case 'hashlock':
        return { kind, hash: hash('a hash') };
      case 'timelock':
        return { kind, notBeforeUs: integer('a time in microseconds') };
      case 'm-of-n':
        return { kind, m: integer('a threshold'), keyHashes: list(() => hash('a key hash')) };
      default: {
        const part = () => predicate(depth + 1);
        return { kind: kind === 'and' ? 'and' : 'or', parts: [part(), ...list(part)] };
      }
    }
  }

  return {
    predicate,
    end(): void {
      const token = next();
      if (token.kind !== 'end') fail(token, 'the end of the predicate');
    },
  };
}

function fail(token: Token, expected: string): never {
  throw new PredicateSyntaxError(token.position, expected, shown(token));
}

/** A word where a combinator should stand: the slip of a letter, or a thing the language does not have. */
function failName(token: Token): never {
  const near = token.kind === 'word' ? nearestWord(token.text, KINDS) : undefined;
  const slip = near === undefined ? '' : `did you mean ${near}? else `;
  const hint = token.kind === 'word' ? slip + PREDICATE_SCOPE : '';
  throw new PredicateSyntaxError(token.position, `one of ${KINDS.join(', ')}`, shown(token), hint);
}

function shown(token: Token): string {
  if (token.kind === 'end') return 'the end of the text';
  return token.text.length <= 40 ? `"${token.text}"` : `"${token.text.slice(0, 40)}..."`;
}

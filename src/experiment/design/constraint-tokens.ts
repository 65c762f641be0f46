/** Words of a constraint: numbers, names, quoted text, operators; each with its column. */

/** One word of a constraint. */
export interface Token {
  readonly kind: 'number' | 'name' | 'text' | 'operator' | 'end';
  /** As written; without quotes for text, empty at the end. */
  readonly text: string;
  /** Where it begins, from 0. */
  readonly offset: number;
}

/** A problem of a constraint. */
export interface ConstraintProblem {
  /** Where in the text, from 0. */
  readonly offset: number;
  readonly expected: string;
  readonly got: string;
  readonly hint?: string;
}

const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['text', /'[^']*'|"[^"]*"/y],
  ['operator', /<=|>=|==|!=|[-+*/()<>]/y],
];

/** Signs of other languages, and what to write instead. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ['&&', 'and'],
  ['||', 'or'],
  ['=', '=='],
  ['!', 'not'],
  ['≤', '<='],
  ['≥', '>='],
  ['≠', '!='],
];

/**
 * Cuts a text into tokens.
 *
 * @returns The tokens, the last one of kind `end`; or the first sign that belongs to no token.
 */
export function tokensOf(text: string): readonly Token[] | ConstraintProblem {
  const tokens: Token[] = [];
  let offset = 0;
  for (;;) {
    while (/\s/.test(text[offset] ?? '')) offset++;
    if (offset >= text.length) break;
    let found: Token | undefined;
    for (const [kind, pattern] of PATTERNS) {
      pattern.lastIndex = offset;
      const match = pattern.exec(text)?.[0];
      if (match === undefined) continue;
      found = { kind, text: kind === 'text' ? match.slice(1, -1) : match, offset };
      offset += match.length;
      break;
    }
    if (found === undefined) return foreign(text, offset);
    tokens.push(found);
  }
  return [...tokens, { kind: 'end', text: '', offset: text.length }];
}

function foreign(text: string, offset: number): ConstraintProblem {
  const known = FOREIGN.find(([sign]) => text.startsWith(sign, offset));
  const sign = known?.[0] ?? String.fromCodePoint(text.codePointAt(offset)!);
  const expected = 'numbers, names of factors, + - * / ( ), comparisons, and, or, not';
  const open = sign === "'" || sign === '"' ? { hint: 'close the quoted text' } : {};
  const hint = known === undefined ? open : { hint: `write ${known[1]}` };
  return { offset, expected, got: JSON.stringify(sign), ...hint };
}

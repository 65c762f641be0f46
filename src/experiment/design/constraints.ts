/**
 * Constraints between factors, such as `households >= 2 * prosumers`: a language of one screen, so
 * that a study file needs no code and cannot run any. Numbers are in the factor's own unit.
 *
 *     or := and { "or" and }            and := not { "and" not }        not := "not" not | compare
 *     compare := sum ( < <= > >= == != ) sum        sum := product { + - product }
 *     product := sign { * / sign }      sign := "-" sign | "+" sign | atom
 *     atom := number | name | 'text' | "(" or ")"
 */
import { nearestWord } from '../../base/errors.ts';
import { type ConstraintProblem, type Token, tokensOf } from './constraint-tokens.ts';
import type { FactorColumn } from './design.ts';

export type { ConstraintProblem } from './constraint-tokens.ts';

/** A constraint that was understood. */
export interface Constraint {
  readonly text: string;
  /** Whether a point's cells, one a factor column, meet it. */
  test(cells: readonly (string | number)[]): boolean;
}

/** Words that cannot be names of factors. */
export const CONSTRAINT_WORDS: readonly string[] = ['and', 'or', 'not'];

type Cells = readonly (string | number)[];
type Value = string | number | boolean;
type Kind = 'number' | 'text' | 'condition';

interface Node {
  readonly kind: Kind;
  readonly offset: number;
  evaluate(cells: Cells): Value;
}

/** Nesting and words a constraint may have; a person writes a tenth. */
const DEPTH_LIMIT = 50;
const TOKEN_LIMIT = 1000;

const KIND_WORDS = { number: 'a number', text: 'text', condition: 'a comparison' } as const;

/**
 * Reads a constraint.
 *
 * @param factors - The columns it may name.
 * @returns The constraint; or its problems: every unknown name, else the first word that does not
 *   fit. Numbers follow IEEE 754: a division by 0 gives infinity, and NaN meets no comparison
 *   but `!=`.
 */
export function parseConstraint(
  text: string,
  factors: readonly Pick<FactorColumn, 'name' | 'type'>[],
): Constraint | readonly ConstraintProblem[] {
  const tokens = tokensOf(text);
  if ('expected' in tokens) return [tokens];
  const unknown = unknownNames(tokens, factors);
  if (unknown.length > 0) return unknown;
  try {
    const root = new Reader(tokens, factors).whole();
    return { text, test: (cells) => root.evaluate(cells) as boolean };
  } catch (error) {
    if (error instanceof Misfit) return [error.problem];
    throw error;
  }
}

function unknownNames(
  tokens: readonly Token[],
  factors: readonly Pick<FactorColumn, 'name'>[],
): ConstraintProblem[] {
  const names = factors.map(({ name }) => name);
  return tokens.flatMap(({ kind, text, offset }) => {
    if (kind !== 'name' || names.includes(text) || CONSTRAINT_WORDS.includes(text)) return [];
    const near = nearestWord(text, [...names, ...CONSTRAINT_WORDS]);
    const expected =
      names.length === 0
        ? 'no names: there are no factors'
        : `a factor, one of ${names.join(', ')}`;
    const got = JSON.stringify(text);
    const hint = 'quote a word that is text';
    return [{ offset, expected, got, hint: near === undefined ? hint : `did you mean ${near}?` }];
  });
}

/** Carries a problem out of the recursion. */
class Misfit extends Error {
  readonly problem: ConstraintProblem;
  constructor(problem: ConstraintProblem) {
    super(problem.expected);
    this.problem = problem;
  }
}

/** Reads tokens by recursive descent; every rule of the grammar is a method. */
class Reader {
  private at = 0;
  private depth = 0;
  private readonly tokens: readonly Token[];
  private readonly factors: readonly Pick<FactorColumn, 'name' | 'type'>[];
  constructor(tokens: readonly Token[], factors: readonly Pick<FactorColumn, 'name' | 'type'>[]) {
    this.tokens = tokens;
    this.factors = factors;
  }

  whole(): Node {
    if (this.tokens.length > TOKEN_LIMIT) {
      this.refuse(this.tokens[TOKEN_LIMIT]!.offset, `at most ${TOKEN_LIMIT} words`, 'more');
    }
    const node = this.or();
    const rest = this.peek();
    if (rest.kind !== 'end') {
      const isCompare = /^([<>]=?|[!=]=)$/.test(rest.text);
      const hint = isCompare ? 'join two comparisons with and' : undefined;
      this.refuse(rest.offset, 'and, or, or the end', JSON.stringify(rest.text), hint);
    }
    return this.want(node, 'condition');
  }

  private or(): Node {
    let left = this.and();
    while (this.take('name', ['or']) !== undefined) {
      const [a, b] = [this.want(left, 'condition'), this.want(this.and(), 'condition')];
      left = condition(
        a.offset,
        (cells) => a.evaluate(cells) === true || b.evaluate(cells) === true,
      );
    }
    return left;
  }

  private and(): Node {
    let left = this.not();
    while (this.take('name', ['and']) !== undefined) {
      const [a, b] = [this.want(left, 'condition'), this.want(this.not(), 'condition')];
      left = condition(
        a.offset,
        (cells) => a.evaluate(cells) === true && b.evaluate(cells) === true,
      );
    }
    return left;
  }

  private not(): Node {
    const word = this.take('name', ['not']);
    if (word === undefined) return this.compare();
    const inner = this.want(
      this.nested(() => this.not()),
      'condition',
    );
    return condition(word.offset, (cells) => inner.evaluate(cells) !== true);
  }

  private compare(): Node {
    const left = this.sum();
    const operator = this.take('operator', ['<', '<=', '>', '>=', '==', '!=']);
    if (operator === undefined) return left;
    const right = this.sum();
    const test = COMPARE[operator.text]!;
    if (/[<>]/.test(operator.text) || left.kind === 'condition') this.want(left, 'number');
    this.want(right, left.kind);
    return condition(left.offset, (cells) => test(left.evaluate(cells), right.evaluate(cells)));
  }

  private sum(): Node {
    return this.arithmetic(['+', '-'], () => this.product());
  }

  private product(): Node {
    return this.arithmetic(['*', '/'], () => this.sign());
  }

  private arithmetic(signs: readonly string[], operand: () => Node): Node {
    let left = operand();
    for (;;) {
      const operator = this.take('operator', signs);
      if (operator === undefined) return left;
      const [a, b] = [this.want(left, 'number'), this.want(operand(), 'number')];
      const apply = ARITHMETIC[operator.text]!;
      left = number(a.offset, (cells) =>
        apply(a.evaluate(cells) as number, b.evaluate(cells) as number),
      );
    }
  }

  private sign(): Node {
    const operator = this.take('operator', ['-', '+']);
    if (operator === undefined) return this.atom();
    const inner = this.want(
      this.nested(() => this.sign()),
      'number',
    );
    if (operator.text === '+') return inner;
    return number(operator.offset, (cells) => -(inner.evaluate(cells) as number));
  }

  private atom(): Node {
    const token = this.peek();
    const { kind, text, offset } = token;
    if (kind === 'number') {
      this.at++;
      const value = Number(text);
      return number(offset, () => value);
    }
    if (kind === 'text') {
      this.at++;
      return { kind: 'text', offset, evaluate: () => text };
    }
    const factor = kind === 'name' ? this.factors.findIndex(({ name }) => name === text) : -1;
    if (factor >= 0) {
      this.at++;
      const isText = this.factors[factor]!.type === 'text';
      return { kind: isText ? 'text' : 'number', offset, evaluate: (cells) => cells[factor]! };
    }
    if (this.take('operator', ['(']) !== undefined) {
      const inner = this.nested(() => this.or());
      if (this.take('operator', [')']) === undefined) {
        const next = this.peek();
        this.refuse(next.offset, 'a closing parenthesis', wordOf(next));
      }
      return { ...inner, offset };
    }
    return this.refuse(offset, 'a number, a factor or (', wordOf(token));
  }

  /** Takes the next token if it is one of some words. */
  private take(kind: Token['kind'], words: readonly string[]): Token | undefined {
    const token = this.peek();
    if (token.kind !== kind || !words.includes(token.text)) return undefined;
    this.at++;
    return token;
  }

  private peek(): Token {
    return this.tokens[this.at]!;
  }

  private nested(read: () => Node): Node {
    if (++this.depth > DEPTH_LIMIT) {
      this.refuse(this.peek().offset, `at most ${DEPTH_LIMIT} levels of nesting`, 'more');
    }
    const node = read();
    this.depth--;
    return node;
  }

  private want(node: Node, kind: Kind): Node {
    if (node.kind === kind) return node;
    const hint = kind === 'condition' ? 'compare it with something' : undefined;
    return this.refuse(node.offset, KIND_WORDS[kind], KIND_WORDS[node.kind], hint);
  }

  private refuse(offset: number, expected: string, got: string, hint?: string): never {
    throw new Misfit({ offset, expected, got, ...(hint === undefined ? {} : { hint }) });
  }
}

const wordOf = ({ kind, text }: Token) => (kind === 'end' ? 'the end' : JSON.stringify(text));

const number = (offset: number, evaluate: (cells: Cells) => number): Node => ({
  ...{ kind: 'number', offset, evaluate },
});

const condition = (offset: number, evaluate: (cells: Cells) => boolean): Node => ({
  ...{ kind: 'condition', offset, evaluate },
});

const COMPARE: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

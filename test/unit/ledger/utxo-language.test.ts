import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { predicateDefect } from '../../../src/ledger/utxo/predicate.ts';
import {
  compilePredicate,
  PREDICATE_SCOPE,
  PredicateSyntaxError,
  printPredicate,
} from '../../../src/ledger/utxo/predicate-language.ts';
import { KEY_HASHES, predicates, SECRET_HASHES } from './utxo-predicates.ts';

const [alice, bob] = KEY_HASHES as [string, string];

function problemOf(text: string): PredicateSyntaxError {
  try {
    compilePredicate(text);
  } catch (error) {
    if (error instanceof PredicateSyntaxError) return error;
    throw error;
  }
  throw new Error(`"${text}" compiled`);
}

describe('predicate language', () => {
  it('reads back what it prints', () => {
    fc.assert(
      fc.property(predicates, (predicate) => {
        expect(compilePredicate(printPredicate(predicate))).toEqual(predicate);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('reads white space freely', () => {
    const text = ` or ( sig(${alice}),\n  and(timelock( 5 ) , hashlock(${SECRET_HASHES[0]})) ) `;
    expect(printPredicate(compilePredicate(text))).toBe(
      `or(sig(${alice}), and(timelock(5), hashlock(${SECRET_HASHES[0]})))`,
    );
  });

  it('says where a problem is, what was expected and what stood there', () => {
    const cases: [text: string, position: number, message: string][] = [
      ['', 0, 'expected one of sig, hashlock, timelock, m-of-n, and, or; got the end of the text'],
      ['sig(12)', 4, 'expected a key hash of 64 hex digits; got "12"'],
      [`sig(${alice}`, 68, 'expected ")"; got the end of the text'],
      [`sig(${alice}))`, 69, 'expected the end of the predicate; got ")"'],
      ['timelock(1.5)', 9, 'expected a time in microseconds; got "1.5"'],
      ['timelock(010)', 9, 'expected a time in microseconds; got "010"'],
      ['timelock(9007199254740993)', 9, 'expected a time in microseconds below 2^53'],
      [`m-of-n(3, ${alice}, ${bob})`, 0, 'expected a threshold of 1 to 2 for 2 keys'],
      [`and(sig(${alice}))`, 0, 'expected at least two parts of "and"'],
      [`sigs(${alice})`, 0, 'did you mean sig?'],
      [`sig(${alice}, ${bob})`, 68, 'expected ")"; got ","'],
    ];
    for (const [text, position, message] of cases) {
      const problem = problemOf(text);
      expect(problem.message).toContain(message);
      expect(problem.position).toBe(position);
    }
  });

  it('has no word for a double auction, and says where that belongs', () => {
    const attempts = [
      'auction(bids, asks)',
      'for (bid in bids) sum(bid)',
      'while(unmatched)',
      'read(price)',
      'sum(outputs)',
      `and(sig(${alice}), clear(book))`,
      `or(sig(${alice}), output(1))`,
      'if(price, accept)',
      'let(price, 5)',
      'state(orders)',
    ];
    for (const text of attempts) {
      const problem = problemOf(text);
      expect(problem.hint, text).toContain(PREDICATE_SCOPE);
      expect(problem.message).toContain('the account model');
    }
    expect(problemOf('auction(bids, asks)').message).toBe(
      'character 0: expected one of sig, hashlock, timelock, m-of-n, and, or; got "auction" ' +
        `(${PREDICATE_SCOPE})`,
    );
  });

  it('has no operator, variable or statement', () => {
    for (const text of ['1 + 2', 'x = 5', 'a > b', '{ }', 'sig[0]', '"text"', 'a; b', 'f => f']) {
      expect(() => compilePredicate(text)).toThrow(PredicateSyntaxError);
    }
    expect(problemOf(`timelock(5 + 5)`).hint).toBe(PREDICATE_SCOPE);
  });

  it('ends on any text with a predicate within bounds or with a problem', () => {
    const pieces = fc.constantFrom(
      ...[
        'sig',
        'and',
        'or',
        'm-of-n',
        'timelock',
        '(',
        ')',
        ',',
        ' ',
        '7',
        alice,
        bob,
        'for',
        '+',
      ],
    );
    let compiled = 0;
    const text = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.array(pieces, { maxLength: 24, size: 'max' }).map((parts) => parts.join('')),
      fc
        .tuple(predicates, fc.nat(), fc.oneof(fc.constant(''), pieces))
        .map(([predicate, at, piece]) => {
          const whole = printPredicate(predicate);
          const cut = at % (whole.length + 1);
          return whole.slice(0, cut) + piece + whole.slice(cut);
        }),
    );
    fc.assert(
      fc.property(text, (source) => {
        try {
          expect(predicateDefect(compilePredicate(source))).toBeUndefined();
          compiled++;
        } catch (error) {
          expect(error).toBeInstanceOf(PredicateSyntaxError);
          expect((error as PredicateSyntaxError).position).toBeLessThanOrEqual(source.length);
        }
      }),
      { numRuns: 2_000, seed: 2 },
    );
    expect(compiled).toBeGreaterThan(50);
  });

  it('does not fall over a text that nests without end', () => {
    const text = 'and('.repeat(1_000_000);
    expect(problemOf(text).expected).toBe('fewer levels of nesting');
  });
});

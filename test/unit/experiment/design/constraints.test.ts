import { describe, expect, it } from 'vitest';
import { parseConstraint } from '../../../../src/experiment/design/constraints.ts';

const FACTORS = [
  { name: 'households', type: 'integer' },
  { name: 'interval', type: 'number' },
  { name: 'climate', type: 'text' },
] as const;

function holds(text: string, cells: readonly (string | number)[] = [20, 15, 'north']): boolean {
  const parsed = parseConstraint(text, FACTORS);
  if ('test' in parsed) return parsed.test(cells);
  throw new Error(JSON.stringify(parsed));
}

/** `offset expected; got (hint)` of every problem. */
function problems(text: string): string[] {
  const parsed = parseConstraint(text, FACTORS);
  if ('test' in parsed) return [];
  return parsed.map(({ offset, expected, got, hint }) => {
    const tail = hint === undefined ? '' : ` (${hint})`;
    return `${offset} ${expected}; got ${got}${tail}`;
  });
}

describe('constraints', () => {
  it('compare sums and products of factors', () => {
    expect(holds('households >= 1.3 * interval')).toBe(true);
    expect(holds('households >= 1.4 * interval')).toBe(false);
    expect(holds('interval * 6 <= 90')).toBe(true);
    expect(holds('-(households - 5) / 3 == -5')).toBe(true);
    expect(holds('1e1 + .5 != 10.5')).toBe(false);
    expect(holds('2 - 3 - 4 == -5')).toBe(true);
  });

  it('bind not before and before or', () => {
    expect(holds('1 > 2 and 1 > 2 or 1 < 2')).toBe(true);
    expect(holds('1 > 2 and (1 > 2 or 1 < 2)')).toBe(false);
    expect(holds('not 1 > 2 and 1 < 2')).toBe(true);
    expect(holds('not (1 < 2 or 1 < 2)')).toBe(false);
  });

  it('compare text with text', () => {
    expect(holds("climate == 'north' and households > 10")).toBe(true);
    expect(holds('climate != "north"')).toBe(false);
  });

  it('tell the nearest factor of every unknown name', () => {
    const expected = 'a factor, one of households, interval, climate';
    expect(problems('housholds > 2 and intervall < 3')).toEqual([
      `0 ${expected}; got "housholds" (did you mean households?)`,
      `18 ${expected}; got "intervall" (did you mean interval?)`,
    ]);
    expect(problems('climate == tropical')[0]).toMatch(/^11 .*quote a word that is text/);
  });

  it('tell where a text does not read', () => {
    expect(problems('households >')).toEqual(['12 a number, a factor or (; got the end']);
    expect(problems('(households > 2')).toEqual(['15 a closing parenthesis; got the end']);
    expect(problems('households > 2 3')).toEqual(['15 and, or, or the end; got "3"']);
    expect(problems('1 < households < 5')).toEqual([
      '15 and, or, or the end; got "<" (join two comparisons with and)',
    ]);
    expect(problems('households + 1')).toEqual([
      '0 a comparison; got a number (compare it with something)',
    ]);
    expect(problems('climate > 2')).toEqual(['0 a number; got text']);
    expect(problems('climate == 2')).toEqual(['11 text; got a number']);
    expect(problems('households and 2 > 1')[0]).toMatch(/^0 a comparison; got a number/);
    expect(problems('(2 > 1) + 1 > 0')).toEqual(['0 a number; got a comparison']);
    expect(problems('')).toEqual(['0 a number, a factor or (; got the end']);
  });

  it('tell what to write instead of signs of other languages', () => {
    expect(problems('households = 2')[0]).toMatch(/^11 .*got "=" \(write ==\)/);
    expect(problems('1 > 2 && 2 > 1')[0]).toMatch(/^6 .*got "&&" \(write and\)/);
    expect(problems('1 ≤ 2')[0]).toMatch(/\(write <=\)/);
    expect(problems("climate == 'north")[0]).toMatch(/close the quoted text/);
    expect(problems('households % 2 == 0')[0]).toMatch(/^11 /);
  });

  it('refuse nesting no person writes', () => {
    expect(problems(`${'('.repeat(100)}1 > 0`)[0]).toMatch(/at most 50 levels/);
    expect(problems(`${'1 + '.repeat(1e4)}1 > 0`)[0]).toMatch(/at most 1000 words/);
  });
});

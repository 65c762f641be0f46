import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConstraint } from '../../src/experiment/design/constraints.ts';
import { gridIndices } from '../../src/experiment/design/grid.ts';
import { latinHypercube } from '../../src/experiment/design/latin-hypercube.ts';
import { rangeSteps, rangeValue } from '../../src/experiment/design/range.ts';
import { SOBOL_DIMENSIONS, sobolPoints } from '../../src/experiment/design/sobol.ts';

const seed = fc.integer({ min: 0, max: 1e6 });

describe('Latin hypercube', () => {
  it('has one point in each stratum of each dimension', () => {
    const flags = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), flags, seed, (count, isDiscrete, s) => {
        const points = latinHypercube(count, isDiscrete, s);
        isDiscrete.forEach((_, j) => {
          const strata = new Set(points.map((point) => Math.floor(point[j]! * count)));
          expect(strata.size).toBe(count);
          expect(points.every((point) => point[j]! > 0 && point[j]! < 1)).toBe(true);
        });
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('gives equal parts of a discrete dimension shares that differ by one at most', () => {
    const size = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 12 }), seed, (count, k, s) => {
        const counts = Array.from({ length: k }, () => 0);
        for (const [u] of latinHypercube(count, [true], s)) counts[Math.floor(u! * k)]!++;
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('pairs strata of two dimensions like independent permutations', () => {
    // Mean correlation of ranks over 200 seeds: its standard error is 1 / sqrt(200 * 19) = 0.0162.
    let sum = 0;
    for (let s = 0; s < 200; s++) {
      const points = latinHypercube(20, [true, true], s);
      const products = points.map(([u, v]) => (u! - 0.5) * (v! - 0.5));
      sum += products.reduce((a, b) => a + b) / (20 * ((1 - 1 / 400) / 12));
    }
    expect(Math.abs(sum / 200)).toBeLessThan(4.67 * 0.0162);
  });
});

describe('Sobol points', () => {
  const shifts = fc.option(seed, { nil: undefined });

  it('fill each interval of every aligned block of 2^k points once, in every dimension', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), fc.nat({ max: 5 }), shifts, (k, block, s) => {
        const size = 2 ** k;
        const points = sobolPoints(size * (block + 1), SOBOL_DIMENSIONS, s).slice(-size);
        for (let j = 0; j < SOBOL_DIMENSIONS; j++) {
          expect(new Set(points.map((point) => Math.floor(point[j]! * size))).size).toBe(size);
        }
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it('are a (0, m, 2)-net in the first two dimensions', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat({ max: 3 }), shifts, (m, block, s) => {
        const size = 2 ** m;
        const points = sobolPoints(size * (block + 1), 2, s).slice(-size);
        // Every elementary box of volume 2^-m, whatever its shape, holds one point.
        for (let a = 0; a <= m; a++) {
          const boxes = points.map(
            ([x, y]) => `${Math.floor(x! * 2 ** a)} ${Math.floor(y! * 2 ** (m - a))}`,
          );
          expect(new Set(boxes).size).toBe(size);
        }
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('split the cube into halves of every dimension, each corner once (property A)', () => {
    // 2^d points, one in each of the 2^d half-cubes; the direction numbers were chosen for it.
    for (let d = 1; d <= 12; d++) {
      const corners = sobolPoints(2 ** d, d).map((point) =>
        point.reduce((code, x) => code * 2 + (x < 0.5 ? 0 : 1), 0),
      );
      expect(new Set(corners).size, `${d} dimensions`).toBe(2 ** d);
    }
  });
});

describe('grid', () => {
  it('has every combination once, in the order of reading', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 });
    fc.assert(
      fc.property(sizes, (list) => {
        const all = [...gridIndices(list)];
        expect(all).toHaveLength(list.reduce((product, size) => product * size, 1));
        all.forEach((indices, position) => {
          const read = indices.reduce((code, index, i) => code * list[i]! + index, 0);
          expect(read).toBe(position);
        });
      }),
      { seed: 1 },
    );
  });
});

describe('ranges', () => {
  it('go up from one end to the other', () => {
    const end = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(end, end, fc.constantFrom('linear', 'log'), (a, b, scale) => {
        fc.pre(Math.abs(a - b) > 1e-6 * Math.max(a, b));
        const range = {
          from: Math.min(a, b),
          to: Math.max(a, b),
          scale,
          isInteger: false,
        } as const;
        const steps = rangeSteps(range, 7);
        expect([steps[0], steps[6]]).toEqual([range.from, range.to]);
        for (let i = 1; i < 7; i++) expect(steps[i]!).toBeGreaterThan(steps[i - 1]!);
        const middle =
          scale === 'log' ? Math.sqrt(range.from * range.to) : (range.from + range.to) / 2;
        expect(Math.abs(rangeValue(range, 0.5) / middle - 1)).toBeLessThan(1e-11);
      }),
      { seed: 1 },
    );
  });
});

/** An expression as text of the language and as text of JavaScript. */
interface Twin {
  readonly own: string;
  readonly js: string;
}

const NAMES = ['a', 'b', 'c1'];
const { number, condition } = fc.letrec<{ number: Twin; condition: Twin }>((tie) => ({
  number: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(...NAMES).map((name) => ({ own: name, js: name })),
    fc.constantFrom('0', '2', '.5', '1e1', '3.25').map((text) => ({ own: text, js: text })),
    fc
      .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/'), tie('number'))
      .map(([x, sign, y]) => join(x, ` ${sign} `, y)),
    tie('number').map((x) => around('(', x, ')')),
    tie('number').map((x) => around('-(', x, ')')),
  ),
  condition: fc.oneof(
    { depthSize: 'medium' },
    fc
      .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number'))
      .map(([x, sign, y]) => join(x, sign, y)),
    fc.tuple(tie('condition'), tie('condition')).map(([x, y]) => ({
      ...{ own: `${x.own} and ${y.own}`, js: `${x.js} && ${y.js}` },
    })),
    fc.tuple(tie('condition'), tie('condition')).map(([x, y]) => ({
      ...{ own: `${x.own} or ${y.own}`, js: `${x.js} || ${y.js}` },
    })),
    tie('condition').map(({ own, js }) => ({ own: `not (${own})`, js: `!(${js})` })),
    tie('condition').map((x) => around('(', x, ')')),
  ),
}));

const join = (x: Twin, sign: string, y: Twin): Twin => ({
  ...{ own: `${x.own}${sign}${y.own}`, js: `${x.js}${sign}${y.js}` },
});
const around = (open: string, x: Twin, close: string): Twin => ({
  ...{ own: `${open}${x.own}${close}`, js: `${open}${x.js}${close}` },
});

describe('constraints', () => {
  const factors = NAMES.map((name) => ({ name, type: 'number' }) as const);
  const cells = fc.tuple(...NAMES.map(() => fc.constantFrom(-3, -0.5, 0, 1, 2, 2.5, 10)));

  it('mean what the same expression means in JavaScript', () => {
    expect(number).toBeDefined();
    fc.assert(
      fc.property(condition, cells, ({ own, js }, values) => {
        const parsed = parseConstraint(own, factors);
        if (!('test' in parsed)) throw new Error(`${own}: ${JSON.stringify(parsed)}`);
        const plain = new Function(...NAMES, `return ${js};`);
        expect(parsed.test(values)).toBe(plain(...values));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('give a problem or a constraint for any text, never another error', () => {
    const word = fc.constantFrom(
      ...['a', 'and', 'not', '(', ')', '<', '1', '-', "'x'", '=', 'zz', '§'],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const text = words.join(' ');
        const parsed = parseConstraint(text, factors);
        if ('test' in parsed) return;
        expect(parsed.length).toBeGreaterThan(0);
        for (const { offset } of parsed) expect(offset).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });
});

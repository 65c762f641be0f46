import { describe, expect, it } from 'vitest';
import { cellsOf, convertNumber } from '../../../../src/experiment/design/cells.ts';
import { rangeAt, rangeSteps, rangeValue } from '../../../../src/experiment/design/range.ts';

describe('cells of a factor', () => {
  it('are numbers in the unit the author wrote', () => {
    expect(cellsOf(['15 s', '60 s'])).toEqual({ type: 'integer', unit: 's', cells: [15, 60] });
    expect(cellsOf(['2.5 %', '10 %'])).toEqual({ type: 'number', unit: '%', cells: [2.5, 10] });
    expect(cellsOf([20, 50])).toEqual({ type: 'integer', unit: '', cells: [20, 50] });
  });

  it('are converted to the unit of the first value', () => {
    expect(cellsOf(['30 s', '1 min', '500 ms']).cells).toEqual([30, 60, 0.5]);
    expect(cellsOf(['5 kWh', '500 Wh'])).toEqual({ type: 'number', unit: 'kWh', cells: [5, 0.5] });
    expect(cellsOf(['1 min', '1 s']).cells[1]).toBeCloseTo(1 / 60, 14);
    expect(cellsOf(['5 %', 0.1], 'fraction')).toMatchObject({ unit: '%', cells: [5, 10] });
  });

  it('stay text where one is no number, or units have nothing in common', () => {
    expect(cellsOf(['pow', 'dpos'])).toEqual({ type: 'text', unit: '', cells: ['pow', 'dpos'] });
    expect(cellsOf(['5 s', '5 kWh']).type).toBe('text');
    expect(cellsOf([5, '5 s'], 'duration').type).toBe('text');
    expect(cellsOf([true, false]).cells).toEqual(['true', 'false']);
    expect(cellsOf(['2024-06-03T00:00+08:00']).type).toBe('text');
  });

  it('are not converted where the way back gives another value', () => {
    expect(convertNumber({ number: 1, unit: 'us' }, 'd')).toBeCloseTo(1 / 8.64e10, 20);
    expect(convertNumber({ number: 1, unit: 's' }, 'kWh')).toBeUndefined();
  });
});

describe('ranges', () => {
  const range = { from: 5, to: 20, scale: 'linear', isInteger: false } as const;

  it('are divided evenly, ends included', () => {
    expect(rangeSteps(range, 4)).toEqual([5, 10, 15, 20]);
    expect(rangeSteps({ ...range, from: 0.1, to: 0.5 }, 5)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  });

  it('are divided by equal factors on a log scale', () => {
    expect(rangeSteps({ ...range, from: 1, to: 1000, scale: 'log' }, 4)).toEqual([
      1, 10, 100, 1000,
    ]);
    expect(rangeValue({ ...range, from: 1, to: 100, scale: 'log' }, 0.5)).toBe(10);
  });

  it('keep whole numbers whole and give each the same share', () => {
    const whole = { from: 1, to: 4, scale: 'linear', isInteger: true } as const;
    expect([0, 0.24, 0.25, 0.5, 0.75, 0.99].map((u) => rangeAt(whole, u))).toEqual([
      1, 1, 2, 3, 4, 4,
    ]);
    expect(rangeSteps({ ...whole, from: 1, to: 10 }, 4)).toEqual([1, 4, 7, 10]);
  });
});

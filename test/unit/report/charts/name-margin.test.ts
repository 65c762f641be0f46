import { expect, test } from 'vitest';
import { nameMargin } from '../../../../src/report/charts/name-margin.ts';

test('the margin fits the longest name, within what a figure can spare', () => {
  expect(nameMargin([])).toBe(60);
  expect(nameMargin(['pow', 'dpos'])).toBe(60);
  expect(nameMargin(['pow', 'pow-bitcoin-equal-risk'])).toBe(164);
  expect(nameMargin(['x'.repeat(400)])).toBe(220);
});

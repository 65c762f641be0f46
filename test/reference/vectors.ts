/** Shared reference files, and what it means to agree with a printed number. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../../shared/reference/', import.meta.url));

/** Text of a reference file; undefined, with a line that says so, where it is not. */
export function reference(name: string): string | undefined {
  if (existsSync(FOLDER + name)) return readFileSync(FOLDER + name, 'utf8');
  console.log(`skipped: no ${FOLDER}${name}`);
  return undefined;
}

/** A reference file as values; undefined where it is not. */
export const json = (name: string) => {
  const text = reference(name);
  return text === undefined ? undefined : JSON.parse(text);
};

/** Asserts that a value rounds to the printed one: half a unit of its last digit. */
export function printed(value: number, text: string): void {
  const [mantissa, exponent = '0'] = text.split('e');
  const decimals = (mantissa!.split('.')[1] ?? '').length;
  const unit = 10 ** (Number(exponent) - decimals);
  expect(Math.abs(value - Number(text)), `${value} as ${text}`).toBeLessThanOrEqual(0.5001 * unit);
}

/** Asserts equality up to a relative error. */
export function near(value: number, expected: number, relative = 1e-10): void {
  const distance = Math.abs(value - expected);
  expect(distance, `${value} for ${expected}`).toBeLessThanOrEqual(relative * Math.abs(expected));
}

/**
 * Values of a factor as cells of a column. People write `15 s` and `1 min`; tables want numbers of
 * one unit, so the first unit written becomes the column's and the others are converted to it.
 */
import { type Dimension, dimensionOf, parseQuantity, splitQuantity } from '../../base/quantity.ts';
import type { FactorColumn } from './design.ts';

/** What the cells of one factor have in common, and the cells. */
export interface Cells extends Pick<FactorColumn, 'type' | 'unit'> {
  readonly cells: readonly (string | number)[];
}

interface Written {
  readonly number: number;
  readonly unit: string;
}

/** A number, or a text that is a number with a known unit. */
export function writtenNumber(value: unknown): Written | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) ? { number: value, unit: '' } : undefined;
  if (typeof value !== 'string') return undefined;
  const split = splitQuantity(value);
  if (split === undefined) return undefined;
  return split.unit === '' || dimensionOf(split.unit) !== undefined ? split : undefined;
}

/**
 * A number in another unit of its dimension.
 *
 * @param dimension - Needed only where one of the units is empty, as in `0.1` beside `5 %`.
 * @returns Undefined where there is no exact way: the units differ in dimension, or the way back
 *   gives another value.
 */
export function convertNumber(
  { number, unit }: Written,
  to: string,
  dimension: Dimension | undefined = dimensionOf(to) ?? dimensionOf(unit),
): number | undefined {
  if (unit === to) return number;
  if (dimension === undefined) return undefined;
  const base = baseValue(number, unit, dimension);
  const one = baseValue(1, to, dimension);
  if (base === undefined || one === undefined) return undefined;
  const converted = Number((base / one).toPrecision(15));
  return baseValue(converted, to, dimension) === base ? converted : undefined;
}

function baseValue(number: number, unit: string, dimension: Dimension): number | undefined {
  const parsed = parseQuantity(unit === '' ? number : `${number} ${unit}`, dimension);
  return 'value' in parsed ? parsed.value : undefined;
}

/**
 * The cells of some values.
 *
 * @param values - As written, at least one.
 * @param dimension - Of the scenario key they are for, where it has one.
 * @returns Numbers in the unit of the first value where all are numbers with units of one
 *   dimension; else every value as text.
 */
export function cellsOf(
  values: readonly (string | number | boolean)[],
  dimension?: Dimension,
): Cells {
  const written = values.map(writtenNumber);
  const unit = written[0]?.unit ?? '';
  const known = dimension ?? written.map((one) => dimensionOf(one?.unit ?? '')).find(Boolean);
  const cells = written.map((one) => one && convertNumber(one, unit, known));
  if (cells.every((cell) => cell !== undefined)) {
    return { type: cells.every(Number.isSafeInteger) ? 'integer' : 'number', unit, cells };
  }
  return { type: 'text', unit: '', cells: values.map(String) };
}

/** A cell with its unit as a person reads it: `15 s`, `north`. */
export function cellText(cell: string | number, unit: string): string {
  return unit === '' ? String(cell) : `${cell} ${unit}`;
}

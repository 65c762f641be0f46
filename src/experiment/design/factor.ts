/** What a factor is once it is read: a column, and levels that override a scenario. */
import type { InputIssue } from '../../base/errors.ts';
import type { Located, LocatedMap, Place } from '../../scenario/located.ts';
import type { Setting } from '../../scenario/merge.ts';
import type { FactorColumn } from './design.ts';

/** One level of a factor. */
export interface Level {
  readonly cell: string | number;
  settings(): readonly Setting[];
}

/** A factor whose levels are known. */
export interface Factor {
  readonly column: FactorColumn;
  /** Where its name stands. */
  readonly place: Place;
  /** All levels; undefined where any value of a range may be taken. */
  readonly levels: readonly Level[] | undefined;
  /** Whether equal parts of [0, 1) stand for single values. */
  readonly isDiscrete: boolean;
  /** The level at a coordinate in [0, 1). */
  at(u: number): Level;
}

/** A factor whose levels are the cells of a CSV file. */
export interface OpenFactor {
  readonly name: string;
  readonly place: Place;
  /** The factor with one level a cell, in the order of the cells; undefined after an issue. */
  read(cells: readonly Located[], issues: InputIssue[]): Factor | undefined;
}

/** What is known of a factor before its levels are. */
export interface FactorHead {
  readonly name: string;
  readonly place: Place;
  readonly map: LocatedMap;
  readonly arms: readonly string[] | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A factor of a list of levels: equal parts of [0, 1) stand for them. */
export function discrete(column: FactorColumn, place: Place, levels: readonly Level[]): Factor {
  const at = (u: number) => levels[Math.min(levels.length - 1, Math.floor(u * levels.length))]!;
  return { column, place, levels, isDiscrete: true, at };
}

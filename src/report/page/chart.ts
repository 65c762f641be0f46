/**
 * What a chart is: a plug-in that turns a result into a table of plain rows, a caption that says what to
 * see, and pictures of those rows. The rows are what the page offers as CSV, so a picture cannot show what
 * its table lacks.
 */
import type { PlotOptions } from '@observablehq/plot';
import type { Column } from '../column.ts';
import type { Cell } from '../csv.ts';
import type { ResultKind, Results } from './results.ts';

/** Sections of a page, in the order they stand. */
export const CHART_SECTIONS = [
  'answer',
  'chain',
  'market',
  'grid',
  'fraud',
  'points',
  'sensitivity',
  'data',
] as const;

/** One of {@link CHART_SECTIONS}. */
export type ChartSection = (typeof CHART_SECTIONS)[number];

/** Rows behind a chart, downloadable as CSV. */
export interface ChartTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** One picture of a chart. */
export interface ChartFigure {
  /** What tells this picture from the others of its chart; empty where there is one. */
  readonly label: string;
  /** One sentence for those who cannot see it. */
  readonly description: string;
  /** Options of Observable Plot; size, colours and type come from the page unless given here. */
  readonly plot: PlotOptions;
}

/** One line of an answer. */
export interface ChartPoint {
  /** A word or two that it is about. */
  readonly lead: string;
  readonly text: string;
}

/** A chart of one result. */
export interface ChartContent {
  /** The answer in a few short lines, above the caption. */
  readonly points?: readonly ChartPoint[];
  /** One to three sentences: what it shows with units, and what to see in it. */
  readonly caption: string;
  /** Pictures; empty where the table is the chart. */
  readonly figures: readonly ChartFigure[];
  readonly table: ChartTable;
  /** Column heads of the table for people, in column order; default its names. */
  readonly heads?: readonly string[];
  /** Whether the table is shown open, to be sorted and filtered; it can always be opened. */
  readonly showsTable?: boolean;
}

/** A chart plug-in. */
export interface ChartPlugin {
  readonly apiVersion: 1;
  /** kebab-case; names its files, too. */
  readonly name: string;
  /** Heading on the page. */
  readonly title: string;
  readonly section: ChartSection;
  /** Results it can be made of. */
  readonly kinds: readonly ResultKind[];
  /** Where its form or its law comes from; empty where it is plain. */
  readonly source: string;
  /** The chart, or undefined where the result does not have what it shows. */
  create(results: Results): ChartContent | undefined;
}

/** Declares a chart plug-in and freezes it. */
export function defineChart(plugin: ChartPlugin): ChartPlugin {
  return Object.freeze(plugin);
}

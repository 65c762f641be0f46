/** Tables of charts on a page: heads that sort, a filter, and rows that the page's script fills in. */
import type { Column } from '../column.ts';
import type { Cell } from '../csv.ts';
import type { ChartContent } from './chart.ts';
import { escapeText, scriptJson } from './escape.ts';

/** Most rows of an open table that stand in the page itself, so that they show without its script. */
export const STATIC_ROWS = 60;
/** Fewer rows than these need no filter. */
const FILTER_ROWS = 20;
/** More rows than these scroll in a box. */
const BOX_ROWS = 25;

/** Longest text that does not break over lines; the page's script has the same number. */
const SHORT_LENGTH = 24;

/** A cell as JSON has it: null where it is undefined or no finite number. */
export type DataCell = string | number | null;

/** Rows of a chart as the page holds them. */
export interface PageData {
  readonly columns: readonly string[];
  /** One letter a column: t text, i integer without a unit, u any other number. */
  readonly kinds: string;
  readonly rows: readonly (readonly DataCell[])[];
}

/** Rows of a chart for the page's script, from which it makes the table and the CSV. */
export function pageData({ table }: ChartContent): PageData {
  return {
    columns: table.columns.map(({ name }) => name),
    kinds: table.columns.map(kindOf).join(''),
    rows: table.rows.map((row) => row.map(dataCell)),
  };
}

function dataCell(cell: Cell): DataCell {
  if (cell === undefined || (typeof cell === 'number' && !Number.isFinite(cell))) return null;
  return cell === 0 ? 0 : cell;
}

/** Counts, seeds and years are shown without groups of three digits; quantities with them. */
function kindOf({ type, unit }: Column): 't' | 'i' | 'u' {
  if (type === 'text') return 't';
  return type === 'integer' && unit === '' ? 'i' : 'u';
}

function grouped(digits: string): string {
  return digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/**
 * A cell as people read it: four significant digits, whole numbers whole, a dash for what is undefined. The
 * page's script has the same rule.
 */
export function shownCell(value: DataCell, kind: string): string {
  if (value === null || value === '') return '–';
  if (typeof value === 'string') return value;
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size !== 0 && (size >= 1e15 || (size < 1e-4 && kind !== 'i'))) {
    const [mantissa, exponent] = size.toExponential(3).split('e');
    return `${sign}${Number(mantissa)}e${exponent!.replace('+', '').replace('-', '−')}`;
  }
  if (size >= 1000 || Math.floor(size) === size) {
    const digits = String(Math.round(size));
    return `${sign}${kind === 'i' ? digits : grouped(digits)}`;
  }
  return `${sign}${Number(size.toPrecision(4))}`;
}

/** Head of a column for people, with its unit where the words do not hold it. */
export function headOf(content: ChartContent, index: number): { words: string; unit: string } {
  const column = content.table.columns[index]!;
  const words = content.heads?.[index] ?? column.name;
  const hasUnit = words.toLowerCase().includes(column.unit.toLowerCase());
  return { words, unit: hasUnit ? '' : column.unit };
}

/**
 * Markup of a chart's table. Few rows of an open table stand in it; all others come from the data block.
 *
 * @param name - Name of the chart.
 * @param title - Its heading, for people who hear the page.
 */
export function tableHtml(name: string, title: string, content: ChartContent): string {
  const { columns, kinds, rows } = pageData(content);
  const heads = columns.map((_, index) => {
    const { words, unit } = headOf(content, index);
    const meaning = escapeText(content.table.columns[index]!.meaning);
    const kind = kinds[index] === 't' ? '' : ' class="n"';
    const small = unit === '' ? '' : ` <small>${escapeText(unit)}</small>`;
    const button = `<button type="button">${escapeText(words)}${small}</button>`;
    return `<th scope="col"${kind} title="${meaning}">${button}</th>`;
  });
  const isStatic = content.showsTable === true && rows.length <= STATIC_ROWS;
  const body = isStatic ? rows.map((row) => rowHtml(row, kinds)).join('') : '';
  const hidden = rows.length < FILTER_ROWS ? ' class="tools few"' : ' class="tools"';
  const long = rows.length > BOX_ROWS ? ' long' : '';
  const label = `Rows of ${escapeText(title)}`;
  return [
    `<div class="table" data-table="${name}">`,
    `<div${hidden} data-needs-script hidden><input type="search" placeholder="Filter rows"`,
    ` aria-label="Filter: ${label}"><output></output></div>`,
    `<div class="scroll${long}" role="region" aria-label="${label}" tabindex="0"><table>`,
    `<thead><tr>${heads.join('')}</tr></thead><tbody>${body}</tbody></table></div>`,
    '<button type="button" class="more" hidden></button></div>',
  ].join('');
}

/** Class of a cell: numbers stand right, and neither they nor short words break. */
function classOf(text: string, kind: string): string {
  if (kind !== 't') return ' class="n"';
  return text.length <= SHORT_LENGTH ? ' class="s"' : '';
}

function rowHtml(row: readonly DataCell[], kinds: string): string {
  const cells = row.map((value, index) => {
    const kind = kinds[index]!;
    const text = shownCell(value, kind);
    return `<td${classOf(text, kind)}>${escapeText(text)}</td>`;
  });
  return `<tr>${cells.join('')}</tr>`;
}

/** The data block of a chart. */
export function dataHtml(name: string, content: ChartContent): string {
  const json = scriptJson(pageData(content));
  return `<script type="application/json" id="data-${name}">${json}</script>`;
}

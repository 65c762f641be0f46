/** All runs of a sweep as a table to sort and filter. */
import type { Column } from '../../column.ts';
import type { Cell } from '../../csv.ts';
import { defineChart } from '../../page/chart.ts';
import type { Results, ResultTable } from '../../page/results.ts';
import type { MetricAxis } from '../metric-axis.ts';
import { factorTitle, isNumeric, shownMetrics } from './sweep-data.ts';

/** Digits of a metric: enough to sort by, short enough for a thousand rows on one page. */
const DIGITS = 5;

/** A column with its head for people and its cells. */
interface RunColumn {
  readonly column: Column;
  readonly head: string;
  readonly cells: ArrayLike<Cell>;
}

/** `finality_latency_p95_s`: words and unit of an axis as the name of a column. */
function columnName({ label, unit }: MetricAxis): string {
  const parts = `${label} ${unit.replace('%', 'percent').replace('µ', 'u').replace('/', ' per ')}`;
  return parts
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
    .join('_');
}

function textColumn(runs: ResultTable, name: string, head: string, meaning: string): RunColumn[] {
  if (!runs.has(name)) return [];
  return [{ column: { name, type: 'text', unit: '', meaning }, head, cells: runs.texts(name) }];
}

function factorColumns({ factors }: Results, runs: ResultTable): RunColumn[] {
  return factors.map((factor) => ({
    column: {
      name: factor.name,
      type: factor.type,
      unit: factor.unit,
      meaning: `Factor: ${factor.paths.join(', ')}`,
    },
    head: factorTitle(factor),
    cells: isNumeric(factor) ? runs.numbers(factor.name) : runs.texts(factor.name),
  }));
}

function metricColumn(runs: ResultTable, axis: MetricAxis): RunColumn {
  const scaled = runs.numbers(axis.id).map((value) => {
    return Number.isNaN(value) ? value : Number((value / axis.divisor).toPrecision(DIGITS));
  });
  const meaning = axis.definition === '' ? axis.label : axis.definition;
  return {
    column: { name: columnName(axis), type: 'number', unit: axis.unit, meaning },
    head: axis.title,
    cells: scaled,
  };
}

export default defineChart({
  apiVersion: 1,
  name: 'all-runs',
  title: 'All runs',
  section: 'data',
  kinds: ['sweep'],
  source: 'runs.csv, which has every metric',
  create(results) {
    const runs = results.table('runs');
    if (runs === undefined || runs.count === 0) return undefined;
    const replication: RunColumn = {
      column: { name: 'replication', type: 'integer', unit: '', meaning: 'Replication, from 1' },
      head: 'replication',
      cells: runs.numbers('replication'),
    };
    const columns = [
      ...textColumn(runs, 'run', 'run', 'Run'),
      ...textColumn(runs, 'arm', 'arm', 'Arm'),
      ...factorColumns(results, runs),
      replication,
      ...textColumn(runs, 'status', 'status', 'ok, or the kind of its failure'),
      ...shownMetrics(results).map((axis) => metricColumn(runs, axis)),
    ];
    const rows = Array.from({ length: runs.count }, (_, row) =>
      columns.map(({ cells }) => cells[row]),
    );
    const failed = runs.has('status') ? runs.texts('status').filter((word) => word !== 'ok') : [];
    return {
      caption:
        `Every run of the study with its factors and main metrics, to ${DIGITS} digits; sort by a head, ` +
        'filter by a word. All metrics to the last digit are in runs.csv. ' +
        `${runs.count} runs, ${failed.length} without a result.`,
      figures: [],
      table: { columns: columns.map(({ column }) => column), rows },
      heads: columns.map(({ head }) => head),
      showsTable: true,
    };
  },
});

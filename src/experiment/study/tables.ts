/**
 * The tables of a study, from its head and the outcomes of its runs alone: whoever has both, a single
 * process or one that merges shards, writes the same bytes.
 */

import { kaplanMeier } from '../../base/survival.ts';
import { createTable, type Table } from '../../base/table.ts';
import { type Column, parseColumns } from '../../report/column.ts';
import type { Cell } from '../../report/csv.ts';
import { encodeDataPackage, type Resource } from '../../report/data-package.ts';
import type { ResultFolder } from '../../report/folder.ts';
import { type TableFormat, type TableRows, writeTableFiles } from '../../report/formats.ts';
import { MANIFEST } from '../../report/manifest.ts';
import type { Metric } from '../../report/metrics.ts';
import { armRows, gatherValues, pairRows, type RunValues, valuesIn } from '../compare.ts';
import type { Failure, RunOutcome } from '../outcome.ts';
import { mainEffects } from '../statistics/effects.ts';
import { sketchPercentiles } from '../statistics/percentiles.ts';
import {
  type CellPair,
  cellsOf,
  cellsOfStudy,
  headMetrics,
  pairsOf,
  type StudyCell,
  type StudyHead,
} from './head.ts';
import type { SampleStore } from './samples.ts';

/** A table of a study folder. */
export interface StudyTable {
  /** File name. */
  readonly path: string;
  readonly title: string;
  /** Columns that identify a row, separated by spaces. */
  readonly key: string;
  readonly columns: readonly Column[];
  readonly rows: TableRows;
}

/** Everything the tables of a study are made of. */
export interface StudyContent {
  readonly head: StudyHead;
  readonly metrics: readonly Metric[];
  readonly cells: readonly StudyCell[];
  readonly pairs: readonly CellPair[];
  readonly values: RunValues;
  /** By place in the head; undefined where a run has no outcome. */
  readonly outcomes: readonly (RunOutcome | undefined)[];
  readonly samples: SampleStore;
}

/** Gathers what the runs of a study gave. @param outcomes - In the order of `head.runs`. */
export function contentOf(
  head: StudyHead,
  outcomes: readonly (RunOutcome | undefined)[],
  samples: SampleStore,
): StudyContent {
  const metrics = headMetrics(head);
  const cells = cellsOfStudy(head);
  const values = gatherValues(head.runs, outcomes, metrics);
  return { head, metrics, cells, pairs: pairsOf(head, cells), values, outcomes, samples };
}

const RUN_START = parseColumns(`
run         | text    | | Run; its folder below runs/ where tables are kept
arm         | text    | | Arm
`);

const RUN_END = parseColumns(`
replication | integer | | Replication, from 1; the same number has the same seed in every arm and point
seed        | integer | | Seed of the run
window      | text    | | Window of the scenario
status      | text    | | ok, or the kind of its failure
`);

const LONG_COLUMNS = parseColumns(`
run    | text   | | Run, as in runs.csv
metric | text   | | Name of the metric
value  | number | | Value; empty when undefined
`);

const METRIC_START = parseColumns(`
metric  | text    | | Name of the metric
unit    | text    | | Unit; empty for counts, shares and indices
arm     | text    | | Arm
`);

const INTERVAL = parseColumns(`
n       | integer | | Runs in which the metric is defined
mean    | number  | | Mean over runs
sd      | number  | | Standard deviation over runs, divisor n - 1
ci_low  | number  | | Lower end of the 95 % interval by Student's t; empty below two runs
ci_high | number  | | Upper end
`);

const PAIR_START = parseColumns(`
metric | text | | Name of the metric
unit   | text | | Unit; empty for counts, shares and indices
arm_a  | text | | First arm
arm_b  | text | | Second arm
`);

const PAIR_END = parseColumns(`
n                  | integer | | Pairs of runs in which the metric is defined in both
mean_difference    | number  | | Mean of first arm minus second arm
ci_low             | number  | | Lower end of the 95 % interval by Student's t; empty below two pairs
ci_high            | number  | | Upper end
d_av               | number  | | Mean difference / mean of the two standard deviations; 1 is one spread of an arm
d_z                | number  | | Mean difference / standard deviation of the differences; grows with pairing
p                  | number  | | Two-sided p of the paired t test; 1 where all differences are 0
p_holm             | number  | | The same after Holm's correction over all metrics of the pair of arms
correlation        | number  | | Correlation of the two arms over the pairs
variance_reduction | number  | | How many times more unpaired runs would give the same width
`);

const DISTRIBUTION_START = parseColumns(`
distribution | text | | Delay, as the metrics that begin with its name
unit         | text | | Unit of the values
arm          | text | | Arm
`);

const DISTRIBUTION_END = parseColumns(`
n              | integer |    | Observed values of all runs together
censored       | integer |    | Values still open when their run ended; they rank last
p50            | number  | us | Median of all runs together; empty when it falls among the censored
p90            | number  | us | 90 % quantile
p95            | number  | us | 95 % quantile
p99            | number  | us | 99 % quantile
max            | number  | us | Largest observed value, exact
relative_error | number  |    | Largest relative error of the quantiles
`);

const CCDF_END = parseColumns(`
value       | number | us | Quantile of all runs together
share_above | number |    | Share of values above it, censored ones included
`);

const SURVIVAL_START = parseColumns(`
subject  | text    |    | detection of frauds, or exclusion of guilty nodes
arm      | text    |    | Arm
`);

const SURVIVAL_END = parseColumns(`
time_us  | integer | us | Time since the fraud or offence began
at_risk  | integer |    | Subjects of all runs without the event just before
events   | integer |    | Events at this time
censored | integer |    | Subjects whose run ended at this time
survival | number  |    | Kaplan-Meier estimate of the share without the event after it
ci_low   | number  |    | Lower end of the 95 % interval (Greenwood, log-log)
ci_high  | number  |    | Upper end
`);

const EFFECT_COLUMNS = parseColumns(`
metric   | text    | | Name of the metric
unit     | text    | | Unit; empty for counts, shares and indices
arm      | text    | | Arm
factor   | text    | | Factor
level    | text    | | Level, or smallest and largest value of a fifth of the points
position | number  | | Where to draw the level; empty for words
n        | integer | | Replications in which it is defined
mean     | number  | | Mean over all points at the level
ci_low   | number  | | Lower end of the 95 % interval over replications
ci_high  | number  | | Upper end
effect   | number  | | Mean minus the mean over all points
`);

/** Numeric factors with more levels than this are drawn in fifths. */
const LEVELS_MAX = 12;

const CCDF_SHARES: readonly number[] = [
  ...Array.from({ length: 100 }, (_, k) => k / 100),
  ...[0.995, 0.998, 0.999, 0.9995, 0.9999, 1],
];

function factorColumns(head: StudyHead): Column[] {
  return head.factors.map(({ name, type, unit, meaning }) => ({ name, type, unit, meaning }));
}

/** Factor cells of every run as columns. */
function factorValues(head: StudyHead): Table['columns'] {
  const rows = head.runs.map(({ point, arm }) => cellsOf(head, point, arm));
  return Object.fromEntries(
    head.factors.map(({ name, type }, at) => [
      name,
      type === 'text'
        ? rows.map((cells) => String(cells[at] ?? ''))
        : Float64Array.from(rows, (cells) => Number(cells[at] ?? Number.NaN)),
    ]),
  );
}

/** `runs.csv`: every planned run. */
function runsTable({ head, metrics, values, outcomes }: StudyContent): StudyTable {
  const { runs } = head;
  const metricColumns = metrics.map(({ id, unit, definition }) => {
    return { name: id, type: 'number', unit, meaning: definition } as const;
  });
  const measured = metrics.map(({ id }) => [id, values.column(id)]);
  const status = outcomes.map((outcome) =>
    outcome === undefined ? 'missing' : outcome.ok ? 'ok' : outcome.failure.kind,
  );
  const rows = createTable('runs', {
    run: runs.map(({ run }) => run),
    arm: runs.map(({ arm }) => arm),
    ...factorValues(head),
    replication: runs.map(({ replication }) => replication),
    seed: runs.map(({ seed }) => seed),
    window: runs.map(({ window }) => window),
    status,
    ...Object.fromEntries(measured),
  });
  const columns = [...RUN_START, ...factorColumns(head), ...RUN_END, ...metricColumns];
  return { path: 'runs.csv', title: 'Every metric of every run', key: 'run', columns, rows };
}

/** Runs that are held at once while `runs_long.csv` is written. */
const LONG_RUNS = 256;

/** `runs_long.csv`: a row a run and metric, in pieces, since all of it may be millions of rows. */
function longTable({ head, metrics, values, outcomes }: StudyContent): StudyTable {
  const finished = head.runs.flatMap((one, at) => (outcomes[at]?.ok === true ? [{ one, at }] : []));
  const ids = metrics.map(({ id }) => id);
  function* pieces(): Generator<Table> {
    for (let start = 0; start === 0 || start < finished.length; start += LONG_RUNS) {
      const part = finished.slice(start, start + LONG_RUNS);
      yield createTable('runs_long', {
        run: part.flatMap(({ one }) => ids.map(() => one.run)),
        metric: part.flatMap(() => ids),
        value: part.flatMap(({ at }) => ids.map((id) => values.at(at, id))),
      });
    }
  }
  const title = 'The same, a row a run and metric';
  const columns = LONG_COLUMNS;
  return { path: 'runs_long.csv', title, key: 'run metric', columns, rows: { pieces } };
}

function armsTable({ head, values, cells }: StudyContent): StudyTable {
  const rows = armRows(values, cells).map((row) => [
    ...[row.metric, row.unit, row.arm, ...row.cells],
    ...[row.n, row.mean, row.sd, row.low, row.high],
  ]);
  const columns = [...METRIC_START, ...factorColumns(head), ...INTERVAL];
  return {
    path: 'arms.csv',
    title: 'Metrics by arm',
    key: keyOf('metric arm', head),
    columns,
    rows,
  };
}

function pairsTable({ head, values, pairs }: StudyContent): StudyTable {
  const rows = pairRows(values, pairs).map((row) => [
    ...[row.metric, row.unit, row.armA, row.armB, ...row.cells],
    ...[row.n, row.mean, row.low, row.high, row.dAv, row.dZ, row.p, row.pHolm],
    ...[row.correlation, row.varianceReduction],
  ]);
  const columns = [...PAIR_START, ...factorColumns(head), ...PAIR_END];
  const key = keyOf('metric arm_a arm_b', head);
  return { path: 'paired.csv', title: 'Paired differences of arms', key, columns, rows };
}

/** `distributions.csv`, `ccdf.csv` and `survival.csv`, which read the samples once. */
function sampleTables(content: StudyContent): StudyTable[] {
  const { head, cells } = content;
  const distributions: Cell[][] = [];
  const ccdf: Cell[][] = [];
  const survival: Cell[][] = [];
  for (const cell of cells) {
    const { distributions: sketches, survivals } = content.samples.of(cell.arm, cell.point);
    for (const [name, sketch] of sketches) {
      const start = [name, 'us', cell.arm, ...cell.cells];
      const { n, censored, p50, p90, p95, p99, max, relativeError } = sketchPercentiles(sketch);
      distributions.push([...start, n, censored, p50, p90, p95, p99, max, relativeError]);
      for (const share of CCDF_SHARES) {
        const value = sketch.quantile(share);
        if (!Number.isNaN(value)) ccdf.push([...start, value, Number((1 - share).toPrecision(12))]);
      }
    }
    for (const [subject, times] of survivals) {
      for (const step of kaplanMeier(times)) {
        const { time, atRisk, events, censored, survival: share, low, high } = step;
        const start = [subject, cell.arm, ...cell.cells];
        survival.push([...start, time, atRisk, events, censored, share, low, high]);
      }
    }
  }
  const factors = factorColumns(head);
  const table = (
    path: string,
    title: string,
    key: string,
    [start, end]: readonly (readonly Column[])[],
    rows: readonly (readonly Cell[])[],
  ) => ({ path, title, key: keyOf(key, head), columns: [...start!, ...factors, ...end!], rows });
  const of = 'distribution arm';
  return [
    table(
      'distributions.csv',
      'Delays of all runs of an arm together',
      of,
      [DISTRIBUTION_START, DISTRIBUTION_END],
      distributions,
    ),
    table(
      'ccdf.csv',
      'The same as curves',
      `${of} share_above`,
      [DISTRIBUTION_START, CCDF_END],
      ccdf,
    ),
    table(
      'survival.csv',
      'Time to detection and exclusion',
      'subject arm time_us',
      [SURVIVAL_START, SURVIVAL_END],
      survival,
    ),
  ];
}

/** `effects.csv`: main effects of every factor on every metric. */
function effectsTable(content: StudyContent): StudyTable {
  const { head, metrics, cells, values } = content;
  const factors = head.factors.map(({ name }) => name);
  const binned = head.factors.flatMap(({ name, type }, at) => {
    const levels = new Set(head.points.map((cell) => cell[at]));
    return type !== 'text' && levels.size > LEVELS_MAX ? [name] : [];
  });
  const rows = metrics.flatMap(({ id, unit }) =>
    head.arms.flatMap((arm) => {
      const own = cells.filter((cell) => cell.arm === arm);
      const measured = own.map((cell) => valuesIn(values, cell, id));
      if (measured.every((list) => list.every(Number.isNaN))) return [];
      const effects = mainEffects({
        factors,
        levels: own.map((cell) => cell.cells),
        values: measured,
        binned,
      });
      return effects.map((one): Cell[] => [
        ...[id, unit, arm, one.factor, String(one.level), one.position],
        ...[one.n, one.mean, one.low, one.high, one.effect],
      ]);
    }),
  );
  const title = 'Main effects of the factors';
  return {
    path: 'effects.csv',
    title,
    key: 'metric arm factor level',
    columns: EFFECT_COLUMNS,
    rows,
  };
}

function keyOf(key: string, head: StudyHead): string {
  return [key, ...head.factors.map(({ name }) => name)].join(' ');
}

const FAILURE_END = parseColumns(`
kind    | text | | scenario, invariant, timeout, memory or crash
message | text | | What happened
replay  | text | | Command that repeats the run
`);

/** A failed run as a row. */
export interface FailureRow {
  /** Place in the head; undefined for a run of a search that is not kept. */
  readonly run: string;
  readonly arm: string;
  readonly point: number;
  readonly replication: number;
  readonly seed: number;
  readonly window: string;
  readonly kind: Failure['kind'];
  readonly message: string;
  readonly replay: string;
}

function failuresTable(head: StudyHead, failures: readonly FailureRow[]): StudyTable {
  const rows = failures.map((row) => [
    ...[row.run, row.arm, ...cellsOf(head, row.point, row.arm), row.replication, row.seed],
    ...[row.window, row.kind, row.message, row.replay],
  ]);
  const status = RUN_END.filter(({ name }) => name !== 'status');
  const columns = [...RUN_START, ...factorColumns(head), ...status, ...FAILURE_END];
  return { path: 'failures.csv', title: 'Runs that failed', key: 'run', columns, rows };
}

/** Writes every table of a study, and `datapackage.json`. @param more - Tables of searches and the like. */
export function writeStudyTables(
  folder: ResultFolder,
  content: StudyContent,
  failures: readonly FailureRow[],
  more: readonly StudyTable[],
  formats: readonly TableFormat[],
): void {
  const { head, outcomes } = content;
  const resources: Resource[] = [];
  const write = ({ path, title, key, columns, rows }: StudyTable) => {
    const resource = { path, title, key: key.split(' '), columns };
    resources.push(...writeTableFiles(folder, resource, rows, formats));
  };
  // One by one: the long ones need not be held together.
  write(runsTable(content));
  write(longTable(content));
  if (failures.length > 0) write(failuresTable(head, failures));
  write(armsTable(content));
  if (head.arms.length > 1) write(pairsTable(content));
  for (const table of sampleTables(content)) write(table);
  if (head.factors.length > 0) write(effectsTable(content));
  for (const table of more) write(table);
  folder.write('datapackage.json', (emit) => emit(encodeDataPackage(head.name, resources)));
  if (head.keep === 'metrics') return;
  head.runs.forEach(({ run }, at) => {
    if (outcomes[at]?.ok === true) folder.adopt(`runs/${run}/${MANIFEST}`);
  });
}

/** Heat maps of pairs of factors: where two of them act together. */
import { cell, type PlotOptions, text } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { shortNumber } from '../../format-value.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { FactorInfo, Results, ResultTable } from '../../page/results.ts';
import type { MetricAxis } from '../metric-axis.ts';
import { factorTitle, isNumeric, shownMetrics } from './sweep-data.ts';

const COLUMNS = parseColumns(`
metric   | text    | | Metric
unit     | text    | | Unit of the mean
arm      | text    | | Arm
factor_a | text    | | Factor across
level_a  | text    | | Its level
factor_b | text    | | Factor upwards
level_b  | text    | | Its level
n        | integer | | Runs in which the metric is defined
mean     | number  | | Mean over these runs
`);

/** Pairs of factors, metrics and arms that get a picture. */
const [PAIRS_SHOWN, METRICS_SHOWN, ARMS_SHOWN] = [3, 2, 4];

/** Factors with more levels than this are no grid: few points share a cell. */
const LEVELS_MAX = 12;

/** Up to so many cells an arm have their number in them. */
const CELLS_WITH_NUMBERS = 100;

/** Cividis in six steps, dark is little; the same on light and dark ground. */
const COLOURS = ['#00224e', '#35456c', '#666970', '#948e77', '#c8b866', '#fee838'];

/** From this step on text on the colour is black. */
const LIGHT_STEP = 3;

interface GridFactor {
  readonly factor: FactorInfo;
  /** In rising order, words in the order of the study. */
  readonly levels: readonly string[];
  readonly cells: readonly string[];
}

function gridFactors(results: Results, runs: ResultTable): GridFactor[] {
  return results.factors.flatMap((factor): GridFactor[] => {
    const cells = runs.texts(factor.name);
    const levels = [...new Set(cells)].filter((level) => level !== '');
    if (levels.length < 2 || levels.length > LEVELS_MAX) return [];
    if (isNumeric(factor)) levels.sort((a, b) => Number(a) - Number(b));
    return [{ factor, levels, cells }];
  });
}

interface HeatCell {
  readonly arm: string;
  readonly a: string;
  readonly b: string;
  readonly n: number;
  readonly mean: number;
}

interface HeatMap {
  readonly axis: MetricAxis;
  readonly across: GridFactor;
  readonly upwards: GridFactor;
  readonly cells: readonly HeatCell[];
}

/** Means over runs by arm and pair of levels; pairs without a defined value are left out. */
function heatCells(
  results: Results,
  runs: ResultTable,
  axis: MetricAxis,
  across: GridFactor,
  upwards: GridFactor,
): HeatCell[] {
  const [values, armOf] = [runs.numbers(axis.id), runs.texts('arm')];
  const sums = new Map<string, { sum: number; n: number }>();
  for (let run = 0; run < values.length; run++) {
    const value = values[run]!;
    if (Number.isNaN(value)) continue;
    const key = JSON.stringify([armOf[run], across.cells[run], upwards.cells[run]]);
    const cellSum = sums.get(key) ?? { sum: 0, n: 0 };
    cellSum.sum += value;
    cellSum.n++;
    sums.set(key, cellSum);
  }
  return results.arms.slice(0, ARMS_SHOWN).flatMap((arm) =>
    upwards.levels.flatMap((b) =>
      across.levels.flatMap((a): HeatCell[] => {
        const cellSum = sums.get(JSON.stringify([arm, a, b]));
        if (cellSum === undefined) return [];
        const { sum, n } = cellSum;
        return [{ arm, a, b, n, mean: sum / n / axis.divisor }];
      }),
    ),
  );
}

function heatMaps(results: Results): HeatMap[] {
  const runs = results.table('runs');
  if (runs === undefined) return [];
  const factors = gridFactors(results, runs);
  const pairs = factors.flatMap((across, at) =>
    factors.slice(at + 1).map((upwards) => ({ across, upwards })),
  );
  return shownMetrics(results)
    .slice(0, METRICS_SHOWN)
    .flatMap((axis) =>
      pairs.slice(0, PAIRS_SHOWN).flatMap(({ across, upwards }): HeatMap[] => {
        const cells = heatCells(results, runs, axis, across, upwards);
        const varies = cells.some(({ mean }) => mean !== cells[0]!.mean);
        return varies ? [{ axis, across, upwards, cells }] : [];
      }),
    );
}

export default defineChart({
  apiVersion: 1,
  name: 'heat-maps',
  title: 'Which factors act together?',
  section: 'sensitivity',
  kinds: ['sweep'],
  source: 'Colour scale: J. Nuñez, C. Anderton, R. Renslow, PLoS ONE 13(7), 2018 (cividis)',
  create(results) {
    const maps = heatMaps(results);
    if (maps.length === 0) return undefined;
    const rows = maps.flatMap(({ axis, across, upwards, cells }) =>
      cells.map(({ arm, a, b, n, mean }) => [
        axis.id,
        axis.unit,
        arm,
        across.factor.name,
        a,
        upwards.factor.name,
        b,
        n,
        mean,
      ]),
    );
    const hidden = results.arms.slice(ARMS_SHOWN);
    return {
      caption:
        'Mean of a metric over all runs at two levels, all other factors averaged; lighter is more. ' +
        'Colours that change along one side only show one factor at work, a corner of its own shows ' +
        `two that act together.${hidden.length > 0 ? ` Not drawn: ${hidden.join(', ')}.` : ''}`,
      table: { columns: COLUMNS, rows },
      figures: maps.map(figure),
    };
  },
});

function figure({ axis, across, upwards, cells }: HeatMap): ChartFigure {
  const [a, b] = [factorTitle(across.factor), factorTitle(upwards.factor)];
  return {
    label: `${axis.label} by ${across.factor.name} and ${upwards.factor.name}`,
    description: `Heat map of ${axis.title} by ${a} and ${b}, one panel an arm`,
    plot: { ...frame(cells, upwards), ...scales(axis, cells, across, upwards) },
  };
}

function scales(
  axis: MetricAxis,
  cells: readonly HeatCell[],
  across: GridFactor,
  upwards: GridFactor,
): PlotOptions {
  const means = cells.map(({ mean }) => mean);
  const [least, most] = [Math.min(...means), Math.max(...means)];
  const limits = COLOURS.slice(1).map((_, at) => {
    return least + ((at + 1) * (most - least)) / COLOURS.length;
  });
  const step = ({ mean }: HeatCell) => limits.filter((limit) => mean >= limit).length;
  const arms = new Set(cells.map(({ arm }) => arm));
  const hasNumbers = across.levels.length * upwards.levels.length <= CELLS_WITH_NUMBERS;
  const isNarrow = across.levels.length * arms.size > CELLS_WITH_NUMBERS / 4;
  const place = { fx: 'arm', x: 'a', y: 'b' } as const;
  return {
    color: {
      type: 'threshold',
      domain: limits,
      range: COLOURS,
      label: axis.title,
      legend: true,
      tickFormat: shortNumber,
    },
    x: { label: `${factorTitle(across.factor)} →`, domain: [...across.levels] },
    marks: [
      cell(cells, { ...place, fill: 'mean', inset: 0.5 }),
      ...(hasNumbers
        ? [
            text(cells, {
              ...place,
              text: (one: HeatCell) => shortNumber(one.mean),
              fill: (one: HeatCell) => (step(one) >= LIGHT_STEP ? '#000000' : '#ffffff'),
              fontSize: isNarrow ? 9 : 12,
            }),
          ]
        : []),
    ],
  };
}

function frame(cells: readonly HeatCell[], upwards: GridFactor): PlotOptions {
  const arms = [...new Set(cells.map(({ arm }) => arm))];
  return {
    height: 100 + 34 * upwards.levels.length,
    marginLeft: 70,
    marginBottom: 42,
    padding: 0,
    fx: { label: null, domain: arms, padding: 0.06, ...(arms.length > 1 ? {} : { axis: null }) },
    y: {
      label: `↑ ${factorTitle(upwards.factor)}`,
      domain: [...upwards.levels].reverse(),
    },
  };
}

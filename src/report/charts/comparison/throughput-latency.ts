/** The knee: what becomes final, and how late, as the offered load grows. */
import { lineY, ruleX } from '@observablehq/plot';
import { pow } from '../../../base/math.ts';
import { parseColumns } from '../../column.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { Results, ResultTable } from '../../page/results.ts';
import { seriesStyle } from '../../page/theme.ts';
import { armDots, armScale, valueAxis } from './arm-marks.ts';
import { type ArmPoint, armPoints, factorOf } from './study-tables.ts';

const COLUMNS = parseColumns(`
arm            | text   |     | Arm
offered_tps    | number | 1/s | Transactions submitted a second, mean over runs
tps_final      | number | 1/s | Transactions that became final a second, mean over runs
finality_p50_s | number | s   | Median time to finality, mean over runs; empty where it is censored
verdict        | text   |     | sustained, or why not; as run where the load was not searched
`);

/** One load of one arm. */
interface LoadPoint {
  readonly arm: string;
  readonly offered: number;
  readonly final: number;
  readonly finalityS: number;
  readonly verdict: string;
}

/** What the study's own runs offered, the first load of every arm. */
function asRun(results: Results): readonly LoadPoint[] {
  return armPoints(results).map((point) => loadOf(point, AS_RUN));
}

const AS_RUN = 'as run';

function loadOf({ arm, of }: ArmPoint, verdict: string): LoadPoint {
  return {
    arm,
    offered: of('offeredTps').mean,
    final: of('tpsFinal').mean,
    finalityS: of('finalityLatencyP50Us').mean / 1e6,
    verdict,
  };
}

function searched(table: ResultTable): readonly LoadPoint[] {
  const [arms, verdicts] = [table.texts('arm'), table.texts('verdict')];
  const columns = ['offered_tps', 'tps_final', 'finality_p50_us'];
  const [offered, final, us] = columns.map((name) => table.numbers(name));
  return arms.map((arm, row) => ({
    arm,
    offered: offered![row]!,
    final: final![row]!,
    finalityS: us![row]! / 1e6,
    verdict: verdicts[row]!,
  }));
}

/** Paths that carry the offered load. */
const LOAD_PATHS = ['population.transfersPerSecond', 'ledger.loadScale'];

/** Points of a sweep over load, at the first level of every other factor. */
function swept(results: Results): readonly LoadPoint[] {
  const place = LOAD_PATHS.map((path) => factorOf(results.factors, path)).find((k) => k >= 0);
  if (place === undefined) return [];
  const points = armPoints(results);
  const others = (cells: readonly string[]) =>
    JSON.stringify(cells.filter((_, factor) => factor !== place));
  const first = new Map<string, string>();
  for (const { arm, cells } of points) if (!first.has(arm)) first.set(arm, others(cells));
  return points
    .filter(({ arm, cells }) => first.get(arm) === others(cells))
    .map((point) => loadOf(point, AS_RUN));
}

/** Whether a load was found to be too much. */
const isOver = ({ verdict }: LoadPoint) => verdict !== 'sustained' && verdict !== AS_RUN;

const byLoad = (a: LoadPoint, b: LoadPoint) => a.offered - b.offered;

function figuresOf(points: readonly LoadPoint[], arms: readonly string[]): readonly ChartFigure[] {
  const series = arms.map((arm, place) => {
    return { arm, style: seriesStyle(place), points: points.filter((p) => p.arm === arm) };
  });
  const saturation = series.flatMap(({ arm, points: own }) => {
    const sustained = own.filter(({ verdict }) => verdict === 'sustained');
    const isBracketed = sustained.length > 0 && own.some(isOver);
    return isBracketed ? [{ arm, offered: Math.max(...sustained.map((p) => p.offered)) }] : [];
  });
  const marksOf = (y: 'finalityS' | 'final') => [
    ...series.map(({ points: own, style }) =>
      lineY(
        own.filter((point) => !Number.isNaN(point[y])),
        { x: 'offered', y, stroke: 'arm', strokeDasharray: style.dash, strokeWidth: 1.5 },
      ),
    ),
    ...armDots(
      points.map((point) => ({
        arm: point.arm,
        x: point.offered,
        y: point[y],
        isHollow: isOver(point),
      })),
      arms,
    ),
  ];
  const loads = points.map(({ offered }) => offered);
  const [least, most] = [Math.min(...loads), Math.max(...loads)];
  const x = valueAxis(loads, 'offered load [1/s]', true);
  const rules = ruleX(saturation, { x: 'offered', stroke: 'arm', strokeOpacity: 0.5 });
  const common = {
    color: armScale(
      points.map(({ arm }) => arm),
      arms,
    ),
    x,
    marginLeft: 55,
  };
  return [
    {
      label: 'time to finality',
      description: 'Median time to finality against offered load of every arm',
      plot: {
        ...common,
        y: valueAxis(
          points.map(({ finalityS }) => finalityS),
          'median time to finality [s]',
          true,
        ),
        marks: [rules, ...marksOf('finalityS')],
      },
    },
    {
      label: 'final transactions',
      description: 'Final transactions a second against offered load of every arm',
      plot: {
        ...common,
        y: valueAxis(
          points.map(({ final }) => final),
          'final transactions [1/s]',
          true,
        ),
        marks: [
          lineY(
            Array.from({ length: 40 }, (_, k) => least * pow(most / least, k / 39)),
            { x: (load: number) => load, y: (load: number) => load, stroke: 'var(--faint)' },
          ),
          rules,
          ...marksOf('final'),
        ],
      },
    },
  ];
}

export default defineChart({
  apiVersion: 1,
  name: 'throughput-latency',
  title: 'Load, throughput and time to finality',
  section: 'chain',
  kinds: ['comparison', 'sweep'],
  source: 'Saturation by raising the load; model page, sections 6.8 and 9.1',
  create(results) {
    const table = results.table('saturation');
    const found = table === undefined ? swept(results) : [...asRun(results), ...searched(table)];
    const points = found.filter(({ offered }) => offered > 0);
    const arms = [...new Set(points.map(({ arm }) => arm))];
    if (!arms.some((arm) => points.filter((point) => point.arm === arm).length > 1)) {
      return undefined;
    }
    const sorted = arms.flatMap((arm) => points.filter((p) => p.arm === arm).sort(byLoad));
    const searchWords =
      table === undefined
        ? 'Other factors are at their first level.'
        : 'A hollow point is a load that was not sustained, and an upright line the largest one found that was.';
    return {
      caption:
        'Median time to finality [s] and final transactions [1/s] against the load offered [1/s], means ' +
        `over runs. Where throughput leaves the grey line and time rises is the knee. ${searchWords}`,
      figures: figuresOf(sorted, results.arms),
      table: {
        columns: COLUMNS,
        rows: sorted.map((p) => [p.arm, p.offered, p.final, p.finalityS, p.verdict]),
      },
    };
  },
});

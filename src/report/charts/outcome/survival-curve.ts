/** Kaplan-Meier curves of a result: as its study wrote them, or from the tables of its runs. */
import { areaY, line, type PlotOptions, ruleY } from '@observablehq/plot';
import { kaplanMeier, type SurvivalStep, survivalQuantile } from '../../../base/survival.ts';
import { type Survival, survivalTimes } from '../../../fraud/scoring/survival.ts';
import { parseColumns } from '../../column.ts';
import { shortNumber } from '../../format-value.ts';
import { humanUnit } from '../../human-unit.ts';
import type { RunView } from '../../metrics.ts';
import type { ChartContent } from '../../page/chart.ts';
import type { Results } from '../../page/results.ts';
import { armColours, seriesStyle } from '../../page/theme.ts';
import { armsWith } from './kept-runs.ts';
import { viewOf } from './run-view.ts';

/** Columns of a curve, the same for every subject. */
const COLUMNS = parseColumns(`
arm      | text    |    | Arm
time_us  | integer | us | Time since the start
at_risk  | integer |    | Still open just before
events   | integer |    | Ended at this time
censored | integer |    | Last seen at this time, still open
survival | number  |    | Estimated share that is still open after this time
ci_low   | number  |    | Lower end of the 95 % interval; empty once nothing is open
ci_high  | number  |    | Upper end
`);

/** One step of a curve; times [us]. A study writes no standard error. */
type CurveStep = Omit<SurvivalStep, 'se'>;

interface ArmCurve {
  readonly arm: string;
  readonly steps: readonly CurveStep[];
}

/** Curves that the study wrote; empty without them. */
function writtenCurves(results: Results, subject: string): ArmCurve[] {
  const table = results.table('survival');
  if (table === undefined) return [];
  const [subjects, arms] = [table.texts('subject'), table.texts('arm')];
  const [timeUs, atRisk] = [table.numbers('time_us'), table.numbers('at_risk')];
  const [events, censored] = [table.numbers('events'), table.numbers('censored')];
  const [survival, low, high] = ['survival', 'ci_low', 'ci_high'].map((name) =>
    table.numbers(name),
  );
  return results.arms.flatMap((arm): ArmCurve[] => {
    const rows = [...subjects.keys()].filter((row) => {
      return subjects[row] === subject && arms[row] === arm;
    });
    const steps = rows.map((row) => ({
      time: timeUs[row]!,
      atRisk: atRisk[row]!,
      events: events[row]!,
      censored: censored[row]!,
      survival: survival![row]!,
      low: low![row]!,
      high: high![row]!,
    }));
    return steps.length === 0 ? [] : [{ arm, steps }];
  });
}

/** Curves over the runs whose tables were kept, pooled by arm. */
function runCurves(
  results: Results,
  tables: readonly string[],
  timesOf: (run: RunView) => readonly Survival[],
): ArmCurve[] {
  return armsWith(results, tables).flatMap(({ arm, runs }): ArmCurve[] => {
    const views = runs.flatMap((run) => viewOf(run) ?? []);
    const steps = kaplanMeier(survivalTimes(views.flatMap(timesOf)));
    return steps.length === 0 ? [] : [{ arm, steps }];
  });
}

/** What a survival chart is about. */
export interface SurvivalSubject {
  /** Word in `survival.csv`. */
  readonly subject: string;
  /** Tables of a run that it is read from. */
  readonly tables: readonly string[];
  readonly timesOf: (run: RunView) => readonly Survival[];
  /** What the vertical axis shows, `still voting`. */
  readonly open: string;
  /** First sentence of the caption. */
  readonly caption: string;
  /** What has happened at the median, `half are excluded`. */
  readonly half: string;
}

/** A chart of a subject; undefined where nothing was at risk. */
export function survivalContent(
  results: Results,
  about: SurvivalSubject,
): ChartContent | undefined {
  const written = writtenCurves(results, about.subject);
  const curves = written.length > 0 ? written : runCurves(results, about.tables, about.timesOf);
  if (curves.every(({ steps }) => steps.every(({ time }) => time === 0))) return undefined;
  const rows = curves.flatMap(({ arm, steps }) =>
    steps.map((step) => [
      arm,
      step.time,
      step.atRisk,
      step.events,
      step.censored,
      step.survival,
      step.low,
      step.high,
    ]),
  );
  return {
    caption: `${about.caption} Band: 95 % interval. ${medians(curves, about)}`,
    table: { columns: COLUMNS, rows },
    figures: [
      {
        label: '',
        description: `Kaplan-Meier curve: share ${about.open} against time since the start`,
        plot: curvePlot(curves, about.open, results.arms),
      },
    ],
  };
}

/** Half times of the arms; arms with the same one stand together. */
function medians(curves: readonly ArmCurve[], { half }: SurvivalSubject): string {
  const byWords = new Map<string, string[]>();
  for (const { arm, steps } of curves) {
    const halfUs = survivalQuantile(steps, 0.5);
    const { unit, divisor } = humanUnit('us', [halfUs]);
    const when = `${half} within ${shortNumber(halfUs / divisor)} ${unit}`;
    const words = Number.isNaN(halfUs) ? 'fewer than half by the end' : when;
    const own = `${words} (${steps[0]!.atRisk} cases)`;
    byWords.set(own, [...(byWords.get(own) ?? []), arm]);
  }
  const parts = [...byWords].map(([own, arms]) => `${arms.join(', ')}: ${own}`);
  return `${parts.join('; ')}.`;
}

function curvePlot(
  curves: readonly ArmCurve[],
  open: string,
  arms: readonly string[],
): PlotOptions {
  const ends = curves.map(({ steps }) => steps.at(-1)!.time);
  const { unit, divisor } = humanUnit('us', ends);
  const points = (curve: ArmCurve) => {
    const start = { time: 0, percent: 100, low: 100, high: 100, arm: curve.arm };
    const shown = curve.steps.map((step) => ({
      time: step.time / divisor,
      percent: 100 * step.survival,
      low: 100 * step.low,
      high: 100 * step.high,
      arm: curve.arm,
    }));
    return shown[0]!.time > 0 ? [start, ...shown] : shown;
  };
  return {
    marginBottom: 42,
    color: armColours(
      curves.map(({ arm }) => arm),
      arms,
    ),
    x: { label: `time since the start [${unit}] →`, nice: true },
    y: { label: `↑ ${open} [%]`, domain: [0, 100], grid: true },
    marks: [
      ...curves.map((curve) =>
        areaY(points(curve), {
          x: 'time',
          y1: 'low',
          y2: 'high',
          fill: 'arm',
          fillOpacity: 0.15,
          curve: 'step-after',
        }),
      ),
      ...curves.map((curve) =>
        line(points(curve), {
          x: 'time',
          y: 'percent',
          stroke: 'arm',
          strokeWidth: 2,
          strokeDasharray: seriesStyle(arms.indexOf(curve.arm)).dash,
          curve: 'step-after',
        }),
      ),
      ruleY([0]),
    ],
  };
}

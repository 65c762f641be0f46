/** Kaplan-Meier curves of a result: as its study wrote them, or from the tables of its runs. */
import { areaY, line, type PlotOptions, ruleY } from '@observablehq/plot';
import { standardNormalQuantile } from '../../../base/distribution.ts';
import { exp, log, sqrt } from '../../../base/math.ts';
import type { Survival } from '../../../fraud/scoring/survival.ts';
import { parseColumns } from '../../column.ts';
import type { RunView } from '../../metrics.ts';
import type { ChartContent } from '../../page/chart.ts';
import type { Results } from '../../page/results.ts';
import { colourScale, seriesStyle } from '../../page/theme.ts';
import { humanUnit, shortNumber } from '../metric-axis.ts';
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

/** One step of a curve. */
export interface CurveStep {
  readonly timeUs: number;
  readonly atRisk: number;
  readonly events: number;
  readonly censored: number;
  readonly survival: number;
  /** 95 % interval; NaN once the curve is 0. */
  readonly low: number;
  readonly high: number;
}

const Z = standardNormalQuantile(0.975);

/**
 * Kaplan-Meier curve with its pointwise 95 % interval, log(-log) transformed.
 *
 * @param times - Any order; at one time ends come before censorings. Empty gives no steps.
 * @returns A step at time 0 and at every distinct time, rising.
 * Source: E. Kaplan, P. Meier, J. Am. Stat. Assoc. 53(282), 1958; variance by Greenwood's formula;
 *   interval: J. Kalbfleisch, R. Prentice, The Statistical Analysis of Failure Time Data, 1980, 1.3.
 */
export function survivalCurve(times: readonly Survival[]): CurveStep[] {
  const rising = [...times].sort((a, b) => a.timeUs - b.timeUs);
  const counts = { events: 0, censored: 0, survival: 1, low: 1, high: 1 };
  const steps: CurveStep[] = [];
  if (rising.length > 0 && rising[0]!.timeUs > 0) {
    steps.push({ timeUs: 0, atRisk: rising.length, ...counts });
  }
  let [survival, hazard] = [1, 0];
  for (let first = 0; first < rising.length; ) {
    const { timeUs } = rising[first]!;
    const atRisk = rising.length - first;
    let [events, censored] = [0, 0];
    for (; first < rising.length && rising[first]!.timeUs === timeUs; first++) {
      if (rising[first]!.detected) events++;
      else censored++;
    }
    survival *= (atRisk - events) / atRisk;
    hazard += events / (atRisk * (atRisk - events));
    steps.push({ timeUs, atRisk, events, censored, survival, ...interval(survival, hazard) });
  }
  return steps;
}

function interval(survival: number, hazard: number) {
  if (survival === 1) return { low: 1, high: 1 };
  if (survival === 0) return { low: Number.NaN, high: Number.NaN };
  const factor = exp((Z * sqrt(hazard)) / -log(survival));
  return { low: exp(log(survival) * factor), high: exp(log(survival) / factor) };
}

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
      timeUs: timeUs[row]!,
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
    const steps = survivalCurve(views.flatMap(timesOf));
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
  if (curves.every(({ steps }) => steps.every(({ timeUs }) => timeUs === 0))) return undefined;
  const rows = curves.flatMap(({ arm, steps }) =>
    steps.map((step) => [
      arm,
      step.timeUs,
      step.atRisk,
      step.events,
      step.censored,
      step.survival,
      step.low,
      step.high,
    ]),
  );
  return {
    caption: `${about.caption} Band: 95 % interval. ${curves.map((curve) => median(curve, about)).join(' ')}`,
    table: { columns: COLUMNS, rows },
    figures: [
      {
        label: '',
        description: `Kaplan-Meier curve: share ${about.open} against time since the start`,
        plot: curvePlot(curves, about.open),
      },
    ],
  };
}

function median({ arm, steps }: ArmCurve, { half }: SurvivalSubject): string {
  const reached = steps.find(({ survival }) => survival <= 0.5 + 1e-12);
  const subjects = `${steps[0]!.atRisk} cases`;
  if (reached === undefined) return `${arm}: fewer than half by the end, ${subjects}.`;
  const { unit, divisor } = humanUnit('us', [reached.timeUs]);
  return `${arm}: ${half} within ${shortNumber(reached.timeUs / divisor)} ${unit}, ${subjects}.`;
}

function curvePlot(curves: readonly ArmCurve[], open: string): PlotOptions {
  const ends = curves.map(({ steps }) => steps.at(-1)!.timeUs);
  const { unit, divisor } = humanUnit('us', ends);
  const points = (curve: ArmCurve) => {
    const start = { time: 0, percent: 100, low: 100, high: 100, arm: curve.arm };
    const shown = curve.steps.map((step) => ({
      time: step.timeUs / divisor,
      percent: 100 * step.survival,
      low: 100 * step.low,
      high: 100 * step.high,
      arm: curve.arm,
    }));
    return shown[0]!.time > 0 ? [start, ...shown] : shown;
  };
  return {
    marginBottom: 42,
    color: colourScale(curves.map(({ arm }) => arm)),
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
      ...curves.map((curve, index) =>
        line(points(curve), {
          x: 'time',
          y: 'percent',
          stroke: 'arm',
          strokeWidth: 2,
          strokeDasharray: seriesStyle(index).dash,
          curve: 'step-after',
        }),
      ),
      ruleY([0]),
    ],
  };
}

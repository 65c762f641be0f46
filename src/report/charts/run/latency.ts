/** How long transactions wait to be in a block and to be final, those that still wait included. */
import { dot, lineY, ruleY } from '@observablehq/plot';
import type { ProductLimitStep } from '../../../base/survival.ts';
import { parseColumns } from '../../column.ts';
import { count, counted, duration, percent, shortNumber } from '../../format-value.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { Results } from '../../page/results.ts';
import { colourScale, seriesStyle } from '../../page/theme.ts';
import { logTicks } from '../log-ticks.ts';
import { isMeasured, spanOf } from './support/span.ts';
import { quantileOf, type SurvivalCurve, thinned, waitingCurve } from './support/survival.ts';

const COLUMNS = parseColumns(`
latency   | text    |   | inclusion (in a block that stayed) or finality (at the client's node)
time_s    | number  | s | Time since submission
at_risk   | integer |   | Transactions that had waited at least so long
events    | integer |   | Of these, reached at that time
waiting   | number  |   | Share that waits longer, by Kaplan and Meier
`);

const LATENCIES = ['inclusion', 'finality'] as const;
/** How those are treated that still wait. */
const OPEN =
  'Whoever waits at the end counts as long as it was watched and shows as a flat tail, with a cross ' +
  'at its end or where the picture ends. ';
const REACHED = ['included_us', 'final_us'] as const;

/** Survival curves of both latencies [µs], of transactions submitted in the measured span. */
function curvesOf(results: Results): readonly SurvivalCurve[] | undefined {
  const table = results.table('transactions');
  if (table === undefined) return undefined;
  const span = spanOf(results);
  const fates = table.texts('fate');
  const submitted = table.numbers('submitted_us');
  const rows = [...submitted.keys()].filter((tx) => {
    return fates[tx] !== 'rejected' && isMeasured(span, submitted[tx]!);
  });
  if (rows.length === 0) return undefined;
  return REACHED.map((column) => {
    const reached = table.numbers(column);
    const isOpen = rows.map((tx) => Number.isNaN(reached[tx]!));
    const times = rows.map((tx, at) => {
      return Math.max(0, (isOpen[at] ? span.endUs : reached[tx]!) - submitted[tx]!);
    });
    return waitingCurve(times, isOpen);
  });
}

export default defineChart({
  apiVersion: 1,
  name: 'latency',
  title: 'Latency of transactions',
  section: 'chain',
  kinds: ['run'],
  source: 'E. L. Kaplan, P. Meier, J. Am. Stat. Assoc. 53(282), 1958',
  create(results) {
    const curves = curvesOf(results);
    if (curves === undefined) return undefined;
    const drawn = curves.map(({ steps }) => thinned(steps));
    const rows = drawn.flatMap((steps, at) =>
      steps.map(({ time, atRisk, events, survival }) => {
        return [LATENCIES[at]!, time / 1e6, atRisk, events, survival];
      }),
    );
    const said = curves.map((curve, at) => sentence(LATENCIES[at]!, curve));
    const hasOpen = curves.some(({ censored }) => censored > 0);
    const isThinned = drawn.some((steps, at) => steps.length < curves[at]!.steps.length);
    return {
      caption:
        `Share of ${counted(curves[0]!.count, 'transaction')} that still wait: ${said.join('; ')}. ` +
        `${hasOpen ? OPEN : ''}Refused ones are left out.` +
        `${isThinned ? ' About a point every half percent is drawn, each exact.' : ''}`,
      table: { columns: COLUMNS, rows },
      figures: [shareFigure(curves, drawn), tailFigure(curves, drawn)],
    };
  },
});

function sentence(latency: string, curve: SurvivalCurve): string {
  const [half, most] = [0.5, 0.95].map((p) => {
    const us = quantileOf(curve, p);
    return Number.isNaN(us) ? 'never seen' : duration(us);
  });
  const open =
    curve.censored === 0
      ? 'none open'
      : `${count(curve.censored)} (${percent(curve.censored, curve.count)}) open at the end`;
  return `${latency} takes ${half} in the median, ${most} at 95 %, ${open}`;
}

/** A corner of a drawn curve. */
interface Corner {
  /** Since submission [s]. */
  readonly time: number;
  /** Still waiting [%]. */
  readonly share: number;
  readonly series: string;
  /** Where watching ended before all had been reached. */
  readonly isEnd: boolean;
}

/** Corners of both curves from a time on [s]; what came before it shows there. */
function cornersOf(
  curves: readonly SurvivalCurve[],
  drawn: readonly (readonly ProductLimitStep[])[],
  from: number,
): Corner[] {
  return drawn.flatMap((steps, at) => {
    const { lastTime, censored } = curves[at]!;
    const corner = (us: number, survival: number, isEnd = false): Corner => ({
      time: Math.max(from, us / 1e6),
      share: survival * 100,
      series: LATENCIES[at]!,
      isEnd,
    });
    const falls = steps.map(({ time, survival }) => corner(time, survival));
    const tail = censored > 0 ? [corner(lastTime, steps.at(-1)?.survival ?? 1, true)] : [];
    return [corner(0, 1), ...falls, ...tail];
  });
}

function marksOf(corners: readonly Corner[]) {
  const channels = { x: 'time', y: 'share', stroke: 'series' } as const;
  return [
    ...LATENCIES.map((name, at) =>
      lineY(
        corners.filter(({ series }) => series === name),
        { ...channels, curve: 'step-after', strokeDasharray: seriesStyle(at).dash },
      ),
    ),
    dot(
      corners.filter(({ isEnd }) => isEnd),
      { ...channels, symbol: 'times', r: 5, strokeWidth: 2 },
    ),
  ];
}

/** All of the curves over a logarithmic time, which holds seconds and hours at once. */
function shareFigure(
  curves: readonly SurvivalCurve[],
  drawn: readonly (readonly ProductLimitStep[])[],
): ChartFigure {
  const times = [...drawn.flat().map(({ time }) => time), ...curves.map((curve) => curve.lastTime)];
  const positive = times.filter((us) => us > 0).map((us) => us / 1e6);
  const longest = positive.reduce((a, b) => Math.max(a, b), 0);
  const least = positive.reduce((a, b) => Math.min(a, b), longest);
  // A millionth of the longest is as good as none, and a shorter one would squeeze all others.
  const from = Math.max(least / 1.5, longest / 1e6);
  const label = 'time since submission [s] →';
  const x =
    longest === 0
      ? { label }
      : {
          label: `${label.slice(0, -2)}, logarithmic →`,
          type: 'log' as const,
          domain: [from, longest],
          ticks: logTicks(from, longest),
          tickFormat: shortNumber,
        };
  return {
    label: 'share',
    description: 'Share of transactions that still wait against time since submission',
    plot: {
      height: 260,
      color: colourScale(LATENCIES),
      x,
      y: { label: '↑ still waiting [%]', domain: [0, 100], grid: true },
      marks: [...marksOf(cornersOf(curves, drawn, from)), ruleY([0])],
    },
  };
}

/**
 * The slowest on a logarithmic share, on which waiting without memory is a straight line. The flat tail is
 * cut behind the last event: whoever waits for a day would squeeze all others.
 */
function tailFigure(
  curves: readonly SurvivalCurve[],
  drawn: readonly (readonly ProductLimitStep[])[],
): ChartFigure {
  const lastEvent = drawn.flat().reduce((last, { time }) => Math.max(last, time), 0);
  const cut = lastEvent === 0 ? Number.POSITIVE_INFINITY : (lastEvent / 1e6) * 1.2;
  const corners = cornersOf(curves, drawn, 0)
    .filter(({ share }) => share > 0)
    .map((corner) => ({ ...corner, time: Math.min(corner.time, cut) }));
  const least = corners.reduce((low, { share }) => Math.min(low, share), 100);
  return {
    label: 'tail',
    description: 'The same on a logarithmic share, which shows the slowest transactions',
    plot: {
      height: 260,
      color: colourScale(LATENCIES),
      x: { label: 'time since submission [s] →', tickFormat: shortNumber },
      y: {
        label: '↑ still waiting [%], logarithmic',
        type: 'log',
        domain: [least / 1.5, 100],
        grid: true,
        ticks: logTicks(least / 1.5, 100),
        tickFormat: shortNumber,
      },
      marks: marksOf(corners),
    },
  };
}

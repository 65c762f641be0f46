/** When the chain hurts the market: welfare lost to lateness, and late orders with their law. */
import { line } from '@observablehq/plot';
import { pow } from '../../../base/math.ts';
import { lateShareExponential, lateShareFixed } from '../../../consensus/laws/index.ts';
import { protocols } from '../../../consensus/protocols/index.ts';
import { parseColumns } from '../../column.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { Results } from '../../page/results.ts';
import { type ArmSpan, armDots, armScale, armSpans, valueAxis } from './arm-marks.ts';
import {
  type ArmPoint,
  armPoints,
  consensusOf,
  type MeanWithInterval,
  nameOf,
  numberOf,
  partOf,
  type Settings,
  scenarioOf,
  valueAt,
} from './study-tables.ts';

const COLUMNS = parseColumns(`
point             | text   |    | Arm, with its factors in a sweep
finality_s        | number | s  | Median time to finality, mean over runs
gate_s            | number | s  | G: from the first order of a slot to the gate
finality_over_gate | number |   | Finality / G
welfare_lost_pt   | number | pt | Surplus of all orders less that of those in time, mean over runs
welfare_low_pt    | number | pt | Lower end of the 95 % interval
welfare_high_pt   | number | pt | Upper end
block_interval_s  | number | s  | Mean interval at a random instant; empty where blocks are not waited for
late_share        | number |    | Orders not on the chain at the gate, mean over runs
late_low          | number |    | Lower end of the 95 % interval
late_high         | number |    | Upper end
law               | number |    | Late share by the law; empty where none holds
`);

/** When orders are sent: evenly over a window that ends a margin before the gate [s]. */
interface OrderWindow {
  readonly margin: number;
  readonly window: number;
}

/** One arm, or one arm at one point of a sweep; times in s, money in points. */
interface GatePoint {
  readonly name: string;
  readonly arm: string;
  readonly finalityS: number;
  readonly window: OrderWindow;
  readonly lost: MeanWithInterval;
  readonly late: MeanWithInterval;
  /** NaN where no law holds. */
  readonly intervalS: number;
  readonly law: 'exponential' | 'fixed' | undefined;
}

const LAWS = { exponential: lateShareExponential, fixed: lateShareFixed } as const;

/** When orders of an arm are sent, before the gate [s]; undefined where they are not sent evenly. */
function windowOf(results: Results, point: ArmPoint, market: Settings): OrderWindow | undefined {
  if (market['orders'] !== 'open') return undefined;
  const [gate, most, least] = ['gateClosure', 'leadTimeMax', 'leadTimeMin'].map(
    (key) => valueAt(results, point, `market.${key}`, numberOf(market, key), 'duration') / 1e6,
  );
  const window = { margin: least! - gate!, window: most! - least! };
  return window.window > 0 && window.margin >= 0 ? window : undefined;
}

/**
 * Mean interval that an order meets [s]. Difficulty set anew every N blocks from the span of the last N
 * gives periods of T N / Gamma(N), and a long one covers more instants: T N / (N − 2) in all.
 */
function intervalOf(results: Results, point: ArmPoint, name: string, options: Settings): number {
  if (name === 'pow') {
    const stated = numberOf(options, 'blockInterval');
    const us = valueAt(results, point, 'consensus.blockInterval', stated, 'duration');
    const blocks = numberOf(options, 'retargetBlocks');
    return (blocks > 2 ? (us * blocks) / (blocks - 2) : us) / 1e6;
  }
  if (name !== 'dpos') return Number.NaN;
  const stated = protocols.get(name).blockIntervalUs(options);
  return valueAt(results, point, 'consensus.turn', stated, 'duration') / 1e6;
}

const inPoints = ({ n, mean, low, high }: MeanWithInterval): MeanWithInterval => {
  return { n, mean: mean / 1e6, low: low / 1e6, high: high / 1e6 };
};

function pointOf(results: Results, point: ArmPoint): readonly GatePoint[] {
  const scenario = scenarioOf(results, point.arm);
  const window = windowOf(results, point, partOf(scenario, 'market'));
  const late = point.of('lateOrderShare');
  if (window === undefined || Number.isNaN(late.mean)) return [];
  const { name, options } = consensusOf(scenario);
  const law = name === 'pow' ? 'exponential' : name === 'dpos' ? 'fixed' : undefined;
  return [
    {
      name: nameOf(results, point),
      arm: point.arm,
      finalityS: point.of('finalityLatencyP50Us').mean / 1e6,
      ...{ window, late, law, lost: inPoints(point.of('lateOrderCostUpt')) },
      intervalS: intervalOf(results, point, name, options),
    },
  ];
}

/** From the first order of a slot to the gate [s]. */
const gateOf = ({ window: { margin, window } }: GatePoint) => margin + window;

function welfareFigure(points: readonly GatePoint[], arms: readonly string[]): ChartFigure {
  const spans = points.map((point): ArmSpan => {
    const { mean: y, low, high } = point.lost;
    return { arm: point.arm, x: point.finalityS / gateOf(point), y, low, high };
  });
  const ratios = spans.map(({ x }) => x);
  return {
    label: 'welfare lost',
    description: 'Welfare lost to late orders against finality over the gate, by arm',
    plot: {
      x: valueAxis(ratios, 'median time to finality over time to the gate', true),
      y: { label: 'welfare lost to late orders [pt]', grid: true, zero: true, nice: true },
      color: armScale(
        points.map(({ arm }) => arm),
        arms,
      ),
      marks: [armSpans(spans, 'y'), ...armDots(spans, arms)],
    },
  };
}

const CURVE_POINTS = 80;

/** Curves of the laws that occur, over the intervals that do; none where orders are sent differently. */
function curvesOf(points: readonly GatePoint[]) {
  const windows = new Set(points.map(({ window }) => JSON.stringify(window)));
  if (windows.size !== 1) return [];
  const { window } = points[0]!;
  const intervals = points.map(({ intervalS }) => intervalS);
  const [from, to] = [Math.min(...intervals) / 1.5, Math.max(...intervals) * 1.5];
  return (['exponential', 'fixed'] as const).flatMap((name) => {
    if (!points.some(({ law }) => law === name)) return [];
    const curve = Array.from({ length: CURVE_POINTS + 1 }, (_, k) => {
      const x = from * pow(to / from, k / CURVE_POINTS);
      return { x, y: 100 * LAWS[name](x, window.window, window.margin) };
    });
    return [{ name, curve }];
  });
}

function lateFigure(all: readonly GatePoint[], arms: readonly string[]): readonly ChartFigure[] {
  const points = all.filter(({ intervalS, law }) => law !== undefined && intervalS > 0);
  if (points.length === 0) return [];
  const spans = points.map((point): ArmSpan => {
    const { mean, low, high } = point.late;
    const ends = { low: Math.max(0, 100 * low), high: Math.min(100, 100 * high) };
    return { arm: point.arm, x: point.intervalS, y: 100 * mean, ...ends };
  });
  const stroke = { stroke: 'var(--faint)' } as const;
  return [
    {
      label: 'late orders',
      description: 'Late orders against the block interval, with the laws of both protocols',
      plot: {
        x: valueAxis(
          spans.map(({ x }) => x),
          'mean interval of blocks [s]',
          true,
        ),
        y: { label: 'late orders [%]', grid: true, zero: true, nice: true },
        color: armScale(
          points.map(({ arm }) => arm),
          arms,
        ),
        marks: [
          ...curvesOf(points).map(({ name, curve }) =>
            line(curve, {
              ...{ x: 'x', y: 'y', ...stroke },
              strokeDasharray: name === 'fixed' ? '5 3' : '',
            }),
          ),
          armSpans(spans, 'y'),
          ...armDots(spans, arms),
        ],
      },
    },
  ];
}

export default defineChart({
  apiVersion: 1,
  name: 'welfare-gate',
  title: 'When is the chain too slow for the market?',
  section: 'market',
  kinds: ['comparison', 'sweep'],
  source:
    'Model page, E24; laws late-orders of the validation: exponential blocks (T/W)(e^(−m/T) − ' +
    'e^(−(m+W)/T)) for orders sent evenly over W ending m before the gate, turns at a mean phase of it',
  create(results) {
    const points = armPoints(results).flatMap((point) => pointOf(results, point));
    if (points.length === 0) return undefined;
    const { arms } = results;
    return {
      caption:
        'Welfare lost: gains from trade that orders lose because no block has them by the gate [pt], against the ' +
        'median time to finality over the time from the first order of a slot to its gate; an arm at 1 has ' +
        'no time to spare. Late orders [%] stand against the mean interval of blocks, with the laws of ' +
        'exponential blocks (solid) and of fixed turns (dashed); means over runs with 95 % intervals.',
      figures: [welfareFigure(points, arms), ...lateFigure(points, arms)],
      table: { columns: COLUMNS, rows: points.map((point) => cellsOf(point)) },
    };
  },
});

function cellsOf(point: GatePoint): readonly (string | number)[] {
  const { name, finalityS, lost, late, intervalS, law, window } = point;
  const gateS = gateOf(point);
  const share = law === undefined ? Number.NaN : LAWS[law](intervalS, window.window, window.margin);
  const welfare = [lost.mean, lost.low, lost.high];
  const lateness = [intervalS, late.mean, late.low, late.high, share];
  return [name, finalityS, gateS, finalityS / gateS, ...welfare, ...lateness];
}

/** Stale blocks of proof of work against propagation over the block interval, with the law. */
import { line } from '@observablehq/plot';
import { square } from '../../../base/math.ts';
import { retargetedStaleShare, staleShare } from '../../../consensus/laws/index.ts';
import { parseColumns } from '../../column.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { Results } from '../../page/results.ts';
import { type ArmSpan, armDots, armScale, armSpans, valueAxis } from './arm-marks.ts';
import {
  type ArmPoint,
  armPoints,
  consensusOf,
  nameOf,
  numberOf,
  partOf,
  type Settings,
  scenarioOf,
  valueAt,
} from './study-tables.ts';

const COLUMNS = parseColumns(`
point               | text   |   | Arm, with its factors in a sweep
block_interval_s    | number | s | Target interval T of the chain
delay_s             | number | s | Delay d: mean time until 90 % of honest full nodes have a block
delay_over_interval | number |   | d / T
stale_share         | number |   | Stale blocks over all blocks, mean over runs
ci_low              | number |   | Lower end of the 95 % interval
ci_high             | number |   | Upper end
law                 | number |   | Stale share by the law
`);

/** One arm, or one arm at one point of a sweep. */
interface StalePoint {
  readonly name: string;
  readonly arm: string;
  readonly intervalS: number;
  readonly delayS: number;
  readonly stale: number;
  readonly low: number;
  readonly high: number;
  readonly sumOfSquares: number;
  readonly isRetargeted: boolean;
}

/**
 * Σ s² over the miners' shares: from the full nodes of a kept run, else 1/n where all mine alike; NaN where
 * neither is known.
 */
function concentration(results: Results, arm: string, options: Settings, nodes: number): number {
  const run = results.runs.find((candidate) => candidate.arm === arm);
  const table = run?.table('nodes');
  if (table !== undefined) {
    const shares = table.numbers('hash_share').filter((share) => !Number.isNaN(share));
    return shares.reduce((sum, share) => sum + square(share), 0);
  }
  if (options['hashRates'] !== 'equal') return Number.NaN;
  return 1 / (numberOf(options, 'miners') || nodes);
}

const lawOf = ({ isRetargeted, sumOfSquares }: StalePoint) => {
  const law = isRetargeted ? retargetedStaleShare : staleShare;
  return (ratio: number) => law(ratio, sumOfSquares);
};

function pointOf(results: Results, point: ArmPoint): readonly StalePoint[] {
  const scenario = scenarioOf(results, point.arm);
  const { name, options } = consensusOf(scenario);
  if (name !== 'pow') return [];
  const stated = numberOf(options, 'blockInterval');
  const intervalUs = valueAt(results, point, 'consensus.blockInterval', stated, 'duration');
  const nodes = point.of('nodeCount').mean || numberOf(partOf(scenario, 'network'), 'nodes');
  const delayUs = point.of('propagation90MeanUs').mean;
  const { mean, low, high } = point.of('staleRate');
  if (!(intervalUs > 0) || Number.isNaN(delayUs) || Number.isNaN(mean)) return [];
  return [
    {
      name: nameOf(results, point),
      arm: point.arm,
      ...{ intervalS: intervalUs / 1e6, delayS: delayUs / 1e6, stale: mean, low, high },
      sumOfSquares: concentration(results, point.arm, options, nodes),
      isRetargeted: numberOf(options, 'retargetBlocks') > 0,
    },
  ];
}

const CURVE_POINTS = 60;

/** One curve for all points with the same law. */
function curvesOf(points: readonly StalePoint[], most: number) {
  const laws = new Map<string, StalePoint>();
  for (const point of points) {
    if (Number.isNaN(point.sumOfSquares)) continue;
    laws.set(`${point.isRetargeted} ${point.sumOfSquares.toFixed(4)}`, point);
  }
  return [...laws.values()].map((point) => {
    const law = lawOf(point);
    return Array.from({ length: CURVE_POINTS + 1 }, (_, k) => {
      const x = most * square(k / CURVE_POINTS);
      return { x, y: 100 * law(x) };
    });
  });
}

function figureOf(points: readonly StalePoint[], arms: readonly string[]): ChartFigure {
  const shown = points.map(({ arm }) => arm);
  const spans = points.map((point): ArmSpan => {
    const [y, low, high] = [point.stale, point.low, point.high].map((share) => 100 * share);
    const ends = { low: Math.max(0, low!), high: high! };
    return { arm: point.arm, x: point.delayS / point.intervalS, y: y!, ...ends };
  });
  const most = 1.15 * Math.max(...spans.map(({ x }) => x));
  const curves = curvesOf(points, most);
  // Roots spread small values, and unlike logarithms they have a place for none.
  const type = 'sqrt' as const;
  return {
    label: '',
    description: 'Stale share against delay over block interval, with the law',
    plot: {
      x: {
        ...valueAxis(
          spans.map(({ x }) => x),
          'delay over block interval, d / T',
          false,
        ),
        ...{ type, domain: [0, most], ticks: 6 },
      },
      y: {
        ...valueAxis(
          spans.map(({ y }) => y),
          'stale blocks [%]',
          false,
        ),
        ...{ type, zero: true, ticks: 6 },
      },
      color: armScale(shown, arms),
      marks: [
        ...curves.map((curve) => line(curve, { x: 'x', y: 'y', stroke: 'var(--faint)' })),
        armSpans(spans, 'y'),
        ...armDots(spans, arms),
      ],
    },
  };
}

export default defineChart({
  apiVersion: 1,
  name: 'stale-share',
  title: 'How many blocks are lost to slow news?',
  section: 'chain',
  kinds: ['comparison', 'sweep'],
  source:
    'Sompolinsky and Zohar 2015; model page, section 6.2 and O3: (1 − Σs²) x/(1 + x), x = d/T, and the ' +
    'smaller root of s² − (1 + x) s + (1 − Σs²) x where difficulty follows the chain',
  create(results) {
    const points = armPoints(results).flatMap((point) => pointOf(results, point));
    if (points.length === 0) return undefined;
    const hasLaw = points.some(({ sumOfSquares }) => !Number.isNaN(sumOfSquares));
    const law = hasLaw
      ? 'The line is the law for one delay to everybody; d is the mean delay to 90 % of full nodes, and since ' +
        'most have a block sooner, points are expected on or below the line.'
      : 'Shares of hash power are not known, so that no law is drawn.';
    return {
      caption:
        'Share of blocks that went stale [%], mean over runs with its 95 % interval, against the time a ' +
        `block travels over the block interval, on axes of square roots. ${law}`,
      figures: [figureOf(points, results.arms)],
      table: {
        columns: COLUMNS,
        rows: points.map((point) => {
          const ratio = point.delayS / point.intervalS;
          const { name, intervalS, delayS, stale, low, high } = point;
          return [name, intervalS, delayS, ratio, stale, low, high, lawOf(point)(ratio)];
        }),
      },
    };
  },
});

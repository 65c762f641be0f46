/** Marks and axes that charts of arms share. */
import { dot, ruleX, ruleY } from '@observablehq/plot';
import { seriesStyle } from '../../page/theme.ts';
import { logTicks } from '../log-ticks.ts';

/** A point of an arm on a chart. */
export interface ArmDot {
  readonly arm: string;
  readonly x: number;
  readonly y: number;
  /** Drawn as an outline only. */
  readonly isHollow?: boolean;
}

/** An interval through a point; a point without one has NaN ends. */
export interface ArmSpan extends ArmDot {
  readonly low: number;
  readonly high: number;
}

const isDrawn = ({ x, y }: ArmDot) => !Number.isNaN(x) && !Number.isNaN(y);

/** Points with the symbol and colour of their arm, by its place among the arms; `arm` is the colour scale. */
export function armDots(points: readonly ArmDot[], arms: readonly string[]) {
  return arms.flatMap((arm, place) => {
    const own = points.filter((point) => point.arm === arm && isDrawn(point));
    const { symbol } = seriesStyle(place);
    const look = { x: 'x', y: 'y', symbol, r: 4.5, stroke: 'arm', strokeWidth: 1.6 } as const;
    return [
      dot(
        own.filter(({ isHollow }) => isHollow === true),
        { ...look, fill: 'var(--ground)' },
      ),
      dot(
        own.filter(({ isHollow }) => isHollow !== true),
        { ...look, fill: 'arm' },
      ),
    ];
  });
}

/**
 * Colour scale of the arms that a chart shows, each in the colour it has in every chart of the study.
 *
 * @param arms - Arms of the study.
 */
export function armScale(shown: readonly string[], arms: readonly string[]) {
  const domain = arms.filter((arm) => shown.includes(arm));
  const range = domain.map((arm) => seriesStyle(arms.indexOf(arm)).colour);
  return { type: 'ordinal', domain, range, legend: true } as const;
}

/** Upright or level bars of intervals. */
export function armSpans(spans: readonly ArmSpan[], along: 'x' | 'y') {
  const known = spans.filter((s) => isDrawn(s) && !Number.isNaN(s.low) && !Number.isNaN(s.high));
  const look = { stroke: 'arm', strokeWidth: 1.4 } as const;
  return along === 'y'
    ? ruleX(known, { x: 'x', y1: 'low', y2: 'high', ...look })
    : ruleY(known, { y: 'y', x1: 'low', x2: 'high', ...look });
}

/**
 * An axis over values: logarithmic where it is asked for and all are above 0, else from its own ends.
 *
 * @param values - NaN does not count.
 */
export function valueAxis(values: readonly number[], label: string, wantsLog: boolean) {
  const known = values.filter((value) => !Number.isNaN(value));
  const [least, most] = [Math.min(...known), Math.max(...known)];
  // Three digits, and decimals where other numbers of the page have an exponent: 0.0001.
  const tickFormat = (tick: number) => String(Number(tick.toPrecision(3))).replace('-', '−');
  if (!(wantsLog && least > 0)) return { type: 'linear', label, grid: true, tickFormat } as const;
  // A little air, so that points do not lie on the frame and there is a tick on either side.
  const domain = [least / 1.6, most * 1.6];
  const ticks = logTicks(domain[0]!, domain[1]!);
  return { type: 'log', label, grid: true, domain, ticks, tickFormat } as const;
}

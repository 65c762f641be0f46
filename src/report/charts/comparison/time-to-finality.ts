/** How many transactions wait longer than a time, and the law of it. */
import { lineY } from '@observablehq/plot';
import { pow } from '../../../base/math.ts';
import { parseColumns } from '../../column.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import { seriesStyle } from '../../page/theme.ts';
import { armScale, valueAxis } from './arm-marks.ts';
import { latencyLaw } from './latency-laws.ts';
import { latencyCurves } from './latency-samples.ts';
import { armPoints, NOTHING, scenarioOf } from './study-tables.ts';

const COLUMNS = parseColumns(`
arm         | text   |   | Arm
kind        | text   |   | measured, or law
delay_s     | number | s | Time since submission
share_above | number |   | Share of transactions not final by then
`);

/** A point of a curve or of a law. */
interface Point {
  readonly arm: string;
  readonly kind: 'measured' | 'law';
  readonly x: number;
  readonly y: number;
}

const LAW_POINTS = 160;
/** A chance below this is not drawn. */
const LEAST_SHARE = 1e-5;
/** The shortest time shown over the longest. */
const DECADES_SHOWN = 1e-5;

/** The time at which a falling tail passes a share [us]. */
function timeAt(tail: (timeUs: number) => number, share: number, startUs: number): number {
  let [low, high] = [0, startUs];
  while (tail(high) > share) [low, high] = [high, 2 * high];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (tail(middle) > share) low = middle;
    else high = middle;
  }
  return high;
}

/** A law from where it begins to fall to where it is as small as what was measured. */
function lawPoints(
  arm: string,
  tail: (timeUs: number) => number,
  startUs: number,
  least: number,
): readonly Point[] {
  const [from, to] = [timeAt(tail, 1 - 1e-4, startUs), timeAt(tail, least, startUs)];
  return Array.from({ length: LAW_POINTS + 1 }, (_, k): Point => {
    const timeUs = from * pow(to / from, k / LAW_POINTS);
    return { arm, kind: 'law', x: timeUs / 1e6, y: tail(timeUs) };
  });
}

function figureOf(points: readonly Point[], arms: readonly string[]): ChartFigure {
  const shown = points.map(({ arm }) => arm);
  const of = (arm: string, kind: Point['kind']) =>
    points.filter(
      (point) => point.arm === arm && point.kind === kind && point.x > 0 && point.y > 0,
    );
  const shares = points.flatMap(({ kind, y }) => (kind === 'measured' && y > 0 ? [y] : []));
  const least = Math.max(LEAST_SHARE, Math.min(...shares));
  const measured = points.flatMap(({ kind, x }) => (kind === 'measured' ? [x] : []));
  const most = Math.max(...measured);
  // Nodes see their own transactions at once; decades of nothing else are not shown.
  const times = [most, Math.max(most * DECADES_SHOWN, Math.min(...measured))];
  return {
    label: '',
    description: 'Share of transactions not final after a time, by arm, with laws where they hold',
    plot: {
      height: 360,
      marginLeft: 55,
      x: valueAxis(times, 'time since submission [s]', true),
      y: valueAxis([least, 1 / 1.6], 'share not final by then', true),
      color: armScale(shown, arms),
      marks: arms.flatMap((arm, place) => [
        lineY(of(arm, 'measured'), {
          ...{ x: 'x', y: 'y', stroke: 'arm', strokeWidth: 1.8, curve: 'step-after', clip: true },
          strokeDasharray: seriesStyle(place).dash,
        }),
        lineY(of(arm, 'law'), {
          ...{ x: 'x', y: 'y', stroke: 'arm', strokeWidth: 5, strokeOpacity: 0.28, clip: true },
        }),
      ]),
    },
  };
}

export default defineChart({
  apiVersion: 1,
  name: 'time-to-finality',
  title: 'How long until a transaction is final?',
  section: 'chain',
  kinds: ['comparison'],
  source:
    'Nakamoto 2008, section 11: blocks are a Poisson process; EOSIO block_header_state.cpp; laws ' +
    'pow-erlang-6 and dpos-lag of the validation',
  create(results) {
    const curves = latencyCurves(results);
    if (curves.length === 0) return undefined;
    const means = new Map(armPoints(results).map((point) => [point.arm, point.of]));
    const least = Math.max(
      LEAST_SHARE,
      Math.min(...curves.flatMap(({ points }) => points.flatMap(({ above }) => above || []))),
    );
    const words: string[] = [];
    const rows = curves.flatMap(({ arm, points }): readonly Point[] => {
      const measured = points.map(({ delayUs, above }): Point => {
        return { arm, kind: 'measured', x: delayUs / 1e6, y: above };
      });
      const law = latencyLaw(scenarioOf(results, arm), means.get(arm) ?? (() => NOTHING));
      if (law === undefined) return measured;
      words.push(`${arm}: ${law.words}`);
      return [...measured, ...lawPoints(arm, law.tail, points.at(-1)!.delayUs, least)];
    });
    const laws =
      words.length === 0
        ? 'No arm has a law here.'
        : `Broad pale lines are laws, later by the measured propagation of a block (${words.join('; ')}); ` +
          'they hold for uncrowded blocks, constant hash rate and fixed turns, and shuffled turns are later.';
    return {
      caption:
        'Share of transactions not yet final at their client against the time since they were sent [s]; ' +
        `refused ones are left out, and what was still open ends above the others. ${laws}`,
      figures: [figureOf(rows, results.arms)],
      table: { columns: COLUMNS, rows: rows.map(({ arm, kind, x, y }) => [arm, kind, x, y]) },
    };
  },
});

/** Lorenz curves of block production and of stake. */
import { line, link } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { BASES, type Basis } from '../../metrics/decentralisation.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import { armColours, seriesStyle } from '../../page/theme.ts';
import { type ArmRuns, armsWith } from './kept-runs.ts';
import { viewOf } from './run-view.ts';

const COLUMNS = parseColumns(`
basis        | text   |  | production (canonical blocks of eligible producers, zeros included) or stake
arm          | text   |  | Arm
holder_share | number |  | Share of holders, the smallest first
held_share   | number |  | Share of the whole that they hold together, mean over runs
`);

/** One point of a Lorenz curve. */
interface LorenzPoint {
  readonly holders: number;
  readonly held: number;
}

interface LorenzCurve {
  readonly basis: string;
  readonly arm: string;
  /** From (0, 0) to (1, 1). */
  readonly points: readonly LorenzPoint[];
}

/** Cumulative shares of holdings in rising order; undefined where nothing is held or only one could. */
function lorenz(holdings: ArrayLike<number>): readonly LorenzPoint[] | undefined {
  const rising = Float64Array.from(holdings).sort();
  const whole = rising.reduce((sum, share) => sum + share, 0);
  if (rising.length < 2 || !(whole > 0)) return undefined;
  let held = 0;
  const points = Array.from(rising, (share, rank) => {
    held += share;
    return { holders: (rank + 1) / rising.length, held: held / whole };
  });
  return [{ holders: 0, held: 0 }, ...points];
}

/** Gini coefficient by the area under the curve: 1 - 2 area, trapezoids. */
function giniOf(points: readonly LorenzPoint[]): number {
  let doubleArea = 0;
  for (let at = 1; at < points.length; at++) {
    const [before, here] = [points[at - 1]!, points[at]!];
    doubleArea += (here.holders - before.holders) * (here.held + before.held);
  }
  return 1 - doubleArea;
}

/**
 * Mean curve of an arm's runs, whose Gini coefficient is the mean of theirs; of the first run where their
 * numbers of holders differ.
 */
function armCurve({ arm, runs }: ArmRuns, basis: Basis): LorenzCurve | undefined {
  const curves = runs.flatMap((run) => {
    const view = viewOf(run);
    const points = view === undefined ? undefined : lorenz(basis.read(view));
    return points === undefined ? [] : [points];
  });
  const [first] = curves;
  if (first === undefined) return undefined;
  const isUniform = curves.every((points) => points.length === first.length);
  const averaged = isUniform ? curves : [first];
  const points = first.map(({ holders }, at) => ({
    holders,
    held: averaged.reduce((sum, curve) => sum + curve[at]!.held, 0) / averaged.length,
  }));
  return { basis: basis.name === 'producer' ? 'production' : basis.name, arm, points };
}

export default defineChart({
  apiVersion: 1,
  name: 'lorenz',
  title: 'How evenly are blocks and stake spread?',
  section: 'chain',
  kinds: ['run', 'comparison'],
  source: 'M. Lorenz, Publications of the American Statistical Association 9(70), 1905',
  create(results) {
    const arms = armsWith(results, ['nodes', 'blocks']);
    const bases = BASES.filter(({ name }) => name !== 'hash');
    const curves = bases.flatMap((basis) => arms.flatMap((arm) => armCurve(arm, basis) ?? []));
    if (curves.length === 0) return undefined;
    const rows = curves.flatMap(({ basis, arm, points }) =>
      points.map(({ holders, held }) => [basis, arm, holders, held]),
    );
    const shown = [...new Set(curves.map(({ basis }) => basis))];
    const ginis = shown.map((basis) => {
      const own = curves.filter((curve) => curve.basis === basis);
      const each = own.map(({ arm, points }) => ({ arm, gini: giniOf(points).toFixed(3) }));
      const [first] = each;
      if (each.length > 1 && each.every(({ gini }) => gini === first!.gini)) {
        return `of ${basis} ${first!.gini} in all arms`;
      }
      return `of ${basis} ${each.map(({ arm, gini }) => `${gini} (${arm})`).join(', ')}`;
    });
    return {
      caption:
        'The share of blocks or of stake that the smallest holders have together; the diagonal is ' +
        'equality, and producers that could make blocks and made none count. ' +
        `Gini coefficient ${ginis.join('; ')}.`,
      table: { columns: COLUMNS, rows },
      figures: shown.map((basis) => {
        return figure(basis, curves, results.arms);
      }),
    };
  },
});

function figure(
  basis: string,
  curves: readonly LorenzCurve[],
  arms: readonly string[],
): ChartFigure {
  const own = curves.filter((curve) => curve.basis === basis);
  const points = own.flatMap(({ arm, points: at }) =>
    at.map(({ holders, held }) => ({ arm, holders: 100 * holders, held: 100 * held })),
  );
  return {
    label: basis,
    description: `Lorenz curve of ${basis} by arm`,
    plot: {
      height: 400,
      marginBottom: 42,
      color: armColours(
        own.map(({ arm }) => arm),
        arms,
      ),
      x: { label: 'holders, smallest first [%] →', domain: [0, 100], grid: true },
      y: { label: `↑ share of ${basis} they have [%]`, domain: [0, 100], grid: true },
      marks: [
        link([0], { x1: 0, y1: 0, x2: 100, y2: 100, stroke: 'var(--faint)' }),
        ...own.map(({ arm }) =>
          line(
            points.filter((point) => point.arm === arm),
            {
              x: 'holders',
              y: 'held',
              stroke: 'arm',
              strokeWidth: 2,
              strokeDasharray: seriesStyle(arms.indexOf(arm)).dash,
            },
          ),
        ),
      ],
    },
  };
}

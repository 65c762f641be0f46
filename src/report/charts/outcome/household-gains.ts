/** Who gains and who loses by trading, by class of home. */
import { dot, type PlotOptions, ruleX, ruleY, text, tickX } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { shortNumber } from '../../format-value.ts';
import { defineChart } from '../../page/chart.ts';
import { armColours } from '../../page/theme.ts';
import { nameMargin } from '../name-margin.ts';
import { billsOf } from './bills.ts';
import { HOME_CLASSES, type HomeClass, homeClasses } from './home-classes.ts';
import { type ArmRuns, armsWith, RUNS_READ, runCount } from './kept-runs.ts';

const COLUMNS = parseColumns(`
class             | text    |      | Class of the home
arm               | text    |      | Arm
homes             | integer |      | Homes of the class, over the runs read
p5_pt_per_day     | number  | pt/d | 5 % quantile of savings: bill of the grid-only twin less bill
p25_pt_per_day    | number  | pt/d | 25 % quantile
median_pt_per_day | number  | pt/d | Median
p75_pt_per_day    | number  | pt/d | 75 % quantile
p95_pt_per_day    | number  | pt/d | 95 % quantile
mean_pt_per_day   | number  | pt/d | Mean
loser_share       | number  |      | Homes that pay more than their twin / homes
`);

/** Quantile by linear interpolation. @param sorted - Rising, not empty. */
function quantile(sorted: ArrayLike<number>, p: number): number {
  const place = (sorted.length - 1) * p;
  const below = Math.floor(place);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (place - below) * (high - low);
}

interface Box {
  readonly class: HomeClass;
  readonly arm: string;
  readonly label: string;
  readonly homes: number;
  readonly quantiles: readonly [number, number, number, number, number];
  readonly mean: number;
  readonly losers: number;
}

/** Savings a day of every home of an arm's runs, by class [pt]. */
function savingsOf({ runs }: ArmRuns): ReadonlyMap<HomeClass, number[]> {
  const byClass = new Map<HomeClass, number[]>(HOME_CLASSES.map((name) => [name, []]));
  for (const run of runs) {
    const bills = billsOf(run);
    const classes = homeClasses(run);
    if (bills === undefined || classes === undefined) continue;
    for (const [home, saved] of bills.savedUpt) {
      const name = classes.get(home);
      if (name !== undefined) byClass.get(name)!.push(saved / 1e6 / bills.days);
    }
  }
  return byClass;
}

function boxes(arms: readonly ArmRuns[]): Box[] {
  const saved = arms.map((arm) => ({ arm: arm.arm, byClass: savingsOf(arm) }));
  return HOME_CLASSES.flatMap((name) =>
    saved.flatMap(({ arm, byClass }): Box[] => {
      const values = Float64Array.from(byClass.get(name)!).sort();
      if (values.length === 0) return [];
      const at = (p: number) => quantile(values, p);
      const losers = values.filter((value) => value < 0).length;
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const quantiles = [at(0.05), at(0.25), at(0.5), at(0.75), at(0.95)] as const;
      const label = `${shortNumber((100 * losers) / values.length)} % lose`;
      return [{ class: name, arm, label, homes: values.length, quantiles, mean, losers }];
    }),
  );
}

export default defineChart({
  apiVersion: 1,
  name: 'household-gains',
  title: 'Who gains and who loses?',
  section: 'market',
  kinds: ['run', 'comparison'],
  source: 'Savings against the same flows at grid prices only: peer savings of the metric registry',
  create(results) {
    const arms = armsWith(results, ['settlements', 'slots', 'homes']);
    const drawn = boxes(arms);
    if (drawn.length === 0) return undefined;
    const losers = arms.map(({ arm }) => {
      const own = drawn.filter((box) => box.arm === arm);
      const homes = own.reduce((sum, box) => sum + box.homes, 0);
      const lost = own.reduce((sum, box) => sum + box.losers, 0);
      return `${shortNumber((100 * lost) / homes)} % (${arm})`;
    });
    const rows = drawn.map(({ class: name, arm, homes, quantiles, mean, losers: lost }) => {
      return [name, arm, homes, ...quantiles, mean, lost / homes];
    });
    return {
      caption:
        'Savings of each home against the same flows at grid prices, in points a day: box from the ' +
        '25 % to the 75 % quantile, thin line from 5 % to 95 %, stroke the median, dot the mean; left of ' +
        `0 a home loses. Homes that lose: ${losers.join(', ')}; ${runCount(arms)} were read` +
        `${arms.some(({ runs }) => runs.length === RUNS_READ) ? ` (${RUNS_READ} at most)` : ''}.`,
      table: { columns: COLUMNS, rows },
      figures: [
        {
          label: '',
          description: 'Savings of homes by class and arm, in points a day',
          plot: boxPlot(
            drawn,
            arms.map(({ arm }) => arm),
            results.arms,
          ),
        },
      ],
    };
  },
});

/** Room for the name of a class [px]. */
const NAME_HEIGHT = 22;

function boxPlot(
  drawn: readonly Box[],
  arms: readonly string[],
  study: readonly string[],
): PlotOptions {
  const classes = HOME_CLASSES.filter((name) => drawn.some((box) => box.class === name));
  const faceted = { fy: 'class', y: 'arm' } as const;
  const span = (from: number, to: number, width: number) =>
    ruleY(drawn, {
      ...faceted,
      x1: (box: Box) => box.quantiles[from],
      x2: (box: Box) => box.quantiles[to],
      stroke: 'arm',
      strokeWidth: width,
      ...(width > 2 ? { strokeOpacity: 0.4 } : {}),
    });
  const marginLeft = nameMargin(arms);
  // A class has its name above its rows.
  const classHeight = NAME_HEIGHT + 22 * arms.length;
  return {
    height: 62 + NAME_HEIGHT + classes.length * classHeight,
    marginLeft,
    marginBottom: 42,
    marginRight: 90,
    color: { ...armColours(arms, study), legend: false },
    x: { label: 'savings [pt/d] →', grid: true, nice: true },
    y: { label: null, domain: [...arms] },
    fy: { label: null, domain: [...classes], axis: null, padding: NAME_HEIGHT / classHeight },
    marks: [
      ruleX([0], { stroke: 'var(--ink)' }),
      span(0, 4, 1.5),
      span(1, 3, 12),
      tickX(drawn, {
        ...faceted,
        x: (box: Box) => box.quantiles[2],
        stroke: 'arm',
        strokeWidth: 3,
      }),
      dot(drawn, { ...faceted, x: 'mean', r: 3.5, fill: 'var(--ground)', stroke: 'arm' }),
      text(drawn, {
        ...faceted,
        text: 'label',
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 8,
        fill: 'var(--faint)',
      }),
      text(classes, {
        fy: (name: string) => name,
        text: (name: string) => name,
        frameAnchor: 'top-left',
        dy: -14,
        dx: 6 - marginLeft,
        fontWeight: 'bold',
      }),
    ],
  };
}

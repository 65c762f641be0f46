/** Share of fraud found by inspecting the most suspect first, against the number of inspections. */
import { line, ruleY } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { shortNumber } from '../../format-value.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { RunResults } from '../../page/results.ts';
import { colourScale, seriesStyle } from '../../page/theme.ts';
import { armsWith } from './kept-runs.ts';

const COLUMNS = parseColumns(`
arm          | text    |   | Arm
detector     | text    |   | Detector whose scores give the order
inspections  | integer |   | Homes and days inspected in a run, the highest scores first
found_share  | number  |   | Home-days of fraud among them / all of the run, ties shared out evenly
random_share | number  |   | The same where inspections are drawn by lot
`);

/** Budgets with a name of their own: the metrics recallAt10 and recallAt50. */
const BUDGETS = [10, 50];

/** Most points of a curve. */
const POINTS = 100;

/** The ranking of one detector in one run: fraud found by inspections, straight between its points. */
interface Ranking {
  readonly inspected: readonly number[];
  readonly found: readonly number[];
  readonly positives: number;
  readonly units: number;
}

interface DetectorCurve {
  readonly arm: string;
  readonly detector: string;
  readonly rankings: readonly Ranking[];
}

/** Rankings of a run by detector, from its table `curves`. */
function rankingsOf(run: RunResults): ReadonlyMap<string, Ranking> {
  const table = run.table('curves')!;
  const [detectors, classes] = [table.texts('detector'), table.texts('class')];
  const [hits, misses] = [table.numbers('true_positives'), table.numbers('false_positives')];
  const [positives, negatives] = [table.numbers('positives'), table.numbers('negatives')];
  const rankings = new Map<string, Ranking & { inspected: number[]; found: number[] }>();
  for (let row = 0; row < detectors.length; row++) {
    if (classes[row] !== 'intentional') continue;
    const name = detectors[row]!;
    const units = positives[row]! + negatives[row]!;
    const ranking = rankings.get(name) ?? {
      inspected: [0],
      found: [0],
      positives: positives[row]!,
      units,
    };
    rankings.set(name, ranking);
    ranking.inspected.push(hits[row]! + misses[row]!);
    ranking.found.push(hits[row]!);
  }
  return rankings;
}

/**
 * Fraud that a number of inspections finds; the last of them may be a part of a tie, which is shared
 * out, as in `recallAt`.
 */
function foundBy({ inspected, found }: Ranking, inspections: number): number {
  const at = inspected.findIndex((count) => count >= inspections);
  if (at < 0) return found.at(-1)!;
  if (at === 0) return 0;
  const [from, to] = [inspected[at - 1]!, inspected[at]!];
  return found[at - 1]! + ((found[at]! - found[at - 1]!) * (inspections - from)) / (to - from);
}

function shareAt({ rankings }: DetectorCurve, inspections: number): number {
  const found = rankings.reduce((sum, ranking) => sum + foundBy(ranking, inspections), 0);
  return found / rankings.reduce((sum, { positives }) => sum + positives, 0);
}

/** Curves of detectors that name homes: those that rank the most units. */
function curvesOf(arm: string, runs: readonly RunResults[]): DetectorCurve[] {
  const byRun = runs.map(rankingsOf);
  const names = [...new Set(byRun.flatMap((rankings) => [...rankings.keys()]))];
  const most = byRun.map((rankings) =>
    Math.max(...[...rankings.values()].map(({ units }) => units)),
  );
  return names.flatMap((detector): DetectorCurve[] => {
    const rankings = byRun.flatMap((one, run) => {
      const ranking = one.get(detector);
      return ranking !== undefined && ranking.units === most[run] ? [ranking] : [];
    });
    const hasFraud = rankings.some(({ positives }) => positives > 0);
    return hasFraud ? [{ arm, detector, rankings }] : [];
  });
}

interface BudgetPoint {
  readonly arm: string;
  readonly detector: string;
  readonly inspections: number;
  readonly percent: number;
}

export default defineChart({
  apiVersion: 1,
  name: 'inspection-budget',
  title: 'Fraud found at an equal inspection budget',
  section: 'fraud',
  kinds: ['run', 'comparison'],
  source: 'Recall at k inspections, with ties shared out',
  create(results) {
    const curves = armsWith(results, ['curves']).flatMap(({ arm, runs }) => curvesOf(arm, runs));
    if (curves.length === 0) return undefined;
    const units = Math.max(
      ...curves.flatMap(({ rankings }) => rankings.map((ranking) => ranking.units)),
    );
    const end = Math.min(units, Math.max(POINTS, Math.ceil(units / 10)));
    const step = Math.ceil(end / POINTS);
    const budgets = Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => at * step);
    const points = curves.flatMap((curve) =>
      budgets.map((inspections) => {
        const percent = 100 * shareAt(curve, inspections);
        return { arm: curve.arm, detector: curve.detector, inspections, percent };
      }),
    );
    const rows = points.map(({ arm, detector, inspections, percent }) => {
      return [arm, detector, inspections, percent / 100, Math.min(1, inspections / units)];
    });
    const budget = BUDGETS.find((count) => count <= end) ?? end;
    const best = curves.reduce((a, b) => (shareAt(b, budget) > shareAt(a, budget) ? b : a));
    const figures = figuresOf(points, units);
    const same = figures.length === 1 && results.arms.length > 1;
    return {
      caption:
        'Home-days of fraud that are found when the most suspect are inspected first, in percent of ' +
        'all; the dotted line is inspection by lot, which a detector must beat. ' +
        `With ${budget} inspections a run the best, ${best.detector}, finds ` +
        `${shortNumber(100 * shareAt(best, budget))} %.` +
        `${same ? ' The curves are the same in all arms: the chain does not change what meters tell.' : ''}`,
      table: { columns: COLUMNS, rows },
      figures,
    };
  },
});

/** A figure for each arm, or one where they do not differ. */
function figuresOf(points: readonly BudgetPoint[], units: number): ChartFigure[] {
  const arms = [...new Set(points.map(({ arm }) => arm))];
  const of = (arm: string) => points.filter((point) => point.arm === arm);
  const heights = (arm: string) =>
    of(arm)
      .map(({ detector, percent }) => `${detector} ${percent}`)
      .join();
  const first = heights(arms[0]!);
  const shown = arms.every((arm) => heights(arm) === first) ? arms.slice(0, 1) : arms;
  return shown.map((arm) => figure(of(arm), units, shown.length === 1 ? '' : arm));
}

function figure(points: readonly BudgetPoint[], units: number, label: string): ChartFigure {
  const detectors = [...new Set(points.map(({ detector }) => detector))];
  const end = points.at(-1)!.inspections;
  const lot = [
    { inspections: 0, percent: 0 },
    { inspections: end, percent: (100 * end) / units },
  ];
  return {
    label,
    description: 'Share of fraudulent home-days found against the number of inspections',
    plot: {
      marginBottom: 42,
      color: colourScale(detectors),
      x: { label: 'inspections of a home and day, a run →' },
      y: { label: '↑ fraud found [%]', domain: [0, 100], grid: true },
      marks: [
        line(lot, {
          x: 'inspections',
          y: 'percent',
          stroke: 'var(--faint)',
          strokeDasharray: '2 4',
        }),
        ...detectors.map((detector, index) =>
          line(
            points.filter((point) => point.detector === detector),
            {
              x: 'inspections',
              y: 'percent',
              stroke: 'detector',
              strokeWidth: 2,
              strokeDasharray: seriesStyle(index).dash,
            },
          ),
        ),
        ruleY([0]),
      ],
    },
  };
}

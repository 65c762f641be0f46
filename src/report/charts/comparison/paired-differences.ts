/** Paired differences of arms as a forest plot: metrics on one axis as a percentage. */
import { axisX, dot, frame, link, ruleX, text } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { Results } from '../../page/results.ts';
import { armPoints, type Difference, pairedDifferences } from './study-tables.ts';
import {
  type Better,
  type Judgement,
  judge,
  RELEVANT_SHARE,
  relevantDifference,
  VERDICT_FIGURES,
  type VerdictFigure,
} from './verdict-figures.ts';

const COLUMNS = parseColumns(`
arm_a            | text   |   | First arm
arm_b            | text   |   | Second arm
metric           | text   |   | Metric
mean_difference  | number |   | Mean of first arm minus second, in the metric's unit
ci_low           | number |   | Lower end of the 95 % interval; empty below two pairs
ci_high          | number |   | Upper end
relative_percent | number | % | Difference over the mean size of the two arms, at most 200
relative_low     | number | % | Lower end
relative_high    | number | % | Upper end
p_holm           | number |   | p adjusted by Holm over the metrics of the pair; empty where unknown
verdict          | text   |   | Arm that is better, same, or open where the interval includes 0
`);

const HEADS = [
  'First',
  'Second',
  'Metric',
  'Difference',
  'Low',
  'High',
  'Difference [%]',
  'Low [%]',
  'High [%]',
  'p (Holm)',
  'Better',
];

/** Panels; with more pairs than fit only those with the first arm are drawn. */
const PANELS_MAX = 9;
const PANELS_PER_ROW = 3;
const ROW_HEIGHT = 17;

/** A difference with what it is drawn as. */
interface ForestRow extends Difference {
  readonly armA: string;
  readonly armB: string;
  readonly figure: VerdictFigure;
  /** Ends over the mean size of the two arms [%]. */
  readonly relative: readonly [mean: number, low: number, high: number];
  readonly verdict: Judgement;
}

function pairsOf(arms: readonly string[]): readonly (readonly [string, string])[] {
  const all = arms.flatMap((a, k) => arms.slice(k + 1).map((b) => [a, b] as const));
  return all.length > PANELS_MAX ? all.filter(([a]) => a === arms[0]).slice(0, PANELS_MAX) : all;
}

/** Figures of which more or less is better; of others there is nothing to see. */
const FIGURES = VERDICT_FIGURES.filter(
  (one): one is VerdictFigure & { readonly direction: Better } => one.direction !== 'neutral',
);

function forestRows(results: Results): readonly ForestRow[] {
  const points = new Map(armPoints(results).map((point) => [point.arm, point]));
  const differences = pairedDifferences(results);
  return pairsOf(results.arms).flatMap(([armA, armB]) =>
    FIGURES.flatMap((figure): ForestRow[] => {
      const difference = differences(figure.metric, armA, armB);
      if (Number.isNaN(difference.mean)) return [];
      const means = [armA, armB].map((arm) => points.get(arm)!.of(figure.metric).mean);
      const scale = (Math.abs(means[0]!) + Math.abs(means[1]!)) / 2;
      const percent = (end: number) => (scale === 0 ? 0 : (100 * end) / scale);
      const { mean, low, high } = difference;
      const relative = [percent(mean), percent(low), percent(high)] as const;
      const relevant = relevantDifference(means[0]!, means[1]!);
      const verdict = judge(difference, figure.direction, relevant);
      return [{ ...difference, armA, armB, figure, relative, verdict }];
    }),
  );
}

const VERDICTS = [
  { verdict: 'first', words: 'first better', colour: 'var(--series-1)', symbol: 'square' },
  { verdict: 'second', words: 'second better', colour: 'var(--series-2)', symbol: 'diamond' },
  { verdict: 'same', words: 'the same', colour: 'var(--rule)', symbol: 'circle' },
  { verdict: 'open', words: 'not told apart', colour: 'var(--series-7)', symbol: 'cross' },
  { verdict: 'unknown', words: 'no interval', colour: 'var(--series-7)', symbol: 'times' },
] as const;

const clamp = (value: number) => Math.max(-200, Math.min(200, value));

function figureOf(rows: readonly ForestRow[]): ChartFigure {
  const pairs = [...new Set(rows.map(({ armA, armB }) => `${armA} − ${armB}`))];
  const labels = FIGURES.map(({ label }) => label).filter((label) =>
    rows.some(({ figure }) => figure.label === label),
  );
  const used = VERDICTS.filter(({ verdict }) => rows.some((row) => row.verdict === verdict));
  const panel = (pair: string) => {
    const place = pairs.indexOf(pair);
    return { fx: place % PANELS_PER_ROW, fy: Math.floor(place / PANELS_PER_ROW) };
  };
  const marks = rows.map((row) => ({
    ...panel(`${row.armA} − ${row.armB}`),
    label: row.figure.label,
    mean: row.relative[0],
    low: clamp(row.relative[1]),
    high: clamp(row.relative[2]),
    words: VERDICTS.find(({ verdict }) => verdict === row.verdict)!.words,
  }));
  const lines = Math.ceil(pairs.length / PANELS_PER_ROW);
  const channels = { fx: 'fx', fy: 'fy', y: 'label' } as const;
  return {
    label: '',
    description: 'Paired differences of metrics between arms with 95 % intervals, in percent',
    plot: {
      height: 70 + lines * (38 + labels.length * ROW_HEIGHT),
      marginLeft: 230,
      marginTop: 40,
      marginBottom: 40,
      x: { domain: [-200, 200], axis: null },
      y: { domain: labels, label: null, tickSize: 0 },
      fx: { axis: null, padding: 0.08 },
      fy: { axis: null, padding: 0.14 },
      color: {
        type: 'ordinal',
        legend: true,
        domain: used.map(({ words }) => words),
        range: used.map(({ colour }) => colour),
      },
      marks: [
        frame({ stroke: 'var(--rule)' }),
        axisX({
          ticks: [-100, 0, 100],
          label: 'first − second, % of their mean size →',
        }),
        ruleX([0], { stroke: 'var(--faint)' }),
        text(pairs, {
          ...{ fx: (pair: string) => panel(pair).fx, fy: (pair: string) => panel(pair).fy },
          ...{
            text: (pair: string) => pair.replace(' − ', '\n− '),
            ...{ frameAnchor: 'top-left', lineAnchor: 'bottom', dy: -4, fontWeight: 600 },
          },
        }),
        link(
          marks.filter(({ low }) => !Number.isNaN(low)),
          { ...channels, x1: 'low', x2: 'high', y1: 'label', y2: 'label', stroke: 'words' },
        ),
        ...used.map(({ words, symbol }) =>
          dot(
            marks.filter((mark) => mark.words === words),
            { ...channels, x: 'mean', stroke: 'words', fill: 'words', symbol, r: 3 },
          ),
        ),
      ],
    },
  };
}

const VERDICT_WORDS = {
  first: (row: ForestRow) => row.armA,
  second: (row: ForestRow) => row.armB,
  same: () => 'same',
  open: () => 'open',
  unknown: () => '',
} as const;

export default defineChart({
  apiVersion: 1,
  name: 'paired-differences',
  title: 'How large and how sure are the differences?',
  section: 'answer',
  kinds: ['comparison'],
  source: 'Common random numbers: seed r is the same world in every arm; Student t at 95 %',
  create(results) {
    const rows = forestRows(results);
    if (rows.length === 0) return undefined;
    const drawn = new Set(rows.map(({ armA, armB }) => `${armA} ${armB}`)).size;
    const all = (results.arms.length * (results.arms.length - 1)) / 2;
    const left =
      drawn < all ? ` Of ${all} pairs only those with ${results.arms[0]} are drawn.` : '';
    return {
      caption:
        'First arm minus second in the same runs, with its 95 % interval, as a percentage of the mean size ' +
        'of the two; ±200 means that one of them is 0, and longer bars are cut. A bar across the middle ' +
        `line shows no difference; one within ±${100 * RELEVANT_SHARE} % shows that there is none.${left}`,
      figures: [figureOf(rows)],
      table: {
        columns: COLUMNS,
        rows: rows.map((row) => [
          ...[row.armA, row.armB, row.figure.metric, row.mean, row.low, row.high],
          ...[...row.relative, row.pHolm, VERDICT_WORDS[row.verdict](row)],
        ]),
      },
      heads: HEADS,
    };
  },
});

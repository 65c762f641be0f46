/** How well the scores of detectors rank fraud: ROC and precision-recall curves. */
import { dot, lineY, link, ruleY } from '@observablehq/plot';
import { type CurvePoint, curvePrAuc, curveRocAuc } from '../../../fraud/scoring/curve.ts';
import { parseColumns } from '../../column.ts';
import { shortNumber } from '../../format-value.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { Results, ResultTable } from '../../page/results.ts';
import { colourScale, seriesStyle } from '../../page/theme.ts';

const COLUMNS = parseColumns(`
detector            | text   | | Detector plug-in
class               | text   | | intentional: fraud only; all: fraud and honest faults count as positives
point               | text   | | threshold of the daily score, or alarms as they were raised
threshold           | number | | Threshold; empty when units without a score are in, and for alarms
recall              | number | | Positive units found, of all
false_positive_rate | number | | Negative units found, of all; empty without negative ones
precision           | number | | Positive units among those found; empty without any
`);

const THINNED_TO = 120;

/** One detector against one class of labels. */
interface Ranking {
  readonly detector: string;
  readonly kind: string;
  readonly points: readonly CurvePoint[];
  readonly positives: number;
  readonly negatives: number;
  /** Units named by alarms; undefined where the table of detection has none. */
  readonly alarms: CurvePoint | undefined;
}

export default defineChart({
  apiVersion: 1,
  name: 'detector-curves',
  title: 'ROC and precision-recall curves of detectors',
  section: 'fraud',
  kinds: ['run'],
  source: 'T. Fawcett, An introduction to ROC analysis, 2006',
  create(results) {
    const curves = results.table('curves');
    if (curves === undefined) return undefined;
    const all = rankingsOf(curves, results).filter(({ positives }) => positives > 0);
    const fraud = all.filter(({ kind }) => kind === 'intentional');
    const differs = all.some(({ kind, detector, positives }) => {
      const other = fraud.find((ranking) => ranking.detector === detector);
      return kind === 'all' && positives !== other?.positives;
    });
    const shown = differs ? all : fraud;
    if (shown.length === 0) return undefined;
    const said = fraud.map(({ detector, points, negatives }) => {
      const roc = negatives === 0 ? 'none' : shortNumber(curveRocAuc(points));
      return `${detector} ${roc} and ${shortNumber(curvePrAuc(points))}`;
    });
    const isThinned = shown.some(({ points }) => points.length > THINNED_TO);
    return {
      caption:
        `Area under the ROC and the precision-recall curve, over days of a home or of the feeder: ` +
        `${said.join('; ')}. A ranking by chance follows the dotted diagonal, and its ` +
        'precision is the share of positives; rings are the alarms as they were raised.' +
        `${isThinned ? ` At most about ${THINNED_TO} points a curve are drawn.` : ''}`,
      table: { columns: COLUMNS, rows: shown.flatMap(rowsOf) },
      figures: [...new Set(shown.map(({ kind }) => kind))].flatMap((kind) => {
        const rankings = shown.filter((ranking) => ranking.kind === kind);
        const what = differs ? `, ${kind === 'all' ? 'fraud and faults' : 'fraud'}` : '';
        return [rocFigure(rankings, what), prFigure(rankings, what)].filter(
          ({ plot }) => (plot.marks?.length ?? 0) > 0,
        );
      }),
    };
  },
});

function rankingsOf(curves: ResultTable, results: Results): Ranking[] {
  const [detectors, kinds] = [curves.texts('detector'), curves.texts('class')];
  const [threshold, found, wrong, positives, negatives] = [
    'threshold',
    'true_positives',
    'false_positives',
    'positives',
    'negatives',
  ].map((column) => curves.numbers(column));
  const groups = new Map<string, number[]>();
  detectors.forEach((detector, row) => {
    const key = `${detector} ${kinds[row]!}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  });
  return [...groups.values()].map((rows) => ({
    detector: detectors[rows[0]!]!,
    kind: kinds[rows[0]!]!,
    positives: positives![rows[0]!]!,
    negatives: negatives![rows[0]!]!,
    points: rows.map((row) => ({
      threshold: threshold![row]!,
      truePositives: found![row]!,
      falsePositives: wrong![row]!,
    })),
    alarms: alarmsOf(results.table('detection'), detectors[rows[0]!]!, kinds[rows[0]!]!),
  }));
}

function alarmsOf(
  detection: ResultTable | undefined,
  detector: string,
  kind: string,
): CurvePoint | undefined {
  if (detection === undefined) return undefined;
  const [names, kinds, metrics] = ['detector', 'class', 'metric'].map((c) => detection.texts(c));
  const values = detection.numbers('value');
  const value = (metric: string) => {
    const row = metrics!.findIndex((name, at) => {
      return name === metric && names![at] === detector && kinds![at] === kind;
    });
    return row < 0 ? Number.NaN : values[row]!;
  };
  const [truePositives, falsePositives] = [value('truePositives'), value('falsePositives')];
  if (Number.isNaN(truePositives + falsePositives)) return undefined;
  return { threshold: Number.NaN, truePositives, falsePositives };
}

/** Every k-th point of a curve that has many, its last always. */
function drawnPoints(points: readonly CurvePoint[]): readonly CurvePoint[] {
  const step = Math.ceil(points.length / THINNED_TO);
  return points.filter((_, at) => at % step === 0 || at === points.length - 1);
}

const ratio = (part: number, whole: number) => (whole === 0 ? Number.NaN : part / whole);

function ratesOf({ positives, negatives, detector }: Ranking, point: CurvePoint) {
  const { truePositives: found, falsePositives: wrong } = point;
  return {
    detector,
    recall: ratio(found, positives),
    falseRate: ratio(wrong, negatives),
    precision: ratio(found, found + wrong),
  };
}

function rowsOf(ranking: Ranking) {
  const cell = (value: number) => (Number.isNaN(value) ? undefined : value);
  const row = (name: string) => (point: CurvePoint) => {
    const { recall, falseRate, precision } = ratesOf(ranking, point);
    const head = [ranking.detector, ranking.kind, name, cell(point.threshold)];
    return [...head, ...[recall, falseRate, precision].map(cell)];
  };
  const alarms = ranking.alarms === undefined ? [] : [ranking.alarms].map(row('alarms'));
  return [...drawnPoints(ranking.points).map(row('threshold')), ...alarms];
}

function rocFigure(rankings: readonly Ranking[], what: string): ChartFigure {
  const usable = rankings.filter(({ negatives }) => negatives > 0);
  const names = rankings.map(({ detector }) => detector);
  const channels = { x: 'falseRate', y: 'recall' } as const;
  const marks = usable.flatMap((ranking) => {
    const style = seriesStyle(names.indexOf(ranking.detector));
    const origin = { detector: ranking.detector, falseRate: 0, recall: 0 };
    const line = [origin, ...drawnPoints(ranking.points).map((point) => ratesOf(ranking, point))];
    return [
      lineY(line, { ...channels, stroke: 'detector', strokeDasharray: style.dash, strokeWidth: 2 }),
      ...alarmMarks(ranking, channels),
    ];
  });
  const chance = link([{}], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: 'var(--faint)', ...DOTTED });
  return {
    label: `ROC${what}`,
    description: `Recall against the false positive rate of each detector${what}`,
    plot: {
      ...SQUARE,
      color: coloursOf(names, usable),
      x: { label: 'false positive rate →', domain: [0, 1], grid: true },
      y: { label: '↑ recall', domain: [0, 1], grid: true },
      marks: marks.length === 0 ? [] : [chance, ...marks],
    },
  };
}

function prFigure(rankings: readonly Ranking[], what: string): ChartFigure {
  const names = rankings.map(({ detector }) => detector);
  const channels = { x: 'recall', y: 'precision' } as const;
  const rates = rankings.map(({ positives, negatives }) => positives / (positives + negatives));
  const marks = rankings.flatMap((ranking) => {
    const style = seriesStyle(names.indexOf(ranking.detector));
    const points = drawnPoints(ranking.points).map((point) => ratesOf(ranking, point));
    const line = [{ ...points[0]!, recall: 0 }, ...points];
    return [
      lineY(line, {
        ...channels,
        stroke: 'detector',
        strokeDasharray: style.dash,
        strokeWidth: 2,
        curve: 'step-before',
      }),
      ...alarmMarks(ranking, channels),
    ];
  });
  return {
    label: `precision-recall${what}`,
    description: `Precision against recall of each detector${what}`,
    plot: {
      ...SQUARE,
      color: coloursOf(names, rankings),
      x: { label: 'recall →', domain: [0, 1], grid: true },
      y: { label: '↑ precision', domain: [0, 1], grid: true },
      marks: [ruleY([...new Set(rates)], { stroke: 'var(--faint)', ...DOTTED }), ...marks],
    },
  };
}

/** Colours of the detectors that are drawn, each the same in every picture. */
function coloursOf(names: readonly string[], drawn: readonly Ranking[]) {
  const domain = drawn.map(({ detector }) => detector);
  const range = domain.map((detector) => seriesStyle(names.indexOf(detector)).colour);
  return { ...colourScale(names), domain, range };
}

function alarmMarks(ranking: Ranking, channels: { readonly x: string; readonly y: string }) {
  if (ranking.alarms === undefined) return [];
  const point = ratesOf(ranking, ranking.alarms);
  const [x, y] = [channels.x, channels.y].map((name) => point[name as keyof typeof point]);
  if (Number.isNaN(x) || Number.isNaN(y)) return [];
  return [dot([point], { ...channels, stroke: 'detector', r: 5, strokeWidth: 2 })];
}

const DOTTED = { strokeDasharray: '2 3' } as const;
const SQUARE = { width: 420, height: 380, inset: 6 } as const;

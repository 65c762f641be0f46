/** Fraud and what detectors made of it (model page, 8 and 9.7). */
import { camelCase, type Direction, type Metric, type RunView, total } from './metric.ts';

/** Value of a row of the detection table; NaN where the row is missing. */
function detectionValue(run: RunView, detector: string, metric: string): number {
  const values = run.once('detection', () => {
    const detectors = run.texts('detection', 'detector');
    const classes = run.texts('detection', 'class');
    const metrics = run.texts('detection', 'metric');
    const column = run.numbers('detection', 'value');
    const byKey = new Map<string, number>();
    for (let row = 0; row < detectors.length; row++) {
      byKey.set(`${detectors[row]} ${classes[row]} ${metrics[row]}`, column[row]!);
    }
    return byKey;
  });
  return values.get(`${detector} intentional ${metric}`) ?? Number.NaN;
}

const SCORES: readonly (readonly [string, string, Direction, string])[] = [
  ['precision', '', 'higher', 'Alarmed pairs of home and day that are fraud / alarmed pairs'],
  ['recall', '', 'higher', 'Pairs of home and day that are fraud and alarmed / fraud pairs'],
  ['f1', '', 'higher', 'Harmonic mean of precision and recall'],
  ['rocAuc', '', 'higher', 'Area under the ROC curve, ties at mid-rank'],
  ['prAuc', '', 'higher', 'Average precision'],
  ['timeToDetectMedianUs', 'us', 'lower', 'Median time from the start of a fraud to its alarm'],
  ['timeToDetectCensored', '', 'lower', 'Frauds never detected'],
  ['falsePositiveRate', '', 'lower', 'Alarmed pairs that are honest / honest pairs'],
  ['mcc', '', 'higher', 'Matthews correlation of alarms and fraud'],
  ['falseAccusations', '', 'lower', 'Honest homes ever accused / honest homes'],
  ['moneyLostBeforeDetectionUpt', 'upt', 'lower', 'Money lost to fraud before its first alarm'],
];

/**
 * Metrics of one detector against deliberate fraud, taken from the detection table.
 *
 * @param detector - Kebab name; `energy-balance` gives `energyBalanceF1` and so on.
 */
export function detectorMetrics(detector: string): readonly Metric[] {
  return SCORES.map(([score, unit, direction, definition]) => ({
    id: `${camelCase(detector)}${score[0]!.toUpperCase()}${score.slice(1)}`,
    unit,
    definition: `${definition}, detector ${detector}`,
    direction,
    compute: (run) => detectionValue(run, detector, score),
  }));
}

/** Metrics of fraud itself. */
export const fraudMetrics: readonly Metric[] = [
  {
    id: 'attackLabels',
    unit: '',
    definition: 'Labels of deliberate fraud',
    direction: 'neutral',
    compute: (run) => total(run.numbers('attacks', 'intentional')),
  },
  {
    id: 'misreportedWh',
    unit: 'Wh',
    definition: 'True minus reported energy of deliberate fraud, absolute',
    direction: 'neutral',
    compute: (run) => ofFraud(run, 'magnitude_wh'),
  },
  {
    id: 'moneyLostUpt',
    unit: 'upt',
    definition: 'True minus reported energy of deliberate fraud at settlement prices',
    direction: 'lower',
    compute: (run) => ofFraud(run, 'magnitude_upt'),
  },
  {
    id: 'alarmCount',
    unit: '',
    definition: 'Alarms raised by all detectors',
    direction: 'neutral',
    compute: (run) => run.count('alarms'),
  },
];

function ofFraud(run: RunView, column: string): number {
  const intentional = run.numbers('attacks', 'intentional');
  return total(run.numbers('attacks', column), (label) => intentional[label] === 1);
}

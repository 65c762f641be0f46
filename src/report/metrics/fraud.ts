/** Fraud and what detectors made of it (model page, 8 and 9.7). */
import { medianTimeUs } from '../../fraud/scoring/survival.ts';
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

/** A fraud of one home, and when a detector first named the home after it began. */
interface CaughtFraud {
  readonly attack: string;
  /** Time from the start of the fraud to the first alarm [µs]; NaN when there was none. */
  readonly delayUs: number;
  /** How long it could have been caught: from its start to the end of the run or its last alarm [µs]. */
  readonly exposedUs: number;
}

function caughtFrauds(run: RunView): readonly CaughtFraud[] {
  return run.once('caughtFrauds', () => {
    const alarmed = run.texts('alarms', 'entity');
    const alarmUs = run.numbers('alarms', 'time_us');
    const attack = run.texts('attacks', 'attack');
    const home = run.texts('attacks', 'home');
    const isFraud = run.numbers('attacks', 'intentional');
    const startUs = run.numbers('attacks', 'start_us');
    const spans = new Map<string, { attack: string; home: string; startUs: number }>();
    for (let row = 0; row < run.count('attacks'); row++) {
      if (isFraud[row] !== 1) continue;
      const key = `${attack[row]} ${home[row]}`;
      const known = spans.get(key);
      const from = Math.min(known?.startUs ?? Number.POSITIVE_INFINITY, startUs[row]!);
      spans.set(key, { attack: attack[row]!, home: home[row]!, startUs: from });
    }
    // Detectors go on after the last slot: a fraud they miss was in view as long as one they find late.
    let endUs = run.count('slots') * run.facts.slotUs;
    for (let row = 0; row < alarmUs.length; row++) endUs = Math.max(endUs, alarmUs[row]!);
    return [...spans.values()].map((span) => {
      let firstUs = Number.POSITIVE_INFINITY;
      for (let row = 0; row < run.count('alarms'); row++) {
        const isHit = alarmed[row] === span.home && alarmUs[row]! >= span.startUs;
        if (isHit) firstUs = Math.min(firstUs, alarmUs[row]!);
      }
      const delayUs = firstUs === Number.POSITIVE_INFINITY ? Number.NaN : firstUs - span.startUs;
      return { attack: span.attack, delayUs, exposedUs: endUs - span.startUs };
    });
  });
}

function timesToCatch(frauds: readonly CaughtFraud[]) {
  return frauds.map(({ delayUs, exposedUs }) => {
    const detected = !Number.isNaN(delayUs);
    return { timeUs: detected ? delayUs : exposedUs, detected };
  });
}

/** Times from the start of a fraud to the first alarm that names its home [us], censored at the end. */
export function detectionTimes(run: RunView) {
  return timesToCatch(caughtFrauds(run));
}

/** Kaplan-Meier median of the time to catch: NaN when half are never caught. */
function medianToCatchUs(frauds: readonly CaughtFraud[]): number {
  return frauds.length === 0 ? Number.NaN : medianTimeUs(timesToCatch(frauds));
}

function caughtShare(frauds: readonly CaughtFraud[]): number {
  return frauds.filter(({ delayUs }) => !Number.isNaN(delayUs)).length / frauds.length;
}

/** Id of a metric of one attack: `washTradeRingCaughtShare`. */
export function attackMetricId(attack: string, suffix: string): string {
  return `${camelCase(attack)}${suffix}`;
}

/** Whether the homes of one attack were named by any detector, and how soon. */
export function attackMetrics(attack: string): readonly Metric[] {
  const of = (run: RunView) => caughtFrauds(run).filter((fraud) => fraud.attack === attack);
  return [
    {
      id: attackMetricId(attack, 'CaughtShare'),
      unit: '',
      definition: `Homes of ${attack} named by any detector / homes of ${attack}`,
      direction: 'higher',
      compute: (run) => caughtShare(of(run)),
    },
    {
      id: attackMetricId(attack, 'TimeToCatchMedianUs'),
      unit: 'us',
      definition: `Kaplan-Meier median from the start of ${attack} to the first alarm that names the home`,
      direction: 'lower',
      compute: (run) => medianToCatchUs(of(run)),
    },
  ];
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
    id: 'fraudCaughtShare',
    unit: '',
    definition: 'Frauds (attack and home) whose home any detector named / frauds',
    direction: 'higher',
    compute: (run) => caughtShare(caughtFrauds(run)),
  },
  {
    id: 'fraudTimeToCatchMedianUs',
    unit: 'us',
    definition: 'Kaplan-Meier median from the start of a fraud to the first alarm naming its home',
    direction: 'lower',
    compute: (run) => medianToCatchUs(caughtFrauds(run)),
  },
  {
    id: 'feederAlarmShare',
    unit: '',
    definition: 'Days with fraud on which a detector alarmed the feeder / days with fraud',
    direction: 'higher',
    compute: (run) => {
      const days = fraudDays(run);
      return days.filter((day) => alarmedDays(run).has(day)).length / days.length;
    },
  },
  {
    id: 'honestAccusedShare',
    unit: '',
    definition: 'Homes without fraud that any detector ever named / homes without fraud',
    direction: 'lower',
    compute: (run) => honestAccusedShare(run),
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

function honestAccusedShare(run: RunView): number {
  const isFraud = run.numbers('attacks', 'intentional');
  const guilty = new Set(run.texts('attacks', 'home').filter((_, row) => isFraud[row] === 1));
  const roles = run.texts('accounts', 'role');
  const honest = run
    .texts('accounts', 'account')
    .filter((account, row) => roles[row] === 'home' && !guilty.has(account));
  const accused = new Set(run.texts('alarms', 'entity'));
  return honest.filter((home) => accused.has(home)).length / honest.length;
}

function fraudDays(run: RunView): readonly number[] {
  const isFraud = run.numbers('attacks', 'intentional');
  const days = Array.from(run.numbers('attacks', 'day')).filter((_, row) => isFraud[row] === 1);
  return [...new Set(days)];
}

function alarmedDays(run: RunView): ReadonlySet<number> {
  const entities = run.texts('alarms', 'entity');
  const days = Array.from(run.numbers('alarms', 'day'));
  return new Set(days.filter((_, row) => entities[row] === 'feeder'));
}

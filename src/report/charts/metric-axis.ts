/**
 * Metrics on axes: a name that people read and the unit that suits the size. Result files keep
 * microseconds, watt-hours and micro-points, whose numbers nobody can compare at a glance.
 */
import { type HumanUnit, humanUnit } from '../human-unit.ts';
import type { Direction, Metric } from '../metrics/metric.ts';
import { metricsFor } from '../metrics.ts';

/** A metric or a factor as an axis shows it. */
export interface MetricAxis extends HumanUnit {
  readonly id: string;
  /** Words without the unit, `finality latency P95`. */
  readonly label: string;
  /** Words with the unit in brackets, `finality latency P95 [s]`. */
  readonly title: string;
  /** Empty where the metric is not in the registry. */
  readonly definition: string;
  readonly direction: Direction;
}

/** Metrics that a chart of few metrics shows, the most telling first. */
export const MAIN_METRICS: readonly string[] = [
  'finalityLatencyP95Us',
  'lateOrderShare',
  'energyPerFinalTxWh',
  'decentralisation',
  'efficiency',
  'participantsGainUpt',
  'dsoGainUpt',
  'resourceGainUpt',
  'staleRate',
  'tpsFinal',
  'fraudCaughtShare',
  'attackSuccessShare',
  'settlementLagP95Us',
  'voidTradeShare',
  'selfSufficiency',
  'lossShare',
  'producerGini',
  'loserShare',
  'honestAccusedShare',
];

const SHARE =
  /(Share|Rate|[eE]fficiency|selfSufficiency|selfConsumption|Precision|Recall|FalseAccusations|SuccessLow|SuccessHigh)$/;

/** Names of metrics whose ids are not words. */
const NAMES: Readonly<Record<string, string>> = {
  tpsFinal: 'final transactions',
  energyPerFinalTxWh: 'electricity a transaction',
  energyPerTradedShare: 'electricity of the chain over energy traded',
  producerGini: 'Gini of block production',
  producerNakamotoThird: 'Nakamoto coefficient 1/3',
  participantsGainUpt: 'gain of members',
  dsoGainUpt: 'gain of the network operator',
  resourceGainUpt: 'gain in resources',
};

/** Units that stand at the end of an id; the axis says them in brackets. */
const UNIT_AT_END = /(UptPerKWh|PerS|Upt|KWh|Wh|Us|Pu|Kg|W|Tps)$/;

let registry: ReadonlyMap<string, Metric> | undefined;

/** A metric of the registry by id; those of single detectors and attacks are not in it. */
function known(id: string): Metric | undefined {
  registry ??= new Map(metricsFor([]).map((metric) => [metric.id, metric]));
  return registry.get(id);
}

/** Words of a camelCase or kebab-case name; digits and capital runs stay together. */
export function words(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_]+/g, ' ')
    .replace(/\b[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase())
    .trim();
}

/**
 * A metric on an axis.
 *
 * @param id - As in `runs.csv`.
 * @param values - Values to show, in the file's unit; NaN where undefined.
 * @param unit - Unit of the file; default the registry's, or none.
 */
export function metricAxis(id: string, values: ArrayLike<number>, unit?: string): MetricAxis {
  const metric = known(id);
  const raw = unit ?? metric?.unit ?? unitAtEnd(id);
  const isShare = raw === '' && SHARE.test(id);
  const human = humanUnit(isShare ? '%' : raw, values);
  const label = NAMES[id] ?? words(raw === '' ? id : id.replace(UNIT_AT_END, ''));
  return {
    id,
    label,
    title: titled(label, human.unit),
    definition: metric?.definition ?? '',
    direction: metric?.direction ?? 'neutral',
    ...human,
  };
}

/** `words [unit]`, or the words alone without a unit. */
export function titled(label: string, unit: string): string {
  return unit === '' ? label : `${label} [${unit}]`;
}

/** Unit that an id outside the registry states; a detector's or an attack's. */
function unitAtEnd(id: string): string {
  if (/Us$/.test(id)) return 'us';
  return /Upt$/.test(id) ? 'upt' : '';
}

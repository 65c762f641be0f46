/**
 * Metrics on axes: a name that people read and the unit that suits the size. Result files keep
 * microseconds, watt-hours and micro-points, whose numbers nobody can compare at a glance.
 */
import { DAY_US, HOUR_US, MILLISECOND_US, MINUTE_US, SECOND_US } from '../../base/units.ts';
import type { Direction, Metric } from '../metrics/metric.ts';
import { metricsFor } from '../metrics.ts';

/** A unit and how many of the file's unit make one of it. */
export interface HumanUnit {
  /** Empty for counts and indices. */
  readonly unit: string;
  /** Value shown = value in the file / divisor. */
  readonly divisor: number;
}

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

/** Sizes by unit of the file, largest first; a size is used from `from` of it on. */
const SIZES: Readonly<
  Record<string, readonly (readonly [divisor: number, unit: string, from?: number])[]>
> = {
  us: [
    [DAY_US, 'd', 3],
    [HOUR_US, 'h', 2],
    [MINUTE_US, 'min', 3],
    [SECOND_US, 's'],
    [MILLISECOND_US, 'ms'],
    [1, 'µs'],
  ],
  Wh: [
    [1e6, 'MWh'],
    [1e3, 'kWh'],
    [1, 'Wh'],
    [1e-3, 'mWh'],
  ],
  W: [
    [1e6, 'MW'],
    [1e3, 'kW'],
    [1, 'W'],
  ],
  B: [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
    [1, 'B'],
  ],
  'B/d': [
    [1e6, 'MB/d'],
    [1e3, 'kB/d'],
    [1, 'B/d'],
  ],
  'bit/s': [
    [1e9, 'Gbit/s'],
    [1e6, 'Mbit/s'],
    [1e3, 'kbit/s'],
    [1, 'bit/s'],
  ],
  kg: [
    [1e3, 't'],
    [1, 'kg'],
  ],
  upt: [[1e6, 'pt']],
  'upt/kWh': [[1e6, 'pt/kWh']],
  '%': [[0.01, '%']],
};

const SHARE =
  /(Share|Rate|[eE]fficiency|selfSufficiency|selfConsumption|Precision|Recall|FalseAccusations|SuccessLow|SuccessHigh)$/;

/** Units that stand at the end of an id; the axis says them in brackets. */
const UNIT_AT_END = /(UptPerKWh|PerS|Upt|KWh|Wh|Us|Pu|Kg|W|Tps)$/;

let registry: ReadonlyMap<string, Metric> | undefined;

/** A metric of the registry by id; those of single detectors and attacks are not in it. */
function known(id: string): Metric | undefined {
  registry ??= new Map(metricsFor([]).map((metric) => [metric.id, metric]));
  return registry.get(id);
}

/**
 * The unit for numbers of a size.
 *
 * @param unit - Unit in the file, or `%` for shares in [0, 1].
 * @param values - Values to show, in that unit; the median of their sizes decides, so that one outlier
 *   does not turn seconds into days. NaN and 0 do not count.
 */
export function humanUnit(unit: string, values: ArrayLike<number>): HumanUnit {
  const sizes = SIZES[unit];
  if (sizes === undefined) return { unit, divisor: 1 };
  const present = Float64Array.from(values, Math.abs).filter((size) => size > 0);
  const size = present.sort()[present.length >> 1] ?? Number.NaN;
  const fits = sizes.find(([divisor, , from = 1]) => size >= from * divisor);
  const fallback = sizes.find(([divisor]) => divisor === 1) ?? sizes.at(-1)!;
  const [divisor, shown] = fits ?? (Number.isNaN(size) ? fallback : sizes.at(-1)!);
  return { unit: shown, divisor };
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
  const label = words(raw === '' ? id : id.replace(UNIT_AT_END, ''));
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

/** Three significant digits, whole numbers kept, no exponent in the usual range, a true minus; a dash for NaN. */
export function shortNumber(value: number): string {
  if (Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  const digits =
    size >= 1e7 || size < 1e-3
      ? value.toExponential(1)
      : String(size >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
  return digits.replace('-', '−');
}

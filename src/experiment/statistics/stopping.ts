/**
 * When replications are enough. The rule looks only after complete batches of eight, in replication
 * order, so that the number of workers cannot change where a study stops. Looking again and again
 * costs a little coverage, which eight at a time keeps small.
 */
import { type InputIssue, nearestWord, ScenarioError } from '../../base/errors.ts';
import { parseQuantity } from '../../base/quantity.ts';
import { estimate } from './interval.ts';

/** Replications between two looks. */
export const STOPPING_BATCH = 8;

/** Replications at which a study ends unless another cap is given. */
export const REPLICATIONS_MAX = 64;

/** When to stop adding replications. */
export interface StoppingRule {
  /** Half width of the 95 % interval as a share of |mean|, in (0, 1]. */
  readonly halfWidth: number;
  /** Metrics that must be that narrow, in every cell; empty for all that are kept. */
  readonly metrics: readonly string[];
  /** Cap; a multiple of 8. */
  readonly replicationsMax: number;
}

/** Values of one metric in one cell (an arm at a point of the design). */
export interface StoppingSeries {
  readonly metric: string;
  /** Name of the cell, for messages. */
  readonly cell: string;
  /** One value a replication, in order; NaN where undefined or failed. */
  readonly values: readonly number[];
}

/** Outcome of one look. */
export interface StoppingDecision {
  /** `met`: all are narrow enough; `cap`: they are not, and the cap is reached. */
  readonly decision: 'continue' | 'met' | 'cap';
  /** Replications looked at. */
  readonly replications: number;
  /** Those that are not narrow enough, widest first. */
  readonly open: readonly OpenSeries[];
}

/** A metric in a cell that is not narrow enough. */
export interface OpenSeries {
  readonly metric: string;
  readonly cell: string;
  /** Half width / |mean|; NaN below two defined values, infinite around a mean of 0. */
  readonly relativeHalfWidth: number;
}

/**
 * Half width of the 95 % interval as a share of |mean|: 0 where all values are equal (also all 0),
 * infinite where they spread around exactly 0, NaN below two defined values.
 */
export function relativeHalfWidth(values: readonly number[]): number {
  const { mean, low, high } = estimate(values);
  const half = (high - low) / 2;
  return half === 0 ? 0 : half / Math.abs(mean);
}

/**
 * Looks at what a study has so far.
 *
 * A series without any defined value is left out: a metric that does not exist in an arm cannot
 * become narrower. When no series is left, nothing was measured and the rule is not met. A mean of
 * 0 with spread is never met; name the metrics to leave it out.
 *
 * @param series - All of the same length, a multiple of 8 and at least 8; others than the rule's
 *   metrics do not count.
 * @throws {RangeError} when lengths differ or are no complete batches, or a metric of the rule is
 *   missing.
 * Source: A. Law, Simulation Modeling and Analysis, 5th edition, 2015, 9.4.1 (relative precision);
 * Y. Chow, H. Robbins, Annals of Mathematical Statistics 36(2), 1965: coverage holds as the width
 * goes to 0.
 */
export function decideStopping(
  rule: StoppingRule,
  series: readonly StoppingSeries[],
): StoppingDecision {
  const replications = series[0]?.values.length ?? 0;
  for (const { values } of series) {
    const { length } = values;
    if (length !== replications || length === 0 || length % STOPPING_BATCH !== 0) {
      throw new RangeError(
        `"values" expected equal multiples of ${STOPPING_BATCH}, got ${length} and ${replications}`,
      );
    }
  }
  for (const name of rule.metrics) {
    if (!series.some(({ metric }) => metric === name)) {
      throw new RangeError(`"series" expected the metric ${name}, got none`);
    }
  }
  const measured = series.filter(
    ({ metric, values }) =>
      (rule.metrics.length === 0 || rule.metrics.includes(metric)) &&
      values.some((value) => !Number.isNaN(value)),
  );
  const open = measured
    .map(({ metric, cell, values }) => {
      return { metric, cell, relativeHalfWidth: relativeHalfWidth(values) };
    })
    // NaN is not narrow enough either.
    .filter((one) => !(one.relativeHalfWidth <= rule.halfWidth));
  const ranks = new Map(open.map((one, index) => [one, index]));
  const width = (one: OpenSeries) =>
    Number.isNaN(one.relativeHalfWidth) ? Number.MAX_VALUE : one.relativeHalfWidth;
  open.sort((left, right) => {
    const [a, b] = [width(left), width(right)];
    return a === b ? ranks.get(left)! - ranks.get(right)! : a > b ? -1 : 1;
  });
  const isMet = open.length === 0 && measured.length > 0;
  const decision = isMet ? 'met' : replications >= rule.replicationsMax ? 'cap' : 'continue';
  return { decision, replications, open };
}

const KEYS = ['halfwidth', 'metrics', 'max'];

/**
 * Parses the option `--until`, e.g. `halfwidth=5%,metrics=tpsFinal|lateOrderShare,max=64`.
 *
 * @param known - Names of metrics; when given, others are refused with the nearest.
 * @throws {ScenarioError} with every problem of the text.
 */
export function parseUntil(text: string, known?: readonly string[]): StoppingRule {
  const issues: InputIssue[] = [];
  const refuse = (key: string, expected: string, got: string, near?: string) => {
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    issues.push({ file: '', path: `--until${key && ` ${key}`}`, expected, got, hint });
  };
  const given = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    const key = part.slice(0, Math.max(0, at)).trim().toLowerCase();
    if (at < 0) refuse('', 'halfwidth=5%[,metrics=a|b][,max=64]', `"${part.trim()}"`);
    else if (!KEYS.includes(key)) {
      refuse('', `one of ${KEYS.join(', ')}`, `"${key}"`, nearestWord(key, KEYS));
    } else if (given.has(key)) refuse(key, 'once', 'twice');
    else given.set(key, part.slice(at + 1).trim());
  }
  if (!given.has('halfwidth') && issues.length === 0) refuse('halfwidth', 'a share', 'nothing');
  const halfWidth = parseHalfWidth(given.get('halfwidth'), refuse);
  const metrics = (given.get('metrics')?.split('|') ?? []).map((name) => name.trim());
  for (const name of metrics) {
    if (name === '') refuse('metrics', 'names separated by |', 'an empty name');
    else if (known !== undefined && !known.includes(name)) {
      refuse('metrics', 'a metric', `"${name}"`, nearestWord(name, known));
    }
  }
  const max = given.get('max') ?? String(REPLICATIONS_MAX);
  if (!/^\d{1,9}$/.test(max) || Number(max) < STOPPING_BATCH || Number(max) % STOPPING_BATCH > 0) {
    refuse('max', `a multiple of ${STOPPING_BATCH}`, `"${max}"`);
  }
  if (issues.length > 0) throw new ScenarioError(issues);
  return { halfWidth, metrics: [...new Set(metrics)], replicationsMax: Number(max) };
}

function parseHalfWidth(
  text: string | undefined,
  refuse: (key: string, expected: string, got: string) => void,
): number {
  if (text === undefined) return Number.NaN;
  const bare = Number(text === '' ? Number.NaN : text);
  const parsed = parseQuantity(Number.isNaN(bare) ? text : bare, 'fraction');
  const value = 'value' in parsed ? parsed.value : Number.NaN;
  if (!(value > 0 && value <= 1)) refuse('halfwidth', 'a share in (0, 100 %]', `"${text}"`);
  return value;
}

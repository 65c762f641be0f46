/** Outcomes as a study keeps them: a row of numbers a run, since ten thousand lists of names do not fit. */
import type { MetricValue } from '../../report/metrics.ts';
import type { RunSamples } from '../../report/samples.ts';
import type { Finished, RunOutcome } from '../outcome.ts';

/** Lists of metrics that have come, each once. */
const lists = new Map<string, readonly Pick<MetricValue, 'metric' | 'unit'>[]>();

/** A list of names and units that equals the given one, the same object each time. */
function listOf(summary: readonly Pick<MetricValue, 'metric' | 'unit'>[]) {
  const key = summary.map(({ metric, unit }) => `${metric} ${unit}`).join('\n');
  const known = lists.get(key) ?? summary.map(({ metric, unit }) => ({ metric, unit }));
  lists.set(key, known);
  return known;
}

/** A finished run in little memory; its summary is made when it is read. */
export function keptOutcome(outcome: RunOutcome): RunOutcome {
  if (!outcome.ok) return outcome;
  const heads = listOf(outcome.summary);
  const values = Float64Array.from(outcome.summary, ({ value }) => value);
  const samples = outcome.samples === undefined ? undefined : JSON.stringify(outcome.samples);
  const { warnings } = outcome;
  return keptFrom(heads, values, warnings, samples);
}

function keptFrom(
  heads: readonly Pick<MetricValue, 'metric' | 'unit'>[],
  values: Float64Array,
  warnings: readonly string[],
  samples: string | undefined,
): Finished {
  return {
    ok: true,
    warnings,
    get summary() {
      return heads.map(({ metric, unit }, at) => ({ metric, unit, value: values[at]! }));
    },
    get samples() {
      return samples === undefined ? undefined : (JSON.parse(samples) as RunSamples);
    },
  };
}

/** A finished run as a line of a journal. */
export interface RunRecord {
  readonly run: string;
  readonly identity: string;
  /** Metric names and units, in turn, separated by line ends. */
  readonly metrics: string;
  /** Values in that order; null where undefined. */
  readonly values: readonly (number | null)[];
  readonly warnings: readonly string[];
  /** The samples as text. */
  readonly samples?: string | undefined;
}

/** A record of a finished run. */
export function recordOf(run: string, identity: string, outcome: Finished): RunRecord {
  const { summary, warnings, samples } = outcome;
  return {
    run,
    identity,
    metrics: summary.map(({ metric, unit }) => `${metric} ${unit}`).join('\n'),
    values: summary.map(({ value }) => (Number.isNaN(value) ? null : value)),
    warnings,
    ...(samples === undefined ? {} : { samples: JSON.stringify(samples) }),
  };
}

/** The outcome that a record tells of. */
export function outcomeOf(record: RunRecord): Finished {
  const heads = listOf(
    record.metrics.split('\n').map((line) => {
      const at = line.indexOf(' ');
      return { metric: line.slice(0, at), unit: line.slice(at + 1) };
    }),
  );
  const values = Float64Array.from(record.values, (value) => value ?? Number.NaN);
  return keptFrom(heads, values, record.warnings, record.samples);
}

/** Whether a journal's record is one of a run. */
export function isRunRecord(record: unknown): record is RunRecord {
  const { run, identity, metrics, values, warnings } = (record ?? {}) as Partial<RunRecord>;
  return (
    typeof run === 'string' &&
    typeof identity === 'string' &&
    typeof metrics === 'string' &&
    Array.isArray(values) &&
    Array.isArray(warnings)
  );
}

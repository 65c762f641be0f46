/** Outcomes as a study keeps them: a row of numbers a run, since ten thousand lists of names do not fit. */
import type { MetricValue } from '../../report/metrics.ts';
import type { RunSamples } from '../../report/samples.ts';
import type { Failure, Finished, RunOutcome } from '../outcome.ts';

/** Lists of metrics that have come, each once. */
const lists = new Map<string, readonly Pick<MetricValue, 'metric' | 'unit'>[]>();

/** A list of names and units that equals the given one, the same object each time. */
function listOf(summary: readonly Pick<MetricValue, 'metric' | 'unit'>[]) {
  const key = summary.map(({ metric, unit }) => `${metric} ${unit}`).join('\n');
  const known = lists.get(key) ?? summary.map(({ metric, unit }) => ({ metric, unit }));
  lists.set(key, known);
  return known;
}

/** A finished run in little memory: its summary is made when it is read, its samples are gone. */
export function keptOutcome(outcome: RunOutcome): RunOutcome {
  if (!outcome.ok) return outcome;
  // Adding 0 makes -0 the 0 that a journal gives back.
  const values = Float64Array.from(outcome.summary, ({ value }) => value + 0);
  return keptFrom(listOf(outcome.summary), values, outcome.warnings);
}

function keptFrom(
  heads: readonly Pick<MetricValue, 'metric' | 'unit'>[],
  values: Float64Array,
  warnings: readonly string[],
): Finished {
  return {
    ok: true,
    warnings,
    get summary() {
      return heads.map(({ metric, unit }, at) => ({ metric, unit, value: values[at]! }));
    },
  };
}

/** A finished run as a line of a journal. */
export interface RunRecord {
  readonly run: string;
  readonly identity: string;
  /** Metric names and units, separated by line ends. */
  readonly metrics: string;
  /** Values in that order; null where undefined, infinite ones as text. */
  readonly values: readonly (number | string | null)[];
  readonly warnings: readonly string[];
  readonly samples?: RunSamples | undefined;
}

/** A record of a finished run. */
export function recordOf(run: string, identity: string, outcome: Finished): RunRecord {
  const { summary, warnings, samples } = outcome;
  return {
    run,
    identity,
    metrics: summary.map(({ metric, unit }) => `${metric} ${unit}`).join('\n'),
    values: summary.map(({ value }) => {
      if (Number.isNaN(value)) return null;
      return Number.isFinite(value) ? value : String(value);
    }),
    warnings,
    ...(samples === undefined ? {} : { samples }),
  };
}

/** What a record tells of its run. */
export function outcomeOf(record: RunRecord): Finished {
  const heads = listOf(
    record.metrics.split('\n').map((line) => {
      const at = line.indexOf(' ');
      return { metric: line.slice(0, at), unit: line.slice(at + 1) };
    }),
  );
  const values = Float64Array.from(record.values, (value) => Number(value ?? Number.NaN));
  return keptFrom(heads, values, record.warnings);
}

/** A run that an earlier process had finished. */
export interface EarlierRun {
  readonly run: string;
  readonly identity: string;
  readonly outcome: Finished;
  /** Its samples as text. */
  readonly samples: string | undefined;
}

/** Reads a record of a journal; undefined when it is none of a run. */
export function earlierRun(record: unknown): EarlierRun | undefined {
  if (!isRunRecord(record)) return undefined;
  const { run, identity, samples } = record;
  const text = samples === undefined ? undefined : JSON.stringify(samples);
  return { run, identity, outcome: outcomeOf(record), samples: text };
}

/** Whether a journal's record is one of a run. */
function isRunRecord(record: unknown): record is RunRecord {
  const { run, identity, metrics, values, warnings } = (record ?? {}) as Partial<RunRecord>;
  return (
    typeof run === 'string' &&
    typeof identity === 'string' &&
    typeof metrics === 'string' &&
    Array.isArray(values) &&
    Array.isArray(warnings)
  );
}

/** A run of a shard that failed, as whoever merges needs it; going on tries it again. */
export interface FailureRecord {
  readonly run: string;
  readonly identity: string;
  readonly failed: Pick<Failure, 'kind' | 'message'>;
  /** Command that repeats the run. */
  readonly replay: string;
}

/** What a record of a shard tells: a finished run, a failed one, or nothing of either. */
export type ShardRecord = EarlierRun | FailureRecord | undefined;

/** Reads a record of a shard. */
export function shardRecord(record: unknown): ShardRecord {
  const { run, identity, failed, replay } = (record ?? {}) as Partial<FailureRecord>;
  const isFailure =
    typeof run === 'string' && typeof identity === 'string' && typeof replay === 'string';
  if (isFailure && failed !== undefined) return { run, identity, failed, replay };
  return earlierRun(record);
}

/**
 * What a study keeps of a run besides its metrics, so that percentiles and survival curves can be taken
 * over runs: a sketch of each delay, and times with their censoring. Percentiles of runs cannot be merged.
 */
import { createSketch, type EncodedSketch } from '../base/quantile-sketch.ts';
import type { RunResult } from '../simulation/run.ts';
import { exclusionTimes } from './metrics/exclusions.ts';
import { DELAYS } from './metrics/finality.ts';
import { detectionTimes } from './metrics/fraud.ts';
import { createRunView, type RunView } from './metrics/metric.ts';
import { factsOf } from './metrics.ts';

/** Times to an event [us]; 0 in place of 1 where it had not come by then. */
export type EventTimes = readonly (readonly [timeUs: number, event: 0 | 1])[];

/** Pieces of one run that can be put together with those of others. */
export interface RunSamples {
  /** Delays [us] by name, see {@link DELAYS}. */
  readonly distributions: Readonly<Record<string, EncodedSketch>>;
  /** Times [us] by subject: `detection` of frauds, `exclusion` of guilty nodes. */
  readonly survivals: Readonly<Record<string, EventTimes>>;
}

const SURVIVALS: readonly (readonly [
  subject: string,
  tables: readonly string[],
  read: (run: RunView) => readonly { readonly timeUs: number; readonly detected: boolean }[],
])[] = [
  ['detection', ['slots', 'attacks', 'alarms'], detectionTimes],
  ['exclusion', ['exclusions'], exclusionTimes],
];

/** Samples of a run. */
export function samplesOf(
  result: Pick<RunResult, 'scenario' | 'tables'> & Partial<Pick<RunResult, 'window'>>,
): RunSamples {
  const run = createRunView(result.tables, factsOf(result.scenario, result.window));
  const distributions: Record<string, EncodedSketch> = {};
  for (const { id, tables, read } of DELAYS) {
    if (!tables.every(run.hasTable)) continue;
    const { observed, censored } = read(run);
    if (observed.length + censored === 0) continue;
    const sketch = createSketch();
    for (const value of observed) sketch.add(value);
    sketch.addCensored(censored);
    distributions[id] = sketch.encode();
  }
  const survivals: Record<string, EventTimes> = {};
  for (const [subject, tables, read] of SURVIVALS) {
    if (!tables.every(run.hasTable)) continue;
    const times = read(run).map(({ timeUs, detected }) => [timeUs, detected ? 1 : 0] as const);
    if (times.length > 0) survivals[subject] = times;
  }
  return { distributions, survivals };
}

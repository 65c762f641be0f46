/** What comes back from a run: plain values, since they cross from a worker to the main thread. */
import { type InputIssue, InvariantViolation, ScenarioError } from '../base/errors.ts';
import type { MetricValue } from '../report/metrics.ts';
import type { RunSamples } from '../report/samples.ts';

/** Why a run has no result. */
export interface Failure {
  /**
   * `scenario`: the input is wrong; `invariant`: a rule of the model broke; `timeout`, `memory`: a limit of the
   * study was hit; `storage`: nothing more can be written; `crash`: all else.
   */
  readonly kind: 'scenario' | 'invariant' | 'timeout' | 'memory' | 'storage' | 'crash';
  readonly message: string;
  /** Problems of the input, for kind `scenario`. */
  readonly issues: readonly InputIssue[];
  /** Where in the code, for kind `crash`; empty where unknown. */
  readonly stack: string;
}

/** A run that was written. */
export interface Finished {
  readonly ok: true;
  /** Every metric of the run, in registry order; NaN where undefined. */
  readonly summary: readonly MetricValue[];
  /** What must be looked at before trusting the result. */
  readonly warnings: readonly string[];
  /** Pieces of distributions that can be merged with those of other runs. */
  readonly samples?: RunSamples | undefined;
}

/** A run that was not. */
export interface Failed {
  readonly ok: false;
  readonly failure: Failure;
}

/** Outcome of one run. */
export type RunOutcome = Finished | Failed;

/** Codes of a file system that takes no more. */
const STORAGE_CODES: readonly string[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO'];

/** Turns whatever was thrown into plain values. */
export function failureOf(error: unknown): Failure {
  const blank = { issues: [], stack: '' };
  if (error instanceof ScenarioError) {
    return { ...blank, kind: 'scenario', message: error.message, issues: error.issues };
  }
  if (error instanceof InvariantViolation) {
    return { ...blank, kind: 'invariant', message: error.message };
  }
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return { ...blank, kind: 'memory', message: 'the run needed more memory than it may use' };
  }
  if (error instanceof Error && STORAGE_CODES.includes(String(code))) {
    return { ...blank, kind: 'storage', message: error.message };
  }
  if (error instanceof Error) {
    const message = `${error.name}: ${error.message}`;
    return { ...blank, kind: 'crash', message, stack: error.stack ?? '' };
  }
  return { ...blank, kind: 'crash', message: String(error) };
}

/** What comes back from a run: plain values, since they cross from a worker to the main thread. */
import { type InputIssue, InvariantViolation, ScenarioError } from '../base/errors.ts';
import type { MetricValue } from '../report/metrics.ts';

/** Why a run has no result. */
export interface Failure {
  /** `scenario`: the input is wrong; `invariant`: a rule of the model broke; `crash`: all else. */
  readonly kind: 'scenario' | 'invariant' | 'crash';
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
}

/** A run that was not. */
export interface Failed {
  readonly ok: false;
  readonly failure: Failure;
}

/** Outcome of one run. */
export type RunOutcome = Finished | Failed;

/** Turns whatever was thrown into plain values. */
export function failureOf(error: unknown): Failure {
  const blank = { issues: [], stack: '' };
  if (error instanceof ScenarioError) {
    return { ...blank, kind: 'scenario', message: error.message, issues: error.issues };
  }
  if (error instanceof InvariantViolation) {
    return { ...blank, kind: 'invariant', message: error.message };
  }
  if (error instanceof Error) {
    const message = `${error.name}: ${error.message}`;
    return { ...blank, kind: 'crash', message, stack: error.stack ?? '' };
  }
  return { ...blank, kind: 'crash', message: String(error) };
}

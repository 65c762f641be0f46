/**
 * From the figures of replications to a verdict. The band is wide, two-sided 6.3e-5, so that a
 * hundred laws together fail by chance less than once in a hundred runs; the cap on the standard
 * error keeps a law from passing by noise.
 */
import { sqrt } from '../../base/math.ts';
import { mean, sampleVariance, studentQuantile } from '../statistics/interval.ts';
import type { ByEffort, Criterion, Effort, Law, LawText } from './law.ts';

/** Chance that a true law fails. */
export const FALSE_ALARM = 6.3e-5;

/** Figures of one law: by replication, then by level (one level unless the law is a trend). */
export type Figures = readonly (readonly number[])[];

/** Outcome of one law on one seed. */
export interface LawRecord extends LawText {
  readonly kind: Criterion['kind'];
  /** Figure the estimate is held against; NaN for a trend, which has none. */
  readonly reference: number;
  /** Mean over replications; for a trend the smallest step between levels. */
  readonly estimate: number;
  /** Standard error of the estimate; NaN with one replication. */
  readonly se: number;
  /** Largest distance between estimate and reference that passes. */
  readonly tolerance: number;
  /** Largest standard error that passes; NaN where none is set. */
  readonly seCap: number;
  readonly replications: number;
  readonly effort: Effort;
  readonly seed: number;
  readonly verdict: 'pass' | 'fail';
  /** Why it fails, or the levels of a trend. */
  readonly note: string;
}

/** Two-sided quantile of Student's t that a figure of so many replications is held to. */
export function quantileFor(replications: number): number {
  return studentQuantile(1 - FALSE_ALARM, replications - 1);
}

/**
 * Judges one law.
 *
 * @param figures - One list a replication, all defined; a NaN anywhere fails the law.
 * @param problem - What kept replications from ending; fails the law.
 */
export function judge(
  law: Law,
  figures: Figures,
  place: { readonly effort: Effort; readonly seed: number },
  problem?: string,
): LawRecord {
  const { id, group, law: name, source, parameters, convention, unit, criterion } = law;
  const finding = find(criterion, figures, place.effort);
  const fault = problem ?? finding.fault;
  return {
    ...{ id, group, law: name, source, parameters, convention, unit },
    kind: criterion.kind,
    reference: criterion.kind === 'trend' ? Number.NaN : criterion.reference,
    estimate: finding.estimate,
    se: finding.se,
    tolerance: finding.tolerance,
    seCap: finding.seCap ?? Number.NaN,
    replications: figures.length,
    ...place,
    verdict: fault === undefined ? 'pass' : 'fail',
    note: [fault, finding.note].filter((part) => part !== undefined).join('; '),
  };
}

interface Finding {
  readonly estimate: number;
  readonly se: number;
  readonly tolerance: number;
  readonly seCap?: number;
  /** Why it fails; undefined when it passes. */
  readonly fault?: string | undefined;
  readonly note?: string;
}

function find(criterion: Criterion, figures: Figures, effort: Effort): Finding {
  const firsts = figures.map(([first = Number.NaN]) => first);
  switch (criterion.kind) {
    case 'exact':
      return findExact(firsts, criterion.reference, criterion.bias);
    case 'stochastic': {
      const { reference, bias, seCap } = criterion;
      return findStochastic(firsts, reference, bias, pick(seCap, effort));
    }
    case 'trend':
      return findTrend(figures, criterion.levels);
    case 'band':
      return findBand(firsts, criterion.reference, criterion.factor);
  }
}

const pick = (value: ByEffort, effort: Effort) =>
  typeof value === 'number' ? value : value[effort];

/** Standard error of the mean; NaN below two values. */
function standardError(values: readonly number[]): number {
  return sqrt(sampleVariance(values) / values.length);
}

function findExact(values: readonly number[], reference: number, bias: number): Finding {
  const off = values.find((value) => !(Math.abs(value - reference) <= bias));
  const fault =
    values.length === 0 ? 'no replication' : off === undefined ? undefined : `got ${off}`;
  const estimate = off ?? mean(values);
  return { estimate, se: standardError(values), tolerance: bias, fault };
}

function findStochastic(
  values: readonly number[],
  reference: number,
  bias: number,
  seCap: number,
): Finding {
  const estimate = mean(values);
  const se = standardError(values);
  const tolerance = values.length < 2 ? Number.NaN : quantileFor(values.length) * se + bias;
  const isNear = Math.abs(estimate - reference) <= tolerance;
  const isSharp = se <= seCap;
  const faults = [
    isNear ? undefined : 'outside the tolerance',
    isSharp ? undefined : `standard error above its cap ${seCap}`,
  ].filter((fault) => fault !== undefined);
  const fault = faults.length === 0 ? undefined : faults.join(', ');
  return { estimate, se, tolerance, seCap, fault };
}

/** Paired differences of neighbouring levels; the step that is least clear decides. */
function findTrend(figures: Figures, levels: readonly string[]): Finding {
  const column = (level: number) => figures.map((row) => row[level] ?? Number.NaN);
  const means = levels.map((name, level) => `${name} ${shorten(mean(column(level)))}`);
  const quantile = figures.length < 2 ? Number.NaN : quantileFor(figures.length);
  const steps = levels.slice(1).map((_, level) => {
    const differences = figures.map((row) => row[level + 1]! - row[level]!);
    const estimate = mean(differences);
    const se = standardError(differences);
    return { estimate, se, tolerance: quantile * se };
  });
  // NaN compares false with everything, so a level that is undefined is looked for first.
  const clarity = steps.map(({ estimate, tolerance }) => estimate - tolerance);
  const undefinedAt = clarity.findIndex(Number.isNaN);
  const least = undefinedAt >= 0 ? undefinedAt : clarity.indexOf(Math.min(...clarity));
  const isRising = clarity[least]! > 0;
  const fault = isRising ? undefined : `${levels[least]} to ${levels[least + 1]} does not rise`;
  return { ...steps[least]!, fault, note: means.join(', ') };
}

function findBand(values: readonly number[], reference: number, factor: number): Finding {
  const estimate = mean(values);
  const ratio = estimate / reference;
  const isWithin = ratio <= factor && ratio >= 1 / factor;
  const fault = isWithin ? undefined : `${shorten(ratio)} times the published level`;
  const tolerance = (factor - 1) * Math.abs(reference);
  const note = `within a factor of ${factor}`;
  return { estimate, se: standardError(values), tolerance, fault, note };
}

/** Four significant digits. */
function shorten(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

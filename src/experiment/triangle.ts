/**
 * The triangle of decentralisation, efficiency and security, measured. Each axis is printed with what it
 * is made of; the result is the set of arms that no other beats on all axes. That such a set has several
 * members is not assumed: an arm that beats all others is a result like any other.
 */
import { log10 } from '../base/math.ts';
import { parseColumns } from '../report/column.ts';
import type { Cell } from '../report/csv.ts';

/** Measured axes of one arm; NaN where one was not measured. */
export interface TriangleArm {
  readonly arm: string;
  /** Normalised entropy of canonical blocks over eligible producers x eligible share. */
  readonly decentralisation: number;
  readonly eligibleShare: number;
  readonly nakamotoThird: number;
  readonly nakamotoHalf: number;
  readonly nakamotoTwoThirds: number;
  /** Largest sustained load [1/s]; throughput at some load is not one. */
  readonly saturationTps: number;
  /** Median time from submission to finality at the client [s]. */
  readonly finalityS: number;
  /** Electricity a final transaction [Wh]. */
  readonly energyPerFinalTxWh: number;
  /** Chance that an attack succeeds at the adversary's share, and at its budget. */
  readonly successAtShare: number;
  readonly successAtBudget: number;
  /** Where the chances come from: `measured`, `predicted` or nothing. */
  readonly successSource: string;
}

/** An arm with its three axes. */
export interface TriangleRow extends TriangleArm {
  /** Mean of log10(x / x_ref) over what all arms have of throughput, speed and thrift. */
  readonly efficiency: number;
  /** What `efficiency` is the mean of, in words. */
  readonly efficiencyOf: string;
  /** 1 − chance of success, in both columns. */
  readonly securityAtShare: number;
  readonly securityAtBudget: number;
  /** Whether no other arm is at least as good on every raw axis that all arms have, and better on one. */
  readonly isPareto: boolean;
  /** Arms that are. */
  readonly dominatedBy: readonly string[];
}

/** References of the efficiency axis: with 1/s, 1 s and 1 Wh a figure reads as its own logarithm. */
export const REFERENCE = Object.freeze({
  saturationTps: 1,
  finalitySpeedPerS: 1,
  finalTxPerWh: 1,
});

/** A raw axis of the Pareto set, larger is better. */
type Axis = (arm: TriangleArm) => number;

const EFFICIENCY: readonly (readonly [string, Axis])[] = [
  ['saturation', (arm) => arm.saturationTps / REFERENCE.saturationTps],
  ['finality', (arm) => 1 / arm.finalityS / REFERENCE.finalitySpeedPerS],
  ['energy', (arm) => 1 / arm.energyPerFinalTxWh / REFERENCE.finalTxPerWh],
];

const RAW_AXES: readonly (readonly [string, Axis])[] = [
  ['decentralisation', (arm) => arm.decentralisation],
  ...EFFICIENCY,
  ['security at share', (arm) => 1 - arm.successAtShare],
  ['security at budget', (arm) => 1 - arm.successAtBudget],
];

/** Axes that every arm has; with one that some lack, the others could not be compared. */
function common(arms: readonly TriangleArm[], axes: typeof RAW_AXES): typeof RAW_AXES {
  return axes.filter(([, axis]) => arms.every((arm) => !Number.isNaN(axis(arm))));
}

/** Whether a is at least as good as b on every axis and better on one. */
function dominates(a: TriangleArm, b: TriangleArm, axes: typeof RAW_AXES): boolean {
  return axes.every(([, axis]) => axis(a) >= axis(b)) && axes.some(([, axis]) => axis(a) > axis(b));
}

/**
 * Computes the triangle of arms.
 *
 * @returns One row an arm, in order. An axis that some arm lacks takes no part in `efficiency` or in the
 *   Pareto set; without any axis nothing dominates.
 * Source: model page, 9.6.
 */
export function triangleRows(arms: readonly TriangleArm[]): TriangleRow[] {
  const parts = common(arms, EFFICIENCY);
  const axes = common(arms, RAW_AXES);
  return arms.map((arm) => {
    const logs = parts.map(([, axis]) => log10(axis(arm)));
    const dominatedBy = arms
      .filter((other) => other !== arm && dominates(other, arm, axes))
      .map((other) => other.arm);
    return {
      ...arm,
      efficiency: logs.reduce((sum, value) => sum + value, 0) / logs.length,
      efficiencyOf: parts.map(([name]) => name).join(' '),
      securityAtShare: 1 - arm.successAtShare,
      securityAtBudget: 1 - arm.successAtBudget,
      isPareto: dominatedBy.length === 0,
      dominatedBy,
    };
  });
}

/** Arms of a study as the triangle sees them, from the means of its metrics. */
export function triangleArm(
  arm: string,
  mean: (metric: string) => number,
  extra: Partial<
    Pick<TriangleArm, 'saturationTps' | 'successAtShare' | 'successAtBudget' | 'successSource'>
  > = {},
): TriangleArm {
  const measured = mean('attackSuccessShare');
  const isMeasured = !Number.isNaN(measured);
  return {
    arm,
    decentralisation: mean('decentralisation'),
    eligibleShare: mean('eligibleShare'),
    nakamotoThird: mean('producerNakamotoThird'),
    nakamotoHalf: mean('producerNakamotoHalf'),
    nakamotoTwoThirds: mean('producerNakamotoTwoThirds'),
    saturationTps: extra.saturationTps ?? Number.NaN,
    finalityS: mean('finalityLatencyP50Us') / 1e6,
    energyPerFinalTxWh: mean('energyPerFinalTxWh'),
    successAtShare: isMeasured ? measured : (extra.successAtShare ?? Number.NaN),
    successAtBudget: extra.successAtBudget ?? Number.NaN,
    successSource: isMeasured ? 'measured' : (extra.successSource ?? ''),
  };
}

/** Columns of `triangle.csv`. */
export const TRIANGLE_COLUMNS = parseColumns(`
arm                    | text    |     | Arm
decentralisation       | number  |     | D: normalised entropy of block production x eligible share
eligible_share         | number  |     | Full nodes that may produce / full nodes
nakamoto_third         | number  |     | Fewest producers with more than 1/3 of canonical blocks, mean
nakamoto_half          | number  |     | The same of 1/2
nakamoto_two_thirds    | number  |     | The same of 2/3
efficiency             | number  |     | E: mean of log10(x / x_ref) over efficiency_of
efficiency_of          | text    |     | Axes that all arms have: saturation, finality (1/s), energy (1/Wh)
saturation_tps         | number  | 1/s | Largest sustained load; empty where it was not searched
saturation_ref_tps     | number  | 1/s | Its x_ref
finality_s             | number  | s   | Median time from submission to finality at the client
finality_ref_per_s     | number  | 1/s | x_ref of 1 / finality
energy_per_final_tx_wh | number  | Wh  | Electricity a final transaction
energy_ref_per_wh      | number  | 1/Wh | x_ref of final transactions a Wh
security_at_share      | number  |     | S: 1 - chance that the attack succeeds at the adversary's share
security_at_budget     | number  |     | S: the same at its budget
security_source        | text    |     | measured (an adversary ran) or predicted (closed form)
pareto                 | integer |     | 1 when no arm is as good on every raw axis and better on one
dominated_by           | text    |     | Arms that are
`);

/** Cells of `triangle.csv`. */
export function triangleCells(rows: readonly TriangleRow[]): Cell[][] {
  return rows.map((row) => [
    row.arm,
    row.decentralisation,
    row.eligibleShare,
    row.nakamotoThird,
    row.nakamotoHalf,
    row.nakamotoTwoThirds,
    row.efficiency,
    row.efficiencyOf,
    row.saturationTps,
    REFERENCE.saturationTps,
    row.finalityS,
    REFERENCE.finalitySpeedPerS,
    row.energyPerFinalTxWh,
    REFERENCE.finalTxPerWh,
    row.securityAtShare,
    row.securityAtBudget,
    row.successSource,
    row.isPareto ? 1 : 0,
    row.dominatedBy.join(' '),
  ]);
}

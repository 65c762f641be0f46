/**
 * Share of a block that a node fetches when a compact block was not enough, as measured in the live
 * network. Source: values of SimBlock's simulation configuration (github.com/dsg-titech/simblock, commit
 * 5fc7f9f), after Nagayama, Banno and Shudo 2020: 945 blocks of nodes that come and go, 210 of nodes
 * that stay up.
 */
import type { SequentialStream } from '../../base/random.ts';

/** Blocks by missing percent, from 1 to 96. */
const CHURN_COUNT = [
  546, 66, 39, 27, 21, 17, 14, 12, 11, 10, 9, 8, 7, 7, 6, 6, 5, 5, 5, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3,
  3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1,
];
/** Missing percent of every block in the sample of nodes that stay up. */
export const MISSING_PERCENT_CONTROL = 1;

/** One entry for each block of the sample. */
const CHURN_PERCENT = Uint8Array.from(
  CHURN_COUNT.flatMap((count, k) => new Array<number>(count).fill(k + 1)),
);

/** Draws the missing percent of a node that comes and goes: one block of the sample. */
export function churnMissingPercent(draws: SequentialStream): number {
  return CHURN_PERCENT[draws.integer(CHURN_PERCENT.length)]!;
}

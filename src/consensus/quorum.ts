/** How many votes decide: sizes of quorums and which nodes are validators. */
import { integer, type Option, type OptionIssue, optional } from '../base/options.ts';

/** Validators where a scenario names no number. */
const VALIDATORS_DEFAULT = 21;

/** Byzantine validators that n validators withstand: floor((n - 1) / 3). */
export const faultyMax = (validators: number): number => Math.floor((validators - 1) / 3);

/**
 * Votes of a Byzantine quorum: ceil((n + f + 1) / 2). Two quorums share at least f + 1 validators,
 * and n - f honest ones are a quorum. The often read 2f + 1 is the same for n = 3f + 1 only; for
 * other n two such quorums may share no honest validator.
 * Source: Castro and Liskov 1999, section 4, for n = 3f + 1; Malkhi and Reiter 1998 for any n.
 */
export const byzantineQuorum = (validators: number): number =>
  Math.ceil((validators + faultyMax(validators) + 1) / 2);

/** Votes of a majority, which any other majority meets: floor(n / 2) + 1. */
export const majority = (validators: number): number => Math.floor(validators / 2) + 1;

/** Option `validators`: the first nodes in index order. */
export const validatorsOption = (): Option<number | undefined> =>
  optional(
    integer(undefined, {
      min: 1,
      max: 1000,
      doc: `Nodes that vote, the first in index order; absent: all, at most ${VALIDATORS_DEFAULT}`,
    }),
  );

/** Number of validators among so many nodes. */
export const validatorCount = (asked: number | undefined, nodeCount: number): number =>
  Math.min(asked ?? VALIDATORS_DEFAULT, nodeCount);

/** What is wrong with a number of validators. */
export function checkValidators(asked: number | undefined, nodeCount: number): OptionIssue[] {
  if (asked === undefined || asked <= nodeCount) return [];
  return [
    {
      key: 'validators',
      expected: `at most the ${nodeCount} nodes of the network`,
      got: String(asked),
      hint: 'leave the key out to make every node a validator',
    },
  ];
}

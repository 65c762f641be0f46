/** What must hold of the contracts' state at a block: all invariants of all contracts, by name. */
import type { ContractInvariant, ReadState } from './define.ts';
import { contracts } from './index.ts';
import type { ChainRules } from './rules.ts';

/** An invariant that does not hold. */
export interface BrokenInvariant {
  /** Contract and invariant, e.g. `exchange/offers-end-once`. */
  readonly id: string;
  readonly problem: string;
}

/** Every invariant under its name. */
export const invariants: readonly ContractInvariant[] = contracts.flatMap((contract) =>
  contract.invariants.map(({ id, check }) => ({ id: `${contract.name}/${id}`, check })),
);

/**
 * Recounts every contract from its records.
 *
 * @param read - The state after a block, of any cell.
 * @returns Those that do not hold; none where all is well. Cost: reads every record of the contracts.
 */
export function brokenInvariants(read: ReadState, rules: ChainRules): BrokenInvariant[] {
  return invariants.flatMap(({ id, check }) => {
    const problem = check(read, rules);
    return problem === undefined ? [] : [{ id, problem }];
  });
}

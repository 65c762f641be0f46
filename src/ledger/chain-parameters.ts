/**
 * What consensus may know of the chain's own state: stake and elections. Consensus reads it, contracts
 * fill it, and neither imports the other.
 */
import type { BlockIndex } from './tree.ts';

/** Outcome of an election as a branch sees it. */
export interface Election {
  /** Nodes by votes, most first; ties by candidate id hash. Length is all candidates. */
  readonly ranking: readonly number[];
  /** Approving stake of each node [certificates]. */
  readonly stake: readonly number[];
}

/** Elections and stake, read at a block of a branch. */
export interface ChainParameters {
  /** The election over the stake and votes in the state after `block`. */
  electionAt(block: BlockIndex): Election;
}

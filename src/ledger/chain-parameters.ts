/**
 * What consensus may know of the chain's own state (stake, elections, verdicts), and what contracts may
 * know of the branch they run on (whose turn it was). Consensus and contracts each fill one side and
 * read the other; neither imports the other.
 */
import type { BlockIndex } from './tree.ts';

/** Verdicts on producers as a branch sees them. */
export interface Standings {
  /** Changes whenever the lists below change; equal versions on one branch, equal lists. */
  readonly verdictVersion: number;
  /** Nodes whose turns go to the top stand-by from the next turn on, ascending. */
  readonly excluded: readonly number[];
  /** Nodes on probation: they may stand by, never hold an elected seat; ascending. */
  readonly standbyOnly: readonly number[];
}

/** Outcome of an election as a branch sees it. Without {@link Standings} nobody is excluded. */
export interface Election extends Partial<Standings> {
  /**
   * Candidates, most votes first; ties by candidate id hash. Excluded nodes are not in it and those on
   * probation stand behind all others, so the first seats are the delegates' and the rest stand by.
   * It may be shorter than the seats, never empty.
   */
  readonly ranking: readonly number[];
  /** Approving stake of each node [certificates]. */
  readonly stake: readonly number[];
}

/** Elections and verdicts, read at a block of a branch. */
export interface ChainParameters {
  /** The election over the stake and votes in the state after `block`. */
  electionAt(block: BlockIndex): Election;
  /** The verdicts in the state after `block`, without a count; absent where there is no vote-out. */
  standingsAt?(block: BlockIndex): Standings;
}

/** Whose turn it is: a protocol with turns by the clock gives it, from the branch alone. */
export interface TurnSchedule {
  /**
   * Node that owns a turn on top of a block, with verdicts in the state after `parent` applied.
   * `turn` is later than the parent's. The record of turns asks for every turn up to that of a new block
   * when the block enters the tree, so that the states it looks at are still there.
   */
  ownerOf(parent: BlockIndex, turn: number): number;
}

/** Own turns of a node on a branch. */
export interface TurnCount {
  readonly owned: number;
  /** Those of them without a block on the branch. */
  readonly missed: number;
}

/** What contracts may know of the branch they run on: a function of the parent block alone. */
export interface BranchView {
  /** Height of the parent. */
  readonly height: number;
  /** Hash of the block at a height, hex; undefined above the parent and too far below it. */
  hashAt(height: number): string | undefined;
  /** Turn of the block at a height; undefined as above. */
  turnAt(height: number): number | undefined;
  /**
   * Owner of a turn on top of the block at a height; −1 unless the turn passed before, or with, the
   * next block of the branch.
   */
  ownerAfter(height: number, turn: number): number;
  /** The last `window` turns that a node owned, of those later than `afterTurn`. */
  turnsMissed(node: number, window: number, afterTurn: number): TurnCount;
  /** Calls back for every turn later than `afterTurn` up to the parent's, newest first. */
  visitTurns(afterTurn: number, visit: (owner: number, isMade: boolean) => void): void;
}

/**
 * Which blocks have been decided, and in which round. Whoever sends a decided block sends with it
 * the votes that decided it; so a node that has such a block knows of the decision, and a block
 * that was published without one is worth nothing to anybody.
 */
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';
import type { BranchRule } from './protocol.ts';

/** Bytes of one vote in a certificate: index of the validator and signature. */
const VOTE_IN_CERTIFICATE_BYTES = 2 + 64;

/** Size of a certificate of so many votes [B]: view or round, block hash, votes. */
export const certificateBytes = (votes: number): number =>
  8 + 32 + votes * VOTE_IN_CERTIFICATE_BYTES;

/** Decisions of one run. */
export interface Certificates {
  /** A node has the votes that decide a block; the first round counts. */
  certify(block: BlockIndex, round: number): void;
  /** Round in which the block was decided; -1 when it was not. Genesis was decided in round 0. */
  roundOf(block: BlockIndex): number;
  /** A node holds the block: without a certificate it is unsound from now on. */
  held(block: BlockIndex): void;
  /** Whether nobody has published the block without a certificate. */
  isSound(block: BlockIndex): boolean;
}

const UNDECIDED = -1;
const UNSOUND = -2;

/** Makes an empty book of decisions. */
export function createCertificates(): Certificates {
  let rounds = new Int32Array(1024).fill(UNDECIDED);
  rounds[0] = 0;
  function grow(block: BlockIndex): void {
    if (block < rounds.length) return;
    const wider = new Int32Array(Math.max(block + 1, 2 * rounds.length)).fill(UNDECIDED);
    wider.set(rounds);
    rounds = wider;
  }
  return {
    certify(block, round) {
      grow(block);
      if (rounds[block] === UNDECIDED) rounds[block] = round;
    },
    roundOf: (block) => Math.max(UNDECIDED, rounds[block] ?? UNDECIDED),
    held(block) {
      grow(block);
      if (rounds[block] === UNDECIDED) rounds[block] = UNSOUND;
    },
    isSound: (block) => rounds[block] !== UNSOUND,
  };
}

/**
 * Branch rule of protocols that decide block by block: the next header carries the certificate of
 * its parent, so a block makes its parent irreversible, and a head that a node holds is decided.
 */
export function createDecidedRule(tree: BlockTree): BranchRule {
  return {
    irreversibleHeight: (parent) => tree.height[parent]!,
    add() {},
    finalHeight: (head) => tree.height[head]!,
  };
}

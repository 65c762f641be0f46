/** What every validator of Raft knows, and the sizes of what it says. */
import type { BlockIndex } from '../../ledger/tree.ts';
import { type Certificates, createCertificates } from '../certificates.ts';
import type { ConsensusContext } from '../protocol.ts';
import { majority } from '../quorum.ts';

/** Nobody, as leader or as choice. */
export const NOBODY = -1;
/** Roles of a validator. */
export const ROLE = { follower: 0, candidate: 1, leader: 2 } as const;
/** Header fields: term in which the block was made. */
export const TERM = 0;

/** Columns over validators. A log is a branch of the tree; its last block names it. */
export interface Members {
  readonly context: ConsensusContext;
  readonly certificates: Certificates;
  readonly count: number;
  readonly all: readonly number[];
  readonly majority: number;
  readonly role: Uint8Array;
  readonly term: Int32Array;
  readonly votedFor: Int32Array;
  /** Leader a validator has heard of in its term. */
  readonly leader: Int32Array;
  /** Last block of each log; blocks up to the head are committed. */
  readonly last: Int32Array;
  termOf(block: BlockIndex): number;
  acts(node: number): boolean;
}

/**
 * Size of a message without entries [B]: type, term, log place and term, commit height, signature.
 */
export const MESSAGE_BYTES = 1 + 8 + 32 + 8 + 8 + 64;

/** Makes the columns; everybody follows nobody in term 0. */
export function createMembers(context: ConsensusContext, count: number): Members {
  const { tree, conduct, up } = context;
  return {
    context,
    certificates: createCertificates(),
    count,
    all: Array.from({ length: count }, (_, node) => node),
    majority: majority(count),
    role: new Uint8Array(count),
    term: new Int32Array(count),
    votedFor: new Int32Array(count).fill(NOBODY),
    leader: new Int32Array(count).fill(NOBODY),
    last: new Int32Array(count),
    termOf: (block) => tree.consensus(block)[TERM] ?? 0,
    acts: (node) => up[node] === 1 && conduct.of(node)?.takesPart?.(node) !== false,
  };
}

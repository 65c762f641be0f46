/** What every validator of PBFT knows, and the sizes of what it says. */
import { type Certificates, createCertificates } from '../certificates.ts';
import type { ConsensusContext } from '../protocol.ts';
import { byzantineQuorum, faultyMax } from '../quorum.ts';

/** No block: nothing accepted, nothing prepared. */
export const NO_BLOCK = -1;

/** Columns over validators, and what follows from their number. */
export interface Replicas {
  readonly context: ConsensusContext;
  readonly certificates: Certificates;
  /** Validators, nodes 0 to `count` - 1. */
  readonly count: number;
  readonly all: readonly number[];
  /** Byzantine validators withstood, and votes that decide. */
  readonly faulty: number;
  readonly quorum: number;
  /** View a validator is in, or changes to. */
  readonly view: Int32Array;
  /** 1 while it waits for the view to begin: it then takes no part in voting. */
  readonly isChanging: Uint8Array;
  /** Block it was given on its head in its view. */
  readonly accepted: Int32Array;
  /** Block on its head for which it last saw a quorum of prepares, and the view of that. */
  readonly prepared: Int32Array;
  readonly preparedView: Int32Array;
  primaryOf(view: number): number;
  /** Whether the validator is up and its conduct lets it act. */
  acts(node: number): boolean;
  headHeight(node: number): number;
}

/** Size of a signed vote [B]: type, view, height, block hash, validator, signature. */
export const VOTE_BYTES = 1 + 8 + 8 + 32 + 2 + 64;

/** Makes the columns; everybody is in view 0. */
export function createReplicas(context: ConsensusContext, count: number): Replicas {
  const { tree, head, conduct, up } = context;
  return {
    context,
    certificates: createCertificates(),
    count,
    all: Array.from({ length: count }, (_, node) => node),
    faulty: faultyMax(count),
    quorum: byzantineQuorum(count),
    view: new Int32Array(count),
    isChanging: new Uint8Array(count),
    accepted: new Int32Array(count).fill(NO_BLOCK),
    prepared: new Int32Array(count).fill(NO_BLOCK),
    preparedView: new Int32Array(count).fill(-1),
    primaryOf: (view) => view % count,
    acts: (node) => up[node] === 1 && conduct.of(node)?.takesPart?.(node) !== false,
    headHeight: (node) => tree.height[head[node]!]!,
  };
}

/** Payloads of rewarded computing: Merkle roots that workers compute or verify (model §7.1, case I3). */
import { codecOf, FIELD, type PayloadCodecs } from './codec.ts';

/** Opens a task. */
export interface TaskOpenPayload {
  /** Transaction whose data the root is over, or the slot of a batch. */
  readonly subject: number;
  readonly leafCount: number;
  /** Hash of a canary's answer and salt, or zeros; 32 bytes. */
  readonly canary: Uint8Array;
}

/** Promises an answer without telling it. */
export interface TaskCommitPayload {
  readonly task: number;
  /** 32 bytes. */
  readonly commitment: Uint8Array;
}

/** Tells a promised answer. */
export interface TaskRevealPayload {
  readonly task: number;
  /** Merkle root, 32 bytes. */
  readonly root: Uint8Array;
  readonly salt: number;
}

/** Asks the contract to judge a task whose reveal window is over. */
export interface TaskClosePayload {
  readonly task: number;
}

/** Payload of each type of computing. */
export interface ComputePayloads {
  readonly TASK_OPEN: TaskOpenPayload;
  readonly TASK_COMMIT: TaskCommitPayload;
  readonly TASK_REVEAL: TaskRevealPayload;
  readonly TASK_CLOSE: TaskClosePayload;
}

/** How the payloads are written and read. */
export const COMPUTE_CODECS: PayloadCodecs<ComputePayloads> = {
  TASK_OPEN: codecOf({ subject: FIELD.uint, leafCount: FIELD.uint, canary: FIELD.hash }),
  TASK_COMMIT: codecOf({ task: FIELD.uint, commitment: FIELD.hash }),
  TASK_REVEAL: codecOf({ task: FIELD.uint, root: FIELD.hash, salt: FIELD.uint }),
  TASK_CLOSE: codecOf({ task: FIELD.uint }),
};

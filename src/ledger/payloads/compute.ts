/** Payloads of rewarded computing: Merkle roots that workers compute or verify (model §7.1, case I3). */
import { createWriter } from '../encoding.ts';
import { HASH_BYTES, sha256Bytes } from '../hash.ts';
import { codecOf, FIELD, type PayloadCodecs } from './codec.ts';

/** Opens a task. */
export interface TaskOpenPayload {
  /** What the root is over: the slot of a meter batch, or slot count + height of a block. */
  readonly subject: number;
  readonly leafCount: number;
  /** {@link canaryCommitment}, or zeros where the centre promises to say nothing; 32 bytes. */
  readonly canary: Uint8Array;
}

/** Promises an answer without telling it. */
export interface TaskCommitPayload {
  readonly task: number;
  /** {@link taskCommitment}, 32 bytes. */
  readonly commitment: Uint8Array;
}

/** Tells a promised answer. */
export interface TaskRevealPayload {
  readonly task: number;
  /** Merkle root, 32 bytes. */
  readonly root: Uint8Array;
  readonly salt: number;
}

/** Tells what the centre had promised to say of a task: its answer, or that it knows none. */
export interface TaskOpenCanaryPayload {
  readonly task: number;
  /** Merkle root, 32 bytes; zeros when the task was no canary. */
  readonly root: Uint8Array;
  readonly salt: number;
}

/** Asks the contract to judge a task whose windows are over. */
export interface TaskClosePayload {
  readonly task: number;
}

/** Payload of each type of computing. */
export interface ComputePayloads {
  readonly TASK_OPEN: TaskOpenPayload;
  readonly TASK_COMMIT: TaskCommitPayload;
  readonly TASK_REVEAL: TaskRevealPayload;
  readonly TASK_OPEN_CANARY: TaskOpenCanaryPayload;
  readonly TASK_CLOSE: TaskClosePayload;
}

/** How the payloads are written and read. */
export const COMPUTE_CODECS: PayloadCodecs<ComputePayloads> = {
  TASK_OPEN: codecOf({ subject: FIELD.uint, leafCount: FIELD.uint, canary: FIELD.hash }),
  TASK_COMMIT: codecOf({ task: FIELD.uint, commitment: FIELD.hash }),
  TASK_REVEAL: codecOf({ task: FIELD.uint, root: FIELD.hash, salt: FIELD.uint }),
  TASK_OPEN_CANARY: codecOf({ task: FIELD.uint, root: FIELD.hash, salt: FIELD.uint }),
  TASK_CLOSE: codecOf({ task: FIELD.uint }),
};

const writer = createWriter(128);

/**
 * Promise of an answer: SHA-256 over a domain text, root, salt and account. The account stands in it, so
 * that a copied promise opens for nobody else; the salt hides the root from those who can guess it.
 *
 * @param root - 32 bytes.
 * @param salt - Integer 0..2^53 − 1.
 * @returns 32 new bytes.
 */
export function taskCommitment(root: Uint8Array, salt: number, account: number): Uint8Array {
  writer.reset();
  writer.text('peerwatt task');
  writer.fixed(root, HASH_BYTES);
  writer.uint(salt);
  writer.uint(account);
  return sha256Bytes(writer.bytes());
}

/**
 * Promise of the centre to say what it knows of a task: SHA-256 over a domain text, root and salt. With a
 * root of zeros it promises to say that the task is no canary; both kinds look alike until then, for a
 * worker who could tell canaries from others would compute nothing else.
 *
 * @param root - 32 bytes.
 * @param salt - Integer 0..2^53 − 1.
 * @returns 32 new bytes.
 */
export function canaryCommitment(root: Uint8Array, salt: number): Uint8Array {
  writer.reset();
  writer.text('peerwatt canary');
  writer.fixed(root, HASH_BYTES);
  writer.uint(salt);
  return sha256Bytes(writer.bytes());
}

/**
 * Draw k of a task from the chain itself: the first 48 bits of SHA-256 over a domain text, the hash of the
 * parent block, the centre's promise, the task and k. The centre does not know the parent block when it
 * sends the task, and the producer of the parent does not know the promise's salt, so that neither
 * chooses the workers; a producer who sees the task waiting can only make another block and draw again.
 *
 * @param parentHash - Hex; empty where the state has no block yet.
 * @param canary - 32 bytes.
 * @returns Integer 0..2^48 − 1.
 */
export function taskDraw(parentHash: string, canary: Uint8Array, task: number, k: number): number {
  writer.reset();
  writer.text('peerwatt workers');
  writer.text(parentHash);
  writer.fixed(canary, HASH_BYTES);
  writer.uint(task);
  writer.uint(k);
  const hash = sha256Bytes(writer.bytes());
  let draw = 0;
  for (let i = 0; i < 6; i++) draw = draw * 256 + hash[i]!;
  return draw;
}

/**
 * When a batch is cut: `batchTimeout` after its first transaction began to wait, and at earliest
 * `batchTimeout` after the cut before. Each node keeps its own view of who waits, so that whoever
 * becomes leader knows what is due.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { BlockTree } from '../ledger/tree.ts';

/** What batches are made from. */
export interface BatchOptions {
  readonly kernel: Kernel;
  readonly tree: BlockTree;
  readonly nodeCount: number;
  /** Head of every node; the timestamp of a block is when its batch was cut. */
  readonly head: Int32Array;
  readonly up: Uint8Array;
  readonly batchTimeoutUs: number;
  hasPending(node: number): boolean;
  /** A batch is due at a node that was armed and has something to put into it. */
  onDue(node: number): void;
}

/** Batches of all nodes. */
export interface Batches {
  /** A transaction has come to a node. */
  onTransaction(node: number): void;
  /** A node has a new head: what its batch carried waits no longer. Whether anything still does. */
  onHead(node: number): boolean;
  /**
   * Calls `onDue` when the node's batch is due, now when it is; once, and only when anything waits.
   */
  arm(node: number): void;
  /** The batch of a node is full: it is cut without further waiting. */
  cutNow(node: number): void;
  /** When the batch of a node is due [µs]; NaN when nothing waits. */
  dueUs(node: number): number;
}

/** How long a node that is down puts off a batch that was due [µs]. */
const ASK_AGAIN_US = 250_000;

/** Makes the batches; nothing waits until it is said or seen. */
export function createBatches(options: BatchOptions): Batches {
  const { kernel, tree, head, batchTimeoutUs } = options;
  /** When the first transaction of the next batch began to wait. */
  const sinceUs = new Float64Array(options.nodeCount).fill(Number.NaN);
  /** Handle of the pending cut; 0 when there is none. */
  const armed = new Float64Array(options.nodeCount);
  const armedUs = new Float64Array(options.nodeCount);
  const cut = kernel.event('consensus/cut-batch', PHASE.consensus, (node) => {
    armed[node] = 0;
    if (options.up[node] === 0) {
      armedUs[node] = kernel.nowUs + ASK_AGAIN_US;
      armed[node] = cut.at(armedUs[node]!, node);
      return;
    }
    if (!Number.isNaN(sinceUs[node]!) && options.hasPending(node)) options.onDue(node);
  });

  function armAt(node: number, dueUs: number): void {
    // A batch that is due is cut in its phase of this instant, if that has not gone by.
    const soonestUs = kernel.phase <= PHASE.consensus ? kernel.nowUs : kernel.nowUs + 1;
    const atUs = Math.max(soonestUs, dueUs);
    if (armed[node] !== 0) {
      if (armedUs[node]! <= atUs) return;
      kernel.cancel(armed[node]!);
    }
    armedUs[node] = atUs;
    armed[node] = cut.at(atUs, node);
  }

  const dueUs = (node: number): number =>
    Math.max(sinceUs[node]!, tree.timestampUs[head[node]!]!) + batchTimeoutUs;

  return {
    onTransaction(node) {
      if (Number.isNaN(sinceUs[node]!)) sinceUs[node] = kernel.nowUs;
    },
    onHead(node) {
      // What came after the cut waits since then at most; what the batch had no room for, at least.
      const isWaiting = options.hasPending(node);
      sinceUs[node] = isWaiting ? tree.timestampUs[head[node]!]! : Number.NaN;
      return isWaiting;
    },
    arm(node) {
      if (!Number.isNaN(sinceUs[node]!)) armAt(node, dueUs(node));
    },
    cutNow: (node) => armAt(node, 0),
    dueUs,
  };
}

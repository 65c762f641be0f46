/**
 * Time a block takes on a given number of workers. Finding the shortest schedule is NP-hard, so
 * workers do what real executors do: a free one takes the first transaction that waits for nothing.
 */
import type { Dependencies } from './dependencies.ts';

/** Choices of {@link scheduleBlock}. */
export interface ScheduleOptions {
  /** Workers, integer ≥ 1. */
  readonly workers: number;
  /** Time of each transaction [µs], integers ≥ 1; 1 each when absent. */
  readonly durationUs?: ArrayLike<number>;
  /**
   * Which ready transaction goes first: `block` the first of the block, `criticalPath` the one with
   * the longest path still behind it. Ties go to the first of the block.
   */
  readonly priority: 'block' | 'criticalPath';
}

/** A schedule of one block. */
export interface Schedule {
  /** When the last transaction ends [µs]. */
  readonly makespanUs: number;
  /** Sum of the durations [µs]. */
  readonly workUs: number;
  /** Longest path by duration [µs]; no schedule is shorter. */
  readonly criticalPathUs: number;
  /** workUs / makespanUs, at most `workers` and workUs / criticalPathUs; NaN for an empty block. */
  readonly speedUp: number;
  /** When each transaction starts [µs]. */
  readonly startUs: Float64Array;
}

/** Binary heap of nodes by (key, node), lowest first. */
class NodeHeap {
  size = 0;
  private readonly nodes: Uint32Array;
  private readonly key: Float64Array;
  constructor(key: Float64Array) {
    this.key = key;
    this.nodes = new Uint32Array(key.length);
  }
  peek(): number {
    return this.nodes[0]!;
  }
  push(node: number): void {
    let at = this.size++;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!this.before(node, this.nodes[up]!)) break;
      this.nodes[at] = this.nodes[up]!;
      at = up;
    }
    this.nodes[at] = node;
  }
  pop(): number {
    const top = this.nodes[0]!;
    const last = this.nodes[--this.size]!;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= this.size) break;
      if (down + 1 < this.size && this.before(this.nodes[down + 1]!, this.nodes[down]!)) down++;
      if (!this.before(this.nodes[down]!, last)) break;
      this.nodes[at] = this.nodes[down]!;
      at = down;
    }
    this.nodes[at] = last;
    return top;
  }
  private before(a: number, b: number): boolean {
    const difference = this.key[a]! - this.key[b]!;
    return difference < 0 || (difference === 0 && a < b);
  }
}

/** Durations of all nodes; a gate takes no time. */
function durations(graph: Dependencies, options: ScheduleOptions): Float64Array {
  const { durationUs, workers } = options;
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new RangeError(`"workers" expected an integer from 1, got ${workers}`);
  }
  const { transactionCount } = graph;
  const all = new Float64Array(transactionCount + graph.gateCount);
  for (let t = 0; t < transactionCount; t++) {
    const duration = durationUs === undefined ? 1 : durationUs[t]!;
    if (!(Number.isInteger(duration) && duration >= 1)) {
      throw new RangeError(`"durationUs" expected integers from 1, got ${duration} at ${t}`);
    }
    all[t] = duration;
  }
  return all;
}

/** Longest path from the start of each node to the end [µs]. */
function remainingUs(graph: Dependencies, duration: Float64Array): Float64Array {
  const remaining = duration.slice();
  // Backwards, all edges out of a node come before any edge into it.
  for (let k = graph.edgeFrom.length - 1; k >= 0; k--) {
    const from = graph.edgeFrom[k]!;
    const through = duration[from]! + remaining[graph.edgeTo[k]!]!;
    if (through > remaining[from]!) remaining[from] = through;
  }
  return remaining;
}

/** Edges of each node as a list. */
function successors(
  graph: Dependencies,
  nodeCount: number,
): { offset: Uint32Array; to: Uint32Array } {
  const offset = new Uint32Array(nodeCount + 1);
  for (let k = 0; k < graph.edgeFrom.length; k++) offset[graph.edgeFrom[k]! + 1]!++;
  for (let node = 0; node < nodeCount; node++) offset[node + 1]! += offset[node]!;
  const next = offset.slice();
  const to = new Uint32Array(graph.edgeFrom.length);
  for (let k = 0; k < to.length; k++) to[next[graph.edgeFrom[k]!]!++] = graph.edgeTo[k]!;
  return { offset, to };
}

/**
 * List schedule of a block on identical workers; no worker idles while a transaction is ready.
 *
 * @returns A schedule with makespan ≤ work/p + (1 − 1/p)·critical path (R. L. Graham, Bounds on
 *   Multiprocessing Timing Anomalies, SIAM J. Appl. Math. 17(2), 1969). With unit times,
 *   `criticalPath` and at most one successor a transaction it is optimal (T. C. Hu, Oper. Res.
 *   9(6), 1961).
 * @throws {RangeError} when workers or a duration is not an integer from 1.
 * Cost: O((n + edges) log n).
 */
export function scheduleBlock(graph: Dependencies, options: ScheduleOptions): Schedule {
  const { transactionCount } = graph;
  const duration = durations(graph, options);
  const nodeCount = duration.length;
  const remaining = remainingUs(graph, duration);
  const { offset, to } = successors(graph, nodeCount);
  const waitsFor = new Uint32Array(nodeCount);
  for (let k = 0; k < to.length; k++) waitsFor[to[k]!]!++;
  const rank = new Float64Array(nodeCount);
  if (options.priority === 'criticalPath')
    for (let i = 0; i < nodeCount; i++) rank[i] = -remaining[i]!;
  const endUs = new Float64Array(nodeCount);
  const startUs = new Float64Array(transactionCount);
  const ready = new NodeHeap(rank);
  const running = new NodeHeap(endUs);
  const released: number[] = [];
  function release(node: number): void {
    released.push(node);
    while (released.length > 0) {
      const done = released.pop()!;
      for (let k = offset[done]!; k < offset[done + 1]!; k++) {
        const next = to[k]!;
        if (--waitsFor[next]! > 0) continue;
        if (next < transactionCount) ready.push(next);
        else released.push(next);
      }
    }
  }
  for (let t = 0; t < transactionCount; t++) if (waitsFor[t] === 0) ready.push(t);
  let nowUs = 0;
  let workUs = 0;
  let criticalPathUs = 0;
  while (ready.size > 0 || running.size > 0) {
    while (ready.size > 0 && running.size < options.workers) {
      const transaction = ready.pop();
      startUs[transaction] = nowUs;
      endUs[transaction] = nowUs + duration[transaction]!;
      workUs += duration[transaction]!;
      criticalPathUs = Math.max(criticalPathUs, remaining[transaction]!);
      running.push(transaction);
    }
    nowUs = endUs[running.peek()]!;
    while (running.size > 0 && endUs[running.peek()] === nowUs) release(running.pop());
  }
  return { makespanUs: nowUs, workUs, criticalPathUs, speedUp: workUs / nowUs, startUs };
}

/**
 * Who finds the next block, and when. One timer a miner would be an event, a cancellation and a draw a
 * miner and block; since exponential waits have no memory, the least of them is one exponential wait at
 * the sum of the rates, and its owner one draw in proportion to them, O(1) whatever the number of miners.
 *
 * Miners on different branches may mine at different difficulties, so that the rates are not the shares.
 * Then the wait is drawn for the least difficulty that anybody mines at and a miner of difficulty D is
 * taken with probability least / D: thinning of a Poisson process, exact. (P. A. W. Lewis, G. S. Shedler,
 * Simulation of nonhomogeneous Poisson processes by thinning, 1979.)
 */
import type { SequentialStream } from '../../base/random.ts';
import type { EventHandle, Kernel } from '../../kernel/kernel.ts';
import { PHASE } from '../../kernel/phase.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import type { DifficultyRule } from './pow-difficulty.ts';
import { createAliasDraw } from './pow-hash-rates.ts';

/** What a race is wired to. */
export interface RaceOptions {
  readonly kernel: Kernel;
  readonly draws: SequentialStream;
  readonly difficulty: DifficultyRule;
  /** Shares of hash power, summing to 1. */
  readonly share: Float64Array;
  /** Whether the node mines now. */
  isMining(node: number): boolean;
  /** Block that the node mines on now. */
  parentOf(node: number): BlockIndex;
  /** A node has found a block; `nonce` is absent where none was searched. */
  onFound(node: number, parent: BlockIndex, difficulty: number, nonce?: number): void;
}

/** A race at work. */
export interface Race {
  /** Begins to mine; called once. */
  start(): void;
  /** A node may mine on another block from now on. */
  moved(node: number): void;
  /** Nonces tried; NaN where none are. */
  noncesTried(): number;
}

/** Makes a race of exponential waits. */
export function createExponentialRace(options: RaceOptions): Race {
  const { kernel, draws, difficulty, share, isMining, parentOf, onFound } = options;
  const pick = createAliasDraw(share);
  const mined = createMinedBlocks(share.length, difficulty);
  let pending: EventHandle = 0;
  let isFinding = false;
  let leastUs = difficulty.after(0);

  const find = kernel.event('consensus/find-block', PHASE.consensus, () => {
    const node = pick(draws);
    if (isMining(node)) {
      isFinding = true;
      tryAt(node);
      isFinding = false;
    }
    wait();
  });

  function tryAt(node: number): void {
    const parent = parentOf(node);
    const own = difficulty.after(parent);
    if (own > leastUs && draws.uniform() * own >= leastUs) return;
    onFound(node, parent, own);
    if (!difficulty.isConstant) moved(node);
  }

  function wait(): void {
    const waitUs = Math.floor(draws.exponential(leastUs) + 0.5);
    pending = find.after(Math.max(1, waitUs));
  }

  function moved(node: number): void {
    if (difficulty.isConstant || share[node] === 0) return;
    const least = mined.move(node, parentOf(node));
    if (least === leastUs) return;
    leastUs = least;
    // The race has no memory: what is left of a wait is drawn anew.
    if (isFinding || pending === 0) return;
    kernel.cancel(pending);
    wait();
  }

  return {
    start() {
      if (!difficulty.isConstant) for (let node = 0; node < share.length; node++) moved(node);
      wait();
    },
    moved,
    noncesTried: () => Number.NaN,
  };
}

/** Counts the miners on each block and knows the least difficulty among the blocks with any. */
function createMinedBlocks(nodeCount: number, difficulty: DifficultyRule) {
  const at = new Int32Array(nodeCount).fill(-1);
  let count = new Int32Array(1024);
  const inUse: BlockIndex[] = [];
  let leastUs = Number.POSITIVE_INFINITY;

  function findLeast(): void {
    leastUs = Number.POSITIVE_INFINITY;
    for (const block of inUse) leastUs = Math.min(leastUs, difficulty.after(block));
  }

  return {
    /** Puts a miner on a block and returns the least difficulty [network µs]. */
    move(node: number, block: BlockIndex): number {
      const previous = at[node]!;
      if (previous === block) return leastUs;
      if (block >= count.length) {
        const wider = new Int32Array(Math.max(block + 1, 2 * count.length));
        wider.set(count);
        count = wider;
      }
      at[node] = block;
      if (count[block]!++ === 0) {
        inUse.push(block);
        leastUs = Math.min(leastUs, difficulty.after(block));
      }
      if (previous >= 0 && --count[previous]! === 0) {
        inUse.splice(inUse.indexOf(previous), 1);
        if (difficulty.after(previous) <= leastUs) findLeast();
      }
      return leastUs;
    },
  };
}

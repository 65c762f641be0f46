/**
 * Mining in earnest at a toy difficulty: every miner tries one nonce after another, and a block is found
 * when a hash falls below the target. Time is nonces tried over hash rate. The exponential race is the
 * limit of this for small chances; here the chance is large enough to be searched, and the proof can be
 * checked by anybody.
 */

import type { EventHandle } from '../../kernel/kernel.ts';
import { PHASE } from '../../kernel/phase.ts';
import { sha256Hex } from '../../ledger/hash.ts';
import type { BlockIndex, BlockTree } from '../../ledger/tree.ts';
import type { Race, RaceOptions } from './pow-race.ts';

/** Place of the nonce in a block's protocol fields. */
export const NONCE = 1;

/** Values that the leading 48 bits of a hash can have. */
const HASH_SPACE = 2 ** 48;

/** Hashes that are tried, and what makes them good. */
export interface Puzzle {
  /** Mean number of hashes that find a block at a difficulty, at least 1. */
  hashesFor(difficulty: number): number;
  /**
   * Whether a nonce solves the puzzle of a producer on top of a block: the leading 48 bits of
   * SHA-256("parentHash/height/producer/difficulty/nonce") are below 2^48 / hashes. Transactions are
   * bound to the block by the producer's signature of the header, not by the puzzle.
   */
  solves(parent: BlockIndex, producer: number, difficulty: number, nonce: number): boolean;
}

/** Makes the puzzle of a tree. @param hashesPerBlock - Mean hashes a block at the target interval. */
export function createPuzzle(
  tree: BlockTree,
  hashesPerBlock: number,
  blockIntervalUs: number,
): Puzzle {
  const hashesFor = (difficulty: number): number =>
    Math.max(1, (difficulty * hashesPerBlock) / blockIntervalUs);
  return {
    hashesFor,
    solves(parent, producer, difficulty, nonce) {
      const place = `${tree.hash(parent)}/${tree.height[parent]! + 1}/${producer}`;
      const hash = sha256Hex(`${place}/${difficulty}/${nonce}`);
      return Number.parseInt(hash.slice(0, 12), 16) < HASH_SPACE / hashesFor(difficulty);
    },
  };
}

/**
 * Makes a race of searches. A miner's search goes no further than the earliest find known, so that a block
 * costs a few times its mean number of hashes, not that number a miner.
 *
 * @param hashesPerUs - Hash rate of all miners together.
 */
export function createNonceRace(options: RaceOptions, puzzle: Puzzle, hashesPerUs: number): Race {
  const { kernel, difficulty, share, isMining, parentOf, onFound } = options;
  const nodeCount = share.length;
  const parentAt = new Int32Array(nodeCount).fill(-1);
  /** When the present search began [µs], and its first nonce; a nonce is never tried twice. */
  const beganUs = new Float64Array(nodeCount);
  const firstNonce = new Float64Array(nodeCount);
  /** Nonces of the present search known to fail, and the one that solves, or -1. */
  const failed = new Float64Array(nodeCount);
  const solving = new Float64Array(nodeCount).fill(-1);
  let best = -1;
  let bestUs = Number.POSITIVE_INFINITY;
  let pending: EventHandle = 0;
  let isFinding = false;

  const triedUs = (node: number, count: number): number =>
    beganUs[node]! + (count + 1) / (share[node]! * hashesPerUs);

  /** Searches up to an instant; true when the node finds a block before it. */
  function search(node: number, untilUs: number): boolean {
    if (share[node] === 0) return false;
    const parent = parentAt[node]!;
    const own = difficulty.after(parent);
    while (solving[node]! < 0 && triedUs(node, failed[node]!) < untilUs) {
      const nonce = firstNonce[node]! + failed[node]!;
      if (puzzle.solves(parent, node, own, nonce)) solving[node] = failed[node]!;
      else failed[node]!++;
    }
    return solving[node]! >= 0 && triedUs(node, solving[node]!) < untilUs;
  }

  /** Lets a node go on from an instant with the nonces it has not tried by then. */
  function restart(node: number, atUs: number, tried: number): void {
    firstNonce[node]! += tried;
    beganUs[node] = atUs;
    failed[node] = 0;
    solving[node] = -1;
  }

  function take(node: number): void {
    if (!search(node, bestUs)) return;
    best = node;
    bestUs = triedUs(node, solving[node]!);
  }

  function findBest(): void {
    best = -1;
    bestUs = Number.POSITIVE_INFINITY;
    for (let node = 0; node < nodeCount; node++) take(node);
  }

  function wait(): void {
    if (pending !== 0) kernel.cancel(pending);
    pending = find.at(Math.max(kernel.nowUs, Math.ceil(bestUs)));
  }

  const find = kernel.event('consensus/find-block', PHASE.consensus, () => {
    pending = 0;
    const node = best;
    const nonce = firstNonce[node]! + solving[node]!;
    const parent = parentAt[node]!;
    restart(node, bestUs, solving[node]! + 1);
    isFinding = true;
    if (isMining(node)) onFound(node, parent, difficulty.after(parent), nonce);
    moved(node);
    isFinding = false;
    findBest();
    wait();
  });

  function moved(node: number): void {
    const parent = parentOf(node);
    if (parent === parentAt[node] || share[node] === 0) return;
    const rate = share[node]! * hashesPerUs;
    const tried = Math.max(0, Math.floor((kernel.nowUs - beganUs[node]!) * rate));
    restart(node, kernel.nowUs, tried);
    parentAt[node] = parent;
    if (isFinding || pending === 0) return;
    const before = best;
    if (node === best) findBest();
    else take(node);
    if (node === before || best !== before) wait();
  }

  return {
    start() {
      for (let node = 0; node < nodeCount; node++) parentAt[node] = parentOf(node);
      findBest();
      wait();
    },
    moved,
    noncesTried() {
      let sum = 0;
      for (let node = 0; node < nodeCount; node++) {
        const rate = share[node]! * hashesPerUs;
        sum += firstNonce[node]! + Math.max(0, Math.floor((kernel.nowUs - beganUs[node]!) * rate));
      }
      return sum;
    },
  };
}

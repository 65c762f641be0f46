/**
 * Difficulty as a function of the branch's headers alone, so that a verifier can follow it. Difficulty
 * is expressed in network microseconds: the time that all miners of the run together need for a block
 * on average. A difficulty equal to the target interval therefore means the target interval.
 */
import type { BlockIndex, BlockTree } from '../../ledger/tree.ts';

/** Place of the difficulty in a block's protocol fields. */
export const DIFFICULTY = 0;

/** Ways to set the difficulty anew, by the code that stands in genesis. */
export const RETARGETS = ['clean', 'bitcoin', 'lwma'] as const;

/** What the difficulty follows from. */
export interface DifficultyParameters {
  /** Target time between blocks T [µs]. */
  readonly blockIntervalUs: number;
  /** Blocks N between two changes, or that `lwma` looks back on; 0 keeps the difficulty constant. */
  readonly retargetBlocks: number;
  /** Index in {@link RETARGETS}. */
  readonly retarget: number;
  /** One change multiplies by at most this and divides by at most this. */
  readonly retargetClamp: number;
}

/** Difficulties of a tree's blocks. */
export interface DifficultyRule {
  /** Whether every block has the same difficulty. */
  readonly isConstant: boolean;
  /** Difficulty that a block on top of `parent` must have [network µs], integer >= 1. */
  after(parent: BlockIndex): number;
}

/**
 * Makes the rule over a tree; its answers are kept, so that each block is looked at once.
 *
 * - `clean`: every N blocks D ← D · N T / span, the span over all N intervals. Long-run mean interval
 *   T N / (N − 1).
 * - `bitcoin`: the span over the last N − 1 intervals only, Bitcoin's off-by-one; T N / (N − 2).
 * - `lwma`: every block, D ← mean D · 0.99 T N (N + 1) / (2 Σ i tᵢ), tᵢ the i-th of the last N intervals
 *   between 1 µs and 6 T; the first N blocks keep T. Source: T. Borg (zawy12), LWMA difficulty algorithm
 *   (LWMA-1), 2018.
 *
 * Cost: O(1) a block, O(N) at a change.
 */
export function createDifficultyRule(
  tree: BlockTree,
  parameters: DifficultyParameters,
): DifficultyRule {
  const { blockIntervalUs, retargetBlocks, retargetClamp } = parameters;
  const retarget = RETARGETS[parameters.retarget] ?? 'clean';
  /** By parent; 0 where it has not been asked for. */
  let known = new Float64Array(1024);

  const scaled = (difficulty: number, factor: number): number => {
    const clamped = Math.min(retargetClamp, Math.max(1 / retargetClamp, factor));
    return Math.max(1, Math.floor(difficulty * clamped + 0.5));
  };

  function afterPeriod(parent: BlockIndex, height: number): number {
    const current = tree.consensus(parent)[DIFFICULTY]!;
    if ((height - 1) % retargetBlocks !== 0) return current;
    const intervals = retarget === 'bitcoin' ? retargetBlocks - 1 : retargetBlocks;
    const first = tree.ancestorAt(parent, height - 1 - intervals);
    const spanUs = Math.max(1, tree.timestampUs[parent]! - tree.timestampUs[first]!);
    return scaled(current, (retargetBlocks * blockIntervalUs) / spanUs);
  }

  function afterWindow(parent: BlockIndex, height: number): number {
    const blocks = retargetBlocks;
    if (height <= blocks) return blockIntervalUs;
    let weighted = 0;
    let sum = 0;
    let at = parent;
    for (let i = blocks; i >= 1; i--) {
      const before = tree.parent[at]!;
      const gapUs = tree.timestampUs[at]! - tree.timestampUs[before]!;
      weighted += i * Math.min(6 * blockIntervalUs, Math.max(1, gapUs));
      sum += tree.consensus(at)[DIFFICULTY]!;
      at = before;
    }
    const expected = (0.99 * blockIntervalUs * blocks * (blocks + 1)) / 2;
    return scaled(sum / blocks, expected / weighted);
  }

  const compute = (parent: BlockIndex): number => {
    const height = tree.height[parent]! + 1;
    if (height === 1 || retargetBlocks === 0) return blockIntervalUs;
    return retarget === 'lwma' ? afterWindow(parent, height) : afterPeriod(parent, height);
  };

  if (retargetBlocks === 0) return { isConstant: true, after: () => blockIntervalUs };
  return {
    isConstant: false,
    after(parent) {
      if (parent >= known.length) {
        const wider = new Float64Array(Math.max(parent + 1, 2 * known.length));
        wider.set(known);
        known = wider;
      }
      const kept = known[parent]!;
      if (kept !== 0) return kept;
      const difficulty = compute(parent);
      known[parent] = difficulty;
      return difficulty;
    },
  };
}

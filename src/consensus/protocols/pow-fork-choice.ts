/** Which branch a node of proof of work mines on. */
import type { ConsensusContext, ConsensusInstance } from '../protocol.ts';
import { createHeaviestSubtree } from './pow-ghost.ts';

/** Rules of choice between branches. */
export const FORK_CHOICES = ['most-work', 'ghost'] as const;
/** What a node does with branches of equal work. */
export const TIE_RULES = ['first-seen', 'uniform'] as const;

/** Proof of work as adversaries see it. */
export interface PowInstance extends ConsensusInstance {
  /**
   * Sets γ, the share of honest hash power that mines on the block of a dishonest node when it and
   * one of an honest node stand level under `most-work`. Without it γ follows from who hears of which
   * block first.
   *
   * @param share - In [0, 1]; each honest node decides by a draw of its own at each tie.
   */
  swayTies(share: number): void;
}

/** The instance as one of proof of work; undefined for another protocol. */
export function asPow(instance: ConsensusInstance): PowInstance | undefined {
  return 'swayTies' in instance ? (instance as PowInstance) : undefined;
}

/** Options of the choice. */
export interface ForkChoiceOptions {
  readonly forkChoice: (typeof FORK_CHOICES)[number];
  readonly tieRule: (typeof TIE_RULES)[number];
}

/** Makes the part of a protocol that compares branches. */
export function createForkChoice(
  context: ConsensusContext,
  options: ForkChoiceOptions,
): Pick<PowInstance, 'prefers' | 'headFor' | 'onBlock' | 'swayTies'> {
  const { tree, conduct, nodeCount } = context;
  const ties = context.random('chain/pow-ties');
  const isUniform = options.tieRule === 'uniform';
  /** Branches of this work that each node has seen. */
  const levelWork = new Float64Array(nodeCount);
  const levelCount = new Int32Array(nodeCount);
  let sway = Number.NaN;

  const isDishonest = (block: number): boolean =>
    block > 0 && !conduct.isHonest(tree.producer[block]!);

  function prefersAtTie(node: number, candidate: number, head: number): boolean {
    if (candidate === head) return false;
    if (!Number.isNaN(sway) && conduct.isHonest(node)) {
      const isRival = isDishonest(candidate);
      if (isRival !== isDishonest(head)) return ties.uniform() < (isRival ? sway : 1 - sway);
    }
    if (!isUniform) return false;
    const work = tree.work[head]!;
    levelCount[node] = levelWork[node] === work ? levelCount[node]! + 1 : 2;
    levelWork[node] = work;
    // The k-th to come level is taken with probability 1 / k, which makes all k equally likely.
    return ties.uniform() * levelCount[node]! < 1;
  }

  function swayTies(share: number): void {
    if (!(share >= 0 && share <= 1)) throw new RangeError(`"share" expected 0 to 1, got ${share}`);
    sway = share;
  }

  if (options.forkChoice === 'ghost') {
    const subtree = createHeaviestSubtree(tree, context.finalBlock, isUniform ? ties : undefined);
    return {
      prefers: (node, candidate, head) =>
        candidate !== head && subtree.headFor(node, candidate, head) === candidate,
      headFor: subtree.headFor,
      onBlock: subtree.received,
      swayTies,
    };
  }
  return {
    prefers(node, candidate, head) {
      const more = tree.work[candidate]! - tree.work[head]!;
      return more > 0 || (more === 0 && prefersAtTie(node, candidate, head));
    },
    swayTies,
  };
}

/**
 * Agreement of PBFT on the next block: pre-prepare, prepare, commit. One block is under way at a
 * time. What a validator has heard is kept whatever view it is in; it acts on it only in its view.
 */
import type { BlockIndex } from '../../ledger/tree.ts';
import { createVariants } from '../variants.ts';
import { createVoteCounts } from '../vote-counts.ts';
import { NO_BLOCK, type Replicas, VOTE_BYTES } from './pbft-replicas.ts';

/** Agreement at all validators. */
export interface Agreement {
  /** A primary makes a block and proposes it, if it may. */
  propose(node: number): void;
  /** A validator is given a block for its view, by a message or by the new view itself. */
  offer(node: number, block: BlockIndex, view: number): void;
  /** Looks again at what a validator was given before it could take it. */
  resume(node: number): void;
  /** A validator has a new head: the block after it is open. */
  restart(node: number): void;
  /** Whether the node tells different nodes different things. */
  isTwoFaced(node: number): boolean;
}

/** Heights behind the highest decision whose votes are kept for those who lag. */
const KEPT_HEIGHTS = 2;

/** Makes agreement; `onAccept` is called when a validator takes up a proposal. */
export function createAgreement(replicas: Replicas, onAccept: (node: number) => void): Agreement {
  const { context, certificates, view, isChanging, accepted, prepared, preparedView } = replicas;
  const { tree, head, transport, kernel } = context;
  /** Proposal that came before its time, one for each validator: the one of the highest view. */
  const early = new Int32Array(replicas.count).fill(NO_BLOCK);
  const earlyView = new Int32Array(replicas.count).fill(-1);
  let decidedHeight = 0;

  const proposals = transport.channel('proposal', (node, from, block, proposedIn) => {
    if (node < replicas.count && replicas.primaryOf(proposedIn) === from) {
      offer(node, block, proposedIn);
    }
  });
  const variants = createVariants(context, replicas.all, (from, to, block) => {
    proposals.broadcast(from, to, tree.bytes[block]! + VOTE_BYTES, block, view[from]!);
  });
  const shared = { kernel, transport, voters: replicas.count, bytes: VOTE_BYTES };
  // The pre-prepare stands for the primary's prepare, so one prepare less makes the quorum.
  const prepares = createVoteCounts({
    ...shared,
    type: 'prepare',
    quorum: replicas.quorum - 1,
    onQuorum: tryPrepare,
  });
  const commits = createVoteCounts({
    ...shared,
    type: 'commit',
    quorum: replicas.quorum,
    onQuorum: tryCommit,
  });

  function propose(node: number): void {
    const isOpen = isChanging[node] === 0 && accepted[node] === NO_BLOCK;
    if (!isOpen || replicas.primaryOf(view[node]!) !== node || !replicas.acts(node)) return;
    const block = variants.propose(node, head[node]!, [view[node]!]);
    accept(node, block);
  }

  function offer(node: number, block: BlockIndex, proposedIn: number): void {
    const isTimely = proposedIn === view[node] && isChanging[node] === 0;
    if (isTimely && tree.parent[block] === head[node]) {
      if (accepted[node] === NO_BLOCK && certificates.isSound(block)) accept(node, block);
      return;
    }
    if (proposedIn < view[node]! || tree.height[block]! <= replicas.headHeight(node)) return;
    // The view has not begun here, or a decision before it has not come here yet.
    const isLater =
      proposedIn > earlyView[node]! ||
      (proposedIn === earlyView[node] && tree.height[block]! > tree.height[early[node]!]!);
    if (early[node] !== NO_BLOCK && !isLater) return;
    early[node] = block;
    earlyView[node] = proposedIn;
  }

  function resume(node: number): void {
    if (early[node] === NO_BLOCK || earlyView[node] !== view[node] || isChanging[node] === 1)
      return;
    const block = early[node]!;
    if (tree.parent[block] !== head[node]) return;
    early[node] = NO_BLOCK;
    offer(node, block, view[node]!);
  }

  function accept(node: number, block: BlockIndex): void {
    accepted[node] = block;
    onAccept(node);
    const isPrimary = replicas.primaryOf(view[node]!) === node;
    if (replicas.acts(node)) {
      const groups = variants.groupsOf(node);
      if (groups !== undefined) {
        voteTwice(node, block, groups, isPrimary);
      } else if (!isPrimary) {
        prepares.own(node, block, view[node]!);
        prepares.cast(node, replicas.all, block, view[node]!);
      }
    }
    tryPrepare(node, block, view[node]!);
  }

  /** Votes of both kinds for every variant, each to the group that has it. */
  function voteTwice(
    node: number,
    block: BlockIndex,
    groups: readonly (readonly number[])[],
    isPrimary: boolean,
  ): void {
    const blocks = variants.of(block);
    groups.forEach((group, k) => {
      const told = blocks[k % blocks.length]!;
      if (!isPrimary) prepares.cast(node, group, told, view[node]!);
      commits.cast(node, group, told, view[node]!);
    });
    if (!isPrimary) prepares.own(node, block, view[node]!);
  }

  function isAt(node: number, block: BlockIndex, inView: number): boolean {
    return accepted[node] === block && view[node] === inView && isChanging[node] === 0;
  }

  function tryPrepare(node: number, block: BlockIndex, inView: number): void {
    if (!isAt(node, block, inView) || preparedView[node] === inView) return;
    if (!prepares.isQuorate(node, block, inView)) return;
    prepared[node] = block;
    preparedView[node] = inView;
    if (replicas.acts(node)) {
      commits.own(node, block, inView);
      if (variants.groupsOf(node) === undefined) {
        commits.cast(node, replicas.all, block, inView);
      }
    }
    tryCommit(node, block, inView);
  }

  function tryCommit(node: number, block: BlockIndex, inView: number): void {
    if (!isAt(node, block, inView) || preparedView[node] !== inView) return;
    if (!commits.isQuorate(node, block, inView)) return;
    certificates.certify(block, inView);
    const maker = tree.producer[block]!;
    if (node === maker) context.publish(node, block);
    else context.adopt(node, block, maker);
  }

  return {
    propose,
    offer,
    resume,
    restart(node) {
      accepted[node] = NO_BLOCK;
      prepared[node] = NO_BLOCK;
      preparedView[node] = -1;
      const height = replicas.headHeight(node);
      if (height <= decidedHeight) return;
      decidedHeight = height;
      const isOver = (block: BlockIndex) => tree.height[block]! <= height - KEPT_HEIGHTS;
      prepares.forget(isOver);
      commits.forget(isOver);
    },
    isTwoFaced: (node) => variants.groupsOf(node) !== undefined,
  };
}

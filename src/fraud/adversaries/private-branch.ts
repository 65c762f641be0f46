/**
 * The race that double spending and rewriting share: a pool mines a branch that it keeps to itself, from
 * a block of the public chain on, and announces it once the victim has accepted what the public branch
 * carries and the private one is ahead. Whether it worked is what an honest node then does.
 */
import type { BlockIndex } from '../../ledger/tree.ts';
import type { AdversaryContext, AdversaryReport } from './define.ts';
import type { MiningPool } from './mining-pool.ts';

/** How a branch is mined. */
export interface PrivateBranchRules {
  /** Blocks below the public tip at which the branch leaves it; the victim has accepted them. */
  readonly depth: number;
  /** With depth 0: confirmations the victim waits for; 0 is the protocol's own finality. */
  readonly confirmations: number;
  /** With depth 0: blocks the pool has before the payment is sent. */
  readonly preMined: number;
  /** Announce when level, or only when ahead. */
  readonly rule: 'tie' | 'strict';
  /** Blocks behind at which the pool gives up, once the victim has accepted. */
  readonly giveUp: number;
  /** Wait between two attempts [µs], and how many there are at most; 0 is no limit. */
  readonly pauseUs: number;
  readonly attemptsMax: number;
  /** What one success reverts [Upt]. */
  readonly valueUpt: number;
}

/** A branch at work. */
export interface PrivateBranch {
  report(detail: string): AdversaryReport;
  /** Blocks of the deepest reorganisation that an attempt caused. */
  readonly deepest: number;
  /** Blocks lost at the onlooker that were final there. */
  readonly finalsReverted: number;
}

const WAITING = 0;
const PRE_MINING = 1;
const RACING = 2;

/** Puts a pool to work on private branches within the measured time, one after the other. */
export function createPrivateBranch(
  context: AdversaryContext,
  pool: MiningPool,
  rules: PrivateBranchRules,
): PrivateBranch {
  const { net, openingUs, endUs } = context;
  const { tree, kernel, engine } = net;
  const { onlooker } = pool;
  let state = WAITING;
  let attempts = 0;
  let successes = 0;
  let deepest = 0;
  let finalsReverted = 0;
  let spentUs = 0;
  let startedUs = Number.NaN;
  let endedUs = Number.NaN;
  let attemptUs = 0;
  let readyUs = openingUs;
  /** Best block the pool knows of outside its branch, and the tip of its own. */
  let publicTip: BlockIndex = 0;
  let privateTip: BlockIndex = 0;
  let fork: BlockIndex = 0;
  let withheld: BlockIndex[] = [];
  /** First block of the public branch once the victim has accepted it, or -1. */
  let accepted: BlockIndex = -1;
  let isAnnounced = false;

  const height = (block: BlockIndex): number => tree.height[block]!;
  const isOpen = (): boolean =>
    kernel.nowUs >= readyUs &&
    kernel.nowUs < endUs &&
    (rules.attemptsMax === 0 || attempts < rules.attemptsMax);

  function begin(): void {
    if (state !== WAITING || !isOpen() || height(publicTip) < rules.depth) return;
    attempts++;
    attemptUs = kernel.nowUs;
    if (Number.isNaN(startedUs)) startedUs = attemptUs;
    withheld = [];
    isAnnounced = false;
    accepted = -1;
    fork =
      rules.depth === 0 ? publicTip : tree.ancestorAt(publicTip, height(publicTip) - rules.depth);
    privateTip = fork;
    state = rules.preMined > 0 ? PRE_MINING : RACING;
    if (rules.depth > 0) accepted = tree.ancestorAt(publicTip, height(fork) + 1);
  }

  function end(isSuccess: boolean): void {
    if (isSuccess) successes++;
    spentUs += kernel.nowUs - attemptUs;
    endedUs = kernel.nowUs;
    readyUs = kernel.nowUs + rules.pauseUs;
    if (isSuccess && tree.work[privateTip]! >= tree.work[publicTip]!) publicTip = privateTip;
    state = WAITING;
    begin();
  }

  /** Announces or gives up, as the lengths stand. */
  function decide(): void {
    if (state !== RACING || accepted < 0) return;
    const lead = tree.work[privateTip]! - tree.work[publicTip]!;
    const isLevel = lead === 0 && privateTip !== fork && rules.rule === 'tie';
    if (isAnnounced || lead > 0 || isLevel) {
      isAnnounced = true;
      pool.announce(withheld);
      withheld = [];
    }
    if (height(publicTip) - height(privateTip) >= rules.giveUp) end(false);
  }

  /** The victim has accepted the branch that its head stands on. */
  function accept(head: BlockIndex): void {
    const first = tree.ancestorAt(head, height(fork) + 1);
    if (pool.made(first) && tree.isAncestor(first, privateTip)) return;
    accepted = first;
    // Who sees that the merchant delivers knows of the blocks that he has seen.
    if (tree.work[head]! > tree.work[publicTip]!) publicTip = head;
    decide();
  }

  function onPublic(block: BlockIndex): void {
    if (tree.work[block]! <= tree.work[publicTip]!) return;
    publicTip = block;
    if (state === WAITING) begin();
    else if (state === PRE_MINING && withheld.length === 0) {
      // The branch leaves the public one where the pool finds its first block.
      fork = block;
      privateTip = block;
    } else decide();
  }

  net.conduct.control(pool.nodes, {
    parentFor: (_node, head) => (state === WAITING ? head : privateTip),
    // In the race it does not help the other side's blocks to spread.
    relays: (_node, block) => state === WAITING || pool.made(block),
    announces(_node, block) {
      if (state === WAITING) {
        if (tree.work[block]! > tree.work[publicTip]!) publicTip = block;
        return true;
      }
      privateTip = block;
      withheld.push(block);
      if (state === PRE_MINING && withheld.length >= rules.preMined) state = RACING;
      decide();
      return false;
    },
  });
  engine.observe({
    onBlock(node, block) {
      // Blocks on top of the announced branch carry it; they are no rivals.
      if (!pool.isMember(node) || pool.made(block)) return;
      if (isAnnounced && state === RACING && tree.isAncestor(privateTip, block)) privateTip = block;
      else onPublic(block);
    },
    onHead(node, head, previous) {
      if (node !== onlooker) return;
      if (state === RACING && accepted >= 0 && tree.parent[head] !== previous) {
        if (!tree.isAncestor(accepted, head) && height(head) >= height(accepted)) {
          deepest = Math.max(
            deepest,
            height(previous) - height(tree.commonAncestor(previous, head)),
          );
          if (tree.isAncestor(accepted, engine.finalBlock[onlooker]!)) finalsReverted++;
          end(true);
          return;
        }
      }
      const { confirmations } = rules;
      if (state !== RACING || accepted >= 0 || confirmations === 0) return;
      if (height(head) >= height(fork) + confirmations) accept(head);
    },
    onFinal(node, block) {
      if (node !== onlooker || state !== RACING || accepted >= 0) return;
      if (rules.confirmations === 0 && height(block) === height(fork) + 1) accept(block);
    },
  });

  return {
    report(detail) {
      const isOpenStill = state !== WAITING;
      const openUs = isOpenStill ? kernel.nowUs - attemptUs : 0;
      const costUpt = pool.costUpt(spentUs + openUs);
      const valueRevertedUpt = successes * rules.valueUpt;
      return {
        detail: isOpenStill ? `${detail}; one attempt still open` : detail,
        attempts: isOpenStill ? attempts - 1 : attempts,
        successes,
        costUpt,
        profitUpt: valueRevertedUpt - costUpt,
        valueRevertedUpt,
        startedUs,
        endedUs,
        recoveredUs: endedUs,
      };
    },
    get deepest() {
      return deepest;
    },
    get finalsReverted() {
      return finalsReverted;
    },
  };
}

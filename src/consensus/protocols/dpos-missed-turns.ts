/** Turns that their owners let pass, as a branch tells. */
import type { BlockIndex } from '../../ledger/tree.ts';
import { createTurnRecord } from '../../ledger/turn-record.ts';
import type { ConsensusContext } from '../protocol.ts';
import type { DposSettings } from './dpos-options.ts';
import type { DposSchedule } from './dpos-schedule.ts';

/** Whose branch is asked: the trading centre's node. */
const OBSERVER = 0;

/** Missed turns of one run. */
export interface MissedTurns {
  /** A valid block has come; once or more for each. */
  note(block: BlockIndex): void;
  /** Turns of a node without a block on the observer's branch, until now. */
  count(node: number): number;
}

/**
 * Turns that passed without a block, on the observer's branch: those between its blocks, whose owners
 * are asked for as each block comes, and those since its head that are over by the observer's clock.
 */
export function createMissedTurns(
  context: ConsensusContext,
  schedule: DposSchedule,
  settings: DposSettings,
): MissedTurns {
  const { tree, kernel, head, nodeCount, skewUs } = context;
  const record = createTurnRecord(tree, schedule, settings.producers);
  const noted = new Set<BlockIndex>();
  let counted = { head: -1, over: -1, missed: new Int32Array(nodeCount) };

  function recount(): void {
    const over = Math.floor((kernel.nowUs + skewUs[OBSERVER]!) / settings.turn) - 1;
    const tip = head[OBSERVER]!;
    if (counted.head === tip && counted.over === over) return;
    const missed = new Int32Array(nodeCount);
    record.viewOf(tip).visitTurns(0, (owner, isMade) => {
      if (!isMade && owner >= 0) missed[owner]!++;
    });
    for (let turn = schedule.turnOf(tip) + 1; turn <= over; turn++) {
      const owner = schedule.ownerOf(tip, turn);
      if (owner >= 0) missed[owner]!++;
    }
    counted = { head: tip, over, missed };
  }

  return {
    note(block: BlockIndex): void {
      if (noted.has(block)) return;
      noted.add(block);
      record.add(block);
    },
    count(node: number): number {
      recount();
      return counted.missed[node]!;
    },
  };
}

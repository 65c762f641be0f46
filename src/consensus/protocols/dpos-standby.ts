/**
 * The seat of the stand-bys by virtual time. Every candidate runs a lap at the speed of its votes; who
 * is first at the line gets the seat and starts again, so that in the long run a stand-by has turns in
 * proportion to its votes. Those who hold a seat of their own run too and start again when they pass.
 * Source: Steem database.cpp, update_witness_schedule4 and adjust_witness_vote; LAP = 1 here.
 */
import type { Election } from '../../ledger/chain-parameters.ts';

/** Where every candidate is on its lap; by node. Never changed once made. */
export interface VirtualTime {
  readonly nowTime: number;
  /** Part of the lap done at `updatedTime`. */
  readonly position: Float64Array;
  readonly updatedTime: Float64Array;
  readonly votes: Float64Array;
  /** When it is at the line. */
  readonly arrivalTime: Float64Array;
}

/** All at the start. */
export function startVirtualTime(nodeCount: number): VirtualTime {
  return {
    nowTime: 0,
    position: new Float64Array(nodeCount),
    updatedTime: new Float64Array(nodeCount),
    votes: new Float64Array(nodeCount).fill(-1),
    arrivalTime: new Float64Array(nodeCount).fill(Number.POSITIVE_INFINITY),
  };
}

/**
 * Gives the seat to the candidate that is first at the line and has none.
 *
 * @param held - 1 for nodes with a seat of their own.
 * @returns Who sits, -1 when nobody is left, and the time after it. Ties go to the better rank.
 */
export function nextByVirtualTime(
  before: VirtualTime,
  { ranking, stake }: Election,
  held: Uint8Array,
): { readonly guest: number; readonly time: VirtualTime } {
  const position = before.position.slice();
  const updatedTime = before.updatedTime.slice();
  const votes = before.votes.slice();
  const arrivalTime = before.arrivalTime.slice();
  for (const node of ranking) {
    const newVotes = stake[node] ?? 0;
    if (votes[node] === newVotes) continue;
    const ran = Math.max(0, votes[node]!) * (before.nowTime - updatedTime[node]!);
    position[node] = Math.min(1, position[node]! + ran);
    updatedTime[node] = before.nowTime;
    votes[node] = newVotes;
    arrivalTime[node] = before.nowTime + (1 - position[node]!) / (newVotes + 1);
  }
  const rank = new Map(ranking.map((node, place) => [node, place]));
  const order = [...ranking].sort(
    (a, b) => arrivalTime[a]! - arrivalTime[b]! || rank.get(a)! - rank.get(b)!,
  );
  const passed: number[] = [];
  let guest = -1;
  let { nowTime } = before;
  for (const node of order) {
    nowTime = Math.max(nowTime, arrivalTime[node]!);
    passed.push(node);
    if (held[node] === 1) continue;
    guest = node;
    break;
  }
  for (const node of passed) {
    position[node] = 0;
    updatedTime[node] = nowTime;
    arrivalTime[node] = nowTime + 1 / (votes[node]! + 1);
  }
  return { guest, time: { nowTime, position, updatedTime, votes, arrivalTime } };
}

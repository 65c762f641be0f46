/**
 * What nodes see of each other's blocks, each from where it stands: a turn without a block when its time
 * and a grace are over is a suspected miss, a block that comes after all makes it a late one, and two
 * blocks of one producer and turn are a double signature. A node that was down saw nothing. Nobody is
 * told the truth, so the honest may be wrong, and differ.
 */
import type { TurnSchedule } from '../ledger/chain-parameters.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';
import type { TurnRecord } from '../ledger/turn-record.ts';
import { EVIDENCE, type EvidenceKind } from '../ledger/vote-out.ts';

/** Turns for which a node remembers the block it got; a power of two. */
const MEMORY_TURNS = 256;

/** What a watch looks at. */
export interface WatchOptions {
  readonly tree: BlockTree;
  readonly nodeCount: number;
  readonly head: Int32Array;
  readonly up: Uint8Array;
  readonly turns: TurnRecord;
  readonly schedule: TurnSchedule;
  /** Turns within which suspicions count. */
  readonly windowTurns: number;
  /** Lateness from which a block was withheld and not only late [turns]. */
  readonly withheldTurns: number;
  /** A node suspects a producer of one more offence. */
  onSuspicion(node: number, producer: number, kind: EvidenceKind): void;
  /** A node holds two blocks of one producer and turn. */
  onDouble(node: number, producer: number, first: BlockIndex, second: BlockIndex): void;
}

/** Observations of every node. */
export interface Watch {
  /** A node has received a valid block. */
  onBlock(node: number, block: BlockIndex): void;
  /** The time of a turn and the grace are over. */
  closeTurn(turn: number): void;
  /** A node saw an offence of a producer in a turn by other means. */
  note(node: number, producer: number, kind: EvidenceKind, turn: number): void;
  /** Offences of a producer that a node saw in the turns (from, to]. */
  countOf(node: number, producer: number, kind: number, from: number, to: number): number;
  /** Whether a node was up in all turns later than `from`. */
  sawAll(node: number, from: number): boolean;
  /** Last turn that was closed. */
  readonly closedTurn: number;
}

/** Makes a watch; every node starts with a clean slate of everybody. */
export function createWatch(options: WatchOptions): Watch {
  const { tree, nodeCount, head, up, turns, schedule, windowTurns } = options;
  const turnHeld = new Int32Array(nodeCount * MEMORY_TURNS).fill(-1);
  const blockHeld = new Int32Array(nodeCount * MEMORY_TURNS);
  /** Last turn in which a node was down. */
  const downTurn = new Float64Array(nodeCount).fill(Number.NEGATIVE_INFINITY);
  /** Turns of suspected offences by (node, producer, kind), ascending; most have none. */
  const suspicions = new Map<number, number[]>();
  const doubles = new Set<number>();
  let closedTurn = 0;

  const keyOf = (node: number, producer: number, kind: number) =>
    (node * nodeCount + producer) * 8 + kind;

  function note(node: number, producer: number, kind: EvidenceKind, turn: number): void {
    const key = keyOf(node, producer, EVIDENCE[kind]);
    const list = suspicions.get(key);
    if (list === undefined) suspicions.set(key, [turn]);
    else {
      if (list.includes(turn)) return;
      list.push(turn);
      while (list[0]! <= closedTurn - 2 * windowTurns) list.shift();
    }
    options.onSuspicion(node, producer, kind);
  }

  /** A block came after its turn had been given up. */
  function clear(node: number, producer: number, turn: number): void {
    const list = suspicions.get(keyOf(node, producer, EVIDENCE.MISSED));
    const place = list?.indexOf(turn) ?? -1;
    if (place < 0) return;
    list!.splice(place, 1);
    const isWithheld = closedTurn - turn >= options.withheldTurns;
    note(node, producer, isWithheld ? 'WITHHOLD' : 'LATE', turn);
  }

  /** Last block of a node's branch before a turn. */
  function before(node: number, turn: number): BlockIndex {
    let at = head[node]!;
    while (turns.turnOf(at) >= turn) at = tree.parent[at]!;
    return at;
  }

  return {
    get closedTurn() {
      return closedTurn;
    },
    note,
    onBlock(node, block) {
      const turn = turns.turnOf(block);
      const producer = tree.producer[block]!;
      const place = node * MEMORY_TURNS + (turn & (MEMORY_TURNS - 1));
      if (turn <= closedTurn) clear(node, producer, turn);
      if (turnHeld[place]! > turn) return;
      if (turnHeld[place]! < turn) {
        turnHeld[place] = turn;
        blockHeld[place] = block;
        return;
      }
      const held = blockHeld[place]!;
      if (held === block || tree.producer[held] !== producer || node === producer) return;
      const key = (turn % 2 ** 20) * nodeCount * nodeCount + node * nodeCount + producer;
      if (doubles.has(key)) return;
      doubles.add(key);
      options.onDouble(node, producer, held, block);
    },
    closeTurn(turn) {
      closedTurn = turn;
      const slot = turn & (MEMORY_TURNS - 1);
      let viewed = -1;
      let owner = -1;
      for (let node = 0; node < nodeCount; node++) {
        if (up[node] === 0) {
          downTurn[node] = turn;
          continue;
        }
        if (turnHeld[node * MEMORY_TURNS + slot] === turn) continue;
        const parent = before(node, turn);
        if (parent !== viewed) {
          viewed = parent;
          owner = schedule.ownerOf(parent, turn);
        }
        if (owner >= 0 && owner !== node) note(node, owner, 'MISSED', turn);
      }
    },
    countOf(node, producer, kind, from, to) {
      const list = suspicions.get(keyOf(node, producer, kind));
      if (list === undefined) return 0;
      let count = 0;
      for (const turn of list) if (turn > from && turn <= to) count++;
      return count;
    },
    sawAll: (node, from) => downTurn[node]! <= from,
  };
}

/**
 * Who owns which turn on which branch. An epoch's seats come from the election at the block that was
 * irreversible at the end of the epoch before; their order is drawn from that block's hash. An excluded
 * producer's turns go to the best stand-by from the next turn on, by the verdicts in the state after
 * the parent. Verdicts never leave fewer producers than irreversibility asks for: below that nothing
 * would be final any more, not even the election that takes the excluded in again. Everything is a function of the branch and computed from turns of the clock, never from
 * heights: two nodes with one parent agree on the owner of every turn.
 */
import type { ChainParameters, Election, TurnSchedule } from '../../ledger/chain-parameters.ts';
import { sha256Hex } from '../../ledger/hash.ts';
import type { BlockIndex, BlockTree } from '../../ledger/tree.ts';
import { parameter } from '../protocol.ts';
import { DPOS_SHUFFLES, DPOS_STANDBYS } from './dpos-options.ts';
import { DPOS_FIELD, type DposRule } from './dpos-rule.ts';
import { nextByVirtualTime, startVirtualTime, type VirtualTime } from './dpos-standby.ts';

const NONE: readonly number[] = [];

/** No node: a turn that nobody owns. */
export const NOBODY = -1;

/** Who sits where. Two seatings with one id are one object. */
export interface Seats {
  readonly id: number;
  /** Node on each seat; NOBODY on a seat whose holder is excluded and has no substitute. */
  readonly holders: Int32Array;
  /** Who has the seat that stand-bys share; NOBODY when there is none. */
  readonly guest: number;
}

/** Turns of delegated proof of stake. */
export interface DposSchedule extends TurnSchedule {
  /** Turn of a block; 0 for genesis. */
  turnOf(block: BlockIndex): number;
  /** Seats that a turn has on top of a block. */
  seatsOn(parent: BlockIndex, turn: number): Seats;
}

/** Seats of an epoch before verdicts, and the order of turns. */
interface Epoch {
  readonly id: number;
  readonly seats: Seats;
  /** Candidates without a seat of their own, best first. */
  readonly standbys: readonly number[];
  readonly virtual: VirtualTime;
  readonly seed: string;
  /** Order of seats by round of the epoch; only the rounds that were asked for. */
  readonly orders: Map<number, Int32Array>;
}

/** Makes the schedule of a tree from the integers in genesis. */
export function createDposSchedule(
  tree: BlockTree,
  rule: DposRule,
  parameters: Readonly<Record<string, number>>,
  elections: ChainParameters,
): DposSchedule {
  const of = (name: string) => parameter(parameters, name);
  const producers = of('producers');
  const quorum = of('quorum');
  const repetitions = of('repetitions');
  const epochTurns = producers * repetitions * of('epochRounds');
  const pause = of('epochPause');
  const shuffle = DPOS_SHUFFLES[of('shuffle')];
  const standby = DPOS_STANDBYS[of('standby')];
  const nodeCount = of('nodes');
  /** Verdicts wait for the next election in mode plain, which has code 0. */
  const replaces = of('voteOutMode') !== 0;
  const epochs: Epoch[] = [];
  const epochByKey = new Map<string, Epoch>();
  const substituted = new Map<string, Seats>();
  let seatingCount = 0;
  /** By block: 1 + its epoch in `epochs`, and 1 + the excluded after it in `exclusions`; 0 unknown. */
  let epochOf = new Int32Array(1024);
  let excludedAfter = new Int32Array(1024);
  const exclusions: (readonly number[])[] = [];
  let last: { parent: BlockIndex; index: number; epoch: Epoch } | undefined;

  const turnOf = (block: BlockIndex) => (block === 0 ? 0 : tree.consensus(block)[DPOS_FIELD.turn]!);

  function seating(holders: Int32Array, guest: number): Seats {
    return { id: seatingCount++, holders, guest };
  }

  /** The epoch that follows a block's own on a branch with this anchor. */
  function derive(before: Epoch | undefined, anchor: BlockIndex, index: number): Epoch {
    const key = `${before?.id ?? NOBODY}/${anchor}/${index}`;
    const known = epochByKey.get(key);
    if (known !== undefined) return known;
    const election = elections.electionAt(anchor);
    const { ranking, standbyOnly = [] } = election;
    // Those on probation never hold a seat of their own, unless there are too few others.
    const eligible = ranking.filter((node) => !standbyOnly.includes(node));
    const elected = (eligible.length >= quorum ? eligible : ranking).slice(0, producers);
    if (elected.length < quorum) elected.push(...leastBad(election, quorum - elected.length));
    let virtual = before?.virtual ?? startVirtualTime(nodeCount);
    let guest = NOBODY;
    if (standby !== 'none' && elected.length === producers && producers > 1) {
      if (ranking.length > producers) {
        elected.pop();
        if (standby === 'virtualTime')
          ({ guest, time: virtual } = byTime(election, elected, virtual));
        else {
          const waiting = ranking.filter((node) => !elected.includes(node));
          guest = waiting[index % waiting.length]!;
        }
        elected.push(guest);
      }
    }
    const seats = seating(Int32Array.from(elected), guest);
    const standbys = ranking.filter((node) => !elected.includes(node));
    const seed = `${tree.hash(anchor)}/${index}`;
    const epoch = { id: epochs.length, seats, standbys, virtual, seed, orders: new Map() };
    epochs.push(epoch);
    epochByKey.set(key, epoch);
    return epoch;
  }

  function byTime(election: Election, elected: readonly number[], virtual: VirtualTime) {
    const held = new Uint8Array(nodeCount);
    for (const node of elected) held[node] = 1;
    return nextByVirtualTime(virtual, election, held);
  }

  /** The epoch that a block belongs to; genesis belongs to the first. */
  function ownEpoch(block: BlockIndex): Epoch {
    const path: BlockIndex[] = [];
    let at = block;
    for (; at > 0 && (epochOf[at] ?? 0) === 0; at = tree.parent[at]!) path.push(at);
    let epoch = at === 0 ? derive(undefined, 0, 0) : epochs[epochOf[at]! - 1]!;
    let index = at === 0 ? 0 : tree.consensus(at)[DPOS_FIELD.epoch]!;
    for (let k = path.length - 1; k >= 0; k--) {
      at = path[k]!;
      const next = tree.consensus(at)[DPOS_FIELD.epoch]!;
      if (next !== index) epoch = derive(epoch, rule.anchorOf(at), next);
      index = next;
      if (at >= epochOf.length) {
        const wider = new Int32Array(2 * at);
        wider.set(epochOf);
        epochOf = wider;
      }
      epochOf[at] = epoch.id + 1;
    }
    return epoch;
  }

  /** The epoch that a turn belongs to on top of a block. */
  function epochOn(parent: BlockIndex, turn: number): Epoch {
    const index = Math.floor(turn / epochTurns);
    if (last?.parent === parent && last.index === index) return last.epoch;
    const parentIndex = parent === 0 ? 0 : tree.consensus(parent)[DPOS_FIELD.epoch]!;
    let epoch = ownEpoch(parent);
    if (parentIndex !== index) {
      const anchor = tree.ancestorAt(parent, rule.irreversibleAt(parent));
      epoch = derive(epoch, anchor, index);
    }
    last = { parent, index, epoch };
    return epoch;
  }

  /** Looked up once for each block, at the first turn on top of it, while its state is there. */
  function excludedAt(parent: BlockIndex): readonly number[] {
    const known = parent < excludedAfter.length ? excludedAfter[parent]! : 0;
    if (known > 0) return exclusions[known - 1]!;
    const excluded = elections.standingsAt?.(parent).excluded ?? NONE;
    // Few blocks change who is out, so that a block shares the list of one before it.
    let place = exclusions.findLastIndex((list) => isSame(list, excluded));
    if (place < 0) place = exclusions.push(excluded) - 1;
    if (parent >= excludedAfter.length) {
      const wider = new Int32Array(2 * parent);
      wider.set(excludedAfter);
      excludedAfter = wider;
    }
    excludedAfter[parent] = place + 1;
    return exclusions[place]!;
  }

  /** Gives the seats of the excluded to the best stand-bys, in order of seats. */
  function substitute(epoch: Epoch, excluded: readonly number[]): Seats {
    const { seats } = epoch;
    if (excluded.length === 0 || !seats.holders.some((node) => excluded.includes(node)))
      return seats;
    const key = `${epoch.id}/${excluded.join('/')}`;
    const known = substituted.get(key);
    if (known !== undefined) return known;
    const free = epoch.standbys.filter((node) => !excluded.includes(node));
    const kept = seats.holders.filter((node) => !excluded.includes(node)).length;
    let spare = quorum - kept - free.length;
    const holders = seats.holders.map((node) => {
      if (!excluded.includes(node)) return node;
      return free.shift() ?? (spare-- > 0 ? node : NOBODY);
    });
    const guest = holders.includes(seats.guest) ? seats.guest : NOBODY;
    const changed = seating(holders, guest);
    substituted.set(key, changed);
    return changed;
  }

  function seatsOf(epoch: Epoch, parent: BlockIndex): Seats {
    return replaces ? substitute(epoch, excludedAt(parent)) : epoch.seats;
  }

  /** Order of seats in a round; drawn from the seed, the same for everyone who has the branch. */
  function orderOf(epoch: Epoch, round: number): Int32Array {
    const place = shuffle === 'round' ? round : 0;
    let order = epoch.orders.get(place);
    if (order === undefined) {
      order = Int32Array.from(epoch.seats.holders, (_, seat) => seat);
      if (shuffle === 'epoch') shuffleBy(order, epoch.seed);
      if (shuffle === 'round') shuffleBy(order, `${epoch.seed}/${round}`);
      epoch.orders.set(place, order);
    }
    return order;
  }

  return {
    turnOf,
    seatsOn: (parent, turn) => seatsOf(epochOn(parent, turn), parent),
    ownerOf(parent, turn) {
      if (turn % epochTurns < pause) return NOBODY;
      const epoch = epochOn(parent, turn);
      const { holders } = seatsOf(epoch, parent);
      const place = Math.floor(turn / repetitions);
      const round = Math.floor(place / holders.length);
      return holders[orderOf(epoch, round)[place % holders.length]!]!;
    },
  };
}

/** Of the excluded, who has most votes; ties go to the lower index. */
function leastBad({ excluded = NONE, stake }: Election, count: number): number[] {
  const order = [...excluded].sort((a, b) => (stake[b] ?? 0) - (stake[a] ?? 0) || a - b);
  return order.slice(0, count);
}

/** Fisher-Yates with draws from SHA-256 of the seed. */
function shuffleBy(order: Int32Array, seed: string): void {
  for (let i = order.length - 1; i > 0; i--) {
    const draw = Number.parseInt(sha256Hex(`schedule/${seed}/${i}`).slice(0, 12), 16);
    const j = draw % (i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((node, k) => node === b[k]);
}

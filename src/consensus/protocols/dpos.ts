import { duration, integer } from '../../base/options.ts';
import { sha256Hex } from '../../ledger/hash.ts';
import { defineConsensus } from '../protocol.ts';
import { createDposRule, DPOS_FIELD, type DposRule } from './dpos-rule.ts';

/**
 * Delegated proof of stake: holders of locked certificates elect the producers, who take turns by the
 * clock in an order shuffled each epoch from the last irreversible block. A turn that its owner misses
 * stays empty. The turn is computed from time, never from height.
 */
export default defineConsensus({
  apiVersion: 1,
  name: 'dpos',
  summary:
    'Delegated proof of stake: elected producers, turns by the clock, two-stage irreversibility',
  source: 'EOSIO 2.x and Steem parameters (validation B1); model section 6.3',
  options: () => ({
    turn: duration('3 s', { min: 10_000, doc: 'Length of one producer turn' }),
    delegates: integer(21, { min: 1, max: 1000, doc: 'Producers elected, at most all nodes' }),
    epochRounds: integer(10, { min: 1, doc: 'Rounds between two elections' }),
  }),
  blockIntervalUs: (options) => options.turn,
  parameters: (options, nodeCount) => ({
    producers: Math.min(options.delegates, nodeCount),
    nodes: nodeCount,
    foldMargin: 0,
    turnUs: options.turn,
    epochRounds: options.epochRounds,
  }),
  createRule: createDposRule,
  create(context, options) {
    const { kernel, tree, nodeCount, head, up } = context;
    const rule = context.rule as DposRule;
    const producers = Math.min(options.delegates, nodeCount);
    const epochTurns = producers * options.epochRounds;
    const missed = new Int32Array(nodeCount);
    /** Highest block each node has made on any branch: what it confirmed up to. */
    const producedUpTo = new Int32Array(nodeCount);
    const schedules = new Map<string, Schedule>();
    let lastKey = '';
    let lastSchedule: Schedule = { order: new Int32Array(0), guest: NOBODY };

    /** Owners of the turns of an epoch, as a branch with this anchor sees it. */
    function schedule(anchor: number, epoch: number): Schedule {
      const key = `${anchor}/${epoch}`;
      if (key === lastKey) return lastSchedule;
      let known = schedules.get(key);
      if (known === undefined) {
        const { ranking } = context.parameters.electionAt(anchor);
        const elected = ranking.slice(0, producers);
        let guest = NOBODY;
        // The last seat goes round the stand-bys, one an epoch (Steem's rule of 20 + 1).
        if (nodeCount > producers && producers > 1) {
          const standbys = ranking.slice(producers - 1);
          guest = standbys[epoch % standbys.length]!;
          elected[producers - 1] = guest;
        }
        known = { order: shuffled(elected, `${tree.hash(anchor)}/${epoch}`), guest };
        schedules.set(key, known);
      }
      lastKey = key;
      lastSchedule = known;
      return known;
    }

    /** The schedule that a turn has on top of a block. */
    function scheduleOn(parent: number, turn: number): Schedule {
      const epoch = Math.floor(turn / epochTurns);
      const parentEpoch = parent === 0 ? 0 : tree.consensus(parent)[DPOS_FIELD.epoch]!;
      const anchor =
        parentEpoch === epoch
          ? rule.anchorOf(parent)
          : tree.ancestorAt(parent, rule.irreversibleAt(parent));
      return schedule(anchor, epoch);
    }

    const ownerOf = (parent: number, turn: number): number =>
      scheduleOn(parent, turn).order[turn % producers]!;

    const openTurn = kernel.event('consensus/open-turn', 5, (turn) => {
      openTurn.at((turn + 1) * options.turn, turn + 1);
      const epoch = Math.floor(turn / epochTurns);
      let viewed = -1;
      let owner = -1;
      let made = false;
      const expected = ownerOf(head[0]!, turn);
      for (let node = 0; node < nodeCount; node++) {
        const parent = head[node]!;
        if (parent !== viewed) {
          viewed = parent;
          owner = ownerOf(parent, turn);
        }
        if (owner !== node || up[node] === 0) continue;
        const confirmedFrom = Math.min(producedUpTo[node]! + 1, tree.height[parent]! + 1);
        const height = tree.height[parent]! + 1;
        producedUpTo[node] = Math.max(producedUpTo[node]!, height);
        const fields = [turn, epoch, confirmedFrom];
        if (scheduleOn(parent, turn).guest === node) fields.push(1);
        context.produce(node, parent, kernel.nowUs, fields, 1);
        made = true;
        viewed = -1;
      }
      if (!made) missed[expected]!++;
    });

    /** Distinct voices between a node's irreversible block and a head. */
    function distinctVoices(block: number, floor: number): number {
      const seen = new Set<number>();
      for (let at = block; tree.height[at]! > floor; at = tree.parent[at]!) {
        seen.add(rule.voiceOf(at));
      }
      return seen.size;
    }

    return {
      start() {
        openTurn.at(options.turn, 1);
      },
      prefers(_node, candidate, current) {
        const floor = rule.irreversibleAt(current);
        if (tree.height[candidate]! <= floor) return false;
        if (!tree.isAncestor(tree.ancestorAt(current, floor), candidate)) return false;
        const mine = distinctVoices(current, floor);
        const other = distinctVoices(candidate, floor);
        if (other !== mine) return other > mine;
        return tree.height[candidate]! > tree.height[current]!;
      },
      isValid(block) {
        const fields = tree.consensus(block);
        const turn = fields[DPOS_FIELD.turn]!;
        const parent = tree.parent[block]!;
        const parentTurn = parent === 0 ? 0 : tree.consensus(parent)[DPOS_FIELD.turn]!;
        if (turn <= parentTurn) return false;
        const { order, guest } = scheduleOn(parent, turn);
        const producer = tree.producer[block]!;
        return (
          fields.length === (producer === guest ? 4 : 3) &&
          (fields[DPOS_FIELD.sharedSeat] ?? 1) === 1 &&
          tree.timestampUs[block] === turn * options.turn &&
          fields[DPOS_FIELD.epoch] === Math.floor(turn / epochTurns) &&
          fields[DPOS_FIELD.confirmedFrom]! <= tree.height[block]! &&
          order[turn % producers] === producer
        );
      },
      powerW: () => 0,
      hashShare: () => Number.NaN,
      turnsMissed: (node) => missed[node]!,
    };
  },
});

/** Who owns the turns of an epoch, and who has the seat that stand-bys share. */
interface Schedule {
  readonly order: Int32Array;
  readonly guest: number;
}

const NOBODY = -1;

/** Fisher-Yates with draws from SHA-256 of the seed: the same shuffle for everyone who has the branch. */
function shuffled(nodes: readonly number[], seed: string): Int32Array {
  const order = Int32Array.from(nodes);
  for (let i = order.length - 1; i > 0; i--) {
    const draw = Number.parseInt(sha256Hex(`schedule/${seed}/${i}`).slice(0, 12), 16);
    const j = draw % (i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}

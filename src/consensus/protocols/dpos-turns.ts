/**
 * Taking turns: a node opens a turn when its own clock reads the turn's time, and makes a block if the
 * turn is its own on the branch it stands on. Equivocators make one for every group that they deceive.
 */
import { PHASE } from '../../kernel/phase.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import type { ConsensusContext } from '../protocol.ts';
import type { DposSettings } from './dpos-options.ts';
import { participation } from './dpos-participation.ts';
import type { DposRule } from './dpos-rule.ts';
import { type DposSchedule, NOBODY } from './dpos-schedule.ts';
import type { DposVotes } from './dpos-votes.ts';

/** Turns as nodes take them. */
export interface Turns {
  /** Schedules the first turn by every clock. */
  start(): void;
  report(): Readonly<Record<string, number>>;
}

/**
 * Wires the taking of turns.
 *
 * @param votes - Under rule `bft`.
 * @param note - Called with every block that is made.
 */
export function createTurns(
  context: ConsensusContext,
  rule: DposRule,
  settings: DposSettings,
  schedule: DposSchedule,
  votes: DposVotes | undefined,
  note: (block: BlockIndex) => void,
): Turns {
  const { kernel, tree, nodeCount, head, up, conduct, skewUs } = context;
  /** Highest block each node has made on any branch: what it confirmed up to. */
  const producedUpTo = new Int32Array(nodeCount);
  const counts = { turnsTaken: 0, equivocations: 0, turnsRefused: 0 };
  /** Nodes whose clocks agree open a turn together. */
  const clocks = [...new Set(skewUs)].sort((a, b) => b - a);
  const nodesOf = clocks.map((skew) =>
    Array.from({ length: nodeCount }, (_, node) => node).filter((node) => skewUs[node] === skew),
  );

  const openTurn = kernel.event('consensus/open-turn', PHASE.consensus, (turn, clock) => {
    openTurn.at((turn + 1) * settings.turn - clocks[clock]!, turn + 1, clock);
    let viewed = -1;
    let owner = -1;
    for (const node of nodesOf[clock]!) {
      const own = conduct.of(node);
      if (up[node] === 0) continue;
      const groups = own?.splits?.(node);
      if (groups !== undefined) {
        if (own?.takesPart?.(node) !== false) equivocate(node, turn, groups);
        continue;
      }
      const known = own?.parentFor?.(node, head[node]!) ?? head[node]!;
      if (known !== viewed) {
        viewed = known;
        owner = ownerOf(known, turn);
      }
      if (owner !== node || own?.takesPart?.(node) === false) continue;
      extend(node, known, turn);
      viewed = -1;
    }
  });

  const ownerOf = (parent: BlockIndex, turn: number): number =>
    schedule.turnOf(parent) >= turn ? NOBODY : schedule.ownerOf(parent, turn);

  function fieldsOf(node: number, parent: BlockIndex, turn: number, from: number): number[] {
    const epoch = Math.floor(turn / settings.epochTurns);
    const claims = votes === undefined ? [from] : votes.certifiedOn(node, parent);
    return [turn, epoch, ...claims];
  }

  const isGuest = (node: number, parent: BlockIndex, turn: number) =>
    schedule.seatsOn(parent, turn).guest === node;

  function isTooFew(parent: BlockIndex): boolean {
    if (settings.participation === 0) return false;
    return participation(tree, parent) < settings.participation;
  }

  function extend(node: number, parent: BlockIndex, turn: number): void {
    if (isTooFew(parent)) {
      counts.turnsRefused++;
      return;
    }
    const height = tree.height[parent]! + 1;
    const fields = fieldsOf(node, parent, turn, Math.min(producedUpTo[node]! + 1, height));
    producedUpTo[node] = Math.max(producedUpTo[node]!, height);
    if (isGuest(node, parent, turn)) fields.push(1);
    counts.turnsTaken++;
    note(context.produce(node, parent, turn * settings.turn, fields, 1));
  }

  /** Block that most honest nodes of a group have as head; the first made of several. */
  function groupHead(group: readonly number[]): BlockIndex {
    const heads = group
      .filter((node) => conduct.isHonest(node) && up[node] === 1)
      .map((node) => head[node]!);
    let best = -1;
    let most = 0;
    for (const block of [...new Set(heads)].sort((a, b) => a - b)) {
      const count = heads.filter((other) => other === block).length;
      if (count > most) [best, most] = [block, count];
    }
    return best;
  }

  /** A block for each group on top of what it holds, each claiming that it was always on that branch. */
  function equivocate(node: number, turn: number, groups: readonly (readonly number[])[]): void {
    const parents: BlockIndex[] = [];
    groups.forEach((group, k) => {
      const parent = groupHead(group);
      if (parent < 0 || ownerOf(parent, turn) !== node) return;
      const fields = fieldsOf(node, parent, turn, rule.irreversibleAt(parent) + 1);
      const seat = isGuest(node, parent, turn) ? 1 : 0;
      // Two blocks on one parent must differ somewhere.
      if (parents.includes(parent)) fields.push(seat, k);
      else if (seat === 1) fields.push(1);
      parents.push(parent);
      const block = context.build(node, parent, turn * settings.turn, fields, 1);
      note(block);
      context.publish(node, block, group);
      if (parents.length === 1) counts.turnsTaken++;
      else counts.equivocations++;
    });
  }

  return {
    report: () => counts,
    start() {
      clocks.forEach((skew, clock) => {
        const first = Math.max(1, Math.ceil((kernel.nowUs + 1 + skew) / settings.turn));
        openTurn.at(first * settings.turn - skew, first, clock);
      });
    },
  };
}

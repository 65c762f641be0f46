/**
 * Schedules of faults for delegated proof of stake: partitions that move, crashes, slow links, clocks
 * that are off, silent producers, and equivocators that stand on every side. A schedule says nothing of
 * the rule of irreversibility, so that the same one can be run under each.
 */
import { createRandomSource, type SequentialStream } from '../../base/random.ts';
import { equivocatorsNeeded } from '../../consensus/laws/index.ts';
import { dposQuorum } from '../../consensus/protocols/dpos-options.ts';
import type { Edge } from '../../network/topology.ts';

/** What the nodes are up to from a turn on. */
export interface FaultPhase {
  readonly fromTurn: number;
  /** Side of each node; only nodes of one side hear each other. Equivocators hear all. */
  readonly sides: readonly number[];
  /** Nodes that are down. */
  readonly down: readonly number[];
}

/** A schedule of faults; everything about a run but the rule. */
export interface FaultSchedule {
  readonly seed: string;
  readonly nodeCount: number;
  readonly delegates: number;
  readonly epochRounds: number;
  /** Whether every election gives another ranking; otherwise nodes are ranked by index for good. */
  readonly isElecting: boolean;
  readonly forkChoice: 'distinct' | 'longest' | 'irreversible';
  readonly edges: readonly Edge[];
  readonly skewUs: readonly number[];
  readonly equivocators: readonly number[];
  readonly silent: readonly number[];
  /** Ascending; in the last one everybody is up, on one side, and equivocators behave. */
  readonly phases: readonly FaultPhase[];
  readonly endTurn: number;
}

/** Limits of a draw. */
export interface FaultLimits {
  /** Nodes; 4 to 7 when absent. */
  readonly nodeCount?: number;
  /** Equivocators; at most what two quorums of two thirds must share, less one, when absent. */
  readonly equivocators?: number;
  /** Silent nodes at most. */
  readonly silent?: number;
  /** Phases before the calm; 2 to 7 when absent. */
  readonly phases?: number;
}

/** Length of a turn in all schedules [µs]. */
export const FAULT_TURN_US = 1_000_000;

/** Draws a schedule; the same seed and limits give the same schedule. */
export function drawFaults(seed: string, limits: FaultLimits = {}): FaultSchedule {
  const draws = createRandomSource(seed).sequential('chain/fault-schedule');
  const nodeCount = limits.nodeCount ?? 4 + draws.integer(4);
  const delegates = limits.nodeCount ?? nodeCount - draws.integer(nodeCount - 3);
  const bound = equivocatorsNeeded(delegates, dposQuorum(delegates));
  const equivocatorCount = limits.equivocators ?? Math.min(bound - 1, 1 + draws.integer(bound));
  const order = Array.from({ length: nodeCount }, (_, node) => node);
  draws.shuffle(order);
  const equivocators = order.slice(0, equivocatorCount).sort((a, b) => a - b);
  const silentCount = draws.integer((limits.silent ?? 1) + 1);
  const silent = order.slice(equivocatorCount, equivocatorCount + silentCount);
  const slowestUs = [50_000, 300_000, 1_500_000][draws.integer(3)]!;
  const edges: Edge[] = [];
  for (let a = 0; a < nodeCount; a++) {
    for (let b = a + 1; b < nodeCount; b++) {
      edges.push({ a, b, latencyUs: 5_000 + draws.integer(slowestUs), bandwidth: 1e9 });
    }
  }
  const isSkewed = draws.integer(3) === 0;
  const skewUs = order.map(() => (isSkewed ? draws.integer(600_001) - 300_000 : 0));
  const phases = drawPhases(draws, nodeCount, order.slice(equivocatorCount), limits.phases);
  const calm = phases[phases.length - 1]!.fromTurn;
  return {
    seed,
    nodeCount,
    delegates,
    epochRounds: [1, 2, 5, 1_000][draws.integer(4)]!,
    isElecting: delegates < nodeCount && draws.integer(2) === 0,
    forkChoice: (['distinct', 'longest', 'irreversible'] as const)[draws.integer(3)]!,
    edges,
    skewUs,
    equivocators,
    silent: silent.sort((a, b) => a - b),
    phases,
    endTurn: calm + 8 * delegates + 10,
  };
}

/** Nodes start apart, then some move over, go down or come back, phase by phase. */
function drawPhases(
  draws: SequentialStream,
  nodeCount: number,
  honest: readonly number[],
  phaseCount = 2 + draws.integer(6),
): FaultPhase[] {
  const sideCount = 2 + (draws.integer(4) === 0 ? 1 : 0);
  let sides = Array.from({ length: nodeCount }, () => draws.integer(sideCount));
  let down = honest.filter(() => draws.integer(6) === 0);
  const phases: FaultPhase[] = [];
  let turn = 1 + draws.integer(nodeCount);
  for (let k = 0; k < phaseCount; k++) {
    phases.push({ fromTurn: turn, sides, down });
    turn += 1 + draws.integer(2 * nodeCount);
    const moving = draws.integer(2) === 0 ? 6 : 2;
    sides = sides.map((side) => (draws.integer(moving) === 0 ? draws.integer(sideCount) : side));
    down = honest.filter((node) => draws.integer(down.includes(node) ? 2 : 8) === 0);
  }
  phases.push({ fromTurn: turn, sides: sides.map(() => 0), down: [] });
  return phases;
}

/**
 * The clean split: honest nodes in two halves that hear nothing of each other, and every equivocator on
 * both sides, from the first turn on.
 *
 * @param rounds - How long the split lasts.
 */
export function cleanSplit(nodeCount: number, equivocators: number, rounds = 6): FaultSchedule {
  const nodes = Array.from({ length: nodeCount }, (_, node) => node);
  const edges = nodes.flatMap((a) =>
    nodes.slice(a + 1).map((b) => ({ a, b, latencyUs: 10_000, bandwidth: 1e9 })),
  );
  const healed = 1 + rounds * nodeCount;
  return {
    seed: `clean-split/${nodeCount}/${equivocators}`,
    nodeCount,
    delegates: nodeCount,
    epochRounds: 1_000,
    isElecting: false,
    forkChoice: 'distinct',
    edges,
    skewUs: nodes.map(() => 0),
    equivocators: nodes.slice(nodeCount - equivocators),
    silent: [],
    phases: [
      { fromTurn: 1, sides: nodes.map((node) => node % 2), down: [] },
      { fromTurn: healed, sides: nodes.map(() => 0), down: [] },
    ],
    endTurn: healed,
  };
}

/** Whether blocks cross every link within a turn: three messages, see relay `inv-getdata`. */
export function isTimely({ edges }: FaultSchedule): boolean {
  return edges.every(({ latencyUs }) => 3 * latencyUs < FAULT_TURN_US);
}

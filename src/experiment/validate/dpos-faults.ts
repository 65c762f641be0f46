/**
 * Running a schedule of faults under a rule of irreversibility, and what honest nodes came to hold
 * final. Checkers know nothing of the rule: one block a height, no way back, no coin spent twice.
 */
import { createRandomSource } from '../../base/random.ts';
import { type BlankChain, createBlankChain } from '../../consensus/blank-chain.ts';
import dpos from '../../consensus/protocols/dpos.ts';
import type { DposRuleName } from '../../consensus/protocols/dpos-options.ts';
import { PHASE } from '../../kernel/phase.ts';
import type { Election } from '../../ledger/chain-parameters.ts';
import { linksFromEdges } from '../../network/topology.ts';
import {
  cleanSplit,
  drawFaults,
  FAULT_TURN_US,
  type FaultLimits,
  type FaultSchedule,
} from './dpos-schedules.ts';

/** What became of a schedule under a rule. */
export interface FaultOutcome {
  /** Heights at which honest nodes hold two blocks final: agreement is broken. */
  readonly divergentHeights: number;
  /** Final blocks that an honest node gave up again. */
  readonly reversals: number;
  /** Coins that honest nodes saw finally spent in two ways. */
  readonly doubleSpends: number;
  /** Final blocks that are invalid or whose parent was not final before. */
  readonly invalidFinals: number;
  /** Least final height of honest nodes at the end, and greatest head height when the calm began. */
  readonly finalHeight: number;
  readonly headAtCalm: number;
  /** Blocks that share a parent with another. */
  readonly forks: number;
}

/** A coin is spent by the first block at or after every so many turns. */
const COIN_TURNS = 5;
const CUT = 1;

/** Runs a schedule under a rule. @param quorum - More than two thirds when absent. */
export function runFaults(
  schedule: FaultSchedule,
  rule: DposRuleName,
  quorum?: number,
): FaultOutcome {
  const { nodeCount, equivocators, silent, phases } = schedule;
  const chain = createBlankChain({
    protocol: dpos,
    options: {
      turn: FAULT_TURN_US,
      delegates: schedule.delegates,
      epochRounds: schedule.epochRounds,
      irreversibility: rule,
      forkChoice: schedule.forkChoice,
      ...(quorum === undefined ? {} : { quorum }),
    },
    links: linksFromEdges(
      schedule.edges,
      schedule.skewUs.map(() => 'here'),
    ),
    seed: schedule.seed,
    skewUs: Float64Array.from(schedule.skewUs),
    ...(schedule.isElecting ? { electionAt: electionsBy(schedule) } : {}),
  });
  const isEquivocator = schedule.skewUs.map((_, node) => equivocators.includes(node));
  let groups: readonly (readonly number[])[] | undefined;
  chain.conduct.control(equivocators, { splits: () => groups, relays: () => false });
  chain.conduct.control(silent, { takesPart: () => false });
  const checks = watchFinals(chain, nodeCount);
  let headAtCalm = 0;
  const enter = chain.kernel.event('network/enter-phase', PHASE.network, (index) => {
    const { sides, down } = phases[index]!;
    const { up } = chain.transport;
    const isCalm = index === phases.length - 1;
    groups = isCalm ? undefined : groupsOf(sides, isEquivocator);
    chain.transport.cut(
      CUT,
      (a, b) => sides[a] !== sides[b] && !isEquivocator[a] && !isEquivocator[b],
    );
    for (let node = 0; node < nodeCount; node++) {
      const wasUp = up[node] === 1;
      up[node] = down.includes(node) ? 0 : 1;
      if (wasUp || up[node] === 0) continue;
      const peers = sides
        .map((_, peer) => peer)
        .filter((peer) => peer !== node && !isEquivocator[peer]);
      const peer = peers.find((other) => chain.transport.reaches(other, node));
      if (peer !== undefined) chain.engine.catchUp(node, peer);
    }
    if (!isCalm) return;
    for (let node = 0; node < nodeCount; node++) {
      headAtCalm = Math.max(headAtCalm, chain.tree.height[chain.engine.head[node]!]!);
    }
    chain.transport.heal(CUT);
  });
  phases.forEach(({ fromTurn }, index) => {
    enter.at(fromTurn * FAULT_TURN_US - FAULT_TURN_US / 2, index);
  });
  chain.run(schedule.endTurn * FAULT_TURN_US);
  return { ...checks(), headAtCalm };
}

/** Elections that rank the nodes anew at every block, the same for all who look there. */
function electionsBy({ seed, nodeCount }: FaultSchedule): (block: number) => Election {
  const known = new Map<number, Election>();
  return (block) => {
    let election = known.get(block);
    if (election === undefined) {
      const ranking = Array.from({ length: nodeCount }, (_, node) => node);
      createRandomSource(`${seed}/${block}`).sequential('chain/ranking').shuffle(ranking);
      election = { ranking, stake: ranking.map(() => 1) };
      known.set(block, election);
    }
    return election;
  };
}

/** Nodes that an equivocator can tell apart: those of each side; none when there is one side only. */
function groupsOf(
  sides: readonly number[],
  isEquivocator: readonly boolean[],
): readonly (readonly number[])[] | undefined {
  const bySide = new Map<number, number[]>();
  sides.forEach((side, node) => {
    if (isEquivocator[node]) return;
    const group = bySide.get(side);
    if (group === undefined) bySide.set(side, [node]);
    else group.push(node);
  });
  return bySide.size < 2 ? undefined : [...bySide.values()];
}

/** Notes what every honest node holds final, and compares at the end. */
function watchFinals(chain: BlankChain, nodeCount: number): () => Omit<FaultOutcome, 'headAtCalm'> {
  const { tree, engine, conduct, instance } = chain;
  const finals: number[][] = Array.from({ length: nodeCount }, () => [0]);
  let reversals = 0;
  let invalidFinals = 0;
  engine.observe({
    onFinal(node, block) {
      if (!conduct.isHonest(node)) return;
      const own = finals[node]!;
      const height = tree.height[block]!;
      if (own[height] !== undefined && own[height] !== block) reversals++;
      if (own[height - 1] !== tree.parent[block] || !instance.isValid(block)) invalidFinals++;
      own[height] = block;
    },
  });
  const turnOf = (block: number) => (block === 0 ? 0 : tree.consensus(block)[0]!);
  return () => {
    const atHeight = new Map<number, Set<number>>();
    const spentIn = new Map<number, Set<number>>();
    const note = (map: Map<number, Set<number>>, key: number, block: number) => {
      const known = map.get(key);
      if (known === undefined) map.set(key, new Set([block]));
      else known.add(block);
    };
    let finalHeight = Number.POSITIVE_INFINITY;
    for (let node = 0; node < nodeCount; node++) {
      if (!conduct.isHonest(node)) continue;
      finalHeight = Math.min(finalHeight, tree.height[engine.finalBlock[node]!]!);
      for (const block of finals[node]!) {
        note(atHeight, tree.height[block]!, block);
        const coin = Math.floor(turnOf(block) / COIN_TURNS);
        if (block > 0 && Math.floor(turnOf(tree.parent[block]!) / COIN_TURNS) < coin) {
          note(spentIn, coin, block);
        }
      }
    }
    let forks = 0;
    for (let block = 0; block < tree.count; block++) {
      const first = tree.firstChild[block]!;
      if (first >= 0 && tree.nextSibling[first]! >= 0) forks++;
    }
    const twice = (map: Map<number, Set<number>>) =>
      [...map.values()].filter((blocks) => blocks.size > 1).length;
    return {
      divergentHeights: twice(atHeight),
      reversals,
      doubleSpends: twice(spentIn),
      invalidFinals,
      finalHeight,
      forks,
    };
  };
}

/** A schedule under which a rule broke. */
export interface RuleBreak {
  /** Equivocators of the schedule. */
  readonly equivocators: number;
  /** Seed of the schedule; empty for the clean split. */
  readonly seed: string;
  /** Schedules tried with as many equivocators until then. */
  readonly tried: number;
}

/**
 * Looks for the fewest equivocators with which a rule lets honest nodes hold two blocks final at one
 * height: the clean split first, then random schedules, number by number from 0.
 *
 * @param tries - Random schedules for each number.
 * @returns The first break found; undefined when there is none up to `most` equivocators.
 */
export function smallestBreak(
  rule: DposRuleName,
  limits: FaultLimits & { readonly nodeCount: number; readonly most: number },
  tries: number,
  seed: string,
  quorum?: number,
): RuleBreak | undefined {
  for (let equivocators = 0; equivocators <= limits.most; equivocators++) {
    const split = runFaults(cleanSplit(limits.nodeCount, equivocators), rule, quorum);
    if (split.divergentHeights > 0) return { equivocators, seed: '', tried: 0 };
    for (let k = 0; k < tries; k++) {
      const own = `${seed}/${equivocators}/${k}`;
      const outcome = runFaults(drawFaults(own, { ...limits, equivocators }), rule, quorum);
      if (outcome.divergentHeights > 0) return { equivocators, seed: own, tried: k + 1 };
    }
  }
  return undefined;
}

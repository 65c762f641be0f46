/** Chains of elected producers in the shapes that laws are stated for, and what is read off them. */
import { defaultsOf } from '../../base/options.ts';
import type { SequentialStream } from '../../base/random.ts';
import { type BlankChain, createBlankChain } from '../../consensus/blank-chain.ts';
import dpos from '../../consensus/protocols/dpos.ts';
import {
  type DposOptions,
  dposOptions,
  dposParameters,
  dposSettings,
} from '../../consensus/protocols/dpos-options.ts';
import { createDposRule } from '../../consensus/protocols/dpos-rule.ts';
import { createDposSchedule } from '../../consensus/protocols/dpos-schedule.ts';
import { createBlockTree } from '../../ledger/tree.ts';
import { meshLinks } from './chains.ts';

/** What a chain of producers is made from. */
export interface DelegatesWorld {
  /** All nodes are producers, if the options ask for as many. */
  readonly nodeCount: number;
  readonly options: Partial<DposOptions>;
  readonly seed: string;
  /** Producers that let all turns and votes pass: the last ones. */
  readonly silent?: number;
  /** Time of an empty block from its maker to everybody [µs]; a millisecond when absent. */
  readonly delayUs?: number;
}

/** Producers in one fixed order, with no election between, unless the options say otherwise. */
export function delegatesOn(world: DelegatesWorld): BlankChain {
  const { nodeCount, silent = 0, delayUs = 1_000 } = world;
  const options = { shuffle: 'never', epochRounds: 100_000, epochPause: 0, ...world.options };
  const chain = createBlankChain({
    protocol: dpos,
    links: meshLinks(nodeCount, delayUs),
    seed: world.seed,
    options,
  });
  const all = Array.from({ length: nodeCount }, (_, node) => node);
  chain.conduct.control(all.slice(nodeCount - silent), { takesPart: () => false });
  return chain;
}

/** Lags of irreversibility behind the head, one for every block of a stretch of rounds. */
export interface Lags {
  /** In blocks. */
  readonly blocks: readonly number[];
  /** From the turn of the irreversible block to that of the head [µs]. */
  readonly timesUs: readonly number[];
}

/**
 * Reads the lag at node 0 in the middle of every turn, turns without a block left out.
 *
 * @param warmUp - Rounds before, so that the first block is irreversible.
 */
export function lagsOf(world: DelegatesWorld, warmUp: number, rounds: number): Lags {
  const chain = delegatesOn(world);
  const { turn, producers, repetitions } = settingsOf(world);
  const perRound = producers * repetitions;
  const { tree, engine } = chain;
  const blocks: number[] = [];
  const timesUs: number[] = [];
  let before = -1;
  for (let k = warmUp * perRound; k < (warmUp + rounds) * perRound; k++) {
    chain.run(k * turn + turn / 2);
    const head = engine.head[0]!;
    if (head === before) continue;
    before = head;
    const final = engine.finalBlock[0]!;
    blocks.push(tree.height[head]! - tree.height[final]!);
    timesUs.push(tree.timestampUs[head]! - tree.timestampUs[final]!);
  }
  return { blocks, timesUs };
}

/** Settings that a world's options come to. */
export function settingsOf(world: Pick<DelegatesWorld, 'nodeCount' | 'options'>) {
  return dposSettings({ ...defaultsOf(dposOptions()), ...world.options }, world.nodeCount);
}

/** Heights that head and irreversible block of node 0 gained over some rounds, after a warm-up. */
export function growthOfDelegates(
  world: DelegatesWorld,
  warmUp: number,
  rounds: number,
): { readonly head: number; readonly final: number; readonly spanUs: number } {
  const chain = delegatesOn(world);
  const { turn, producers, repetitions } = settingsOf(world);
  const roundUs = producers * repetitions * turn;
  const { tree, engine } = chain;
  const heights = () =>
    [tree.height[engine.head[0]!]!, tree.height[engine.finalBlock[0]!]!] as const;
  chain.run(warmUp * roundUs + turn / 2);
  const [headBefore, finalBefore] = heights();
  chain.run((warmUp + rounds) * roundUs + turn / 2);
  const [head, final] = heights();
  return { head: head - headBefore, final: final - finalBefore, spanUs: rounds * roundUs };
}

/** Fewest silent producers with which nothing becomes irreversible any more while the head grows. */
export function stallThreshold(
  nodeCount: number,
  options: Partial<DposOptions>,
  seed: string,
): number {
  for (let silent = 0; silent < nodeCount; silent++) {
    const { head, final } = growthOfDelegates({ nodeCount, options, seed, silent }, 3, 3);
    if (final === 0 && head > 0) return silent;
  }
  return nodeCount;
}

/**
 * Holds elections over random stakes and counts those in which the seats of bad nodes reach a threshold.
 *
 * @param bad - Bad nodes among `nodeCount`; their stakes are drawn like all others.
 */
export function capturedElections(
  draws: SequentialStream,
  world: Pick<DelegatesWorld, 'nodeCount' | 'options'>,
  bad: number,
  threshold: number,
  elections: number,
): number {
  const { nodeCount } = world;
  const parameters = dposParameters({ ...defaultsOf(dposOptions()), ...world.options }, nodeCount);
  const tree = createBlockTree('genesis');
  const rule = createDposRule(tree, parameters);
  let captured = 0;
  for (let k = 0; k < elections; k++) {
    const stake = Array.from({ length: nodeCount }, () => draws.exponential(1));
    const ranking = stake.map((_, node) => node);
    ranking.sort((a, b) => stake[b]! - stake[a]! || a - b);
    const schedule = createDposSchedule(tree, rule, parameters, {
      electionAt: () => ({ ranking, stake }),
    });
    const { holders } = schedule.seatsOn(0, 1);
    if (holders.filter((node) => node < bad).length >= threshold) captured++;
  }
  return captured;
}

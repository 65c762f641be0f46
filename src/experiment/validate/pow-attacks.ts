/** Attacks on proof of work on blank chains, in the settings that their laws are stated for. */
import { defaultsOf } from '../../base/options.ts';
import type { BlankChain } from '../../consensus/blank-chain.ts';
import { majorityCostUptPerW } from '../../consensus/protocols/pow-energy.ts';
import { asPow } from '../../consensus/protocols/pow-fork-choice.ts';
import type { Adversary, AdversaryReport } from '../../fraud/adversaries/define.ts';
import doubleSpend from '../../fraud/adversaries/double-spend.ts';
import majority from '../../fraud/adversaries/majority.ts';
import selfishMining, {
  type PoolRevenue,
  poolRevenue,
} from '../../fraud/adversaries/selfish-mining.ts';
import { PHASE } from '../../kernel/phase.ts';
import { nodeId } from '../../network/node-id.ts';
import { type Edge, linksFromEdges } from '../../network/topology.ts';
import { meshLinks, minersOn, NO_RETARGET, SECOND_US, sharesOf, starLinks } from './chains.ts';

/** Mean interval of all blocks; beside it a link of 1 µs takes no time. */
const T_US = 600 * SECOND_US;
/** A link of 1 µs: three steps of the relay. */
const NO_DELAY_US = 3;
/** Confirmations that no run reaches, so that nothing is final and nothing is folded. */
const NEVER_FINAL = 10_000;

const CONSTANT = { blockInterval: T_US, retargetBlocks: NO_RETARGET };
/** Announcement, request and block: what the standard relay takes over one link. */
const RELAY_STEPS = 3;
/** Fast enough that bytes take no time. */
const BANDWIDTH = 1e12;

interface Wired {
  report(): AdversaryReport;
}

/** Puts an adversary on a chain before it starts. */
function wire(
  chain: BlankChain,
  adversary: Adversary,
  options: Readonly<Record<string, unknown>>,
): Wired {
  const instance = adversary.create(
    {
      net: chain,
      nodeCount: chain.transport.links.nodeCount,
      protocol: 'pow',
      openingUs: 0,
      endUs: Number.MAX_SAFE_INTEGER,
      random: chain.random,
    },
    { ...defaultsOf(adversary.options()), ...options } as never,
  );
  return { report: () => instance.finish()[0]! };
}

/** Runs until so many attempts have ended, none of them cut short. */
function runAttempts(chain: BlankChain, { report }: Wired, attempts: number): AdversaryReport {
  while (report().attempts < attempts) chain.run(chain.kernel.nowUs + 500 * T_US);
  return report();
}

/** Miners with these shares at constant difficulty, without delay. */
function minersWith(
  shares: readonly number[],
  seed: string,
  options: Readonly<Record<string, unknown>> = {},
): BlankChain {
  const links = meshLinks(shares.length, NO_DELAY_US);
  return minersOn({ links, seed, options: { ...CONSTANT, ...sharesOf(shares), ...options } });
}

/** A double spend as its laws put it. */
export interface DoubleSpendRace {
  /** Attacker's share of hash power. */
  readonly q: number;
  readonly confirmations: number;
  readonly preMined: 0 | 1;
  /** Blocks behind at which it gives up; costs at most (q / p)^giveUp of its chance. */
  readonly giveUp: number;
}

/** Share of successful double spends of one attacker against one honest miner, without delay. */
export function doubleSpendSuccess(race: DoubleSpendRace, attempts: number, seed: string): number {
  const chain = minersWith([1 - race.q, race.q], seed);
  return raced(chain, 1, race, attempts);
}

/**
 * Share of successful double spends where equal honest miners lose blocks to each other over a delay, and
 * the attacker hears and is heard at once: what delay costs the honest, and nothing else.
 *
 * @param delayOverInterval - Time that a block travels between honest miners, in mean intervals.
 */
export function delayedDoubleSpendSuccess(
  race: DoubleSpendRace,
  world: { readonly honest: number; readonly delayOverInterval: number },
  attempts: number,
  seed: string,
): number {
  const { honest, delayOverInterval } = world;
  const edges = meshAround(honest, (delayOverInterval * T_US) / RELAY_STEPS, () => 1);
  const shares = Array.from({ length: honest }, () => (1 - race.q) / honest);
  const chain = minersOn({
    links: linksFromEdges(edges, hereFor(honest + 1)),
    seed,
    options: { ...CONSTANT, ...sharesOf([...shares, race.q]) },
  });
  // An attempt begins at an honest block, which the attacker passes on before it begins.
  return raced(chain, honest, race, attempts, 1);
}

/** A full mesh of nodes, and one more that is linked to each of them. */
function meshAround(
  count: number,
  latencyUs: number,
  middleUs: (node: number) => number,
): readonly Edge[] {
  const edges: Edge[] = [];
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) edges.push({ a, b, latencyUs, bandwidth: BANDWIDTH });
    edges.push({ a, b: count, latencyUs: middleUs(a), bandwidth: BANDWIDTH });
  }
  return edges;
}

const hereFor = (nodeCount: number) => Array.from({ length: nodeCount }, () => 'here');

function raced(
  chain: BlankChain,
  attacker: number,
  race: DoubleSpendRace,
  attempts: number,
  pause = 0,
): number {
  const { q: _, ...rules } = race;
  const attack = { nodes: [nodeId(attacker)], ...rules, attempts, pause };
  const wired = wire(chain, doubleSpend, attack);
  return runAttempts(chain, wired, attempts).successes / attempts;
}

/**
 * Share of successful double spends when the merchant's z blocks come at their mean times, as Nakamoto
 * assumes, and the attacker needs to draw level: while the payment waits, a punctual maker without hash
 * power makes the blocks and the honest miner rests.
 */
export function punctualDoubleSpendSuccess(
  race: Omit<DoubleSpendRace, 'preMined'>,
  attempts: number,
  seed: string,
): number {
  const { q, confirmations, giveUp } = race;
  const [merchant, miner, attacker] = [0, 1, 2];
  const chain = minersWith([0, 1 - q, q], seed);
  const { kernel, engine, transport } = chain;
  const pauseUs = 10 * T_US;
  const attack = { nodes: [nodeId(attacker)], confirmations, rule: 'tie', giveUp, pause: pauseUs };
  const wired = wire(chain, doubleSpend, attack);
  asPow(chain.instance)!.swayTies(1);
  const make = kernel.event('consensus/make-punctually', PHASE.consensus, (count) => {
    const block = chain.build(merchant, engine.head[merchant]!, kernel.nowUs, [T_US], T_US);
    chain.publish(merchant, block);
    if (count < confirmations) {
      make.after(Math.floor(T_US / (1 - q)), count + 1);
      return;
    }
    transport.up[miner] = 1;
    engine.catchUp(miner, merchant);
  });
  for (let done = 0, readyUs = 0; done < attempts; done++) {
    chain.run(readyUs);
    transport.up[miner] = 0;
    // What is on its way arrives; then comes the block that the private branch leaves from.
    make.at(readyUs + 100, 0);
    while (wired.report().attempts === done) chain.run(kernel.nowUs + pauseUs / 2);
    readyUs = wired.report().endedUs + pauseUs;
  }
  return wired.report().successes / attempts;
}

/** Revenue of a selfish pool of hash share α against one honest miner, over so many blocks made. */
export function selfishRun(
  alpha: number,
  gamma: number,
  blocks: number,
  seed: string,
): PoolRevenue {
  const chain = minersWith([1 - alpha, alpha], seed);
  wire(chain, selfishMining, { nodes: [nodeId(1)], gamma });
  chain.run(blocks * T_US);
  return poolRevenue(chain, (node) => node === 1, 0);
}

/** Honest nodes about a selfish pool: followers are close to it, the others not. */
export interface PoolSurroundings {
  /** Equal honest miners, and those of them that are followers. */
  readonly honest: number;
  readonly followers: number;
}

/**
 * γ of {@link selfishRunOnNetwork}. When a follower finds a block, the pool answers before anybody else has
 * heard of it; when another node does, before the followers have. The finder keeps to its own.
 */
export function networkGamma({ honest, followers }: PoolSurroundings): number {
  const share = followers / honest;
  return share * (1 - 1 / honest) + (1 - share) * share;
}

/** Revenue of a selfish pool whose γ is the network's: it follows from who hears of which block first. */
export function selfishRunOnNetwork(
  alpha: number,
  { honest, followers }: PoolSurroundings,
  blocks: number,
  seed: string,
): PoolRevenue {
  const pool = honest;
  const edges = meshAround(honest, 1000, (node) => (node < followers ? 1 : 900));
  const shares = Array.from({ length: honest }, () => (1 - alpha) / honest);
  const chain = minersOn({
    links: linksFromEdges(edges, hereFor(honest + 1)),
    seed,
    options: { ...CONSTANT, ...sharesOf([...shares, alpha]) },
  });
  wire(chain, selfishMining, { nodes: [nodeId(pool)] });
  chain.run(blocks * T_US);
  return poolRevenue(chain, (node) => node === pool, 0);
}

/** What became of rewritings: their success share, and what each took. */
export interface Rewriting {
  readonly success: number;
  /** Mean time of an attempt over the mean interval of all blocks. */
  readonly blocks: number;
}

/** Rewritings of `depth` blocks by a pool of hash share q, one after the other. */
export function rewritingRun(
  q: number,
  depth: number,
  giveUp: number,
  attempts: number,
  seed: string,
): Rewriting {
  const chain = minersWith([1 - q, q], seed);
  const options = { nodes: [nodeId(1)], depth, giveUp, attempts, pause: 0 };
  const wired = wire(chain, majority, options);
  const report = runAttempts(chain, wired, attempts);
  const powerW = chain.instance.powerW(1);
  const { electricity } = defaultsOf(majority.options()) as { readonly electricity: number };
  const spentUs = (report.costUpt / electricity / powerW) * 1000 * 3.6e9;
  return { success: report.successes / attempts, blocks: spentUs / attempts / T_US };
}

/** Two branches that grow side by side. */
export interface TwoBranches {
  /** Blocks in private, blocks that honest miners made, and height of their chain. */
  readonly privateBlocks: number;
  readonly honestBlocks: number;
  readonly publicHeight: number;
  /** Share of honest nodes that leave their branch when the private one is announced at the end. */
  readonly overtaken: number;
}

/**
 * A pool of share β mines in private from genesis on, while equal honest miners a delay apart lose
 * blocks to each other; at the end it announces all it has.
 *
 * @param delayOverInterval - λΔ, λ the rate of all blocks, the pool's too.
 */
export function privateChainRun(
  world: {
    readonly beta: number;
    readonly delayOverInterval: number;
    readonly honest: number;
    readonly forkChoice: 'most-work' | 'ghost';
  },
  blocks: number,
  seed: string,
): TwoBranches {
  const { beta, honest, forkChoice } = world;
  const pool = honest;
  const shares = Array.from({ length: honest }, () => (1 - beta) / honest);
  const delayUs = world.delayOverInterval * T_US;
  const chain = minersOn({
    // All to all would be a link for each pair; the middle of the star does not mine.
    links: starLinks(honest + 2, delayUs),
    seed,
    options: {
      ...CONSTANT,
      forkChoice,
      confirmations: NEVER_FINAL,
      ...sharesOf([...shares, beta]),
    },
  });
  const { tree, engine, kernel } = chain;
  const withheld: number[] = [];
  let tip = 0;
  chain.conduct.control([pool], {
    parentFor: () => tip,
    announces(_node, block) {
      tip = block;
      withheld.push(block);
      return false;
    },
  });
  chain.run(blocks * T_US);
  const [last, privateBlocks, made] = [tip, withheld.length, tree.count - 1];
  let publicHeight = 0;
  for (let node = 0; node < honest; node++) {
    publicHeight = Math.max(publicHeight, tree.height[engine.head[node]!]!);
  }
  for (const block of withheld) chain.publish(pool, block);
  chain.run(kernel.nowUs + 2 * delayUs);
  let left = 0;
  for (let node = 0; node < honest; node++) {
    if (tree.isAncestor(last, engine.head[node]!)) left++;
  }
  const honestBlocks = made - privateBlocks;
  return { privateBlocks, honestBlocks, publicHeight, overtaken: left / honest };
}

/**
 * What it costs to outhash the miners of a chain whose power follows `isoSecurity` [Upt], read from the
 * power that its nodes draw.
 */
export function majorityCostUpt(options: {
  readonly certificatePrice: number;
  readonly stakeToCapture: number;
  readonly hardwarePrice: number;
  readonly attackHorizon: number;
  readonly electricity: number;
}): number {
  const shares = [5, 3, 1, 1];
  const chain = minersWith(shares, 'security', { ...options, energyRule: 'isoSecurity' });
  const powerW = shares.reduce((sum, _, node) => sum + chain.instance.powerW(node), 0);
  return powerW * majorityCostUptPerW(options);
}

/** Blank chains in the shapes that laws are stated for, and what is read off them. */
import { type BlankChain, createBlankChain } from '../../consensus/blank-chain.ts';
import pow from '../../consensus/protocols/pow.ts';
import { type Edge, type Links, linksFromEdges } from '../../network/topology.ts';

/** One second [µs]. */
export const SECOND_US = 1_000_000;
/** Difficulty stays what it was. */
export const NO_RETARGET = 0;
/** Fast enough that bytes take no time. */
const BANDWIDTH = 1e12;
/** Announcement, request and block: what the standard relay takes over one link. */
const RELAY_STEPS = 3;

/** Links between all pairs, so that an empty block takes `delayUs` from its maker to everybody. */
export function meshLinks(nodeCount: number, delayUs: number): Links {
  const edges: Edge[] = [];
  const latencyUs = delayUs / RELAY_STEPS;
  for (let a = 0; a < nodeCount; a++) {
    for (let b = a + 1; b < nodeCount; b++) edges.push({ a, b, latencyUs, bandwidth: BANDWIDTH });
  }
  return linksFromEdges(edges, here(nodeCount));
}

/** Links of all nodes to the last one, over which an empty block takes `delayUs` to all others. */
export function starLinks(nodeCount: number, delayUs: number): Links {
  const hub = nodeCount - 1;
  const latencyUs = delayUs / RELAY_STEPS / 2;
  const edges = Array.from({ length: hub }, (_, a): Edge => {
    return { a, b: hub, latencyUs, bandwidth: BANDWIDTH };
  });
  return linksFromEdges(edges, here(nodeCount));
}

const here = (nodeCount: number) => Array.from({ length: nodeCount }, () => 'here');

/** Miners of proof of work. */
export interface Miners {
  readonly links: Links;
  readonly seed: string;
  /** Options that differ from the defaults of `pow`. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A proof-of-work chain without transactions. */
export function minersOn({ links, seed, options }: Miners): BlankChain {
  return createBlankChain({ protocol: pow, links, seed, options });
}

/** Options for miners with these shares, in any unit; nodes beyond the list do not mine. */
export function sharesOf(shares: readonly number[]): Readonly<Record<string, unknown>> {
  return { hashRates: 'list', hashShares: shares };
}

/** Height of the highest block there is; its maker has it as head. */
export function heightOf({ tree, engine }: BlankChain): number {
  return engine.head.reduce((most, head) => Math.max(most, tree.height[head]!), 0);
}

/** Timestamps of the branch of node 0 from genesis on [µs]. */
export function timestampsOf({ tree, engine }: BlankChain): number[] {
  const times: number[] = [];
  for (let at = engine.head[0]!; at >= 0; at = tree.parent[at]!) times.push(tree.timestampUs[at]!);
  return times.reverse();
}

/** Runs a chain until it has a height. @param stepUs - How often to look. */
export function runToHeight(chain: BlankChain, height: number, stepUs: number): void {
  while (heightOf(chain) < height) chain.run(chain.kernel.nowUs + stepUs);
}

/** Growth of a chain over a stretch of its life. */
export interface Growth {
  /** Heights gained. */
  readonly height: number;
  /** Blocks made, stale ones too. */
  readonly made: number;
  readonly spanUs: number;
}

/**
 * Lets a chain warm up and measures what it does then.
 *
 * @returns Differences between two instants, so that neither end counts twice.
 */
export function growthOf(chain: BlankChain, warmUpUs: number, spanUs: number): Growth {
  chain.run(warmUpUs);
  const [height, count] = [heightOf(chain), chain.tree.count];
  chain.run(warmUpUs + spanUs);
  return { height: heightOf(chain) - height, made: chain.tree.count - count, spanUs };
}

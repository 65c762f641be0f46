/** Nodes with hash power in one hand, as attacks on proof of work need them. */
import { fraction, list, type OptionIssue, price, text } from '../../base/options.ts';
import { asPow, type PowInstance } from '../../consensus/protocols/pow-fork-choice.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import { nodeOfId } from '../../network/node-id.ts';
import type { AdversaryContext } from './define.ts';
import { checkNodes } from './nodes.ts';

/** Options that choose a pool: a share of hash power, or nodes by name. */
export const poolOptions = (share: string) => ({
  share: fraction(share, { doc: 'Share of hash power it holds, as near as nodes make it' }),
  nodes: list(text(), [], { doc: 'Nodes it holds by name, whatever their share' }),
  electricity: price('0.60 pt/kWh', { doc: 'What it pays for hashing' }),
});

/** Values of {@link poolOptions}. */
export interface PoolChoice {
  readonly share: number;
  readonly nodes: readonly string[];
  readonly electricity: number;
}

/** Problems of a choice. */
export function checkPool(choice: PoolChoice, nodeCount: number): OptionIssue[] {
  const issues = checkNodes({ count: choice.nodes.length, nodes: choice.nodes }, nodeCount);
  if (choice.nodes.length === 0 && !(choice.share > 0 && choice.share < 1)) {
    issues.push({ key: 'share', expected: 'above 0 and below 1', got: String(choice.share) });
  }
  return issues;
}

/**
 * A pool. Its members mine on what the pool says at once, as miners that are given jobs do, and keep what
 * they find until the pool announces it.
 */
export interface MiningPool {
  /** Ascending. */
  readonly nodes: readonly number[];
  readonly pow: PowInstance;
  /** Hash power it has. */
  readonly share: number;
  /** Honest node whose view decides what was accepted and lost. */
  readonly onlooker: number;
  isMember(node: number): boolean;
  /** Whether a member made the block. */
  made(block: BlockIndex): boolean;
  /** The makers of blocks announce them, oldest first. */
  announce(blocks: readonly BlockIndex[]): void;
  /** What hashing for a time costs [Upt], rounded half up. */
  costUpt(spanUs: number): number;
}

/** Makes the pool of a choice; undefined where the chain has no proof of work. */
export function createPool(
  context: AdversaryContext,
  choice: PoolChoice,
  name: string,
): MiningPool | undefined {
  const { net, nodeCount } = context;
  const pow = asPow(net.instance);
  if (pow === undefined) return undefined;
  const nodes = membersOf(context, choice, pow, name);
  const member = new Uint8Array(nodeCount);
  for (const node of nodes) member[node] = 1;
  const share = nodes.reduce((sum, node) => sum + pow.hashShare(node), 0);
  const powerW = nodes.reduce((sum, node) => sum + pow.powerW(node), 0);
  let onlooker = 0;
  while (onlooker < nodeCount - 1 && (member[onlooker] === 1 || !net.conduct.isHonest(onlooker))) {
    onlooker++;
  }
  const { tree } = net;
  return {
    nodes,
    pow,
    share,
    onlooker,
    isMember: (node) => member[node] === 1,
    made: (block) => block > 0 && member[tree.producer[block]!] === 1,
    announce(blocks) {
      for (const block of blocks) net.publish(tree.producer[block]!, block);
    },
    costUpt: (spanUs) => Math.floor(((powerW / 1000) * spanUs * choice.electricity) / 3.6e9 + 0.5),
  };
}

/**
 * Nodes whose hash power comes near a share: the largest that still fit, then the smallest that is left
 * where it brings the sum nearer. Equal ones are drawn by lot; node 0, which observes for the trading
 * centre, is only taken by name.
 */
function membersOf(
  { net, nodeCount, random }: AdversaryContext,
  choice: PoolChoice,
  pow: PowInstance,
  name: string,
): number[] {
  if (choice.nodes.length > 0) {
    return [...new Set(choice.nodes.map(nodeOfId))].sort((a, b) => a - b);
  }
  const candidates = Array.from({ length: nodeCount - 1 }, (_, k) => k + 1).filter(
    (node) => net.conduct.isHonest(node) && pow.hashShare(node) > 0,
  );
  random(`chain/adversary-nodes/${name}`).shuffle(candidates);
  const lot = new Map(candidates.map((node, place) => [node, place]));
  candidates.sort((a, b) => pow.hashShare(b) - pow.hashShare(a) || lot.get(a)! - lot.get(b)!);
  const taken: number[] = [];
  let sum = 0;
  for (const node of candidates) {
    const next = sum + pow.hashShare(node);
    if (next > choice.share + 1e-9) continue;
    taken.push(node);
    sum = next;
  }
  const least = candidates.findLast((node) => !taken.includes(node));
  if (least !== undefined) {
    const next = sum + pow.hashShare(least);
    if (Math.abs(next - choice.share) < Math.abs(sum - choice.share)) taken.push(least);
  }
  return taken.sort((a, b) => a - b);
}

/** Which nodes an adversary corrupts where not every node makes blocks. */
import type { AdversaryContext } from './define.ts';
import { chooseNodes, type NodeChoice } from './nodes.ts';

/** Turns in a row without a new owner after which all are known; above that of any producer's turns. */
const QUIET_TURNS = 64;

/** Nodes that own turns at the start of the chain, ascending; all nodes where turns are not by clock. */
export function producersOf({ net, nodeCount }: AdversaryContext): number[] {
  const { turns } = net.instance;
  const all = Array.from({ length: nodeCount }, (_, node) => node);
  if (turns === undefined) return all;
  const owners = new Set<number>();
  let quiet = 0;
  for (let turn = 1; quiet < QUIET_TURNS && owners.size < nodeCount; turn++) {
    const owner = turns.ownerOf(0, turn);
    if (owner < 0 || owners.has(owner)) quiet++;
    else quiet = 0;
    if (owner >= 0) owners.add(owner);
  }
  return all.filter((node) => owners.has(node));
}

/**
 * The nodes of a choice, ascending; by lot among the producers, or all nodes where there are fewer
 * honest producers than asked for. Node 0 is only taken by name.
 */
export function chooseProducers(
  context: AdversaryContext,
  choice: NodeChoice,
  name: string,
): number[] {
  if (choice.nodes.length > 0) return chooseNodes(context, choice, name);
  const { conduct } = context.net;
  const candidates = producersOf(context).filter((node) => node > 0 && conduct.isHonest(node));
  if (candidates.length < choice.count) return chooseNodes(context, choice, name);
  context.random(`chain/adversary-nodes/${name}`).shuffle(candidates);
  return candidates.slice(0, choice.count).sort((a, b) => a - b);
}

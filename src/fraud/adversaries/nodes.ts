/** How adversaries name the nodes that they hold. */
import { integer, list, type OptionIssue, text } from '../../base/options.ts';
import { nodeId, nodeOfId } from '../../network/node-id.ts';
import type { AdversaryContext } from './define.ts';

/** Options that choose nodes: by name, or so many by lot. */
export const nodeOptions = (count: number) => ({
  count: integer(count, { min: 0, max: 20_000, doc: 'Nodes it holds, drawn by lot' }),
  nodes: list(text(), [], { doc: 'Nodes it holds by name, instead of by lot' }),
});

/** Values of {@link nodeOptions}. */
export interface NodeChoice {
  readonly count: number;
  readonly nodes: readonly string[];
}

/** Problems of a choice: names that are no nodes, more nodes than there are. */
export function checkNodes({ count, nodes }: NodeChoice, nodeCount: number): OptionIssue[] {
  const issues: OptionIssue[] = [];
  nodes.forEach((id, index) => {
    const node = nodeOfId(id);
    if (node >= 0 && node < nodeCount) return;
    const expected = `a full node, ${nodeId(0)} to ${nodeId(nodeCount - 1)}`;
    issues.push({ key: `nodes.${index}`, expected, got: id });
  });
  if (count >= nodeCount) {
    const expected = `fewer than the ${nodeCount} full nodes, so that an honest one is left`;
    issues.push({ key: 'count', expected, got: String(count) });
  }
  return issues;
}

/**
 * A member named by its number.
 *
 * @throws {RangeError} when there are fewer members.
 */
export function memberOf(memberCount: number, key: string, member: number): number {
  if (member < memberCount) return member;
  const known = memberCount === 0 ? 'none, for there are none' : `0 to ${memberCount - 1}`;
  throw new RangeError(`"${key}" expected a member, ${known}, got ${member}`);
}

/**
 * The nodes of a choice, ascending. Node 0, which observes for the trading centre, is only taken by
 * name, so that what is measured stays the view of an honest node.
 */
export function chooseNodes(context: AdversaryContext, choice: NodeChoice, name: string): number[] {
  if (choice.nodes.length > 0) {
    return [...new Set(choice.nodes.map(nodeOfId))].sort((a, b) => a - b);
  }
  const { conduct } = context.net;
  const free = Array.from({ length: context.nodeCount - 1 }, (_, k) => k + 1);
  const candidates = free.filter((node) => conduct.isHonest(node));
  context.random(`chain/adversary-nodes/${name}`).shuffle(candidates);
  return candidates.slice(0, choice.count).sort((a, b) => a - b);
}

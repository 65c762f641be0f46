/**
 * Validators on a full mesh with followers beside them, as the tests of voting protocols want them.
 */
import { type BlankChain, createBlankChain } from '../../../src/consensus/blank-chain.ts';
import type { Conduct } from '../../../src/consensus/conduct.ts';
import type { ConsensusProtocol } from '../../../src/consensus/protocol.ts';
import { linksFromEdges } from '../../../src/network/topology.ts';
import { MESSAGE, type MessageType } from '../../../src/network/traffic.ts';
import { meshEdges } from './harness.ts';

/** A panel at work. */
export interface TestPanel extends BlankChain {
  heights(): number[];
  /** Messages of a type so far. */
  sent(type: MessageType): number;
  /** When each node held each block final [µs]. */
  readonly finals: { node: number; block: number; timeUs: number }[];
  /** Takes nodes down; up again they ask everybody they reach for their chains. */
  setUp(nodes: readonly number[], isUp: boolean): void;
  /** Keeps the first nodes apart from the others. */
  part(first: readonly number[]): void;
  join(): void;
}

/** What a panel is made from. */
export interface TestPanelOptions {
  readonly protocol: ConsensusProtocol;
  readonly validators: number;
  /** Nodes that do not vote; none when absent. */
  readonly followers?: number;
  readonly latencyUs?: number;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly conducts?: readonly (readonly [readonly number[], Conduct])[];
  readonly blockBytes?: number;
  readonly seed?: string;
  hasPending?(node: number): boolean;
}

/** Makes a panel; something always waits unless it is said otherwise. */
export function createPanel(world: TestPanelOptions): TestPanel {
  const nodeCount = world.validators + (world.followers ?? 0);
  const edges = meshEdges(nodeCount, world.latencyUs ?? 10_000).map((edge) => {
    return { ...edge, bandwidth: Number.POSITIVE_INFINITY };
  });
  const finals: TestPanel['finals'] = [];
  const chain: BlankChain = createBlankChain({
    protocol: world.protocol,
    options: { validators: world.validators, ...world.options },
    links: linksFromEdges(edges, new Array<string>(nodeCount).fill('here')),
    seed: world.seed ?? 1,
    blockBytes: world.blockBytes ?? 0,
    hasPending: world.hasPending ?? (() => true),
    onFinal: (node, block) => finals.push({ node, block, timeUs: chain.kernel.nowUs }),
  });
  for (const [nodes, conduct] of world.conducts ?? []) chain.conduct.control(nodes, conduct);
  const { transport, engine, tree } = chain;
  return {
    ...chain,
    finals,
    heights: () => Array.from(engine.head, (head) => tree.height[head]!),
    sent: (type) => transport.traffic.typeCount[MESSAGE[type]]!,
    setUp(nodes, isUp) {
      for (const node of nodes) {
        transport.setUp(node, isUp);
        for (let peer = 0; isUp && peer < nodeCount; peer++) {
          if (peer !== node && transport.reaches(peer, node)) engine.catchUp(node, peer);
        }
      }
    },
    part(first) {
      transport.cut(1, (a, b) => first.includes(a) !== first.includes(b));
    },
    join: () => transport.heal(1),
  };
}

/** Says nothing. */
export const SILENT: Conduct = { takesPart: () => false };

/** Tells the even and the odd of the others different things; its own side hears both. */
export function twoFaced(total: number, own: readonly number[]): Conduct {
  const others = Array.from({ length: total }, (_, node) => node).filter((n) => !own.includes(n));
  const groups = [0, 1].map((side) => [...others.filter((_, k) => k % 2 === side), ...own]);
  return { splits: () => groups };
}

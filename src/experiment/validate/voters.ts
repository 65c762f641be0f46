/**
 * Validators that decide one request after another, as the laws of voting protocols are stated:
 * every message takes one delay, fixed or exponential, whoever sends it to whom; a client sends its
 * request and waits for replies. All of these are messages of the simulator.
 */
import { createRandomSource } from '../../base/random.ts';
import { type BlankChain, createBlankChain } from '../../consensus/blank-chain.ts';
import type { ConsensusProtocol } from '../../consensus/protocol.ts';
import { faultyMax } from '../../consensus/quorum.ts';
import { type Links, linksFromEdges } from '../../network/topology.ts';
import type { MessageType } from '../../network/traffic.ts';
import { MESSAGE } from '../../network/traffic.ts';
import { SECOND_US } from './chains.ts';

/** A panel of validators with one client. */
export interface Panel {
  readonly protocol: ConsensusProtocol;
  readonly members: number;
  readonly seed: string;
  /** Delay of every message, or its mean [µs]. */
  readonly delayUs: number;
  readonly isExponential?: boolean;
  /** Options that differ from the defaults; a batch never waits. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Validators that get the request; all when absent. */
  readonly asked?: readonly number[];
  /** Replies that the client waits for: f + 1 when absent. */
  readonly replies?: number;
}

/** What came of requests; times are in delays. */
export interface Decisions {
  /** For each request: from the leader's receipt to the commit of each validator, ascending. */
  readonly commits: readonly (readonly number[])[];
  /** For each request: from the client's request to the last reply it waits for. */
  readonly clients: readonly number[];
  /** Messages of each type a decision. */
  perDecision(...types: readonly MessageType[]): number;
}

/** Blocks travel slower than votes, so that decisions are reached by votes. */
const RELAY_DELAYS = 30;
/** Pause after a request, in delays: nothing of it is under way any more. */
const PAUSE_DELAYS = 300;
const REQUEST_BYTES = 200;

/** Links of validators and a client: a star for blocks, one delay between any two for messages. */
export function panelLinks(
  panel: Pick<Panel, 'members' | 'seed' | 'delayUs' | 'isExponential'>,
): Links {
  const { members, delayUs, isExponential = false } = panel;
  const edges = Array.from({ length: members }, (_, a) => {
    return { a, b: members, latencyUs: 1, bandwidth: Number.POSITIVE_INFINITY };
  });
  const plain = linksFromEdges(edges, new Array<string>(members + 1).fill('here'));
  const draws = createRandomSource(panel.seed).sequential('chain/panel-delays');
  const between = isExponential
    ? () => Math.max(1, Math.floor(draws.exponential(delayUs) + 0.5))
    : () => delayUs;
  return {
    ...plain,
    latency: {
      isPerMessage: isExponential,
      next: () => RELAY_DELAYS * delayUs,
      leastUs: () => RELAY_DELAYS * delayUs,
      between: (from, to) => (from === to ? 1 : between()),
    },
  };
}

/** Lets a panel decide so many requests, one at a time. */
export function decide(panel: Panel, requests: number): Decisions {
  const { members, delayUs } = panel;
  const client = members;
  const asked = panel.asked ?? Array.from({ length: members }, (_, node) => node);
  const waitsFor = panel.replies ?? faultyMax(members) + 1;
  let sent = 0;
  let sentUs = 0;
  let replies = 0;
  const commits: number[][] = [];
  const clients: number[] = [];
  const chain: BlankChain = createBlankChain({
    protocol: panel.protocol,
    options: { validators: members, batchTimeout: 0, ...panel.options },
    links: panelLinks(panel),
    seed: panel.seed,
    hasPending: (node) => chain.tree.height[chain.engine.head[node]!]! < sent,
    onFinal(node, block) {
      if (node === client) return;
      const sinceUs = chain.kernel.nowUs - chain.tree.producedUs[block]!;
      commits.at(-1)!.push(sinceUs / delayUs);
      reply.send(node, client, REQUEST_BYTES, 0, 0);
    },
  });
  const { transport, kernel, instance } = chain;
  const request = transport.channel('submit', (node) => instance.onTransaction?.(node));
  const reply = transport.channel('reply', () => {
    if (++replies === waitsFor) clients.push((kernel.nowUs - sentUs) / delayUs);
  });
  settle(chain);
  const before = transport.traffic.typeCount.slice();
  for (; sent < requests; ) {
    sent++;
    sentUs = kernel.nowUs;
    replies = 0;
    commits.push([]);
    request.broadcast(client, asked, REQUEST_BYTES, 0, 0);
    chain.run(sentUs + PAUSE_DELAYS * delayUs);
  }
  const after = transport.traffic.typeCount.slice();
  return {
    commits,
    clients,
    perDecision: (...types) =>
      types.reduce((sum, type) => sum + after[MESSAGE[type]]! - before[MESSAGE[type]]!, 0) /
      requests,
  };
}

/** Lets a leader be found, where the protocol elects one. */
function settle(chain: BlankChain): void {
  do chain.run(chain.kernel.nowUs + SECOND_US);
  while (chain.instance.report?.().leaders === 0);
}

/** Options under which Raft sends no heartbeat while a law looks. */
export const RARE_HEARTBEATS = {
  electionTimeout: 1000 * SECOND_US,
  electionSpread: 1000 * SECOND_US,
  heartbeat: 900 * SECOND_US,
  scale: 1,
} as const;

/** A panel that always has something to decide, with faults, over a stretch of time. */
export interface FaultyPanel {
  readonly protocol: ConsensusProtocol;
  readonly members: number;
  readonly seed: string;
  readonly delayUs: number;
  readonly options: Readonly<Record<string, unknown>>;
  /** Validators that are down from the start. */
  readonly down?: readonly number[];
  /** Validators that say nothing. */
  readonly silent?: readonly number[];
  /** Validators that tell two halves of the others different things. */
  readonly twoFaced?: readonly number[];
}

/**
 * Runs a faulty panel until all live validators decide, or for `untilUs`; what it then looks like.
 */
export function runFaulty(panel: FaultyPanel, untilUs: number) {
  const { members, down = [], silent = [], twoFaced = [] } = panel;
  const firstUs = new Float64Array(members).fill(Number.NaN);
  const chain: BlankChain = createBlankChain({
    protocol: panel.protocol,
    options: { validators: members, ...panel.options },
    links: panelLinks(panel),
    seed: panel.seed,
    hasPending: () => true,
    onFinal(node) {
      if (node < members && Number.isNaN(firstUs[node]!)) firstUs[node] = chain.kernel.nowUs;
    },
  });
  const { engine, conduct, transport } = chain;
  for (const node of down) transport.setUp(node, false);
  conduct.control(silent, { takesPart: () => false });
  const told = Array.from({ length: members }, (_, node) => node).filter(
    (node) => !twoFaced.includes(node),
  );
  const groups = [0, 1].map((side) => [...told.filter((_, k) => k % 2 === side), ...twoFaced]);
  conduct.control(twoFaced, { splits: () => groups });
  const live = told.filter((node) => !down.includes(node) && !silent.includes(node));
  const isDone = () => live.every((node) => !Number.isNaN(firstUs[node]!));
  while (!isDone() && chain.kernel.nowUs < untilUs) chain.run(chain.kernel.nowUs + SECOND_US);
  return {
    /** Whether all live validators have decided something. */
    decided: isDone(),
    /** When each validator first decided [µs]; NaN where it did not. */
    firstUs,
    live,
    conflicts: engine.divergentFinals,
    chain,
  };
}

/**
 * Agreement, validity and recovery under schedules drawn at random: delays of every message,
 * partitions, bursts of lost messages, crashes, silent validators and equivocators. The seed draws
 * the configuration and the faults.
 */
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { createBlankChain } from '../../src/consensus/blank-chain.ts';
import type { ConsensusProtocol } from '../../src/consensus/protocol.ts';
import pbft from '../../src/consensus/protocols/pbft.ts';
import raft from '../../src/consensus/protocols/raft.ts';
import tendermint from '../../src/consensus/protocols/tendermint.ts';
import { faultyMax } from '../../src/consensus/quorum.ts';
import { type Links, linksFromEdges } from '../../src/network/topology.ts';
import { meshEdges } from '../unit/consensus/harness.ts';

const MS = 1_000;
const S = 1_000_000;
/** Faults come and go until here; then everybody who lives can be heard. */
const CALM_US = 4 * S;
/** Within which a decision must follow; waits have doubled or grown meanwhile. */
const PATIENCE_US = 300 * S;

const OPTIONS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  pbft: { batchTimeout: 100 * MS, viewTimeout: 400 * MS, checkpointInterval: 5 },
  tendermint: {
    batchTimeout: 100 * MS,
    timeoutPropose: 400 * MS,
    timeoutPrevote: 200 * MS,
    timeoutPrecommit: 200 * MS,
    timeoutDelta: 200 * MS,
    repeatInterval: 1 * S,
  },
  raft: { batchTimeout: 100 * MS, scale: 4 },
};

/** Raft withstands crashes and partitions, but nobody who cheats. */
const isCrashOnly = (protocol: ConsensusProtocol) => protocol === raft;

/** Equivocators over f that a schedule has; NaN draws up to f, silent ones among them. */
type Beyond = number;

function runSchedule(protocol: ConsensusProtocol, seed: string, beyond: Beyond) {
  const draw = createRandomSource(`swarm/${seed}`).sequential('chain/swarm');
  const nodes = 4 + draw.integer(7);
  const others = draw.integer(3);
  const f = isCrashOnly(protocol) ? 0 : faultyMax(nodes);
  const cheats = Number.isNaN(beyond) ? draw.integer(f + 1) : f + beyond;
  const silent = Number.isNaN(beyond) ? draw.integer(f - cheats + 1) : 0;
  const order = Array.from({ length: nodes }, (_, node) => node);
  draw.shuffle(order);
  const cheating = order.slice(0, cheats);
  const honest = order.slice(cheats + silent);

  const edges = meshEdges(nodes + others, 1);
  const plain = linksFromEdges(edges, new Array<string>(nodes + others).fill('here'));
  const meanUs = (1 + draw.integer(80)) * MS;
  const spread = draw.uniform();
  const delays = createRandomSource(`swarm/${seed}`).sequential('chain/delays');
  const next = () =>
    1 +
    Math.floor(meanUs * (1 - spread) + spread * Math.min(40 * meanUs, delays.exponential(meanUs)));
  const links: Links = {
    ...plain,
    latency: { isPerMessage: true, next, leastUs: () => 1, between: next },
  };
  const chain = createBlankChain({
    protocol,
    options: { ...OPTIONS[protocol.name], validators: nodes },
    links,
    seed,
    blockBytes: 1000,
    hasPending: () => true,
  });
  const { transport, engine, conduct, tree, kernel } = chain;

  // Two groups that cover the honest; sometimes a few are told nothing.
  const groups: number[][] = [[], []];
  honest.forEach((node, k) => {
    if (draw.uniform() < 0.9) groups[beyond > 0 ? k % 2 : draw.integer(2)]!.push(node);
  });
  if (beyond > 0) for (const group of groups) group.push(...cheating);
  conduct.control(cheating, { splits: () => groups });
  conduct.control(order.slice(cheats, cheats + silent), { takesPart: () => false });

  const act = kernel.event('swarm/act', 0, (kind, id) => {
    if (kind === 0) {
      const side = Array.from({ length: nodes + others }, () => draw.integer(2));
      transport.cut(id, (a, b) => side[a] !== side[b]);
    } else if (kind === 1) {
      transport.heal(id);
    } else if (kind === 4) {
      const total = nodes + others;
      const share = draw.uniform();
      const isDead = Array.from({ length: total * total }, () => draw.uniform() < share);
      transport.cut(id, (a, b) => isDead[a * total + b] === true);
    } else if (kind === 2) {
      transport.setUp(id, false);
    } else if (transport.up[id] === 0) {
      transport.setUp(id, true);
      for (let peer = 0; peer < nodes + others; peer++) {
        if (peer !== id && transport.reaches(peer, id)) engine.catchUp(id, peer);
      }
    }
  });
  const span = () => {
    const from = 1 + draw.integer(CALM_US - 1);
    return [from, Math.min(CALM_US, from + 1 + draw.integer(2 * S))] as const;
  };
  const partitions = Number.isNaN(beyond) ? draw.integer(4) : 0;
  for (let id = 0; id < partitions; id++) {
    const [from, to] = span();
    act.at(from, 0, id);
    act.at(to, 1, id);
  }
  // Bursts in which each direction between two nodes is dead or not: single messages are lost.
  const bursts = Number.isNaN(beyond) ? draw.integer(2) * draw.integer(80) : 0;
  for (let k = 0; k < bursts; k++) {
    const from = 1 + draw.integer(CALM_US - 1);
    act.at(from, 4, 1000 + k);
    act.at(Math.min(CALM_US, from + 1 + draw.integer(3 * meanUs)), 1, 1000 + k);
  }
  const crashes = Number.isNaN(beyond) ? draw.integer(2 * nodes) : 0;
  for (let k = 0; k < crashes; k++) {
    const [from, to] = span();
    const node = draw.integer(nodes + others);
    act.at(from, 2, node);
    act.at(to, 3, node);
  }
  for (let node = 0; node < nodes + others; node++) act.at(CALM_US, 3, node);

  chain.run(CALM_US);
  const watched = [...honest, ...Array.from({ length: others }, (_, k) => nodes + k)];
  const heights = () => watched.map((node) => tree.height[engine.finalBlock[node]!]!);
  const goal = Math.max(...heights()) + 3;
  const fine = () => Math.min(...heights()) >= goal || engine.divergentFinals > 0;
  while (!fine() && kernel.nowUs < CALM_US + PATIENCE_US) chain.run(kernel.nowUs + S);
  return { chain, watched, isLive: Math.min(...heights()) >= goal, nodes, cheats, silent };
}

const SCHEDULES = 500;

describe.each([pbft, tendermint, raft])('$name, schedules drawn at random', (protocol) => {
  it(`agrees on valid blocks and recovers with at most f faulty (${SCHEDULES} schedules)`, () => {
    const stuck: string[] = [];
    let cheats = 0;
    let decided = 0;
    for (let k = 0; k < SCHEDULES; k++) {
      const seed = `${protocol.name}/${k}`;
      const run = runSchedule(protocol, seed, Number.NaN);
      const { engine, tree, instance } = run.chain;
      expect(engine.divergentFinals, seed).toBe(0);
      const finals = run.watched.map((node) => engine.finalBlock[node]!);
      finals.sort((a, b) => tree.height[a]! - tree.height[b]! || a - b);
      for (let i = 1; i < finals.length; i++) {
        expect(tree.isAncestor(finals[i - 1]!, finals[i]!), seed).toBe(true);
      }
      for (let at = finals.at(-1)!; at > 0; at = tree.parent[at]!) {
        expect(instance.isValid(at), seed).toBe(true);
        expect(tree.producer[at]!, seed).toBeLessThan(run.nodes);
      }
      if (!run.isLive)
        stuck.push(`${seed} n=${run.nodes} cheats=${run.cheats} silent=${run.silent}`);
      cheats += run.cheats;
      decided += tree.height[finals.at(-1)!]!;
    }
    expect(stuck).toEqual([]);
    if (!isCrashOnly(protocol)) expect(cheats).toBeGreaterThan(SCHEDULES / 4);
    expect(decided).toBeGreaterThan(5 * SCHEDULES);
  });

  it.skipIf(isCrashOnly(protocol)).each([1, 2])(
    'shows conflicting decisions with f + %i equivocators',
    (beyond) => {
      let violated = 0;
      for (let k = 0; k < 20; k++) {
        const { chain } = runSchedule(protocol, `beyond/${beyond}/${k}`, beyond);
        if (chain.engine.divergentFinals > 0) violated++;
      }
      expect(violated).toBeGreaterThan(0);
    },
  );
});

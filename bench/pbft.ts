/**
 * PBFT with 100 validators on a graph of degree 8: 1 000 decisions of 19 800 votes and proposals
 * each, with blocks that travel by the relay as well. The checksum covers when every decision was
 * final everywhere and how many messages of each type there were.
 */
import { createHash } from 'node:crypto';
import { createBlankChain } from '../src/consensus/blank-chain.ts';
import pbft from '../src/consensus/protocols/pbft.ts';
import { type Edge, linksFromEdges } from '../src/network/topology.ts';
import { MESSAGE, MESSAGE_TYPES } from '../src/network/traffic.ts';

const VALIDATORS = 100;
const BATCH_US = 500_000;
/** Steps round the ring that are linked; 8 links a node. */
const STEPS = [1, 2, 3, 37];

/** Links of 10 to 110 ms, the same in every run. */
function links() {
  let state = 12_345;
  const edges: Edge[] = [];
  for (let a = 0; a < VALIDATORS; a++) {
    for (const step of STEPS) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      const latencyUs = 10_000 + (state % 100_000);
      edges.push({ a, b: (a + step) % VALIDATORS, latencyUs, bandwidth: 1e9 });
    }
  }
  return linksFromEdges(edges, new Array<string>(VALIDATORS).fill('here'));
}

export default {
  name: 'pbft',
  /** `smoke`: 20 decisions; `full`: 1 000. */
  run(size: 'smoke' | 'full') {
    const decisions = size === 'full' ? 1000 : 20;
    const hash = createHash('sha256');
    const chain = createBlankChain({
      protocol: pbft,
      options: { validators: VALIDATORS, batchTimeout: BATCH_US },
      links: links(),
      seed: 1,
      blockBytes: 2000,
      // What has no more to decide stops, so that every message of every decision is counted.
      hasPending: (node) => chain.tree.height[chain.engine.head[node]!]! < decisions,
      onFinal: (node, block) => hash.update(`${node} ${block} ${chain.kernel.nowUs}\n`),
    });
    const before = process.cpuUsage();
    chain.run((decisions + 20) * BATCH_US);
    const { user, system } = process.cpuUsage(before);
    const { typeCount } = chain.transport.traffic;
    hash.update(MESSAGE_TYPES.map((type, code) => `${type} ${typeCount[code]}`).join('\n'));
    const votes = ['proposal', 'prepare', 'commit'] as const;
    const messages = votes.reduce((sum, type) => sum + typeCount[MESSAGE[type]]!, 0);
    const name = `${VALIDATORS} validators, ${chain.tree.height[chain.engine.head[0]!]!} decisions`;
    return {
      rows: [
        { label: name, value: (user + system) / 1e6, unit: 'CPU s' },
        { label: 'messages', value: messages, unit: 'messages' },
        { label: 'events', value: chain.kernel.eventCount, unit: 'events' },
        { label: 'peak memory', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB' },
      ],
      checksum: hash.digest('hex').slice(0, 16),
    };
  },
};

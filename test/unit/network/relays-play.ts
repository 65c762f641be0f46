/** Blocks played through a relay on given links. */
import { expect } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { createKernel, PHASE } from '../../../src/kernel/kernel.ts';
import type { Flood } from '../../../src/network/flood.ts';
import { relays } from '../../../src/network/relays/index.ts';
import type { Links } from '../../../src/network/topology.ts';
import { createTraffic } from '../../../src/network/traffic.ts';
import { createTransport } from '../../../src/network/transport.ts';
import type { Origin, Story } from './relays-oracle.ts';

/** What is played. */
export interface Play {
  readonly links: Links;
  readonly blocks: readonly Origin[];
  readonly relay: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly loss?: number;
  readonly seed?: number;
  readonly transactions?: number;
}

/** Runs blocks through a relay; whoever gets one passes it on. */
export function play(input: Play): Story & { flood: Flood; eventCount: number } {
  const { links, blocks } = input;
  const kernel = createKernel();
  const traffic = createTraffic(links.nodeCount);
  const random = createRandomSource(input.seed ?? 1);
  const transport = createTransport({
    kernel,
    links,
    traffic,
    loss: input.loss ?? 0,
    retransmitUs: 1_000,
    draws: random.sequential('chain/loss'),
  });
  const deliveries = new Map<string, number>();
  const relay = relays.get(input.relay);
  const options = { ...defaultsOf(relay.options()), ...input.options };
  const flood: Flood = relay.create(
    {
      kernel,
      transport,
      bodyBytes: (block) => blocks[block]!.bytes,
      transactionCount: () => input.transactions ?? 0,
      checkUs: (block) => blocks[block]!.checkUs,
      onDeliver(node, block, from) {
        expect(flood.has(node, block)).toBe(true);
        deliveries.set(`${node} ${block} ${from}`, kernel.nowUs);
        flood.relay(node, block, from);
      },
      random: random.sequential,
    },
    options as never,
  );
  const start = kernel.event('test/make-block', PHASE.network, (block) => {
    const { node } = blocks[block]!;
    deliveries.set(`${node} ${block} -1`, kernel.nowUs);
    flood.originate(node, block);
  });
  blocks.forEach(({ atUs }, block) => {
    start.at(atUs, block);
  });
  kernel.run();
  return { deliveries, traffic, flood, eventCount: kernel.eventCount };
}

/** Options of compact blocks of 900 bytes that all use and that fail always or never. */
export function compact(failure: number, highBandwidthPeers: number) {
  return { usage: 1, compactSize: 900, churnNodes: 0, controlFailure: failure, highBandwidthPeers };
}

/** One region for all nodes. */
export const places = (count: number) => Array.from({ length: count }, () => 'here');

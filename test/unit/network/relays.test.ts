/** The relays of blocks against an oracle that queues every message, and what each is known for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { createKernel, PHASE } from '../../../src/kernel/kernel.ts';
import type { Flood } from '../../../src/network/flood.ts';
import { churnMissingPercent } from '../../../src/network/relays/compact-block-table.ts';
import { relays } from '../../../src/network/relays/index.ts';
import { type Edge, type Links, linksFromEdges } from '../../../src/network/topology.ts';
import { createTraffic, MESSAGE, type MessageType } from '../../../src/network/traffic.ts';
import { SHARINGS } from '../../../src/network/transfer.ts';
import { createTransport } from '../../../src/network/transport.ts';
import {
  byMessages,
  type Origin,
  type RelayWorld,
  type Story,
  type Style,
} from './relays-oracle.ts';

interface Play {
  readonly links: Links;
  readonly blocks: readonly Origin[];
  readonly relay: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly loss?: number;
  readonly seed?: number;
  readonly transactions?: number;
}

/** Runs blocks through a relay; whoever gets one passes it on. */
function play(input: Play): Story & { flood: Flood; eventCount: number } {
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

const STYLES: Readonly<
  Record<string, readonly [Readonly<Record<string, unknown>>, Partial<Style>]>
> = {
  'inv-getdata': [{}, {}],
  'send-headers': [{ headerCheck: 777 }, { announcement: 'header', readUs: 777 }],
  'unsolicited-push': [{ pushedBy: 'everyone' }, { pushed: 'everyone' }],
  'unsolicited-push by makers': [{ pushedBy: 'maker' }, { pushed: 'maker' }],
  'compact-block': [compact(0, 0), { compact: 'asked', compactBytes: 900 }],
  'compact-block that never suffices': [
    compact(1, 0),
    { compact: 'asked', compactBytes: 900, isIncomplete: true },
  ],
  'compact-block at high bandwidth': [compact(0, 8), { compact: 'unasked', compactBytes: 900 }],
  'compact-block at high bandwidth that never suffices': [
    compact(1, 8),
    { compact: 'unasked', compactBytes: 900, isIncomplete: true },
  ],
  'compact-block that nobody uses': [{ ...compact(0, 0), usage: 0 }, {}],
  'relay-network': [{ hubs: 3 }, { hubs: 3 }],
};

function compact(failure: number, highBandwidthPeers: number) {
  return { usage: 1, compactSize: 900, churnNodes: 0, controlFailure: failure, highBandwidthPeers };
}

const PLAIN: Style = {
  announcement: 'block-inv',
  readUs: 0,
  pushed: 'never',
  compact: 'none',
  compactBytes: 0,
  isIncomplete: false,
  hubs: 0,
};

/** Latencies and sizes so spread out that no two messages meet in one microsecond. */
const worlds = fc
  .integer({ min: 2, max: 9 })
  .chain((nodeCount) =>
    fc.record({
      nodeCount: fc.constant(nodeCount),
      parents: fc.array(fc.nat(1000), { minLength: nodeCount, maxLength: nodeCount }),
      extra: fc.array(fc.tuple(fc.nat(nodeCount - 1), fc.nat(nodeCount - 1)), { maxLength: 14 }),
      latencies: fc.infiniteStream(fc.integer({ min: 1, max: 1_000_000_000 })),
      speeds: fc.infiniteStream(fc.integer({ min: 10_000, max: 10_000_000 })),
      blocks: fc.array(
        fc.record({
          node: fc.nat(nodeCount - 1),
          atUs: fc.nat(1_000_000_000),
          bytes: fc.integer({ min: 1, max: 1_000_000 }),
          checkUs: fc.oneof(fc.constant(0), fc.nat(100_000_000)),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      sharing: fc.constantFrom(...SHARINGS),
      messageUs: fc.constantFrom(0, 10_007),
      blockUs: fc.constantFrom(0, 2_003),
      tellsSource: fc.boolean(),
    }),
  )
  .map(({ nodeCount, parents, extra, latencies, speeds, ...rest }): Omit<RelayWorld, 'style'> => {
    const pairs = new Map<number, readonly [number, number]>();
    const put = (a: number, b: number) => {
      if (a !== b) pairs.set(Math.min(a, b) * nodeCount + Math.max(a, b), [a, b]);
    };
    for (let node = 1; node < nodeCount; node++) put(node, parents[node]! % node);
    for (const [a, b] of extra) put(a, b);
    const edges: Edge[] = [...pairs.values()].map(([a, b]) => {
      const latencyUs = latencies.next().value as number;
      return { a, b, latencyUs, bandwidth: 1 };
    });
    const links = linksFromEdges(
      edges,
      Array.from({ length: nodeCount }, () => 'here'),
    );
    for (let node = 0; node < nodeCount; node++) {
      links.uploadBps[node] = speeds.next().value as number;
    }
    const downloadBps = links.uploadBps.map((bps) => 3 * bps + 1);
    const bandwidth = links.bandwidth.map((_, link) => {
      const from = links.target[links.reverse[link]!]!;
      return Math.min(links.uploadBps[from]!, downloadBps[links.target[link]!]!);
    });
    // Hubs are not on the paths of links, or their blocks would meet announcements of each other.
    const between = (a: number, b: number) =>
      90_000_049 + ((a * 7919 + b * 104_729) % 1009) * 99_991;
    const latency = { ...links.latency, between };
    return { links: { ...links, downloadBps, bandwidth, latency }, ...rest };
  });

/** The same deliveries, up to the rounding of shared transfers; the same messages and bytes. */
function compare(fast: Story, slow: Story, toleranceUs: number): void {
  expect([...fast.deliveries.keys()].sort()).toEqual([...slow.deliveries.keys()].sort());
  for (const [key, atUs] of slow.deliveries) {
    expect(Math.abs(fast.deliveries.get(key)! - atUs), key).toBeLessThanOrEqual(toleranceUs);
  }
  for (const name of [
    'sentCount',
    'sentBytes',
    'receivedCount',
    'receivedBytes',
    'typeCount',
    'typeBytes',
  ] as const) {
    expect(Array.from(fast.traffic[name]), name).toEqual(Array.from(slow.traffic[name]));
  }
}

describe('relays', () => {
  it.each(Object.entries(STYLES))('%s: as if every message were queued', (name, [own, style]) => {
    fc.assert(
      fc.property(worlds, (world) => {
        const options = {
          bandwidthSharing: world.sharing,
          messageOverhead: world.messageUs,
          blockOverhead: world.blockUs,
          announceToSource: world.tellsSource,
          ...own,
        };
        const relay = name.split(' ')[0]!;
        const fast = play({ links: world.links, blocks: world.blocks, relay, options });
        const slow = byMessages({ ...world, style: { ...PLAIN, ...style } });
        compare(fast, slow, world.sharing === 'fair' ? 100 : 0);
        expect(slow.deliveries.size).toBe(world.blocks.length * world.links.nodeCount);
        for (let block = 0; block < world.blocks.length; block++) {
          expect(fast.flood.holders(block)).toBe(world.links.nodeCount);
        }
      }),
      { numRuns: 120, seed: 7 },
    );
  });
});

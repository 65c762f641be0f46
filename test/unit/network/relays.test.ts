/** The relays of blocks against an oracle that queues every message. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import { type Edge, linksFromEdges } from '../../../src/network/topology.ts';
import { SHARINGS } from '../../../src/network/transfer.ts';
import { byMessages, type RelayWorld, type Story, type Style } from './relays-oracle.ts';
import { compact, places, play } from './relays-play.ts';

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
      { numRuns: 80, seed: 7 },
    );
  });

  it('latencies drawn for each message: the same distribution as with every message queued', () => {
    const edges: Edge[] = [];
    for (let a = 0; a < 8; a++) {
      for (const b of [a + 1, a + 3]) {
        edges.push({ a, b: b % 8, latencyUs: 1_000 + 100 * a, bandwidth: 8e6 });
      }
    }
    const links = linksFromEdges(edges, places(8));
    const blocks = [{ node: 0, atUs: 0, bytes: 2_000, checkUs: 0 }];
    const run = (seed: number): readonly [number, number] => {
      const random = createRandomSource(seed);
      const drawn = (stream: string) => {
        const draws = random.sequential(stream);
        return (link: number) => Math.ceil(links.latencyUs[link]! * (0.5 + draws.exponential(2)));
      };
      const latency = {
        ...links.latency,
        isPerMessage: true,
        next: drawn('chain/fast'),
        leastUs: (link: number) => Math.ceil(links.latencyUs[link]! * 0.5),
      };
      const fast = play({
        links: { ...links, latency },
        blocks,
        relay: 'inv-getdata',
        options: { bandwidthSharing: 'serial' },
      });
      const slow = byMessages({
        links,
        blocks,
        sharing: 'serial',
        messageUs: 0,
        blockUs: 0,
        tellsSource: false,
        style: PLAIN,
        travelUs: drawn('chain/slow'),
      });
      expect(Array.from(fast.traffic.typeBytes)).toEqual(Array.from(slow.traffic.typeBytes));
      return [meanUs(fast), meanUs(slow)];
    };
    const runs = Array.from({ length: 1_200 }, (_, seed) => run(seed));
    const count = runs.length;
    const typical = runs.reduce((sum, [, slow]) => sum + slow, 0) / count;
    const differences = runs.map(([fast, slow]) => fast - slow);
    const mean = differences.reduce((sum, d) => sum + d, 0) / count;
    const variance = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (count - 1);
    const se = Math.sqrt(variance / count);
    expect(se / typical).toBeLessThan(0.01);
    expect(Math.abs(mean)).toBeLessThan(4.67 * se);
  });
});

const meanUs = ({ deliveries }: Story) =>
  [...deliveries.values()].reduce((sum, atUs) => sum + atUs, 0) / deliveries.size;

/**
 * The flood of src/network/flood.ts draws three messages into one event and never queues an
 * announcement that changes nothing. Here every announcement, request and body is a message in a
 * list of its own, and both must tell the same story: who got what, when, from whom, at what cost.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { createKernel, PHASE } from '../../src/kernel/kernel.ts';
import { createFlood } from '../../src/network/flood.ts';
import { type Edge, type Links, linksFromEdges } from '../../src/network/topology.ts';
import { createTraffic, MESSAGE, type Traffic } from '../../src/network/traffic.ts';
import { createTransport } from '../../src/network/transport.ts';

const INV_BYTES = 7;
const ENTRY_BYTES = 3;
const GETDATA_BYTES = 5;
const TYPES = {
  inv: MESSAGE['block-inv'],
  getdata: MESSAGE['block-getdata'],
  body: MESSAGE.block,
};

interface World {
  readonly links: Links;
  readonly batchUs: number;
  /** Nodes that are down; none of them has an item of its own. */
  readonly down: ReadonlySet<number>;
  readonly items: readonly {
    readonly node: number;
    readonly atUs: number;
    readonly bytes: number;
    readonly checkUs: number;
  }[];
}

interface Story {
  /** `time node item from`, sorted. */
  readonly deliveries: readonly string[];
  readonly traffic: Traffic;
}

/** Small integers everywhere, so that instants coincide often. */
const worlds: fc.Arbitrary<World> = fc
  .integer({ min: 2, max: 9 })
  .chain((nodeCount) =>
    fc.record({
      nodeCount: fc.constant(nodeCount),
      parents: fc.array(fc.nat(1000), { minLength: nodeCount, maxLength: nodeCount }),
      extra: fc.array(fc.tuple(fc.nat(nodeCount - 1), fc.nat(nodeCount - 1)), { maxLength: 14 }),
      latencies: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 40, maxLength: 40 }),
      bandwidths: fc.array(fc.constantFrom(8e6, 4e6, 2e6, 64e6), { minLength: 40, maxLength: 40 }),
      batchUs: fc.constantFrom(0, 0, 1, 7, 30),
      down: fc.array(fc.nat(3 * nodeCount), { maxLength: 2 }),
      items: fc.array(
        fc.record({
          node: fc.nat(nodeCount - 1),
          atUs: fc.nat(60),
          bytes: fc.nat(20),
          checkUs: fc.nat(5),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    }),
  )
  .map(({ nodeCount, parents, extra, latencies, bandwidths, batchUs, items, down }) => {
    const pairs = new Map<number, readonly [number, number]>();
    const put = (a: number, b: number) => {
      if (a !== b) pairs.set(Math.min(a, b) * nodeCount + Math.max(a, b), [a, b]);
    };
    for (let node = 1; node < nodeCount; node++) put(node, parents[node]! % node);
    for (const [a, b] of extra) put(a, b);
    const edges: Edge[] = [...pairs.values()].map(([a, b], k) => ({
      a,
      b,
      latencyUs: latencies[k]!,
      bandwidth: bandwidths[k]!,
    }));
    const regions = Array.from({ length: nodeCount }, () => 'here');
    const sources = items.map(({ node }) => node);
    return {
      links: linksFromEdges(edges, regions),
      batchUs,
      items,
      down: new Set(down.filter((node) => !sources.includes(node))),
    };
  });

function byFlood({ links, batchUs, items, down }: World): Story {
  const kernel = createKernel();
  const traffic = createTraffic(links.nodeCount);
  const deliveries: string[] = [];
  const transport = createTransport({
    kernel,
    links,
    traffic,
    loss: 0,
    retransmitUs: 1,
    draws: createRandomSource(1).sequential('chain/loss'),
  });
  for (const node of down) transport.up[node] = 0;
  const flood = createFlood({
    kernel,
    transport,
    name: 'network/deliver-item',
    messages: TYPES,
    batchUs,
    invBytes: INV_BYTES,
    entryBytes: ENTRY_BYTES,
    getdataBytes: GETDATA_BYTES,
    bodyBytes: (item) => items[item]!.bytes,
    checkUs: (item) => items[item]!.checkUs,
    onDeliver(node, item, from) {
      deliveries.push(`${kernel.nowUs} ${node} ${item} ${from}`);
      flood.relay(node, item, from);
    },
  });
  const start = kernel.event('test/originate', PHASE.network, (item) => {
    flood.originate(items[item]!.node, item);
  });
  items.forEach(({ atUs }, item) => {
    start.at(atUs, item);
  });
  kernel.run();
  return { deliveries: deliveries.sort(), traffic };
}

interface Message {
  readonly what: 'start' | 'inv' | 'getdata' | 'body' | 'checked';
  readonly atUs: number;
  /** Number of the announcement that led here; earlier ones go first at one instant. */
  readonly order: number;
  readonly link: number;
  readonly item: number;
}

/** Every message is an entry of one list; the next is found by looking at all of them. */
function byMessages({ links, batchUs, items, down }: World): Story {
  const { nodeCount, start, target, latencyUs, bandwidth, reverse } = links;
  const traffic = createTraffic(nodeCount);
  const deliveries: string[] = [];
  const pending: Message[] = items.map(({ atUs }, item) => ({
    what: 'start',
    atUs,
    order: item - items.length,
    link: -1,
    item,
  }));
  const source = new Int32Array(links.linkCount);
  for (let node = 0; node < nodeCount; node++) source.fill(node, start[node], start[node + 1]);
  const held = new Set<string>();
  const asked = new Set<string>();
  const batches = new Set<string>();
  let announcements = 0;

  function announce(node: number, item: number, from: number, nowUs: number): void {
    let sendUs = nowUs;
    if (batchUs > 0) {
      sendUs = Math.floor((node * batchUs) / nodeCount);
      while (sendUs < nowUs) sendUs += batchUs;
    }
    for (let link = start[node]!; link < start[node + 1]!; link++) {
      if (target[link] === from) continue;
      const batch = `${link} ${sendUs}`;
      const isFirst = batchUs === 0 || !batches.has(batch);
      batches.add(batch);
      const isHeard = !down.has(target[link]!);
      if (isFirst) {
        traffic.count(TYPES.inv, node, isHeard ? target[link]! : -1, INV_BYTES + ENTRY_BYTES);
      } else {
        traffic.typeBytes[TYPES.inv]! += ENTRY_BYTES;
        traffic.sentBytes[node]! += ENTRY_BYTES;
        if (isHeard) traffic.receivedBytes[target[link]!]! += ENTRY_BYTES;
      }
      const atUs = sendUs + latencyUs[link]!;
      pending.push({ what: 'inv', atUs, order: announcements++, link, item });
    }
  }

  function handle({ what, atUs, order, link, item }: Message): void {
    if (what === 'start') {
      const { node } = items[item]!;
      held.add(`${node} ${item}`);
      announce(node, item, -1, atUs);
      return;
    }
    const from = source[link]!;
    const node = target[link]!;
    const place = `${node} ${item}`;
    if (what === 'inv') {
      if (held.has(place) || asked.has(place) || down.has(node)) return;
      asked.add(place);
      traffic.count(TYPES.getdata, node, from, GETDATA_BYTES);
      const backUs = latencyUs[reverse[link]!]!;
      pending.push({ what: 'getdata', atUs: atUs + backUs, order, link, item });
    } else if (what === 'getdata') {
      const { bytes } = items[item]!;
      traffic.count(TYPES.body, from, node, bytes);
      const transferUs = Math.ceil((bytes * 8e6) / bandwidth[link]!);
      pending.push({ what: 'body', atUs: atUs + latencyUs[link]! + transferUs, order, link, item });
    } else if (what === 'body') {
      pending.push({ what: 'checked', atUs: atUs + items[item]!.checkUs, order, link, item });
    } else {
      held.add(place);
      deliveries.push(`${atUs} ${node} ${item} ${from}`);
      announce(node, item, from, atUs);
    }
  }

  while (pending.length > 0) {
    let next = 0;
    for (let i = 1; i < pending.length; i++) {
      const [one, best] = [pending[i]!, pending[next]!];
      if (one.atUs < best.atUs || (one.atUs === best.atUs && one.order < best.order)) next = i;
    }
    handle(pending.splice(next, 1)[0]!);
  }
  return { deliveries: deliveries.sort(), traffic };
}

describe('flooding by announcement', () => {
  it('flood: same deliveries, messages and bytes as queueing every message', () => {
    let ties = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        const fast = byFlood(world);
        const slow = byMessages(world);
        expect(fast.deliveries).toEqual(slow.deliveries);
        const reached = world.items.length * (world.links.nodeCount - 1);
        if (world.down.size === 0) expect(fast.deliveries).toHaveLength(reached);
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
        const instants = fast.deliveries.map((line) => line.split(' ')[0]);
        ties += instants.length - new Set(instants).size;
      }),
      { numRuns: 2500, seed: 1 },
    );
    // The generator makes the hard cases: coinciding instants.
    expect(ties).toBeGreaterThan(1000);
  });
});

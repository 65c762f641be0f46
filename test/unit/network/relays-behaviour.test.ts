/** What each relay and each way of sharing is known for, and relays in trouble. */
import { describe, expect, it } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { createKernel } from '../../../src/kernel/kernel.ts';
import type { Flood } from '../../../src/network/flood.ts';
import { churnMissingPercent } from '../../../src/network/relays/compact-block-table.ts';
import { relays } from '../../../src/network/relays/index.ts';
import { type Edge, type Links, linksFromEdges } from '../../../src/network/topology.ts';
import { createTraffic, MESSAGE, type MessageType } from '../../../src/network/traffic.ts';
import { createTransport } from '../../../src/network/transport.ts';
import type { Origin, Story } from './relays-oracle.ts';
import { compact, places, play } from './relays-play.ts';

/** A node in the middle of others, 100 µs from each, 1 byte a µs. */
function star(leafCount: number): Links {
  const edges = Array.from({ length: leafCount }, (_, k): Edge => {
    return { a: 0, b: k + 1, latencyUs: 100, bandwidth: 8e6 };
  });
  return linksFromEdges(edges, places(leafCount + 1));
}

const ONE: readonly Origin[] = [{ node: 0, atUs: 0, bytes: 1_000, checkUs: 0 }];

/** Instants at which the leaves of a star get the block of its middle. */
function leafTimes(relay: string, options: Readonly<Record<string, unknown>>, leafCount: number) {
  const { deliveries } = play({ links: star(leafCount), blocks: ONE, relay, options });
  return [...deliveries.values()].filter((atUs) => atUs > 0).sort((a, b) => a - b);
}

const counted = ({ traffic }: Story, ...types: MessageType[]) =>
  types.map((type) => traffic.typeCount[MESSAGE[type]]);

describe('sharing the upload of a node', () => {
  const leaves = [1, 2, 3, 4, 5];
  it.each([
    ['none', leaves.map(() => 300 + 1_000)],
    ['serial', leaves.map((k) => 200 + k * (100 + 1_000))],
    ['fifo', leaves.map((k) => 300 + k * 1_000)],
    ['fair', leaves.map(() => 300 + 5 * 1_000)],
  ])('%s', (bandwidthSharing, times) => {
    expect(leafTimes('inv-getdata', { bandwidthSharing }, 5)).toEqual(times);
  });

  it('fair: a transfer that ends leaves its part to the others', () => {
    const links = linksFromEdges(
      [
        { a: 0, b: 1, latencyUs: 100, bandwidth: 8e6 },
        { a: 0, b: 2, latencyUs: 400, bandwidth: 8e6 },
      ],
      places(3),
    );
    const options = { bandwidthSharing: 'fair' };
    const { deliveries } = play({ links, blocks: ONE, relay: 'inv-getdata', options });
    // Alone from 200 to 800, by half to 1600 until the first has its 1000 B, then alone to 2200.
    expect(deliveries.get('1 0 0')).toBe(1_600 + 100);
    expect(deliveries.get('2 0 0')).toBe(2_200 + 400);
  });

  it('fifo: a slow receiver keeps nobody else waiting', () => {
    const links = star(2);
    links.downloadBps[1] = 8e5;
    const options = { bandwidthSharing: 'fifo' };
    const { deliveries } = play({ links, blocks: ONE, relay: 'inv-getdata', options });
    expect(deliveries.get('1 0 0')).toBe(300 + 10_000);
    expect(deliveries.get('2 0 0')).toBe(300 + 2_000);
  });
});

describe('what a relay costs', () => {
  it('one hop takes three latencies by announcement, one by push, two more for missing parts', () => {
    const incomplete = { ...compact(1, 0), compactSize: 100 };
    expect(leafTimes('inv-getdata', {}, 1)).toEqual([300 + 1_000]);
    expect(leafTimes('send-headers', { headerCheck: 50 }, 1)).toEqual([300 + 1_000 + 50]);
    expect(leafTimes('unsolicited-push', {}, 1)).toEqual([100 + 1_000]);
    expect(leafTimes('compact-block', { ...compact(0, 0), compactSize: 100 }, 1)).toEqual([
      300 + 100,
    ]);
    expect(leafTimes('compact-block', incomplete, 1)).toEqual([500 + 100 + 10]);
    expect(leafTimes('relay-network', { hubs: 2, hubBandwidth: 8e6 }, 1)).toEqual([100 + 4]);
  });

  it('a compact block without a stated size has 6 bytes a transaction', () => {
    const run = (transactions: number) => {
      const options = { usage: 1, controlFailure: 0, churnFailure: 0 };
      return play({ links: star(1), blocks: ONE, relay: 'compact-block', options, transactions });
    };
    const bytes = [0, 1, 50].map((n) => run(n).traffic.typeBytes[MESSAGE['compact-block']]);
    expect(bytes).toEqual([114, 120, 414]);
  });

  it('shares of users and of nodes that come and go are met exactly', () => {
    const options = { usage: 0.6, churnNodes: 1, churnFailure: 1, compactSize: 10 };
    const story = play({ links: star(10), blocks: ONE, relay: 'compact-block', options });
    const [compactCount, wholeCount, partCount] = counted(
      story,
      'compact-block',
      'block',
      'block-part',
    );
    // Seven of the eleven nodes use it: six of the leaves when the middle does, none when not.
    expect([compactCount, wholeCount]).toEqual(compactCount === 0 ? [0, 10] : [6, 4]);
    expect(partCount).toBe(compactCount);
  });

  it('the missing part is drawn from the table of nodes that come and go', () => {
    const draws = createRandomSource(3).sequential('chain/table');
    const count = 200_000;
    let sum = 0;
    let ones = 0;
    for (let i = 0; i < count; i++) {
      const percent = churnMissingPercent(draws);
      sum += percent;
      if (percent === 1) ones++;
    }
    expect(Math.abs(sum / count - 8.722751322751323)).toBeLessThan(
      (4.67 * 17.3) / Math.sqrt(count),
    );
    expect(Math.abs(ones / count - 546 / 945)).toBeLessThan((4.67 * 0.5) / Math.sqrt(count));
  });

  it('churn nodes send what the table says, the others one percent', () => {
    const blocks = Array.from({ length: 3_000 }, (_, k) => ({ ...ONE[0]!, atUs: 1e6 * k }));
    const meanBytes = (churnNodes: number) => {
      const options = { usage: 1, churnNodes, churnFailure: 1, controlFailure: 1 };
      const story = play({ links: star(1), blocks, relay: 'compact-block', options });
      expect(counted(story, 'block-part')).toEqual([3_000]);
      return story.traffic.typeBytes[MESSAGE['block-part']]! / 3_000;
    };
    expect(meanBytes(0)).toBe(10);
    expect(Math.abs(meanBytes(1) - 87.2)).toBeLessThan((4.67 * 173) / Math.sqrt(3_000));
  });

  // In a mesh most announcements change nobody; they are lost as often as the others all the same.
  it.each(['none', 'serial'])(
    'every message that is lost is sent again and counted (%s)',
    (sharing) => {
      const edges: Edge[] = [];
      for (let a = 0; a < 6; a++) {
        for (let b = 0; b < a; b++) edges.push({ a, b, latencyUs: 90 + 3 * a + b, bandwidth: 8e6 });
      }
      const links = linksFromEdges(edges, places(6));
      const blocks = Array.from({ length: 400 }, (_, k) => ({ ...ONE[0]!, atUs: 1e6 * k }));
      const options = { bandwidthSharing: sharing };
      const story = play({ links, blocks, relay: 'inv-getdata', options, loss: 0.2 });
      const [invs, asks, bodies, again] = counted(
        story,
        'block-inv',
        'block-getdata',
        'block',
        'retransmission',
      );
      expect([invs, asks, bodies]).toEqual([400 * (5 + 5 * 4), 2_000, 2_000]);
      const sent = invs! + asks! + bodies!;
      expect(Math.abs(again! - sent * 0.25)).toBeLessThan(4.67 * Math.sqrt(sent * (0.2 / 0.64)));
    },
  );
});

describe('a relay in trouble', () => {
  /** A line 0 - 1 - 2, block 0 of node 0, and a hand on the nodes. */
  function line(relay: string, options: Readonly<Record<string, unknown>>) {
    const kernel = createKernel();
    const edges = [0, 1].map((a): Edge => ({ a, b: a + 1, latencyUs: 100, bandwidth: 8e6 }));
    const links = linksFromEdges(edges, places(3));
    const traffic = createTraffic(3);
    const random = createRandomSource(1);
    const draws = random.sequential('chain/loss');
    const transport = createTransport({ kernel, links, traffic, loss: 0, retransmitUs: 1, draws });
    const times: number[][] = [];
    const plugin = relays.get(relay);
    const flood: Flood = plugin.create(
      {
        kernel,
        transport,
        bodyBytes: () => 1_000,
        transactionCount: () => 0,
        checkUs: () => 7,
        onDeliver(node, block, from) {
          times.push([kernel.nowUs, node, block, from]);
          flood.relay(node, block, from);
        },
        random: random.sequential,
      },
      { ...defaultsOf(plugin.options()), ...options } as never,
    );
    return { kernel, flood, traffic, times, up: transport.up };
  }

  const SERIAL = { bandwidthSharing: 'serial' };

  it.each([
    ['its receiver before it asks', 1, 50],
    ['its sender before it is asked', 0, 150],
    ['its receiver during the transfer', 1, 600],
    ['its sender during the transfer', 0, 600],
    ['its receiver during the check', 1, 1_303],
  ])('an exchange breaks off when %s goes down, and begins anew', (_, gone, atUs) => {
    const { kernel, flood, times, up } = line('inv-getdata', SERIAL);
    flood.originate(0, 0);
    kernel.run(atUs);
    up[gone] = 0;
    kernel.run(5_000);
    expect(times).toEqual([]);
    up.fill(1);
    flood.hold(2, 0);
    flood.relay(2, 0, -1);
    kernel.run(10_000);
    expect(times).toEqual([[5_000 + 300 + 1_000 + 7, 1, 0, 2]]);
  });

  it('breaks off as well between a compact block and its missing part', () => {
    const options = { ...SERIAL, ...compact(1, 0), compactSize: 100 };
    const { kernel, flood, times, up } = line('compact-block', options);
    flood.originate(0, 0);
    kernel.run(450);
    up[0] = 0;
    kernel.run(5_000);
    expect(times).toEqual([]);
    up.fill(1);
    flood.relay(0, 0, -1);
    kernel.run();
    expect(times.map(([, node, , from]) => [node, from])).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  it('a node that gets a block otherwise does not ask for it any more', () => {
    const { kernel, flood, traffic, times } = line('inv-getdata', SERIAL);
    flood.originate(0, 0);
    kernel.run(50);
    flood.hold(1, 0);
    kernel.run();
    expect(times).toEqual([]);
    expect(traffic.typeCount[MESSAGE['block-getdata']]).toBe(0);
    expect(flood.holders(0)).toBe(2);
  });

  it('what it has asked for comes all the same, and is of no use', () => {
    const { kernel, flood, traffic, times } = line('inv-getdata', SERIAL);
    flood.originate(0, 0);
    kernel.run(150);
    flood.hold(1, 0);
    kernel.run();
    expect(times).toEqual([]);
    expect(traffic.typeBytes[MESSAGE.block]).toBe(1_000);
  });

  it('drops what is under way when a block is released, and refuses to announce it', () => {
    const { kernel, flood, times } = line('unsolicited-push', {});
    flood.originate(0, 0);
    flood.release(0);
    flood.originate(2, 1);
    kernel.run();
    expect(times.map(([, node, block]) => [node, block])).toEqual([
      [1, 1],
      [0, 1],
    ]);
    expect(() => flood.relay(1, 0, 0)).toThrow(InvariantViolation);
    expect([flood.has(1, 0), flood.holders(0)]).toEqual([true, 3]);
  });

  it('hubs that are down get nothing and send nothing', () => {
    const { kernel, flood, times, up } = line('relay-network', { hubs: 3 });
    up[1] = 0;
    flood.originate(0, 0);
    kernel.run();
    expect(times.map(([, node, , from]) => [node, from])).toEqual([[2, 0]]);
  });
});

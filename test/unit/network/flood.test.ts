/** What the flood keeps, and what it forgets. Its times and counts: test/property/flood.test.ts. */
import { describe, expect, it } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { createKernel } from '../../../src/kernel/kernel.ts';
import { createFlood, type Flood } from '../../../src/network/flood.ts';
import { linksFromEdges } from '../../../src/network/topology.ts';
import { createTraffic, MESSAGE, MESSAGE_TYPES } from '../../../src/network/traffic.ts';
import { createTransport } from '../../../src/network/transport.ts';

const LATENCY_US = 100;

/** A chain of nodes 0 - 1 - 2 - ..., 100 µs apart, 1 byte a µs. */
function line(nodeCount: number, bytes = 0, loss = 0) {
  const kernel = createKernel();
  const edges = Array.from({ length: nodeCount - 1 }, (_, a) => ({
    a,
    b: a + 1,
    latencyUs: LATENCY_US,
    bandwidth: 8e6,
  }));
  const regions = Array.from({ length: nodeCount }, () => 'here');
  const traffic = createTraffic(nodeCount);
  const transport = createTransport({
    kernel,
    links: linksFromEdges(edges, regions),
    traffic,
    loss,
    retransmitUs: 1_000,
    draws: createRandomSource(1).sequential('chain/loss'),
  });
  const { up } = transport;
  const times: number[][] = [];
  const flood: Flood = createFlood({
    kernel,
    transport,
    name: 'network/deliver-item',
    messages: { inv: MESSAGE['block-inv'], getdata: MESSAGE['block-getdata'], body: MESSAGE.block },
    batchUs: 0,
    invBytes: 10,
    entryBytes: 1,
    getdataBytes: 20,
    bodyBytes: () => bytes,
    checkUs: () => 7,
    onDeliver(node, item, from) {
      times.push([kernel.nowUs, node, item, from]);
      flood.relay(node, item, from);
    },
  });
  return { kernel, flood, traffic, times, up };
}

describe('flood', () => {
  it('takes three latencies, the transfer and the check for each hop', () => {
    const { kernel, flood, times } = line(3, 50);
    flood.originate(0, 0);
    kernel.run();
    expect(times).toEqual([
      [3 * LATENCY_US + 50 + 7, 1, 0, 0],
      [2 * (3 * LATENCY_US + 50 + 7), 2, 0, 1],
    ]);
  });

  it('counts an exchange by type and by node', () => {
    const { kernel, flood, traffic } = line(3, 50);
    flood.originate(1, 0);
    kernel.run();
    const byType = MESSAGE_TYPES.filter((name) => traffic.typeCount[MESSAGE[name]] !== 0).map(
      (name) => [name, traffic.typeCount[MESSAGE[name]], traffic.typeBytes[MESSAGE[name]]],
    );
    expect(byType).toEqual([
      ['block-inv', 2, 22],
      ['block-getdata', 2, 40],
      ['block', 2, 100],
    ]);
    expect(Array.from(traffic.sentBytes)).toEqual([20, 122, 20]);
    expect(Array.from(traffic.receivedBytes)).toEqual([61, 40, 61]);
  });

  it('knows who holds an item until it is released, and everybody after', () => {
    const { kernel, flood } = line(4);
    flood.originate(0, 3);
    expect([0, 1, 2, 3].map((node) => flood.has(node, 3))).toEqual([true, false, false, false]);
    expect(flood.holders(3)).toBe(1);
    kernel.run(2 * (3 * LATENCY_US + 7));
    expect(flood.holders(3)).toBe(3);
    flood.release(3);
    expect(flood.holders(3)).toBe(4);
    expect(flood.has(3, 3)).toBe(true);
    expect(() => flood.relay(2, 3, 1)).toThrow(InvariantViolation);
  });

  it('drops the exchange of an item that is released under way', () => {
    const { kernel, flood, times } = line(2);
    flood.originate(0, 0);
    flood.release(0);
    // The place in memory is taken by another item before the old body would have come.
    flood.originate(1, 1);
    kernel.run();
    expect(times).toEqual([[3 * LATENCY_US + 7, 0, 1, 1]]);
  });

  it('an item that came by other means is not delivered again', () => {
    const { kernel, flood, times } = line(3);
    flood.originate(0, 0);
    flood.hold(1, 0);
    kernel.run();
    expect(times).toEqual([]);
    expect(flood.holders(0)).toBe(2);
  });

  it('every message that is lost is counted when it is sent again, and delays the exchange', () => {
    const { kernel, flood, traffic, times } = line(2, 50, 0.5);
    for (let item = 0; item < 2_000; item++) flood.originate(0, item);
    kernel.run();
    expect(times).toHaveLength(2_000);
    // Three messages an item, each sent again once on average at a loss of one half.
    const again = traffic.typeCount[MESSAGE.retransmission]!;
    expect(Math.abs(again / 6_000 - 1)).toBeLessThan(4.67 * Math.sqrt(2 / 6_000));
    const meanUs = times.reduce((sum, [atUs]) => sum + atUs!, 0) / times.length;
    expect(meanUs).toBeGreaterThan(3 * LATENCY_US + 50 + 7 + 3 * 1_000);
  });

  it('gives the place of an item that all hold to others, and still counts what is said of it', () => {
    const { kernel, flood, traffic, times } = line(3);
    flood.originate(0, 0);
    kernel.run();
    flood.originate(0, 1);
    const before = traffic.typeCount[MESSAGE['block-inv']]!;
    flood.relay(2, 0, -1);
    flood.hold(1, 0);
    expect(traffic.typeCount[MESSAGE['block-inv']]).toBe(before + 1);
    kernel.run();
    expect(times.map(([, node, item]) => [node, item])).toEqual([
      [1, 0],
      [2, 0],
      [1, 1],
      [2, 1],
    ]);
    expect([flood.holders(0), flood.holders(1)]).toEqual([3, 3]);
  });

  it('keeps thousands of items apart while old ones are released', () => {
    const { kernel, flood, times } = line(2);
    const count = 3_000;
    for (let item = 0; item < count; item++) {
      flood.originate(item % 2, item);
      if (item >= 200) flood.release(item - 200);
    }
    kernel.run();
    const live = times.map(([, , item]) => item!);
    expect(live).toEqual(Array.from({ length: 200 }, (_, k) => count - 200 + k));
    for (const [atUs, node, item, from] of times) {
      expect([atUs, node, from]).toEqual([3 * LATENCY_US + 7, 1 - (item! % 2), item! % 2]);
    }
  });

  it('a node that is down hears nothing, and the sender’s bytes are spent', () => {
    const { kernel, flood, traffic, times, up } = line(3);
    up[2] = 0;
    flood.originate(1, 0);
    kernel.run();
    expect(times).toEqual([[3 * LATENCY_US + 7, 0, 0, 1]]);
    expect(traffic.typeCount[MESSAGE['block-inv']]).toBe(2);
    expect(Array.from(traffic.receivedCount)).toEqual([2, 1, 0]);
    expect(flood.has(2, 0)).toBe(false);
  });

  it.each([
    ['its receiver', 1],
    ['its sender', 0],
  ])(
    'an exchange breaks off when %s goes down, and another announcement begins anew',
    (_, gone) => {
      const { kernel, flood, times, up } = line(3);
      flood.originate(0, 0);
      kernel.run(250);
      up[gone] = 0;
      kernel.run(1_000);
      expect(times).toEqual([]);
      up.fill(1);
      flood.hold(2, 0);
      flood.relay(2, 0, -1);
      kernel.run(2_000);
      expect(times.map(([atUs, node, , from]) => [atUs, node, from])).toEqual([
        [1_000 + 3 * LATENCY_US + 7, 1, 2],
      ]);
    },
  );
});

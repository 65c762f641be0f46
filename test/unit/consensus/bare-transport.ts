/** A full mesh on which everybody always hears everybody, for engines that are driven by hand. */
import { createRandomSource } from '../../../src/base/random.ts';
import type { Kernel } from '../../../src/kernel/kernel.ts';
import { linksFromEdges } from '../../../src/network/topology.ts';
import { createTraffic } from '../../../src/network/traffic.ts';
import { createTransport, type Transport } from '../../../src/network/transport.ts';
import { meshEdges } from './harness.ts';

export function bareTransport(kernel: Kernel, nodeCount: number): Transport {
  const regions = Array.from({ length: nodeCount }, () => 'here');
  return createTransport({
    kernel,
    links: linksFromEdges(meshEdges(nodeCount, 1), regions),
    traffic: createTraffic(nodeCount),
    loss: 0,
    retransmitUs: 1,
    draws: createRandomSource(1).sequential('chain/loss'),
  });
}

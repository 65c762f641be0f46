/**
 * What happens to the network of a run: outages of full nodes and partitions. Random outages are drawn by
 * address, so that every arm of a comparison loses the same nodes at the same instants; planned ones and
 * partitions stand in the scenario. What a protocol makes of them (missed turns, slower blocks, a stalled
 * irreversible height, two final chains) is behaviour, never drawn.
 */
import type { RandomSource } from '../base/random.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { nodeOfId } from '../network/node-id.ts';
import type { Transport } from '../network/transport.ts';
import type { Scenario } from '../scenario/sections.ts';

/** What the schedule needs of the chain. */
export interface DisturbanceHooks {
  /** Simulated time at which the scenario's own times start [µs]. */
  readonly originUs: number;
  /** A node is up again and has to catch up. */
  comeUp(node: number): void;
}

/** Schedules outages and partitions of a run. */
export function scheduleDisturbances(
  kernel: Kernel,
  scenario: Scenario,
  random: RandomSource,
  transport: Transport,
  hooks: DisturbanceHooks,
): void {
  scheduleOutages(kernel, scenario, random, transport, hooks);
  schedulePartitions(kernel, scenario, transport, hooks.originUs);
}

function scheduleOutages(
  kernel: Kernel,
  scenario: Scenario,
  random: RandomSource,
  transport: Transport,
  { comeUp: recover, originUs }: DisturbanceHooks,
): void {
  const { outageEvery, outageLasts, outages } = scenario.network;
  const stop = kernel.event('network/stop-node', PHASE.network, (node) => {
    transport.setUp(node, false);
  });
  const restart = kernel.event('network/restart-node', PHASE.network, (node) => recover(node));
  for (const { node, from, to } of outages) {
    stop.at(originUs + from, nodeOfId(node));
    restart.at(originUs + to, nodeOfId(node));
  }
  if (outageEvery === 0) return;
  const draws = random.addressed('world/node-outages');
  const span = (node: number, k: number, meanUs: number) =>
    Math.max(1, Math.floor(meanUs * draws.exponential(node, k, 0) + 0.5));
  const goDown = kernel.event('network/go-down', PHASE.network, (node, k) => {
    transport.setUp(node, false);
    comeUp.after(span(node, k, outageLasts), node, k + 1);
  });
  const comeUp = kernel.event('network/come-up', PHASE.network, (node, k) => {
    recover(node);
    goDown.after(span(node, k, outageEvery), node, k + 1);
  });
  const { nodes } = scenario.network;
  for (let node = 0; node < nodes; node++) goDown.at(span(node, 0, outageEvery), node, 1);
}

function schedulePartitions(
  kernel: Kernel,
  scenario: Scenario,
  transport: Transport,
  originUs: number,
): void {
  const { partitions, nodes } = scenario.network;
  const split = kernel.event('network/split', PHASE.network, (index) => {
    const side = new Uint8Array(nodes);
    for (const node of partitions[index]!.side) side[nodeOfId(node)] = 1;
    transport.cut(index, (a, b) => side[a] !== side[b]);
  });
  const heal = kernel.event('network/heal', PHASE.network, (index) => transport.heal(index));
  partitions.forEach(({ from, to }, index) => {
    split.at(originUs + from, index);
    heal.at(originUs + to, index);
  });
}

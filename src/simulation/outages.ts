/**
 * Outages of full nodes: up and down for exponential times, drawn by address, so that every arm of a
 * comparison loses the same nodes at the same instants. What a protocol makes of it (missed turns, slower
 * blocks, a stalled irreversible height) is behaviour, never drawn.
 */
import type { RandomSource } from '../base/random.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { Scenario } from '../scenario/sections.ts';

/** What an outage does to a node. */
export interface OutageEffects {
  goDown(node: number): void;
  comeUp(node: number): void;
}

/** Schedules the outages of a run; none when `network.outageEvery` is 0. */
export function scheduleOutages(
  kernel: Kernel,
  scenario: Scenario,
  random: RandomSource,
  nodeCount: number,
  effects: OutageEffects,
): void {
  const { outageEvery, outageLasts } = scenario.network;
  if (outageEvery === 0) return;
  const draws = random.addressed('world/node-outages');
  const span = (node: number, k: number, meanUs: number) =>
    Math.max(1, Math.floor(meanUs * draws.exponential(node, k, 0) + 0.5));
  const goDown = kernel.event('network/go-down', PHASE.network, (node, k) => {
    effects.goDown(node);
    comeUp.after(span(node, k, outageLasts), node, k + 1);
  });
  const comeUp = kernel.event('network/come-up', PHASE.network, (node, k) => {
    effects.comeUp(node);
    goDown.after(span(node, k, outageEvery), node, k + 1);
  });
  for (let node = 0; node < nodeCount; node++) goDown.at(span(node, 0, outageEvery), node, 1);
}

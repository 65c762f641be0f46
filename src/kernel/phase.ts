/**
 * Phases order what happens at one instant. Within a microsecond the world moves first, then it is
 * measured, then agents act on what was measured, and reports come last.
 */

/** Phases of one instant, in the order they run. Source: model.md §0.3. */
export const PHASE = {
  physics: 0,
  metering: 1,
  agents: 2,
  market: 3,
  network: 4,
  consensus: 5,
  contracts: 6,
  detectors: 7,
  report: 8,
} as const;

/** One of the nine phases, 0 first. */
export type Phase = (typeof PHASE)[keyof typeof PHASE];

/** Name of a phase, for messages. */
export function phaseName(phase: Phase): string {
  return Object.keys(PHASE)[phase] ?? String(phase);
}

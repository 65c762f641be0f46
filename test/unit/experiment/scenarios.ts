/** Scenarios for tests that never simulate: only what plans and folders read. */
import type { Scenario, Window } from '../../../src/scenario/sections.ts';

const window = (id: string): Window => ({ id, startEpochS: 0, utcOffsetMin: 480, days: 1 });

/** A scenario of an arm with some windows. */
export function scenarioOf(arm: string, windows = 1, detectors: string[] = []): Scenario {
  const fraud = {
    attacks: [],
    adversaries: [],
    detectors: detectors.map((name) => ({ name, options: {} })),
  };
  return {
    name: 'village',
    seed: 7,
    arm,
    folder: '/',
    population: { name: 'accounts', options: {} },
    windows: Array.from({ length: windows }, (_, i) => window(`window-${i + 1}`)),
    fraud,
  } as unknown as Scenario;
}

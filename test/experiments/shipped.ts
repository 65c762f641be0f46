/** The experiments that ship, run from their own files: shorter, and with several seeds. */
import { fileURLToPath } from 'node:url';
import { numbersOf, type Table, textsOf } from '../../src/base/table.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/sections.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { type RunResult, simulate } from '../../src/simulation/run.ts';
import { estimate } from '../unit/consensus/harness.ts';

/** Replications of an arm. */
export const REPLICATIONS = 30;

/** One experiment. */
export interface Shipped {
  /** Arms of the file, each of which resolves without an issue. */
  readonly arms: readonly string[];
  /** An arm with settings `path=value`. */
  scenario(arm: string, sets?: readonly string[]): Scenario;
}

/** Opens `scenarios/experiments/<name>.yaml`. */
export function shipped(name: string): Shipped {
  const path = fileURLToPath(new URL(`../../scenarios/experiments/${name}.yaml`, import.meta.url));
  const arms = loadScenario(path, { plugins: catalogue }).declaredArms;
  return {
    arms,
    scenario: (arm, sets = []) =>
      loadScenario(path, { plugins: catalogue, sets, arm }).resolve(arm),
  };
}

/** Figures of independent runs of a scenario, from seed 1 on. */
export function replicate<T>(
  scenario: Scenario,
  read: (result: RunResult) => T,
  replications: number = REPLICATIONS,
): T[] {
  return Array.from({ length: replications }, (_, i) =>
    read(simulate({ ...scenario, seed: i + 1 })),
  );
}

/** Mean and standard error. */
export const summarise = (values: readonly number[]): { mean: number; se: number } =>
  estimate(values);

/** A numeric column. */
export const column = (table: Table | undefined, name: string): number[] =>
  Array.from(numbersOf(table!, name));
/** A text column. */
export const words = (table: Table | undefined, name: string): readonly string[] =>
  textsOf(table!, name);

/** A figure with its standard error, for a line of findings. */
export const shown = ({ mean, se }: { mean: number; se: number }): string =>
  `${mean.toFixed(4)} ± ${se.toFixed(4)}`;

/** The extension point "feeder": where the network of a scenario comes from. */
import type { InputIssue } from '../../base/errors.ts';
import type { OptionSet, OptionValues } from '../../base/options.ts';
import type { PluginHead } from '../../base/plugin.ts';
import type { RandomSource } from '../../base/random.ts';
import type { FeederPlacement } from '../../grid/placement.ts';
import type { HomeSpec } from '../../physics/community.ts';

export type { FeederPlacement } from '../../grid/placement.ts';

/** What a feeder plug-in is given. */
export interface FeederContext {
  /** The population, in the order of home indices. */
  readonly homes: readonly HomeSpec[];
  readonly random: RandomSource;
  /** Folder of the scenario file; relative paths start here. */
  readonly folder: string;
  /** Power factor of every load, in (0, 1]. */
  readonly powerFactor: number;
  /** Reports a problem of the user's input; nothing is thrown for user data. */
  issue(issue: InputIssue): void;
}

/** A source of feeders. */
export interface FeederSource<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /** Makes the feeder and places every home on it; undefined after at least one issue. */
  create(context: FeederContext, options: OptionValues<S>): FeederPlacement | undefined;
}

/** Declares a feeder source; infers the type of its options. */
export function defineFeeder<const S extends OptionSet>(
  source: FeederSource<S>,
): Readonly<FeederSource<S>> {
  return Object.freeze(source);
}

/** The top-level keys of a scenario file and what stands under the plain ones. */
import { integer, type OptionSet, text } from '../base/options.ts';

/** Version of the scenario format this code reads. */
export const SCHEMA_VERSION = 1;

/** Keys with one value each. */
export const HEAD = {
  schemaVersion: integer(undefined, { doc: 'Version of the scenario format; 1' }),
  name: text('scenario', 'Name shown in results'),
  seed: integer(1, { min: 0, doc: 'Seed of every random stream' }),
} satisfies OptionSet;

/** All top-level keys, in the order of the docs. */
export const TOP_LEVEL_KEYS: readonly string[] = [
  ...Object.keys(HEAD),
  'horizon',
  'population',
  'energy',
  'grid',
  'metering',
  'market',
  'settlement',
  'ledger',
  'consensus',
  'network',
  'points',
  'certificates',
  'subsidy',
  'fraud',
  'arms',
  'output',
  'plugins',
];

/** Keys that arms and the command line may override. */
export const OVERRIDABLE_KEYS: readonly string[] = TOP_LEVEL_KEYS.filter(
  (key) => !['schemaVersion', 'arms', 'plugins'].includes(key),
);

/** Name of the arm that is the file without overrides. */
export const BASE_ARM = 'base';

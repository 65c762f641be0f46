/**
 * What every plug-in has in common. A plug-in is one file that default-exports `defineX({...})` and one
 * line in its folder's index; the names of an index form a literal union.
 */
import { nearestWord } from './errors.ts';
import type { OptionSet } from './options.ts';

/** Head of every plug-in. */
export interface PluginHead<S extends OptionSet = OptionSet> {
  readonly apiVersion: 1;
  /** Kebab name used in scenarios and files. */
  readonly name: string;
  /** Short code of the literature list, e.g. `D05`; accepted in scenarios, never printed as the name. */
  readonly code?: string;
  /** One line for `peerwatt list`. */
  readonly summary: string;
  /** Paper, standard or decision the mechanism follows. */
  readonly source: string;
  /** Options with defaults; called when a scenario is loaded. */
  readonly options: () => S;
}

/** A folder's plug-ins by name. */
export interface Registry<P extends PluginHead> {
  /** What the plug-ins are, e.g. `market mechanism`. */
  readonly noun: string;
  readonly names: readonly string[];
  /** The plug-in with this name or code, or undefined. */
  find(nameOrCode: string): P | undefined;
  /** The plug-in with this name or code. @throws {RangeError} naming the known ones. */
  get(nameOrCode: string): P;
  readonly all: readonly P[];
}

/** Builds a registry. @throws {RangeError} when two plug-ins share a name or code. */
export function createRegistry<P extends PluginHead>(
  noun: string,
  plugins: readonly P[],
): Registry<P> {
  const byKey = new Map<string, P>();
  for (const plugin of plugins) {
    for (const key of plugin.code === undefined ? [plugin.name] : [plugin.name, plugin.code]) {
      if (byKey.has(key)) throw new RangeError(`"${noun}" expected unique names, got ${key} twice`);
      byKey.set(key, plugin);
    }
  }
  const names = plugins.map((plugin) => plugin.name);
  return {
    noun,
    names,
    all: plugins,
    find: (nameOrCode) => byKey.get(nameOrCode),
    get(nameOrCode) {
      const plugin = byKey.get(nameOrCode);
      if (plugin !== undefined) return plugin;
      const near = nearestWord(nameOrCode, [...byKey.keys()]);
      const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
      throw new RangeError(`unknown ${noun} "${nameOrCode}"; known: ${names.join(', ')}${hint}`);
    },
  };
}

/** A run read back from its files as the metric registry sees it, so that charts and metrics agree. */
import type { Scenario } from '../../../scenario/sections.ts';
import { factsOf, type RunView } from '../../metrics.ts';
import type { ResultTable, RunResults } from '../../page/results.ts';

const kept = new WeakMap<RunResults, RunView>();

/**
 * Opens a run for metrics.
 *
 * @returns Undefined where its scenario was not kept.
 */
export function viewOf(run: RunResults): RunView | undefined {
  const known = kept.get(run);
  if (known !== undefined) return known;
  // The manifest holds the scenario as it was resolved, with numbers in base units.
  const scenario = run.scenario as Scenario | undefined;
  if (scenario === undefined) return undefined;
  const window = scenario.windows.find(({ id }) => id === run.window) ?? scenario.windows[0]!;
  const view = createView(run, factsOf(scenario, window));
  kept.set(run, view);
  return view;
}

function createView(run: RunResults, facts: RunView['facts']): RunView {
  const shared = new Map<string, unknown>();
  const open = (name: string): ResultTable => {
    const table = run.table(name);
    if (table === undefined) throw new RangeError(`"run" expected a table ${name}, got none`);
    return table;
  };
  return {
    facts,
    hasTable: (name) => run.table(name) !== undefined,
    hasRows: (name) => (run.table(name)?.count ?? 0) > 0,
    count: (name) => open(name).count,
    numbers: (name, column) => open(name).numbers(column),
    texts: (name, column) => open(name).texts(column),
    once<T>(key: string, make: () => T): T {
      if (!shared.has(key)) shared.set(key, make());
      return shared.get(key) as T;
    },
  };
}

/** Electricity of the chain as a share of the energy that trades brought from seller to buyer. */
import type { Results } from '../../page/results.ts';
import { numberOf, partOf, type Settings, scenarioOf } from './study-tables.ts';

/** Means over the runs of an arm, as shares of traded energy. */
export interface ChainShare {
  readonly arm: string;
  /** Runs with trade. */
  readonly n: number;
  readonly total: number;
  /** Of that, full nodes that do no consensus work; NaN where their power is not known. */
  readonly idle: number;
  /** The rest: hashing. */
  readonly hashing: number;
  /** Total of each run. */
  readonly runs: readonly number[];
}

const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Identical communities that share the chain, and the power of an idle full node [W]. */
function settingsOf(scenario: Settings | undefined): { communities: number; idleW: number } {
  const communities = numberOf(partOf(scenario, 'ledger'), 'loadScale');
  return {
    communities: Number.isNaN(communities) ? 1 : communities,
    idleW: numberOf(partOf(scenario, 'network'), 'idlePower'),
  };
}

/**
 * Shares of the arms of a comparison, from `runs.csv`: energyKWh / communities over tradedWh, run by run.
 * Power does not change over a run, so that idle nodes have the same share of energy as of power.
 *
 * @returns Arms in study order that traded in at least one run.
 */
export function chainShares(results: Results): readonly ChainShare[] {
  const runs = results.table('runs');
  const needed = ['energyKWh', 'tradedWh', 'consensusPowerW', 'nodeCount'];
  if (runs === undefined || needed.some((name) => !runs.has(name))) return [];
  const arms = runs.texts('arm');
  const [energy, traded, consensusW, nodes] = needed.map((name) => runs.numbers(name));
  return results.arms.flatMap((arm) => {
    const { communities, idleW } = settingsOf(scenarioOf(results, arm));
    const rows = arms.flatMap((name, row) => (name === arm && traded![row]! > 0 ? [row] : []));
    if (rows.length === 0) return [];
    const totals = rows.map((row) => (1000 * energy![row]!) / communities / traded![row]!);
    const idle = rows.map((row, k) => {
      const idlePowerW = idleW * nodes![row]!;
      return (totals[k]! * idlePowerW) / (idlePowerW + consensusW![row]!);
    });
    const [total, idleShare] = [meanOf(totals), meanOf(idle)];
    const hashing = total - idleShare;
    return [{ arm, n: rows.length, total, idle: idleShare, hashing, runs: totals }];
  });
}

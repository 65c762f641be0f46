/** Electricity of the chain as a share of the energy that trades brought from seller to buyer. */
import type { Results } from '../../page/results.ts';
import { numberOf, partOf, scenarioOf } from './study-tables.ts';
import { CHAIN_SHARE } from './verdict-figures.ts';

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

/**
 * Shares of the arms of a comparison, from `runs.csv`, run by run. Power does not change over a run, so
 * that idle nodes have the same share of energy as of power.
 *
 * @returns Arms in study order that traded in at least one run.
 */
export function chainShares(results: Results): readonly ChainShare[] {
  const runs = results.table('runs');
  const needed = [CHAIN_SHARE, 'consensusPowerW', 'nodeCount'];
  if (runs === undefined || needed.some((name) => !runs.has(name))) return [];
  const arms = runs.texts('arm');
  const [shares, consensusW, nodes] = needed.map((name) => runs.numbers(name));
  return results.arms.flatMap((arm) => {
    const idleW = numberOf(partOf(scenarioOf(results, arm), 'network'), 'idlePower');
    const rows = arms.flatMap((name, row) =>
      name === arm && !Number.isNaN(shares![row]!) ? [row] : [],
    );
    if (rows.length === 0) return [];
    const totals = rows.map((row) => shares![row]!);
    const idle = rows.map((row, k) => {
      const idlePowerW = idleW * nodes![row]!;
      return (totals[k]! * idlePowerW) / (idlePowerW + consensusW![row]!);
    });
    const [total, idleShare] = [meanOf(totals), meanOf(idle)];
    const hashing = total - idleShare;
    return [{ arm, n: rows.length, total, idle: idleShare, hashing, runs: totals }];
  });
}

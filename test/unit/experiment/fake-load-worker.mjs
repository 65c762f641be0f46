/**
 * Stands in for the compiled worker: a chain that carries 10 transactions a second. Runs of odd seeds take
 * longer, so that they end in another order than they began.
 */
import { setTimeout } from 'node:timers/promises';

const CAPACITY = 10;

export default async function runJob({ scenario, folder }) {
  const { seed, population, ledger } = scenario;
  const load = population.options.transfersPerSecond ?? 0.5 * ledger.loadScale;
  await setTimeout(seed % 2 === 0 ? 0 : 15);
  if (folder !== undefined) throw new Error('nothing is to be kept');
  const failed = (message, issues = []) => {
    return { ok: false, failure: { kind: 'crash', message, issues, stack: '' } };
  };
  if (load > 40) return failed('out of memory');
  if (load === 33) return failed('', [{ file: '', path: 'x', expected: 'y', got: 'z' }]);
  const values = {
    offeredTps: load,
    tpsFinal: Math.min(load, CAPACITY),
    backlogSlopeTps: Math.max(0, load - CAPACITY) + (seed % 2 === 0 ? 0.001 : -0.001),
    finalityLatencyP50Us: 1e6 * (1 + load),
  };
  const summary = Object.entries(values).map(([metric, value]) => ({ metric, unit: '', value }));
  return { ok: true, summary, warnings: [] };
}

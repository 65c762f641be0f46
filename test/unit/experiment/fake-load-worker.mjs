/** Stands in for the compiled worker: a chain that carries 10 transactions a second. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CAPACITY = 10;

export default function runJob({ scenario, folder }) {
  const { seed, population } = scenario;
  const load = population.options.transfersPerSecond;
  if (load > 40) {
    const failure = { kind: 'crash', message: 'out of memory', issues: [], stack: '' };
    return { ok: false, failure };
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), `${load} ${seed}\n`);
  const values = {
    offeredTps: load,
    tpsFinal: Math.min(load, CAPACITY),
    backlogSlopeTps: Math.max(0, load - CAPACITY) + (seed % 2 === 0 ? 0.001 : -0.001),
  };
  const summary = Object.entries(values).map(([metric, value]) => ({ metric, unit: '', value }));
  return { ok: true, summary, warnings: [] };
}

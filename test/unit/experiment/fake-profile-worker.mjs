/** Stands in for the compiled worker: readings are noted in a file, and runs tell what they were given. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

export function importProfiles({ scenario, window }) {
  appendFileSync(join(scenario.folder, 'readings'), `${window.id}\n`);
  pause(20);
  if (scenario.population.options.broken === true) throw new TypeError('no such file');
  const energyWh = new Float64Array(new SharedArrayBuffer(16));
  energyWh.set([window.days, 40]);
  const load = { stepS: 60, historyCount: 0, energyWh };
  return { homes: [{ spec: {}, load, pv: undefined }], notes: [], inputs: [] };
}

export default function runJob({ profiles }) {
  const energyWh = profiles?.homes[0].load.energyWh;
  const isShared = energyWh?.buffer instanceof SharedArrayBuffer;
  const value = isShared ? energyWh[0] + energyWh[1] : -1;
  return { ok: true, summary: [{ metric: 'tpsFinal', unit: '1/s', value }], warnings: [] };
}

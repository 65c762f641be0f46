/** Stands in for the compiled worker of a program without the faults that other stand-ins show. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export default function runJob({ scenario, window, folder }) {
  const { arm, seed } = scenario;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), `${arm} ${seed} ${window.id}\n`);
  const summary = [{ metric: 'tpsFinal', unit: '1/s', value: arm.length * 100 + seed }];
  return { ok: true, summary, warnings: seed === 8 ? ['look here'] : [] };
}

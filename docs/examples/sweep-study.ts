/** A study file carried out from a program, on worker threads, into a folder of results. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadStudy, runStudy, sweepOf, VERSION } from 'peerwatt';

const folder = mkdtempSync(join(tmpdir(), 'peerwatt-example-'));
const file = join(folder, 'gate.study.yaml');
writeFileSync(
  file,
  `schemaVersion: 1
name: gate
scenario: ${JSON.stringify(resolve('scenarios/minimal.yaml'))}
arms: [pow, central]
replications: 3
set:
  population.households: 8
  population.prosumers: 4
  horizon.interval: 60 min
  market.leadTimeMin: 5 min
  market.leadTimeMax: 6 min
factors:
  interval: { path: consensus.blockInterval, values: [15 s, 60 s, 240 s], arms: [pow] }
metrics: [lateOrderShare]
`,
);

const design = loadStudy(file); // every problem at once, before anything runs
console.log(`${design.points.length} points, ${design.runCount} runs`);
const nodeMajor = Number(process.versions.node.split('.')[0]);
const result = await runStudy(sweepOf(design), join(folder, 'gate'), {
  workers: 2,
  environment: { version: VERSION, nodeMajor },
});
for (const { arm, cells, mean, n } of result.rows) {
  console.log(`${arm} ${cells.join(' ')}: late ${mean.toFixed(3)}, n = ${n}`.replace(' :', ':'));
}
console.log(`${result.failures.length} failed`);
rmSync(folder, { recursive: true });

/**
 * W2, end to end: 100 homes (and 1 000) as light clients of 21 full nodes, DPoS of 21 producers every
 * 3 s, a random graph of degree 8, 15-min slots for 7 days, physics every 5 min, one power flow a slot,
 * transactions announced every 200 ms, detectors on, every table and the ledger written. Simulation and
 * writing are timed apart, in CPU seconds of this process; memory is the largest resident set so far.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRun } from '../src/report/write.ts';
import { loadScenarioText } from '../src/scenario/load.ts';
import { catalogue } from '../src/simulation/catalogue.ts';
import { simulate } from '../src/simulation/run.ts';

interface Row {
  label: string;
  value: number;
  unit: string;
}

const scenarioText = (homes: number, days: number) => `
schemaVersion: 1
name: w2
seed: 1
horizon: { start: 2024-06-03T00:00+08:00, days: ${days}, interval: 15 min, physicsStep: 5 min }
population: { name: synthetic, households: ${homes} }
grid: { powerFlow: slot }
consensus: { name: dpos, turn: 3 s, delegates: 21 }
network: { nodes: 21, batching: 200 ms, topology: { name: random-regular, degree: 8 } }
fraud: { detectors: [energy-balance, physical-bound, trade-cycles] }
`;

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function measure(homes: number, days: number): { rows: Row[]; hashes: string } {
  const scenario = loadScenarioText(scenarioText(homes, days), {
    plugins: catalogue,
    file: 'w2.yaml',
    folder: process.cwd(),
  }).resolve();
  const folder = mkdtempSync(join(tmpdir(), 'peerwatt-w2-'));
  try {
    const target = join(folder, 'run');
    const writer = openRun(scenario, target);
    const beforeRun = process.cpuUsage();
    const result = simulate(scenario, { onLedger: writer.onLedger });
    const simulationS = cpuSince(beforeRun);
    const beforeWrite = process.cpuUsage();
    writer.finish(result, { version: '0', nodeMajor: 0 });
    const writingS = cpuSince(beforeWrite);
    const sizes = readdirSync(target).map((name) => statSync(join(target, name)).size);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const name = `${homes} homes, ${days} days`;
    return {
      rows: [
        { label: `${name}: simulation`, value: simulationS, unit: 'CPU s' },
        { label: `${name}: writing`, value: writingS, unit: 'CPU s' },
        { label: `${name}: events`, value: result.eventCount, unit: 'events' },
        { label: `${name}: results`, value: bytes / 1e6, unit: 'MB' },
        {
          label: `${name}: peak memory`,
          value: process.resourceUsage().maxRSS / 1024,
          unit: 'MiB',
        },
      ],
      hashes: `${result.truthHash} ${result.traceHash} ${result.headHash}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export default {
  name: 'w2',
  /** `smoke`: 10 homes, a day; `full`: 100 homes, then 1 000, a week each. */
  run(size: 'smoke' | 'full') {
    const parts = size === 'full' ? [measure(100, 7), measure(1000, 7)] : [measure(10, 1)];
    const hashes = parts.map((part) => part.hashes).join('\n');
    return {
      rows: parts.flatMap((part) => part.rows),
      checksum: createHash('sha256').update(hashes).digest('hex').slice(0, 16),
    };
  },
};

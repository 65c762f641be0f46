/** Stands in for the compiled worker: figures of a chain follow from its protocol and its setting. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export default function runJob({ scenario, folder }) {
  const { arm, seed, consensus } = scenario;
  const { confirmations = 1 } = consensus.options;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'manifest.json'), `${arm} ${seed} ${confirmations}\n`);
  const isPow = consensus.name === 'pow';
  const values = {
    nodeCount: 21,
    staleRate: isPow ? 0.1 : 0,
    propagation90MeanUs: 200_000,
    finalityLatencyP50Us: isPow ? confirmations * 15e6 : 2e6,
    energyPerFinalTxWh: isPow ? 10 : 1,
    decentralisation: isPow ? 1 : 0,
    consensusPowerW: isPow ? 1000 : 0,
  };
  const summary = Object.entries(values).map(([metric, value]) => ({ metric, unit: '', value }));
  return { ok: true, summary, warnings: [] };
}

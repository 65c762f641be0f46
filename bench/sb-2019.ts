/**
 * SB-2019, the propagation of 100 blocks of 535 kB through the public network of 2019 as SimBlock models
 * it: regions, Pareto latency for each message, measured degrees, compact blocks with their failures, one
 * transfer of a node at a time, every node a miner. Graph, links and chain are made anew for each size
 * and count; sizes ascend, so that the largest resident set so far is that of the size.
 */
import { simblockChain, spreadOf } from '../src/experiment/validate/networks.ts';

interface Row {
  label: string;
  value: number;
  unit: string;
}

/** Measured on SimBlock (Java) and simblock-rs (Rust) with the same model [CPU s]. */
const PEERS: Readonly<Record<number, readonly [simblock: number, rust: number]>> = {
  6000: [42.3, 21.9],
  10000: [107, 73.6],
};

interface Outcome {
  cpuS: number;
  rows: Row[];
  checksum: string;
}

function measure(nodes: number, blocks: number): Outcome {
  const before = process.cpuUsage();
  const chain = simblockChain(nodes, 600, 'sb-2019');
  const { propagation } = spreadOf(chain, blocks);
  const { user, system } = process.cpuUsage(before);
  const cpuS = (user + system) / 1e6;
  const name = `${nodes} nodes`;
  const rows = [
    { label: `${name}: CPU time`, value: cpuS, unit: 's' },
    {
      label: `${name}: resident set`,
      value: process.resourceUsage().maxRSS / 1024,
      unit: 'MB',
    },
    { label: `${name}: events`, value: chain.kernel.eventCount, unit: '' },
    { label: `${name}: half of the nodes after`, value: propagation.timeToReachS(0.5), unit: 's' },
    { label: `${name}: nine tenths after`, value: propagation.timeToReachS(0.9), unit: 's' },
  ];
  const peers = PEERS[nodes];
  if (peers !== undefined && blocks === 100) {
    rows.push(
      { label: `${name}: times as fast as SimBlock`, value: peers[0] / cpuS, unit: '' },
      { label: `${name}: times as fast as simblock-rs`, value: peers[1] / cpuS, unit: '' },
    );
  }
  return { cpuS, rows, checksum: chain.kernel.traceHash };
}

/** Exponent of growth by least squares over logarithms. */
function exponent(nodes: readonly number[], cpuS: readonly number[]): number {
  const x = nodes.map(Math.log);
  const y = cpuS.map(Math.log);
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i]! - meanY), 0);
  const variance = x.reduce((sum, value) => sum + (value - meanX) * (value - meanX), 0);
  return covariance / variance;
}

export default {
  name: 'SB-2019',
  run(size: 'smoke' | 'full') {
    const blocks = size === 'full' ? 100 : 5;
    const sizes = size === 'full' ? [1000, 3000, 6000, 10_000, 30_000] : [100, 600];
    // The compiler warms up on a small one, so that the exponent is that of the work.
    measure(300, blocks);
    const outcomes = sizes.map((nodes) => measure(nodes, blocks));
    const rows = outcomes.flatMap(({ rows: own }) => own);
    const cpuS = outcomes.map((outcome) => outcome.cpuS);
    const power = exponent(sizes, cpuS);
    rows.push({ label: 'CPU time grows with nodes to the power', value: power, unit: '' });
    return { rows, checksum: outcomes.map(({ checksum }) => checksum.slice(0, 6)).join('') };
  },
};

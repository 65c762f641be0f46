import {
  bandwidth,
  boolean,
  choice,
  duration,
  type OptionValues,
  optional,
  text,
} from '../../base/options.ts';
import type { NetworkContext } from '../context.ts';
import { type LatencyTable, readLatencyMatrix, readLatencyPairs } from '../latency-table.ts';
import { definePlacement, planOfSites, shuffle } from '../placement.ts';

const US_PER = { us: 1, ms: 1e3, s: 1e6 } as const;

const OPTIONS = {
  file: text(undefined, 'CSV file, relative to the scenario'),
  unit: choice(['ms', 's', 'us'], undefined, 'Of the latencies in the file; the file cannot say'),
  measures: choice(
    ['round-trip', 'one-way'],
    undefined,
    'What was measured; half a round trip is taken one way',
  ),
  layout: choice(
    ['matrix', 'pairs'],
    'matrix',
    'A square matrix, or rows with columns from, to and a latency, several of a pair if need be',
  ),
  labels: boolean(true, 'matrix: whether the first row and the first column name the sites'),
  column: text('latency', 'pairs: column of the latencies'),
  statistic: choice(['median', 'mean'], 'median', 'pairs: of several measurements of one pair'),
  delimiter: choice(['comma', 'semicolon', 'tab'], 'comma', 'Between cells'),
  assignment: choice(['in-turn', 'random'], 'in-turn', 'Node i at row i mod the rows, or shuffled'),
  within: duration('1 ms', {
    min: 1,
    doc: 'One way, between two nodes of one site whose own latency is 0 in the file',
  }),
  bandwidth: optional(bandwidth(undefined, { doc: 'Of a node; network.bandwidth when absent' })),
};

/** Nodes at the sites of a measured table, symmetric or not. */
export default definePlacement({
  apiVersion: 1,
  name: 'latency-matrix',
  summary: 'Measured latencies between sites from a CSV file (PlanetLab, King, cloud pings)',
  source: 'the user',
  options: () => OPTIONS,
  create(context, options) {
    const table = readTable(context, options);
    if (table === undefined) return undefined;
    const { names, values } = table;
    const { nodeCount } = context;
    const count = names.length;
    const factor = US_PER[options.unit] / (options.measures === 'round-trip' ? 2 : 1);
    const latencyUs = values.map((value) => (value === 0 ? options.within : value * factor));
    const bps = new Float64Array(count).fill(options.bandwidth ?? context.bandwidth);
    const rounds =
      options.assignment === 'random' ? Math.ceil(nodeCount / count) * count : nodeCount;
    const siteOf = Int32Array.from({ length: rounds }, (_, node) => node % count);
    if (options.assignment === 'random') shuffle(siteOf, context.random);
    return planOfSites(
      { names, latencyUs, uploadBps: bps, downloadBps: bps },
      siteOf.slice(0, nodeCount),
    );
  },
});

function readTable(
  context: NetworkContext,
  options: OptionValues<typeof OPTIONS>,
): LatencyTable | undefined {
  const { file, delimiter, labels, layout } = options;
  const header = layout === 'pairs' || labels;
  const path = 'scenario.network.placement.file';
  const table = context.openTable(file, { delimiter, header, skipRows: 0 }, path);
  if (table === undefined) return undefined;
  return layout === 'pairs'
    ? readLatencyPairs(context, table, options.column, options.statistic)
    : readLatencyMatrix(context, table, labels);
}

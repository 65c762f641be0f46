import { duration, group, list, optional, text } from '../../base/options.ts';
import { parseQuantity } from '../../base/quantity.ts';
import { cellReport, ISSUES_MAX, type NetworkContext } from '../context.ts';
import { createGraphBuilder, type Graph, partsOf } from '../graph.ts';
import { nodeId, nodeOfId } from '../node-id.ts';
import { defineTopology } from '../topology.ts';

const KEY = 'scenario.network.topology';
const LAYOUT = { delimiter: 'comma', header: true, skipRows: 0 } as const;

/** Links as the user lists them, in the scenario or in a file with columns a, b, latency. */
export default defineTopology({
  apiVersion: 1,
  name: 'edge-list',
  summary: 'Links listed in the scenario, or in a CSV file with columns a, b, latency',
  source: 'the user',
  options: () => ({
    links: optional(
      list(
        group({
          a: text(undefined, 'Full node, e.g. node-001'),
          b: text(undefined, 'Full node, e.g. node-002'),
          latency: optional(duration(undefined, { min: 1, doc: 'One way; as placed when absent' })),
        }),
        undefined,
        { doc: 'Links, each once' },
      ),
    ),
    file: optional(text(undefined, 'CSV file, relative to the scenario; latency as "20 ms"')),
  }),
  create(context, { links, file }) {
    if ((links === undefined) === (file === undefined)) {
      const got = links === undefined ? 'neither' : 'both';
      context.issue({ file: '', path: KEY, expected: 'either links or file', got });
      return undefined;
    }
    if (file !== undefined) return readFile(context, file);
    const listed = links ?? [];
    const edges = createEdges(context.nodeCount);
    let problems = 0;
    listed.forEach(({ a, b, latency }, index) => {
      const problem = edges.add(a, b, latency ?? Number.NaN);
      if (problem === undefined || ++problems > ISSUES_MAX) return;
      const { end, expected, got } = problem;
      context.issue({ file: '', path: `${KEY}.links[${index}].${end}`, expected, got });
    });
    return problems > 0 ? undefined : edges.finish(context, '');
  },
});

interface Problem {
  readonly end: 'a' | 'b';
  readonly expected: string;
  readonly got: string;
}

/** Edges with latencies, each checked as it comes. */
function createEdges(nodeCount: number) {
  const builder = createGraphBuilder(nodeCount, 2 * nodeCount);
  const latencies: number[] = [];
  return {
    add(a: string, b: string, latencyUs: number): Problem | undefined {
      for (const end of ['a', 'b'] as const) {
        const id = end === 'a' ? a : b;
        const node = nodeOfId(id);
        if (node >= 0 && node < nodeCount) continue;
        const expected = `a full node, ${nodeId(0)} to ${nodeId(nodeCount - 1)}`;
        return { end, expected, got: JSON.stringify(id) };
      }
      if (a === b) return { end: 'b', expected: 'two different nodes', got: `${a} twice` };
      if (!builder.add(nodeOfId(a), nodeOfId(b))) {
        return { end: 'a', expected: 'each link once', got: `${a} and ${b} again` };
      }
      latencies.push(latencyUs);
      return undefined;
    },
    finish(context: NetworkContext, file: string): Graph | undefined {
      const graph = builder.finish();
      const parts = partsOf(graph);
      if (parts.count > 1) {
        const expected = 'links that connect all nodes';
        const got = `${parts.count} parts; ${nodeId(parts.stray)} is not reached from ${nodeId(0)}`;
        const path = file === '' ? `${KEY}.links` : '';
        context.issue({ file, path, expected, got });
        return undefined;
      }
      const hasOwn = latencies.some((latencyUs) => !Number.isNaN(latencyUs));
      return hasOwn ? { ...graph, latencyUs: Float64Array.from(latencies) } : graph;
    },
  };
}

function readFile(context: NetworkContext, file: string): Graph | undefined {
  const table = context.openTable(file, LAYOUT, `${KEY}.file`);
  if (table === undefined) return undefined;
  const { report, failed } = cellReport(context, table);
  const columns = { a: table.names.indexOf('a'), b: table.names.indexOf('b') };
  const latencyColumn = table.names.indexOf('latency');
  for (const [name, column] of Object.entries(columns)) {
    if (column < 0) report(-1, -1, `a column ${name}`, table.names.join(', '));
  }
  if (failed()) return undefined;
  const edges = createEdges(context.nodeCount);
  for (let row = 0; row < table.rowCount; row++) {
    let latencyUs = Number.NaN;
    const latency = latencyColumn < 0 ? '' : table.cell(row, latencyColumn);
    if (latency !== '') {
      const parsed = parseQuantity(latency, 'duration');
      const isFine = 'value' in parsed && parsed.value >= 1;
      if (isFine) latencyUs = parsed.value;
      else report(row, latencyColumn, 'a duration with unit above 0', JSON.stringify(latency));
    }
    const problem = edges.add(table.cell(row, columns.a), table.cell(row, columns.b), latencyUs);
    if (problem === undefined) continue;
    const { end, expected, got } = problem;
    report(row, columns[end], expected, got);
  }
  return failed() ? undefined : edges.finish(context, table.path);
}

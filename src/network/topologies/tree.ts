import { integer } from '../../base/options.ts';
import { defineTopology } from '../topology.ts';

/** Node n > 0 hangs from node floor((n − 1) / branching): a substation above its gateways. */
export default defineTopology({
  apiVersion: 1,
  name: 'tree',
  summary: 'Node 0 at the root, every level filled from the left; branching 1 is a line',
  source: 'complete k-ary tree',
  options: () => ({
    branching: integer(2, { min: 1, max: 20_000, doc: 'Children of a node' }),
  }),
  create({ nodeCount }, { branching }) {
    const length = Math.max(0, nodeCount - 1);
    return {
      nodeCount,
      from: Int32Array.from({ length }, (_, edge) => Math.floor(edge / branching)),
      to: Int32Array.from({ length }, (_, edge) => edge + 1),
    };
  },
});

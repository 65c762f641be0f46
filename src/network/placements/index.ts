import { createRegistry } from '../../base/plugin.ts';
import latencyMatrix from './latency-matrix.ts';
import regionTable from './region-table.ts';
import twoTier from './two-tier.ts';
import uniform from './uniform.ts';

/** All placements by name. */
export const placements = createRegistry('placement', [
  twoTier,
  uniform,
  regionTable,
  latencyMatrix,
]);

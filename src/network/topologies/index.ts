import { createRegistry } from '../../base/plugin.ts';
import degreeDistribution from './degree-distribution.ts';
import edgeList from './edge-list.ts';
import fullMesh from './full-mesh.ts';
import randomRegular from './random-regular.ts';
import smallWorld from './small-world.ts';
import tree from './tree.ts';

/** All topologies by name. */
export const topologies = createRegistry('topology', [
  randomRegular,
  degreeDistribution,
  smallWorld,
  fullMesh,
  tree,
  edgeList,
]);

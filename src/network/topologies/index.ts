import { createRegistry } from '../../base/plugin.ts';
import randomRegular from './random-regular.ts';
import regionTable from './region-table.ts';

/** All topologies by name. */
export const topologies = createRegistry('topology', [randomRegular, regionTable]);

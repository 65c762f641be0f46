import { createRegistry } from '../../base/plugin.ts';
import central from './central.ts';
import dpos from './dpos.ts';
import pow from './pow.ts';

/** All consensus protocols by name. */
export const protocols = createRegistry('consensus protocol', [pow, dpos, central]);

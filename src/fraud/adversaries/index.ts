import { createRegistry } from '../../base/plugin.ts';
import censorship from './censorship.ts';
import eclipse from './eclipse.ts';
import partition from './partition.ts';
import spam from './spam.ts';

/** All adversaries of the chain by name. */
export const adversaries = createRegistry('adversary', [censorship, partition, eclipse, spam]);

/** The bidding strategies by name. To add one: a file beside this and its line here. */
import { createRegistry } from '../../base/plugin.ts';
import type { Strategy } from '../strategy.ts';
import truthful from './truthful.ts';
import ziConstrained from './zi-constrained.ts';

/** Registry of strategies. */
export const strategies = createRegistry<Strategy>('strategy', [truthful, ziConstrained]);

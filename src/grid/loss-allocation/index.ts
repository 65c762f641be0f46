/** The loss allocations a scenario may name. */
import { createRegistry } from '../../base/plugin.ts';
import type { LossAllocation } from './define.ts';
import proRata from './pro-rata.ts';

/** Registry of loss allocations. */
export const lossAllocations = createRegistry<LossAllocation>('loss allocation', [proRata]);

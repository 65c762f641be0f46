/** The responses a scenario may name. */
import { createRegistry } from '../../base/plugin.ts';
import none from './none.ts';

/** Registry of response policies. */
export const responses = createRegistry('response', [none]);

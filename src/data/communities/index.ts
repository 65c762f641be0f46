/** Where a population may come from. */
import { createRegistry } from '../../base/plugin.ts';
import accounts from './accounts.ts';
import citylearn from './citylearn.ts';
import genericCsv from './generic-csv.ts';
import synthetic from './synthetic.ts';

/** Registry of communities. */
export const communities = createRegistry('community', [
  synthetic,
  genericCsv,
  citylearn,
  accounts,
]);

/** The feeders a scenario may name. */
import { createRegistry } from '../../base/plugin.ts';
import csvFolder from './csv-folder.ts';
import generatedLv from './generated-lv.ts';

/** Registry of feeder sources. */
export const feeders = createRegistry('feeder', [generatedLv, csvFolder]);

/** The feeders a scenario may name. */
import { createRegistry } from '../../base/plugin.ts';
import csvFolder from './csv-folder.ts';
import type { FeederSource } from './define.ts';
import generatedLv from './generated-lv.ts';

/** Registry of feeder sources. */
export const feeders = createRegistry<FeederSource>('feeder', [generatedLv, csvFolder]);

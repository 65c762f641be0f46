/** The forecasts by name. To add one: a file beside this and its line here. */
import { createRegistry } from '../../base/plugin.ts';
import type { ForecastPlugin } from '../forecast.ts';
import noisy from './noisy.ts';
import perfect from './perfect.ts';
import persistence from './persistence.ts';

/** Registry of forecasts. */
export const forecasts = createRegistry<ForecastPlugin>('forecast', [persistence, perfect, noisy]);

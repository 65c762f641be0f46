import { createRegistry } from '../../base/plugin.ts';
import constant from './constant.ts';
import lognormal from './lognormal.ts';
import pareto from './pareto.ts';

/** All laws of latency by name. */
export const latencies = createRegistry('latency', [lognormal, constant, pareto]);

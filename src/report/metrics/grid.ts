/** Energy balance of the community and state of its feeder (model page, 9.8). */
import { HOUR_US } from '../../base/units.ts';
import { localUse } from '../../market/indicators.ts';
import { type Metric, type RunView, ratio, total } from './metric.ts';

const sumOf = (run: RunView, column: string) => total(run.numbers('slots', column));

const use = (run: RunView) =>
  run.once('localUse', () => {
    const column = (name: string) => run.numbers('slots', name);
    return localUse(column('load_wh'), column('pv_wh'), column('import_wh'), column('export_wh'));
  });

/** Largest (sign 1) or smallest (sign -1) value of a slots column; NaN when none is defined. */
function extreme(run: RunView, column: string, sign: 1 | -1): number {
  const values = run.numbers('slots', column);
  let best = Number.NaN;
  for (let slot = 0; slot < values.length; slot++) {
    const value = values[slot]!;
    if (Number.isNaN(best) || sign * value > sign * best) best = value;
  }
  return best;
}

/** Metrics of energy and feeder. */
export const gridMetrics: readonly Metric[] = [
  {
    id: 'loadWh',
    unit: 'Wh',
    definition: 'True consumption of all homes',
    direction: 'neutral',
    compute: (run) => sumOf(run, 'load_wh'),
  },
  {
    id: 'pvWh',
    unit: 'Wh',
    definition: 'True generation of all homes',
    direction: 'neutral',
    compute: (run) => sumOf(run, 'pv_wh'),
  },
  {
    id: 'selfSufficiency',
    unit: '',
    definition:
      '1 - community import / load; community import is max(0, import - export) of each slot',
    direction: 'higher',
    compute: (run) => use(run).selfSufficiency,
  },
  {
    id: 'selfConsumption',
    unit: '',
    definition:
      '1 - community export / generation; community export is max(0, export - import) of each slot',
    direction: 'higher',
    compute: (run) => use(run).selfConsumption,
  },
  {
    id: 'lossShare',
    unit: '',
    definition: 'Feeder loss / energy into the feeder (import at its head + export of homes)',
    direction: 'lower',
    compute(run) {
      const headWh = run.numbers('slots', 'feeder_head_wh');
      let intoWh = sumOf(run, 'export_wh');
      for (let slot = 0; slot < headWh.length; slot++) intoWh += Math.max(0, headWh[slot]!);
      return ratio(sumOf(run, 'feeder_loss_wh'), intoWh);
    },
  },
  {
    id: 'peakImportW',
    unit: 'W',
    definition: "Largest mean power of a slot into the feeder's head",
    direction: 'lower',
    compute: (run) => (extreme(run, 'feeder_head_wh', 1) * HOUR_US) / run.facts.slotUs,
  },
  {
    id: 'peakExportW',
    unit: 'W',
    definition: "Largest mean power of a slot out of the feeder's head; negative when it never is",
    direction: 'lower',
    compute: (run) => 0 - (extreme(run, 'feeder_head_wh', -1) * HOUR_US) / run.facts.slotUs,
  },
  {
    id: 'voltageMinPu',
    unit: 'pu',
    definition: 'Lowest bus voltage of the run',
    direction: 'higher',
    compute: (run) => extreme(run, 'voltage_min_pu', -1),
  },
];

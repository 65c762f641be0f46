/** What the chain costs: electricity, messages, bytes, gas (model page, 9.4). */
import { fsum } from '../../base/sum.ts';
import { HOUR_US, SECOND_US } from '../../base/units.ts';
import { fatesOf } from './chain.ts';
import { countRows, type Metric, type RunView, ratio, requiring, total } from './metric.ts';
import { measuredSeconds } from './span.ts';

/** Electricity of all full nodes over the whole run [Wh]. */
export function chainEnergyWh(run: RunView): number {
  return run.once('chainEnergyWh', () => fsum(run.numbers('nodes', 'energy_wh')));
}

function canonicalCount(run: RunView): number {
  const canonical = run.numbers('blocks', 'canonical');
  const heights = run.numbers('blocks', 'height');
  return countRows(canonical.length, (block) => canonical[block] === 1 && heights[block]! > 0);
}

const bytesSent = (run: RunView) => total(run.numbers('nodes', 'bytes_sent'));

/** Gas that transactions of other communities used in canonical blocks. */
function foreignGas(run: RunView): number {
  const types = run.texts('transactions', 'type');
  return total(run.numbers('transactions', 'gas_used'), (tx) => types[tx] === 'FOREIGN');
}

const gasPerTrade: Metric = {
  id: 'gasPerTrade',
  unit: 'gas',
  definition: 'Gas of canonical blocks, that of other communities left out / trades, void ones too',
  direction: 'lower',
  compute(run) {
    const canonical = run.numbers('blocks', 'canonical');
    const gas = total(run.numbers('blocks', 'gas_used'), (block) => canonical[block] === 1);
    return ratio(gas - foreignGas(run), run.count('trades'));
  },
};

const energyPerTradedShare: Metric = {
  id: 'energyPerTradedShare',
  unit: '',
  definition:
    "Electricity of full nodes while slots are delivered, the community's share, / traded energy",
  direction: 'lower',
  compute(run) {
    const hours = (measuredSeconds(run) * SECOND_US) / HOUR_US;
    const chainWh = (fsum(run.numbers('nodes', 'power_w')) * hours) / run.facts.communities;
    return ratio(chainWh, total(run.numbers('slots', 'fulfilled_wh')));
  },
};

/** Metrics of cost. */
export const costMetrics: readonly Metric[] = [
  {
    id: 'energyKWh',
    unit: 'kWh',
    definition: 'Electricity of all full nodes over the whole run, idle power included',
    direction: 'lower',
    compute: (run) => chainEnergyWh(run) / 1000,
  },
  {
    id: 'energyPerFinalTxWh',
    unit: 'Wh',
    definition: 'Electricity of all full nodes / final transactions, whole run',
    direction: 'lower',
    compute: (run) => ratio(chainEnergyWh(run), fatesOf(run).final),
  },
  {
    id: 'energyPerBlockWh',
    unit: 'Wh',
    definition: 'Electricity of all full nodes / canonical blocks after genesis, whole run',
    direction: 'lower',
    compute: (run) => ratio(chainEnergyWh(run), canonicalCount(run)),
  },
  {
    id: 'consensusPowerW',
    unit: 'W',
    definition: 'Power of all full nodes beyond their idle power: hashing',
    direction: 'lower',
    compute(run) {
      const powerW = run.numbers('nodes', 'power_w');
      return fsum(Array.from(powerW, (node) => node - run.facts.idlePowerW));
    },
  },
  {
    id: 'messages',
    unit: '',
    definition: 'Messages sent by full nodes in the whole run',
    direction: 'lower',
    compute: (run) => total(run.numbers('nodes', 'messages_sent')),
  },
  {
    id: 'bytes',
    unit: 'B',
    definition: 'Bytes sent by full nodes in the whole run',
    direction: 'lower',
    compute: bytesSent,
  },
  {
    id: 'bytesPerFinalTx',
    unit: 'B',
    definition: 'Bytes sent by full nodes / final transactions, whole run',
    direction: 'lower',
    compute: (run) => ratio(bytesSent(run), fatesOf(run).final),
  },
  {
    id: 'ledgerBytes',
    unit: 'B',
    definition: 'Size of all canonical blocks, genesis included',
    direction: 'lower',
    compute(run) {
      const canonical = run.numbers('blocks', 'canonical');
      return total(run.numbers('blocks', 'bytes'), (block) => canonical[block] === 1);
    },
  },
  ...requiring(['trades'], [gasPerTrade]),
  ...requiring(['slots'], [energyPerTradedShare]),
];

/** Who makes the blocks, and who could (model page, 9.5). */
import { gini, herfindahl } from '../../market/indicators.ts';
import { isMeasured } from './chain.ts';
import { entropyBits, entropyNormalised, nakamoto, theil } from './concentration.ts';
import type { Direction, Metric, RunView } from './metric.ts';

/** Canonical blocks within the delivery slots, by full node; nodes without one are 0. */
function productionByNode(run: RunView): Float64Array {
  return run.once('productionByNode', () => {
    const nodes = run.texts('nodes', 'node');
    const index = new Map(nodes.map((node, i) => [node, i]));
    const producers = run.texts('blocks', 'producer');
    const heights = run.numbers('blocks', 'height');
    const canonical = run.numbers('blocks', 'canonical');
    const producedUs = run.numbers('blocks', 'produced_us');
    const made = new Float64Array(nodes.length);
    for (let block = 0; block < producers.length; block++) {
      const node = index.get(producers[block]!);
      if (node === undefined || heights[block] === 0 || canonical[block] !== 1) continue;
      if (isMeasured(run, producedUs[block]!)) made[node]!++;
    }
    return made;
  });
}

type Measure = (shares: ArrayLike<number>) => number;

const MEASURES: readonly (readonly [string, string, string, Direction, Measure])[] = [
  ['nakamotoThird', '', 'Fewest holders with more than 1/3', 'higher', (x) => nakamoto(x, 1, 3)],
  ['nakamotoHalf', '', 'Fewest holders with more than 1/2', 'higher', (x) => nakamoto(x, 1, 2)],
  [
    'nakamotoTwoThirds',
    '',
    'Fewest holders with more than 2/3',
    'higher',
    (x) => nakamoto(x, 2, 3),
  ],
  ['gini', '', 'Gini coefficient, zeros included', 'lower', gini],
  ['entropyBits', 'bit', 'Shannon entropy', 'higher', entropyBits],
  ['entropyNormalised', '', 'Entropy / log2 of the number of holders', 'higher', entropyNormalised],
  [
    'herfindahl',
    '',
    '10 000 times the sum of squared shares',
    'lower',
    (x) => 10_000 * herfindahl(x),
  ],
  ['theil', '', 'Theil index', 'lower', theil],
];

function family(prefix: string, what: string, read: (run: RunView) => ArrayLike<number>): Metric[] {
  return MEASURES.map(([name, unit, definition, direction, measure]) => ({
    id: `${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`,
    unit,
    definition: `${definition}, of ${what}`,
    direction,
    compute: (run) => measure(read(run)),
  }));
}

const known = (values: ArrayLike<number>) => Array.from(values).filter((x) => !Number.isNaN(x));

/** Metrics of concentration over production, stake and hashing power. */
export const decentralisationMetrics: readonly Metric[] = [
  ...family(
    'producer',
    'canonical blocks within the delivery slots over all full nodes',
    productionByNode,
  ),
  ...family('stake', 'stake over all full nodes', (run) =>
    known(run.numbers('nodes', 'stake_share')),
  ),
  ...family('hash', 'hashing power over all full nodes', (run) =>
    known(run.numbers('nodes', 'hash_share')),
  ),
];

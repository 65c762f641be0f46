/**
 * How the protocol fared: reorganisations by depth, stalls of finality, conflicting finality, view
 * changes (model page, 9.3). Counters come from the optional table `consensus`.
 */
import { type Metric, type RunView, total } from './metric.ts';
import { isMeasured, measuredSpan } from './span.ts';

/** Value of a counter of the protocol; NaN where the table or the counter is missing. */
export function counterOf(run: RunView, counter: string): number {
  const values = run.once('consensusCounters', () => {
    if (!run.hasRows('consensus')) return new Map<string, number>();
    const column = run.numbers('consensus', 'value');
    return new Map(run.texts('consensus', 'counter').map((name, row) => [name, column[row]!]));
  });
  return values.get(counter) ?? Number.NaN;
}

/** Depths of the reorganisation histogram by the suffix of their counter; the last one is open. */
const REORG_DEPTHS = [
  ['1', '1 block'],
  ['2', '2 blocks'],
  ['3', '3 blocks'],
  ['4', '4 blocks'],
  ['5', '5 blocks'],
  ['6Up', '6 blocks or more'],
] as const;

/**
 * Longest time within the delivery slots in which the observer's final height did not grow [µs]: the
 * largest gap between successive instants of finality, the ends of the span counting as instants.
 */
function longestStallUs(run: RunView): number {
  const [fromUs, toUs] = measuredSpan(run);
  if (!(toUs > fromUs)) return Number.NaN;
  const finalUs = run.numbers('blocks', 'final_us');
  const heights = run.numbers('blocks', 'height');
  const instants = [fromUs, toUs];
  for (let block = 0; block < finalUs.length; block++) {
    // A block that was final and then replaced had moved the height too.
    if (heights[block]! > 0 && isMeasured(run, finalUs[block]!)) instants.push(finalUs[block]!);
  }
  const rising = Float64Array.from(instants).sort();
  let longest = 0;
  for (let k = 1; k < rising.length; k++) longest = Math.max(longest, rising[k]! - rising[k - 1]!);
  return longest;
}

/** Heights at which honest nodes held two different blocks final. */
function divergentHeights(run: RunView): number {
  const counted = counterOf(run, 'divergentFinals');
  if (!Number.isNaN(counted)) return counted;
  if (!run.hasTable('invariants')) return Number.NaN;
  const violations = run.numbers('invariants', 'violations');
  const rows = run.texts('invariants', 'invariant');
  if (!rows.includes('divergent-finals')) return Number.NaN;
  return total(violations, (row) => rows[row] === 'divergent-finals');
}

const counterMetric = (id: string, definition: string, direction: Metric['direction']): Metric => ({
  id,
  unit: '',
  definition,
  direction,
  compute: (run) => counterOf(run, id),
});

/** Metrics of liveness and safety of the protocol. */
export const consensusMetrics: readonly Metric[] = [
  ...REORG_DEPTHS.map(([suffix, depth]) =>
    counterMetric(
      `reorgsDepth${suffix}`,
      `Times a node left ${depth} at once, all nodes; empty where the run does not count them`,
      'lower',
    ),
  ),
  {
    id: 'libStallUs',
    unit: 'us',
    definition:
      "Longest time within the delivery slots in which the observer's final height did not grow",
    direction: 'lower',
    compute: longestStallUs,
  },
  {
    id: 'divergentFinality',
    unit: '',
    definition: 'Heights at which honest nodes held two different blocks final',
    direction: 'lower',
    compute: divergentHeights,
  },
  counterMetric('viewChanges', 'Changes of leader or view; empty where there are none', 'lower'),
  counterMetric(
    'mvccInvalid',
    'Transactions marked invalid because what they read had changed (execute, order, validate)',
    'lower',
  ),
];

/** Who makes the blocks, and who could (model page, 9.5). */
import { fsum } from '../../base/sum.ts';
import { gini, herfindahl } from '../../market/indicators.ts';
import { entropyBits, entropyNormalised, nakamoto, theil } from './concentration.ts';
import { counterOf } from './consensus.ts';
import { centralInterventionShare } from './interventions.ts';
import { type Direction, type Metric, type RunView, ratio } from './metric.ts';
import { isMeasured } from './span.ts';

/** One measure of concentration. */
export interface Measure {
  /** camelCase name, completed by a basis: `producerGini`. */
  readonly name: string;
  readonly unit: string;
  readonly definition: string;
  readonly direction: Direction;
  /** Value over holdings, zeros included; NaN where it is undefined. */
  readonly of: (shares: ArrayLike<number>) => number;
}

/** A measure of inequality says nothing about a single holder: 0 would call a monopoly equal. */
const amongSeveral = (measure: Measure['of']) => (shares: ArrayLike<number>) =>
  shares.length < 2 ? Number.NaN : measure(shares);

const measure = (
  name: string,
  unit: string,
  definition: string,
  direction: Direction,
  of: Measure['of'],
): Measure => ({ name, unit, definition, direction, of });

/** Measures of concentration, the same for every basis. */
export const MEASURES: readonly Measure[] = [
  measure('nakamotoThird', '', 'Fewest holders with more than 1/3', 'higher', (x) =>
    nakamoto(x, 1, 3),
  ),
  measure('nakamotoHalf', '', 'Fewest holders with more than 1/2', 'higher', (x) =>
    nakamoto(x, 1, 2),
  ),
  measure('nakamotoTwoThirds', '', 'Fewest holders with more than 2/3', 'higher', (x) =>
    nakamoto(x, 2, 3),
  ),
  measure(
    'gini',
    '',
    'Gini coefficient, zeros included, empty for one holder',
    'lower',
    amongSeveral(gini),
  ),
  measure('entropyBits', 'bit', 'Shannon entropy', 'higher', entropyBits),
  measure(
    'entropyNormalised',
    '',
    'Entropy / log2 of the number of holders, empty for one holder',
    'higher',
    entropyNormalised,
  ),
  measure(
    'herfindahl',
    '',
    '10 000 times the sum of squared shares',
    'lower',
    (x) => 10_000 * herfindahl(x),
  ),
  measure('theil', '', 'Theil index, empty for one holder', 'lower', amongSeveral(theil)),
];

/** Full nodes that the protocol may let produce: what it states, else all of them. */
export function eligibleCount(run: RunView): number {
  const stated = counterOf(run, 'eligibleProducers');
  return Number.isNaN(stated) ? run.count('nodes') : stated;
}

/**
 * Blocks by producer.
 *
 * @param blocks - Rows of the blocks table that count.
 * @returns One entry an eligible producer, in falling order, zeros for those without a block.
 */
export function production(run: RunView, blocks: readonly number[]): Float64Array {
  const made = new Map(run.texts('nodes', 'node').map((node) => [node, 0]));
  const producers = run.texts('blocks', 'producer');
  for (const block of blocks) {
    const known = made.get(producers[block]!);
    if (known !== undefined) made.set(producers[block]!, known + 1);
  }
  const falling = Float64Array.from(made.values()).sort().reverse();
  const producing = falling.indexOf(0);
  const least = producing < 0 ? falling.length : producing;
  return falling.slice(0, Math.max(least, Math.min(falling.length, eligibleCount(run))));
}

/** Canonical blocks made within the delivery slots, genesis left out, by height. */
export function measuredChain(run: RunView): readonly number[] {
  return run.once('measuredChain', () => {
    const heights = run.numbers('blocks', 'height');
    const canonical = run.numbers('blocks', 'canonical');
    const producedUs = run.numbers('blocks', 'produced_us');
    const chain: number[] = [];
    for (let block = 0; block < heights.length; block++) {
      const isKept = heights[block]! > 0 && canonical[block] === 1;
      if (isKept && isMeasured(run, producedUs[block]!)) chain.push(block);
    }
    return chain.sort((a, b) => heights[a]! - heights[b]! || a - b);
  });
}

/** Canonical blocks within the delivery slots by eligible producer, or by organisation. */
export function measuredProduction(run: RunView): ArrayLike<number> {
  return run.once('measuredProduction', () =>
    byOrganisation(run, production(run, measuredChain(run))),
  );
}

/** Holdings by organisation: on a private chain all full nodes are one, however they share the work. */
export function byOrganisation(run: RunView, holdings: ArrayLike<number>): ArrayLike<number> {
  return run.facts.isPrivate === true && holdings.length > 0 ? [fsum(holdings)] : holdings;
}

const known = (values: ArrayLike<number>) => Array.from(values).filter((x) => !Number.isNaN(x));

/** A holding whose concentration is measured. */
export interface Basis {
  readonly name: 'producer' | 'stake' | 'hash';
  readonly what: string;
  read(run: RunView): ArrayLike<number>;
}

/** What concentration is measured over. */
export const BASES: readonly Basis[] = [
  {
    name: 'producer',
    what: 'canonical blocks within the delivery slots over eligible producers',
    read: measuredProduction,
  },
  {
    name: 'stake',
    what: 'stake over all full nodes',
    read: (run) => byOrganisation(run, known(run.numbers('nodes', 'stake_share'))),
  },
  {
    name: 'hash',
    what: 'hashing power over all full nodes',
    read: (run) => byOrganisation(run, known(run.numbers('nodes', 'hash_share'))),
  },
];

/**
 * Decentralisation of block production: normalised entropy over eligible producers times the share of
 * full nodes that are eligible, 0 when only one is, times the share of decisions that no office took by
 * itself: a management node that can suspend whom it likes takes away from it each time that it does.
 *
 * @returns In [0, 1]; NaN when no block was made.
 */
export function decentralisation(run: RunView): number {
  const shares = measuredProduction(run);
  if (!(shares[0]! > 0)) return Number.NaN;
  if (shares.length < 2) return 0;
  const byOffice = centralInterventionShare(run);
  const producers = entropyNormalised(shares) * ratio(eligibleCount(run), run.count('nodes'));
  return producers * (1 - (Number.isNaN(byOffice) ? 0 : byOffice));
}

/** Metrics of concentration over production, stake and hashing power. */
export const decentralisationMetrics: readonly Metric[] = [
  ...BASES.flatMap((basis) =>
    MEASURES.map(
      ({ name, unit, definition, direction, of }): Metric => ({
        id: `${basis.name}${name[0]!.toUpperCase()}${name.slice(1)}`,
        unit,
        definition: `${definition}, of ${basis.what}`,
        direction,
        compute: (run) => of(basis.read(run)),
      }),
    ),
  ),
  {
    id: 'eligibleShare',
    unit: '',
    definition: 'Full nodes that the protocol may let produce / full nodes',
    direction: 'higher',
    compute: (run) => ratio(eligibleCount(run), run.count('nodes')),
  },
  {
    id: 'decentralisation',
    unit: '',
    definition:
      'Normalised entropy of canonical blocks over eligible producers x eligible share x (1 - share of central interventions); 0 with one producer',
    direction: 'higher',
    compute: decentralisation,
  },
];

/** Sweeps of any size whose metrics follow known laws, as the files that a study writes. */
import { mainEffects } from '../../../../../src/experiment/statistics/effects.ts';
import type { FactorInfo } from '../../../../../src/report/page/results.ts';

/** One factor with its level at every point. */
export interface SyntheticFactor {
  readonly info: FactorInfo;
  readonly levels: readonly (number | string)[];
}

/** A sweep to make. */
export interface SyntheticSweep {
  readonly factors: readonly SyntheticFactor[];
  readonly arms: readonly string[];
  readonly replications: number;
  /** Metric names with the value of a run. */
  readonly metrics: readonly (readonly [
    name: string,
    value: (levels: readonly (number | string)[], arm: number, replication: number) => number,
  ])[];
}

/** A factor of numbers or words. */
export function factor(
  name: string,
  unit: string,
  levels: readonly (number | string)[],
): SyntheticFactor {
  const type = typeof levels[0] === 'number' ? 'number' : 'text';
  return { info: { name, unit, type, paths: [`some.${name}`] }, levels };
}

/** Every combination of levels, as factors with a level a point; the last varies fastest. */
export function grid(...factors: readonly SyntheticFactor[]): SyntheticFactor[] {
  let points: (number | string)[][] = [[]];
  for (const { levels } of factors) {
    points = points.flatMap((point) => levels.map((level) => [...point, level]));
  }
  return factors.map(({ info }, at) => ({ info, levels: points.map((point) => point[at]!) }));
}

/** The tables of the sweep as CSV text: `runs`, `effects` and `distributions`. */
export function sweepTables(sweep: SyntheticSweep): Record<string, string> {
  const { factors, arms, replications, metrics } = sweep;
  const names = factors.map(({ info }) => info.name);
  const points = factors[0]!.levels.map((_, point) => factors.map(({ levels }) => levels[point]!));
  const valueAt = (metric: number, point: number, arm: number, replication: number) =>
    metrics[metric]![1](points[point]!, arm, replication);
  const runs = [
    ['run', 'arm', ...names, 'replication', 'seed', 'window', 'status', ...metrics.map(([m]) => m)],
  ];
  const distributions = [
    ['distribution', 'unit', 'arm', ...names, 'n', 'censored', 'p50', 'p90', 'p95', 'p99', 'max'],
  ];
  for (const [point, levels] of points.entries()) {
    for (const [arm, name] of arms.entries()) {
      for (let replication = 1; replication <= replications; replication++) {
        const values = metrics.map((_, metric) => valueAt(metric, point, arm, replication));
        runs.push(
          [
            ...[`p${point + 1}-${name}-${replication}`, name, ...levels, replication, replication],
            ...['window-1', 'ok', ...values],
          ].map(String),
        );
      }
      const p50 = Math.round(valueAt(0, point, arm, 1) / 3);
      distributions.push(
        [
          'finalityLatency',
          'us',
          name,
          ...levels,
          100,
          0,
          p50,
          2 * p50,
          3 * p50,
          4 * p50,
          5 * p50,
        ].map(String),
      );
    }
  }
  const isBinned = ({ info, levels }: SyntheticFactor) =>
    info.type !== 'text' && new Set(levels).size > 12;
  const effects = metrics.flatMap(([id], metric) =>
    arms.flatMap((name, arm) =>
      mainEffects({
        factors: names,
        levels: points,
        values: points.map((_, point) =>
          Array.from({ length: replications }, (_, r) => valueAt(metric, point, arm, r + 1)),
        ),
        binned: factors.filter(isBinned).map(({ info }) => info.name),
      }).map((row) => {
        const numbers = [row.position, row.n, row.mean, row.low, row.high, row.effect];
        const cells = numbers.map((value) => (Number.isNaN(value) ? '' : String(value)));
        return [id, '', name, row.factor, String(row.level), ...cells];
      }),
    ),
  );
  const head = ['metric', 'unit', 'arm', 'factor', 'level', 'position'];
  const csv = (rows: readonly (readonly string[])[]) => rows.map((row) => row.join(',')).join('\n');
  return {
    runs: csv(runs),
    distributions: csv(distributions),
    effects: csv([[...head, 'n', 'mean', 'ci_low', 'ci_high', 'effect'], ...effects]),
  };
}

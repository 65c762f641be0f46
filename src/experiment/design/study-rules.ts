/** Rules between the keys of a study: paths, the number of runs, names of metrics. */
import type { InputIssue } from '../../base/errors.ts';
import { metricsFor } from '../../report/metrics.ts';
import { child, issueAt, type LocatedMap, type Place } from '../../scenario/located.ts';
import type { PluginCatalogue, Setting } from '../../scenario/merge.ts';
import { didYouMean } from '../../scenario/resolve.ts';
import type { Checked } from './check-points.ts';
import type { Factor } from './factor.ts';
import type { Points } from './points.ts';
import type { StudyHead } from './study-keys.ts';
import { namesAt } from './written.ts';

/** Two factors, or a factor and a fixed override, of one path in one arm: one would be ignored. */
export function checkPaths(
  factors: readonly Factor[],
  sets: readonly Setting[],
  arms: readonly string[],
  issues: InputIssue[],
): void {
  factors.forEach(({ column, place }, i) => {
    const reach = column.arms ?? arms;
    for (const path of column.paths) {
      const other = factors
        .slice(0, i)
        .find(
          (one) =>
            one.column.paths.includes(path) &&
            reach.some((arm) => (one.column.arms ?? arms).includes(arm)),
        );
      if (other !== undefined) {
        const expected = 'each path in one factor of an arm';
        issues.push(issueAt(place, expected, `${path}, which ${other.column.name} sets too`));
      }
      const fixed = sets.find(({ keys }) => keys.join('.') === path);
      if (fixed === undefined || column.arms !== undefined) continue;
      const expected = 'a path that is no factor';
      issues.push(issueAt(fixed.place!, expected, `${path}, which ${column.name} sets`));
    }
  });
}

/**
 * Runs against the cap, replications that may be added included.
 *
 * @param runsPerReplication - Points over their arms, or windows over both.
 * @returns Whether they fit.
 */
export function checkSize(
  root: LocatedMap,
  head: StudyHead,
  { pointCount }: Points,
  arms: readonly string[],
  runsPerReplication: number,
  unit: 'windows' | undefined,
  issues: InputIssue[],
): boolean {
  const replications = Math.max(head.replications, head.until?.replicationsMax ?? 0);
  const runs = runsPerReplication * replications;
  if (runs <= head.maxRuns) return true;
  const place: Place = child(root, 'maxRuns')?.place ?? { ...root.place, path: 'study.maxRuns' };
  const many = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const parts = [many(pointCount, 'point'), many(arms.length, 'arm')];
  if (unit !== undefined) parts.push('their windows');
  parts.push(many(replications, 'replication'));
  const got = `${runs}: ${parts.join(', ')}`;
  issues.push(issueAt(place, `at most ${head.maxRuns} runs`, got, 'raise maxRuns to allow it'));
  return false;
}

/** Names that metrics are made of, where the points are not known: those of every plug-in. */
export function namesOf(
  catalogue: PluginCatalogue,
): Pick<Checked, 'detectors' | 'attacks' | 'adversaries'> {
  const { detectors, attacks, adversaries } = catalogue;
  return { detectors: detectors.names, attacks: attacks.names, adversaries: adversaries.names };
}

/** Metrics named in the study exist in its runs, and no factor has the name of one. */
export function checkMetrics(
  root: LocatedMap,
  { metrics, until }: StudyHead,
  factors: readonly Factor[],
  { detectors, attacks, adversaries }: Pick<Checked, 'detectors' | 'attacks' | 'adversaries'>,
  issues: InputIssue[],
): void {
  const known = metricsFor(detectors, attacks, adversaries).map(({ id }) => id);
  for (const { column, place } of factors) {
    if (!known.includes(column.name)) continue;
    issues.push(issueAt(place, 'a name that no metric has', column.name));
  }
  if (metrics !== undefined) namesAt(child(root, 'metrics'), 'a metric', known, issues);
  if (until === undefined) return;
  const node = child(root, 'until')!;
  if (until.metrics === undefined && metrics === undefined) {
    const place = { ...node.place, path: `${node.place.path}.metrics` };
    issues.push(issueAt(place, 'the metrics that are to be narrow', 'nothing'));
  }
  const kept = (metrics ?? known).filter((name) => known.includes(name));
  const hints = (word: string) =>
    known.includes(word) ? 'add it to metrics of the study' : didYouMean(word, kept);
  namesAt(child(node, 'metrics'), 'a metric that is kept', kept, issues, hints);
}

/**
 * A study as plain data: what it runs, in file order, and what its tables need to know. It is written into
 * the folder while the study is made, so that shards of it can be merged without the study file, and two
 * studies are the same exactly when their heads have the same hash.
 */
import { createHash } from 'node:crypto';
import type { Cell } from '../../report/csv.ts';
import type { Environment } from '../../report/manifest.ts';
import { portableScenario } from '../../report/manifest.ts';
import { type Metric, metricsFor } from '../../report/metrics.ts';
import { canonicalScenario } from '../../scenario/canonical.ts';
import type { Scenario } from '../../scenario/sections.ts';
import type { RunPlan } from '../plan.ts';

/** A factor as tables have it. */
export interface StudyFactor {
  /** Column. */
  readonly name: string;
  readonly type: 'integer' | 'number' | 'text';
  readonly unit: string;
  readonly meaning: string;
  readonly paths: readonly string[];
  /** Arms it applies to; all where undefined. */
  readonly arms?: readonly string[] | undefined;
}

/** One run of a head. */
export interface HeadRun {
  readonly run: string;
  readonly arm: string;
  /** Point of the design, from 0. */
  readonly point: number;
  readonly replication: number;
  readonly seed: number;
  readonly window: string;
  /** SHA-256 of everything that decides the run's bytes (decision 31). */
  readonly identity: string;
}

/** What a study is. */
export interface StudyHead {
  readonly name: string;
  readonly arms: readonly string[];
  readonly factors: readonly StudyFactor[];
  /** Cells of each point, one a factor. */
  readonly points: readonly (readonly (string | number)[])[];
  /** Runs in file order. */
  readonly runs: readonly HeadRun[];
  readonly detectors: readonly string[];
  readonly attacks: readonly string[];
  readonly adversaries: readonly string[];
  /** Metrics kept, in file order; all where undefined. */
  readonly metrics?: readonly string[] | undefined;
  readonly keep: 'metrics' | 'tables';
  /** Resolved scenario of each arm, at the first point it is run for. */
  readonly scenarios: Readonly<Record<string, Omit<Scenario, 'folder'>>>;
  readonly environment: Environment;
  readonly codeHash: string;
}

/** What a study is made of besides its plans. */
export interface HeadParts
  extends Pick<StudyHead, 'name' | 'factors' | 'points' | 'metrics' | 'keep' | 'codeHash'> {
  readonly environment: Environment;
  /** Hash of the files a scenario reads; the same text for equal files. */
  filesHash(scenario: Scenario): string;
}

/** Heads of a study that grows; what is known of a run is worked out once. */
export interface HeadMaker {
  /** What decides a run's bytes, and its place in the tables. */
  runOf(plan: RunPlan): HeadRun;
  /** Head of some runs in file order. */
  headOf(plans: readonly RunPlan[]): StudyHead;
}

/** Opens a maker of heads. Cost: one canonical scenario a run. */
export function createHeadMaker({ filesHash, ...parts }: HeadParts): HeadMaker {
  const known = new Map<string, HeadRun>();
  const names = {
    detectors: new Set<string>(),
    attacks: new Set<string>(),
    adversaries: new Set<string>(),
  };
  const scenarios = new Map<string, Omit<Scenario, 'folder'>>();
  const { codeHash, environment } = parts;

  function runOf(plan: RunPlan): HeadRun {
    const { id, window, arm, point = 0, replication } = plan;
    const there = known.get(id);
    if (there !== undefined) return there;
    const { scenario } = plan;
    const { fraud, seed } = scenario;
    for (const { name } of fraud.detectors) names.detectors.add(name);
    for (const { name } of fraud.attacks) names.attacks.add(name);
    for (const { name } of fraud.adversaries) names.adversaries.add(name);
    if (!scenarios.has(arm)) scenarios.set(arm, portableScenario(scenario));
    const decides = [canonicalScenario(scenario), arm, window.id, filesHash(scenario), codeHash];
    const identity = hashOf([...decides, String(environment.nodeMajor)].join('\n'));
    const run = { run: id, arm, point, replication, seed, window: window.id, identity };
    known.set(id, run);
    return run;
  }

  return {
    runOf,
    headOf(plans) {
      const runs = plans.map(runOf);
      const arms = [...new Set(plans.map((plan) => plan.arm))];
      const listed = {
        detectors: [...names.detectors],
        attacks: [...names.attacks],
        adversaries: [...names.adversaries],
      };
      const shown = arms.map((arm) => [arm, scenarios.get(arm)!] as const);
      return { ...parts, arms, runs, ...listed, scenarios: Object.fromEntries(shown) };
    },
  };
}

/**
 * Hash that two studies share when they have the same runs and keep the same of them.
 *
 * @param rule - What decides besides which runs there are, e.g. when replications end.
 */
export function studyHashOf(head: StudyHead, rule = ''): string {
  const { name, factors, points, metrics, keep, runs } = head;
  const identities = runs.map(({ run, identity }) => `${run} ${identity}`);
  return hashOf(JSON.stringify([name, factors, points, metrics ?? [], keep, identities, rule]));
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** Metrics of the study's tables. */
export function headMetrics(head: StudyHead): readonly Metric[] {
  const all = metricsFor(head.detectors, head.attacks, head.adversaries);
  const { metrics } = head;
  if (metrics === undefined) return all;
  return metrics.flatMap((id) => all.find((metric) => metric.id === id) ?? []);
}

/** Cells of a point as an arm has them: empty under factors that do not apply to it. */
export function cellsOf(head: StudyHead, point: number, arm: string): readonly Cell[] {
  return head.factors.map((factor, at) => {
    const applies = factor.arms === undefined || factor.arms.includes(arm);
    return applies ? head.points[point]?.[at] : undefined;
  });
}

/** One arm at one point, with the runs that belong to it. */
export interface StudyCell {
  readonly arm: string;
  readonly point: number;
  readonly cells: readonly Cell[];
  /** Places of its runs in the head, in (window, replication) order. */
  readonly runs: readonly number[];
}

/**
 * The cells of a study in file order: point by point, arm by arm, each only where it has runs. A point that
 * an arm shares with an earlier one has no cell there; {@link pairsOf} finds it.
 */
export function cellsOfStudy(head: StudyHead): readonly StudyCell[] {
  const cells = new Map<string, StudyCell & { runs: number[] }>();
  head.runs.forEach(({ arm, point }, index) => {
    const key = `${point} ${arm}`;
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = { arm, point, cells: cellsOf(head, point, arm), runs: [] };
      cells.set(key, cell);
    }
    cell.runs.push(index);
  });
  return [...cells.values()];
}

/** Two cells whose runs are paired. */
export interface CellPair {
  readonly a: StudyCell;
  readonly b: StudyCell;
  /** Cells of the point: the first arm's where a factor applies to it, else the second's. */
  readonly cells: readonly Cell[];
}

/** Pairs of arms at the same point, each pair of cells once, in point and arm order. */
export function pairsOf(head: StudyHead, cells: readonly StudyCell[]): readonly CellPair[] {
  const byText = new Map<string, StudyCell>();
  for (const cell of cells) byText.set(`${cell.arm} ${JSON.stringify(cell.cells)}`, cell);
  const seen = new Set<string>();
  const pairs: CellPair[] = [];
  const points = Math.max(1, head.points.length);
  for (let point = 0; point < points; point++) {
    const at = head.arms.map((arm) =>
      byText.get(`${arm} ${JSON.stringify(cellsOf(head, point, arm))}`),
    );
    at.forEach((a, i) => {
      for (const b of at.slice(i + 1)) {
        if (a === undefined || b === undefined) continue;
        const key = `${a.point} ${a.arm} ${b.point} ${b.arm}`;
        if (seen.has(key)) continue;
        seen.add(key);
        pairs.push({ a, b, cells: a.cells.map((cell, factor) => cell ?? b.cells[factor]) });
      }
    });
  }
  return pairs;
}

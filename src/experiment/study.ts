/**
 * A study folder: `runs/` with one folder a run, then `runs.csv`, `arms.csv`, `paired.csv`, where some
 * runs failed `failures.csv`, and last the manifest.
 */
import { ScenarioError } from '../base/errors.ts';
import { type Column, parseColumns } from '../report/column.ts';
import { type Cell, encodeRows } from '../report/csv.ts';
import { encodeDataPackage, type Resource } from '../report/data-package.ts';
import { openFolder, type ResultFolder } from '../report/folder.ts';
import { MANIFEST } from '../report/manifest.ts';
import { type Metric, metricsFor } from '../report/metrics.ts';
import { RESULTS_VERSION } from '../report/version.ts';
import { scenarioHash } from '../scenario/canonical.ts';
import type { Scenario } from '../scenario/sections.ts';
import {
  type ArmRow,
  armRows,
  gatherValues,
  pairRows,
  type StudyValues,
  valuesOf,
} from './compare.ts';
import type { Failure, RunOutcome } from './outcome.ts';
import type { RunPlan } from './plan.ts';
import { type PoolOptions, runFolder, runPlans } from './pool.ts';
import { mean } from './statistics/interval.ts';
import {
  TRIANGLE_COLUMNS,
  type TriangleArm,
  type TriangleRow,
  triangleArm,
  triangleCells,
  triangleRows,
} from './triangle.ts';

/** What a study gave. */
export interface StudyResult {
  /** Folder of the results. */
  readonly folder: string;
  /** Arms in study order. */
  readonly arms: readonly string[];
  /** Attacks of the scenario in any arm, each once. */
  readonly attacks: readonly string[];
  /** Mean and interval of every metric in every arm: the rows of `arms.csv`. */
  readonly rows: readonly ArmRow[];
  /** Decentralisation, efficiency and security of the arms: the rows of `triangle.csv`. */
  readonly triangle: readonly TriangleRow[];
  /** Runs that failed, in run order. */
  readonly failures: readonly FailedRun[];
  /** Warnings of runs, each once, with the first run that gave it. */
  readonly warnings: readonly string[];
  /** True when an interrupt ended the study; the folder then has no manifest. */
  readonly interrupted: boolean;
}

/** A table of a study folder. */
export interface StudyTable {
  /** File name. */
  readonly path: string;
  readonly title: string;
  /** Columns that identify a row, separated by spaces. */
  readonly key: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A run without a result, in the study or in a search of it. */
export interface FailedRun {
  readonly plan: RunPlan;
  readonly failure: Failure;
}

/** What a study does beyond its first runs. */
export interface StudyExtras {
  /** Runs to add, chosen by what the first gave, and how to carry them out if there are any. */
  readonly follow?: (values: StudyValues) => {
    readonly plans: readonly RunPlan[];
    options(): PoolOptions;
  };
  /**
   * Searches by runs that are not kept, once those of the study ended.
   *
   * @returns Runs of the search that failed, and whether an interrupt ended it.
   */
  readonly search?: (
    values: StudyValues,
    plans: readonly RunPlan[],
  ) => Promise<{ readonly failures: readonly FailedRun[]; readonly interrupted: boolean }>;
  /** Tables to write besides. */
  readonly tables?: (values: StudyValues) => readonly StudyTable[];
  /** What the triangle of an arm needs and its metrics do not give. */
  readonly triangle?: (
    values: StudyValues,
    arm: string,
  ) => Partial<
    Pick<TriangleArm, 'saturationTps' | 'successAtShare' | 'successAtBudget' | 'successSource'>
  >;
}

const RUN_COLUMNS = parseColumns(`
run         | text    | | Folder below runs/
arm         | text    | | Arm
replication | integer | | Replication, from 1; the same number has the same seed in every arm
seed        | integer | | Seed of the run
window      | text    | | Window of the scenario
`);

const ARM_COLUMNS = parseColumns(`
metric  | text    | | Name of the metric
unit    | text    | | Unit; empty for counts, shares and indices
arm     | text    | | Arm
n       | integer | | Runs in which the metric is defined
mean    | number  | | Mean over runs
ci_low  | number  | | Lower end of the 95 % interval by Student's t; empty below two runs
ci_high | number  | | Upper end
`);

const PAIR_COLUMNS = parseColumns(`
metric          | text    | | Name of the metric
unit            | text    | | Unit; empty for counts, shares and indices
arm_a           | text    | | First arm
arm_b           | text    | | Second arm
n               | integer | | Pairs of runs in which the metric is defined in both
mean_difference | number  | | Mean of first arm minus second arm
ci_low          | number  | | Lower end of the 95 % interval by Student's t; empty below two pairs
ci_high         | number  | | Upper end
`);

const FAILURE_COLUMNS = parseColumns(`
run         | text    | | Run
arm         | text    | | Arm
replication | integer | | Replication
seed        | integer | | Seed of the run
window      | text    | | Window of the scenario
kind        | text    | | scenario, invariant or crash
message     | text    | | What happened
`);

/**
 * Carries out a study and writes its folder.
 *
 * @param name - Name of the scenario.
 * @param firstPlans - Runs, index order.
 * @param target - Study folder; replaced only when the new one is complete.
 * @returns Values and failures. When the signal aborts, what finished is kept in the returned folder.
 * @param extras - Runs that depend on the first ones, and tables besides.
 * @throws {ScenarioError} when a run finds the input wrong, with all issues, or when `target` holds
 *   something else; nothing is left behind then.
 */
export async function runStudy(
  name: string,
  firstPlans: readonly RunPlan[],
  target: string,
  options: PoolOptions,
  extras: StudyExtras = {},
): Promise<StudyResult> {
  const folder = openFolder(target);
  try {
    folder.makeFolder('runs');
    const { plans, outcomes } = await runAll(folder, firstPlans, options, extras);
    const values = gatherValues(plans, outcomes, metricsOf(plans));
    const isStopped = outcomes.includes(undefined);
    const searched = isStopped ? undefined : await extras.search?.(values, plans);
    const interrupted = isStopped || searched?.interrupted === true;
    const failures = [...failuresOf(plans, outcomes), ...(searched?.failures ?? [])];
    const triangle = triangleOf(values, extras);
    const result = {
      arms: values.arms,
      attacks: attacksOf(plans),
      rows: armRows(values),
      triangle,
      failures,
      warnings: warningsOf(plans, outcomes),
      interrupted,
    };
    const more = interrupted ? [] : [...(extras.tables?.(values) ?? []), triangleTable(triangle)];
    writeStudy(folder, name, plans, outcomes, values, failures, interrupted, more);
    if (interrupted) return { ...result, folder: folder.keepUnfinished() };
    folder.commit({
      resultsVersion: RESULTS_VERSION,
      kind: 'study',
      name,
      ...options.environment,
      arms: values.arms,
      replications: Math.max(...plans.map((plan) => plan.replication)),
      runs: plans.map((plan) => ({
        run: plan.id,
        seed: plan.scenario.seed,
        window: plan.window.id,
        scenarioHash: scenarioHash(plan.scenario),
        finished: outcomes[plan.index]?.ok === true,
      })),
    });
    return { ...result, folder: target };
  } catch (error) {
    folder.discard();
    throw error;
  }
}

/** The first runs, then those that follow from them, as one list with rising indices. */
async function runAll(
  folder: ResultFolder,
  firstPlans: readonly RunPlan[],
  options: PoolOptions,
  extras: StudyExtras,
) {
  const place = (plan: RunPlan) => runFolder(folder.path, plan);
  const outcomes = await runPlans(firstPlans, place, options);
  throwInputIssues(outcomes);
  const first = { plans: firstPlans, outcomes };
  if (extras.follow === undefined || outcomes.includes(undefined)) return first;
  const values = gatherValues(firstPlans, outcomes, metricsOf(firstPlans));
  const next = extras.follow(values);
  const further = next.plans;
  if (further.length === 0) return first;
  // The pool counts from 0 in each batch, the study goes on.
  const batch = further.map((plan, index) => ({ ...plan, index }));
  const furtherOutcomes = await runPlans(batch, place, next.options());
  throwInputIssues(furtherOutcomes);
  return {
    plans: [
      ...firstPlans,
      ...further.map((plan, i) => ({ ...plan, index: firstPlans.length + i })),
    ],
    outcomes: [...outcomes, ...furtherOutcomes],
  };
}

function triangleOf(values: StudyValues, extras: StudyExtras): TriangleRow[] {
  return triangleRows(
    values.arms.map((arm) => {
      const meanOf = (metric: string) =>
        mean(values.of(arm, metric).filter((value) => !Number.isNaN(value)));
      return triangleArm(arm, meanOf, extras.triangle?.(values, arm));
    }),
  );
}

function triangleTable(rows: readonly TriangleRow[]): StudyTable {
  return {
    path: 'triangle.csv',
    title: 'Decentralisation, efficiency and security of the arms',
    key: 'arm',
    columns: TRIANGLE_COLUMNS,
    rows: triangleCells(rows),
  };
}

/** Metrics of all runs; detectors, attacks and adversaries of any arm count. */
function metricsOf(plans: readonly RunPlan[]): readonly Metric[] {
  const named = (of: (fraud: Scenario['fraud']) => readonly { readonly name: string }[]) =>
    plans.flatMap((plan) => of(plan.scenario.fraud).map(({ name }) => name));
  return metricsFor(
    named(({ detectors }) => detectors),
    attacksOf(plans),
    named(({ adversaries }) => adversaries),
  );
}

function attacksOf(plans: readonly RunPlan[]): readonly string[] {
  const names = plans.flatMap((plan) => plan.scenario.fraud.attacks.map(({ name }) => name));
  return [...new Set(names)];
}

function throwInputIssues(outcomes: readonly (RunOutcome | undefined)[]): void {
  const issues = outcomes.flatMap((outcome) =>
    outcome === undefined || outcome.ok ? [] : outcome.failure.issues,
  );
  const unique = new Map(issues.map((issue) => [JSON.stringify(issue), issue]));
  if (unique.size > 0) throw new ScenarioError([...unique.values()]);
}

function failuresOf(plans: readonly RunPlan[], outcomes: readonly (RunOutcome | undefined)[]) {
  return plans.flatMap((plan) => {
    const outcome = outcomes[plan.index];
    return outcome === undefined || outcome.ok ? [] : [{ plan, failure: outcome.failure }];
  });
}

function warningsOf(plans: readonly RunPlan[], outcomes: readonly (RunOutcome | undefined)[]) {
  const first = new Map<string, string>();
  for (const plan of plans) {
    const outcome = outcomes[plan.index];
    if (outcome === undefined || !outcome.ok) continue;
    for (const warning of outcome.warnings) if (!first.has(warning)) first.set(warning, plan.id);
  }
  return [...first].map(([warning, run]) => `${run}: ${warning}`);
}

const places = (plan: RunPlan): Cell[] => [
  plan.id,
  plan.arm,
  plan.replication,
  plan.scenario.seed,
  plan.window.id,
];

function writeStudy(
  folder: ResultFolder,
  name: string,
  plans: readonly RunPlan[],
  outcomes: readonly (RunOutcome | undefined)[],
  values: StudyValues,
  failures: readonly FailedRun[],
  interrupted: boolean,
  more: readonly StudyTable[],
): void {
  const resources: Resource[] = [];
  const table = (
    path: string,
    title: string,
    key: string,
    columns: readonly Column[],
    rows: readonly (readonly Cell[])[],
  ) => {
    resources.push({ path, title, key: key.split(' '), columns });
    folder.write(path, (emit) =>
      emit(
        encodeRows(
          columns.map((column) => column.name),
          rows,
        ),
      ),
    );
  };
  const finished = plans.filter((plan) => outcomes[plan.index]?.ok === true);
  const metricColumns = metricsOf(plans).map(({ id, unit, definition }) => {
    return { name: id, type: 'number', unit, meaning: definition } as const;
  });
  table(
    'runs.csv',
    'Every metric of every finished run',
    'run',
    [...RUN_COLUMNS, ...metricColumns],
    finished.map((plan) => {
      const run = valuesOf(outcomes[plan.index]);
      return [...places(plan), ...metricColumns.map((column) => run.get(column.name))];
    }),
  );
  if (failures.length > 0) {
    const rows = failures.map(({ plan, failure }) => [
      ...places(plan),
      failure.kind,
      failure.message,
    ]);
    table('failures.csv', 'Runs that failed', 'run', FAILURE_COLUMNS, rows);
  }
  if (interrupted) return;
  const ends = (row: { n: number; mean: number; low: number; high: number }) => {
    return [row.n, row.mean, row.low, row.high];
  };
  const arms = armRows(values).map((row) => [row.metric, row.unit, row.arm, ...ends(row)]);
  table('arms.csv', 'Metrics by arm', 'metric arm', ARM_COLUMNS, arms);
  const pairs = pairRows(values).map((row) => {
    return [row.metric, row.unit, row.armA, row.armB, ...ends(row)];
  });
  table('paired.csv', 'Paired differences of arms', 'metric arm_a arm_b', PAIR_COLUMNS, pairs);
  for (const { path, title, key, columns, rows } of more) table(path, title, key, columns, rows);
  folder.write('datapackage.json', (emit) => emit(encodeDataPackage(name, resources)));
  for (const plan of finished) folder.adopt(`runs/${plan.id}/${MANIFEST}`);
}

/** What a study is told, and what it tells. */
import type { InputIssue } from '../../base/errors.ts';
import type { Owner } from '../../report/workplace.ts';
import type { ArmRow, StudyValues } from '../compare.ts';
import type { Failure } from '../outcome.ts';
import type { RunPlan } from '../plan.ts';
import type { PoolOptions } from '../pool.ts';
import type { StoppingRule } from '../statistics/stopping.ts';
import type { TriangleArm, TriangleRow } from '../triangle.ts';
import type { StudyFactor } from './head.ts';
import type { StudyTable } from './tables.ts';

/** What to carry out. */
export interface StudySpec {
  /** Name of the scenario or study. */
  readonly name: string;
  /** Replications; the least number where a rule says when to end. */
  readonly replications: number;
  /** Runs of a number of replications in file order; those of fewer replications are among them. */
  plansFor(replications: number): readonly RunPlan[];
  /** Columns of the design; none in a comparison. */
  readonly factors?: readonly StudyFactor[];
  /** Cells of each point. */
  readonly points?: readonly (readonly (string | number)[])[];
  /** Metrics to keep; default all. */
  readonly metrics?: readonly string[] | undefined;
  /** Whether runs keep their tables; default they do. */
  readonly keep?: 'metrics' | 'tables';
  /** When replications end; without it there are as many as stated. */
  readonly until?: StoppingRule | undefined;
  /** What else makes it another study, e.g. a search that decides on further runs. */
  readonly variant?: string | undefined;
}

/** A part of a study: every `count`-th run from the `index`-th. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** How to carry it out. */
export interface StudyOptions extends PoolOptions {
  /** Goes on with what an earlier process left; default false. */
  readonly resume?: boolean | undefined;
  /** Throws away what is in the way; default false. */
  readonly force?: boolean | undefined;
  readonly shard?: Shard | undefined;
  /** The command that repeats a run; default empty. */
  readonly replay?: ((plan: RunPlan) => string) | undefined;
  /** Gives problems that a run found in its data the lines they come from; default those they have. */
  readonly placeIssues?:
    | ((plan: RunPlan, issues: readonly InputIssue[]) => readonly InputIssue[])
    | undefined;
  /** The process that works; default this one. */
  readonly owner?: Owner | undefined;
  /** Hash of the program; default that of the modules beside this one. */
  readonly codeHash?: string | undefined;
}

/** What a study gave. */
export interface StudyResult {
  /** Folder of the results; of what is done so far when it was interrupted. */
  readonly folder: string;
  /** Arms in study order. */
  readonly arms: readonly string[];
  /** Attacks of the scenario in any arm, each once. */
  readonly attacks: readonly string[];
  /** Mean and interval of every metric in every arm and point: the rows of `arms.csv`. */
  readonly rows: readonly ArmRow[];
  /** Decentralisation, efficiency and security of the arms: the rows of `triangle.csv`. */
  readonly triangle: readonly TriangleRow[];
  /** Runs that failed, in run order. */
  readonly failures: readonly FailedRun[];
  /** Warnings of runs, each once, with the first run that gave it. */
  readonly warnings: readonly string[];
  /** True when it did not come to its end; what finished is kept, and `--resume` goes on with it. */
  readonly interrupted: boolean;
  /** Runs of the study so far, and how many of them an earlier process had finished. */
  readonly runCount: number;
  readonly resumedCount: number;
  /** Why nothing more could be written; undefined otherwise. */
  readonly storage: string | undefined;
  /** Replications and what the stopping rule said of them; undefined without a rule. */
  readonly stopped: { readonly replications: number; readonly decision: string } | undefined;
}

/** A run without a result, in the study or in a search of it. */
export interface FailedRun {
  readonly plan: RunPlan;
  readonly failure: Failure;
}

/** What a study does beyond its own runs. */
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

/** The study of a list of runs that is known beforehand. */
export function studyOf(name: string, plans: readonly RunPlan[]): StudySpec {
  const replications = Math.max(1, ...plans.map((plan) => plan.replication));
  return { name, replications, plansFor: () => plans };
}

/** Folder of a shard. */
export function shardFolder(target: string, { index, count }: Shard): string {
  return `${target}.shard-${index}-of-${count}`;
}

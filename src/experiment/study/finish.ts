/** The tables, the manifest and the place of a study whose runs have ended. */
import type { ResultFolder } from '../../report/folder.ts';
import { RESULTS_VERSION } from '../../report/version.ts';
import type { Workplace } from '../../report/workplace.ts';
import type { RunOutcome } from '../outcome.ts';
import type { RunPlan } from '../plan.ts';
import { mean } from '../statistics/interval.ts';
import {
  TRIANGLE_COLUMNS,
  type TriangleRow,
  triangleArm,
  triangleCells,
  triangleRows,
} from '../triangle.ts';
import type { FailureRecord } from './kept.ts';
import type { FailedRun, Shard, StudyExtras, StudyOptions } from './spec.ts';
import { type FailureRow, type StudyContent, type StudyTable, writeStudyTables } from './tables.ts';

/** What {@link writeStudy} works with. */
export interface StudyWriting {
  readonly studyHash: string;
  readonly options: StudyOptions;
  readonly extras: StudyExtras;
  readonly triangle: readonly TriangleRow[];
  readonly workplace: Workplace<unknown>;
}

/** Writes the tables of a study whose runs have ended, and puts its folder in place. */
export function writeStudy(
  content: StudyContent,
  failures: readonly FailedRun[],
  { studyHash, options, extras, triangle, workplace }: StudyWriting,
): void {
  const rows = failures.map((one) => failureRow(one, options));
  const finished = content.head.runs.flatMap(({ run }, at) =>
    content.outcomes[at]?.ok === true ? [run] : [],
  );
  const folder = workplace.finish(content.head.keep === 'tables' ? new Set(finished) : undefined);
  if (options.shard === undefined) {
    const more = [
      ...(extras.tables?.(content.values) ?? []),
      ...(content.head.factors.length === 0 ? [triangleTable(triangle)] : []),
    ];
    writeStudyTables(folder, content, rows, more, options.formats ?? ['csv']);
  } else adoptRuns(folder, content);
  const manifest = manifestOf(content, studyHash, options.shard);
  const isWhole = failures.length === 0 && options.shard === undefined;
  const identities = new Map(content.head.runs.map(({ run, identity }) => [run, identity]));
  const failed = rows.flatMap(({ run, kind, message, replay }): FailureRecord[] => {
    const identity = identities.get(run);
    return identity === undefined ? [] : [{ run, identity, failed: { kind, message }, replay }];
  });
  workplace.complete(folder, manifest, isWhole ? undefined : finished, failed);
}

/** A shard keeps no tables, but lists the runs that it has. */
function adoptRuns(folder: ResultFolder, { head, outcomes }: StudyContent): void {
  if (head.keep === 'metrics') return;
  head.runs.forEach(({ run }, at) => {
    if (outcomes[at]?.ok === true) folder.adopt(`runs/${run}/manifest.json`);
  });
}

/** The manifest of a study: from its head and what came of its runs. */
export function manifestOf(
  { head, outcomes }: Pick<StudyContent, 'head' | 'outcomes'>,
  studyHash: string,
  shard?: Shard,
): Record<string, unknown> {
  const { name, environment, codeHash: code, arms, factors, scenarios, keep, runs } = head;
  return {
    resultsVersion: RESULTS_VERSION,
    kind: shard === undefined ? 'study' : 'shard',
    name,
    ...environment,
    codeHash: code,
    studyHash,
    ...(shard === undefined ? {} : { shard }),
    arms,
    factors,
    keep,
    replications: Math.max(...runs.map(({ replication }) => replication)),
    runs: runs.map(({ run, seed, window, identity }, at) => {
      return { run, seed, window, identity, finished: outcomes[at]?.ok === true };
    }),
    scenarios,
  };
}

function failureRow({ plan, failure }: FailedRun, { replay }: StudyOptions): FailureRow {
  const { id: run, arm, point = 0, replication, scenario, window } = plan;
  const { kind, message } = failure;
  const place = { run, arm, point, replication, seed: scenario.seed, window: window.id };
  return { ...place, kind, message, replay: replay?.(plan) ?? '' };
}

/** The triangle of a study. */
export function triangleOf({ head, values }: StudyContent, extras: StudyExtras): TriangleRow[] {
  return triangleRows(
    head.arms.map((arm) => {
      const meanOf = (metric: string) =>
        mean(values.of(arm, metric).filter((value) => !Number.isNaN(value)));
      return triangleArm(arm, meanOf, extras.triangle?.(values, arm));
    }),
  );
}

/** `triangle.csv`. */
export function triangleTable(rows: readonly TriangleRow[]): StudyTable {
  return {
    path: 'triangle.csv',
    title: 'Decentralisation, efficiency and security of the arms',
    key: 'arm',
    columns: TRIANGLE_COLUMNS,
    rows: triangleCells(rows),
  };
}

/** Failed runs, in run order. */
export function failuresOf(
  plans: readonly RunPlan[],
  outcomes: readonly (RunOutcome | undefined)[],
) {
  return plans.flatMap((plan, at) => {
    const outcome = outcomes[at];
    return outcome === undefined || outcome.ok ? [] : [{ plan, failure: outcome.failure }];
  });
}

/** Warnings, each once with the first run that gave it. */
export function warningsOf(
  plans: readonly RunPlan[],
  outcomes: readonly (RunOutcome | undefined)[],
) {
  const first = new Map<string, string>();
  plans.forEach((plan, at) => {
    const outcome = outcomes[at];
    if (outcome === undefined || !outcome.ok) return;
    for (const warning of outcome.warnings) if (!first.has(warning)) first.set(warning, plan.id);
  });
  return [...first].map(([warning, run]) => `${run}: ${warning}`);
}

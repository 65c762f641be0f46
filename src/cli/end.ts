/** What a study prints when it ends, however it ends. */
import type { RunPlan } from '../experiment/plan.ts';
import type { Shard, StudyResult } from '../experiment/study.ts';
import {
  type Arguments,
  EXIT,
  explainFailures,
  printWarnings,
  type Session,
  shortOf,
} from './session.ts';
import { shellWord } from './usage.ts';

/** What is needed to say how to go on. */
export interface SweepEnd {
  readonly shard: Shard | undefined;
  readonly replay: (plan: RunPlan) => string;
}

/**
 * Ends a study: warnings, failures, where the files are, how to go on.
 *
 * @returns Exit code.
 */
export async function endSweep(
  args: Arguments,
  study: StudyResult,
  session: Session,
  { shard, replay }: SweepEnd,
): Promise<number> {
  session.close();
  printWarnings(study.warnings);
  const code = explainFailures(study.failures, replay);
  if (study.interrupted) return endInterrupted(study, session, code);
  if (study.failures.length > 0) process.stderr.write(`try them again: ${againWords()}\n`);
  const report =
    args.report === true && shard === undefined ? await reportOf(study.folder) : undefined;
  if (args.json === true) printJson(study, report);
  else if (args.quiet !== true) {
    process.stdout.write(`${shortOf(study)}\nresults: ${study.folder}\n`);
    if (shard !== undefined) process.stdout.write('all shards there: peerwatt merge\n');
    if (report !== undefined) process.stdout.write(`report: ${report}\n`);
  }
  return code;
}

/** Says why a study did not come to its end, and how to go on. */
export function endInterrupted(study: StudyResult, session: Session, code: number): number {
  const why = study.storage === undefined ? 'interrupted' : `cannot write: ${study.storage}`;
  process.stderr.write(`${why}; finished runs are in ${study.folder}\ngo on: ${againWords()}\n`);
  if (study.storage !== undefined) return code === EXIT.fine ? EXIT.failed : code;
  return session.interruptCode() ?? EXIT.interrupted;
}

/** This command, to go on with. */
function againWords(): string {
  const again = process.argv.slice(2).filter((word) => word !== '--force' && word !== '--resume');
  return ['peerwatt', ...again.map(shellWord), '--resume'].join(' ');
}

/**
 * Ends a study of which every run is there already.
 *
 * @returns Exit code.
 */
export async function endComplete(
  args: Arguments,
  folder: string,
  shard: Shard | undefined,
): Promise<number> {
  const report = args.report === true && shard === undefined ? await reportOf(folder) : undefined;
  if (args.json === true) {
    const content = { event: 'study', folder, report: report ?? null, complete: true };
    process.stdout.write(`${JSON.stringify(content)}\n`);
  } else if (args.quiet !== true) {
    process.stderr.write('every run of this study is there already; --force runs it again\n');
    process.stdout.write(`results: ${folder}\n`);
    if (report !== undefined) process.stdout.write(`report: ${report}\n`);
  }
  return EXIT.fine;
}

/** One JSON object on standard output: what a program that called this one wants to know. */
export function printJson(study: StudyResult, report: string | undefined): void {
  const { folder, runCount, resumedCount, failures, stopped, warnings } = study;
  const content = {
    event: 'study',
    folder,
    report: report ?? null,
    runs: runCount,
    resumed: resumedCount,
    failed: failures.map(({ plan, failure }) => ({ run: plan.id, kind: failure.kind })),
    stopped: stopped ?? null,
    warnings,
  };
  process.stdout.write(`${JSON.stringify(content)}\n`);
}

/** Writes the report of a result; charts are loaded only now. @returns Path of the file. */
export async function reportOf(folder: string): Promise<string> {
  const { writeReport } = await import('../report/page/write.ts');
  return writeReport(folder);
}

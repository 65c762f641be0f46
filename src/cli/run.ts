/** `peerwatt run`: one scenario, one arm; a study folder when it has several windows. */
import { planWindows, type RunPlan } from '../experiment/plan.ts';
import { runSingle } from '../experiment/single.ts';
import { runStudy, type StudyResult, studyOf } from '../experiment/study.ts';
import { checkTarget } from '../report/folder.ts';
import { comparisonTable } from '../report/terminal.ts';
import { endInterrupted, printJson, reportOf } from './end.ts';
import {
  type Arguments,
  defaultOut,
  EXIT,
  explainFailures,
  loadNamed,
  type NamedScenario,
  openSession,
  printWarnings,
  replayCommand,
  type Session,
  studyOptions,
  withPlaces,
} from './session.ts';
import { textOption, UsageError } from './usage.ts';

/**
 * Runs a scenario.
 *
 * @returns Exit code.
 */
export async function run(args: Arguments): Promise<number> {
  const arm = textOption('arm', args.arm);
  const named = loadNamed(args, arm);
  const scenario = named.loaded.resolve(arm);
  const out = textOption('out', args.out) ?? defaultOut(scenario.name);
  checkTarget(out);
  const plans = choose(planWindows(scenario), textOption('window', args.window));
  const session = openSession(args, plans.length);
  const quiet = args.quiet === true;
  try {
    return plans.length === 1
      ? await runOne(named, plans[0]!, out, session, quiet)
      : await runWindows(args, named, plans, out, session);
  } finally {
    session.close();
  }
}

function choose(plans: readonly RunPlan[], window: string | undefined): readonly RunPlan[] {
  if (window === undefined) return plans;
  const chosen = plans.find((plan) => plan.window.id === window);
  if (chosen !== undefined) return [{ ...chosen, index: 0 }];
  const known = plans.map((plan) => plan.window.id).join(', ');
  throw new UsageError(`--window: expected one of ${known}; got "${window}"`);
}

async function runOne(
  named: NamedScenario,
  plan: RunPlan,
  out: string,
  session: Session,
  quiet: boolean,
): Promise<number> {
  const outcome = await withPlaces(named, plan.arm, runSingle(plan, out, session.options));
  session.close();
  if (outcome === undefined) {
    process.stderr.write('interrupted; nothing was written\n');
    return session.interruptCode() ?? EXIT.interrupted;
  }
  if (!outcome.ok) {
    const failures = [{ plan, failure: outcome.failure }];
    return explainFailures(failures, (one) => replayCommand(named, one));
  }
  printWarnings(outcome.warnings);
  if (quiet) return EXIT.fine;
  const values = new Map(outcome.summary.map(({ metric, value }) => [metric, value]));
  const table = comparisonTable(
    [plan.arm],
    (metric) => ({ mean: values.get(metric) ?? Number.NaN, half: Number.NaN }),
    undefined,
    plan.scenario.fraud.attacks.map((attack) => attack.name),
  );
  process.stdout.write(`${table}\nresults: ${out}\n`);
  return EXIT.fine;
}

async function runWindows(
  args: Arguments,
  named: NamedScenario,
  plans: readonly RunPlan[],
  out: string,
  session: Session,
): Promise<number> {
  const { name, arm } = plans[0]!.scenario;
  const options = studyOptions(args, session);
  const runs = runStudy(studyOf(name, plans), out, options);
  const study = await withPlaces(named, arm, runs);
  return endStudy(args, named, study, session);
}

/**
 * Prints what a study gave: warnings, failures, the table of arms, and where the files are.
 *
 * @param render - Text of the study; default the table of all arms.
 * @returns Exit code.
 */
export async function endStudy(
  args: Arguments,
  named: NamedScenario,
  study: StudyResult,
  session: Session,
  render: (study: StudyResult) => string = studyTable,
): Promise<number> {
  session.close();
  printWarnings(study.warnings);
  const code = explainFailures(study.failures, (plan) => replayCommand(named, plan));
  if (study.interrupted) return endInterrupted(study, session, code);
  const report = args.report === true ? await reportOf(study.folder) : undefined;
  if (args.json === true) printJson(study, report);
  else if (args.quiet !== true) {
    process.stdout.write(`${render(study)}\nresults: ${study.folder}\n`);
    if (report !== undefined) process.stdout.write(`report: ${report}\n`);
  }
  return code;
}

/** The table of a study's arms. @param arms - Arms to show; default all of them. */
export function studyTable(
  { arms: all, attacks, rows }: StudyResult,
  arms: readonly string[] = all,
): string {
  const byKey = new Map(rows.map((row) => [`${row.arm} ${row.metric}`, row]));
  return comparisonTable(
    arms,
    (metric, arm) => {
      const row = byKey.get(`${arm} ${metric}`);
      if (row === undefined) return { mean: Number.NaN, half: Number.NaN };
      return { mean: row.mean, half: (row.high - row.low) / 2 };
    },
    undefined,
    attacks,
  );
}

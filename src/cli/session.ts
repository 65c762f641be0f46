/** What commands that simulate share: loading, defaults, interrupts, and the words about failures. */
import { availableParallelism } from 'node:os';
import { nearestWord, ScenarioError } from '../base/errors.ts';
import type { Failure } from '../experiment/outcome.ts';
import type { RunPlan } from '../experiment/plan.ts';
import type { PoolOptions } from '../experiment/pool.ts';
import type { StudyOptions, StudyResult } from '../experiment/study.ts';
import { CSV_ONLY, TABLE_FORMATS, type TableFormat } from '../report/formats.ts';
import { VERSION } from '../report/version.ts';
import { type LoadedScenario, loadScenario } from '../scenario/load.ts';
import { catalogue } from '../simulation/catalogue.ts';
import { openProgress } from './progress.ts';
import { integerOption, listOption, shellWord, textOption, UsageError } from './usage.ts';

/** Exit codes of the program. */
export const EXIT = { fine: 0, failed: 1, input: 2, invariant: 3, interrupted: 130 } as const;

/** Raw values of the command line, as typed: text, several texts, a flag or nothing. */
export interface Arguments {
  readonly [other: string]: unknown;
  readonly scenario?: unknown;
  readonly study?: unknown;
  readonly shard?: unknown;
  readonly until?: unknown;
  readonly resume?: unknown;
  readonly report?: unknown;
  readonly json?: unknown;
  readonly folder?: unknown;
  readonly file?: unknown;
  readonly kind?: unknown;
  readonly arm?: unknown;
  readonly arms?: unknown;
  readonly window?: unknown;
  readonly replications?: unknown;
  readonly saturation?: unknown;
  readonly seed?: unknown;
  readonly set?: unknown;
  readonly out?: unknown;
  readonly workers?: unknown;
  readonly quiet?: unknown;
  readonly force?: unknown;
  readonly full?: unknown;
  readonly only?: unknown;
  readonly seeds?: unknown;
  readonly docs?: unknown;
  readonly id?: unknown;
  readonly amount?: unknown;
  readonly csv?: unknown;
  readonly format?: unknown;
}

/** A scenario as named on the command line, with what wins over the file. */
export interface NamedScenario {
  readonly path: string;
  readonly loaded: LoadedScenario;
  readonly sets: readonly string[];
  readonly seed: number | undefined;
}

/**
 * Loads the scenario of a command line.
 *
 * @throws {ScenarioError} with every problem. @throws {UsageError} on a wrong option.
 */
export function loadNamed(args: Arguments, arm?: string): NamedScenario {
  const path = textOption('scenario', args.scenario);
  if (path === undefined) throw new UsageError('expected a scenario file; got nothing');
  const sets = listOption('set', args.set);
  const seed = integerOption('seed', args.seed, 0);
  const loaded = loadScenario(path, { plugins: catalogue, sets, seed, arm });
  refusePluginFiles(path, loaded);
  return { path, loaded, sets, seed };
}

/**
 * Refuses a scenario that names plug-in files.
 *
 * @param path - The scenario file.
 * @throws {ScenarioError} naming them.
 */
export function refusePluginFiles(path: string, { pluginFiles }: LoadedScenario): void {
  if (pluginFiles.length === 0) return;
  const got = pluginFiles.join(', ');
  const expected = 'no plug-in files: this program runs only its own plug-ins';
  throw new ScenarioError([{ file: path, path: 'scenario.plugins', expected, got }]);
}

/**
 * Waits for runs; problems with imported data get the line of the scenario key they come from.
 *
 * @throws {ScenarioError} with every problem and its place.
 */
export async function withPlaces<T>(
  { loaded }: NamedScenario,
  arm: string | undefined,
  runs: Promise<T>,
): Promise<T> {
  try {
    return await runs;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const own = error.issues.filter((issue) => issue.path.startsWith('--'));
    const data = error.issues.filter((issue) => !issue.path.startsWith('--'));
    throw new ScenarioError([...own, ...loaded.placeIssues(data, arm)]);
  }
}

/** Default folder of results, `results/<name>` below the working folder. */
export function defaultOut(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '');
  return `results/${slug === '' ? 'scenario' : slug}`;
}

/** Pool options with progress on standard error and interrupts wired to the signal. */
export interface Session {
  readonly options: PoolOptions;
  /** Exit code that an interrupt asked for; undefined when none came. */
  interruptCode(): number | undefined;
  /** Ends progress and stops listening for interrupts; a second call does nothing. */
  close(): void;
}

/**
 * Formats of tables as asked for; CSV is always among them.
 *
 * @throws {UsageError} on an unknown format.
 */
export function formatsOption(value: unknown): readonly TableFormat[] {
  const format = textOption('format', value);
  if (format === undefined) return CSV_ONLY;
  const known = TABLE_FORMATS.find((name) => name === format);
  if (known !== undefined) return [...new Set([...CSV_ONLY, known])];
  const near = nearestWord(format, TABLE_FORMATS);
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  const expected = `expected one of ${TABLE_FORMATS.join(', ')}`;
  throw new UsageError(`--format: ${expected}; got "${format}"${hint}`);
}

/** Cores this process may use: what a cluster gave it, else those of the machine. */
function allottedCores(): number {
  const given = Number(process.env.SLURM_CPUS_PER_TASK);
  return Number.isInteger(given) && given >= 1 ? given : availableParallelism();
}

/** Opens a session for a number of runs. */
export function openSession(args: Arguments, runs: number): Session {
  const workers = integerOption('workers', args.workers, 1, 1024) ?? allottedCores();
  const formats = formatsOption(args.format);
  const controller = new AbortController();
  let code: number | undefined;
  let isOpen = true;
  const interrupt = (signal: NodeJS.Signals) => {
    // A second signal does not wait for workers to end.
    if (code !== undefined) process.exit(code);
    code = signal === 'SIGINT' ? EXIT.interrupted : 143;
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const progress = openProgress({
    runs,
    quiet: args.quiet === true,
    json: args.json === true,
    stream: process.stderr,
    now: () => Date.now(),
  });
  return {
    options: {
      workers,
      formats,
      environment: { version: VERSION, nodeMajor: Number(process.versions.node.split('.')[0]) },
      signal: controller.signal,
      onPlan: (planned, ended) => progress.plan(planned, ended),
      onProgress: (done) => progress.update(done),
      onOutcome: (plan, outcome) => progress.runEnded(plan.id, outcome.ok),
    },
    interruptCode: () => code,
    close() {
      if (!isOpen) return;
      isOpen = false;
      progress.close();
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}

/** What a command line says of a study: how it goes on, and what it may throw away. */
export function studyOptions(args: Arguments, session: Session): StudyOptions {
  const { resume, force } = args;
  return { ...session.options, resume: resume === true, force: force === true };
}

/** One line about a study that ended. */
export function shortOf({ runCount, resumedCount, failures, stopped }: StudyResult): string {
  const parts = [`${runCount} runs`];
  if (resumedCount > 0) parts.push(`${resumedCount} of them from before`);
  if (failures.length > 0) parts.push(`${failures.length} failed`);
  if (stopped !== undefined) {
    const why = stopped.decision === 'met' ? 'intervals narrow enough' : 'cap of replications met';
    parts.push(`${stopped.replications} replications, ${why}`);
  }
  return parts.join(', ');
}

/** The command that repeats one run exactly. */
export function replayCommand(named: NamedScenario, plan: RunPlan): string {
  return replayWords(named.path, plan, named.sets);
}

/** The same for a scenario file and its overrides. */
export function replayWords(path: string, plan: RunPlan, sets: readonly string[]): string {
  const words = ['peerwatt', 'run', path];
  const arm = plan.origin?.arm ?? plan.arm;
  if (arm !== 'base') words.push('--arm', arm);
  const { scenario } = plan;
  words.push('--seed', String(scenario.seed));
  if (scenario.windows.length > 1) words.push('--window', plan.window.id);
  for (const set of [...sets, ...(plan.origin?.sets ?? [])]) words.push('--set', set);
  return words.map(shellWord).join(' ');
}

/**
 * Says on standard error why runs failed, with the command that replays each.
 *
 * @returns Exit code: 3 when an invariant broke, 1 for another failure, 0 for none.
 */
export function explainFailures(
  failures: readonly { readonly plan: RunPlan; readonly failure: Failure }[],
  replay: (plan: RunPlan) => string,
): number {
  for (const { plan, failure } of failures) {
    const lines = [`run ${plan.id} failed: ${failure.message}`];
    if (failure.kind === 'crash' && failure.stack !== '') lines.push(failure.stack);
    lines.push(`replay: ${replay(plan)}`);
    process.stderr.write(`${lines.join('\n')}\n`);
  }
  if (failures.length === 0) return EXIT.fine;
  return failures.some(({ failure }) => failure.kind === 'invariant')
    ? EXIT.invariant
    : EXIT.failed;
}

/** Prints warnings of runs on standard error. */
export function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
}

/** `sweep --dry-run`: what a study would run, and how long it would take by one run of each arm. */
import { availableParallelism } from 'node:os';
import type { StudyDesign } from '../experiment/design/design.ts';
import { openMeasuringPool } from '../experiment/pool.ts';
import type { StudySpec } from '../experiment/study.ts';
import { type Arguments, EXIT, openSession } from './session.ts';

/** Prints the plan. @returns Exit code. */
export async function dryRun(
  args: Arguments,
  design: StudyDesign,
  spec: StudySpec,
): Promise<number> {
  const plans = spec.plansFor(spec.replications);
  const { factors, points, arms, excludedCount, notes } = design;
  const session = openSession({ ...args, quiet: true }, arms.length);
  const { workers } = session.options;
  const lines = [
    `study          ${design.name} (${design.file})`,
    `scenario       ${design.scenarioPath}`,
    `arms           ${arms.join(', ')}`,
    ...factors.map(({ name, unit }, at) => {
      const levels = [...new Set(points.map((point) => point.cells[at]))];
      const shown =
        levels.length > 8 ? [...levels.slice(0, 7), `… ${levels.length} levels`] : levels;
      return `factor         ${name}${unit === '' ? '' : ` [${unit}]`}: ${shown.join(', ')}`;
    }),
    `points         ${points.length}${excludedCount === 0 ? '' : `, ${excludedCount} left out by constraints`}`,
    `replications   ${spec.replications}${spec.until === undefined ? '' : `, then by eights to at most ${spec.until.replicationsMax}`}`,
    `runs           ${plans.length}`,
    `kept           ${spec.keep === 'tables' ? 'metrics and tables' : 'metrics'}`,
    ...notes.map((note) => `note           ${note}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  try {
    const seconds = await pilot(plans, arms, session.options);
    if (seconds === undefined) return session.interruptCode() ?? EXIT.interrupted;
    const total = plans.reduce((sum, { arm }) => sum + (seconds.get(arm) ?? 0), 0);
    const each = [...seconds].map(([arm, s]) => `${arm} ${s.toFixed(2)} s`).join(', ');
    process.stdout.write(`pilot run      ${each}\n`);
    const cores = Math.min(workers, availableParallelism());
    process.stdout.write(`estimate       ${duration(total / cores)} on ${cores} cores\n`);
    return EXIT.fine;
  } finally {
    session.close();
  }
}

/** Wall-clock time of one run of each arm, at the middle point it is run for [s]. */
async function pilot(
  plans: ReturnType<StudySpec['plansFor']>,
  arms: readonly string[],
  options: Parameters<typeof openMeasuringPool>[0],
): Promise<Map<string, number> | undefined> {
  const pool = openMeasuringPool({ ...options, workers: 1 });
  const seconds = new Map<string, number>();
  try {
    for (const arm of arms) {
      const own = plans.filter((plan) => plan.arm === arm && plan.replication === 1);
      const plan = own[Math.floor(own.length / 2)];
      if (plan === undefined) continue;
      const startMs = Date.now();
      const outcome = await pool.run(plan);
      if (outcome === undefined) return undefined;
      if (!outcome.ok)
        process.stderr.write(`pilot run ${plan.id} failed: ${outcome.failure.message}\n`);
      seconds.set(arm, (Date.now() - startMs) / 1000);
    }
  } finally {
    await pool.close();
  }
  return seconds;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

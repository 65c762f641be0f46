/** `peerwatt validate`: exact laws and published figures against the simulator, one row a law. */
import { nearestWord } from '../base/errors.ts';
import type { Effort, Law } from '../experiment/validate/law.ts';
import { laws } from '../experiment/validate/laws/index.ts';
import { type Validation, validate as validateLaws } from '../experiment/validate/run.ts';
import { lawTable } from '../experiment/validate/table.ts';
import { encodeRecords, writeValidation } from '../experiment/validate/write.ts';
import { checkTarget, writeText } from '../report/folder.ts';
import { VERSION } from '../report/version.ts';
import { type Arguments, EXIT, openSession } from './session.ts';
import { integerOption, textOption, UsageError } from './usage.ts';

/** Wall-clock time that the quick set is allowed on two cores [s]. */
const QUICK_BUDGET_S = 60;
const DEFAULT_OUT = 'results/validate';
/** Where the figures of the docs are kept. */
const DOCS_CSV = 'docs/validation.csv';
/** Experiments named when time is told. */
const SLOWEST = 3;

/**
 * Measures laws and writes the table.
 *
 * @returns Exit code: 0 when every law holds, 1 when one does not.
 */
export async function validate(args: Arguments): Promise<number> {
  const effort: Effort = args.full === true ? 'full' : 'quick';
  const chosen = chooseLaws(textOption('only', args.only));
  const seeds = seedsOf(args);
  const isForDocs = args.docs === true;
  if (isForDocs && chosen.length < laws.length) {
    throw new UsageError('--docs: expected no --only beside it');
  }
  const out = textOption('out', args.out) ?? DEFAULT_OUT;
  checkTarget(out);
  const startMs = Date.now();
  const experiments = new Set(chosen.map(({ experiment }) => experiment)).size;
  const session = openSession(args, experiments * seeds.length);
  try {
    const { workers, signal, environment, onProgress, onOutcome } = session.options;
    const onExperiment = (id: string) => onOutcome?.({ id }, { ok: true });
    const result = await validateLaws({
      ...{ laws: chosen, effort, seeds, workers, signal },
      ...{ onProgress, onExperiment },
    });
    session.close();
    if (result.interrupted) {
      process.stderr.write('interrupted; nothing was written\n');
      return session.interruptCode() ?? EXIT.interrupted;
    }
    writeValidation(result.records, out, environment);
    if (isForDocs) writeText(DOCS_CSV, encodeRecords(result.records, VERSION), true);
    const failed = result.records.filter(({ verdict }) => verdict === 'fail').length;
    const summary = `${result.records.length - failed} passed, ${failed} failed\nresults: ${out}\n`;
    if (args.quiet !== true) {
      process.stdout.write(`${lawTable(result.records)}\n${summary}`);
      process.stderr.write(timeText(result, (Date.now() - startMs) / 1000, effort, workers));
    } else if (failed > 0) {
      process.stderr.write(lawTable(result.records.filter(({ verdict }) => verdict === 'fail')));
    }
    return failed > 0 ? EXIT.failed : EXIT.fine;
  } finally {
    session.close();
  }
}

/** Laws by id or group. @throws {UsageError} on a name that is neither. */
function chooseLaws(only: string | undefined): readonly Law[] {
  if (only === undefined) return laws;
  const names = only.split(',').map((name) => name.trim());
  const known = [...new Set([...laws.map(({ group }) => group), ...laws.map(({ id }) => id)])];
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearestWord(name, known);
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    throw new UsageError(`--only: unknown law "${name}"; known: ${known.join(', ')}${hint}`);
  }
  return laws.filter(({ id, group }) => names.includes(id) || names.includes(group));
}

function seedsOf(args: Arguments): number[] {
  const list = textOption('seeds', args.seeds);
  const one = integerOption('seed', args.seed, 0);
  if (list === undefined) return [one ?? 1];
  if (one !== undefined) throw new UsageError('expected one of --seed and --seeds; got both');
  const seeds = list.split(',').map((seed) => integerOption('seeds', seed.trim(), 0)!);
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice !== undefined) {
    throw new UsageError(`--seeds: expected each seed once; got ${twice} twice`);
  }
  return seeds;
}

/** How long it took, and on what; not in any file, since no two runs agree on it. */
function timeText(
  { costs }: Validation,
  elapsedS: number,
  effort: Effort,
  workers: number,
): string {
  const seconds = (value: number) => `${Math.round(value * 10) / 10} s`;
  const budget = effort === 'quick' ? ` of ${QUICK_BUDGET_S} s on two cores` : '';
  const slowest = costs
    .slice(0, SLOWEST)
    .map(({ experiment, elapsedMs }) => `${experiment} ${seconds(elapsedMs / 1000)}`);
  const total = costs.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0) / 1000;
  return (
    `${effort}: ${seconds(elapsedS)}${budget}, ${workers} workers, ` +
    `${seconds(total)} of work; longest ${slowest.join(', ')}\n`
  );
}

/** `peerwatt slurm`: a study as an array job of a Slurm cluster. */
import { resolve } from 'node:path';
import {
  SLURM_MEMORY,
  SLURM_TIME,
  SLURM_WORD,
  sbatchScript,
} from '../experiment/cluster/sbatch.ts';
import type { StudyDesign } from '../experiment/design/design.ts';
import { loadStudy } from '../experiment/design/study-file.ts';
import { writeText } from '../report/folder.ts';
import { catalogue } from '../simulation/catalogue.ts';
import { type Arguments, defaultOut, EXIT, formatsOption } from './session.ts';
import { integerOption, shellWord, textOption, UsageError } from './usage.ts';

/** A study that takes longer, or more, says so by option; most clusters grant this at once. */
const DEFAULT_TIME = '4:00:00';
const DEFAULT_MEMORY = '4G';

/**
 * Writes the batch script of a study, once the study is known to be free of problems.
 *
 * @returns Exit code.
 * @throws {UsageError} on a wrong option. @throws {ScenarioError} with every problem of the study, or when
 *   the script exists and `--force` is not given.
 */
export function slurm(args: Arguments): number {
  const path = textOption('study', args.study);
  if (path === undefined) throw new UsageError('expected a study file; got nothing');
  const shards = integerOption('array', args.array, 1);
  if (shards === undefined) {
    throw new UsageError('--array: expected the number of tasks, e.g. --array 8; got nothing');
  }
  const time = formOption('time', args.time, SLURM_TIME, '4:00:00 or 2-12') ?? DEFAULT_TIME;
  const memory = formOption('memory', args.memory, SLURM_MEMORY, '4G or 500M') ?? DEFAULT_MEMORY;
  const cpus = integerOption('cpus', args.cpus, 1, 1024) ?? 1;
  const partition = formOption('partition', args.partition, SLURM_WORD, 'the name of a partition');
  const parquet = formatsOption(args.format).includes('parquet');
  const study = loadStudy(path, { plugins: catalogue });
  checkArray(study, shards);
  const { name } = study;
  const out = (textOption('out', args.out) ?? defaultOut(name)).replace(/(?<=.)\/+$/, '');
  const script = textOption('script', args.script) ?? `${name}.sbatch`;
  const text = sbatchScript({
    ...{ name, study: path, out, folder: process.cwd(), shards, time, memory, cpus },
    ...{ partition, parquet },
    // The same Node and program as here: other ones need not give the same bytes.
    command: [process.execPath, resolve(process.argv[1] ?? 'peerwatt')],
  });
  writeText(script, text, args.force === true);
  const most = Math.ceil(study.runCount / shards);
  process.stdout.write(
    `wrote ${script}: ${study.runCount} runs as ${shards} tasks of at most ${most}\n` +
      `submit with: bash ${shellWord(script)}\nresults: ${out}\n`,
  );
  return EXIT.fine;
}

/** A text option in a form of Slurm's; undefined passes. */
function formOption(name: string, value: unknown, form: RegExp, example: string) {
  const text = textOption(name, value);
  if (text === undefined || form.test(text)) return text;
  throw new UsageError(`--${name}: expected ${example}; got ${JSON.stringify(text)}`);
}

function checkArray(study: StudyDesign, shards: number): void {
  if (study.until !== undefined) {
    throw new UsageError(
      '--array: expected a study with a fixed number of runs; got one with "until", which must see all ' +
        'runs to decide on more; run it with peerwatt sweep',
    );
  }
  if (shards > study.runCount) {
    throw new UsageError(
      `--array: expected at most ${study.runCount}, the runs of the study; got ${shards}`,
    );
  }
}

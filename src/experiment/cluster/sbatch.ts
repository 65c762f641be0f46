/**
 * A study on a Slurm cluster: one file that is both the array job and what submits it. Run by `bash`, it
 * submits itself as an array of shards and, for when every shard is complete, the merge. As a task of the
 * array it runs its shard and goes on where an earlier try stopped, so that submitting it again is always
 * right.
 *
 * The program is a child of the batch shell and not a step of `srun`: nothing is gained by a step of one
 * process, and sites differ in how steps get processors. A warning of the time limit therefore goes to the
 * batch shell (`--signal=B:`), the only process that Slurm would reach, which hands it on once; the program
 * then drops or ends its runs and exits with 143. A shell that was replaced by the program (`exec`) could not
 * ask for another turn afterwards.
 */
import { shellWord } from '../../base/shell.ts';

/** What the tasks of an array are and need. */
export interface ArrayJob {
  /** Kebab name of the study. */
  readonly name: string;
  /** Study file, relative to `folder` or absolute. */
  readonly study: string;
  /** Study folder, relative to `folder` or absolute; shards stand beside it. */
  readonly out: string;
  /** Working folder of every task, absolute. */
  readonly folder: string;
  /** Words that start the program, e.g. `peerwatt`, or Node and the main file. */
  readonly command: readonly string[];
  /** Tasks, at least 1. */
  readonly shards: number;
  /** Time limit of a task, in a form of {@link SLURM_TIME}. */
  readonly time: string;
  /** Memory of a task, in a form of {@link SLURM_MEMORY}. */
  readonly memory: string;
  /** Processors, and runs at the same time, of a task; at least 1. */
  readonly cpus: number;
  /** Partition, in the form of {@link SLURM_WORD}; the site's default where undefined. */
  readonly partition?: string | undefined;
  /** Whether tables are written as Parquet, too; default not. */
  readonly parquet?: boolean | undefined;
}

/** Minutes, minutes:seconds, hours:minutes:seconds, days-hours, -hours:minutes, -hours:minutes:seconds. */
export const SLURM_TIME = /^(\d+|\d+:\d{1,2}(:\d{1,2})?|\d+-\d{1,2}(:\d{1,2}){0,2})$/;
/** Megabytes, or a number with K, M, G or T. */
export const SLURM_MEMORY = /^[1-9]\d*[KMGT]?$/;
/** A name that Slurm and a shell take as it is; partitions may be a list with commas. */
export const SLURM_WORD = /^[A-Za-z0-9_][A-Za-z0-9_.,-]*$/;

/** Seconds before the time limit at which a task is told to stop. */
const WARNING_S = 60;
/** Turns of a task that used up its time; more means that no single run fits into the limit. */
const STOPPED_MAX = 100;
/** Turns of a task that was killed: want of memory comes again, an accident does not. */
const KILLED_MAX = 3;

/**
 * Writes the script.
 *
 * @returns Text of a bash script, safe for any path: submitted by `bash <file>`, or by `sbatch <file>`
 *   without the merge.
 * @throws {RangeError} when a part has not its form.
 * Source: sbatch(1) and scontrol(1) of Slurm 22.05.
 */
export function sbatchScript(job: ArrayJob): string {
  check(job);
  return `${[
    '#!/bin/bash',
    ...directives(job),
    ...HEADER(job.name),
    '',
    `peerwatt=(${job.command.map(shellWord).join(' ')})`,
    `study=${pathWord(job.study)}`,
    `out=${pathWord(job.out)}`,
    `shards=${job.shards}`,
    `options=(${formatWords(job).join(' ')})`,
    '',
    'script=$(realpath -- "$0")',
    `cd ${shellWord(job.folder)} || exit 2`,
    '',
    ...submission(job),
    '',
    ...TASK,
  ].join('\n')}\n`;
}

const HEADER = (name: string) => [
  '#',
  `# Study ${name} as an array of shards. "bash ${name}.sbatch" submits it and the merge that follows it.`,
  '# Submitting it again is safe: runs that are finished are not repeated.',
];

function directives({ name, shards, time, memory, cpus, partition }: ArrayJob): string[] {
  return [
    `--job-name=${name}`,
    `--array=1-${shards}`,
    ...resources({ time, memory, partition }),
    `--cpus-per-task=${cpus}`,
    `--output=${name}.%A_%a.log`,
    '--open-mode=append',
    '--requeue',
    `--signal=B:TERM@${WARNING_S}`,
  ].map((option) => `#SBATCH ${option}`);
}

function resources({ time, memory, partition }: Pick<ArrayJob, 'time' | 'memory' | 'partition'>) {
  return [
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    '--nodes=1',
    '--ntasks=1',
    `--time=${time}`,
    `--mem=${memory}`,
  ];
}

function submission(job: ArrayJob): string[] {
  const { name, command, out, folder } = job;
  const words = [...command.map(shellWord), 'merge', pathWord(out), ...formatWords(job)];
  const options = [
    `--job-name=${name}-merge`,
    ...resources(job),
    '--cpus-per-task=1',
    `--output=${name}.merge.%j.log`,
  ];
  return [
    '# By hand: the array, and the merge for when all shards are complete.',
    `if [ -z "\${SLURM_ARRAY_TASK_ID-}" ]; then`,
    '  array=$(sbatch --parsable "$script") || exit',
    `  array=\${array%%;*}`,
    '  merge=$(sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes \\',
    `    ${options.join(' ')} \\`,
    `    --wrap=${shellWord(`cd ${shellWord(folder)} && exec ${words.join(' ')}`)}) || exit`,
    `  echo "array job $array, merge job \${merge%%;*}"`,
    '  exit',
    'fi',
  ];
}

const TASK: readonly string[] = `
# As a task of the array: one shard.
trap 'signalled=yes; kill -TERM "$!" 2>/dev/null' TERM
"\${peerwatt[@]}" sweep "$study" --shard "$SLURM_ARRAY_TASK_ID/$shards" --resume \\
  --out "$out" --workers "$SLURM_CPUS_PER_TASK" "\${options[@]}" &
program=$!
# A signal ends "wait" before it ends the program, whose own code is then still to come.
signalled=yes
while [ "$signalled" = yes ]; do
  signalled=no
  wait "$program"
  code=$?
done
trap '' TERM

case $code in
  1 | 3)
    # Runs failed, and the shard is complete all the same: the merge says what became of them.
    if [ -e "$out.shard-$SLURM_ARRAY_TASK_ID-of-$shards/manifest.json" ]; then exit 0; fi
    turns=0
    ;;
  143) turns=${STOPPED_MAX} ;; # told to stop: the time is nearly up
  137) turns=${KILLED_MAX} ;; # killed
  *) turns=0 ;;
esac
# Another turn, unless the task was cancelled or is already queued again: it is not running then.
task="\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
if [ "\${SLURM_RESTART_COUNT:-0}" -lt "$turns" ] &&
  [ "$(squeue --noheader --jobs="$task" --format=%T)" = RUNNING ]; then
  echo "peerwatt: ended with code $code; shard $SLURM_ARRAY_TASK_ID goes on in another turn" >&2
  scontrol requeue "$task"
fi
exit "$code"
`
  .trim()
  .split('\n');

const formatWords = ({ parquet }: ArrayJob) => (parquet === true ? ['--format', 'parquet'] : []);

/** A path as a word that no program takes for an option. */
const pathWord = (path: string) => shellWord(path.startsWith('-') ? `./${path}` : path);

function check({ name, shards, time, memory, cpus, partition, command }: ArrayJob): void {
  const refuse = (label: string, expected: string, got: unknown) => {
    throw new RangeError(`"${label}" expected ${expected}, got ${got}`);
  };
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) refuse('name', 'a kebab name', name);
  if (!Number.isInteger(shards) || shards < 1) refuse('shards', 'a positive integer', shards);
  if (!Number.isInteger(cpus) || cpus < 1) refuse('cpus', 'a positive integer', cpus);
  if (!SLURM_TIME.test(time)) refuse('time', 'a time limit of Slurm', time);
  if (!SLURM_MEMORY.test(memory)) refuse('memory', 'a size of Slurm', memory);
  if (partition !== undefined && !SLURM_WORD.test(partition)) {
    refuse('partition', 'a partition', partition);
  }
  if (command.length === 0) refuse('command', 'a program', 'nothing');
}

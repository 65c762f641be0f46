/**
 * The commands as a table: words, options, and where their code is. Nothing of that code is loaded before a
 * command is called, so that `--help` answers at once.
 */
import type { Arguments } from './session.ts';

/** Options by command; all take text, so that what was typed is what is checked. */
export const OPTIONS = {
  seed: { type: 'string', requiresArg: true, describe: 'Replaces the seed' },
  out: { type: 'string', requiresArg: true, describe: 'Folder of results  [results/<name>]' },
  set: { type: 'string', requiresArg: true, describe: 'Overrides a key, path=value; repeatable' },
  arm: { type: 'string', requiresArg: true, describe: 'Arm to run' },
  arms: { type: 'string', requiresArg: true, describe: 'Arms to compare, e.g. pow,dpos,pbft' },
  window: { type: 'string', requiresArg: true, describe: 'Window to run, e.g. window-2' },
  'iso-risk': {
    type: 'string',
    requiresArg: true,
    describe: 'Equal risk first: q=0.1,eps=0.001 [,budget= hash= certificate= depth= bribe=]',
  },
  saturation: {
    type: 'string',
    requiresArg: true,
    describe: 'Largest sustained load of each arm: 1..400 per second [,step=1.25]',
  },
  replications: { type: 'string', requiresArg: true, describe: 'Seeds an arm is run with  [3]' },
  workers: { type: 'string', requiresArg: true, describe: 'Runs at the same time  [all cores]' },
  format: { type: 'string', requiresArg: true, describe: 'parquet: beside every CSV  [csv]' },
  full: { type: 'boolean', describe: 'More work a law, for figures to publish' },
  only: { type: 'string', requiresArg: true, describe: 'Laws or groups, by name: a,b,c' },
  seeds: { type: 'string', requiresArg: true, describe: 'Seeds, each of which repeats all: 1,2,3' },
  docs: { type: 'boolean', describe: 'Writes docs/validation.csv too; with --full' },
  quiet: { type: 'boolean', describe: 'Errors only' },
  shard: { type: 'string', requiresArg: true, describe: 'Part of the runs, i/n; then merge' },
  until: {
    type: 'string',
    requiresArg: true,
    describe: 'Adds replications: halfwidth=5% [,metrics=a|b][,max=64]',
  },
  resume: { type: 'boolean', describe: 'Goes on with what is unfinished, tries failed runs again' },
  'dry-run': { type: 'boolean', describe: 'Prints the plan, its size and an estimate of time' },
  report: { type: 'boolean', describe: 'Writes report.html into the results' },
  json: { type: 'boolean', describe: 'Progress and outcome as JSON lines' },
  figures: { type: 'string', requiresArg: true, describe: 'Folder for every figure and table' },
  force: { type: 'boolean', describe: 'Replaces what is in the way' },
  array: { type: 'string', requiresArg: true, describe: 'Tasks of the array, each one a shard' },
  time: { type: 'string', requiresArg: true, describe: 'Time limit of a task  [4:00:00]' },
  memory: { type: 'string', requiresArg: true, describe: 'Memory of a task  [4G]' },
  cpus: { type: 'string', requiresArg: true, describe: 'Processors of a task  [1]' },
  partition: { type: 'string', requiresArg: true, describe: "Partition  [the site's]" },
  script: { type: 'string', requiresArg: true, describe: 'File to write  [<name>.sbatch]' },
  csv: { type: 'string', requiresArg: true, describe: 'Writes the trace as a table, too' },
} as const;

/** One command; its code is loaded when it is called. */
export interface Command {
  /** Words after the program's name: `run <scenario>`. */
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly (keyof typeof OPTIONS)[];
  /** Defaults of words that may be left out. */
  readonly defaults?: Readonly<Record<string, string>>;
  run(args: Arguments): Promise<number>;
}

const STUDY_OPTIONS = [
  ...(['replications', 'out', 'workers', 'format', 'resume', 'force'] as const),
  ...(['report', 'json', 'quiet'] as const),
] as const;

const SWEEP_OPTIONS = [...STUDY_OPTIONS, 'shard', 'until', 'dry-run'] as const;

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly Command[] = [
  {
    usage: 'run <scenario>',
    summary: 'Run a scenario and write its tables',
    options: [
      ...(['arm', 'seed', 'set', 'out', 'window', 'workers', 'format'] as const),
      ...(['resume', 'force', 'report', 'json', 'quiet'] as const),
    ],
    run: async (args) => (await import('./run.ts')).run(args),
  },
  {
    usage: 'compare <scenario>',
    summary: 'Run arms on the same world and compare them',
    options: ['arms', 'iso-risk', 'saturation', 'seed', 'set', ...STUDY_OPTIONS],
    run: async (args) => (await import('./compare.ts')).compare(args),
  },
  {
    usage: 'sweep <study>',
    summary: 'Run a study file: factors, arms, replications',
    options: SWEEP_OPTIONS,
    run: async (args) => (await import('./sweep.ts')).sweep(args),
  },
  {
    usage: 'merge <folder>',
    summary: 'Put the shards of a study together',
    options: ['force', 'format', 'report', 'quiet'],
    run: async (args) => (await import('./merge.ts')).merge(args),
  },
  {
    usage: 'report <folder>',
    summary: 'Write the page of a result: one file that opens anywhere',
    options: ['out', 'figures', 'force', 'quiet'],
    run: async (args) => (await import('./report.ts')).report(args),
  },
  {
    usage: 'experiment [id]',
    summary: 'Run a study that comes with the program; without an id, list them',
    options: SWEEP_OPTIONS,
    run: async (args) => {
      const { sweep } = await import('./sweep.ts');
      return (await import('./experiment.ts')).experiment(args, sweep);
    },
  },
  {
    usage: 'slurm <study>',
    summary: 'Write the batch script of a study for a Slurm cluster',
    options: [
      ...(['array', 'out', 'time', 'memory', 'cpus', 'partition', 'format'] as const),
      ...(['script', 'force'] as const),
    ],
    run: async (args) => (await import('./slurm.ts')).slurm(args),
  },
  {
    usage: 'validate',
    summary: 'Measure exact laws and published figures',
    options: ['full', 'only', 'seed', 'seeds', 'out', 'docs', 'workers', 'quiet'],
    run: async (args) => (await import('./validate.ts')).validate(args),
  },
  {
    usage: 'list [kind]',
    summary: 'List the plug-ins a scenario may name',
    options: [],
    run: async (args) => (await import('./list.ts')).list(args),
  },
  {
    usage: 'schema',
    summary: 'Print the JSON Schema of scenarios, for editors',
    options: [],
    run: async () => (await import('./schema.ts')).schema(),
  },
  {
    usage: 'init [file]',
    summary: 'Write a commented scenario to start from',
    options: ['force'],
    defaults: { file: 'scenario.yaml' },
    run: async (args) => (await import('./init.ts')).init(args),
  },
  {
    usage: 'verify <folder>',
    summary: 'Re-derive the ledger of a result and check every file',
    options: [],
    run: async (args) => (await import('./verify.ts')).verify(args),
  },
  {
    usage: 'trace <folder> <kind> [id] [amount]',
    summary: 'Follow a trade, certificate or point back to readings and cases of issue',
    options: ['csv', 'force'],
    run: async (args) => (await import('./trace.ts')).trace(args),
  },
  {
    usage: 'graph <folder>',
    summary: 'Write the graph of payments of a result as nodes and edges',
    options: ['out', 'force'],
    run: async (args) => (await import('./graph.ts')).graph(args),
  },
];

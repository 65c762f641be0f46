#!/usr/bin/env node
/**
 * The command line. Only the argument parser is loaded here; a command's own code, the schemas and the
 * plug-ins come with its handler, so that `--help` answers at once.
 */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { formatIssue, InvariantViolation, ScenarioError } from '../base/errors.ts';
import { VERSION } from '../report/version.ts';
import { explainUsage, UsageError } from './usage.ts';

const COMMANDS = [
  'run',
  'compare',
  'validate',
  'list',
  'schema',
  'init',
  'verify',
  'trace',
  'graph',
] as const;

/** Options by command; all take text, so that what was typed is what is checked. */
const OPTIONS = {
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
  full: { type: 'boolean', describe: 'More work a law, for figures to publish' },
  only: { type: 'string', requiresArg: true, describe: 'Laws or groups, by name: a,b,c' },
  seeds: { type: 'string', requiresArg: true, describe: 'Seeds, each of which repeats all: 1,2,3' },
  docs: { type: 'boolean', describe: 'Writes docs/validation.csv too; with --full' },
  quiet: { type: 'boolean', describe: 'Errors only' },
  force: { type: 'boolean', describe: 'Replaces an existing file' },
  csv: { type: 'string', requiresArg: true, describe: 'Writes the trace as a table, too' },
} as const;

/** Parses the words and carries out the command. Returns the exit code. */
async function main(words: readonly string[]): Promise<number> {
  let code = 0;
  const options: string[] = ['help', 'version', 'color'];
  const use = (...names: (keyof typeof OPTIONS)[]) => {
    options.push(...names);
    return Object.fromEntries(names.map((name) => [name, OPTIONS[name]]));
  };
  const parser = yargs([...words])
    .scriptName('peerwatt')
    .locale('en')
    .usage(
      '$0 <command> [options]\n\nLocal energy trading on a blockchain, simulated event by event.',
    )
    .command(
      'run <scenario>',
      'Run a scenario and write its tables',
      (y) => y.options(use('arm', 'seed', 'set', 'out', 'window', 'workers', 'quiet')),
      async (args) => {
        code = await (await import('./run.ts')).run(args);
      },
    )
    .command(
      'compare <scenario>',
      'Run arms on the same world and compare them',
      (y) =>
        y.options(
          use(
            'arms',
            'iso-risk',
            'saturation',
            'replications',
            'seed',
            'set',
            'out',
            'workers',
            'quiet',
          ),
        ),
      async (args) => {
        code = await (await import('./compare.ts')).compare(args);
      },
    )
    .command(
      'validate',
      'Measure exact laws and published figures',
      (y) => y.options(use('full', 'only', 'seed', 'seeds', 'out', 'docs', 'workers', 'quiet')),
      async (args) => {
        code = await (await import('./validate.ts')).validate(args);
      },
    )
    .command(
      'list [kind]',
      'List the plug-ins a scenario may name',
      () => {},
      async (args) => {
        code = (await import('./list.ts')).list(args);
      },
    )
    .command(
      'schema',
      'Print the JSON Schema of scenarios, for editors',
      () => {},
      async () => {
        code = (await import('./schema.ts')).schema();
      },
    )
    .command(
      'init [file]',
      'Write a commented scenario to start from',
      (y) =>
        y.positional('file', { type: 'string', default: 'scenario.yaml' }).options(use('force')),
      async (args) => {
        code = (await import('./init.ts')).init(args);
      },
    )
    .command(
      'verify <folder>',
      'Re-derive the ledger of a result and check every file',
      () => {},
      async (args) => {
        code = (await import('./verify.ts')).verify(args);
      },
    )
    .command(
      'trace <folder> <kind> [id] [amount]',
      'Follow a trade, certificate or point back to readings and cases of issue',
      (y) =>
        y
          .positional('id', { type: 'string' })
          .positional('amount', { type: 'string' })
          .options(use('csv', 'force')),
      async (args) => {
        code = (await import('./trace.ts')).trace(args);
      },
    )
    .command(
      'graph <folder>',
      'Write the graph of payments of a result as nodes and edges',
      (y) => y.options(use('out', 'force')),
      async (args) => {
        code = (await import('./graph.ts')).graph(args);
      },
    )
    .option('color', { type: 'boolean', hidden: true })
    .demandCommand(1, 'expected a command; try peerwatt --help')
    .strict()
    .version(VERSION)
    .help()
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(explainUsage(message, words, COMMANDS, [...new Set(options)]));
    });
  await parser.parseAsync();
  return code;
}

/** Says what went wrong in the words its kind deserves. Returns the exit code. */
function explain(error: unknown): number {
  if (error instanceof ScenarioError) {
    process.stderr.write(`${error.issues.map(formatIssue).join('\n')}\n`);
    return 2;
  }
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
  return error instanceof InvariantViolation ? 3 : 1;
}

/** A pipe that closes early (`peerwatt list | head`) is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  process.exitCode = await main(hideBin(process.argv));
} catch (error) {
  process.exitCode = explain(error);
}

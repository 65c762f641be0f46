#!/usr/bin/env node
/** The command line: parses words, calls the command, turns what goes wrong into words and exit codes. */
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { formatIssue, InvariantViolation, ScenarioError } from '../base/errors.ts';
import { failureOf } from '../experiment/outcome.ts';
import { VERSION } from '../report/version.ts';
import { COMMANDS, OPTIONS } from './commands.ts';
import { explainUsage, UsageError } from './usage.ts';

/** Prints what may stand in the place of the last word; the script of `completion` asks for it. */
async function complete(line: readonly string[]): Promise<void> {
  const { completeWords } = await import('./completion.ts');
  const commands = COMMANDS.map(({ usage, options }) => ({ name: usage.split(' ')[0]!, options }));
  const found = await completeWords(line, [...commands, { name: 'completion', options: [] }]);
  process.stdout.write(found.map((word) => `${word}\n`).join(''));
}

/** Parses the words and carries out the command. Returns the exit code. */
async function main(words: readonly string[]): Promise<number> {
  if (words[0] === '--get-yargs-completions') {
    await complete(words.slice(2));
    return 0;
  }
  let code = 0;
  const names = COMMANDS.map(({ usage }) => usage.split(' ')[0]!);
  const known = ['help', 'version', 'color', ...new Set(COMMANDS.flatMap((one) => one.options))];
  const parser = yargs([...words])
    .scriptName('peerwatt')
    .locale('en')
    .usage(
      '$0 <command> [options]\n\nLocal energy trading on a blockchain, simulated event by event.',
    );
  for (const { usage, summary, options, defaults, run } of COMMANDS) {
    const own = Object.fromEntries(options.map((name) => [name, OPTIONS[name]]));
    const optional = [...usage.matchAll(/\[(\w+)\]/g)].map(([, word]) => word!);
    parser.command(
      usage,
      summary,
      (y) =>
        optional.reduce((z, word) => {
          const fallback = defaults?.[word];
          const default_ = fallback === undefined ? {} : { default: fallback };
          return z.positional(word, { type: 'string', ...default_ });
        }, y.options(own)),
      async (args) => {
        code = await run(args);
      },
    );
  }
  parser
    .completion('completion', 'Print a script that completes words in bash or zsh')
    .option('color', { type: 'boolean', hidden: true })
    .demandCommand(1, 'expected a command; try peerwatt --help')
    .strict()
    .version(VERSION)
    .help()
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(explainUsage(message, words, [...names, 'completion'], known));
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
  const { kind, message } = failureOf(error);
  if (kind === 'storage') {
    const hint = 'nothing that was there is lost; make room or choose another --out, then again';
    process.stderr.write(`cannot read or write: ${message}\n${hint}\n`);
    return 1;
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

/** `peerwatt merge`: the shards of a study become the study. */
import { findShards, mergeShards } from '../experiment/study/merge.ts';
import { reportOf } from './end.ts';
import { type Arguments, EXIT, formatsOption } from './session.ts';
import { textOption, UsageError } from './usage.ts';

/**
 * Merges shards.
 *
 * @returns Exit code.
 */
export async function merge(args: Arguments): Promise<number> {
  const folder = textOption('folder', args.folder);
  if (folder === undefined) throw new UsageError('expected the folder of the study; got nothing');
  const target = folder.replace(/[/\\]+$/, '');
  const { runCount, shardCount, failedCount } = mergeShards(target, findShards(target), {
    force: args.force === true,
    formats: formatsOption(args.format),
  });
  const report = args.report === true ? await reportOf(target) : undefined;
  const code = failedCount === 0 ? EXIT.fine : EXIT.failed;
  if (failedCount > 0) {
    const how = 'failures.csv says why; sweep --resume tries them again in their shards';
    process.stderr.write(`${failedCount} runs failed: ${how}\n`);
  }
  if (args.quiet === true) return code;
  process.stdout.write(`${runCount} runs of ${shardCount} shards\nresults: ${target}\n`);
  if (report !== undefined) process.stdout.write(`report: ${report}\n`);
  return code;
}

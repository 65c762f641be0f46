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
  const { runCount, shardCount } = mergeShards(target, findShards(target), {
    force: args.force === true,
    formats: formatsOption(args.format),
  });
  const report = args.report === true ? await reportOf(target) : undefined;
  if (args.quiet === true) return EXIT.fine;
  process.stdout.write(`${runCount} runs of ${shardCount} shards\nresults: ${target}\n`);
  if (report !== undefined) process.stdout.write(`report: ${report}\n`);
  return EXIT.fine;
}

/** `peerwatt list`: every plug-in a scenario may name. */
import colors from 'picocolors';
import { nearestWord } from '../base/errors.ts';
import { PLUGIN_KEY_NAMES } from '../scenario/merge.ts';
import { PLUGIN_KEYS } from '../scenario/sections.ts';
import { catalogue } from '../simulation/catalogue.ts';
import { type Arguments, EXIT } from './session.ts';
import { textOption, UsageError } from './usage.ts';

/**
 * Prints plug-ins by kind with their summaries.
 *
 * @returns Exit code.
 */
export function list(args: Arguments): number {
  const wanted = textOption('kind', args.kind);
  const keys = PLUGIN_KEY_NAMES.filter((key) => wanted === undefined || key === wanted);
  if (keys.length === 0) {
    const near = nearestWord(wanted!, PLUGIN_KEY_NAMES);
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    throw new UsageError(`unknown kind "${wanted}"; known: ${PLUGIN_KEY_NAMES.join(', ')}${hint}`);
  }
  for (const key of keys) {
    const { all } = catalogue[key];
    const width = Math.max(0, ...all.map((plugin) => plugin.name.length));
    const lines = all.map((plugin) => {
      const code = plugin.code === undefined ? '' : ` [${plugin.code}]`;
      return `  ${plugin.name.padEnd(width)}  ${plugin.summary}${code}`;
    });
    const head = `${colors.bold(key)} ${colors.dim(`scenario.${PLUGIN_KEYS[key].path.join('.')}`)}`;
    process.stdout.write(`${[head, ...lines].join('\n')}\n\n`);
  }
  return EXIT.fine;
}

/** `peerwatt init`: a scenario file with every key, its default, unit and meaning. */
import { writeText } from '../report/folder.ts';
import { commentedScenario } from '../scenario/commented.ts';
import { catalogue } from '../simulation/catalogue.ts';
import { type Arguments, EXIT } from './session.ts';
import { textOption } from './usage.ts';

/**
 * Writes a commented scenario.
 *
 * @returns Exit code.
 * @throws {ScenarioError} when the file exists and `--force` is not given.
 */
export function init(args: Arguments): number {
  const file = textOption('file', args.file)!;
  writeText(file, commentedScenario(catalogue), args.force === true);
  process.stdout.write(`wrote ${file}; next: peerwatt run ${file}\n`);
  return EXIT.fine;
}

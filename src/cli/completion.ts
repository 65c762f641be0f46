/** Words that a shell may put in for the one being typed, beyond commands and options: files and names. */
import { readdirSync } from 'node:fs';

/** Commands that take a scenario, a study or a folder as their first word. */
const FIRST_WORDS: Readonly<Record<string, (name: string) => boolean>> = {
  run: isScenario,
  compare: isScenario,
  sweep: isStudy,
  slurm: isStudy,
};

function isStudy(name: string): boolean {
  return name.endsWith('.study.yaml') || /^study.*\.ya?ml$/.test(name);
}
function isScenario(name: string): boolean {
  return /\.ya?ml$/.test(name) && !isStudy(name);
}

/** A command as completion sees it. */
export interface CompletedCommand {
  readonly name: string;
  /** Its options without dashes. */
  readonly options: readonly string[];
}

/**
 * Words for what is being typed.
 *
 * @param words - The line so far, from the command on; its last word is the one being typed, which may
 *   be empty.
 * @returns Commands in the first place; options behind dashes; scenario or study files and folders for
 *   commands that take them, ids for `experiment`. Nothing where a folder cannot be read.
 */
export async function completeWords(
  words: readonly string[],
  commands: readonly CompletedCommand[],
): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const begins = (word: string) => word.startsWith(typed);
  if (words.length <= 1) return commands.map(({ name }) => name).filter(begins);
  const command = commands.find(({ name }) => name === words[0]);
  if (command === undefined) return [];
  if (typed.startsWith('-')) {
    return [...command.options, 'help'].map((option) => `--${option}`).filter(begins);
  }
  const isWanted = FIRST_WORDS[command.name];
  if (words.length !== 2) return [];
  if (isWanted !== undefined) return pathsFrom(typed, isWanted);
  if (command.name !== 'experiment') return [];
  const { shippedStudies } = await import('./experiment.ts');
  const isMeant = (id: string) => id.toLowerCase().startsWith(typed.toLowerCase());
  return shippedStudies()
    .map(({ id }) => id)
    .filter(isMeant);
}

/** Files and folders whose path begins with what was typed; folders end in a slash. */
function pathsFrom(typed: string, isWanted: (name: string) => boolean): readonly string[] {
  const cut = typed.lastIndexOf('/') + 1;
  const folder = typed.slice(0, cut);
  const start = typed.slice(cut);
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
      .filter((entry) => entry.name.startsWith(start) && !/^\.|^node_modules$/.test(entry.name))
      .filter((entry) => entry.isDirectory() || isWanted(entry.name))
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .sort();
  } catch {
    return [];
  }
}

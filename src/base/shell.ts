/** Words of a POSIX shell. */

/** A word as a shell reads it back, whatever it holds; plain ones stay as they are. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

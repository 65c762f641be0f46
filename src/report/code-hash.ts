/** SHA-256 of the program itself, which is part of the identity of what it computes (decision 31). */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

let known: string | undefined;

/** Hash over names and bytes of every module of the program, the same whatever the folder it stands in. */
export function codeHash(): string {
  if (known !== undefined) return known;
  const root = join(import.meta.dirname, '..');
  const hash = createHash('sha256');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /(?<!\.d)\.(js|ts)$/.test(name))
    .sort();
  for (const name of files) hash.update(`${name}\n`).update(readFileSync(join(root, name)));
  known = hash.digest('hex');
  return known;
}

/** The Markdown pages of the project and what is fenced in them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the project. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Paths of all pages, relative to the root. */
export function pagePaths(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => join('docs', name))
    .filter((path) => path.endsWith('.md'));
  const top = ['README.md', 'CHANGELOG.md'].filter((name) => existsSync(join(ROOT, name)));
  return [...top, ...docs].sort();
}

/** Text of a file of the project. */
export function readPage(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** One fenced block. */
export interface Block {
  readonly page: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** Words behind the opening fence, e.g. `yaml scenario`. */
  readonly words: readonly string[];
  readonly text: string;
}

/** Fenced blocks of a page in order. @throws {Error} when one is not closed. */
export function blocksOf(page: string, text: string = readPage(page)): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const open = /^```(.*)$/.exec(lines[i]!);
    if (open === null) continue;
    const from = i + 1;
    while (i + 1 < lines.length && lines[i + 1] !== '```') i++;
    if (++i >= lines.length) throw new Error(`${page}:${from}: a fence is not closed`);
    const words = open[1]!.trim().split(/\s+/);
    blocks.push({ page, line: from, words, text: `${lines.slice(from, i).join('\n')}\n` });
  }
  return blocks;
}

/** All fenced blocks of all pages. */
export function allBlocks(): Block[] {
  return pagePaths().flatMap((page) => blocksOf(page));
}

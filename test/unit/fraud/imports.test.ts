import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../../src/', import.meta.url));

/** Relative imports of a file that exist at run time or in types alike. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...found].map((match) => resolve(dirname(file), match[1]!));
}

/** All files reached from a folder, with one way to each. */
function reach(folder: string): Map<string, string> {
  const ways = new Map<string, string>();
  const files = readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' });
  const queue = files.filter((name) => name.endsWith('.ts')).map((name) => join(SRC, folder, name));
  for (const file of queue) ways.set(file, relative(SRC, file));
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const next of importsOf(file)) {
      if (ways.has(next) || !existsSync(next)) continue;
      ways.set(next, `${ways.get(file)} -> ${relative(SRC, next)}`);
      queue.push(next);
    }
  }
  return ways;
}

describe('what the accusers may know', () => {
  const hidden = [
    'physics/',
    'fraud/scoring/',
    'fraud/attacks/',
    'simulation/',
    'metering/faults.ts',
  ];
  for (const folder of ['fraud/detectors', 'fraud/response']) {
    it(`${folder} never reaches truth, labels or attacks`, () => {
      const ways = reach(folder);
      expect(ways.size).toBeGreaterThan(2);
      const leaks = [...ways.entries()]
        .filter(([file]) => hidden.some((prefix) => relative(SRC, file).startsWith(prefix)))
        .map(([, way]) => way);
      expect(leaks).toEqual([]);
    });
  }
  it('scoring does not reach physics, attacks or detectors', () => {
    const ways = [...reach('fraud/scoring').keys()].map((file) => relative(SRC, file));
    const high = ways.filter(
      (file) => !file.startsWith('fraud/scoring/') && !file.startsWith('base/'),
    );
    expect(high).toEqual([]);
  });
});

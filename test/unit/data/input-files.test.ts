import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createInputFiles } from '../../../src/data/input-files.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
  mkdirSync(join(home, 'data'));
  writeFileSync(join(home, 'data', 'load.csv'), 'a,b\n1,2\n');
  writeFileSync(join(home, 'data', 'sun.csv'), 'a\n1\n');
  writeFileSync(join(home, 'prices.csv'), '1\n');
});
afterEach(() => rmSync(home, { recursive: true }));

const scenario = { population: { options: { folder: 'data', kinds: ['x', 'prices.csv'] } } };
const hashOf = (value: unknown, folder = home) => createInputFiles().hash(value, folder);

describe('files that a scenario reads', () => {
  test('count by name and content, wherever the folder stands', () => {
    const hash = hashOf(scenario);
    for (const name of ['data', 'prices.csv']) {
      cpSync(join(home, name), join(home, 'elsewhere', name), { recursive: true });
    }
    expect(hashOf(scenario, join(home, 'elsewhere'))).toBe(hash);
    expect(hashOf(scenario)).toBe(hash);
  });

  test.each(['data/load.csv', 'data/sun.csv', 'prices.csv'])(
    'a changed byte of %s counts',
    (name) => {
      const hash = hashOf(scenario);
      writeFileSync(join(home, name), 'a,b\n1,3\n');
      expect(hashOf(scenario)).not.toBe(hash);
    },
  );

  test('a file more, a file less and another name count', () => {
    const hashes = [hashOf(scenario)];
    writeFileSync(join(home, 'data', 'more.csv'), '');
    hashes.push(hashOf(scenario));
    rmSync(join(home, 'data', 'more.csv'));
    renameSync(join(home, 'data', 'sun.csv'), join(home, 'data', 'moon.csv'));
    hashes.push(hashOf(scenario));
    rmSync(join(home, 'prices.csv'));
    hashes.push(hashOf(scenario));
    expect(new Set(hashes).size).toBe(4);
  });

  test('files that it does not name do not count', () => {
    const hash = hashOf(scenario);
    writeFileSync(join(home, 'other.csv'), 'x');
    mkdirSync(join(home, 'results'));
    writeFileSync(join(home, 'results', 'runs.csv'), 'x');
    expect(hashOf(scenario)).toBe(hash);
  });

  test('one memory sees one state: what changes under way does not part runs', () => {
    const files = createInputFiles();
    const hash = files.hash(scenario, home);
    writeFileSync(join(home, 'prices.csv'), '2\n');
    expect(files.hash(scenario, home)).toBe(hash);
    expect(hashOf(scenario)).not.toBe(hash);
  });

  test('texts that cannot be names of files cost nothing', () => {
    symlinkSync('loop', join(home, 'loop'));
    const hash = hashOf({});
    const texts = ['', '.', '..', './/', 'a\0b', 'x'.repeat(400), 'y'.repeat(5000)];
    for (const text of [...texts, 'prices.csv/below', 'loop', 'none/at/all']) {
      expect(hashOf({ text, list: [text] }), text.slice(0, 20)).toBe(hash);
    }
  });
});

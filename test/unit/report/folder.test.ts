import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../src/base/errors.ts';
import { checkFolder } from '../../../src/report/check.ts';
import {
  openFolder,
  openFolderAt,
  removePartials,
  reserve,
  writeText,
} from '../../../src/report/folder.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function complete(target: string, text: string): void {
  const folder = openFolder(target);
  folder.write('summary.csv', (emit) => emit(text));
  folder.commit({ kind: 'run' });
}

describe('a result folder', () => {
  test('appears whole, with a manifest that lists its files', () => {
    const target = join(home, 'deep', 'run');
    complete(target, 'a\n');
    expect(readdirSync(target)).toEqual(['manifest.json', 'summary.csv']);
    expect(readdirSync(join(home, 'deep'))).toEqual(['run']);
    const manifest = JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8'));
    expect(manifest.files).toEqual([
      {
        path: 'summary.csv',
        bytes: 2,
        sha256: '87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7',
      },
    ]);
    expect(checkFolder(target).problems).toEqual([]);
  });

  test('before it is committed the target does not exist', () => {
    const target = join(home, 'run');
    const folder = openFolder(target);
    folder.write('summary.csv', (emit) => emit('a\n'));
    expect(existsSync(target)).toBe(false);
    expect(existsSync(join(folder.path, 'manifest.json'))).toBe(false);
    folder.discard();
    expect(readdirSync(home)).toEqual([]);
  });

  test('replaces an earlier result only when it is complete', () => {
    const target = join(home, 'run');
    complete(target, 'old\n');
    const folder = openFolder(target);
    folder.write('summary.csv', (emit) => emit('new\n'));
    expect(readFileSync(join(target, 'summary.csv'), 'utf8')).toBe('old\n');
    folder.commit({ kind: 'run' });
    expect(readFileSync(join(target, 'summary.csv'), 'utf8')).toBe('new\n');
    expect(readdirSync(home)).toEqual(['run']);
  });

  test('a folder that holds anything else is refused and left alone', () => {
    const target = join(home, 'notes');
    mkdirSync(target);
    writeFileSync(join(target, 'diary.txt'), 'mine');
    expect(() => openFolder(target)).toThrow(ScenarioError);
    expect(() => openFolder(target)).toThrow(/--out: expected a new or empty folder.*diary\.txt/);
    expect(readdirSync(home)).toEqual(['notes']);
    writeFileSync(join(home, 'file'), '');
    expect(() => openFolder(join(home, 'file'))).toThrow('the file');
  });

  test('two under construction do not meet', () => {
    const [a, b] = [openFolder(join(home, 'run')), openFolder(join(home, 'run'))];
    expect(a.path).not.toBe(b.path);
    a.discard();
    b.discard();
  });

  test('what a killed thread left of a run goes; finished runs and all else stay', () => {
    const runs = join(home, 'runs');
    complete(join(runs, 'pow-1'), 'a\n');
    mkdirSync(join(runs, 'pow-2.partial-1'));
    writeFileSync(join(runs, 'pow-2.partial-1', 'summary.csv.tmp'), 'a');
    removePartials(runs);
    expect(readdirSync(runs)).toEqual(['pow-1']);
    removePartials(join(home, 'none'));
  });

  test('built in a place of the caller, it replaces an earlier one only when it is complete', () => {
    const target = join(home, 'study');
    complete(target, 'old\n');
    const path = `${target}.unfinished`;
    mkdirSync(join(path, 'runs', 'pow-1'), { recursive: true });
    writeFileSync(join(path, 'runs', 'pow-1', 'manifest.json'), 'a\n');
    const folder = openFolderAt(path, target);
    folder.write('runs.csv', (emit) => emit('new\n'));
    folder.adopt('runs/pow-1/manifest.json');
    expect(readFileSync(join(target, 'summary.csv'), 'utf8')).toBe('old\n');
    expect(checkFolder(path).problems[0]).toMatch(/missing; the result is/);
    folder.commit({ kind: 'study' });
    expect(readdirSync(home)).toEqual(['study']);
    expect(readdirSync(target)).toEqual(['manifest.json', 'runs', 'runs.csv']);
    expect(checkFolder(target).problems).toEqual([]);
  });

  test('a kill between two renames leaves one of both, and the next result cleans up', () => {
    const target = join(home, 'study');
    const path = `${target}.unfinished`;
    // The earlier result was moved aside, and nothing more was done.
    complete(`${path}.old`, 'old\n');
    const commit = (text: string) => {
      mkdirSync(path);
      const folder = openFolderAt(path, target);
      folder.write('runs.csv', (emit) => emit(text));
      folder.commit({ kind: 'study' });
    };
    commit('one\n');
    expect(readdirSync(home)).toEqual(['study']);
    // Both stand: the earlier result was not yet removed.
    complete(`${path}.old`, 'old\n');
    commit('two\n');
    expect(readdirSync(home)).toEqual(['study']);
    expect(readFileSync(join(target, 'runs.csv'), 'utf8')).toBe('two\n');
  });

  test('a reservation puts a finished folder in place and cleans up', () => {
    const place = reserve(join(home, 'run'));
    complete(join(place.path, 'run'), 'a\n');
    place.take('run');
    expect(readdirSync(home)).toEqual(['run']);
    reserve(join(home, 'run')).discard();
    expect(readdirSync(home)).toEqual(['run']);
  });
});

describe('checking a folder', () => {
  test.each([
    ['a changed byte', 'b\n', /summary\.csv: expected SHA-256/],
    ['a lost byte', 'a', /summary\.csv: expected 2 bytes, got 1/],
  ])('%s is named', (_, content, problem) => {
    const target = join(home, 'run');
    complete(target, 'a\n');
    writeFileSync(join(target, 'summary.csv'), content);
    expect(checkFolder(target).problems).toHaveLength(1);
    expect(checkFolder(target).problems[0]).toMatch(problem);
  });

  test('every changed byte of the manifest is found', () => {
    const target = join(home, 'run');
    complete(target, 'a\n');
    const path = join(target, 'manifest.json');
    const bytes = readFileSync(path);
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i]! ^= 1;
      writeFileSync(path, changed);
      expect(checkFolder(target).problems.length, `byte ${i}`).toBeGreaterThan(0);
    }
  });

  test('missing and unlisted files are named', () => {
    const target = join(home, 'run');
    complete(target, 'a\n');
    rmSync(join(target, 'summary.csv'));
    writeFileSync(join(target, 'extra.csv'), '');
    const { problems, unlisted } = checkFolder(target);
    expect(problems).toEqual([`${join(target, 'summary.csv')}: missing`]);
    expect(unlisted).toEqual(['extra.csv']);
  });
});

describe('a text file', () => {
  test('is not replaced unless that is asked for', () => {
    const path = join(home, 'scenario.yaml');
    writeText(path, 'one', false);
    expect(() => writeText(path, 'two', false)).toThrow('--force replaces it');
    writeText(path, 'three', true);
    expect(readFileSync(path, 'utf8')).toBe('three');
    expect(readdirSync(home)).toEqual(['scenario.yaml']);
  });
});

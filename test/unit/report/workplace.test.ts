import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkFolder } from '../../../src/report/check.ts';
import {
  type Owner,
  openWorkplace,
  type StudyMark,
  standingOf,
  tidyStudy,
} from '../../../src/report/workplace.ts';

let home = '';
let out = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
  out = join(home, 'out');
});
afterEach(() => rmSync(home, { recursive: true }));

const mark: StudyMark = { name: 'village', studyHash: 'a'.repeat(64) };
const other: StudyMark = { name: 'town', studyHash: 'b'.repeat(64) };
const NOW = Date.parse('2024-06-03T00:00Z');
const owner = (pid: number, more: Partial<Owner> = {}): Owner => {
  return { pid, host: 'here', isAlive: (one) => one === 1 || one === 2, nowMs: () => NOW, ...more };
};

function open(more: { resume?: boolean; force?: boolean; owner?: Owner } = {}, of = mark) {
  const options = { resume: false, force: false, owner: owner(1), ...more };
  return openWorkplace(
    out,
    of,
    () => ({ name: of.name }),
    (record) => (record as { run: string }).run,
    options,
  );
}

/** Ends a study with some runs. */
function finish(place: ReturnType<typeof open>, finished: readonly string[], all = finished) {
  const folder = place.finish(undefined);
  folder.write('runs.csv', (emit) => emit(`${all.join('\n')}\n`));
  const runs = all.map((run) => ({ run, finished: finished.includes(run) }));
  const isWhole = finished.length === all.length;
  const manifest = { kind: 'study', version: '0', runs, ...mark };
  place.complete(folder, manifest, isWhole ? undefined : finished);
}

const unfinished = () => `${out}.unfinished`;

describe('the place where a study is made', () => {
  test('becomes the target with nothing of its making left in it', () => {
    const place = open();
    expect(standingOf(out, mark)).toBe('unfinished');
    place.append({ run: 'b' });
    place.append({ run: 'a' });
    finish(place, ['a', 'b']);
    expect(readdirSync(home)).toEqual(['out']);
    expect(readdirSync(out)).toEqual(['manifest.json', 'runs.csv']);
    expect(checkFolder(out)).toMatchObject({ problems: [], unlisted: [] });
    expect(standingOf(out, mark)).toBe('complete');
    expect(standingOf(out, other)).toBe('none');
  });

  test('with failed runs, what trying them again needs stays, in run order', () => {
    const place = open();
    for (const run of ['c', 'a', 'c']) place.append({ run, value: run === 'c' ? 1 : 2 });
    finish(place, ['a', 'c'], ['a', 'b', 'c']);
    expect(standingOf(out, mark)).toBe('unfinished');
    const names = ['journal.jsonl', 'manifest.json', 'runs.csv', 'study.json'];
    expect(readdirSync(out)).toEqual(names);
    const again = open({ resume: true });
    expect(again.records).toEqual(['a', 'c']);
    expect(readdirSync(home)).toEqual(['out.unfinished']);
    // Tables of the first end would outlive a second one that has none of their kind.
    expect(readdirSync(unfinished())).toEqual(['journal.jsonl', 'lock.json', 'study.json']);
    again.append({ run: 'b' });
    finish(again, ['a', 'b', 'c']);
    expect(readdirSync(out)).toEqual(['manifest.json', 'runs.csv']);
  });

  test('is gone on with only when that is asked for, and thrown away only by force', () => {
    const place = open();
    place.append({ run: 'a' });
    place.release();
    const words =
      /out\.unfinished --out: expected no unfinished study; got one with 1 finished runs/;
    expect(() => open()).toThrow(words);
    expect(() => open()).toThrow('--resume goes on with it, --force begins anew');
    const again = open({ resume: true });
    expect(again.records).toEqual(['a']);
    again.release();
    mkdirSync(join(unfinished(), 'runs', 'a'), { recursive: true });
    const anew = open({ force: true });
    expect(anew.records).toEqual([]);
    expect(readdirSync(unfinished())).toEqual(['journal.jsonl', 'lock.json', 'study.json']);
    anew.discard();
    expect(readdirSync(home)).toEqual([]);
  });

  test('of another study is left alone', () => {
    open().release();
    const before = readFileSync(join(unfinished(), 'study.json'), 'utf8');
    for (const resume of [false, true]) {
      expect(() => open({ resume }, other)).toThrow('an unfinished study "village" of other runs');
      expect(() => open({ resume }, other)).toThrow('--out chooses another folder');
    }
    expect(readFileSync(join(unfinished(), 'study.json'), 'utf8')).toBe(before);
    open({ force: true }, other).release();
    expect(standingOf(out, other)).toBe('unfinished');
  });

  test('results of another study or version are left alone until they may be replaced', () => {
    finish(open(), ['a']);
    const before = readFileSync(join(out, 'manifest.json'), 'utf8');
    expect(() => open({ resume: true }, other)).toThrow(
      'expected a new folder; got results of study "village", version 0 (--force replaces them',
    );
    expect(readdirSync(home)).toEqual(['out']);
    expect(readFileSync(join(out, 'manifest.json'), 'utf8')).toBe(before);
    open({ force: true }, other).release();
    // They stand until the new ones are whole.
    expect(readFileSync(join(out, 'manifest.json'), 'utf8')).toBe(before);
  });

  test('results whose manifest is torn are not taken for nothing', () => {
    finish(open(), ['a']);
    writeFileSync(join(out, 'manifest.json'), '{');
    expect(() => open()).toThrow('got results without a readable manifest.json');
    rmSync(join(out, 'manifest.json'));
    expect(() => open({ resume: true })).toThrow('--force replaces them');
    open({ force: true }).release();
    expect(readdirSync(out)).toEqual(['runs.csv']);
  });

  test('a folder that is no result is refused even with force', () => {
    mkdirSync(out);
    writeFileSync(join(out, 'diary.txt'), 'mine');
    expect(() => open({ force: true })).toThrow('which holds diary.txt');
    expect(readdirSync(home)).toEqual(['out']);
  });

  test('killed before its first byte, it is no study; with a torn head, it is one', () => {
    mkdirSync(unfinished());
    open().release();
    rmSync(join(unfinished(), 'study.json'));
    expect(() => open({ resume: true })).toThrow('expected a readable study.json; got a torn one');
    expect(existsSync(join(unfinished(), 'journal.jsonl'))).toBe(true);
  });

  test('what a kill left of tables and threads goes, finished runs stay', () => {
    open().release();
    for (const name of ['runs/a', 'runs/b.partial-1', 'runs/other', 'figures']) {
      mkdirSync(join(unfinished(), name), { recursive: true });
    }
    for (const name of ['runs.csv.tmp', 'arms.csv', 'manifest.json', 'journal.jsonl.tmp']) {
      writeFileSync(join(unfinished(), name), '{');
    }
    const place = open({ resume: true });
    const names = ['journal.jsonl', 'lock.json', 'runs', 'study.json'];
    expect(readdirSync(unfinished())).toEqual(names);
    expect(readdirSync(join(unfinished(), 'runs'))).toEqual(['a', 'other']);
    mkdirSync(join(unfinished(), 'runs', 'c.partial-1'));
    // A run that failed now, or is none of the study's, has no folder in the result.
    place.finish(new Set(['a']));
    expect(readdirSync(join(unfinished(), 'runs'))).toEqual(['a']);
    place.finish(undefined);
    expect(existsSync(join(unfinished(), 'runs'))).toBe(false);
    place.release();
  });

  test('killed right after its last step, what is left over goes', () => {
    finish(open(), ['a']);
    for (const name of ['lock.json', 'journal.jsonl', 'study.json']) {
      writeFileSync(join(out, name), '{}');
    }
    mkdirSync(`${unfinished()}.old`);
    tidyStudy(out, true);
    expect(readdirSync(home)).toEqual(['out']);
    const shard = ['journal.jsonl', 'manifest.json', 'runs.csv', 'study.json'];
    expect(readdirSync(out)).toEqual(shard);
    tidyStudy(out, false);
    expect(readdirSync(out)).toEqual(['manifest.json', 'runs.csv']);
  });
});

describe('the lock', () => {
  const lock = () => join(unfinished(), 'lock.json');
  const plant = (content: string, ageMs = 0) => {
    mkdirSync(unfinished(), { recursive: true });
    writeFileSync(lock(), content);
    utimesSync(lock(), (NOW - ageMs) / 1000, (NOW - ageMs) / 1000);
  };

  test('keeps a second process out, also with force, and changes nothing', () => {
    const first = open();
    first.append({ run: 'a' });
    for (const more of [{ resume: true }, { force: true }, { resume: true, force: true }]) {
      const second = () => open({ ...more, owner: owner(2) });
      expect(second).toThrow('expected a study that nobody works on; got one that process 1 works');
    }
    first.append({ run: 'b' });
    first.release();
    const second = open({ resume: true, owner: owner(2) });
    expect(second.records).toEqual(['a', 'b']);
    second.release();
  });

  test.each([
    ['of a process that is dead', '{"pid":77,"host":"here"}', 0],
    [
      'of a process of the same number, which can only be an earlier one',
      '{"pid":2,"host":"here"}',
      0,
    ],
    ['torn long ago', '{"pid', 10_000],
    ['that says nothing', '{}', 0],
    ['of another machine that has not been touched', '{"pid":1,"host":"there"}', 121_000],
  ])('%s is taken over', (_, content, ageMs) => {
    plant(content, ageMs);
    open({ resume: true, owner: owner(2) }).release();
    expect(existsSync(lock())).toBe(false);
  });

  test.each([
    ['of a process that lives', '{"pid":1,"host":"here"}', 1e9, 'process 1'],
    [
      'of another machine that is touched',
      '{"pid":77,"host":"there"}',
      60_000,
      'process 77 on there',
    ],
    ['that is just being written', '', 5, 'a process that has just begun'],
  ])('%s is respected', (_, content, ageMs, words) => {
    plant(content, ageMs);
    expect(() => open({ resume: true, owner: owner(2) })).toThrow(`got one that ${words} works on`);
    expect(readFileSync(lock(), 'utf8')).toBe(content);
  });

  test('is touched, and its loss does not end the work', () => {
    const place = open();
    utimesSync(lock(), 0, 0);
    place.touch();
    expect(() => open({ owner: owner(2, { host: 'there' }), force: true })).toThrow(
      'process 1 on here',
    );
    rmSync(lock());
    place.touch();
    place.release();
  });
});

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellWord } from '../../../src/base/shell.ts';

test('a shell reads back the word that was quoted', () => {
  // No argument of a process can hold a NUL.
  const word = fc.string({ unit: 'binary', minLength: 0 }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (words) => {
      const command = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
      const { stdout } = spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
      expect(stdout).toBe(words.map((text) => `${text}\0`).join(''));
    }),
    { seed: 3, numRuns: 60 },
  );
});

test('plain words stay as they are', () => {
  expect(shellWord('population.households=50')).toBe('population.households=50');
  expect(shellWord('')).toBe("''");
  expect(shellWord("it's ~ $HOME")).toBe("'it'\\''s ~ $HOME'");
});

import { describe, expect, test } from 'vitest';
import { openProgress } from '../../../src/cli/progress.ts';
import {
  explainUsage,
  integerOption,
  listOption,
  shellWord,
  textOption,
  UsageError,
} from '../../../src/cli/usage.ts';

describe('words on the command line', () => {
  const commands = ['run', 'compare', 'verify'];
  const options = ['seed', 'out', 'dry-run'];
  const explain = (message: string, words: string[]) =>
    explainUsage(message, words, commands, options);

  test('an unknown command names the nearest', () => {
    expect(explain('Unknown argument: comprae', ['comprae', 'x.yaml'])).toBe(
      'unknown command "comprae"; known: run, compare, verify (did you mean compare?)',
    );
  });

  test('an unknown option names the nearest, once', () => {
    expect(explain('Unknown arguments: dry-rum, dryRum', ['run', '--dry-rum'])).toBe(
      'unknown option "dry-rum"; known: --seed, --out, --dry-run (did you mean --dry-run?)',
    );
  });

  test('a word too many and a word too few are told apart', () => {
    expect(explain('Unknown argument: b.yaml', ['run', 'a.yaml', 'b.yaml'])).toBe(
      'run: expected no further word; got "b.yaml"',
    );
    expect(explain('Not enough non-option arguments: got 0, need at least 1', ['run'])).toBe(
      'run: expected one more word; try peerwatt run --help',
    );
  });

  test('numbers are integers in their range', () => {
    expect(integerOption('seed', undefined, 0)).toBeUndefined();
    expect(integerOption('seed', '42', 0)).toBe(42);
    for (const wrong of ['-1', '1.5', '1e3', 'x', '', ['1', '2']]) {
      expect(() => integerOption('seed', wrong, 0)).toThrow(UsageError);
    }
    expect(() => integerOption('workers', '0', 1)).toThrow(
      '--workers: expected an integer of at least 1; got "0"',
    );
  });

  test('texts come once, lists any number of times', () => {
    expect(textOption('out', 'a')).toBe('a');
    expect(() => textOption('out', ['a', 'b'])).toThrow('--out: expected one value; got 2 values');
    expect(listOption('set', undefined)).toEqual([]);
    expect(listOption('set', 'a=1')).toEqual(['a=1']);
    expect(listOption('set', ['a=1', 'b=2'])).toEqual(['a=1', 'b=2']);
    expect(() => listOption('set', '')).toThrow(UsageError);
  });

  test('a replay command is quoted for the shell', () => {
    expect(shellWord('population.households=50')).toBe('population.households=50');
    expect(shellWord('horizon.start=2024-06-03 00:00')).toBe("'horizon.start=2024-06-03 00:00'");
    expect(shellWord("it's")).toBe("'it'\\''s'");
  });
});

describe('progress', () => {
  function record(isTTY: boolean, quiet: boolean) {
    let text = '';
    let clock = 0;
    const stream = {
      isTTY,
      write(chunk: string) {
        text += chunk;
        return true;
      },
    } as unknown as NodeJS.WriteStream;
    const progress = openProgress({ runs: 2, quiet, stream, now: () => clock++ * 100 });
    progress.update(0.25);
    progress.update(0.26);
    progress.runEnded('pow-1', true);
    progress.runEnded('pow-2', false);
    progress.close();
    return text;
  }

  test('elsewhere than on a terminal every line is JSON', () => {
    const lines = record(false, false).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual([
      'start',
      'progress',
      'run',
      'run',
      'end',
    ]);
    expect(JSON.parse(lines[3]!)).toMatchObject({ run: 'pow-2', ok: false, ended: 2, runs: 2 });
  });

  test('on a terminal it is one line that is wiped at the end', () => {
    const text = record(true, false);
    expect(text).not.toContain('\n');
    expect(text).toContain('25 %');
    expect(text).toContain('2/2 runs');
    expect(text.endsWith('\r\x1b[2K')).toBe(true);
  });

  test('quiet is silent', () => {
    expect(record(true, true) + record(false, true)).toBe('');
  });
});

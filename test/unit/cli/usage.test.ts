import { stripVTControlCharacters } from 'node:util';
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
  /** A display under a clock that the test sets [ms]. */
  function open(isTTY: boolean, more: { runs?: number; quiet?: boolean; json?: boolean } = {}) {
    const clock = { text: '', ms: 0 };
    const stream = {
      isTTY,
      write(chunk: string) {
        clock.text += chunk;
        return true;
      },
    } as unknown as NodeJS.WriteStream;
    const { runs = 2, quiet = false, json } = more;
    const progress = openProgress({ runs, quiet, json, stream, now: () => clock.ms });
    return { clock, progress };
  }

  function record(isTTY: boolean, more: { quiet?: boolean; json?: boolean } = {}): string {
    const { clock, progress } = open(isTTY, more);
    clock.ms = 2000;
    progress.update(0.25);
    progress.update(0.26);
    progress.runEnded('pow-1', true);
    progress.runEnded('pow-2', false);
    clock.ms = 4000;
    progress.update(0.5);
    progress.close();
    return clock.text;
  }

  const linesOf = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  test('elsewhere than on a terminal every line is JSON', () => {
    expect(linesOf(record(false))).toEqual([
      { event: 'start', runs: 2, elapsedS: 0 },
      {
        ...{ event: 'progress', done: 0.25, ended: 0, failed: 0, runs: 2 },
        ...{ runsPerS: null, leftS: 6, elapsedS: 2 },
      },
      { event: 'run', run: 'pow-1', ok: true, ended: 1, failed: 0, runs: 2, elapsedS: 2 },
      { event: 'run', run: 'pow-2', ok: false, ended: 2, failed: 1, runs: 2, elapsedS: 2 },
      {
        ...{ event: 'progress', done: 0.5, ended: 2, failed: 1, runs: 2 },
        ...{ runsPerS: 0.5, leftS: 4, elapsedS: 4 },
      },
      { event: 'end', ended: 2, failed: 1, runs: 2, elapsedS: 4 },
    ]);
  });

  test('on a terminal too where JSON is asked for', () => {
    expect(record(true, { json: true })).toBe(record(false));
  });

  test('on a terminal it is one line that is wiped at the end', () => {
    const text = record(true);
    expect(text).not.toContain('\n');
    expect(text).toContain('25 %  0/2 runs  0:02  0:06 left');
    expect(text).toContain('1 failed');
    expect(stripVTControlCharacters(text)).toContain(
      '50 %  2/2 runs  1 failed  30 runs/min  0:04  0:04 left',
    );
    expect(text.endsWith('\r\x1b[2K')).toBe(true);
  });

  test('quiet is silent', () => {
    const text = [true, false].map((isTTY) => record(isTTY, { quiet: true, json: true }));
    expect(text.join('')).toBe('');
  });

  test('time left follows the simulated share, and is not told from nothing', () => {
    const { clock, progress } = open(true, { runs: 1000 });
    clock.ms = 500;
    progress.update(0.5);
    expect(clock.text).not.toContain('left');
    clock.ms = 100_000;
    progress.update(0.0001);
    expect(clock.text).not.toContain('left');
    clock.ms = 3_600_000;
    progress.update(0.25);
    expect(clock.text).toContain('1:00:00  3:00:00 left');
    progress.update(1);
    expect(clock.text.endsWith('1:00:00')).toBe(true);
  });

  test('runs that had ended before count as done and not for the pace', () => {
    const { clock, progress } = open(true, { runs: 100 });
    progress.plan(100, 60);
    expect(clock.text).toContain('60 %  60/100 runs  0:00');
    clock.ms = 10_000;
    for (let run = 0; run < 20; run++) progress.runEnded(`r-${run}`, true);
    progress.update(0.8);
    expect(clock.text).toContain('80 %  80/100 runs  2.0 runs/s  0:10  0:10 left');
    // A rule asks for as many again: what was done stays done.
    clock.ms = 20_000;
    for (let run = 20; run < 40; run++) progress.runEnded(`r-${run}`, true);
    progress.plan(200, 100);
    progress.update(0.5);
    expect(clock.text).toContain('50 %  100/200 runs  2.0 runs/s  0:20  0:50 left');
  });

  test('says the plan in JSON only where it differs from what was said', () => {
    const { clock, progress } = open(false, { runs: 100 });
    progress.plan(100, 0);
    progress.plan(108, 60);
    expect(linesOf(clock.text)).toEqual([
      { event: 'start', runs: 100, elapsedS: 0 },
      { event: 'plan', ended: 0, failed: 0, runs: 108, elapsedS: 0 },
    ]);
  });
});

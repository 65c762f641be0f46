/** `peerwatt slurm`: the script it writes, and what it refuses before it writes one. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ScenarioError } from '../../../src/base/errors.ts';
import { slurm } from '../../../src/cli/slurm.ts';
import { UsageError } from '../../../src/cli/usage.ts';

const SCENARIO = `
schemaVersion: 1
name: hamlet
seed: 5
horizon: { start: 2024-06-03T00:00+08:00, days: 1, interval: 60 min }
population: { name: synthetic, households: 6, prosumers: 3 }
arms: { dpos: { consensus: { name: dpos } }, central: { consensus: central } }
`;

const STUDY = `
schemaVersion: 1
name: tiny
scenario: hamlet.yaml
replications: 2
factors: { prosumers: { path: population.prosumers, values: [1, 2, 3] } }
`;

let home = '';
let said = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "peerwatt it's-"));
  writeFileSync(join(home, 'hamlet.yaml'), SCENARIO);
  writeFileSync(join(home, 'tiny.yaml'), STUDY);
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(home, { recursive: true });
});

const call = (args: Record<string, unknown> = {}) =>
  slurm({ study: join(home, 'tiny.yaml'), script: join(home, 'a.sbatch'), array: '4', ...args });
const script = () => readFileSync(join(home, 'a.sbatch'), 'utf8');

describe('peerwatt slurm', () => {
  test('writes the script and says how to submit it', () => {
    expect(call({ out: 'results/x//', cpus: '2', time: '2-12', memory: '500M' })).toBe(0);
    for (const line of [
      '#SBATCH --job-name=tiny',
      '#SBATCH --array=1-4',
      '#SBATCH --time=2-12',
      '#SBATCH --mem=500M',
      '#SBATCH --cpus-per-task=2',
      'out=results/x',
      'shards=4',
    ]) {
      expect(script().split('\n')).toContain(line);
    }
    expect(script()).toContain(`peerwatt=(${process.execPath} `);
    expect(said).toContain('12 runs as 4 tasks of at most 3');
    expect(said).toMatch(/submit with: bash '.*peerwatt it'\\''s-.*a\.sbatch'/);
    expect(said).toContain('results: results/x\n');
  });

  test('replaces a script only where it may', () => {
    call();
    expect(() => call({ array: '2' })).toThrow(ScenarioError);
    expect(script()).toContain('--array=1-4');
    expect(call({ array: '2', force: true })).toBe(0);
    expect(script()).toContain('--array=1-2');
  });

  test.each([
    [{ study: undefined }, 'expected a study file; got nothing'],
    [{ array: undefined }, '--array: expected the number of tasks, e.g. --array 8; got nothing'],
    [{ array: '0' }, '--array: expected an integer of at least 1; got "0"'],
    [{ array: 'x' }, '--array: expected an integer of at least 1; got "x"'],
    [{ array: '13' }, '--array: expected at most 12, the runs of the study; got 13'],
    [{ cpus: '0' }, '--cpus: expected an integer of at least 1'],
    [{ time: '4h' }, '--time: expected 4:00:00 or 2-12; got "4h"'],
    [{ memory: '4 GB' }, '--memory: expected 4G or 500M; got "4 GB"'],
    [{ partition: 'a;b' }, '--partition: expected the name of a partition; got "a;b"'],
    [{ format: 'parqet' }, '--format: expected one of csv, parquet; got "parqet"'],
    [{ out: '' }, '--out: expected one value; got nothing'],
  ])('refuses %j and writes nothing', (args, message) => {
    expect(() => call(args)).toThrow(UsageError);
    expect(() => call(args)).toThrow(message);
    expect(existsSync(join(home, 'a.sbatch'))).toBe(false);
  });

  test('refuses a study with problems, all at once', () => {
    writeFileSync(join(home, 'tiny.yaml'), STUDY.replace('path: population', 'path: popultion'));
    expect(() => call()).toThrow(ScenarioError);
    expect(() => call({ study: join(home, 'none.yaml') })).toThrow('expected a study file');
  });

  test('refuses a study that adds replications as it goes', () => {
    const until = 'until: { halfWidth: 5 %, metrics: [finalCount], replicationsMax: 64 }';
    writeFileSync(join(home, 'tiny.yaml'), `${STUDY}${until}\n`);
    expect(() => call()).toThrow('expected a study with a fixed number of runs');
  });
});

/** Completion, shipped experiments, and how little the bare program loads. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { completeWords } from '../../../src/cli/completion.ts';
import { experiment, findStudy, shippedStudies } from '../../../src/cli/experiment.ts';
import type { Arguments } from '../../../src/cli/session.ts';
import { UsageError } from '../../../src/cli/usage.ts';

const commands = [
  { name: 'run', options: ['arm', 'seed', 'set'] },
  { name: 'sweep', options: ['shard'] },
  { name: 'experiment', options: [] },
  { name: 'list', options: [] },
];
const of = (...words: string[]) => completeWords(words, commands);

describe('completion', () => {
  it('has commands in the first place', async () => {
    expect(await of('')).toEqual(['run', 'sweep', 'experiment', 'list']);
    expect(await of('r')).toEqual(['run']);
    expect(await of()).toHaveLength(4);
  });

  it('has the options of the command', async () => {
    expect(await of('run', '--s')).toEqual(['--seed', '--set']);
    expect(await of('run', 'a.yaml', '--')).toContain('--help');
    expect(await of('nothing', '--')).toEqual([]);
  });

  it('has scenarios and folders for what takes a scenario, studies for what takes a study', async () => {
    const found = await of('run', 'scenarios/');
    expect(found).toContain('scenarios/village.yaml');
    expect(found).toContain('scenarios/experiments/');
    expect(await of('run', 'scenarios/experiments/E24')).toEqual([
      'scenarios/experiments/E24.yaml',
    ]);
    expect(await of('sweep', 'scenarios/experiments/E24')).toEqual([
      'scenarios/experiments/E24.study.yaml',
    ]);
    expect(await of('run', 'no/such/folder/')).toEqual([]);
    expect(await of('run', 'a.yaml', 'b')).toEqual([]);
  });

  it('has the ids of experiments', async () => {
    expect(await of('experiment', 'e0')).toContain('E02');
    expect(await of('list', '')).toEqual([]);
  });
});

describe('experiment', () => {
  const ran: Arguments[] = [];
  const sweep = async (args: Arguments) => {
    ran.push(args);
    return 7;
  };

  it('runs the study that ships, with the options of a sweep', async () => {
    expect(await experiment({ id: 'e24', workers: '2' }, sweep)).toBe(7);
    expect(ran[0]).toMatchObject({ workers: '2' });
    expect(ran[0]!.study).toMatch(/scenarios\/experiments\/E24\.study\.yaml$/);
  });

  it('refuses an unknown one with the nearest', async () => {
    expect(() => findStudy('E17-sibyl')).toThrow(UsageError);
    expect(() => findStudy('E17-sibyl')).toThrow(/did you mean E17-sybil\?/);
    await expect(experiment({ id: 'E99' }, sweep)).rejects.toThrow(/unknown experiment "E99"/);
  });

  it('lists them with their questions', async () => {
    let out = '';
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += text;
      return true;
    });
    try {
      expect(await experiment({}, sweep)).toBe(0);
    } finally {
      write.mockRestore();
    }
    for (const { id, title } of shippedStudies()) {
      expect(title, id).not.toBe('');
      expect(out).toContain(`${id}`);
      expect(out).toContain(title);
    }
  });
});

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const isBuilt = existsSync(MAIN);
if (!isBuilt) console.log('skipped: no dist; node scripts/prepare.mjs builds it');

/** Modules that the program loads for some words, as the engine's coverage lists them. */
function modulesOf(...words: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'peerwatt-modules-'));
  try {
    const env = { ...process.env, NODE_V8_COVERAGE: folder };
    spawnSync(process.execPath, [MAIN, ...words], { env });
    return readdirSync(folder).flatMap((name) => {
      const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      return (result as { url: string }[]).map(({ url }) => url);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.skipIf(!isBuilt)('the program', () => {
  const start = (...words: string[]) =>
    spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8' });

  it('answers what the script of completion asks', () => {
    const ask = (...line: string[]) => start('--get-yargs-completions', 'peerwatt', ...line);
    expect(ask('').stdout.split('\n')).toEqual(expect.arrayContaining(['run', 'sweep', 'list']));
    expect(ask('run', '--s').stdout.split('\n')).toContain('--seed');
    expect(ask('experiment', 'E2').stdout.split('\n')).toContain('E24');
    expect(ask('run', '').stderr).toBe('');
    expect(start('completion').stdout).toContain('--get-yargs-completions');
  });

  it('loads next to nothing to say --help', () => {
    const loaded = modulesOf('--help');
    expect(loaded.some((url) => url.endsWith('/dist/cli/main.js'))).toBe(true);
    const own = loaded.filter((url) => url.includes('/dist/'));
    // The parser, words about mistakes, the version: no schema, no plug-in, no kernel.
    expect(own.length).toBeLessThan(12);
    expect(own.filter((url) => /kernel|simulation|scenario|contracts/.test(url))).toEqual([]);
    expect(loaded.filter((url) => /zod|yaml|plot|pdfkit|piscina/.test(url))).toEqual([]);
  });
});

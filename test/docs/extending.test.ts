/**
 * docs/extending.md keeps its word: what it prints are the example files, and each of them plus its
 * lines in the folder's index is all that a copy of the project needs to run it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, ROOT, readPage } from './pages.ts';
import { compilerOptions, lineOf } from './program.ts';

/** Compiling the copy takes ten CPU seconds, which a busy machine may stretch. */
const SLOW_MS = 300_000;
const PAGE = 'docs/extending.md';
const blocks = blocksOf(PAGE);

/** Example file by the folder it belongs into. */
const EXAMPLES = [
  ['src/consensus/protocols', 'round-robin'],
  ['src/market/mechanisms', 'mid-market'],
  ['src/fraud/attacks', 'frozen-meter'],
  ['src/fraud/detectors', 'zero-import'],
] as const;

const camel = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

describe('the page', () => {
  test.each(EXAMPLES)('prints the file of %s, %s, word for word', (_, name) => {
    const text = readPage(`docs/examples/${name}.ts`);
    expect(blocks.some((block) => block.words[0] === 'ts' && block.text === text)).toBe(true);
  });

  test.each(EXAMPLES)('names the lines of %s/index.ts for %s', (folder, name) => {
    const wanted = `import ${camel(name)} from './${name}.ts';\n`;
    const lines = blocks.find(({ words }) => words.join(' ') === `ts index ${folder}/index.ts`);
    expect(lines?.text).toBe(wanted);
  });

  test('runs the scenario that it prints', () => {
    const text = readPage('docs/examples/extended.yaml');
    expect(blocks.some((block) => block.words[0] === 'yaml' && block.text === text)).toBe(true);
  });
});

/** Puts the example into the copy and its two places into the index, as the page says. */
function install(copy: string, folder: string, name: string): void {
  const example = readPage(`docs/examples/${name}.ts`).replaceAll("'../../src/", "'../../");
  writeFileSync(join(copy, folder, `${name}.ts`), example);
  const index = join(copy, folder, 'index.ts');
  const lines = blocks.find(({ words }) => words.join(' ') === `ts index ${folder}/index.ts`)!.text;
  const text = readFileSync(index, 'utf8');
  const listed = text.replace(/(createRegistry(?:<\w+>)?\('[^']+', \[)/, `$1${camel(name)}, `);
  expect(listed).not.toBe(text);
  writeFileSync(index, listed.replace(/^import \w+ from '\.\/[\w-]+\.ts';$/m, `${lines}$&`));
}

describe('a copy of the project with the four examples', () => {
  let copy = '';
  let problems: string[] = [];
  const cli = (...words: string[]) =>
    spawnSync(process.execPath, [join(copy, 'dist', 'cli', 'main.js'), ...words], {
      cwd: copy,
      encoding: 'utf8',
    });
  const rows = (file: string): Record<string, string>[] =>
    parse(readFileSync(join(copy, 'results', file)), { columns: true });

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'peerwatt-docs-'));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
    cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true });
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }\n');
    for (const [folder, name] of EXAMPLES) install(copy, folder, name);
    const options: ts.CompilerOptions = {
      ...compilerOptions(copy),
      noEmit: false,
      noUnusedLocals: true,
      rootDir: join(copy, 'src'),
      outDir: join(copy, 'dist'),
    };
    const entries = ['index.ts', 'cli/main.ts', 'experiment/worker.ts'];
    const program = ts.createProgram(
      entries.map((entry) => join(copy, 'src', entry)),
      options,
    );
    const emitted = program.emit();
    problems = [...ts.getPreEmitDiagnostics(program), ...emitted.diagnostics].map(lineOf);
  }, SLOW_MS);
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('compiles', () => {
    expect(problems).toEqual([]);
  });

  test(
    'lists them and describes them in its JSON Schema',
    () => {
      const list = cli('list').stdout;
      const schema = cli('schema').stdout;
      for (const [, name] of EXAMPLES) {
        expect(list).toContain(`  ${name} `);
        expect(schema).toContain(`"${name}"`);
      }
    },
    SLOW_MS,
  );

  test(
    'runs and verifies a scenario that names them all',
    () => {
      const scenario = join(ROOT, 'docs', 'examples', 'extended.yaml');
      const run = cli('run', scenario, '--out', join(copy, 'results'), '--quiet');
      expect([run.status, run.stderr.replace(/^\{.*\}\n/gm, '')]).toEqual([0, '']);

      // The protocol: blocks in the fixed order, none stale, every transaction final.
      const blockRows = rows('blocks.csv').slice(1);
      const nodes = rows('nodes.csv').map((row) => row.node);
      expect(blockRows.length).toBeGreaterThan(100);
      for (const { height, producer, canonical } of blockRows) {
        expect([producer, canonical]).toEqual([nodes[Number(height) % nodes.length], '1']);
      }
      const fates = new Set(rows('transactions.csv').map((row) => row.fate));
      expect([...fates]).toEqual(['final']);

      // The mechanism: whatever cleared, cleared in the middle of the collar.
      const cleared = rows('slots.csv').filter((row) => row.price_upt_per_kwh !== '');
      expect(cleared.length).toBeGreaterThan(5);
      for (const slot of cleared) {
        const high = Number(slot.retail_upt_per_kwh) - Number(slot.wheeling_upt_per_kwh);
        const middle = Math.floor((Number(slot.feed_in_upt_per_kwh) + high) / 2);
        expect(Number(slot.price_upt_per_kwh)).toBe(middle);
      }

      // The attack and the detector: each stopped meter is found, and nobody else.
      const frozen = new Set(rows('attacks.csv').map((row) => row.home));
      const alarmed = new Set(rows('alarms.csv').map((row) => row.entity));
      expect(frozen.size).toBe(2);
      expect([...alarmed].sort()).toEqual([...frozen].sort());

      const check = cli('verify', join(copy, 'results'));
      expect([check.status, check.stdout]).toEqual([
        0,
        expect.stringContaining('every file, hash, root and balance holds'),
      ]);
    },
    SLOW_MS,
  );

  test('keeps the floors: the examples import downwards only', () => {
    for (const [folder, name] of EXAMPLES) {
      const text = readFileSync(join(copy, folder, `${name}.ts`), 'utf8');
      for (const [, path] of text.matchAll(/from '([^']+)'/g)) {
        const target = join(dirname(join(folder, name)), path!);
        expect(target.startsWith('src/'), target).toBe(true);
        expect(target).not.toMatch(/^src\/(simulation|report|cli|experiment|scenario)\//);
      }
    }
  });
});

/**
 * The programs of docs/examples that use the library compile, run from the built package, and print what
 * stands beside them; `UPDATE_DOCS=1 npx vitest run test/docs/examples.test.ts` writes that anew.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, readPage } from './pages.ts';
import { compilerOptions, problemsOf } from './program.ts';

const FOLDER = 'docs/examples';
/** Examples of plug-ins import the sources instead; test/docs/extending.test.ts runs those. */
const examples = readdirSync(join(ROOT, FOLDER))
  .filter((name) => name.endsWith('.ts') && readPage(`${FOLDER}/${name}`).includes("'peerwatt'"))
  .sort();
const isBuilt = existsSync(join(ROOT, 'dist', 'index.js'));
if (!isBuilt) console.log('examples not run: no dist; node scripts/prepare.mjs builds it');
const SLOW_MS = 120_000;

describe('examples of the library', () => {
  test('are there', () => {
    expect(examples).toEqual(['compare-arms.ts', 'run-scenario.ts', 'sweep-study.ts']);
  });

  test(
    'compile against the library',
    () => {
      const paths = examples.map((name) => join(ROOT, FOLDER, name));
      expect(problemsOf(new Map(paths.map((path) => [path, readFileSync(path, 'utf8')])))).toEqual(
        [],
      );
    },
    SLOW_MS,
  );
});

describe.skipIf(!isBuilt)('examples of the library, run', () => {
  let home = '';
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'peerwatt-examples-'));
    mkdirSync(join(home, 'node_modules'));
    symlinkSync(ROOT, join(home, 'node_modules', 'peerwatt'), 'junction');
    symlinkSync(join(ROOT, 'scenarios'), join(home, 'scenarios'), 'junction');
    writeFileSync(join(home, 'package.json'), '{ "type": "module" }\n');
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  test.each(examples)(
    '%s prints what stands beside it',
    (name) => {
      const options = { ...compilerOptions(), module: ts.ModuleKind.ESNext };
      const { outputText } = ts.transpileModule(readPage(`${FOLDER}/${name}`), {
        compilerOptions: options,
      });
      const program = join(home, name.replace(/\.ts$/, '.js'));
      writeFileSync(program, outputText);
      const { stdout, stderr, status } = spawnSync(process.execPath, [program], {
        cwd: home,
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([0, '']);
      const expected = join(ROOT, FOLDER, name.replace(/\.ts$/, '.out'));
      if (process.env.UPDATE_DOCS === '1') writeFileSync(expected, stdout);
      else expect(stdout).toBe(readFileSync(expected, 'utf8'));
    },
    SLOW_MS,
  );
});

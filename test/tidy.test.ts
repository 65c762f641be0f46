/** The house keeps its own rules; each rule is also shown to catch what was planted for it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VERSION } from '../src/report/version.ts';
import { nondeterminism } from './tidy/determinism.ts';
import { FLOORS, wrongArrows } from './tidy/floors.ts';
import { ROOT, readSources, sourceOf } from './tidy/source.ts';
import {
  brandedCasts,
  dead,
  leftovers,
  tooLong,
  undeclared,
  undocumented,
  unregistered,
} from './tidy/upkeep.ts';

// Declarations of packages without types are no code: nothing imports them.
const sources = readSources('src', /(?<!\.d)\.ts$/);
const all = [
  ...sources,
  ...readSources('test', /\.(ts|mjs)$/),
  ...readSources('bench', /\.(ts|mjs)$/),
  ...readSources('scripts', /\.mjs$/),
];
const packageJson = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

describe('the code', () => {
  test('imports go down the floors only', () => {
    expect(wrongArrows(sources)).toEqual([]);
  });

  test('nothing reads a clock, an environment, a locale or a global generator', () => {
    expect(sources.flatMap(nondeterminism)).toEqual([]);
  });

  test('every export has a doc comment', () => {
    expect(sources.flatMap(undocumented)).toEqual([]);
  });

  test('every plug-in is registered and imports no other', () => {
    expect(unregistered(sources)).toEqual([]);
  });

  test('every file is reached from an entry point', () => {
    expect(dead(sources)).toEqual([]);
  });

  test('no file is too long', () => {
    expect(sources.flatMap(tooLong)).toEqual([]);
  });

  test('no work is put off, no tool silenced, no machine named', () => {
    expect(all.flatMap(leftovers)).toEqual([]);
  });

  test('only base casts to units', () => {
    expect(sources.flatMap(brandedCasts)).toEqual([]);
  });
});

describe('the package', () => {
  test('declares every package the program imports, each at one exact version', () => {
    expect(undeclared(sources, packageJson.dependencies)).toEqual([]);
    const versions = { ...packageJson.dependencies, ...packageJson.devDependencies };
    for (const [name, version] of Object.entries(versions)) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  test('has the version the program states', () => {
    expect(packageJson.version).toBe(VERSION);
  });

  test('has a changelog whose first section is what changes results', () => {
    const path = join(ROOT, 'CHANGELOG.md');
    expect(existsSync(path), 'CHANGELOG.md').toBe(true);
    const headings = readFileSync(path, 'utf8').match(/^#{2,3} .*$/gm) ?? [];
    const sections = headings.filter((heading) => !/^## (\[?\d|\[?Unreleased)/i.test(heading));
    expect(sections[0]).toMatch(/^#{2,3} Results change$/);
  });
});

describe('the rules catch what is planted', () => {
  const folders = FLOORS.flat();

  test('any arrow up or along a floor', () => {
    const pair = fc.tuple(fc.constantFrom(...folders), fc.constantFrom(...folders));
    fc.assert(
      fc.property(pair, fc.boolean(), ([from, to], dynamic) => {
        const up = '../'.repeat(from.split('/').length);
        const target = `${up}${to}/b.ts`;
        const text = dynamic ? `const x = import('${target}');` : `import { x } from '${target}';`;
        const wrong = wrongArrows([sourceOf(`src/${from}/a.ts`, text)]);
        const floor = (name: string) => FLOORS.findIndex((row) => row.includes(name));
        const blind = /^fraud\/(detectors|response)$/.test(from) && to === 'physics';
        const fine = from === to || (from === 'agents' && to === 'metering');
        const allowed = fine || (floor(to) < floor(from) && !blind);
        expect(wrong.length, `${from} -> ${to}`).toBe(allowed ? 0 : 1);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['const t = Date.now();'],
    ['const t = new Date(0);'],
    ['const t = performance.now();'],
    ['const x = Math.random();'],
    ['setTimeout(() => {}, 1);'],
    ['const home = process.env.HOME;'],
    ["import { randomBytes } from 'node:crypto'; randomBytes(8);"],
    ["import * as crypto from 'node:crypto'; crypto.randomUUID();"],
    ['const text = (5).toLocaleString();'],
    ["const order = 'a'.localeCompare('b');"],
    ['const f = new Intl.NumberFormat();'],
    ['async function f() {}'],
    ['const f = async () => {};'],
    ['const y = Math.sin(1);'],
    ['const y = Math.hypot(1, x);'],
    ['const y = x ** 3;'],
    ['const y = x ** n;'],
    ["import { readFileSync } from 'node:fs';"],
    ["import { Worker } from 'node:worker_threads';"],
  ])('%s', (text) => {
    expect(nondeterminism(sourceOf('src/kernel/a.ts', text)).length).toBeGreaterThan(0);
  });

  test.each([
    ['const y = Math.floor(1.5) * 2 ** 32 + x ** 2;'],
    ['// Date.now() in a comment'],
    ["const words = 'Math.random()';"],
    ['interface A { process: number; Date(): void }'],
    ['const a = { process: 1 }.process;'],
  ])('and leaves alone %s', (text) => {
    expect(nondeterminism(sourceOf('src/kernel/a.ts', text))).toEqual([]);
  });

  test('an export without a doc comment', () => {
    const text = '/** Header. */\nimport x from "./x.ts";\n// Not a doc.\nexport const a = 1;\n';
    expect(undocumented(sourceOf('src/base/a.ts', text))).toEqual([
      'src/base/a.ts:4: export a has no doc comment',
    ]);
    const fine = '/** A. */\nexport const a = 1;\nexport { b } from "./b.ts";\n';
    expect(undocumented(sourceOf('src/base/a.ts', fine))).toEqual([]);
  });

  test('a plug-in that is not registered, and one that imports another', () => {
    const index = sourceOf(
      'src/market/mechanisms/index.ts',
      "import a from './a.ts';\nexport const mechanisms = createRegistry('x', [a]);",
    );
    const a = sourceOf('src/market/mechanisms/a.ts', "import b from './b.ts';\nexport default b;");
    const b = sourceOf('src/market/mechanisms/b.ts', 'export default {};');
    expect(unregistered([index, a, b])).toEqual([
      'src/market/mechanisms/b.ts: is not registered in src/market/mechanisms/index.ts',
      'src/market/mechanisms/a.ts:1: a plug-in imports another, src/market/mechanisms/b.ts',
    ]);
  });

  test('a file that only a dead file imports', () => {
    const files = [
      sourceOf('src/index.ts', "export { a } from './base/a.ts';"),
      sourceOf('src/base/a.ts', ''),
      sourceOf('src/base/b.ts', "import './c.ts';"),
      sourceOf('src/base/c.ts', ''),
    ];
    expect(dead(files)).toEqual([
      'src/base/b.ts: no entry point reaches it',
      'src/base/c.ts: no entry point reaches it',
    ]);
  });

  test('leftovers, long files, casts and undeclared packages', () => {
    const plant = (text: string) => sourceOf('src/report/a.ts', text);
    expect(leftovers(plant(`// ${'TO'}DO later`))).toHaveLength(1);
    expect(leftovers(plant('// good enough for' + ' now'))).toHaveLength(1);
    expect(leftovers(plant(`// biome-${'ignore'} lint: no`))).toHaveLength(1);
    expect(leftovers(plant(`// @ts-${'ignore'}`))).toHaveLength(1);
    expect(leftovers(plant(`const a = '${['', 'work', 'main'].join('/')}';`))).toHaveLength(1);
    expect(tooLong(plant('\n'.repeat(501)))).toHaveLength(1);
    expect(brandedCasts(plant('const t = 5 as Us;'))).toHaveLength(1);
    expect(undeclared([plant("import x from 'lodash/fp';")], {})).toEqual([
      'src/report/a.ts:1: lodash is not a dependency',
    ]);
  });
});

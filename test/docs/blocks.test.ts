/** What is fenced in the docs is true: code compiles, scenarios load, commands exist, links lead somewhere. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OptionSet } from '../../src/base/options.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { FACTOR, FACTOR_PARTS } from '../../src/experiment/design/factors.ts';
import { SCHEMES } from '../../src/experiment/design/scheme.ts';
import { SOBOL_DIMENSIONS } from '../../src/experiment/design/sobol.ts';
import { loadStudyText } from '../../src/experiment/design/study-file.ts';
import { STUDY, STUDY_PARTS } from '../../src/experiment/design/study-keys.ts';
import { loadScenario, loadScenarioText } from '../../src/scenario/load.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { openCommunity } from '../../src/simulation/site.ts';
import { allBlocks, blocksOf, pagePaths, ROOT, readPage } from './pages.ts';
import { problemsOf } from './program.ts';

const blocks = allBlocks();
const title = ({ page, line }: { page: string; line: number }) => `${page}:${line}`;

describe('fenced code', () => {
  test('every ts block compiles', () => {
    const code = blocks.filter(({ words }) => words[0] === 'ts' && words[1] !== 'index');
    expect(code.length).toBeGreaterThan(0);
    // A block stands where the examples stand, so that its imports read the same.
    const texts = new Map(
      code.map((block, i) => [join(ROOT, 'docs', 'examples', `block-${i}.ts`), block.text]),
    );
    expect(problemsOf(texts)).toEqual([]);
  });

  test('and the check would notice', () => {
    const wrong = join(ROOT, 'docs', 'examples', 'wrong.ts');
    const text = "import { simulate } from 'peerwatt';\nsimulate(5);\n";
    expect(problemsOf(new Map([[wrong, text]])).join()).toMatch(/not assignable/);
  });

  test.each(
    blocks.filter(({ words }) => words.join(' ') === 'yaml scenario').map((b) => [title(b), b]),
  )('scenario %s loads in every arm', (_, { page, text }) => {
    const source = { plugins: catalogue, file: page, folder: ROOT };
    const loaded = loadScenarioText(text, source);
    for (const arm of loaded.declaredArms) expect(loaded.resolve(arm).arm).toBe(arm);
  });

  test.each(
    blocks.filter(({ words }) => words.join(' ') === 'yaml study').map((b) => [title(b), b]),
  )('study %s loads, all of its points tried', (_, { text }) => {
    // Paths of a block start at the root, as if the study stood there.
    const source = { plugins: catalogue, file: 'study.yaml', folder: ROOT };
    const { points, arms, resolve } = loadStudyText(text, source);
    expect(points.length).toBeGreaterThan(0);
    expect(resolve(arms[0]!, points[0]!).arm).toBe(arms[0]);
  });
});

describe('docs/studies.md', () => {
  const page = readPage('docs/studies.md');

  test('has every key, every key of a factor and every design', () => {
    const until = STUDY.until.group as OptionSet;
    const sets: OptionSet[] = [
      STUDY,
      STUDY.limits.group!,
      until,
      FACTOR,
      SCHEMES.sobol,
      SCHEMES.csv,
    ];
    const keys = sets.flatMap((set) => Object.keys(set));
    for (const key of [...keys, ...STUDY_PARTS, ...FACTOR_PARTS, ...Object.keys(SCHEMES)]) {
      expect(page, key).toContain(`\`${key}\``);
    }
    expect(page).toContain(`| ${STUDY.maxRuns.fallback} |`);
    expect(page).toContain(`at most ${SOBOL_DIMENSIONS} factors`);
  });

  test('has the file of points that its example reads', () => {
    const csv = blocks.find(
      (block) => block.page === 'docs/studies.md' && block.words[0] === 'csv',
    );
    expect(csv?.text).toBe(readPage('docs/examples/points.csv'));
  });
});

describe('the example with data of its own', () => {
  const folder = join(ROOT, 'docs', 'examples', 'street');

  test('is the file in docs/examples, word for word', () => {
    const text = readPage('docs/examples/street/street.yaml');
    expect(blocks.some((block) => block.page === 'README.md' && block.text === text)).toBe(true);
  });

  test('finds its series, history included', () => {
    const scenario = loadScenario(join(folder, 'street.yaml'), { plugins: catalogue }).resolve();
    const random = createRandomSource(scenario.seed);
    const { source } = openCommunity(scenario, scenario.windows[0]!, random);
    expect(source.homes.map(({ id }) => id)).toEqual(['north', 'south']);
    expect([source.slotCount, source.historySlotCount]).toEqual([168, 168]);
    expect(source.inputs.length).toBe(2);
  });
});

/** Options of each command, as the command line declares them. */
function commandOptions(): Map<string, readonly string[]> {
  return new Map(COMMANDS.map(({ usage, options }) => [usage.split(' ')[0]!, options]));
}

describe('commands', () => {
  const known = commandOptions();
  const lines = blocks
    .filter(({ words }) => words[0] === 'bash')
    .flatMap(({ text, page }) => text.split('\n').map((line) => [page, line] as const));

  test('the command line was understood', () => {
    expect(known.get('run')).toContain('seed');
    expect(known.get('compare')).toContain('replications');
  });

  test.each(lines.filter(([, line]) => /\bpeerwatt /.test(line)))('%s: %s', (_, line) => {
    const words = /\bpeerwatt (.*?)(?:\s+#.*)?$/.exec(line)![1]!.split(/\s+/);
    const options = known.get(words[0]!);
    expect(options, `command ${words[0]}`).toBeDefined();
    const used = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2));
    for (const option of used)
      expect(options, `option --${option}`).toContain(option.split('=')[0]);
    const files = words.filter((word) => /^scenarios\/.*\.yaml$/.test(word));
    for (const file of files) expect(existsSync(join(ROOT, file)), file).toBe(true);
  });

  test('every npm script named exists', () => {
    const { scripts } = JSON.parse(readPage('package.json'));
    const named = lines.flatMap(([, line]) => [...line.matchAll(/\bnpm (?:run )?([a-z]+)/g)]);
    for (const [, name] of named) expect([...Object.keys(scripts), 'ci', 'link']).toContain(name);
  });
});

describe('links', () => {
  /** Anchors of a page's headings, as the usual renderers make them. */
  const anchorsOf = (page: string) =>
    readPage(page)
      .split('\n')
      .filter((line) => /^#+ /.test(line))
      .map((line) =>
        line
          .replace(/^#+ /, '')
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-'),
      );

  test.each(pagePaths())('of %s lead to files and headings that exist', (page) => {
    const fenced = new Set(blocksOf(page).map(({ text }) => text));
    let text = readPage(page);
    for (const block of fenced) text = text.replace(block, '');
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [path, anchor] = target!.split('#');
      const file = path === '' ? page : join(dirname(page), path!);
      expect(existsSync(join(ROOT, file)), `${page}: ${target}`).toBe(true);
      if (anchor !== undefined && anchor !== '') expect(anchorsOf(file)).toContain(anchor);
    }
  });
});

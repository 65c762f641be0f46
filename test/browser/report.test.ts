/** Reports in a real browser: what people and their keyboards, eyes and readers meet. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeRows } from '../../src/report/csv.ts';
import { makeCharts, pageHtml } from '../../src/report/page/html.ts';
import { resultsOf } from '../unit/report/charts/results-of.ts';
import { chartOf, NASTY, NASTY_CHART } from '../unit/report/page/charts.ts';

const CHROMIUM = '/usr/bin/chromium';
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const missing = [CHROMIUM, MAIN].filter((path) => !existsSync(path));
if (missing.length > 0) console.log(`skipped: reports in a browser; there is no ${missing}`);

const HAMLET = `
schemaVersion: 1
name: hamlet
seed: 5
horizon: { start: 2024-06-03T00:00+08:00, days: 1, interval: 60 min, physicsStep: 60 min, history: 1 }
population: { name: synthetic, households: 6, prosumers: 3, batteries: 2 }
network: { nodes: 5, topology: { name: random-regular, degree: 2 } }
consensus: { name: dpos, turn: 120 s, delegates: 3 }
arms: { dpos: {}, pow: { consensus: { name: pow, blockInterval: 60 s, confirmations: 2 } } }
fraud:
  attacks: [{ name: under-reporting, mode: constant, alpha: 0.5, actors: 2, from: 12 h }]
  detectors: [energy-balance]
`;
const STUDY = `
schemaVersion: 1
name: hamlets
scenario: hamlet.yaml
replications: 2
factors:
  households: { path: population.households, values: [5, 6, 8] }
  wheeling: { path: grid.tariff.wheeling, values: [0.02 pt/kWh, 0.04 pt/kWh] }
`;

/** Forty rows of two columns in no order. */
const ROWS = Array.from({ length: 40 }, (_, row) => {
  const value = (row * 17) % 40;
  return [value === 3 ? NASTY[3] : `home ${value}`, value === 7 ? undefined : value, value / 3];
});

let home = '';
let browser: Browser;
const pages: Record<string, string> = {};

function peerwatt(...words: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    cwd: home,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
}

beforeAll(async () => {
  if (missing.length > 0) return;
  home = mkdtempSync(join(tmpdir(), 'peerwatt-browser-'));
  writeFileSync(join(home, 'hamlet.yaml'), HAMLET);
  writeFileSync(join(home, 'study.yaml'), STUDY);
  peerwatt('run', 'hamlet.yaml', '--out', 'run', '--quiet');
  peerwatt('compare', 'hamlet.yaml', '--replications', '2', '--out', 'comparison', '--quiet');
  peerwatt('sweep', 'study.yaml', '--out', 'sweep', '--quiet');
  for (const name of ['run', 'comparison', 'sweep']) {
    peerwatt('report', name);
    pages[name] = join(home, name, 'report.html');
  }
  const rows = chartOf({ name: 'rows', section: 'data' });
  const table = { columns: rows.create(resultsOf('run', {}))!.table.columns, rows: ROWS };
  const shown = chartOf({ name: 'rows', section: 'data', content: { table, showsTable: true } });
  const closed = chartOf({ name: 'closed', section: 'data', content: { table } });
  const results = { ...resultsOf('comparison', {}, { arms: [...NASTY] }), name: NASTY.join(' ') };
  pages['by hand'] = join(home, 'by-hand.html');
  const html = pageHtml(results, makeCharts(results, [NASTY_CHART, shown, closed]));
  writeFileSync(pages['by hand'], html);
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}, 300_000);

afterAll(async () => {
  if (missing.length > 0) return;
  await browser?.close();
  rmSync(home, { recursive: true });
});

/** Opens a page, uses it, and sees that it neither complained nor asked for anything but itself. */
async function visit(
  name: string,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const trouble: string[] = [];
  const url = pathToFileURL(pages[name]!).href;
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(message.text());
  });
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('dialog', (dialog) => trouble.push(`dialog ${dialog.message()}`));
  page.on('request', (request) => {
    const asked = request.url();
    if (asked.split('#')[0] !== url && !/^(blob|data):/.test(asked)) trouble.push(asked);
  });
  await page.goto(url);
  await use(page);
  expect(trouble).toEqual([]);
  await context.close();
}

const DESK = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true };
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Serious and critical issues of the whole page, by rule and element. */
async function issuesOf(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(axe, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; impact: string; nodes: { html: string }[] }[];
        }>;
      };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.length} like ${nodes[0]!.html.slice(0, 200)}`);
  });
}

const NAMES = ['run', 'comparison', 'sweep', 'by hand'];

describe.skipIf(missing.length > 0)('a report in a browser', { timeout: 120_000 }, () => {
  test.each(NAMES)('%s: every chart is drawn, and nothing is asked for', async (name) => {
    await visit(name, DESK, async (page) => {
      const sizes = await page.$$eval('figure svg[role=img]', (drawings) =>
        drawings.map((svg) => {
          const { width, height } = svg.getBoundingClientRect();
          return width > 100 && height > 20 && svg.querySelectorAll('*').length > 3;
        }),
      );
      expect(sizes.length).toBeGreaterThan(0);
      expect(sizes).not.toContain(false);
      await page.screenshot({ path: join(home, `${name}-desk.png`) });
    });
  });

  test.each(NAMES.flatMap((name) => [[name, 'light'] as const, [name, 'dark'] as const]))(
    '%s, %s: no serious issue of accessibility',
    async (name, colorScheme) => {
      await visit(name, { ...DESK, colorScheme }, async (page) => {
        await page.$$eval('details', (all) => {
          for (const details of all) details.open = true;
        });
        expect(await issuesOf(page)).toEqual([]);
      });
    },
  );

  test.each(NAMES)('%s: a phone scrolls down only', async (name) => {
    await visit(name, PHONE, async (page) => {
      await page.$$eval('details', (all) => {
        for (const details of all) details.open = true;
      });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      const type = await page.$$eval('.figure > svg', (drawings) =>
        drawings.map((svg) => 12 * (svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)),
      );
      expect(Math.min(...type), 'size of labels [px]').toBeGreaterThan(8);
      await page.screenshot({ path: join(home, `${name}-phone.png`) });
    });
  });

  test('the first screen of a comparison has the verdict', async () => {
    await visit('comparison', DESK, async (page) => {
      const top = await page.$eval('#answer tbody tr', (row) => row.getBoundingClientRect().bottom);
      expect(top).toBeLessThan(800);
    });
  });

  test('a table sorts and filters by keyboard', async () => {
    await visit('by hand', DESK, async (page) => {
      const column = (at: number) =>
        page.$$eval(
          '#chart-rows tbody tr',
          (rows, index) => rows.map((row) => row.children[index]!.textContent),
          at,
        );
      const head = page.locator('#chart-rows th').nth(1);
      await head.locator('button').focus();
      await page.keyboard.press('Enter');
      expect(await head.getAttribute('aria-sort')).toBe('ascending');
      const rising = ROWS.map(([, value]) => value).filter((value) => value !== undefined);
      rising.sort((a, b) => Number(a) - Number(b));
      expect(await column(1)).toEqual([...rising.map(String), '–']);
      await page.keyboard.press('Space');
      expect(await head.getAttribute('aria-sort')).toBe('descending');
      expect(await column(1)).toEqual([...rising.reverse().map(String), '–']);
      await page.keyboard.press('Enter');
      expect(await head.getAttribute('aria-sort')).toBeNull();
      expect(await column(1)).toEqual(ROWS.map(([, value]) => String(value ?? '–')));
      const first = page.locator('#chart-rows th').nth(0);
      await first.locator('button').press('Enter');
      expect((await column(0)).filter((text) => text?.startsWith('home')).slice(0, 3)).toEqual([
        'home 0',
        'home 1',
        'home 2',
      ]);

      await page.locator('#chart-rows input').focus();
      await page.keyboard.type('home 3');
      const found = ROWS.filter((row) => row.join(' ').includes('home') && /3/.test(row.join(' ')));
      const count = await page.locator('#chart-rows output').textContent();
      expect(count).toBe(`${(await column(0)).length} of 40 rows`);
      expect((await column(0)).length).toBe(found.length);
      await page.keyboard.press('Escape');
    });
  });

  test('a closed table fills when it is opened by keyboard', async () => {
    await visit('by hand', DESK, async (page) => {
      expect(await page.locator('#chart-closed tbody tr').count()).toBe(0);
      await page.locator('#chart-closed summary').press('Enter');
      await page.locator('#chart-closed tbody tr').first().waitFor();
      expect(await page.locator('#chart-closed tbody tr').count()).toBe(40);
    });
  });

  test('the CSV button saves the rows as the program would write them', async () => {
    await visit('by hand', { ...DESK, acceptDownloads: true }, async (page) => {
      const download = page.waitForEvent('download');
      await page.locator('[data-csv=rows]').press('Enter');
      const file = await download;
      expect(file.suggestedFilename()).toBe('rows.csv');
      const text = readFileSync(await file.path(), 'utf8');
      expect(text).toBe(encodeRows(['name', 'count', 'energy'], ROWS));
    });
  });

  test('the colours follow the system until the button says otherwise', async () => {
    const ground = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await visit('by hand', { ...DESK, colorScheme: 'dark' }, async (page) => {
      expect(await ground(page)).toBe('rgb(21, 25, 30)');
      await page.locator('#theme').press('Enter');
      expect(await ground(page)).toBe('rgb(255, 255, 255)');
      expect(await page.locator('#theme').textContent()).toBe('Dark');
      await page.locator('#theme').press('Enter');
      expect(await ground(page)).toBe('rgb(21, 25, 30)');
    });
  });

  test('an injected script would not run', async () => {
    const html = readFileSync(pages['by hand']!, 'utf8');
    const attack = '<script>document.title = "run"</script><img src=x onerror="document.title=1">';
    const file = join(home, 'injected', 'by-hand.html');
    mkdirSync(join(home, 'injected'));
    writeFileSync(file, html.replace('<main', `${attack}<main`));
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    expect(await page.title()).toContain('Peerwatt');
    await page.close();
  });

  test('on paper figures are whole and controls are gone', async () => {
    await visit('comparison', { ...DESK, colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      await page.setViewportSize({ width: 700, height: 1000 });
      for (const hidden of ['nav', '#theme', '[data-csv]', 'summary']) {
        expect(await page.locator(hidden).first().isVisible(), hidden).toBe(false);
      }
      const cut = await page.$$eval('.figure', (boxes) =>
        boxes.filter((box) => box.scrollWidth > box.clientWidth + 24).map((box) => box.outerHTML),
      );
      expect(cut.map((html) => html.slice(0, 120))).toEqual([]);
      const colour = await page.evaluate('getComputedStyle(document.body).color');
      expect(colour).toBe('rgb(27, 31, 36)');
    });
  });
});

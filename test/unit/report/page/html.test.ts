import { createHash } from 'node:crypto';
import { lineY } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { ChartPlugin } from '../../../../src/report/page/chart.ts';
import { makeCharts, pageHtml } from '../../../../src/report/page/html.ts';
import { resultsOf } from '../charts/results-of.ts';
import { chartOf, NASTY, NASTY_CHART } from './charts.ts';

const results = { ...resultsOf('comparison', {}, { arms: [...NASTY] }), name: NASTY.join(' ') };
const pageOf = (...charts: ChartPlugin[]) => pageHtml(results, makeCharts(results, charts));
const parsed = (html: string) => parseHTML(html).document;

describe('the page of a result', () => {
  const html = pageOf(NASTY_CHART, chartOf({ section: 'data', name: 'rows' }));
  const document = parsed(html);

  test('has sections in their order, each chart with heading, caption, CSV and table', () => {
    const sections = [...document.querySelectorAll('main > section')].map(({ id }) => id);
    expect(sections).toEqual(['answer', 'data']);
    expect([...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href'))).toEqual([
      '#answer',
      '#data',
    ]);
    for (const name of ['nasty', 'rows']) {
      const chart = document.querySelector(`#chart-${name}`)!;
      for (const part of ['h3', '.caption', `[data-csv=${name}]`, `[data-table=${name}] table`]) {
        expect(chart.querySelector(part), `${name} ${part}`).not.toBeNull();
      }
    }
    expect(document.querySelector('#chart-rows details')).not.toBeNull();
    expect(document.querySelector('#chart-nasty details')).toBeNull();
    expect(document.querySelectorAll('#chart-nasty figure svg[role=img]')).toHaveLength(2);
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('lines of an answer stand above the caption, escaped', () => {
    const points = [{ lead: 'Speed', text: '<b>pow</b> is "fast"' }];
    const page = parsed(pageOf(chartOf({ content: { points } })));
    const list = page.querySelector('#chart-by-hand .text ul.points')!;
    expect(list.nextElementSibling!.className).toBe('caption');
    const [line] = list.querySelectorAll('li');
    expect(line!.textContent).toBe('Speed: <b>pow</b> is "fast"');
    expect(line!.querySelectorAll('*')).toHaveLength(1);
    expect(parsed(pageOf(chartOf({}))).querySelector('ul.points')).toBeNull();
  });

  test('holds nothing of a name but its letters', () => {
    const allowed = new Set(['', 'application/json']);
    const scripts = [...document.querySelectorAll('script')];
    expect(scripts.filter((script) => !script.hasAttribute('type'))).toHaveLength(1);
    for (const script of scripts) expect(allowed).toContain(script.getAttribute('type') ?? '');
    expect(document.querySelectorAll('img, iframe, object, embed, foreignObject')).toHaveLength(0);
    for (const element of document.querySelectorAll('*')) {
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on|^style$|^src$/);
    }
    expect(document.querySelector('h1')!.textContent).toContain(NASTY[0]);
    expect(document.querySelector('#chart-nasty .caption')!.textContent).toContain(NASTY[2]);
    expect(html).not.toMatch(/<script>alert|<img|onmouseover="/);
  });

  test('names nothing that a browser would load', () => {
    const withoutNames = html.replaceAll('http://example.org', '');
    expect(withoutNames).not.toMatch(/https?:|\/\/[a-z]|url\((?!#)|@import|<link (?!rel="icon")/);
  });

  test('lets only its own style and script run', () => {
    const policy = document.querySelector('meta[http-equiv=Content-Security-Policy]')!;
    const content = policy.getAttribute('content')!;
    const hash = (tag: string) => {
      const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(html)![1]!;
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    expect(content.split('; ')).toEqual([
      "default-src 'none'",
      `style-src ${hash('style')}`,
      `script-src ${hash('script')}`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  test('is the same every time', () => {
    expect(pageOf(NASTY_CHART, chartOf({ section: 'data', name: 'rows' }))).toBe(html);
  });

  test('a legend shows dash and symbol of a series, or the ends of a scale', () => {
    const [lines, ramp] = [...document.querySelectorAll('#chart-nasty figure .legend')];
    expect(lines!.querySelectorAll('span')).toHaveLength(NASTY.length);
    expect(lines!.querySelector('path')!.getAttribute('stroke-dasharray')).toBe('6 3');
    const symbols = [...lines!.querySelectorAll('path[transform]')].map((p) => p.getAttribute('d'));
    expect(new Set(symbols).size).toBe(NASTY.length);
    expect(ramp!.textContent).toMatch(/^share \[%\]0.*12$/);
    expect(ramp!.querySelectorAll('rect')).toHaveLength(24);
  });
});

describe('charts of a page', () => {
  test('those of another kind, and those without their tables, are left out', () => {
    const none = chartOf({ name: 'none', create: () => undefined });
    const other = chartOf({ name: 'other', kinds: ['run'] });
    expect(makeCharts(results, [none, other])).toEqual([]);
    expect(pageOf(none)).toContain('no table that a chart could show');
  });

  test('a chart that throws is not swallowed', () => {
    const broken = chartOf({
      create() {
        throw new TypeError('a bug');
      },
    });
    expect(() => pageOf(broken)).toThrow('a bug');
  });

  test('names are unique', () => {
    expect(() => pageOf(chartOf({}), chartOf({}))).toThrow(
      'expected unique names, got by-hand twice',
    );
  });

  test('a figure with a link or a title of its own is refused', () => {
    const marks = [lineY([1, 2], { href: () => 'javascript:alert(1)' })];
    const figure = { label: '', description: 'd', plot: { marks } };
    expect(() => pageOf(chartOf({ content: { figures: [figure] } }))).toThrow(/expected/);
    const titled = { ...figure, plot: { title: 'T', marks: [] } };
    expect(() => pageOf(chartOf({ content: { figures: [titled] } }))).toThrow(
      'no title of its own',
    );
  });
});

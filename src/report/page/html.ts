/**
 * A result as one HTML file: figures, captions, tables and their data, with its own style and script and
 * nothing else. Its policy lets only these two run, by their hashes, so that even a name that slipped through
 * could not load or run anything.
 */
import { createHash } from 'node:crypto';
import type { ChartContent, ChartPlugin, ChartPoint, ChartSection } from './chart.ts';
import { CHART_SECTIONS } from './chart.ts';
import { type DrawnFigure, drawParts, FIGURE_SIZE } from './draw.ts';
import { escapeText } from './escape.ts';
import { legendHtml } from './legend.ts';
import type { ResultKind, Results } from './results.ts';
import { PAGE_SCRIPT } from './script.ts';
import { PAGE_STYLE } from './style.ts';
import { dataHtml, tableHtml } from './table.ts';

/** Width of figures that stand two in a row [px]. */
const HALF_WIDTH = 520;
/** Widest figure that stands beside its caption [px]. */
const NARROW_WIDTH = 660;

/** Headings of sections. */
export const SECTION_TITLES: Readonly<Record<ChartSection, string>> = Object.freeze({
  answer: 'Answer',
  chain: 'Chain',
  market: 'Energy and market',
  grid: 'Grid',
  fraud: 'Fraud',
  points: 'Points and certificates',
  sensitivity: 'Sensitivity',
  data: 'Data and parameters',
});

/** Widths by which a phone scrolls a figure rather than shrink its labels below 9 px, with their class. */
const FIGURE_CLASSES: readonly (readonly [number, string])[] = [
  [440, ' small'],
  [540, ' half'],
  [700, ''],
  [Number.POSITIVE_INFINITY, ' large'],
];

const KINDS: Readonly<Record<ResultKind, string>> = {
  run: 'One run',
  comparison: 'Comparison',
  sweep: 'Sweep',
};

/** A chart and what it made of a result. */
export interface MadeChart {
  readonly chart: ChartPlugin;
  readonly content: ChartContent;
}

/**
 * Makes every chart that a result has the tables for.
 *
 * @param charts - In page order within their sections.
 * @returns In page order. A chart that throws is a bug and is not caught.
 * @throws {RangeError} when two charts of this kind of result have one name.
 */
export function makeCharts(results: Results, charts: readonly ChartPlugin[]): MadeChart[] {
  const names = new Set<string>();
  const own = charts.filter(({ kinds }) => kinds.includes(results.kind));
  for (const { name } of own) {
    if (names.has(name)) throw new RangeError(`"charts" expected unique names, got ${name} twice`);
    names.add(name);
  }
  return CHART_SECTIONS.flatMap((section) =>
    own
      .filter((chart) => chart.section === section)
      .flatMap((chart) => {
        const content = chart.create(results);
        return content === undefined ? [] : [{ chart, content }];
      }),
  );
}

/**
 * The page of a result.
 *
 * @param made - Its charts, see {@link makeCharts}.
 * @returns One HTML file; the same bytes for the same result.
 */
export function pageHtml(results: Results, made: readonly MadeChart[]): string {
  const sections = CHART_SECTIONS.filter((section) =>
    made.some(({ chart }) => chart.section === section),
  );
  const title = escapeText(results.name);
  const links = sections.map(
    (section) => `<li><a href="#${section}">${SECTION_TITLES[section]}</a></li>`,
  );
  const content = sections.map((section) =>
    sectionHtml(
      section,
      made.filter(({ chart }) => chart.section === section),
    ),
  );
  const none = '<p class="wide">This result has no table that a chart could show.</p>';
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    `<meta http-equiv="Content-Security-Policy" content="${pagePolicy()}">\n`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    `<meta name="generator" content="Peerwatt ${escapeText(results.version)}">\n`,
    `<title>${title} · Peerwatt</title>\n<link rel="icon" href="data:,">\n`,
    `<style>${PAGE_STYLE}</style>\n</head>\n<body>\n`,
    '<a class="skip" href="#main">Skip to the charts</a>\n',
    `<header><div class="wide"><div><h1><bdi>${title}</bdi></h1>`,
    `<p class="facts">${factsOf(results).map(escapeText).join(' · ')}</p></div>`,
    '<button type="button" class="plain" id="theme" data-needs-script hidden>Dark</button>',
    '</div></header>\n',
    `<nav aria-label="Sections"><ul class="wide">${links.join('')}</ul></nav>\n`,
    `<main id="main">\n${content.length === 0 ? none : content.join('')}</main>\n`,
    '<footer><p class="wide">Every figure is drawn from the rows that its CSV button saves; they come ',
    `from the tables of this result. Peerwatt ${escapeText(results.version)}.</p></footer>\n`,
    `<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`,
  ].join('');
}

/** Policy of a page: nothing loads, and only its own style and script are used. */
export function pagePolicy(): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `style-src ${hash(PAGE_STYLE)}`,
    `script-src ${hash(PAGE_SCRIPT)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** What was run, in a few words each. */
function factsOf(results: Results): string[] {
  const { kind, arms, factors, runs, version, manifest } = results;
  const unique = <T>(values: readonly T[]) => [...new Set(values)];
  const seeds = unique(runs.map(({ seed }) => seed)).sort((a, b) => a - b);
  const windows = unique(runs.map(({ window }) => window).filter((window) => window !== ''));
  const node = manifest.nodeMajor;
  return [
    KINDS[kind],
    `${arms.length === 1 ? 'arm' : 'arms'} ${arms.join(', ')}`,
    ...(factors.length === 0 ? [] : [`factors ${factors.map(({ name }) => name).join(', ')}`]),
    ...(kind === 'run' ? [] : [`${runs.length} runs`]),
    seedWords(seeds),
    ...(windows.length > 1 ? [`${windows.length} windows`] : []),
    `Peerwatt ${version}${typeof node === 'number' ? `, Node ${node}` : ''}`,
  ];
}

function seedWords(seeds: readonly number[]): string {
  const [first, last] = [seeds[0], seeds.at(-1)];
  if (first === undefined || last === undefined) return 'no seed';
  if (seeds.length === 1) return `seed ${first}`;
  const isRange = last - first === seeds.length - 1;
  if (isRange) return `seeds ${first} to ${last}`;
  return seeds.length <= 6 ? `seeds ${seeds.join(', ')}` : `${seeds.length} seeds`;
}

function sectionHtml(section: ChartSection, made: readonly MadeChart[]): string {
  const heading = `<h2 id="${section}-title">${SECTION_TITLES[section]}</h2>`;
  const charts = made.map(chartHtml).join('');
  const about = `id="${section}" aria-labelledby="${section}-title"`;
  return `<section ${about}><div class="wide">${heading}${charts}</div></section>\n`;
}

function chartHtml({ chart, content }: MadeChart): string {
  const { name, title, source } = chart;
  const { figures, table, caption, points = [], showsTable = false } = content;
  const save = `<button type="button" class="plain" data-csv="${name}" data-needs-script hidden>`;
  const cited = source === '' ? '' : `<p class="source">${escapeText(source)}</p>`;
  const text = [
    `<div class="text"><div class="head"><h3 id="${name}-title">${escapeText(title)}</h3>`,
    `${save}CSV<span class="skip"> of ${escapeText(title)}</span></button></div>`,
    `${pointsHtml(points)}<p class="caption">${escapeText(caption)}</p>${cited}</div>`,
  ].join('');
  const several = figures.length > 1;
  const width = several ? HALF_WIDTH : FIGURE_SIZE.width;
  const drawn = figures.map((figure, index) =>
    drawParts(figure, { prefix: `${name}-${index + 1}`, width }),
  );
  const pictures = drawn.map((parts, index) => figureHtml(parts, figures[index]!.label, title));
  const grid = `<div class="figures${several ? ' several' : ''}">${pictures.join('')}</div>`;
  const rows = tableHtml(name, title, content);
  const count = `${table.rows.length} ${table.rows.length === 1 ? 'row' : 'rows'}`;
  const shown = showsTable ? rows : `<details><summary>Table, ${count}</summary>${rows}</details>`;
  // A figure that leaves room for words beside it has them there.
  const isNarrow = drawn.length === 1 && drawn[0]!.width <= NARROW_WIDTH;
  const kind = [
    isNarrow ? ' one' : '',
    drawn.length === 0 ? ' none' : '',
    showsTable ? ' rowsy' : '',
  ].join('');
  return [
    `<article class="chart${kind}" id="chart-${name}" aria-labelledby="${name}-title">`,
    `${text}${drawn.length === 0 ? '' : grid}<div class="rows">${shown}</div>${dataHtml(name, content)}</article>\n`,
  ].join('');
}

/** The lines of an answer. */
function pointsHtml(points: readonly ChartPoint[]): string {
  if (points.length === 0) return '';
  const lines = points.map(({ lead, text }) => {
    return `<li><b>${escapeText(lead)}:</b> ${escapeText(text)}</li>`;
  });
  return `<ul class="points">${lines.join('')}</ul>`;
}

/** A drawn figure: its label, its legends, and the drawing in a box that scrolls where it must. */
function figureHtml({ svg, legends, width }: DrawnFigure, label: string, title: string): string {
  const caption = label === '' ? '' : `<figcaption>${escapeText(label)}</figcaption>`;
  const about = `role="group" aria-label="${escapeText(label === '' ? title : label)}"`;
  const [, size] = FIGURE_CLASSES.find(([most]) => width <= most)!;
  const box = `<div class="figure${size}" ${about}>${svg}</div>`;
  return `<figure>${caption}${legendHtml(legends)}${box}</figure>`;
}

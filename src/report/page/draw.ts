/** Draws figures with Observable Plot on a document that needs no browser. */
import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { ChartFigure } from './chart.ts';
import { type DrawnScale, type Legend, legendHtml, legendsOf } from './legend.ts';
import { type DrawnNode, svgMarkup } from './markup.ts';
import { PAGE_COLOURS, SERIES_COLOURS } from './theme.ts';

/** Width and height of a figure that does not choose its own [px]. */
export const FIGURE_SIZE = { width: 640, height: 320 } as const;

/** A figure in parts. */
export interface DrawnFigure {
  /** Markup of one `<svg>`; colours are CSS variables of the page. */
  readonly svg: string;
  readonly legends: readonly Legend[];
  /** Size of the drawing [px]. */
  readonly width: number;
  readonly height: number;
}

/** What a page decides about a figure. */
export interface DrawOptions {
  /** Begins every id of the drawing; unique within a page. Default `figure`. */
  readonly prefix?: string;
  /** Width of a figure that does not choose its own [px]. */
  readonly width?: number;
}

/**
 * Draws a figure in parts.
 *
 * @throws {RangeError} when it has a title, subtitle or caption of its own, which are the page's.
 */
export function drawParts(figure: ChartFigure, options: DrawOptions = {}): DrawnFigure {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const asked = figure.plot;
  for (const key of ['title', 'subtitle', 'caption', 'style'] as const) {
    if (asked[key] != null) throw new RangeError(`"figure" expected no ${key} of its own, got one`);
  }
  const drawn = plot({
    ...FIGURE_SIZE,
    ...(options.width === undefined ? {} : { width: options.width }),
    ...roomForLabel(asked),
    ...asked,
    ...withoutLegends(asked),
    document,
  });
  const svg = drawn as unknown as DrawnNode;
  const number = (name: string) => Number(drawn.getAttribute(name));
  const [width, height] = [number('width'), number('height')];
  const about = {
    role: 'img',
    'aria-label': asked.ariaLabel ?? figure.description,
    viewBox: `0 0 ${width} ${height}`,
    'font-size': '12',
    'font-family': 'system-ui, sans-serif',
  };
  const scaleOf = (name: 'color' | 'symbol') => drawn.scale(name) as DrawnScale | undefined;
  return {
    svg: svgMarkup(svg, about, options.prefix ?? 'figure'),
    legends: legendsOf(asked, scaleOf, svg),
    width,
    height,
  };
}

/** Plot's own margins fit type of 10 px; with the page's 12 px labels would touch the ticks. */
function roomForLabel({ margin, x, y, fx }: PlotOptions): PlotOptions {
  if (margin !== undefined) return {};
  const isBelow = x?.axis === undefined || x.axis === 'bottom' || x.axis === true;
  const isAbove = y?.axis === undefined && typeof y?.label === 'string' && fx === undefined;
  return {
    ...(isBelow && x?.label !== null ? { marginBottom: 42 } : {}),
    ...(isAbove ? { marginTop: 28 } : {}),
  };
}

/** The options with which Plot draws no legend itself. */
function withoutLegends({ color, symbol }: PlotOptions): PlotOptions {
  return {
    ...(color === undefined ? {} : { color: { ...color, legend: false } }),
    ...(symbol === undefined ? {} : { symbol: { ...symbol, legend: false } }),
  };
}

/**
 * Draws a figure.
 *
 * @returns Markup of its legends and of one `<svg>`. Text of the result is escaped; colours are CSS
 *   variables of the page.
 */
export function drawFigure(figure: ChartFigure, options: DrawOptions = {}): string {
  const { legends, svg } = drawParts(figure, options);
  return `${legendHtml(legends)}${svg}`;
}

/** The same markup with the light values of all colours, for a file that stands alone. */
export function withLightColours(markup: string): string {
  const [ink, ground] = ['--ink', '--ground'].map(
    (name) => PAGE_COLOURS.find((colour) => colour.name === name)!.light,
  );
  return [...SERIES_COLOURS, ...PAGE_COLOURS]
    .reduce((text, { name, light }) => text.replaceAll(`var(${name})`, light), markup)
    .replaceAll('var(--plot-background)', ground!)
    .replaceAll(`="currentColor"`, `="${ink}"`);
}

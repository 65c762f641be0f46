/** Draws figures with Observable Plot on a document that needs no browser. */
import { plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { ChartFigure } from './chart.ts';
import { PAGE_COLOURS, SERIES_COLOURS } from './theme.ts';

/** Width and height of a figure that does not choose its own [px]. */
export const FIGURE_SIZE = { width: 640, height: 320 } as const;

const STYLE = 'font: 12px system-ui, sans-serif; background: none; overflow: visible;';

/**
 * Draws a figure.
 *
 * @returns Markup of one `<svg>`, or of a `<figure>` with a legend and it. Text of the result is escaped by
 *   the document; colours are CSS variables of the page.
 */
export function drawFigure({ plot: options, description }: ChartFigure): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const drawn = plot({
    ...FIGURE_SIZE,
    ...options,
    document,
    ariaLabel: options.ariaLabel ?? description,
  });
  for (const svg of [drawn, ...drawn.querySelectorAll('svg')]) {
    if (svg.tagName.toLowerCase() === 'svg') svg.setAttribute('style', STYLE);
  }
  return drawn.outerHTML;
}

/** The same markup with the light values of all colours, for a file that stands alone. */
export function withLightColours(markup: string): string {
  return [...SERIES_COLOURS, ...PAGE_COLOURS].reduce(
    (text, { name, light }) => text.replaceAll(`var(${name})`, light),
    markup,
  );
}

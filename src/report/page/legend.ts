/**
 * Legends of figures as plain values, and as markup for a page. Plot's own legends are HTML with inline
 * styles or need a canvas; a page with a strict policy and a file that stands alone can use neither. A
 * series' sign shows the dash and the symbol that the drawing itself gave it, not the colour alone.
 */
import type { PlotOptions, Scale } from '@observablehq/plot';
import { escapeText } from './escape.ts';
import type { DrawnNode } from './markup.ts';

/** How a series looks in its drawing. */
export interface LegendSign {
  readonly colour: string;
  /** Dash of its line, empty where solid; undefined where it is drawn without a line. */
  readonly dash: string | undefined;
  /** Path of its symbol about the origin, and whether only its outline is drawn. */
  readonly symbol: { readonly path: string; readonly isHollow: boolean } | undefined;
}

/** Legend of one scale. */
export type Legend =
  | {
      readonly kind: 'signs';
      readonly label: string;
      readonly entries: readonly (LegendSign & { readonly text: string })[];
    }
  | {
      readonly kind: 'ramp';
      readonly label: string;
      /** Colours from the lowest to the highest value, equally spaced. */
      readonly colours: readonly string[];
      /** Words at the left end, in the middle (may be empty) and at the right end. */
      readonly ticks: readonly [string, string, string];
    };

/** Size of a sign with a line [px]; without one it is as wide as high. */
const SIGN_SIZE = { width: 26, height: 12 } as const;
/** Size of a ramp [px]. */
export const RAMP_SIZE = { width: 180, height: 10 } as const;
const RAMP_STEPS = 24;
const CIRCLE = 'M4,0A4,4,0,1,1,-4,0A4,4,0,1,1,4,0';

/** A scale as read back from a drawn plot. */
export type DrawnScale = Pick<Scale, 'type'> & {
  readonly domain?: Iterable<unknown>;
  readonly range?: Iterable<unknown>;
  readonly label?: string;
  readonly pivot?: unknown;
  readonly interpolate?: unknown;
};

/**
 * Legends that a figure asks for.
 *
 * @param options - Options of the plot: `legend` of its colour or symbol scale asks for one.
 * @param scaleOf - Scales of the drawn plot.
 * @param drawing - What was drawn, for dashes and symbols.
 */
export function legendsOf(
  options: PlotOptions,
  scaleOf: (name: 'color' | 'symbol') => DrawnScale | undefined,
  drawing: DrawnNode,
): Legend[] {
  const legends: Legend[] = [];
  const colour = scaleOf('color');
  if (options.color?.legend && colour !== undefined) {
    legends.push(colourLegend(colour, options.color, drawing));
  }
  const symbol = scaleOf('symbol');
  if (options.symbol?.legend && symbol !== undefined && !sameDomain(colour, symbol, legends)) {
    legends.push(symbolLegend(symbol, options.symbol, drawing));
  }
  return legends;
}

/** What is said of a scale where it is used. */
type AskedScale = NonNullable<PlotOptions['color'] | PlotOptions['symbol']>;

function labelOf(scale: DrawnScale, asked: AskedScale): string {
  const label = asked.label === undefined ? scale.label : asked.label;
  return typeof label === 'string' ? label : '';
}

/** Whether the colours' legend already names what the symbols stand for. */
function sameDomain(
  colour: DrawnScale | undefined,
  symbol: DrawnScale,
  legends: readonly Legend[],
): boolean {
  if (colour === undefined || legends[0]?.kind !== 'signs') return false;
  return String([...(colour.domain ?? [])]) === String([...(symbol.domain ?? [])]);
}

function colourLegend(scale: DrawnScale, asked: AskedScale, drawing: DrawnNode): Legend {
  const domain = [...(scale.domain ?? [])];
  const label = labelOf(scale, asked);
  const tickFormat: unknown = asked.tickFormat;
  const words = (value: unknown, index: number) =>
    typeof tickFormat === 'function' ? String(tickFormat(value, index)) : wordOf(value);
  if (typeof scale.interpolate === 'function') {
    const interpolate = scale.interpolate as (at: number) => string;
    const at = (step: number) => interpolate(step / (RAMP_STEPS - 1));
    const middle = scale.pivot === undefined ? '' : words(scale.pivot, 1);
    return {
      kind: 'ramp',
      label,
      colours: Array.from({ length: RAMP_STEPS }, (_, step) => at(step)),
      ticks: [words(domain[0], 0), middle, words(domain.at(-1), 2)],
    };
  }
  const range = [...(scale.range ?? [])].map(String);
  const texts = scale.type === 'threshold' ? intervals(domain.map(words)) : domain.map(words);
  const entries = texts.map((text, index) => {
    return { text, ...signOf(range[index % range.length] ?? 'currentColor', drawing) };
  });
  return { kind: 'signs', label, entries };
}

/** `a, b` as `below a`, `a to b`, `b or more`. */
function intervals(bounds: readonly string[]): string[] {
  const inner = bounds.slice(1).map((bound, index) => `${bounds[index]} to ${bound}`);
  return [`below ${bounds[0]}`, ...inner, `${bounds.at(-1)} or more`];
}

function symbolLegend(scale: DrawnScale, asked: AskedScale, drawing: DrawnNode): Legend {
  const found: string[] = [];
  visit(drawing, {}, (name, own) => {
    const path = own.d;
    if (name === 'path' && own.in === 'dot' && path !== undefined && !found.includes(path)) {
      found.push(path);
    }
  });
  const entries = [...(scale.domain ?? [])].map((value, index) => {
    const symbol = { path: found[index] ?? CIRCLE, isHollow: true };
    return { text: wordOf(value), colour: 'currentColor', dash: undefined, symbol };
  });
  return { kind: 'signs', label: labelOf(scale, asked), entries };
}

/** Numbers with at most four digits, as an axis would have them. */
function wordOf(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}

/** Dash and symbol with which a colour is drawn. */
function signOf(colour: string, drawing: DrawnNode): LegendSign {
  let dash: string | undefined;
  let symbol: LegendSign['symbol'];
  visit(drawing, {}, (name, own) => {
    const isStroked = own.stroke === colour;
    const isFilled = own.fill === colour;
    if (own.in === 'line' && name === 'path' && isStroked) dash ??= own['stroke-dasharray'] ?? '';
    if (own.in !== 'dot' || !(isStroked || isFilled)) return;
    if (name === 'path' || name === 'circle') {
      symbol ??= { path: name === 'path' ? (own.d ?? CIRCLE) : CIRCLE, isHollow: !isFilled };
    }
  });
  return { colour, dash, symbol };
}

/** Calls back for every element with the attributes it has or inherits; `in` is the mark it is part of. */
function visit(
  node: DrawnNode,
  inherited: Readonly<Record<string, string>>,
  call: (name: string, attributes: Readonly<Record<string, string>>) => void,
): void {
  const own: Record<string, string> = { ...inherited };
  for (const { name, value } of Array.from(node.attributes ?? [])) {
    own[name === 'aria-label' ? 'in' : name] = value;
  }
  call(node.localName ?? '', own);
  for (const child of Array.from(node.childNodes)) {
    if (child.nodeType === 1) visit(child, own, call);
  }
}

/** Size of a sign [px]. */
export function signSize({ dash }: LegendSign): { width: number; height: number } {
  return dash === undefined ? { ...SIGN_SIZE, width: SIGN_SIZE.height } : SIGN_SIZE;
}

/** Shapes of a sign within its size. */
export function signShapes(sign: LegendSign): string {
  const { colour, dash, symbol } = sign;
  const { width, height } = signSize(sign);
  const paint = escapeText(colour);
  const shapes: string[] = [];
  if (dash !== undefined) {
    const dashes = dash === '' ? '' : ` stroke-dasharray="${escapeText(dash)}"`;
    const line = `d="M0,${height / 2}H${width}" fill="none" stroke="${paint}" stroke-width="2"`;
    shapes.push(`<path ${line}${dashes}/>`);
  }
  if (symbol !== undefined) {
    const look = symbol.isHollow
      ? `fill="none" stroke="${paint}" stroke-width="1.5"`
      : `fill="${paint}"`;
    const place = `transform="translate(${width / 2},${height / 2})"`;
    shapes.push(`<path d="${escapeText(symbol.path)}" ${place} ${look}/>`);
  }
  if (shapes.length === 0) {
    shapes.push(`<rect width="${width}" height="${height}" fill="${paint}"/>`);
  }
  return shapes.join('');
}

/** Shapes of a ramp within {@link RAMP_SIZE}. */
export function rampShapes(colours: readonly string[]): string {
  const step = RAMP_SIZE.width / colours.length;
  return colours
    .map((colour, index) => {
      // Half a pixel of overlap hides seams between neighbours.
      const place = `x="${index * step}" width="${step + 0.5}" height="${RAMP_SIZE.height}"`;
      return `<rect ${place} fill="${escapeText(colour)}"/>`;
    })
    .join('');
}

/** Legends as HTML that wraps where it must. */
export function legendHtml(legends: readonly Legend[]): string {
  return legends
    .map((legend) => {
      const label = legend.label === '' ? '' : `<b>${escapeText(legend.label)}</b>`;
      if (legend.kind === 'ramp') {
        const svg = inlineSvg(RAMP_SIZE, rampShapes(legend.colours));
        const [low, middle, high] = legend.ticks.map(escapeText);
        const ends = `<span>${low}</span>${svg}<span>${high}</span>`;
        return `<div class="legend">${label}<span class="ramp">${ends}</span>${
          middle === '' ? '' : `<span>middle ${middle}</span>`
        }</div>`;
      }
      const entries = legend.entries.map((entry) => {
        return `<span>${inlineSvg(signSize(entry), signShapes(entry))}${escapeText(entry.text)}</span>`;
      });
      return `<div class="legend">${label}${entries.join('')}</div>`;
    })
    .join('');
}

function inlineSvg(size: { width: number; height: number }, shapes: string): string {
  const { width, height } = size;
  const box = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg aria-hidden="true" ${box}>${shapes}</svg>`;
}

/**
 * Markup of a drawn figure. What a drawing library leaves on its elements is not what a page wants: only
 * known elements and attributes pass, coordinates are rounded to what a screen can show, ids become the
 * page's own, and text is escaped here and nowhere else.
 */
import { escapeText } from './escape.ts';

/** An element or a piece of text of a drawing, as the document of the build side gives it. */
export interface DrawnNode {
  readonly nodeType: number;
  readonly localName?: string;
  readonly nodeValue?: string | null;
  readonly childNodes: ArrayLike<DrawnNode>;
  readonly attributes?: ArrayLike<{ readonly name: string; readonly value: string }>;
}

const ELEMENT = 1;
const TEXT = 3;
const ELEMENTS: readonly string[] = [
  'svg',
  'g',
  'path',
  'line',
  'polyline',
  'polygon',
  'rect',
  'circle',
  'ellipse',
  'text',
  'tspan',
  'title',
  'defs',
  'clipPath',
  'marker',
  'pattern',
  'linearGradient',
  'stop',
];
/** Inline styles and classes would need exceptions of the page's policy; labels stand on the root. */
const DROPPED = /^(style|class|role|aria-.*)$/;
const REFUSED = /^(on.*|href|xlink:href|src)$/i;
const GEOMETRY = /^(d|points|transform|x|y|x1|y1|x2|y2|cx|cy|r|rx|ry|dx|dy|width|height)$/;
const LONG_NUMBER = /-?\d*\.\d{3,}(e[-+]?\d+)?/gi;
const REFERENCE = /url\(#([^)]+)\)/g;

/** A number with at most two decimals, without zeros at its end. */
function shortNumber(text: string): string {
  const rounded = Math.round(Number(text) * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

/**
 * Writes an SVG drawing as text that is both HTML and XML.
 *
 * @param root - The `<svg>`.
 * @param about - Attributes of the root that replace those of the same name.
 * @param prefix - Begins every id; unique within a page.
 * @throws {RangeError} when it holds an element or attribute that could load or run something.
 */
export function svgMarkup(
  root: DrawnNode,
  about: Readonly<Record<string, string>>,
  prefix: string,
): string {
  const ids = new Map<string, string>();
  const idOf = (id: string) => {
    const own = ids.get(id) ?? `${prefix}-${ids.size + 1}`;
    ids.set(id, own);
    return own;
  };
  const attribute = (name: string, value: string) => {
    if (REFUSED.test(name)) throw new RangeError(`"figure" expected no ${name} in it, got one`);
    if (DROPPED.test(name)) return '';
    if (name === 'id') return ` id="${idOf(value)}"`;
    const text = GEOMETRY.test(name)
      ? value.replace(LONG_NUMBER, shortNumber)
      : value.replace(REFERENCE, (_, id: string) => `url(#${idOf(id)})`);
    return ` ${name}="${escapeText(text)}"`;
  };
  const write = (node: DrawnNode): string => {
    if (node.nodeType === TEXT) return escapeText(node.nodeValue ?? '');
    if (node.nodeType !== ELEMENT) return '';
    const name = node.localName ?? '';
    if (name.toLowerCase() === 'style') return '';
    if (!ELEMENTS.includes(name)) {
      throw new RangeError(`"figure" expected elements of a drawing, got ${name}`);
    }
    const given = node === root ? about : {};
    const own = Array.from(node.attributes ?? []).filter((one) => !(one.name in given));
    const attributes = [
      ...Object.entries(given).map(([key, value]) => ` ${key}="${escapeText(value)}"`),
      ...own.map((one) => attribute(one.name, one.value)),
    ].join('');
    const content = Array.from(node.childNodes, write).join('');
    return content === ''
      ? `<${name}${attributes}/>`
      : `<${name}${attributes}>${content}</${name}>`;
  };
  return write(root);
}

/**
 * A figure as an SVG file that stands alone: light colours on white, its legends drawn above it, a type that
 * every system has, and nothing that it would have to load.
 */
import type { DrawnFigure } from '../page/draw.ts';
import { withLightColours } from '../page/draw.ts';
import { escapeText } from '../page/escape.ts';
import { type Legend, RAMP_SIZE, rampShapes, signShapes, signSize } from '../page/legend.ts';
import { PAGE_COLOURS } from '../page/theme.ts';

/** A drawing with its size [px]. */
export interface StandaloneFigure {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

const FONT = 'Helvetica, Arial, sans-serif';
const FONT_SIZE = 12;
/** Mean advance of Helvetica at 12 px, rounded up: legends must not overlap in any type like it. */
const ADVANCE = 6.7;
const LINE_HEIGHT = 20;
const MARGIN = 8;
const GAP = 16;

/** Width of a line of text, at least [px]. */
const widthOf = (text: string) => Math.ceil(text.length * ADVANCE);

/** A piece of a legend: what it is wide, and its markup once it has a place. */
interface Piece {
  readonly width: number;
  draw(x: number, y: number): string;
}

function textPiece(text: string, colour?: string): Piece {
  const fill = colour === undefined ? '' : ` fill="${colour}"`;
  return {
    width: widthOf(text),
    draw: (x, y) => `<text x="${x}" y="${y + 4}"${fill}>${escapeText(text)}</text>`,
  };
}

function shapePiece(size: { width: number; height: number }, shapes: string): Piece {
  return {
    width: size.width,
    draw: (x, y) => `<g transform="translate(${x},${y - size.height / 2})">${shapes}</g>`,
  };
}

/** Pieces that stay together on a line. */
function joined(pieces: readonly Piece[]): Piece {
  const space = 6;
  return {
    width: pieces.reduce((sum, piece) => sum + piece.width + space, -space),
    draw(x, y) {
      let at = x;
      return pieces
        .map((piece) => {
          const markup = piece.draw(at, y);
          at += piece.width + space;
          return markup;
        })
        .join('');
    },
  };
}

function piecesOf(legend: Legend): Piece[] {
  const faint = PAGE_COLOURS.find(({ name }) => name === '--faint')!.light;
  const label = legend.label === '' ? [] : [textPiece(legend.label, faint)];
  if (legend.kind === 'signs') {
    const entries = legend.entries.map((entry) =>
      joined([shapePiece(signSize(entry), signShapes(entry)), textPiece(entry.text)]),
    );
    return [...label, ...entries];
  }
  const [low, middle, high] = legend.ticks;
  const ramp = shapePiece(RAMP_SIZE, rampShapes(legend.colours));
  const note = middle === '' ? [] : [textPiece(`middle ${middle}`, faint)];
  return [...label, joined([textPiece(low), ramp, textPiece(high)]), ...note];
}

/** Legends above a drawing, one line or more each. */
function legendBlock(legends: readonly Legend[], width: number) {
  const marks: string[] = [];
  let y = MARGIN - LINE_HEIGHT / 2;
  for (const legend of legends) {
    let x = MARGIN;
    y += LINE_HEIGHT;
    for (const piece of piecesOf(legend)) {
      if (x > MARGIN && x + piece.width > width - MARGIN) {
        x = MARGIN;
        y += LINE_HEIGHT;
      }
      marks.push(piece.draw(x, y));
      x += piece.width + GAP;
    }
  }
  return { markup: marks.join(''), height: marks.length === 0 ? 0 : y + LINE_HEIGHT / 2 };
}

/**
 * Composes a file of a figure.
 *
 * @param drawn - The figure in parts.
 * @param title - What the file is called where files have titles.
 * @returns SVG text and its size. Text of the result is escaped.
 */
export function standaloneFigure(drawn: DrawnFigure, title: string): StandaloneFigure {
  // Labels at the ends of an axis may stand out of the drawing by some pixels.
  const [width, margin] = [drawn.width + 2 * MARGIN, MARGIN];
  const { markup, height: above } = legendBlock(drawn.legends, width);
  const height = above + drawn.height + 2 * MARGIN;
  const inner = drawn.svg.replace(
    '<svg role="img"',
    `<svg x="${margin}" y="${above + margin}" overflow="visible"`,
  );
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" `,
    `viewBox="0 0 ${width} ${height}" font-family="${FONT}" font-size="${FONT_SIZE}">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="var(--ground)"/>`,
    `<g fill="currentColor">${markup}</g>`,
    inner.replace('font-family="system-ui, sans-serif"', `font-family="${FONT}"`),
    '</svg>\n',
  ].join('');
  return { svg: withLightColours(svg), width, height };
}

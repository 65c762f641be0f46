/// <reference path="./pdf-packages.d.ts" />
/**
 * Figures as PDF: vectors and text in a font that every reader has, the same bytes every time. It stands
 * here and not beside the other figures because a PDF has a date, and only the command line may have one.
 */
import PdfDocument from 'pdfkit';
import drawSvg from 'svg-to-pdfkit';
import type { StandaloneFigure } from '../report/figures/standalone.ts';

/** Signs that the standard fonts of PDF lack, in the nearest way that they have. */
const SUBSTITUTES: Readonly<Record<string, string>> = {
  '−': '–',
  '→': '',
  '←': '',
  '↑': '',
  '↓': '',
  '≥': '>=',
  '≤': '<=',
  '≈': '~',
  '≠': '!=',
  Δ: 'd',
  μ: 'µ',
  '✓': 'yes',
  '\u202f': ' ',
  '\u2009': ' ',
};
/** What Windows code page 1252 holds beside Latin 1: the encoding of those fonts. */
const WINDOWS = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';

/** A PDF and the characters in it that the font lacks, which it shows as question marks. */
export interface PdfFigure {
  readonly bytes: Uint8Array;
  readonly missing: readonly string[];
}

/**
 * Turns a figure into a PDF of its size (1 px is 1 pt).
 *
 * @param title - Title of the document.
 */
export function pdfFigure({ svg, width, height }: StandaloneFigure, title: string): PdfFigure {
  const missing = new Set<string>();
  const known = (text: string) =>
    Array.from(text, (character) => {
      const code = character.codePointAt(0)!;
      const substitute = SUBSTITUTES[character];
      if (substitute !== undefined) return substitute;
      if (code < 0x7f || (code >= 0xa0 && code <= 0xff) || WINDOWS.includes(character)) {
        return character;
      }
      missing.add(character);
      return '?';
    }).join('');
  const document = new PdfDocument({
    size: [width, height],
    margin: 0,
    info: {
      Title: title,
      Producer: 'Peerwatt',
      Creator: 'Peerwatt',
      // Neither this nor the document's id, which is made of it, may differ between two runs.
      CreationDate: new Date(0),
    },
  });
  drawSvg(
    document,
    known(svg).replace(/> +| +</g, (space) => space.trim()),
    0,
    0,
    {
      width,
      height,
      assumePt: true,
    },
  );
  document.end();
  const bytes = document.read();
  if (bytes === null) throw new RangeError('"pdf" expected a document, got nothing');
  return { bytes, missing: [...missing].sort() };
}

/** What the program uses of two packages that come without types. */

declare module 'pdfkit' {
  /** A PDF document; a stream whose bytes can be read once it has ended. */
  export default class PDFDocument {
    constructor(options: {
      /** Width and height [pt]. */
      readonly size: readonly [number, number];
      readonly margin: number;
      readonly info: Readonly<Record<string, string | Date>>;
    });
    /** Completes the document. */
    end(): void;
    /** Everything written and not read yet; null where there is nothing. */
    read(): Uint8Array | null;
  }
}

declare module 'svg-to-pdfkit' {
  import type PDFDocument from 'pdfkit';

  /** Draws SVG text into a document at a place [pt]. */
  export default function drawSvg(
    document: PDFDocument,
    svg: string,
    x: number,
    y: number,
    options: { readonly width: number; readonly height: number; readonly assumePt: boolean },
  ): void;
}

/** Tables of charts for LaTeX, with the rules of the package booktabs. */
import type { ChartContent } from '../page/chart.ts';
import { type DataCell, headOf, pageData, shownCell } from '../page/table.ts';

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '\\textquotedbl{}',
  "'": "'",
  '[': '{[}',
  ']': '{]}',
  '–': '--',
  '—': '---',
  '−': '$-$',
  '±': '$\\pm$',
  '×': '$\\times$',
  '·': '$\\cdot$',
  '≥': '$\\geq$',
  '≤': '$\\leq$',
  '≈': '$\\approx$',
  '→': '$\\to$',
  '←': '$\\leftarrow$',
  '↑': '$\\uparrow$',
  '↓': '$\\downarrow$',
  '∞': '$\\infty$',
  µ: '$\\mu$',
  μ: '$\\mu$',
  σ: '$\\sigma$',
  Δ: '$\\Delta$',
  λ: '$\\lambda$',
  ε: '$\\varepsilon$',
  '²': '$^2$',
  '³': '$^3$',
  '°': '$^\\circ$',
  '✓': '$\\surd$',
  '\u00a0': '~',
  '\u202f': '\\,',
};

/**
 * Text as LaTeX prints it: special characters escaped, signs of mathematics as such, line ends and control
 * characters as spaces. Letters of other scripts pass; an engine that reads Unicode prints them.
 */
export function latexText(text: string): string {
  return Array.from(text, (character) => {
    const known = SPECIAL[character];
    if (known !== undefined) return known;
    return character < ' ' || character === '\u007f' ? ' ' : character;
  }).join('');
}

function cellText(value: DataCell, kind: string): string {
  const text = shownCell(value, kind);
  if (kind === 't' || value === null) return latexText(text);
  const [mantissa, exponent] = text.split('e');
  const power = exponent === undefined ? '' : `\\times 10^{${exponent.replace('−', '-')}}`;
  const digits = mantissa!.replace('−', '-').replaceAll('\u202f', '\\,');
  return `$${digits}${power}$`;
}

/**
 * A chart's table as a `tabular`, to be read by `\input`; needs `\usepackage{booktabs}`. Words are aligned
 * left, numbers right; numbers have the digits of the page.
 *
 * @param title - Named in a comment at its head.
 */
export function latexTable(title: string, content: ChartContent): string {
  const { kinds, rows } = pageData(content);
  const heads = Array.from(kinds, (_, index) => {
    const { words, unit } = headOf(content, index);
    return `{${latexText(words)}${unit === '' ? '' : ` (${latexText(unit)})`}}`;
  });
  const line = (cells: readonly string[]) => `${cells.join(' & ')} \\\\`;
  return [
    `% ${title.replaceAll(/\s+/g, ' ')}; needs \\usepackage{booktabs}`,
    `\\begin{tabular}{${Array.from(kinds, (kind) => (kind === 't' ? 'l' : 'r')).join('')}}`,
    '\\toprule',
    line(heads),
    '\\midrule',
    ...rows.map((row) => line(row.map((value, index) => cellText(value, kinds[index]!)))),
    '\\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n');
}

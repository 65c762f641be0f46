/**
 * Colours and signs of series. The palette is Okabe and Ito's, which people with any common form of colour
 * blindness tell apart (M. Okabe, K. Ito, Color Universal Design, 2008); dash and symbol tell series apart
 * without colour. Colours are named by CSS variables, so that a page may turn dark; a file that stands alone
 * gets their light values.
 */

/** CSS variable and its value on light and on dark ground, in series order. */
export const SERIES_COLOURS: readonly {
  readonly name: string;
  readonly light: string;
  readonly dark: string;
}[] = [
  { name: '--series-1', light: '#0072b2', dark: '#56b4e9' },
  { name: '--series-2', light: '#d55e00', dark: '#ff8c42' },
  { name: '--series-3', light: '#009e73', dark: '#2fd6a3' },
  { name: '--series-4', light: '#cc79a7', dark: '#e79fc7' },
  { name: '--series-5', light: '#b07900', dark: '#f0c420' },
  { name: '--series-6', light: '#3b8fc4', dark: '#9ad4f5' },
  { name: '--series-7', light: '#6b6b6b', dark: '#bdbdbd' },
  { name: '--series-8', light: '#000000', dark: '#ffffff' },
];

/** Other colours of the page: text, faint text, grid lines, ground. */
export const PAGE_COLOURS: readonly {
  readonly name: string;
  readonly light: string;
  readonly dark: string;
}[] = [
  { name: '--ink', light: '#1b1f24', dark: '#e6e8eb' },
  { name: '--faint', light: '#57606a', dark: '#9aa4b0' },
  { name: '--rule', light: '#d5dae0', dark: '#3a424c' },
  { name: '--ground', light: '#ffffff', dark: '#15191e' },
  { name: '--raised', light: '#f4f6f8', dark: '#1e242b' },
  { name: '--good', light: '#00664b', dark: '#2fd6a3' },
  { name: '--bad', light: '#a03c00', dark: '#ff9a66' },
];

const DASHES: readonly string[] = ['', '6 3', '2 3', '8 3 2 3', '4 2', '1 2', '10 4', '3 5'];
const SYMBOLS = [
  'circle',
  'square',
  'triangle',
  'diamond',
  'cross',
  'star',
  'wye',
  'times',
] as const;

/** How one series is drawn. */
export interface SeriesStyle {
  /** CSS colour, `var(--series-1)`. */
  readonly colour: string;
  /** Dash of its line as in SVG; empty is solid. */
  readonly dash: string;
  /** Symbol of its points, as Plot names them. */
  readonly symbol: (typeof SYMBOLS)[number];
}

/** Style of a series by its index; the ninth looks like the first. @param index - Integer >= 0. */
export function seriesStyle(index: number): SeriesStyle {
  return {
    colour: `var(${SERIES_COLOURS[index % SERIES_COLOURS.length]!.name})`,
    dash: DASHES[index % DASHES.length]!,
    symbol: SYMBOLS[index % SYMBOLS.length]!,
  };
}

/**
 * Plot's colour scale of the arms that a chart shows, each in the colour it has in every chart of the study.
 *
 * @param arms - Arms of the study.
 */
export function armColours(shown: readonly string[], arms: readonly string[]) {
  const domain = arms.filter((arm) => shown.includes(arm));
  const range = domain.map((arm) => seriesStyle(arms.indexOf(arm)).colour);
  return { type: 'ordinal', domain, range, legend: true } as const;
}

/** Plot's colour scale for named series, in order, with a legend unless told otherwise. */
export function colourScale(series: readonly string[], legend = true) {
  const range = series.map((_, index) => seriesStyle(index).colour);
  return { type: 'ordinal', domain: [...series], range, legend } as const;
}

/** Where points came from and where they are: two bars of one length. */
import { barX, ruleX } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { percent, shortNumber } from '../../format-value.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import { colourScale } from '../../page/theme.ts';

const COLUMNS = parseColumns(`
side      | text   |    | issued, or where they are at the end
entry     | text   |    | What for, or where
amount_pt | number | pt | Points
`);

const SIDES = ['issued', 'at the end'] as const;
const WORDS: Readonly<Record<string, string>> = {
  'source grant': 'for registration',
  'source clean': 'for clean energy',
  'source compute': 'for computing',
  'source block': 'for blocks',
  'held balance': 'balances',
  'held escrow': 'escrow',
  'sink redeemed': 'redeemed',
  'sink forfeited': 'forfeited',
};
/** Grants and holdings, which dwarf what is earned and spent. */
const STOCKS: readonly string[] = ['for registration', 'balances', 'escrow'];

/** Points of one entry. */
interface Part {
  readonly side: string;
  readonly entry: string;
  readonly points: number;
}

export default defineChart({
  apiVersion: 1,
  name: 'points-flow',
  title: 'Points issued and what became of them',
  section: 'points',
  kinds: ['run'],
  source: '',
  create(results) {
    const table = results.table('points');
    if (table === undefined) return undefined;
    const [kinds, entries] = [table.texts('kind'), table.texts('entry')];
    const amounts = table.numbers('amount_upt');
    const all = kinds.map((kind, row) => ({
      side: kind === 'source' ? SIDES[0] : SIDES[1],
      kind,
      entry: WORDS[`${kind} ${entries[row]!}`] ?? entries[row]!,
      upt: amounts[row]!,
      points: amounts[row]! / 1e6,
    }));
    // Sources first, then what is held, then what is gone: the order of both bars.
    const rank = (kind: string) => ['source', 'held', 'sink'].indexOf(kind);
    const parts = all
      .filter(({ points }) => points > 0)
      .sort((a, b) => rank(a.kind) - rank(b.kind));
    const sum = (side: string) => {
      return all.reduce((total, part) => total + (part.side === side ? part.upt : 0), 0);
    };
    const [issued, there] = [sum(SIDES[0]), sum(SIDES[1])];
    if (issued === 0) return undefined;
    const granted = parts.find(({ entry }) => entry === STOCKS[0])?.upt ?? 0;
    const gone = all.reduce((total, { kind, upt }) => total + (kind === 'sink' ? upt : 0), 0);
    const balance =
      issued === there
        ? 'both bars are equally long, as they must be'
        : `${shortNumber((issued - there) / 1e6)} pt of them are unaccounted for`;
    const moving = parts.filter(({ entry }) => !STOCKS.includes(entry));
    return {
      caption:
        `${shortNumber(issued / 1e6)} pt were issued, ${percent(granted, issued)} for registration and ` +
        `the rest earned; ${percent(gone, issued)} are gone by the end, the others held: ${balance}.` +
        `${moving.length > 0 ? ' The second picture leaves out grants and holdings.' : ''}`,
      table: {
        columns: COLUMNS,
        rows: parts.map(({ side, entry, points }) => [side, entry, points]),
      },
      figures: [
        stacked(parts),
        ...(moving.length > 0 && moving.length < parts.length ? [flows(moving)] : []),
      ],
    };
  },
});

function stacked(parts: readonly Part[]): ChartFigure {
  const entries = parts.map(({ entry }) => entry);
  return {
    label: 'all',
    description: 'Points issued by reason, and points at the end by where they are',
    plot: {
      height: 150,
      marginLeft: 80,
      color: colourScale(entries),
      x: { label: 'points [pt] →', grid: true, ticks: 6 },
      y: { label: null, type: 'band', domain: [...SIDES] },
      marks: [
        barX(parts, { y: 'side', x: 'points', fill: 'entry', order: entries, insetRight: 0.5 }),
        ruleX([0]),
      ],
    },
  };
}

function flows(parts: readonly Part[]): ChartFigure {
  return {
    label: 'earned and gone',
    description: 'Points earned, redeemed and forfeited',
    plot: {
      height: 70 + 26 * parts.length,
      marginLeft: 110,
      color: colourScale(SIDES),
      x: { label: 'points [pt] →', grid: true, ticks: 6 },
      y: { label: null, type: 'band', domain: parts.map(({ entry }) => entry) },
      marks: [barX(parts, { y: 'entry', x: 'points', fill: 'side' }), ruleX([0])],
    },
  };
}

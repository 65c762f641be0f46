/** Labels of kWh and certificates: how many there ever were, and what each of them is by the end. */
import { barX, ruleX } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { count, counted } from '../../format-value.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import { colourScale } from '../../page/theme.ts';

const COLUMNS = parseColumns(`
kind  | text    |  | label (of one kWh) or certificate
side  | text    |  | created, or state at the end
entry | text    |  | How it was created, or what it is
count | integer |  | How many
`);

const SIDES = ['created', 'at the end'] as const;

/** Entries of the table by kind and side; what is in circulation is what the others leave. */
const LIVES = {
  label: { created: ['minted'], ended: ['free', 'bundled', 'lost', 'revoked'] },
  certificate: {
    created: ['genesis', 'issued', 'carbon'],
    ended: ['in circulation', 'retired', 'expired', 'revoked'],
  },
} as const;

const WORDS: Readonly<Record<string, string>> = {
  genesis: 'held at the start',
  issued: 'issued for labels',
  carbon: 'issued for carbon',
};

/** Labels or certificates of one state. */
interface Part {
  readonly kind: keyof typeof LIVES;
  readonly side: string;
  readonly entry: string;
  readonly count: number;
}

export default defineChart({
  apiVersion: 1,
  name: 'certificates-flow',
  title: 'Labels and certificates',
  section: 'points',
  kinds: ['run'],
  source: '',
  create(results) {
    const table = results.table('certificates');
    if (table === undefined) return undefined;
    const [kinds, entries] = [table.texts('kind'), table.texts('entry')];
    const counts = table.numbers('count');
    const stated = (kind: string, entry: string) => {
      const row = entries.findIndex((name, at) => name === entry && kinds[at] === kind);
      return row < 0 ? 0 : counts[row]!;
    };
    const parts = (['label', 'certificate'] as const).flatMap((kind) => {
      const { created, ended } = LIVES[kind];
      const sum = (names: readonly string[]) => {
        return names.reduce((total, entry) => total + stated(kind, entry), 0);
      };
      const left = sum(created) - sum(ended);
      return [
        ...created.map((entry) => part(kind, SIDES[0], entry, stated(kind, entry))),
        ...ended.map((entry) => {
          return part(
            kind,
            SIDES[1],
            entry,
            entry === 'in circulation' ? left : stated(kind, entry),
          );
        }),
      ].filter((row) => row.count > 0);
    });
    if (parts.length === 0) return undefined;
    const of = (kind: string) => parts.filter((row) => row.kind === kind);
    return {
      caption:
        `${counted(stated('label', 'minted'), 'label')} of a kWh were minted, of which ` +
        `${count(stated('label', 'bundled'))} went into certificates and ` +
        `${count(stated('label', 'free'))} are free. ` +
        `${counted(stated('certificate', 'traded'), 'certificate')} changed hands, ` +
        `${count(stated('certificate', 'retired'))} were retired and ` +
        `${count(stated('certificate', 'expired'))} expired; both bars of a picture are equally long.`,
      table: {
        columns: COLUMNS,
        rows: parts.map((row) => [row.kind, row.side, row.entry, row.count]),
      },
      figures: (['label', 'certificate'] as const).flatMap((kind) =>
        of(kind).length > 0 ? [figure(kind, of(kind))] : [],
      ),
    };
  },
});

function part(kind: Part['kind'], side: string, entry: string, value: number): Part {
  return { kind, side, entry: WORDS[entry] ?? entry, count: value };
}

function figure(kind: Part['kind'], parts: readonly Part[]): ChartFigure {
  const entries = parts.map(({ entry }) => entry);
  return {
    label: `${kind}s`,
    description: `${kind}s ever created and what they are at the end`,
    plot: {
      height: 140,
      marginLeft: 80,
      color: colourScale(entries),
      x: { label: kind === 'label' ? 'labels [kWh] →' : 'certificates →', grid: true, ticks: 6 },
      y: { label: null, type: 'band', domain: [...SIDES] },
      marks: [
        barX(parts, { y: 'side', x: 'count', fill: 'entry', order: entries, insetRight: 0.5 }),
        ruleX([0]),
      ],
    },
  };
}

/** The reference tables of the docs, made from the values the program itself uses. */
import type { Option, OptionSet } from '../../src/base/options.ts';
import type { PluginHead } from '../../src/base/plugin.ts';
import { unitsOf } from '../../src/base/quantity.ts';
import { REJECT_REASON_TEXT, REJECT_REASONS } from '../../src/ledger/reject-reason.ts';
import { TRANSACTION_TYPES } from '../../src/ledger/transactions.ts';
import { detectorMetrics } from '../../src/report/metrics/fraud.ts';
import { camelCase, type Metric } from '../../src/report/metrics/metric.ts';
import { RUN_METRICS } from '../../src/report/metrics.ts';
import { RUN_TABLES } from '../../src/report/schemas.ts';
import { HEAD } from '../../src/scenario/keys.ts';
import { formatQuantity } from '../../src/scenario/resolve.ts';
import { PLUGIN_KEYS, SECTIONS } from '../../src/scenario/sections.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';

/** One line of a Markdown table; a bar inside a cell is escaped. */
const row = (...cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const table = (heads: readonly string[], rows: readonly (readonly string[])[]) => [
  row(...heads),
  `|${heads.map(() => '---').join('|')}|`,
  ...rows.map((cells) => row(...cells)),
];

/** What may be written: kind of value and limits. */
function writtenAs(option: Option<unknown>): string {
  const bound = (value: number) =>
    option.dimension === undefined ? String(value) : formatQuantity(value, option.dimension);
  const { min, max } = option;
  // A lower limit of 0 goes without saying.
  const low = min === undefined || min === 0 ? '' : `≥ ${bound(min)}`;
  const high =
    max === undefined || (option.dimension === 'fraction' && max === 1) ? '' : bound(max);
  const limits = [low, high === '' ? '' : `≤ ${high}`].filter((part) => part !== '').join(', ');
  const tail = limits === '' ? '' : `, ${limits}`;
  switch (option.kind) {
    case 'quantity':
      return `${option.dimension}${tail}`;
    case 'boolean':
      return '`true`, `false`';
    case 'choice':
      return option.choices!.map((word) => `\`${word}\``).join(', ');
    case 'list': {
      const item = option.item!;
      const of = item.kind === 'group' ? 'groups' : writtenAs({ ...item });
      return `list of ${of}`;
    }
    default:
      return `${option.kind}${tail}`;
  }
}

function defaultOf(option: Option<unknown>): string {
  if (option.fallbackText !== '') return `\`${option.fallbackText}\``;
  if (option.fallback !== undefined) return '`""`';
  return option.optional ? '–' : 'required';
}

/** Lines of an option set: groups and lists of groups are opened, their keys dotted. */
function optionRows(set: OptionSet, path: string): string[][] {
  return Object.entries(set).flatMap(([key, option]) => {
    const own = path === '' ? key : `${path}.${key}`;
    if (option.kind === 'group' && !option.optional) return optionRows(option.group!, own);
    const inner = option.kind === 'group' ? option.group : option.item?.group;
    const rest = inner === undefined ? [] : optionRows(inner, `${own}[]`);
    return [[`\`${own}\``, writtenAs(option), defaultOf(option), option.doc], ...rest];
  });
}

const KEY_HEADS = ['Key', 'Value', 'Default', 'Meaning'];

/** Keys of the plain sections, one table a section. */
export function sectionTables(): string {
  const sections: readonly (readonly [string, OptionSet])[] = Object.entries(SECTIONS);
  const lines = ['### Top', '', ...table(KEY_HEADS, optionRows(HEAD, ''))];
  for (const [name, set] of sections) {
    lines.push('', `### \`${name}\``, '', ...table(KEY_HEADS, optionRows(set, name)));
  }
  return lines.join('\n');
}

/** Plug-ins by scenario key, each with its options. */
export function pluginTables(): string {
  const keys = Object.keys(PLUGIN_KEYS) as (keyof typeof PLUGIN_KEYS)[];
  return keys
    .map((key) => {
      const { path, noun, many, fallback } = PLUGIN_KEYS[key];
      const all: readonly PluginHead[] = catalogue[key].all;
      const base = many ? 'A list, empty by default.' : `Default \`${fallback}\`.`;
      const names = all.map(({ name, code, summary, source }) => [
        `\`${name}\``,
        code === undefined ? '' : `\`${code}\``,
        summary,
        source,
      ]);
      const options = all.flatMap((plugin) => {
        const rows = optionRows(plugin.options(), '');
        if (rows.length === 0) return [];
        return ['', `Options of \`${plugin.name}\`:`, '', ...table(KEY_HEADS, rows)];
      });
      return [
        `### \`${path.join('.')}\`: ${noun}`,
        '',
        base,
        '',
        ...table(['Name', 'Code', 'What it does', 'Source'], names),
        ...options,
      ].join('\n');
    })
    .join('\n\n');
}

/** Units by dimension, as a scenario writes them. */
export function unitTable(): string {
  const dimensions = [
    ['duration', '15 min'],
    ['energy', '10 kWh'],
    ['power', '5 kW'],
    ['price', '0.85 pt/kWh'],
    ['points', '100 pt'],
    ['bytes', '512 KiB'],
    ['bandwidth', '20 Mbit/s'],
    ['fraction', '5 %'],
    ['length', '40 m'],
    ['angle', '34.09 deg'],
  ] as const;
  const rows = dimensions.map(([dimension, example]) => [
    dimension,
    unitsOf(dimension)
      .map((unit) => `\`${unit}\``)
      .join(', '),
    `\`${example}\``,
  ]);
  return table(['Dimension', 'Units', 'Example'], rows).join('\n');
}

/** Columns of every table of a run folder. */
export function resultTables(): string {
  return RUN_TABLES.map(({ name, title, key, columns }) => {
    const rows = columns.map((column) => [
      `\`${column.name}\``,
      column.type,
      column.unit,
      column.meaning,
    ]);
    const sorted = key.length === 0 ? '' : ` Key: ${key.map((one) => `\`${one}\``).join(', ')}.`;
    return [
      `### \`${name}.csv\``,
      '',
      `${title}.${sorted}`,
      '',
      ...table(['Column', 'Type', 'Unit', 'Meaning'], rows),
    ].join('\n');
  }).join('\n\n');
}

const ARROW = { higher: 'higher', lower: 'lower', neutral: '' } as const;

const metricRows = (metrics: readonly Metric[]) =>
  metrics.map(({ id, unit, direction, definition }) => [
    `\`${id}\``,
    unit,
    ARROW[direction],
    definition,
  ]);

const METRIC_HEADS = ['Metric', 'Unit', 'Better', 'Definition'];

/** Metric that counts the rejections of one reason. */
const rejectionMetric = (reason: string) => camelCase(`rejected_${reason}`);

/** Metrics of every run; one a reason of rejection stands with the reasons. */
export function metricTable(): string {
  const counted = new Set(REJECT_REASONS.map(rejectionMetric));
  const own = RUN_METRICS.filter(({ id }) => !counted.has(id));
  return table(METRIC_HEADS, metricRows(own)).join('\n');
}

/** The family of metrics of one detector, with `detector` for its camelCase name. */
export function detectorTable(): string {
  return table(METRIC_HEADS, metricRows(detectorMetrics('detector'))).join('\n');
}

/** Reasons of rejection with the metric that counts each. */
export function reasonTable(): string {
  const rows = REJECT_REASONS.map((reason, index) => [
    `\`${reason}\``,
    String(index + 1),
    REJECT_REASON_TEXT[reason],
    `\`${rejectionMetric(reason)}\``,
  ]);
  return table(['Reason', 'Code', 'Meaning', 'Metric'], rows).join('\n');
}

/** Transaction types by code on the wire. */
export function transactionTypes(): string {
  return TRANSACTION_TYPES.map((type) => `\`${type}\``).join(', ');
}

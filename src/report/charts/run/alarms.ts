/** Alarms of detectors over the truth: who cheated when, and who was named when. */
import { barX, dot, text } from '@observablehq/plot';
import { parseColumns } from '../../column.ts';
import { count, counted } from '../../format-value.ts';
import { type ChartFigure, defineChart } from '../../page/chart.ts';
import type { Results, ResultTable } from '../../page/results.ts';
import { seriesStyle } from '../../page/theme.ts';
import { alarmTruth, OUTCOMES, type Outcome } from './support/alarm-truth.ts';
import { HOUR_US, hourAxis } from './support/time.ts';

const COLUMNS = parseColumns(`
kind      | text   |   | label (truth) or alarm
entity    | text   |   | Home, or feeder
name      | text   |   | Attack or detector
code      | text   |   | Its code
from_hour | number | h | Start of the label, or when the alarm was raised, from the start of the window
to_hour   | number | h | End of the label; empty for an alarm
outcome   | text   |   | fraud or fault of a label; for an alarm what it met on its day
`);

const ENTITIES_MAX = 30;
const ALARMS_MAX = 300;
const KINDS = ['fraud', 'fault'] as const;
const LEGEND = [...KINDS, ...OUTCOMES.map((outcome) => `alarm: ${outcome}`)];
/** Colours of the legend: labels pale behind, alarms strong before. */
const COLOURS = [1, 4, 2, 6, 5, 7].map((at) => seriesStyle(at).colour);
const SYMBOLS = ['circle', 'diamond', 'square', 'times'] as const;

/** A label or an alarm on the page. */
interface Item {
  readonly kind: 'label' | 'alarm';
  readonly entity: string;
  readonly name: string;
  readonly code: string;
  readonly from: number;
  /** NaN of an alarm. */
  readonly to: number;
  readonly outcome: string;
}

export default defineChart({
  apiVersion: 1,
  name: 'alarms',
  title: 'Alarms against the truth',
  section: 'fraud',
  kinds: ['run'],
  source: '',
  create(results) {
    const [attacks, alarms] = [results.table('attacks'), results.table('alarms')];
    if (attacks === undefined || alarms === undefined) return undefined;
    if (attacks.count + alarms.count === 0) return undefined;
    const labels = labelItems(attacks);
    const all = alarmItems(alarms, attacks);
    const raised = all.length > ALARMS_MAX ? firstOfDays(all, alarms) : all;
    const entities = entitiesOf(labels, all);
    const shown = new Set(entities.slice(0, ENTITIES_MAX));
    const isShown = ({ entity }: Item) => shown.has(entity);
    const drawn = raised.filter(isShown).slice(0, ALARMS_MAX);
    const items = [...labels.filter(isShown), ...drawn];
    const tally = (outcome: Outcome) => all.filter((alarm) => alarm.outcome === outcome).length;
    const named = new Set(all.map(({ entity }) => entity));
    const cheats = new Set(
      labels.filter(({ outcome }) => outcome === 'fraud').map((l) => l.entity),
    );
    const caught = [...cheats].filter((home) => named.has(home)).length;
    return {
      caption:
        `${counted(all.length, 'alarm')}: ${count(tally('right'))} about a day on which the home or ` +
        `feeder named had fraud, ${count(tally('on a fault'))} about an honest fault, ` +
        `${count(tally('false'))} about nothing. Of ${counted(cheats.size, 'home')} that ` +
        `cheated, ${caught} were ever named. Bars are the truth with the code of the attack; alarms ` +
        `stand when they were raised.${leftOut(all.length, drawn.length, entities.length)}`,
      table: {
        columns: COLUMNS,
        rows: items.map((item) => [
          item.kind,
          item.entity,
          item.name,
          item.code,
          item.from,
          Number.isNaN(item.to) ? undefined : item.to,
          item.outcome,
        ]),
      },
      figures: [figure(items, [...shown], endHour(results, items))],
    };
  },
});

function labelItems(attacks: ResultTable): Item[] {
  const [names, codes, homes] = ['attack', 'code', 'home'].map((column) => attacks.texts(column));
  const [start, end, intentional] = ['start_us', 'end_us', 'intentional'].map((column) => {
    return attacks.numbers(column);
  });
  return homes!.map((entity, row) => ({
    kind: 'label',
    entity,
    name: names![row]!,
    code: codes![row]!,
    from: start![row]! / HOUR_US,
    to: end![row]! / HOUR_US,
    outcome: intentional![row] === 1 ? 'fraud' : 'fault',
  }));
}

function alarmItems(alarms: ResultTable, attacks: ResultTable): Item[] {
  const truth = alarmTruth(attacks);
  const [names, codes, entities] = ['detector', 'code', 'entity'].map((c) => alarms.texts(c));
  const [days, times] = ['day', 'time_us'].map((column) => alarms.numbers(column));
  return entities!.map((entity, row) => ({
    kind: 'alarm',
    entity,
    name: names![row]!,
    code: codes![row]!,
    from: times![row]! / HOUR_US,
    to: Number.NaN,
    outcome: truth(entity, days![row]!),
  }));
}

/** The first alarm of each detector, entity and day. */
function firstOfDays(items: readonly Item[], alarms: ResultTable): Item[] {
  const days = alarms.numbers('day');
  const seen = new Set<string>();
  return items.filter(({ name, entity }, row) => {
    const key = `${name} ${entity} ${days[row]!}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The feeder, then those with labels by name, then those only named by alarms, most alarms first. */
function entitiesOf(labels: readonly Item[], alarms: readonly Item[]): string[] {
  const labelled = [...new Set(labels.map(({ entity }) => entity))].sort();
  const counts = new Map<string, number>();
  for (const { entity } of alarms) counts.set(entity, (counts.get(entity) ?? 0) + 1);
  const named = [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([entity]) => entity);
  const feeder = named.filter((entity) => entity === 'feeder');
  return [...new Set([...feeder, ...labelled, ...named])];
}

function leftOut(alarmCount: number, drawnCount: number, entityCount: number): string {
  const parts = [
    ...(entityCount > ENTITIES_MAX ? [`${ENTITIES_MAX} of ${entityCount} entities`] : []),
    ...(drawnCount < alarmCount
      ? [`${drawnCount} alarms, the first of each detector, entity and day`]
      : []),
  ];
  return parts.length === 0 ? '' : ` Drawn are ${parts.join(' and ')}.`;
}

function endHour(results: Results, items: readonly Item[]): number {
  const start = results.table('slots')?.numbers('start_us');
  const last = Math.max(...items.map(({ from, to }) => (Number.isNaN(to) ? from : to)));
  return Math.max(last, (start?.at(-1) ?? 0) / HOUR_US);
}

/** One text a home: the codes of its attacks, where the first of them begins. */
function firstLabels(labels: readonly Item[]) {
  const homes = [...new Set(labels.map(({ entity }) => entity))];
  return homes.map((entity) => {
    const own = labels.filter((label) => label.entity === entity);
    const codes = [...new Set(own.map(({ code, name }) => (code === '' ? name : code)))];
    return { entity, from: Math.min(...own.map(({ from }) => from)), codes: codes.join(' ') };
  });
}

function figure(items: readonly Item[], entities: readonly string[], end: number): ChartFigure {
  const labels = items.filter(({ kind }) => kind === 'label');
  const alarms = items.filter(({ kind }) => kind === 'alarm');
  const named = firstLabels(labels);
  const there = LEGEND.filter((entry, at) => {
    if (at < KINDS.length) return labels.some(({ outcome }) => outcome === entry);
    return alarms.some(({ outcome }) => `alarm: ${outcome}` === entry);
  });
  return {
    label: '',
    description: 'Labels of fraud and faults, and alarms, by home and time',
    plot: {
      height: 80 + 26 * entities.length,
      marginLeft: 80,
      color: {
        type: 'ordinal',
        domain: there,
        range: there.map((entry) => COLOURS[LEGEND.indexOf(entry)]!),
        legend: true,
      },
      x: { ...hourAxis(0, end), domain: [0, end], grid: true },
      y: { label: null, type: 'band', domain: [...entities], padding: 0.2 },
      marks: [
        barX(labels, {
          y: 'entity',
          x1: 'from',
          x2: 'to',
          fill: 'outcome',
          fillOpacity: 0.4,
          title: 'name',
        }),
        text(named, {
          y: 'entity',
          x: 'from',
          text: 'codes',
          textAnchor: 'start',
          dx: 3,
          dy: -5,
          fontSize: 9,
          fill: 'var(--ink)',
        }),
        ...OUTCOMES.map((outcome, at) =>
          dot(
            alarms.filter((alarm) => alarm.outcome === outcome),
            {
              y: 'entity',
              x: 'from',
              stroke: () => `alarm: ${outcome}`,
              strokeWidth: 2,
              symbol: SYMBOLS[at]!,
              dy: 3,
              r: 4,
              title: ({ name, code }) => `${code} ${name}`,
            },
          ),
        ),
      ],
    },
  };
}

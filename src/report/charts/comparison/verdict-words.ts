/** The verdict in a few sentences made of the tables: who is ahead, what it costs, and what is open. */
import type { ChartPoint } from '../../page/chart.ts';
import type { Differences, MeanWithInterval } from './study-tables.ts';
import {
  type ArmValue,
  type Better,
  CHAIN_SHARE,
  type Judgement,
  judgePair,
  ranked,
  VERDICT_FIGURES,
  type VerdictFigure,
} from './verdict-figures.ts';
import { plainValue, type VerdictFormat } from './verdict-values.ts';

/** What sentences are made of. */
export interface VerdictFacts {
  /** Arms of the tables that are compared, in study order. */
  readonly arms: readonly string[];
  value(metric: string, arm: string): MeanWithInterval;
  readonly differences: Differences;
  /** What an arm of the tables is called. */
  nameOf(arm: string): string;
}

type Judged = VerdictFigure & { readonly direction: Better };

const JUDGED = VERDICT_FIGURES.filter((one): one is Judged => one.direction !== 'neutral');
const figureOf = (metric: string) => JUDGED.find((one) => one.metric === metric)!;

/** `a`, `a and b`, `a, b and c`. */
export function listWords(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

function valuesOf(facts: VerdictFacts, metric: string): readonly ArmValue[] {
  return facts.arms.map((arm) => ({ arm, value: facts.value(metric, arm) }));
}

function judgementOf(facts: VerdictFacts, figure: Judged, a: string, b: string): Judgement {
  const [first, second] = [a, b].map((arm) => ({ arm, value: facts.value(figure.metric, arm) }));
  return judgePair(first!, second!, figure, facts.differences);
}

const isKnown = (judgement: Judgement) => judgement !== 'unknown';
const unique = <T>(items: readonly T[]) => [...new Set(items)];

/** Arms that another one beats: better in some figure and worse in none. */
function beatenBy(facts: VerdictFacts): ReadonlyMap<string, readonly string[]> {
  const beats = (a: string, b: string) => {
    const judged = JUDGED.map((figure) => judgementOf(facts, figure, a, b));
    return judged.includes('first') && !judged.includes('second');
  };
  return new Map(
    facts.arms.map((arm) => [arm, facts.arms.filter((o) => o !== arm && beats(o, arm))]),
  );
}

/** Topics in which an arm is better than every one of some others. */
function leadsOf(facts: VerdictFacts, arm: string, others: readonly string[]): readonly string[] {
  return unique(
    JUDGED.filter((figure) =>
      others.every((other) => judgementOf(facts, figure, arm, other) === 'first'),
    ).map(({ topic }) => topic),
  );
}

function overall(facts: VerdictFacts): string {
  const { arms, nameOf } = facts;
  const isSilent = JUDGED.every((figure) =>
    arms.every((a) => arms.every((b) => a === b || !isKnown(judgementOf(facts, figure, a, b)))),
  );
  if (isSilent) return 'one pair of runs has no interval, so no arm can be called better.';
  const beaten = beatenBy(facts);
  const ahead = arms.filter((arm) => beaten.get(arm)!.length === 0);
  const winners = ahead
    .map((arm) => ({ arm, over: arms.filter((other) => beaten.get(other)!.includes(arm)) }))
    .filter(({ over }) => over.length > 0)
    .map(({ arm, over }) => `${nameOf(arm)} beats ${listWords(over.map(nameOf))}`);
  const first =
    winners.length === 0
      ? 'no arm beats another: each is better in one row and worse in another'
      : `${listWords(winners)}: better in some rows, worse in none`;
  if (ahead.length < 2) return `${first}.`;
  const leads = ahead.flatMap((arm) => {
    const others = ahead.filter((other) => other !== arm);
    const topics = leadsOf(facts, arm, others);
    return topics.length === 0 ? [] : [`${nameOf(arm)} leads in ${listWords(topics)}`];
  });
  if (leads.length === 0) return `${first}.`;
  const between = winners.length === 0 ? '; ' : `. Between ${listWords(ahead.map(nameOf))}: `;
  return `${first}${between}${leads.join(', ')}.`;
}

/** Neighbours in rank that are not told apart stand together; those without a value are left out. */
function groupsOf(facts: VerdictFacts, figure: Judged): readonly (readonly ArmValue[])[] {
  const groups: ArmValue[][] = [];
  for (const entry of ranked(valuesOf(facts, figure.metric), figure.direction)) {
    const last = groups.at(-1);
    const isNear = last?.every(
      ({ arm }) => !['first', 'unknown'].includes(judgementOf(facts, figure, arm, entry.arm)),
    );
    if (last !== undefined && isNear) last.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

/** `9.6 to 9.8 Wh`; one value where both ends are written alike. */
function rangeWords(values: readonly number[], format: VerdictFormat): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((v) => plainValue(v, format));
  if (low === high) return low!;
  const [number, unit] = low!.split(' ');
  // The unit is said once where both ends have it.
  return `${unit !== undefined && high!.endsWith(` ${unit}`) ? number : low} to ${high}`;
}

/** Groups in the order of rank with their values; the first has the verb: `a and b take 9 Wh, c 20 Wh`. */
function rankWords(
  facts: VerdictFacts,
  metric: string,
  say: (names: string, value: string, isFirst: boolean, isOne: boolean) => string,
): string {
  const figure = figureOf(metric);
  const groups = groupsOf(facts, figure);
  if (groups.flat().length < 2) return '';
  return groups
    .map((group, place) => {
      const names = listWords(group.map(({ arm }) => facts.nameOf(arm)));
      const means = group.map(({ value }) => value.mean);
      return say(names, rangeWords(means, figure.format), place === 0, group.length === 1);
    })
    .join(', ');
}

function speed(facts: VerdictFacts): string {
  const words = rankWords(facts, 'finalityLatencyP50Us', (names, value, isFirst, isOne) =>
    isFirst
      ? `${names} ${isOne ? 'is' : 'are'} final in ${value} (median)`
      : `${names} in ${value}`,
  );
  return words === '' ? '' : `${words}.`;
}

function electricity(facts: VerdictFacts): string {
  const words = rankWords(facts, 'energyPerFinalTxWh', (names, value, isFirst, isOne) =>
    isFirst ? `${names} ${isOne ? 'takes' : 'take'} ${value} a transaction` : `${names} ${value}`,
  );
  if (words === '') return '';
  const shares = valuesOf(facts, CHAIN_SHARE)
    .map(({ value }) => value.mean)
    .filter((share) => !Number.isNaN(share));
  const traded = shares.length === 0 ? '' : ` (${rangeWords(shares, 'share')} of energy traded)`;
  return `${words}${traded}.`;
}

function lateness(facts: VerdictFacts): string {
  const late = valuesOf(facts, 'lateOrderShare').filter(({ value }) => value.mean > 0);
  if (valuesOf(facts, 'lateOrderShare').every(({ value }) => Number.isNaN(value.mean))) return '';
  if (late.length === 0) return 'no order misses the market in any arm, so none loses trade.';
  const each = late.map(({ arm, value }) => {
    const lost = facts.value('lateOrderCostUpt', arm).mean;
    const cost = Number.isNaN(lost) ? '' : `, and with them ${plainValue(lost, 'upt')} a run`;
    return `${facts.nameOf(arm)} loses ${plainValue(value.mean, 'share')} of orders${cost}`;
  });
  const rest = late.length === facts.arms.length ? '' : '; the others lose none';
  return `${each.join('; ')}${rest}.`;
}

function gains(facts: VerdictFacts): string {
  const meansOf = (metric: string) =>
    valuesOf(facts, metric)
      .map(({ value }) => value.mean)
      .filter((mean) => !Number.isNaN(mean));
  const [members, operator] = ['participantsGainUpt', 'dsoGainUpt'].map(meansOf);
  if (members!.length === 0 || operator!.length === 0) return '';
  const isMoved = members!.every((m) => m > 0) && operator!.every((o) => o < 0);
  const size = rangeWords(members!, 'upt');
  const loss = rangeWords(
    operator!.map((one) => 0 - one),
    'upt',
  );
  const moved = isMoved
    ? `members save ${size} a run, which the network operator loses${size === loss ? '' : ` (${loss})`}`
    : `members gain ${size} a run, the network operator ${rangeWords(operator!, 'upt')}`;
  const bill = meansOf('chainCostUpt');
  if (bill.length === 0) return `${moved}.`;
  return `${moved}; nobody gets back the chain's electricity, ${rangeWords(bill, 'upt')}.`;
}

/** Pairs in a few words: an arm and all others where it is in every pair, else their number. */
function pairWords(
  pairs: readonly (readonly [a: string, b: string])[],
  { arms, nameOf }: VerdictFacts,
): string {
  if (pairs.length < 3) return listWords(pairs.map((pair) => listWords(pair.map(nameOf))));
  const common = arms.find((arm) => pairs.every((pair) => pair.includes(arm)));
  const isAll = common !== undefined && pairs.length === arms.length - 1;
  return isAll ? `${nameOf(common)} and the others` : `${pairs.length} pairs of arms`;
}

/** Topics in which pairs are not told apart by any figure, and those without a difference. */
function undecided(facts: VerdictFacts): string {
  const { arms } = facts;
  const pairs = arms.flatMap((a, k) => arms.slice(k + 1).map((b) => [a, b] as const));
  const [open, same]: [string[], string[]] = [[], []];
  for (const topic of unique(JUDGED.map((figure) => figure.topic))) {
    const figures = JUDGED.filter((figure) => figure.topic === topic);
    const judged = pairs.map((pair) => {
      const all = figures.map((figure) => judgementOf(facts, figure, ...pair)).filter(isKnown);
      const isTold = all.includes('first') || all.includes('second');
      return { pair, all, isTold, isOpen: !isTold && all.includes('open') };
    });
    const own = judged.filter(({ isOpen }) => isOpen).map(({ pair }) => pair);
    if (own.length > 0) open.push(`${pairWords(own, facts)} in ${topic}`);
    else if (judged.every(({ all }) => all.length > 0 && all.every((is) => is === 'same'))) {
      same.push(topic);
    }
  }
  return [
    open.length === 0 ? '' : `these runs do not tell apart ${open.join('; ')}.`,
    same.length === 0 ? '' : `The same in all arms: ${listWords(same)}.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/**
 * The verdict in points: overall, speed, electricity, late orders, gains, and what is open.
 *
 * @returns Those that the tables allow; each ends with a full stop.
 */
export function verdictPoints(facts: VerdictFacts): readonly ChartPoint[] {
  return (
    [
      ['Overall', overall(facts)],
      ['Speed', speed(facts)],
      ['Electricity', electricity(facts)],
      ['Late orders', lateness(facts)],
      ['Money', gains(facts)],
      ['Open', undecided(facts)],
    ] as const
  ).flatMap(([lead, words]) => (words === '' ? [] : [{ lead, text: words }]));
}

import { createSlotDays } from '../../base/days.ts';
import { log } from '../../base/math.ts';
import { duration, energy, fraction, integer, number } from '../../base/options.ts';
import { defineDetector, type TradeEvent } from './define.ts';
import { simpleCycles } from './simple-cycles.ts';
import { matchRuns, stronglyConnected, surpriseNats } from './trade-graph.ts';
import { columnsOf, groupBy, type Trades } from './trade-window.ts';

/** Longest circle looked for one by one; larger rings are seen as a whole component only. */
const RING_MAX = 6;
/** Trades of a free-standing run: four rounds of the longest ring. */
const RUN_MAX = 4 * RING_MAX;

/** Largest score without proof, as a share of the threshold. */
const UNPROVEN = 0.9;

/** What one home has in one set of trades and one window length. */
interface HomeEvidence {
  /** Runs that closed, over all days held. */
  cycles: number;
  /** [Wh] of the day in the set, and what of it cancels. */
  volumeWh: number;
  matchedWh: number;
}

/**
 * Trade rings: parties of bilateral trades whose volumes cancel over and over at an almost constant
 * price.
 *
 * At each day's end the bilateral trades of the longest window form a directed multigraph from
 * seller to buyer. Suspect sets are its strongly connected components and the circles of up to 6
 * homes inside them (with the trades along the circle only, so that a ring hidden among honest
 * deals stands out). Each set is cut into windows of 1 h, 1 d and 7 d and searched for runs of
 * trades after which every net position is within the margin of the mean trade (see `matchRuns`).
 *
 * Honest neighbours who sell one way by day and back by night pass a net position of 0 as well, but
 * land within 1 % of a trade only by chance. So a set counts only when runs close far more often
 * than positions near 0 would close by chance: the surprise (see `surpriseNats`) must reach
 * `chance`.
 *
 * Score of a home and day: share of its volume of that day in the set that lies in such runs, at
 * best over sets and windows; without enough runs, volume or surprise it stays below the threshold.
 * Alarm from `threshold` on. A day with trades that became final after its end is judged again at
 * the end of the next. Blind to rings that vary their legs by more than the margin.
 */
export default defineDetector({
  apiVersion: 1,
  name: 'trade-cycles',
  code: 'D07',
  unit: 'home',
  summary: 'Bilateral trades that go round in a circle until nobody has gained energy',
  source: 'model.md §8.4 D07; F. Victor, A. M. Weintraud, WWW 2021, doi 10.1145/3442381.3449824',
  options: () => ({
    windowShort: duration('1 h', { min: 1, doc: 'Shortest window' }),
    windowMiddle: duration('1 day', { min: 1, doc: 'Middle window' }),
    windowLong: duration('7 days', { min: 1, doc: 'Longest window' }),
    margin: fraction('1 %', { doc: 'Net position allowed, of the mean trade' }),
    priceSpread: fraction('5 %', { doc: 'Highest over lowest price of a run, minus 1' }),
    chance: number(1e-6, { min: 1e-300, max: 1, doc: 'Probability of honest luck to accuse at' }),
    cycles: integer(3, { min: 1, max: 1000, doc: 'Runs that must cancel' }),
    volume: energy('1 kWh', { doc: 'Least volume of a home in a set' }),
    threshold: fraction('50 %', { doc: 'Share of the volume that must cancel' }),
  }),
  create(context, options) {
    const { count, slotUs } = context;
    const days = createSlotDays(context.calendar, slotUs);
    const windowSlots = [options.windowShort, options.windowMiddle, options.windowLong].map((us) =>
      Math.max(1, Math.floor(us / slotUs)),
    );
    const heldSlots = Math.max(...windowSlots) + days.slotsPerDay;
    let lastDay = Number.NaN;
    let isLate = false;
    const limits = { ...options, tradesMax: RUN_MAX };
    const surpriseMin = -log(options.chance);
    const netWh = new Float64Array(count);
    const alarmed = new Map<number, Uint8Array>();
    let held: TradeEvent[] = [];

    /** Judges one day; `all` holds the trades of the windows that end with it. */
    function judge(day: number, endSlot: number, all: Trades): void {
      const score = new Float64Array(count);
      const evidence: string[] = Array.from({ length: count }, () => '');
      const firstSlot = days.firstSlotOf(day);
      for (const rows of suspectSets(all, count)) {
        const chance = closingChance(all, rows);
        for (const slots of windowSlots) {
          const { runs, visits } = matchWindows(all, rows, slots, endSlot);
          const isSurprise = surpriseNats(runs.length, visits, chance) >= surpriseMin;
          for (const [home, seen] of evidenceOf(all, rows, runs, firstSlot)) {
            const isMuch = seen.cycles >= options.cycles && seen.volumeWh >= options.volume;
            const share = seen.volumeWh === 0 ? 0 : seen.matchedWh / seen.volumeWh;
            const rounds = Math.min(1, seen.cycles / options.cycles);
            const value =
              isSurprise && isMuch ? share : UNPROVEN * options.threshold * share * rounds;
            if (value <= score[home]!) continue;
            score[home] = value;
            evidence[home] =
              `${Math.round(seen.matchedWh)} of ${Math.round(seen.volumeWh)} Wh cancel, ` +
              `${seen.cycles} rounds in windows of ${slots} slots`;
          }
        }
      }
      for (let home = 0; home < count; home++) {
        context.score(home, day, score[home]!);
        if (score[home]! >= options.threshold)
          raise(home, day, endSlot, score[home]!, evidence[home]!);
      }
    }
    /**
     * Probability that a position within one mean trade of 0 is within the margin by chance:
     * uniform on a grid of register steps, the density at 0 taken twice.
     */
    function closingChance(all: Trades, rows: readonly number[]): number {
      let volumeWh = 0;
      for (const row of rows) volumeWh += all.energyWh[row]!;
      const meanWh = volumeWh / rows.length;
      const { resolutionWh } = context;
      return (4 * options.margin * meanWh + resolutionWh) / (2 * meanWh + resolutionWh);
    }
    function matchWindows(all: Trades, rows: readonly number[], slots: number, endSlot: number) {
      const runs: (readonly number[])[] = [];
      let visits = 0;
      for (const window of groupBy(rows, (row) =>
        Math.floor((endSlot - 1 - all.slot[row]!) / slots),
      )) {
        const found = matchRuns(all, window, limits, netWh);
        runs.push(...found.runs);
        visits += found.visits;
      }
      return { runs, visits };
    }
    function raise(home: number, day: number, endSlot: number, score: number, text: string): void {
      let seen = alarmed.get(day);
      if (seen === undefined) {
        seen = new Uint8Array(count);
        alarmed.set(day, seen);
      }
      if (seen[home] === 1) return;
      seen[home] = 1;
      context.alarm({ entity: home, slot: endSlot - 1, score, evidence: text });
    }

    return {
      threshold: options.threshold,
      onTrade(trade) {
        if (!trade.bilateral || trade.energyWh <= 0) return;
        held.push(trade);
        if (days.dayOf(trade.slot) === lastDay) isLate = true;
      },
      onDayEnd(day) {
        const keepFrom = days.firstSlotOf(day) - heldSlots;
        held = held.filter((trade) => trade.slot >= keepFrom);
        for (const judged of isLate ? [lastDay, day] : [day]) {
          const endSlot = days.firstSlotOf(judged + 1);
          const startSlot = endSlot - Math.max(...windowSlots);
          judge(judged, endSlot, columnsOf(held, startSlot, endSlot));
        }
        alarmed.delete(day - 2);
        lastDay = day;
        isLate = false;
      },
    };
  },
});

/** Rows of each suspect set, in order of time: components first, then the circles inside them. */
function suspectSets(all: Trades, count: number): number[][] {
  const component = stronglyConnected(count, all.seller, all.buyer);
  const inside: number[] = [];
  for (let row = 0; row < all.count; row++) {
    if (component[all.seller[row]!] === component[all.buyer[row]!]) inside.push(row);
  }
  const sets: number[][] = [];
  for (const rows of groupBy(inside, (row) => component[all.seller[row]!]!)) {
    sets.push(rows);
    const nodes = [...new Set(rows.map((row) => all.seller[row]!))].sort((a, b) => a - b);
    if (nodes.length <= 2) continue;
    const targets = new Map<number, number[]>();
    for (const ofSeller of groupBy(rows, (row) => all.seller[row]!)) {
      const buyers = [...new Set(ofSeller.map((row) => all.buyer[row]!))];
      targets.set(
        all.seller[ofSeller[0]!]!,
        buyers.sort((a, b) => a - b),
      );
    }
    for (const cycle of simpleCycles(nodes, (node) => targets.get(node) ?? [], RING_MAX)) {
      const next = new Map(cycle.map((node, i) => [node, cycle[(i + 1) % cycle.length]!]));
      sets.push(rows.filter((row) => next.get(all.seller[row]!) === all.buyer[row]));
    }
  }
  return sets;
}

function evidenceOf(
  all: Trades,
  rows: readonly number[],
  runs: readonly (readonly number[])[],
  firstSlot: number,
): Map<number, HomeEvidence> {
  const byHome = new Map<number, HomeEvidence>();
  const of = (home: number): HomeEvidence => {
    let seen = byHome.get(home);
    if (seen === undefined) {
      seen = { cycles: 0, volumeWh: 0, matchedWh: 0 };
      byHome.set(home, seen);
    }
    return seen;
  };
  const isToday = (row: number) => all.slot[row]! >= firstSlot;
  for (const row of rows) {
    if (!isToday(row)) continue;
    for (const home of partiesOf(all, row)) of(home).volumeWh += all.energyWh[row]!;
  }
  for (const matched of runs) {
    const parties = new Set<number>();
    for (const row of matched) {
      for (const home of partiesOf(all, row)) {
        parties.add(home);
        if (isToday(row)) of(home).matchedWh += all.energyWh[row]!;
      }
    }
    for (const home of parties) of(home).cycles++;
  }
  return byHome;
}

function partiesOf(all: Trades, row: number): readonly number[] {
  const [buyer, seller] = [all.buyer[row]!, all.seller[row]!];
  return buyer === seller ? [buyer] : [seller, buyer];
}

/**
 * The directed graph of bilateral trades and the trades that cancel out. Pure functions over
 * columns of trades; the detector on top decides what is enough to accuse.
 */
import { log } from '../../base/math.ts';

/** Trades of one stretch of time, ordered by time; equal lengths. */
export interface TradeColumns {
  readonly count: number;
  readonly slot: ArrayLike<number>;
  readonly buyer: ArrayLike<number>;
  readonly seller: ArrayLike<number>;
  /** [Wh], > 0. */
  readonly energyWh: ArrayLike<number>;
  /** [Upt/kWh], >= 0. */
  readonly priceUptPerKWh: ArrayLike<number>;
}

/**
 * Strongly connected components of a directed graph.
 *
 * @param count - Nodes 0 to count − 1.
 * @param from - Source of each edge; parallel edges and loops are fine.
 * @param to - Target of each edge.
 * @returns Component of each node, numbered 0, 1, … in the order of their smallest node. Cost: O(n
 *   + m), no recursion. Source: R. Tarjan, SIAM J. Comput. 1(2), 1972.
 */
export function stronglyConnected(
  count: number,
  from: ArrayLike<number>,
  to: ArrayLike<number>,
): Int32Array {
  const { first, targets } = adjacency(count, from, to);
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const component = new Int32Array(count).fill(-1);
  const cursor = Int32Array.from(first.subarray(0, count));
  const open: number[] = [];
  const path: number[] = [];
  let visited = 0;
  let components = 0;

  function enter(node: number): void {
    order[node] = visited;
    low[node] = visited++;
    open.push(node);
    path.push(node);
  }
  function leave(node: number): void {
    path.pop();
    const parent = path.at(-1);
    if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
    if (low[node] !== order[node]) return;
    for (let member = open.pop()!; ; member = open.pop()!) {
      component[member] = components;
      if (member === node) break;
    }
    components++;
  }
  for (let root = 0; root < count; root++) {
    if (order[root]! >= 0) continue;
    enter(root);
    while (path.length > 0) {
      const node = path.at(-1)!;
      if (cursor[node]! === first[node + 1]!) {
        leave(node);
        continue;
      }
      const next = targets[cursor[node]!++]!;
      if (order[next]! < 0) enter(next);
      else if (component[next]! < 0) low[node] = Math.min(low[node]!, order[next]!);
    }
  }
  return renumbered(component, components);
}

function adjacency(count: number, from: ArrayLike<number>, to: ArrayLike<number>) {
  const first = new Int32Array(count + 1);
  for (let edge = 0; edge < from.length; edge++) first[from[edge]! + 1]!++;
  for (let node = 0; node < count; node++) first[node + 1]! += first[node]!;
  const place = Int32Array.from(first);
  const targets = new Int32Array(from.length);
  for (let edge = 0; edge < from.length; edge++) targets[place[from[edge]!]!++] = to[edge]!;
  return { first, targets };
}

function renumbered(component: Int32Array, components: number): Int32Array {
  const name = new Int32Array(components).fill(-1);
  let named = 0;
  return component.map((old) => {
    if (name[old]! < 0) name[old] = named++;
    return name[old]!;
  });
}

/** What volume matching found in one window of one set. */
export interface Matching {
  /** Runs of trades after which every party stands where it began: their rows, in order of time. */
  readonly runs: readonly (readonly number[])[];
  /** How often all net positions were within one mean trade of 0: chances to close. */
  readonly visits: number;
}

/** When net positions count as closed, and how far a search goes. */
export interface MatchLimits {
  /** Largest net position as a share of the run's mean trade. */
  readonly margin: number;
  /** Largest price over smallest, minus 1, within a run. */
  readonly priceSpread: number;
  /** Most trades of a run that does not continue matched ones. */
  readonly tradesMax: number;
}

/**
 * Finds disjoint runs of trades whose net positions cancel, in one window of one candidate set.
 *
 * @param rows - Rows of the set's internal trades in the window, in order of time.
 * @param netWh - Scratch of one entry per party, all 0 before and after the call.
 * @returns Greedy: from the first unmatched trade the shortest run that closes; one that directly
 *   follows matched trades (or opens the window) may be of any length, others have at most
 *   `tradesMax` trades. Cost: O(rows · tradesMax · parties of a run).
 * Source: volume matching of F. Victor, A. M. Weintraud, WWW 2021, §4.3. Differs from it in: whole
 * runs are matched one after another instead of trimming the end of a window, so a ring that is cut
 * by the window still matches; and chances to close are counted, since honest neighbours pass 0
 * too.
 */
export function matchRuns(
  trades: TradeColumns,
  rows: readonly number[],
  limits: MatchLimits,
  netWh: Float64Array,
): Matching {
  const runs: (readonly number[])[] = [];
  const parties: number[] = [];
  let visits = 0;
  let start = 0;
  let anchored = true;

  function add(party: number, energyWh: number): void {
    if (!parties.includes(party)) parties.push(party);
    netWh[party]! += energyWh;
  }
  /** First end (exclusive) at which the run from `start` closes; undefined when it does not. */
  function closingEnd(tradesMax: number): number | undefined {
    let volumeWh = 0;
    let lowest = Number.POSITIVE_INFINITY;
    let highest = 0;
    const last = Math.min(rows.length, start + tradesMax);
    for (let k = start; k < last; k++) {
      const row = rows[k]!;
      const energyWh = trades.energyWh[row]!;
      add(trades.buyer[row]!, energyWh);
      add(trades.seller[row]!, -energyWh);
      volumeWh += energyWh;
      lowest = Math.min(lowest, trades.priceUptPerKWh[row]!);
      highest = Math.max(highest, trades.priceUptPerKWh[row]!);
      if (highest > lowest * (1 + limits.priceSpread)) return undefined;
      let largestWh = 0;
      for (const party of parties) largestWh = Math.max(largestWh, Math.abs(netWh[party]!));
      const meanWh = volumeWh / (k - start + 1);
      if (k > start && largestWh <= meanWh) visits++;
      if (largestWh <= limits.margin * meanWh) return k + 1;
    }
    return undefined;
  }
  while (start < rows.length) {
    const end = closingEnd(anchored ? rows.length : limits.tradesMax);
    for (const party of parties) netWh[party] = 0;
    parties.length = 0;
    anchored = end !== undefined;
    if (end !== undefined) runs.push(rows.slice(start, end));
    start = end ?? start + 1;
  }
  return { runs, visits };
}

/**
 * How surprising it is that `closed` of `visits` chances closed when each does so with probability
 * `chance` [nats, >= 0]: the Chernoff bound −ln P(Binomial >= closed) >= visits · KL(closed/visits,
 * chance).
 */
export function surpriseNats(closed: number, visits: number, chance: number): number {
  const share = Math.min(1, closed / Math.max(1, visits));
  if (share <= chance) return 0;
  const rest = share === 1 ? 0 : (1 - share) * log((1 - share) / (1 - chance));
  return Math.max(1, visits) * (share * log(share / chance) + rest);
}

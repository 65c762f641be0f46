/**
 * LEM-W1: clearing of a local market, 15-min slots of a week, integers from a hash so that any
 * language can rebuild it to the Wh. Timed: screening (zero, collar, self-match), selection of the
 * pool, validation, clearing with pro-rata ties, fills and trade columns. Building the workload and
 * reading the results are not timed. Known totals: 100 homes 963 674 Wh and 126.0276 EUR, 1 000
 * homes 9 739 847 Wh and 1255.5262 EUR at the highest accepted ask.
 */
import { cos, exp, PI } from '../src/base/math.ts';
import { addOrder, createBook, type OrderBook } from '../src/market/book.ts';
import type { Clearing } from '../src/market/mechanism.ts';
import uniformPrice from '../src/market/mechanisms/uniform-price.ts';
import { createPoolSelector, screenOrders } from '../src/market/screening.ts';

const SLOTS = 672;
/** One EUR/MWh in micro-EUR/kWh, the resolution the simulator trades in. */
const UPT_PER_EUR_PER_MWH = 1000;
const OPTIONS = { priceRule: 0.5, tieRule: 'pro-rata' } as const;

function uniform(i: number, t: number, salt: number): number {
  let x = (Math.imul(i, 2654435761) + Math.imul(t, 40503) + salt * 97 + 12345) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b) >>> 0;
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

function netWh(i: number, t: number): number {
  const hour = (t % 96) / 4;
  const [morning, evening] = [(hour - 8) / 1.5, (hour - 19) / 2.5];
  const shape = 0.6 + 0.5 * exp(-morning * morning) + exp(-evening * evening);
  const load = Math.floor((70 + 60 * uniform(i, 0, 1)) * shape * (0.5 + uniform(i, t, 2)) + 0.5);
  const sun = cos(((hour - 12.5) * PI) / 13);
  if (i % 2 === 1 || hour < 6 || hour > 19 || sun <= 0) return load;
  const kWp = 3 + (Math.floor(i / 2) % 5);
  const sky = 0.3 + 0.7 * uniform(0, Math.floor(t / 96), 3);
  return load - Math.floor(kWp * 250 * sun * sky * 0.8 + 0.5);
}

/** The book of slot `t` for `homes` homes; owner = home, limits in micro-EUR/kWh. */
export function lemW1Book(homes: number, t: number): OrderBook {
  const book = createBook(homes);
  book.floorUptPerKWh = 0;
  book.capUptPerKWh = 300 * UPT_PER_EUR_PER_MWH;
  for (let i = 0; i < homes; i++) {
    const net = netWh(i, t);
    if (net === 0) continue;
    const eurPerMWh = 80 + Math.floor(220 * uniform(i, t, net > 0 ? 4 : 5));
    addOrder(book, {
      owner: i,
      sequence: 0,
      isBid: net > 0,
      quantityWh: Math.abs(net),
      limitUptPerKWh: eurPerMWh * UPT_PER_EUR_PER_MWH,
    });
  }
  return book;
}

/** Clears every book as the market contract does, and returns the clearings. */
export function clearAll(books: readonly OrderBook[]): Clearing[] {
  const selectPool = createPoolSelector();
  const codes = new Uint8Array(Math.max(...books.map((book) => book.count)));
  return books.map((book) =>
    uniformPrice.clear(selectPool(book, screenOrders(book, codes)).book, OPTIONS),
  );
}

/** Totals of the clearings; `valueEur` prices each slot at its highest accepted ask. */
export function lemW1Totals(books: readonly OrderBook[], clearings: readonly Clearing[]) {
  let [orders, twoSided, volumeWh, valueUpt, trades, hash] = [0, 0, 0, 0, 0, 0x811c9dc5];
  const mix = (value: number) => {
    hash = Math.imul(hash ^ (value | 0), 0x01000193) >>> 0;
  };
  clearings.forEach((clearing, slot) => {
    const book = books[slot]!;
    orders += book.count;
    const bids = book.isBid.reduce((sum, side) => sum + side, 0);
    if (bids > 0 && bids < book.count) twoSided++;
    volumeWh += clearing.volumeWh;
    let highestAsk = 0;
    clearing.filledWh.forEach((wh, row) => {
      mix(wh);
      if (wh > 0 && book.isBid[row] === 0) {
        highestAsk = Math.max(highestAsk, book.limitUptPerKWh[row]!);
      }
    });
    valueUpt += (highestAsk * clearing.volumeWh) / 1000;
    const { count, bid, ask, energyWh } = clearing.trades;
    trades += count;
    for (let k = 0; k < count; k++) {
      mix(bid[k]!);
      mix(ask[k]!);
      mix(energyWh[k]!);
    }
    mix(Number.isNaN(clearing.priceUptPerKWh) ? -1 : clearing.priceUptPerKWh);
  });
  const checksum = hash.toString(16).padStart(8, '0');
  return { orders, twoSided, volumeWh, valueEur: valueUpt / 1e6, trades, checksum };
}

/** The benchmark, as `bench/run` and the tests call it. */
export default {
  name: 'lem-w1',
  /** `smoke`: 100 homes, three passes; `full`: 1 000 homes, ten passes. Reports the median pass. */
  run(size: 'smoke' | 'full') {
    const homes = size === 'full' ? 1000 : 100;
    const passes = size === 'full' ? 10 : 3;
    const books = Array.from({ length: SLOTS }, (_, t) => lemW1Book(homes, t));
    let clearings: Clearing[] = [];
    const seconds: number[] = [];
    for (let pass = 0; pass < passes; pass++) {
      const before = process.cpuUsage();
      clearings = clearAll(books);
      const used = process.cpuUsage(before);
      seconds.push((used.user + used.system) / 1e6);
    }
    const first = seconds[0]!;
    const median = [...seconds].sort((a, b) => a - b)[passes >> 1]!;
    const totals = lemW1Totals(books, clearings);
    return {
      rows: [
        { label: 'orders', value: totals.orders, unit: 'orders' },
        { label: 'two-sided slots', value: totals.twoSided, unit: 'slots' },
        { label: 'volume', value: totals.volumeWh, unit: 'Wh' },
        { label: 'value at highest accepted ask', value: totals.valueEur, unit: 'EUR' },
        { label: 'trades', value: totals.trades, unit: 'trades' },
        { label: 'CPU, median pass', value: median, unit: 's' },
        { label: 'throughput, first pass', value: totals.orders / first, unit: 'orders/s' },
        { label: 'throughput, median pass', value: totals.orders / median, unit: 'orders/s' },
      ],
      checksum: totals.checksum,
    };
  },
};

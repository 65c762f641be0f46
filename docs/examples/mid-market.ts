/**
 * Mid-market rate: everybody trades at the middle of the collar, whoever sets what limit. Bids at or
 * above that price meet asks at or below it; the longer side is cut pro rata. Simple and hard to
 * manipulate, and it leaves trades undone that a uniform price would find.
 */
import { divFloor, largestRemainder } from '../../src/base/integer.ts';
import type { OrderBook } from '../../src/market/book.ts';
import { defineMechanism, emptyClearing } from '../../src/market/mechanism.ts';

/** Rows of one side that accept the price, by (owner, sequence), so that no row order matters. */
function willing(book: Readonly<OrderBook>, isBid: boolean, priceUptPerKWh: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < book.count; row++) {
    if ((book.isBid[row] === 1) !== isBid || book.quantityWh[row] === 0) continue;
    const limit = book.limitUptPerKWh[row]!;
    if (isBid ? limit >= priceUptPerKWh : limit <= priceUptPerKWh) rows.push(row);
  }
  const { owner, sequence } = book;
  return rows.sort((a, b) => owner[a]! - owner[b]! || sequence[a]! - sequence[b]!);
}

export default defineMechanism({
  apiVersion: 1,
  name: 'mid-market',
  summary: 'One price in the middle of the collar; the longer side is cut pro rata',
  source: 'mid-market rate of C. Long et al., IEEE PES General Meeting 2017; collar: decision 13',
  options: () => ({}),
  clear(book) {
    const { floorUptPerKWh: low, capUptPerKWh: high } = book;
    // Without a collar there is no middle.
    if (!Number.isFinite(high - low)) return emptyClearing(book.count, 'NO_CROSSING');
    const price = low + divFloor(high - low, 2);
    const sides = [willing(book, true, price), willing(book, false, price)] as const;
    const wishes = sides.map((rows) => rows.map((row) => book.quantityWh[row]!));
    const [demandWh, supplyWh] = wishes.map((wish) => wish.reduce((sum, wh) => sum + wh, 0));
    const volumeWh = Math.min(demandWh!, supplyWh!);
    if (volumeWh === 0) {
      const code = demandWh! > 0 ? 'NO_ASKS' : supplyWh! > 0 ? 'NO_BIDS' : 'NO_CROSSING';
      return emptyClearing(book.count, code);
    }
    const filledWh = new Float64Array(book.count);
    sides.forEach((rows, side) => {
      const shares = largestRemainder(volumeWh, wishes[side]!);
      rows.forEach((row, place) => {
        filledWh[row] = shares[place]!;
      });
    });
    const left = filledWh.slice();
    const trades: { bid: number; ask: number; energyWh: number }[] = [];
    const [bids, asks] = sides;
    for (let b = 0, a = 0; b < bids.length && a < asks.length; ) {
      const [bid, ask] = [bids[b]!, asks[a]!];
      const energyWh = Math.min(left[bid]!, left[ask]!);
      if (energyWh > 0) trades.push({ bid, ask, energyWh });
      left[bid]! -= energyWh;
      left[ask]! -= energyWh;
      if (left[bid] === 0) b++;
      if (left[ask] === 0) a++;
    }
    return {
      priceUptPerKWh: price,
      volumeWh,
      filledWh,
      trades: {
        count: trades.length,
        bid: Int32Array.from(trades, ({ bid }) => bid),
        ask: Int32Array.from(trades, ({ ask }) => ask),
        energyWh: Float64Array.from(trades, ({ energyWh }) => energyWh),
      },
      code: 'CLEARED',
    };
  },
});

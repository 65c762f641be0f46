/**
 * A slow uniform-price auction that shares no code and no idea with the real one: it scans every
 * price for demand and supply instead of walking merit orders, and shares ties with exact
 * fractions.
 */
import type { OrderBook } from '../../../src/market/book.ts';

export interface SlowClearing {
  readonly volumeWh: number;
  /** Interval of prices at which this volume is an equilibrium. */
  readonly lo: number;
  readonly hi: number;
  readonly filledWh: readonly number[];
}

interface Row {
  readonly row: number;
  readonly key: readonly number[];
  readonly wh: number;
  readonly limit: number;
}

function rowsOf(book: OrderBook, isBid: number, byTime: boolean): Row[] {
  const rows: Row[] = [];
  for (let row = 0; row < book.count; row++) {
    if (book.isBid[row] !== isBid) continue;
    const key = [byTime ? book.includedUs[row]! : 0, book.owner[row]!, book.sequence[row]!];
    rows.push({ row, key, wh: book.quantityWh[row]!, limit: book.limitUptPerKWh[row]! });
  }
  return rows;
}

const sum = (rows: readonly Row[]) => rows.reduce((total, { wh }) => total + wh, 0);
const byKey = (a: Row, b: Row) =>
  a.key[0]! - b.key[0]! || a.key[1]! - b.key[1]! || a.key[2]! - b.key[2]!;

function share(level: readonly Row[], pot: number, byTime: boolean): Map<number, number> {
  const shares = new Map<number, number>();
  let left = pot;
  if (byTime) {
    for (const { row, wh } of [...level].sort(byKey)) {
      const part = Math.min(left, wh);
      shares.set(row, part);
      left -= part;
    }
    return shares;
  }
  const total = BigInt(sum(level));
  const parts = level.map((member) => {
    const product = BigInt(pot) * BigInt(member.wh);
    return { member, floor: Number(product / total), rest: product % total };
  });
  for (const { floor } of parts) left -= floor;
  parts.sort((a, b) => (a.rest === b.rest ? byKey(a.member, b.member) : a.rest > b.rest ? -1 : 1));
  parts.forEach(({ member, floor }, place) => {
    shares.set(member.row, floor + (place < left ? 1 : 0));
  });
  return shares;
}

/** Clears without a collar; undefined when nothing trades. */
export function slowClear(book: OrderBook, byTime = false): SlowClearing | undefined {
  const bids = rowsOf(book, 1, byTime).filter(({ wh }) => wh > 0);
  const asks = rowsOf(book, 0, byTime).filter(({ wh }) => wh > 0);
  const prices = [...new Set([...bids, ...asks].map(({ limit }) => limit))].sort((a, b) => a - b);
  const demand = (price: number) => sum(bids.filter(({ limit }) => limit >= price));
  const demandAbove = (price: number) => sum(bids.filter(({ limit }) => limit > price));
  const supply = (price: number) => sum(asks.filter(({ limit }) => limit <= price));
  const supplyBelow = (price: number) => sum(asks.filter(({ limit }) => limit < price));
  const volumeWh = Math.max(0, ...prices.map((p) => Math.min(demand(p), supply(p))));
  if (volumeWh === 0) return undefined;
  const clears = prices.filter(
    (p) =>
      Math.max(demandAbove(p), supplyBelow(p)) <= volumeWh &&
      volumeWh <= Math.min(demand(p), supply(p)),
  );
  const filledWh = new Array<number>(book.count).fill(0);
  for (const [rows, worst] of [
    [bids, (limit: number) => -limit],
    [asks, (limit: number) => limit],
  ] as const) {
    let left = volumeWh;
    for (const rank of [...new Set(rows.map(({ limit }) => worst(limit)))].sort((a, b) => a - b)) {
      const level = rows.filter(({ limit }) => worst(limit) === rank);
      const pot = Math.min(left, sum(level));
      if (pot === 0) break;
      for (const [row, wh] of share(level, pot, byTime)) filledWh[row] = wh;
      left -= pot;
    }
  }
  return { volumeWh, lo: Math.min(...clears), hi: Math.max(...clears), filledWh };
}

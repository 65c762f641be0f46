/** Settled trades of a stretch of time as columns, and grouping that keeps order. */
import type { TradeEvent } from './define.ts';
import type { TradeColumns } from './trade-graph.ts';

/** Columns of trades, ordered by slot and then arrival. */
export type Trades = TradeColumns;

/**
 * Columns of the trades in [startSlot, endSlot), by slot; trades of one slot stay in the order
 * given. Cost: O(n log n).
 */
export function columnsOf(
  trades: readonly TradeEvent[],
  startSlot: number,
  endSlot: number,
): Trades {
  const rows = trades
    .map((_, row) => row)
    .filter((row) => trades[row]!.slot >= startSlot && trades[row]!.slot < endSlot)
    .sort((a, b) => trades[a]!.slot - trades[b]!.slot || a - b);
  const column = (value: (trade: TradeEvent) => number) =>
    Float64Array.from(rows, (row) => value(trades[row]!));
  return {
    count: rows.length,
    slot: column((trade) => trade.slot),
    buyer: column((trade) => trade.buyer),
    seller: column((trade) => trade.seller),
    energyWh: column((trade) => trade.energyWh),
    priceUptPerKWh: column((trade) => trade.priceUptPerKWh),
  };
}

/** Splits rows by an integer key: groups in ascending order of key, rows in the order given. */
export function groupBy(rows: readonly number[], keyOf: (row: number) => number): number[][] {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.entries()].sort((a, b) => a[0] - b[0]).map(([, group]) => group);
}

/**
 * Which of the traded energy is clean. A meter's export of a slot is a mixture of what the sun gave and what
 * a battery gave back; energy has no colour, so the clean share of the export is taken for each trade alike.
 */
import { mulDivFloor } from '../base/integer.ts';
import { type Deliveries, type SlotTrades, shareByParty } from './attribution.ts';
import type { TradeSettlement } from './settlement.ts';

/** Clean energy by trade [Wh], integers ≥ 0. */
export interface CleanEnergy {
  /** Taken up by the buyer; at most what the trade fulfilled. */
  readonly cleanWh: Float64Array;
  /** Lost on the way. */
  readonly lossWh: Float64Array;
}

/**
 * Clean export of a meter in a slot [Wh]: what it generated while it exported. What a battery gives back is
 * not counted, wherever it was charged, for nobody can tell (model §7.4: storage gets no labels).
 */
export const cleanExportWh = (exportWh: number, generationWh: number): number =>
  Math.min(exportWh, generationWh);

/** Clean export of each home [Wh]: nothing where the read is an estimate. */
export function cleanExports(
  exportWh: ArrayLike<number>,
  generationWh: ArrayLike<number>,
  isActual: (home: number) => boolean,
): Float64Array {
  return Float64Array.from({ length: exportWh.length }, (_, home) =>
    isActual(home) ? cleanExportWh(exportWh[home]!, generationWh[home]!) : 0,
  );
}

/**
 * Attributes the clean export of sellers to their trades.
 *
 * @param cleanExport - Clean export of each home in the slot [Wh]; at most its export.
 * @param exportWh - Export of each home [Wh].
 * @returns Columns by trade. For each seller Σ (clean + loss) ≤ clean export; everything is rounded down,
 *   so that no watt-hour is clean twice.
 */
export function cleanEnergy(
  trades: SlotTrades,
  deliveries: Deliveries,
  settled: TradeSettlement,
  cleanExport: ArrayLike<number>,
  exportWh: ArrayLike<number>,
): CleanEnergy {
  const { count, seller } = trades;
  const potWh = Float64Array.from(deliveries.homeWh, (deliveredWh, home) =>
    deliveredWh === 0 ? 0 : mulDivFloor(cleanExport[home]!, deliveredWh, exportWh[home]!),
  );
  const cleanDelivered = shareByParty(count, seller, deliveries.tradeWh, potWh);
  const cleanWh = new Float64Array(count);
  const lossWh = new Float64Array(count);
  for (let trade = 0; trade < count; trade++) {
    const deliveredWh = deliveries.tradeWh[trade]!;
    if (deliveredWh === 0 || trades.isVoid?.[trade] === 1) continue;
    const clean = cleanDelivered[trade]!;
    cleanWh[trade] = mulDivFloor(clean, settled.fulfilledWh[trade]!, deliveredWh);
    lossWh[trade] = mulDivFloor(clean, settled.allocatedLossWh[trade]!, deliveredWh);
  }
  return { cleanWh, lossWh };
}

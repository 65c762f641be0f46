/**
 * Settlement arithmetic of one slot: from contracts and meter reads to payments. Energy is paid for
 * when it was received and taken, never because it was contracted; everything else is at grid
 * prices. All amounts are integers and every payment is rounded once, where it is made, and
 * credited as it was charged: there is no dust, and cash adds up to zero with `===`.
 */
import { invariant } from '../base/errors.ts';
import { cost } from '../base/integer.ts';
import { sumIntegers } from '../base/sum.ts';
import { type Deliveries, type SlotTrades, shareByParty, validWh } from './attribution.ts';
import { type DeviationRule, deviationFeeUpt } from './deviation.ts';

/** States of a slot's settlement: on first reads, after the deadline, and again on a late read. */
export const SETTLEMENT_STATES = ['PROVISIONAL', 'CLOSED', 'RESETTLED'] as const;
/** One state of {@link SETTLEMENT_STATES}. */
export type SettlementState = (typeof SETTLEMENT_STATES)[number];

/** Grid prices of one slot [Upt/kWh], integers. */
export interface SlotTariff {
  /** Import without a trade. */
  readonly retailUptPerKWh: number;
  /** Export without a trade. */
  readonly feedInUptPerKWh: number;
  /** Network charge of a local trade. */
  readonly wheelingUptPerKWh: number;
}

/** What settlement knows of a slot; every figure is reported, none is truth. */
export interface SettlementInput {
  readonly trades: SlotTrades;
  /** Result of `attributeDeliveries` on the same trades and export. */
  readonly deliveries: Deliveries;
  /** Loss borne by each home as seller [Wh], integer, at most what it delivered. */
  readonly allocatedLossWh: ArrayLike<number>;
  /** Metered import of each home [Wh], integer >= 0. */
  readonly importWh: ArrayLike<number>;
  /** Metered export of each home [Wh], integer >= 0. */
  readonly exportWh: ArrayLike<number>;
  readonly tariff: SlotTariff;
  readonly deviation: DeviationRule;
}

/** Settled trades, columns by trade. */
export interface TradeSettlement {
  /** Export attributed to the trade [Wh]. */
  readonly deliveredWh: Float64Array;
  readonly allocatedLossWh: Float64Array;
  /** Delivered less allocated loss [Wh]. */
  readonly receivedWh: Float64Array;
  /** Import attributed to the trade [Wh]. */
  readonly importShareWh: Float64Array;
  /** min(received, import share) [Wh]: what is paid for. */
  readonly fulfilledWh: Float64Array;
  /** Buyer to seller [Upt]. */
  readonly paymentUpt: Float64Array;
  /** Buyer to network operator, on fulfilled energy [Upt]. */
  readonly wheelingUpt: Float64Array;
  readonly buyerPenaltyUpt: Float64Array;
  readonly sellerPenaltyUpt: Float64Array;
}

/** Settled homes, columns by home. Payments are signed, + is paid, - is received. */
export interface HomeSettlement {
  /** Fulfilled energy bought [Wh]. */
  readonly boughtWh: Float64Array;
  /** Fulfilled energy sold [Wh]. */
  readonly soldWh: Float64Array;
  /** Loss borne [Wh]. */
  readonly lossWh: Float64Array;
  /** Import less bought [Wh], at retail. */
  readonly gridImportWh: Float64Array;
  /** Export less sold and less loss borne [Wh], at feed-in. */
  readonly gridExportWh: Float64Array;
  readonly tradePaymentUpt: Float64Array;
  readonly wheelingUpt: Float64Array;
  readonly gridPaymentUpt: Float64Array;
  readonly penaltyUpt: Float64Array;
  /** Sum of the four payments [Upt]. */
  readonly totalUpt: Float64Array;
  /** What the same metered flows cost without a local market [Upt]. */
  readonly twinTotalUpt: Float64Array;
}

/** Settlement of one slot. */
export interface SlotSettlement {
  readonly trades: TradeSettlement;
  readonly homes: HomeSettlement;
  /** Cash of the network operator [Upt]: retail, wheeling and penalties less feed-in. */
  readonly operatorUpt: number;
}

/**
 * Settles the trades of a slot.
 *
 * Received = delivered - allocated loss; fulfilled = min(received, buyer's import share), where
 * import is attributed like export. The buyer pays `cost(price, fulfilled)` to the seller and
 * wheeling on fulfilled energy to the operator. Energy that was received but that the buyer did not
 * take is the grid's: the operator pays the seller feed-in for it, as for uncontracted export. Loss
 * borne is paid by nobody. A trade's deviation is what is missing from its contract, on the
 * seller's side from delivery and on the buyer's from import; the fee is at the trade's price and
 * goes to the operator. Surplus over the contract is never assessed, for a partly filled order has
 * it by no fault of its own.
 *
 * @throws {InvariantViolation} when loss exceeds delivery, an energy balance does not close, or
 *   cash does not add up to zero. Cost O(trades + homes).
 * Source: decision 15, 17; model §4.11. Differs from §4.11 in: wheeling on fulfilled, not on
 * received energy, since energy the buyer never took was not traded through.
 */
export function settleSlot(input: SettlementInput): SlotSettlement {
  const trades = settleTrades(input);
  const homes = settleHomes(input, trades);
  const { totalUpt, wheelingUpt, gridPaymentUpt, penaltyUpt } = homes;
  const operatorUpt =
    sumIntegers(wheelingUpt) + sumIntegers(gridPaymentUpt) + sumIntegers(penaltyUpt);
  invariant(
    sumIntegers(totalUpt) - operatorUpt === 0,
    'settlement-cash',
    () => `homes paid ${sumIntegers(totalUpt)}, the operator got ${operatorUpt} Upt`,
  );
  const deliveredWh = sumIntegers(trades.deliveredWh);
  const receivedWh = sumIntegers(trades.receivedWh);
  const lossWh = sumIntegers(input.allocatedLossWh);
  invariant(
    deliveredWh - receivedWh === lossWh,
    'settlement-energy',
    () => `delivered ${deliveredWh} - received ${receivedWh} is not allocated ${lossWh} Wh`,
  );
  return { trades, homes, operatorUpt };
}

/** Reads trades, deliveries, loss and import; writes the trade columns. */
function settleTrades(input: SettlementInput): TradeSettlement {
  const { trades, deliveries, allocatedLossWh, importWh, tariff, deviation } = input;
  const { count, seller, buyer, priceUptPerKWh } = trades;
  const contractedWh = validWh(trades);
  const deliveredWh = deliveries.tradeWh;
  for (let home = 0; home < allocatedLossWh.length; home++) {
    invariant(
      allocatedLossWh[home]! <= deliveries.homeWh[home]!,
      'settlement-loss',
      () => `home ${home} bears ${allocatedLossWh[home]} of ${deliveries.homeWh[home]} Wh`,
    );
  }
  const lossWh = shareByParty(count, seller, deliveredWh, allocatedLossWh);
  const importShareWh = shareByParty(count, buyer, contractedWh, importWh);
  const column = () => new Float64Array(count);
  const [receivedWh, fulfilledWh, paymentUpt, wheelingUpt] = [
    column(),
    column(),
    column(),
    column(),
  ];
  const [buyerPenaltyUpt, sellerPenaltyUpt] = [column(), column()];
  for (let trade = 0; trade < count; trade++) {
    const received = deliveredWh[trade]! - lossWh[trade]!;
    const fulfilled = Math.min(received, importShareWh[trade]!);
    const price = priceUptPerKWh[trade]!;
    receivedWh[trade] = received;
    fulfilledWh[trade] = fulfilled;
    paymentUpt[trade] = cost(price, fulfilled);
    wheelingUpt[trade] = cost(tariff.wheelingUptPerKWh, fulfilled);
    const due = contractedWh[trade]!;
    sellerPenaltyUpt[trade] = deviationFeeUpt(deviation, due, deliveredWh[trade]!, price);
    buyerPenaltyUpt[trade] = deviationFeeUpt(deviation, due, importShareWh[trade]!, price);
  }
  return {
    deliveredWh,
    allocatedLossWh: lossWh,
    receivedWh,
    importShareWh,
    fulfilledWh,
    paymentUpt,
    wheelingUpt,
    buyerPenaltyUpt,
    sellerPenaltyUpt,
  };
}

/** Reads the settled trades and the meters; writes the home columns. */
function settleHomes(input: SettlementInput, settled: TradeSettlement): HomeSettlement {
  const { trades, importWh, exportWh, tariff } = input;
  const { retailUptPerKWh, feedInUptPerKWh } = tariff;
  const count = importWh.length;
  const column = () => new Float64Array(count);
  const homes: HomeSettlement = {
    boughtWh: column(),
    soldWh: column(),
    lossWh: column(),
    gridImportWh: column(),
    gridExportWh: column(),
    tradePaymentUpt: column(),
    wheelingUpt: column(),
    gridPaymentUpt: column(),
    penaltyUpt: column(),
    totalUpt: column(),
    twinTotalUpt: column(),
  };
  for (let trade = 0; trade < trades.count; trade++) {
    const [seller, buyer] = [trades.seller[trade]!, trades.buyer[trade]!];
    homes.boughtWh[buyer]! += settled.fulfilledWh[trade]!;
    homes.soldWh[seller]! += settled.fulfilledWh[trade]!;
    homes.lossWh[seller]! += settled.allocatedLossWh[trade]!;
    homes.tradePaymentUpt[buyer]! += settled.paymentUpt[trade]!;
    homes.tradePaymentUpt[seller]! -= settled.paymentUpt[trade]!;
    homes.wheelingUpt[buyer]! += settled.wheelingUpt[trade]!;
    homes.penaltyUpt[buyer]! += settled.buyerPenaltyUpt[trade]!;
    homes.penaltyUpt[seller]! += settled.sellerPenaltyUpt[trade]!;
  }
  for (let home = 0; home < count; home++) {
    const gridImport = importWh[home]! - homes.boughtWh[home]!;
    const gridExport = exportWh[home]! - homes.soldWh[home]! - homes.lossWh[home]!;
    invariant(
      gridImport >= 0 && gridExport >= 0,
      'settlement-residual',
      () => `home ${home}: grid import ${gridImport}, grid export ${gridExport} Wh`,
    );
    const grid = cost(retailUptPerKWh, gridImport) - cost(feedInUptPerKWh, gridExport);
    homes.gridImportWh[home] = gridImport;
    homes.gridExportWh[home] = gridExport;
    homes.gridPaymentUpt[home] = grid;
    homes.totalUpt[home] =
      homes.tradePaymentUpt[home]! + homes.wheelingUpt[home]! + grid + homes.penaltyUpt[home]!;
    homes.twinTotalUpt[home] = gridOnlyUpt(importWh[home]!, exportWh[home]!, tariff);
  }
  return homes;
}

/**
 * The grid-only twin: what a home pays for its metered flows without a local market [Upt, signed].
 * Source: decision 17.
 */
export function gridOnlyUpt(importWh: number, exportWh: number, tariff: SlotTariff): number {
  return cost(tariff.retailUptPerKWh, importWh) - cost(tariff.feedInUptPerKWh, exportWh);
}

/**
 * What a re-settlement posts: signed differences of every home's total and of the operator's cash.
 *
 * @returns Differences [Upt]; those of the homes sum to that of the operator with ===.
 */
export function settlementDifference(
  before: SlotSettlement,
  after: SlotSettlement,
): { readonly homesUpt: Float64Array; readonly operatorUpt: number } {
  return {
    homesUpt: after.homes.totalUpt.map((total, home) => total - before.homes.totalUpt[home]!),
    operatorUpt: after.operatorUpt - before.operatorUpt,
  };
}

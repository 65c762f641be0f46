/**
 * The result tables of a run. Times are given since the start of delivery (negative in the opening),
 * identities as readable ids; columns and units are described in report/schemas.ts.
 */
import { createTable, type Table } from '../base/table.ts';
import { QUALITY_LETTERS } from '../metering/quality.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { Chain } from './chain.ts';
import { chainTables } from './chain-tables.ts';
import type { Operator, SlotMarket } from './operator.ts';
import type { Oversight } from './oversight.ts';
import type { Recorder } from './recorder.ts';
import type { Site } from './site.ts';

/** Everything tables are made from. */
export interface RunParts {
  readonly scenario: Scenario;
  readonly site: Site;
  readonly chain: Chain;
  readonly operator: Operator;
  readonly oversight: Oversight;
  readonly recorder: Recorder;
  /** End of the last delivery slot in chain time [µs]. */
  readonly lastDeliveryUs: number;
}

/** Builds all tables but the summary. */
export function collectTables(parts: RunParts): Record<string, Table> {
  const fraud = parts.oversight.scoring.tables();
  const tables = [
    slotsTable(parts),
    tradesTable(parts),
    settlementsTable(parts),
    metersTable(parts),
    ...chainTables(parts),
    fraud.attacks,
    fraud.alarms,
    fraud.detection,
  ];
  return Object.fromEntries(tables.map((table) => [table.name, table]));
}

const sum = (column: ArrayLike<number>, keep: (index: number) => boolean = () => true) => {
  let total = 0;
  for (let i = 0; i < column.length; i++) if (keep(i)) total += column[i]!;
  return total;
};

function slotsTable({ site, chain, operator, recorder }: RunParts): Table {
  const { slotCount, slotUs, tariff } = site;
  const { truth } = recorder;
  const slots = Array.from({ length: slotCount }, (_, slot) => slot);
  const of = (value: (market: SlotMarket, slot: number) => number) =>
    Float64Array.from(slots, (slot) => value(operator.markets[slot]!, slot));
  const stood = (market: SlotMarket) => (trade: number) => market.voided[trade] === 0;
  const settled = (column: 'deliveredWh' | 'receivedWh' | 'fulfilledWh') =>
    of(({ settlement }) =>
      settlement === undefined ? Number.NaN : sum(settlement.trades[column]),
    );
  const refused = Float64Array.from(
    slots,
    (slot) => recorder.orderTxs(slot).filter((tx) => isRefused(chain, tx)).length,
  );
  return createTable('slots', {
    slot: Float64Array.from(slots),
    start_us: of((_, slot) => slot * slotUs),
    load_wh: truth.loadWh,
    pv_wh: truth.pvWh,
    charge_wh: truth.chargeWh,
    discharge_wh: truth.dischargeWh,
    import_wh: truth.importWh,
    export_wh: truth.exportWh,
    stored_wh: truth.storedWh,
    feeder_head_wh: truth.headWh,
    feeder_loss_wh: truth.lossWh,
    published_loss_wh: of((market) => market.publishedLossWh),
    voltage_min_pu: truth.voltageMinPu,
    orders_sent: recorder.ordersSent,
    orders_accepted: of((market) => market.acceptedCount),
    orders_late: of(
      (market, slot) =>
        recorder.ordersSent[slot]! - market.acceptedCount - market.rejectedCount - refused[slot]!,
    ),
    orders_rejected: of((market, slot) => market.rejectedCount + refused[slot]!),
    bid_wh: of((market) => market.bidWh),
    offer_wh: of((market) => market.offerWh),
    cleared_wh: of((market) => market.clearedWh),
    bilateral_wh: of((market) => market.bilateralWh),
    price_upt_per_kwh: of((market) => market.priceUptPerKWh),
    void_wh: of((market) => sum(market.trades.energyWh, (trade) => market.voided[trade] === 1)),
    contracted_wh: of((market) => sum(market.trades.energyWh)),
    delivered_wh: settled('deliveredWh'),
    received_wh: settled('receivedWh'),
    fulfilled_wh: settled('fulfilledWh'),
    retail_upt_per_kwh: of((_, slot) => tariff.retailUptPerKWh(site.hourOf(slot))),
    feed_in_upt_per_kwh: of((_, slot) => tariff.feedInUptPerKWh(site.hourOf(slot))),
    wheeling_upt_per_kwh: of((_, slot) => tariff.wheelingUptPerKWh(site.hourOf(slot))),
    welfare_max_upt: of((_, slot) => recorder.welfareMaxUpt(slot)),
    surplus_upt: of((market, slot) => surplusUpt(market, slot, recorder, stood(market))),
    settlement_state: slots.map((slot) => operator.markets[slot]!.state),
    settle_final_us: of((market) => market.settleFinalUs - chain.rules.openingUs),
  });
}

/** Refused at the door, or failed in its block: not late, rejected. */
function isRefused(chain: Chain, tx: number): boolean {
  return chain.table.refused[tx]! !== 0 || chain.table.failure[tx]! !== 0;
}

function surplusUpt(
  market: SlotMarket,
  slot: number,
  recorder: Recorder,
  stood: (trade: number) => boolean,
): number {
  const { trades, settlement } = market;
  if (settlement === undefined) return Number.NaN;
  let gain = 0;
  for (let trade = 0; trade < trades.count; trade++) {
    if (!stood(trade)) continue;
    const value = recorder.buyerValue(trades.buyer[trade]!, slot);
    const worth = value - recorder.sellerCost(trades.seller[trade]!, slot);
    gain += worth * settlement.trades.fulfilledWh[trade]!;
  }
  return Math.floor(gain / 1000);
}

function tradesTable({ site, operator, recorder }: RunParts): Table {
  const ids = site.source.homes.map((home) => home.id);
  const rows = operator.markets.flatMap((market) =>
    Array.from({ length: market.trades.count }, (_, trade) => ({ market, trade })),
  );
  const of = (value: (market: SlotMarket, trade: number) => number) =>
    Float64Array.from(rows, ({ market, trade }) => value(market, trade));
  const settled = (
    column:
      | 'deliveredWh'
      | 'allocatedLossWh'
      | 'receivedWh'
      | 'fulfilledWh'
      | 'paymentUpt'
      | 'wheelingUpt',
  ) => of(({ settlement }, trade) => settlement?.trades[column][trade] ?? Number.NaN);
  return createTable('trades', {
    slot: of((market) => market.slot),
    trade: of((_, trade) => trade),
    buyer: rows.map(({ market, trade }) => ids[market.trades.buyer[trade]!]!),
    seller: rows.map(({ market, trade }) => ids[market.trades.seller[trade]!]!),
    bilateral: of(({ trades }, trade) => trades.bilateral[trade]!),
    price_upt_per_kwh: of(({ trades }, trade) => trades.priceUptPerKWh[trade]!),
    contracted_wh: of(({ trades }, trade) => trades.energyWh[trade]!),
    delivered_wh: settled('deliveredWh'),
    allocated_loss_wh: settled('allocatedLossWh'),
    received_wh: settled('receivedWh'),
    fulfilled_wh: settled('fulfilledWh'),
    payment_upt: settled('paymentUpt'),
    wheeling_upt: settled('wheelingUpt'),
    buyer_value_upt_per_kwh: of((market, trade) =>
      recorder.buyerValue(market.trades.buyer[trade]!, market.slot),
    ),
    seller_cost_upt_per_kwh: of((market, trade) =>
      recorder.sellerCost(market.trades.seller[trade]!, market.slot),
    ),
    state: rows.map(({ market, trade }) =>
      market.state === '' ? '' : market.voided[trade] === 1 ? 'VOID' : market.state,
    ),
  });
}

function settlementsTable({ site, operator }: RunParts): Table {
  const ids = site.source.homes.map((home) => home.id);
  const settled = operator.markets.filter((market) => market.settlement !== undefined);
  const count = settled.length * ids.length;
  const of = (value: (market: SlotMarket, home: number) => number) => {
    const column = new Float64Array(count);
    settled.forEach((market, place) => {
      for (let home = 0; home < ids.length; home++) {
        column[place * ids.length + home] = value(market, home);
      }
    });
    return column;
  };
  const homes = (
    column:
      | 'boughtWh'
      | 'soldWh'
      | 'gridImportWh'
      | 'gridExportWh'
      | 'tradePaymentUpt'
      | 'wheelingUpt'
      | 'gridPaymentUpt'
      | 'penaltyUpt'
      | 'totalUpt'
      | 'twinTotalUpt',
  ) => of(({ settlement }, home) => settlement!.homes[column][home]!);
  return createTable('settlements', {
    slot: of((market) => market.slot),
    home: settled.flatMap(() => ids),
    import_wh: of(({ reads }, home) => reads!.importWh[home]!),
    export_wh: of(({ reads }, home) => reads!.exportWh[home]!),
    bought_wh: homes('boughtWh'),
    sold_wh: homes('soldWh'),
    grid_import_wh: homes('gridImportWh'),
    grid_export_wh: homes('gridExportWh'),
    trade_payment_upt: homes('tradePaymentUpt'),
    wheeling_upt: homes('wheelingUpt'),
    grid_payment_upt: homes('gridPaymentUpt'),
    penalty_upt: homes('penaltyUpt'),
    total_upt: homes('totalUpt'),
    twin_total_upt: homes('twinTotalUpt'),
    state: settled.flatMap((market) => ids.map(() => market.state)),
    version: of(() => 1),
  });
}

function metersTable({ site, operator }: RunParts): Table {
  const ids = site.source.homes.map((home) => home.id);
  const read = operator.markets.filter((market) => market.reads !== undefined);
  const of = (column: 'importWh' | 'exportWh' | 'generationWh' | 'readUs') => {
    const values = new Float64Array(read.length * ids.length);
    read.forEach(({ reads }, place) => {
      values.set(reads![column], place * ids.length);
    });
    return values;
  };
  return createTable('meters', {
    slot: Float64Array.from(read.flatMap(({ slot }) => ids.map(() => slot))),
    home: read.flatMap(() => ids),
    import_wh: of('importWh'),
    export_wh: of('exportWh'),
    generation_wh: of('generationWh'),
    quality: read.flatMap(({ reads }) =>
      Array.from(reads!.quality, (code) => QUALITY_LETTERS[code]!),
    ),
    read_us: of('readUs'),
  });
}

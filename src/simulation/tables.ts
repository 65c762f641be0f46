/**
 * The result tables of a run. Times are given since the start of delivery (negative in the opening),
 * identities as readable ids; columns and units are described in report/schemas.ts.
 */
import { createTable, type Table } from '../base/table.ts';
import { QUALITY_LETTERS } from '../metering/quality.ts';
import type { HomeSpec } from '../physics/community.ts';
import { type ChainParts, chainTables } from './chain-tables.ts';
import type { ContractedTrades, Operator, SlotMarket } from './operator.ts';
import type { Oversight } from './oversight.ts';
import type { Recorder } from './recorder.ts';
import type { Site } from './site.ts';

/** Everything tables are made from. */
export interface RunParts extends ChainParts {
  readonly site: Site;
  readonly operator: Operator;
  readonly oversight: Oversight;
  readonly recorder: Recorder;
}

/** Builds all tables but the summary. */
export function collectTables(parts: RunParts): Record<string, Table> {
  const fraud = parts.oversight.scoring.tables();
  const tables = [
    slotsTable(parts),
    homesTable(parts),
    tradesTable(parts),
    settlementsTable(parts),
    metersTable(parts),
    ...chainTables({ ...parts, marketChecks: marketChecks(parts) }),
    fraud.attacks,
    fraud.alarms,
    fraud.detection,
    ...(fraud.curves.count > 0 ? [fraud.curves] : []),
  ];
  return Object.fromEntries(tables.map((table) => [table.name, table]));
}

/** What the market asserted with `===` during the run, and how often. */
function marketChecks({ site, operator }: RunParts) {
  const settled = operator.markets.filter((market) => market.settled !== undefined).length;
  const homeSlots = (site.slotCount + site.historySlots) * site.source.homes.length;
  return [
    { invariant: 'home-energy-balance', checks: homeSlots },
    { invariant: 'settlement-energy', checks: settled },
    { invariant: 'settlement-cash', checks: settled },
  ];
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
    of(({ settled: trades }) => (trades === undefined ? Number.NaN : sum(trades[column])));
  const refused = Float64Array.from(
    slots,
    (slot) => recorder.orderTxs(slot).filter((tx) => chain.hasFailed(tx)).length,
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
    welfare_in_time_upt: of((_, slot) => recorder.welfareInTimeUpt(slot)),
    contracted_surplus_upt: of((market, slot) => contractedSurplusUpt(market, slot, recorder)),
    surplus_upt: of((market, slot) => surplusUpt(market, slot, recorder, stood(market))),
    settlement_state: slots.map((slot) => operator.markets[slot]!.state),
    settle_final_us: of((market) => market.settleFinalUs - chain.rules.openingUs),
  });
}

/** Equipment as the community registered it, in the order of home indices. */
function homesTable({ site: { source } }: RunParts): Table {
  const { homes } = source;
  const of = (value: (home: HomeSpec) => number) => Float64Array.from(homes, value);
  return createTable('homes', {
    home: homes.map(({ id }) => id),
    kind: homes.map(({ kind }) => kind),
    pv_peak_w: of(({ pvDcW }) => pvDcW),
    pv_inverter_w: of(({ pvAcW }) => pvAcW),
    battery_wh: of(({ batteryWh }) => batteryWh),
    battery_w: of(({ batteryW }) => batteryW),
  });
}

/** Whether a wash order stands behind a trade: such a trade is worth nothing to anybody. */
function isFalse(slot: number, trades: ContractedTrades, trade: number, recorder: Recorder) {
  return (
    trades.bilateral[trade] === 1 &&
    recorder.isFalseOrder(slot, trades.buyer[trade]!, trades.buyerSequence[trade]!)
  );
}

/** Worth to the buyers less cost to the sellers of everything that was contracted [Upt]. */
function contractedSurplusUpt({ trades }: SlotMarket, slot: number, recorder: Recorder): number {
  let gain = 0;
  for (let trade = 0; trade < trades.count; trade++) {
    if (isFalse(slot, trades, trade, recorder)) continue;
    const value = recorder.buyerValue(trades.buyer[trade]!, slot);
    const worth = value - recorder.sellerCost(trades.seller[trade]!, slot);
    gain += worth * trades.energyWh[trade]!;
  }
  return Math.floor(gain / 1000);
}

function surplusUpt(
  market: SlotMarket,
  slot: number,
  recorder: Recorder,
  stood: (trade: number) => boolean,
): number {
  const { trades, settled } = market;
  if (settled === undefined) return Number.NaN;
  let gain = 0;
  for (let trade = 0; trade < trades.count; trade++) {
    if (!stood(trade) || isFalse(slot, trades, trade, recorder)) continue;
    const value = recorder.buyerValue(trades.buyer[trade]!, slot);
    const worth = value - recorder.sellerCost(trades.seller[trade]!, slot);
    gain += worth * settled.fulfilledWh[trade]!;
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
  ) => of((market, trade) => market.settled?.[column][trade] ?? Number.NaN);
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

/** Columns of rows (slot, home) for the slots that are there; the columns themselves when all are. */
function rowsOf(site: Site, isThere: Uint8Array) {
  const ids = site.source.homes.map((home) => home.id);
  const slots = Array.from(isThere.keys()).filter((slot) => isThere[slot] === 1);
  const isWhole = slots.length === isThere.length;
  const length = slots.length * ids.length;
  const slot = new Int32Array(length);
  slots.forEach((value, place) => {
    slot.fill(value, place * ids.length, (place + 1) * ids.length);
  });
  return {
    slots,
    slot,
    home: repeat(slots.length, ids),
    pick<C extends Int32Array | Float64Array>(column: C): ArrayLike<number> {
      if (isWhole) return column;
      const picked = new Float64Array(length);
      slots.forEach((from, place) => {
        const rows = column.subarray(from * ids.length, (from + 1) * ids.length);
        picked.set(rows, place * ids.length);
      });
      return picked;
    },
    homeCount: ids.length,
  };
}

function repeat(times: number, texts: readonly string[]): string[] {
  const all = new Array<string>(times * texts.length);
  for (let i = 0; i < all.length; i++) all[i] = texts[i % texts.length]!;
  return all;
}

function settlementsTable({ site, operator }: RunParts): Table {
  const { book, markets } = operator;
  const rows = rowsOf(site, book.isSettled);
  const wh = (name: keyof typeof book.settledWh) => rows.pick(book.settledWh[name]);
  const upt = (name: keyof typeof book.settledUpt) => rows.pick(book.settledUpt[name]);
  const state = new Array<string>(rows.slot.length);
  for (let row = 0; row < state.length; row++) state[row] = markets[rows.slot[row]!]!.state;
  return createTable('settlements', {
    slot: rows.slot,
    home: rows.home,
    import_wh: rows.pick(book.importWh),
    export_wh: rows.pick(book.exportWh),
    bought_wh: wh('boughtWh'),
    sold_wh: wh('soldWh'),
    grid_import_wh: wh('gridImportWh'),
    grid_export_wh: wh('gridExportWh'),
    trade_payment_upt: upt('tradePaymentUpt'),
    wheeling_upt: upt('wheelingUpt'),
    grid_payment_upt: upt('gridPaymentUpt'),
    penalty_upt: upt('penaltyUpt'),
    total_upt: upt('totalUpt'),
    twin_total_upt: upt('twinTotalUpt'),
    state,
    version: new Int32Array(state.length).fill(1),
  });
}

function metersTable({ site, operator }: RunParts): Table {
  const { book } = operator;
  const rows = rowsOf(site, book.isRead);
  const quality = new Array<string>(rows.slot.length);
  rows.slots.forEach((slot, place) => {
    for (let home = 0; home < rows.homeCount; home++) {
      const code = book.quality[slot * rows.homeCount + home]!;
      quality[place * rows.homeCount + home] = QUALITY_LETTERS[code]!;
    }
  });
  return createTable('meters', {
    slot: rows.slot,
    home: rows.home,
    import_wh: rows.pick(book.importWh),
    export_wh: rows.pick(book.exportWh),
    generation_wh: rows.pick(book.generationWh),
    quality,
    read_us: rows.pick(book.readUs),
  });
}

/**
 * The trading centre: closes the gate on what the chain has included, clears, anchors meter reads and
 * settles what became final in time (decision 8). It sees its own node's head and reported data, and
 * acts off the chain only on final events.
 */
import type { RandomSource } from '../base/random.ts';
import { TRADE } from '../contracts/cells.ts';
import { lossAllocations } from '../grid/loss-allocation/index.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { SignedLeaf, TradeColumns } from '../ledger/transactions.ts';
import { attributeDeliveries, tradedLossWh } from '../market/attribution.ts';
import { matchBilateral } from '../market/bilateral.ts';
import type { OrderBook } from '../market/book.ts';
import { type CleanEnergy, cleanEnergy, cleanExports } from '../market/clean-energy.ts';
import { mechanisms } from '../market/mechanisms/index.ts';
import { ACCEPTED, createPoolSelector, screenOrders } from '../market/screening.ts';
import { settleSlot, type TradeSettlement } from '../market/settlement.ts';
import type { SlotReads } from '../metering/head-end.ts';
import { QUALITY } from '../metering/quality.ts';
import type { Scenario } from '../scenario/sections.ts';
import { createAnchoring, createSettlementDesk } from './anchoring.ts';
import { CENTRE_NODE, type Chain } from './chain.ts';
import { createClearingDesk } from './chain-clearing.ts';
import { createGateBook } from './gate-book.ts';
import { createHomeBook, type HomeBook } from './home-book.ts';
import type { Site } from './site.ts';

/** A trade as contracted at gate closure. */
export interface ContractedTrades extends TradeColumns {
  /** 1 where counterparties were named. */
  readonly bilateral: Uint8Array;
}

/** What became of one slot's market. */
export interface SlotMarket {
  readonly slot: number;
  acceptedCount: number;
  rejectedCount: number;
  bidWh: number;
  offerWh: number;
  clearedWh: number;
  bilateralWh: number;
  /** Uniform price [Upt/kWh]; NaN when nothing cleared. */
  priceUptPerKWh: number;
  trades: ContractedTrades;
  clearTx: number;
  settleTx: number;
  batchTx: number;
  clearFinalUs: number;
  batchFinalUs: number;
  settleFinalUs: number;
  voided: Uint8Array;
  publishedLossWh: number;
  /** Reported net energy through the feeder head [Wh]. */
  headWh: number;
  /** Settled trades, by trade; undefined until then. */
  settled: TradeSettlement | undefined;
  state: '' | 'PROVISIONAL' | 'CLOSED' | 'VOID';
}

/** Hooks of the run on the operator's work. */
export interface OperatorListener {
  /** All orders of a slot as they stand at gate closure; reused afterwards. */
  onGate(slot: number, orders: Readonly<OrderBook>): void;
  /** A slot has settled in arithmetic; its transaction is on the way. */
  onSettled(market: SlotMarket): void;
  /** The settlement of a slot is final. */
  onFinalSettlement(market: SlotMarket): void;
  /** The readings of a slot have been sent to the chain. */
  onReadsSent(reads: SlotReads, leaves: readonly SignedLeaf[]): void;
  /** The meter batch of a slot is final. */
  onFinalReads(market: SlotMarket): void;
}

/** The trading centre at work. */
export interface Operator {
  readonly markets: readonly SlotMarket[];
  /** Reads and settlements of all homes. */
  readonly book: HomeBook;
  /** Anchors a closed batch and keeps it for settlement. */
  takeReads(reads: SlotReads): void;
  onFinal(block: number): void;
  /** Slots that have not settled on a final block yet. */
  readonly openCount: number;
}

const NO_TRADES: ContractedTrades = {
  count: 0,
  buyer: [],
  buyerSequence: [],
  seller: [],
  sellerSequence: [],
  energyWh: [],
  priceUptPerKWh: [],
  bilateral: new Uint8Array(0),
};

/** Makes the operator and schedules its gates and deadlines. */
export function createOperator(
  kernel: Kernel,
  scenario: Scenario,
  site: Site,
  chain: Chain,
  random: RandomSource,
  listener: OperatorListener,
): Operator {
  const { slotUs, slotCount } = site;
  const { rules, state, table } = chain;
  const { openingUs } = rules;
  const mechanism = mechanisms.get(scenario.market.mechanism.name);
  const allocation = lossAllocations.get(scenario.grid.lossAllocation.name);
  const homeCount = site.source.homes.length;
  const allocatedWh = new Float64Array(homeCount);
  const selectPool = createPoolSelector();
  const gateBook = createGateBook(scenario, site, chain);
  const book = createHomeBook(slotCount, homeCount);
  const slotsOfTx = new Map<
    number,
    { slots: readonly number[]; what: 'clear' | 'batch' | 'settle' }
  >();
  let openCount = slotCount;
  const expiryFar = openingUs + (slotCount + 1) * slotUs + scenario.horizon.drain + 1e12;
  const isOnChain = scenario.market.clearing === 'on-chain';
  const clearing = createClearingDesk(kernel, scenario, chain, sentClear);
  const homeIds = site.source.homes.map((home) => home.id);
  const anchoring = createAnchoring(
    scenario,
    chain,
    homeIds,
    random,
    expiryFar,
    listener.onReadsSent,
  );
  const settlements = createSettlementDesk(kernel, scenario, chain, expiryFar, (tx, slots) => {
    slotsOfTx.set(tx, { slots, what: 'settle' });
    for (const slot of slots) markets[slot]!.settleTx = tx;
  });
  /** Clean export by home of slots that have not settled; none on a chain without labels. */
  const cleanExportOf = new Map<number, Float64Array>();
  const markets: SlotMarket[] = Array.from({ length: slotCount }, (_, slot) => ({
    slot,
    acceptedCount: 0,
    rejectedCount: 0,
    bidWh: 0,
    offerWh: 0,
    clearedWh: 0,
    bilateralWh: 0,
    priceUptPerKWh: Number.NaN,
    trades: NO_TRADES,
    clearTx: -1,
    settleTx: -1,
    batchTx: -1,
    clearFinalUs: Number.NaN,
    batchFinalUs: Number.NaN,
    settleFinalUs: Number.NaN,
    voided: new Uint8Array(0),
    publishedLossWh: 0,
    headWh: 0,
    settled: undefined,
    state: '',
  }));

  function closeGate(slot: number): void {
    const market = markets[slot]!;
    gateBook.read(slot);
    const { orders } = gateBook;
    const codes = screenOrders(orders);
    for (let row = 0; row < orders.count; row++) {
      if (codes[row] === ACCEPTED) market.acceptedCount++;
      else market.rejectedCount++;
      if (codes[row] !== ACCEPTED || orders.counterparty[row] !== -1) continue;
      if (orders.isBid[row] === 1) market.bidWh += orders.quantityWh[row]!;
      else market.offerWh += orders.quantityWh[row]!;
    }
    listener.onGate(slot, orders);
    const pairs = matchBilateral(orders, codes);
    const pool = selectPool(orders, codes);
    const cleared = mechanism.clear(pool.book, scenario.market.mechanism.options as never);
    const count = pairs.count + cleared.trades.count;
    const column = () => new Float64Array(count);
    const trades = {
      count,
      buyer: column(),
      buyerSequence: column(),
      seller: column(),
      sellerSequence: column(),
      energyWh: column(),
      priceUptPerKWh: column(),
      bilateral: new Uint8Array(count),
    };
    const put = (trade: number, bid: number, ask: number, wh: number, price: number) => {
      trades.buyer[trade] = orders.owner[bid]!;
      trades.buyerSequence[trade] = orders.sequence[bid]!;
      trades.seller[trade] = orders.owner[ask]!;
      trades.sellerSequence[trade] = orders.sequence[ask]!;
      trades.energyWh[trade] = wh;
      trades.priceUptPerKWh[trade] = price;
    };
    for (let k = 0; k < pairs.count; k++) {
      put(k, pairs.bid[k]!, pairs.ask[k]!, pairs.energyWh[k]!, pairs.priceUptPerKWh[k]!);
      trades.bilateral[k] = 1;
      market.bilateralWh += pairs.energyWh[k]!;
    }
    for (let k = 0; k < cleared.trades.count; k++) {
      const bid = cleared.trades.bid[k]!;
      const ask = cleared.trades.ask[k]!;
      const row = (at: number) => pool.rows?.[at] ?? at;
      put(pairs.count + k, row(bid), row(ask), cleared.trades.energyWh[k]!, cleared.priceUptPerKWh);
    }
    market.trades = trades;
    market.clearedWh = cleared.volumeWh;
    market.priceUptPerKWh = cleared.priceUptPerKWh;
    market.voided = new Uint8Array(count);
    const deadlineUs = openingUs + (slot + 1) * slotUs + scenario.settlement.deadline;
    if (isOnChain) {
      clearing.request(slot, deadlineUs);
      return;
    }
    const payload = {
      slot,
      priceUptPerKWh: Number.isNaN(cleared.priceUptPerKWh) ? -1 : cleared.priceUptPerKWh,
      bookHash: gateBook.hash(),
      trades,
    };
    sentClear(chain.submit('CLEAR', rules.centre, payload, { slot, expiryUs: deadlineUs }), slot);
  }

  function sentClear(tx: number, slot: number): void {
    markets[slot]!.clearTx = tx;
    slotsOfTx.set(tx, { slots: [slot], what: 'clear' });
  }

  /** The clearing of a slot is final; on the chain its trades are those of the contract. */
  function takeClearing(market: SlotMarket, finalUs: number): void {
    market.clearFinalUs = finalUs;
    const found = isOnChain ? clearing.read(market.slot) : undefined;
    if (found === undefined) return;
    Object.assign(market, found);
    market.voided = new Uint8Array(found.trades.count);
  }

  /** Marks trades that are void: all of them past the deadline, or those the branch lacks orders of. */
  function markVoid(market: SlotMarket): void {
    const { slot, trades, voided } = market;
    const inTime =
      market.clearFinalUs <= openingUs + (slot + 1) * slotUs + scenario.settlement.deadline;
    const final = chain.engine.finalBlock[CENTRE_NODE]!;
    for (let trade = 0; trade < trades.count; trade++) {
      const stands =
        inTime && state.readAt(final, rules.cells.trade(slot, trade, TRADE.contractedWh)) > 0;
      voided[trade] = stands ? 0 : 1;
    }
  }

  function trySettle(slot: number): void {
    const market = markets[slot]!;
    const deadlineUs = openingUs + (slot + 1) * slotUs + scenario.settlement.deadline;
    const decided = !Number.isNaN(market.clearFinalUs) || kernel.nowUs >= deadlineUs;
    if (market.settled !== undefined || !decided || Number.isNaN(market.batchFinalUs)) return;
    markVoid(market);
    const { trades, voided } = market;
    const slotTrades = {
      count: trades.count,
      seller: trades.seller,
      buyer: trades.buyer,
      contractedWh: trades.energyWh,
      priceUptPerKWh: trades.priceUptPerKWh,
      isVoid: voided,
    };
    const { importWh, exportWh, quality } = book.readsOf(slot);
    const deliveries = attributeDeliveries(slotTrades, exportWh);
    const deliveredWh = total(deliveries.homeWh);
    const carriedWh = total(exportWh) + Math.max(0, market.headWh);
    const lossWh = tradedLossWh(market.publishedLossWh, deliveredWh, carriedWh);
    allocation.allocate(
      { lossWh, deliveredWh: deliveries.homeWh },
      allocatedWh,
      scenario.grid.lossAllocation.options as never,
    );
    const hour = site.hourOf(slot);
    const settlement = settleSlot({
      trades: slotTrades,
      deliveries,
      allocatedLossWh: allocatedWh,
      importWh,
      exportWh,
      tariff: {
        retailUptPerKWh: site.tariff.retailUptPerKWh(hour),
        feedInUptPerKWh: site.tariff.feedInUptPerKWh(hour),
        wheelingUptPerKWh: site.tariff.wheelingUptPerKWh(hour),
      },
      deviation:
        scenario.settlement.deviationRule === 'none'
          ? { kind: 'none' }
          : {
              kind: 'band-penalty',
              band: scenario.settlement.band,
              rate: scenario.settlement.rate,
            },
    });
    market.settled = settlement.trades;
    book.takeSettlement(slot, settlement.homes);
    market.state = quality.every((code) => code === 0) ? 'CLOSED' : 'PROVISIONAL';
    const cleanExport = cleanExportOf.get(slot) ?? new Float64Array(homeCount);
    cleanExportOf.delete(slot);
    sendSettlement(
      market,
      cleanEnergy(slotTrades, deliveries, settlement.trades, cleanExport, exportWh),
    );
    listener.onSettled(market);
  }

  function sendSettlement(market: SlotMarket, clean: CleanEnergy): void {
    const { trades, voided } = market;
    const settled = market.settled!;
    const rows: number[] = [];
    for (let trade = 0; trade < trades.count; trade++) if (voided[trade] === 0) rows.push(trade);
    const pick = (column: ArrayLike<number>) => Float64Array.from(rows, (row) => column[row]!);
    settlements.take({
      slot: market.slot,
      version: 1,
      entries: {
        count: rows.length,
        trade: Float64Array.from(rows),
        fulfilledWh: pick(settled.fulfilledWh),
        paymentUpt: pick(settled.paymentUpt),
        wheelingUpt: pick(settled.wheelingUpt),
        buyerPenaltyUpt: pick(settled.buyerPenaltyUpt),
        sellerPenaltyUpt: pick(settled.sellerPenaltyUpt),
        cleanWh: pick(clean.cleanWh),
        lossWh: pick(clean.lossWh),
      },
    });
  }

  kernel.columnPhase(
    'market/close-gate',
    PHASE.market,
    { startUs: openingUs - rules.gateClosureUs, periodUs: slotUs, count: slotCount },
    closeGate,
  );
  kernel.columnPhase(
    'market/pass-deadline',
    PHASE.market,
    {
      startUs: openingUs + slotUs + scenario.settlement.deadline,
      periodUs: slotUs,
      count: slotCount,
    },
    (slot) => {
      trySettle(slot);
      settlements.passDeadline(slot);
    },
  );

  /** A transaction about a slot is final at the centre. */
  function becomeFinal(slot: number, what: 'clear' | 'batch' | 'settle', finalUs: number): void {
    const market = markets[slot]!;
    if (what === 'clear') takeClearing(market, finalUs);
    else if (what === 'batch') {
      market.batchFinalUs = finalUs;
      anchoring.onFinal(slot);
      listener.onFinalReads(market);
    } else if (Number.isNaN(market.settleFinalUs)) {
      market.settleFinalUs = finalUs;
      openCount--;
      listener.onFinalSettlement(market);
      return;
    }
    trySettle(slot);
  }

  return {
    markets,
    book,
    get openCount() {
      return openCount;
    },
    takeReads(reads) {
      const { slot } = reads;
      const market = markets[slot]!;
      book.takeReads(reads);
      if (rules.certificates !== undefined) {
        const isActual = (home: number) => reads.quality[home] === QUALITY.actual;
        cleanExportOf.set(slot, cleanExports(reads.exportWh, reads.generationWh, isActual));
      }
      market.batchTx = anchoring.anchor(reads);
      slotsOfTx.set(market.batchTx, { slots: [slot], what: 'batch' });
    },
    onFinal(block) {
      const body = chain.tree.transactions(block);
      for (let i = 0; i < body.length; i++) {
        const about = slotsOfTx.get(body[i]!);
        if (about === undefined) continue;
        for (const slot of about.slots) becomeFinal(slot, about.what, table.finalUs[body[i]!]!);
      }
    },
  };
}

function total(column: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += column[i]!;
  return sum;
}

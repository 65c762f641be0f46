/** What a run keeps for its tables: truth by slot and home, and the market's state at each gate. */
import {
  buyerValueUptPerKWh,
  type Reservations,
  sellerCostUptPerKWh,
} from '../agents/reservation.ts';
import { DAY_US, HOUR_US } from '../base/units.ts';
import { SEQUENCES_MAX } from '../contracts/cells.ts';
import { pvBoundOverSkyWh, skyPath } from '../energy/bound.ts';
import { sha256Hex } from '../ledger/hash.ts';
import { createBook, type OrderBook } from '../market/book.ts';
import { optimalSurplus } from '../market/welfare.ts';
import type { Chain } from './chain.ts';
import type { Intent } from './members.ts';
import type { Operator } from './operator.ts';
import type { FeederSlot, Site } from './site.ts';

/** Sums over homes of one slot's truth [Wh], columns by slot. */
export interface SlotTruth {
  readonly loadWh: Float64Array;
  readonly pvWh: Float64Array;
  readonly chargeWh: Float64Array;
  readonly dischargeWh: Float64Array;
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
  readonly storedWh: Float64Array;
  readonly headWh: Float64Array;
  readonly lossWh: Float64Array;
  readonly voltageMinPu: Float64Array;
}

/** An order as its home meant it. */
interface Wish extends Pick<Intent, 'home' | 'isBid' | 'quantityWh'> {
  readonly sequence: number;
  readonly tx: number;
}

/** Collects during a run. */
export interface Recorder {
  readonly truth: SlotTruth;
  readonly ordersSent: Int32Array;
  finish(slot: number, feeder: FeederSlot, headWh: number): void;
  /** Reported net energy through the feeder head [Wh]; history included. */
  headWh(slot: number): number;
  trueImportWh(slot: number): Float64Array;
  trueExportWh(slot: number): Float64Array;
  /**
   * Notes an order and what it was worth to the home.
   *
   * @param isFalse - A wash order: it stands for no wish and counts in no welfare.
   */
  sent(slot: number, intent: Intent, sequence: number, tx: number, isFalse: boolean): void;
  /** Order transactions of a slot. */
  orderTxs(slot: number): readonly number[];
  /** Takes stock of the orders sent for a slot and of those in the book at gate closure. */
  gate(slot: number, book: Readonly<OrderBook>, hasFailed: (tx: number) => boolean): void;
  /** Whether an order was a wash order. */
  isFalseOrder(slot: number, home: number, sequence: number): boolean;
  /** Largest surplus that a clearing of all orders sent for a slot could reach [Upt]. */
  welfareMaxUpt(slot: number): number;
  /** The same of the orders that were in time. */
  welfareInTimeUpt(slot: number): number;
  /** What a kWh bought in a slot is worth to a home [Upt/kWh]. */
  buyerValue(home: number, slot: number): number;
  /** What a kWh sold in a slot costs a home [Upt/kWh]. */
  sellerCost(home: number, slot: number): number;
  truthHash(): string;
  warnings(chain: Chain, operator: Operator): string[];
}

/** Makes the recorder of a site. */
export function createRecorder(site: Site, reservations: Reservations): Recorder {
  const { slotCount, historySlots, world } = site;
  const count = site.source.homes.length;
  const column = () => new Float64Array(slotCount);
  const truth: SlotTruth = {
    loadWh: column(),
    pvWh: column(),
    chargeWh: column(),
    dischargeWh: column(),
    importWh: column(),
    exportWh: column(),
    storedWh: column(),
    headWh: column(),
    lossWh: column(),
    voltageMinPu: column(),
  };
  const importByHome = new Float64Array(slotCount * count);
  const exportByHome = new Float64Array(slotCount * count);
  const reportedHeadWh = new Float64Array(slotCount + historySlots);
  const ordersSent = new Int32Array(slotCount);
  const orders: number[][] = Array.from({ length: slotCount }, () => []);
  /** Orders of slots whose gate is still open. */
  const wishes = new Map<number, Wish[]>();
  const falseOrders = new Set<number>();
  const orderKey = (slot: number, home: number, sequence: number) =>
    (slot * count + home) * SEQUENCES_MAX + sequence;
  const welfareMax = column();
  const welfareInTime = column();
  let hash = '';
  let unsolved = 0;

  function buyerValue(home: number, slot: number): number {
    const hour = site.hourOf(slot);
    const { retailUptPerKWh, wheelingUptPerKWh } = site.tariff;
    return buyerValueUptPerKWh(reservations, home, retailUptPerKWh(hour), wheelingUptPerKWh(hour));
  }

  function sellerCost(home: number, slot: number): number {
    return sellerCostUptPerKWh(reservations, home, site.tariff.feedInUptPerKWh(site.hourOf(slot)));
  }

  /** Largest surplus that trade among wishes could reach, at what they are worth to the homes [Upt]. */
  function optimumOf(slot: number, sent: readonly Wish[]): number {
    const book = createBook(sent.length);
    book.count = sent.length;
    const values = Float64Array.from(sent, ({ home, isBid, quantityWh }, row) => {
      book.isBid[row] = isBid ? 1 : 0;
      book.quantityWh[row] = quantityWh;
      return isBid ? buyerValue(home, slot) : sellerCost(home, slot);
    });
    return optimalSurplus(book, values).surplusUpt;
  }

  return {
    truth,
    ordersSent,
    finish(slot, feeder, headWh) {
      reportedHeadWh[slot + historySlots] = headWh;
      const now = world.truth;
      if (Number.isNaN(feeder.voltageMinPu)) unsolved++;
      if (slot < 0) return;
      importByHome.set(now.importWh, slot * count);
      exportByHome.set(now.exportWh, slot * count);
      const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
      truth.loadWh[slot] = sum(now.loadWh);
      truth.pvWh[slot] = sum(now.generationWh);
      truth.chargeWh[slot] = sum(now.chargeWh);
      truth.dischargeWh[slot] = sum(now.dischargeWh);
      truth.importWh[slot] = sum(now.importWh);
      truth.exportWh[slot] = sum(now.exportWh);
      truth.storedWh[slot] = sum(now.storedWh);
      truth.headWh[slot] = Math.floor(feeder.headWh + 0.5);
      truth.lossWh[slot] = feeder.lossWh;
      truth.voltageMinPu[slot] = feeder.voltageMinPu;
      const columns = [now.loadWh, now.generationWh, now.importWh, now.exportWh, now.storedWh];
      for (const values of columns) {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        hash = sha256Hex(`${hash}${sha256Hex(bytes)}`);
      }
    },
    headWh: (slot) => reportedHeadWh[slot + historySlots]!,
    trueImportWh: (slot) => importByHome.subarray(slot * count, (slot + 1) * count),
    trueExportWh: (slot) => exportByHome.subarray(slot * count, (slot + 1) * count),
    sent(slot, intent, sequence, tx, isFalse) {
      ordersSent[slot]!++;
      orders[slot]!.push(tx);
      if (isFalse) {
        falseOrders.add(orderKey(slot, intent.home, sequence));
        return;
      }
      const { home, isBid, quantityWh } = intent;
      const wish = { home, isBid, quantityWh, sequence, tx };
      const sent = wishes.get(slot);
      if (sent === undefined) wishes.set(slot, [wish]);
      else sent.push(wish);
    },
    orderTxs: (slot) => orders[slot]!,
    isFalseOrder: (slot, home, sequence) => falseOrders.has(orderKey(slot, home, sequence)),
    gate(slot, book, hasFailed) {
      // What was refused is not late: it could not have traded however fast the chain.
      const sent = (wishes.get(slot) ?? []).filter(({ tx }) => !hasFailed(tx));
      const inTime = new Set<number>();
      for (let row = 0; row < book.count; row++) {
        inTime.add(book.owner[row]! * SEQUENCES_MAX + book.sequence[row]!);
      }
      const isInTime = ({ home, sequence }: Wish) => inTime.has(home * SEQUENCES_MAX + sequence);
      welfareMax[slot] = optimumOf(slot, sent);
      const present = sent.filter(isInTime);
      welfareInTime[slot] =
        present.length === sent.length ? welfareMax[slot]! : optimumOf(slot, present);
      wishes.delete(slot);
    },
    welfareMaxUpt: (slot) => welfareMax[slot]!,
    welfareInTimeUpt: (slot) => welfareInTime[slot]!,
    buyerValue,
    sellerCost,
    truthHash: () => hash,
    warnings(chain, operator) {
      const warnings: string[] = [];
      if (unsolved > 0) warnings.push(`power flow did not converge in ${unsolved} slots`);
      if (operator.openCount > 0) {
        warnings.push(`${operator.openCount} slots had not settled when the drain ended`);
      }
      if (chain.engine.divergentFinals > 0) {
        warnings.push(`${chain.engine.divergentFinals} final blocks were replaced`);
      }
      return warnings;
    },
  };
}

/**
 * Generation of each home in the year before the start, for genesis certificates [Wh]: clear-sky energy of
 * the 15th of each of twelve months, times the days of a month and a mean clearness of 0.6.
 */
export function lastYearGeneration(site: Site): Float64Array {
  const { homes, latitudeDeg, longitudeDeg } = site.source;
  const location = { latitudeDeg, longitudeDeg };
  const MONTH_DAYS = 365.25 / 12;
  const yearly = new Float64Array(homes.length);
  for (let month = 1; month <= 12; month++) {
    const dayUs = Math.floor(-month * MONTH_DAYS) * DAY_US;
    for (let hour = 0; hour < 24; hour++) {
      const fromUs = dayUs + hour * HOUR_US;
      const path = skyPath(fromUs, fromUs + HOUR_US, site.calendar, location);
      homes.forEach((home, index) => {
        if (home.pvAcW > 0) yearly[index]! += pvBoundOverSkyWh(path, home, 1) * MONTH_DAYS * 0.6;
      });
    }
  }
  return yearly;
}

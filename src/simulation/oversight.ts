/**
 * Fraud in a run: attacks put their hand on meters and orders, detectors get reported and ledger data,
 * and scoring alone sees both. Detectors never learn what is wired here beside them.
 */

import { roundHalfUp } from '../base/integer.ts';
import type { RandomSource } from '../base/random.ts';
import type { AttackInstance, WashOrder } from '../fraud/attacks/define.ts';
import { attacks } from '../fraud/attacks/index.ts';
import type { DetectorInstance } from '../fraud/detectors/define.ts';
import { detectors } from '../fraud/detectors/index.ts';
import { createScoring, type Scoring } from '../fraud/scoring/index.ts';
import { gridOnlyUpt } from '../market/settlement.ts';
import { createMeterFaults, type MeterFaults } from '../metering/faults.ts';
import type { MeterReading, SlotReads } from '../metering/head-end.ts';
import type { MeterTamper } from '../metering/meters.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { SlotMarket } from './operator.ts';
import type { Site } from './site.ts';

/** Import and export of every home in one slot [Wh]. */
export interface SlotFlows {
  readonly importWh: ArrayLike<number>;
  readonly exportWh: ArrayLike<number>;
}

/** Attacks, detectors and scoring of one run. */
export interface Oversight {
  /** Attacks at work, and detectors that look on. */
  readonly attacks: readonly AttackInstance[];
  readonly detectors: readonly DetectorInstance[];
  readonly scoring: Scoring;
  readonly faults: MeterFaults;
  readonly isProsumer: Uint8Array;
  readonly tamper: MeterTamper;
  /** False orders of all attacks for a slot. */
  washOrders(slot: number): readonly WashOrder[];
  onReading(reading: MeterReading): void;
  /** The feeder's balance of a closed slot; ends the slot for the detectors. */
  onSlotClosed(reads: SlotReads, headWh: number, modelledLossWh: number): void;
  /** Trades that settled on a final block. */
  onTradesFinal(market: SlotMarket): void;
  /** Ends the last day, once the chain has drained. */
  finish(): void;
  /** A slot's reads are final on the chain. */
  onReadsFinal(slot: number): void;
  /** What homes said about a slot against what was true, at settlement prices. */
  onSettled(slot: number, said: SlotFlows, truth: SlotFlows): void;
}

/** Wires the attacks and detectors of a scenario. @param nowUs - Delivery time [µs]. */
export function createOversight(
  scenario: Scenario,
  site: Site,
  random: RandomSource,
  nowUs: () => number,
): Oversight {
  const { homes, latitudeDeg, longitudeDeg } = site.source;
  const count = homes.length;
  const { slotUs, slotCount, calendar } = site;
  const isProsumer = Uint8Array.from(homes, (home) => (home.pvAcW > 0 ? 1 : 0));
  const chosen = scenario.fraud.detectors.map((choice) => ({
    plugin: detectors.get(choice.name),
    options: choice.options,
  }));
  const instances: DetectorInstance[] = [];
  const scored = chosen.map(({ plugin }) => ({
    name: plugin.name,
    code: plugin.code ?? '',
    unit: plugin.unit,
    threshold: 0,
  }));
  const scoring = createScoring({
    homes: homes.map((home) => home.id),
    detectors: scored,
    calendar,
    slotUs,
    slotCount,
  });
  chosen.forEach(({ plugin, options }, index) => {
    const instance = plugin.create(
      {
        count,
        homes,
        latitudeDeg,
        longitudeDeg,
        calendar,
        slotUs,
        slotCount,
        meterClass: scenario.metering.class,
        headClass: scenario.metering.headClass,
        resolutionWh: scenario.metering.resolution,
        alarm: (alarm) => {
          if (alarm.slot >= 0) scoring.alarm({ ...alarm, detector: index, timeUs: nowUs() });
        },
        score: (entity, day, score) => scoring.score(index, entity, day, score),
      },
      options as never,
    );
    scored[index]!.threshold = instance.threshold;
    instances.push(instance);
  });
  const faults = createMeterFaults({
    count,
    share: scenario.metering.faults,
    random,
    slotCount,
    prosumer: isProsumer,
  });
  const actorsTaken = new Set<number>(faults.homes);
  const working: AttackInstance[] = scenario.fraud.attacks.map((choice) => {
    const plugin = attacks.get(choice.name);
    return plugin.create(
      {
        homes,
        count,
        slotUs,
        slotCount,
        calendar,
        random,
        actorsTaken,
        label: (home, slot, deltaWh, deltaUpt) =>
          scoring.label({
            attack: plugin.name,
            code: plugin.code ?? '',
            home,
            slot,
            intentional: true,
            deltaWh,
            deltaUpt,
          }),
      },
      choice.options as never,
    );
  });
  const lastOfDay = (slot: number) =>
    calendar.at((slot + 1) * slotUs).dayIndex !== calendar.at(slot * slotUs).dayIndex;
  return {
    attacks: working,
    detectors: instances,
    scoring,
    faults,
    isProsumer,
    tamper(home, slot, values) {
      for (const attack of working) attack.meter?.(home, slot, values);
    },
    washOrders: (slot) => working.flatMap((attack) => attack.orders?.(slot) ?? []),
    onReading(reading) {
      for (const detector of instances) detector.onReading?.(reading);
    },
    onSlotClosed(reads, headWh, modelledLossWh) {
      for (const detector of instances) {
        detector.onFeeder?.({
          slot: reads.slot,
          headWh,
          reportedImportWh: reads.importWh,
          reportedExportWh: reads.exportWh,
          modelledLossWh,
        });
        detector.onSlotEnd?.(reads.slot);
        // The last day waits for the trades that become final while the chain drains.
        if (reads.slot < slotCount - 1 && lastOfDay(reads.slot)) {
          detector.onDayEnd?.(calendar.at(reads.slot * slotUs).dayIndex);
        }
      }
    },
    onTradesFinal({ slot, trades, voided }) {
      for (let trade = 0; trade < trades.count; trade++) {
        if (voided[trade] === 1) continue;
        for (const detector of instances) {
          detector.onTrade?.({
            slot,
            buyer: trades.buyer[trade]!,
            seller: trades.seller[trade]!,
            energyWh: trades.energyWh[trade]!,
            priceUptPerKWh: trades.priceUptPerKWh[trade]!,
            bilateral: trades.bilateral[trade] === 1,
          });
        }
      }
    },
    finish() {
      const lastDay = calendar.at((slotCount - 1) * slotUs).dayIndex;
      for (const detector of instances) detector.onDayEnd?.(lastDay);
    },
    onReadsFinal(slot) {
      for (let home = 0; home < count; home++) scoring.readFinal(home, slot);
    },
    onSettled(slot, said, truth) {
      const hour = site.hourOf(slot);
      const tariff = {
        retailUptPerKWh: site.tariff.retailUptPerKWh(hour),
        feedInUptPerKWh: site.tariff.feedInUptPerKWh(hour),
        wheelingUptPerKWh: site.tariff.wheelingUptPerKWh(hour),
      };
      for (let home = 0; home < count; home++) {
        const [saidIn, saidOut] = [said.importWh[home]!, said.exportWh[home]!];
        const [trueIn, trueOut] = [truth.importWh[home]!, truth.exportWh[home]!];
        const fault = faults.faultOf(home);
        if (fault !== undefined && slot >= fault.fromSlot) {
          scoring.label({
            attack: fault.kind,
            code: '',
            home,
            slot,
            intentional: false,
            deltaWh: roundHalfUp(Math.abs(trueIn - saidIn) + Math.abs(trueOut - saidOut)),
            deltaUpt: 0,
          });
        }
        const lostUpt = gridOnlyUpt(trueIn, trueOut, tariff) - gridOnlyUpt(saidIn, saidOut, tariff);
        scoring.loss(home, slot, lostUpt);
      }
    },
  };
}

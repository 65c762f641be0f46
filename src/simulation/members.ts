/**
 * The homes as members of the market: what they see of themselves, what they forecast, when they send and
 * what they ask. Decisions are drawn by address and never depend on the chain.
 */
import { observedLoadWh } from '../agents/forecast.ts';
import { forecasts } from '../agents/forecasts/index.ts';
import { agreedWh, dealUptPerKWh, drawNeighbourDeals } from '../agents/neighbours.ts';
import { planSlot } from '../agents/plan.ts';
import {
  buyerValueUptPerKWh,
  drawReservations,
  type Reservations,
  sellerCostUptPerKWh,
  strategyDraws,
} from '../agents/reservation.ts';
import { strategies } from '../agents/strategies/index.ts';
import type { RandomSource } from '../base/random.ts';
import { HOUR_US, SECOND_US } from '../base/units.ts';
import { keepFactor } from '../energy/battery.ts';
import { pvBoundOverSkyWh, type SkyPath, skyPath } from '../energy/bound.ts';
import type { Intervals } from '../metering/register.ts';
import { createWorld } from '../physics/world.ts';
import type { Scenario, Window } from '../scenario/sections.ts';
import { openCommunity, type Site } from './site.ts';

/** One order a home wants to send. */
export interface Intent {
  readonly home: number;
  readonly isBid: boolean;
  readonly quantityWh: number;
  readonly priceUptPerKWh: number;
  /** Named counterparty, -1 for the pool. */
  readonly counterparty: number;
}

/** The members of one run. */
export interface Members {
  readonly reservations: Reservations;
  /** Notes what every home's display showed for a finished slot. */
  observe(slot: number, local: Intervals): void;
  /** Lead time at which a home sends its order for a slot [µs before delivery]. */
  leadUs(home: number, slot: number): number;
  /** Lets neighbours agree on a slot; called once a slot before its first order. */
  agree(slot: number, lastSlot: number): void;
  /** What the home asks for a slot, given the last slot it has seen: the pool order last. */
  intents(home: number, slot: number, lastSlot: number): Intent[];
}

/** Makes the members of a site. */
export function createMembers(
  scenario: Scenario,
  window: Window,
  site: Site,
  random: RandomSource,
): Members {
  const { homes } = site.source;
  const count = homes.length;
  const hours = site.slotUs / HOUR_US;
  const reservations = drawReservations(count, random);
  const draws = strategyDraws(random);
  const lead = random.addressed('agents/lead-time');
  const strategy = strategies.get(scenario.market.strategy.name);
  const plugin = forecasts.get(scenario.market.forecast.name);
  const sky = createClearSky(site);
  const forecaster = plugin.create(
    {
      count,
      slotsPerDay: site.slotsPerDay,
      historySlots: site.historySlots,
      slotUs: site.slotUs,
      isWeekend: (slot) => site.calendar.at(slot * site.slotUs).dayOfWeek >= 5,
      clearSky: (home, slot) => sky.weight(home, slot),
      random,
    },
    scenario.market.forecast.options as never,
  );
  const oracle = plugin.needsOracle ? createOracle(scenario, window, site, random) : undefined;
  const isProsumer = Uint8Array.from(homes, (home) => (home.pvAcW > 0 ? 1 : 0));
  const deals = drawNeighbourDeals(isProsumer, scenario.market.bilateralPairs, random);
  const dealWh = new Float64Array(deals.count);
  const loadWh = new Float64Array(count);
  const generationWh = new Float64Array(count);
  const storedWh = new Float64Array(count);
  const out = { loadWh: 0, generationWh: 0 };
  const plan = { storedWh: 0, netWh: 0 };
  const keep = keepFactor(site.slotUs / SECOND_US);
  const idle = scenario.energy.batteryDispatch === 'idle';
  const batteries = homes.map((home) => ({
    capacityWh: idle ? 0 : home.batteryWh,
    limitWh: home.batteryW * hours,
    efficiency: home.batteryEfficiency,
    keep,
  }));

  /** Forecast of net demand after the home's own battery [Wh], + is deficit. */
  function netWh(home: number, slot: number, lastSlot: number): number {
    plan.storedWh = storedWh[home]!;
    // History ends at slot -1, so the store is known as of then; only slots of the run lie ahead.
    for (let ahead = Math.max(0, lastSlot + 1); ahead <= slot; ahead++) {
      // Without a battery only the delivery slot matters; with one, what happens on the way does too.
      if (batteries[home]!.capacityWh === 0 && ahead < slot) continue;
      forecaster.forecast(home, ahead, lastSlot, out, oracle);
      planSlot(out.loadWh, out.generationWh, batteries[home]!, plan);
    }
    return plan.netWh;
  }

  function limit(home: number, slot: number, isBid: boolean): number {
    const hour = site.hourOf(slot);
    const retail = site.tariff.retailUptPerKWh(hour);
    const feedIn = site.tariff.feedInUptPerKWh(hour);
    const value = isBid
      ? buyerValueUptPerKWh(reservations, home, retail, site.tariff.wheelingUptPerKWh(hour))
      : sellerCostUptPerKWh(reservations, home, feedIn);
    return strategy.limitUptPerKWh(
      {
        isBid,
        valueUptPerKWh: value,
        feedInUptPerKWh: feedIn,
        retailUptPerKWh: retail,
        uniform: draws.uniform(home, slot, 0),
      },
      scenario.market.strategy.options as never,
    );
  }

  return {
    reservations,
    observe(slot, local) {
      const { chargeWh, dischargeWh } = site.world.truth;
      for (let home = 0; home < count; home++) {
        generationWh[home] = local.generationWh[home]!;
        // A home's inverter shows it its own battery: that is its own state, not another's truth.
        storedWh[home] = site.world.truth.storedWh[home]!;
        loadWh[home] = observedLoadWh(
          local.importWh[home]!,
          local.exportWh[home]!,
          local.generationWh[home]!,
          chargeWh[home]!,
          dischargeWh[home]!,
        );
      }
      forecaster.observe(slot, loadWh, generationWh);
    },
    leadUs(home, slot) {
      const { leadTimeMin, leadTimeMax } = scenario.market;
      const span = leadTimeMax - leadTimeMin;
      return leadTimeMax - Math.floor(lead.uniform(home, slot, 0) * (span + 1));
    },
    agree(slot, lastSlot) {
      for (let pair = 0; pair < deals.count; pair++) {
        const [a, b] = [deals.first[pair]!, deals.second[pair]!];
        dealWh[pair] = agreedWh(
          netWh(a, slot, lastSlot),
          netWh(b, slot, lastSlot),
          scenario.market.bilateralShare,
        );
      }
    },
    intents(home, slot, lastSlot) {
      const intents: Intent[] = [];
      let net = netWh(home, slot, lastSlot);
      const pair = deals.pairOf[home]!;
      const agreed = pair < 0 ? 0 : dealWh[pair]!;
      if (agreed !== 0) {
        const isFirst = deals.first[pair] === home;
        const sells = isFirst ? agreed > 0 : agreed < 0;
        const collar = site.tariff.collar(site.hourOf(slot));
        const quantityWh = Math.abs(agreed);
        intents.push({
          home,
          isBid: !sells,
          quantityWh,
          priceUptPerKWh: dealUptPerKWh(deals, pair, collar.lowUptPerKWh, collar.highUptPerKWh),
          counterparty: isFirst ? deals.second[pair]! : deals.first[pair]!,
        });
        net += sells ? quantityWh : -quantityWh;
      }
      if (net !== 0) {
        const isBid = net > 0;
        intents.push({
          home,
          isBid,
          quantityWh: Math.abs(net),
          priceUptPerKWh: limit(home, slot, isBid),
          counterparty: -1,
        });
      }
      return intents;
    },
  };
}

/** Clear-sky output of every home by slot, one day of sun kept at a time. */
function createClearSky(site: Site): { weight(home: number, slot: number): number } {
  const { homes, latitudeDeg, longitudeDeg } = site.source;
  const location = { latitudeDeg, longitudeDeg };
  const KEPT = 32;
  const paths: (SkyPath | undefined)[] = new Array(KEPT).fill(undefined);
  const pathSlot = new Float64Array(KEPT).fill(Number.NaN);
  const weights = new Float64Array(KEPT * homes.length);
  return {
    weight(home, slot) {
      const place = ((slot % KEPT) + KEPT) % KEPT;
      if (pathSlot[place] !== slot) {
        const fromUs = slot * site.slotUs;
        paths[place] = skyPath(fromUs, fromUs + site.slotUs, site.calendar, location);
        pathSlot[place] = slot;
        weights.fill(-1, place * homes.length, (place + 1) * homes.length);
      }
      const at = place * homes.length + home;
      if (weights[at]! < 0) {
        const spec = homes[home]!;
        weights[at] = spec.pvAcW === 0 ? 0 : pvBoundOverSkyWh(paths[place]!, spec, 1);
      }
      return weights[at]!;
    },
  };
}

/** True load and generation of the whole horizon, for forecasters that are given the future. */
function createOracle(scenario: Scenario, window: Window, site: Site, random: RandomSource) {
  const { source } = openCommunity(scenario, window, random, site.profiles);
  const world = createWorld(source, {
    stepUs: scenario.horizon.physicsStep,
    slotUs: scenario.horizon.interval,
    batteryDispatch: scenario.energy.batteryDispatch,
  });
  const count = source.homes.length;
  const load = new Float64Array(source.slotCount * count);
  const generation = new Float64Array(source.slotCount * count);
  for (let slot = -source.historySlotCount; slot < source.slotCount; slot++) {
    world.advance(slot);
    if (slot < 0) continue;
    load.set(world.truth.loadWh, slot * count);
    generation.set(world.truth.generationWh, slot * count);
  }
  return (home: number, slot: number, out: { loadWh: number; generationWh: number }) => {
    out.loadWh = load[slot * count + home]!;
    out.generationWh = generation[slot * count + home]!;
  };
}

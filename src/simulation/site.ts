/**
 * The physical side of a run: the community, its feeder and its tariff. Truth is made here, slot by slot,
 * from exogenous series and each home's own rules; nothing of the chain or the market reaches it
 * (decision 7). Time here is delivery time: slot 0 starts at 0.
 */
import type { Calendar } from '../base/calendar.ts';
import { type InputIssue, ScenarioError } from '../base/errors.ts';
import { divExact } from '../base/integer.ts';
import { acos, tan } from '../base/math.ts';
import type { RandomSource } from '../base/random.ts';
import { DAY_US, HOUR_US } from '../base/units.ts';
import { communities } from '../data/communities/index.ts';
import { feeders } from '../data/feeders/index.ts';
import { createLossAccumulator } from '../grid/loss-accumulator.ts';
import type { FeederPlacement } from '../grid/placement.ts';
import { createPowerFlow } from '../grid/power-flow.ts';
import { createTariff, type Tariff } from '../grid/tariff.ts';
import type { CommunitySource, ProfileSet } from '../physics/community.ts';
import { createWorld, type World } from '../physics/world.ts';
import type { Scenario, Window } from '../scenario/sections.ts';
import { importContext } from './profiles.ts';

/** What a slot was for the feeder as a whole. */
export interface FeederSlot {
  /** Net energy through the head [Wh], float, losses included. */
  headWh: number;
  /** Loss [Wh], integer, remainder carried. */
  lossWh: number;
  /** Lowest voltage of the slot [pu]. */
  voltageMinPu: number;
}

/** Community, feeder and tariff of one window. */
export interface Site {
  readonly calendar: Calendar;
  readonly slotUs: number;
  readonly slotCount: number;
  readonly historySlots: number;
  readonly slotsPerDay: number;
  readonly source: CommunitySource;
  /** What the community imported; undefined where it imports nothing, or reads by itself. */
  readonly profiles: ProfileSet | undefined;
  readonly world: World;
  readonly placement: FeederPlacement;
  readonly tariff: Tariff;
  readonly notes: readonly string[];
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
  /** Local hour at which a slot starts. */
  hourOf(slot: number): number;
  /** Advances truth by one slot; the result is reused. */
  advance(slot: number): FeederSlot;
  /** Loss the operator publishes from reported flows [Wh], integer, remainder carried. */
  publishLoss(importWh: ArrayLike<number>, exportWh: ArrayLike<number>): number;
}

/**
 * Opens the community, generated or imported.
 *
 * @param profiles - What it imports; read from its files when absent.
 * @throws {ScenarioError} with every problem of its data.
 */
export function openCommunity(
  scenario: Scenario,
  window: Window,
  random: RandomSource,
  profiles?: ProfileSet,
): { readonly source: CommunitySource; readonly calendar: Calendar } {
  const issues: InputIssue[] = [];
  const context = importContext(scenario, window, (issue) => issues.push(issue));
  const source = communities
    .get(scenario.population.name)
    .create(
      { ...context, stepUs: scenario.horizon.physicsStep, random },
      scenario.population.options as never,
      profiles,
    );
  if (source === undefined || issues.length > 0) throw new ScenarioError(issues);
  return { source, calendar: context.calendar };
}

/**
 * Builds the site of a window.
 *
 * @param profiles - As for {@link openCommunity}.
 * @throws {ScenarioError} with every problem of the user's data.
 */
export function createSite(
  scenario: Scenario,
  window: Window,
  random: RandomSource,
  profiles?: ProfileSet,
): Site {
  const { source, calendar } = openCommunity(scenario, window, random, profiles);
  const { interval: slotUs, physicsStep: stepUs } = scenario.horizon;
  const issues: InputIssue[] = [];
  const placement = feeders.get(scenario.grid.feeder.name).create(
    {
      homes: source.homes,
      random,
      folder: scenario.folder,
      powerFactor: scenario.grid.powerFactor,
      issue: (issue) => issues.push(issue),
    },
    scenario.grid.feeder.options as never,
  );
  if (placement === undefined || issues.length > 0) throw new ScenarioError(issues);
  const { feeder, busOfHome } = placement;
  const world = createWorld(source, {
    stepUs,
    slotUs,
    batteryDispatch: scenario.energy.batteryDispatch,
  });
  const flow = createPowerFlow(feeder);
  const busW = new Float64Array(feeder.busCount);
  const busVar = new Float64Array(feeder.busCount);
  const varPerW = tan(acos(scenario.grid.powerFactor));
  const trueLoss = createLossAccumulator();
  const publishedLoss = createLossAccumulator();
  const tariff = createTariff(scenario.grid.tariff);
  const stepsPerFlow = scenario.grid.powerFlow === 'slot' ? source.stepsPerSlot : 1;
  const slot: FeederSlot = { headWh: 0, lossWh: 0, voltageMinPu: Number.NaN };

  /** Solves for net demand of the homes [W]; demand runs at the power factor, feed-in at 1. */
  function solve(netW: (home: number) => number) {
    busW.fill(0);
    busVar.fill(0);
    for (let home = 0; home < source.homes.length; home++) {
      const watts = netW(home);
      const bus = busOfHome[home]!;
      busW[bus]! += watts;
      if (watts > 0) busVar[bus]! += watts * varPerW;
    }
    return flow.solve(busW, busVar);
  }

  return {
    calendar,
    slotUs,
    slotCount: source.slotCount,
    historySlots: source.historySlotCount,
    slotsPerDay: divExact(DAY_US, slotUs),
    source,
    profiles,
    world,
    placement,
    tariff,
    notes: [...source.notes, ...placement.notes],
    inputs: [...source.inputs, ...placement.inputs],
    hourOf: (index) => calendar.at(index * slotUs).hour,
    advance(index) {
      world.advance(index);
      const { count, netWByStep } = world;
      const flows = source.stepsPerSlot / stepsPerFlow;
      const flowUs = stepUs * stepsPerFlow;
      slot.headWh = 0;
      slot.voltageMinPu = Number.POSITIVE_INFINITY;
      for (let k = 0; k < flows; k++) {
        const result = solve((home) => {
          let watts = 0;
          for (let step = 0; step < stepsPerFlow; step++) {
            watts += netWByStep[(k * stepsPerFlow + step) * count + home]!;
          }
          return watts / stepsPerFlow;
        });
        if (!result.converged) {
          slot.voltageMinPu = Number.NaN;
          continue;
        }
        trueLoss.add(result.lossW, flowUs);
        slot.headWh += (result.headW * flowUs) / HOUR_US;
        slot.voltageMinPu = Math.min(slot.voltageMinPu, result.voltageMinPu);
      }
      slot.lossWh = trueLoss.close();
      return slot;
    },
    publishLoss(importWh, exportWh) {
      const hours = slotUs / HOUR_US;
      const result = solve((home) => (importWh[home]! - exportWh[home]!) / hours);
      if (result.converged) publishedLoss.add(result.lossW, slotUs);
      return publishedLoss.close();
    },
  };
}

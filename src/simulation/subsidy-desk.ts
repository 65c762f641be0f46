/**
 * The people behind the subsidy. Owners of PV claim the labels of a period once it is over, or register the
 * period with a second registry instead; the authority approves, a sample of claims after a comparison with
 * its own records; the centre asks for payments once they are due, and the fund's bank pays them. Everybody
 * acts on final blocks only.
 */
import { daysFromCivil } from '../base/calendar.ts';
import { ScenarioError } from '../base/errors.ts';
import type { RandomSource } from '../base/random.ts';
import type { Table } from '../base/table.ts';
import { HOUR_US, MINUTE_US, SECOND_US } from '../base/units.ts';
import { subsidyPeriodAt } from '../contracts/subsidy.ts';
import {
  CLAIM,
  CLAIM_STATE,
  claimCell,
  SUBSIDY,
  subsidyCell,
  subsidyPeriodCell,
} from '../contracts/subsidy-cells.ts';
import { alteredSerial } from '../fraud/attacks/claims.ts';
import type { AttackInstance, OwnPeriod } from '../fraud/attacks/define.ts';
import type { DetectorInstance, RegistryEvent } from '../fraud/detectors/define.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { FiatBook } from '../market/fiat-book.ts';
import { PLANT_CLASSES } from '../market/subsidy-rates.ts';
import type { Scenario } from '../scenario/sections.ts';
import { CENTRE_NODE, type Chain } from './chain.ts';
import type { HomeBook } from './home-book.ts';
import { countOf, createPeriodLabels, type Ranges } from './period-labels.ts';
import type { Site } from './site.ts';
import { type ClaimRow, claimsTable } from './subsidy-claims.ts';
import { readClaimBlock } from './subsidy-feed.ts';
import { createPlants, type Plant } from './subsidy-plants.ts';

/** What the desk works with. */
export interface SubsidyDeskParts {
  readonly scenario: Scenario;
  readonly site: Site;
  readonly chain: Chain;
  /** Reported reads by slot and home; asked for once the run is on. */
  readonly book: () => HomeBook;
  readonly random: RandomSource;
  readonly attacks: readonly AttackInstance[];
  readonly detectors: readonly DetectorInstance[];
  /** Money outside the ledger; the treasury's account is the fund's, which may owe. */
  readonly fiat: FiatBook;
}

/** The desk at work. */
export interface SubsidyDesk {
  /** A block became final at the trading centre's node. */
  onFinal(block: number): void;
  /** Whether every period that is over has been claimed and every claim decided that is final. */
  isIdle(): boolean;
  /** The public list of the second registry. */
  readonly registry: readonly RegistryEvent[];
  /** One row for each claim on a final block, in the order of claims. */
  table(): Table;
}

/** Name of the second registry. */
const REGISTRY = 'second-registry';
/** From the end of a period to its claims: reads, labels and finality take most of an hour. */
const CLAIM_WAIT_US = HOUR_US;
const CLAIM_SPREAD_US = 30 * MINUTE_US;
/** Plants are entered while homes register. */
const REGISTER_US = 20 * SECOND_US;

/**
 * Opens the desk of a chain with a subsidy; undefined on a chain without.
 *
 * @throws {ScenarioError} when there are no labels to claim, or a period is no multiple of slots.
 */
export function openSubsidyDesk(kernel: Kernel, parts: SubsidyDeskParts): SubsidyDesk | undefined {
  const { scenario, site, chain, book, random, attacks, detectors, fiat } = parts;
  const { rules, state, engine } = chain;
  if (rules.subsidy === undefined) return undefined;
  refuseUnworkable(scenario, rules.certificates !== undefined, site.slotUs);
  const { homes } = site.source;
  const homeCount = homes.length;
  const { subsidyPeriodUs: periodUs, subsidyDelayUs: delayUs, subsidyBudgetUpt } = rules.subsidy;
  const { openingUs } = rules;
  const periodSlots = periodUs / site.slotUs;
  const periodCount = Math.floor(site.slotCount / periodSlots);
  const plants = createPlants(homes, scenario, startDayOf(site), random);
  const labels = createPeriodLabels(homeCount, periodSlots);
  const draws = random.addressed('world/subsidy');
  const about = { slot: -1, expiryUs: openingUs + site.slotCount * site.slotUs + 1e13 };
  const registry: RegistryEvent[] = [];
  /** Claims by number. */
  const rows = new Map<number, ClaimRow>();
  const asked = new Set<number>();
  let unsentCount = 0;
  let undecidedCount = 0;
  let sentCount = 0;

  const isElsewhere = (home: number, period: number) =>
    period % 2 === 1 && draws.uniform(home, 0, 0) < scenario.subsidy.elsewhere;
  const readFinal = (cell: number) => state.readAt(engine.finalBlock[CENTRE_NODE]!, cell);

  const register = kernel.event('agents/register-plant', PHASE.agents, (home, isSecond) => {
    const plant = plants[home]!;
    const serial = isSecond ? alteredSerial(plant.serial, draws.uniform(home, 0, 1)) : plant.serial;
    const { commissionedDay, capacityW, isTraded } = plant;
    const plantClass = PLANT_CLASSES.indexOf(plant.plantClass);
    const entry = { owner: home, generator: home, commissionedDay, plantClass, capacityW };
    const number = isSecond ? homeCount + home : home;
    chain.submit(
      'SUBSIDY_REGISTER',
      rules.authority,
      { ...entry, plant: number, isTraded, serial },
      about,
    );
  });

  /** What an owner knows of a period that is over. */
  function ownPeriod(plant: Plant, period: number): OwnPeriod {
    const { home, serial, rateUptPerKWh } = plant;
    const [fromSlot, toSlot] = [period * periodSlots, (period + 1) * periodSlots];
    const reads = book();
    let [generationWh, selfWh] = [0, 0];
    for (let slot = fromSlot; slot < toSlot; slot++) {
      const at = slot * homeCount + home;
      generationWh += reads.generationWh[at]!;
      selfWh += Math.max(0, reads.generationWh[at]! - reads.exportWh[at]!);
    }
    const ranges = labels.of(home, period).map(([from, to]) => [from, to] as const);
    return {
      home,
      period,
      fromSlot,
      toSlot,
      serial,
      labels: ranges,
      labelKWh: countOf(ranges),
      generationWh,
      selfWh,
      rateUptPerKWh,
      isElsewhere: isElsewhere(home, period),
    };
  }

  function sendClaim(home: number, plant: number, period: number, ranges: Ranges): void {
    const serials = {
      count: ranges.length,
      serialFrom: ranges.map(([from]) => from),
      serialTo: ranges.map(([, to]) => to),
    };
    sentCount++;
    chain.submit('SUBSIDY_CLAIM', home, { plant, period, labels: serials }, about);
  }

  function publish(entry: Omit<RegistryEvent, 'registry' | 'entry'>): void {
    const numbered = { registry: REGISTRY, entry: registry.length, ...entry };
    registry.push(numbered);
    for (const detector of detectors) detector.onRegistryEntry?.(numbered);
  }

  const claimPeriod = kernel.event('agents/claim-subsidy', PHASE.agents, (home, period) => {
    unsentCount--;
    const own = ownPeriod(plants[home]!, period);
    if (own.isElsewhere) {
      labels.take(home, period);
      const { fromSlot, toSlot, serial } = own;
      const entry = { serial, meter: home, fromSlot, toSlot, energyKWh: own.labelKWh };
      if (own.labelKWh > 0) publish(entry);
    } else {
      const ranges: (readonly [number, number])[] = [];
      // Labels of earlier periods that were final too late for their own claim come along.
      for (let earlier = 0; earlier <= period; earlier++) {
        if (!isElsewhere(home, earlier)) ranges.push(...labels.take(home, earlier));
      }
      if (ranges.length > 0) sendClaim(home, home, period, ranges);
    }
    if (own.labelKWh === 0) return;
    for (const more of attacks.flatMap((attack) => attack.claims?.(own) ?? [])) {
      if (more.to === 'registry') {
        const { serial, fromSlot, toSlot, energyKWh } = more;
        publish({ serial, meter: home, fromSlot, toSlot, energyKWh });
      } else
        sendClaim(home, more.isSecondPlant ? homeCount + home : home, more.period, more.labels);
    }
  });

  /** Whether the authority's records bear a claim out: whose labels they are of, and where else they are. */
  function isBorneOut({ owner, period, ranges }: ClaimRow): boolean {
    const { serial } = plants[owner]!;
    return ranges.every(([from, to]) => {
      for (let label = from; label < to; label++) {
        const minted = labels.periodOf(owner, label);
        if (minted > period) return false;
        const [start, end] = [minted * periodSlots, (minted + 1) * periodSlots];
        const isListed = (entry: RegistryEvent) =>
          entry.serial === serial && entry.fromSlot < end && entry.toSlot > start;
        if (registry.some(isListed)) return false;
      }
      return true;
    });
  }

  const decide = kernel.event('agents/decide-claim', PHASE.agents, (claim, isAudited) => {
    const refuses = isAudited === 1 && !isBorneOut(rows.get(claim)!);
    const type = refuses ? 'SUBSIDY_CLAWBACK' : 'SUBSIDY_APPROVE';
    chain.submit(type, rules.authority, { claim }, about);
  });

  /** Asks for every payment that is due, in order, as far as this period's budget reaches. */
  const keep = kernel.event('agents/ask-for-payment', PHASE.agents, () => {
    const period = subsidyPeriodAt(rules, periodUs, kernel.nowUs);
    let leftUpt = subsidyBudgetUpt - readFinal(subsidyPeriodCell(period));
    const count = readFinal(subsidyCell(SUBSIDY.claimCount));
    for (let claim = readFinal(subsidyCell(SUBSIDY.firstOpen)); claim < count; claim++) {
      const of = (field: number) => readFinal(claimCell(claim, field));
      if (of(CLAIM.state) !== CLAIM_STATE.approved) continue;
      if (of(CLAIM.claimedUs) + delayUs > kernel.nowUs) return;
      if (leftUpt <= 0) {
        keep.at(openingUs + (period + 1) * periodUs);
        return;
      }
      leftUpt -= of(CLAIM.amountUpt) - of(CLAIM.paidUpt) - of(CLAIM.offsetUpt);
      if (asked.has(claim)) continue;
      asked.add(claim);
      chain.submit('SUBSIDY_PAY', rules.centre, { claim }, about);
    }
  });

  for (const plant of plants) {
    // Who gets nothing claims nothing.
    if (plant === undefined || plant.rateUptPerKWh === 0) continue;
    const { home } = plant;
    register.at(REGISTER_US, home, 0);
    if (attacks.some(({ secondPlants }) => secondPlants?.includes(home))) {
      register.at(REGISTER_US, home, 1);
    }
    for (let period = 0; period < periodCount; period++) {
      const waitUs = CLAIM_WAIT_US + Math.floor(CLAIM_SPREAD_US * draws.uniform(home, period, 2));
      claimPeriod.at(openingUs + (period + 1) * periodUs + waitUs, home, period);
      unsentCount++;
    }
  }

  return {
    registry,
    isIdle: () => unsentCount === 0 && sentCount === 0 && undecidedCount === 0,
    table: () => claimsTable(rows, chain, readFinal),
    onFinal(block) {
      readClaimBlock(chain, block, {
        onPlant: (plant) => {
          for (const detector of detectors) detector.onPlant?.(plant);
        },
        onMint(mint) {
          labels.add(mint.generator, mint.slot, mint.serialFrom, mint.serialTo);
          for (const detector of detectors) detector.onMint?.(mint);
        },
        onCertificate(certificate) {
          for (const detector of detectors) detector.onCertificate?.(certificate);
        },
        onClaim(event, number) {
          sentCount--;
          for (const detector of detectors) detector.onClaim?.(event);
          if (number === undefined) return;
          const { home, period } = event;
          const isAudited = draws.uniform(home, period, 3) < scenario.subsidy.audit ? 1 : 0;
          const { plant, labels: ranges } = event;
          rows.set(number, { owner: home, plant, period, ranges, isAudited });
          undecidedCount++;
          const { auditTime, approval } = scenario.subsidy;
          decide.after(Math.max(1, isAudited === 1 ? auditTime : approval), number, isAudited);
        },
        onDecided(claim) {
          undecidedCount--;
          const dueUs = readFinal(claimCell(claim, CLAIM.claimedUs)) + delayUs;
          keep.at(Math.max(dueUs, kernel.nowUs + 1));
        },
        onPayment(claim, paidUpt) {
          asked.delete(claim);
          const row = rows.get(claim);
          if (paidUpt > 0 && row !== undefined) {
            const { nowUs } = kernel;
            // A point is worth a unit of money, so that micro-points are micro-units.
            const payment = fiat.order(rules.treasury, row.owner, paidUpt, 'subsidy', nowUs);
            fiat.deliver(payment, nowUs);
          }
          keep.after(1);
        },
      });
    },
  };
}

/** @throws {ScenarioError} when nobody could claim anything. */
function refuseUnworkable({ subsidy }: Scenario, hasLabels: boolean, slotUs: number): void {
  const issue = (key: string, expected: string, got: string) =>
    new ScenarioError([{ file: '', path: `scenario.subsidy.${key}`, expected, got }]);
  if (!hasLabels) {
    throw issue('scheme', 'none where certificates.labels is false', subsidy.scheme);
  }
  if (subsidy.period % slotUs !== 0) {
    throw issue('period', 'a multiple of horizon.interval', `${subsidy.period} us`);
  }
}

/** Local day on which the run starts, since 1970-01-01. */
function startDayOf({ calendar }: Site): number {
  const { year, month, day } = calendar.at(0);
  return daysFromCivil(year, month, day);
}

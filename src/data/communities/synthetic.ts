/**
 * A generated community: members with roofs, batteries and habits under one sky. It is judged on
 * real homes (test/reference/generator.test.ts): variation, persistence, load factor and
 * after-diversity peak.
 */

import { divExact } from '../../base/integer.ts';
import {
  angle,
  energy,
  fraction,
  integer,
  length,
  list,
  optional,
  power,
} from '../../base/options.ts';
import { type CommunityContext, defineCommunity } from '../../physics/community.ts';
import { createLoads } from '../synthetic/loads.ts';
import { createMembers } from '../synthetic/members.ts';
import { createRoofs } from '../synthetic/roofs.ts';
import { createWeather } from '../synthetic/weather.ts';

/** Share of members with PV, and of those with a battery, where the scenario does not say. */
const PROSUMER_SHARE = 0.4;
const BATTERY_SHARE = 0.25;

const countOf = (fallback: number, doc: string) => integer(fallback, { min: 0, max: 20_000, doc });

export default defineCommunity({
  apiVersion: 1,
  name: 'synthetic',
  summary: 'Generated households and businesses with PV, batteries and weather',
  source: 'model.md §3.1, 3.2, 3.4; decisions.md 6, 34',
  options: () => ({
    households: countOf(100, 'Households'),
    shops: countOf(0, 'Shops, open every day'),
    offices: countOf(0, 'Offices'),
    workshops: countOf(0, 'Workshops'),
    prosumers: optional(
      integer(undefined, { min: 0, doc: 'Members that have PV; 40 % of them when absent' }),
    ),
    pvPeak: {
      ...list(power(), [3000, 8000], { min: 2, max: 2, doc: 'Smallest and largest module power' }),
      fallbackText: '["3 kW", "8 kW"]',
    },
    batteries: optional(
      integer(undefined, { min: 0, doc: 'Members with PV that have one; 25 % when absent' }),
    ),
    batteryEnergy: energy('10 kWh', { doc: 'Capacity of a battery' }),
    batteryPower: power('5 kW', { doc: 'Limit of a battery, both ways' }),
    batteryEfficiency: fraction('95 %', { min: 0.5, doc: 'Of one way' }),
    annualConsumption: energy('3 MWh', {
      min: 3e5,
      max: 3e7,
      doc: 'Mean of a household; businesses scale with it',
    }),
    latitude: angle('39.9', { min: -66, max: 66, doc: 'North positive' }),
    longitude: angle('116.4', { min: -180, max: 180, doc: 'East positive' }),
    foulShare: fraction('25 %', { doc: 'Share of time in spells of foul weather' }),
    plotSpacing: length('40 m', { min: 5, max: 2000, doc: 'Distance between neighbouring homes' }),
  }),
  create(context, options) {
    const counts = [options.households, options.shops, options.offices, options.workshops];
    const count = counts.reduce((sum, one) => sum + one, 0);
    const prosumerCount = options.prosumers ?? Math.round(PROSUMER_SHARE * count);
    const batteryCount = options.batteries ?? Math.round(BATTERY_SHARE * prosumerCount);
    const [low, high] = [options.pvPeak[0] ?? 0, options.pvPeak[1] ?? 0];
    const sizes = { count, prosumerCount, batteryCount, low, high };
    if (!isPossible(context, sizes)) return undefined;
    const { calendar, stepUs, slotUs, random, slotCount, historySlotCount } = context;
    const stepsPerSlot = divExact(slotUs, stepUs);
    const firstStep = 0 - historySlotCount * stepsPerSlot;
    const location = { latitudeDeg: options.latitude, longitudeDeg: options.longitude };
    const members = createMembers(
      {
        counts,
        prosumerCount,
        pvPeakW: [low, high],
        batteryCount,
        batteryWh: options.batteryEnergy,
        batteryW: options.batteryPower,
        batteryEfficiency: options.batteryEfficiency,
        latitudeDeg: options.latitude,
      },
      random,
    );
    const time = { calendar, stepUs, firstStep, random };
    const weather = createWeather({
      ...time,
      location,
      plotCount: count,
      spacingM: options.plotSpacing,
      foulShare: options.foulShare,
    });
    const loads = createLoads(members, weather, {
      ...time,
      latitudeDeg: options.latitude,
      annualWh: options.annualConsumption,
    });
    const roofs = createRoofs(members, weather, calendar, stepUs, random);
    return {
      homes: members.map((member) => member.spec),
      ...location,
      slotCount,
      stepsPerSlot,
      historySlotCount,
      fill(step, loadWh, pvWh) {
        weather.advance(step);
        loads.fill(step, loadWh);
        roofs.fill(step, pvWh);
      },
      notes: [],
      inputs: [],
    };
  },
});

/** Reports sizes that contradict each other. */
function isPossible(
  context: CommunityContext,
  sizes: { count: number; prosumerCount: number; batteryCount: number; low: number; high: number },
): boolean {
  const { count, prosumerCount, batteryCount, low, high } = sizes;
  const problems: [key: string, expected: string, got: string][] = [];
  if (count === 0) problems.push(['households', 'at least one member of any kind', '0']);
  if (prosumerCount > count) {
    problems.push(['prosumers', `at most ${count} (all members)`, String(prosumerCount)]);
  }
  if (batteryCount > prosumerCount) {
    problems.push(['batteries', `at most ${prosumerCount} (prosumers)`, String(batteryCount)]);
  }
  if (!(low > 0 && low <= high)) {
    problems.push(['pvPeak', '[smallest, largest] above 0 W', `[${low} W, ${high} W]`]);
  }
  for (const [key, expected, got] of problems) {
    context.issue({ file: '', path: `population.${key}`, expected, got });
  }
  return problems.length === 0;
}

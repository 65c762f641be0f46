/**
 * Kinds of members: how their steady consumption runs through a day and what they own. The steady
 * part (lights, electronics, cold) follows a shape; whatever is switched is in `appliances.ts`.
 */
import {
  type Appliance,
  HOUSEHOLD_APPLIANCES,
  OFFICE_APPLIANCES,
  SHOP_APPLIANCES,
  WORKSHOP_APPLIANCES,
} from './appliances.ts';

/** A kind of member. */
export interface Archetype {
  readonly kind: 'household' | 'shop' | 'office' | 'workshop';
  /** Mean yearly consumption [Wh] when the households' mean is 3 MWh. */
  readonly annualWh: number;
  /** Standard deviation of the logarithm of yearly consumption between members. */
  readonly annualSigma: number;
  /** Median power of what is never switched off [W], and its spread as above. */
  readonly standbyW: number;
  readonly standbySigma: number;
  /** Rated power of the compressor of the cold appliances [W]. */
  readonly coldW: number;
  /** Share of consumption that follows the shape, the rest being standby, cold and appliances. */
  readonly shapedShare: number;
  /** Relative steady consumption by hour, on working days and on days off; 24 values each. */
  readonly workingDay: readonly number[];
  readonly dayOff: readonly number[];
  /** Whether appliance use between 9 and 16 h on working days depends on somebody being at home. */
  readonly mayBeOut: boolean;
  readonly appliances: readonly Appliance[];
}

// 24 values each, the first for 00-01 h.
const HOME_WORK = [3, 2, 1, 1, 1, 2, 6, 10, 9, 7, 6, 6, 7, 7, 6, 7, 9, 14, 19, 21, 21, 19, 14, 7];
const HOME_OFF = [
  4, 2, 1, 1, 1, 1, 3, 7, 10, 11, 10, 10, 11, 10, 9, 9, 11, 14, 18, 20, 20, 18, 14, 8,
];
const SHOP_DAY = [
  2, 2, 2, 2, 2, 2, 4, 10, 16, 18, 18, 18, 18, 18, 18, 18, 19, 20, 20, 18, 12, 5, 3, 2,
];
const OFFICE_WORK = [
  2, 2, 2, 2, 2, 2, 3, 8, 16, 19, 20, 19, 16, 18, 20, 19, 17, 12, 7, 4, 3, 2, 2, 2,
];
const WORKSHOP_WORK = [
  1, 1, 1, 1, 1, 1, 4, 14, 20, 20, 20, 16, 10, 18, 20, 19, 15, 6, 2, 1, 1, 1, 1, 1,
];
const CLOSED = [2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2];

/** All kinds, in the order in which members are numbered. */
export const ARCHETYPES: readonly Archetype[] = [
  {
    kind: 'household',
    annualWh: 3e6,
    annualSigma: 0.4,
    standbyW: 60,
    standbySigma: 0.4,
    coldW: 95,
    shapedShare: 0.5,
    workingDay: HOME_WORK,
    dayOff: HOME_OFF,
    mayBeOut: true,
    appliances: HOUSEHOLD_APPLIANCES,
  },
  {
    kind: 'shop',
    annualWh: 18e6,
    annualSigma: 0.5,
    standbyW: 150,
    standbySigma: 0.5,
    coldW: 900,
    shapedShare: 0.45,
    workingDay: SHOP_DAY,
    dayOff: SHOP_DAY,
    mayBeOut: false,
    appliances: SHOP_APPLIANCES,
  },
  {
    kind: 'office',
    annualWh: 25e6,
    annualSigma: 0.5,
    standbyW: 500,
    standbySigma: 0.5,
    coldW: 150,
    shapedShare: 0.6,
    workingDay: OFFICE_WORK,
    dayOff: CLOSED,
    mayBeOut: false,
    appliances: OFFICE_APPLIANCES,
  },
  {
    kind: 'workshop',
    annualWh: 35e6,
    annualSigma: 0.5,
    standbyW: 250,
    standbySigma: 0.5,
    coldW: 100,
    shapedShare: 0.3,
    workingDay: WORKSHOP_WORK,
    dayOff: CLOSED,
    mayBeOut: false,
    appliances: WORKSHOP_APPLIANCES,
  },
];

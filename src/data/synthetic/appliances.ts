/**
 * What is switched in a home or a business, how often, how hard and when. Numbers are round values
 * of the trade: rated powers from name plates, frequencies and durations from the time-use
 * literature that also feeds the CREST demand model (I. Richardson et al., Energy and Buildings 42,
 * 2010). They describe appliances; no statistic of any measured series is in here.
 */

/** One kind of appliance. Ranges are uniform. */
export interface Appliance {
  readonly name: string;
  /** Share of members that own it [0, 1]. */
  readonly ownership: number;
  /** Mean uses a day on working days, before the member's own activity factor. */
  readonly perDay: number;
  /** Uses on a day off over uses on a working day. */
  readonly dayOffGain: number;
  /** Rated power [W], drawn once a member. */
  readonly powerW: readonly [number, number];
  /** Length of one use [min], drawn each time. */
  readonly minutes: readonly [number, number];
  /** Relative frequency of starts by hour of the day, 24 values. */
  readonly when: readonly number[];
  /** Programme: [share of rated power, share of the length], lengths sum to 1. */
  readonly phases: readonly (readonly [number, number])[];
  /**
   * Whether only homes that cook and heat water electrically have it, gas doing it in the
   * others.
   */
  readonly electricHomes: boolean;
  /** Whether use follows hot days. */
  readonly cooling: boolean;
}

type Words = Partial<Pick<Appliance, 'dayOffGain' | 'phases' | 'cooling' | 'electricHomes'>>;

function appliance(
  name: string,
  ownership: number,
  perDay: number,
  powerW: readonly [number, number],
  minutes: readonly [number, number],
  when: readonly number[],
  words: Words = {},
): Appliance {
  const usual = {
    dayOffGain: 1,
    phases: [[1, 1]] as const,
    cooling: false,
    electricHomes: false,
  };
  return { name, ownership, perDay, powerW, minutes, when, ...usual, ...words };
}

// 24 values each, the first for 00-01 h.
const MEALS = [0, 0, 0, 0, 0, 1, 5, 9, 7, 4, 3, 6, 9, 6, 3, 3, 5, 10, 13, 10, 5, 3, 2, 1];
const DINNER = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 4, 5, 2, 1, 2, 6, 13, 14, 8, 3, 1, 0, 0];
const AFTER_MEAL = [1, 0, 0, 0, 0, 0, 0, 1, 3, 3, 2, 1, 2, 4, 3, 1, 1, 2, 5, 9, 10, 7, 4, 2];
const CHORES = [0, 0, 0, 0, 0, 0, 1, 4, 7, 9, 9, 8, 6, 5, 5, 5, 5, 6, 6, 5, 4, 2, 1, 0];
const WASHING = [1, 0, 0, 0, 0, 2, 8, 12, 9, 5, 3, 2, 2, 2, 2, 2, 3, 5, 7, 8, 9, 9, 7, 3];
const LEISURE = [1, 0, 0, 0, 0, 0, 2, 4, 4, 3, 3, 3, 4, 4, 4, 5, 7, 10, 13, 15, 14, 9, 4, 2];
const HEAT = [4, 3, 2, 1, 1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 8, 8, 9, 10, 11, 11, 10, 8, 6];
const OPENING = [0, 0, 0, 0, 0, 0, 1, 4, 7, 8, 8, 9, 9, 8, 8, 8, 9, 10, 10, 8, 5, 2, 0, 0];
const OFFICE_DAY = [0, 0, 0, 0, 0, 0, 0, 3, 9, 10, 10, 8, 5, 8, 9, 9, 8, 6, 3, 1, 1, 0, 0, 0];
const WORKSHOP_DAY = [0, 0, 0, 0, 0, 0, 2, 9, 11, 11, 11, 8, 4, 10, 11, 10, 8, 3, 1, 0, 0, 0, 0, 0];

const HEAT_THEN_TURN = [
  [1, 0.2],
  [0.12, 0.8],
] as const;
const TWO_HEATS = [
  [1, 0.25],
  [0.08, 0.4],
  [1, 0.2],
  [0.04, 0.15],
] as const;

/** Appliances of a household. */
export const HOUSEHOLD_APPLIANCES: readonly Appliance[] = [
  appliance('kettle', 0.95, 3, [1800, 2200], [2, 4], MEALS),
  appliance('hob', 0.95, 1.6, [1200, 2400], [12, 35], MEALS, { electricHomes: true }),
  appliance('oven', 0.7, 0.45, [1500, 2300], [35, 70], DINNER, {
    dayOffGain: 1.6,
    electricHomes: true,
  }),
  appliance('microwave', 0.9, 1.2, [800, 1300], [3, 8], MEALS),
  appliance('dishwasher', 0.4, 0.6, [1800, 2200], [60, 90], AFTER_MEAL, { phases: TWO_HEATS }),
  appliance('washing machine', 0.95, 0.5, [1900, 2200], [60, 100], CHORES, {
    dayOffGain: 1.5,
    phases: HEAT_THEN_TURN,
  }),
  appliance('tumble dryer', 0.3, 0.35, [700, 2300], [45, 80], CHORES, { dayOffGain: 1.5 }),
  appliance('storage water heater', 0.6, 1.6, [1500, 3000], [15, 45], WASHING, {
    electricHomes: true,
  }),
  appliance('instant shower', 0.5, 1.3, [6500, 9000], [4, 9], WASHING, { electricHomes: true }),
  appliance('television', 0.95, 1.8, [80, 180], [60, 180], LEISURE, { dayOffGain: 1.3 }),
  appliance('computer', 0.8, 1.4, [60, 200], [60, 240], LEISURE, { dayOffGain: 1.3 }),
  appliance('iron', 0.8, 0.2, [1000, 1600], [10, 40], CHORES, { dayOffGain: 1.5 }),
  appliance('vacuum cleaner', 0.9, 0.25, [900, 1500], [10, 30], CHORES, { dayOffGain: 1.5 }),
  appliance('hair dryer', 0.8, 0.6, [1000, 1600], [3, 8], WASHING),
  appliance('air conditioner', 0.8, 3, [700, 1300], [40, 150], HEAT, { cooling: true }),
];

/** What a shop switches beside lights and cold cabinets. */
export const SHOP_APPLIANCES: readonly Appliance[] = [
  appliance('coffee machine', 0.6, 14, [1500, 2800], [3, 8], OPENING),
  appliance('oven', 0.4, 3, [2500, 6000], [25, 60], OPENING),
  appliance('hand dryer and tools', 0.7, 8, [900, 1800], [3, 15], OPENING),
  appliance('air conditioner', 0.9, 6, [1500, 3500], [40, 150], OPENING, { cooling: true }),
];

/** What an office switches beside lights and computers. */
export const OFFICE_APPLIANCES: readonly Appliance[] = [
  appliance('kitchenette', 0.95, 10, [1200, 2200], [3, 8], OFFICE_DAY, { dayOffGain: 0.05 }),
  appliance('printer', 0.9, 12, [600, 1200], [3, 15], OFFICE_DAY, { dayOffGain: 0.05 }),
  appliance('lift and pumps', 0.3, 20, [3000, 7000], [1, 4], OFFICE_DAY, { dayOffGain: 0.1 }),
  appliance('air conditioner', 0.9, 8, [1500, 4000], [60, 180], OFFICE_DAY, {
    dayOffGain: 0.05,
    cooling: true,
  }),
];

/** What a workshop switches beside lights. */
export const WORKSHOP_APPLIANCES: readonly Appliance[] = [
  appliance('machine tool', 0.95, 14, [3000, 8000], [5, 40], WORKSHOP_DAY, { dayOffGain: 0.1 }),
  appliance('compressor', 0.9, 18, [2000, 5500], [4, 15], WORKSHOP_DAY, { dayOffGain: 0.1 }),
  appliance('welder', 0.5, 8, [4000, 9000], [2, 10], WORKSHOP_DAY, { dayOffGain: 0.1 }),
  appliance('extraction', 0.7, 4, [1100, 3000], [40, 180], WORKSHOP_DAY, { dayOffGain: 0.1 }),
];

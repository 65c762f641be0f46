/**
 * Ways to under-report consumption: the six patterns of the theft literature and three more. Each
 * is a function of the meter's own present and past; what it draws is addressed by home and slot or
 * day.
 */
import type { SlotDays } from '../../base/days.ts';
import type { AddressedStream } from '../../base/random.ts';
import { DAY_US, HOUR_US } from '../../base/units.ts';
import { createDayBuffer, type DayBuffer } from './day-buffer.ts';

/** Names of the patterns. `h` numbers: P. Jokar et al., IEEE Trans. Smart Grid 7(1), 2016, §III. */
export const IMPORT_PATTERNS = [
  'constant', // h1: α·x, one α per home
  'window', // h2: 0 in a window of the day
  'random', // h3: α_t·x_t
  'random-mean', // h4: α_t · mean of the last complete day
  'mean', // h5: mean of the last complete day
  'reversed', // h6: the last complete day backwards
  'cap', // min(x, share of the highest slot so far)
  'subtract', // max(0, x − constant)
] as const;

/** One of {@link IMPORT_PATTERNS}. */
export type ImportPattern = (typeof IMPORT_PATTERNS)[number];

/** Parameters of the patterns, resolved. */
export interface ImportPatternOptions {
  readonly mode: ImportPattern;
  /** Fixed factor; undefined draws it uniformly in [alphaMin, alphaMax]. */
  readonly alpha: number | undefined;
  readonly alphaMin: number;
  readonly alphaMax: number;
  /** Window of the day [µs since midnight]; both undefined draws one per home and day. */
  readonly windowFrom: number | undefined;
  readonly windowTo: number | undefined;
  /** Share of the highest slot so far. */
  readonly capShare: number;
  /** Subtracted energy a slot [Wh]. */
  readonly subtractWh: number;
}

/** Shortest drawn window: 4 h. Source: Jokar et al. 2016, h2. */
const WINDOW_MIN_US = 4 * HOUR_US;

/** The pattern of one home: true import of the slot [Wh] to reported import [Wh, float >= 0]. */
export type PatternOfHome = (slot: number, trueWh: number, active: boolean) => number;

/**
 * Creates the pattern of one home.
 *
 * @param draws - Stream of the attack; addresses (home, slot or day, k).
 * @returns A function to be called for every slot in increasing order, also while not `active`,
 *   since patterns with a memory fill it then; the result is meaningful while active. Patterns that
 *   need a complete day report the truth until they have one.
 */
export function createPattern(
  home: number,
  options: ImportPatternOptions,
  days: SlotDays,
  draws: AddressedStream,
): PatternOfHome {
  const { mode, alphaMin, alphaMax } = options;
  const between = (u: number) => alphaMin + (alphaMax - alphaMin) * u;
  const alphaOf = (slot: number) => options.alpha ?? between(draws.uniform(home, slot, 1));
  switch (mode) {
    case 'constant': {
      const alpha = options.alpha ?? between(draws.uniform(home, 0, 0));
      return (_slot, trueWh) => alpha * trueWh;
    }
    case 'random':
      return (slot, trueWh) => alphaOf(slot) * trueWh;
    case 'window':
      return (slot, trueWh) => (inWindow(home, slot, options, days, draws) ? 0 : trueWh);
    case 'subtract':
      return (_slot, trueWh) => Math.max(0, trueWh - options.subtractWh);
    case 'cap': {
      let highestWh = 0;
      return (_slot, trueWh) => {
        highestWh = Math.max(highestWh, trueWh);
        return Math.min(trueWh, options.capShare * highestWh);
      };
    }
    case 'mean':
      return withDay(days, (day) => meanOf(day));
    case 'random-mean':
      return withDay(days, (day, slot) => alphaOf(slot) * meanOf(day));
    case 'reversed':
      return withDay(days, (day, slot) => day[days.slotsPerDay - 1 - days.slotOfDay(slot)]!);
  }
}

function withDay(
  days: SlotDays,
  report: (day: Float64Array, slot: number) => number,
): PatternOfHome {
  const buffer: DayBuffer = createDayBuffer(days);
  return (slot, trueWh, active) => {
    buffer.record(slot, trueWh);
    const day = active ? buffer.previous() : undefined;
    return day === undefined ? trueWh : report(day, slot);
  };
}

function meanOf(day: Float64Array): number {
  let sumWh = 0;
  for (let i = 0; i < day.length; i++) sumWh += day[i]!;
  return sumWh / day.length;
}

/** Window [from, to) of the local day; one that ends before it begins goes past midnight. */
function inWindow(
  home: number,
  slot: number,
  options: ImportPatternOptions,
  days: SlotDays,
  draws: AddressedStream,
): boolean {
  let { windowFrom: fromUs, windowTo: toUs } = options;
  if (fromUs === undefined || toUs === undefined) {
    const day = days.dayOf(slot);
    fromUs = (DAY_US - WINDOW_MIN_US) * draws.uniform(home, day, 2);
    toUs = fromUs + WINDOW_MIN_US;
    toUs += (DAY_US - toUs) * draws.uniform(home, day, 3);
  }
  const timeUs = days.timeOfDayUs(slot);
  return fromUs <= toUs ? timeUs >= fromUs && timeUs < toUs : timeUs >= fromUs || timeUs < toUs;
}

/**
 * The head-end: collects reads, and at each batch cut-off publishes one value a home for the slot.
 * Reads are cumulative, so it keeps one figure a register: what the register has run since
 * commissioning, and what has been published of it. The published sum is steered to the register
 * sum: a lost read is split from the difference of its neighbours, a guess is set right by the next
 * read, and where a guess was too high the next values shrink, to 0 at worst, until the sums meet.
 * No energy is negative or made up.
 */
import { InvariantViolation } from '../base/errors.ts';
import { largestRemainder } from '../base/integer.ts';
import { createLikeSlots } from './like-slots.ts';
import { QUALITY } from './quality.ts';
import { type Registers, registerDifferenceWh } from './register.ts';

/** A register difference between two reads that arrived, as detectors get it. */
export interface MeterReading {
  readonly home: number;
  /** First slot the difference covers; less than `slot` when reads between were lost. */
  readonly fromSlot: number;
  /** Slot at whose end the later register was read. */
  readonly slot: number;
  /** Differences over all covered slots [Wh], integers >= 0. */
  readonly importWh: number;
  readonly exportWh: number;
  readonly generationWh: number;
  /** 'A' for one slot; 'E' for a merged span, whose shape is unknown. */
  readonly quality: 'A' | 'E';
  /** Error of the meter's clock at the later read [µs]. */
  readonly clockErrorUs: number;
}

/** One slot as published; the columns are reused by the next `close`. */
export interface SlotReads {
  readonly slot: number;
  /** Energy of each home [Wh], integers >= 0. */
  readonly importWh: Float64Array;
  readonly exportWh: Float64Array;
  readonly generationWh: Float64Array;
  /** Code of `QUALITY`: 0 actual, 1 estimated, 2 missing. */
  readonly quality: Uint8Array;
  /** Arrival of the slot's own read [µs]; NaN when it had not arrived by the cut-off. */
  readonly readUs: Float64Array;
}

/** What became of a read: kept for its slot, used after its slot was closed, or of no more use. */
export type ReceiveOutcome = 'stored' | 'late' | 'duplicate' | 'superseded';

/** What a head-end is made from. */
export interface HeadEndSpec {
  readonly count: number;
  readonly slotUs: number;
  /** First slot that will be closed; meters were commissioned at its start. */
  readonly firstSlot: number;
  /** Readings at commissioning [Wh]; copied. */
  readonly initial: Registers;
  /**
   * Slots a read may be ahead of the last closed one; at least batch delay / slot + 2. Default 16.
   */
  readonly windowSlots?: number | undefined;
  /**
   * Gets every register difference once, per home in order of slots; at `close` or on late arrival.
   */
  readonly onReading?: ((reading: MeterReading) => void) | undefined;
}

/** The head-end of one feeder. */
export interface HeadEnd {
  /**
   * Takes a read.
   *
   * @param slot - Slot at whose end it was read.
   * @param importWh - Register as shown [Wh], in [0, 1e8); likewise the others.
   * @param clockErrorUs - Error of the meter's clock [µs].
   * @param arrivedUs - Instant of arrival [µs].
   * @throws {InvariantViolation} when the read is further ahead than the window.
   */
  receive(
    home: number,
    slot: number,
    importWh: number,
    exportWh: number,
    generationWh: number,
    clockErrorUs: number,
    arrivedUs: number,
  ): ReceiveOutcome;
  /**
   * Publishes a slot at its batch cut-off; slots in increasing order without gaps.
   * @throws {RangeError} when the slot is out of order.
   */
  close(slot: number): SlotReads;
  /**
   * Published less registered energy of a home since commissioning [Wh] up to its latest closed
   * read: [import, export, generation]. Positive while a guess that was too high is being worked
   * off.
   */
  excessWh(home: number): readonly [number, number, number];
}

/**
 * Creates a head-end.
 *
 * At `close(s)`: the read of s is there -> what the register ran and was not yet published (quality
 * A when the read before was there too and nothing was owed, else E). Only a later read is there ->
 * the share of s in the difference, by largest remainder in proportion to like slots (evenly where
 * they are all zero), E; the remaining slots are split again at their own close, when more may be
 * known. Neither -> the mean of the like slots, else the last value (E), else 0 (M).
 *
 * @returns For each register, the sum published up to a slot whose read is there equals the
 *   register difference exactly, unless an estimate ran past it; then the excess only shrinks.
 * Cost: O(homes) a slot; a lost read scans the window.
 * Source: model.md §3.10; California Validating, Editing and Estimating rules (like days).
 */
export function createHeadEnd(spec: HeadEndSpec): HeadEnd {
  const { count, slotUs, firstSlot, onReading } = spec;
  const window = spec.windowSlots ?? 16;
  const anchorSlot = new Float64Array(count).fill(firstSlot - 1);
  const anchorWh = new Float64Array(3 * count);
  const registeredWh = new Float64Array(3 * count);
  const publishedWh = new Float64Array(3 * count);
  for (let home = 0; home < count; home++) {
    anchorWh[3 * home] = spec.initial.importWh[home]!;
    anchorWh[3 * home + 1] = spec.initial.exportWh[home]!;
    anchorWh[3 * home + 2] = spec.initial.generationWh[home]!;
  }
  const heldSlot = new Float64Array(count * window).fill(Number.NaN);
  const heldWh = new Float64Array(3 * count * window);
  const heldClockUs = new Float64Array(count * window);
  const heldArrivedUs = new Float64Array(count * window);
  const likeSlots = createLikeSlots(count, slotUs);
  const reads = {
    slot: firstSlot - 1,
    importWh: new Float64Array(count),
    exportWh: new Float64Array(count),
    generationWh: new Float64Array(count),
    quality: new Uint8Array(count),
    readUs: new Float64Array(count),
  };
  const columns = [reads.importWh, reads.exportWh, reads.generationWh] as const;
  const readingWh = new Float64Array(3);
  let closedSlot = firstSlot - 1;

  const place = (home: number, slot: number) =>
    home * window + (((slot % window) + window) % window);
  const isHeld = (home: number, slot: number) => heldSlot[place(home, slot)] === slot;

  /** What a register has run since commissioning at a held read [Wh]. */
  function registeredAt(home: number, slot: number, channel: number): number {
    const reading = heldWh[3 * place(home, slot) + channel]!;
    const at = 3 * home + channel;
    return registeredWh[at]! + registerDifferenceWh(anchorWh[at]!, reading);
  }

  /**
   * Makes a read, put in `readingWh`, the anchor of later differences and reports the difference.
   */
  function moveAnchor(home: number, slot: number, clockErrorUs: number): void {
    for (let channel = 0; channel < 3; channel++) {
      const at = 3 * home + channel;
      const wh = registerDifferenceWh(anchorWh[at]!, readingWh[channel]!);
      registeredWh[at] = registeredWh[at]! + wh;
      anchorWh[at] = readingWh[channel]!;
      readingWh[channel] = wh;
    }
    const fromSlot = anchorSlot[home]! + 1;
    anchorSlot[home] = slot;
    onReading?.({
      home,
      fromSlot,
      slot,
      importWh: readingWh[0]!,
      exportWh: readingWh[1]!,
      generationWh: readingWh[2]!,
      quality: fromSlot === slot ? 'A' : 'E',
      clockErrorUs,
    });
  }

  function publish(home: number, channel: number, wh: number): void {
    columns[channel]![home] = wh;
    publishedWh[3 * home + channel] = publishedWh[3 * home + channel]! + wh;
  }

  function publishRead(home: number, slot: number): void {
    let clean = anchorSlot[home] === slot - 1;
    for (let channel = 0; channel < 3; channel++) {
      const at = 3 * home + channel;
      if (publishedWh[at] !== registeredWh[at]) clean = false;
      publish(home, channel, Math.max(0, registeredAt(home, slot, channel) - publishedWh[at]!));
    }
    reads.quality[home] = clean ? QUALITY.actual : QUALITY.estimated;
    const held = place(home, slot);
    reads.readUs[home] = heldArrivedUs[held]!;
    for (let channel = 0; channel < 3; channel++) readingWh[channel] = heldWh[3 * held + channel]!;
    moveAnchor(home, slot, heldClockUs[held]!);
  }

  function publishShare(home: number, slot: number, next: number): void {
    for (let channel = 0; channel < 3; channel++) {
      const owedWh = registeredAt(home, next, channel) - publishedWh[3 * home + channel]!;
      const weights = likeSlots.weights(home, channel, slot, next);
      publish(home, channel, owedWh <= 0 ? 0 : largestRemainder(owedWh, weights)[0]!);
    }
    reads.quality[home] = QUALITY.estimated;
    reads.readUs[home] = Number.NaN;
  }

  function publishGuess(home: number, slot: number): void {
    for (let channel = 0; channel < 3; channel++) {
      publish(home, channel, likeSlots.guess(home, channel, slot));
    }
    reads.quality[home] = likeSlots.isEmpty(home) ? QUALITY.missing : QUALITY.estimated;
    reads.readUs[home] = Number.NaN;
  }

  function nextHeld(home: number, slot: number): number | undefined {
    for (let later = slot + 1; later < slot + window; later++) {
      if (isHeld(home, later)) return later;
    }
    return undefined;
  }

  return {
    receive(home, slot, importWh, exportWh, generationWh, clockErrorUs, arrivedUs) {
      if (slot <= anchorSlot[home]!) return 'superseded';
      if (slot - closedSlot > window) {
        throw new InvariantViolation(
          'head-end-window',
          `read of slot ${slot} more than windowSlots = ${window} after closed ${closedSlot}`,
          arrivedUs,
        );
      }
      if (slot <= closedSlot) {
        readingWh[0] = importWh;
        readingWh[1] = exportWh;
        readingWh[2] = generationWh;
        moveAnchor(home, slot, clockErrorUs);
        return 'late';
      }
      if (isHeld(home, slot)) return 'duplicate';
      const held = place(home, slot);
      heldSlot[held] = slot;
      heldWh[3 * held] = importWh;
      heldWh[3 * held + 1] = exportWh;
      heldWh[3 * held + 2] = generationWh;
      heldClockUs[held] = clockErrorUs;
      heldArrivedUs[held] = arrivedUs;
      return 'stored';
    },
    close(slot) {
      if (slot !== closedSlot + 1) {
        throw new RangeError(`"slot" expected ${closedSlot + 1}, got ${slot}`);
      }
      for (let home = 0; home < count; home++) {
        if (isHeld(home, slot)) {
          publishRead(home, slot);
        } else {
          const next = nextHeld(home, slot);
          if (next !== undefined) publishShare(home, slot, next);
          else publishGuess(home, slot);
        }
        likeSlots.record(home, slot, reads);
      }
      closedSlot = slot;
      reads.slot = slot;
      return reads;
    },
    excessWh(home) {
      const of = (channel: number) =>
        publishedWh[3 * home + channel]! - registeredWh[3 * home + channel]!;
      return [of(0), of(1), of(2)];
    },
  };
}

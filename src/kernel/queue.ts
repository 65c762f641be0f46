/**
 * Pending events in typed arrays. A heap of objects spends its time on cache misses and garbage;
 * here an event is 40 bytes in a slot, events due soon are ordered by a small heap of two columns
 * (time, slot), and the rest wait in the buckets of a ladder. In the heap, four children share a
 * cache line, places past the end hold infinity so that the inner loop has no bounds test, and the
 * root stays open after a pop so that the push that usually follows fills it with one sift instead
 * of two.
 */
import { Ladder } from './ladder.ts';
import { EventSlots, KEY, STRIDE, TIME, widen } from './slots.ts';

/** Names one scheduled event: its slot and sequence, exact in a double; positive, never 0. */
export type EventHandle = number;

/** Events that may wait at once at most, whatever the options say. */
export const PENDING_COUNT_MAX = 2 ** 23;
/** Event kinds of one kernel at most; kind 0 marks a cancelled event. */
export const KIND_COUNT_MAX = 2 ** 12;

const SEQUENCE_UNIT = 2 ** 37;
const PHASE_UNIT = KIND_COUNT_MAX * SEQUENCE_UNIT;
/** The root's index; with it the children of i are 4i-8 .. 4i-5, a group aligned to four. */
const ROOT = 3;
/** Cancelled events below this number are not worth a compaction. */
const COMPACT_MIN = 64;
/** A heap larger than this is spread over buckets (512 to 4096 were equal, bench/kernel-hold). */
const SPREAD_MIN = 1024;

/** Limits of a queue. */
export interface QueueLimits {
  /** Pending (live) events at most, up to {@link PENDING_COUNT_MAX}. */
  readonly pendingCountMax: number;
}

/** Kind held in the low 12 bits of an order key. */
function kindOf(key: number): number {
  return key - Math.floor(key / KIND_COUNT_MAX) * KIND_COUNT_MAX;
}

/**
 * Part of the order key that an event kind fixes: phase first, then sequence (added by the queue),
 * then kind, packed into 53 bits. `kind` 1 .. 4095, `phase` 0 .. 15.
 */
export function orderKey(phase: number, kind: number): number {
  return phase * PHASE_UNIT + kind;
}

/**
 * Priority queue over the total order (time, phase, sequence) with cancellation in O(1).
 *
 * Push and pop cost O(1) amortised when instants are spread and O(log n) when they crowd together;
 * a cancelled event stays until it surfaces or until cancelled ones outnumber live ones, when they
 * are swept in O(n). Equal time and phase leave in order of arrival.
 * Source: 4-ary heap, D. B. Johnson, Priority queues with update and finding minimum spanning
 * trees, 1975; aligned groups, A. LaMarca and R. Ladner, The influence of caches on heaps, 1996,
 * §4.
 */
export class EventQueue {
  /** Live events waiting. */
  liveCount = 0;
  /** Records of the events; a slot taken can be read until the next push. */
  readonly slots = new EventSlots();
  /** Kind of the event taken last. */
  takenKind = 0;
  /** Live events at most. */
  readonly pendingCountMax: number;
  /** Events that can be scheduled in all; what a handle leaves after the slot's bits. */
  readonly sequenceMax: number;
  private readonly ladder = new Ladder(this.slots);
  private heapTime = new Float64Array(SPREAD_MIN).fill(Number.POSITIVE_INFINITY);
  private heapSlot = new Int32Array(SPREAD_MIN);
  /** One past the last heap place in use. */
  private end = ROOT;
  private deadCount = 0;
  /** The root has been taken and not been filled yet. */
  private open = false;
  private sequence = 1;
  private readonly slotUnit: number;
  /** Heap size at which it is spread; doubled where that did not help. */
  private spreadAt = SPREAD_MIN;

  constructor(limits: QueueLimits) {
    this.pendingCountMax = limits.pendingCountMax;
    // Cancelled events never outnumber the larger of the live ones and COMPACT_MIN.
    let slotUnit = 2 * COMPACT_MIN;
    while (slotUnit < 2 * limits.pendingCountMax) slotUnit *= 2;
    this.slotUnit = slotUnit;
    this.sequenceMax = Math.min(SEQUENCE_UNIT, 2 ** 53 / slotUnit) - 1;
  }

  /** Whether a limit (live events, events in all) forbids another push. */
  get full(): boolean {
    return this.liveCount >= this.pendingCountMax || this.sequence > this.sequenceMax;
  }

  /**
   * Adds an event. The caller has seen that the queue is not {@link full}.
   *
   * @param timeUs - Instant [µs], non-negative integer below 2^53; the caller has checked it.
   * @param keyBase - {@link orderKey} of its kind.
   * @param a - Payload, finite; `b` and `c` alike.
   */
  push(timeUs: number, keyBase: number, a: number, b: number, c: number): EventHandle {
    const slot = this.slots.acquire();
    const record = this.slots.record;
    const base = STRIDE * slot;
    const sequence = this.sequence++;
    const key = keyBase + sequence * KIND_COUNT_MAX;
    record[base] = a;
    record[base + 1] = b;
    record[base + 2] = c;
    record[base + KEY] = key;
    record[base + TIME] = timeUs;
    this.liveCount++;
    if (timeUs >= this.ladder.endUs) {
      this.ladder.insert(slot, timeUs);
    } else if (this.open) {
      this.open = false;
      this.siftDown(ROOT, timeUs, slot, key);
    } else {
      this.siftUp(this.end++, timeUs, slot, key);
    }
    return sequence * this.slotUnit + slot;
  }

  /**
   * Takes the earliest live event whose instant is not after `untilUs`.
   *
   * @returns Its slot, or -1 when there is none. Its record and {@link takenKind} can be read until
   *   the next push.
   */
  take(untilUs: number): number {
    if (this.open) this.dropRoot();
    if (this.end - ROOT > this.spreadAt) this.settle(this.drainHeap());
    while (this.end > ROOT || this.refill()) {
      const slot = this.heapSlot[ROOT]!;
      const place = STRIDE * slot + KEY;
      const record = this.slots.record;
      const kind = kindOf(record[place]!);
      if (kind !== 0) {
        if (this.heapTime[ROOT]! > untilUs) return -1;
        this.open = true;
        this.liveCount--;
        this.takenKind = kind;
        record[place] = 0;
        this.slots.release(slot);
        return slot;
      }
      this.deadCount--;
      this.slots.release(slot);
      this.dropRoot();
    }
    return -1;
  }

  /** Cancels an event; false when it has fired, was cancelled, or never was. O(1) amortised. */
  cancel(handle: EventHandle): boolean {
    const sequence = Math.floor(handle / this.slotUnit);
    const slot = handle - sequence * this.slotUnit;
    if (!(slot < this.slots.count)) return false;
    const record = this.slots.record;
    const key = record[STRIDE * slot + KEY]!;
    const kind = kindOf(key);
    // A sequence is never given twice, so a slot that was reused cannot pass for the old event.
    if (kind === 0 || (key - kind - sequence * KIND_COUNT_MAX) % PHASE_UNIT !== 0) return false;
    // The kind sits below the sequence, so clearing it leaves every comparison as it was.
    record[STRIDE * slot + KEY] = key - kind;
    this.liveCount--;
    this.deadCount++;
    if (this.deadCount > this.liveCount && this.deadCount > COMPACT_MIN) this.compact();
    return true;
  }

  private siftUp(from: number, timeUs: number, slot: number, key: number): void {
    if (from >= this.heapSlot.length - 4) this.growHeap();
    const { heapTime, heapSlot } = this;
    const record = this.slots.record;
    let place = from;
    while (place > ROOT) {
      const parent = (place >> 2) + 2;
      const parentTime = heapTime[parent]!;
      if (parentTime < timeUs) break;
      const parentSlot = heapSlot[parent]!;
      if (parentTime === timeUs && record[STRIDE * parentSlot + KEY]! < key) break;
      heapTime[place] = parentTime;
      heapSlot[place] = parentSlot;
      place = parent;
    }
    heapTime[place] = timeUs;
    heapSlot[place] = slot;
  }

  private siftDown(from: number, timeUs: number, slot: number, key: number): void {
    const { heapTime, heapSlot, end } = this;
    let place = from;
    for (let child = 4 * place - 8; child < end; child = 4 * place - 8) {
      let best = child;
      let bestTime = heapTime[child]!;
      for (let other = child + 1; other < child + 4; other++) {
        const time = heapTime[other]!;
        if (time < bestTime || (time === bestTime && this.precedes(other, best))) {
          best = other;
          bestTime = time;
        }
      }
      if (bestTime > timeUs) break;
      const bestSlot = heapSlot[best]!;
      if (bestTime === timeUs && this.slots.record[STRIDE * bestSlot + KEY]! > key) break;
      heapTime[place] = bestTime;
      heapSlot[place] = bestSlot;
      place = best;
    }
    heapTime[place] = timeUs;
    heapSlot[place] = slot;
  }

  /** Whether the event at one heap place goes before that at another of the same instant. */
  private precedes(place: number, other: number): boolean {
    const { heapSlot, slots } = this;
    const record = slots.record;
    return record[STRIDE * heapSlot[place]! + KEY]! < record[STRIDE * heapSlot[other]! + KEY]!;
  }

  /** Removes the root: the last event takes its place. */
  private dropRoot(): void {
    this.open = false;
    const last = --this.end;
    const timeUs = this.heapTime[last]!;
    const slot = this.heapSlot[last]!;
    this.heapTime[last] = Number.POSITIVE_INFINITY;
    if (last > ROOT) this.siftDown(ROOT, timeUs, slot, this.slots.record[STRIDE * slot + KEY]!);
  }

  /** Fills the empty heap from the ladder's next bucket; false when nothing is left. */
  private refill(): boolean {
    while (this.end === ROOT) {
      const count = this.ladder.advance();
      if (count === 0) return false;
      this.settle(count);
    }
    return true;
  }

  /** Sweeps cancelled events out of heap and ladder. */
  private compact(): void {
    if (this.open) this.dropRoot();
    this.settle(this.ladder.collect(this.drainHeap()));
  }

  /** Moves the heap's slots to the ladder's batch and returns their number; the root is closed. */
  private drainHeap(): number {
    const count = this.end - ROOT;
    for (let i = 0; i < count; i++) this.ladder.keep(i, this.heapSlot[ROOT + i]!);
    this.heapTime.fill(Number.POSITIVE_INFINITY, ROOT, this.end);
    this.end = ROOT;
    return count;
  }

  /** Frees the cancelled ones of the batch; spreads the others if many, else orders them. */
  private settle(count: number): void {
    const { slots, ladder } = this;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const slot = ladder.batch[i]!;
      if (kindOf(slots.record[STRIDE * slot + KEY]!) === 0) {
        this.deadCount--;
        slots.release(slot);
      } else {
        ladder.batch[kept++] = slot;
      }
    }
    if (kept <= SPREAD_MIN || !ladder.spread(kept)) this.heapify(kept);
  }

  /** Orders the batch in the empty heap (Floyd). */
  private heapify(count: number): void {
    const record = this.slots.record;
    while (ROOT + count >= this.heapSlot.length - 4) this.growHeap();
    const { heapTime, heapSlot } = this;
    for (let i = 0; i < count; i++) {
      const slot = this.ladder.batch[i]!;
      heapTime[ROOT + i] = record[STRIDE * slot + TIME]!;
      heapSlot[ROOT + i] = slot;
    }
    this.end = ROOT + count;
    this.spreadAt = Math.max(SPREAD_MIN, 2 * count);
    const lastParent = count > 1 ? ((this.end - 1) >> 2) + 2 : ROOT - 1;
    for (let place = lastParent; place >= ROOT; place--) {
      const slot = heapSlot[place]!;
      this.siftDown(place, heapTime[place]!, slot, record[STRIDE * slot + KEY]!);
    }
  }

  private growHeap(): void {
    const capacity = 2 * this.heapSlot.length;
    const heapTime = new Float64Array(capacity).fill(Number.POSITIVE_INFINITY);
    heapTime.set(this.heapTime);
    this.heapTime = heapTime;
    this.heapSlot = widen(this.heapSlot, capacity);
  }
}

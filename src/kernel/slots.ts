/**
 * Where pending events live: one slot each, five doubles side by side so that an event costs one
 * cache miss, whatever structure orders it.
 */

/** Doubles of a slot: payload a, b, c, then the order key, then the instant. */
export const STRIDE = 5;
/** Place of the order key in a slot. */
export const KEY = 3;
/** Place of the instant [µs] in a slot. */
export const TIME = 4;

/** Growing store of event slots with a free list; the last slot freed is the next one used. */
export class EventSlots {
  /** Slot s is at STRIDE·s; see {@link KEY} and {@link TIME}. Replaced when the store grows. */
  record = new Float64Array(STRIDE * 64);
  /** The same bytes as 32-bit words, for hashing. */
  words = new Int32Array(this.record.buffer);
  /** Link of a slot to the next one of its bucket, plus one; 0 ends the list. */
  next = new Int32Array(64);
  /** Slots ever used; every slot is below it. */
  count = 0;
  private free = new Int32Array(64);
  private freeCount = 0;

  /** A slot to write an event to. */
  acquire(): number {
    if (this.freeCount > 0) return this.free[--this.freeCount]!;
    if (this.count === this.free.length) this.grow();
    return this.count++;
  }

  /** Gives a slot back; its contents stay until it is acquired again. */
  release(slot: number): void {
    this.free[this.freeCount++] = slot;
  }

  private grow(): void {
    const capacity = 2 * this.free.length;
    const record = new Float64Array(STRIDE * capacity);
    record.set(this.record);
    this.record = record;
    this.words = new Int32Array(record.buffer);
    this.next = widen(this.next, capacity);
    this.free = widen(this.free, capacity);
  }
}

/** A longer copy, zero beyond the old end. */
export function widen(values: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(capacity);
  wider.set(values);
  return wider;
}

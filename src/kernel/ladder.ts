/**
 * Far events in unsorted buckets of time. A heap of 1e5 events misses the cache at every level;
 * here an event that is not due soon is linked into a bucket in O(1), and only the bucket whose
 * time has come is ordered, by a heap that fits the cache. Buckets only decide who is ordered when,
 * never the order itself, so nothing below can change a history.
 * Source: W. T. Tang, R. Goh and I. Thng, Ladder queue: an O(1) priority queue structure for
 * large-scale discrete event simulation, ACM TOMACS 15(3), 2005. Differs from it in: the bottom is
 * a heap instead of a sorted list; a rung's last bucket takes everything up to the rung's end in
 * place of a separate top list; widths are powers of two, so that bucket numbers are exact.
 */
import { type EventSlots, STRIDE, TIME, widen } from './slots.ts';

/** Events a bucket should hold when it is opened. */
const BUCKET_TARGET = 16;
/** Rungs at most; what would need more is left to the heap. */
const RUNG_COUNT_MAX = 8;
const SAMPLE_COUNT = 64;

/** Buckets over [startUs, endUs): equal widths, the last one open to endUs. */
interface Rung {
  readonly startUs: number;
  readonly endUs: number;
  /** One over the width, a power of two. */
  readonly scale: number;
  readonly last: number;
  /** First slot of each bucket plus one; 0 when empty. */
  readonly heads: Int32Array;
  /** First bucket not opened yet. */
  position: number;
  /** Events in the buckets. */
  count: number;
}

/** Buckets of pending events from {@link endUs} on; finer rungs stand before coarser ones. */
export class Ladder {
  /** Events before this instant [µs] are the heap's; infinity when the ladder is empty. */
  endUs = Number.POSITIVE_INFINITY;
  /** Slots of the bucket opened last, or to be spread. */
  batch = new Int32Array(64);
  private readonly slots: EventSlots;
  private readonly rungs: Rung[] = [];
  private readonly sample = new Float64Array(SAMPLE_COUNT);

  constructor(slots: EventSlots) {
    this.slots = slots;
  }

  /** Links a slot with `timeUs` >= endUs into its bucket. */
  insert(slot: number, timeUs: number): void {
    let depth = this.rungs.length - 1;
    while (timeUs >= this.rungs[depth]!.endUs) depth--;
    this.link(this.rungs[depth]!, slot, timeUs);
  }

  /**
   * Opens the next bucket and moves endUs behind it.
   * @returns How many of its slots are now in `batch`, cancelled ones among them; 0 when none is
   *   left.
   */
  advance(): number {
    const rung = this.rungs[this.rungs.length - 1];
    if (rung === undefined) return 0;
    while (rung.heads[rung.position] === 0) rung.position++;
    const count = this.unlink(rung.heads[rung.position]!, 0);
    rung.position++;
    rung.count -= count;
    if (rung.count === 0) this.rungs.pop();
    this.endUs = rung.count === 0 ? rung.endUs : rung.startUs + rung.position / rung.scale;
    return count;
  }

  /** Empties every bucket into `batch` behind its first `count` slots; returns the new count. */
  collect(count: number): number {
    let total = count;
    for (const rung of this.rungs) {
      for (let bucket = rung.position; bucket <= rung.last; bucket++) {
        total = this.unlink(rung.heads[bucket]!, total);
      }
    }
    this.rungs.length = 0;
    this.endUs = Number.POSITIVE_INFINITY;
    return total;
  }

  /** Appends a slot to `batch` at `index`. */
  keep(index: number, slot: number): void {
    if (index === this.batch.length) this.batch = widen(this.batch, 2 * index);
    this.batch[index] = slot;
  }

  /**
   * Spreads the first `count` slots of `batch`, all before endUs, over a new finer rung.
   * @returns False, with nothing changed, when they cannot be told apart or rungs are many.
   */
  spread(count: number): boolean {
    if (this.rungs.length >= RUNG_COUNT_MAX) return false;
    const { batch, sample } = this;
    const record = this.slots.record;
    let startUs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      startUs = Math.min(startUs, record[STRIDE * batch[i]! + TIME]!);
    }
    for (let i = 0; i < SAMPLE_COUNT; i++) {
      sample[i] = record[STRIDE * batch[Math.floor((i * count) / SAMPLE_COUNT)]! + TIME]!;
    }
    sample.sort();
    const spanUs = sample[SAMPLE_COUNT - 1]! - startUs;
    if (spanUs === 0) return false;
    // The nearer half says how dense events are where the clock will be.
    const nearUs = sample[SAMPLE_COUNT >> 1]! - startUs;
    let scale = 1;
    while (2 / scale <= (2 * BUCKET_TARGET * nearUs) / count) scale /= 2;
    const last = Math.max(1, Math.min(Math.floor(spanUs * scale), count >> 1));
    const heads = new Int32Array(last + 1);
    const rung: Rung = { startUs, endUs: this.endUs, scale, last, heads, position: 0, count: 0 };
    for (let i = 0; i < count; i++) {
      const slot = batch[i]!;
      this.link(rung, slot, record[STRIDE * slot + TIME]!);
    }
    this.rungs.push(rung);
    this.endUs = startUs;
    return true;
  }

  private link(rung: Rung, slot: number, timeUs: number): void {
    const place = (timeUs - rung.startUs) * rung.scale;
    const bucket = place < rung.last ? Math.floor(place) : rung.last;
    this.slots.next[slot] = rung.heads[bucket]!;
    rung.heads[bucket] = slot + 1;
    rung.count++;
  }

  private unlink(head: number, from: number): number {
    const next = this.slots.next;
    let count = from;
    for (let link = head; link !== 0; link = next[link - 1]!) this.keep(count++, link - 1);
    return count;
  }
}

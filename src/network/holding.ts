/**
 * Who holds what, and who was heard of first: one row of nodes for each item under way. A row is given
 * back as soon as every node holds its item, so that memory follows what is under way and not what has
 * ever been sent.
 */

/** In place of the instant of an announcement: the node holds the item. */
export const HELD = -1;
/** In place of the instant of an announcement: the node has heard of the item from nobody. */
export const NEVER = Number.POSITIVE_INFINITY;
/** In place of a row: the item is forgotten, and counts as held by all. */
export const RELEASED = -1;
/** In place of a row: every node holds the item. */
export const COMPLETE = -2;

/** Rows of items by dense id. The columns are replaced when they grow. */
export class Holding {
  /**
   * Per row and node: when the best announcement known so far arrives [µs], {@link NEVER} without one,
   * {@link HELD} once the node holds the item: nothing is earlier, so one comparison asks for both.
   */
  announcedUs: Float64Array;
  /** Per row and node: who made that announcement, in whatever terms the user of the row likes. */
  announcer: Int32Array;
  /** Per row and node: the event that waits for that announcement; of use to who schedules it. */
  pending: Float64Array;
  private readonly nodeCount: number;
  /** Per item: 0 unknown, slot + 1, {@link RELEASED} or {@link COMPLETE}. */
  private slots = new Int32Array(1024);
  private holderCount = new Int32Array(8);
  private slotCount = 0;
  private readonly freeSlots: number[] = [];

  /** @param nodeCount - Nodes of a row. */
  constructor(nodeCount: number) {
    this.nodeCount = nodeCount;
    this.announcedUs = new Float64Array(8 * nodeCount);
    this.announcer = new Int32Array(8 * nodeCount);
    this.pending = new Float64Array(8 * nodeCount);
  }

  /** Where the row of an item begins, made when there is none; {@link RELEASED} or {@link COMPLETE}. */
  row(item: number): number {
    const known = item < this.slots.length ? this.slots[item]! : 0;
    if (known > 0) return (known - 1) * this.nodeCount;
    return known < 0 ? known : this.open(item);
  }

  /** Whether the node holds the item. */
  has(node: number, item: number): boolean {
    const known = item < this.slots.length ? this.slots[item]! : 0;
    if (known <= 0) return known < 0;
    return this.announcedUs[(known - 1) * this.nodeCount + node] === HELD;
  }

  /** Nodes that hold the item. */
  holders(item: number): number {
    const row = this.row(item);
    return row < 0 ? this.nodeCount : this.holderCount[row / this.nodeCount]!;
  }

  /** The node holds the item from now on; false when it did already. */
  hold(node: number, item: number): boolean {
    const row = this.row(item);
    if (row < 0 || this.announcedUs[row + node] === HELD) return false;
    this.announcedUs[row + node] = HELD;
    const slot = row / this.nodeCount;
    if (++this.holderCount[slot]! === this.nodeCount) {
      this.slots[item] = COMPLETE;
      this.freeSlots.push(slot);
    }
    return true;
  }

  /** Forgets the item. */
  release(item: number): void {
    const row = this.row(item);
    if (row >= 0) this.freeSlots.push(row / this.nodeCount);
    this.slots[item] = RELEASED;
  }

  private open(item: number): number {
    const { nodeCount } = this;
    if (item >= this.slots.length) {
      this.slots = wider(this.slots, new Int32Array(Math.max(item + 1, 2 * this.slots.length)));
    }
    const slot = this.freeSlots.pop() ?? this.slotCount++;
    if (slot >= this.holderCount.length) {
      const size = 2 * this.holderCount.length;
      this.announcedUs = wider(this.announcedUs, new Float64Array(size * nodeCount));
      this.announcer = wider(this.announcer, new Int32Array(size * nodeCount));
      this.pending = wider(this.pending, new Float64Array(size * nodeCount));
      this.holderCount = wider(this.holderCount, new Int32Array(size));
    }
    const row = slot * nodeCount;
    this.announcedUs.fill(NEVER, row, row + nodeCount);
    this.announcer.fill(-1, row, row + nodeCount);
    this.holderCount[slot] = 0;
    this.slots[item] = slot + 1;
    return row;
  }
}

function wider<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

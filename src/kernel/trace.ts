/**
 * The fingerprint of a history. A cryptographic hash of every event would cost more than the event,
 * so two 32-bit lanes are mixed with different constants. Each step is a bijection of its lane, so
 * that a difference, once made, stays unless a later one undoes it in both lanes (chance 2^-64).
 */

/** Order-sensitive hash of executed events. Not a defence against a forger. */
export class TraceHash {
  private low = 0x6a09e667;
  private high = 0x3c6ef372;

  /**
   * Takes in one event.
   *
   * @param timeUs - Instant [µs], integer below 2^53.
   * @param kind - Number of its kind.
   * @param words - 32-bit words of its payload (three little-endian doubles) from index `from`.
   */
  add(timeUs: number, kind: number, words: Int32Array, from: number): void {
    const timeHigh = (timeUs / 4294967296) | 0;
    const timeLow = (timeUs - timeHigh * 4294967296) | 0;
    const place = timeHigh ^ (kind << 20);
    let low = step(this.low, timeLow, place, 0x2c1b3c6d);
    let high = step(this.high, place, timeLow, 0x297a2d39);
    for (let index = from; index < from + 6; index += 2) {
      const one = words[index]!;
      const two = words[index + 1]!;
      low = step(low, one, two, 0x2c1b3c6d);
      high = step(high, two, one, 0x297a2d39);
    }
    this.low = low;
    this.high = high;
  }

  /** The hash so far, 16 hex digits; `count` is the number of events taken in. */
  hex(count: number): string {
    const low = step(step(this.low, count | 0, 0, 0x2c1b3c6d), this.high, 0, 0x2c1b3c6d);
    const high = step(step(this.high, count | 0, 0, 0x297a2d39), this.low, 0, 0x297a2d39);
    return (low >>> 0).toString(16).padStart(8, '0') + (high >>> 0).toString(16).padStart(8, '0');
  }
}

/** One step: a bijection of `lane` and of `word`; the two lanes take the words in turn. */
function step(lane: number, word: number, other: number, factor: number): number {
  const spread = Math.imul(other ^ (other >>> 15), 0x9e3779b1);
  const mixed = Math.imul(lane ^ word ^ spread, factor);
  return (((mixed << 13) | (mixed >>> 19)) + spread) | 0;
}

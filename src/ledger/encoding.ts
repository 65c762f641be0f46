/**
 * The canonical byte encoding under every hash and signature: unsigned LEB128 integers, fixed-width
 * bytes and length-prefixed bytes. One value has one encoding: the reader refuses over-long
 * integers, bad booleans and malformed UTF-8, because two encodings of one value would be two
 * transaction ids.
 */
import { HEX_DIGIT_VALUE } from './hash.ts';

/** Bytes of the longest LEB128 integer, 2^53 − 1. */
export const MAX_UINT_BYTES = 8;

const MAX_UINT = Number.MAX_SAFE_INTEGER;
/** Views of a writer shorter than this are kept. */
const VIEWS_KEPT = 512;
const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Bytes that do not follow the encoding. `offset` is the first byte that cannot be right [byte,
 * from the start of the array read]; `expected` says in words what could have stood there.
 */
export class DecodeError extends Error {
  readonly offset: number;
  readonly expected: string;
  constructor(offset: number, expected: string) {
    super(`byte ${offset}: expected ${expected}`);
    this.name = 'DecodeError';
    this.offset = offset;
    this.expected = expected;
  }
}

/**
 * A growing byte buffer that is reused across values: `reset()` keeps the memory. Every method
 * appends; a value out of range is misuse and throws `RangeError` before anything is written.
 */
export class ByteWriter {
  /** The hashes encoded last, as hex and as bytes. */
  private readonly lastHex = ['', '', '', ''];
  private readonly lastBytes = this.lastHex.map(() => new Uint8Array(32));
  private oldest = 0;
  /** Bytes written since the last reset. */
  length = 0;
  private buffer: Uint8Array;
  /** Views of the first bytes by their number: most values are short, and a view costs more than they do. */
  private views: Uint8Array[] = [];

  constructor(capacity: number) {
    this.buffer = new Uint8Array(Math.max(16, capacity));
  }

  /** Forgets what was written and keeps the memory; views handed out before become invalid. */
  reset(): void {
    this.length = 0;
  }

  /** One byte, integer 0..255. */
  u8(value: number): void {
    if ((value & 255) !== value) throw new RangeError(`"u8" expected 0..255, got ${value}`);
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** Four bytes, most significant first, integer 0..2^32 − 1. */
  u32(value: number): void {
    if (value >>> 0 !== value) throw new RangeError(`"u32" expected 0..2^32-1, got ${value}`);
    this.reserve(4);
    for (let shift = 24; shift >= 0; shift -= 8) this.buffer[this.length++] = value >>> shift;
  }

  /** Unsigned LEB128, integer 0..2^53 − 1, 1 to 8 bytes. */
  uint(value: number): void {
    this.reserve(MAX_UINT_BYTES);
    let rest = value;
    if (value >>> 0 !== value) {
      if (!(value >= 0 && Number.isSafeInteger(value))) {
        throw new RangeError(`"uint" expected an integer 0..2^53-1, got ${value}`);
      }
      // Bit operations see 32 bits only; the upper part goes through exact divisions by 128.
      while (rest >= 0x1_0000_0000) {
        const low = rest % 128;
        this.buffer[this.length++] = low + 128;
        rest = (rest - low) / 128;
      }
    }
    while (rest >= 128) {
      this.buffer[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.buffer[this.length++] = rest;
  }

  /** Signed integer, |value| < 2^52, as the LEB128 of its zigzag code 0, −1, 1, −2, 2, ... */
  int(value: number): void {
    if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 52) {
      throw new RangeError(`"int" expected an integer below 2^52 in size, got ${value}`);
    }
    this.uint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** One byte: 1 for true, 0 for false. */
  flag(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  /** Bytes without a prefix. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Exactly `byteCount` bytes without a prefix (a key, a hash, a signature). */
  fixed(bytes: Uint8Array, byteCount: number): void {
    if (bytes.length !== byteCount) {
      throw new RangeError(`"bytes" expected ${byteCount} bytes, got ${bytes.length}`);
    }
    this.raw(bytes);
  }

  /** A hash of 32 bytes given as 64 lower-case hex digits, without a prefix. */
  hash(hex: string): void {
    if (hex.length !== 64) throw new RangeError(`"hash" expected 64 hex digits, got ${hex.length}`);
    this.reserve(32);
    // Headers repeat the roots of empty blocks and the state root of the block before.
    const place = this.lastHex.indexOf(hex);
    if (place >= 0) {
      this.buffer.set(this.lastBytes[place]!, this.length);
      this.length += 32;
      return;
    }
    for (let i = 0; i < 64; i += 2) {
      const high = HEX_DIGIT_VALUE[hex.charCodeAt(i)] ?? -1;
      const low = HEX_DIGIT_VALUE[hex.charCodeAt(i + 1)] ?? -1;
      if (high < 0 || low < 0) throw new RangeError(`"hash" expected hex digits, got "${hex}"`);
      this.buffer[this.length + (i >> 1)] = (high << 4) | low;
    }
    this.oldest = (this.oldest + 1) % this.lastHex.length;
    this.lastHex[this.oldest] = hex;
    this.lastBytes[this.oldest]!.set(this.buffer.subarray(this.length, this.length + 32));
    this.length += 32;
  }

  /** Length (LEB128) and bytes. */
  blob(bytes: Uint8Array): void {
    this.uint(bytes.length);
    this.raw(bytes);
  }

  /** Length in bytes (LEB128) and UTF-8. Lone surrogates have no UTF-8 and are refused. */
  text(value: string): void {
    if (/\p{Surrogate}/u.test(value)) throw new RangeError('"text" expected well-formed text');
    this.blob(textEncoder.encode(value));
  }

  /** Count (LEB128) and that many LEB128 integers. */
  uints(values: ArrayLike<number>): void {
    this.uint(values.length);
    for (let i = 0; i < values.length; i++) this.uint(values[i]!);
  }

  /** View of what was written; valid until the next write or reset. */
  bytes(): Uint8Array {
    const { length } = this;
    if (length >= VIEWS_KEPT) return this.buffer.subarray(0, length);
    let view = this.views[length];
    if (view === undefined) {
      view = this.buffer.subarray(0, length);
      this.views[length] = view;
    }
    return view;
  }

  /** Copy of what was written. */
  copy(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private reserve(byteCount: number): void {
    const needed = this.length + byteCount;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.buffer.length));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
    this.views = [];
  }
}

/** A writer with room for `capacity` bytes; it doubles as needed. */
export function createWriter(capacity = 256): ByteWriter {
  return new ByteWriter(capacity);
}

/**
 * Reads what {@link ByteWriter} wrote, strictly: every method throws {@link DecodeError} at the
 * first byte that no writer could have written. Byte results are views of the source, not copies.
 */
export class ByteReader {
  /** Next byte to read, from the start of the source. */
  offset: number;
  /** First byte behind the readable range. */
  readonly end: number;
  private readonly source: Uint8Array;

  constructor(source: Uint8Array, offset: number, end: number) {
    this.source = source;
    this.offset = offset;
    this.end = end;
  }

  /** Bytes left. */
  get remaining(): number {
    return this.end - this.offset;
  }

  /** One byte. */
  u8(what = 'a byte'): number {
    if (this.offset >= this.end) throw new DecodeError(this.end, `${what}, not the end of data`);
    return this.source[this.offset++]!;
  }

  /** Four bytes, most significant first. */
  u32(what = 'a length of 4 bytes'): number {
    const b = this.raw(4, what);
    return ((b[0]! << 24) | (b[1]! << 16) | (b[2]! << 8) | b[3]!) >>> 0;
  }

  /** Unsigned LEB128 in its shortest form, at most 2^53 − 1. */
  uint(what = 'an unsigned integer'): number {
    const first = this.u8(what);
    if (first < 128) return first;
    const start = this.offset - 1;
    let value = first & 127;
    let scale = 128;
    for (let i = 1; i < MAX_UINT_BYTES; i++) {
      const byte = this.u8(what);
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte >= 128) continue;
      if (byte === 0) throw new DecodeError(this.offset - 1, `${what} in its shortest form`);
      if (value > MAX_UINT) throw new DecodeError(start, `${what} below 2^53`);
      return value;
    }
    throw new DecodeError(start, `${what} of at most ${MAX_UINT_BYTES} bytes`);
  }

  /** Signed zigzag integer, |value| < 2^52. */
  int(what = 'an integer'): number {
    const code = this.uint(what);
    if (code === MAX_UINT)
      throw new DecodeError(this.offset - MAX_UINT_BYTES, `${what} above -2^52`);
    return code % 2 === 0 ? code / 2 : -(code + 1) / 2;
  }

  /** One byte that must be 0 or 1. */
  flag(what = 'a flag'): boolean {
    const value = this.u8(what);
    if (value > 1) throw new DecodeError(this.offset - 1, `${what} of 0 or 1`);
    return value === 1;
  }

  /** The next `byteCount` bytes as a view. */
  raw(byteCount: number, what = `${byteCount} bytes`): Uint8Array {
    if (byteCount > this.remaining) {
      throw new DecodeError(this.end, `${what}, not the end of data`);
    }
    this.offset += byteCount;
    return this.source.subarray(this.offset - byteCount, this.offset);
  }

  /** Length-prefixed bytes as a view. */
  blob(what = 'length-prefixed bytes'): Uint8Array {
    return this.raw(this.uint(`the length of ${what}`), what);
  }

  /** Length-prefixed well-formed UTF-8. */
  text(what = 'text'): string {
    const bytes = this.blob(what);
    try {
      return textDecoder.decode(bytes);
    } catch {
      throw new DecodeError(this.offset - bytes.length, `${what} in UTF-8`);
    }
  }

  /**
   * A count of items that take at least `itemBytes` bytes each, so that it cannot exceed the data.
   */
  count(itemBytes: number, what = 'a count'): number {
    const start = this.offset;
    const value = this.uint(what);
    if (value * itemBytes > this.remaining) {
      throw new DecodeError(start, `${what} that fits the data`);
    }
    return value;
  }

  /** Count-prefixed LEB128 integers. */
  uints(what = 'integers'): number[] {
    const values: number[] = [];
    for (let left = this.count(1, `the count of ${what}`); left > 0; left--) {
      values.push(this.uint(what));
    }
    return values;
  }
}

/** A strict reader of `source` from `offset` to `end` (default: all of it). */
export function createReader(
  source: Uint8Array,
  offset = 0,
  end: number = source.length,
): ByteReader {
  return new ByteReader(source, offset, end);
}

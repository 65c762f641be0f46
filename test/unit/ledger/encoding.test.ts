import { describe, expect, it } from 'vitest';
import { createReader, createWriter, DecodeError } from '../../../src/ledger/encoding.ts';

function encoded(write: (writer: ReturnType<typeof createWriter>) => void): number[] {
  const writer = createWriter(1);
  write(writer);
  return [...writer.copy()];
}

describe('the byte writer', () => {
  it.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    // The example of the DWARF 4 standard, §7.6.
    [624_485, [0xe5, 0x8e, 0x26]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
    [2 ** 32, [0x80, 0x80, 0x80, 0x80, 0x10]],
    [2 ** 53 - 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('writes %d as LEB128 and reads it back', (value, bytes) => {
    expect(encoded((w) => w.uint(value))).toEqual(bytes);
    expect(createReader(Uint8Array.from(bytes)).uint()).toBe(value);
  });

  it('writes signed integers as zigzag codes', () => {
    const codes = [0, -1, 1, -2, 2].map((value) => encoded((w) => w.int(value))[0]);
    expect(codes).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d', (value) => {
    expect(() => createWriter().uint(value)).toThrow(/"uint" expected an integer 0\.\.2\^53-1/);
  });

  it('refuses values that do not fit their field', () => {
    const writer = createWriter();
    expect(() => writer.u8(256)).toThrow(/"u8" expected 0\.\.255, got 256/);
    expect(() => writer.u32(2 ** 32)).toThrow(/"u32" expected/);
    expect(() => writer.int(2 ** 52)).toThrow(/"int" expected/);
    expect(() => writer.fixed(new Uint8Array(3), 4)).toThrow(/expected 4 bytes, got 3/);
    expect(() => writer.hash('ab')).toThrow(/expected 64 hex digits, got 2/);
    expect(() => writer.hash('G'.repeat(64))).toThrow(/expected hex digits/);
    expect(() => writer.text('\ud800')).toThrow(/well-formed/);
    expect(writer.length).toBe(0);
  });

  it('keeps its memory and nothing else over a reset', () => {
    const writer = createWriter(1);
    writer.raw(new Uint8Array(1000).fill(1));
    writer.reset();
    writer.blob(Uint8Array.of(5, 6));
    writer.u32(0x01020304);
    writer.text('é');
    expect([...writer.bytes()]).toEqual([2, 5, 6, 1, 2, 3, 4, 2, 0xc3, 0xa9]);
  });
});

describe('the byte reader', () => {
  const failure = (bytes: number[], read: (r: ReturnType<typeof createReader>) => unknown) => {
    try {
      read(createReader(Uint8Array.from(bytes)));
    } catch (error) {
      if (error instanceof DecodeError) return [error.offset, error.expected];
    }
    return undefined;
  };

  it('refuses integers that are not in their shortest form', () => {
    expect(failure([0x80, 0x00], (r) => r.uint('x'))).toEqual([1, 'x in its shortest form']);
    expect(failure([0xff, 0x80, 0x00], (r) => r.uint('x'))).toEqual([2, 'x in its shortest form']);
  });

  it('refuses integers above 2^53 - 1', () => {
    const top = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    expect(failure([...top, 0x10], (r) => r.uint('x'))).toEqual([0, 'x below 2^53']);
    expect(failure([...top, 0xff], (r) => r.uint('x'))).toEqual([0, 'x of at most 8 bytes']);
  });

  it('refuses a signed integer that no writer writes', () => {
    const top = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    expect(failure(top, (r) => r.int('x'))).toEqual([0, 'x above -2^52']);
  });

  it('refuses to read behind the end, and names it', () => {
    expect(failure([0x80], (r) => r.uint('x'))).toEqual([1, 'x, not the end of data']);
    expect(failure([3, 1, 2], (r) => r.blob('x'))).toEqual([3, 'x, not the end of data']);
    expect(failure([1, 2, 3], (r) => r.u32('x'))).toEqual([3, 'x, not the end of data']);
    expect(failure([0x7f, 1], (r) => r.uints())).toEqual([
      0,
      'the count of integers that fits the data',
    ]);
  });

  it('refuses flags and text that no writer writes', () => {
    expect(failure([2], (r) => r.flag('x'))).toEqual([0, 'x of 0 or 1']);
    expect(failure([2, 0xc0, 0x80], (r) => r.text('x'))).toEqual([1, 'x in UTF-8']);
  });

  it('reads a window of a larger array with offsets of the array', () => {
    const reader = createReader(Uint8Array.of(9, 9, 7, 9), 2, 3);
    expect(reader.uint()).toBe(7);
    expect(() => reader.u8()).toThrow('byte 3: expected a byte, not the end of data');
  });
});

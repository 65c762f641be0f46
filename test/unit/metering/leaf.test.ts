import { describe, expect, test } from 'vitest';
import { meterLeafBytes } from '../../../src/metering/leaf.ts';

describe('meter leaf', () => {
  test('has the bytes of its layout', () => {
    expect([...meterLeafBytes('h-1', 300, 0, 127, 128, 1)]).toEqual([
      1, 3, 0x68, 0x2d, 0x31, 0xac, 0x02, 0, 0x7f, 0x80, 0x01, 1,
    ]);
  });

  test('large integers keep every bit', () => {
    const bytes = [...meterLeafBytes('', 0, Number.MAX_SAFE_INTEGER, 0, 0, 0)].slice(3, 11);
    expect(bytes).toEqual([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]);
  });

  test('the length prefix keeps ids and numbers apart', () => {
    const a = meterLeafBytes('ab', 1, 2, 3, 4, 0);
    expect(a).not.toEqual(meterLeafBytes('a', 98, 1, 2, 3, 0));
    expect(a).toEqual(meterLeafBytes('ab', 1, 2, 3, 4, 0));
  });

  test('refuses what has no canonical form', () => {
    expect(() => meterLeafBytes('a', -1, 0, 0, 0, 0)).toThrow(
      '"slot" expected a safe integer >= 0',
    );
    expect(() => meterLeafBytes('a', 0, 0.5, 0, 0, 0)).toThrow('"importWh" expected');
    expect(() => meterLeafBytes('a', 0, 0, 0, 0, 3)).toThrow('"quality" expected 0, 1 or 2, got 3');
  });
});

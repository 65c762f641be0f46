import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { HOUR_US } from '../../src/base/units.ts';
import { createHeadEnd, type MeterReading } from '../../src/metering/head-end.ts';
import { meterLeafBytes } from '../../src/metering/leaf.ts';
import { createMeters } from '../../src/metering/meters.ts';
import {
  createRegisters,
  REGISTER_MODULUS_WH,
  type Registers,
} from '../../src/metering/register.ts';

const COLUMNS = ['importWh', 'exportWh', 'generationWh'] as const;
const SLOTS = 60;

/** Per slot: what ran in each register [Wh], and how many slots late the read comes (9 = lost). */
const history = fc.array(
  fc.record({
    wh: fc.tuple(
      fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4000 })),
      fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 900 })),
      fc.integer({ min: 0, max: 900 }),
    ),
    late: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.constant(9) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
    ),
  }),
  { minLength: SLOTS, maxLength: SLOTS },
);
type History = typeof history extends fc.Arbitrary<infer V> ? V : never;

/**
 * Runs a history with a cut-off of one slot: at slot s first the reads that come then, then close(s
 * - 1). A tail of reads in time ends it, long enough to work any excess off.
 */
function run(slots: History, start: readonly [number, number, number]) {
  const initial = createRegisters(1);
  COLUMNS.forEach((column, channel) => {
    initial[column][0] = start[channel]!;
  });
  const readings: MeterReading[] = [];
  const headEnd = createHeadEnd({
    count: 1,
    slotUs: HOUR_US,
    firstSlot: 0,
    initial,
    onReading: (reading) => readings.push(reading),
  });
  const tail = Array.from({ length: 400 }, () => ({ wh: [4000, 900, 900], late: 0 }) as const);
  const all = [...slots, ...tail];
  const register = [...start];
  const registers = all.map(({ wh }) =>
    register.map((value, channel) => {
      register[channel] = (value + wh[channel]!) % REGISTER_MODULUS_WH;
      return register[channel]!;
    }),
  );
  const published: { wh: number[]; quality: number; excess: readonly number[] }[] = [];
  for (let now = 0; now <= all.length; now++) {
    for (let slot = Math.max(0, now - 4); slot <= now && slot < all.length; slot++) {
      if (all[slot]!.late !== now - slot) continue;
      const [a, b, c] = registers[slot]!;
      headEnd.receive(0, slot, a!, b!, c!, 0, now);
    }
    if (now === 0) continue;
    const reads = headEnd.close(now - 1);
    published.push({
      wh: COLUMNS.map((column) => reads[column][0]!),
      quality: reads.quality[0]!,
      excess: [...headEnd.excessWh(0)],
    });
  }
  return { all, published, readings };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const startWh = fc.tuple(
  fc.integer({ min: 0, max: REGISTER_MODULUS_WH - 1 }),
  fc.integer({ min: REGISTER_MODULUS_WH - 9000, max: REGISTER_MODULUS_WH - 1 }),
  fc.constant(0),
);

describe('metering', () => {
  test('head-end: published values are integers, never negative, and sum to the registers', () => {
    fc.assert(
      fc.property(history, startWh, (slots, start) => {
        const { all, published } = run(slots, start);
        for (const { wh } of published) {
          expect(wh.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
        }
        for (let channel = 0; channel < 3; channel++) {
          const truth = sum(all.map(({ wh }) => wh[channel]!));
          expect(sum(published.map(({ wh }) => wh[channel]!))).toBe(truth);
        }
        expect(published.at(-1)!.excess).toEqual([0, 0, 0]);
      }),
      { seed: 51, numRuns: 120 },
    );
  });

  test('head-end: a split sums to the register difference exactly when it closes the span', () => {
    // Successors always arrive before the cut-off: at most one read in a row is lost.
    const spaced = history.map((slots) =>
      slots.map((slot, at) => ({ ...slot, late: at % 2 === 1 && slot.late > 0 ? 9 : 0 })),
    );
    fc.assert(
      fc.property(spaced, startWh, (slots, start) => {
        const { all, published } = run(slots, start);
        const due = [0, 0, 0];
        all.forEach(({ wh, late }, slot) => {
          for (let channel = 0; channel < 3; channel++) {
            due[channel] = due[channel]! + wh[channel]! - published[slot]!.wh[channel]!;
          }
          if (late === 0) expect(due).toEqual([0, 0, 0]);
          const split = late !== 0 || (slot > 0 && all[slot - 1]!.late !== 0);
          expect(published[slot]!.quality).toBe(split ? 1 : 0);
        });
      }),
      { seed: 52, numRuns: 80 },
    );
  });

  test('head-end: an actual value is the truth of its slot', () => {
    fc.assert(
      fc.property(history, startWh, (slots, start) => {
        const { all, published } = run(slots, start);
        published.forEach(({ wh, quality }, slot) => {
          if (quality === 0) expect(wh).toEqual([...all[slot]!.wh]);
        });
      }),
      { seed: 53, numRuns: 80 },
    );
  });

  test('head-end: readings tile the slots in order, each register difference once', () => {
    fc.assert(
      fc.property(history, startWh, (slots, start) => {
        const { all, readings } = run(slots, start);
        let next = 0;
        for (const reading of readings) {
          expect(reading.fromSlot).toBe(next);
          expect(reading.slot).toBeGreaterThanOrEqual(next);
          expect(reading.quality).toBe(reading.fromSlot === reading.slot ? 'A' : 'E');
          const span = all.slice(reading.fromSlot, reading.slot + 1);
          COLUMNS.forEach((column, channel) => {
            expect(reading[column]).toBe(sum(span.map(({ wh }) => wh[channel]!)));
          });
          next = reading.slot + 1;
        }
        expect(next).toBe(all.length);
      }),
      { seed: 54, numRuns: 80 },
    );
  });

  test('meters: displays sum to the register difference, one step from gain x truth', () => {
    const truth = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(truth, fc.integer({ min: 1, max: 100 }), fc.nat(), (loads, resolution, seed) => {
        const options = {
          class: 0.01,
          readNoise: 0,
          headClass: 0,
          resolution,
          loss: 0.1,
          delayMedian: 2e7,
          delaySigma: 0.8,
          clockDrift: 2e6,
          faults: 0,
        };
        const random = createRandomSource(seed);
        const meters = createMeters({ count: 1, options, random, slotUs: HOUR_US });
        const start: Registers = structuredClone(meters.registers);
        let shown = 0;
        loads.forEach((wh, slot) => {
          meters.read(slot, [wh], [0], [0]);
          expect(meters.registers.importWh[0]! % resolution).toBe(0);
          shown += meters.local.importWh[0]!;
        });
        const moved = meters.registers.importWh[0]! - start.importWh[0]!;
        expect((moved + REGISTER_MODULUS_WH) % REGISTER_MODULUS_WH).toBe(shown);
        const total = sum(loads);
        expect(Math.abs(shown - total)).toBeLessThanOrEqual(0.01 * total + resolution + 1e-6);
      }),
      { seed: 55, numRuns: 150 },
    );
  });

  test('leaf: decodes back to its fields', () => {
    const wh = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.tuple(wh, wh, wh, wh),
        fc.constantFrom(0, 1, 2),
        (id, [slot, a, b, c], quality) => {
          const bytes = meterLeafBytes(id, slot, a, b, c, quality);
          let at = 1;
          const next = () => {
            let value = 0n;
            for (let shift = 0n; ; shift += 7n) {
              const byte = BigInt(bytes[at++]!);
              value += (byte & 127n) << shift;
              if (byte < 128n) return Number(value);
            }
          };
          const length = next();
          expect(new TextDecoder().decode(bytes.slice(at, at + length))).toBe(id);
          at += length;
          expect([next(), next(), next(), next(), next()]).toEqual([slot, a, b, c, quality]);
          expect(at).toBe(bytes.length);
        },
      ),
      { seed: 56, numRuns: 100 },
    );
  });
});

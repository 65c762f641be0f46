import { describe, expect, test } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { MINUTE_US } from '../../../src/base/units.ts';
import { createHeadEnd, type MeterReading } from '../../../src/metering/head-end.ts';
import { createRegisters } from '../../../src/metering/register.ts';

/** One home whose import register starts at `startWh`; only import moves. */
function oneHome(startWh = 0, slotMinutes = 15) {
  const initial = createRegisters(1);
  initial.importWh[0] = startWh;
  const readings: MeterReading[] = [];
  const headEnd = createHeadEnd({
    count: 1,
    slotUs: slotMinutes * MINUTE_US,
    firstSlot: 0,
    initial,
    onReading: (reading) => readings.push(reading),
  });
  const receive = (slot: number, importWh: number) =>
    headEnd.receive(0, slot, importWh, 0, 0, 5, slot * 1000 + 7);
  const close = (slot: number) => {
    const reads = headEnd.close(slot);
    return [reads.importWh[0], 'AEM'[reads.quality[0]!]];
  };
  return { headEnd, receive, close, readings };
}

describe('head-end', () => {
  test('consecutive reads are published as actual, with their arrival', () => {
    const { headEnd, receive, close } = oneHome(100);
    expect(receive(0, 150)).toBe('stored');
    expect(close(0)).toEqual([50, 'A']);
    receive(1, 150);
    const reads = headEnd.close(1);
    expect(reads.importWh[0]).toBe(0);
    expect(reads.readUs[0]).toBe(1007);
    expect(reads.slot).toBe(1);
  });

  test('a lost read is split evenly when nothing is known of the time of day', () => {
    const { receive, close } = oneHome();
    receive(0, 100);
    expect(close(0)).toEqual([100, 'A']);
    receive(2, 201);
    expect(close(1)).toEqual([51, 'E']);
    expect(close(2)).toEqual([50, 'E']);
    receive(3, 300);
    expect(close(3)).toEqual([99, 'A']);
  });

  test('a lost read is split in proportion to the like slots of days before', () => {
    // Six-hour slots: four a day. Slots 1 and 2 of the day carry 300 and 100.
    const { receive, close } = oneHome(0, 60);
    let register = 0;
    for (let slot = 0; slot < 24; slot++) {
      register += slot === 1 ? 300 : slot === 2 ? 100 : 10;
      receive(slot, register);
      close(slot);
    }
    receive(24, register + 10);
    expect(close(24)).toEqual([10, 'A']);
    receive(26, register + 10 + 800);
    expect(close(25)).toEqual([600, 'E']);
    expect(close(26)).toEqual([200, 'E']);
  });

  test('without a successor the like slots of up to three days are averaged', () => {
    const { receive, close } = oneHome(0, 60);
    let register = 0;
    for (let slot = 0; slot < 96; slot++) {
      register += slot % 24 === 5 ? [999, 10, 20, 30][(slot - 5) / 24]! : 1;
      receive(slot, register);
      close(slot);
    }
    for (let slot = 96; slot < 101; slot++) {
      receive(slot, ++register);
      close(slot);
    }
    expect(close(101)).toEqual([20, 'E']);
  });

  test('without like slots the last value stands in, and without any the slot is missing', () => {
    const { receive, close } = oneHome();
    expect(close(0)).toEqual([0, 'M']);
    receive(1, 80);
    expect(close(1)).toEqual([80, 'E']);
    expect(close(2)).toEqual([80, 'E']);
  });

  test('an estimate is no like slot of later ones', () => {
    const { receive, close } = oneHome(0, 60);
    receive(0, 500);
    close(0);
    expect(close(1)).toEqual([500, 'E']);
    let register = 1000;
    for (let slot = 2; slot < 25; slot++) {
      register += 7;
      receive(slot, register);
      close(slot);
    }
    // Slot 25 is the like of slot 1, of which only a guess is known: the last value stands in.
    expect(close(25)).toEqual([7, 'E']);
  });

  test('a guess too low is made up for by the next read', () => {
    const { headEnd, receive, close } = oneHome();
    receive(0, 40);
    close(0);
    expect(close(1)).toEqual([40, 'E']);
    receive(2, 40 + 90 + 60);
    expect(close(2)).toEqual([110, 'E']);
    expect(headEnd.excessWh(0)).toEqual([0, 0, 0]);
    receive(3, 230);
    expect(close(3)).toEqual([40, 'A']);
  });

  test('a guess too high is worked off without negative energy', () => {
    const { headEnd, receive, close } = oneHome();
    receive(0, 100);
    close(0);
    close(1); // 100 guessed
    receive(2, 130); // 30 ran in slots 1 and 2
    expect(close(2)).toEqual([0, 'E']);
    expect(headEnd.excessWh(0)[0]).toBe(70);
    receive(3, 180);
    expect(close(3)).toEqual([0, 'E']);
    receive(4, 230);
    expect(close(4)).toEqual([30, 'E']);
    expect(headEnd.excessWh(0)[0]).toBe(0);
    receive(5, 240);
    expect(close(5)).toEqual([10, 'A']);
  });

  test('a read that arrives before its cut-off in the wrong order is as good as any', () => {
    const { receive, close, readings } = oneHome();
    receive(1, 30);
    receive(0, 10);
    expect(close(0)).toEqual([10, 'A']);
    expect(close(1)).toEqual([20, 'A']);
    expect(readings.map(({ fromSlot, slot }) => [fromSlot, slot])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test('a late read after the cut-off reconciles the next slot and is reported once', () => {
    const { receive, close, readings } = oneHome();
    receive(0, 50);
    close(0);
    expect(close(1)).toEqual([50, 'E']);
    expect(receive(1, 60)).toBe('late');
    expect(receive(1, 60)).toBe('superseded');
    receive(2, 160);
    expect(close(2)).toEqual([60, 'E']);
    expect(
      readings.map(({ fromSlot, slot, importWh, quality }) => [fromSlot, slot, importWh, quality]),
    ).toEqual([
      [0, 0, 50, 'A'],
      [1, 1, 10, 'A'],
      [2, 2, 100, 'A'],
    ]);
  });

  test('a read from inside a span that was already merged is of no more use', () => {
    const { receive, close, readings } = oneHome();
    receive(2, 90);
    close(0);
    close(1);
    close(2);
    expect(receive(1, 40)).toBe('superseded');
    expect(readings).toEqual([
      {
        home: 0,
        fromSlot: 0,
        slot: 2,
        importWh: 90,
        exportWh: 0,
        generationWh: 0,
        quality: 'E',
        clockErrorUs: 5,
      },
    ]);
  });

  test('differences run across a rollover, also inside a lost span', () => {
    const { receive, close } = oneHome(99_999_900);
    receive(1, 100);
    expect(close(0)).toEqual([100, 'E']);
    expect(close(1)).toEqual([100, 'E']);
    receive(2, 150);
    expect(close(2)).toEqual([50, 'A']);
  });

  test('a second copy of a read is a duplicate', () => {
    const { receive } = oneHome();
    expect([receive(0, 5), receive(0, 5)]).toEqual(['stored', 'duplicate']);
  });

  test('slots close in order, and reads beyond the window break an invariant', () => {
    const { headEnd, receive } = oneHome();
    expect(() => headEnd.close(1)).toThrow('"slot" expected 0, got 1');
    expect(receive(15, 1)).toBe('stored');
    expect(() => receive(16, 1)).toThrow(InvariantViolation);
    expect(() => receive(16, 1)).toThrow('more than windowSlots = 16 after closed -1');
  });
});

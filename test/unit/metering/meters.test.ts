import { describe, expect, test } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { MINUTE_US, SECOND_US } from '../../../src/base/units.ts';
import { createHeadMeter } from '../../../src/metering/head-meter.ts';
import { createMeters, type MeterSpec } from '../../../src/metering/meters.ts';
import type { MeterOptions } from '../../../src/metering/options.ts';
import { METERING } from '../../../src/scenario/sections.ts';

const SLOT_US = 15 * MINUTE_US;
const scenario: MeterOptions = defaultsOf(METERING);
const EXACT = { ...scenario, class: 0, readNoise: 0, resolution: 1, loss: 0, clockDrift: 0 };

const make = (count: number, options: MeterOptions, part: Partial<MeterSpec> = {}, seed = 7) =>
  createMeters({ count, options, random: createRandomSource(seed), slotUs: SLOT_US, ...part });
const constant = (count: number, wh: number) => new Float64Array(count).fill(wh);
const zero = (count: number) => constant(count, 0);
const registersAt = (wh: number) => ({
  importWh: Float64Array.of(wh),
  exportWh: Float64Array.of(wh),
  generationWh: Float64Array.of(wh),
});

function deviation(values: readonly number[]): { mean: number; sigma: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sigma: Math.sqrt(square / values.length) };
}

describe('meters', () => {
  test('an exact meter shows the truth', () => {
    const meters = make(2, EXACT);
    meters.read(0, [120, 0], [0, 77], [5, 90]);
    expect([...meters.local.importWh]).toEqual([120, 0]);
    expect([...meters.local.exportWh]).toEqual([0, 77]);
    expect([...meters.local.generationWh]).toEqual([5, 90]);
  });

  test('the gain error is uniform within the class: sigma = c / sqrt(3)', () => {
    const count = 20_000;
    const meters = make(count, { ...EXACT, class: 0.01 });
    meters.read(0, constant(count, 1e6), zero(count), constant(count, 1e6));
    const gain = Array.from(meters.local.importWh, (wh) => wh / 1e6 - 1);
    expect(Math.max(...gain.map(Math.abs))).toBeLessThanOrEqual(0.01 + 2e-6);
    const { mean, sigma } = deviation(gain);
    // Standard errors: of the mean 4.1e-5, of sigma 1.8e-5.
    expect(Math.abs(mean)).toBeLessThan(4 * 4.1e-5);
    expect(Math.abs(sigma - 0.01 / Math.sqrt(3))).toBeLessThan(4 * 1.8e-5);
    const other = Array.from(meters.local.generationWh, (wh) => wh / 1e6 - 1);
    const product = gain.reduce((sum, value, home) => sum + value * other[home]!, 0) / count;
    expect(Math.abs(product) / sigma ** 2).toBeLessThan(4 / Math.sqrt(count));
  });

  test('the gain is fixed per meter and shared by import and export', () => {
    const meters = make(50, { ...EXACT, class: 0.01 });
    meters.read(0, constant(50, 1e6), zero(50), zero(50));
    const first = Float64Array.from(meters.local.importWh);
    meters.read(1, zero(50), constant(50, 1e6), zero(50));
    first.forEach((wh, home) => {
      expect(Math.abs(meters.local.exportWh[home]! - wh)).toBeLessThanOrEqual(1);
    });
  });

  test('the bias of 100 meters of class 1 at 10 kWh a day has sigma of 57.7 Wh a meter', () => {
    // sigma of the sum = c/sqrt(3) x 10 kWh x sqrt(100) = 577 Wh, over 400 populations.
    const sums = Array.from({ length: 400 }, (_, seed) => {
      const meters = make(100, { ...EXACT, class: 0.01 }, {}, seed);
      meters.read(0, constant(100, 10_000), zero(100), zero(100));
      return meters.local.importWh.reduce((sum, wh) => sum + wh, 0) - 1e6;
    });
    const { mean, sigma } = deviation(sums);
    expect(Math.abs(mean)).toBeLessThan((4 * 577) / 20);
    expect(Math.abs(sigma / 577.35 - 1)).toBeLessThan(4 / Math.sqrt(800));
  });

  test('read noise has the asked standard deviation and is independent from read to read', () => {
    const meters = make(2000, { ...EXACT, readNoise: 0.002 });
    meters.read(0, constant(2000, 1e6), zero(2000), zero(2000));
    const first = Array.from(meters.local.importWh, (wh) => wh / 1e6 - 1);
    meters.read(1, constant(2000, 1e6), zero(2000), zero(2000));
    const second = Array.from(meters.local.importWh, (wh) => wh / 1e6 - 1);
    const { sigma } = deviation([...first, ...second]);
    expect(Math.abs(sigma / 0.002 - 1)).toBeLessThan(4 / Math.sqrt(8000));
    const product = first.reduce((sum, value, home) => sum + value * second[home]!, 0) / 2000;
    expect(Math.abs(product) / 0.002 ** 2).toBeLessThan(4 / Math.sqrt(2000));
  });

  test('registers show whole steps of the resolution, run forward, and lose nothing', () => {
    const meters = make(1, { ...EXACT, resolution: 10 }, { initial: registersAt(0) });
    const shown = [];
    for (let slot = 0; slot < 6; slot++) {
      meters.read(slot, [7], [0], [0]);
      shown.push(meters.registers.importWh[0]);
    }
    expect(shown).toEqual([0, 10, 20, 20, 30, 40]);
  });

  test('a register rolls over at 1e8 Wh and its display goes on', () => {
    const meters = make(1, { ...EXACT, resolution: 10 }, { initial: registersAt(99_999_950) });
    meters.read(0, [40], [0], [0]);
    expect(meters.registers.importWh[0]).toBe(99_999_990);
    meters.read(1, [40], [0], [0]);
    expect(meters.registers.importWh[0]).toBe(30);
    expect(meters.local.importWh[0]).toBe(40);
  });

  test('a consumer has no generation register, whatever is measured or tampered', () => {
    const meters = make(2, EXACT, {
      prosumer: [0, 1],
      tamper: (_home, _slot, values) => {
        values[2] = 500;
      },
    });
    meters.read(0, [0, 0], [0, 0], [100, 100]);
    expect([...meters.local.generationWh]).toEqual([0, 500]);
  });

  test('reads come in order of slots, history first', () => {
    const meters = make(1, EXACT);
    meters.read(-2, [1], [0], [0]);
    expect(() => meters.read(0, [1], [0], [0])).toThrow('"slot" expected -1, got 0');
    expect(() => make(1, { ...EXACT, resolution: 0 })).toThrow('"resolution" expected an integer');
  });
});

describe('tamper hook', () => {
  const run = (part: Partial<MeterSpec>) => {
    const meters = make(6, { ...scenario, loss: 0.2 }, part);
    const trace: number[][] = [];
    for (let slot = 0; slot < 20; slot++) {
      meters.read(slot, constant(6, 300), constant(6, 40), constant(6, 200));
      trace.push([
        ...meters.registers.importWh,
        ...meters.registers.exportWh,
        ...meters.registers.generationWh,
        ...meters.arrivalDelayUs,
        ...meters.clockErrorUs,
      ]);
    }
    return trace;
  };

  test('changes only the register of its own home', () => {
    const honest = run({});
    const tampered = run({
      tamper: (home, slot, values) => {
        if (home === 3 && slot >= 5) values[0] = 0.2 * values[0]!;
      },
    });
    honest.forEach((row, slot) => {
      row.forEach((value, column) => {
        if (column === 3 && slot >= 5) expect(tampered[slot]![column]).toBeLessThan(value);
        else expect(tampered[slot]![column]).toBe(value);
      });
    });
  });

  test('sees measured watt-hours, and cannot run a register backwards', () => {
    const meters = make(1, EXACT, {
      tamper: (home, slot, values) => {
        expect([home, slot, ...values]).toEqual([0, 4, 10, 20, 30]);
        values[0] = -50;
      },
    });
    meters.read(4, [10], [20], [30]);
    expect(meters.local.importWh[0]).toBe(0);
  });

  test('a value that is not a number is refused', () => {
    const meters = make(1, EXACT, {
      tamper: (_home, _slot, values) => {
        values[1] = Number.NaN;
      },
    });
    expect(() => meters.read(0, [1], [1], [1])).toThrow('"values" expected finite Wh at home 0');
  });

  test('the same seed gives the same reads, another seed others', () => {
    expect(run({})).toEqual(run({}));
    expect(run({ random: createRandomSource(8) })).not.toEqual(run({}));
  });

  test('one more home shifts no other home', () => {
    const few = make(30, scenario);
    const many = make(31, scenario);
    for (let slot = 0; slot < 10; slot++) {
      few.read(slot, constant(30, 300), zero(30), constant(30, 80));
      many.read(slot, constant(31, 300), zero(31), constant(31, 80));
      expect([...many.registers.importWh.slice(0, 30)]).toEqual([...few.registers.importWh]);
      expect([...many.arrivalDelayUs.slice(0, 30)]).toEqual([...few.arrivalDelayUs]);
    }
  });
});

describe('the way of a read', () => {
  function delays(count: number, slots: number, options: MeterOptions) {
    const meters = make(count, options);
    const rows: Float64Array[] = [];
    for (let slot = 0; slot < slots; slot++) {
      meters.read(slot, zero(count), zero(count), zero(count));
      rows.push(Float64Array.from(meters.arrivalDelayUs));
    }
    return rows;
  }

  test('delays are lognormal with the asked median and shape', () => {
    const logs = delays(500, 20, { ...scenario, loss: 0 }).flatMap((row) =>
      Array.from(row, (delay) => Math.log(delay / (20 * SECOND_US))),
    );
    const { mean, sigma } = deviation(logs);
    expect(Math.abs(mean)).toBeLessThan((4 * 0.8) / 100);
    expect(Math.abs(sigma - 0.8)).toBeLessThan((4 * 0.8) / Math.sqrt(20_000));
  });

  test('single losses plus outages add up to their law, and outages lose reads in a row', () => {
    const rows = delays(1000, 1500, scenario);
    const lost = rows.map((row) => Array.from(row, (delay) => !Number.isFinite(delay)));
    const share = lost.flat().filter(Boolean).length / 1_500_000;
    // 0.5 % of single losses and outages: 1/30 a day x 4 slots of 96 x 0.8 of the homes = 0.11 %.
    expect(Math.abs(share - 0.0061)).toBeLessThan(0.0007);
    let afterLoss = 0;
    let losses = 0;
    for (let slot = 1; slot < 1500; slot++) {
      for (let home = 0; home < 1000; home++) {
        if (!lost[slot - 1]![home]) continue;
        losses++;
        if (lost[slot]![home]) afterLoss++;
      }
    }
    // Independent losses would give 0.6 %; bursts of mean 4 at a sixth of all losses give some 14
    // %.
    expect(afterLoss / losses).toBeGreaterThan(0.08);
    expect(afterLoss / losses).toBeLessThan(0.2);
  });

  test('no loss means no outage either', () => {
    const rows = delays(200, 500, { ...scenario, loss: 0 });
    expect(rows.every((row) => row.every(Number.isFinite))).toBe(true);
  });

  test('clocks drift 2 s a day, are set weekly, and are flagged beyond 30 s', () => {
    const meters = make(3000, scenario);
    const errors: number[] = [];
    let flagged = 0;
    for (let slot = 0; slot < 8; slot++) {
      meters.read(slot, zero(3000), zero(3000), zero(3000));
      for (let home = 0; home < 3000; home++) {
        const error = meters.clockErrorUs[home]!;
        expect(Number.isInteger(error)).toBe(true);
        expect(meters.clockFlagged[home]).toBe(Math.abs(error) > 30 * SECOND_US ? 1 : 0);
        flagged += meters.clockFlagged[home]!;
        if (slot === 0) errors.push(error / SECOND_US);
      }
    }
    // Time since the setting is uniform over a week: sigma = 2 x 7 / sqrt(3).
    expect(Math.abs(deviation(errors).sigma / (14 / Math.sqrt(3)) - 1)).toBeLessThan(0.06);
    expect(flagged).toBeGreaterThan(0);
  });
});

describe('feeder-head meter', () => {
  test('an exact one reports the rounded-down net, and carries the rest', () => {
    const head = createHeadMeter(
      { headClass: 0, readNoise: 0, resolution: 10 },
      createRandomSource(1),
    );
    expect([25, 8, -14, -8].map((wh, slot) => head.read(slot, wh))).toEqual([20, 10, -10, -10]);
    expect(() => head.read(9, Number.NaN)).toThrow('"netWh" expected finite Wh, got NaN');
  });

  test('its gain is uniform within the head class over populations', () => {
    const gains = Array.from({ length: 3000 }, (_, seed) => {
      const options = { headClass: 0.002, readNoise: 0, resolution: 1 };
      return createHeadMeter(options, createRandomSource(seed)).read(0, 1e8) / 1e8 - 1;
    });
    const { sigma } = deviation(gains);
    expect(Math.abs(sigma / (0.002 / Math.sqrt(3)) - 1)).toBeLessThan(4 / Math.sqrt(6000));
    expect(Math.max(...gains.map(Math.abs))).toBeLessThan(0.00201);
  });
});

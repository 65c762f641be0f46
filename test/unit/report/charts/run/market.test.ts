import { describe, expect, it } from 'vitest';
import energyBalance from '../../../../../src/report/charts/run/energy-balance.ts';
import feeder from '../../../../../src/report/charts/run/feeder.ts';
import orderFate from '../../../../../src/report/charts/run/order-fate.ts';
import { slotAxis } from '../../../../../src/report/charts/run/support/time.ts';
import tradeFate from '../../../../../src/report/charts/run/trade-fate.ts';
import { tableOf } from '../results-of.ts';
import { chartOf, csv, rowsOf } from './run-of.ts';

const HALF_HOUR = 1.8e9;

describe('chart of energy and price', () => {
  const HEAD =
    'start_us load_wh pv_wh contracted_wh cleared_wh price_upt_per_kwh retail_upt_per_kwh ' +
    'feed_in_upt_per_kwh';

  it('has power and price of every slot, no price where nothing cleared', () => {
    const slots = csv(HEAD, [
      [0, 1000, 0, 0, 0, '', 350_000, 300_000],
      [HALF_HOUR, 500, 2000, 400, 100, 320_000, 350_000, 300_000],
    ]);
    const content = chartOf(energyBalance, { slots });
    expect(content!.table.rows).toEqual([
      [0, 2, 0, 0, undefined, 0.35, 0.3],
      [0.5, 1, 4, 0.8, 0.32, 0.35, 0.3],
    ]);
    expect(content!.caption).toContain(
      '0.4 kWh were traded, 26.7 % of the load and 20 % of the PV',
    );
    expect(content!.caption).toContain('cleared at 0.32 pt/kWh on average');
    expect(content!.caption).not.toContain('Each point');
  });

  it('joins slots of a long window, prices weighted by energy, and says so', () => {
    const rows = Array.from({ length: 1401 }, (_, slot) => [
      slot * HALF_HOUR,
      1000,
      0,
      slot % 3 === 0 ? 10 : 0,
      slot % 3 === 0 ? 30 : slot % 3 === 1 ? 10 : 0,
      slot % 3 === 0 ? 300_000 : slot % 3 === 1 ? 700_000 : '',
      slot % 3 === 0 ? 900_000 : 600_000,
      300_000,
    ]);
    const content = chartOf(energyBalance, { slots: csv(HEAD, rows) });
    expect(content!.table.rows).toHaveLength(467);
    const [hour, load, , traded, price, retail] = content!.table.rows[1]!;
    expect([hour, load]).toEqual([1.5, 2]);
    expect(traded).toBeCloseTo(10 / 1000 / 1.5, 12);
    expect(price).toBeCloseTo((30 * 0.3 + 10 * 0.7) / 40, 12);
    expect(retail).toBeCloseTo((0.9 + 0.6 + 0.6) / 3, 12);
    expect(content!.caption).toContain('Each point stands for 3 slots');
  });

  it('says that the pool never cleared, and is none without slots', () => {
    const never = [0, 1].map((slot) => [slot * HALF_HOUR, 10, 0, 0, 0, '', 350_000, 300_000]);
    expect(chartOf(energyBalance, { slots: csv(HEAD, never) })!.caption).toContain('never cleared');
    expect(chartOf(energyBalance, { slots: csv(HEAD, never.slice(1)) })).toBeUndefined();
    expect(chartOf(energyBalance, {})).toBeUndefined();
  });

  it('keeps the last point of a window that groups do not divide', () => {
    const slots = tableOf(
      'slots',
      csv(
        'start_us',
        [...Array(1401).keys()].map((s) => [s * 1e9]),
      ),
    );
    const axis = slotAxis(slots)!;
    const ones = new Float64Array(1401).fill(1);
    const sums = axis.first.map((_, point) => axis.sum(ones, point));
    expect(sums.reduce((a, b) => a + b, 0)).toBe(1401);
  });
});

describe('chart of orders', () => {
  const HEAD = 'start_us orders_accepted orders_late orders_rejected';
  const slots = csv(HEAD, [
    [0, 5, 1, 0],
    [HALF_HOUR, 3, 0, 1],
    [2 * HALF_HOUR, 4, 4, 2],
    // A day later, the hour of the first two.
    [48 * HALF_HOUR, 10, 0, 0],
  ]);

  it('stacks all orders by the local hour of delivery', () => {
    const window = { startEpochS: 1_717_344_000 + 16 * 3600, utcOffsetMin: 480 };
    const content = chartOf(orderFate, { slots }, { window });
    expect(content!.table.rows).toEqual([
      [16, 'accepted', 18],
      [16, 'late', 1],
      [16, 'refused', 1],
      [17, 'accepted', 4],
      [17, 'late', 4],
      [17, 'refused', 2],
    ]);
    expect(content!.caption).toContain('Of 30 orders sent, 73.3 % were in the book');
    expect(content!.caption).toContain('16.7 % came late (5) and 10 % were refused (3)');
    expect(content!.caption).toContain('for delivery from 17:00, 40 % of the orders');
  });

  it('is none without orders', () => {
    expect(chartOf(orderFate, { slots: csv(HEAD, [[0, 0, 0, 0]]) })).toBeUndefined();
    expect(chartOf(orderFate, { slots: csv(HEAD, []) })).toBeUndefined();
    expect(chartOf(orderFate, {})).toBeUndefined();
  });
});

describe('chart of traded energy', () => {
  const HEAD = 'start_us contracted_wh void_wh delivered_wh received_wh fulfilled_wh';

  it('splits every contract into what became of it', () => {
    const slots = csv(HEAD, [
      [0, 1000, 100, 800, 780, 700],
      [HALF_HOUR, 500, 0, '', '', ''],
      [2 * HALF_HOUR, 0, 0, 0, 0, 0],
    ]);
    const content = chartOf(tradeFate, { slots });
    expect(content!.table.rows).toEqual([
      [0, 'taken up', 0.7],
      [0, 'void', 0.1],
      [0, 'not delivered', 0.1],
      [0, 'lost on the way', 0.02],
      [0, 'not taken up', 0.08],
      [0, 'not settled', 0.5],
      ...['taken up', 'void', 'not delivered', 'lost on the way', 'not taken up'].map((fate) => [
        1,
        fate,
        0,
      ]),
      [1, 'not settled', 0],
    ]);
    const sum = rowsOf(content).reduce((total, row) => total + Number(row['energy_kwh']), 0);
    expect(sum).toBeCloseTo(1.5, 12);
    expect(content!.caption).toContain('46.7 % taken up, 6.67 % void');
    expect(content!.caption).toContain('Void is');
  });

  it('names only what happened, and is none without trades', () => {
    const slots = csv(HEAD, [[0, 1000, 0, 1000, 1000, 1000]]);
    const content = chartOf(tradeFate, { slots });
    expect(content!.table.rows).toEqual([[0, 'taken up', 1]]);
    expect(content!.caption).not.toContain('Void');
    expect(chartOf(tradeFate, { slots: csv(HEAD, [[0, 0, 0, 0, 0, 0]]) })).toBeUndefined();
    expect(chartOf(tradeFate, {})).toBeUndefined();
  });
});

describe('chart of the feeder', () => {
  const HEAD = 'start_us voltage_min_pu feeder_loss_wh published_loss_wh load_wh';

  it('has voltage and mean losses, and compares with the band', () => {
    const slots = csv(HEAD, [
      [0, 1.01, 50, 40, 1000],
      [HALF_HOUR, 0.89, 150, '', 1000],
    ]);
    const content = chartOf(feeder, { slots });
    expect(content!.table.rows).toEqual([
      [0, 1.01, 0.1, 0.08],
      [0.5, 0.89, 0.3, undefined],
    ]);
    expect(content!.caption).toContain('0.890 pu at hour 0.5, below the −10 %');
    expect(content!.caption).toContain('lost 0.2 kWh, 10 % of the load; 0.04 kWh were published');
    const fine = csv(HEAD, [
      [0, 1.01, 50, 40, 1000],
      [HALF_HOUR, '', 150, 10, 1000],
    ]);
    expect(chartOf(feeder, { slots: fine })!.caption).toContain('within the −10 %');
    expect(chartOf(feeder, { slots: fine })!.table.rows[1]![1]).toBeUndefined();
  });

  it('is none without voltages', () => {
    const none = [0, 1].map((slot) => [slot * HALF_HOUR, '', 0, 0, 1]);
    expect(chartOf(feeder, { slots: csv(HEAD, none) })).toBeUndefined();
    expect(chartOf(feeder, {})).toBeUndefined();
  });
});

/**
 * The benchmark workload reproduces the totals on which three public simulators agree to the Wh.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import lemW1, { clearAll, lemW1Book, lemW1Totals } from '../../bench/lem-w1.ts';
import { orderAt } from '../../src/market/book.ts';

const file = new URL('../../../shared/reference/clearing-cases.json', import.meta.url);
const present = existsSync(file);
if (!present) console.log(`skipped in part: no ${file.pathname}`);

const totals = (homes: number, slots: number) => {
  const books = Array.from({ length: slots }, (_, t) => lemW1Book(homes, t));
  return lemW1Totals(books, clearAll(books));
};

describe('LEM-W1', () => {
  it.each([
    [100, 672, 67_180, 348, 963_674, 126.0276],
    [100, 96, undefined, undefined, 150_968, 19.1079],
    [1000, 672, 671_805, 354, 9_739_847, 1255.5262],
    [1000, 96, undefined, undefined, 1_549_337, 189.3693],
  ])('%d homes, %d slots', (homes, slots, orders, twoSided, volumeWh, valueEur) => {
    const got = totals(homes, slots);
    if (orders !== undefined) expect(got.orders).toBe(orders);
    if (twoSided !== undefined) expect(got.twoSided).toBe(twoSided);
    expect(got.volumeWh).toBe(volumeWh);
    expect(got.valueEur).toBeCloseTo(valueEur, 4);
  });
  it.skipIf(!present)('spot values of the workload', () => {
    const facts = JSON.parse(readFileSync(file, 'utf8')).workload_facts.spot_values;
    const rows = (homes: number, t: number, isBid: boolean) => {
      const book = lemW1Book(homes, t);
      return Array.from({ length: book.count }, (_, row) => orderAt(book, row))
        .filter((order) => order.isBid === isBid)
        .map(({ owner, quantityWh, limitUptPerKWh }) => [owner, quantityWh, limitUptPerKWh / 1000]);
    };
    expect(rows(6, 48, true)).toEqual(facts.n6_t48_bids);
    expect(rows(6, 48, false)).toEqual(facts.n6_t48_offers);
    expect(rows(4, 76, true)).toEqual(facts.n4_t76_bids);
  });
  it('prints the same checksum again', () => {
    const [first, second] = [lemW1.run('smoke'), lemW1.run('smoke')];
    expect(first.checksum).toBe(second.checksum);
    expect(first.rows.find(({ label }) => label === 'volume')?.value).toBe(963_674);
  });
});

/**
 * Books that other projects published with their results (each case names project and commit).
 * Price rules differ, so all are checked by volume, by welfare, and those of mid-point rules by
 * price.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addOrder, createBook, type OrderBook } from '../../src/market/book.ts';
import uniformPrice from '../../src/market/mechanisms/uniform-price.ts';
import { optimalSurplus } from '../../src/market/welfare.ts';

const file = new URL('../../../shared/reference/clearing-cases.json', import.meta.url);
const present = existsSync(file);
if (!present) console.log(`skipped: no ${file.pathname}`);

interface CaseOrder {
  readonly user: string | number;
  readonly energy: number;
  readonly price: number | null;
}
interface Case {
  readonly id: string;
  readonly mechanism: string;
  readonly bids: readonly CaseOrder[];
  readonly offers: readonly CaseOrder[];
  readonly source: string;
  readonly expected: {
    readonly volume?: number;
    readonly welfare?: number;
    readonly clearing_price?: number;
    readonly correct_volume?: number;
    readonly trades?: readonly { readonly energy: number }[];
    readonly fills?: readonly { readonly energy: number }[] | Readonly<Record<string, number>>;
    readonly result?: { readonly qty: number };
  };
}
const cases: readonly Case[] = present ? JSON.parse(readFileSync(file, 'utf8')).cases : [];

/** Rules that trade the equilibrium volume, whatever price they set. */
const EFFICIENT = [
  'pay_as_clear_highest_accepted_ask',
  'pay_as_bid_buyer_price',
  'assume_pay_as_bid_seller_price(demand price unreliable)',
  'lemlab_pda_uniform_floor_mid_last_pair',
  'lemlab_pda_discriminatory_floor_mid_each_pair',
  'lemlab_pda',
  'tesp_double_auction_price_only',
  'uniform_equilibrium',
  'uniform_midpoint_capped',
  'welfare_LP_uniform',
  'max_welfare_LP',
];
/** Unit-order books of gsy-framework in which no second bid shares the clearing rate. */
const GSY_UNIT_BOOKS = ['gsy-pac-mcp-1', 'gsy-pac-mcp-2', 'gsy-pac-mcp-4', 'gsy-pac-mcp-5'];

function isComparable({ id, mechanism, bids, offers }: Case): boolean {
  if (!EFFICIENT.includes(mechanism) && !GSY_UNIT_BOOKS.includes(id)) return false;
  if (id === 'simply-pab-doc') return false; // carries a grid fee of 1
  const sellers = new Set(offers.map(({ user }) => user));
  if (bids.some(({ user }) => sellers.has(user))) return false;
  return [...bids, ...offers].every(({ price }) => price !== null);
}

/** Energy in thousandths and prices in millionths of the case's units. */
function bookOfCase({ bids, offers }: Case): OrderBook {
  const book = createBook(bids.length + offers.length);
  const owners = new Map<string | number, number>();
  const add = (order: CaseOrder, isBid: boolean) => {
    const owner = owners.get(order.user) ?? owners.size;
    owners.set(order.user, owner);
    addOrder(book, {
      owner,
      sequence: book.count,
      isBid,
      quantityWh: Math.round(order.energy * 1000),
      limitUptPerKWh: Math.round(order.price! * 1e6),
    });
  };
  for (const order of bids) add(order, true);
  for (const order of offers) add(order, false);
  return book;
}

function volumeOf({ expected }: Case): number | undefined {
  if (expected.correct_volume !== undefined) return expected.correct_volume;
  if (expected.volume !== undefined) return expected.volume;
  if (expected.result !== undefined) return expected.result.qty;
  if (expected.trades !== undefined) {
    return expected.trades.reduce((total, { energy }) => total + energy, 0);
  }
  if (Array.isArray(expected.fills)) {
    return expected.fills.reduce((total, { energy }) => total + Math.max(0, energy), 0);
  }
  return undefined;
}

const comparable = cases.filter(isComparable);
const clear = (book: OrderBook, priceRule = 0.5) =>
  uniformPrice.clear(book, { priceRule, tieRule: 'pro-rata' });

describe.skipIf(!present)('published books', () => {
  it('finds at least forty of them', () => {
    expect(comparable.length).toBeGreaterThanOrEqual(40);
  });
  it.each(comparable.map((each) => [each] as const))('$id ($source)', (each) => {
    const book = bookOfCase(each);
    const result = clear(book);
    const volume = volumeOf(each);
    if (volume !== undefined) expect(result.volumeWh).toBe(Math.round(volume * 1000));
    else expect(each.expected.welfare).toBeDefined();
    if (each.expected.welfare !== undefined) {
      expect(optimalSurplus(book).surplusUpt).toBe(each.expected.welfare * 1e6);
    }
    const price = each.expected.clearing_price;
    if (price === undefined) return;
    if (each.mechanism === 'pay_as_clear_highest_accepted_ask') {
      const accepted = [...book.limitUptPerKWh].filter(
        (_, row) => book.isBid[row] === 0 && result.filledWh[row]! > 0,
      );
      expect(Math.max(...accepted)).toBe(price * 1e6);
    } else if (!each.mechanism.startsWith('uniform_midpoint')) {
      // Every other published uniform price lies in our interval; the capped mid-point may leave
      // it.
      expect(clear(book, 0).priceUptPerKWh).toBeLessThanOrEqual(price * 1e6);
      expect(clear(book, 1).priceUptPerKWh).toBeGreaterThanOrEqual(price * 1e6);
    }
  });
  it.each([
    ['pym-eq-0', 2],
    ['pym-eq-1', 5],
    ['ptac-1', 21],
    ['gsy-pac-mcp-1', 4],
    ['gsy-pac-mcp-2', 4],
    ['assume-complex-1', 100],
  ])('%s clears at the mid-point %d', (id, price) => {
    const each = cases.find((candidate) => candidate.id === id)!;
    expect(each.expected.clearing_price).toBe(price);
    expect(clear(bookOfCase(each)).priceUptPerKWh).toBe(price * 1e6);
  });
});

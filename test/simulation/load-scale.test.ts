/** Other communities on the same chain: they load it and change nothing else (`ledger.loadScale`). */
import { describe, expect, it, test } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import type { Table } from '../../src/base/table.ts';
import { createWriter } from '../../src/ledger/encoding.ts';
import { SIGNATURE_BYTES } from '../../src/ledger/signature.ts';
import { encodeTransaction } from '../../src/ledger/transactions.ts';
import { summarise } from '../../src/report/write.ts';
import { counterpartOf, foreignBytes } from '../../src/simulation/communities.ts';
import { verifyRunLedger } from '../../src/simulation/verify.ts';
import { ledgerOf } from './village.ts';
import { numbers, run, texts, total } from './world.ts';

const MINUTE = 60e6;
const SCALE = 5;
const ARMS = ['pow', 'dpos', 'pbft', 'central'] as const;
const COMMUNITY = ['ORDER_SUBMIT', 'CLEAR', 'METER_BATCH', 'SETTLE', 'LABEL_MINT'];

type Run = ReturnType<typeof run>;
const summaryOf = (result: Run) =>
  new Map(summarise(result).map(({ metric, value }) => [metric, value]));

/** What a table says besides instants of the chain. */
function withoutInstants(table: Table): Record<string, unknown> {
  const columns = Object.entries(table.columns).filter(
    ([name]) => !name.endsWith('_us') || name === 'start_us',
  );
  return Object.fromEntries(
    columns.map(([name, column]) => [name, Array.from(column as ArrayLike<unknown>)]),
  );
}

/** Sum of a column of the transactions table over some types. */
function sumOver(result: Run, column: string, types: readonly string[]): number {
  const type = texts(result, 'transactions', 'type');
  const values = numbers(result, 'transactions', column);
  return values.reduce((sum, value, tx) => (types.includes(type[tx]!) ? sum + value : sum), 0);
}

const countOf = (result: Run, types: readonly string[]) =>
  texts(result, 'transactions', 'type').filter((type) => types.includes(type)).length;

describe.each(ARMS.map((arm) => ({ arm })))('five communities on $arm', ({ arm }) => {
  const alone = run(arm);
  const shared = run(arm, [`ledger.loadScale=${SCALE}`]);

  it('leave the market of the one that is simulated as it was', () => {
    for (const result of [alone, shared]) {
      expect(total(result, 'slots', 'orders_late')).toBe(0);
      expect(total(result, 'slots', 'void_wh')).toBe(0);
      expect(result.warnings).toEqual([]);
    }
    expect(shared.truthHash).toBe(alone.truthHash);
    expect(numbers(alone, 'trades', 'slot').length).toBeGreaterThan(10);
    for (const table of ['slots', 'homes', 'trades', 'settlements', 'meters']) {
      const [a, b] = [alone.tables[table]!, shared.tables[table]!];
      expect(withoutInstants(b), table).toEqual(withoutInstants(a));
    }
  });

  it('offer five times as much, of the same size and gas, and all of it becomes final', () => {
    expect(countOf(alone, ['FOREIGN'])).toBe(0);
    expect(countOf(shared, COMMUNITY)).toBe(countOf(alone, COMMUNITY));
    // What the last settlements would be accompanied by comes after the run has ended.
    const expected = (SCALE - 1) * countOf(alone, COMMUNITY);
    const foreign = countOf(shared, ['FOREIGN']);
    expect(foreign).toBeLessThanOrEqual(expected);
    expect(foreign).toBeGreaterThan(0.98 * expected);
    for (const column of ['size_bytes', 'gas_used']) {
      const share = sumOver(shared, column, ['FOREIGN']) / sumOver(shared, column, COMMUNITY);
      expect(share / (SCALE - 1), column).toBeGreaterThan(0.97);
      expect(share / (SCALE - 1), column).toBeLessThan(1.01);
    }
    const type = texts(shared, 'transactions', 'type');
    const fates = texts(shared, 'transactions', 'fate').filter((_, tx) => type[tx] === 'FOREIGN');
    expect(new Set(fates)).toEqual(new Set(['final']));
    const offered = (result: Run) => summaryOf(result).get('offeredTps')!;
    expect(offered(shared) / offered(alone)).toBeGreaterThan(SCALE - 0.25);
    expect(offered(shared) / offered(alone)).toBeLessThan(SCALE + 0.25);
  });

  it('show in figures of the chain, not in those of the community', () => {
    const [a, b] = [summaryOf(alone), summaryOf(shared)];
    expect(b.get('tpsFinal')! / a.get('tpsFinal')!).toBeGreaterThan(SCALE - 0.3);
    for (const metric of ['lateOrderShare', 'tradeGoodputPerS', 'loserShare', 'marketSurplusUpt']) {
      expect(b.get(metric), metric).toEqual(a.get(metric));
    }
    // Rewards differ in number by arm and blocks, so gas of the rest does a little.
    expect(b.get('gasPerTrade')! / a.get('gasPerTrade')!).toBeCloseTo(1, 2);
    expect(b.get('pointsGini')).toBeCloseTo(a.get('pointsGini')!, 2);
    expect(b.get('participantsSurplusUpt')).toBe(a.get('participantsSurplusUpt'));
  });

  it('come from one account without money a full node, in the order of their nonces', () => {
    const roles = texts(shared, 'accounts', 'role');
    expect(texts(alone, 'accounts', 'role')).not.toContain('guest');
    expect(roles.filter((role) => role === 'guest').length).toBe(5);
    const balances = numbers(shared, 'accounts', 'balance_upt');
    roles.forEach((role, account) => {
      if (role === 'guest') expect(balances[account]).toBe(0);
    });
    const senders = texts(shared, 'transactions', 'sender');
    const nonces = numbers(shared, 'transactions', 'nonce');
    const heights = numbers(shared, 'transactions', 'height');
    const next = new Map<string, { nonce: number; height: number }>();
    senders.forEach((sender, tx) => {
      if (!sender.startsWith('guest-')) return;
      const before = next.get(sender) ?? { nonce: -1, height: 0 };
      expect(nonces[tx]).toBe(before.nonce + 1);
      expect(heights[tx]).toBeGreaterThanOrEqual(before.height);
      next.set(sender, { nonce: nonces[tx]!, height: heights[tx]! });
    });
    expect([...next.keys()].sort()).toEqual([1, 2, 3, 4, 5].map((node) => `guest-00${node}`));
  });

  it('stand in a ledger that verifies', () => {
    const report = verifyRunLedger(ledgerOf(shared));
    expect(report.problems).toEqual([]);
    expect(report.ok).toBe(true);
  });
});

test('where blocks fill, the others make orders of the community late', () => {
  // A block of a minute holds some twenty orders.
  const sets = ['ledger.gasPerSecond=17000', 'consensus.turn=60 s', 'horizon.drain=30 min'];
  const lateOf = (loadScale: number) =>
    total(run('dpos', [...sets, `ledger.loadScale=${loadScale}`]), 'slots', 'orders_late');
  expect(lateOf(1)).toBe(0);
  expect(lateOf(150)).toBeGreaterThan(0);
});

test('transfers of a chain without a market are accompanied too', () => {
  const { tables } = run('central', [
    'population={ name: accounts, accounts: 10, transfersPerSecond: 1 }',
    'horizon.span=20 min',
    'ledger.loadScale=3',
  ]);
  const types = tables.transactions!.columns.type as readonly string[];
  const [own, foreign] = ['TRANSFER', 'FOREIGN'].map(
    (wanted) => types.filter((type) => type === wanted).length,
  );
  expect(own).toBeGreaterThan(1100);
  // Those of the last minute may come after the end.
  expect(foreign).toBeLessThanOrEqual(2 * own!);
  expect(foreign).toBeGreaterThan(2 * (own! - 90));
});

describe('the time of a counterpart', () => {
  const times = {
    openingUs: 0,
    slotUs: 15 * MINUTE,
    leadTimeMax: 30 * MINUTE,
    leadTimeMin: 10 * MINUTE,
  };
  const order = (nowUs: number, share: number, slot = 4) =>
    counterpartOf('ORDER_SUBMIT', slot, nowUs, share, times);

  it('moves an order around the interval in which orders may be sent', () => {
    // Orders for slot 4, at 60 min, are sent from 30 to 50 min.
    expect(order(32 * MINUTE, 0.25)).toEqual({ delayUs: 5 * MINUTE, laterUs: 0 });
    expect(order(48 * MINUTE, 0.5)).toEqual({ delayUs: 5 * MINUTE, laterUs: 15 * MINUTE });
  });

  it('is never in the past, and within the interval of the slot it belongs to', () => {
    const draws = createRandomSource('counterparts').addressed('test');
    const places: number[] = [];
    for (let k = 0; k < 4000; k++) {
      const ownUs = Math.floor(draws.uniform(k, 0, 0) * 20 * MINUTE);
      const nowUs = 30 * MINUTE + ownUs;
      const { delayUs, laterUs } = order(nowUs, draws.uniform(k, 0, 1));
      expect(delayUs).toBeGreaterThanOrEqual(1);
      expect([0, 15 * MINUTE, 30 * MINUTE]).toContain(laterUs);
      const place = nowUs + delayUs - 30 * MINUTE - laterUs;
      expect(place).toBeGreaterThanOrEqual(0);
      expect(place).toBeLessThan(20 * MINUTE);
      places.push(place / (20 * MINUTE));
    }
    // Uniform like the orders themselves: Kolmogorov distance below 1.95 / sqrt(n) (p = 0.001).
    places.sort((a, b) => a - b);
    const distance = Math.max(...places.map((x, k) => Math.abs(x - (k + 0.5) / places.length)));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(places.length));
  });

  it('is up to a slot later for what has an instant, up to a minute for what has no slot', () => {
    const later = (type: 'CLEAR' | 'TRANSFER', slot: number, share: number) =>
      counterpartOf(type, slot, 7, share, times);
    const near = (minutes: number) => ({
      delayUs: 1 + minutes * MINUTE,
      laterUs: 1 + minutes * MINUTE,
    });
    expect(later('CLEAR', 4, 0)).toEqual(near(0));
    expect(later('CLEAR', 4, 0.5)).toEqual(near(7.5));
    expect(later('TRANSFER', -1, 0.5)).toEqual(near(0.5));
  });
});

describe('the size of a counterpart', () => {
  const envelope = {
    chainId: new Uint8Array(8),
    sender: 40,
    nonce: 200,
    gasLimit: 48_000,
    expiryUs: 5e9,
  };
  const sizeFor = (wanted: number) => {
    const payload = { bytes: foreignBytes(envelope, wanted) };
    const tx = { ...envelope, type: 'FOREIGN', payload } as const;
    return encodeTransaction(tx, createWriter(64)).length + SIGNATURE_BYTES;
  };

  it('is met to the byte, but one less where the length of the payload grows', () => {
    const least = sizeFor(0);
    expect(sizeFor(least - 1)).toBe(least);
    const short: number[] = [];
    for (let wanted = least; wanted < least + 20_000; wanted++) {
      const got = sizeFor(wanted);
      expect(wanted - got).toBeGreaterThanOrEqual(0);
      expect(wanted - got).toBeLessThanOrEqual(1);
      if (got < wanted) short.push(wanted - least);
    }
    expect(short).toEqual([128, 16_385]);
  });
});

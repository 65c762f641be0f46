/** What a result folder's ledger says of itself: the state, every trade, every point, every reading. */
import { describe, expect, it } from 'vitest';
import { type Table, textsOf } from '../../src/base/table.ts';
import { openLedger } from '../../src/ledger/ledger-file.ts';
import { QUALITY_LETTERS } from '../../src/metering/quality.ts';
import { auditCosts, auditTimeUs } from '../../src/simulation/audit-cost.ts';
import type { RunResult } from '../../src/simulation/run.ts';
import { type TracedLedger, traceLedger } from '../../src/simulation/trace-ledger.ts';
import {
  anchoredReads,
  type PublishedReading,
  proveReadingOf,
  type ReadingSource,
} from '../../src/simulation/trace-meters.ts';
import { createPointTracer } from '../../src/simulation/trace-points.ts';
import { pointsByCase } from '../../src/simulation/trace-points-text.ts';
import { settlementsOf, traceTrade } from '../../src/simulation/trace-trade.ts';
import { traceText } from '../../src/simulation/trace-tree.ts';
import { auditRunLedger } from '../../src/simulation/verify.ts';
import { ARMS, ledgerOf, numbers, run, texts } from './world.ts';

const SETS = [
  'horizon.drain=3 h',
  'network.nodes=3',
  'settlement.deviationRule=band-penalty',
  'ledger.gasPrice=1',
];
const SLOW: Readonly<Record<string, readonly string[]>> = {
  pow: ['consensus.blockInterval=120 s', 'consensus.confirmations=3'],
  dpos: ['consensus.turn=120 s'],
  central: ['consensus.batchInterval=120 s'],
};

/** Readings of a run as its table has them. */
function readingsOf(result: RunResult): ReadingSource {
  const [slots, home] = [numbers(result, 'meters', 'slot'), texts(result, 'meters', 'home')];
  const wh = (name: string) => numbers(result, 'meters', name);
  const [imports, exports] = [wh('import_wh'), wh('export_wh')];
  const generation = wh('generation_wh');
  const quality = texts(result, 'meters', 'quality');
  const rows = slots.map((slot, row) => ({
    slot,
    reading: {
      home: home[row]!,
      importWh: imports[row]!,
      exportWh: exports[row]!,
      generationWh: generation[row]!,
      quality: (QUALITY_LETTERS as readonly string[]).indexOf(quality[row]!),
    },
  }));
  return {
    readingsOf: (slot) => rows.filter((row) => row.slot === slot).map(({ reading }) => reading),
  };
}

function opened(result: RunResult) {
  const tracer = createPointTracer();
  const bytes = ledgerOf(result);
  const { report, ledger } = traceLedger(bytes, tracer);
  expect(report.problems).toEqual([]);
  return { bytes, ledger: ledger!, tracer };
}

const cells = (table: Table) =>
  Object.fromEntries(
    Object.entries(table.columns).map(([name, values]) => [name, Array.from(values as [])]),
  );

describe.each(ARMS)('the ledger of %s', (arm) => {
  const result = run(arm, [...SETS, ...SLOW[arm]!]);
  const { bytes, ledger, tracer } = opened(result);

  it('gives the state that the run had, table by table', () => {
    const { report, tables } = auditRunLedger(bytes);
    expect(report.ok).toBe(true);
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['accounts', 'points']));
    for (const table of tables)
      expect(cells(table), table.name).toEqual(cells(result.tables[table.name]!));
    const last = Array.from(openLedger(bytes).blocks()).at(-1)!;
    expect(last.hash).toBe(result.headHash);
  });

  it('traces every trade to two orders, a clearing, two proved readings and its payment', () => {
    const source = readingsOf(result);
    const column = (name: string) => numbers(result, 'trades', name);
    const [slots, trades] = [column('slot'), column('trade')];
    const [paid, energy] = [column('payment_upt'), column('fulfilled_wh')];
    const states = texts(result, 'trades', 'state');
    expect(slots.length).toBeGreaterThan(10);
    slots.forEach((slot, row) => {
      const trade = trades[row]!;
      const node = traceTrade(ledger, source, slot, trade, () => undefined)!;
      const text = traceText(ledger, node).join('\n');
      expect(text.match(/order of the (buyer|seller): \S+ (bids|offers)/g)).toHaveLength(2);
      expect(text.match(/proved under the root/g)).toHaveLength(2);
      expect(text).not.toContain('DOES NOT');
      if (states[row] === 'VOID') return;
      const [{ settlement }] = settlementsOf(ledger, slot) as [
        ReturnType<typeof settlementsOf>[number],
      ];
      const at = Array.from(settlement.entries.trade).indexOf(trade);
      expect(settlement.entries.paymentUpt[at]).toBe(paid[row]);
      expect(text).toContain(`${energy[row]} Wh received`);
    });
    expect(traceTrade(ledger, source, slots[0]!, 999, () => undefined)).toBeUndefined();
    expect(traceTrade(ledger, source, 10_000, 0, () => undefined)).toBeUndefined();
  });

  it('follows every point of every account to a case of issue, and none besides', () => {
    const sums = new Map<string, number>();
    const balances = numbers(result, 'accounts', 'balance_upt');
    const escrows = numbers(result, 'accounts', 'escrow_upt');
    balances.forEach((balance, account) => {
      const held = tracer.heldBy(account);
      const total = held.reduce((sum, { amountUpt }) => sum + amountUpt, 0);
      expect(total).toBe(balance + escrows[account]!);
      for (const [name, upt] of pointsByCase(held)) sums.set(name, (sums.get(name) ?? 0) + upt);
    });
    for (const [name, upt] of pointsByCase(tracer.burned)) {
      sums.set(name, (sums.get(name) ?? 0) + upt);
    }
    const entries = texts(result, 'points', 'entry');
    const amounts = numbers(result, 'points', 'amount_upt');
    for (const name of ['grant', 'clean', 'compute', 'block']) {
      expect(sums.get(name), name).toBe(amounts[entries.indexOf(name)]);
    }
  });
});

/** Bytes on the chain of the transactions that anchor readings. */
function anchorBytes(result: RunResult): number {
  const types = texts(result, 'transactions', 'type');
  return numbers(result, 'transactions', 'size_bytes')
    .filter((_, tx) => types[tx] === 'METER_BATCH' || types[tx] === 'METER_READS')
    .reduce((sum, bytes) => sum + bytes, 0);
}

const MANY = [
  'population.households=40',
  'population.prosumers=16',
  'network.nodes=3',
  'horizon.drain=3 h',
  ...SLOW.central!,
];

describe('anchoring the root of readings instead of all of them', () => {
  const root = run('central', [...MANY, 'metering.spotChecks=3']);
  const full = run('central', [...MANY, 'ledger.anchoring=full']);
  const byRoot = opened(root);
  const byReading = opened(full);

  it('changes no market result', () => {
    for (const table of ['trades', 'settlements', 'meters']) {
      expect(cells(root.tables[table]!)).toEqual(cells(full.tables[table]!));
    }
  });

  it('takes a tenth of the bytes at most', () => {
    const ratio = anchorBytes(full) / anchorBytes(root);
    console.log(
      `meter bytes of 41 homes: ${anchorBytes(full)} in full, ${anchorBytes(root)} by root, ` +
        `${ratio.toFixed(1)} times`,
    );
    expect(ratio).toBeGreaterThanOrEqual(10);
  });

  /** Readings that a source proves on a ledger, of all homes and slots. */
  function audit(ledger: TracedLedger, source: ReadingSource): { proved: number; refuted: number } {
    const counts = { proved: 0, refuted: 0 };
    for (let slot = 0; slot < 24; slot++) {
      const anchored = anchoredReads(ledger, slot)!;
      for (const { home } of source.readingsOf(slot)) {
        const proof = proveReadingOf(ledger, source, slot, home, anchored);
        if (proof?.isProved) counts.proved++;
        else counts.refuted++;
      }
    }
    return counts;
  }

  it('leaves the same power to audit: every reading proves, and a wrong one never', () => {
    const honest = audit(byRoot.ledger, readingsOf(root));
    expect(honest).toEqual({ proved: 24 * 41, refuted: 0 });
    expect(audit(byReading.ledger, readingsOf(full))).toEqual(honest);
    const changes: readonly Partial<PublishedReading>[] = [
      { importWh: 1 },
      { exportWh: 123_456 },
      { generationWh: 3 },
      { quality: 2 },
    ];
    const source = readingsOf(root);
    changes.forEach((change, k) => {
      const forged: ReadingSource = {
        readingsOf: (slot) =>
          source
            .readingsOf(slot)
            .map((one, home) => (home === 7 * k ? { ...one, ...change } : one)),
      };
      // One forged reading spoils the tree: nothing of its slot proves.
      expect(audit(byRoot.ledger, forged)).toEqual({ proved: 0, refuted: 24 * 41 });
    });
  });

  it('has readings shown on the chain, all of which the contract accepts', () => {
    const types = texts(root, 'transactions', 'type');
    const proofs = types.flatMap((type, tx) => (type === 'METER_PROOF' ? [tx] : []));
    expect(proofs).toHaveLength(3 * 24);
    const receipts = texts(root, 'transactions', 'receipt');
    for (const tx of proofs) expect(receipts[tx]).toBe('ok');
    expect(byRoot.ledger.entries('metering', 'proved')).toHaveLength(3 * 24);
  });

  it('a fraud of one home and day is reconstructed from either chain, and from no database', () => {
    const home = 'home-003';
    const question = { home, slots: Array.from({ length: 24 }, (_, slot) => slot) };
    const ask = ({ bytes, ledger }: ReturnType<typeof opened>, source: ReadingSource) =>
      auditCosts(bytes, ledger, source, question);
    const [withRoot, database] = ask(byRoot, readingsOf(root)) as [never, never];
    const [withAll] = ask(byReading, readingsOf(full)) as [never];
    expect([withRoot, withAll, database]).toMatchObject([
      { way: 'root', proved: 24, refuted: 0 },
      { way: 'full', proved: 24, refuted: 0, operatorBytes: 0 },
      { way: 'database', proved: 0, refuted: 0, chainBytes: 0, hashes: 0, signatures: 0 },
    ]);
    for (const cost of [withAll, withRoot, database] as ReturnType<typeof auditCosts>) {
      const { way, chainBytes, operatorBytes, hashes, signatures } = cost;
      console.log(
        `audit by ${way}: ${chainBytes} B of the chain, ${operatorBytes} B of the operator, ` +
          `${hashes} hashes, ${signatures} signatures, ${auditTimeUs(cost)} us`,
      );
    }
    // What the operator says of that day is not what the meter sent: both chains tell, the database not.
    const lying = (source: ReadingSource): ReadingSource => ({
      readingsOf: (slot) =>
        source
          .readingsOf(slot)
          .map((one) => (one.home === home ? { ...one, importWh: one.importWh + 1 } : one)),
    });
    expect(ask(byRoot, lying(readingsOf(root)))[0]).toMatchObject({ proved: 0, refuted: 24 });
    expect(ask(byReading, lying(readingsOf(full)))[0]).toMatchObject({ proved: 0, refuted: 24 });
  });
});

describe('several slots settled by one transaction', () => {
  const alone = run('central', [...SETS.slice(0, 2), ...SLOW.central!]);
  const batched = run('central', [...SETS.slice(0, 2), ...SLOW.central!, 'settlement.batch=6']);

  it('pay the same, in fewer transactions and bytes', () => {
    const settled = (result: RunResult) =>
      texts(result, 'transactions', 'type').filter((type) => type.startsWith('SETTLE'));
    expect(settled(alone)).toEqual(Array.from({ length: 24 }, () => 'SETTLE'));
    expect(settled(batched).length).toBeLessThanOrEqual(6);
    expect(settled(batched)).toContain('SETTLE_BATCH');
    const bytesOf = (result: RunResult) =>
      numbers(result, 'transactions', 'size_bytes')
        .filter((_, tx) => texts(result, 'transactions', 'type')[tx]!.startsWith('SETTLE'))
        .reduce((sum, bytes) => sum + bytes, 0);
    expect(bytesOf(batched)).toBeLessThan(bytesOf(alone));
    for (const name of ['payment_upt', 'wheeling_upt', 'fulfilled_wh']) {
      expect(numbers(batched, 'trades', name)).toEqual(numbers(alone, 'trades', name));
    }
    expect(textsOf(batched.tables.slots!, 'settlement_state')).not.toContain('');
    expect(auditRunLedger(ledgerOf(batched)).report.problems).toEqual([]);
  });
});

/** `verify`, `trace` and `graph` on the folder of a small run. */
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { graph } from '../../../src/cli/graph.ts';
import type { Arguments } from '../../../src/cli/session.ts';
import { trace } from '../../../src/cli/trace.ts';
import { UsageError } from '../../../src/cli/usage.ts';
import { verify } from '../../../src/cli/verify.ts';
import { openLedger } from '../../../src/ledger/ledger-file.ts';
import { transactionId } from '../../../src/ledger/transactions.ts';
import { writeRun } from '../../../src/report/write.ts';
import { numbers, run, texts } from '../../simulation/world.ts';

const home = mkdtempSync(join(tmpdir(), 'peerwatt-audit-'));
const folder = join(home, 'run');
const result = run('central', ['network.nodes=3', 'consensus.batchInterval=120 s']);
const ledgerBytes = () => readFileSync(join(folder, 'ledger.bin'));

beforeAll(() => {
  writeRun(result, folder, { version: '0', nodeMajor: 20 });
});
afterAll(() => rmSync(home, { recursive: true }));

/** Carries out a command in place of the program; its exit code and what it prints. */
function said(command: (args: Arguments) => number, args: Arguments) {
  let out = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  const quiet = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    return { code: command(args), out };
  } finally {
    write.mockRestore();
    quiet.mockRestore();
  }
}

const refusal = (args: Arguments) => {
  try {
    said(trace, args);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  return 'no refusal';
};

/** A copy of the folder with one file changed. */
function changed(file: string, change: (content: Buffer) => Buffer): string {
  const copy = mkdtempSync(join(home, 'copy-'));
  cpSync(folder, copy, { recursive: true });
  writeFileSync(join(copy, file), change(readFileSync(join(folder, file))));
  return copy;
}

describe('verify', () => {
  it('says that all is well', () => {
    const { code, out } = said(verify, { folder });
    expect(out).toBe(`${folder}: every file, hash, root and balance holds\n`);
    expect(code).toBe(0);
  });

  it('names block, transaction, id and field of a wrong byte', () => {
    const bytes = ledgerBytes();
    const [block, place] = Array.from(openLedger(bytes).blocks())
      .flatMap((view) => view.transactions.map((_, index) => [view, index] as const))
      .find(([view, index]) => {
        const { transaction } = view.transactions[index]!;
        return transaction.type === 'SETTLE' && transaction.payload.entries.count > 0;
      })!;
    const { unsigned, unsignedSpan } = block.transactions[place]!;
    const last = unsignedSpan.offset + unsignedSpan.length - 1;
    const copy = changed('ledger.bin', (content) => {
      content[last]! ^= 4;
      return content;
    });
    const { code, out } = said(verify, { folder: copy });
    expect(code).toBe(1);
    const lines = out.trim().split('\n');
    expect(lines[0]).toContain('ledger.bin: expected SHA-256');
    const field = 'payload\\.entries\\.\\w+\\[\\d+\\]';
    const where = `block ${block.header.height}, transaction ${place} \\(SETTLE\\), field ${field}`;
    expect(lines[1]).toMatch(new RegExp(`^${join(copy, 'ledger.bin')}: ${where}: byte ${last}: `));
    expect(lines[1]).toContain(`(transaction id ${transactionId(unsigned)})`);
    expect(lines).toHaveLength(2);
    const traced = said(trace, { folder: copy, kind: 'point', id: 'home-001' });
    expect(traced.code).toBe(1);
    expect(traced.out).toContain('the ledger does not verify (block');
  });

  it.each([
    ['accounts.csv', 'balance_upt', 'home-001'],
    ['accounts.csv', 'nonce', 'centre'],
    ['points.csv', 'amount_upt', 'source grant'],
  ])('names a cell of %s that the ledger contradicts: %s of %s', (file, column, key) => {
    const copy = changed(file, (content) => {
      const [header, ...rows] = parse(content) as string[][];
      const at = header!.indexOf(column);
      const row = rows.find((cells) => cells.join(' ').startsWith(key))!;
      row[at] = String(Number(row[at]) + 1);
      return Buffer.from([header!, ...rows].map((cells) => `${cells.join(',')}\n`).join(''));
    });
    const { code, out } = said(verify, { folder: copy });
    expect(code).toBe(1);
    const lines = out.trim().split('\n');
    expect(lines).toHaveLength(2);
    const got = `${join(copy, file)}: ${key}: ${column}: expected \\d+, as the ledger gives; got \\d+`;
    expect(lines[1]).toMatch(new RegExp(`^${got}$`));
  });

  it('names tables that lack rows, columns or themselves', () => {
    const cut = changed('accounts.csv', (content) => {
      return Buffer.from(`${content.toString().trim().split('\n').slice(0, -1).join('\n')}\n`);
    });
    expect(said(verify, { folder: cut }).out).toMatch(/expected \d+ rows, as the ledger gives/);
    const renamed = changed('accounts.csv', (content) =>
      Buffer.from(content.toString().replace('nonce', 'nunce')),
    );
    expect(said(verify, { folder: renamed }).out).toContain('expected a column nonce; got none');
    rmSync(join(renamed, 'points.csv'));
    expect(said(verify, { folder: renamed }).out).toMatch(/points\.csv: missing; the ledger gives/);
    copyFileSync(join(folder, 'ledger.bin'), join(renamed, 'accounts.csv'));
    expect(said(verify, { folder: renamed }).code).toBe(1);
  });
});

describe('trace', () => {
  const slot = numbers(result, 'trades', 'slot')[0]!;
  const trade = numbers(result, 'trades', 'trade')[0]!;

  it('prints a trade as a tree, and writes it as a table', () => {
    const csv = join(home, 'trade.csv');
    const { code, out } = said(trace, { folder, kind: 'trade', id: `${slot}/${trade}`, csv });
    expect(code).toBe(0);
    const lines = out.trim().split('\n');
    const buyer = texts(result, 'trades', 'buyer')[0];
    expect(lines[0]).toMatch(new RegExp(`^trade: ${slot}/${trade}: ${buyer} buys \\d+ Wh from`));
    expect(lines.filter((line) => line.includes('proved under the root'))).toHaveLength(2);
    expect(lines[1]).toMatch(/^├─ order of the buyer: .* \[block \d+, 2024-06-0\dT[\d:]+\+08:00, /);
    const rows = parse(readFileSync(csv)) as string[][];
    expect(rows[0]).toEqual(['level', 'kind', 'text', 'block', 'time', 'transaction']);
    expect(rows).toHaveLength(lines.length + 1);
  });

  it('prints certificates, points and audits', () => {
    const certificate = said(trace, { folder, kind: 'certificate', id: '0' });
    expect(certificate.out).toContain('genesis, for last year’s generation of home-');
    const points = said(trace, { folder, kind: 'point', id: 'home-001' }).out;
    expect(points).toContain('of home-001, FIFO-attributed');
    expect(points).toContain('I1, initial grant');
    const some = said(trace, { folder, kind: 'point', id: 'home-001', amount: '1.25' }).out;
    expect(some).toMatch(/^points: 1.25 pt of home-001/);
    const audit = said(trace, { folder, kind: 'audit', id: 'home-002', amount: '0' }).out;
    expect(audit).toMatch(/this ledger \(root\): \d+ bytes .*; 24 readings proved, 0 refuted/);
    expect(audit).toMatch(/a database: 0 bytes .*; nothing can be proved or refuted/);
  });

  it.each<[Arguments, RegExp]>([
    [{ kind: 'trades' }, /^unknown kind "trades"; known: .* \(did you mean trade\?\)$/],
    [{ kind: 'trade' }, /^trace trade: expected an id; known: \d+\/\d+/],
    [{ kind: 'trade', id: '9999/0' }, /^unknown trade "9999\/0"; known: \d+\/0/],
    [{ kind: 'trade', id: 'x' }, /^unknown trade "x"; known: /],
    [{ kind: 'certificate', id: '99999' }, /^unknown certificate "99999"; known: 0 to \d+/],
    [
      { kind: 'point', id: 'home-01' },
      /^unknown account "home-01"; .*\(did you mean home-00\d\?\)$/,
    ],
    [
      { kind: 'point', id: 'home-001', amount: 'all' },
      /^amount: expected points, e\.g\. 2\.5; got/,
    ],
    [{ kind: 'audit', id: 'node-001' }, /^unknown home "node-001"; known: home-001/],
    [{ kind: 'audit', id: 'home-001', amount: '7' }, /day: expected an integer of at least 0; got/],
  ])('refuses %j with ids that are known', (args, message) => {
    expect(refusal({ folder, ...args })).toMatch(message);
  });

  it('refuses a folder without a ledger', () => {
    expect(refusal({ folder: home, kind: 'trade', id: '1/0' })).toMatch(
      /ledger\.bin: expected the/,
    );
  });
});

describe('graph', () => {
  it('writes nodes and edges that add up to the payments of the run', () => {
    const out = join(home, 'graph');
    const { code, out: text } = said(graph, { folder, out });
    expect(code).toBe(0);
    const figures = new Map(text.split('\n').map((line) => line.split(' ') as [string, string]));
    const read = (name: string) => {
      const [header, ...rows] = parse(readFileSync(join(out, name))) as string[][];
      const at = (column: string) => header!.indexOf(column);
      return { rows, of: (column: string) => rows.map((row) => row[at(column)]!) };
    };
    const [nodes, edges] = [read('graph-nodes.csv'), read('graph-edges.csv')];
    const sum = (cells: string[]) => cells.reduce((total, cell) => total + Number(cell), 0);
    expect(nodes.of('account')).toEqual(texts(result, 'accounts', 'account'));
    const paid = ['payment_upt', 'wheeling_upt'].map((name) =>
      numbers(result, 'trades', name).reduce((total, upt) => total + (upt || 0), 0),
    );
    expect(sum(edges.of('amount_upt'))).toBe(paid[0]! + paid[1]!);
    expect(sum(nodes.of('paid_upt'))).toBe(sum(nodes.of('received_upt')));
    expect(sum(nodes.of('out_degree'))).toBe(edges.rows.length);
    expect(Number(figures.get('edgeCount'))).toBe(edges.rows.length);
    expect(Number(figures.get('paymentCount'))).toBe(sum(edges.of('payments')));
    // Reciprocity and the Gini coefficient of activity, recomputed from the files.
    const pairs = edges.rows.map((_, at) => [edges.of('from')[at]!, edges.of('to')[at]!]);
    const mutual = pairs.filter(([a, b]) => pairs.some(([c, d]) => a === d && b === c));
    expect(sum(edges.of('reciprocated'))).toBe(mutual.length);
    expect(Number(figures.get('reciprocity'))).toBeCloseTo(mutual.length / pairs.length, 12);
    const activity = nodes.rows.map(
      (_, at) => Number(nodes.of('out_payments')[at]) + Number(nodes.of('in_payments')[at]),
    );
    const all = activity.reduce((total, one) => total + one, 0);
    let differences = 0;
    for (const a of activity) for (const b of activity) differences += Math.abs(a - b);
    const gini = differences / (2 * activity.length * all);
    expect(Number(figures.get('activityGini'))).toBeCloseTo(gini, 12);
  });

  it('refuses what is no ledger', () => {
    const broken = changed('ledger.bin', (content) => content.subarray(3));
    expect(() => said(graph, { folder: broken })).toThrow(
      /expected the magic; see peerwatt verify/,
    );
  });
});

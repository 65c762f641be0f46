/** A certificate leads back to the slots that its labels were minted for, and through all its owners. */
import { describe, expect, it } from 'vitest';
import { certificateOfferOf } from '../../../src/contracts/certificate-cells.ts';
import { certificateLabels } from '../../../src/contracts/certificate-records.ts';
import { ROLES } from '../../../src/contracts/rules.ts';
import type { Genesis } from '../../../src/ledger/genesis.ts';
import { sha256Hex } from '../../../src/ledger/hash.ts';
import type { RejectReason } from '../../../src/ledger/reject-reason.ts';
import { certificateCount, traceCertificate } from '../../../src/simulation/trace-certificate.ts';
import {
  indexLedger,
  readEvents,
  type TracedLedger,
  type TracedTransaction,
} from '../../../src/simulation/trace-ledger.ts';
import { traceRows, traceText } from '../../../src/simulation/trace-tree.ts';
import { createCertificateWorld } from '../contracts/certificate-world.ts';
import { AUTHORITY, CENTRE, HOMES } from '../contracts/world.ts';

const GENESIS_END = 10 * HOMES;

/** A world whose transactions are kept as a ledger would have them, one a block. */
function traced() {
  const world = createCertificateWorld();
  const transactions: TracedTransaction[] = [];
  const { send } = world;
  world.send = (type, sender, payload, about) => {
    const outcome = send(type, sender, payload, about);
    const block = transactions.length + 1;
    transactions.push({
      block,
      place: 0,
      id: sha256Hex(`transaction ${block}`),
      type,
      sender,
      timestampUs: world.nowUs,
      isOk: outcome.reason === '',
      reason: outcome.reason === '' ? undefined : (outcome.reason as RejectReason),
      payload,
      envelope: {} as TracedTransaction['envelope'],
      events: readEvents(outcome.events),
    });
    return outcome;
  };
  const roles = [0, 0, 0, 0, 1, 1, 1, 2, 3, 4, 5];
  const genesis = {
    startEpochS: 0,
    utcOffsetMin: 0,
    accounts: roles.map((role, account) => ({
      id: `${ROLES[role]}-${account}`,
      certificates: { firstId: 10 * account, count: account < HOMES ? 10 : 0 },
    })),
  } as unknown as Genesis;
  const state = {
    read: world.view.read,
    rules: world.rules,
    accountId: String,
    accountRole: () => 0,
  };
  return { world, ledger: (): TracedLedger => indexLedger(genesis, state, transactions) };
}

const linesOf = (ledger: TracedLedger, id: number) => {
  const node = traceCertificate(ledger, id);
  expect(node).toBeDefined();
  return traceText(ledger, node!).map((line) => line.replace(/^[│├└─ ]*/, ''));
};

/** Home 0 makes 1.2 MWh in three slots; home 1 buys 700 kWh of it, and 400 kWh from home 2. */
function village() {
  const { world, ledger } = traced();
  const pass = (...args: Parameters<typeof world.pass>) => expect(world.pass(...args)).toBe('');
  pass(10, [{ home: 0, wh: 500_400 }], [{ seller: 0, buyer: 1, wh: 300_000 }]);
  pass(
    11,
    [
      { home: 0, wh: 500_700 },
      { home: 2, wh: 400_000 },
    ],
    [
      { seller: 0, buyer: 1, wh: 400_000 },
      { seller: 2, buyer: 1, wh: 400_000 },
    ],
  );
  pass(12, [{ home: 0, wh: 200_000 }]);
  expect(world.send('CERT_ISSUE', 1, { owner: 1 }).reason).toBe('');
  return { world, ledger, id: GENESIS_END };
}

describe('a certificate of labels', () => {
  it('names generators, serials, slots, trades, mints and batches of its thousand labels', () => {
    const { world, ledger, id } = village();
    const index = ledger();
    const ranges = certificateLabels(world.view.read, id);
    const count = ranges.reduce((sum, range) => sum + range.serialTo - range.serialFrom, 0);
    expect(count).toBe(1000);
    expect(certificateCount(index)).toBe(id + 1);
    const lines = linesOf(index, id);
    expect(lines[0]).toBe(`certificate: ${id} (green): ACTIVE, owner home-1`);
    // Every label of every range stands in one mint and one move, and no other label does.
    const serials = (pattern: RegExp) => {
      const found = new Map<string, number[]>();
      let generator = '';
      for (const line of lines) {
        generator = /^generator: (\S+),/.exec(line)?.[1] ?? generator;
        const match = pattern.exec(line);
        if (match === null) continue;
        const list = found.get(generator) ?? [];
        for (let at = Number(match[1]); at <= Number(match[2]); at++) list.push(at);
        found.set(generator, list);
      }
      return Array.from(found, ([name, list]) => [name, list.sort((a, b) => a - b)]);
    };
    const expected = Array.from(new Set(ranges.map(({ generator }) => generator)), (generator) => [
      `home-${generator}`,
      ranges
        .filter((range) => range.generator === generator)
        .flatMap(({ serialFrom, serialTo }) =>
          Array.from({ length: serialTo - serialFrom }, (_, k) => serialFrom + k),
        )
        .sort((a, b) => a - b),
    ]);
    expect(serials(/^minted: serials (\d+) to (\d+) for slot/)).toEqual(expected);
    expect(serials(/^moved: serials (\d+) to (\d+) from/)).toEqual(expected);
    expect(lines.filter((line) => /^minted: .* for slot 10 /.test(line))).toHaveLength(1);
    expect(lines.some((line) => /from home-0 to home-1 by trade 10\/0/.test(line))).toBe(true);
    expect(lines.some((line) => /from home-2 to home-1 by trade 11\/1/.test(line))).toBe(true);
    for (const line of lines.filter((one) => one.startsWith('meter batch'))) {
      expect(line).toMatch(/root (0b|0c)(\1)+ \[block \d+, /);
    }
  });

  it('tells every owner in order with the transaction that made it one', () => {
    const { world, ledger, id } = village();
    const offer = certificateOfferOf(1, 4);
    const sent = (...args: Parameters<typeof world.send>) =>
      expect(world.send(...args).reason).toBe('');
    sent('CERT_OFFER', 1, { sequence: 4, certificates: [id], priceUpt: 2_500_000 });
    sent('CERT_WITHDRAW', 1, { offer });
    sent('CERT_OFFER', 1, { sequence: 5, certificates: [id], priceUpt: 2_500_000 });
    sent('CERT_BUY', 3, { offer: certificateOfferOf(1, 5), priceUpt: 2_500_000 });
    sent('CERT_TRANSFER', 3, { to: 2, certificates: [id] });
    expect(world.send('CERT_TRANSFER', 3, { to: 0, certificates: [id] }).reason).toBe('NOT_OWNER');
    sent('CERT_RETIRE', 2, { certificates: [id], beneficiary: 0 });
    sent('CARBON_ISSUE', 2, { certificates: [id] });
    const index = ledger();
    const lines = linesOf(index, id);
    expect(lines[0]).toContain('RETIRED, owner home-2');
    const history = lines.slice(lines.findIndex((line) => line.startsWith('issued')));
    expect(history.map((line) => line.replace(/ \[block.*/, ''))).toEqual([
      'issued: to home-1',
      'offered: by home-1, 1 for 2.5 pt',
      'withdrawn: by home-1',
      'offered: by home-1, 1 for 2.5 pt',
      'sold: by home-1 to home-3, 1 for 2.5 pt',
      'transferred: by home-3 to home-2',
      'retired: by home-2 for home-0',
      'carbon: carbon certificate made of it by home-2',
    ]);
    const blocks = history.map((line) => Number(/\[block (\d+)/.exec(line)![1]));
    expect(blocks).toEqual([...blocks].sort((a, b) => a - b));
    const carbon = linesOf(index, id + 1);
    expect(carbon[0]).toBe(`certificate: ${id + 1} (carbon): ACTIVE, owner home-2`);
    expect(carbon[1]).toBe(`origin: made of green certificate ${id}`);
    expect(carbon[2]).toBe(lines[0]);
    const rows = traceRows(index, traceCertificate(index, id)!);
    expect(rows).toHaveLength(lines.length);
    expect(rows[0]).toEqual([
      0,
      'certificate',
      expect.any(String),
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('tells of its revocation', () => {
    const { world, ledger, id } = village();
    expect(world.send('CERT_REVOKE', AUTHORITY, { certificates: [id] }).reason).toBe('');
    const lines = linesOf(ledger(), id);
    expect(lines[0]).toContain('REVOKED');
    expect(lines.at(-1)).toMatch(/^revoked: by authority-9 \[block/);
  });
});

describe('a certificate of genesis', () => {
  it('leads back to last year’s generation, and tells whether it was staked', () => {
    const { world, ledger } = traced();
    expect(world.send('CERT_TRANSFER', 1, { to: 2, certificates: [17] }).reason).toBe('');
    const lines = linesOf(ledger(), 17);
    expect(lines[0]).toBe('certificate: 17 (green): ACTIVE, owner home-2');
    expect(lines[1]).toContain('genesis, for last year’s generation of home-1; it has no labels');
    expect(lines[2]).toContain('transferred: by home-1 to home-2');
    const [staked] = linesOf(ledger(), 13).slice(1);
    expect(staked).toContain('of home-1, locked as stake');
  });

  it('that was never issued is unknown', () => {
    const { ledger } = traced();
    expect(traceCertificate(ledger(), GENESIS_END)).toBeUndefined();
    expect(traceCertificate(ledger(), 2 ** 41)).toBeUndefined();
    expect(ledger().accountId(CENTRE)).toBe('centre-7');
  });
});

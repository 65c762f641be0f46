/** Runs of the chain alone: accounts that send transfers, or empty blocks. */
import { describe, expect, it } from 'vitest';
import { metricOf } from '../../src/experiment/validate/ledger-chains.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { type RunResult, simulate } from '../../src/simulation/run.ts';
import { verifyRunLedger } from '../../src/simulation/verify.ts';
import { ledgerOf, numbers, texts } from './world.ts';

/** Ten accounts on four nodes that hear of each other's blocks late enough to fork. */
const CHAIN = `
schemaVersion: 1
name: accounts
seed: 7
horizon: { start: 2024-06-03T00:00+08:00, days: 1, warmUp: 30 min, history: 0, span: 1 h }
population: { name: accounts, accounts: 10, transfersPerSecond: 0.5, expiry: 5 min }
network: { nodes: 4, placement: { name: uniform, latency: 400 ms } }
arms:
  pow: { consensus: { name: pow, blockInterval: 15 s } }
  dpos: { consensus: { name: dpos, turn: 3 s, delegates: 4 } }
  central: { consensus: central }
`;

function runIn(arm: string, sets: readonly string[]): RunResult {
  const source = { file: 'chain.yaml', folder: '.', plugins: catalogue };
  return simulate(loadScenarioText(CHAIN, { ...source, sets, arm }).resolve(arm));
}
const runOf = (...sets: string[]) => runIn('pow', sets);

const HOUR_US = 3.6e9;
const KINDS: readonly (readonly [string, string, readonly string[]])[] = [
  ['most work', 'pow', []],
  ['frozen templates', 'pow', ['consensus.template=frozen']],
  ['heaviest subtree', 'pow', ['consensus.forkChoice=ghost']],
  ['delegates', 'dpos', []],
  ['one server', 'central', []],
  ['Ed25519', 'pow', ['ledger.crypto=real', 'population.transfersPerSecond=0.05']],
];

describe.each(KINDS)('a chain alone, %s', (_, arm, sets) => {
  const result = runIn(arm, sets);

  it('writes a ledger that the verifier accepts', () => {
    const report = verifyRunLedger(ledgerOf(result));
    expect(report.problems).toEqual([]);
    const canonical = numbers(result, 'blocks', 'canonical');
    expect(report.blocks).toBe(canonical.filter((one) => one === 1).length - 1);
  });

  it('gives the same bytes again', () => {
    const again = runIn(arm, sets);
    expect(again.headHash).toBe(result.headHash);
    expect(again.traceHash).toBe(result.traceHash);
    expect(Buffer.compare(ledgerOf(again), ledgerOf(result))).toBe(0);
  });

  it('knows the fate of every transaction', () => {
    const fates = texts(result, 'transactions', 'fate');
    const count = (fate: string) => fates.filter((one) => one === fate).length;
    expect(count('final') + count('rejected') + count('pending')).toBe(fates.length);
    expect(metricOf(result, 'submittedCount')).toBe(fates.length);
    expect(metricOf(result, 'finalCount')).toBe(count('final'));
    // The drain lasts until nothing is open; a reward may come with the last blocks.
    const types = texts(result, 'transactions', 'type');
    const open = types.filter((_type, tx) => fates[tx] === 'pending');
    expect(open.filter((type) => type !== 'POINTS_REWARD')).toEqual([]);
    expect(types.filter((type) => type === 'TRANSFER').length).toBeGreaterThan(100);
  });

  it('moves points between accounts and makes none', () => {
    const roles = texts(result, 'accounts', 'role');
    const held = numbers(result, 'accounts', 'balance_upt');
    const granted = numbers(result, 'accounts', 'granted_upt');
    const ofHomes = (values: readonly number[]) =>
      values.reduce((sum, value, account) => sum + (roles[account] === 'home' ? value : 0), 0);
    expect(ofHomes(held)).toBe(ofHomes(granted));
    expect(ofHomes(granted)).toBe(10 * 100e6);
  });
});

describe('templates', () => {
  /** Transfers in a block that came to its maker after the maker's own parent block. */
  function afterOwnParent(result: RunResult): { late: number; all: number } {
    const canonical = numbers(result, 'blocks', 'canonical');
    const producers = texts(result, 'blocks', 'producer');
    const made = numbers(result, 'blocks', 'produced_us');
    const byHeight = numbers(result, 'blocks', 'height').flatMap((height, block) =>
      canonical[block] === 1 ? [[height, block] as const] : [],
    );
    const blockAt = new Map(byHeight);
    const senders = texts(result, 'transactions', 'sender');
    const received = numbers(result, 'transactions', 'received_us');
    const found = { late: 0, all: 0 };
    numbers(result, 'transactions', 'height').forEach((height, tx) => {
      const [block, parent] = [blockAt.get(height), blockAt.get(height - 1)];
      const account = Number(senders[tx]!.slice(-3)) - 1;
      const node = `node-${String((account % 4) + 1).padStart(3, '0')}`;
      if (!senders[tx]!.startsWith('account') || block === undefined || parent === undefined)
        return;
      if (producers[block] !== node || producers[parent] !== node) return;
      found.all++;
      if (received[tx]! > made[parent]!) found.late++;
    });
    return found;
  }

  it('frozen: a block carries nothing that came after its maker took up its parent', () => {
    const { late, all } = afterOwnParent(runOf('consensus.template=frozen'));
    expect(all).toBeGreaterThan(50);
    expect(late).toBe(0);
  });

  it('refreshed: most of a block came since', () => {
    const { late, all } = afterOwnParent(runOf());
    expect(late).toBeGreaterThan(all / 2);
  });
});

describe('the length of a run', () => {
  it('span: transfers are sent until then, and no longer', () => {
    const result = runOf('horizon.span=20 min');
    const types = texts(result, 'transactions', 'type');
    const sent = numbers(result, 'transactions', 'submitted_us').filter(
      (_, tx) => types[tx] === 'TRANSFER',
    );
    expect(Math.min(...sent)).toBeGreaterThan(0);
    expect(Math.max(...sent)).toBeLessThan(HOUR_US / 3);
    // 600 of a Poisson process.
    expect(Math.abs(sent.length - 600)).toBeLessThan(4 * Math.sqrt(600));
    // Stakes and votes of the opening are offered too.
    const all = numbers(result, 'transactions', 'submitted_us');
    const within = all.filter((us) => us >= 0 && us < HOUR_US / 3).length;
    expect(metricOf(result, 'offeredTps')).toBeCloseTo(within / 1200, 12);
    const drain = numbers(result, 'blocks', 'drain');
    const made = numbers(result, 'blocks', 'produced_us');
    made.forEach((us, block) => {
      expect(drain[block]).toBe(us > HOUR_US / 3 ? 1 : 0);
    });
  });

  it('span: nothing is changed before the end of a shorter one', () => {
    const [long, short] = [runOf(), runOf('horizon.span=20 min')];
    const within = (result: RunResult) => {
      const made = numbers(result, 'blocks', 'produced_us');
      return texts(result, 'blocks', 'hash').filter((_, block) => made[block]! < HOUR_US / 3);
    };
    expect(within(short)).toEqual(within(long));
    expect(within(short).length).toBeGreaterThan(80);
  });

  it.each([10, 333])('blocks: ends at height %i or the one above', (blocks) => {
    const result = runOf(`horizon.blocks=${blocks}`, 'horizon.span=12 h');
    const top = Math.max(...numbers(result, 'blocks', 'height'));
    expect(top).toBeGreaterThanOrEqual(blocks);
    expect(top).toBeLessThanOrEqual(blocks + 1);
    expect(verifyRunLedger(ledgerOf(result)).problems).toEqual([]);
  });

  it('blocks: a span that ends before wins', () => {
    const result = runOf('horizon.blocks=100000', 'horizon.span=10 min');
    const made = numbers(result, 'blocks', 'produced_us');
    expect(Math.max(...made)).toBeLessThan(HOUR_US);
  });
});

describe('loads at the edges', () => {
  it('without transfers the chain carries empty blocks', () => {
    const result = runOf('population.accounts=0', 'population.transfersPerSecond=0');
    expect(result.tables.transactions!.count).toBe(0);
    expect(new Set(numbers(result, 'blocks', 'tx_count'))).toEqual(new Set([0]));
    expect(numbers(result, 'blocks', 'height').length).toBeGreaterThan(200);
    expect(verifyRunLedger(ledgerOf(result)).problems).toEqual([]);
  });

  it('above capacity what expires is rejected and counted', () => {
    // Two transfers a second fit.
    const result = runOf('population.transfersPerSecond=4', 'ledger.bytesPerSecond=180');
    const fates = texts(result, 'transactions', 'fate');
    const reasons = texts(result, 'transactions', 'reject_reason');
    const types = texts(result, 'transactions', 'type');
    const count = (fate: string) => fates.filter((one) => one === fate).length;
    expect(count('final') + count('rejected') + count('pending')).toBe(fates.length);
    const expired = types.filter((type, tx) => type === 'TRANSFER' && reasons[tx] === 'EXPIRED');
    expect(expired.length).toBe(metricOf(result, 'rejectedExpired'));
    const cap = 180 / 88;
    expect(metricOf(result, 'tpsFinal')).toBeLessThan(1.1 * cap);
    expect(metricOf(result, 'tpsFinal')).toBeGreaterThan(0.85 * cap);
    expect(verifyRunLedger(ledgerOf(result)).problems).toEqual([]);
  });

  it('keys of a market that is not there change nothing', () => {
    const plain = runOf('horizon.span=10 min');
    const odd = runOf(
      'horizon.span=10 min',
      'market.gateClosure=7 min',
      'market.strategy.name=zi-constrained',
      'metering.loss=50 %',
      'settlement.deadline=9 h',
    );
    expect(Object.keys(odd.tables)).toEqual(Object.keys(plain.tables));
    expect(texts(odd, 'transactions', 'type')).toEqual(texts(plain, 'transactions', 'type'));
    expect(numbers(odd, 'blocks', 'tx_count')).toEqual(numbers(plain, 'blocks', 'tx_count'));
    expect(verifyRunLedger(ledgerOf(odd)).problems).toEqual([]);
  });
});

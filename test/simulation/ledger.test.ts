/** An exported ledger verifies from its bytes alone; any changed byte is found and named. */
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { verifyRunLedger } from '../../src/simulation/verify.ts';
import { ARMS, ledgerOf, numbers, run, texts } from './world.ts';

const SMALL = [
  'population.households=4',
  'population.shops=0',
  'population.prosumers=2',
  'population.batteries=0',
  'network.nodes=3',
  'horizon.drain=3 h',
];
/** Changed bytes by arm, 300 in all: a replay of many blocks takes longer. */
const FLIPS: Readonly<Record<string, number>> = { pow: 90, dpos: 90, central: 120 };
const SLOW: Readonly<Record<string, readonly string[]>> = {
  pow: ['consensus.blockInterval=300 s', 'consensus.confirmations=3'],
  dpos: ['consensus.turn=300 s'],
  central: ['consensus.batchInterval=120 s'],
};

/** Changes single bytes at drawn places; returns the changes that were missed or misnamed. */
function flips(bytes: Uint8Array, count: number, name: string): string[] {
  const draws = createRandomSource(name).addressed('world/flips');
  const missed: string[] = [];
  for (let k = 0; k < count; k++) {
    const at = Math.floor(draws.uniform(k, 0, 0) * bytes.length);
    const change = 1 + Math.floor(draws.uniform(k, 0, 1) * 255);
    bytes[at]! ^= change;
    const { ok, problems } = verifyRunLedger(bytes);
    const [first] = problems;
    const isNamed =
      !ok && first !== undefined && first.offset <= at && at < first.offset + first.length;
    // Every single byte is in a field, but for the closing hash behind all blocks.
    const hasField = first?.length !== 1 || first.field !== undefined || at >= bytes.length - 32;
    if (!isNamed || !hasField) missed.push(`byte ${at} ^ ${change}: ${JSON.stringify(first)}`);
    bytes[at]! ^= change;
  }
  return missed;
}

describe.each(ARMS)('the ledger of %s', (arm) => {
  const result = run(arm, [...SMALL, ...SLOW[arm]!]);
  const bytes = ledgerOf(result);

  it('verifies, and is the chain of the tables', () => {
    const report = verifyRunLedger(bytes);
    expect(report.problems).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.genesisHash).toBe(result.genesisHash);
    expect(report.headHash).toBe(result.headHash);
    const canonical = numbers(result, 'blocks', 'canonical');
    const counts = numbers(result, 'blocks', 'tx_count').filter((_, at) => canonical[at] === 1);
    expect(report.blocks).toBe(counts.length - 1);
    expect(report.transactions).toBe(counts.reduce((sum, count) => sum + count, 0));
    const hashes = texts(result, 'blocks', 'hash').filter((_, at) => canonical[at] === 1);
    expect(hashes.at(-1)).toBe(report.headHash);
  });

  it('any byte that is changed is found, and lies where the report says', () => {
    expect(flips(bytes, FLIPS[arm]!, `flips/${arm}`)).toEqual([]);
    expect(verifyRunLedger(bytes).ok).toBe(true);
  });

  it('is refused when its end is missing, or something follows it', () => {
    expect(verifyRunLedger(bytes.subarray(0, bytes.length - 40)).ok).toBe(false);
    expect(verifyRunLedger(new Uint8Array([...bytes, 0])).ok).toBe(false);
    expect(verifyRunLedger(new Uint8Array(0)).ok).toBe(false);
  });
});

describe('real signatures', () => {
  const sets = [...SMALL, 'ledger.crypto=real', 'consensus.batchInterval=120 s'];
  const real = run('central', sets);

  it('verify, and a changed byte is found', () => {
    const bytes = ledgerOf(real);
    expect(verifyRunLedger(bytes).problems).toEqual([]);
    expect(flips(bytes, 3, 'flips/real')).toEqual([]);
  });

  it('change no market result', () => {
    const modelled = run(
      'central',
      sets.map((set) => set.replace('=real', '=modelled')),
    );
    for (const table of ['slots', 'homes', 'trades', 'settlements', 'meters', 'accounts']) {
      expect(real.tables[table], table).toEqual(modelled.tables[table]);
    }
    expect(real.truthHash).toBe(modelled.truthHash);
    expect(real.genesisHash).not.toBe(modelled.genesisHash);
  });
});

/** E11: accounts against coins. Laws are asserted; how wide and how private each is, is a finding. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ScenarioError } from '../../src/base/errors.ts';
import { numbersOf, textsOf } from '../../src/base/table.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { simulate } from '../../src/simulation/run.ts';

const FILE = join(dirname(fileURLToPath(import.meta.url)), '../../scenarios/experiments/E11.yaml');
const SHORT = ['horizon.span=6 min', 'population.accounts=24'];

function run(arm: string, sets: readonly string[] = []) {
  const loaded = loadScenario(FILE, { plugins: catalogue, sets: [...SHORT, ...sets], arm });
  return simulate(loaded.resolve(arm)).tables;
}
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
function width(tables: ReturnType<typeof run>, path = 'longest_path'): number {
  const { parallelism } = tables;
  return sum(numbersOf(parallelism!, 'payments')) / sum(numbersOf(parallelism!, path));
}

describe('E11', () => {
  const arms = ['account', 'utxo', 'utxo-reuse', 'utxo-few-coins'];
  const tables = new Map(arms.map((arm) => [arm, run(arm)]));
  const of = (arm: string) => tables.get(arm)!;

  it('moves the same money to the same members under both models', () => {
    const held = (arm: string) => Array.from(numbersOf(of(arm).holdings!, 'held_upt'));
    expect(new Set(held('account')).size).toBeGreaterThan(20);
    for (const arm of arms) expect(held(arm)).toEqual(held('account'));
  });

  it('a block is never wider than its payments, and commuting credits never narrow it', () => {
    for (const arm of arms) {
      const { parallelism } = of(arm);
      const payments = numbersOf(parallelism!, 'payments');
      for (let row = 0; row < payments.length; row++) {
        const exact = numbersOf(parallelism!, 'width')[row]!;
        const commuting = numbersOf(parallelism!, 'width_commuting')[row]!;
        expect(exact).toBeGreaterThanOrEqual(1);
        expect(commuting).toBeGreaterThanOrEqual(exact);
        expect(commuting).toBeLessThanOrEqual(payments[row]!);
        const speedUp = numbersOf(parallelism!, 'speed_up_8')[row]!;
        expect(speedUp).toBeLessThanOrEqual(Math.min(8, commuting) + 1e-9);
      }
    }
  });

  it('a hot receiver makes a queue of balances, and none of coins', () => {
    const hot = ['population.hotShare=100 %'];
    const account = run('account', hot);
    // Every payment adds to one balance: one after the other, unless additions commute.
    expect(width(account)).toBe(1);
    expect(width(account, 'longest_path_commuting')).toBeGreaterThan(3);
    const coins = run('utxo', hot);
    expect(width(coins)).toBeGreaterThan(3);
  });

  it('one coin a member makes chains of change', () => {
    expect(width(of('utxo-few-coins'))).toBeLessThan(width(of('utxo')));
  });

  it('an account tells its owner; common inputs never join two owners', () => {
    expect(numbersOf(of('account').privacy!, 'entropy_bits')[0]).toBe(0);
    expect(numbersOf(of('account').privacy!, 'identified_share')[0]).toBe(1);
    for (const arm of ['utxo', 'utxo-reuse']) {
      const { privacy } = of(arm);
      const row = textsOf(privacy!, 'observer').indexOf('common-input');
      const precision = numbersOf(privacy!, 'precision')[row]!;
      expect(Number.isNaN(precision) || precision === 1).toBe(true);
      expect(numbersOf(privacy!, 'entropy_bits')[row]).toBeGreaterThan(0);
    }
    const bits = (arm: string) => numbersOf(of(arm).privacy!, 'entropy_bits')[0]!;
    expect(bits('utxo-reuse')).toBeLessThan(bits('utxo'));
  });

  it('coins cost more to keep', () => {
    const cells = (arm: string) => numbersOf(of(arm).upkeep!, 'value')[1]!;
    expect(cells('utxo')).toBeGreaterThan(cells('account'));
  });

  it('a market on coins is refused, and says why', () => {
    const village = join(dirname(FILE), '../village.yaml');
    const loaded = loadScenario(village, { plugins: catalogue, sets: ['ledger.model=utxo'] });
    expect(() => simulate(loaded.resolve())).toThrow(ScenarioError);
    expect(() => simulate(loaded.resolve())).toThrow(/book that all members share/);
  });

  it('prints what it found', () => {
    for (const arm of arms) {
      const row = textsOf(of(arm).privacy!, 'observer').indexOf('common-input');
      const seen = (column: string) => numbersOf(of(arm).privacy!, column)[Math.max(0, row)]!;
      console.log(
        `${arm}: width ${width(of(arm)).toFixed(2)}, commuting ` +
          `${width(of(arm), 'longest_path_commuting').toFixed(2)}; recall ${seen('recall')}, ` +
          `sender ${seen('entropy_bits').toFixed(2)} bit`,
      );
    }
    expect(tables.size).toBe(4);
  });
});

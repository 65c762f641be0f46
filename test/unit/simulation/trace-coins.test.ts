/** Coins are traced by their names, exactly; spends are made by hand. */
import { describe, expect, it } from 'vitest';
import { hexToBytes, sha256Hex } from '../../../src/ledger/hash.ts';
import type { SpendOutput, SpendPayload } from '../../../src/ledger/payloads/spend.ts';
import {
  coinHistory,
  coinOrigins,
  type TracedSpend,
  traceCoin,
} from '../../../src/simulation/trace-coins.ts';
import type { TraceNode } from '../../../src/simulation/trace-tree.ts';

const id = (name: string) => sha256Hex(name);
const output = (amount: number): SpendOutput => ({ lock: new Uint8Array(32), asset: 0, amount });

/** A spend of coins named `spend:index`, and what it makes. */
function spend(
  name: string,
  inputs: readonly string[],
  amounts: readonly number[],
  feeUpt = 0,
): TracedSpend & { readonly spendId: string } {
  const payload: SpendPayload = {
    inputs: inputs.map((input) => {
      const [of, index] = input.split(':');
      return { txId: hexToBytes(id(of!)), index: Number(index) };
    }),
    outputs: amounts.map(output),
    feeUpt,
    witnesses: [],
  };
  return { payload, tx: { block: 1, id: id(name), timestampUs: 0 }, spendId: id(name) };
}

const issued = ['a', 'b', 'c'].map((name, member) => ({
  name: `${id(name)}:0`,
  output: output(10_000_000),
  member,
}));

// a and b pay together; the change pays once more, c pays alone; all of it meets again.
const history = coinHistory(issued, [
  spend('joint', ['a:0', 'b:0'], [12_000_000, 7_000_000], 1_000_000),
  spend('change', ['joint:1'], [3_000_000, 4_000_000]),
  spend('alone', ['c:0'], [10_000_000]),
  spend('meet', ['change:0', 'joint:0', 'alone:0'], [25_000_000]),
]);
const coin = (name: string) => {
  const [of, index] = name.split(':');
  return history.find(`${id(of!)}:${index}`)!;
};
const originsOf = (name: string) => coinOrigins(history, coin(name)).map(({ member }) => member);
const texts = (node: TraceNode): string[] => [
  node.text,
  ...(node.children ?? []).flatMap((child) => texts(child)),
];
const trace = (name: string) => texts(traceCoin(history, coin(name), (member) => `m${member}`));

describe('a coin', () => {
  it('leads back to exactly the coins that it was made of', () => {
    const sorted = (members: readonly (number | undefined)[]) => [...members].sort();
    expect(sorted(originsOf('joint:0'))).toEqual([0, 1]);
    expect(sorted(originsOf('change:1'))).toEqual([0, 1]);
    expect(originsOf('alone:0')).toEqual([2]);
    expect(sorted(originsOf('meet:0'))).toEqual([0, 1, 2]);
    expect(originsOf('a:0')).toEqual([0]);
  });

  it('is told with amounts, fees and what became of it, each ancestor once', () => {
    expect(trace('a:0')).toEqual([
      expect.stringMatching(
        /^\w{12}:0 10 pt: issued as the initial grant \(I1\) of m0 \(exact, spent\)$/,
      ),
      'by a later spend',
    ]);
    const lines = trace('meet:0');
    expect(lines[0]).toMatch(/25 pt: made of 3 coins \(exact, unspent\)$/);
    expect(lines.filter((line) => line.includes('fee 1 pt'))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('(I1) of m0'))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('(I1) of m2'))).toHaveLength(1);
  });

  it('that meets itself again is not told twice', () => {
    const twice = coinHistory(issued, [
      spend('split', ['a:0'], [6_000_000, 4_000_000]),
      spend('one', ['split:0'], [6_000_000]),
      spend('join', ['one:0', 'split:1'], [10_000_000]),
      spend('again', ['join:0'], [5_000_000, 5_000_000]),
      spend('both', ['again:0', 'again:1'], [10_000_000]),
    ]);
    const top = twice.find(`${id('both')}:0`)!;
    expect(coinOrigins(twice, top)).toHaveLength(1);
    const told = texts(traceCoin(twice, top, String));
    expect(told.filter((line) => line.endsWith('as above'))).toHaveLength(1);
  });

  it('with a long chain of change behind it is told for 200 generations, then summed up', () => {
    const spends = Array.from({ length: 5_000 }, (_, k) =>
      spend(`s${k}`, [k === 0 ? 'a:0' : `s${k - 1}:0`], [10_000_000]),
    );
    const long = coinHistory(issued, spends);
    const lines = texts(traceCoin(long, long.find(`${id('s4999')}:0`)!, String));
    expect(lines).toHaveLength(201);
    expect(lines.at(-1)).toMatch(/from 1 issued coins$/);
  });

  it('is found by the first digits of its name where they are unique', () => {
    expect(history.find(id('alone').slice(0, 10))).toBe(coin('alone:0'));
    expect(history.find(`${id('joint').slice(0, 8)}:1`)).toBe(coin('joint:1'));
    expect(history.find(id('joint').slice(0, 8))).toBeUndefined();
    expect(history.find('zz')).toBeUndefined();
  });

  it('that is not there, or spent, cannot be spent', () => {
    expect(() => coinHistory(issued, [spend('x', ['nobody:0'], [1])])).toThrow('is not there');
    expect(() => coinHistory(issued, [spend('x', ['a:0'], [1]), spend('y', ['a:0'], [1])])).toThrow(
      'is spent',
    );
  });
});

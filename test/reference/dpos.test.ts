/** Two-stage irreversibility against EOSIO figures and an oracle that recounts every height. */
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DPOS_RULES,
  type DposRuleName,
  dposQuorum,
} from '../../src/consensus/protocols/dpos-options.ts';
import { createDposRule } from '../../src/consensus/protocols/dpos-rule.ts';
import { createBlockTree } from '../../src/ledger/tree.ts';

const file = new URL('../../../shared/reference/dpos_finality.json', import.meta.url);
const isHere = existsSync(file);
if (!isHere) console.log('skipped: no shared/reference/dpos_finality.json');

/** Makes blocks and confirmations as honest producers do: each confirms what it has not before. */
function chain(producers: number, name: DposRuleName = 'twoStage', quorum = dposQuorum(producers)) {
  const tree = createBlockTree('genesis');
  const parameters = { nodes: producers, rule: DPOS_RULES.indexOf(name), quorum };
  const rule = createDposRule(tree, parameters);
  const producedUpTo = new Int32Array(producers);
  return {
    tree,
    rule,
    extend(parent: number, producer: number, isShared = false): number {
      const height = tree.height[parent]! + 1;
      const confirmedFrom = Math.min(producedUpTo[producer]! + 1, height);
      producedUpTo[producer] = Math.max(producedUpTo[producer]!, height);
      const fields = [tree.count, 0, confirmedFrom, ...(isShared ? [1] : [])];
      const promised = rule.irreversibleHeight(parent, producer, fields);
      const block = tree.add({
        parent,
        producer,
        timestampUs: tree.count,
        producedUs: tree.count,
        hash: String(tree.count),
        work: 1,
        transactions: [],
        bytes: 0,
        gasUsed: 0,
        consensus: fields,
      });
      rule.add(block);
      expect(rule.irreversibleAt(block)).toBe(promised);
      return block;
    },
  };
}

/** Lags head − irreversible of a sequence of producers, after the first `warmUp` blocks. */
function lags(producers: number, sequence: readonly number[], warmUp: number): number[] {
  const { tree, rule, extend } = chain(producers);
  const list: number[] = [];
  let head = 0;
  for (const producer of sequence) {
    head = extend(head, producer);
    if (tree.height[head]! > warmUp) list.push(tree.height[head]! - rule.irreversibleAt(head));
  }
  return list;
}

const turns = (producers: readonly number[], perTurn: number, rounds: number) =>
  Array.from(
    { length: producers.length * perTurn * rounds },
    (_, i) => producers[Math.floor(i / perTurn) % producers.length]!,
  );
const firstOf = (count: number) => Array.from({ length: count }, (_, k) => k);
const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('EOSIO, 21 producers, 12 blocks a turn', () => {
  const list = lags(21, turns(firstOf(21), 12, 8), 21 * 12 * 3);

  it.skipIf(!isHere)('has the lags of the reference: 325 to 336, mean 330.5', () => {
    const { eos_21x12: eos } = JSON.parse(readFileSync(file, 'utf8'));
    expect(Math.min(...list)).toBe(eos.lag_min_blocks);
    expect(Math.max(...list)).toBe(eos.lag_max_blocks);
    expect(meanOf(list)).toBe(eos.lag_mean_blocks);
  });

  it('is the sawtooth of a node log of 14 June 2018: 336, then 325 at the next turn', () => {
    // Head 748404 with 748068 irreversible, head 748405 with 748080 (validation B2).
    expect(list.slice(0, 25)).toEqual([
      ...Array.from({ length: 12 }, (_, k) => 325 + k),
      ...Array.from({ length: 12 }, (_, k) => 325 + k),
      325,
    ]);
  });

  it('confirms 240 earlier blocks in the first block of a turn and none in the others', () => {
    const { tree, extend } = chain(21);
    let head = 0;
    for (const producer of turns(firstOf(21), 12, 3)) head = extend(head, producer);
    for (let height = 21 * 12 * 2 + 1; height <= tree.height[head]!; height++) {
      const confirmed = height - tree.consensus(tree.ancestorAt(head, height))[2]!;
      expect(confirmed).toBe(height % 12 === 1 ? 240 : 0);
    }
  });
});

describe('one block a turn', () => {
  it.each([
    [4, 3],
    [21, 15],
    [27, 19],
    [101, 68],
  ])('%i producers: quorum %i, lag exactly twice the quorum less one', (producers, quorum) => {
    expect(dposQuorum(producers)).toBe(quorum);
    const list = lags(producers, turns(firstOf(producers), 1, 6), 3 * producers);
    expect(new Set(list)).toEqual(new Set([2 * (quorum - 1)]));
  });

  it.each([1, 3, 6])('with %i of 21 silent the lag is the same in blocks', (silent) => {
    const list = lags(21, turns(firstOf(21 - silent), 1, 8), 84);
    expect(new Set(list)).toEqual(new Set([28]));
  });

  it('with 7 of 21 silent nothing becomes irreversible', () => {
    const { rule, extend } = chain(21);
    let head = 0;
    for (const producer of turns(firstOf(14), 1, 20)) head = extend(head, producer);
    expect(rule.irreversibleAt(head)).toBe(0);
    // One more producer is enough, and one round of it catches up.
    for (const producer of turns(firstOf(15), 1, 2)) head = extend(head, producer);
    expect(rule.irreversibleAt(head)).toBe(20 * 14 + 30 - 28);
  });

  it('shuffled rounds: the least lag stays, the mean and the largest grow', () => {
    const order = (round: number) =>
      firstOf(21).sort((a, b) => ((a * 7 + round * 5) % 21) - ((b * 7 + round * 5) % 21) || a - b);
    const shuffled = Array.from({ length: 60 }, (_, round) =>
      round % 2 === 0 ? order(round) : order(round).reverse(),
    );
    const list = lags(21, shuffled.flat(), 63);
    expect(Math.min(...list)).toBe(28);
    expect(meanOf(list)).toBeGreaterThan(28);
    expect(Math.max(...list)).toBeLessThanOrEqual(2 * (2 * 21 - 1));
  });
});

describe('after a fork', () => {
  it('heights that too few confirm do not stop the chain for ever', () => {
    // Of four producers two were on another branch: the three lowest blocks have two confirmers only.
    const { tree, rule, extend } = chain(4);
    let other = 0;
    for (const producer of [2, 3, 2]) other = extend(other, producer);
    let head = 0;
    for (const producer of [0, 1, 0]) head = extend(head, producer);
    for (const producer of turns(firstOf(4), 1, 4)) head = extend(head, producer);
    expect(tree.height[head]).toBe(19);
    expect(rule.irreversibleAt(head)).toBe(15);
    expect(rule.irreversibleAt(other)).toBe(0);
  });

  it('a producer that switched does not confirm twice: EOSIO issue 2718', () => {
    const { rule, extend } = chain(4);
    // Producers 0, 1 and 2 stand behind height 1 of the left branch.
    let left = 0;
    for (const producer of [0, 1, 2]) left = extend(left, producer);
    // All of them go over to the right. What they said of heights 1 to 3 is said.
    let right = extend(0, 3);
    for (const producer of [0, 1, 2]) right = extend(right, producer);
    expect([rule.irreversibleAt(left), rule.irreversibleAt(right)]).toEqual([0, 0]);
  });
});

describe('the rule', () => {
  /** Recounts everything from the branch: confirmers by height, then what each producer proposed. */
  function recount(tree: ReturnType<typeof createBlockTree>, producers: number, head: number) {
    const quorum = Math.floor((2 * producers) / 3) + 1;
    // Whoever sits on the shared seat speaks with its one voice.
    const voice = (at: number) => (tree.consensus(at)[3] === 1 ? 'shared' : tree.producer[at]!);
    const branch: number[] = [];
    for (let at = head; at > 0; at = tree.parent[at]!) branch.unshift(at);
    const proposals: number[] = [];
    let proposed = 0;
    let irreversible = 0;
    branch.forEach((block, index) => {
      for (let height = index + 1; height > proposed; height--) {
        const behind = branch
          .slice(height - 1, index + 1)
          .filter((at) => tree.consensus(at)[2]! <= height)
          .map(voice);
        if (new Set(behind).size >= quorum) {
          proposed = height;
          break;
        }
      }
      proposals.push(proposed);
      const latest = new Map<number | string, number>();
      for (let k = 0; k <= index; k++) latest.set(voice(branch[k]!), proposals[k]!);
      const sorted = [...latest.values()].sort((a, b) => b - a);
      irreversible = Math.max(irreversible, sorted[quorum - 1] ?? 0);
      expect(block).toBeGreaterThan(0);
    });
    return irreversible;
  }

  it('dpos rule: agrees with a recount on random forks', () => {
    let irreversible = 0;
    let switched = 0;
    const steps = fc.array(
      fc.record({
        producer: fc.nat(20),
        shared: fc.nat(5),
        tip: fc.oneof(
          { weight: 5, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.nat(12) },
        ),
      }),
      { maxLength: 60, size: 'max' },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), steps, (producers, list) => {
        const { tree, rule, extend } = chain(producers);
        for (const { producer, shared, tip } of list) {
          const parent = Math.max(0, tree.count - 1 - tip);
          const block = extend(parent, producer % producers, shared === 0);
          const height = recount(tree, producers, block);
          expect(rule.irreversibleAt(block)).toBe(height);
          // Monotone along the branch.
          expect(height).toBeGreaterThanOrEqual(rule.irreversibleAt(parent));
          if (height > 0) irreversible++;
          if (tree.consensus(block)[2]! > 1) switched++;
        }
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(irreversible).toBeGreaterThan(1_000);
    expect(switched).toBeGreaterThan(1_000);
  });
});

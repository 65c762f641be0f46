/** Rules that read headers, where they differ: forks that producers switch between. */
import { describe, expect, it } from 'vitest';
import dpos from '../../../src/consensus/protocols/dpos.ts';
import { DPOS_RULES, type DposRuleName } from '../../../src/consensus/protocols/dpos-options.ts';
import { createDposRule } from '../../../src/consensus/protocols/dpos-rule.ts';
import { createBlockTree } from '../../../src/ledger/tree.ts';
import { createHarness } from './harness.ts';

const TURN_US = 3_000_000;

/** Producers that each confirm what they have not before, on whatever branch. */
function chain(nodes: number, rule: DposRuleName, quorum: number) {
  const tree = createBlockTree('genesis');
  const of = createDposRule(tree, { nodes, rule: DPOS_RULES.indexOf(rule), quorum });
  const producedUpTo = new Int32Array(nodes);
  return {
    of,
    grow(parent: number, producers: readonly number[]): number {
      let at = parent;
      for (const producer of producers) {
        const height = tree.height[at]! + 1;
        const from = Math.min(producedUpTo[producer]! + 1, height);
        producedUpTo[producer] = Math.max(producedUpTo[producer]!, height);
        at = tree.add({
          parent: at,
          producer,
          timestampUs: tree.count,
          producedUs: tree.count,
          hash: String(tree.count),
          work: 1,
          transactions: [],
          bytes: 0,
          gasUsed: 0,
          consensus: [tree.count, 0, from],
        });
        of.add(at);
      }
      return at;
    },
  };
}

describe('producers that switch forks', () => {
  /** Of four, 0 and 1 stand behind the left block with 2, then go over to the right with 3. */
  function switched(rule: DposRuleName) {
    const { of, grow } = chain(4, rule, 3);
    const left = grow(0, [2, 0, 1]);
    const right = grow(0, [3, 0, 1]);
    return [of.irreversibleAt(left), of.irreversibleAt(right)];
  }

  it('make two conflicting blocks irreversible by the naive rule: EOSIO issue 2718', () => {
    expect(switched('naive')).toEqual([1, 1]);
    expect(switched('share')).toEqual([1, 1]);
  });

  it('do not when they disclose what they confirm', () => {
    expect(switched('disclosed')).toEqual([1, 0]);
    expect(switched('twoStage')).toEqual([0, 0]);
  });

  it('a producer counts once however many blocks it makes', () => {
    const { of, grow } = chain(4, 'naive', 3);
    const two = grow(0, [0, 1, 0, 1, 0, 1, 0]);
    expect(of.irreversibleAt(two)).toBe(0);
    // With the third voice all that three have built on is irreversible at once.
    expect(of.irreversibleAt(grow(two, [2]))).toBe(6);
  });

  it('disclosed is the first stage of twoStage', () => {
    const one = chain(7, 'disclosed', 5);
    const two = chain(7, 'twoStage', 5);
    const order = Array.from({ length: 60 }, (_, k) => (k * k + 3 * k) % 7);
    for (let length = 1; length <= order.length; length++) {
      const [a, b] = [one, two].map(({ grow }) => grow(length - 1, [order[length - 1]!]));
      expect(one.of.irreversibleAt(a!)).toBe(two.of.proposedAt(b!));
      expect(two.of.irreversibleAt(b!)).toBeLessThanOrEqual(two.of.proposedAt(b!));
    }
  });
});

describe('fork choice of published chains', () => {
  function branches(forkChoice: string) {
    const { add, instance, rule } = createHarness({
      protocol: dpos,
      nodeCount: 4,
      options: { irreversibility: 'naive', forkChoice, shuffle: 'never' },
    });
    const grow = (producers: readonly number[], first: number) => {
      let at = 0;
      producers.forEach((producer, k) => {
        at = add(producer, at, (first + k) * TURN_US, [first + k, 0, 1]);
      });
      return at;
    };
    const shorter = grow([0, 1, 2], 1);
    const longer = grow([0, 1, 0, 1, 0], 11);
    expect([rule.finalHeight(shorter), rule.finalHeight(longer)]).toEqual([1, 0]);
    return { prefers: instance.prefers, shorter, longer };
  }

  it('a shorter branch with a higher irreversible block displaces a longer one: issue 2835', () => {
    const { prefers, shorter, longer } = branches('irreversible');
    expect(prefers(0, shorter, longer)).toBe(true);
    expect(prefers(0, longer, shorter)).toBe(false);
  });

  it('the longest branch wins where only length counts', () => {
    const { prefers, shorter, longer } = branches('longest');
    expect(prefers(0, shorter, longer)).toBe(false);
  });

  it('and more producers win by default', () => {
    const { prefers, shorter, longer } = branches('distinct');
    expect(prefers(0, shorter, longer)).toBe(true);
  });
});

/** Every node has a view of its own: heads, finality and what a transaction is worth differ by node. */
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { createKernel } from '../../src/kernel/kernel.ts';
import { createAccounts } from '../../src/simulation/accounts.ts';
import { createChain } from '../../src/simulation/chain.ts';
import { openCommunity } from '../../src/simulation/site.ts';
import { scenarioOf } from './world.ts';

const S = 1_000_000;

/** A chain of eight members and six nodes that sends nothing by itself, split from 600 s to 1 200 s. */
function splitChain(arm: string, side: string) {
  const scenario = scenarioOf(arm, [
    'population=accounts',
    'population.accounts=8',
    'ledger.membership=public',
    'network.nodes=6',
    `network.partitions=[{ from: 0 s, to: 600 s, side: ${side} }]`,
  ]);
  const window = scenario.windows[0]!;
  const random = createRandomSource('views');
  const { source } = openCommunity(scenario, window, random);
  const equal = new Float64Array(8).fill(1);
  const accounts = createAccounts(scenario, window, source.homes, equal, 24, random);
  const kernel = createKernel({ random });
  const chain = createChain(kernel, scenario, accounts, random, { onCentreFinal() {} });
  chain.start();
  const { openingUs } = chain.rules;
  const finalAt = (node: number, tx: number): boolean => {
    const block = blockOn(chain.engine.finalBlock[node]!, tx);
    return block >= 0;
  };
  /** Block on the way to genesis that carries a transaction; -1 when none does. */
  function blockOn(from: number, tx: number): number {
    for (let at = from; at > 0; at = chain.tree.parent[at]!) {
      if (Array.from(chain.tree.transactions(at)).includes(tx)) return at;
    }
    return -1;
  }
  return { kernel, chain, openingUs, finalAt };
}

describe('during a partition', () => {
  it('pow: two honest nodes have different heads, and one holds final what the other lacks', () => {
    const { kernel, chain, openingUs, finalAt } = splitChain(
      'pow',
      '[node-004, node-005, node-006]',
    );
    kernel.run(openingUs + 10 * S);
    // The client of account 1 is attached to node 1, on the side of node 0.
    const tx = chain.submit('VOTE', 1, { candidates: [2] }, { slot: -1, expiryUs: 1e13 });
    kernel.run(openingUs + 580 * S);
    expect(chain.engine.head[0]).not.toBe(chain.engine.head[5]);
    expect(chain.tree.isAncestor(chain.engine.head[0]!, chain.engine.head[5]!)).toBe(false);
    expect([0, 1, 2].map((node) => finalAt(node, tx))).toEqual([true, true, true]);
    expect([3, 4, 5].map((node) => finalAt(node, tx))).toEqual([false, false, false]);
    kernel.run(openingUs + 2_400 * S);
    // After it healed they have one chain again, give or take the block on its way.
    const [a, b] = [chain.engine.finalBlock[0]!, chain.engine.finalBlock[5]!];
    expect(chain.tree.isAncestor(a, b) || chain.tree.isAncestor(b, a)).toBe(true);
    expect(finalAt(5, tx)).toBe(finalAt(0, tx));
  });

  it('dpos: the majority goes on to finalise, the cut-off node stands still and catches up', () => {
    const { kernel, chain, openingUs, finalAt } = splitChain('dpos', '[node-006]');
    kernel.run(openingUs + 10 * S);
    const tx = chain.submit('VOTE', 1, { candidates: [2] }, { slot: -1, expiryUs: 1e13 });
    const stuck = chain.engine.finalBlock[5];
    kernel.run(openingUs + 590 * S);
    expect(finalAt(0, tx)).toBe(true);
    expect(finalAt(5, tx)).toBe(false);
    expect(chain.engine.finalBlock[5]! - stuck!).toBeLessThan(20);
    expect(chain.engine.divergentFinals).toBe(0);
    kernel.run(openingUs + 900 * S);
    expect(finalAt(5, tx)).toBe(true);
  });
});

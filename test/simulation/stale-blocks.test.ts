/** What stood in blocks that lost comes back: the way of a transaction through forks. */
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { createKernel } from '../../src/kernel/kernel.ts';
import { createAccounts } from '../../src/simulation/accounts.ts';
import { createChain } from '../../src/simulation/chain.ts';
import { lastYearGeneration } from '../../src/simulation/recorder.ts';
import { createSite } from '../../src/simulation/site.ts';
import { scenarioOf } from './world.ts';

const S = 1_000_000;
const FAR = 1e13;

function createPowChain(sets: readonly string[]) {
  const scenario = scenarioOf('pow', ['ledger.membership=public', ...sets]);
  const window = scenario.windows[0]!;
  const random = createRandomSource('stale-blocks');
  const site = createSite(scenario, window, random);
  const { homes } = site.source;
  const lastYearWh = lastYearGeneration(site);
  const accounts = createAccounts(scenario, window, homes, lastYearWh, site.slotCount, random);
  const kernel = createKernel({ random });
  const chain = createChain(kernel, scenario, accounts, random, { onCentreFinal() {} });
  chain.start();
  return { kernel, chain };
}

describe('transactions of stale blocks', () => {
  it.each(['most-work', 'ghost'])(
    'return and are included once on the branch that wins: %s',
    (rule) => {
      // A block takes about as long to travel as to be found.
      const { kernel, chain } = createPowChain([
        'consensus.blockInterval=400 ms',
        'consensus.confirmations=40',
        'consensus.retargetBlocks=0',
        `consensus.forkChoice=${rule}`,
      ]);
      const { tree, table, engine } = chain;
      const rows: number[] = [];
      for (let k = 0; k < 300; k++) {
        kernel.run(k * 100_000);
        const vote = { candidates: [k % 5] };
        rows.push(chain.submit('VOTE', k % 6, vote, { slot: -1, expiryUs: FAR }));
      }
      kernel.run(300 * S);
      const carriers = rows.map(() => [] as number[]);
      const place = new Map(rows.map((row, i) => [row, i]));
      for (let block = 1; block < tree.count; block++) {
        const body = tree.transactions(block);
        for (let i = 0; i < body.length; i++) {
          const at = place.get(body[i]!);
          if (at !== undefined) carriers[at]!.push(block);
        }
      }
      const onBranch = (block: number) => tree.isAncestor(block, engine.head[0]!);
      let lost = 0;
      carriers.forEach((blocks, i) => {
        expect(blocks.filter(onBranch), `transaction ${i}`).toHaveLength(1);
        expect(table.finalUs[rows[i]!]).toBeGreaterThan(0);
        // The first block that carried it was not the one that stayed.
        if (!onBranch(blocks[0]!)) lost++;
      });
      expect(lost).toBeGreaterThan(20);
      expect(chain.hasOpenTransactions()).toBe(false);
      expect(engine.divergentFinals).toBe(0);
    },
  );
});

import { number, optional } from '../../base/options.ts';
import type { ChainNet } from '../../consensus/chain-net.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import { type AdversaryContext, defineAdversary, NOTHING_HAPPENED } from './define.ts';
import { checkPool, createPool, type MiningPool, poolOptions } from './mining-pool.ts';

/** What became of the blocks of a stretch of the chain. */
export interface PoolRevenue {
  /** Blocks of the chain, and those of them that the pool made. */
  readonly chain: number;
  readonly pool: number;
  /** Blocks that were made, stale ones too. */
  readonly made: number;
  /** `pool` / `chain`: what the pool earns of all rewards. */
  readonly share: number;
  /** Blocks that no branch kept / blocks made. */
  readonly orphaned: number;
}

/**
 * Revenue of a pool in the chain of a node, from a height on; what is still withheld does not count.
 *
 * @param onlooker - Node whose chain is read.
 * @param fromHeight - First height that counts, at least 1.
 */
export function poolRevenue(
  { tree, engine }: Pick<ChainNet, 'tree' | 'engine'>,
  isMember: (node: number) => boolean,
  onlooker: number,
  fromHeight = 1,
): PoolRevenue {
  const head = engine.head[onlooker]!;
  let chain = 0;
  let pool = 0;
  for (let at = head; tree.height[at]! >= fromHeight; at = tree.parent[at]!) {
    chain++;
    if (isMember(tree.producer[at]!)) pool++;
  }
  const top = tree.height[head]!;
  let made = 0;
  for (let block = 1; block < tree.count; block++) {
    const height = tree.height[block]!;
    if (height >= fromHeight && height <= top) made++;
  }
  return { chain, pool, made, share: pool / chain, orphaned: (made - chain) / made };
}

/**
 * The pool's state machine: keep what is found; when others find a block, give up from behind, announce
 * at a lead of one (a tie), take all at a lead of two, and above that show one block.
 * Source: Eyal and Sirer 2014, algorithm 1.
 */
function mineSelfishly(context: AdversaryContext, pool: MiningPool): void {
  const { net, openingUs, endUs } = context;
  const { tree, kernel } = net;
  /** Length of the chain that others know, and the tip that the pool mines on. */
  let publicHeight = 0;
  let privateTip: BlockIndex = 0;
  let branchLength = 0;
  let withheld: BlockIndex[] = [];

  const isSelfish = (): boolean => kernel.nowUs >= openingUs && kernel.nowUs < endUs;
  const lead = (): number => tree.height[privateTip]! - publicHeight;

  function announceUpTo(height: number): void {
    const shown = withheld.filter((block) => tree.height[block]! <= height);
    withheld = withheld.filter((block) => tree.height[block]! > height);
    pool.announce(shown);
  }

  function announceAll(): void {
    pool.announce(withheld);
    withheld = [];
    branchLength = 0;
    publicHeight = Math.max(publicHeight, tree.height[privateTip]!);
  }

  function onOwn(block: BlockIndex): void {
    const before = lead();
    privateTip = block;
    branchLength++;
    withheld.push(block);
    if (!isSelfish() || (before === 0 && branchLength === 2)) announceAll();
  }

  function onOthers(block: BlockIndex): void {
    const height = tree.height[block]!;
    if (height <= publicHeight) return;
    const before = lead();
    publicHeight = height;
    if (before <= 0) {
      privateTip = block;
      branchLength = 0;
      withheld = [];
    } else if (before === 2 || !isSelfish()) announceAll();
    else announceUpTo(height);
  }

  net.conduct.control(pool.nodes, {
    parentFor: () => privateTip,
    // It does not help a block against which it has one of its own.
    relays: (_node, block) => tree.height[block]! > tree.height[privateTip]! || pool.made(block),
    announces(_node, block) {
      onOwn(block);
      return false;
    },
  });
  net.engine.observe({
    onBlock(node, block) {
      if (pool.isMember(node) && !pool.made(block)) onOthers(block);
    },
  });
}

/** A pool that withholds what it finds, so that others waste their work. */
export default defineAdversary({
  apiVersion: 1,
  name: 'selfish-mining',
  code: 'A02',
  summary: 'Pool that withholds blocks so that others waste their work',
  source: 'Eyal and Sirer 2014, algorithm 1; model section 8.3, A02',
  options: () => ({
    ...poolOptions('0.35'),
    gamma: optional(
      number(undefined, {
        min: 0,
        max: 1,
        doc: 'Honest power on its side in a tie; without it, whom its blocks reach first',
      }),
    ),
  }),
  check: checkPool,
  create(context, options) {
    const pool = createPool(context, options, 'selfish-mining');
    if (pool === undefined) {
      const detail = `no proof of work in ${context.protocol}`;
      return { nodes: [], finish: () => [{ ...NOTHING_HAPPENED, detail }] };
    }
    const { net, openingUs, endUs } = context;
    if (options.gamma !== undefined) pool.pow.swayTies(options.gamma);
    mineSelfishly(context, pool);
    return {
      nodes: pool.nodes,
      finish() {
        const { tree, engine } = net;
        let from = engine.head[pool.onlooker]!;
        while (from > 0 && tree.timestampUs[tree.parent[from]!]! >= openingUs)
          from = tree.parent[from]!;
        const fromHeight = Math.max(1, tree.height[from]!);
        const found = poolRevenue(net, pool.isMember, pool.onlooker, fromHeight);
        const spanUs = Math.max(0, Math.min(endUs, net.kernel.nowUs) - openingUs);
        return [
          {
            ...NOTHING_HAPPENED,
            detail:
              `hash share ${pool.share}, revenue share ${found.share} of ${found.chain} blocks, ` +
              `orphaned ${found.orphaned} of ${found.made}`,
            attempts: 1,
            successes: found.share > pool.share ? 1 : 0,
            costUpt: pool.costUpt(spanUs),
            valueRevertedUpt: 0,
            startedUs: openingUs,
            endedUs: openingUs + spanUs,
          },
        ];
      },
    };
  },
});

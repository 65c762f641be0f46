import { choice, duration, integer, points } from '../../base/options.ts';
import type { BlockIndex } from '../../ledger/tree.ts';
import {
  type AdversaryContext,
  type AdversaryInstance,
  defineAdversary,
  NOTHING_HAPPENED,
} from './define.ts';
import { checkPool, createPool, type MiningPool, poolOptions } from './mining-pool.ts';
import { createPrivateBranch } from './private-branch.ts';

/** What a censor is told. */
interface CensorRules {
  /** Account whose transactions are kept out. */
  readonly victim: number;
  /** Blocks behind at which the pool accepts what others built. */
  readonly giveUp: number;
}

/**
 * Mines only on branches without transactions of one account, and announces at once: above half of the
 * hash power its branch outgrows every other. From behind by `giveUp` blocks it starts anew on theirs.
 */
function censor(
  context: AdversaryContext,
  pool: MiningPool,
  rules: CensorRules,
): AdversaryInstance {
  const { net, ledger, openingUs, endUs } = context;
  const { tree, kernel, engine } = net;
  /** Blocks that carry the victim, or stand on one that does, since the pool last started anew. */
  const tainted = new Set<BlockIndex>();
  const carriers: BlockIndex[] = [];
  let tip: BlockIndex = 0;
  let startedUs = Number.NaN;

  const isActive = (): boolean => kernel.nowUs >= openingUs && kernel.nowUs < endUs;

  function carries(block: BlockIndex): boolean {
    const body = tree.transactions(block);
    for (let i = 0; i < body.length; i++) {
      if (ledger?.transactions.sender(body[i]!) === rules.victim) return true;
    }
    return false;
  }

  function startOn(block: BlockIndex): void {
    tip = block;
    tainted.clear();
  }

  function onOthers(block: BlockIndex): void {
    if (!isActive()) {
      if (tree.work[block]! > tree.work[tip]!) startOn(block);
      return;
    }
    const isCarrier = carries(block);
    if (isCarrier) {
      carriers.push(block);
      if (Number.isNaN(startedUs)) startedUs = kernel.nowUs;
    }
    if (isCarrier || tainted.has(tree.parent[block]!)) {
      tainted.add(block);
      if (tree.height[block]! - tree.height[tip]! >= rules.giveUp) startOn(block);
    } else if (tree.work[block]! > tree.work[tip]!) tip = block;
  }

  net.conduct.control(pool.nodes, {
    parentFor: () => tip,
    includes: (_node, tx) => ledger?.transactions.sender(tx) !== rules.victim,
    announces(_node, block) {
      if (tree.work[block]! > tree.work[tip]!) tip = block;
      return true;
    },
  });
  const seen = new Set<BlockIndex>();
  engine.observe({
    onBlock(node, block) {
      if (!pool.isMember(node) || pool.made(block) || seen.has(block)) return;
      if (pool.nodes.length > 1) seen.add(block);
      onOthers(block);
    },
  });
  return {
    nodes: pool.nodes,
    finish() {
      const head = engine.head[pool.onlooker]!;
      const settled = carriers.filter((block) => tree.height[block]! <= tree.height[head]!);
      const kept = settled.filter((block) => tree.isAncestor(block, head)).length;
      const spanUs = Math.max(0, Math.min(endUs, kernel.nowUs) - openingUs);
      return [
        {
          ...NOTHING_HAPPENED,
          detail: `censorship at hash share ${pool.share}: blocks with the victim ${settled.length}`,
          attempts: settled.length,
          successes: settled.length - kept,
          costUpt: pool.costUpt(spanUs),
          valueRevertedUpt: 0,
          startedUs,
          endedUs: openingUs + spanUs,
        },
      ];
    },
  };
}

/**
 * A pool of half the hash power or more. It rewrites: leaves the chain a stated number of blocks below its
 * tip, and outgrows it; a race from d blocks behind takes (d + 1) / (q − p) blocks on average. Or it
 * censors: extends no block that carries a transaction of one member.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'majority',
  code: 'A03',
  summary: 'Half the hash power or more: rewrites the chain or censors a member',
  source: 'Nakamoto 2008, section 11; Feller, gambler’s ruin; model section 8.3, A03',
  options: () => ({
    ...poolOptions('0.51'),
    goal: choice(['rewrite', 'censor'], 'rewrite', 'Outgrow a stretch of the chain, or one member'),
    depth: integer(12, { min: 1, max: 1000, doc: 'Blocks below the tip that are rewritten' }),
    giveUp: integer(1000, { min: 1, max: 1_000_000, doc: 'Blocks behind at which it gives up' }),
    pause: duration('1 h', { doc: 'Wait between two rewritings' }),
    attempts: integer(0, { min: 0, doc: 'Rewritings at most; 0 is no limit' }),
    value: points('0 pt', { doc: 'What a rewriting takes back' }),
    victim: integer(0, { min: 0, max: 1_000_000, doc: 'Member that is censored, counted from 0' }),
  }),
  check(options, nodeCount) {
    const issues = checkPool(options, nodeCount);
    if (options.goal === 'rewrite' && options.giveUp <= options.depth) {
      const expected = `more than the depth of ${options.depth}`;
      issues.push({ key: 'giveUp', expected, got: String(options.giveUp) });
    }
    return issues;
  },
  create(context, options) {
    const pool = createPool(context, options, 'majority');
    if (pool === undefined) {
      const detail = `no proof of work in ${context.protocol}`;
      return { nodes: [], finish: () => [{ ...NOTHING_HAPPENED, detail }] };
    }
    if (options.goal === 'censor') return censor(context, pool, options);
    const branch = createPrivateBranch(context, pool, {
      depth: options.depth,
      confirmations: 0,
      preMined: 0,
      rule: 'strict',
      giveUp: options.giveUp,
      pauseUs: options.pause,
      attemptsMax: options.attempts,
      valueUpt: options.value,
    });
    return {
      nodes: pool.nodes,
      finish() {
        const { deepest } = branch;
        const what = `rewriting ${options.depth} blocks at hash share ${pool.share}`;
        return [branch.report(`${what}; deepest reorganisation ${deepest}`)];
      },
    };
  },
});

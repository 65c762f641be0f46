/**
 * Attacks on proof of work, find by find: a script says who finds the next block, and the outcome is held
 * to a model of the paper's tables that shares no code with the attack.
 */
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../../src/base/options.ts';
import { createRandomSource } from '../../../../src/base/random.ts';
import { createBlankChain } from '../../../../src/consensus/blank-chain.ts';
import dpos from '../../../../src/consensus/protocols/dpos.ts';
import pow from '../../../../src/consensus/protocols/pow.ts';
import type { Adversary, LedgerAccess } from '../../../../src/fraud/adversaries/define.ts';
import doubleSpend from '../../../../src/fraud/adversaries/double-spend.ts';
import { adversaries } from '../../../../src/fraud/adversaries/index.ts';
import majority from '../../../../src/fraud/adversaries/majority.ts';
import { createPool } from '../../../../src/fraud/adversaries/mining-pool.ts';
import selfishMining, { poolRevenue } from '../../../../src/fraud/adversaries/selfish-mining.ts';
import { linksFromEdges } from '../../../../src/network/topology.ts';
import { meshEdges } from '../../consensus/harness.ts';

const D = 1_000_000_000;
const POOL = 1;

/** Node 0 is honest, node 1 the attacker; nobody mines but the script. */
function scripted(adversary: Adversary, options: Readonly<Record<string, unknown>>, carried = [0]) {
  const chain = createBlankChain({
    protocol: pow,
    options: { blockInterval: D, retargetBlocks: 0, confirmations: 1_000 },
    links: linksFromEdges(meshEdges(2, 1), ['here', 'here']),
    seed: 'script',
  });
  const ledger = { transactions: { sender: (tx: number) => tx } } as unknown as LedgerAccess;
  const bodies = new Map<number, readonly number[]>();
  Object.assign(chain.tree, { transactions: (block: number) => bodies.get(block) ?? [] });
  const context = {
    net: chain,
    nodeCount: 2,
    protocol: 'pow',
    ledger,
    openingUs: 0,
    endUs: 1e15,
    random: chain.random,
  };
  const values = { ...defaultsOf(adversary.options()), nodes: ['node-002'], ...options };
  const instance = adversary.create(context, values as never);
  const { kernel, engine, conduct, tree } = chain;
  return {
    chain,
    instance,
    report: () => instance.finish()[0]!,
    /** A node finds a block now, as the protocol would make it; then everything arrives. */
    find(node: number, body = carried): number {
      const own = conduct.of(node);
      const parent = own?.parentFor?.(node, engine.head[node]!) ?? engine.head[node]!;
      const block = chain.build(node, parent, kernel.nowUs, [D], D);
      bodies.set(block, body);
      engine.adoptOwn(node, block);
      if (own?.announces?.(node, block) !== false) engine.announce(node, block);
      kernel.run(kernel.nowUs + 1_000);
      return block;
    },
    height: () => tree.height[engine.head[0]!]!,
  };
}

/** All words of H (the honest node finds) and P (the pool does) of a length. */
function words(length: number): string[] {
  return length === 0 ? [''] : words(length - 1).flatMap((word) => [`${word}H`, `${word}P`]);
}

/** Eyal and Sirer's rewards by case; undefined where the word ends in a race. */
function selfishRewards(word: string, gamma: 0 | 1) {
  let [pool, honest, lead] = [0, 0, 0];
  let isTied = false;
  for (const finder of word) {
    if (finder === 'P') {
      if (isTied) pool += 2;
      else lead++;
      isTied = false;
    } else if (isTied) {
      pool += gamma;
      honest += 2 - gamma;
      isTied = false;
    } else if (lead === 0) honest++;
    else if (lead === 1) {
      isTied = true;
      lead = 0;
    } else if (lead === 2) {
      pool += 2;
      lead = 0;
    } else {
      pool++;
      lead--;
    }
  }
  return isTied || lead > 0 ? undefined : { pool, honest };
}

describe('selfish mining', () => {
  it.each([0, 1] as const)('pays what the state machine pays, for every word, γ = %i', (gamma) => {
    let checked = 0;
    for (const word of words(9)) {
      const expected = selfishRewards(word, gamma);
      if (expected === undefined) continue;
      const { chain, find } = scripted(selfishMining, { gamma });
      for (const finder of word) find(finder === 'P' ? POOL : 0);
      const { chain: length, pool, made } = poolRevenue(chain, (node) => node === POOL, 0);
      expect({ pool, honest: length - pool }, word).toEqual(expected);
      expect(made).toBe(9);
      checked++;
    }
    expect(checked).toBeGreaterThan(100);
  });

  it('shows one block at a time above a lead of two', () => {
    const { find, height, chain } = scripted(selfishMining, { gamma: 0 });
    for (let i = 0; i < 5; i++) find(POOL);
    expect(height()).toBe(0);
    const shown = [1, 2, 3, 4].map(() => {
      find(0);
      return Array.from({ length: 9 }, (_, block) => block).filter(
        (block) => block > 0 && block <= 5 && chain.relay.has(0, block),
      ).length;
    });
    // Leads of 5, 4 and 3 show one block each; at a lead of 2 everything goes out.
    expect(shown).toEqual([1, 2, 3, 5]);
  });

  it('tells its revenue and whether it paid', () => {
    const { find, report } = scripted(selfishMining, { gamma: 0 });
    // Lead of two, then one honest block: both of the pool's count, the honest one is lost.
    for (const node of [POOL, POOL, 0]) find(node);
    const told = report();
    expect(told.detail).toBe(
      'hash share 0.5, revenue share 1 of 2 blocks, orphaned 0.3333333333333333 of 3',
    );
    expect([told.attempts, told.successes, told.valueRevertedUpt]).toEqual([1, 1, 0]);
    expect(told.costUpt).toBeGreaterThanOrEqual(0);
  });
});

/** Outcome of one attempt that begins after a first honest block; undefined while it is open. */
function raceOutcome(
  word: string,
  rules: { preMined: number; confirmations: number; giveUp: number },
): boolean | undefined {
  let [own, honest] = [0, 0];
  let isRacing = rules.preMined === 0;
  for (const finder of word) {
    if (!isRacing) {
      // Until the pool has its block, honest ones only move the place where the branch leaves.
      if (finder === 'P') [own, honest, isRacing] = [1, 0, true];
      continue;
    }
    if (finder === 'P') own++;
    else honest++;
    if (honest < rules.confirmations) continue;
    if (own > honest) return true;
    if (honest - own >= rules.giveUp) return false;
  }
  return undefined;
}

describe('double spending', () => {
  it.each([
    [0, 1, 3],
    [0, 2, 2],
    [1, 1, 3],
    [1, 2, 2],
    [0, 3, 4],
  ])('pre-mined %i, z %i, giving up at %i: every word', (preMined, confirmations, giveUp) => {
    const seen = [0, 0, 0];
    for (const word of words(8)) {
      const rules = { preMined, confirmations, giveUp };
      const expected = raceOutcome(word, rules);
      const { find, report } = scripted(doubleSpend, { ...rules, attempts: 1, value: 7e6 });
      find(0);
      for (const finder of word) find(finder === 'P' ? POOL : 0);
      const { attempts, successes, valueRevertedUpt } = report();
      const got = attempts === 0 ? undefined : successes === 1;
      expect(got, word).toBe(expected);
      expect(valueRevertedUpt).toBe(expected === true ? 7e6 : 0);
      seen[expected === undefined ? 0 : expected ? 1 : 2]!++;
    }
    for (const count of seen) expect(count).toBeGreaterThan(5);
  });

  it('announces as soon as level under `tie`, and wins where ties go its way', () => {
    for (const share of [0, 1]) {
      const { chain, find, report } = scripted(doubleSpend, {
        rule: 'tie',
        confirmations: 1,
        attempts: 1,
      });
      (chain.instance as unknown as { swayTies(share: number): void }).swayTies(share);
      for (const node of [0, 0, POOL]) find(node);
      expect(report().successes).toBe(share);
      // With ties against it the next block of either side decides.
      if (share === 0) {
        find(POOL);
        expect(report().successes).toBe(1);
      }
    }
  });

  it('waits for the finality of the protocol when no confirmations are set', () => {
    const { chain, find, report, height } = scripted(doubleSpend, { attempts: 1, giveUp: 3_000 });
    find(0);
    for (let i = 0; i < 999; i++) find(0);
    for (let i = 0; i < 1_000; i++) find(POOL);
    expect(report().attempts).toBe(0);
    expect(height()).toBe(1_000);
    find(0);
    // The thousandth confirmation: the pool is level now and needs two more to be ahead.
    find(POOL);
    find(POOL);
    const told = report();
    expect([told.attempts, told.successes]).toEqual([1, 1]);
    expect(told.detail).toContain('finality; deepest reorganisation 1000, final blocks reverted 1');
    expect(chain.engine.reorgDepthMax[0]).toBe(1_000);
    expect(chain.engine.divergentFinals).toBeGreaterThan(0);
  });

  it('counts hashing as its cost', () => {
    const { chain, find, report } = scripted(doubleSpend, {
      confirmations: 1,
      giveUp: 1,
      attempts: 1,
    });
    find(0);
    chain.kernel.run(chain.kernel.nowUs + 3_600e6);
    find(0);
    const powerW = chain.instance.powerW(POOL);
    const told = report();
    expect(told.startedUs).toBeLessThan(10);
    expect(told.costUpt).toBe(Math.floor((powerW / 1000) * 600_000 * (1 + 1e-7) + 0.5));
    expect(told.profitUpt).toBe(-told.costUpt);
  });
});

describe('a majority', () => {
  it('rewrites from the depth stated, in (depth + 1) blocks when others rest', () => {
    const { find, report, height, chain } = scripted(majority, { depth: 3, attempts: 1 });
    for (let i = 0; i < 4; i++) find(0);
    expect(report().attempts).toBe(0);
    // The attempt began at height 3; by now the pool is four behind.
    for (let i = 0; i < 4; i++) find(POOL);
    expect([report().successes, height()]).toEqual([0, 4]);
    find(POOL);
    expect([report().successes, height()]).toEqual([1, 5]);
    expect(chain.engine.reorgDepthMax[0]).toBe(4);
  });

  it('censors: what carries the victim is outgrown, what does not is joined', () => {
    const { find, report, chain } = scripted(majority, { goal: 'censor', victim: 7 }, []);
    const clean = find(0);
    expect(chain.conduct.of(POOL)!.parentFor!(POOL, 0)).toBe(clean);
    const carrier = find(0, [7]);
    const above = find(0);
    // The pool stays on the clean block until its branch is longer.
    const own = [find(POOL), find(POOL), find(POOL)];
    expect(chain.tree.parent[own[0]!]).toBe(clean);
    expect(chain.engine.head[0]).toBe(own[2]);
    expect(chain.tree.isAncestor(carrier, chain.engine.head[0]!)).toBe(false);
    expect(chain.tree.isAncestor(above, chain.engine.head[0]!)).toBe(false);
    const joined = find(0);
    expect(chain.conduct.of(POOL)!.parentFor!(POOL, 0)).toBe(joined);
    const told = report();
    expect([told.attempts, told.successes]).toEqual([1, 1]);
    expect(chain.conduct.of(POOL)!.includes!(POOL, 7)).toBe(false);
    expect(chain.conduct.of(POOL)!.includes!(POOL, 6)).toBe(true);
  });

  it('gives in when it falls too far behind', () => {
    const options = { goal: 'censor', victim: 7, giveUp: 3 };
    const { find, report, chain } = scripted(majority, options, []);
    find(0, [7]);
    find(0);
    const last = find(0);
    expect(chain.conduct.of(POOL)!.parentFor!(POOL, 0)).toBe(last);
    expect([report().attempts, report().successes]).toEqual([1, 0]);
  });
});

describe('a pool', () => {
  const poolOf = (rates: readonly number[], share: number, nodes: readonly string[] = []) => {
    const chain = createBlankChain({
      protocol: pow,
      options: { hashRates: 'list', hashShares: rates },
      links: linksFromEdges(
        meshEdges(rates.length, 1),
        rates.map(() => 'here'),
      ),
      seed: 1,
    });
    const context = {
      net: chain,
      nodeCount: rates.length,
      protocol: 'pow',
      openingUs: 0,
      endUs: 1,
      random: createRandomSource('pool').sequential,
    };
    return createPool(context, { share, nodes, electricity: 1 }, 'test')!;
  };

  it('holds nodes whose power comes near the share, never node 0 unless named', () => {
    expect(poolOf([1, 1, 1, 1, 1], 0.4).nodes).toHaveLength(2);
    expect(poolOf([55, 45], 0.45).nodes).toEqual([1]);
    expect(poolOf([10, 50, 30, 10], 0.3).nodes).toEqual([2]);
    expect(poolOf([10, 50, 30, 10], 0.42).nodes).toEqual([2, 3]);
    expect(poolOf([90, 5, 5], 0.9).nodes).toEqual([1, 2]);
    expect(poolOf([90, 5, 5], 0.9, ['node-001']).nodes).toEqual([0]);
    expect(poolOf([90, 5, 5], 0.9, ['node-001']).onlooker).toBe(1);
    expect(poolOf([10, 50, 30, 10], 0.42).share).toBeCloseTo(0.4, 12);
  });

  it('is refused where it cannot be', () => {
    const keys = (adversary: Adversary, options: Readonly<Record<string, unknown>>) =>
      adversary.check!({ ...defaultsOf(adversary.options()), ...options } as never, 3).map(
        ({ key }) => key,
      );
    for (const adversary of [doubleSpend, selfishMining, majority]) {
      expect(keys(adversary, {})).toEqual([]);
      expect(keys(adversary, { share: 0 })).toEqual(['share']);
      expect(keys(adversary, { nodes: ['node-004'] })).toEqual(['nodes.0']);
    }
    expect(keys(majority, { depth: 10, giveUp: 10 })).toEqual(['giveUp']);
    expect(['A01', 'A02', 'A03'].map((code) => adversaries.get(code).name)).toEqual([
      'double-spend',
      'selfish-mining',
      'majority',
    ]);
  });

  it('two adversaries cannot hold one node', () => {
    const world = scripted(selfishMining, {});
    const context = {
      net: world.chain,
      nodeCount: 2,
      protocol: 'pow',
      openingUs: 0,
      endUs: 1,
      random: world.chain.random,
    };
    const values = { ...defaultsOf(doubleSpend.options()), nodes: ['node-002'] };
    expect(() => doubleSpend.create(context, values as never)).toThrow('of another conduct');
  });

  it('does nothing on a chain without proof of work', () => {
    const chain = createBlankChain({
      protocol: dpos,
      links: linksFromEdges(meshEdges(4, 1), ['a', 'a', 'a', 'a']),
      seed: 1,
    });
    const context = {
      net: chain,
      nodeCount: 4,
      protocol: 'dpos',
      openingUs: 0,
      endUs: 1,
      random: chain.random,
    };
    for (const adversary of [doubleSpend, selfishMining, majority]) {
      const instance = adversary.create(context, defaultsOf(adversary.options()) as never);
      expect(instance.nodes).toEqual([]);
      expect(instance.finish()[0]).toMatchObject({ attempts: 0, successes: 0 });
    }
  });
});

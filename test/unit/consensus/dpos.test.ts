/** Delegated proof of stake at work: schedules, turns, faults, forks, irreversibility. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import dpos from '../../../src/consensus/protocols/dpos.ts';
import type { DposRule } from '../../../src/consensus/protocols/dpos-rule.ts';
import { sha256Hex } from '../../../src/ledger/hash.ts';
import { createHarness, type Harness, type HarnessOptions, meshEdges } from './harness.ts';

const TURN_US = 3_000_000;
const FIELD = { turn: 0, epoch: 1, confirmedFrom: 2 };

const delegates = (world: Omit<HarnessOptions, 'protocol'>): Harness =>
  createHarness({ protocol: dpos, ...world });
const irreversibleAt = ({ rule }: Harness, block: number) =>
  (rule as DposRule).irreversibleAt(block);

/** Blocks of the branch of node 0 from height 1, and their turns. */
function branch({ tree, engine }: Harness): { block: number; turn: number; producer: number }[] {
  const list = [];
  for (let at = engine.head[0]!; at > 0; at = tree.parent[at]!) {
    list.push({ block: at, turn: tree.consensus(at)[FIELD.turn]!, producer: tree.producer[at]! });
  }
  return list.reverse();
}

/** Fisher-Yates from the top with the first 48 bits of a hash a step: the published rule, again. */
function shuffledBy(seed: string, list: readonly number[]): number[] {
  const order = [...list];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Number(
      BigInt(`0x${sha256Hex(`schedule/${seed}/${i}`).slice(0, 12)}`) % BigInt(i + 1),
    );
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

describe('the schedule', () => {
  const world = { nodeCount: 21, latencyUs: 10_000, options: { epochRounds: 3 } };
  const healthy = delegates(world);
  healthy.run(TURN_US * 21 * 9 + TURN_US / 2);
  const made = branch(healthy);

  it('gives every producer one turn a round, at the time of the turn', () => {
    expect(made).toHaveLength(21 * 9);
    // Turn 0 has passed when the chain starts; rounds are counted by turn, not by height.
    expect(made.map(({ turn }) => turn)).toEqual(made.map((_, i) => i + 1));
    for (let round = 1; round < 9; round++) {
      const turns = made.filter(({ turn }) => Math.floor(turn / 21) === round);
      expect(new Set(turns.map(({ producer }) => producer)).size).toBe(21);
    }
    for (const { block, turn } of made) {
      expect(healthy.tree.timestampUs[block]).toBe(turn * TURN_US);
      expect(healthy.tree.producedUs[block]).toBe(turn * TURN_US);
    }
  });

  it('keeps an order through an epoch and shuffles it for the next from the anchor’s hash', () => {
    const ranking = Array.from({ length: 21 }, (_, node) => node);
    const epochOf = (turn: number) => Math.floor(turn / 63);
    for (const epoch of [0, 1, 2]) {
      const last = made.filter(({ turn }) => epochOf(turn) < epoch).at(-1)?.block ?? 0;
      const height = last === 0 ? 0 : irreversibleAt(healthy, last);
      const anchor = healthy.tree.ancestorAt(last, height);
      const order = shuffledBy(`${healthy.tree.hash(anchor)}/${epoch}`, ranking);
      for (const { turn, producer } of made) {
        if (epochOf(turn) === epoch) expect(producer, `turn ${turn}`).toBe(order[turn % 21]);
      }
      if (epoch > 0) expect(height).toBe(healthy.tree.height[last]! - 28);
      expect(order).not.toEqual(ranking);
    }
  });

  it('does not move when producers miss turns: an empty turn stays empty', () => {
    const faulty = delegates(world);
    faulty.engine.up.fill(0, 3, 7);
    faulty.run(TURN_US * 62 + TURN_US / 2);
    const owners = new Map(made.map(({ turn, producer }) => [turn, producer]));
    const kept = branch(faulty);
    expect(kept.map(({ turn, producer }) => [turn, producer])).toEqual(
      [...owners].filter(([turn, owner]) => turn <= 62 && (owner < 3 || owner > 6)),
    );
    for (let node = 0; node < 21; node++) {
      const turns = [...owners].filter(([turn, owner]) => turn <= 62 && owner === node).length;
      expect(faulty.instance.turnsMissed(node)).toBe(node >= 3 && node <= 6 ? turns : 0);
    }
  });

  it('takes the elected, and lends the last seat to each stand-by in its epoch', () => {
    const ranking = [8, 2, 5, 0, 7, 1, 3, 6, 4];
    const anchors: number[] = [];
    const village = delegates({
      nodeCount: 9,
      options: { delegates: 5, epochRounds: 8 },
      electionAt(block) {
        anchors.push(block);
        return { ranking, stake: ranking.map(() => 1) };
      },
    });
    village.run(TURN_US * 40 * 7);
    for (let epoch = 0; epoch < 7; epoch++) {
      const turns = branch(village).filter(({ turn }) => Math.floor(turn / 40) === epoch);
      const seats = new Set(turns.map(({ producer }) => producer));
      // Four by votes, then 7, 1, 3, 6, 4 in turn.
      const guest = ranking[4 + (epoch % 5)]!;
      expect([...seats].sort()).toEqual([8, 2, 5, 0, guest].sort());
    }
    // The election is read at irreversible blocks, which no fork can change.
    for (const anchor of anchors) expect(anchor).toBeLessThan(village.tree.count - 5);
  });
});

describe('irreversibility', () => {
  const options = { epochRounds: 1_000 };

  it('lags exactly 2(k − 1) = 28 blocks for 21 producers', () => {
    const lags = new Set<number>();
    const village = delegates({ nodeCount: 21, latencyUs: 10_000, options });
    for (let turn = 60; turn < 200; turn++) {
      village.run(TURN_US * turn + TURN_US / 2);
      const head = village.engine.head[5]!;
      lags.add(village.tree.height[head]! - village.tree.height[village.engine.finalBlock[5]!]!);
    }
    expect([...lags]).toEqual([28]);
    expect(village.engine.divergentFinals).toBe(0);
    expect(village.folded.length).toBeGreaterThan(100);
  });

  it('goes on with 6 of 21 down, stands still with 7, and recovers', () => {
    const village = delegates({ nodeCount: 21, latencyUs: 10_000, options });
    const { engine, tree } = village;
    const heights = () => [tree.height[engine.head[0]!]!, tree.height[engine.finalBlock[0]!]!];
    village.run(TURN_US * 100 + 1);
    engine.up.fill(0, 0, 6);
    village.run(TURN_US * 200 + TURN_US / 2);
    const [head6, final6] = heights();
    expect(head6! - final6!).toBe(28);
    engine.up.fill(0, 0, 7);
    village.run(TURN_US * 421 + TURN_US / 2);
    const [head7, final7] = heights();
    expect(head7! - head6!).toBeGreaterThan(140);
    // Confirmations made before the seventh went down still count.
    expect(final7! - final6!).toBeLessThan(28);
    village.run(TURN_US * 600 + TURN_US / 2);
    expect(heights()[0]).toBeGreaterThan(head7!);
    expect(heights()[1]).toBe(final7);
    engine.up.fill(1);
    village.run(TURN_US * 663 + TURN_US / 2);
    expect(heights()[0]! - heights()[1]!).toBe(28);
    expect(engine.divergentFinals).toBe(0);
  });

  it('stands still with a third down however many stand-bys lend the last seat their hands', () => {
    // Four seats, quorum three: three fixed, and one that goes round six stand-bys.
    const village = delegates({
      nodeCount: 9,
      latencyUs: 10_000,
      options: { delegates: 4, epochRounds: 2 },
    });
    const { engine, tree } = village;
    village.run(TURN_US * 40 + TURN_US / 2);
    expect(tree.height[engine.finalBlock[0]!]!).toBeGreaterThan(25);
    // One fixed producer and the guest are two of four, whoever the guest is.
    engine.up.fill(0, 1, 3);
    village.run(TURN_US * 60 + TURN_US / 2);
    const height = tree.height[engine.finalBlock[0]!]!;
    village.run(TURN_US * 400 + TURN_US / 2);
    expect(new Set(village.producers(0).slice(60)).size).toBe(7);
    expect(tree.height[engine.finalBlock[0]!]).toBe(height);
    engine.up.fill(1);
    village.run(TURN_US * 430 + TURN_US / 2);
    expect(tree.height[engine.finalBlock[0]!]!).toBeGreaterThan(height + 150);
  });

  it('is monotone along every branch, also through a stall', () => {
    const village = delegates({ nodeCount: 4, latencyUs: 10_000, options });
    village.run(TURN_US * 20);
    village.engine.up.fill(0, 0, 2);
    village.run(TURN_US * 60);
    village.engine.up.fill(1);
    village.run(TURN_US * 90);
    const { tree } = village;
    for (let block = 1; block < tree.count; block++) {
      const parent = tree.parent[block]!;
      const before = parent === 0 ? 0 : irreversibleAt(village, parent);
      expect(irreversibleAt(village, block)).toBeGreaterThanOrEqual(before);
    }
  });
});

describe('a block', () => {
  const village = delegates({ nodeCount: 5, latencyUs: 10_000, options: { epochRounds: 2 } });
  village.run(TURN_US * 33 + TURN_US / 2);
  const { tree, instance, engine } = village;
  const head = engine.head[0]!;
  const turn = tree.consensus(head)[FIELD.turn]! + 1;
  const epoch = Math.floor(turn / 10);
  const owner = (() => {
    village.run(TURN_US * 34 + TURN_US / 2);
    return tree.producer[engine.head[0]!]!;
  })();
  const height = tree.height[head]! + 1;
  const good = [turn, epoch, height - 4];
  const judged = (node: number, timestampUs: number, fields: readonly number[], parent = head) =>
    instance.isValid(village.add(node, parent, timestampUs, fields));

  it('is valid from the owner of its turn at its time', () => {
    expect(judged(owner, turn * TURN_US, good)).toBe(true);
    expect(judged(owner, turn * TURN_US, [turn, epoch, height])).toBe(true);
  });

  it.each([
    ['from another producer', (owner + 1) % 5, turn * TURN_US, good],
    ['at another time', owner, turn * TURN_US + 1, good],
    ['at the time of another turn', owner, (turn + 5) * TURN_US, good],
    ['of a turn that has passed', owner, (turn - 5) * TURN_US, [turn - 5, epoch, height]],
    ['of its parent’s turn', owner, (turn - 1) * TURN_US, [turn - 1, epoch, height]],
    ['of a false epoch', owner, turn * TURN_US, [turn, epoch + 1, height - 4]],
    ['that confirms what is above it', owner, turn * TURN_US, [turn, epoch, height + 1]],
  ])('%s is refused', (_, node, timestampUs, fields) => {
    expect(judged(node, timestampUs, fields)).toBe(false);
  });
});

describe('the seat that stand-bys share', () => {
  it('is named in the blocks made from it, and in no other', () => {
    const village = delegates({
      nodeCount: 6,
      latencyUs: 10_000,
      options: { delegates: 4, epochRounds: 2 },
    });
    village.run(TURN_US * 63 + TURN_US / 2);
    const { tree, instance } = village;
    let guests = 0;
    for (const { block, turn, producer } of branch(village)) {
      // Nodes 3, 4 and 5 take turns by epoch; 0, 1 and 2 are elected for good.
      const isGuest = producer === 3 + (Math.floor(turn / 8) % 3);
      const fields = tree.consensus(block);
      expect(fields.slice(3)).toEqual(isGuest ? [1] : []);
      expect(producer < 3 || isGuest).toBe(true);
      const other = isGuest ? fields.slice(0, 3) : [...fields, 1];
      const forged = village.add(producer, tree.parent[block]!, turn * TURN_US, other);
      expect(instance.isValid(forged)).toBe(false);
      if (isGuest) guests++;
    }
    // Two turns in each of eight epochs, but turn 0 has passed when the chain starts.
    expect([15, 16]).toContain(guests);
  });
});

describe('fork choice', () => {
  it('prefers more distinct producers over more blocks, and stays on a tie', () => {
    const village = delegates({ nodeCount: 4 });
    const { add, instance } = village;
    const grow = (producers: readonly number[], from = 0, first = 1) => {
      let at = from;
      producers.forEach((producer, i) => {
        at = add(producer, at, (first + i) * TURN_US, [first + i, 0, village.tree.height[at]! + 1]);
      });
      return at;
    };
    const long = grow([0, 1, 0, 1]);
    const wide = grow([2, 3, 0], 0, 10);
    const equal = grow([1, 2, 0], 0, 20);
    const longer = grow([3, 2, 0, 3], 0, 30);
    expect(instance.prefers(0, wide, long)).toBe(true);
    expect(instance.prefers(0, long, wide)).toBe(false);
    expect(instance.prefers(0, equal, wide)).toBe(false);
    expect(instance.prefers(0, wide, equal)).toBe(false);
    expect(instance.prefers(0, longer, wide)).toBe(true);
  });

  it('never leaves what is irreversible, whatever stands on the other side', () => {
    const village = delegates({ nodeCount: 4, options: { epochRounds: 1_000 } });
    village.run(TURN_US * 20 + 1);
    const { tree, engine, instance, add } = village;
    const head = engine.head[0]!;
    const floor = irreversibleAt(village, head);
    expect(floor).toBe(tree.height[head]! - 4);
    const extend = (from: number, count: number) => {
      let at = from;
      for (let i = 0; i < count; i++) {
        at = add(i % 4, at, (100 + i) * TURN_US, [100 + i, 0, tree.height[at]! + 1]);
      }
      return at;
    };
    expect(instance.prefers(0, extend(tree.ancestorAt(head, floor - 1), 40), head)).toBe(false);
    expect(instance.prefers(0, extend(tree.ancestorAt(head, floor), 40), head)).toBe(true);
  });
});

describe('agreement', () => {
  interface Fault {
    readonly node: number;
    readonly turn: number;
    readonly up: number;
  }
  const worlds = fc.integer({ min: 1, max: 9 }).chain((nodeCount) =>
    fc.record({
      nodeCount: fc.constant(nodeCount),
      latencies: fc.array(fc.integer({ min: 1, max: 330 }), { minLength: 36, maxLength: 36 }),
      epochRounds: fc.constantFrom(1, 2, 5, 100),
      delegates: fc.integer({ min: 1, max: 9 }),
      seed: fc.nat(1_000),
      faults: fc.array(
        fc.record({ node: fc.nat(nodeCount - 1), turn: fc.nat(120), up: fc.constantFrom(0, 1) }),
        { maxLength: 40, size: 'max' },
      ),
    }),
  );

  /** Runs honest nodes through faults and checks every claim of irreversibility against the others. */
  function run(
    world: {
      nodeCount: number;
      latencies: readonly number[];
      epochRounds: number;
      delegates: number;
      faults: readonly Fault[];
    },
    latencyUs: number,
    offline = false,
  ) {
    const { nodeCount, latencies, epochRounds, faults } = world;
    const edges = meshEdges(nodeCount, 1).map((edge, k) => ({
      ...edge,
      latencyUs: latencies[k]! * latencyUs,
    }));
    const options = { epochRounds, delegates: world.delegates, turn: 1_000_000 };
    const finals: number[][] = Array.from({ length: nodeCount }, () => [0]);
    const village = delegates({
      nodeCount,
      edges,
      options,
      offline,
      onFinal: (node, block) => finals[node]!.push(block),
    });
    const sorted = [...faults].sort((a, b) => a.turn - b.turn || a.node - b.node || a.up - b.up);
    for (const { node, turn, up } of sorted) {
      village.run(Math.max(village.kernel.nowUs, turn * 1_000_000 + 500_000));
      village.setUp(node, up);
    }
    village.run(200 * 1_000_000);
    const { tree, engine } = village;
    // Every node's irreversible blocks are one path, and all paths are prefixes of the longest.
    const longest = finals.reduce((best, list) => (list.length > best.length ? list : best));
    for (const list of finals) expect(list).toEqual(longest.slice(0, list.length));
    longest.forEach((block, height) => {
      expect(tree.height[block]).toBe(height);
    });
    // No branch, wherever it went, has made a conflicting block irreversible.
    for (let block = 1; block < tree.count; block++) {
      const at = tree.ancestorAt(block, irreversibleAt(village, block));
      if (tree.height[at]! < longest.length) expect(longest[tree.height[at]!]).toBe(at);
    }
    expect(engine.divergentFinals).toBe(0);
    // Nobody confirms a height twice, on whatever branch; below its mark only its own block.
    const confirmedUpTo = new Int32Array(nodeCount);
    for (let block = 1; block < tree.count; block++) {
      const node = tree.producer[block]!;
      const height = tree.height[block]!;
      const from = Math.min(confirmedUpTo[node]! + 1, height);
      expect(tree.consensus(block)[FIELD.confirmedFrom]).toBe(from);
      confirmedUpTo[node] = Math.max(confirmedUpTo[node]!, height);
    }
    let forks = 0;
    for (let block = 0; block < tree.count; block++) {
      const first = tree.firstChild[block]!;
      if (first >= 0 && tree.nextSibling[first]! >= 0) forks++;
    }
    return { forks, final: longest.length - 1 };
  }

  it('dpos: no two conflicting blocks become irreversible while honest nodes come and go', () => {
    let final = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        // Up to 330 ms a link: a block is everywhere within its turn of 1 s.
        final += run(world, 1_000).final;
      }),
      { numRuns: 60, seed: 1 },
    );
    expect(final).toBeGreaterThan(2_000);
  });

  it('dpos: nor when those that are away hear nothing and catch up afterwards', () => {
    let final = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        final += run(world, 1_000, true).final;
      }),
      { numRuns: 60, seed: 3 },
    );
    expect(final).toBeGreaterThan(2_000);
  });

  it('dpos: nor where blocks travel for up to three turns', () => {
    let forks = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        forks += run(world, 3_000).forks;
      }),
      { numRuns: 60, seed: 4 },
    );
    expect(forks).toBeGreaterThan(200);
  });

  it('dpos: nor for up to nine turns, with a fixed set of producers', () => {
    let forks = 0;
    let final = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        const result = run({ ...world, delegates: world.nodeCount }, 9_000);
        forks += result.forks;
        final += result.final;
      }),
      { numRuns: 60, seed: 2 },
    );
    expect(forks).toBeGreaterThan(300);
    expect(final).toBeGreaterThan(1_000);
  });
});

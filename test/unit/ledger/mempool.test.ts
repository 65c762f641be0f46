/** Mempools: the heap, numbers and rivals, the order of a block, and what a node keeps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTransactionHeap } from '../../../src/ledger/mempool-heap.ts';
import { replacementTip } from '../../../src/ledger/mempool-nonces.ts';
import { assemblyOrder, feeDensity } from '../../../src/ledger/mempool-order.ts';
import { createMempoolWorld } from './mempool-world.ts';

describe('a heap of transactions', () => {
  it('heap: gives the least key first, and of equal keys the least rank', () => {
    const push = fc.tuple(fc.nat(9), fc.boolean());
    fc.assert(
      fc.property(fc.array(push, { maxLength: 80 }), (steps) => {
        const heap = createTransactionHeap();
        let list: { tx: number; key: number }[] = [];
        steps.forEach(([key, takes], tx) => {
          heap.push(tx, key, tx);
          list.push({ tx, key });
          list.sort((a, b) => a.key - b.key || a.tx - b.tx);
          expect([heap.size, heap.top(), heap.topKey()]).toEqual([
            list.length,
            list[0]!.tx,
            list[0]!.key,
          ]);
          if (!takes) return;
          expect(heap.pop()).toBe(list[0]!.tx);
          list = list.slice(1);
        });
        for (const { tx } of list) expect(heap.pop()).toBe(tx);
        expect([heap.pop(), heap.top(), heap.topKey()]).toEqual([-1, -1, Number.POSITIVE_INFINITY]);
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});

describe('numbers', () => {
  it('that follow one another are no rivals and leave no gaps to wait for', () => {
    const { make, nonces } = createMempoolWorld(1);
    const first = make();
    const far = make({ nonce: 7 });
    expect(nonces.isUsed).toBe(false);
    expect(nonces.rivals(first)).toEqual([]);
    // What is missing there has been refused: nobody else could send it.
    expect(nonces.isHeld(far, 0, 0)).toBe(false);
  });

  it('that are chosen make rivals of all with the same sender and number', () => {
    const { make, nonces } = createMempoolWorld(1);
    const before = [make({ nonce: 0 }), make({ nonce: 1 })];
    make({ sender: 1, nonce: 1 });
    const rival = make({ nonce: 1, tipUpt: 1, chosen: true });
    const third = make({ nonce: 1, tipUpt: 2, chosen: true });
    expect(nonces.rivals(before[1]!)).toEqual([rival, third]);
    expect(nonces.rivals(third)).toEqual([before[1], rival]);
    expect(nonces.rivals(before[0]!)).toEqual([]);
  });

  it('hold back what comes behind a gap until it is filled, or can no longer be', () => {
    const { make, nonces, table } = createMempoolWorld(1);
    const late = make({ nonce: 2, chosen: true });
    expect(nonces.isHeld(late, 0, 0)).toBe(true);
    expect(nonces.isHeld(late, 2, 0)).toBe(false);
    make({ nonce: 0, expiryUs: 50, chosen: true });
    const second = make({ nonce: 1, chosen: true });
    // Both are there and must come first.
    expect(nonces.isHeld(late, 0, 0)).toBe(true);
    expect(nonces.isHeld(second, 0, 50)).toBe(true);
    expect(nonces.isHeld(second, 0, 51)).toBe(false);
    expect(nonces.isHeld(late, 0, 51)).toBe(true);
    table.refused[second] = 1;
    expect(nonces.isHeld(late, 0, 51)).toBe(false);
  });

  it.each([
    [0, 1],
    [1, 2],
    [9, 10],
    [10, 11],
    [11, 13],
    [1_000, 1_100],
    [1_001, 1_102],
  ])('a pending tip of %d is replaced from %d on', (pending, least) => {
    expect(replacementTip(pending)).toBe(least);
  });
});

describe('the order of a block', () => {
  it('is that of arrival without tips', () => {
    const { make, table } = createMempoolWorld(1);
    const txs = [0, 1, 0, 2, 1, 0].map((sender, k) => make({ sender, nonce: k }));
    expect(assemblyOrder(txs, table)).toEqual(txs);
  });

  it('is by tip per byte, not by tip', () => {
    const { make, table } = createMempoolWorld(1);
    const long = make({ sender: 0, tipUpt: 1_000, padding: 1_000 });
    const short = make({ sender: 1, tipUpt: 900 });
    expect(assemblyOrder([long, short], table)).toEqual([short, long]);
  });

  it('order: no transaction could have come before one that is worse than it', () => {
    const draft = fc.record({ sender: fc.nat(3), nonce: fc.nat(4), tipUpt: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(draft, { maxLength: 20 }), (drafts) => {
        const { make, table } = createMempoolWorld(1);
        const txs = drafts.map((one) => make(one));
        const order = assemblyOrder(txs, table);
        // The slow way: of each sender the least number is open; the best of those is next.
        const left = new Set(txs);
        const expected: number[] = [];
        while (left.size > 0) {
          const open = [...left].filter((tx) =>
            [...left].every(
              (other) =>
                table.sender[other] !== table.sender[tx] ||
                table.nonce[other]! > table.nonce[tx]! ||
                (table.nonce[other] === table.nonce[tx] && other >= tx),
            ),
          );
          open.sort((a, b) => feeDensity(table, b) - feeDensity(table, a) || a - b);
          expected.push(open[0]!);
          left.delete(open[0]!);
        }
        expect(order).toEqual(expected);
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});

describe('a node', () => {
  it('keeps everything where there is room for it', () => {
    const { make, reach, kept, drops } = createMempoolWorld(2);
    const txs = Array.from({ length: 50 }, (_, nonce) => make({ nonce }));
    for (const tx of txs) expect(reach(1, tx)).toBeUndefined();
    expect(kept(1)).toEqual(txs);
    expect(drops).toEqual([]);
  });

  it('asks a least tip of those who pay fees', () => {
    const { make, reach, kept } = createMempoolWorld(1, { minTipUpt: 5 }, 1);
    const [low, enough] = [make({ tipUpt: 4 }), make({ tipUpt: 5, nonce: 1 })];
    const office = make({ sender: 1 });
    expect([low, enough, office].map((tx) => reach(0, tx))).toEqual([
      'UNDERPRICED',
      undefined,
      undefined,
    ]);
    expect(kept(0)).toEqual([enough, office]);
  });

  it('keeps the first of two rivals, unless the second pays a tenth more', () => {
    const { make, reach, kept, drops } = createMempoolWorld(2);
    const first = make({ tipUpt: 100 });
    const low = make({ tipUpt: 109, chosen: true });
    const high = make({ tipUpt: 110, chosen: true });
    expect([first, low, high].map((tx) => reach(0, tx))).toEqual([
      undefined,
      'UNDERPRICED',
      undefined,
    ]);
    // At the other end of the network they come in another order.
    expect([low, first].map((tx) => reach(1, tx))).toEqual([undefined, 'UNDERPRICED']);
    expect([kept(0), kept(1)]).toEqual([[high], [low]]);
    expect(drops).toEqual([
      { node: 0, tx: low, reason: 'UNDERPRICED' },
      { node: 0, tx: first, reason: 'REPLACED' },
      { node: 1, tx: first, reason: 'UNDERPRICED' },
    ]);
  });

  it('does not keep a rival of what its chain holds, but what its chain holds itself', () => {
    const { make, reach, mine, nonceOf } = createMempoolWorld(1);
    const [carried, rival] = [make(), make({ tipUpt: 50, chosen: true })];
    mine(0, [carried]);
    nonceOf.set(0, 1);
    expect(reach(0, rival)).toBe('BAD_NONCE');
    expect(reach(0, carried)).toBeUndefined();
  });

  it('drops what pays least a byte when it is full, the last to come first', () => {
    const { make, reach, kept, drops } = createMempoolWorld(1, { transactionsMax: 3 });
    const at = (sender: number, tipUpt: number) => make({ sender, tipUpt });
    const [a, b, c, d, e, f] = [at(0, 5), at(1, 2), at(2, 2), at(3, 3), at(4, 2), at(5, 4)];
    for (const tx of [a, b, c]) expect(reach(0, tx)).toBeUndefined();
    expect(reach(0, d)).toBeUndefined();
    expect(drops).toEqual([{ node: 0, tx: c, reason: 'EVICTED' }]);
    expect(reach(0, e)).toBe('POOL_FULL');
    expect(reach(0, f)).toBeUndefined();
    expect(kept(0)).toEqual([a, d, f]);
  });

  it('makes room in bytes for one that pays more than each of several', () => {
    const world = createMempoolWorld(1, { bytesMax: 400 });
    const { make, reach, kept, mempools, table } = world;
    const small = [0, 1, 2].map((sender) => make({ sender, tipUpt: 10 + sender }));
    const large = make({ sender: 3, tipUpt: 200, padding: 200 });
    const larger = make({ sender: 4, tipUpt: 200, padding: 250 });
    for (const tx of small) expect(reach(0, tx)).toBeUndefined();
    expect(reach(0, large)).toBeUndefined();
    const bytes = kept(0).reduce((sum, tx) => sum + table.sizeBytes[tx]!, 0);
    expect(kept(0)).toEqual([small[2], large]);
    expect(mempools.load(0)).toEqual({ transactions: 2, bytes });
    // The large one pays more a byte: nothing is dropped for what would not fit all the same.
    expect(feeDensity(table, large)).toBeGreaterThan(feeDensity(table, larger));
    expect(reach(0, larger)).toBe('POOL_FULL');
    expect(kept(0)).toEqual([small[2], large]);
  });

  it('has room again for what its head carries or what has expired, and less after a fork', () => {
    const { make, reach, mine, mempools } = createMempoolWorld(1, { transactionsMax: 2 });
    const [a, b] = [make({ sender: 0 }), make({ sender: 1 })];
    const [c, d] = [make({ sender: 2, expiryUs: 40 }), make({ sender: 3 })];
    reach(0, a);
    reach(0, b);
    expect(reach(0, make({ sender: 4 }))).toBe('POOL_FULL');
    const left = mine(0, [a]);
    mempools.onHead(0, left, 0, 10);
    expect(mempools.load(0).transactions).toBe(1);
    expect(reach(0, c, 20)).toBeUndefined();
    // A branch without it is longer: it comes back, finds no room, and is dropped.
    const right = mine(mine(0, []), []);
    mempools.onHead(0, right, left, 30);
    expect(mempools.keeps(0, a)).toBe(false);
    expect(reach(0, d, 41)).toBeUndefined();
    expect(mempools.keeps(0, c)).toBe(true);
    expect(mempools.load(0).transactions).toBe(2);
  });

  it('mempool: holds what a list written out in full would hold', () => {
    const step = fc.record({
      tipUpt: fc.nat(6),
      padding: fc.nat(60),
      life: fc.integer({ min: 5, max: 200 }),
      mines: fc.nat(9),
    });
    const limits = fc.record({
      transactionsMax: fc.integer({ min: 1, max: 6 }),
      bytesMax: fc.integer({ min: 100, max: 900 }),
    });
    let evicted = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), limits, (steps, policy) => {
        const { make, reach, mine, table, mempools, drops } = createMempoolWorld(1, policy);
        let list: number[] = [];
        let head = 0;
        steps.forEach(({ tipUpt, padding, life, mines }, nowUs) => {
          const tx = make({ sender: nowUs, tipUpt, padding, expiryUs: nowUs + life });
          const size = table.sizeBytes[tx]!;
          const bytes = (txs: number[]) => txs.reduce((sum, one) => sum + table.sizeBytes[one]!, 0);
          const fits = (txs: number[]) =>
            txs.length < policy.transactionsMax && bytes(txs) + size <= policy.bytesMax;
          let rest = fits(list) ? list : list.filter((one) => table.expiryUs[one]! >= nowUs);
          const alive = rest;
          const cheapest = () =>
            [...rest].sort((a, b) => feeDensity(table, a) - feeDensity(table, b) || b - a)[0];
          while (!fits(rest)) {
            const victim = cheapest();
            if (victim === undefined || feeDensity(table, victim) >= feeDensity(table, tx)) break;
            rest = rest.filter((one) => one !== victim);
          }
          const isKept = fits(rest);
          list = isKept ? [...rest, tx] : alive;
          expect(reach(0, tx, nowUs)).toBe(isKept ? undefined : 'POOL_FULL');
          expect(mempools.load(0)).toEqual({ transactions: list.length, bytes: bytes(list) });
          if (mines > 0 || list.length === 0) return;
          const next = mine(head, [list[0]!]);
          mempools.onHead(0, next, head, nowUs);
          head = next;
          list = list.slice(1);
        });
        evicted += drops.filter(({ reason }) => reason === 'EVICTED').length;
      }),
      { numRuns: 150, seed: 5 },
    );
    expect(evicted).toBeGreaterThan(500);
  });

  it('forgets what it is told to, at every node', () => {
    const { make, reach, mempools } = createMempoolWorld(2, { transactionsMax: 1 });
    const [a, b] = [make({ sender: 0 }), make({ sender: 1 })];
    for (const node of [0, 1]) reach(node, a);
    expect(reach(0, b)).toBe('POOL_FULL');
    mempools.release(b);
    mempools.release(a);
    expect([mempools.keeps(0, b), mempools.load(0).transactions]).toEqual([true, 0]);
  });
});

describe('the pool', () => {
  it('drops the rivals of what the flat state holds', () => {
    const { make, pool, mine } = createMempoolWorld(1);
    const [carried, rival, other] = [make(), make({ chosen: true }), make({ sender: 1 })];
    for (const tx of [carried, rival, other]) pool.add(tx);
    const block = mine(0, [carried]);
    const dropped: number[] = [];
    pool.prune(block, (tx) => dropped.push(tx));
    expect(dropped).toEqual([carried, rival]);
    expect(pool.size).toBe(1);
  });

  it('looks at each waiting transaction a few times, however long it waits', () => {
    const { make, pool, mine, table } = createMempoolWorld(1);
    const backlog = 20_000;
    for (let k = 0; k < backlog; k++) pool.add(make({ sender: k }));
    let reads = 0;
    const expiry = table.expiryUs;
    Object.defineProperty(table, 'expiryUs', {
      get() {
        reads++;
        return expiry;
      },
    });
    let head = 0;
    let visits = 0;
    for (let k = 0; k < 1_000; k++) {
      const body: number[] = [];
      pool.visit(head, head, (tx) => {
        visits++;
        body.push(tx);
        return body.length < 10;
      });
      head = mine(head, body);
      pool.prune(head, () => undefined);
    }
    expect(pool.size).toBe(backlog - 10_000);
    expect(visits).toBe(10_000);
    expect(reads).toBeLessThan(10);
  });
});

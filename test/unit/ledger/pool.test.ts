/** The table of transactions and the pool, against sets written out in full. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWriter } from '../../../src/ledger/encoding.ts';
import { createPool, createTransactionTable } from '../../../src/ledger/pool.ts';
import {
  encodeTransaction,
  intrinsicGas,
  transactionId,
} from '../../../src/ledger/transactions.ts';
import { type BlockTree, createBlockTree } from '../../../src/ledger/tree.ts';

const writer = createWriter(256);

function transaction(sender: number, nonce: number, expiryUs: number) {
  const transaction = {
    type: 'TRANSFER' as const,
    chainId: new Uint8Array(8),
    sender,
    nonce,
    gasLimit: 60_000,
    expiryUs,
    payload: { to: 1, amountUpt: 5 },
  };
  const unsigned = encodeTransaction(transaction, writer).slice();
  return {
    transaction,
    unsigned,
    signature: new Uint8Array(64),
    id: transactionId(unsigned),
    intrinsicGas: intrinsicGas(unsigned),
  };
}

function addBlock(tree: BlockTree, parent: number, timestampUs: number, transactions: number[]) {
  return tree.add({
    parent,
    producer: 0,
    timestampUs,
    producedUs: timestampUs,
    hash: String(tree.count),
    work: 1,
    transactions,
    bytes: 0,
    gasUsed: 0,
    consensus: [],
  });
}

function world() {
  const tree = createBlockTree('genesis');
  const table = createTransactionTable();
  const pool = createPool(tree, table);
  let nonce = 0;
  const enter = (expiryUs = 1e9): number => {
    const row = { slot: -1, node: 0, submittedUs: 0 };
    const tx = table.add(transaction(0, nonce++, expiryUs), row);
    pool.add(tx);
    return tx;
  };
  const mine = (parent: number, timestampUs: number, body: number[]): number => {
    const block = addBlock(tree, parent, timestampUs, body);
    for (const tx of body) table.include(tx, block);
    return block;
  };
  const visible = (parent: number, base: number): number[] => {
    const seen: number[] = [];
    pool.visit(parent, base, (tx) => {
      seen.push(tx);
      return true;
    });
    return seen;
  };
  const prune = (base: number): number[] => {
    const dropped: number[] = [];
    pool.prune(base, (tx) => dropped.push(tx));
    return dropped;
  };
  return { tree, table, pool, enter, mine, visible, prune };
}

describe('transaction table', () => {
  it('keeps rows past several growths and lets the bytes of exported ones go', () => {
    const { table, enter } = world();
    for (let i = 0; i < 5_000; i++) enter(i);
    expect([table.count, table.nonce[4_999], table.expiryUs[1_500]]).toEqual([5_000, 4_999, 1_500]);
    expect(table.sizeBytes[3]).toBe(table.signed(3).unsigned.length + 64);
    const id = table.id(7);
    table.exported(7, 12, 21_000, 0);
    expect([table.exportedBlock[7], table.gasUsed[7], table.id(7)]).toEqual([12, 21_000, id]);
    expect(() => table.signed(7)).toThrow(RangeError);
    expect([table.exportedBlock[8], table.gasUsed[8]]).toEqual([-1, Number.NaN]);
  });

  it('knows every block that carries a transaction', () => {
    const { table, enter, mine } = world();
    const tx = enter();
    expect(table.blocksOf(tx)).toEqual([]);
    const left = mine(0, 1, [tx]);
    const right = mine(0, 2, [tx]);
    expect(table.blocksOf(tx)).toEqual([left, right]);
  });
});

describe('pool', () => {
  it('shows what no block of the branch carries, in order of arrival', () => {
    const { enter, mine, visible } = world();
    const [a, b, c] = [enter(), enter(), enter()];
    const left = mine(0, 1, [b]);
    expect(visible(left, 0)).toEqual([a, c]);
    // A sibling is another branch: what the left one carries is still to be had here.
    expect(visible(0, 0)).toEqual([a, b, c]);
    const right = mine(0, 2, [a, b]);
    expect(visible(right, 0)).toEqual([c]);
    expect(visible(left, 0)).toEqual([a, c]);
  });

  it('stops when the visitor has enough', () => {
    const { pool, enter } = world();
    for (let i = 0; i < 5; i++) enter();
    let visits = 0;
    pool.visit(0, 0, () => ++visits < 2);
    expect(visits).toBe(2);
  });

  it('drops what is in the flat state or expired, once', () => {
    const { pool, enter, mine, prune } = world();
    const [a, b, c, d] = [enter(), enter(5), enter(), enter()];
    const one = mine(0, 5, [a]);
    const two = mine(one, 6, [c]);
    expect(prune(one)).toEqual([a]);
    expect(prune(two)).toEqual([b, c]);
    expect(prune(two)).toEqual([]);
    expect(pool.size).toBe(1);
    expect(d).toBe(3);
  });

  it('offers again what only a dead branch carried', () => {
    const { enter, mine, visible, prune } = world();
    const [a, b] = [enter(), enter()];
    mine(0, 1, [a]);
    let head = mine(0, 2, [b]);
    // Full blocks kept it out of the chain until the fork was long buried.
    for (let i = 0; i < 5; i++) head = mine(head, 3 + i, []);
    prune(head);
    expect(visible(head, head)).toEqual([a]);
  });

  it('pool: a block can take exactly what has come and its branch lacks', () => {
    const steps = fc.array(
      fc.record({
        enter: fc.nat(3),
        life: fc.integer({ min: 1, max: 60 }),
        parent: fc.nat(8),
        take: fc.nat(7),
        fold: fc.oneof(
          { weight: 3, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.nat(9) },
        ),
      }),
      { maxLength: 60, size: 'max' },
    );
    let forked = 0;
    fc.assert(
      fc.property(steps, (list) => {
        const { tree, table, enter, mine, visible, prune } = world();
        const came: number[] = [];
        const gone = new Set<number>();
        let base = 0;
        let live = [0];
        list.forEach(({ enter: count, life, parent: choice, take, fold }, nowUs) => {
          for (let i = 0; i < count; i++) came.push(enter(nowUs + life));
          const parent = live[live.length - 1 - (choice % live.length)]!;
          const carried = new Set<number>();
          for (let at = parent; at >= 0; at = tree.parent[at]!) {
            for (const tx of Array.from(tree.transactions(at))) carried.add(tx);
          }
          const free = came.filter((tx) => !gone.has(tx) && !carried.has(tx));
          const seen = visible(parent, base);
          expect(seen).toEqual(free);
          if (tree.firstChild[parent]! >= 0) forked++;
          const body = seen.filter((_, i) => (take >> (i % 3)) % 2 === 1);
          const block = mine(parent, Math.max(nowUs, tree.timestampUs[parent]!), body);
          live.push(block);
          if (fold === 0 || tree.height[block]! <= tree.height[base]!) return;
          const height = Math.min(tree.height[block]!, tree.height[base]! + fold);
          base = tree.ancestorAt(block, height);
          live = live.filter((at) => tree.isAncestor(base, at));
          const isDone = (tx: number) =>
            table.expiryUs[tx]! < tree.timestampUs[base]! ||
            table.blocksOf(tx).some((at) => tree.isAncestor(at, base));
          const expected = came.filter((tx) => !gone.has(tx) && isDone(tx));
          expect(prune(base)).toEqual(expected);
          for (const tx of expected) gone.add(tx);
        });
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(forked).toBeGreaterThan(500);
  });
});

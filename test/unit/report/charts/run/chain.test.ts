import { describe, expect, it } from 'vitest';
import blockRate from '../../../../../src/report/charts/run/block-rate.ts';
import forks from '../../../../../src/report/charts/run/forks.ts';
import producerShares from '../../../../../src/report/charts/run/producer-shares.ts';
import { forksOf } from '../../../../../src/report/charts/run/support/fork-windows.ts';
import { tableOf } from '../results-of.ts';
import { chartOf, csv, drawAll, markCount, rowsOf } from './run-of.ts';

const HEAD = 'height hash parent_hash producer produced_us canonical drain';
type Block = readonly [height: number, hash: string, parent: string, seconds: number, is: number];
const blocksOf = (blocks: readonly Block[]) =>
  csv(
    HEAD,
    blocks.map(([height, hash, parent, seconds, is]) => {
      return [height, hash, parent, `node-${hash}`, seconds * 1e6, is, 0];
    }),
  );

/** Two forks: one of one block after height 1, one after height 2 with a branch of two and a twig. */
const TREE: readonly Block[] = [
  [0, 'g', '', -10, 1],
  [1, 'a', 'g', 0, 1],
  [2, 'b', 'a', 10, 1],
  [2, 'x', 'a', 11, 0],
  [3, 'c', 'b', 20, 1],
  [3, 'p', 'b', 21, 0],
  [4, 'q', 'p', 30, 0],
  [4, 'd', 'c', 31, 1],
  [4, 'r', 'p', 32, 0],
  [5, 'e', 'd', 3700, 1],
  // Nobody else built after e, and the observer has not adopted it: no fork.
  [6, 'z', 'e', 3710, 0],
];

describe('chart of blocks over time', () => {
  it('counts canonical and stale blocks in intervals of a round length, without genesis', () => {
    const content = chartOf(blockRate, { blocks: blocksOf(TREE) });
    const rows = rowsOf(content);
    // 3710 s in at most 120 bars: one minute.
    expect(rows).toHaveLength(62);
    expect(rows[0]).toEqual({ from_hour: 0, to_hour: 1 / 60, canonical: 4, stale: 4 });
    expect(rows[61]).toEqual({ from_hour: 61 / 60, to_hour: 62 / 60, canonical: 1, stale: 1 });
    const sum = (fate: string) => rows.reduce((total, row) => total + Number(row[fate]), 0);
    expect([sum('canonical'), sum('stale')]).toEqual([5, 5]);
    expect(content!.caption).toContain('10 blocks, 5 of them stale (50 %)');
    expect(content!.caption).toContain('a block every 15.4 min on average');
    expect(content!.caption).toContain('longest pause was 61.1 min');
  });

  it('draws few marks of many blocks', () => {
    const many = Array.from({ length: 20_000 }, (_, at): Block => [at, `${at}`, '', at * 3, 1]);
    const content = chartOf(blockRate, { blocks: blocksOf(many) });
    expect(content!.table.rows.length).toBeLessThanOrEqual(121);
    const total = rowsOf(content).reduce((sum, row) => sum + Number(row['canonical']), 0);
    expect(total).toBe(19_999);
    expect(markCount(drawAll(content!)[0]!)).toBeLessThan(300);
  });

  it('is none without blocks behind genesis', () => {
    expect(chartOf(blockRate, {})).toBeUndefined();
    expect(chartOf(blockRate, { blocks: blocksOf(TREE.slice(0, 1)) })).toBeUndefined();
    expect(chartOf(blockRate, { blocks: blocksOf(TREE.slice(0, 2)) })).toBeDefined();
  });
});

describe('chart of forks', () => {
  it('shows the deepest first, each branch in its lane', () => {
    const content = chartOf(forks, { blocks: blocksOf(TREE) });
    const drawn = rowsOf(content).map((row) => {
      return [row['fork'], row['height'], row['producer'], row['seconds'], row['branch']];
    });
    expect(drawn).toEqual([
      [2, 2, 'node-b', 0, 0],
      [2, 3, 'node-c', 10, 0],
      [2, 4, 'node-d', 21, 0],
      [2, 5, 'node-e', 3690, 0],
      [2, 3, 'node-p', 11, 1],
      [2, 4, 'node-q', 20, 1],
      [2, 4, 'node-r', 22, 2],
      [1, 1, 'node-a', 0, 0],
      [1, 2, 'node-b', 10, 0],
      [1, 3, 'node-c', 20, 0],
      [1, 2, 'node-x', 11, 1],
    ]);
    expect(content!.caption).toContain('2 forks, 50 % of them one block deep');
    expect(content!.caption).toContain('the deepest made 2 blocks stale in a row');
  });

  it('cuts a fork by height, both branches alike', () => {
    const deep = Array.from({ length: 100 }, (_, at): Block[] => [
      [at + 1, `c${at + 1}`, at === 0 ? 'g' : `c${at}`, at, 1],
      [at + 1, `s${at + 1}`, at === 0 ? 'g' : `s${at}`, at, 0],
    ]).flat();
    const blocks = blocksOf([TREE[0]!, ...deep]);
    const [fork] = forksOf(tableOf('blocks', blocks), 8, 50);
    expect([fork!.depth, fork!.staleCount, fork!.blocks.length]).toEqual([100, 100, 49]);
    expect(fork!.blocks.filter(({ lane }) => lane === 1)).toHaveLength(24);
    expect(chartOf(forks, { blocks })!.caption).toContain('is cut after 50 blocks');
  });

  it('lists all forks and gives blocks to the first of them only', () => {
    const found = forksOf(tableOf('blocks', blocksOf(TREE)), 1, 50);
    expect(found.map(({ root, depth, staleCount }) => [root, depth, staleCount])).toEqual([
      [2, 2, 3],
      [1, 1, 1],
    ]);
    expect(found.map(({ blocks }) => blocks.length)).toEqual([7, 0]);
  });

  it('is none where no branch was left', () => {
    const kept = TREE.filter(([, , , , canonical]) => canonical === 1);
    expect(chartOf(forks, { blocks: blocksOf(kept) })).toBeUndefined();
    expect(chartOf(forks, { blocks: blocksOf([...kept, TREE[10]!]) })).toBeUndefined();
    expect(chartOf(forks, {})).toBeUndefined();
  });
});

describe('chart of producers', () => {
  const NODES = 'node blocks_produced blocks_canonical hash_share';

  it('sorts by canonical blocks and marks what hashing power would give', () => {
    const nodes = csv(NODES, [
      ['a', 10, 10, 0.5],
      ['b', 25, 20, 0.25],
      ['c', 5, 0, ''],
    ]);
    const content = chartOf(producerShares, { nodes });
    expect(rowsOf(content)).toEqual([
      { node: 'b', canonical: 20, stale: 5, expected: 7.5 },
      { node: 'a', canonical: 10, stale: 0, expected: 15 },
      { node: 'c', canonical: 0, stale: 5, expected: undefined },
    ]);
    expect(content!.caption).toContain('40 blocks, of which 25 % are stale');
    expect(content!.caption).toContain('b made the most, 66.7 %');
    expect(content!.caption).toContain('the first 1 together');
  });

  it('says what the nodes that it leaves out made', () => {
    const many = Array.from({ length: 50 }, (_, at) => [`n${at}`, 100 - at, 100 - at, '']);
    const content = chartOf(producerShares, { nodes: csv(NODES, many) });
    expect(content!.table.rows).toHaveLength(40);
    // 60 + 59 + ... + 51.
    expect(content!.caption).toContain('10 more nodes made 555');
    expect(content!.caption).not.toContain('Ticks');
  });

  it('is none where nobody made a block', () => {
    expect(chartOf(producerShares, { nodes: csv(NODES, [['a', 0, 0, '']]) })).toBeUndefined();
    expect(chartOf(producerShares, {})).toBeUndefined();
  });
});

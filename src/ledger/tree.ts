/**
 * The fork tree that all nodes share. A block is one row whatever the number of nodes; a node holds only
 * the index of its head. Block 0 is genesis at height 0.
 */

/** Dense index of a block in the tree. */
export type BlockIndex = number;

/** What a new block brings to the tree. */
export interface NewBlock {
  readonly parent: BlockIndex;
  readonly producer: number;
  readonly timestampUs: number;
  readonly producedUs: number;
  /** Lower-case hex hash. */
  readonly hash: string;
  /** Work or weight this block adds on its own. */
  readonly work: number;
  /** Dense ids of its transactions, in block order. */
  readonly transactions: ArrayLike<number>;
  readonly bytes: number;
  readonly gasUsed: number;
  /** Protocol fields of the header. */
  readonly consensus: readonly number[];
}

/** Columns and ancestry of every block of a run. Columns may be replaced as the tree grows. */
export interface BlockTree {
  readonly count: number;
  readonly parent: Int32Array;
  readonly height: Int32Array;
  readonly producer: Int32Array;
  readonly timestampUs: Float64Array;
  readonly producedUs: Float64Array;
  /** Cumulative work from genesis. */
  readonly work: Float64Array;
  readonly bytes: Float64Array;
  readonly gasUsed: Float64Array;
  readonly transactionCount: Int32Array;
  /** Children of a block: first of them, or -1. */
  readonly firstChild: Int32Array;
  /** Next child of the same parent, or -1. */
  readonly nextSibling: Int32Array;
  /** Greatest height at which there are two blocks; 0 while there is no fork. */
  readonly lastForkHeight: number;
  hash(block: BlockIndex): string;
  transactions(block: BlockIndex): ArrayLike<number>;
  consensus(block: BlockIndex): readonly number[];
  add(block: NewBlock): BlockIndex;
  /** The ancestor-or-self at a height. @throws {RangeError} when the height is above the block. */
  ancestorAt(block: BlockIndex, height: number): BlockIndex;
  /** Whether `ancestor` is `block` or stands on its way to genesis. Cost: height difference. */
  isAncestor(ancestor: BlockIndex, block: BlockIndex): boolean;
  /** Deepest block both descend from. */
  commonAncestor(a: BlockIndex, b: BlockIndex): BlockIndex;
}

const NONE: readonly number[] = [];

/** Makes a tree that holds only genesis, produced at time 0. */
export function createBlockTree(genesisHash: string): BlockTree {
  let capacity = 1024;
  const ints = () => new Int32Array(capacity);
  const floats = () => new Float64Array(capacity);
  const hashes: string[] = [];
  const bodies: ArrayLike<number>[] = [];
  const fields: (readonly number[])[] = [];
  let topHeight = 0;
  const tree = {
    count: 0,
    parent: ints(),
    height: ints(),
    producer: ints(),
    timestampUs: floats(),
    producedUs: floats(),
    work: floats(),
    bytes: floats(),
    gasUsed: floats(),
    transactionCount: ints(),
    firstChild: ints(),
    nextSibling: ints(),
    lastForkHeight: 0,
    hash: (block: BlockIndex) => hashes[block]!,
    transactions: (block: BlockIndex) => bodies[block]!,
    consensus: (block: BlockIndex) => fields[block]!,
    add,
    ancestorAt,
    isAncestor,
    commonAncestor,
  };

  function grow(): void {
    capacity *= 2;
    const wider = <T extends Int32Array | Float64Array>(column: T, empty: T): T => {
      empty.set(column);
      return empty;
    };
    tree.parent = wider(tree.parent, ints());
    tree.height = wider(tree.height, ints());
    tree.producer = wider(tree.producer, ints());
    tree.timestampUs = wider(tree.timestampUs, floats());
    tree.producedUs = wider(tree.producedUs, floats());
    tree.work = wider(tree.work, floats());
    tree.bytes = wider(tree.bytes, floats());
    tree.gasUsed = wider(tree.gasUsed, floats());
    tree.transactionCount = wider(tree.transactionCount, ints());
    tree.firstChild = wider(tree.firstChild, ints());
    tree.nextSibling = wider(tree.nextSibling, ints());
  }

  function add(block: NewBlock): BlockIndex {
    const index = tree.count;
    if (index === capacity) grow();
    tree.count = index + 1;
    const { parent } = block;
    tree.parent[index] = parent;
    tree.height[index] = parent < 0 ? 0 : tree.height[parent]! + 1;
    tree.producer[index] = block.producer;
    tree.timestampUs[index] = block.timestampUs;
    tree.producedUs[index] = block.producedUs;
    tree.work[index] = (parent < 0 ? 0 : tree.work[parent]!) + block.work;
    tree.bytes[index] = block.bytes;
    tree.gasUsed[index] = block.gasUsed;
    tree.transactionCount[index] = block.transactions.length;
    tree.firstChild[index] = -1;
    tree.nextSibling[index] = -1;
    if (parent >= 0) {
      const height = tree.height[index]!;
      if (height > topHeight) topHeight = height;
      else if (height > tree.lastForkHeight) tree.lastForkHeight = height;
      tree.nextSibling[index] = tree.firstChild[parent]!;
      tree.firstChild[parent] = index;
    }
    hashes.push(block.hash);
    bodies.push(block.transactions.length === 0 ? NONE : block.transactions);
    fields.push(block.consensus);
    return index;
  }

  function ancestorAt(block: BlockIndex, height: number): BlockIndex {
    const { parent, height: heights } = tree;
    if (height > heights[block]!) {
      throw new RangeError(`"height" expected at most ${heights[block]!}, got ${height}`);
    }
    let at = block;
    for (let steps = heights[block]! - height; steps > 0; steps--) at = parent[at]!;
    return at;
  }

  function isAncestor(ancestor: BlockIndex, block: BlockIndex): boolean {
    const height = tree.height[ancestor]!;
    return height <= tree.height[block]! && ancestorAt(block, height) === ancestor;
  }

  function commonAncestor(a: BlockIndex, b: BlockIndex): BlockIndex {
    const { parent, height } = tree;
    let left = a;
    let right = b;
    while (left !== right) {
      if (height[left]! >= height[right]!) left = parent[left]!;
      else right = parent[right]!;
    }
    return left;
  }

  add({
    parent: -1,
    producer: -1,
    timestampUs: 0,
    producedUs: 0,
    hash: genesisHash,
    work: 0,
    transactions: NONE,
    bytes: 0,
    gasUsed: 0,
    consensus: NONE,
  });
  return tree;
}

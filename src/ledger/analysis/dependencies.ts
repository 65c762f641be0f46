/**
 * How much of a block can run at once. Transactions are taken in block order; one that conflicts
 * with an earlier one waits for it. Width W = transactions / longest path is the speed-up that
 * unlimited workers would give, on either kind of ledger, so that "coins run in parallel" becomes a
 * number.
 *
 * Listing all conflicting pairs costs O(n²) on a hot account. Here the accesses of a cell fall into
 * phases of accesses that do not conflict with each other (a run of reads, a run of credits, or one
 * write); everything in a phase conflicts with everything in the next one. Between two phases
 * stands one gate, which keeps the graph as small as the accesses and its order that of all pairs.
 */

/** Accesses of the transactions of one block; CSR columns, lists may repeat a cell. */
export interface AccessColumns {
  readonly transactionCount: number;
  /** First read of each transaction in `readCell`, and the end: `transactionCount + 1` values. */
  readonly readOffset: ArrayLike<number>;
  /** Cells read (an account record or a storage key), any numbers that name them. */
  readonly readCell: ArrayLike<number>;
  /** First write of each transaction in `writeCell`, and the end. */
  readonly writeOffset: ArrayLike<number>;
  readonly writeCell: ArrayLike<number>;
  /** 1 where a write only adds to the cell and its outcome does not depend on the value, else 0. */
  readonly writeIsCredit: ArrayLike<number>;
}

/** Coins spent by the transactions of one block; CSR columns. */
export interface SpendColumns {
  readonly transactionCount: number;
  /** First input of each transaction in `parent`, and the end: `transactionCount + 1` values. */
  readonly inputOffset: ArrayLike<number>;
  /** Transaction of this block that created the coin spent; −1 when it is older than the block. */
  readonly parent: ArrayLike<number>;
}

/** Choices of {@link accountDependencies}. */
export interface DependencyOptions {
  /** Credits to one cell commute and do not wait for each other. */
  readonly commutativeCredits: boolean;
}

/** The dependency graph of a block and what follows from it. */
export interface Dependencies {
  readonly transactionCount: number;
  /** Gates: nodes without work behind the transactions, numbered from `transactionCount`. */
  readonly gateCount: number;
  /**
   * Edges `edgeFrom[k]` before `edgeTo[k]`, in an order in which all edges into a node stand before
   * any edge out of it. One transaction reaches another exactly when a chain of conflicts leads
   * there.
   */
  readonly edgeFrom: Uint32Array;
  readonly edgeTo: Uint32Array;
  /** Transactions on the longest path that ends just before each transaction. */
  readonly level: Uint32Array;
  /** Transactions of each level, `longestPath` values ≥ 1. */
  readonly levelCount: Uint32Array;
  /** Transactions on the longest path. */
  readonly longestPath: number;
  /** Transactions / longest path; NaN for an empty block. */
  readonly width: number;
}

/**
 * Pairs of transactions that conflict, counted once a cell and kind; a pair can be of each kind.
 */
export interface Hazards {
  /** The later one reads what the earlier one writes. */
  readonly readAfterWrite: number;
  readonly writeAfterRead: number;
  /** Without pairs of credits where these commute. */
  readonly writeAfterWrite: number;
}

/** Edges that grow by doubling. */
class EdgeList {
  count = 0;
  private from: Uint32Array;
  private to: Uint32Array;
  constructor(capacity: number) {
    this.from = new Uint32Array(Math.max(16, capacity));
    this.to = new Uint32Array(this.from.length);
  }
  push(from: number, to: number): void {
    if (this.count === this.from.length) {
      const grown = new Uint32Array(2 * this.count);
      grown.set(this.from);
      this.from = grown;
      const grownTo = new Uint32Array(2 * this.count);
      grownTo.set(this.to);
      this.to = grownTo;
    }
    this.from[this.count] = from;
    this.to[this.count++] = to;
  }
  columns(): Pick<Dependencies, 'edgeFrom' | 'edgeTo'> {
    return { edgeFrom: this.from.slice(0, this.count), edgeTo: this.to.slice(0, this.count) };
  }
}

function summarise(level: Uint32Array, edges: EdgeList, gateCount: number): Dependencies {
  const transactionCount = level.length;
  let longestPath = 0;
  for (let t = 0; t < transactionCount; t++) {
    if (level[t]! >= longestPath) longestPath = level[t]! + 1;
  }
  const levelCount = new Uint32Array(longestPath);
  for (let t = 0; t < transactionCount; t++) levelCount[level[t]!]!++;
  const width = transactionCount / longestPath;
  return {
    transactionCount,
    gateCount,
    ...edges.columns(),
    level,
    levelCount,
    longestPath,
    width,
  };
}

function expectOffsets(name: string, offset: ArrayLike<number>, count: number): void {
  if (offset.length !== count + 1) {
    throw new RangeError(`"${name}" expected ${count + 1} values, got ${offset.length}`);
  }
}

/**
 * Dependencies of a block on a coin ledger: spending a coin waits for the transaction that made it.
 *
 * @throws {RangeError} when a parent does not stand before its child, or offsets have a wrong
 *   length.
 * Cost: O(inputs). A coin is spent once in a valid block, so no other conflict exists.
 */
export function coinDependencies(spends: SpendColumns): Dependencies {
  const { transactionCount, inputOffset, parent } = spends;
  expectOffsets('inputOffset', inputOffset, transactionCount);
  const level = new Uint32Array(transactionCount);
  const linkedTo = new Int32Array(transactionCount).fill(-1);
  const edges = new EdgeList(parent.length);
  for (let t = 0; t < transactionCount; t++) {
    for (let k = inputOffset[t]!; k < inputOffset[t + 1]!; k++) {
      const from = parent[k]!;
      if (from >= t) throw new RangeError(`"parent" expected below ${t} at ${k}, got ${from}`);
      if (from < 0 || linkedTo[from] === t) continue;
      linkedTo[from] = t;
      edges.push(from, t);
      if (level[from]! >= level[t]!) level[t] = level[from]! + 1;
    }
  }
  return summarise(level, edges, 0);
}

const READ = 1;
const CREDIT = 2;
const WRITE = 4;

/** Numbers the cells of a block densely. */
function denseCells(accesses: AccessColumns): { of: Uint32Array; count: number } {
  const { transactionCount, readOffset, readCell, writeOffset, writeCell } = accesses;
  const reads = readOffset[transactionCount]!;
  const total = reads + writeOffset[transactionCount]!;
  const indexOf = new Map<number, number>();
  const of = new Uint32Array(total);
  for (let k = 0; k < total; k++) {
    const cell = k < reads ? readCell[k]! : writeCell[k - reads]!;
    let index = indexOf.get(cell);
    if (index === undefined) {
      index = indexOf.size;
      indexOf.set(cell, index);
    }
    of[k] = index;
  }
  return { of, count: indexOf.size };
}

/** What each cell has seen so far, and the gates between its phases. */
class CellPhases {
  readonly edges: EdgeList;
  gateCount = 0;
  private readonly kind: Uint8Array;
  /** 1 + highest level of all phases before the current one, and of the current one as well. */
  private readonly before: Uint32Array;
  private readonly through: Uint32Array;
  /** Members of the current phase: a list through the accesses. */
  private readonly head: Int32Array;
  private readonly size: Uint32Array;
  private readonly memberOf: Uint32Array;
  private readonly next: Int32Array;
  private members = 0;
  /** Node that every member of the current phase waits for; −1 in the first phase. */
  private readonly gate: Int32Array;
  private readonly transactionCount: number;

  constructor(cellCount: number, accessCount: number, transactionCount: number) {
    this.edges = new EdgeList(2 * accessCount);
    this.kind = new Uint8Array(cellCount);
    this.before = new Uint32Array(cellCount);
    this.through = new Uint32Array(cellCount);
    this.head = new Int32Array(cellCount).fill(-1);
    this.size = new Uint32Array(cellCount);
    this.memberOf = new Uint32Array(accessCount);
    this.next = new Int32Array(accessCount);
    this.gate = new Int32Array(cellCount).fill(-1);
    this.transactionCount = transactionCount;
  }

  /** Opens a new phase unless the access fits the current one. @returns The level it asks for. */
  enter(cell: number, kind: number): number {
    if (this.kind[cell] !== kind || kind === WRITE) {
      if (this.kind[cell] !== 0) this.close(cell);
      this.kind[cell] = kind;
      this.before[cell] = this.through[cell]!;
    }
    return this.before[cell]!;
  }

  /** Node that the member of the current phase waits for, or −1. */
  gateOf(cell: number): number {
    return this.gate[cell]!;
  }

  /** Adds a member of the given level to the current phase. */
  join(cell: number, transaction: number, level: number): void {
    const member = this.members++;
    this.memberOf[member] = transaction;
    this.next[member] = this.head[cell]!;
    this.head[cell] = member;
    this.size[cell]!++;
    if (level >= this.through[cell]!) this.through[cell] = level + 1;
  }

  private close(cell: number): void {
    if (this.size[cell] === 1) {
      this.gate[cell] = this.memberOf[this.head[cell]!]!;
    } else {
      const gate = this.transactionCount + this.gateCount++;
      for (let member = this.head[cell]!; member >= 0; member = this.next[member]!) {
        this.edges.push(this.memberOf[member]!, gate);
      }
      this.gate[cell] = gate;
    }
    this.head[cell] = -1;
    this.size[cell] = 0;
  }
}

/** Counts hazards cell by cell from how many earlier transactions read, credit and write it. */
class HazardCounter {
  readAfterWrite = 0;
  writeAfterRead = 0;
  writeAfterWrite = 0;
  private readonly readers: Uint32Array;
  private readonly creditors: Uint32Array;
  private readonly writers: Uint32Array;
  constructor(cellCount: number) {
    this.readers = new Uint32Array(cellCount);
    this.creditors = new Uint32Array(cellCount);
    this.writers = new Uint32Array(cellCount);
  }
  add(cell: number, uses: number): void {
    const writers = this.writers[cell]!;
    const anyWriters = writers + this.creditors[cell]!;
    if (uses & READ) this.readAfterWrite += anyWriters;
    if (uses & (CREDIT | WRITE)) {
      this.writeAfterRead += this.readers[cell]!;
      this.writeAfterWrite += uses & WRITE ? anyWriters : writers;
    }
    if (uses & READ) this.readers[cell]!++;
    if (uses & WRITE) this.writers[cell]!++;
    else if (uses & CREDIT) this.creditors[cell]!++;
  }
}

/**
 * Dependencies of a block on an account ledger: read after write, write after read and write after
 * write on one cell, in block order. A transaction never waits for itself.
 *
 * @returns The graph, with the number of hazards. A cell that one transaction both reads and
 *   credits counts as written by it, because what it does depends on the value.
 * @throws {RangeError} when offsets have a wrong length.
 * Cost: O(accesses); edges and gates are at most twice the accesses. Source: A. Bernstein, Analysis
 *   of Programs for Parallel Processing, IEEE Trans. Electronic Computers EC-15(5), 1966
 *   (conditions); V. Saraph, M. Herlihy, An Empirical Study of Speculative Concurrency in Ethereum
 *   Smart Contracts, 2019 (on blocks).
 */
export function accountDependencies(
  accesses: AccessColumns,
  options: DependencyOptions,
): Dependencies & { readonly hazards: Hazards } {
  const { transactionCount, readOffset, writeOffset, writeIsCredit } = accesses;
  expectOffsets('readOffset', readOffset, transactionCount);
  expectOffsets('writeOffset', writeOffset, transactionCount);
  const reads = readOffset[transactionCount]!;
  const cells = denseCells(accesses);
  const accessCount = cells.of.length;
  const phases = new CellPhases(cells.count, accessCount, transactionCount);
  const hazards = new HazardCounter(cells.count);
  const level = new Uint32Array(transactionCount);
  const uses = new Uint8Array(cells.count);
  const touched = new Uint32Array(cells.count);
  const linkedTo = new Int32Array(transactionCount + accessCount).fill(-1);
  for (let t = 0; t < transactionCount; t++) {
    let touchedCount = 0;
    const use = (cell: number, how: number) => {
      if (uses[cell] === 0) touched[touchedCount++] = cell;
      uses[cell]! |= how;
    };
    for (let k = readOffset[t]!; k < readOffset[t + 1]!; k++) use(cells.of[k]!, READ);
    for (let k = writeOffset[t]!; k < writeOffset[t + 1]!; k++) {
      const commutes = options.commutativeCredits && writeIsCredit[k]! > 0;
      use(cells.of[reads + k]!, commutes ? CREDIT : WRITE);
    }
    for (let i = 0; i < touchedCount; i++) {
      const cell = touched[i]!;
      const how = uses[cell]!;
      const needs = phases.enter(cell, how === READ || how === CREDIT ? how : WRITE);
      if (needs > level[t]!) level[t] = needs;
      const gate = phases.gateOf(cell);
      if (gate >= 0 && linkedTo[gate] !== t) {
        linkedTo[gate] = t;
        phases.edges.push(gate, t);
      }
    }
    for (let i = 0; i < touchedCount; i++) {
      const cell = touched[i]!;
      phases.join(cell, t, level[t]!);
      hazards.add(cell, uses[cell]!);
      uses[cell] = 0;
    }
  }
  const { readAfterWrite, writeAfterRead, writeAfterWrite } = hazards;
  return {
    ...summarise(level, phases.edges, phases.gateCount),
    hazards: { readAfterWrite, writeAfterRead, writeAfterWrite },
  };
}

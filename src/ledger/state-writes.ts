/**
 * What one execution writes, and what a block has written. Most cells that a block touches belong to accounts
 * and lie close together, so that they are kept in arrays with a bit for each cell; a bit also puts them in
 * order without sorting. Cells far out are kept in a map.
 */

/** Cells that a block wrote, ascending, and their values. */
export interface WriteSet {
  readonly cells: Float64Array;
  readonly values: Float64Array;
}

/** Value of a cell in a write set; -1 where it was not written. Cost: O(log n). */
export function writtenValue({ cells, values }: WriteSet, cell: number): number {
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cells[middle]! < cell) low = middle + 1;
    else high = middle;
  }
  return cells[low] === cell ? values[low]! : -1;
}

/** Writes of the execution at work; they can be undone. Values are non-negative. */
export interface OpenWrites {
  readonly isEmpty: boolean;
  /** Value of a cell; -1 where it is not written. */
  read(cell: number): number;
  write(cell: number, value: number): void;
  mark(): number;
  rollback(mark: number): void;
  /** Cells written, ascending; valid until the next write. */
  cells(): Float64Array;
  /** Takes all of them out. */
  close(): WriteSet;
  clear(): void;
}

const NOTHING = new Float64Array(0);

/** Makes an empty set. @param denseCount - Cells below this are kept in arrays. */
export function createOpenWrites(denseCount: number): OpenWrites {
  const values = new Float64Array(denseCount);
  /** A bit for each dense cell that is written, and one for each word of those that is not 0. */
  const bits = new Uint32Array((denseCount + 31) >>> 5);
  const words = new Uint32Array((bits.length + 31) >>> 5);
  const sparse = new Map<number, number>();
  let denseSize = 0;
  /** Undo log: cell, and its value before or -1. */
  let undo: number[] = [];
  let sorted: Float64Array | undefined;

  const isDense = (cell: number) => ((bits[cell >>> 5]! >>> (cell & 31)) & 1) === 1;

  function read(cell: number): number {
    if (cell < denseCount) return isDense(cell) ? values[cell]! : -1;
    return sparse.get(cell) ?? -1;
  }

  function erase(cell: number): void {
    if (cell >= denseCount) {
      sparse.delete(cell);
      return;
    }
    const word = cell >>> 5;
    bits[word]! &= ~(1 << (cell & 31));
    if (bits[word] === 0) words[word >>> 5]! &= ~(1 << (word & 31));
    denseSize--;
  }

  function put(cell: number, value: number): void {
    if (cell >= denseCount) {
      sparse.set(cell, value);
      return;
    }
    values[cell] = value;
    if (isDense(cell)) return;
    const word = cell >>> 5;
    bits[word]! |= 1 << (cell & 31);
    words[word >>> 5]! |= 1 << (word & 31);
    denseSize++;
  }

  function collect(): Float64Array {
    if (denseSize + sparse.size === 0) return NOTHING;
    const cells = new Float64Array(denseSize + sparse.size);
    let count = 0;
    for (let group = 0; count < denseSize; group++) {
      for (let left = words[group]!; left !== 0; left &= left - 1) {
        const word = (group << 5) + 31 - Math.clz32(left & -left);
        for (let low = bits[word]!; low !== 0; low &= low - 1) {
          cells[count++] = (word << 5) + 31 - Math.clz32(low & -low);
        }
      }
    }
    for (const cell of sparse.keys()) cells[count++] = cell;
    cells.subarray(denseSize).sort();
    return cells;
  }

  function clear(): void {
    const cells = sorted ?? collect();
    for (let i = 0; i < denseSize; i++) {
      const word = cells[i]! >>> 5;
      bits[word] = 0;
      words[word >>> 5] = 0;
    }
    denseSize = 0;
    sparse.clear();
    undo = [];
    sorted = undefined;
  }

  const writes: OpenWrites = {
    get isEmpty() {
      return denseSize + sparse.size === 0;
    },
    read,
    write(cell, value) {
      undo.push(cell, read(cell));
      put(cell, value);
      sorted = undefined;
    },
    mark: () => undo.length,
    rollback(mark) {
      sorted = undefined;
      while (undo.length > mark) {
        const before = undo.pop()!;
        const cell = undo.pop()!;
        if (before < 0) erase(cell);
        else put(cell, before);
      }
    },
    cells() {
      sorted ??= collect();
      return sorted;
    },
    close() {
      const cells = writes.cells();
      const written = new Float64Array(cells.length);
      for (let i = 0; i < cells.length; i++) written[i] = read(cells[i]!);
      clear();
      return { cells, values: written };
    },
    clear,
  };
  return writes;
}

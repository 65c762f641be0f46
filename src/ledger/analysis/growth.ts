/**
 * What a ledger costs to keep and to replay, and what pruning saves. Everything is a sum over
 * columns of blocks, so that the figures of a run can be recomputed from its exported file.
 */
import { DAY_US } from '../../base/units.ts';

/** Blocks of one chain in order, columns of one length; row 0 may be the genesis. */
export interface BlockColumns {
  /** When the block was made [µs]. */
  readonly timestampUs: ArrayLike<number>;
  /** Bytes that stay for ever: header, roots, producer's signature [byte]. */
  readonly headerBytes: ArrayLike<number>;
  /** Bytes that pruning drops: transactions, and receipts where these are kept [byte]. */
  readonly bodyBytes: ArrayLike<number>;
  /** Transactions of the block and the gas they used. */
  readonly transactionCount: ArrayLike<number>;
  readonly gasUsed: ArrayLike<number>;
  /** Energy trades that the block settles. */
  readonly tradeCount: ArrayLike<number>;
  /** State records and unspent coins that live after the block. */
  readonly liveRecords: ArrayLike<number>;
  readonly liveCoins: ArrayLike<number>;
}

/** Bytes of one unit of state. */
export interface StateSizes {
  readonly recordBytes: number;
  readonly coinBytes: number;
}

function expectColumns(blocks: BlockColumns): number {
  const count = blocks.timestampUs.length;
  for (const [name, column] of Object.entries(blocks)) {
    if (column.length !== count) {
      throw new RangeError(`"${name}" expected ${count} blocks, got ${column.length}`);
    }
  }
  return count;
}

function stateBytesAfter(blocks: BlockColumns, sizes: StateSizes, block: number): number {
  return (
    blocks.liveRecords[block]! * sizes.recordBytes + blocks.liveCoins[block]! * sizes.coinBytes
  );
}

/** Growth of a ledger; NaN where a figure is 0/0. */
export interface LedgerGrowth {
  /** Ledger bytes up to and with each block, and state bytes after it [byte]. */
  readonly ledgerBytes: Float64Array;
  readonly stateBytes: Float64Array;
  /** All ledger bytes over all trades, and over all transactions [byte]. */
  readonly bytesPerTrade: number;
  readonly bytesPerTransaction: number;
  /** From the first row to the last: bytes appended and state added, per day [byte/day]. */
  readonly ledgerBytesPerDay: number;
  readonly stateBytesPerDay: number;
}

/**
 * Bytes of the ledger and of the state, cumulative and per trade and day.
 *
 * @throws {RangeError} when columns differ in length. State growth is negative when the state
 *   shrinks.
 */
export function ledgerGrowth(blocks: BlockColumns, sizes: StateSizes): LedgerGrowth {
  const count = expectColumns(blocks);
  const ledgerBytes = new Float64Array(count);
  const stateBytes = new Float64Array(count);
  let bytes = 0;
  let trades = 0;
  let transactions = 0;
  for (let block = 0; block < count; block++) {
    bytes += blocks.headerBytes[block]! + blocks.bodyBytes[block]!;
    trades += blocks.tradeCount[block]!;
    transactions += blocks.transactionCount[block]!;
    ledgerBytes[block] = bytes;
    stateBytes[block] = stateBytesAfter(blocks, sizes, block);
  }
  const last = count - 1;
  const days = count === 0 ? 0 : (blocks.timestampUs[last]! - blocks.timestampUs[0]!) / DAY_US;
  const perDay = (column: Float64Array) => (count === 0 ? 0 : column[last]! - column[0]!) / days;
  return {
    ledgerBytes,
    stateBytes,
    bytesPerTrade: trades === 0 ? Number.NaN : bytes / trades,
    bytesPerTransaction: transactions === 0 ? Number.NaN : bytes / transactions,
    ledgerBytesPerDay: days === 0 ? Number.NaN : perDay(ledgerBytes),
    stateBytesPerDay: days === 0 ? Number.NaN : perDay(stateBytes),
  };
}

/** Speed of the machine that replays. */
export interface ReplayCosts {
  /** Checking one signature, and executing one unit of gas [µs]. */
  readonly verifyUs: number;
  readonly gasUs: number;
  /** Reading and hashing one byte [µs]. */
  readonly byteUs: number;
}

/** Work to replay a range of blocks. */
export interface ReplayWork {
  readonly blockCount: number;
  /** One a block for its producer and one a transaction for its sender. */
  readonly signatureCount: number;
  readonly gas: number;
  readonly bytes: number;
  /** On one core [µs]. */
  readonly timeUs: number;
}

/**
 * Work of a node that replays blocks from `first` to the end; with `first` 0 it trusts the genesis
 * only, with a later one the state before that block.
 *
 * @throws {RangeError} when columns differ in length or `first` is not a block or the end.
 */
export function replayWork(blocks: BlockColumns, costs: ReplayCosts, first = 0): ReplayWork {
  const count = expectColumns(blocks);
  if (!(Number.isInteger(first) && first >= 0 && first <= count)) {
    throw new RangeError(`"first" expected 0..${count}, got ${first}`);
  }
  let signatureCount = count - first;
  let gas = 0;
  let bytes = 0;
  for (let block = first; block < count; block++) {
    signatureCount += blocks.transactionCount[block]!;
    gas += blocks.gasUsed[block]!;
    bytes += blocks.headerBytes[block]! + blocks.bodyBytes[block]!;
  }
  const timeUs = signatureCount * costs.verifyUs + gas * costs.gasUs + bytes * costs.byteUs;
  return { blockCount: count - first, signatureCount, gas, bytes, timeUs };
}

/** What a node keeps with and without pruning, columns of blocks. */
export interface Pruning {
  /** First block whose body is still there after each block. */
  readonly firstKept: Uint32Array;
  /** All headers, the bodies that are kept, and the state [byte]. */
  readonly keptBytes: Float64Array;
  /** All headers, all bodies, and the state [byte]. */
  readonly archiveBytes: Float64Array;
  /** Archive over kept bytes after the last block, ≥ 1; NaN without blocks. */
  readonly archiveRatio: number;
}

/**
 * Bytes kept when bodies older than a horizon are dropped as soon as a newer block arrives. Headers
 * with their roots stay, so that inclusion in a pruned block can be proved by whoever kept it; the
 * state stays, so that the node goes on validating.
 *
 * @param horizonUs - A body is dropped when it is older than this against the newest block [µs], ≥
 *   0. A block counts as at least as young as its ancestors, where time stamps run back.
 * @throws {RangeError} when columns differ in length or the horizon is negative. Cost: O(blocks).
 */
export function pruning(blocks: BlockColumns, sizes: StateSizes, horizonUs: number): Pruning {
  const count = expectColumns(blocks);
  if (!(horizonUs >= 0)) throw new RangeError(`"horizonUs" expected >= 0, got ${horizonUs}`);
  const firstKept = new Uint32Array(count);
  const keptBytes = new Float64Array(count);
  const archiveBytes = new Float64Array(count);
  const madeUs = new Float64Array(count);
  let headers = 0;
  let bodies = 0;
  let dropped = 0;
  let first = 0;
  for (let block = 0; block < count; block++) {
    const stampUs = blocks.timestampUs[block]!;
    madeUs[block] = block === 0 ? stampUs : Math.max(stampUs, madeUs[block - 1]!);
    headers += blocks.headerBytes[block]!;
    bodies += blocks.bodyBytes[block]!;
    for (; madeUs[block]! - madeUs[first]! > horizonUs; first++)
      dropped += blocks.bodyBytes[first]!;
    const state = stateBytesAfter(blocks, sizes, block);
    firstKept[block] = first;
    archiveBytes[block] = headers + bodies + state;
    keptBytes[block] = headers + bodies - dropped + state;
  }
  const archiveRatio = count === 0 ? Number.NaN : archiveBytes[count - 1]! / keptBytes[count - 1]!;
  return { firstKept, keptBytes, archiveBytes, archiveRatio };
}

/**
 * Mean bytes a node keeps after the last block, where a share of the nodes are archives.
 *
 * @param archiveShare - Share of nodes that prune nothing, 0..1. @throws {RangeError} else.
 */
export function meanNodeBytes(result: Pruning, archiveShare: number): number {
  if (!(archiveShare >= 0 && archiveShare <= 1)) {
    throw new RangeError(`"archiveShare" expected 0..1, got ${archiveShare}`);
  }
  const kept = result.keptBytes.at(-1) ?? Number.NaN;
  const archive = result.archiveBytes.at(-1) ?? Number.NaN;
  return archiveShare * archive + (1 - archiveShare) * kept;
}

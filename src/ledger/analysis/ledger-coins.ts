/**
 * The coins of a ledger as columns: who spent which coin and who made it, which is what
 * clustering and the dependency graph of blocks start from. An address is a lock: the hash under
 * which an output stands, whatever predicate is behind it.
 */
import { bytesToHex } from '../hash.ts';
import type { Outpoint, SpendOutput, SpendPayload } from '../payloads/spend.ts';
import { outpointName, type SpendEnvelope, spendId } from '../utxo/spend.ts';
import type { CoinGraph } from './clustering.ts';
import type { SpendColumns } from './dependencies.ts';

/** A coin that no spend made: an allotment of genesis, a grant, a reward. */
export interface IssuedCoin {
  readonly outpoint: Outpoint;
  readonly output: SpendOutput;
}

/** A spend that succeeded, and its block. */
export interface IncludedSpend {
  /** Height and time stamp of the block [µs]. */
  readonly block: number;
  readonly timestampUs: number;
  readonly envelope: SpendEnvelope;
  readonly payload: Pick<SpendPayload, 'inputs' | 'outputs' | 'feeUpt'>;
}

/**
 * Transactions on coins of one asset: first one issue an issued coin, then spends in ledger order.
 */
export interface LedgerCoins extends CoinGraph {
  /** Lock of each address, 64 hex digits; addresses are numbered by first appearance. */
  readonly addressLock: readonly string[];
  /** Transaction that made the coin of each input. */
  readonly inputParent: readonly number[];
  /** Height and time stamp of each transaction's block [µs]; 0 for issues. */
  readonly block: readonly number[];
  readonly timestampUs: readonly number[];
  /** Transactions `blockStart[b] .. blockStart[b + 1] − 1` are those of one block that has any. */
  readonly blockStart: readonly number[];
}

/** A coin that is not spent yet. */
interface LiveCoin {
  readonly transaction: number;
  readonly address: number;
  readonly amount: number;
}

/** Columns of {@link LedgerCoins} while they grow. */
class CoinTable {
  readonly addressLock: string[] = [];
  readonly inputOffset: number[] = [0];
  readonly inputAddress: number[] = [];
  readonly inputAmount: number[] = [];
  readonly inputParent: number[] = [];
  readonly outputOffset: number[] = [0];
  readonly outputAddress: number[] = [];
  readonly outputAmount: number[] = [];
  readonly block: number[] = [];
  readonly timestampUs: number[] = [];
  private readonly addressOf = new Map<string, number>();
  private readonly live = new Map<string, LiveCoin>();

  spend(outpoint: Outpoint): void {
    const name = outpointName(outpoint);
    const coin = this.live.get(name);
    // Coins of other assets stand in the same spends and are not followed.
    if (coin === undefined) return;
    this.live.delete(name);
    this.inputAddress.push(coin.address);
    this.inputAmount.push(coin.amount);
    this.inputParent.push(coin.transaction);
  }

  make(outpoint: Outpoint, { lock, amount }: SpendOutput): void {
    const hex = bytesToHex(lock);
    let address = this.addressOf.get(hex);
    if (address === undefined) {
      address = this.addressLock.push(hex) - 1;
      this.addressOf.set(hex, address);
    }
    this.outputAddress.push(address);
    this.outputAmount.push(amount);
    this.live.set(outpointName(outpoint), { transaction: this.block.length, address, amount });
  }

  /** Inputs or outputs were added since the last transaction. */
  get isTouched(): boolean {
    return (
      this.inputAddress.length > this.inputOffset.at(-1)! ||
      this.outputAddress.length > this.outputOffset.at(-1)!
    );
  }

  close(block: number, timestampUs: number): void {
    this.inputOffset.push(this.inputAddress.length);
    this.outputOffset.push(this.outputAddress.length);
    this.block.push(block);
    this.timestampUs.push(timestampUs);
  }
}

/**
 * Turns spends into columns.
 *
 * @param spends - Spends whose receipts say ok, in ledger order.
 * @param issued - Coins that no spend made; they stand at the front, one issue each.
 * @param asset - Code of the asset to follow, 0 points. Inputs and outputs of other assets are left
 *   out, and so are spends without any of this one.
 * @throws {RangeError} when an input is a coin that neither an earlier spend nor `issued` made, or
 *   one that is spent already.
 */
export function ledgerCoins(
  spends: Iterable<IncludedSpend>,
  issued: readonly IssuedCoin[],
  asset = 0,
): LedgerCoins {
  const table = new CoinTable();
  const unspent = new Set<string>();
  const make = (outpoint: Outpoint, output: SpendOutput) => {
    unspent.add(outpointName(outpoint));
    if (output.asset === asset) table.make(outpoint, output);
  };
  for (const { outpoint, output } of issued) {
    make(outpoint, output);
    if (output.asset === asset) table.close(0, 0);
  }
  const blockStart: number[] = [];
  for (const { block, timestampUs, envelope, payload } of spends) {
    for (const input of payload.inputs) {
      if (!unspent.delete(outpointName(input))) {
        throw new RangeError(`"spends" expected unspent coins, got ${outpointName(input)}`);
      }
      table.spend(input);
    }
    const txId = spendId(envelope, payload);
    payload.outputs.forEach((output, index) => {
      make({ txId, index }, output);
    });
    if (!table.isTouched) continue;
    const transaction = table.block.length;
    // Issues stand at height 0, so the first spend opens a block as well.
    if (table.block[transaction - 1] !== block) blockStart.push(transaction);
    table.close(block, timestampUs);
  }
  blockStart.push(table.block.length);
  return {
    addressCount: table.addressLock.length,
    transactionCount: table.block.length,
    addressLock: table.addressLock,
    inputOffset: table.inputOffset,
    inputAddress: table.inputAddress,
    inputAmount: table.inputAmount,
    inputParent: table.inputParent,
    outputOffset: table.outputOffset,
    outputAddress: table.outputAddress,
    outputAmount: table.outputAmount,
    block: table.block,
    timestampUs: table.timestampUs,
    blockStart,
  };
}

/** Spends of one block for `coinDependencies`; `index` counts the blocks of `blockStart`. */
export function blockSpends(coins: LedgerCoins, index: number): SpendColumns {
  const first = coins.blockStart[index];
  const end = coins.blockStart[index + 1];
  if (first === undefined || end === undefined) {
    throw new RangeError(`"index" expected below ${coins.blockStart.length - 1}, got ${index}`);
  }
  const from = coins.inputOffset[first]!;
  const to = coins.inputOffset[end]!;
  const inputOffset = new Uint32Array(end - first + 1);
  for (let t = first; t <= end; t++) inputOffset[t - first] = coins.inputOffset[t]! - from;
  const parent = new Int32Array(to - from);
  for (let k = from; k < to; k++) parent[k - from] = Math.max(-1, coins.inputParent[k]! - first);
  return { transactionCount: end - first, inputOffset, parent };
}

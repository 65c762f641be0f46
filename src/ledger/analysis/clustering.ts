/**
 * Who is behind which address of a coin ledger, guessed from the ledger alone. Every rule below is
 * a guess that some transactions break (a join of two owners, a wallet with another coin
 * selection), and one wrong link merges two owners for good; so each can be switched, and
 * `pair-scores.ts` says how far the result can be trusted.
 */
import { createUnionFind, type Partition, partitionOf, type UnionFind } from './union-find.ts';

/** Transactions of a coin ledger in ledger order; CSR columns, amounts of one asset. */
export interface CoinGraph {
  /** Addresses are `0..addressCount−1`. */
  readonly addressCount: number;
  readonly transactionCount: number;
  /** First input of each transaction, and the end. No inputs: an issuance. */
  readonly inputOffset: ArrayLike<number>;
  /** Address that owned the coin spent. */
  readonly inputAddress: ArrayLike<number>;
  /** Integers > 0 [Upt or another unit]. */
  readonly inputAmount: ArrayLike<number>;
  readonly outputOffset: ArrayLike<number>;
  readonly outputAddress: ArrayLike<number>;
  readonly outputAmount: ArrayLike<number>;
}

/** Which rules to use; all are off unless set. */
export interface ClusteringRules {
  /**
   * Inputs of one transaction have one owner. Source: S. Nakamoto 2008, §10; Reid & Harrigan 2011.
   */
  readonly commonInput?: boolean;
  /**
   * The output to the only address that never stood on the ledger before, among outputs to
   * addresses that did, is the change. Source: S. Meiklejohn et al., A Fistful of Bitcoins, IMC
   * 2013, §4.2.
   */
  readonly addressReuse?: boolean;
  /**
   * In a transaction with two outputs and several inputs, either output can be the payment. If the
   * payment could have been made without the smallest input, that input was unnecessary; when this
   * rules out exactly one of the two, the other is the payment and its partner the change. Source:
   * S. Ghesmati, W. Fdhila, E. Weippl, Unnecessary Input Heuristics and PayJoin Transactions, HCII
   * 2021.
   */
  readonly unnecessaryInput?: boolean;
  /**
   * The only output smaller than every input is the change, else one input less would have done.
   * Source: H. Kalodner et al., BlockSci, USENIX Security 2020. With two outputs it says what
   * `unnecessaryInput` says; it also speaks of transactions with more.
   */
  readonly optimalChange?: boolean;
  /**
   * Leaves alone the inputs of a transaction with two outputs in which some input is unnecessary
   * whichever output is the payment: it may be a join of two owners. Source: Ghesmati et al. 2021.
   */
  readonly skipJoins?: boolean;
}

/** Clusters of addresses, and how many sets each rule joined, in the order of the rules. */
export interface AddressClusters extends Partition {
  readonly commonInputLinks: number;
  readonly addressReuseLinks: number;
  readonly unnecessaryInputLinks: number;
  readonly optimalChangeLinks: number;
  /** Transactions whose inputs `skipJoins` left alone. */
  readonly skippedCount: number;
}

/** One transaction of a graph, as ranges of its columns. */
interface Transfer {
  readonly graph: CoinGraph;
  readonly inputFrom: number;
  readonly inputTo: number;
  readonly outputFrom: number;
  readonly outputTo: number;
}

/**
 * An output pays an address among the inputs: the change has shown itself, nothing is to be
 * guessed.
 */
function hasSelfChange(tx: Transfer): boolean {
  const { inputAddress, outputAddress } = tx.graph;
  for (let o = tx.outputFrom; o < tx.outputTo; o++) {
    for (let i = tx.inputFrom; i < tx.inputTo; i++) {
      if (outputAddress[o] === inputAddress[i]) return true;
    }
  }
  return false;
}

function smallestInput({ graph, inputFrom, inputTo }: Transfer): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = inputFrom; i < inputTo; i++) smallest = Math.min(smallest, graph.inputAmount[i]!);
  return smallest;
}

/** The only output that is alone fresh among used addresses, or −1. */
function changeByReuse(tx: Transfer, used: Uint8Array): number {
  let change = -1;
  let usedCount = 0;
  for (let o = tx.outputFrom; o < tx.outputTo; o++) {
    const address = tx.graph.outputAddress[o]!;
    if (used[address] === 1) usedCount++;
    else if (change >= 0) return -1;
    else change = o;
  }
  return usedCount > 0 ? change : -1;
}

/** The only output below the smallest input, or −1; needs a second output to be paid. */
function changeBySize(tx: Transfer, smallest: number): number {
  if (tx.outputTo - tx.outputFrom < 2) return -1;
  let change = -1;
  for (let o = tx.outputFrom; o < tx.outputTo; o++) {
    if (tx.graph.outputAmount[o]! >= smallest) continue;
    if (change >= 0) return -1;
    change = o;
  }
  return change;
}

/** Several inputs and two outputs: the transactions on which unnecessary inputs are defined. */
const isTemplate = (tx: Transfer) =>
  tx.inputTo - tx.inputFrom >= 2 && tx.outputTo - tx.outputFrom === 2;

/**
 * Neither output needs all inputs. What the inputs without the smallest exceed a payment and the
 * fee by is the change less the smallest input, so that an input is needed only by a smaller
 * change.
 */
function looksLikeJoin({ graph, outputFrom }: Transfer, smallest: number): boolean {
  return (
    graph.outputAmount[outputFrom]! >= smallest && graph.outputAmount[outputFrom + 1]! >= smallest
  );
}

/** Links of one rule. */
class Linker {
  links = 0;
  private readonly sets: UnionFind;
  constructor(sets: UnionFind) {
    this.sets = sets;
  }
  link(a: number, b: number): void {
    if (this.sets.union(a, b)) this.links++;
  }
}

/**
 * Clusters the addresses of a coin ledger by the rules chosen; links of all rules add up.
 *
 * The observer sees addresses, amounts and the order of all transactions, nothing else. Change is
 * guessed only in transactions with inputs and without an output to an address among the inputs. An
 * address is fresh until a transaction before this one, or an input of this one, has shown it.
 *
 * @returns One cluster a set of linked addresses, an address without links alone, numbered by
 *   lowest address. A rule counts a link only where the rules before it had not joined the two.
 * @throws {RangeError} when an address is not below `addressCount`.
 * Cost: O(inputs + outputs), except Σ inputs × outputs a transaction to look for self-change.
 */
export function clusterAddresses(graph: CoinGraph, rules: ClusteringRules): AddressClusters {
  const { addressCount, transactionCount, inputOffset, outputOffset } = graph;
  expectAddresses('inputAddress', graph.inputAddress, addressCount);
  expectAddresses('outputAddress', graph.outputAddress, addressCount);
  const sets = createUnionFind(addressCount);
  const byInput = new Linker(sets);
  const byReuse = new Linker(sets);
  const byUnnecessary = new Linker(sets);
  const bySize = new Linker(sets);
  const used = new Uint8Array(addressCount);
  let skippedCount = 0;
  for (let t = 0; t < transactionCount; t++) {
    const tx: Transfer = {
      graph,
      inputFrom: inputOffset[t]!,
      inputTo: inputOffset[t + 1]!,
      outputFrom: outputOffset[t]!,
      outputTo: outputOffset[t + 1]!,
    };
    for (let i = tx.inputFrom; i < tx.inputTo; i++) used[graph.inputAddress[i]!] = 1;
    if (tx.inputTo > tx.inputFrom) {
      const payer = graph.inputAddress[tx.inputFrom]!;
      const smallest = smallestInput(tx);
      const skip = rules.skipJoins === true && isTemplate(tx) && looksLikeJoin(tx, smallest);
      if (skip) skippedCount++;
      else if (rules.commonInput === true) {
        for (let i = tx.inputFrom + 1; i < tx.inputTo; i++)
          byInput.link(payer, graph.inputAddress[i]!);
      }
      if (!hasSelfChange(tx)) {
        const link = (linker: Linker, output: number) => {
          if (output >= 0) linker.link(payer, graph.outputAddress[output]!);
        };
        const change = changeBySize(tx, smallest);
        if (rules.addressReuse === true) link(byReuse, changeByReuse(tx, used));
        if (rules.unnecessaryInput === true && isTemplate(tx)) link(byUnnecessary, change);
        if (rules.optimalChange === true) link(bySize, change);
      }
    }
    for (let o = tx.outputFrom; o < tx.outputTo; o++) used[graph.outputAddress[o]!] = 1;
  }
  return {
    ...partitionOf(sets, addressCount),
    commonInputLinks: byInput.links,
    addressReuseLinks: byReuse.links,
    unnecessaryInputLinks: byUnnecessary.links,
    optimalChangeLinks: bySize.links,
    skippedCount,
  };
}

/** Clusters of an account ledger: there every payment of an account shows its one address. */
export function accountClusters(accountCount: number): Partition {
  return partitionOf(createUnionFind(accountCount), accountCount);
}

function expectAddresses(name: string, column: ArrayLike<number>, count: number): void {
  for (let k = 0; k < column.length; k++) {
    const address = column[k]!;
    if (!(Number.isInteger(address) && address >= 0 && address < count)) {
      throw new RangeError(`"${name}" expected 0..${count - 1} at ${k}, got ${address}`);
    }
  }
}

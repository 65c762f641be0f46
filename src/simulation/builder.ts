/**
 * Making a block: choosing transactions that have reached the producer, executing them once, and sealing
 * the header. Rewards that have fallen due on the branch lead the block.
 */
import { InvariantViolation } from '../base/errors.ts';
import type { Conduct } from '../consensus/conduct.ts';
import { hasStaleRead } from '../consensus/endorsement.ts';
import type { BranchRule } from '../consensus/protocol.ts';
import { ACCOUNT, accountCell } from '../contracts/cells.ts';
import { imbalanceOf } from '../contracts/conservation.ts';
import { type BlockContext, execute, refusal, stateRootAfter } from '../contracts/execute.ts';
import { rotationsOf } from '../contracts/membership-cells.ts';
import { advanceRewards, type IrreversibleBlock, type RewardDue } from '../contracts/points.ts';
import { pointsProblem } from '../contracts/points-checks.ts';
import type { ChainRules } from '../contracts/rules.ts';
import { utxoImbalance } from '../contracts/utxo-conservation.ts';
import { type BlockHeader, blockHash, encodeHeader } from '../ledger/block.ts';
import { createWriter } from '../ledger/encoding.ts';
import { hexToBytes } from '../ledger/hash.ts';
import { assemblyOrder } from '../ledger/mempool-order.ts';
import type { Pool, PooledTransaction, TransactionTable } from '../ledger/pool.ts';
import { type Receipt, receiptRoot } from '../ledger/receipt.ts';
import type { ChainState, StateView } from '../ledger/state.ts';
import { TRANSACTION_CODE, transactionLeaf, transactionRoot } from '../ledger/transactions.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';
import { type BlockSizes, createBlockSizes } from './block-sizes.ts';
import type { KeyRing } from './key-ring.ts';
import type { ChainMempools } from './mempools.ts';
import type { ChainTurns } from './turns.ts';

/** What a builder works on. */
export interface BuilderOptions {
  readonly tree: BlockTree;
  readonly state: ChainState;
  readonly table: TransactionTable;
  readonly pool: Pool;
  readonly rule: BranchRule;
  readonly rules: ChainRules;
  readonly chainId: Uint8Array;
  readonly genesisRoot: string;
  readonly ring: KeyRing;
  /** Whether a transaction has reached a node. */
  isKnown(node: number, tx: number): boolean;
  /** What nodes hold back, and whether tips or numbers decide what comes first. */
  readonly mempools: Pick<ChainMempools, 'isOrdered' | 'isHeld'>;
  /** What a producer does otherwise than it should; undefined when it is honest. */
  conductOf(node: number): Conduct | undefined;
  /** Turns of the chain, where producers are elected. */
  readonly turns: ChainTurns | undefined;
  /** Block on whose state a transaction was executed to be endorsed; -1 when it was not. */
  endorsedOn(tx: number): BlockIndex;
  /** What a batch may hold at most, beside the caps of blocks. */
  readonly batchCaps: { readonly transactions: number; readonly bytes: number } | undefined;
  /** Bytes of other traffic that every block carries; they travel, and hold no transaction. */
  readonly backgroundBytes: number;
  /**
   * Signs a transaction of the chain's own making and enters it into the table.
   *
   * @param nonce - Height of the block: rewards stand outside the numbers of their sender.
   * @param rotations - Which of the producer's keys is in force on the branch.
   */
  signReward(
    producerAccount: number,
    nonce: number,
    due: RewardDue,
    node: number,
    rotations: number,
  ): number;
}

/** A sealed block with what the export needs. */
export interface SealedBlock {
  readonly header: BlockHeader;
  readonly signature: Uint8Array;
  readonly receipts: readonly Receipt[];
}

/** Builds blocks and remembers their seals. */
export interface BlockBuilder {
  build(
    node: number,
    parent: BlockIndex,
    timestampUs: number,
    producedUs: number,
    consensus: readonly number[],
    work: number,
  ): BlockIndex;
  /** The seal of a block; undefined once it was exported. */
  seal(block: BlockIndex): SealedBlock | undefined;
  /** Lets the seal of an exported or dead block go. */
  forget(block: BlockIndex): void;
  /** Endorsed transactions that read what had changed by the time their block was validated. */
  readonly staleReads: number;
  stateRoot(block: BlockIndex): string;
  readonly sizes: BlockSizes;
  /** Points paid to the producers of rewards that the block carries [Upt]. */
  rewardUpt(block: BlockIndex): number;
}

/** Makes a builder. */
export function createBlockBuilder(options: BuilderOptions): BlockBuilder {
  const { tree, state, table, pool, rule, rules } = options;
  const seals = new Map<BlockIndex, SealedBlock>();
  const roots: string[] = [options.genesisRoot];
  const rewards: number[] = [0];
  const sizes = createBlockSizes(state);
  /** Height up to which a block's branch has counted irreversible blocks for rewards. */
  let counted = new Int32Array(1024);
  const writer = createWriter(512);

  function newlyIrreversible(parent: BlockIndex, upTo: number): IrreversibleBlock[] {
    const from = counted[parent]!;
    const blocks: IrreversibleBlock[] = [];
    if (upTo <= from) return blocks;
    for (let at = tree.ancestorAt(parent, upTo); tree.height[at]! > from; at = tree.parent[at]!) {
      blocks.push({
        producer: rules.firstNode + tree.producer[at]!,
        timestampUs: tree.timestampUs[at]!,
        transactionCount: tree.transactionCount[at]!,
      });
    }
    return blocks.reverse();
  }

  interface Body {
    readonly transactions: number[];
    readonly receipts: Receipt[];
    bytes: number;
    gas: number;
    rewardUpt: number;
    /** Of the rewards that lead the block, which stand outside its caps. */
    dueCount: number;
    dueGas: number;
    dueBytes: number;
  }

  /** Executes into the body; false, and nothing done, when a block has no gas left for it. */
  function run(body: Body, tx: number): boolean {
    const pooled: PooledTransaction = table.signed(tx);
    const mark = state.mark();
    const endorsedOn = options.endorsedOn(tx);
    if (endorsedOn >= 0) {
      reads = new Map();
      written.clear();
    }
    const receipt = execute(undoable, rules, pooled.transaction, pooled.intrinsicGas, context);
    const isFirst = body.transactions.length === body.dueCount;
    if (body.gas - body.dueGas + receipt.gasUsed > rules.blockGasMax && !isFirst) {
      state.rollback(mark);
      reads = undefined;
      return false;
    }
    append(body, tx, receipt);
    if (reads !== undefined) countStaleReads(endorsedOn, pooled.transaction.sender);
    return true;
  }

  /** Values that the transaction at work read before it wrote them; kept for endorsed ones. */
  let reads: Map<number, number> | undefined;
  const written = new Set<number>();
  let staleReads = 0;

  /** Notes a transaction whose endorsement saw something else than its validation. */
  function countStaleReads(endorsedOn: BlockIndex, sender: number): void {
    const now = reads!;
    reads = undefined;
    // Every transaction of a sender changes the nonce that the next one reads.
    now.delete(accountCell(sender, ACCOUNT.nonce));
    const cells = Array.from(now.keys());
    const then = (cell: number) => state.readAt(endorsedOn, cell);
    if (hasStaleRead(cells, then, (cell) => now.get(cell)!)) staleReads++;
  }

  function append(body: Body, tx: number, receipt: Receipt): void {
    body.transactions.push(tx);
    body.receipts.push(receipt);
    body.bytes += table.sizeBytes[tx]!;
    body.gas += receipt.gasUsed;
  }

  let view: StateView = { read: () => 0, write() {} };
  /** Of the block at work. */
  let height = 0;
  let context: BlockContext = { timestampUs: 0 };
  const undoable = {
    read(cell: number): number {
      const value = view.read(cell);
      if (reads !== undefined && !reads.has(cell) && !written.has(cell)) reads.set(cell, value);
      return value;
    },
    write(cell: number, value: number): void {
      // What it wrote itself it does not read from the ledger.
      if (reads !== undefined && !reads.has(cell)) written.add(cell);
      view.write(cell, value);
    },
    mark: () => state.mark(),
    rollback: (mark: number) => state.rollback(mark),
  };

  /** What is due must be in the block, so no cap applies to it. */
  function payRewards(body: Body, node: number, due: readonly RewardDue[]) {
    const account = rules.firstNode + node;
    for (const payment of due) {
      const rotations = rotationsOf(view.read(accountCell(account, ACCOUNT.member)));
      const tx = options.signReward(account, height, payment, node, rotations);
      const { transaction, intrinsicGas } = table.signed(tx);
      const receipt = execute(undoable, rules, transaction, intrinsicGas, context);
      append(body, tx, receipt);
      body.rewardUpt += payment.amountUpt;
    }
    body.dueCount = body.transactions.length;
    body.dueGas = body.gas;
    body.dueBytes = body.bytes;
  }

  const bytesMax = Math.min(rules.blockBytesMax, options.batchCaps?.bytes ?? rules.blockBytesMax);
  const countMax = options.batchCaps?.transactions ?? Number.POSITIVE_INFINITY;

  /** Senders held back in this block because an earlier nonce of theirs is missing here. */
  const heldBack = new Set<number>();

  function fill(body: Body, node: number, parent: BlockIndex, timestampUs: number): void {
    heldBack.clear();
    const conduct = options.conductOf(node);
    const take = (tx: number): boolean => {
      if (table.expiryUs[tx]! < timestampUs) return true;
      const sender = table.sender[tx]!;
      // Spends have no numbers: each waits for its coins alone.
      const isSpend = table.type[tx] === TRANSACTION_CODE.SPEND;
      if (!isSpend && heldBack.has(sender)) return true;
      if (
        !options.isKnown(node, tx) ||
        conduct?.includes?.(node, tx) === false ||
        options.mempools.isHeld(tx, view, timestampUs)
      ) {
        if (!isSpend) heldBack.add(sender);
        return true;
      }
      if (body.bytes - body.dueBytes + table.sizeBytes[tx]! > bytesMax) return false;
      if (body.transactions.length - body.dueCount >= countMax) return false;
      const { transaction, intrinsicGas } = table.signed(tx);
      const member = () => view.read(accountCell(sender, ACCOUNT.member));
      const isSigned = isSpend || options.ring.ahead(tx, sender, member) === 0;
      const refused = refusal(view, rules, transaction, intrinsicGas, timestampUs);
      if (refused !== undefined || !isSigned) {
        if (!isSpend) heldBack.add(sender);
        return true;
      }
      return run(body, tx);
    };
    if (conduct?.arrange === undefined && !options.mempools.isOrdered) {
      pool.visit(parent, state.base, take);
      return;
    }
    const candidates: number[] = [];
    pool.visit(parent, state.base, (tx) => {
      if (options.isKnown(node, tx)) candidates.push(tx);
      return true;
    });
    const order = conduct?.arrange?.(node, candidates) ?? assemblyOrder(candidates, table);
    for (const tx of order) if (!take(tx)) return;
  }

  function assertConserved(dirty: ArrayLike<number>, parent: BlockIndex, timeUs: number): void {
    const before = (cell: number) => state.readAt(parent, cell);
    const off = imbalanceOf(dirty, rules.accountCount, before, (cell) => view.read(cell));
    if (off !== 0) throw new InvariantViolation('points-conserved', `${off} Upt too many`, timeUs);
    if (rules.coins !== undefined) {
      const coins = utxoImbalance(dirty, before, (cell) => view.read(cell));
      if (coins.some((units) => units !== 0)) {
        throw new InvariantViolation('coins-conserved', coins.join(', '), timeUs);
      }
    }
    const problem = pointsProblem(dirty, rules, before, (cell) => view.read(cell));
    if (problem !== undefined) throw new InvariantViolation('points-books', problem, timeUs);
  }

  return {
    build(node, parent, timestampUs, producedUs, consensus, work) {
      view = state.begin(parent);
      height = tree.height[parent]! + 1;
      context = {
        timestampUs,
        height,
        producer: rules.firstNode + node,
        parentHash: tree.hash(parent),
        branch: options.turns?.open(view, parent, consensus),
      };
      const body: Body = {
        transactions: [],
        receipts: [],
        bytes: 0,
        gas: 0,
        rewardUpt: 0,
        dueCount: 0,
        dueGas: 0,
        dueBytes: 0,
      };
      const upTo = Math.min(rule.irreversibleHeight(parent, node, consensus), tree.height[parent]!);
      const newly = newlyIrreversible(parent, upTo);
      if (newly.length > 0) {
        payRewards(body, node, advanceRewards(view, rules, newly));
      }
      if (pool.size > 0) fill(body, node, parent, timestampUs);
      const dirty = state.dirtyCells();
      if (dirty.length > 0) assertConserved(dirty, parent, producedUs);
      const stateRoot = stateRootAfter(roots[parent]!, dirty, (cell) => view.read(cell));
      const header: BlockHeader = {
        chainId: options.chainId,
        height,
        previousHash: tree.hash(parent),
        timestampUs,
        producer: rules.firstNode + node,
        transactionRoot: transactionRoot(
          body.transactions.map((tx) => {
            const { unsigned, signature } = table.signed(tx);
            return transactionLeaf(unsigned, signature);
          }),
        ),
        receiptRoot: receiptRoot(body.receipts),
        stateRoot,
        transactionCount: body.transactions.length,
        bodyBytes: body.bytes,
        gasUsed: body.gas,
        consensus,
      };
      const encoded = encodeHeader(header, writer);
      const hash = blockHash(encoded);
      const headerBytes = encoded.length;
      // The key in force when the block was begun: what rotates in it counts from the next block on.
      const standing = state.readAt(parent, accountCell(header.producer, ACCOUNT.member));
      const key = options.ring.pair(header.producer, rotationsOf(standing));
      const signature = key.sign(hexToBytes(hash));
      const block = tree.add({
        parent,
        producer: node,
        timestampUs,
        producedUs,
        hash,
        work,
        transactions: body.transactions,
        bytes: headerBytes + signature.length + body.bytes + options.backgroundBytes,
        gasUsed: body.gas,
        consensus,
      });
      state.commit(block);
      sizes.add(block, body.bytes);
      rule.add(block);
      options.turns?.add(block);
      for (const tx of body.transactions) table.include(tx, block);
      if (block >= counted.length) {
        const wider = new Int32Array(counted.length * 2);
        wider.set(counted);
        counted = wider;
      }
      counted[block] = Math.max(counted[parent]!, upTo);
      roots[block] = stateRoot;
      rewards[block] = body.rewardUpt;
      seals.set(block, { header, signature, receipts: body.receipts });
      return block;
    },
    seal: (block) => seals.get(block),
    forget(block) {
      seals.delete(block);
    },
    get staleReads() {
      return staleReads;
    },
    stateRoot: (block) => roots[block]!,
    rewardUpt: (block) => rewards[block]!,
    sizes,
  };
}

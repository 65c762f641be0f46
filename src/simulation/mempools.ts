/**
 * The mempools of a chain in a run: what a scenario allows them, and what a client's node tells its client
 * of a transaction that it does not keep, or that another with the same number has shut out.
 */
import { ACCOUNT, accountCell } from '../contracts/cells.ts';
import type { ChainRules } from '../contracts/rules.ts';
import { createMempools, type Mempools } from '../ledger/mempool-nodes.ts';
import { type NonceBook, replacementTip } from '../ledger/mempool-nonces.ts';
import type { TransactionTable } from '../ledger/pool.ts';
import { type RejectReason, rejectReasonCode } from '../ledger/reject-reason.ts';
import type { StateView } from '../ledger/state.ts';
import { TRANSACTION_CODE } from '../ledger/transactions.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';
import type { Scenario } from '../scenario/sections.ts';

/** What the mempools of a chain work with. */
export interface ChainMempoolParts {
  readonly scenario: Scenario;
  readonly rules: ChainRules;
  readonly tree: BlockTree;
  readonly table: TransactionTable;
  readonly nonces: NonceBook;
  /** Whether a transaction has reached a node. */
  hasReached(node: number, tx: number): boolean;
  /** The state that a node holds for the present one. */
  viewOf(node: number): Pick<StateView, 'read'>;
}

/** Mempools with the clients behind them. */
export interface ChainMempools extends Mempools {
  /** Whether producers take transactions in another order than that of their arrival. */
  readonly isOrdered: boolean;
  /** Whether a transaction must wait on a state until an earlier number of its sender has come. */
  isHeld(tx: number, state: Pick<StateView, 'read'>, nowUs: number): boolean;
  /** A block is final at a node: the rivals of what it carries are lost to their clients there. */
  onFinal(node: number, block: BlockIndex): void;
}

/** Makes the mempools of a chain. */
export function createChainMempools(parts: ChainMempoolParts): ChainMempools {
  const { scenario, rules, tree, table, nonces } = parts;
  const { poolMax, minTip } = scenario.ledger;
  const limit = (max: number) => (max === 0 ? Number.POSITIVE_INFINITY : max);
  const nonceAt = (node: number, sender: number) =>
    parts.viewOf(node).read(accountCell(sender, ACCOUNT.nonce));

  function tell(node: number, tx: number, reason: RejectReason): void {
    if (table.node[tx] !== node || table.refused[tx] !== 0) return;
    if (Number.isNaN(table.finalUs[tx]!)) table.refused[tx] = rejectReasonCode(reason);
  }

  const mempools = createMempools({
    nodeCount: scenario.network.nodes,
    tree,
    table,
    nonces,
    policy: {
      transactionsMax: limit(poolMax.transactions),
      bytesMax: limit(poolMax.size),
      minTipUpt: minTip,
    },
    paysFees: (sender) => sender < rules.homeCount,
    hasReached: parts.hasReached,
    nonceAt,
    onDropped: tell,
  });

  return {
    ...mempools,
    get isOrdered() {
      return table.hasTips || nonces.isUsed;
    },
    isHeld(tx, state, nowUs) {
      if (!nonces.isUsed) return false;
      return nonces.isHeld(tx, state.read(accountCell(table.sender[tx]!, ACCOUNT.nonce)), nowUs);
    },
    onFinal(node, block) {
      const body = tree.transactions(block);
      for (let i = 0; i < body.length; i++) {
        const tx = body[i]!;
        // It made its way although its client's node had let it go.
        if (table.node[tx] === node) table.refused[tx] = 0;
        if (!nonces.isUsed) continue;
        for (const rival of nonces.rivals(tx)) {
          if (table.type[tx] === TRANSACTION_CODE.SPEND) {
            tell(node, rival, 'DOUBLE_SPEND');
            continue;
          }
          const pays = table.tipUpt[tx]! >= replacementTip(table.tipUpt[rival]!);
          tell(node, rival, pays ? 'REPLACED' : 'BAD_NONCE');
        }
      }
    },
  };
}

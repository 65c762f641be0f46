/**
 * Verifying an exported ledger: the contracts run again on a state of their own, block by block, with
 * nothing but the file. Which rewards were due follows from headers and the branch rule alone.
 */
import { InvariantViolation } from '../base/errors.ts';
import type { Table } from '../base/table.ts';
import { protocols } from '../consensus/protocols/index.ts';
import { ACCOUNT, accountCell, denseCellCount } from '../contracts/cells.ts';
import { imbalanceOf, recount } from '../contracts/conservation.ts';
import { execute, refusal, stateRootAfter, type UndoableState } from '../contracts/execute.ts';
import { rulesOf } from '../contracts/genesis-rules.ts';
import { brokenInvariants } from '../contracts/invariants.ts';
import { advanceRewards, type IrreversibleBlock } from '../contracts/points.ts';
import { pointsProblem } from '../contracts/points-checks.ts';
import { utxoRecount } from '../contracts/utxo-conservation.ts';
import { type BlockHeader, blockHash, CHAIN_ID_BYTES, encodeHeader } from '../ledger/block.ts';
import { createWriter } from '../ledger/encoding.ts';
import type { Genesis } from '../ledger/genesis.ts';
import { hexToBytes } from '../ledger/hash.ts';
import type { Receipt } from '../ledger/receipt.ts';
import { createChainState } from '../ledger/state.ts';
import { intrinsicGas } from '../ledger/transactions.ts';
import { createBlockTree } from '../ledger/tree.ts';
import { ASSETS } from '../ledger/utxo/spend.ts';
import {
  type Replay,
  type ReplayTransaction,
  type VerifyReport,
  verifyLedger,
} from '../ledger/verify.ts';

import { type Accesses, accessed } from './access-journal.ts';
import { type HoldingChanges, journalled } from './audit-journal.ts';
import { openGenesis } from './genesis-state.ts';
import { type StateSource, stateTables } from './state-tables.ts';
import { createChainTurns } from './turns.ts';

/** Blocks between the head of the replay and its flat state: the deepest look back of a branch rule. */
const REPLAY_WINDOW = 4_096;

/** What a verified ledger says. */
export interface LedgerAudit {
  readonly report: VerifyReport;
  /**
   * The state that its blocks give, as the tables that a run writes of its own state; none where the ledger
   * does not verify.
   */
  readonly tables: readonly Table[];
  /** The same state, cell by cell. */
  readonly state?: StateSource;
}

/** Who looks on while a ledger is replayed. */
export interface ReplayObserver {
  /** The state that genesis gives. */
  onGenesis(source: StateSource): void;
  /** A transaction has run. @param changes - What it did to the points of accounts. */
  onTransaction(ran: RanTransaction, changes: HoldingChanges): void;
  /** What a transaction read and wrote; noted only where somebody asks. */
  onAccesses?(ran: RanTransaction, accesses: Accesses): void;
  /** The replay is over. @param cellCount - Cells of the final state, which `read` reads, not zero. */
  onEnd?(cellCount: number, read: (cell: number) => number): void;
}

/** A transaction of a replay and what came of it. */
export interface RanTransaction extends ReplayTransaction {
  readonly header: BlockHeader;
  /** Place in its block, from 0. */
  readonly place: number;
  readonly receipt: Receipt;
}

/** Verifies `ledger.bin` from its bytes alone, and rebuilds the state that its blocks give. */
export function auditRunLedger(bytes: Uint8Array, observer?: ReplayObserver): LedgerAudit {
  let source: StateSource | undefined;
  const report = verifyLedger(bytes, (genesis, genesisHash) => {
    const replay = createReplay(genesis, genesisHash, observer);
    source = replay.source;
    return replay;
  });
  if (!report.ok || source === undefined) return { report, tables: [] };
  return { report, tables: stateTables(source), state: source };
}

/** Verifies `ledger.bin` from its bytes alone. */
export function verifyRunLedger(bytes: Uint8Array): VerifyReport {
  return auditRunLedger(bytes).report;
}

/** A replay whose final state can be read once it has finished. */
interface AuditedReplay extends Replay {
  readonly source: StateSource;
}

function createReplay(
  genesis: Genesis,
  genesisHash: string,
  observer?: ReplayObserver,
): AuditedReplay {
  const chainId = hexToBytes(genesisHash).subarray(0, CHAIN_ID_BYTES);
  const rules = rulesOf(genesis, chainId);
  const tree = createBlockTree(genesisHash);
  const state = createChainState(tree, {
    denseCount: denseCellCount(rules.accountCount),
    maxUnfinalBlocks: 2 * REPLAY_WINDOW,
  });
  const protocol = protocols.get(genesis.consensus.name);
  const parameters = Object.fromEntries(genesis.consensus.parameters);
  const rule = protocol.createRule(tree, parameters);
  const turns = createChainTurns(tree, state, rules, protocol, rule, parameters);
  let root = openGenesis(state, genesis, rules);
  let view = state.begin(0);
  let counted = 0;
  let head = 0;
  const writer = createWriter(1024);
  // There is one open state, whichever block it stands on.
  const plain: UndoableState = view;
  const journal = observer === undefined ? undefined : journalled(plain, rules.accountCount);
  const accesses =
    observer?.onAccesses === undefined ? undefined : accessed(journal ?? plain, rules.accountCount);
  const undoable = accesses ?? journal ?? plain;
  const source: StateSource = {
    read: (cell) => state.readBase(cell),
    rules,
    accountId: (account) => genesis.accounts[account]!.id,
    accountRole: (account) => genesis.accounts[account]!.role,
  };
  observer?.onGenesis(source);

  function newlyIrreversible(header: BlockHeader): IrreversibleBlock[] {
    const fields = Array.from(header.consensus);
    const producer = header.producer - rules.firstNode;
    const upTo = Math.min(rule.irreversibleHeight(head, producer, fields), tree.height[head]!);
    const blocks: IrreversibleBlock[] = [];
    if (upTo <= counted) return blocks;
    for (let at = tree.ancestorAt(head, upTo); tree.height[at]! > counted; at = tree.parent[at]!) {
      blocks.push({
        producer: rules.firstNode + tree.producer[at]!,
        timestampUs: tree.timestampUs[at]!,
        transactionCount: tree.transactionCount[at]!,
      });
    }
    counted = upTo;
    return blocks.reverse();
  }

  /** The block must lead with exactly the rewards that are due, and carry no others. */
  function checkRewards(header: BlockHeader, transactions: readonly ReplayTransaction[]): void {
    const due = advanceRewards(view, rules, newlyIrreversible(header));
    transactions.forEach(({ tx }, place) => {
      const owed = due[place];
      const isReward = tx.type === 'POINTS_REWARD';
      const isRight =
        isReward &&
        owed !== undefined &&
        tx.sender === header.producer &&
        tx.payload.to === owed.to &&
        tx.payload.amountUpt === owed.amountUpt &&
        tx.payload.ref === owed.day;
      if (isReward !== (owed !== undefined) || (isReward && !isRight)) {
        throw new InvariantViolation(
          'reward-due',
          `transaction ${place} of block ${header.height}`,
        );
      }
    });
    if (transactions.length < due.length) {
      throw new InvariantViolation('reward-due', `block ${header.height} lacks rewards`);
    }
  }

  /** Where producers are elected a turn is made by the one whom the branch gives it to. */
  function checkOwner(header: BlockHeader): void {
    if (turns === undefined) return;
    const turn = header.consensus[0] ?? 0;
    const owner = turns.schedule.ownerOf(head, turn);
    if (rules.firstNode + owner === header.producer) return;
    throw new InvariantViolation('turn-owner', `turn ${turn} of block ${header.height}`);
  }

  /** Rewards stand outside the caps, and one transaction alone may use any gas. */
  function checkCaps(
    header: BlockHeader,
    transactions: readonly ReplayTransaction[],
    receipts: readonly Receipt[],
  ): void {
    const capped = receipts.filter((_, place) => transactions[place]!.tx.type !== 'POINTS_REWARD');
    const gas = capped.reduce((sum, receipt) => sum + receipt.gasUsed, 0);
    if (gas > rules.blockGasMax && capped.length > 1) {
      throw new InvariantViolation('block-gas', `block ${header.height} uses ${header.gasUsed}`);
    }
  }

  return {
    source,
    execute(header, transactions) {
      view = state.begin(head);
      checkOwner(header);
      const branch = turns?.open(view, head, Array.from(header.consensus));
      checkRewards(header, transactions);
      const { timestampUs, height, producer } = header;
      const parentHash = tree.hash(head);
      const context = { timestampUs, height, producer, parentHash, branch };
      const receipts: Receipt[] = transactions.map((ran, place) => {
        const { tx, unsigned } = ran;
        const gas = intrinsicGas(unsigned);
        const refused = refusal(view, rules, tx, gas, header.timestampUs);
        if (refused !== undefined) {
          throw new InvariantViolation(
            'transaction-admissible',
            `transaction ${place} of block ${header.height}: ${refused}`,
          );
        }
        accesses?.take();
        const receipt = execute(undoable, rules, tx, gas, context);
        if (journal !== undefined) {
          const done = { tx, unsigned, id: ran.id, header, place, receipt };
          observer!.onTransaction(done, journal.take());
          if (accesses !== undefined) observer!.onAccesses!(done, accesses.take());
        }
        return receipt;
      });
      checkCaps(header, transactions, receipts);
      const dirty = state.dirtyCells();
      const parent = head;
      const before = (cell: number) => state.readAt(parent, cell);
      const after = (cell: number) => view.read(cell);
      const off = imbalanceOf(dirty, rules.accountCount, before, after);
      if (off !== 0) throw new InvariantViolation('points-conserved', `${off} Upt too many`);
      const problem = pointsProblem(dirty, rules, before, after);
      if (problem !== undefined) throw new InvariantViolation('points-books', problem);
      root = stateRootAfter(root, dirty, (cell) => view.read(cell));
      head = tree.add({
        parent,
        producer: header.producer - rules.firstNode,
        timestampUs: header.timestampUs,
        producedUs: header.timestampUs,
        hash: blockHash(encodeHeader(header, writer)),
        work: 1,
        transactions: new Int32Array(header.transactionCount),
        bytes: header.bodyBytes,
        gasUsed: header.gasUsed,
        consensus: Array.from(header.consensus),
      });
      state.commit(head);
      rule.add(head);
      turns?.add(head);
      if (rule.isValid?.(head) === false) {
        throw new InvariantViolation('block-rule', `block ${header.height} lacks its work`);
      }
      if (tree.height[head]! % REPLAY_WINDOW === 0) {
        state.fold(tree.ancestorAt(head, tree.height[head]! - REPLAY_WINDOW / 2));
      }
      return { receipts, stateRoot: root };
    },
    finish() {
      state.fold(head);
      if (observer?.onEnd !== undefined) {
        let cellCount = 0;
        for (const _ of state.baseCells()) cellCount++;
        observer.onEnd(cellCount, source.read);
      }
      const problems: string[] = [];
      const off = recount(state, rules.accountCount);
      if (off !== 0) problems.push(`points: issued and held differ by ${off} Upt`);
      for (let account = 0; account < rules.accountCount; account++) {
        const locked = state.readBase(accountCell(account, ACCOUNT.certificatesLocked));
        if (locked > state.readBase(accountCell(account, ACCOUNT.certificates))) {
          problems.push(`account ${account}: more certificates locked than owned`);
        }
      }
      if (rules.coins !== undefined) {
        utxoRecount(state).forEach((units, asset) => {
          if (units !== 0)
            problems.push(`coins: ${ASSETS[asset]} issued and held differ by ${units}`);
        });
      }
      const broken = brokenInvariants((cell) => state.readBase(cell), rules);
      problems.push(...broken.map(({ id, problem }) => `${id}: ${problem}`));
      return { problems };
    },
  };
}

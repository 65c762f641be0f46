/**
 * Executing transactions: validity before inclusion, the contract that a type reaches, gas, receipts and
 * the state root. The producer of a block and the verifier of an exported ledger run this same code, each
 * on its own state.
 */
import type { BranchView } from '../ledger/chain-parameters.ts';
import { createWriter } from '../ledger/encoding.ts';
import { type HashHex, sha256Hex } from '../ledger/hash.ts';
import { merkleRoot } from '../ledger/merkle.ts';
import { type Receipt, STATUS_FAILED, STATUS_OK } from '../ledger/receipt.ts';
import { type RejectReason, rejectReasonCode } from '../ledger/reject-reason.ts';
import type { StateView } from '../ledger/state.ts';
import type { Transaction } from '../ledger/transactions.ts';
import { ACCOUNT, accountCell, RECORD_CELLS } from './cells.ts';
import { dispatch } from './index.ts';
import { type Call, type ChainRules, GAS, type Outcome } from './rules.ts';

/** State that can undo, as the executor needs it. */
export interface UndoableState extends StateView {
  mark(): number;
  rollback(mark: number): void;
}

/** What a sender pays for gas [Upt]: offices and full nodes hold no points and pay nothing. */
export function gasPriceOf(rules: ChainRules, sender: number): number {
  return sender < rules.homeCount ? rules.gasPriceUpt : 0;
}

/**
 * Why a transaction may not enter a block at this point, or undefined when it may. Failing here leaves
 * no trace on the chain (model §5.5). The nonce may jump forward: the gap belongs to transactions whose
 * expiry has passed, and a pool holds a transaction back until that is so (decision 20).
 */
export function refusal(
  state: Pick<StateView, 'read'>,
  rules: ChainRules,
  tx: Transaction,
  intrinsicGas: number,
  timestampUs: number,
): RejectReason | undefined {
  if (tx.sender >= rules.accountCount) return 'UNKNOWN_SENDER';
  if (tx.expiryUs < timestampUs) return 'EXPIRED';
  if (rules.consortium === 1 && state.read(accountCell(tx.sender, ACCOUNT.member)) === 0) {
    return 'NOT_MEMBER';
  }
  if (tx.nonce < state.read(accountCell(tx.sender, ACCOUNT.nonce))) return 'BAD_NONCE';
  if (tx.gasLimit < intrinsicGas) return 'INSUFFICIENT_GAS';
  const feeMaxUpt = tx.gasLimit * gasPriceOf(rules, tx.sender);
  if (state.read(accountCell(tx.sender, ACCOUNT.balanceUpt)) < feeMaxUpt) {
    return 'INSUFFICIENT_BALANCE';
  }
  return undefined;
}

/**
 * Executes one admissible transaction: nonce and fee stand whatever happens; a revert or running out of
 * gas rolls the rest back (model §5.5).
 *
 * @param branch - The branch below the block, for evidence; absent where the protocol has no turns.
 */
export function execute(
  state: UndoableState,
  rules: ChainRules,
  tx: Transaction,
  intrinsicGas: number,
  timestampUs: number,
  branch?: BranchView,
): Receipt {
  const nonceCell = accountCell(tx.sender, ACCOUNT.nonce);
  state.write(nonceCell, tx.nonce + 1);
  // The whole limit is set aside first, so that the contract cannot spend what the gas will cost.
  const limitUpt = tx.gasLimit * gasPriceOf(rules, tx.sender);
  addBalance(state, tx.sender, -limitUpt);
  const mark = state.mark();
  const meter = meterGas(state, intrinsicGas + GAS.signatureCheck);
  const call: Call = {
    rules,
    state: meter,
    sender: tx.sender,
    timestampUs,
    branch,
    events: [],
    gasLimit: tx.gasLimit,
    stack: [],
    useGasUpTo: meter.useUpTo,
    useGas: meter.use,
    mark: () => state.mark(),
    rollback: (to) => state.rollback(to),
    invoke(this: Call, sender, type, payload) {
      return dispatch({ ...this, sender }, type, payload);
    },
  };
  let reason: Outcome = dispatch(call, tx.type, tx.payload);
  let gasUsed = meter.gas + GAS.event * call.events.length;
  if (gasUsed > tx.gasLimit) {
    reason = 'OUT_OF_GAS';
    gasUsed = tx.gasLimit;
  }
  if (reason !== undefined) state.rollback(mark);
  const feeUpt = gasUsed * gasPriceOf(rules, tx.sender);
  addBalance(state, tx.sender, limitUpt - feeUpt);
  addBalance(state, rules.treasury, feeUpt);
  return reason === undefined
    ? { status: STATUS_OK, gasUsed, reason: 0, events: call.events }
    : { status: STATUS_FAILED, gasUsed, reason: rejectReasonCode(reason), events: [] };
}

/** Charges reads and writes by record: the first touch of a record after another one costs. */
function meterGas(
  state: StateView,
  startGas: number,
): StateView & { gas: number; useUpTo(gas: number): void; use(gas: number): void } {
  let lastRead = -1;
  let lastWritten = -1;
  const meter = {
    gas: startGas,
    read(cell: number): number {
      const record = Math.floor(cell / RECORD_CELLS);
      if (record !== lastRead && record !== lastWritten) {
        meter.gas += GAS.recordRead;
        lastRead = record;
      }
      return state.read(cell);
    },
    write(cell: number, value: number): void {
      const record = Math.floor(cell / RECORD_CELLS);
      if (record !== lastWritten) {
        meter.gas += value === 0 ? GAS.recordClear : GAS.recordWrite;
        lastWritten = record;
      }
      state.write(cell, value);
    },
    useUpTo(gas: number): void {
      if (gas > meter.gas) meter.gas = gas;
    },
    use(gas: number): void {
      meter.gas += gas;
    },
  };
  return meter;
}

function addBalance(state: StateView, account: number, deltaUpt: number): void {
  if (deltaUpt === 0) return;
  const cell = accountCell(account, ACCOUNT.balanceUpt);
  state.write(cell, state.read(cell) + deltaUpt);
}

const leafWriter = createWriter(1024);

/**
 * State root after a block: SHA-256 over the parent's root and the RFC 6962 root of the block's dirty
 * records (record index, then offset and value of every cell written, ascending). A block that writes
 * nothing keeps its parent's root.
 */
export function stateRootAfter(
  parentRoot: HashHex,
  dirtyCells: ArrayLike<number>,
  read: (cell: number) => number,
): HashHex {
  if (dirtyCells.length === 0) return parentRoot;
  const leaves: Uint8Array[] = [];
  for (let i = 0; i < dirtyCells.length; ) {
    const record = Math.floor(dirtyCells[i]! / RECORD_CELLS);
    leafWriter.reset();
    leafWriter.uint(record);
    for (; i < dirtyCells.length; i++) {
      const cell = dirtyCells[i]!;
      if (Math.floor(cell / RECORD_CELLS) !== record) break;
      leafWriter.uint(cell - record * RECORD_CELLS);
      leafWriter.uint(read(cell));
    }
    leaves.push(leafWriter.bytes().slice());
  }
  return sha256Hex(`state/${parentRoot}/${merkleRoot(leaves)}`);
}

/** State root of genesis before any balance is written. */
export const EMPTY_STATE_ROOT: HashHex = sha256Hex('state/empty');

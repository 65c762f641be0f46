/**
 * Executing transactions: validity before inclusion, the contract that a type reaches, gas, receipts and
 * the state root. The producer of a block and the verifier of an exported ledger run this same code, each
 * on its own state.
 */
import type { BranchView } from '../ledger/chain-parameters.ts';
import { createWriter } from '../ledger/encoding.ts';
import { type HashHex, type HashLatin1, sha256Hex } from '../ledger/hash.ts';
import { leafHash, merkleRootOfHashes } from '../ledger/merkle.ts';
import { type Receipt, STATUS_FAILED, STATUS_OK } from '../ledger/receipt.ts';
import { type RejectReason, rejectReasonCode } from '../ledger/reject-reason.ts';
import type { StateView } from '../ledger/state.ts';
import type { PayloadOf, Transaction, TransactionType } from '../ledger/transactions.ts';
import { ACCOUNT, accountCell, RECORD_CELLS } from './cells.ts';
import { dispatch } from './index.ts';
import { isRevoked, isSuspended } from './membership-cells.ts';
import { type Call, type ChainRules, GAS, type Outcome } from './rules.ts';
import { collectFee } from './treasury.ts';
import { executeSpend, spendRefusal } from './utxo.ts';
import { noteSpent } from './vesting.ts';

/** State that can undo, as the executor needs it. */
export interface UndoableState extends StateView {
  mark(): number;
  rollback(mark: number): void;
}

/** What a sender pays for gas [Upt]: offices and full nodes hold no points and pay nothing. */
export function gasPriceOf(rules: ChainRules, sender: number): number {
  return sender < rules.homeCount ? rules.gasPriceUpt : 0;
}

/** What a transaction moves out of its sender's balance beside fees [Upt]. */
export function movedUpt(tx: Transaction): number {
  return tx.type === 'TRANSFER' ? tx.payload.amountUpt : 0;
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
  if (tx.type === 'SPEND') {
    return rules.coins === undefined
      ? 'NO_CONTRACT'
      : spendRefusal(state, rules.coins, tx, intrinsicGas, timestampUs);
  }
  const { sender } = tx;
  if (sender >= rules.accountCount) return 'UNKNOWN_SENDER';
  if (tx.expiryUs < timestampUs) return 'EXPIRED';
  if (rules.consortium === 1) {
    const member = state.read(accountCell(sender, ACCOUNT.member));
    if (member === 0) return 'NOT_MEMBER';
    // A reward is the protocol's own and must be in the block, whoever made that.
    if (isSuspended(member) && tx.type !== 'POINTS_REWARD') {
      return isRevoked(member) ? 'REVOKED' : 'SUSPENDED';
    }
  }
  const isReward = tx.type === 'POINTS_REWARD';
  if (!isReward && tx.nonce < state.read(accountCell(sender, ACCOUNT.nonce))) return 'BAD_NONCE';
  if (tx.gasLimit < intrinsicGas) return 'INSUFFICIENT_GAS';
  const neededUpt = tx.gasLimit * gasPriceOf(rules, sender) + (tx.tipUpt ?? 0) + movedUpt(tx);
  if (state.read(accountCell(sender, ACCOUNT.balanceUpt)) < neededUpt) {
    return 'INSUFFICIENT_BALANCE';
  }
  return undefined;
}

/** The block that transactions run in. */
export interface BlockContext {
  readonly timestampUs: number;
  /** Height; 0 where there are no coins, which remember it. */
  readonly height?: number;
  /** Account of the producer; the treasury where there is none. */
  readonly producer?: number | undefined;
  /** Hash of the parent block, hex, from which contracts draw; absent where there is none. */
  readonly parentHash?: string;
  /** The branch below the block, for evidence; absent where the protocol has no turns. */
  readonly branch?: BranchView | undefined;
}

/**
 * Executes one admissible transaction: nonce, gas fee and tip stand whatever happens; a revert or running
 * out of gas rolls the rest back (model §5.5). Gas is paid to the treasury, the tip to the producer.
 */
export function execute(
  state: UndoableState,
  rules: ChainRules,
  tx: Transaction,
  intrinsicGas: number,
  block: BlockContext,
): Receipt {
  if (tx.type === 'SPEND') {
    const { timestampUs, height = 0 } = block;
    return executeSpend(state, rules.coins!, tx, intrinsicGas, { timestampUs, height });
  }
  const { sender, gasLimit, tipUpt = 0 } = tx;
  const gasPriceUpt = gasPriceOf(rules, sender);
  // A reward is its block's: were it numbered, it would take a number that the producer's client has given
  // to something on its way.
  if (tx.type !== 'POINTS_REWARD') state.write(accountCell(sender, ACCOUNT.nonce), tx.nonce + 1);
  // The whole limit is set aside first, so that the contract cannot spend what the gas will cost.
  const limitUpt = gasLimit * gasPriceUpt;
  addBalance(state, sender, -limitUpt - tipUpt);
  const mark = state.mark();
  meter.open(state, intrinsicGas + GAS.signatureCheck);
  const call = new TransactionCall(rules, meter, sender, gasLimit, block);
  let reason: Outcome = dispatch(call, tx.type, tx.payload);
  let gasUsed = meter.gas + GAS.event * call.events.length;
  if (gasUsed > gasLimit) {
    reason = 'OUT_OF_GAS';
    gasUsed = gasLimit;
  }
  if (reason !== undefined) state.rollback(mark);
  const feeUpt = gasUsed * gasPriceUpt;
  addBalance(state, sender, limitUpt - feeUpt);
  collectFee(state, rules, feeUpt);
  noteSpent(state, rules, sender);
  addBalance(state, block.producer ?? rules.treasury, tipUpt);
  return reason === undefined
    ? { status: STATUS_OK, gasUsed, reason: 0, events: call.events }
    : { status: STATUS_FAILED, gasUsed, reason: rejectReasonCode(reason), events: [] };
}

/** State that charges what is read and written. */
interface GasMeter extends UndoableState {
  gas: number;
  /** Starts to count for a transaction. */
  open(state: UndoableState, gas: number): void;
}

/** Charges reads and writes by record: the first touch of a record after another one costs. */
function createGasMeter(): GasMeter {
  let state!: UndoableState;
  let lastRead = -1;
  let lastWritten = -1;
  const meter = {
    gas: 0,
    open(metered: UndoableState, gas: number): void {
      state = metered;
      meter.gas = gas;
      lastRead = -1;
      lastWritten = -1;
    },
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
    mark: () => state.mark(),
    rollback: (mark: number) => state.rollback(mark),
  };
  return meter;
}

/** One transaction executes at a time, so that one meter is enough. */
const meter = createGasMeter();

/** What the contracts of one transaction work on. */
class TransactionCall implements Call {
  readonly rules: ChainRules;
  readonly state: GasMeter;
  readonly sender: number;
  readonly timestampUs: number;
  readonly branch: BranchView | undefined;
  readonly parentHash: string | undefined;
  readonly events: number[] = [];
  readonly gasLimit: number;
  readonly stack: string[] = [];

  constructor(
    rules: ChainRules,
    state: GasMeter,
    sender: number,
    gasLimit: number,
    block: BlockContext,
  ) {
    this.rules = rules;
    this.state = state;
    this.sender = sender;
    this.timestampUs = block.timestampUs;
    this.branch = block.branch;
    this.gasLimit = gasLimit;
    this.parentHash = block.parentHash;
  }

  useGasUpTo(gas: number): void {
    if (gas > this.state.gas) this.state.gas = gas;
  }

  useGas(gas: number): void {
    this.state.gas += gas;
  }

  mark(): number {
    return this.state.mark();
  }

  rollback(mark: number): void {
    this.state.rollback(mark);
  }

  invoke<T extends TransactionType>(sender: number, type: T, payload: PayloadOf[T]): Outcome {
    return dispatch(this.as(sender), type, payload);
  }

  /** The same call on behalf of another account: events and the contracts at work are shared. */
  private as(sender: number): Call {
    if (sender === this.sender) return this;
    return Object.assign(Object.create(TransactionCall.prototype) as object, this, {
      sender,
    }) as TransactionCall;
  }
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
  const leaves: HashLatin1[] = [];
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
    leaves.push(leafHash(leafWriter.bytes()));
  }
  return sha256Hex(`state/${parentRoot}/${merkleRootOfHashes(leaves)}`);
}

/** State root of genesis before any balance is written. */
export const EMPTY_STATE_ROOT: HashHex = sha256Hex('state/empty');

/**
 * The way of a transaction into the chain: an account's client numbers and signs it, it travels to the
 * client's node, and the node lets it in or says why not. What happens to it then is the chain's matter.
 */
import { ACCOUNT, accountCell } from '../contracts/cells.ts';
import { refusal } from '../contracts/execute.ts';
import type { ChainRules } from '../contracts/rules.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { createWriter } from '../ledger/encoding.ts';
import { equalBytes } from '../ledger/hash.ts';
import type { NonceBook } from '../ledger/mempool-nonces.ts';
import type { TransactionTable } from '../ledger/pool.ts';
import { type RejectReason, rejectReasonCode } from '../ledger/reject-reason.ts';
import { verifySignature } from '../ledger/signature.ts';
import {
  encodeTransaction,
  intrinsicGas,
  NO_SIGNATURE,
  type PayloadOf,
  type Transaction,
  type TransactionOf,
  type TransactionType,
  transactionId,
} from '../ledger/transactions.ts';
import { outpointName } from '../ledger/utxo/spend.ts';
import { MESSAGE } from '../network/traffic.ts';
import type { Transport } from '../network/transport.ts';
import type { Clients, SubmitOptions } from './clients.ts';
import type { KeyRing } from './key-ring.ts';

/** How long a client waits before it asks a node that is down again. */
const RETRY_US = 1_000_000;

/** What an intake works with. */
export interface IntakeParts {
  readonly kernel: Kernel;
  readonly chainId: Uint8Array;
  readonly ring: KeyRing;
  readonly rules: ChainRules;
  readonly table: TransactionTable;
  readonly nonces: NonceBook;
  /** Least tip that full nodes ask of homes [Upt]. */
  readonly minTipUpt: number;
  readonly transport: Transport;
  readonly clients: Clients;
  /** CPU time of checking a signature [µs], integer. */
  readonly verifyUs: number;
  /** Reads a cell of the state that a node holds for the present one. */
  readAtHead(node: number, cell: number): number;
  /** A node has let a transaction in. Returns why it does not keep it all the same. */
  onEntered(node: number, tx: number): RejectReason | undefined;
}

/** Intake of one chain. */
export interface Intake {
  /**
   * Signs a transaction and enters it into the table, as sent now; returns its row.
   *
   * @param rotations - Which of the signer's keys; default the one that its client counts on.
   * @param signer - Account that signs it; default the sender.
   */
  sign(
    transaction: Transaction,
    node: number,
    slot: number,
    rotations?: number,
    signer?: number,
  ): number;
  /** Sends a transaction from an account's client now; returns its row. */
  submit<T extends TransactionType>(
    type: T,
    account: number,
    payload: PayloadOf[T],
    about: SubmitOptions,
  ): number;
}

/** What time may heal is no refusal: a spend may wait for the coin that it takes. */
const lasting = (refused: RejectReason | undefined): RejectReason | undefined =>
  refused === 'MISSING_INPUT' || refused === 'TIMELOCKED' ? undefined : refused;

/** Makes the intake. */
export function createIntake(parts: IntakeParts): Intake {
  const { kernel, chainId, ring, rules, table, nonces, transport, clients } = parts;
  /** By account: the number after the last one that it has signed. */
  const nextNonce = new Float64Array(rules.accountCount);
  /** Transactions that another than their sender has sent. */
  const forged = new Set<number>();
  const unsignedWriter = createWriter(1024);

  function sign(
    transaction: Transaction,
    node: number,
    slot: number,
    rotations?: number,
    signer: number = transaction.sender,
  ): number {
    const keyNumber = rotations ?? ring.nextRotations(signer);
    const unsigned = encodeTransaction(transaction, unsignedWriter).slice();
    const tx = table.add(
      {
        transaction,
        unsigned,
        signature: ring.pair(signer, keyNumber).sign(unsigned),
        id: transactionId(unsigned),
        intrinsicGas: intrinsicGas(unsigned),
      },
      { slot, node, submittedUs: kernel.nowUs },
    );
    ring.note(tx, keyNumber);
    return tx;
  }

  /** What is wrong with a transaction that its sender has not signed for this chain. */
  function forgeryOf(tx: number): RejectReason | undefined {
    const { transaction, unsigned, signature } = table.signed(tx);
    if (!equalBytes(transaction.chainId, chainId)) return 'WRONG_CHAIN';
    const { sender } = transaction;
    const { mode, publicKey } = ring.pair(sender, ring.nextRotations(sender));
    return verifySignature(mode, publicKey, unsigned, signature) ? undefined : 'BAD_SIGNATURE';
  }

  /** Whether the same bytes have been let in before. */
  const isCopy = (tx: number, other: number) =>
    table.receivedUs[other]! >= 0 && table.refused[other] === 0 && table.id(other) === table.id(tx);

  /** What no state can make admissible: a reward is its block's, and what fits no block waits for ever. */
  function refusedAtDoor(tx: number): RejectReason | undefined {
    if (forged.has(tx)) return forgeryOf(tx);
    if (table.signed(tx).transaction.type === 'POINTS_REWARD') return 'UNAUTHORISED';
    if (nonces.rivals(tx).some((other) => isCopy(tx, other))) return 'DUPLICATE';
    return table.sizeBytes[tx]! > rules.blockBytesMax ? 'EXCEEDS_BLOCK' : undefined;
  }

  const enter = kernel.event('network/submit-transaction', PHASE.network, (tx, node) => {
    if (transport.up[node] === 0) {
      // The client tries again until its node answers or there is nothing left to send.
      if (kernel.nowUs < table.expiryUs[tx]!) enter.after(RETRY_US, tx, node);
      return;
    }
    table.receivedUs[tx] = kernel.nowUs;
    const { transaction, intrinsicGas: gas } = table.signed(tx);
    const view = { read: (cell: number) => parts.readAtHead(node, cell) };
    const { sender } = transaction;
    const member = () => view.read(accountCell(sender, ACCOUNT.member));
    // A key that comes into force by a rotation under way waits for it, as a nonce does.
    const isForeign = transaction.type !== 'SPEND' && ring.ahead(tx, sender, member) < 0;
    const refused =
      refusedAtDoor(tx) ??
      (isForeign ? 'BAD_SIGNATURE' : undefined) ??
      lasting(refusal(view, rules, transaction, gas, kernel.nowUs));
    const kept = refused ?? parts.onEntered(node, tx);
    if (kept !== undefined) table.refused[tx] = rejectReasonCode(kept);
  });

  /** Sends a spend, which names nobody: who sends it is known to its client alone. */
  function submitSpend(
    account: number,
    payload: PayloadOf['SPEND'],
    node: number,
    about: SubmitOptions,
  ): number {
    const transaction: TransactionOf<'SPEND'> = {
      type: 'SPEND',
      chainId,
      sender: 0,
      nonce: 0,
      gasLimit: about.gasLimit ?? clients.gasLimitOf(account),
      expiryUs: about.expiryUs,
      payload,
    };
    const unsigned = encodeTransaction(transaction, unsignedWriter).slice();
    const tx = table.add(
      {
        transaction,
        unsigned,
        signature: NO_SIGNATURE,
        id: transactionId(unsigned),
        intrinsicGas: intrinsicGas(unsigned),
      },
      { slot: about.slot, node, submittedUs: kernel.nowUs, sender: account },
    );
    nonces.spend(tx, payload.inputs.map(outpointName));
    transport.traffic.count(MESSAGE.submit, -1, node, table.sizeBytes[tx]!);
    enter.after(clients.latencyUs(account) + parts.verifyUs, tx, node);
    return tx;
  }

  return {
    sign,
    submit(type, account, payload, about) {
      const node = about.node ?? clients.nodeOf(account);
      if (type === 'SPEND') return submitSpend(account, payload as PayloadOf['SPEND'], node, about);
      const isForged = about.signer !== undefined || about.chainId !== undefined;
      const next = nextNonce[account]!;
      const nonce = about.nonce ?? next;
      const isHome = account < rules.homeCount;
      const transaction = {
        type,
        chainId: about.chainId ?? chainId,
        sender: account,
        nonce,
        gasLimit: about.gasLimit ?? clients.gasLimitOf(account),
        expiryUs: about.expiryUs,
        tipUpt: about.tipUpt ?? (isHome ? parts.minTipUpt : 0),
        payload,
      } as unknown as Transaction;
      const tx = sign(transaction, node, about.slot, undefined, about.signer);
      if (isForged) {
        forged.add(tx);
      } else {
        nextNonce[account] = Math.max(next, nonce + 1);
        if (nonce === next) nonces.follow(tx);
        else nonces.choose(tx);
      }
      transport.traffic.count(MESSAGE.submit, -1, node, table.sizeBytes[tx]!);
      enter.after(clients.latencyUs(account) + parts.verifyUs, tx, node);
      return tx;
    },
  };
}

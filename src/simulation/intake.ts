/**
 * The way of a transaction into the chain: an account's client numbers and signs it, it travels to the
 * client's node, and the node lets it in or says why not. What happens to it then is the chain's matter.
 */
import { refusal } from '../contracts/execute.ts';
import type { ChainRules } from '../contracts/rules.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { createWriter } from '../ledger/encoding.ts';
import type { TransactionTable } from '../ledger/pool.ts';
import { type RejectReason, rejectReasonCode } from '../ledger/reject-reason.ts';
import type { KeyPair } from '../ledger/signature.ts';
import {
  encodeTransaction,
  intrinsicGas,
  type PayloadOf,
  type Transaction,
  type TransactionType,
  transactionId,
} from '../ledger/transactions.ts';
import { MESSAGE } from '../network/traffic.ts';
import type { Transport } from '../network/transport.ts';
import type { Clients, SubmitOptions } from './clients.ts';

/** How long a client waits before it asks a node that is down again. */
const RETRY_US = 1_000_000;

/** What an intake works with. */
export interface IntakeParts {
  readonly kernel: Kernel;
  readonly chainId: Uint8Array;
  readonly keys: readonly KeyPair[];
  readonly rules: ChainRules;
  readonly table: TransactionTable;
  readonly transport: Transport;
  readonly clients: Clients;
  /** CPU time of checking a signature [µs], integer. */
  readonly verifyUs: number;
  /** Reads a cell of the state that a node holds for the present one. */
  readAtHead(node: number, cell: number): number;
  /** A node has let a transaction in. */
  onEntered(node: number, tx: number): void;
}

/** Intake of one chain. */
export interface Intake {
  /** Signs a transaction and enters it into the table, as sent now; returns its row. */
  sign(transaction: Transaction, node: number, slot: number): number;
  /** Sends a transaction from an account's client now; returns its row. */
  submit<T extends TransactionType>(
    type: T,
    account: number,
    payload: PayloadOf[T],
    about: SubmitOptions,
  ): number;
}

/** Makes the intake. */
export function createIntake(parts: IntakeParts): Intake {
  const { kernel, chainId, keys, rules, table, transport, clients } = parts;
  const nonces = new Float64Array(rules.accountCount);
  const unsignedWriter = createWriter(1024);

  function sign(transaction: Transaction, node: number, slot: number): number {
    const unsigned = encodeTransaction(transaction, unsignedWriter).slice();
    return table.add(
      {
        transaction,
        unsigned,
        signature: keys[transaction.sender]!.sign(unsigned),
        id: transactionId(unsigned),
        intrinsicGas: intrinsicGas(unsigned),
      },
      { slot, node, submittedUs: kernel.nowUs },
    );
  }

  /** What no state can make admissible: a reward is its block's, and what fits no block waits for ever. */
  function refusedAtDoor(tx: number): RejectReason | undefined {
    if (table.signed(tx).transaction.type === 'POINTS_REWARD') return 'UNAUTHORISED';
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
    const refused = refusedAtDoor(tx) ?? refusal(view, rules, transaction, gas, kernel.nowUs);
    if (refused === undefined) parts.onEntered(node, tx);
    else table.refused[tx] = rejectReasonCode(refused);
  });

  return {
    sign,
    submit(type, account, payload, about) {
      const node = clients.nodeOf(account);
      const nonce = nonces[account]!;
      nonces[account]!++;
      const transaction = {
        type,
        chainId,
        sender: account,
        nonce,
        gasLimit: about.gasLimit ?? clients.gasLimitOf(account),
        expiryUs: about.expiryUs,
        payload,
      } as unknown as Transaction;
      const tx = sign(transaction, node, about.slot);
      transport.traffic.count(MESSAGE.submit, -1, node, table.sizeBytes[tx]!);
      enter.after(clients.latencyUs(account) + parts.verifyUs, tx, node);
      return tx;
    },
  };
}

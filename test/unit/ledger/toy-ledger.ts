/**
 * A small ledger and a small replay for tests: balances, transfers and admissions, nothing else.
 */
import { type BlockHeader, blockHash, encodeHeader } from '../../../src/ledger/block.ts';
import { createWriter } from '../../../src/ledger/encoding.ts';
import {
  chainIdOf,
  encodeGenesis,
  type Genesis,
  genesisHash,
} from '../../../src/ledger/genesis.ts';
import { type HashHex, hexToBytes, sha256Hex } from '../../../src/ledger/hash.ts';
import {
  createLedgerWriter,
  joinChunks,
  type LedgerBlock,
} from '../../../src/ledger/ledger-file.ts';
import { type Receipt, receiptRoot } from '../../../src/ledger/receipt.ts';
import { rejectReasonCode } from '../../../src/ledger/reject-reason.ts';
import { type CryptoMode, createKeyPair, type KeyPair } from '../../../src/ledger/signature.ts';
import {
  encodeTransaction,
  type SignedTransaction,
  type Transaction,
  transactionId,
  transactionLeaf,
  transactionRoot,
  transactionSize,
} from '../../../src/ledger/transactions.ts';
import type { Replay, ReplayTransaction } from '../../../src/ledger/verify.ts';

const writer = createWriter();

export function toySeed(account: number): Uint8Array {
  return new Uint8Array(32).fill(account + 1);
}

export function toyGenesis(mode: CryptoMode, keys: readonly KeyPair[]): Genesis {
  return {
    name: 'toy',
    cryptoMode: mode,
    membership: 'consortium',
    slotUs: 900_000_000,
    startEpochS: 1_717_344_000,
    utcOffsetMin: 480,
    consensus: { name: 'dpos', parameters: [['blockUs', 3_000_000]] },
    accounts: keys.map(({ publicKey }, index) => ({
      id: `node-${index}`,
      role: index % 256,
      publicKey,
      balanceUpt: 1_000_000 * (index + 1),
      certificates: { firstId: 10 * index, count: 2 },
      lockedCount: 1,
      registered: true,
    })),
    parameters: [['maturity', -1]],
  };
}

/** Executes TRANSFER and REGISTER; a rotation fails when its approval begins with 0; everything else succeeds without effect. */
export function toyReplay(genesis: Genesis): Replay {
  const balances = genesis.accounts.map((account) => account.balanceUpt);
  const supply = balances.reduce((sum, balance) => sum + balance, 0);
  const run = ({ tx }: ReplayTransaction): Receipt => {
    if (tx.type === 'REGISTER') balances[tx.payload.account] ??= 0;
    if (tx.type === 'KEY_ROTATE' && tx.payload.caSignature[0] === 0) {
      const reason = rejectReasonCode('BAD_CA_SIGNATURE');
      return { status: 0, gasUsed: 21_000, reason, events: [] };
    }
    if (tx.type === 'TRANSFER') {
      const { to, amountUpt } = tx.payload;
      if (amountUpt > balances[tx.sender]!) {
        const reason = rejectReasonCode('INSUFFICIENT_BALANCE');
        return { status: 0, gasUsed: 21_000, reason, events: [] };
      }
      balances[tx.sender]! -= amountUpt;
      balances[to]! += amountUpt;
      return { status: 1, gasUsed: 21_100, reason: 0, events: [tx.sender, to, amountUpt] };
    }
    return { status: 1, gasUsed: 30_000, reason: 0, events: [] };
  };
  return {
    execute: (header, transactions) => ({
      receipts: transactions.map(run),
      stateRoot: sha256Hex(`${header.height}:${balances.join(',')}`),
    }),
    finish: () => ({
      problems:
        balances.reduce((sum, balance) => sum + balance, 0) === supply ? [] : ['points were lost'],
    }),
  };
}

export interface ToyChain {
  readonly genesis: Genesis;
  readonly genesisHash: HashHex;
  readonly keys: readonly KeyPair[];
  readonly bytes: Uint8Array;
  readonly headHash: HashHex;
}

export interface ToyOptions {
  readonly accounts?: number;
  /** Changes a header after it was derived and before it is signed: a forger with a valid key. */
  readonly forge?: (header: BlockHeader) => BlockHeader;
}

/** Signs a transaction of a toy chain. */
export function toySign(transaction: Transaction, key: KeyPair): SignedTransaction {
  const unsigned = encodeTransaction(transaction, writer).slice();
  return { unsigned, signature: key.sign(unsigned) };
}

type Body = readonly {
  readonly sender: number;
  readonly tx: Pick<Transaction, 'type' | 'payload'>;
  /** Whose key signs it; default the sender's. */
  readonly signer?: number;
}[];

/** Builds a ledger whose block b holds `bodies(chainId, keys)[b]`. */
export function toyChain(
  mode: CryptoMode,
  bodies: (chainId: Uint8Array, keys: readonly KeyPair[]) => readonly Body[],
  options: ToyOptions = {},
): ToyChain {
  const count = options.accounts ?? 2;
  const keys = Array.from({ length: count + 1 }, (_, i) => createKeyPair(mode, toySeed(i)));
  const genesis = toyGenesis(mode, keys.slice(0, count));
  const encoded = encodeGenesis(genesis);
  const chainId = chainIdOf(genesisHash(encoded));
  const ledger = createLedgerWriter(encoded);
  const replay = toyReplay(genesis);
  let previousHash = genesisHash(encoded);
  bodies(chainId, keys).forEach((body, index) => {
    const transactions = body.map(({ sender, tx, signer = sender }, nonce) =>
      toySign(
        { ...tx, chainId, sender, nonce, gasLimit: 60_000, expiryUs: 9e8 } as Transaction,
        keys[signer]!,
      ),
    );
    const block = toyBlock(chainId, index + 1, previousHash, body, transactions, replay, options);
    const hash = blockHash(encodeHeader(block, writer));
    const signature = keys[block.producer]!.sign(hexToBytes(hash));
    ledger.append({ header: block, signature, transactions, receipts: block.receipts });
    previousHash = hash;
  });
  return {
    genesis,
    genesisHash: genesisHash(encoded),
    keys,
    bytes: joinChunks(ledger.finish()),
    headHash: previousHash,
  };
}

function toyBlock(
  chainId: Uint8Array,
  height: number,
  previousHash: HashHex,
  body: Body,
  transactions: readonly SignedTransaction[],
  replay: Replay,
  options: ToyOptions,
): BlockHeader & Pick<LedgerBlock, 'receipts'> {
  const header: BlockHeader = {
    chainId,
    height,
    previousHash,
    timestampUs: 3_000_000 * height,
    producer: height % 2,
    transactionRoot: transactionRoot(
      transactions.map(({ unsigned, signature }) => transactionLeaf(unsigned, signature)),
    ),
    receiptRoot: '',
    stateRoot: '',
    transactionCount: transactions.length,
    bodyBytes: transactions.reduce((sum, { unsigned }) => sum + transactionSize(unsigned), 0),
    gasUsed: 0,
    consensus: [height, 300],
  };
  const { receipts, stateRoot } = replay.execute(
    header,
    body.map(({ sender, tx }, i) => ({
      tx: { ...tx, chainId, sender, nonce: i, gasLimit: 60_000, expiryUs: 9e8 } as Transaction,
      unsigned: transactions[i]!.unsigned,
      id: transactionId(transactions[i]!.unsigned),
    })),
    0,
  );
  const derived = {
    ...header,
    receiptRoot: receiptRoot(receipts),
    stateRoot: stateRoot as string,
    gasUsed: receipts.reduce((sum, receipt) => sum + receipt.gasUsed, 0),
  };
  return { ...(options.forge?.(derived) ?? derived), receipts };
}

/**
 * Blocks with transfers, a failing one, an order, an admission used at once, and an empty block.
 */
export function toyBodies(_chainId: Uint8Array, keys: readonly KeyPair[]): readonly Body[] {
  const newcomer = keys.length - 1;
  return [
    [
      { sender: 0, tx: { type: 'TRANSFER', payload: { to: 1, amountUpt: 250_000 } } },
      {
        sender: 1,
        tx: {
          type: 'ORDER_SUBMIT',
          payload: {
            slot: 3,
            isBid: true,
            sequence: 0,
            quantityWh: 1_200,
            priceUptPerKWh: 450_000,
            counterparty: -1,
          },
        },
      },
      { sender: 0, tx: { type: 'TRANSFER', payload: { to: 1, amountUpt: 2 ** 40 } } },
    ],
    [],
    [
      {
        sender: 0,
        tx: {
          type: 'REGISTER',
          payload: {
            account: newcomer,
            role: 3,
            publicKey: keys[newcomer]!.publicKey,
            identityHash: new Uint8Array(32).fill(7),
            meterHashes: [],
            assetHashes: [],
            caSignature: new Uint8Array(64).fill(9),
          },
        },
      },
      { sender: newcomer, tx: { type: 'VOTE', payload: { candidates: [0, 1] } } },
    ],
  ];
}

/** A UTXO ledger on a chain state with forks, on which spends are executed; blocks are made by hand. */
import { executeSpend, mint, spendRefusal, type UtxoRules } from '../../../src/contracts/utxo.ts';
import { coinPlace, unspentCoin } from '../../../src/contracts/utxo-cells.ts';
import { utxoImbalance, utxoRecount } from '../../../src/contracts/utxo-conservation.ts';
import { createWriter } from '../../../src/ledger/encoding.ts';
import {
  type Outpoint,
  SPEND_CODECS,
  type SpendOutput,
  type SpendPayload,
} from '../../../src/ledger/payloads/spend.ts';
import type { RejectReason } from '../../../src/ledger/reject-reason.ts';
import { createKeyPair, type KeyPair } from '../../../src/ledger/signature.ts';
import { createChainState } from '../../../src/ledger/state.ts';
import { GAS_NONZERO_BYTE, GAS_TRANSACTION } from '../../../src/ledger/transactions.ts';
import { createBlockTree } from '../../../src/ledger/tree.ts';
import { type Predicate, predicateLock, sig } from '../../../src/ledger/utxo/predicate.ts';
import {
  type AssetCode,
  type SpendEnvelope,
  type SpendTransaction,
  spendId,
} from '../../../src/ledger/utxo/spend.ts';
import { createWitness, keyHashOf } from '../../../src/ledger/utxo/witness.ts';

export const CHAIN_ID = new Uint8Array(8).fill(3);
export const RULES: UtxoRules = {
  chainId: CHAIN_ID,
  cryptoMode: 'modelled',
  dust: [1, 1, 1],
  gasPriceUpt: 0,
  feeBurnPpm: 250_000,
  spentMarkerUs: 1e12,
};

const writer = createWriter(4096);

/** Gas of the bytes of a spend, as a transaction's would be if no byte were zero. */
export function intrinsicOf(payload: SpendPayload): number {
  writer.reset();
  SPEND_CODECS.SPEND.write(payload, writer);
  return GAS_TRANSACTION + GAS_NONZERO_BYTE * writer.length;
}

/** A key and the predicate and lock that it opens. */
export interface Holder {
  readonly key: KeyPair;
  readonly predicate: Predicate;
  readonly lock: Uint8Array;
}

export function holder(index: number): Holder {
  const key = createKeyPair('modelled', new Uint8Array(32).fill(index + 1));
  const predicate = sig(keyHashOf(key.publicKey));
  return { key, predicate, lock: predicateLock(predicate) };
}

/** What a spend is made of, signed by the keys and secrets given for each input. */
export interface SpendParts {
  readonly inputs: readonly Outpoint[];
  readonly outputs: readonly SpendOutput[];
  readonly feeUpt?: number;
  /** Predicate shown for each input, and the keys that sign. */
  readonly shown: readonly Predicate[];
  readonly keys: readonly KeyPair[];
  readonly secrets?: readonly Uint8Array[];
  readonly about?: Partial<SpendEnvelope>;
}

/** A signed spend. */
export function spendOf(parts: SpendParts): SpendTransaction {
  const envelope = { chainId: CHAIN_ID, gasLimit: 1e9, expiryUs: 1e15, ...parts.about };
  const body = { inputs: parts.inputs, outputs: parts.outputs, feeUpt: parts.feeUpt ?? 0 };
  const message = spendId(envelope, body);
  const secrets = parts.secrets ?? [];
  const witnesses = parts.shown.map((one) => createWitness(one, parts.keys, secrets, message));
  return { ...envelope, type: 'SPEND', sender: 0, nonce: 0, payload: { ...body, witnesses } };
}

/** Outpoint of a spend's output. */
export const outpointOf = (tx: SpendTransaction, index: number): Outpoint => ({
  txId: spendId(tx, tx.payload),
  index,
});

/** Makes a chain; genesis issues one coin for each entry. */
export function createUtxoChain(
  issues: readonly { asset: AssetCode; amount: number; lock: Uint8Array }[],
  rules: UtxoRules = RULES,
) {
  const tree = createBlockTree('genesis');
  const state = createChainState(tree, { denseCount: 16, maxUnfinalBlocks: 10_000 });
  let view = state.begin(0);
  let parent = 0;
  const outpoints = issues.map((issue, row) => {
    const made = mint(view, rules, issue, new Uint8Array([0, row]), 0);
    if ('reason' in made) throw new Error(made.reason);
    return made;
  });
  state.commit(0);
  state.foldGenesis();
  view = state.begin(0);
  const chain = {
    tree,
    state,
    rules,
    /** Outpoints of the genesis coins. */
    outpoints,
    nowUs: 1,
    get view() {
      return view;
    },
    /** Opens a block on top of another. */
    open(on: number): void {
      parent = on;
      view = state.begin(on);
    },
    refusal: (tx: SpendTransaction): RejectReason | undefined =>
      spendRefusal(view, rules, tx, intrinsicOf(tx.payload), chain.nowUs),
    /** Sends a spend into the open block. @returns '' when it was executed, else why not. */
    send(tx: SpendTransaction): RejectReason | '' {
      const intrinsicGas = intrinsicOf(tx.payload);
      const refused = spendRefusal(view, rules, tx, intrinsicGas, chain.nowUs);
      if (refused !== undefined) return refused;
      const block = { timestampUs: chain.nowUs, height: tree.height[parent]! + 1 };
      executeSpend(view, rules, tx, intrinsicGas, block);
      return '';
    },
    /** Closes the open block and opens the next on it. @returns The block. */
    seal(): number {
      const before = (cell: number) => state.readAt(parent, cell);
      const off = utxoImbalance(state.dirtyCells(), before, view.read);
      if (off.some((units) => units !== 0)) throw new Error(`not conserved: ${off}`);
      const block = tree.add({
        parent,
        producer: 0,
        timestampUs: chain.nowUs,
        producedUs: chain.nowUs,
        hash: String(tree.count),
        work: 1,
        transactions: [],
        bytes: 0,
        gasUsed: 0,
        consensus: [],
      });
      state.commit(block);
      chain.open(block);
      return block;
    },
    /** Folds up to a block and counts again from scratch. */
    recount(block: number) {
      state.fold(block);
      return utxoRecount(state);
    },
    coin: (outpoint: Outpoint) => unspentCoin((cell) => view.read(cell), outpoint),
    coinAt: (block: number, outpoint: Outpoint) =>
      unspentCoin((cell) => state.readAt(block, cell), outpoint),
    place: coinPlace,
  };
  return chain;
}

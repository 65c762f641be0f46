/**
 * Spends: the id that signatures cover, names of outpoints, assets, and what a spend costs. The id leaves
 * the witnesses out (as BIP 141 does), so that a witness can sign it and nobody can change what the outputs
 * of a transaction on its way are called.
 */
import { CHAIN_ID_BYTES } from '../block.ts';
import { createWriter } from '../encoding.ts';
import { bytesToHex, type HashHex, type HashLatin1, sha256Bytes, sha256Latin1 } from '../hash.ts';
import { type Outpoint, type SpendPayload, writeSpendBody } from '../payloads/spend.ts';

/** Assets of the UTXO ledger; the index is the code of an output. Points, green, carbon certificates. */
export const ASSETS = ['PTS', 'GEC', 'CEC'] as const;
/** Code of an asset. */
export type AssetCode = 0 | 1 | 2;
/** Code of points. */
export const POINTS = 0;

/** Fields of the envelope that a spend's signatures cover. */
export interface SpendEnvelope {
  /** 8 bytes. */
  readonly chainId: Uint8Array;
  readonly gasLimit: number;
  readonly expiryUs: number;
}

/** Envelope of a spend. It names no account: sender and nonce are 0, and there is no signature. */
export interface SpendTransaction extends SpendEnvelope {
  readonly type: 'SPEND';
  readonly sender: number;
  readonly nonce: number;
  readonly payload: SpendPayload;
}

const SPEND_DOMAIN = 'peerwatt spend';
const ISSUE_DOMAIN = 'peerwatt issue';
const writer = createWriter(1024);

/**
 * Id of a spend, which its outputs are called by and its signatures are over: SHA-256 of a domain text,
 * chain id, gas limit, expiry, inputs, outputs and fee. Sender and nonce are fixed, and the witnesses are
 * left out. Two spends that may both be included differ in an input, so ids do not repeat.
 *
 * @returns 32 new bytes.
 */
export function spendId(
  envelope: SpendEnvelope,
  body: Pick<SpendPayload, 'inputs' | 'outputs' | 'feeUpt'>,
): Uint8Array {
  writer.reset();
  writer.text(SPEND_DOMAIN);
  writer.fixed(envelope.chainId, CHAIN_ID_BYTES);
  writer.uint(envelope.gasLimit);
  writer.uint(envelope.expiryUs);
  writeSpendBody(body, writer);
  return sha256Bytes(writer.bytes());
}

/**
 * Id under which an issue makes its output, index 0: SHA-256 of a domain text, the chain and the reference
 * of what it is issued for (a genesis row, a reward, a grant), which no other issue may have.
 *
 * @param reference - Any bytes.
 */
export function issueId(chainId: Uint8Array, reference: Uint8Array): Uint8Array {
  writer.reset();
  writer.text(ISSUE_DOMAIN);
  writer.fixed(chainId, CHAIN_ID_BYTES);
  writer.blob(reference);
  return sha256Bytes(writer.bytes());
}

/** Name of an outpoint for maps and tables: 64 hex digits, a colon and the index. */
export function outpointName({ txId, index }: Outpoint): string {
  return `${bytesToHex(txId)}:${index}`;
}

/** Hash of an outpoint, SHA-256 of id and index: where its output stands in the state. */
export function outpointHash({ txId, index }: Outpoint): HashLatin1 {
  writer.reset();
  writer.raw(txId);
  writer.uint(index);
  return sha256Latin1(writer.bytes());
}

/** Id of a spend in hex. */
export const spendIdHex = (transaction: SpendTransaction): HashHex =>
  bytesToHex(spendId(transaction, transaction.payload));

/**
 * Gas of the parts of a spend, beside the 21 000 and the bytes of every transaction. The prices are those of
 * the account ledger (model §5.5): an input reads a record, writes its spent marker and has it cleared
 * later; an output reads and writes a record; a signature is a signature check; a predicate and a preimage
 * are a hash each.
 */
export const SPEND_GAS = {
  input: 800 + 5_000 + 500,
  output: 800 + 5_000,
  signature: 3_000,
  hash: 30,
} as const;

/**
 * Gas that a spend uses, known before it runs: nothing in it can fail half-way or run on.
 *
 * @param intrinsicGas - Of its unsigned bytes, witnesses included.
 */
export function spendGas(payload: SpendPayload, intrinsicGas: number): number {
  let gas =
    intrinsicGas +
    SPEND_GAS.input * payload.inputs.length +
    SPEND_GAS.output * payload.outputs.length;
  for (const { signatures, preimages } of payload.witnesses) {
    gas += SPEND_GAS.signature * signatures.length + SPEND_GAS.hash * (1 + preimages.length);
  }
  return gas;
}

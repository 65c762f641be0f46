/**
 * Payload of the UTXO ledger: what is spent, what is made of it, and why it may be spent. The witnesses
 * stand last, so that everything before them is what a spender signs.
 */
import { type ByteReader, type ByteWriter, DecodeError } from '../encoding.ts';
import { HASH_BYTES } from '../hash.ts';
import { KEY_BYTES, SIGNATURE_BYTES } from '../signature.ts';
import type { PayloadCodecs } from './codec.ts';

/** Bytes of a hash lock's preimage; one length keeps a preimage from fitting one chain only. */
export const PREIMAGE_BYTES = 32;
/** Most inputs, and most outputs, of a spend. */
export const SPEND_ENTRIES_MAX = 256;
/** Most bytes of the predicate that an input shows. */
export const PREDICATE_BYTES_MAX = 4_096;
/** Most signatures, and most preimages, of one witness. */
export const EVIDENCE_MAX = 64;

/** Bytes of the least input, output and witness: what bounds a count by the data that is left. */
const INPUT_BYTES_MIN = HASH_BYTES + 1;
const OUTPUT_BYTES_MIN = HASH_BYTES + 2;

/** What an output is called: the id of the spend that made it, and its place there. */
export interface Outpoint {
  /** 32 bytes; the id of a spend leaves out its witnesses. */
  readonly txId: Uint8Array;
  readonly index: number;
}

/** An amount under a lock. */
export interface SpendOutput {
  /** Hash of the predicate that its spender has to satisfy, 32 bytes. */
  readonly lock: Uint8Array;
  /** Asset code: 0 points [Upt], 1 green certificates, 2 carbon certificates. */
  readonly asset: number;
  /** Integer > 0. */
  readonly amount: number;
}

/** A key and its signature over the spend's id. */
export interface KeySignature {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** Why an input may be spent. */
export interface SpendWitness {
  /** Canonical bytes of the predicate whose hash is the lock. */
  readonly predicate: Uint8Array;
  /** Ascending by the hash of the key. */
  readonly signatures: readonly KeySignature[];
  /** Preimages of 32 bytes, ascending by their hash. */
  readonly preimages: readonly Uint8Array[];
}

/** Spends outputs and makes new ones. */
export interface SpendPayload {
  readonly inputs: readonly Outpoint[];
  readonly outputs: readonly SpendOutput[];
  /** Points that inputs bring and outputs do not take; stated, so that no slip becomes a fee. */
  readonly feeUpt: number;
  /** One for each input, in the same order. */
  readonly witnesses: readonly SpendWitness[];
}

/** Payload of each type of the UTXO ledger. */
export interface SpendPayloads {
  readonly SPEND: SpendPayload;
}

/**
 * Appends everything but the witnesses: inputs, outputs and fee.
 *
 * @throws {RangeError} on a field out of range.
 */
export function writeSpendBody(
  payload: Pick<SpendPayload, 'inputs' | 'outputs' | 'feeUpt'>,
  writer: ByteWriter,
): void {
  checkCount('inputs', payload.inputs.length, SPEND_ENTRIES_MAX);
  checkCount('outputs', payload.outputs.length, SPEND_ENTRIES_MAX);
  writer.uint(payload.inputs.length);
  for (const { txId, index } of payload.inputs) {
    writer.fixed(txId, HASH_BYTES);
    writer.uint(index);
  }
  writer.uint(payload.outputs.length);
  for (const { lock, asset, amount } of payload.outputs) {
    writer.fixed(lock, HASH_BYTES);
    writer.u8(asset);
    writer.uint(amount);
  }
  writer.uint(payload.feeUpt);
}

function writeSpend(payload: SpendPayload, writer: ByteWriter): void {
  if (payload.witnesses.length !== payload.inputs.length) {
    const expected = `"witnesses" expected ${payload.inputs.length}, one an input`;
    throw new RangeError(`${expected}, got ${payload.witnesses.length}`);
  }
  writeSpendBody(payload, writer);
  for (const { predicate, signatures, preimages } of payload.witnesses) {
    checkCount('predicate', predicate.length, PREDICATE_BYTES_MAX);
    checkCount('signatures', signatures.length, EVIDENCE_MAX);
    checkCount('preimages', preimages.length, EVIDENCE_MAX);
    writer.blob(predicate);
    writer.uint(signatures.length);
    for (const { publicKey, signature } of signatures) {
      writer.fixed(publicKey, KEY_BYTES);
      writer.fixed(signature, SIGNATURE_BYTES);
    }
    writer.uint(preimages.length);
    for (const preimage of preimages) writer.fixed(preimage, PREIMAGE_BYTES);
  }
}

function readSpend(reader: ByteReader): SpendPayload {
  const inputs: Outpoint[] = [];
  for (let left = readCount(reader, INPUT_BYTES_MIN, 'inputs'); left > 0; left--) {
    inputs.push({ txId: reader.raw(HASH_BYTES, 'txId'), index: reader.uint('index') });
  }
  const outputs: SpendOutput[] = [];
  for (let left = readCount(reader, OUTPUT_BYTES_MIN, 'outputs'); left > 0; left--) {
    outputs.push({
      lock: reader.raw(HASH_BYTES, 'lock'),
      asset: reader.u8('asset'),
      amount: reader.uint('amount'),
    });
  }
  const feeUpt = reader.uint('feeUpt');
  return { inputs, outputs, feeUpt, witnesses: inputs.map(() => readWitness(reader)) };
}

function readWitness(reader: ByteReader): SpendWitness {
  const at = reader.offset;
  const predicate = reader.blob('a predicate');
  if (predicate.length > PREDICATE_BYTES_MAX) {
    throw new DecodeError(at, `a predicate of at most ${PREDICATE_BYTES_MAX} bytes`);
  }
  const signatures: KeySignature[] = [];
  const perSignature = KEY_BYTES + SIGNATURE_BYTES;
  for (let left = readCount(reader, perSignature, 'signatures', EVIDENCE_MAX); left > 0; left--) {
    signatures.push({
      publicKey: reader.raw(KEY_BYTES, 'publicKey'),
      signature: reader.raw(SIGNATURE_BYTES, 'signature'),
    });
  }
  const preimages: Uint8Array[] = [];
  for (let left = readCount(reader, PREIMAGE_BYTES, 'preimages', EVIDENCE_MAX); left > 0; left--) {
    preimages.push(reader.raw(PREIMAGE_BYTES, 'preimage'));
  }
  return { predicate, signatures, preimages };
}

function checkCount(name: string, count: number, max: number): void {
  if (count > max) throw new RangeError(`"${name}" expected at most ${max}, got ${count}`);
}

function readCount(
  reader: ByteReader,
  itemBytes: number,
  name: string,
  max = SPEND_ENTRIES_MAX,
): number {
  const at = reader.offset;
  const count = reader.count(itemBytes, `a count of ${name}`);
  if (count > max) throw new DecodeError(at, `at most ${max} ${name}`);
  return count;
}

/** How the payloads are written and read. */
export const SPEND_CODECS: PayloadCodecs<SpendPayloads> = {
  SPEND: { write: writeSpend, read: readSpend },
};

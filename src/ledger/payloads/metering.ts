/** Payloads of meter reads and of the settlement that rests on them. */
import type { ByteReader, ByteWriter } from '../encoding.ts';
import { HASH_BYTES } from '../hash.ts';
import { SIGNATURE_BYTES } from '../signature.ts';
import {
  codecOf,
  columnsField,
  FIELD,
  type FieldCodec,
  type PayloadCodec,
  type PayloadCodecs,
} from './codec.ts';

/** Commitment to the readings of one head-end and slot. */
export interface MeterBatchPayload {
  readonly slot: number;
  readonly headEnd: number;
  /** RFC 6962 root over the readings, 32 bytes. */
  readonly root: Uint8Array;
  readonly count: number;
  /** Sums over the batch [Wh]. */
  readonly importWh: number;
  readonly exportWh: number;
  readonly generationWh: number;
}

/** A published meter value as it is hashed: the bytes of `meterLeafBytes` and who signed them. */
export interface SignedLeaf {
  readonly leaf: Uint8Array;
  /** 64 bytes of the meter, or of the head-end over an estimate. */
  readonly signature: Uint8Array;
}

/** All readings of one head-end and slot, for a ledger that keeps every one of them. */
export interface MeterReadsPayload {
  readonly slot: number;
  readonly headEnd: number;
  /** In the order of the meters. */
  readonly leaves: readonly SignedLeaf[];
}

/** Shows one reading under the anchored root of its slot. */
export interface MeterProofPayload extends SignedLeaf {
  readonly slot: number;
  /** Place of the reading in its batch. */
  readonly index: number;
  /** Audit path of RFC 6962, hashes of 32 bytes from the leaf's sibling up. */
  readonly path: readonly Uint8Array[];
}

/** Settled amounts, columns of length `count`. */
export interface SettleColumns {
  readonly count: number;
  /** Index of the trade in its CLEAR. */
  readonly trade: ArrayLike<number>;
  readonly fulfilledWh: ArrayLike<number>;
  readonly paymentUpt: ArrayLike<number>;
  readonly wheelingUpt: ArrayLike<number>;
  readonly buyerPenaltyUpt: ArrayLike<number>;
  readonly sellerPenaltyUpt: ArrayLike<number>;
  /** Of the fulfilled energy: what carries labels. */
  readonly cleanWh: ArrayLike<number>;
  /** Energy with labels that was lost on the way. */
  readonly lossWh: ArrayLike<number>;
}

/** Settlement of the trades of one slot; version 0 is provisional. */
export interface SettlePayload {
  readonly slot: number;
  readonly version: number;
  readonly entries: SettleColumns;
}

/** Settlements of several slots that stand or fall together. */
export interface SettleBatchPayload {
  readonly settlements: readonly SettlePayload[];
}

/** Payload of each type of metering and settlement. */
export interface MeteringPayloads {
  readonly METER_BATCH: MeterBatchPayload;
  readonly METER_READS: MeterReadsPayload;
  readonly METER_PROOF: MeterProofPayload;
  readonly SETTLE: SettlePayload;
  readonly SETTLE_BATCH: SettleBatchPayload;
}

/** A list: the count, then each item, which takes at least `itemBytes`. */
function listOf<V>(codec: PayloadCodec<V>, itemBytes: number): FieldCodec<readonly V[]> {
  return {
    write(items: readonly V[], writer: ByteWriter) {
      writer.uint(items.length);
      for (const item of items) codec.write(item, writer);
    },
    read(reader: ByteReader, name: string) {
      const items: V[] = [];
      for (let left = reader.count(itemBytes, `the count of ${name}`); left > 0; left--) {
        items.push(codec.read(reader));
      }
      return items;
    },
  };
}

const SIGNED_LEAF: { readonly [K in keyof SignedLeaf]: FieldCodec<Uint8Array> } = {
  leaf: FIELD.blob,
  signature: FIELD.signature,
};
const PATH_HASH: PayloadCodec<Uint8Array> = {
  write: (value, writer) => writer.fixed(value, HASH_BYTES),
  read: (reader) => reader.raw(HASH_BYTES, 'path'),
};

const SETTLE: PayloadCodec<SettlePayload> = codecOf<SettlePayload>({
  slot: FIELD.uint,
  version: FIELD.uint,
  entries: columnsField(
    'trade',
    'fulfilledWh',
    'paymentUpt',
    'wheelingUpt',
    'buyerPenaltyUpt',
    'sellerPenaltyUpt',
    'cleanWh',
    'lossWh',
  ),
});

/** How the payloads are written and read. */
export const METERING_CODECS: PayloadCodecs<MeteringPayloads> = {
  METER_BATCH: codecOf({
    slot: FIELD.uint,
    headEnd: FIELD.uint,
    root: FIELD.hash,
    count: FIELD.uint,
    importWh: FIELD.uint,
    exportWh: FIELD.uint,
    generationWh: FIELD.uint,
  }),
  METER_READS: codecOf<MeterReadsPayload>({
    slot: FIELD.uint,
    headEnd: FIELD.uint,
    leaves: listOf(codecOf<SignedLeaf>(SIGNED_LEAF), 1 + SIGNATURE_BYTES),
  }),
  METER_PROOF: codecOf<MeterProofPayload>({
    slot: FIELD.uint,
    index: FIELD.uint,
    ...SIGNED_LEAF,
    path: listOf(PATH_HASH, HASH_BYTES),
  }),
  SETTLE,
  // A settlement without entries still states slot, version and count.
  SETTLE_BATCH: codecOf<SettleBatchPayload>({ settlements: listOf(SETTLE, 3) }),
};

/** Payloads of meter reads and of the settlement that rests on them. */
import { codecOf, columnsField, FIELD, type PayloadCodecs } from './codec.ts';

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
}

/** Settlement of the trades of one slot; version 0 is provisional. */
export interface SettlePayload {
  readonly slot: number;
  readonly version: number;
  readonly entries: SettleColumns;
}

/** Payload of each type of metering and settlement. */
export interface MeteringPayloads {
  readonly METER_BATCH: MeterBatchPayload;
  readonly SETTLE: SettlePayload;
}

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
  SETTLE: codecOf<SettlePayload>({
    slot: FIELD.uint,
    version: FIELD.uint,
    entries: columnsField(
      'trade',
      'fulfilledWh',
      'paymentUpt',
      'wheelingUpt',
      'buyerPenaltyUpt',
      'sellerPenaltyUpt',
    ),
  }),
};

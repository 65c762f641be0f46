/** Payloads of the market: orders, open and sealed, and clearings. */
import {
  type Columns,
  codecOf,
  columnsField,
  FIELD,
  type FieldCodec,
  type PayloadCodecs,
} from './codec.ts';

/** One order of one slot. */
export interface OrderSubmitPayload {
  readonly slot: number;
  readonly isBid: boolean;
  /** The owner's running number within the slot. */
  readonly sequence: number;
  readonly quantityWh: number;
  readonly priceUptPerKWh: number;
  /** Account index of the named counterparty; −1 = pool. */
  readonly counterparty: number;
}

/** Promise of an order whose price and side stay hidden until the books are closed. */
export interface OrderCommitPayload {
  readonly slot: number;
  /** The owner's running number within the slot. */
  readonly sequence: number;
  /** {@link orderCommitment} of the order, 32 bytes. */
  readonly commitment: Uint8Array;
}

/** The order behind a promise. */
export interface OrderRevealPayload extends OrderSubmitPayload {
  /** What hid the order among all likely ones: a random integer below 2^48. */
  readonly salt: number;
}

/** Trades of a clearing, columns of length `count`. */
export interface TradeColumns {
  readonly count: number;
  readonly buyer: ArrayLike<number>;
  readonly buyerSequence: ArrayLike<number>;
  readonly seller: ArrayLike<number>;
  readonly sellerSequence: ArrayLike<number>;
  readonly energyWh: ArrayLike<number>;
  readonly priceUptPerKWh: ArrayLike<number>;
}

/** Result of clearing one slot. */
export interface ClearPayload {
  readonly slot: number;
  /** Uniform price [Upt/kWh]; −1 = no pool price. */
  readonly priceUptPerKWh: number;
  /** SHA-256 of the book that was cleared, 32 bytes. */
  readonly bookHash: Uint8Array;
  readonly trades: TradeColumns;
}

/** Asks the contract to clear a slot by itself, from the orders in its state. */
export interface ClearOnChainPayload {
  readonly slot: number;
}

/** Payload of each type of the market. */
export interface MarketPayloads {
  readonly ORDER_SUBMIT: OrderSubmitPayload;
  readonly ORDER_COMMIT: OrderCommitPayload;
  readonly ORDER_REVEAL: OrderRevealPayload;
  readonly CLEAR: ClearPayload;
  readonly CLEAR_ON_CHAIN: ClearOnChainPayload;
}

const ORDER_FIELDS: {
  readonly [K in keyof OrderSubmitPayload]: FieldCodec<OrderSubmitPayload[K]>;
} = {
  slot: FIELD.uint,
  isBid: FIELD.flag,
  sequence: FIELD.uint,
  quantityWh: FIELD.uint,
  priceUptPerKWh: FIELD.uint,
  counterparty: FIELD.optional,
};

const trades: FieldCodec<Columns<Exclude<keyof TradeColumns, 'count'>>> = columnsField(
  'buyer',
  'buyerSequence',
  'seller',
  'sellerSequence',
  'energyWh',
  'priceUptPerKWh',
);

/** How the payloads are written and read. */
export const MARKET_CODECS: PayloadCodecs<MarketPayloads> = {
  ORDER_SUBMIT: codecOf<OrderSubmitPayload>(ORDER_FIELDS),
  ORDER_COMMIT: codecOf({ slot: FIELD.uint, sequence: FIELD.uint, commitment: FIELD.hash }),
  ORDER_REVEAL: codecOf<OrderRevealPayload>({ ...ORDER_FIELDS, salt: FIELD.uint }),
  CLEAR: codecOf<ClearPayload>({
    slot: FIELD.uint,
    priceUptPerKWh: FIELD.optional,
    bookHash: FIELD.hash,
    trades,
  }),
  CLEAR_ON_CHAIN: codecOf({ slot: FIELD.uint }),
};

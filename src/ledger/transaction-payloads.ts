/**
 * Payloads of the transaction types: their fields and the order in which they are encoded. All
 * fields are unsigned integers or bytes of fixed length; tables of trades are columns of one
 * length.
 */
import type { ByteReader, ByteWriter } from './encoding.ts';
import { GOVERNANCE_CODECS, type GovernancePayloads } from './governance-payloads.ts';
import { HASH_BYTES } from './hash.ts';
import { KEY_BYTES, SIGNATURE_BYTES } from './signature.ts';

export type * from './governance-payloads.ts';

/** Every transaction type; the index is its code on the wire. New types go to the end. */
export const TRANSACTION_TYPES = [
  'REGISTER',
  'TRANSFER',
  'ORDER_SUBMIT',
  'CLEAR',
  'METER_BATCH',
  'SETTLE',
  'STAKE',
  'VOTE',
  'POINTS_GRANT',
  'POINTS_REWARD',
  'ABNORMAL_REPORT',
  'BALLOT',
  'VERDICT',
  'CANDIDACY',
  'RETURN',
  'UNSTAKE',
  'PROXY',
  'ORDER_COMMIT',
  'ORDER_REVEAL',
  'FOREIGN',
] as const;

/** Name of a transaction type. */
export type TransactionType = (typeof TRANSACTION_TYPES)[number];

/** Code of each type on the wire. */
export const TRANSACTION_CODE: Readonly<Record<TransactionType, number>> = Object.freeze(
  Object.fromEntries(TRANSACTION_TYPES.map((type, code) => [type, code])) as Record<
    TransactionType,
    number
  >,
);

/** Admits an account. */
export interface RegisterPayload {
  /** Account index that becomes a member. */
  readonly account: number;
  /** Role code, 0..255. */
  readonly role: number;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** SHA-256 of the identity, 32 bytes. */
  readonly identityHash: Uint8Array;
  /** The certificate authority's signature over {@link registrationMessage}, 64 bytes. */
  readonly caSignature: Uint8Array;
}

/** Moves points between external accounts. */
export interface TransferPayload {
  readonly to: number;
  readonly amountUpt: number;
}

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

/** Locks certificates as stake. */
export interface StakePayload {
  readonly certificates: ArrayLike<number>;
}

/** Votes for producers, account indices in order of preference. */
export interface VotePayload {
  readonly candidates: ArrayLike<number>;
}

/** The initial grant of one identity. */
export interface PointsGrantPayload {
  readonly to: number;
  readonly amountUpt: number;
  /** 32 bytes. */
  readonly identityHash: Uint8Array;
}

/** A reward, and what it is for. */
export interface PointsRewardPayload {
  readonly to: number;
  readonly amountUpt: number;
  /** Height of the block it is for. */
  readonly block: number;
  readonly ref: number;
}

/**
 * What another community on the same chain has to say, which nobody here reads. It uses up the gas limit
 * of its envelope.
 */
export interface ForeignPayload {
  readonly bytes: Uint8Array;
}

/** Payload of each type. */
export interface PayloadOf extends GovernancePayloads {
  readonly REGISTER: RegisterPayload;
  readonly TRANSFER: TransferPayload;
  readonly ORDER_SUBMIT: OrderSubmitPayload;
  readonly CLEAR: ClearPayload;
  readonly METER_BATCH: MeterBatchPayload;
  readonly SETTLE: SettlePayload;
  readonly STAKE: StakePayload;
  readonly VOTE: VotePayload;
  readonly POINTS_GRANT: PointsGrantPayload;
  readonly POINTS_REWARD: PointsRewardPayload;
  readonly ORDER_COMMIT: OrderCommitPayload;
  readonly ORDER_REVEAL: OrderRevealPayload;
  readonly FOREIGN: ForeignPayload;
}

/** Writes and reads the fields of one payload type. */
interface PayloadCodec<P> {
  write(payload: P, writer: ByteWriter): void;
  read(reader: ByteReader): P;
}

const TRADE_COLUMNS = [
  'buyer',
  'buyerSequence',
  'seller',
  'sellerSequence',
  'energyWh',
  'priceUptPerKWh',
] as const satisfies readonly (keyof TradeColumns)[];
const SETTLE_COLUMNS = [
  'trade',
  'fulfilledWh',
  'paymentUpt',
  'wheelingUpt',
  'buyerPenaltyUpt',
  'sellerPenaltyUpt',
] as const satisfies readonly (keyof SettleColumns)[];

type Columns<K extends string> = { readonly count: number } & Readonly<
  Record<K, ArrayLike<number>>
>;

function writeColumns<K extends string>(
  columns: Columns<K>,
  names: readonly K[],
  writer: ByteWriter,
): void {
  const count = columns.count;
  writer.uint(count);
  for (const name of names) {
    const column: ArrayLike<number> = columns[name];
    if (column.length < count) {
      throw new RangeError(`"${name}" expected ${count} values, got ${column.length}`);
    }
    for (let row = 0; row < count; row++) writer.uint(column[row]!);
  }
}

function readColumns<K extends string>(names: readonly K[], reader: ByteReader): Columns<K> {
  const count = reader.count(names.length, 'a row count');
  const columns: Record<string, number | Float64Array> = { count };
  for (const name of names) {
    const column = new Float64Array(count);
    for (let row = 0; row < count; row++) column[row] = reader.uint(name);
    columns[name] = column;
  }
  return columns as Columns<K>;
}

// Fields are evaluated in the order written, so each `read` lists them in the order of its `write`.
function writeOrder(p: OrderSubmitPayload, w: ByteWriter): void {
  w.uint(p.slot);
  w.flag(p.isBid);
  w.uint(p.sequence);
  w.uint(p.quantityWh);
  w.uint(p.priceUptPerKWh);
  w.uint(p.counterparty + 1);
}

function readOrder(r: ByteReader): OrderSubmitPayload {
  return {
    slot: r.uint('slot'),
    isBid: r.flag('isBid'),
    sequence: r.uint('sequence'),
    quantityWh: r.uint('quantityWh'),
    priceUptPerKWh: r.uint('priceUptPerKWh'),
    counterparty: r.uint('counterparty') - 1,
  };
}

const codecs: { readonly [T in TransactionType]: PayloadCodec<PayloadOf[T]> } = {
  REGISTER: {
    write(p, w) {
      w.uint(p.account);
      w.u8(p.role);
      w.fixed(p.publicKey, KEY_BYTES);
      w.fixed(p.identityHash, HASH_BYTES);
      w.fixed(p.caSignature, SIGNATURE_BYTES);
    },
    read: (r) => ({
      account: r.uint('account'),
      role: r.u8('role'),
      publicKey: r.raw(KEY_BYTES, 'publicKey'),
      identityHash: r.raw(HASH_BYTES, 'identityHash'),
      caSignature: r.raw(SIGNATURE_BYTES, 'caSignature'),
    }),
  },
  TRANSFER: {
    write(p, w) {
      w.uint(p.to);
      w.uint(p.amountUpt);
    },
    read: (r) => ({ to: r.uint('to'), amountUpt: r.uint('amountUpt') }),
  },
  ORDER_SUBMIT: { write: writeOrder, read: readOrder },
  ORDER_COMMIT: {
    write(p, w) {
      w.uint(p.slot);
      w.uint(p.sequence);
      w.fixed(p.commitment, HASH_BYTES);
    },
    read: (r) => ({
      slot: r.uint('slot'),
      sequence: r.uint('sequence'),
      commitment: r.raw(HASH_BYTES, 'commitment'),
    }),
  },
  ORDER_REVEAL: {
    write(p, w) {
      writeOrder(p, w);
      w.uint(p.salt);
    },
    read: (r) => ({ ...readOrder(r), salt: r.uint('salt') }),
  },
  CLEAR: {
    write(p, w) {
      w.uint(p.slot);
      w.uint(p.priceUptPerKWh + 1);
      w.fixed(p.bookHash, HASH_BYTES);
      writeColumns(p.trades, TRADE_COLUMNS, w);
    },
    read: (r) => ({
      slot: r.uint('slot'),
      priceUptPerKWh: r.uint('priceUptPerKWh') - 1,
      bookHash: r.raw(HASH_BYTES, 'bookHash'),
      trades: readColumns(TRADE_COLUMNS, r),
    }),
  },
  METER_BATCH: {
    write(p, w) {
      w.uint(p.slot);
      w.uint(p.headEnd);
      w.fixed(p.root, HASH_BYTES);
      w.uint(p.count);
      w.uint(p.importWh);
      w.uint(p.exportWh);
      w.uint(p.generationWh);
    },
    read: (r) => ({
      slot: r.uint('slot'),
      headEnd: r.uint('headEnd'),
      root: r.raw(HASH_BYTES, 'root'),
      count: r.uint('count'),
      importWh: r.uint('importWh'),
      exportWh: r.uint('exportWh'),
      generationWh: r.uint('generationWh'),
    }),
  },
  SETTLE: {
    write(p, w) {
      w.uint(p.slot);
      w.uint(p.version);
      writeColumns(p.entries, SETTLE_COLUMNS, w);
    },
    read: (r) => ({
      slot: r.uint('slot'),
      version: r.uint('version'),
      entries: readColumns(SETTLE_COLUMNS, r),
    }),
  },
  STAKE: {
    write: (p, w) => w.uints(p.certificates),
    read: (r) => ({ certificates: r.uints('certificates') }),
  },
  VOTE: {
    write: (p, w) => w.uints(p.candidates),
    read: (r) => ({ candidates: r.uints('candidates') }),
  },
  POINTS_GRANT: {
    write(p, w) {
      w.uint(p.to);
      w.uint(p.amountUpt);
      w.fixed(p.identityHash, HASH_BYTES);
    },
    read: (r) => ({
      to: r.uint('to'),
      amountUpt: r.uint('amountUpt'),
      identityHash: r.raw(HASH_BYTES, 'identityHash'),
    }),
  },
  POINTS_REWARD: {
    write(p, w) {
      w.uint(p.to);
      w.uint(p.amountUpt);
      w.uint(p.block);
      w.uint(p.ref);
    },
    read: (r) => ({
      to: r.uint('to'),
      amountUpt: r.uint('amountUpt'),
      block: r.uint('block'),
      ref: r.uint('ref'),
    }),
  },
  FOREIGN: {
    write: (p, w) => w.blob(p.bytes),
    read: (r) => ({ bytes: r.blob('foreign bytes') }),
  },
  ...GOVERNANCE_CODECS,
};

/** Appends the fields of a payload. @throws {RangeError} on a field out of range. */
export function writePayload<T extends TransactionType>(
  type: T,
  payload: PayloadOf[T],
  writer: ByteWriter,
): void {
  codecs[type].write(payload, writer);
}

/** Reads the fields of a payload; bytes are views. @throws {DecodeError} on any other bytes. */
export function readPayload<T extends TransactionType>(type: T, reader: ByteReader): PayloadOf[T] {
  return codecs[type].read(reader);
}

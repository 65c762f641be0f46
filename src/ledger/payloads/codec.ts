/**
 * How payloads are written and read: one codec a type. Most payloads are a list of fields in fixed order, so
 * that naming the fields and their kinds is all there is to say.
 */
import type { ByteReader, ByteWriter } from '../encoding.ts';
import { HASH_BYTES } from '../hash.ts';
import { KEY_BYTES, SIGNATURE_BYTES } from '../signature.ts';

/** Writes and reads the fields of one payload type. */
export interface PayloadCodec<P> {
  write(payload: P, writer: ByteWriter): void;
  read(reader: ByteReader): P;
}

/** Codecs of a group of payloads, by type. */
export type PayloadCodecs<G> = { readonly [T in keyof G]: PayloadCodec<G[T]> };

/** How one field is written and read; `name` is for messages. */
export interface FieldCodec<V> {
  write(value: V, writer: ByteWriter): void;
  read(reader: ByteReader, name: string): V;
}

const fixed = (bytes: number): FieldCodec<Uint8Array> => ({
  write: (value, w) => w.fixed(value, bytes),
  read: (r, name) => r.raw(bytes, name),
});

/** Kinds of fields. */
export const FIELD = {
  /** Integer 0..2^53 − 1. */
  uint: { write: (value, w) => w.uint(value), read: (r, name) => r.uint(name) },
  /** Integer −1..2^53 − 2, where −1 is none. */
  optional: { write: (value, w) => w.uint(value + 1), read: (r, name) => r.uint(name) - 1 },
  /** Integer 0..255. */
  u8: { write: (value, w) => w.u8(value), read: (r, name) => r.u8(name) },
  flag: { write: (value, w) => w.flag(value), read: (r, name) => r.flag(name) },
  /** 32 bytes. */
  hash: fixed(HASH_BYTES),
  /** 32 bytes. */
  key: fixed(KEY_BYTES),
  /** 64 bytes. */
  signature: fixed(SIGNATURE_BYTES),
  blob: { write: (value, w) => w.blob(value), read: (r, name) => r.blob(name) },
  uints: { write: (value, w) => w.uints(value), read: (r, name) => r.uints(name) },
} as const satisfies {
  uint: FieldCodec<number>;
  optional: FieldCodec<number>;
  u8: FieldCodec<number>;
  flag: FieldCodec<boolean>;
  hash: FieldCodec<Uint8Array>;
  key: FieldCodec<Uint8Array>;
  signature: FieldCodec<Uint8Array>;
  blob: FieldCodec<Uint8Array>;
  uints: FieldCodec<ArrayLike<number>>;
};

/** A field of columns of integers of one length, named in the order in which they are written. */
export function columnsField<K extends string>(...names: readonly K[]): FieldCodec<Columns<K>> {
  return {
    write: (value, w) => writeColumns(value, names, w),
    read: (r) => readColumns(names, r),
  };
}

/** Codec of a payload whose fields are written in the order named. */
export function codecOf<P extends object>(
  fields: {
    readonly [K in keyof P]-?: FieldCodec<P[K]>;
  },
): PayloadCodec<P> {
  const names = Object.keys(fields) as (keyof P & string)[];
  return {
    write(payload, writer) {
      for (const name of names) fields[name].write(payload[name], writer);
    },
    read(reader) {
      const payload: Partial<Record<keyof P, unknown>> = {};
      for (const name of names) payload[name] = fields[name].read(reader, name);
      return payload as P;
    },
  };
}

/** Columns of one length `count`. */
export type Columns<K extends string> = { readonly count: number } & Readonly<
  Record<K, ArrayLike<number>>
>;

/** Appends columns of integers: the count, then each column. */
export function writeColumns<K extends string>(
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

/** Reads what {@link writeColumns} wrote. */
export function readColumns<K extends string>(names: readonly K[], reader: ByteReader): Columns<K> {
  const count = reader.count(names.length, 'a row count');
  const columns: Record<string, number | Float64Array> = { count };
  for (const name of names) {
    const column = new Float64Array(count);
    for (let row = 0; row < count; row++) column[row] = reader.uint(name);
    columns[name] = column;
  }
  return columns as Columns<K>;
}

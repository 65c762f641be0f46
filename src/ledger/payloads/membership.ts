/** Payloads of admission, suspension and keys (model §2.3). */
import { type ByteReader, type ByteWriter, createWriter } from '../encoding.ts';
import { HASH_BYTES } from '../hash.ts';
import { codecOf, FIELD, type FieldCodec, type PayloadCodecs } from './codec.ts';

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
  /** SHA-256 of the ids of its meters, 32 bytes each; a meter belongs to one account. */
  readonly meterHashes: readonly Uint8Array[];
  /** SHA-256 of the serials of its generators, 32 bytes each; a serial has one entry. */
  readonly assetHashes: readonly Uint8Array[];
  /** The certificate authority's signature over the registration message, 64 bytes. */
  readonly caSignature: Uint8Array;
}

/** Suspends a member; nothing of it enters a block until it is reinstated. */
export interface SuspendPayload {
  readonly account: number;
  /** Code of why, 0..255. */
  readonly cause: number;
}

/** Ends a suspension. */
export interface ReinstatePayload {
  readonly account: number;
}

/** Withdraws the certificate of an identity for good. */
export interface RevokePayload {
  readonly account: number;
  /** Code of why, 0..255. */
  readonly cause: number;
}

/** Replaces the sender's key. */
export interface KeyRotatePayload {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The certificate authority's signature over {@link rotationMessage}, 64 bytes. */
  readonly caSignature: Uint8Array;
}

/** Freezes or releases the points of an account by order of the authority (model §7.8). */
export interface FreezePayload {
  readonly account: number;
  readonly isFrozen: boolean;
  /** The authority's signature over {@link freezeMessage}, 64 bytes. */
  readonly caSignature: Uint8Array;
}

/** Payload of each type of membership. */
export interface MembershipPayloads {
  readonly REGISTER: RegisterPayload;
  readonly SUSPEND: SuspendPayload;
  readonly REINSTATE: ReinstatePayload;
  readonly REVOKE: RevokePayload;
  readonly KEY_ROTATE: KeyRotatePayload;
  readonly FREEZE: FreezePayload;
}

const hashes: FieldCodec<readonly Uint8Array[]> = {
  write(values: readonly Uint8Array[], writer: ByteWriter) {
    writer.uint(values.length);
    for (const value of values) writer.fixed(value, HASH_BYTES);
  },
  read(reader: ByteReader, name: string) {
    const count = reader.count(HASH_BYTES, `a count of ${name}`);
    return Array.from({ length: count }, () => reader.raw(HASH_BYTES, name));
  },
};

/** How the payloads are written and read. */
export const MEMBERSHIP_CODECS: PayloadCodecs<MembershipPayloads> = {
  REGISTER: codecOf({
    account: FIELD.uint,
    role: FIELD.u8,
    publicKey: FIELD.key,
    identityHash: FIELD.hash,
    meterHashes: hashes,
    assetHashes: hashes,
    caSignature: FIELD.signature,
  }),
  SUSPEND: codecOf({ account: FIELD.uint, cause: FIELD.u8 }),
  REINSTATE: codecOf({ account: FIELD.uint }),
  REVOKE: codecOf({ account: FIELD.uint, cause: FIELD.u8 }),
  KEY_ROTATE: codecOf({ publicKey: FIELD.key, caSignature: FIELD.signature }),
  FREEZE: codecOf({ account: FIELD.uint, isFrozen: FIELD.flag, caSignature: FIELD.signature }),
};

const writer = createWriter(160);

/** Appends the hashes of a registration to a message. */
export function writeHashes(values: readonly Uint8Array[], to: ByteWriter): void {
  hashes.write(values, to);
}

/**
 * What the certificate authority signs to bind an account to another key: a domain text, the chain id, the
 * account, how many rotations it has behind it and the key. The count keeps an old approval from bringing
 * an old key back.
 *
 * @param chainId - 8 bytes.
 * @param rotations - Rotations of the account so far, integer >= 0.
 * @returns New bytes.
 */
export function rotationMessage(
  chainId: Uint8Array,
  account: number,
  rotations: number,
  publicKey: Uint8Array,
): Uint8Array {
  writer.reset();
  writer.text('peerwatt key rotation');
  writer.fixed(chainId, chainId.length);
  writer.uint(account);
  writer.uint(rotations);
  writer.blob(publicKey);
  return writer.copy();
}

/**
 * What the certificate authority signs to freeze or release points: a domain text, the chain id, the
 * account, how many such orders it has behind it and which way. The count keeps an order from being used
 * twice.
 *
 * @param chainId - 8 bytes.
 * @param orders - Orders on the account so far, integer >= 0.
 * @returns New bytes.
 */
export function freezeMessage(
  chainId: Uint8Array,
  account: number,
  orders: number,
  isFrozen: boolean,
): Uint8Array {
  writer.reset();
  writer.text('peerwatt freeze');
  writer.fixed(chainId, chainId.length);
  writer.uint(account);
  writer.uint(orders);
  writer.flag(isFrozen);
  return writer.copy();
}

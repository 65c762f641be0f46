/** Payloads of admission, suspension and keys (model §2.3). */
import { codecOf, FIELD, type PayloadCodecs } from './codec.ts';

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
  /** The authority's signature over the order, 64 bytes. */
  readonly caSignature: Uint8Array;
}

/** Payload of each type of membership. */
export interface MembershipPayloads {
  readonly REGISTER: RegisterPayload;
  readonly SUSPEND: SuspendPayload;
  readonly REINSTATE: ReinstatePayload;
  readonly KEY_ROTATE: KeyRotatePayload;
  readonly FREEZE: FreezePayload;
}

/** How the payloads are written and read. */
export const MEMBERSHIP_CODECS: PayloadCodecs<MembershipPayloads> = {
  REGISTER: codecOf({
    account: FIELD.uint,
    role: FIELD.u8,
    publicKey: FIELD.key,
    identityHash: FIELD.hash,
    caSignature: FIELD.signature,
  }),
  SUSPEND: codecOf({ account: FIELD.uint, cause: FIELD.u8 }),
  REINSTATE: codecOf({ account: FIELD.uint }),
  KEY_ROTATE: codecOf({ publicKey: FIELD.key, caSignature: FIELD.signature }),
  FREEZE: codecOf({ account: FIELD.uint, isFrozen: FIELD.flag, caSignature: FIELD.signature }),
};

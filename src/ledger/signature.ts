/**
 * Signatures in two modes of one shape (32-byte keys, 64-byte signatures). `real` is Ed25519;
 * `modelled` is a public checksum that anyone can recompute: it finds every changed byte and costs
 * a hundredth, but proves no identity. The simulated CPU time charged is the same in both.
 *
 * Source: RFC 8032 (Ed25519), RFC 8410 (key containers).
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import {
  bytesToLatin1,
  equalsLatin1,
  HASH_BYTES,
  HashInput,
  type HashLatin1,
  putLatin1,
  sha256Bytes,
} from './hash.ts';

/** How signatures are made. */
export type CryptoMode = 'real' | 'modelled';
/** Every {@link CryptoMode}; the index is its code in a genesis. */
export const CRYPTO_MODES = ['real', 'modelled'] as const satisfies readonly CryptoMode[];

/** Bytes of a seed and of a public key. */
export const KEY_BYTES = 32;
/** Bytes of a signature, in both modes. */
export const SIGNATURE_BYTES = 64;

/** A key that signs. */
export interface KeyPair {
  readonly mode: CryptoMode;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Signature of a message, 64 new bytes; the same message gives the same bytes. */
  sign(message: Uint8Array): Uint8Array;
}

// DER of RFC 8410: everything before the 32 raw bytes of an Ed25519 seed and of a public key.
const PRIVATE_KEY_HEAD = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
const PUBLIC_KEY_HEAD = [48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0];
const SIM_PREFIX = [115, 105, 109]; // "sim"
const SIM_KEY_PREFIX = [115, 105, 109, 45, 107, 101, 121]; // "sim-key"

/** Parsed public keys kept; the store is emptied when full, which costs time only. */
const KEY_CACHE_LIMIT = 16_384;
const publicKeys = new Map<string, KeyObject>();
const modelledInput = new HashInput(1024, SIM_PREFIX);
const modelledHash = new HashInput(HASH_BYTES);

/**
 * The key pair of a seed. Ed25519 in mode `real`; in mode `modelled` the public key is
 * SHA-256('sim-key' ‖ seed).
 *
 * @param seed - 32 bytes, from a named random stream.
 * @throws {RangeError} when the seed has another length.
 */
export function createKeyPair(mode: CryptoMode, seed: Uint8Array): KeyPair {
  if (seed.length !== KEY_BYTES) {
    throw new RangeError(`"seed" expected ${KEY_BYTES} bytes, got ${seed.length}`);
  }
  if (mode === 'modelled') {
    const publicKey = sha256Bytes(Uint8Array.from([...SIM_KEY_PREFIX, ...seed]));
    return { mode, publicKey, sign: (message) => modelledSignature(publicKey, message) };
  }
  const key = createPrivateKey({
    key: Buffer.from([...PRIVATE_KEY_HEAD, ...seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const publicKey = Uint8Array.from(spki.subarray(PUBLIC_KEY_HEAD.length));
  return { mode, publicKey, sign: (message) => new Uint8Array(sign(null, message, key)) };
}

/**
 * The modelled signature: 32 bytes h = SHA-256('sim' ‖ publicKey ‖ message), then the 32 bytes
 * SHA-256(h), so that all 64 bytes are determined and a changed signature is told from a changed
 * message. Cost: two hashes, about 1 µs for a short message.
 */
export function modelledSignature(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const signature = new Uint8Array(SIGNATURE_BYTES);
  const first = firstHash(publicKey, message);
  putLatin1(first, signature, 0);
  putLatin1(secondHash(first), signature, HASH_BYTES);
  return signature;
}

function firstHash(publicKey: Uint8Array, message: Uint8Array): HashLatin1 {
  const length = SIM_PREFIX.length + publicKey.length + message.length;
  modelledInput.reserve(length);
  modelledInput.bytes.set(publicKey, SIM_PREFIX.length);
  modelledInput.bytes.set(message, SIM_PREFIX.length + publicKey.length);
  return modelledInput.latin1(length);
}

function secondHash(first: HashLatin1): HashLatin1 {
  putLatin1(first, modelledHash.bytes, 0);
  return modelledHash.latin1(HASH_BYTES);
}

/**
 * True when the signature is the key's over the message. Never throws on bad bytes: wrong lengths
 * and keys that are no curve points give false. Cost: about 0.1 ms real, 1 µs modelled.
 */
export function verifySignature(
  mode: CryptoMode,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  if (mode === 'modelled') {
    const first = firstHash(publicKey, message);
    return (
      equalsLatin1(first, signature, 0) && equalsLatin1(secondHash(first), signature, HASH_BYTES)
    );
  }
  return verify(null, message, publicKeyObject(publicKey), signature);
}

function publicKeyObject(publicKey: Uint8Array): KeyObject {
  const name = bytesToLatin1(publicKey);
  const known = publicKeys.get(name);
  if (known !== undefined) return known;
  if (publicKeys.size >= KEY_CACHE_LIMIT) publicKeys.clear();
  const key = createPublicKey({
    key: Buffer.from([...PUBLIC_KEY_HEAD, ...publicKey]),
    format: 'der',
    type: 'spki',
  });
  publicKeys.set(name, key);
  return key;
}

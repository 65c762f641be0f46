/**
 * The keys with which the accounts of a run sign. An account may rotate its key; which one is in force is
 * written in the state of each branch, as a count of rotations, so that a transaction signed with the new
 * key fits no branch that has not seen the rotation, and one with the old key none that has. Nonces keep a
 * client's transactions in order, so that it signs with the new key from the transaction after the rotation
 * on, and falls back when the rotation came to nothing.
 */
import type { RandomSource } from '../base/random.ts';
import { rotationsOf } from '../contracts/membership-cells.ts';
import { type CryptoMode, createKeyPair, type KeyPair } from '../ledger/signature.ts';

/** Keys of all accounts. */
export interface KeyRing {
  /** Key of an account after so many rotations; 0 is the one of genesis. */
  pair(account: number, rotations: number): KeyPair;
  /** Rotations that an account's client counts on for its next transaction. */
  nextRotations(account: number): number;
  /** Whether no rotation of an account is under way. */
  isAtRest(account: number): boolean;
  /** Notes which key a transaction was signed with. */
  note(tx: number, rotations: number): void;
  /**
   * Rotations by which the key of a transaction is ahead of the one in force: 0 when that is the one,
   * negative when it is out of force for ever.
   *
   * @param member - Reads the sender's `ACCOUNT.member`; asked only for accounts that have rotated.
   */
  ahead(tx: number, sender: number, member: () => number): number;
  /** Notes a rotation that an account at rest has just sent. */
  begin(account: number, rotation: Rotation): void;
}

/** A rotation under way. */
export interface Rotation {
  /** Whether it is final, whatever became of it. */
  isFinal(): boolean;
  /** Whether it failed, was refused or expired; asked first. */
  hasFailed(): boolean;
}

/** Makes the ring. @param keys - Keys of genesis, by account. */
export function createKeyRing(
  mode: CryptoMode,
  keys: readonly KeyPair[],
  random: RandomSource,
): KeyRing {
  const draws = random.addressed('world/keys');
  const later = new Map<number, KeyPair[]>();
  const settled = new Map<number, number>();
  const pending = new Map<number, Rotation>();
  const rotationsOfTx = new Map<number, number>();

  /** Takes note of what became of a rotation under way. */
  function settle(account: number): Rotation | undefined {
    const rotation = pending.get(account);
    if (rotation === undefined) return undefined;
    const hasFailed = rotation.hasFailed();
    if (!hasFailed && !rotation.isFinal()) return rotation;
    pending.delete(account);
    // An account that has ever rotated stays in the map: its transactions are looked at.
    settled.set(account, (settled.get(account) ?? 0) + (hasFailed ? 0 : 1));
    return undefined;
  }

  return {
    pair(account, rotations) {
      if (rotations === 0) return keys[account]!;
      const own = later.get(account) ?? [];
      later.set(account, own);
      for (let k = own.length + 1; k <= rotations; k++) {
        const seed = Uint8Array.from({ length: 32 }, (_, i) => draws.uniform(account, k, i) * 256);
        own.push(createKeyPair(mode, seed));
      }
      return own[rotations - 1]!;
    },
    nextRotations(account) {
      const isPending = settle(account) !== undefined;
      return (settled.get(account) ?? 0) + (isPending ? 1 : 0);
    },
    isAtRest: (account) => settle(account) === undefined,
    note(tx, rotations) {
      if (rotations > 0) rotationsOfTx.set(tx, rotations);
    },
    ahead(tx, sender, member) {
      if (!pending.has(sender) && !settled.has(sender)) return 0;
      return (rotationsOfTx.get(tx) ?? 0) - rotationsOf(member());
    },
    begin(account, rotation) {
      pending.set(account, rotation);
    },
  };
}

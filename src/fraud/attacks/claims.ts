/** What attacks on claims share: when they act, altered serials, and the label of each false claim. */
import { roundHalfUp } from '../../base/integer.ts';
import type { AddressedStream } from '../../base/random.ts';
import type { AttackContext, FalseClaim, FalseEntry, OwnPeriod } from './define.ts';

/** Serials of devices are multiples of this; those in between belong to nobody. */
export const SERIAL_STEP = 16;

/** A serial with one digit wrong, which no register knows. `u` is uniform in [0, 1). */
export function alteredSerial(serial: number, u: number): number {
  return serial + 1 + Math.floor(u * (SERIAL_STEP - 1));
}

/** Whether a period lies in the time of an attack and has anything to claim. */
export function isAttacked(
  own: OwnPeriod,
  { startSlot, endSlot }: { readonly startSlot: number; readonly endSlot: number },
): boolean {
  return own.fromSlot >= startSlot && own.toSlot <= endSlot && own.labelKWh > 0;
}

/**
 * An entry of the second registry about a whole period.
 *
 * @param alteredShare - Share of entries whose serial is altered.
 */
export function entryOf(
  own: OwnPeriod,
  energyKWh: number,
  alteredShare: number,
  draws: AddressedStream,
): FalseEntry {
  const isAltered = draws.uniform(own.home, own.period, 1) < alteredShare;
  return {
    to: 'registry',
    serial: isAltered
      ? alteredSerial(own.serial, draws.uniform(own.home, own.period, 2))
      : own.serial,
    fromSlot: own.fromSlot,
    toSlot: own.toSlot,
    energyKWh,
    valueUpt: own.rateUptPerKWh * energyKWh,
  };
}

/** Labels a false claim with the last slot of its period, and gives it back. */
export function labelled<C extends FalseClaim | FalseEntry>(
  context: AttackContext,
  { home, toSlot }: OwnPeriod,
  claim: C,
): C {
  context.label(home, toSlot - 1, roundHalfUp(claim.energyKWh * 1000), claim.valueUpt);
  return claim;
}

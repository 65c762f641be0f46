/**
 * Canonical bytes of a published meter value: what a Merkle leaf commits to. Hashing is the
 * ledger's.
 */

/** Version of the layout; the first byte of every leaf. */
export const METER_LEAF_VERSION = 1;

/**
 * Encodes one published value: version byte, meter id (length in bytes, then UTF-8), then slot,
 * import, export, generation and quality code as unsigned LEB128. The signature is appended by the
 * ledger.
 *
 * @param meterId - External id, e.g. `home-017`.
 * @param slot - Slot, integer >= 0.
 * @param importWh - Energy [Wh], integer >= 0; likewise the others.
 * @param quality - Code 0 actual, 1 estimated, 2 missing.
 * @returns A new array; two leaves are equal exactly when all fields are.
 * @throws {RangeError} when a number is negative or not a safe integer, or the quality is unknown.
 * Source: decisions 19 and 27.
 */
export function meterLeafBytes(
  meterId: string,
  slot: number,
  importWh: number,
  exportWh: number,
  generationWh: number,
  quality: number,
): Uint8Array {
  if (quality !== 0 && quality !== 1 && quality !== 2) {
    throw new RangeError(`"quality" expected 0, 1 or 2, got ${quality}`);
  }
  const id = new TextEncoder().encode(meterId);
  const bytes: number[] = [METER_LEAF_VERSION];
  pushUnsigned(bytes, 'meterId', id.length);
  bytes.push(...id);
  pushUnsigned(bytes, 'slot', slot);
  pushUnsigned(bytes, 'importWh', importWh);
  pushUnsigned(bytes, 'exportWh', exportWh);
  pushUnsigned(bytes, 'generationWh', generationWh);
  pushUnsigned(bytes, 'quality', quality);
  return Uint8Array.from(bytes);
}

function pushUnsigned(bytes: number[], name: string, value: number): void {
  if (!(Number.isSafeInteger(value) && value >= 0)) {
    throw new RangeError(`"${name}" expected a safe integer >= 0, got ${value}`);
  }
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

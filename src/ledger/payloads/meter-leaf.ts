/**
 * Reading a published meter value back from the bytes of its Merkle leaf. Whoever is shown a leaf must read
 * it the one way in which it was written, or two readings would share a proof.
 */
import { createReader, DecodeError } from '../encoding.ts';
import { SIGNATURE_BYTES } from '../signature.ts';

/** First byte of every leaf. */
const METER_LEAF_VERSION = 1;
/** Codes of quality: 0 actual, 1 estimated, 2 missing. */
const QUALITY_MAX = 2;

/** Fewest bytes of a leaf with its signature: version, empty id, five integers. */
export const SIGNED_LEAF_BYTES_MIN: number = 7 + SIGNATURE_BYTES;

/** A published meter value. */
export interface MeterLeaf {
  /** External id, e.g. `home-017`. */
  readonly meterId: string;
  readonly slot: number;
  readonly importWh: number;
  readonly exportWh: number;
  readonly generationWh: number;
  /** 0 actual, 1 estimated, 2 missing. */
  readonly quality: number;
}

/**
 * Reads a leaf without its signature.
 *
 * @throws {DecodeError} on bytes that no leaf has.
 */
export function decodeMeterLeaf(bytes: Uint8Array): MeterLeaf {
  const reader = createReader(bytes);
  if (reader.u8('a leaf version') !== METER_LEAF_VERSION) {
    throw new DecodeError(0, `leaf version ${METER_LEAF_VERSION}`);
  }
  const meterId = reader.text('meterId');
  const slot = reader.uint('slot');
  const importWh = reader.uint('importWh');
  const exportWh = reader.uint('exportWh');
  const generationWh = reader.uint('generationWh');
  const at = reader.offset;
  const quality = reader.uint('quality');
  if (quality > QUALITY_MAX) throw new DecodeError(at, 'a quality of 0, 1 or 2');
  if (reader.remaining > 0) throw new DecodeError(reader.offset, 'the end of the leaf');
  return { meterId, slot, importWh, exportWh, generationWh, quality };
}

/** A leaf as a value; undefined on bytes that no leaf has. */
export function readMeterLeaf(bytes: Uint8Array): MeterLeaf | undefined {
  try {
    return decodeMeterLeaf(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

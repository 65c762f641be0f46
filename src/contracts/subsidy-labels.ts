/** What the subsidy asks of labels: how many there are, and which may not be claimed. */
import { GENERATOR, generatorCell } from './certificate-cells.ts';
import type { Call, Outcome } from './rules.ts';

/** Labels minted of a generator so far; they bear the serials 0 to one less. */
export function labelsMinted(read: (cell: number) => number, generator: number): number {
  return read(generatorCell(generator, GENERATOR.minted));
}

/**
 * Why labels [from, to) of a generator may not be claimed, or undefined: they must have been minted, which
 * is done from actual reads only.
 */
export function unclaimableLabels(
  { state }: Call,
  generator: number,
  _from: number,
  to: number,
): Outcome {
  return to > labelsMinted((cell) => state.read(cell), generator) ? 'UNKNOWN_LABEL' : undefined;
}

/** What the subsidy asks of labels: how many there are, and which may not be claimed. */
import { GENERATOR, generatorCell } from './certificate-cells.ts';
import { areLabelsStaked } from './certificate-records.ts';
import type { Call, Outcome } from './rules.ts';
import { claimRest, withheldCell } from './subsidy-cells.ts';

/** Labels minted of a generator so far; they bear the serials 0 to one less. */
export function labelsMinted(read: (cell: number) => number, generator: number): number {
  return read(generatorCell(generator, GENERATOR.minted));
}

/**
 * Why labels [from, to) of a generator may not be claimed, or undefined: they must have been minted, which
 * is done from actual reads only, and none may stand behind a vote. Cost: O(ranges in stake).
 */
export function unclaimableLabels(
  call: Call,
  generator: number,
  from: number,
  to: number,
): Outcome {
  const { read } = call.state;
  if (to > labelsMinted(read, generator)) return 'UNKNOWN_LABEL';
  return areLabelsStaked(call, generator, from, to) ? 'CERTIFICATE_LOCKED' : undefined;
}

/** Puts labels that are revoked out of reach; those that were claimed before are the authority's matter. */
export function withholdLabels(call: Call, generator: number, from: number, to: number): void {
  const { rules, state } = call;
  if (rules.subsidy === undefined) return;
  const taken = claimRest(state, generator, from, to);
  const cell = withheldCell(generator);
  if (taken > 0) state.write(cell, state.read(cell) + taken);
}

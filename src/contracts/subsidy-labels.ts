/** What the subsidy asks of labels: how many there are, and which may not be claimed. */
import {
  CERTIFICATE_RANGE,
  CERTIFICATE_STATE,
  certificateRangeCell,
  GENERATOR,
  generatorCell,
  stakedRangeCell,
} from './certificate-cells.ts';
import { certificateStatus, isReleased } from './certificate-records.ts';
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
  const count = read(generatorCell(generator, GENERATOR.stakedRanges));
  for (let place = 0; place < count; place++) {
    const range = read(stakedRangeCell(generator, place)) - 1;
    const of = (field: number) => read(certificateRangeCell(range, field));
    if (of(CERTIFICATE_RANGE.serialFrom) >= to || of(CERTIFICATE_RANGE.serialTo) <= from) continue;
    if (isInStake(call, of(CERTIFICATE_RANGE.certificate))) return 'CERTIFICATE_LOCKED';
  }
  return undefined;
}

/** Whether a certificate is staked, or on its way out and still locked. */
function isInStake(call: Call, certificate: number): boolean {
  const status = certificateStatus(call.state.read, call.rules, certificate);
  if (status?.state === CERTIFICATE_STATE.STAKED) return true;
  return status?.state === CERTIFICATE_STATE.UNSTAKING && !isReleased(call, status);
}

/** Puts labels that are revoked out of reach; those that were claimed before are the authority's matter. */
export function withholdLabels(call: Call, generator: number, from: number, to: number): void {
  const { rules, state } = call;
  if (rules.subsidy === undefined) return;
  const taken = claimRest(state, generator, from, to);
  const cell = withheldCell(generator);
  if (taken > 0) state.write(cell, state.read(cell) + taken);
}

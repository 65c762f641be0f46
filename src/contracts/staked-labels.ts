/**
 * Labels in staked certificates, by generator: who claims a subsidy for a label must be able to tell that it
 * is locked (model §6.3). A list holds the ranges of certificates since they were staked; those that have been
 * released since are passed over, and leave the list when something else happens to their certificate.
 */
import { invariant } from '../base/errors.ts';
import {
  CERTIFICATE,
  CERTIFICATE_RANGE,
  certificateCell,
  certificateRangeCell,
  GENERATOR,
  generatorCell,
  generatorOf,
  STAKED_RANGES_MAX,
  stakedRangeCell,
} from './certificate-cells.ts';
import type { Call } from './rules.ts';

/** Ranges of a certificate: the first, and the first behind them. */
function rangesOf({ state, rules }: Call, id: number): readonly [number, number] {
  if (id < rules.genesisCertificates.end) return [0, 0];
  const first = state.read(certificateCell(id, CERTIFICATE.rangeFirst));
  return [first, first + state.read(certificateCell(id, CERTIFICATE.rangeCount))];
}

/** Enters the labels of a certificate that is staked; nothing where they are in the list. */
export function addStakedLabels(call: Call, id: number): void {
  const { state } = call;
  const [first, end] = rangesOf(call, id);
  for (let range = first; range < end; range++) {
    const stakedAt = certificateRangeCell(range, CERTIFICATE_RANGE.stakedAt);
    if (state.read(stakedAt) !== 0) return;
    const generator = generatorOf(state.read(certificateRangeCell(range, CERTIFICATE_RANGE.end)));
    const countCell = generatorCell(generator, GENERATOR.stakedRanges);
    const count = state.read(countCell);
    invariant(
      count < STAKED_RANGES_MAX,
      'limit-staked-ranges',
      () => `generator ${generator} has ${count} ranges of labels in stake`,
    );
    state.write(stakedRangeCell(generator, count), range + 1);
    state.write(stakedAt, count + 1);
    state.write(countCell, count + 1);
  }
}

/** Takes the labels of a certificate out of the list; the last entry takes the place of each. */
export function removeStakedLabels(call: Call, id: number): void {
  const { state } = call;
  const [first, end] = rangesOf(call, id);
  for (let range = first; range < end; range++) {
    const stakedAt = certificateRangeCell(range, CERTIFICATE_RANGE.stakedAt);
    const place = state.read(stakedAt) - 1;
    if (place < 0) return;
    const generator = generatorOf(state.read(certificateRangeCell(range, CERTIFICATE_RANGE.end)));
    const countCell = generatorCell(generator, GENERATOR.stakedRanges);
    const last = state.read(countCell) - 1;
    const moved = state.read(stakedRangeCell(generator, last));
    state.write(stakedRangeCell(generator, place), moved);
    state.write(certificateRangeCell(moved - 1, CERTIFICATE_RANGE.stakedAt), place + 1);
    state.write(stakedRangeCell(generator, last), 0);
    state.write(stakedAt, 0);
    state.write(countCell, last);
  }
}

/**
 * Points for clean energy and for computing come under a cap per epoch (model §7.1): what a call may issue
 * beyond it is cut pro rata. Block rewards have a budget a day of their own and initial grants one an
 * identity, so neither counts towards the cap. Nothing is rewarded twice: every claim is entered into a
 * register of the chain (P2).
 */
import { largestRemainder, mulDivFloor } from '../base/integer.ts';
import { CLAIM_MAX, CLAIMS_PER_CELL, claimCell, ECONOMY, economyCell } from './points-cells.ts';
import type { GroupRules } from './rule-groups.ts';
import { type Call, issue, type Outcome } from './rules.ts';

/** What somebody is to be rewarded with before the cap. */
export interface Share {
  readonly to: number;
  /** [Upt], integer >= 0. */
  readonly amountUpt: number;
}

/** Stands for a limit that never binds; the largest parameter that genesis holds. */
export const NO_CAP_UPT = 2 ** 52 - 1;

/** Fraction bits of the fixed-point numbers below, and of the exponent that they are raised to. */
const ONE = 1n << 62n;
const EXPONENT_BITS = 32;

/** 2^(−2^−k) for k = 1 to 32 in fixed point: each is the square root of the one before. */
const ROOTS: readonly bigint[] = (() => {
  const roots: bigint[] = [];
  let root = ONE >> 1n;
  for (let k = 1; k <= EXPONENT_BITS; k++) {
    root = squareRoot(root * ONE);
    roots.push(root);
  }
  return roots;
})();

/** Largest integer whose square is not above n (Newton). */
function squareRoot(n: bigint): bigint {
  let x = 1n << 62n;
  for (let next = (x + n / x) >> 1n; next < x; next = (x + n / x) >> 1n) x = next;
  return x;
}

/**
 * What clean energy and computing may be issued in an epoch: floor(cap · 2^(−n·epoch/halving)) for epoch n.
 * Every node must find the same integer, so the power is a product in 62-bit fixed point over the first 32
 * bits of the fraction of n·epoch/halving; it is off by less than one part in 10^9.
 *
 * @param epoch - Number of the epoch, from 0.
 * @returns [Upt], integer.
 */
export function emissionCapUpt(rules: GroupRules<'points'>, epoch: number): number {
  const { emissionCapUpt: capUpt, emissionEpochUs, emissionHalvingUs } = rules;
  if (emissionHalvingUs === 0 || capUpt === NO_CAP_UPT) return capUpt;
  const elapsedUs = BigInt(epoch) * BigInt(emissionEpochUs);
  const halvingUs = BigInt(emissionHalvingUs);
  const halvings = elapsedUs / halvingUs;
  if (halvings >= 53n) return 0;
  const fraction = ((elapsedUs % halvingUs) << BigInt(EXPONENT_BITS)) / halvingUs;
  let factor = ONE;
  for (let k = 0; k < EXPONENT_BITS; k++) {
    if ((fraction >> BigInt(EXPONENT_BITS - 1 - k)) & 1n) factor = (factor * ROOTS[k]!) / ONE;
  }
  return Number(((BigInt(capUpt) * factor) / ONE) >> halvings);
}

/** What may still be issued in the epoch of the block [Upt]. */
export function emissionLeftUpt({ rules, state, timestampUs }: Call): number {
  const points = rules.points;
  if (points === undefined) return 0;
  const epoch = Math.floor(timestampUs / points.emissionEpochUs);
  const isCurrent = state.read(economyCell(ECONOMY.epoch)) === epoch + 1;
  const emittedUpt = isCurrent ? state.read(economyCell(ECONOMY.emittedUpt)) : 0;
  return Math.max(0, emissionCapUpt(points, epoch) - emittedUpt);
}

/**
 * Issues rewards for clean energy or for computing as far as the cap of the epoch allows. Where it does not,
 * the shares are scaled so that they sum to what is left, by largest remainder.
 *
 * @param refs - What each share is for, unique within its case; as many as shares. Those of computing are
 *   below {@link CLAIM_MAX} and entered into the register here; those of clean energy by `rewardCleanEnergy`.
 * @returns `NO_CONTRACT` on a chain without the group of points, `BAD_REFERENCE` when a claim of computing
 *   was rewarded before or is out of range: the caller must then revert.
 */
export function issueCapped(
  call: Call,
  shares: readonly Share[],
  issueCase: 'clean' | 'compute',
  refs: readonly number[],
): Outcome {
  const { rules, state, timestampUs } = call;
  if (rules.points === undefined) return 'NO_CONTRACT';
  if (issueCase === 'compute') {
    for (const ref of refs) if (!claim(call, issueCase, ref, 1)) return 'BAD_REFERENCE';
  }
  const askedUpt = shares.reduce((sum, { amountUpt }) => sum + amountUpt, 0);
  if (askedUpt === 0) return undefined;
  const leftUpt = emissionLeftUpt(call);
  const givenUpt = Math.min(askedUpt, leftUpt);
  const amounts = shares.map(({ amountUpt }) => amountUpt);
  const paid = givenUpt === askedUpt ? amounts : largestRemainder(givenUpt, amounts);
  shares.forEach(({ to }, k) => {
    issue(call, to, paid[k]!, issueCase, refs[k]!);
  });
  const epoch = Math.floor(timestampUs / rules.points.emissionEpochUs) + 1;
  const emitted = economyCell(ECONOMY.emittedUpt);
  if (state.read(economyCell(ECONOMY.epoch)) !== epoch) {
    state.write(economyCell(ECONOMY.epoch), epoch);
    state.write(emitted, 0);
  }
  state.write(emitted, state.read(emitted) + givenUpt);
  if (givenUpt < askedUpt) {
    const cut = economyCell(ECONOMY.cutUpt);
    state.write(cut, state.read(cut) + askedUpt - givenUpt);
  }
  return undefined;
}

/**
 * Enters a row of claims into the register.
 *
 * @param first - Number of the first claim; all are below {@link CLAIM_MAX}.
 * @returns False when one of them stands there already or is out of range; the caller must then revert, for
 *   those before it have been entered.
 */
export function claim(
  { state }: Call,
  issueCase: 'clean' | 'compute',
  first: number,
  count: number,
): boolean {
  if (!Number.isSafeInteger(first) || first < 0 || first + count > CLAIM_MAX) return false;
  for (let at = first; at < first + count; ) {
    const from = at % CLAIMS_PER_CELL;
    const length = Math.min(CLAIMS_PER_CELL - from, first + count - at);
    const cell = claimCell(issueCase, at);
    const held = state.read(cell);
    // Bits as sums of powers of two: a cell holds more than the 32 that bitwise operators keep.
    const above = mulDivFloor(held, 1, 2 ** from);
    if (above % 2 ** length !== 0) return false;
    state.write(cell, held + (2 ** length - 1) * 2 ** from);
    at += length;
  }
  return true;
}

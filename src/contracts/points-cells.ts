/**
 * Where the economy of points stands in the state: what holders have earned, been billed and may not yet
 * move, bills, the emission of the current epoch, the books of the treasury, and the register of what
 * points have been issued for. It is the area from 2^49, of which earnings (`cells.ts`) are the first part.
 */
import { earningsCell, RECORD_CELLS } from './cells.ts';

const CHAIN_BASE = 2 ** 49 + 2 ** 46;
const BILLS_BASE = CHAIN_BASE + 2 ** 12;
const CLAIMS_BASE = 2 ** 49 + 2 ** 47;
/** Cells of one case in the register of claims. */
const CLAIMS_LENGTH = 2 ** 46;

/** Fields of a holder's record, behind its earnings. */
export const HOLDER = {
  /** When its vesting grant was issued [µs]. */
  grantUs: 2,
  /** Most of the grant that can still be unvested, by what was spent of it [Upt]. */
  unvestedUpt: 3,
  /** Last day that it was rewarded for producing blocks + 1. */
  rewardedDay: 4,
  billCount: 5,
  /** Sum of its bills, and of what points were credited against them [micro-units of money]. */
  billed: 6,
  credited: 7,
  redeemedUpt: 8,
} as const;

/** Cell of a field of {@link HOLDER}. */
export const holderCell = (account: number, field: number): number => earningsCell(account, field);

/** Fields of the record of the economy as a whole. */
export const ECONOMY = {
  /** Epoch of emission + 1, and what was issued in it under the cap [Upt]. */
  epoch: 0,
  emittedUpt: 1,
  /** Rewards that the cap cut off [Upt]. */
  cutUpt: 2,
  /** Sums over all bills [micro-units of money]. */
  billed: 3,
  credited: 4,
  /** Of what was burned: unvested grants, and what was paid out in money [Upt]. */
  expiredUpt: 5,
  cashedOutUpt: 6,
} as const;

/** Cell of a field of {@link ECONOMY}. */
export const economyCell = (field: number): number => CHAIN_BASE + field;

/** Fields of the books of the treasury [Upt]. */
export const TREASURY = {
  /** Gas fees collected, after the share that is burned. */
  feesUpt: 0,
  burnedFeesUpt: 1,
  forfeitsUpt: 2,
  /** Paid out, to subsidies for one. */
  paidUpt: 3,
} as const;

/** Cell of a field of {@link TREASURY}. */
export const treasuryCell = (field: number): number => CHAIN_BASE + RECORD_CELLS + field;

/** Fields of a bill. */
export const BILL = {
  /** What is owed, and what points were credited [micro-units of money]. */
  amount: 0,
  credited: 1,
  /** Last instant at which points count [µs]. */
  dueUs: 2,
} as const;

/** Bills a home may get. */
export const BILLS_MAX = 2 ** 16;

/** Cell of a field of a home's bill. */
export const billCell = (home: number, bill: number, field: number): number =>
  BILLS_BASE + (home * BILLS_MAX + bill) * RECORD_CELLS + field;

/** Claims that share a cell: a cell holds 48 bits, far below the 53 of an exact integer. */
export const CLAIMS_PER_CELL = 48;
/** Numbers of claims are below this. */
export const CLAIM_MAX = 2 ** 51;

/** Cell of a claim to points for clean energy or computing. @param claim - Below {@link CLAIM_MAX}. */
export const claimCell = (issueCase: 'clean' | 'compute', claim: number): number =>
  CLAIMS_BASE + (issueCase === 'clean' ? 0 : CLAIMS_LENGTH) + Math.floor(claim / CLAIMS_PER_CELL);

/** First cell behind the accounts' earnings that is not an account's. */
export const HOLDERS_END = CHAIN_BASE;

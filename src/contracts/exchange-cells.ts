/** Where offers of points for money stand in the state: the area from 2^48 + 2^46. */
import { RECORD_CELLS } from './cells.ts';

const BASE = 2 ** 48 + 2 ** 46;
const SELLERS_BASE = BASE + 2 ** 44;
const TOTALS_BASE = BASE + 2 ** 45;

/** Offers a seller may ever make. */
export const SEQUENCES_PER_SELLER = 2 ** 20;

/**
 * Number of an offer: seller and its own sequence. What a buyer takes is then the same offer on every
 * branch, whatever order blocks bring offers in.
 */
export const offerOf = (seller: number, sequence: number): number =>
  seller * SEQUENCES_PER_SELLER + sequence;

/** Fields of an offer. */
export const OFFER = {
  /** {@link OFFER_STATE}. */
  state: 0,
  amountUpt: 1,
  /** Micro-units of money a point. */
  askPerPt: 2,
  /** Account that took it + 1. */
  buyer: 3,
  /** When it was taken [µs]. */
  takenUs: 4,
} as const;

/** Life of an offer; absent is none. From `released` on nothing changes any more. */
export const OFFER_STATE = { open: 1, taken: 2, released: 3, refunded: 4, cancelled: 5 } as const;

/** Cell of a field of an offer. */
export const offerCell = (offer: number, field: number): number =>
  BASE + offer * RECORD_CELLS + field;

/** Fields of a seller's record. */
export const SELLER = {
  /** Highest sequence used + 1. */
  sequences: 0,
  /** Locked in offers that are not over [Upt]. */
  offeredUpt: 1,
} as const;

/** Cell of a field of {@link SELLER}. */
export const sellerCell = (account: number, field: number): number =>
  SELLERS_BASE + account * RECORD_CELLS + field;

/** Fields of the record of all offers. */
export const EXCHANGE = {
  offered: 0,
  released: 1,
  refunded: 2,
  cancelled: 3,
  /** Points that changed hands, and the money asked for them [micro-units]. */
  releasedUpt: 4,
  turnover: 5,
} as const;

/** Cell of a field of {@link EXCHANGE}. */
export const exchangeCell = (field: number): number => TOTALS_BASE + field;

/** First and last cell of offers, for those who look through what a block wrote. */
export const OFFER_CELLS = { from: BASE, to: SELLERS_BASE } as const;

/** Payloads of points: transfer, issue, redemption, and purchase from other nodes (model §7). */
import { type Columns, codecOf, columnsField, FIELD, type PayloadCodecs } from './codec.ts';

/** Moves points between external accounts. */
export interface TransferPayload {
  readonly to: number;
  readonly amountUpt: number;
}

/** The initial grant of one identity. */
export interface PointsGrantPayload {
  readonly to: number;
  readonly amountUpt: number;
  /** 32 bytes. */
  readonly identityHash: Uint8Array;
}

/** A reward, and what it is for. */
export interface PointsRewardPayload {
  readonly to: number;
  readonly amountUpt: number;
  /** Height of the block it is for. */
  readonly block: number;
  readonly ref: number;
}

/** Electricity bills of homes, posted by the operator of the grid. */
export interface BillPostPayload {
  /** Last instant at which points count against them [µs]. */
  readonly dueUs: number;
  /** Each home's bills are numbered from 0; what is owed is in micro-units of money. */
  readonly bills: Columns<'home' | 'bill' | 'amount'>;
}

/** Burns what has not vested of a grant that has expired. */
export interface GrantExpirePayload {
  readonly account: number;
}

/** Burns points against an electricity bill. */
export interface PointsRedeemPayload {
  readonly amountUpt: number;
  /** Number of the sender's bill. */
  readonly bill: number;
}

/** Offers points for money outside the chain; they go into escrow. */
export interface PointsSellPayload {
  /** Number of the seller's own choice that it has not used: an offer is named the same on every branch. */
  readonly sequence: number;
  readonly amountUpt: number;
  /** Micro-units of money a point. */
  readonly askPerPt: number;
}

/** Takes an offer of points: the money is then due outside the chain. */
export interface PointsBuyPayload {
  /** As named by `offerOf`: seller and sequence. */
  readonly offer: number;
}

/** The seller confirms that the money has come. */
export interface PointsConfirmPayload {
  readonly offer: number;
}

/** Takes an offer back that nobody has taken. */
export interface PointsCancelPayload {
  readonly offer: number;
}

/** Decides a taken offer whose time is over, by what the books of the bank say. */
export interface PointsArbitratePayload {
  readonly offer: number;
  /** Whether the money was paid. */
  readonly isPaid: boolean;
}

/** Asks the platform for money in exchange for points, which no contract grants (model §7.8). */
export interface CashOutPayload {
  readonly amountUpt: number;
}

/** Payload of each type of points. */
export interface PointsPayloads {
  readonly TRANSFER: TransferPayload;
  readonly POINTS_GRANT: PointsGrantPayload;
  readonly POINTS_REWARD: PointsRewardPayload;
  readonly BILL_POST: BillPostPayload;
  readonly GRANT_EXPIRE: GrantExpirePayload;
  readonly POINTS_REDEEM: PointsRedeemPayload;
  readonly POINTS_SELL: PointsSellPayload;
  readonly POINTS_BUY: PointsBuyPayload;
  readonly POINTS_CONFIRM: PointsConfirmPayload;
  readonly POINTS_CANCEL: PointsCancelPayload;
  readonly POINTS_ARBITRATE: PointsArbitratePayload;
  readonly CASH_OUT: CashOutPayload;
}

/** How the payloads are written and read. */
export const POINTS_CODECS: PayloadCodecs<PointsPayloads> = {
  TRANSFER: codecOf({ to: FIELD.uint, amountUpt: FIELD.uint }),
  POINTS_GRANT: codecOf({ to: FIELD.uint, amountUpt: FIELD.uint, identityHash: FIELD.hash }),
  POINTS_REWARD: codecOf({
    to: FIELD.uint,
    amountUpt: FIELD.uint,
    block: FIELD.uint,
    ref: FIELD.uint,
  }),
  BILL_POST: codecOf({ dueUs: FIELD.uint, bills: columnsField('home', 'bill', 'amount') }),
  GRANT_EXPIRE: codecOf({ account: FIELD.uint }),
  POINTS_REDEEM: codecOf({ amountUpt: FIELD.uint, bill: FIELD.uint }),
  POINTS_SELL: codecOf({ sequence: FIELD.uint, amountUpt: FIELD.uint, askPerPt: FIELD.uint }),
  POINTS_BUY: codecOf({ offer: FIELD.uint }),
  POINTS_CONFIRM: codecOf({ offer: FIELD.uint }),
  POINTS_CANCEL: codecOf({ offer: FIELD.uint }),
  POINTS_ARBITRATE: codecOf({ offer: FIELD.uint, isPaid: FIELD.flag }),
  CASH_OUT: codecOf({ amountUpt: FIELD.uint }),
};

/**
 * The transaction types, their codes on the wire and their payloads. All fields are unsigned integers or
 * bytes; the folder `payloads` has one file for each group of types.
 */
import type { ByteReader, ByteWriter } from './encoding.ts';
import { CERTIFICATE_CODECS, type CertificatePayloads } from './payloads/certificates.ts';
import { codecOf, FIELD, type PayloadCodec } from './payloads/codec.ts';
import { COMPUTE_CODECS, type ComputePayloads } from './payloads/compute.ts';
import { GOVERNANCE_CODECS, type GovernancePayloads } from './payloads/governance.ts';
import { MARKET_CODECS, type MarketPayloads } from './payloads/market.ts';
import { MEMBERSHIP_CODECS, type MembershipPayloads } from './payloads/membership.ts';
import { METERING_CODECS, type MeteringPayloads } from './payloads/metering.ts';
import { POINTS_CODECS, type PointsPayloads } from './payloads/points.ts';
import { SPEND_CODECS, type SpendPayloads } from './payloads/spend.ts';
import { SUBSIDY_CODECS, type SubsidyPayloads } from './payloads/subsidy.ts';

export type * from './payloads/certificates.ts';
export type * from './payloads/compute.ts';
export type * from './payloads/governance.ts';
export type * from './payloads/market.ts';
export type * from './payloads/membership.ts';
export type * from './payloads/metering.ts';
export type * from './payloads/points.ts';
export type * from './payloads/spend.ts';
export type * from './payloads/subsidy.ts';

/** Every transaction type; the index is its code on the wire. New types go to the end. */
export const TRANSACTION_TYPES = [
  'REGISTER',
  'TRANSFER',
  'ORDER_SUBMIT',
  'CLEAR',
  'METER_BATCH',
  'SETTLE',
  'STAKE',
  'VOTE',
  'POINTS_GRANT',
  'POINTS_REWARD',
  'ABNORMAL_REPORT',
  'BALLOT',
  'VERDICT',
  'CANDIDACY',
  'RETURN',
  'UNSTAKE',
  'PROXY',
  'ORDER_COMMIT',
  'ORDER_REVEAL',
  'FOREIGN',
  'SUSPEND',
  'REINSTATE',
  'KEY_ROTATE',
  'FREEZE',
  'CLEAR_ON_CHAIN',
  'POINTS_REDEEM',
  'POINTS_SELL',
  'POINTS_BUY',
  'POINTS_CONFIRM',
  'POINTS_CANCEL',
  'POINTS_ARBITRATE',
  'CASH_OUT',
  'LABEL_MINT',
  'LABEL_REVOKE',
  'CERT_ISSUE',
  'CERT_OFFER',
  'CERT_BUY',
  'CERT_TRANSFER',
  'CERT_RETIRE',
  'CERT_EXPIRE',
  'CERT_REVOKE',
  'CARBON_ISSUE',
  'SUBSIDY_CLAIM',
  'SUBSIDY_APPROVE',
  'SUBSIDY_PAY',
  'SUBSIDY_CLAWBACK',
  'TASK_OPEN',
  'TASK_COMMIT',
  'TASK_REVEAL',
  'TASK_CLOSE',
  'BILL_POST',
  'GRANT_EXPIRE',
  'METER_READS',
  'METER_PROOF',
  'SETTLE_BATCH',
  'SUBSIDY_REGISTER',
  'CERT_WITHDRAW',
  'REVOKE',
  'TASK_OPEN_CANARY',
  'SPEND',
] as const;

/** Name of a transaction type. */
export type TransactionType = (typeof TRANSACTION_TYPES)[number];

/** Code of each type on the wire. */
export const TRANSACTION_CODE: Readonly<Record<TransactionType, number>> = Object.freeze(
  Object.fromEntries(TRANSACTION_TYPES.map((type, code) => [type, code])) as Record<
    TransactionType,
    number
  >,
);

/**
 * What another community on the same chain has to say, which nobody here reads. It uses up the gas limit
 * of its envelope.
 */
export interface ForeignPayload {
  readonly bytes: Uint8Array;
}

/** Payload of each type. */
export interface PayloadOf
  extends CertificatePayloads,
    ComputePayloads,
    GovernancePayloads,
    MarketPayloads,
    MembershipPayloads,
    MeteringPayloads,
    PointsPayloads,
    SpendPayloads,
    SubsidyPayloads {
  readonly FOREIGN: ForeignPayload;
}

const codecs: { readonly [T in TransactionType]: PayloadCodec<PayloadOf[T]> } = {
  ...CERTIFICATE_CODECS,
  ...COMPUTE_CODECS,
  ...GOVERNANCE_CODECS,
  ...MARKET_CODECS,
  ...MEMBERSHIP_CODECS,
  ...METERING_CODECS,
  ...POINTS_CODECS,
  ...SPEND_CODECS,
  ...SUBSIDY_CODECS,
  FOREIGN: codecOf({ bytes: FIELD.blob }),
};

/** Appends the fields of a payload. @throws {RangeError} on a field out of range. */
export function writePayload<T extends TransactionType>(
  type: T,
  payload: PayloadOf[T],
  writer: ByteWriter,
): void {
  codecs[type].write(payload, writer);
}

/** Reads the fields of a payload; bytes are views. @throws {DecodeError} on any other bytes. */
export function readPayload<T extends TransactionType>(type: T, reader: ByteReader): PayloadOf[T] {
  return codecs[type].read(reader);
}

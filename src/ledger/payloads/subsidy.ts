/** Payloads of the subsidy for clean generation (model §4.14). */
import { codecOf, columnsField, FIELD, type PayloadCodecs } from './codec.ts';

/** Ranges of label serials of one generator, columns of length `count`. */
export interface SerialColumns {
  readonly count: number;
  readonly serialFrom: ArrayLike<number>;
  /** First serial behind the range. */
  readonly serialTo: ArrayLike<number>;
}

/** Claims the subsidy of an asset for labels of a period. */
export interface SubsidyClaimPayload {
  /** Account of the generator. */
  readonly asset: number;
  /** Number of the period. */
  readonly period: number;
  readonly labels: SerialColumns;
}

/** Approves a claim. */
export interface SubsidyApprovePayload {
  readonly claim: number;
}

/** Asks for the payment of an approved claim that is due. */
export interface SubsidyPayPayload {
  readonly claim: number;
}

/** Takes a paid claim back. */
export interface SubsidyClawbackPayload {
  readonly claim: number;
}

/** Payload of each type of the subsidy. */
export interface SubsidyPayloads {
  readonly SUBSIDY_CLAIM: SubsidyClaimPayload;
  readonly SUBSIDY_APPROVE: SubsidyApprovePayload;
  readonly SUBSIDY_PAY: SubsidyPayPayload;
  readonly SUBSIDY_CLAWBACK: SubsidyClawbackPayload;
}

/** How the payloads are written and read. */
export const SUBSIDY_CODECS: PayloadCodecs<SubsidyPayloads> = {
  SUBSIDY_CLAIM: codecOf<SubsidyClaimPayload>({
    asset: FIELD.uint,
    period: FIELD.uint,
    labels: columnsField('serialFrom', 'serialTo'),
  }),
  SUBSIDY_APPROVE: codecOf({ claim: FIELD.uint }),
  SUBSIDY_PAY: codecOf({ claim: FIELD.uint }),
  SUBSIDY_CLAWBACK: codecOf({ claim: FIELD.uint }),
};

/** Payloads of the subsidy for clean generation (model §4.14). */
import { codecOf, columnsField, FIELD, type PayloadCodecs } from './codec.ts';

/** Ranges of label serials of one generator, columns of length `count`. */
export interface SerialColumns {
  readonly count: number;
  readonly serialFrom: ArrayLike<number>;
  /** First serial behind the range. */
  readonly serialTo: ArrayLike<number>;
}

/** Enters a plant into the register of the subsidy. */
export interface SubsidyRegisterPayload {
  /** Number of the plant. */
  readonly plant: number;
  /** Account that claims for it. */
  readonly owner: number;
  /** Account whose meter registers its generation. */
  readonly generator: number;
  /** First day of operation, local, as days since 1970-01-01. */
  readonly commissionedDay: number;
  /** Index into the classes of plants. */
  readonly plantClass: number;
  readonly capacityW: number;
  /** Whether its energy is traded in the neighbourhood, for which it asks for less. */
  readonly isTraded: boolean;
  /** Serial of the device, unique in the register. */
  readonly serial: number;
}

/** Claims the subsidy of a plant for labels of a period. */
export interface SubsidyClaimPayload {
  readonly plant: number;
  /** Number of the period. */
  readonly period: number;
  /** Labels of the generator whose meter the plant has. */
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

/** Refuses a claim, or takes a paid one back. */
export interface SubsidyClawbackPayload {
  readonly claim: number;
}

/** Payload of each type of the subsidy. */
export interface SubsidyPayloads {
  readonly SUBSIDY_REGISTER: SubsidyRegisterPayload;
  readonly SUBSIDY_CLAIM: SubsidyClaimPayload;
  readonly SUBSIDY_APPROVE: SubsidyApprovePayload;
  readonly SUBSIDY_PAY: SubsidyPayPayload;
  readonly SUBSIDY_CLAWBACK: SubsidyClawbackPayload;
}

/** How the payloads are written and read. */
export const SUBSIDY_CODECS: PayloadCodecs<SubsidyPayloads> = {
  SUBSIDY_REGISTER: codecOf<SubsidyRegisterPayload>({
    plant: FIELD.uint,
    owner: FIELD.uint,
    generator: FIELD.uint,
    commissionedDay: FIELD.uint,
    plantClass: FIELD.u8,
    capacityW: FIELD.uint,
    isTraded: FIELD.flag,
    serial: FIELD.uint,
  }),
  SUBSIDY_CLAIM: codecOf<SubsidyClaimPayload>({
    plant: FIELD.uint,
    period: FIELD.uint,
    labels: columnsField('serialFrom', 'serialTo'),
  }),
  SUBSIDY_APPROVE: codecOf({ claim: FIELD.uint }),
  SUBSIDY_PAY: codecOf({ claim: FIELD.uint }),
  SUBSIDY_CLAWBACK: codecOf({ claim: FIELD.uint }),
};

/** Payloads of kWh labels and of certificates (model §7.4). */
import { codecOf, columnsField, FIELD, type PayloadCodecs } from './codec.ts';

/** Clean energy of generators in one slot, columns of length `count`. */
export interface CleanColumns {
  readonly count: number;
  /** Account of the generator's owner, ascending. */
  readonly generator: ArrayLike<number>;
  /** Clean export by an actual read [Wh]; nothing that came out of storage. */
  readonly cleanWh: ArrayLike<number>;
  /** Clean energy that its owner consumed itself [Wh]; 0 where only export is labelled. */
  readonly selfWh: ArrayLike<number>;
}

/** Mints the labels of a slot's clean generation. */
export interface LabelMintPayload {
  readonly slot: number;
  readonly energy: CleanColumns;
}

/** Revokes free labels that should not be. */
export interface LabelRevokePayload {
  /** Who holds them. */
  readonly owner: number;
  readonly generator: number;
  readonly serialFrom: number;
  /** First serial behind the range. */
  readonly serialTo: number;
}

/** Bundles labels of an owner into certificates, as many as there are thousands. */
export interface CertIssuePayload {
  readonly owner: number;
}

/** Offers certificates for points. */
export interface CertOfferPayload {
  /** Number of the seller's own choice that it has not used: an offer is named the same on every branch. */
  readonly sequence: number;
  readonly certificates: ArrayLike<number>;
  /** For all of them. */
  readonly priceUpt: number;
}

/** Buys an offer of certificates. */
export interface CertBuyPayload {
  /** As named by `certificateOfferOf`: seller and sequence. */
  readonly offer: number;
  /** Price that the buyer has seen, for all of them. */
  readonly priceUpt: number;
}

/** Takes an offer of certificates back. */
export interface CertWithdrawPayload {
  readonly offer: number;
}

/** Gives certificates to another account. */
export interface CertTransferPayload {
  readonly to: number;
  readonly certificates: ArrayLike<number>;
}

/** Retires certificates for somebody's consumption; for ever. */
export interface CertRetirePayload {
  readonly certificates: ArrayLike<number>;
  /** Account whose consumption they cover. */
  readonly beneficiary: number;
}

/** Asks for the end of certificates whose validity is over. */
export interface CertExpirePayload {
  readonly certificates: ArrayLike<number>;
}

/** Revokes certificates that rest on a fraud. */
export interface CertRevokePayload {
  readonly certificates: ArrayLike<number>;
}

/** Turns retired green certificates into carbon certificates. */
export interface CarbonIssuePayload {
  readonly certificates: ArrayLike<number>;
}

/** Payload of each type of labels and certificates. */
export interface CertificatePayloads {
  readonly LABEL_MINT: LabelMintPayload;
  readonly LABEL_REVOKE: LabelRevokePayload;
  readonly CERT_ISSUE: CertIssuePayload;
  readonly CERT_OFFER: CertOfferPayload;
  readonly CERT_BUY: CertBuyPayload;
  readonly CERT_TRANSFER: CertTransferPayload;
  readonly CERT_RETIRE: CertRetirePayload;
  readonly CERT_EXPIRE: CertExpirePayload;
  readonly CERT_REVOKE: CertRevokePayload;
  readonly CARBON_ISSUE: CarbonIssuePayload;
  readonly CERT_WITHDRAW: CertWithdrawPayload;
}

const certificates = FIELD.uints;

/** How the payloads are written and read. */
export const CERTIFICATE_CODECS: PayloadCodecs<CertificatePayloads> = {
  LABEL_MINT: codecOf<LabelMintPayload>({
    slot: FIELD.uint,
    energy: columnsField('generator', 'cleanWh', 'selfWh'),
  }),
  LABEL_REVOKE: codecOf({
    owner: FIELD.uint,
    generator: FIELD.uint,
    serialFrom: FIELD.uint,
    serialTo: FIELD.uint,
  }),
  CERT_ISSUE: codecOf({ owner: FIELD.uint }),
  CERT_OFFER: codecOf({ sequence: FIELD.uint, certificates, priceUpt: FIELD.uint }),
  CERT_BUY: codecOf({ offer: FIELD.uint, priceUpt: FIELD.uint }),
  CERT_TRANSFER: codecOf({ to: FIELD.uint, certificates }),
  CERT_RETIRE: codecOf({ certificates, beneficiary: FIELD.uint }),
  CERT_EXPIRE: codecOf({ certificates }),
  CERT_REVOKE: codecOf({ certificates }),
  CARBON_ISSUE: codecOf({ certificates }),
  CERT_WITHDRAW: codecOf({ offer: FIELD.uint }),
};

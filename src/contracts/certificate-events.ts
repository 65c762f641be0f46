/** Entries of receipts that tell of labels and certificates. */
import type { EventShape } from './define.ts';

/** Codes of the entries. */
export const CERTIFICATE_EVENT = {
  labelsMinted: 37,
  labelsMoved: 25,
  labelsLost: 26,
  labelsRevoked: 27,
  issued: 28,
  offered: 29,
  withdrawn: 30,
  traded: 31,
  transferred: 32,
  retired: 33,
  expired: 34,
  revoked: 35,
  carbon: 36,
} as const;

/** Name of an entry. */
export type CertificateEventName = keyof typeof CERTIFICATE_EVENT;

const fields: Readonly<Record<CertificateEventName, readonly string[]>> = {
  /** Labels of export from `serialFrom`, then those of self-consumption. */
  labelsMinted: ['generator', 'slot', 'serialFrom', 'exported', 'kept'],
  /** Labels of the seller's own generation. */
  labelsMoved: ['slot', 'trade', 'seller', 'buyer', 'serialFrom', 'count'],
  labelsLost: ['slot', 'trade', 'seller', 'serialFrom', 'count'],
  labelsRevoked: ['owner', 'generator', 'serialFrom', 'count'],
  /** Certificates in a row from `first`. */
  issued: ['owner', 'first', 'count', 'isBound'],
  offered: ['offer', 'count', 'priceUpt'],
  withdrawn: ['offer', 'count'],
  traded: ['offer', 'buyer', 'count', 'priceUpt'],
  transferred: ['from', 'to', 'count'],
  retired: ['owner', 'beneficiary', 'count'],
  /** One entry a certificate, which anybody may ask the end of. */
  expired: ['owner', 'certificate'],
  revoked: ['owner', 'certificate'],
  /** Carbon certificates in a row from `first`. */
  carbon: ['owner', 'first', 'count'],
};

/** Shapes of the entries, by name. */
export const CERTIFICATE_EVENTS: Readonly<Record<CertificateEventName, EventShape>> =
  Object.fromEntries(
    (Object.keys(fields) as CertificateEventName[]).map((name) => [
      name,
      { code: CERTIFICATE_EVENT[name], fields: fields[name] },
    ]),
  ) as Record<CertificateEventName, EventShape>;

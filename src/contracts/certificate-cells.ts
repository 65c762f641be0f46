/**
 * Where labels and certificates stand in the state. Who holds a certificate and in which state it is fits in
 * one cell, so that sixteen certificates in a row share a record and a bulk of them is cheap to stake, sell or
 * retire. Labels are kept as ranges of serials, never one by one.
 */
import { RECORD_CELLS } from './cells.ts';

const STATUS = 2 ** 45;
const INFO = STATUS + 2 ** 44;
const HEAD = 2 ** 46 - RECORD_CELLS;
const OFFERS = STATUS + 2 ** 42;
const OFFER_LISTS = STATUS + 2 ** 43;
const CERTIFICATE_RANGES = 2 ** 46;
const LABELS = 2 ** 47;
const LABEL_SLOTS = LABELS + 2 ** 40;
const PAIRS = LABELS + 2 ** 42;
const STAKED_RANGES = LABELS + 2 ** 44;
const QUEUES = LABELS + 2 ** 46;

/** Certificate ids are below this. */
export const CERTIFICATE_IDS_MAX = 2 ** 40 - 1;
/** Numbers that a seller may give its offers are below this. */
export const OFFER_SEQUENCES_MAX = 2 ** 19;

/** States of a certificate. The last three are final. */
export const CERTIFICATE_STATE = {
  ACTIVE: 0,
  STAKED: 1,
  /** Out of stake, but locked until its release. */
  UNSTAKING: 2,
  OFFERED: 3,
  /** Locked here while it circulates on another chain. */
  BRIDGED: 4,
  RETIRED: 5,
  EXPIRED: 6,
  REVOKED: 7,
} as const;

/** Kinds of certificates: of green electricity, and of the carbon that it saved. */
export const CERTIFICATE_KIND = { GEC: 0, CEC: 1 } as const;

/** Fields of what is known of a certificate beside its holder; all 0 for one of genesis. */
export const CERTIFICATE = {
  /** {@link CERTIFICATE_KIND}. */
  kind: 0,
  /** 1 for a certificate that only its owner may use. */
  isBound: 1,
  /** Period of delivery of the youngest of its labels. */
  vintage: 2,
  /** First of its label ranges, and how many there are. */
  rangeFirst: 3,
  rangeCount: 4,
  /** Green certificate that a carbon certificate was made of + 1. */
  source: 5,
  /** Carbon certificate that was made of a green one + 1. */
  carbon: 6,
  /** Avoided emission that a carbon certificate stands for [g]. */
  carbonG: 7,
} as const;

/** Fields of the record of all certificates; counts, which never fall. */
export const CERTIFICATES = {
  /** Certificates issued after genesis, of both kinds: the next id follows from it. */
  issued: 0,
  /** Label ranges written for them. */
  rangeCount: 1,
  retired: 2,
  expired: 3,
  revoked: 4,
  /** Carbon certificates. */
  carbon: 5,
  /** Certificates sold for points, and the points paid [Upt]. */
  traded: 6,
  tradedUpt: 7,
  offerListCount: 8,
} as const;

/** Fields of an offer's record. */
export const OFFER = {
  /** {@link OFFER_STATE}. */
  state: 0,
  priceUpt: 1,
  listFirst: 2,
  count: 3,
} as const;

/** States of an offer; absent is none. */
export const OFFER_STATE = { open: 1, closed: 2 } as const;

/**
 * Fields of a range of labels in a queue. Taking the oldest labels of a range changes one cell.
 */
export const RANGE = {
  /** Generator and first serial behind the range; see {@link labelWord}. */
  end: 0,
  /** Period of delivery and number of labels; see {@link sizeWord}. */
  size: 1,
  /** In the queue of own labels: ranges that had been put into the one of bought labels before. */
  boughtBefore: 2,
} as const;

/** Queues of labels of one account. */
export const QUEUE = {
  /** Exported by its own generator and not yet sold. */
  own: 0,
  /** Bought with the energy of others. */
  bought: 1,
  /** Generated and consumed by itself: never tradable. */
  self: 2,
} as const;
/** Number of queues of one account. */
export const QUEUE_COUNT = 3;
/** Most ranges that one queue may hold at a time. */
export const QUEUE_RANGES_MAX = 2 ** 19;
/** Most label ranges of one generator in staked certificates. */
export const STAKED_RANGES_MAX = 2 ** 22;
const RANGE_CELLS = 4;
const QUEUE_CELLS = QUEUE_RANGES_MAX * RANGE_CELLS;

/** Fields of an account's record of labels. */
export const LABEL_HOLDER = {
  /** First of the queues: ranges taken and ranges put so far, and labels in it, three cells a queue. */
  queues: 0,
  /** Tradable queue that got the last label + 1. */
  lastQueue: 9,
  /** Certificates in offers and on other chains. */
  escrowed: 10,
} as const;

/** Fields of a queue in {@link LABEL_HOLDER}. */
export const QUEUE_FIELD = { taken: 0, put: 1, labels: 2 } as const;

/** Fields of a generator's record. */
export const GENERATOR = {
  /** Labels minted, which is the next serial. */
  minted: 0,
  /** Clean energy of all its labels, exported and self-consumed [Wh]. */
  cleanWh: 1,
  /** Remainders below a label [Wh]. */
  exportCarryWh: 2,
  selfCarryWh: 3,
  /** Clean export that is not settled, or delivered or lost but not yet as a full label [Wh]. */
  openWh: 4,
  /** Of that, what was lost on lines [Wh]. */
  lossWh: 5,
  /** Labels lost on lines, labels revoked, and the sum of the serials of both. */
  lost: 6,
  revoked: 7,
  goneSerials: 8,
  /** Label ranges in staked certificates. */
  stakedRanges: 9,
} as const;

/** Fields of a slot's record of labels; the clean export by home follows it. */
export const LABEL_SLOT = {
  /** 1 once its labels were minted, until it settles. */
  isMinted: 0,
} as const;

/** Fields of a range of labels that are in a certificate. */
export const CERTIFICATE_RANGE = {
  /** Generator and first serial behind the range; see {@link labelWord}. */
  end: 0,
  /** Certificate and number of labels; see {@link contentWord}. */
  content: 1,
  /** Place in the list of staked ranges of its generator + 1; 0 while it is not staked. */
  stakedAt: 2,
} as const;

/** Serials of one generator, and labels of one range, are below this. */
export const SERIALS_MAX = 2 ** 34;
/** Accounts that may have labels of their own are below this. */
export const GENERATORS_MAX = 2 ** 17;
/** Periods of delivery are below this. */
export const VINTAGES_MAX = 2 ** 19;
/** Above the number of labels of one certificate. */
const CONTENT_MAX = 2 ** 10;

/** A label as one integer: its generator and its serial. */
export const labelWord = (generator: number, serial: number): number =>
  generator * SERIALS_MAX + serial;
/** Generator of a label. */
export const generatorOf = (word: number): number => Math.floor(word / SERIALS_MAX);
/** Serial of a label. */
export const serialOf = (word: number): number => word % SERIALS_MAX;
/** Period of delivery and number of labels of a range as one integer. */
export const sizeWord = (vintage: number, count: number): number => vintage * SERIALS_MAX + count;
/** Number of labels of a range. */
export const countOf = (word: number): number => word % SERIALS_MAX;
/** Period of delivery of a range. */
export const vintageOf = (word: number): number => Math.floor(word / SERIALS_MAX);
/** Certificate and number of labels of a range as one integer. */
export const contentWord = (certificate: number, count: number): number =>
  certificate * CONTENT_MAX + count;
/** Certificate that a range is in. */
export const certificateOf = (word: number): number => Math.floor(word / CONTENT_MAX);
/** Number of labels that a certificate has in a range. */
export const contentOf = (word: number): number => word % CONTENT_MAX;

/** Cell of a certificate's status word; see {@link statusWord}. */
export const statusCell = (id: number): number => STATUS + id;
/** Cell of a field of {@link CERTIFICATE}. */
export const certificateCell = (id: number, field: number): number =>
  INFO + id * RECORD_CELLS + field;
/** Cell of a field of {@link CERTIFICATES}. */
export const certificatesCell = (field: number): number => HEAD + field;
/** Cell of a field of the k-th label range of all certificates. */
export const certificateRangeCell = (range: number, field: number): number =>
  CERTIFICATE_RANGES + range * RANGE_CELLS + field;
/** Cell of a field of an account's labels. */
export const labelHolderCell = (account: number, field: number): number =>
  LABELS + account * 2 * RECORD_CELLS + field;
/** Cell of a field of a generator. */
export const generatorCell = (account: number, field: number): number =>
  LABELS + (account * 2 + 1) * RECORD_CELLS + field;
/** Cell of a field of the k-th range that was ever put into a queue; places are used again. */
export const queueCell = (account: number, queue: number, range: number, field: number): number =>
  QUEUES +
  (account * QUEUE_COUNT + queue) * QUEUE_CELLS +
  (range % QUEUE_RANGES_MAX) * RANGE_CELLS +
  field;
/** Cell of the k-th staked range of a generator: 1 + its place among the ranges of all certificates. */
export const stakedRangeCell = (generator: number, place: number): number =>
  STAKED_RANGES + generator * STAKED_RANGES_MAX + place;
/** Cell of the energy that a seller has delivered to a buyer beyond whole labels [Wh]. */
export const pairCell = (accountCount: number, seller: number, buyer: number): number =>
  PAIRS + seller * accountCount + buyer;

const slotStride = (homeCount: number) => (1 + Math.ceil(homeCount / RECORD_CELLS)) * RECORD_CELLS;
/** Cell of a field of {@link LABEL_SLOT}. */
export const labelSlotCell = (homeCount: number, slot: number, field: number): number =>
  LABEL_SLOTS + slot * slotStride(homeCount) + field;
/** Cell of a home's clean export of a slot that is not yet attributed to trades [Wh]. */
export const cleanCell = (homeCount: number, slot: number, home: number): number =>
  labelSlotCell(homeCount, slot, RECORD_CELLS + home);

/** Number of an offer, the same on every branch: by seller and the number that the seller gave it. */
export const certificateOfferOf = (seller: number, sequence: number): number =>
  seller * OFFER_SEQUENCES_MAX + sequence;
/** Cell of a field of an offer. */
export const certificateOfferCell = (offer: number, field: number): number =>
  OFFERS + offer * 4 + field;
/** Cell of the k-th id of all lists of offers. */
export const offerListCell = (place: number): number => OFFER_LISTS + place;

/** Who holds a certificate, and how. */
export interface CertificateStatus {
  readonly owner: number;
  /** {@link CERTIFICATE_STATE}. */
  readonly state: number;
  /** Epoch of release of one that leaves the stake, number of its offer, or beneficiary; else 0. */
  readonly detail: number;
}

const DETAIL_MAX = 2 ** 28;
const STATES = 8;

/** A status as one integer; 0 is none. Room: 2^22 accounts, 28 bits of detail, eight states. */
export function statusWord({ owner, state, detail }: CertificateStatus): number {
  return ((owner + 1) * DETAIL_MAX + detail) * STATES + state;
}

/** The status that an integer stands for; undefined for 0. */
export function statusOf(word: number): CertificateStatus | undefined {
  if (word === 0) return undefined;
  const rest = Math.floor(word / STATES);
  const owner = Math.floor(rest / DETAIL_MAX);
  return { owner: owner - 1, state: word % STATES, detail: rest - owner * DETAIL_MAX };
}

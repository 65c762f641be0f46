/** Payloads of the vote-out of abnormal producers, of bonds, and of stake that leaves or is lent. */
import { type ByteReader, type ByteWriter, DecodeError } from '../encoding.ts';
import { SIGNATURE_BYTES } from '../signature.ts';
import { codecOf, FIELD, type PayloadCodecs } from './codec.ts';

/** A block header as evidence: its encoded bytes and the producer's signature over their hash. */
export interface SignedHeader {
  readonly header: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** Headers that one report may carry. */
export const EVIDENCE_HEADERS_MAX = 2;

/** Accuses a producer. */
export interface AbnormalReportPayload {
  /** Accused node. */
  readonly target: number;
  /** Index in the kinds of evidence. */
  readonly kind: number;
  /** What the reporter stakes on it. */
  readonly depositUpt: number;
  /** Two headers for a double signature, one for other header offences, else none. */
  readonly headers: readonly SignedHeader[];
}

/**
 * A vote on a report. Target and kind stand in it because a reorganisation may give the number of the
 * report to another one.
 */
export interface BallotPayload {
  readonly report: number;
  readonly target: number;
  readonly kind: number;
  /** Index in the choices. */
  readonly choice: number;
}

/** Asks the contract to count a report whose window is over. */
export interface VerdictPayload {
  readonly report: number;
}

/** Adds to the bond of the sending node. */
export interface CandidacyPayload {
  readonly bondUpt: number;
}

/** Asks for the next step back from exclusion. */
export interface ReturnPayload {
  /** Node of the sending account. */
  readonly node: number;
}

/** Locks certificates as stake. */
export interface StakePayload {
  readonly certificates: ArrayLike<number>;
}

/** Votes for producers, account indices in order of preference. */
export interface VotePayload {
  readonly candidates: ArrayLike<number>;
}

/** Takes certificates out of stake; they stay locked for the delay. */
export interface UnstakePayload {
  readonly certificates: ArrayLike<number>;
}

/** Lends the sender's weight to another voter; −1 takes it back. */
export interface ProxyPayload {
  readonly to: number;
}

/** Payload of each type of the vote-out. */
export interface GovernancePayloads {
  readonly ABNORMAL_REPORT: AbnormalReportPayload;
  readonly BALLOT: BallotPayload;
  readonly VERDICT: VerdictPayload;
  readonly CANDIDACY: CandidacyPayload;
  readonly RETURN: ReturnPayload;
  readonly STAKE: StakePayload;
  readonly VOTE: VotePayload;
  readonly UNSTAKE: UnstakePayload;
  readonly PROXY: ProxyPayload;
}

function writeReport(p: AbnormalReportPayload, w: ByteWriter): void {
  if (p.headers.length > EVIDENCE_HEADERS_MAX) {
    throw new RangeError(`"headers" expected at most 2, got ${p.headers.length}`);
  }
  w.uint(p.target);
  w.u8(p.kind);
  w.uint(p.depositUpt);
  w.u8(p.headers.length);
  for (const { header, signature } of p.headers) {
    w.blob(header);
    w.fixed(signature, SIGNATURE_BYTES);
  }
}

function readReport(r: ByteReader): AbnormalReportPayload {
  const target = r.uint('target');
  const kind = r.u8('kind');
  const depositUpt = r.uint('depositUpt');
  const headers: SignedHeader[] = [];
  for (let left = readHeaderCount(r); left > 0; left--) {
    const header = r.blob('a header');
    headers.push({ header, signature: r.raw(SIGNATURE_BYTES, 'a signature') });
  }
  return { target, kind, depositUpt, headers };
}

function readHeaderCount(r: ByteReader): number {
  const at = r.offset;
  const count = r.u8('a header count');
  if (count > EVIDENCE_HEADERS_MAX) throw new DecodeError(at, 'at most 2 headers');
  return count;
}

/** How the payloads are written and read. */
export const GOVERNANCE_CODECS: PayloadCodecs<GovernancePayloads> = {
  ABNORMAL_REPORT: { write: writeReport, read: readReport },
  BALLOT: codecOf({
    report: FIELD.uint,
    target: FIELD.uint,
    kind: FIELD.u8,
    choice: FIELD.u8,
  }),
  VERDICT: codecOf({ report: FIELD.uint }),
  CANDIDACY: codecOf({ bondUpt: FIELD.uint }),
  RETURN: codecOf({ node: FIELD.uint }),
  STAKE: codecOf({ certificates: FIELD.uints }),
  VOTE: codecOf({ candidates: FIELD.uints }),
  UNSTAKE: codecOf({ certificates: FIELD.uints }),
  PROXY: codecOf({ to: FIELD.optional }),
};

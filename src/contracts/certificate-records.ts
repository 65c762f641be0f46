/**
 * Certificates one by one: who holds each and in which state. A certificate of genesis has no cell of its own
 * until something happens to it; until then genesis says whose it is. Counts of accounts move with the
 * records, and what leaves the stake takes its weight from whoever votes with it.
 */
import type { RejectReason } from '../ledger/reject-reason.ts';
import { ACCOUNT, CHAIN } from './cells.ts';
import {
  CERTIFICATE,
  CERTIFICATE_IDS_MAX,
  CERTIFICATE_RANGE,
  CERTIFICATE_STATE,
  CERTIFICATES,
  type CertificateStatus,
  certificateCell,
  certificateOf,
  certificateRangeCell,
  certificatesCell,
  contentOf,
  GENERATOR,
  generatorCell,
  generatorOf,
  LABEL_HOLDER,
  labelHolderCell,
  serialOf,
  stakedRangeCell,
  statusCell,
  statusOf,
  statusWord,
} from './certificate-cells.ts';
import { epochUs } from './governance-rules.ts';
import { addAccount, addChain, type Call, type ChainRules } from './rules.ts';
import { addStakedLabels, removeStakedLabels } from './staked-labels.ts';
import { addUnstaking, releaseDue } from './unstaking.ts';
import { carryStake, keepBefore, type ReadCell } from './voters.ts';

/** Adds to a count of the record of all certificates. @returns The count before. */
export function addCertificates({ state }: Call, field: number, delta: number): number {
  const cell = certificatesCell(field);
  const before = state.read(cell);
  if (delta !== 0) state.write(cell, before + delta);
  return before;
}

/** Reads a field of {@link CERTIFICATE}. */
export const readCertificate = (read: ReadCell, id: number, field: number): number =>
  read(certificateCell(id, field));

/** Labels of a certificate in a row of one generator. */
export interface CertificateLabels {
  readonly generator: number;
  readonly serialFrom: number;
  /** First serial behind them. */
  readonly serialTo: number;
  readonly certificate: number;
}

/** The k-th label range of all certificates. */
export function certificateRange(read: ReadCell, range: number): CertificateLabels {
  const end = read(certificateRangeCell(range, CERTIFICATE_RANGE.end));
  const content = read(certificateRangeCell(range, CERTIFICATE_RANGE.content));
  const serialTo = serialOf(end);
  return {
    generator: generatorOf(end),
    serialFrom: serialTo - contentOf(content),
    serialTo,
    certificate: certificateOf(content),
  };
}

/** Labels of a certificate in the order in which they came; none of one of genesis or of carbon. */
export function certificateLabels(read: ReadCell, id: number): CertificateLabels[] {
  const first = readCertificate(read, id, CERTIFICATE.rangeFirst);
  const count = readCertificate(read, id, CERTIFICATE.rangeCount);
  return Array.from({ length: count }, (_, k) => certificateRange(read, first + k));
}

/** First id that was never issued on a branch. */
export const certificatesEnd = (read: ReadCell, rules: ChainRules): number =>
  rules.genesisCertificates.end + read(certificatesCell(CERTIFICATES.issued));

/** Status of a certificate; undefined when there is none of this id. */
export function certificateStatus(
  read: ReadCell,
  { genesisCertificates }: ChainRules,
  id: number,
): CertificateStatus | undefined {
  if (id >= CERTIFICATE_IDS_MAX) return undefined;
  const written = statusOf(read(statusCell(id)));
  if (written !== undefined) return written;
  const owner = genesisCertificates.ownerOf(id);
  if (owner < 0) return undefined;
  const isStaked = genesisCertificates.isStaked(id);
  return {
    owner,
    state: isStaked ? CERTIFICATE_STATE.STAKED : CERTIFICATE_STATE.ACTIVE,
    detail: 0,
  };
}

/** Writes the status of a certificate. */
export function writeStatus({ state }: Call, id: number, status: CertificateStatus): void {
  state.write(statusCell(id), statusWord(status));
}

/**
 * End of a certificate's validity [µs of chain time]: counted from the start of its vintage, the period in
 * which the youngest of its labels was delivered; certificates of genesis count from the start of the chain.
 * Infinite on chains without rules of certificates.
 * Source: NEA rules for green certificates (2024): two years from the month of production.
 */
export function expiryUs(read: ReadCell, rules: ChainRules, id: number): number {
  const { certificates, genesisCertificates } = rules;
  if (certificates === undefined) return Number.POSITIVE_INFINITY;
  const isOfGenesis = id < genesisCertificates.end;
  const vintage = isOfGenesis ? 0 : readCertificate(read, id, CERTIFICATE.vintage);
  return vintage * certificates.certificatePeriodUs + certificates.certificateValidityUs;
}

const FINAL_REASON: Readonly<Record<number, RejectReason>> = {
  [CERTIFICATE_STATE.RETIRED]: 'CERTIFICATE_RETIRED',
  [CERTIFICATE_STATE.EXPIRED]: 'CERTIFICATE_EXPIRED',
  [CERTIFICATE_STATE.REVOKED]: 'CERTIFICATE_REVOKED',
};

/** Why nothing can happen to a certificate any more; undefined while it lives. */
export const finalReason = (state: number): RejectReason | undefined => FINAL_REASON[state];

/** Whether a certificate that left the stake has been released. */
export function isReleased(call: Call, { state, detail }: CertificateStatus): boolean {
  const { voteOut } = call.rules;
  if (state !== CERTIFICATE_STATE.UNSTAKING || voteOut === undefined) return false;
  return call.timestampUs >= detail * epochUs(voteOut);
}

/**
 * Why the sender may not dispose of a certificate: unknown, another's, final, locked or expired, in this
 * order. One whose lock has ended counts as free.
 */
export function disposalReason(
  call: Call,
  owner: number,
  status: CertificateStatus | undefined,
  id: number,
): RejectReason | undefined {
  if (status === undefined) return 'UNKNOWN_CERTIFICATE';
  if (status.owner !== owner) return 'NOT_OWNER';
  const final = finalReason(status.state);
  if (final !== undefined) return final;
  if (status.state !== CERTIFICATE_STATE.ACTIVE && !isReleased(call, status)) {
    return 'CERTIFICATE_LOCKED';
  }
  if (call.timestampUs >= expiryUs(call.state.read, call.rules, id)) return 'CERTIFICATE_EXPIRED';
  return undefined;
}

/** Why a list of ids is no list to work on: empty, or with one id twice. */
export function listReason(ids: ArrayLike<number>): RejectReason | undefined {
  if (ids.length === 0) return 'ZERO_QUANTITY';
  let isAscending = true;
  for (let k = 1; k < ids.length && isAscending; k++) isAscending = ids[k]! > ids[k - 1]!;
  // An ascending list, which is what clients send, needs no set.
  const isUnique = isAscending || new Set(Array.from(ids)).size === ids.length;
  return isUnique ? undefined : 'DUPLICATE_CERTIFICATE';
}

/** Checks that an owner may dispose of all certificates of a list. */
export function freeReason(
  call: Call,
  owner: number,
  ids: ArrayLike<number>,
): RejectReason | undefined {
  const problem = listReason(ids);
  if (problem !== undefined) return problem;
  for (let k = 0; k < ids.length; k++) {
    const id = ids[k]!;
    const status = certificateStatus(call.state.read, call.rules, id);
    const reason = disposalReason(call, owner, status, id);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Whether only its owner may use a certificate. */
export const isBound = ({ state, rules }: Call, id: number): boolean =>
  id >= rules.genesisCertificates.end && readCertificate(state.read, id, CERTIFICATE.isBound) !== 0;

/** Whether a state is one of those in which a certificate is locked as stake. */
const isStakeLock = (state: number) =>
  state === CERTIFICATE_STATE.STAKED || state === CERTIFICATE_STATE.UNSTAKING;

/**
 * Brings an account's counts up to date with locks that have ended, and writes a new status for each
 * certificate of a list that {@link freeReason} found free.
 */
export function setStatus(
  call: Call,
  owner: number,
  ids: ArrayLike<number>,
  status: CertificateStatus,
): void {
  releaseDue(call, owner);
  for (let k = 0; k < ids.length; k++) writeStatus(call, ids[k]!, status);
  for (let k = 0; k < ids.length; k++) {
    if (isStakeLock(status.state)) addStakedLabels(call, ids[k]!);
    else removeStakedLabels(call, ids[k]!);
  }
}

/** Whether labels of a generator are in a certificate that is locked as stake. Cost: its staked ranges. */
export function areLabelsStaked(
  call: Call,
  generator: number,
  serialFrom: number,
  serialTo: number,
): boolean {
  const { state, rules } = call;
  const count = state.read(generatorCell(generator, GENERATOR.stakedRanges));
  for (let place = 0; place < count; place++) {
    const range = state.read(stakedRangeCell(generator, place)) - 1;
    const labels = certificateRange(state.read, range);
    if (labels.serialFrom >= serialTo || serialFrom >= labels.serialTo) continue;
    const status = certificateStatus(state.read, rules, labels.certificate);
    if (status !== undefined && isStakeLock(status.state) && !isReleased(call, status)) return true;
  }
  return false;
}

/** Adds to the certificates that an account has in offers and on other chains. */
export function addEscrowed({ state }: Call, account: number, delta: number): void {
  const cell = labelHolderCell(account, LABEL_HOLDER.escrowed);
  state.write(cell, state.read(cell) + delta);
}

/**
 * Takes one live certificate out of circulation, whatever it is locked for but an offer, which the caller has
 * withdrawn. The weight of a staked one is gone with the next election.
 */
export function endCertificate(
  call: Call,
  id: number,
  status: CertificateStatus,
  state: number,
): void {
  const { owner } = status;
  releaseDue(call, owner);
  if (status.state === CERTIFICATE_STATE.STAKED) {
    keepBefore(call, owner);
    addAccount(call, owner, ACCOUNT.certificatesLocked, -1);
    carryStake(call, owner, -1);
    addChain(call, CHAIN.electionVersion, 1);
  } else if (status.state === CERTIFICATE_STATE.UNSTAKING && !isReleased(call, status)) {
    addUnstaking(call, owner, status.detail, -1);
    addAccount(call, owner, ACCOUNT.certificatesLocked, -1);
  }
  removeStakedLabels(call, id);
  addAccount(call, owner, ACCOUNT.certificates, -1);
  writeStatus(call, id, { owner, state, detail: 0 });
}

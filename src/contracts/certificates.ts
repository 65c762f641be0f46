/**
 * Certificates: a thousand labels of one owner, oldest first, that may be staked, sold, handed over and retired
 * (model §7.4). Each label is in one place at a time, so that a kWh cannot be certified twice: who buys the
 * energy gets its labels and with them the certificate, and the seller cannot have one for the same kWh.
 *
 * Certificates of genesis are on every chain, and can be handed over, sold and retired on each. Labels, and
 * with them new certificates, validity and carbon, are there where genesis has the rules of the group.
 */
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, CHAIN } from './cells.ts';
import {
  CERTIFICATE,
  CERTIFICATE_KIND,
  CERTIFICATE_RANGE,
  CERTIFICATE_STATE,
  CERTIFICATES,
  certificateCell,
  certificateRangeCell,
  contentWord,
  GENERATOR,
  LABEL_HOLDER,
  labelWord,
  OFFER,
  QUEUE,
  RANGE,
} from './certificate-cells.ts';
import { CERTIFICATE_EVENT, CERTIFICATE_EVENTS } from './certificate-events.ts';
import { certificateInvariants } from './certificate-invariants.ts';
import { buyOffer, closeOffer, offerCertificates, withdrawOffer } from './certificate-market.ts';
import {
  addCertificates,
  addEscrowed,
  certificateLabels,
  certificateStatus,
  certificatesEnd,
  endCertificate,
  expiryUs,
  finalReason,
  freeReason,
  isBound,
  listReason,
  readCertificate,
  setStatus,
  writeStatus,
} from './certificate-records.ts';
import { defineContract } from './define.ts';
import { type LabelRange, labelsIn, takeLabels, takeTradable } from './label-queues.ts';
import { labelsDue, mintLabels, revokeLabels } from './labels.ts';
import { addAccount, addChain, type Call, type Outcome, readAccount } from './rules.ts';
import { withholdLabels } from './subsidy-labels.ts';

/** Labels of a certificate (model §7.4). */
export const CERTIFICATE_LABELS = 1000;

/**
 * Bundles the labels of an owner into as many certificates as there are full thousands, tradable ones and those
 * of self-consumption apart. Labels that are due to buyers stay free. The owner asks for it, or the centre.
 */
export function issueCertificates(call: Call, { owner }: PayloadOf['CERT_ISSUE']): Outcome {
  const { rules, sender, state } = call;
  if (rules.certificates === undefined) return 'NO_CONTRACT';
  if (owner >= rules.accountCount) return 'UNKNOWN_ACCOUNT';
  if (sender !== owner && sender !== rules.centre) return 'UNAUTHORISED';
  let ownMost = labelsIn(state.read, owner, QUEUE.own) - labelsDue(state.read, owner);
  const tradable = ownMost + labelsIn(state.read, owner, QUEUE.bought);
  const tradableCount = Math.floor(tradable / CERTIFICATE_LABELS);
  const boundCount = Math.floor(labelsIn(state.read, owner, QUEUE.self) / CERTIFICATE_LABELS);
  if (tradableCount + boundCount === 0) return 'TOO_FEW_LABELS';
  const first = certificatesEnd(state.read, rules);
  addCertificates(call, CERTIFICATES.issued, tradableCount + boundCount);
  for (let k = 0; k < tradableCount; k++) {
    const ranges = takeTradable(call, owner, CERTIFICATE_LABELS, ownMost);
    for (const { generator, serialFrom, serialTo } of ranges) {
      if (generator === owner) ownMost -= serialTo - serialFrom;
    }
    writeCertificate(call, first + k, owner, ranges, 0);
  }
  for (let k = 0; k < boundCount; k++) {
    const ranges = takeLabels(call, owner, QUEUE.self, CERTIFICATE_LABELS);
    writeCertificate(call, first + tradableCount + k, owner, ranges, 1);
  }
  addAccount(call, owner, ACCOUNT.certificates, tradableCount + boundCount);
  const told = (from: number, count: number, bound: number) => {
    if (count > 0) call.events.push(CERTIFICATE_EVENT.issued, owner, from, count, bound);
  };
  told(first, tradableCount, 0);
  told(first + tradableCount, boundCount, 1);
  return undefined;
}

/** Writes a new certificate and the ranges of its labels. */
function writeCertificate(
  call: Call,
  id: number,
  owner: number,
  ranges: readonly LabelRange[],
  bound: 0 | 1,
): void {
  const { state } = call;
  const rangeFirst = addCertificates(call, CERTIFICATES.rangeCount, ranges.length);
  let vintage = 0;
  ranges.forEach((range, k) => {
    vintage = Math.max(vintage, range.vintage);
    const { generator, serialFrom, serialTo } = range;
    const at = (field: number) => certificateRangeCell(rangeFirst + k, field);
    state.write(at(CERTIFICATE_RANGE.end), labelWord(generator, serialTo));
    state.write(at(CERTIFICATE_RANGE.content), contentWord(id, serialTo - serialFrom));
  });
  writeStatus(call, id, { owner, state: CERTIFICATE_STATE.ACTIVE, detail: 0 });
  writeInfo(call, id, [
    [CERTIFICATE.isBound, bound],
    [CERTIFICATE.vintage, vintage],
    [CERTIFICATE.rangeFirst, rangeFirst],
    [CERTIFICATE.rangeCount, ranges.length],
  ]);
}

function writeInfo(
  { state }: Call,
  id: number,
  fields: readonly (readonly [field: number, value: number])[],
): void {
  for (const [field, value] of fields) {
    if (value !== 0) state.write(certificateCell(id, field), value);
  }
}

/** Why an account cannot receive certificates. */
function receiverReason(call: Call, to: number): Outcome {
  if (to >= call.rules.accountCount) return 'UNKNOWN_ACCOUNT';
  if (to === call.sender) return 'SELF_MATCH';
  const isMember = readAccount(call, to, ACCOUNT.member) !== 0;
  return call.rules.consortium === 1 && !isMember ? 'NOT_MEMBER' : undefined;
}

/** Hands certificates of the sender over to another account. */
export function transferCertificates(call: Call, tx: PayloadOf['CERT_TRANSFER']): Outcome {
  const { sender } = call;
  const ids = tx.certificates;
  const problem = receiverReason(call, tx.to) ?? freeReason(call, sender, ids);
  if (problem !== undefined) return problem;
  for (let k = 0; k < ids.length; k++) if (isBound(call, ids[k]!)) return 'NOT_TRADABLE';
  setStatus(call, sender, ids, { owner: tx.to, state: CERTIFICATE_STATE.ACTIVE, detail: 0 });
  addAccount(call, sender, ACCOUNT.certificates, -ids.length);
  addAccount(call, tx.to, ACCOUNT.certificates, ids.length);
  call.events.push(CERTIFICATE_EVENT.transferred, sender, tx.to, ids.length);
  return undefined;
}

/**
 * Retires certificates of the sender for what the beneficiary has consumed; nothing undoes it. A certificate of
 * self-consumption covers its owner's own consumption only.
 */
export function retireCertificates(call: Call, tx: PayloadOf['CERT_RETIRE']): Outcome {
  const { sender, rules } = call;
  const { certificates: ids, beneficiary } = tx;
  if (beneficiary >= rules.accountCount) return 'UNKNOWN_ACCOUNT';
  const problem = freeReason(call, sender, ids);
  if (problem !== undefined) return problem;
  for (let k = 0; k < ids.length && beneficiary !== sender; k++) {
    if (isBound(call, ids[k]!)) return 'NOT_TRADABLE';
  }
  const { RETIRED } = CERTIFICATE_STATE;
  setStatus(call, sender, ids, { owner: sender, state: RETIRED, detail: beneficiary });
  addAccount(call, sender, ACCOUNT.certificates, -ids.length);
  addCertificates(call, CERTIFICATES.retired, ids.length);
  call.events.push(CERTIFICATE_EVENT.retired, sender, beneficiary, ids.length);
  return undefined;
}

/** Ends live certificates one by one; an offer that one of them is in is withdrawn. */
function endAll(
  call: Call,
  ids: ArrayLike<number>,
  how: 'expired' | 'revoked',
  reasonOf: (id: number) => Outcome,
): Outcome {
  const { read } = call.state;
  const problem = listReason(ids);
  if (problem !== undefined) return problem;
  for (let k = 0; k < ids.length; k++) {
    const id = ids[k]!;
    const status = certificateStatus(read, call.rules, id);
    if (status === undefined) return 'UNKNOWN_CERTIFICATE';
    const reason = finalReason(status.state) ?? reasonOf(id);
    if (reason !== undefined) return reason;
    // What circulates on another chain has to come back first.
    if (status.state === CERTIFICATE_STATE.BRIDGED) return 'CERTIFICATE_LOCKED';
    if (status.state === CERTIFICATE_STATE.OFFERED) {
      closeOffer(call, status.owner, status.detail);
    }
    const { EXPIRED, REVOKED } = CERTIFICATE_STATE;
    const live = certificateStatus(read, call.rules, id)!;
    endCertificate(call, id, live, how === 'expired' ? EXPIRED : REVOKED);
    addCertificates(call, CERTIFICATES[how], 1);
    call.events.push(CERTIFICATE_EVENT[how], status.owner, id);
    if (how === 'revoked') withholdLabelsOf(call, id);
  }
  return undefined;
}

/** A subsidy cannot be claimed for what rests on a fraud. */
function withholdLabelsOf(call: Call, id: number): void {
  if (id < call.rules.genesisCertificates.end) return;
  for (const { generator, serialFrom, serialTo } of certificateLabels(call.state.read, id)) {
    withholdLabels(call, generator, serialFrom, serialTo);
  }
}

/** Ends certificates whose validity is over; anybody may ask for it. */
export function expireCertificates(call: Call, tx: PayloadOf['CERT_EXPIRE']): Outcome {
  const { state, rules, timestampUs } = call;
  return endAll(call, tx.certificates, 'expired', (id) =>
    timestampUs < expiryUs(state.read, rules, id) ? 'CERTIFICATE_VALID' : undefined,
  );
}

/** Revokes certificates that rest on a fraud, by the authority. What is retired stays retired. */
export function revokeCertificates(call: Call, tx: PayloadOf['CERT_REVOKE']): Outcome {
  const failed = endAll(call, tx.certificates, 'revoked', () => undefined);
  if (failed === undefined) addChain(call, CHAIN.interventions, 1);
  return failed;
}

/**
 * Makes a carbon certificate of each retired green one of the sender, once: the emission that its MWh avoided.
 * It is as tradable and as old as the green one.
 */
export function issueCarbon(call: Call, tx: PayloadOf['CARBON_ISSUE']): Outcome {
  const { rules, sender, state, timestampUs } = call;
  const { read } = state;
  const ids = tx.certificates;
  if (rules.certificates === undefined) return 'NO_CONTRACT';
  const problem = listReason(ids);
  if (problem !== undefined) return problem;
  for (let k = 0; k < ids.length; k++) {
    const id = ids[k]!;
    const status = certificateStatus(read, rules, id);
    if (status === undefined) return 'UNKNOWN_CERTIFICATE';
    if (status.owner !== sender) return 'NOT_OWNER';
    if (readCertificate(read, id, CERTIFICATE.kind) !== CERTIFICATE_KIND.GEC) return 'NOT_GREEN';
    if (status.state !== CERTIFICATE_STATE.RETIRED) return 'NOT_RETIRED';
    if (readCertificate(read, id, CERTIFICATE.carbon) !== 0) return 'CARBON_ISSUED';
    if (timestampUs >= expiryUs(read, rules, id)) return 'CERTIFICATE_EXPIRED';
  }
  const first = certificatesEnd(read, rules);
  addCertificates(call, CERTIFICATES.issued, ids.length);
  addCertificates(call, CERTIFICATES.carbon, ids.length);
  for (let k = 0; k < ids.length; k++) {
    const green = ids[k]!;
    writeStatus(call, first + k, { owner: sender, state: CERTIFICATE_STATE.ACTIVE, detail: 0 });
    writeInfo(call, first + k, [
      [CERTIFICATE.kind, CERTIFICATE_KIND.CEC],
      [CERTIFICATE.isBound, readCertificate(read, green, CERTIFICATE.isBound)],
      [CERTIFICATE.vintage, readCertificate(read, green, CERTIFICATE.vintage)],
      [CERTIFICATE.source, green + 1],
      [CERTIFICATE.carbonG, rules.certificates.carbonGPerMWh],
    ]);
    state.write(certificateCell(green, CERTIFICATE.carbon), first + k + 1);
  }
  addAccount(call, sender, ACCOUNT.certificates, ids.length);
  call.events.push(CERTIFICATE_EVENT.carbon, sender, first, ids.length);
  return undefined;
}

/** Locks certificates of an owner here while they circulate on another chain. */
export function lockForBridge(call: Call, owner: number, ids: ArrayLike<number>): Outcome {
  const problem = freeReason(call, owner, ids);
  if (problem !== undefined) return problem;
  for (let k = 0; k < ids.length; k++) if (isBound(call, ids[k]!)) return 'NOT_TRADABLE';
  setStatus(call, owner, ids, { owner, state: CERTIFICATE_STATE.BRIDGED, detail: 0 });
  addEscrowed(call, owner, ids.length);
  return undefined;
}

/** Gives certificates that come back from another chain to whoever owns them there. */
export function releaseFromBridge(call: Call, ids: ArrayLike<number>, to: number): Outcome {
  const problem = listReason(ids);
  if (problem !== undefined) return problem;
  if (to >= call.rules.accountCount) return 'UNKNOWN_ACCOUNT';
  for (let k = 0; k < ids.length; k++) {
    const status = certificateStatus(call.state.read, call.rules, ids[k]!);
    if (status === undefined) return 'UNKNOWN_CERTIFICATE';
    if (status.state !== CERTIFICATE_STATE.BRIDGED) return 'BAD_REFERENCE';
    addEscrowed(call, status.owner, -1);
    addAccount(call, status.owner, ACCOUNT.certificates, -1);
    addAccount(call, to, ACCOUNT.certificates, 1);
    writeStatus(call, ids[k]!, { owner: to, state: CERTIFICATE_STATE.ACTIVE, detail: 0 });
  }
  return undefined;
}

/** Labels and certificates. */
export const certificatesContract = defineContract({
  name: 'certificates',
  summary: 'Labels of clean kWh follow the energy; a thousand of one owner make a certificate',
  source: 'model §7.4; decision 25',
  storage: [
    { name: 'certificate-holders', key: 'certificate', fields: ['status'] },
    { name: 'certificates', key: 'certificate', fields: Object.keys(CERTIFICATE) },
    { name: 'certificate-counts', key: 'the contract', fields: Object.keys(CERTIFICATES) },
    { name: 'certificate-labels', key: 'range', fields: Object.keys(CERTIFICATE_RANGE) },
    { name: 'certificate-offers', key: 'seller, sequence', fields: Object.keys(OFFER) },
    { name: 'label-holders', key: 'account', fields: Object.keys(LABEL_HOLDER) },
    { name: 'label-queues', key: 'account, queue, range', fields: Object.keys(RANGE) },
    { name: 'label-generators', key: 'account', fields: Object.keys(GENERATOR) },
    { name: 'label-pairs', key: 'seller, buyer', fields: ['cleanWh'] },
    { name: 'label-slots', key: 'slot, home', fields: ['cleanWh'] },
  ],
  events: CERTIFICATE_EVENTS,
  functions: {
    // All that follow grow with the certificates or generators that they name.
    LABEL_MINT: { by: ['centre'], gasBudget: 2_000_000, run: mintLabels },
    LABEL_REVOKE: { by: ['authority'], gasBudget: 400_000, run: revokeLabels },
    CERT_ISSUE: { by: 'anyone', gasBudget: 400_000, run: issueCertificates },
    CERT_OFFER: { by: 'anyone', gasBudget: 200_000, run: offerCertificates },
    CERT_BUY: { by: 'anyone', gasBudget: 200_000, run: buyOffer },
    CERT_WITHDRAW: { by: 'anyone', gasBudget: 200_000, run: withdrawOffer },
    CERT_TRANSFER: { by: 'anyone', gasBudget: 200_000, run: transferCertificates },
    CERT_RETIRE: { by: 'anyone', gasBudget: 200_000, run: retireCertificates },
    CERT_EXPIRE: { by: 'anyone', gasBudget: 200_000, run: expireCertificates },
    CERT_REVOKE: { by: ['authority'], gasBudget: 200_000, run: revokeCertificates },
    CARBON_ISSUE: { by: 'anyone', gasBudget: 300_000, run: issueCarbon },
  },
  invariants: certificateInvariants,
});

/**
 * Offers of certificates: the certificates are locked while an offer stands, and change hands against points in
 * one transaction, or nothing does (delivery versus payment). An offer is named by seller and a number of the
 * seller's own, so that after a reorganisation a purchase cannot meet another offer; and the buyer states the
 * price that it has seen.
 */
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT } from './cells.ts';
import {
  CERTIFICATE_STATE,
  CERTIFICATES,
  certificateOfferCell,
  certificateOfferOf,
  OFFER,
  OFFER_SEQUENCES_MAX,
  OFFER_STATE,
  offerListCell,
} from './certificate-cells.ts';
import { CERTIFICATE_EVENT } from './certificate-events.ts';
import {
  addCertificates,
  addEscrowed,
  expiryUs,
  freeReason,
  isBound,
  setStatus,
} from './certificate-records.ts';
import { isFrozen } from './membership.ts';
import { addAccount, type Call, moveBalance, notifyReceiver, type Outcome } from './rules.ts';
import { lacking } from './vesting.ts';

/** Account that made an offer. */
const sellerOf = (offer: number) => Math.floor(offer / OFFER_SEQUENCES_MAX);

const readOffer = ({ state }: Call, offer: number, field: number) =>
  state.read(certificateOfferCell(offer, field));

/** Certificates of an offer. */
function listOf(call: Call, offer: number): Float64Array {
  const first = readOffer(call, offer, OFFER.listFirst);
  const ids = new Float64Array(readOffer(call, offer, OFFER.count));
  for (let k = 0; k < ids.length; k++) ids[k] = call.state.read(offerListCell(first + k));
  return ids;
}

/** Offers certificates of the sender for points. */
export function offerCertificates(call: Call, tx: PayloadOf['CERT_OFFER']): Outcome {
  const { sender, state } = call;
  const { sequence, certificates: ids, priceUpt } = tx;
  if (sequence >= OFFER_SEQUENCES_MAX) return 'QUANTITY_ABOVE_LIMIT';
  if (priceUpt === 0) return 'ZERO_AMOUNT';
  const offer = certificateOfferOf(sender, sequence);
  if (readOffer(call, offer, OFFER.state) !== 0) return 'DUPLICATE_OFFER';
  const problem = freeReason(call, sender, ids);
  if (problem !== undefined) return problem;
  for (let k = 0; k < ids.length; k++) if (isBound(call, ids[k]!)) return 'NOT_TRADABLE';
  const listFirst = addCertificates(call, CERTIFICATES.offerListCount, ids.length);
  state.write(certificateOfferCell(offer, OFFER.state), OFFER_STATE.open);
  state.write(certificateOfferCell(offer, OFFER.priceUpt), priceUpt);
  state.write(certificateOfferCell(offer, OFFER.listFirst), listFirst);
  state.write(certificateOfferCell(offer, OFFER.count), ids.length);
  for (let k = 0; k < ids.length; k++) state.write(offerListCell(listFirst + k), ids[k]!);
  const { OFFERED } = CERTIFICATE_STATE;
  setStatus(call, sender, ids, { owner: sender, state: OFFERED, detail: sequence });
  addEscrowed(call, sender, ids.length);
  call.events.push(CERTIFICATE_EVENT.offered, offer, ids.length, priceUpt);
  return undefined;
}

/** Ends an open offer: its certificates go to an account, and of its record the number stays taken. */
function endOffer(call: Call, offer: number, to: number): number {
  const { state } = call;
  const ids = listOf(call, offer);
  const seller = sellerOf(offer);
  const first = readOffer(call, offer, OFFER.listFirst);
  setStatus(call, seller, ids, { owner: to, state: CERTIFICATE_STATE.ACTIVE, detail: 0 });
  addEscrowed(call, seller, -ids.length);
  for (let k = 0; k < ids.length; k++) {
    if (ids[k] !== 0) state.write(offerListCell(first + k), 0);
  }
  state.write(certificateOfferCell(offer, OFFER.state), OFFER_STATE.closed);
  for (const field of [OFFER.priceUpt, OFFER.listFirst, OFFER.count]) {
    if (readOffer(call, offer, field) !== 0) state.write(certificateOfferCell(offer, field), 0);
  }
  return ids.length;
}

/** Why nothing can be done with an offer; undefined while it is open. */
function offerReason(call: Call, offer: number): Outcome {
  if (sellerOf(offer) >= call.rules.accountCount) return 'UNKNOWN_OFFER';
  const state = readOffer(call, offer, OFFER.state);
  if (state === 0) return 'UNKNOWN_OFFER';
  return state === OFFER_STATE.open ? undefined : 'OFFER_CLOSED';
}

/** Buys all certificates of an offer for its price. */
export function buyOffer(call: Call, { offer, priceUpt }: PayloadOf['CERT_BUY']): Outcome {
  const { sender, rules, state, timestampUs } = call;
  const problem = offerReason(call, offer);
  if (problem !== undefined) return problem;
  const seller = sellerOf(offer);
  if (seller === sender) return 'SELF_MATCH';
  if (readOffer(call, offer, OFFER.priceUpt) !== priceUpt) return 'PRICE_CHANGED';
  const ids = listOf(call, offer);
  for (let k = 0; k < ids.length; k++) {
    if (timestampUs >= expiryUs(state.read, rules, ids[k]!)) return 'CERTIFICATE_EXPIRED';
  }
  if (isFrozen(call, sender)) return 'FROZEN';
  const lack = lacking(call, sender, priceUpt);
  if (lack !== undefined) return lack;
  const count = endOffer(call, offer, sender);
  addAccount(call, seller, ACCOUNT.certificates, -count);
  addAccount(call, sender, ACCOUNT.certificates, count);
  addCertificates(call, CERTIFICATES.traded, count);
  addCertificates(call, CERTIFICATES.tradedUpt, priceUpt);
  call.events.push(CERTIFICATE_EVENT.traded, offer, sender, count, priceUpt);
  if (!moveBalance(call, sender, seller, priceUpt)) return 'INSUFFICIENT_BALANCE';
  // The receiver's code runs when everything is done; if it reverts, so does the purchase.
  return notifyReceiver(call, sender, seller, priceUpt);
}

/** The seller takes an open offer back. */
export function withdrawOffer(call: Call, { offer }: PayloadOf['CERT_WITHDRAW']): Outcome {
  const problem = offerReason(call, offer);
  if (problem !== undefined) return problem;
  if (sellerOf(offer) !== call.sender) return 'UNAUTHORISED';
  const count = endOffer(call, offer, call.sender);
  call.events.push(CERTIFICATE_EVENT.withdrawn, offer, count);
  return undefined;
}

/** Withdraws the offer that a certificate is in, because that certificate has come to an end. */
export function closeOffer(call: Call, seller: number, sequence: number): void {
  const offer = certificateOfferOf(seller, sequence);
  const count = endOffer(call, offer, seller);
  call.events.push(CERTIFICATE_EVENT.withdrawn, offer, count);
}

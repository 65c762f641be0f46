/**
 * Why a transaction was refused or failed: one union for pools, contracts, tables and the docs. A
 * refusal is an outcome of the modelled world, counted and recorded, never an exception.
 */

const reasons = {
  BAD_SIGNATURE: 'the signature is not the sender’s over these bytes',
  MALFORMED: 'the bytes are not the canonical encoding of a transaction',
  WRONG_CHAIN: 'the chain id is another chain’s',
  UNKNOWN_SENDER: 'no account has the sender’s index',
  NOT_MEMBER: 'the sender is not registered on a chain with admission',
  SUSPENDED: 'the sender’s membership is suspended',
  BAD_NONCE: 'the nonce is not the sender’s next one',
  INSUFFICIENT_BALANCE: 'the balance does not cover the value and the gas limit',
  INSUFFICIENT_GAS: 'the gas limit is below the intrinsic gas',
  OUT_OF_GAS: 'execution used up the gas limit; all of it is charged',
  EXCEEDS_BLOCK: 'the transaction alone exceeds the gas or byte cap of a block',
  EXPIRED: 'the expiry passed before inclusion',
  EVICTED: 'the full pool dropped it for one that pays more',
  POOL_FULL: 'the pool is full of transactions that pay at least as much',
  REPLACED: 'a transaction of the same sender and nonce with a higher fee took its place',
  UNDERPRICED: 'the fee is below the minimum, or too low to replace a pending one',
  DUPLICATE: 'the same transaction is already known',
  DOUBLE_SPEND: 'an input is already spent',
  UNKNOWN_ACCOUNT: 'a named account does not exist',
  UNAUTHORISED: 'the sender’s role may not do this',
  ZERO_AMOUNT: 'the amount is zero',
  ALREADY_REGISTERED: 'the account is already registered',
  DUPLICATE_IDENTITY: 'the identity already has an account or a grant',
  BAD_CA_SIGNATURE: 'the certificate authority did not sign this registration',
  SELF_MATCH: 'the owner already has an order on the other side of this slot, or names itself',
  OUTSIDE_COLLAR: 'the price is outside the collar [feed-in, retail − wheeling]',
  GATE_CLOSED: 'the order came after gate closure of its slot',
  UNKNOWN_SLOT: 'the slot lies outside the horizon or is not yet open',
  ZERO_QUANTITY: 'the quantity is zero',
  QUANTITY_ABOVE_LIMIT: 'the quantity is above what the connection can deliver in a slot',
  INSUFFICIENT_ESCROW: 'the free balance does not cover the escrow of the order',
  ALREADY_CLEARED: 'the slot already has a clearing',
  NOT_CLEARED: 'the slot has no clearing to settle',
  BAD_CLEARING: 'the clearing does not follow from the orders on this branch',
  MISSING_ORDER: 'a trade names an order that is not on this branch',
  UNKNOWN_TRADE: 'a settlement names a trade that its clearing does not have',
  ALREADY_SETTLED: 'the settlement is closed, or this version is already on the chain',
  DEADLINE_PASSED: 'the settlement deadline of the slot has passed',
  BAD_AMOUNT: 'amounts do not follow from the contract and the metered energy',
  DUPLICATE_BATCH: 'the head-end already sent a batch for this slot',
  UNKNOWN_CERTIFICATE: 'a certificate id does not exist',
  NOT_OWNER: 'a certificate belongs to another account',
  CERTIFICATE_LOCKED: 'a certificate is already locked',
  NO_STAKE: 'the voter has no stake',
  BAD_CANDIDATE: 'a candidate is unknown, repeated or one too many',
  ALREADY_GRANTED: 'this identity already received its initial grant',
  BUDGET_EXCEEDED: 'the reward budget of the day does not cover the amount',
  BAD_REFERENCE: 'the block or record referred to is unknown, or already rewarded',
  STALE_BLOCK: 'a reward whose block left the chain went with it',
  BAD_EVIDENCE: 'the evidence does not prove the offence it is filed for',
  NOT_CANDIDATE: 'the node is excluded, or no candidate',
  WINDOW_CLOSED: 'the ballot window of the report is over',
  WINDOW_OPEN: 'the ballot window of the report is not yet over',
  ALREADY_VOTED: 'the voter has a ballot in this report',
  NOT_DUE: 'the cool-down or probation is not over, or there is nothing to return from',
  PROXY_CYCLE: 'the proxy lends its own weight, directly or not, to the sender',
  NO_COMMITMENT: 'no commitment of the sender was included in time, or another order was promised',
  EARLY_REVEAL: 'the slot still takes commitments, which others could choose by this order',
  CALL_DEPTH: 'calls between contracts nest deeper than 64',
  REENTRANCY: 'a contract that is at work was entered again',
  NO_CONTRACT: 'the chain has no contract for this type of transaction',
  FROZEN: 'the points of the account are frozen by order of the authority',
} as const;

/** Why a transaction was refused, dropped or failed. */
export type RejectReason = keyof typeof reasons;

/** Every reason; the index plus 1 is the code in a receipt. New reasons go to the end. */
export const REJECT_REASONS = Object.freeze(Object.keys(reasons)) as readonly RejectReason[];

/** One line of meaning for each reason. */
export const REJECT_REASON_TEXT: Readonly<Record<RejectReason, string>> = reasons;

const codes = new Map(REJECT_REASONS.map((reason, index) => [reason, index + 1]));

/** Code of a reason in a receipt, 1..n; 0 is no reason. */
export function rejectReasonCode(reason: RejectReason | undefined): number {
  return reason === undefined ? 0 : codes.get(reason)!;
}

/** Reason of a code; undefined for 0 and for codes that no reason has. */
export function rejectReasonOf(code: number): RejectReason | undefined {
  return REJECT_REASONS[code - 1];
}

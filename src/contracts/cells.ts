/**
 * Layout of the chain state. A cell is a non-negative integer; sixteen cells make a record, the unit of
 * the state root's leaves. Accounts come first and are dense; slots follow at a wide stride, and their
 * records are cleared when the slot has settled, so that the state does not grow with the horizon.
 */

/** Cells of one record. */
export const RECORD_CELLS = 16;

/** Fields of an account record. */
export const ACCOUNT = {
  nonce: 0,
  balanceUpt: 1,
  escrowUpt: 2,
  /** Role + 1 once registered, else 0; flags and the count of keys above (`membership-cells.ts`). */
  member: 3,
  grantedUpt: 4,
  rewardedUpt: 5,
  certificates: 6,
  certificatesLocked: 7,
  /** First of the seven approvals: candidate + 1, 0 when free. */
  approvals: 8,
  /** 1 once the account has a record as a voter (proxies, stake on its way out), else 0. */
  voter: 15,
} as const;

/** Approvals a voter may give (model §6.3). */
export const APPROVALS_MAX = 7;

/** Fields of the chain's own record, which follows the accounts. */
export const CHAIN = {
  issuedGrantUpt: 0,
  issuedRewardUpt: 1,
  burnedUpt: 2,
  /** Counts changes of stake and votes; an election is recounted only when it moves. */
  electionVersion: 3,
  /** Simulated day whose irreversible blocks are being counted. */
  rewardDay: 4,
  /** Non-empty irreversible blocks of that day. */
  rewardBlocks: 5,
  penaltiesUpt: 6,
  /** Issued for clean energy and for computing. */
  issuedCleanUpt: 7,
  issuedComputeUpt: 8,
  /** Of what was burned: against bills. */
  redeemedUpt: 9,
  /** Interventions of the centre and the authority. */
  interventions: 10,
  /** Of what was granted: at genesis, for nobody's registration. */
  genesisUpt: 11,
} as const;

/** Fields of a slot's head record. */
export const SLOT = {
  /** {@link SLOT_STATE}. */
  state: 0,
  orderCount: 1,
  tradeCount: 2,
  settleVersion: 3,
} as const;

/** Life of a delivery slot on the chain. */
export const SLOT_STATE = { open: 0, cleared: 1, settled: 2 } as const;

/** Fields of an order record. */
export const ORDER = {
  /** Owner + 1. */
  owner: 0,
  sequence: 1,
  isBid: 2,
  quantityWh: 3,
  priceUptPerKWh: 4,
  /** Counterparty + 1, 0 for the pool. */
  counterparty: 5,
  escrowUpt: 6,
  includedUs: 7,
  filledWh: 8,
} as const;

/** Fields of a trade record. */
export const TRADE = {
  buyerOrder: 0,
  sellerOrder: 1,
  /** Contracted energy; 0 when the trade is void on this branch. */
  contractedWh: 2,
  priceUptPerKWh: 3,
} as const;

/** Orders an owner may place for one slot. */
export const SEQUENCES_MAX = 8;
/** Orders, and trades, of one slot for each home: the room a slot has in the state. */
const ORDERS_PER_HOME = 4;

/** Cell of an account's field. */
export const accountCell = (account: number, field: number) => account * RECORD_CELLS + field;
/** Cell of the chain's own record. */
export const chainCell = (accountCount: number, field: number) =>
  accountCount * RECORD_CELLS + field;
/** Cell that counts a producer's non-empty irreversible blocks of the reward day. */
export const producedCell = (accountCount: number, account: number) =>
  (accountCount + 1) * RECORD_CELLS + account;
/** Cells of the dense part of the state. */
export const denseCellCount = (accountCount: number) =>
  (accountCount + 1) * RECORD_CELLS + Math.ceil(accountCount / RECORD_CELLS) * RECORD_CELLS;
/** First cell of what accounts have earned beside grants and blocks. */
const EARNINGS_BASE = 2 ** 49;

/** Fields of an account's record of earnings, in micro-points. */
export const EARNINGS = { cleanUpt: 0, computeUpt: 1 } as const;

/** Cell of what an account has earned. */
export const earningsCell = (account: number, field: number): number =>
  EARNINGS_BASE + account * RECORD_CELLS + field;

/** First cell of the register of identities, behind every slot. */
const IDENTITY_BASE = 2 ** 52;

/**
 * Cell that holds 1 + the account of an identity, by the first 48 bits of its hash; two of a million
 * identities share a cell with probability 0.002, and the second is then refused.
 */
export function identityCell(identityHash: Uint8Array): number {
  let key = 0;
  for (let i = 0; i < 6; i++) key = key * 256 + identityHash[i]!;
  return IDENTITY_BASE + key;
}

/** Where slots, orders and trades stand in the state of one chain. */
export interface SlotCells {
  /** Most orders, and most trades, of one slot. */
  readonly ordersMax: number;
  /** Cell of a field of the slot's head record. */
  slot(slot: number, field: number): number;
  /** Cell of a field of the k-th order of a slot. */
  order(slot: number, order: number, field: number): number;
  /** Cell that holds 1 + the index of an owner's order. */
  lookup(slot: number, owner: number, sequence: number): number;
  /** Cell that holds 1 + the first 48 bits of an owner's commitment; only on chains of sealed orders. */
  commitment(slot: number, owner: number, sequence: number): number;
  /** Cell of a field of the k-th trade of a slot. */
  trade(slot: number, trade: number, field: number): number;
}

/**
 * Layout of the slots behind the dense part. The stride is as small as the number of homes allows, so
 * that a cell stays a small integer for the longest horizons in use; maps are twice as fast on those.
 */
export function createSlotCells(
  accountCount: number,
  homeCount: number,
  isSealed = false,
): SlotCells {
  const base = denseCellCount(accountCount);
  const ordersMax = ORDERS_PER_HOME * homeCount;
  const orders = RECORD_CELLS;
  const trades = orders + ordersMax * RECORD_CELLS;
  const lookups = trades + ordersMax * RECORD_CELLS;
  const commitments = lookups + homeCount * SEQUENCES_MAX;
  const length = commitments + (isSealed ? homeCount * SEQUENCES_MAX : 0);
  const stride = Math.ceil(length / RECORD_CELLS) * RECORD_CELLS;
  return {
    ordersMax,
    slot: (slot, field) => base + slot * stride + field,
    order: (slot, order, field) => base + slot * stride + orders + order * RECORD_CELLS + field,
    trade: (slot, trade, field) => base + slot * stride + trades + trade * RECORD_CELLS + field,
    lookup: (slot, owner, sequence) =>
      base + slot * stride + lookups + owner * SEQUENCES_MAX + sequence,
    commitment: (slot, owner, sequence) =>
      base + slot * stride + commitments + owner * SEQUENCES_MAX + sequence,
  };
}

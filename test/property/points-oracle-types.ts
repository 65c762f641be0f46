/** Words of the slow ledger of points: rules, accounts, offers, slots, and what is done. */

/** Rules that the oracle knows. */
export interface OracleRules {
  readonly grantUpt: number;
  readonly vestingUs: number;
  readonly expiryUs: number;
  readonly capUpt: number;
  readonly epochUs: number;
  readonly gasPriceUpt: number;
  readonly feeBurn: readonly [number, number];
  readonly penaltyBurn: readonly [number, number];
  /** Redemption rate as a fraction. */
  readonly rate: readonly [number, number];
  readonly confirmUs: number;
  readonly asks: readonly [number, number];
}

/** What an account holds and has been given. */
export interface Account {
  balance: number;
  escrow: number;
  isMember: boolean;
  isFrozen: boolean;
  granted: number;
  grantUs: number;
  kept: number;
  earned: { clean: number; compute: number; block: number };
  lastDay: number;
  redeemed: number;
}

/** An order of a slot. */
export interface Order {
  readonly owner: number;
  readonly sequence: number;
  readonly isBid: boolean;
  readonly wh: number;
  readonly price: number;
  escrow: number;
}

/** A trade of a slot. */
export interface Trade {
  readonly buyer: Order;
  readonly seller: Order;
  wh: number;
  readonly price: number;
}

/** A delivery slot. */
export interface Slot {
  orders: Order[];
  trades: (Trade | undefined)[];
  state: 'open' | 'cleared' | 'settled';
}

/** An offer of points. */
export interface Offer {
  readonly seller: number;
  readonly amount: number;
  readonly ask: number;
  state: string;
  buyer: number;
  takenUs: number;
}

/** The ledger after some transactions. */
export interface OracleLedger {
  readonly accounts: Account[];
  issued: { grant: number; clean: number; compute: number; block: number };
  burned: number;
  redeemed: number;
  credited: number;
  turnover: number;
  readonly identities: Map<number, number>;
  readonly bills: Map<string, { amount: number; credited: number; dueUs: number }>;
  readonly billCounts: number[];
  readonly offers: Map<string, Offer>;
  readonly slots: Map<number, Slot>;
  readonly claims: Set<string>;
  epoch: number;
  emitted: number;
}

/** One thing that is done, in the words of the oracle. */
export type Action =
  | { do: 'transfer'; from: number; to: number; amount: number }
  | { do: 'register'; account: number; identity: number }
  | { do: 'grant'; to: number; identity: number }
  | { do: 'reward'; to: number; amount: number; day: number }
  | { do: 'post'; home: number; bill: number; amount: number; dueUs: number }
  | { do: 'redeem'; home: number; bill: number; amount: number }
  | { do: 'sell'; from: number; sequence: number; amount: number; ask: number }
  | { do: 'buy'; from: number; seller: number; sequence: number }
  | { do: 'confirm' | 'cancel'; from: number; seller: number; sequence: number }
  | { do: 'arbitrate'; seller: number; sequence: number; isPaid: boolean }
  | { do: 'cashOut'; from: number; amount: number }
  | { do: 'expire'; account: number }
  | { do: 'freeze'; account: number }
  | {
      do: 'order';
      home: number;
      slot: number;
      sequence: number;
      isBid: boolean;
      wh: number;
      price: number;
    }
  | { do: 'clear'; slot: number; trades: readonly (readonly number[])[] }
  | { do: 'settle'; slot: number; share: number; penalty: number }
  | { do: 'clean'; seller: number; buyer: number; serial: number; count: number }
  | { do: 'compute'; tos: readonly number[]; amount: number; ref: number };

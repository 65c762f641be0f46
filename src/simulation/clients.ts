/** Where the clients of accounts are: the full node each is attached to, and how far away it is. */
import { exp } from '../base/math.ts';
import type { RandomSource } from '../base/random.ts';
import type { ChainRules } from '../contracts/rules.ts';
import type { Scenario } from '../scenario/sections.ts';

/** Gas limits that clients write: a home's must be covered by its balance, an office pays nothing. */
const HOME_GAS_LIMIT = 1_000_000;
const OFFICE_GAS_LIMIT = 2_000_000_000;

/** Node of the trading centre: the observer of off-chain effects. */
export const CENTRE_NODE = 0;

/** What a client says of a transaction besides its payload. */
export interface SubmitOptions {
  /** Delivery slot it is about, −1 for none. */
  readonly slot: number;
  /** Last instant at which a block may include it [µs]. */
  readonly expiryUs: number;
  /** Gas it sets aside; default what clients of its kind write. */
  readonly gasLimit?: number;
  /** Number to sign with instead of the account's next one: the rival of a transaction under way. */
  readonly nonce?: number;
  /** What it offers the producer of its block [Upt]; default what full nodes ask of its kind. */
  readonly tipUpt?: number;
  /** Full node to send it to instead of the client's own. */
  readonly node?: number;
  /** Account that signs it, and chain that it was signed for: forgeries and replays. */
  readonly signer?: number;
  readonly chainId?: Uint8Array;
}

/** Clients of all accounts of a chain. */
export interface Clients {
  /** Node an account's client is attached to. */
  nodeOf(account: number): number;
  /** Way of a transaction to that node [µs, integer >= 1]: a constant of the account. */
  latencyUs(account: number): number;
  /** Gas limit its client writes where nothing else is asked for. */
  gasLimitOf(account: number): number;
}

/** Makes the clients: light ones of homes and guests, others beside their full node. */
export function createClients(
  rules: ChainRules,
  { network }: Scenario,
  random: RandomSource,
): Clients {
  const draws = random.addressed('world/client-latency');
  const isBesideNode = (account: number) => account >= rules.firstNode && account <= rules.treasury;
  return {
    nodeOf(account) {
      if (account < rules.firstNode) return account % rules.nodeCount;
      if (account < rules.centre) return account - rules.firstNode;
      if (account <= rules.treasury) return CENTRE_NODE;
      return (account - rules.treasury - 1) % rules.nodeCount;
    },
    latencyUs(account) {
      if (isBesideNode(account)) return 1;
      const latency = network.clientLatency * exp(0.4 * draws.normal(account, 0, 0));
      return Math.max(1, Math.floor(latency + 0.5));
    },
    gasLimitOf: (account) => (account < rules.homeCount ? HOME_GAS_LIMIT : OFFICE_GAS_LIMIT),
  };
}

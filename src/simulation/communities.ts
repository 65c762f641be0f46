/**
 * Other communities on the same chain (`ledger.loadScale`). Of k identical communities one is simulated in
 * full. The others are there by what they send: for each of its transactions k − 1 more of the same size
 * and gas, each from a guest at another full node, which travel, wait, fill blocks and become final like
 * any other, and concern nobody here. To scale the load by scaling the transactions of one community would
 * put all of it behind the same few nonces, and its market would no longer be the same.
 */
import type { RandomSource } from '../base/random.ts';
import { MINUTE_US } from '../base/units.ts';
import { SEQUENCES_MAX } from '../contracts/cells.ts';
import { GAS } from '../contracts/rules.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { createWriter } from '../ledger/encoding.ts';
import { SIGNATURE_BYTES } from '../ledger/signature.ts';
import {
  type Envelope,
  encodeTransaction,
  GAS_TRANSACTION,
  GAS_ZERO_BYTE,
  type PayloadOf,
  TRANSACTION_CODE,
  TRANSACTION_TYPES,
  type TransactionType,
} from '../ledger/transactions.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { Chain } from './chain.ts';
import type { SubmitOptions } from './clients.ts';

/** Within this the other communities send what belongs to no delivery slot. */
const UNSLOTTED_US = MINUTE_US;

/** When another community sends its counterpart of a transaction. */
export interface Counterpart {
  /** After the transaction itself [µs, integer >= 1]. */
  readonly delayUs: number;
  /** How much later than the transaction itself it expires [µs]. */
  readonly laterUs: number;
}

/** Times by which counterparts are laid out [µs]. */
export interface CounterpartTimes {
  readonly openingUs: number;
  readonly slotUs: number;
  /** Earliest and latest sending of an order before its slot. */
  readonly leadTimeMax: number;
  readonly leadTimeMin: number;
}

/**
 * The time of a counterpart. An order is moved around the interval in which orders for its slot may be
 * sent; one that this would put into the past belongs to a later slot. Over all slots orders of the other
 * communities thus follow the same law of times. What is sent at an instant of the slot (clearings, meter
 * batches, settlements) is moved by up to a slot, anything else by up to a minute.
 *
 * @param share - Where it falls in the interval, from [0, 1).
 */
export function counterpartOf(
  type: TransactionType,
  slot: number,
  nowUs: number,
  share: number,
  times: CounterpartTimes,
): Counterpart {
  const { openingUs, slotUs, leadTimeMax, leadTimeMin } = times;
  if (type !== 'ORDER_SUBMIT' && type !== 'ORDER_COMMIT') {
    const delayUs = 1 + Math.floor(share * (slot < 0 ? UNSLOTTED_US : slotUs));
    return { delayUs, laterUs: delayUs };
  }
  const spanUs = Math.max(1, leadTimeMax - leadTimeMin);
  const fromUs = openingUs + slot * slotUs - leadTimeMax;
  const ownUs = Math.min(spanUs - 1, Math.max(0, nowUs - fromUs));
  const otherUs = (ownUs + Math.floor(share * spanUs)) % spanUs;
  const slots = Math.max(0, Math.ceil((ownUs + 1 - otherUs) / slotUs));
  return { delayUs: otherUs - ownUs + slots * slotUs, laterUs: slots * slotUs };
}

const writer = createWriter(1024);
const NOTHING = new Uint8Array(0);

/**
 * Payload that gives a foreign transaction a size.
 *
 * @param sizeBytes - Size with signature [B].
 * @returns Zeros. The size is met to the byte, but in two cases: it is one byte less where the length of the
 *   payload begins to take another byte, and what the envelope alone takes is the least.
 */
export function foreignBytes(envelope: Envelope, sizeBytes: number): Uint8Array {
  const blank = { ...envelope, type: 'FOREIGN', payload: { bytes: NOTHING } } as const;
  const room = sizeBytes - SIGNATURE_BYTES - encodeTransaction(blank, writer).length;
  // The length itself takes one byte to 127, and one more at every further factor of 128.
  let prefix = 0;
  for (let limit = 128; room - prefix >= limit; limit *= 128) prefix++;
  return new Uint8Array(Math.max(0, room - prefix));
}

/**
 * A chain whose users are accompanied by those of the other communities.
 *
 * @param chain - The chain; registrations, votes, the vote-out and adversaries send to it directly, since
 *   they are no work of a community that is under way.
 * @returns The chain itself where the community is alone.
 */
export function shareChain(
  kernel: Kernel,
  scenario: Scenario,
  chain: Chain,
  random: RandomSource,
): Chain {
  const { loadScale } = scenario.ledger;
  if (loadScale === 1) return chain;
  const { rules, table, chainId } = chain;
  const { nodeCount } = rules;
  const draws = random.addressed('world/other-communities');
  const times = { ...rules, ...scenario.market };
  const nonces = new Float64Array(nodeCount);
  /** Transactions of no slot that each account has sent. */
  const unslotted = new Float64Array(rules.accountCount);
  /** Gas of the last transaction of each type that was seen in a block. */
  const lastGas = new Float64Array(TRANSACTION_TYPES.length);

  /**
   * Gas of a counterpart: what its original has used, or where no block has carried it yet, what the last
   * of its type did; never less than bytes and signature cost.
   */
  function gasFor(tx: number): number {
    const type = table.type[tx]!;
    const used = chain.gasOf(tx);
    if (!Number.isNaN(used)) lastGas[type] = used;
    const least = GAS_TRANSACTION + GAS.signatureCheck + GAS_ZERO_BYTE * table.sizeBytes[tx]!;
    return Math.max(lastGas[type]!, least);
  }

  const send = kernel.event('agents/send-foreign', PHASE.agents, (tx, node, expiryUs) => {
    const sender = rules.treasury + 1 + node;
    const gasLimit = gasFor(tx);
    const envelope = { chainId, sender, nonce: nonces[node]!++, gasLimit, expiryUs };
    const bytes = foreignBytes(envelope, table.sizeBytes[tx]!);
    chain.submit('FOREIGN', sender, { bytes }, { slot: -1, expiryUs, gasLimit });
  });

  function submit<T extends TransactionType>(
    type: T,
    account: number,
    payload: PayloadOf[T],
    about: SubmitOptions,
  ): number {
    const tx = chain.submit(type, account, payload, about);
    const { slot, expiryUs } = about;
    const { sequence = 0 } = payload as { readonly sequence?: number };
    const place = slot < 0 ? unslotted[account]!++ : slot;
    const first = (TRANSACTION_CODE[type] * SEQUENCES_MAX + sequence) * loadScale;
    const own = chain.nodeOf(account);
    for (let community = 1; community < loadScale; community++) {
      const share = draws.uniform(account, place, first + community);
      const { delayUs, laterUs } = counterpartOf(type, slot, kernel.nowUs, share, times);
      send.after(delayUs, tx, (own + community) % nodeCount, expiryUs + laterUs);
    }
    return tx;
  }

  // The chain stays one object: its columns and counters are read through.
  return Object.assign(Object.create(chain) as Chain, { submit });
}

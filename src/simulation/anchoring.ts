/**
 * How the trading centre puts readings and settlements on the chain (model §5.9): every reading or only the
 * root over them, one settlement a transaction or several. Readings of which only the root is anchored stay
 * with the head-end, which shows some of them on the chain where the scenario asks for spot checks.
 */
import type { RandomSource } from '../base/random.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { hexToBytes } from '../ledger/hash.ts';
import { inclusionProof, leafHash, merkleRootOfHashes } from '../ledger/merkle.ts';
import type { PayloadOf, SettlePayload, SignedLeaf } from '../ledger/transactions.ts';
import type { SlotReads } from '../metering/head-end.ts';
import { meterLeafBytes } from '../metering/leaf.ts';
import { QUALITY } from '../metering/quality.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { Chain } from './chain.ts';

/** Readings of a slot as leaves, in the order of the homes. */
export function signedLeaves(
  chain: Pick<Chain, 'sign' | 'rules'>,
  homeIds: readonly string[],
  reads: SlotReads,
): SignedLeaf[] {
  return homeIds.map((id, home) => {
    const quality = reads.quality[home]!;
    const leaf = meterLeafBytes(
      id,
      reads.slot,
      reads.importWh[home]!,
      reads.exportWh[home]!,
      reads.generationWh[home]!,
      quality,
    );
    // An actual read is signed by its meter, an estimate by the head-end that made it.
    const signer = quality === QUALITY.actual ? home : chain.rules.centre;
    return { leaf, signature: chain.sign(signer, leaf) };
  });
}

/** The transaction that shows one reading under the root of its slot. */
export function meterProof(
  slot: number,
  leaves: readonly SignedLeaf[],
  index: number,
): PayloadOf['METER_PROOF'] {
  const hashes = leaves.map(({ leaf, signature }) => leafHash(leaf, signature));
  const path = inclusionProof(hashes, index).map(hexToBytes);
  return { slot, index, ...leaves[index]!, path };
}

/** The head-end's side of anchoring. */
export interface Anchoring {
  /** Sends the readings of a slot as the scenario asks; returns the row of the transaction. */
  anchor(reads: SlotReads): number;
  /** The anchored readings are final: shows those that are asked for, and forgets the others. */
  onFinal(slot: number): void;
}

/** Makes the anchoring of a chain. @param onSent - Told of the readings of each slot once they are sent. */
export function createAnchoring(
  scenario: Scenario,
  chain: Chain,
  homeIds: readonly string[],
  random: RandomSource,
  expiryUs: number,
  onSent: (reads: SlotReads, leaves: readonly SignedLeaf[]) => void,
): Anchoring {
  const { spotChecks } = scenario.metering;
  const isFull = scenario.ledger.anchoring === 'full';
  const draws = random.addressed('world/spot-checks');
  const kept = new Map<number, readonly SignedLeaf[]>();
  const { centre } = chain.rules;
  return {
    anchor(reads) {
      const { slot } = reads;
      const leaves = signedLeaves(chain, homeIds, reads);
      if (spotChecks > 0) kept.set(slot, leaves);
      const about = { slot, expiryUs };
      if (isFull) {
        const tx = chain.submit('METER_READS', centre, { slot, headEnd: 0, leaves }, about);
        onSent(reads, leaves);
        return tx;
      }
      const hashes = leaves.map(({ leaf, signature }) => leafHash(leaf, signature));
      const payload = {
        slot,
        headEnd: 0,
        root: hexToBytes(merkleRootOfHashes(hashes)),
        count: leaves.length,
        importWh: total(reads.importWh),
        exportWh: total(reads.exportWh),
        generationWh: total(reads.generationWh),
      };
      const tx = chain.submit('METER_BATCH', centre, payload, about);
      onSent(reads, leaves);
      return tx;
    },
    onFinal(slot) {
      const leaves = kept.get(slot);
      if (leaves === undefined) return;
      kept.delete(slot);
      for (let check = 0; check < spotChecks; check++) {
        const index = Math.floor(draws.uniform(0, slot, check) * leaves.length);
        chain.submit('METER_PROOF', centre, meterProof(slot, leaves, index), { slot, expiryUs });
      }
    },
  };
}

/** Where settlements wait for others to travel with. */
export interface SettlementDesk {
  /** Takes the settlement of a slot, and sends it once enough are there or none is to come. */
  take(settlement: SettlePayload): void;
  /** The deadline of a slot has passed: what has waited long enough goes. */
  passDeadline(slot: number): void;
}

/**
 * Makes the desk.
 *
 * @param onSent - Told the row of each transaction and the slots that it settles.
 */
export function createSettlementDesk(
  kernel: Kernel,
  scenario: Scenario,
  chain: Chain,
  expiryUs: number,
  onSent: (tx: number, slots: readonly number[]) => void,
): SettlementDesk {
  const { batch, deadline } = scenario.settlement;
  const { openingUs, slotUs, slotCount, centre } = chain.rules;
  const lastDeadlineUs = openingUs + slotCount * slotUs + deadline;
  let waiting: SettlePayload[] = [];

  function send(): void {
    const [first] = waiting;
    if (first === undefined) return;
    const about = { slot: first.slot, expiryUs };
    const tx =
      waiting.length === 1
        ? chain.submit('SETTLE', centre, first, about)
        : chain.submit('SETTLE_BATCH', centre, { settlements: waiting }, about);
    onSent(
      tx,
      waiting.map(({ slot }) => slot),
    );
    waiting = [];
  }

  return {
    take(settlement) {
      waiting.push(settlement);
      if (waiting.length >= batch || kernel.nowUs >= lastDeadlineUs) send();
    },
    passDeadline(slot) {
      // A slot that never settles must not hold back those that wait for it.
      const oldest = waiting[0]?.slot ?? slotCount;
      if (slot === slotCount - 1 || slot >= oldest + batch) send();
    },
  };
}

function total(column: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += column[i]!;
  return sum;
}

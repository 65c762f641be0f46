/** Anchored readings: every one can be shown under the root, and nothing else can. */
import { describe, expect, it } from 'vitest';
import { RECORD_CELLS } from '../../../src/contracts/cells.ts';
import { disputeEndUs, METERING_EVENT, meteringContract } from '../../../src/contracts/metering.ts';
import {
  anchoredRoot,
  METERING,
  METERING_FIELDS,
  METERING_FIRST_KEPT,
  meteringCell,
  rootParts,
} from '../../../src/contracts/metering-cells.ts';
import { hexToBytes, sha256Bytes } from '../../../src/ledger/hash.ts';
import { inclusionProof, leafHash, merkleRootOfHashes } from '../../../src/ledger/merkle.ts';
import type { SignedLeaf } from '../../../src/ledger/transactions.ts';
import { meterLeafBytes } from '../../../src/metering/leaf.ts';
import { CENTRE, createWorld, GATE_US, HOMES, S } from './world.ts';

/** Readings of a slot, each with the signature of its meter. */
function leavesOf(
  world: ReturnType<typeof createWorld>,
  slot: number,
  count = HOMES,
): SignedLeaf[] {
  return Array.from({ length: count }, (_, meter) => {
    const leaf = meterLeafBytes(`home-${meter}`, slot, 100 + meter, 7 * meter, 9 * meter, 0);
    return { leaf, signature: world.keys[meter % HOMES]!.sign(leaf) };
  });
}

const hashesOf = (leaves: readonly SignedLeaf[]) =>
  leaves.map(({ leaf, signature }) => leafHash(leaf, signature));
const rootOf = (leaves: readonly SignedLeaf[]) => merkleRootOfHashes(hashesOf(leaves));

function batchOf(leaves: readonly SignedLeaf[], slot: number) {
  const root = hexToBytes(rootOf(leaves));
  return {
    slot,
    headEnd: 0,
    root,
    count: leaves.length,
    importWh: 1,
    exportWh: 2,
    generationWh: 3,
  };
}

function proofOf(leaves: readonly SignedLeaf[], slot: number, index: number) {
  const path = inclusionProof(hashesOf(leaves), index).map(hexToBytes);
  return { slot, index, ...leaves[index]!, path };
}

const DISPUTE_US = 2_000 * S;

/** A chain on which the readings of slot 0 are anchored by their root. */
function anchored(count = HOMES) {
  const world = createWorld({ groups: { metering: { meterDisputeUs: DISPUTE_US } } });
  world.nowUs = GATE_US + 2_000 * S;
  const leaves = leavesOf(world, 0, count);
  expect(world.send('METER_BATCH', CENTRE, batchOf(leaves, 0)).reason).toBe('');
  return { world, leaves };
}

describe('a root in the state', () => {
  it('is five integers of 52 bits that give it back', () => {
    for (let k = 0; k < 200; k++) {
      const root = k === 0 ? new Uint8Array(32) : sha256Bytes(`root ${k}`);
      const parts = rootParts(root);
      const cells = new Map(parts.map((part, at) => [meteringCell(3, METERING.root + at), part]));
      cells.set(meteringCell(3, METERING.leafCount), 1);
      for (const part of parts) expect(Number.isSafeInteger(part) && part < 2 ** 52).toBe(true);
      const read = (cell: number) => cells.get(cell) ?? 0;
      expect(anchoredRoot(read, 3)).toBe(Buffer.from(root).toString('hex'));
      expect(anchoredRoot(read, 4)).toBeUndefined();
    }
    expect(METERING_FIELDS).toHaveLength(METERING.proofs + 1);
    expect(METERING_FIELDS.length).toBeLessThanOrEqual(RECORD_CELLS);
  });

  it('is the same whether the readings or only their root are sent', () => {
    const full = createWorld({ groups: { metering: { meterDisputeUs: DISPUTE_US } } });
    const leaves = leavesOf(full, 1, 7);
    const outcome = full.send('METER_READS', CENTRE, { slot: 1, headEnd: 0, leaves });
    expect(outcome).toMatchObject({ reason: '', events: [METERING_EVENT.anchored, 1, 7] });
    expect(anchoredRoot(full.view.read, 1)).toBe(rootOf(leaves));
  });

  it('is written once a slot, by the centre', () => {
    const { world, leaves } = anchored();
    const again = { slot: 0, headEnd: 1, leaves };
    expect(world.send('METER_READS', CENTRE, again).reason).toBe('DUPLICATE_BATCH');
    expect(world.send('METER_BATCH', CENTRE, batchOf(leaves, 0)).reason).toBe('DUPLICATE_BATCH');
    expect(world.send('METER_READS', 0, { ...again, slot: 1 }).reason).toBe('UNAUTHORISED');
    expect(world.send('METER_BATCH', CENTRE, batchOf(leaves, 5)).reason).toBe('UNKNOWN_SLOT');
    expect(world.send('METER_READS', CENTRE, { ...again, slot: 2, leaves: [] }).reason).toBe(
      'ZERO_QUANTITY',
    );
    // Readings of another slot, and bytes that are no reading.
    expect(world.send('METER_READS', CENTRE, { ...again, slot: 2 }).reason).toBe('BAD_PROOF');
    const noise = [{ leaf: new Uint8Array(9), signature: new Uint8Array(64) }];
    expect(world.send('METER_READS', CENTRE, { slot: 2, headEnd: 0, leaves: noise }).reason).toBe(
      'BAD_PROOF',
    );
  });
});

describe('a reading shown under its root', () => {
  it.each([1, 2, 3, 7, 64])('is accepted for each of %d readings, from anybody', (count) => {
    const { world, leaves } = anchored(count);
    for (let index = 0; index < count; index++) {
      const outcome = world.send('METER_PROOF', index % HOMES, proofOf(leaves, 0, index));
      const told = [METERING_EVENT.proved, 0, index, 100 + index, 7 * index, 9 * index, 0];
      expect(outcome).toMatchObject({ reason: '', events: told });
    }
    expect(world.view.read(meteringCell(0, METERING.proofs))).toBe(count);
  });

  it('is refused when anything of it is changed', () => {
    const { world, leaves } = anchored(7);
    const proof = proofOf(leaves, 0, 2);
    const refused = (changed: Partial<typeof proof>) =>
      expect(world.send('METER_PROOF', 1, { ...proof, ...changed }).reason).toBe('BAD_PROOF');
    const flip = (bytes: Uint8Array, at: number) => {
      const copy = bytes.slice();
      copy[at]! ^= 1;
      return copy;
    };
    for (let at = 0; at < proof.leaf.length; at++) refused({ leaf: flip(proof.leaf, at) });
    for (let at = 0; at < 64; at++) refused({ signature: flip(proof.signature, at) });
    proof.path.forEach((hash, level) => {
      refused({ path: proof.path.with(level, flip(hash, 31)) });
    });
    for (const index of [0, 1, 3, 6, 7, 2 ** 40]) refused({ index });
    refused({ path: proof.path.slice(1) });
    refused({ path: [...proof.path, proof.path[0]!] });
    refused({ path: proof.path.toReversed() });
    // An inner node of the tree is no leaf.
    refused({ ...leaves[3]! });
    expect(world.send('METER_PROOF', 1, proof).reason).toBe('');
  });

  it('is refused for a slot without a root, and once disputes are over', () => {
    const { world, leaves } = anchored();
    expect(world.send('METER_PROOF', 1, proofOf(leaves, 1, 0)).reason).toBe('BAD_REFERENCE');
    expect(world.send('METER_PROOF', 1, proofOf(leaves, 9, 0)).reason).toBe('UNKNOWN_SLOT');
    world.nowUs = disputeEndUs(world.rules, 0);
    expect(world.send('METER_PROOF', 1, proofOf(leaves, 0, 0)).reason).toBe('');
    world.nowUs++;
    expect(world.send('METER_PROOF', 1, proofOf(leaves, 0, 1)).reason).toBe('WINDOW_CLOSED');
  });
});

describe('the end of a root', () => {
  const settleEmpty = (world: ReturnType<typeof createWorld>, slot: number) =>
    expect(world.settle([], slot).reason).toBe('');

  it('comes with a later batch, when its slot is settled and beyond dispute', () => {
    const { world } = anchored();
    const send = (slot: number) =>
      world.send('METER_BATCH', CENTRE, batchOf(leavesOf(world, slot), slot)).events;
    settleEmpty(world, 0);
    world.nowUs = disputeEndUs(world.rules, 0);
    expect(send(1)).toEqual([METERING_EVENT.anchored, 1, HOMES]);
    world.nowUs++;
    const dropped = [METERING_EVENT.anchored, 2, HOMES, METERING_EVENT.dropped, 0];
    expect(send(2)).toEqual(dropped);
    expect(anchoredRoot(world.view.read, 0)).toBeUndefined();
    expect(world.view.read(METERING_FIRST_KEPT)).toBe(1);
    for (let field = 0; field < METERING_FIELDS.length; field++) {
      expect(world.view.read(meteringCell(0, field))).toBe(0);
    }
    // Slot 1 is beyond dispute but not settled: its root stays.
    world.nowUs = disputeEndUs(world.rules, 4);
    expect(send(3)).toEqual([METERING_EVENT.anchored, 3, HOMES]);
    settleEmpty(world, 1);
    settleEmpty(world, 2);
    settleEmpty(world, 3);
    expect(send(4)).toEqual([
      ...[METERING_EVENT.anchored, 4, HOMES],
      ...[METERING_EVENT.dropped, 1],
      ...[METERING_EVENT.dropped, 2],
      ...[METERING_EVENT.dropped, 3],
    ]);
    const [invariant] = meteringContract.invariants;
    expect(invariant!.check(world.view.read, world.rules)).toBeUndefined();
    // What was dropped cannot be anchored again.
    const again = batchOf(leavesOf(world, 2), 2);
    expect(world.send('METER_BATCH', CENTRE, again).reason).toBe('DUPLICATE_BATCH');
    expect(world.seal()).toBe(0);
  });

  it('a root without a head-end, or one that should be gone, breaks the invariant', () => {
    const { world } = anchored();
    const [invariant] = meteringContract.invariants;
    const check = (changes: readonly (readonly [number, number])[]) => {
      const changed = new Map(changes);
      const read = (cell: number) => changed.get(cell) ?? world.view.read(cell);
      return invariant!.check(read, world.rules);
    };
    expect(check([])).toBeUndefined();
    expect(check([[meteringCell(0, METERING.headEnd), 0]])).toContain('without a head-end');
    expect(check([[METERING_FIRST_KEPT, 1]])).toContain('that was dropped');
  });
});

describe('settlements of several slots', () => {
  const entries = {
    count: 0,
    trade: [],
    fulfilledWh: [],
    paymentUpt: [],
    wheelingUpt: [],
    buyerPenaltyUpt: [],
    sellerPenaltyUpt: [],
    cleanWh: [],
    lossWh: [],
  };
  const of = (slots: readonly number[]) => ({
    settlements: slots.map((slot) => ({ slot, version: 1, entries })),
  });

  it('stand or fall together', () => {
    const world = createWorld();
    world.order(0, true, 1000, 400_000);
    world.order(1, false, 1000, 300_000, { slot: 1 });
    const held = world.escrows();
    expect(held[0]).toBeGreaterThan(0);
    expect(world.send('SETTLE_BATCH', CENTRE, of([0, 1, 5])).reason).toBe('UNKNOWN_SLOT');
    expect(world.escrows()).toEqual(held);
    expect(world.send('SETTLE_BATCH', CENTRE, of([0, 0])).reason).toBe('ALREADY_SETTLED');
    expect(world.send('SETTLE_BATCH', 0, of([0])).reason).toBe('UNAUTHORISED');
    expect(world.send('SETTLE_BATCH', CENTRE, of([0, 1, 2])).reason).toBe('');
    expect(world.escrows()).toEqual([0, 0, 0, 0]);
    expect(world.settle([], 1).reason).toBe('ALREADY_SETTLED');
    expect(world.seal()).toBe(0);
  });

  it('cost less than one by one', () => {
    const alone = createWorld();
    const together = createWorld();
    const single = [0, 1, 2].reduce((sum, slot) => sum + alone.settle([], slot).gasUsed, 0);
    expect(together.send('SETTLE_BATCH', CENTRE, of([0, 1, 2])).gasUsed).toBeLessThan(single);
  });
});

/** The UTXO ledger against an oracle that executes each branch again from genesis. */
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../src/base/random.ts';
import { UTXO, utxoCell } from '../../src/contracts/utxo-cells.ts';
import { sha256Hex } from '../../src/ledger/hash.ts';
import type { Outpoint } from '../../src/ledger/payloads/spend.ts';
import {
  and,
  hashlock,
  mOfN,
  or,
  type Predicate,
  predicateLock,
  timelock,
} from '../../src/ledger/utxo/predicate.ts';
import type { AssetCode, SpendTransaction } from '../../src/ledger/utxo/spend.ts';
import { keyHashOf } from '../../src/ledger/utxo/witness.ts';
import { createUtxoChain, holder, outpointOf, spendOf } from '../unit/contracts/utxo-world.ts';
import {
  type Condition,
  type OracleCoin,
  type OracleSpend,
  replay,
  verdict,
} from './utxo-oracle.ts';

const SEQUENCES = 10_000;
const STEPS = 10;

const HOLDERS = [holder(0), holder(1), holder(2)] as const;
const SECRET = new Uint8Array(32).fill(77);
const keyHash = (owner: number) => keyHashOf(HOLDERS[owner]!.key.publicKey);

const PREDICATES: readonly Predicate[] = [
  ...HOLDERS.map(({ predicate }) => predicate),
  mOfN(2, [keyHash(0), keyHash(1), keyHash(2)]),
  or(
    and(hashlock(sha256Hex(SECRET)), HOLDERS[0].predicate),
    and(timelock(8), HOLDERS[1].predicate),
  ),
];
const LOCKS = PREDICATES.map(predicateLock);
/** The same, by what they mean. */
const CONDITIONS: readonly Condition[] = [
  { needs: [0], count: 1 },
  { needs: [1], count: 1 },
  { needs: [2], count: 1 },
  { needs: [0, 1, 2], count: 2 },
  { owner: 0, other: 1, fromUs: 8 },
];
const GENESIS: readonly OracleCoin[] = [
  { asset: 0, amount: 50, condition: 0 },
  { asset: 0, amount: 30, condition: 1 },
  { asset: 0, amount: 20, condition: 4 },
  { asset: 1, amount: 7, condition: 2 },
  { asset: 2, amount: 9, condition: 3 },
];

const draws = createRandomSource('utxo').addressed('world/utxo-sequences');

/** One chain, what was sent to it, and what the oracle thinks of it. */
function createPlay(sequence: number) {
  let drawn = 0;
  const below = (n: number) => Math.floor(n * draws.uniform(sequence, 0, drawn++));
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const chain = createUtxoChain(
    GENESIS.map(({ asset, amount, condition }) => ({
      asset: asset as AssetCode,
      amount,
      lock: LOCKS[condition]!,
    })),
  );
  /** Every coin that any spend was to make, on whatever branch. */
  const coins = GENESIS.map((coin, row) => ({
    name: `genesis/${row}`,
    outpoint: chain.outpoints[row] as Outpoint,
    coin,
  }));
  const sent: { spend: OracleSpend; tx: SpendTransaction }[] = [];
  const bodies: OracleSpend[][] = [[]];
  let parent = 0;
  let open: OracleSpend[] = [];

  function branch(block: number): OracleSpend[] {
    const spends: OracleSpend[] = [];
    for (let at = block; at > 0; at = chain.tree.parent[at]!) spends.unshift(...bodies[at]!);
    return spends;
  }

  /** A spend of one to three coins, mostly a right one. */
  function make(): { spend: OracleSpend; tx: SpendTransaction } {
    const live = replay(GENESIS, [...branch(parent), ...open]).coins;
    const unspent = coins.filter(({ name }) => live.has(name));
    const pool = below(6) === 0 ? coins : unspent;
    const taken = Array.from({ length: 1 + below(3) }, () => pick(pool));
    const unique = below(12) === 0 ? taken : [...new Set(taken)];
    const feeUpt = below(4) === 0 ? below(4) : 0;
    const outputs: OracleCoin[] = [];
    for (const asset of [0, 1, 2]) {
      let left = unique.reduce(
        (sum, { coin }) => sum + (coin.asset === asset ? coin.amount : 0),
        0,
      );
      if (asset === 0) left = Math.max(0, left - feeUpt);
      while (left > 0) {
        const amount = below(2) === 0 ? left : 1 + below(left);
        outputs.push({ asset, amount, condition: below(CONDITIONS.length) });
        left -= amount;
      }
    }
    if (outputs.length === 0) outputs.push({ asset: 0, amount: 1, condition: 0 });
    const slip = below(20);
    if (slip < 3) {
      const at = below(outputs.length);
      const { amount, asset } = outputs[at]!;
      const changes = [{ amount: amount + 1 }, { amount: amount - 1 }, { asset: (asset + 1) % 3 }];
      outputs[at] = { ...outputs[at]!, ...changes[slip] };
    }
    const shown = unique.map(({ coin }) =>
      below(25) === 0 ? below(CONDITIONS.length) : coin.condition,
    );
    const signers = below(3) === 0 ? [0, 1, 2].filter(() => below(2) === 0) : [0, 1, 2];
    const spend: OracleSpend = {
      serial: sent.length,
      inputs: unique.map(({ name }) => name),
      outputs,
      feeUpt,
      shown,
      signers,
      hasSecret: below(2) === 0,
      isTampered: below(25) === 0 && signers.length === 3,
    };
    const tx = signed(
      spend,
      unique.map(({ outpoint }) => outpoint),
    );
    outputs.forEach((coin, index) => {
      coins.push({ name: `${spend.serial}/${index}`, outpoint: outpointOf(tx, index), coin });
    });
    sent.push({ spend, tx });
    return { spend, tx };
  }

  function signed(spend: OracleSpend, inputs: readonly Outpoint[]): SpendTransaction {
    const tx = spendOf({
      inputs,
      outputs: spend.outputs.map(({ asset, amount, condition }) => ({
        asset,
        amount,
        lock: LOCKS[condition]!,
      })),
      feeUpt: spend.feeUpt,
      shown: spend.shown.map((one) => PREDICATES[one]!),
      keys: spend.signers.map((owner) => HOLDERS[owner]!.key),
      secrets: spend.hasSecret ? [SECRET] : [],
      about: { expiryUs: 1e15 - spend.serial },
    });
    if (!spend.isTampered) return tx;
    const [first, ...others] = tx.payload.witnesses;
    const signatures = first!.signatures.map(({ publicKey, signature }) => ({
      publicKey,
      signature: signature.with(9, signature[9]! ^ 4),
    }));
    const witnesses = [{ ...first!, signatures }, ...others];
    return { ...tx, payload: { ...tx.payload, witnesses } };
  }

  /** Sends a spend, and asks the oracle whether it may. @returns What became of it. */
  function send({ spend, tx }: { spend: OracleSpend; tx: SpendTransaction }): string {
    const state = replay(GENESIS, [...branch(parent), ...open]);
    const expected = verdict(state, CONDITIONS, spend, chain.nowUs);
    const got = chain.send(tx);
    if (got !== expected) throw new Error(`${sequence}: ${expected} expected, got ${got}`);
    if (got === '') open.push(spend);
    return got;
  }

  function seal(): number {
    const block = chain.seal();
    bodies[block] = open;
    open = [];
    parent = block;
    compare(block);
    return block;
  }

  /** Every coin, and so every balance by owner and asset, the fees and the supply. */
  function compare(block: number): void {
    const state = replay(GENESIS, branch(block));
    for (const { name, outpoint } of coins) {
      const expected = state.coins.get(name);
      const got = chain.coinAt(block, outpoint);
      const isSame =
        got === undefined
          ? expected === undefined
          : got.amount === expected?.amount &&
            got.asset === expected.asset &&
            Buffer.compare(got.lock, LOCKS[expected.condition]!) === 0;
      if (!isSame) throw new Error(`${sequence}: coin ${name} at block ${block}`);
    }
    const read = (field: number) => chain.state.readAt(block, utxoCell(field));
    const sums = [read(UTXO.feesUpt) + read(UTXO.burned), 0, 0];
    if (sums[0] !== state.feesUpt) throw new Error(`${sequence}: fees ${sums[0]}`);
    for (const { asset, amount } of state.coins.values()) sums[asset]! += amount;
    if (sums[0] !== 100 || sums[1] !== 7 || sums[2] !== 9) throw new Error(`${sequence}: ${sums}`);
  }

  return {
    below,
    pick,
    chain,
    sent,
    make,
    send,
    seal,
    compare,
    fork(): boolean {
      const block = below(chain.tree.count);
      const isFork = chain.tree.firstChild[block]! >= 0;
      chain.open(block);
      parent = block;
      return isFork;
    },
  };
}

describe('UTXO ledger', () => {
  it('agrees with re-execution from genesis on every branch, coin, reason and total', () => {
    const counts = new Map<string, number>();
    const note = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
    for (let sequence = 0; sequence < SEQUENCES; sequence++) {
      const play = createPlay(sequence);
      for (let step = 0; step < STEPS; step++) {
        play.chain.nowUs++;
        const kind = play.below(10);
        if (kind < 6) note(play.send(play.make()) || 'accepted');
        else if (kind < 8 && play.sent.length > 0) {
          const { spend, tx } = play.pick(play.sent);
          // A copy, as another node would decode it.
          note(`replay ${play.send({ spend, tx: { ...tx } }) || 'accepted'}`);
        } else {
          play.seal();
          if (kind === 9 && play.fork()) note('fork');
        }
      }
      const head = play.seal();
      play.compare(play.below(play.chain.tree.count));
      if (play.chain.recount(head).some((off) => off !== 0))
        throw new Error(`${sequence}: recount`);
      if (sequence % 4 === 0) play.compare(head);
    }
    const least: Record<string, number> = {
      accepted: 20_000,
      fork: 2_000,
      DOUBLE_SPEND: 500,
      MISSING_INPUT: 100,
      DUPLICATE_INPUT: 300,
      BAD_PREDICATE: 3_000,
      VALUE_NOT_CONSERVED: 3_000,
      ZERO_AMOUNT: 100,
      TIMELOCKED: 200,
      'replay accepted': 500,
      'replay DOUBLE_SPEND': 3_000,
      'replay MISSING_INPUT': 100,
    };
    for (const [what, count] of Object.entries(least)) {
      expect(counts.get(what) ?? 0, what).toBeGreaterThan(count);
    }
  });
});

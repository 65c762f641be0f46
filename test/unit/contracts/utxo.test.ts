import { describe, expect, it } from 'vitest';
import { executeSpend, mint, payOutFees } from '../../../src/contracts/utxo.ts';
import {
  COIN,
  COIN_CODE,
  coinPlace,
  lockBytes,
  lockWords,
  UTXO,
  utxoCell,
} from '../../../src/contracts/utxo-cells.ts';
import { utxoImbalance, utxoSupply } from '../../../src/contracts/utxo-conservation.ts';
import { createReader, createWriter, DecodeError } from '../../../src/ledger/encoding.ts';
import { bytesToHex, sha256Bytes } from '../../../src/ledger/hash.ts';
import { SPEND_CODECS, type SpendPayload } from '../../../src/ledger/payloads/spend.ts';
import {
  and,
  hashlock,
  mOfN,
  or,
  predicateLock,
  timelock,
} from '../../../src/ledger/utxo/predicate.ts';
import { type SpendTransaction, spendGas } from '../../../src/ledger/utxo/spend.ts';
import { keyHashOf } from '../../../src/ledger/utxo/witness.ts';
import {
  createUtxoChain,
  holder,
  intrinsicOf,
  outpointOf,
  RULES,
  type SpendParts,
  spendOf,
} from './utxo-world.ts';

const [alice, bob, carol] = [holder(0), holder(1), holder(2)];

/** Alice has 100 points and 5 green certificates, Bob 40 points. */
const createChain = (rules = RULES) =>
  createUtxoChain(
    [
      { asset: 0, amount: 100, lock: alice.lock },
      { asset: 1, amount: 5, lock: alice.lock },
      { asset: 0, amount: 40, lock: bob.lock },
    ],
    rules,
  );

type Chain = ReturnType<typeof createChain>;

/** Alice pays Bob 30 of her 100. */
const payment = (chain: Chain, more: Partial<SpendParts> = {}) =>
  spendOf({
    inputs: [chain.outpoints[0]!],
    outputs: [
      { lock: bob.lock, asset: 0, amount: 30 },
      { lock: alice.lock, asset: 0, amount: 70 },
    ],
    shown: [alice.predicate],
    keys: [alice.key],
    ...more,
  });

describe('spending', () => {
  it('moves value to the outputs, which a later spend of the same block may take', () => {
    const chain = createChain();
    const first = payment(chain);
    expect(chain.send(first)).toBe('');
    const second = spendOf({
      inputs: [outpointOf(first, 0), chain.outpoints[2]!],
      outputs: [{ lock: carol.lock, asset: 0, amount: 70 }],
      shown: [bob.predicate, bob.predicate],
      keys: [bob.key],
    });
    expect(chain.send(second)).toBe('');
    const block = chain.seal();
    expect(chain.coinAt(0, chain.outpoints[0]!)?.amount).toBe(100);
    expect(chain.coinAt(block, chain.outpoints[0]!)).toBeUndefined();
    expect(chain.coinAt(block, outpointOf(first, 0))).toBeUndefined();
    expect(chain.coinAt(block, outpointOf(first, 1))).toEqual({
      asset: 0,
      amount: 70,
      height: 1,
      lock: alice.lock,
    });
    expect(chain.coinAt(block, outpointOf(second, 0))?.lock).toEqual(carol.lock);
    expect(chain.recount(block)).toEqual([0, 0, 0]);
  });

  it('tells a coin that is spent from one that is not there yet', () => {
    const chain = createChain();
    const first = payment(chain);
    const child = spendOf({
      inputs: [outpointOf(first, 1)],
      outputs: [{ lock: carol.lock, asset: 0, amount: 70 }],
      shown: [alice.predicate],
      keys: [alice.key],
    });
    expect(chain.send(child)).toBe('MISSING_INPUT');
    expect(chain.send(first)).toBe('');
    expect(chain.send(first)).toBe('DOUBLE_SPEND');
    expect(chain.send(child)).toBe('');
    const rival = payment(chain, { feeUpt: 0, about: { expiryUs: 77 } });
    expect(chain.send(rival)).toBe('DOUBLE_SPEND');
    const both = payment(chain, {
      inputs: [{ txId: new Uint8Array(32), index: 0 }, chain.outpoints[0]!],
      shown: [alice.predicate, alice.predicate],
    });
    expect(chain.send(both)).toBe('DOUBLE_SPEND');
    const block = chain.seal();
    expect(chain.send(first)).toBe('DOUBLE_SPEND');
    chain.open(0);
    expect(chain.send(rival)).toBe('');
    expect(chain.coinAt(block, outpointOf(rival, 0))).toBeUndefined();
  });

  it('refuses each defect with a reason of its own', () => {
    const chain = createChain();
    const coin = chain.outpoints[0]!;
    const keep = { lock: alice.lock, asset: 0, amount: 100 };
    const refusals: [string, Partial<SpendParts>][] = [
      ['MALFORMED', { inputs: [], shown: [] }],
      ['MALFORMED', { outputs: [] }],
      ['DUPLICATE_INPUT', { inputs: [coin, coin], shown: [alice.predicate, alice.predicate] }],
      ['UNKNOWN_ASSET', { outputs: [{ ...keep, asset: 3 }] }],
      ['ZERO_AMOUNT', { outputs: [keep, { ...keep, amount: 0 }] }],
      ['VALUE_NOT_CONSERVED', { outputs: [{ ...keep, amount: 101 }] }],
      ['VALUE_NOT_CONSERVED', { outputs: [{ ...keep, amount: 99 }] }],
      ['VALUE_NOT_CONSERVED', { outputs: [keep], feeUpt: 1 }],
      ['VALUE_NOT_CONSERVED', { outputs: [{ ...keep, asset: 1 }] }],
      [
        'VALUE_NOT_CONSERVED',
        { outputs: [keep, { ...keep, amount: 2 ** 53 - 1 }, { ...keep, amount: 2 ** 53 - 1 }] },
      ],
      ['BAD_PREDICATE', { shown: [bob.predicate], keys: [bob.key] }],
      ['BAD_PREDICATE', { keys: [bob.key] }],
      ['BAD_PREDICATE', { keys: [] }],
      ['WRONG_CHAIN', { about: { chainId: new Uint8Array(8) } }],
      ['EXPIRED', { about: { expiryUs: 0 } }],
      ['INSUFFICIENT_GAS', { about: { gasLimit: 21_000 } }],
      ['MISSING_INPUT', { inputs: [{ ...coin, index: 1 }] }],
    ];
    for (const [reason, more] of refusals) expect(chain.send(payment(chain, more))).toBe(reason);
    expect(chain.send({ ...payment(chain), sender: 1 })).toBe('MALFORMED');
    expect(chain.send({ ...payment(chain), nonce: 1 })).toBe('MALFORMED');
    const frugal = createChain({ ...RULES, dust: [31, 1, 1] });
    expect(frugal.send(payment(frugal))).toBe('DUST');
    expect(chain.send(payment(chain))).toBe('');
  });

  it('covers everything but the witnesses with its signatures', () => {
    const chain = createChain();
    const signed = payment(chain);
    const { payload } = signed;
    const changed: SpendTransaction[] = [
      { ...signed, expiryUs: signed.expiryUs - 1 },
      { ...signed, gasLimit: signed.gasLimit - 1 },
      {
        ...signed,
        payload: {
          ...payload,
          outputs: payload.outputs.map((output) => ({ ...output, lock: carol.lock })),
        },
      },
      { ...signed, payload: { ...payload, outputs: [...payload.outputs].reverse() } },
    ];
    for (const other of changed) expect(chain.send(other)).toBe('BAD_PREDICATE');
    const chainId = new Uint8Array(8).fill(4);
    const elsewhere = createUtxoChain([{ asset: 0, amount: 100, lock: alice.lock }], {
      ...RULES,
      chainId,
    });
    const replayed = { ...payment(elsewhere, { about: { chainId: RULES.chainId } }), chainId };
    expect(elsewhere.send(replayed)).toBe('BAD_PREDICATE');
    expect(elsewhere.send(payment(elsewhere, { about: { chainId } }))).toBe('');
    expect(chain.send(signed)).toBe('');
  });

  it('keeps its id whatever its witness, so that spends of its outputs stand', () => {
    const lock = or(alice.predicate, bob.predicate);
    const chain = createUtxoChain([{ asset: 0, amount: 9, lock: predicateLock(lock) }]);
    const parts = {
      inputs: [chain.outpoints[0]!],
      outputs: [{ lock: carol.lock, asset: 0, amount: 9 }],
      shown: [lock],
    };
    const byAlice = spendOf({ ...parts, keys: [alice.key] });
    const byBob = spendOf({ ...parts, keys: [bob.key] });
    expect(byAlice.payload.witnesses).not.toEqual(byBob.payload.witnesses);
    expect(outpointOf(byAlice, 0)).toEqual(outpointOf(byBob, 0));
    expect(chain.send(byAlice)).toBe('');
    expect(chain.send(byBob)).toBe('DOUBLE_SPEND');
  });

  it('waits for a time lock', () => {
    const secret = new Uint8Array(32).fill(8);
    const lock = or(
      and(hashlock(bytesToHex(sha256Bytes(secret))), alice.predicate),
      and(timelock(50), bob.predicate),
    );
    const chain = createUtxoChain([{ asset: 2, amount: 9, lock: predicateLock(lock) }]);
    const parts = {
      inputs: [chain.outpoints[0]!],
      outputs: [{ lock: carol.lock, asset: 2, amount: 9 }],
      shown: [lock],
    };
    const refund = spendOf({ ...parts, keys: [bob.key] });
    expect(chain.send(refund)).toBe('TIMELOCKED');
    expect(chain.send(spendOf({ ...parts, keys: [alice.key] }))).toBe('BAD_PREDICATE');
    const redeemed = spendOf({ ...parts, keys: [alice.key], secrets: [secret] });
    expect(chain.send(redeemed)).toBe('');
    chain.open(0);
    chain.nowUs = 50;
    expect(chain.send(refund)).toBe('');
  });

  it('charges gas for inputs, outputs, signatures and hashes, known before it runs', () => {
    const lock = mOfN(
      2,
      [alice, bob, carol].map(({ key }) => keyHashOf(key.publicKey)),
    );
    const chain = createUtxoChain([{ asset: 0, amount: 9, lock: predicateLock(lock) }]);
    const tx = spendOf({
      inputs: [chain.outpoints[0]!],
      outputs: [
        { lock: carol.lock, asset: 0, amount: 4 },
        { lock: bob.lock, asset: 0, amount: 4 },
      ],
      feeUpt: 1,
      shown: [lock],
      keys: [alice.key, carol.key],
    });
    const intrinsic = intrinsicOf(tx.payload);
    const gas = intrinsic + 6_300 + 2 * 5_800 + 2 * 3_000 + 30;
    expect(spendGas(tx.payload, intrinsic)).toBe(gas);
    const block = { timestampUs: 1, height: 1 };
    const receipt = executeSpend(chain.view, RULES, tx, intrinsic, block);
    expect(receipt).toEqual({ status: 1, gasUsed: gas, reason: 0, events: [] });
  });

  it('asks for a fee by gas, burns its share and pays out the rest', () => {
    const chain = createUtxoChain([{ asset: 0, amount: 1e6, lock: alice.lock }], {
      ...RULES,
      gasPriceUpt: 2,
    });
    const withFee = (feeUpt: number) =>
      spendOf({
        inputs: [chain.outpoints[0]!],
        outputs: [{ lock: bob.lock, asset: 0, amount: 1e6 - feeUpt }],
        feeUpt,
        shown: [alice.predicate],
        keys: [alice.key],
      });
    const cheap = withFee(1_000);
    expect(chain.send(cheap)).toBe('UNDERPRICED');
    const due = 2 * spendGas(cheap.payload, intrinsicOf(cheap.payload));
    const tx = withFee(due + 101);
    expect(chain.send(tx)).toBe('');
    const burned = Math.floor((due + 101) / 4);
    expect(chain.view.read(utxoCell(UTXO.burned))).toBe(burned);
    expect(utxoSupply(chain.view.read, 0)).toBe(1e6 - burned);
    const collected = payOutFees(chain.view, RULES, carol.lock, new Uint8Array([7]), 1);
    if ('reason' in collected) throw new Error(collected.reason);
    expect(chain.coin(collected)?.amount).toBe(due + 101 - burned);
    expect(payOutFees(chain.view, RULES, carol.lock, new Uint8Array([8]), 1)).toEqual({
      reason: 'ZERO_AMOUNT',
    });
    expect(chain.recount(chain.seal())).toEqual([0, 0, 0]);
  });
});

describe('issuing', () => {
  it('happens once for a reference, even after the coin was spent and markers were cleared', () => {
    const chain = createChain({ ...RULES, spentMarkerUs: 0 });
    const issue = { asset: 0, amount: 100, lock: alice.lock } as const;
    const reference = new Uint8Array([0, 0]);
    expect(mint(chain.view, RULES, issue, reference, 1)).toEqual({ reason: 'COIN_EXISTS' });
    expect(chain.send(payment(chain))).toBe('');
    expect(mint(chain.view, RULES, issue, reference, 1)).toEqual({ reason: 'COIN_EXISTS' });
    chain.nowUs = 1e9;
    const later = spendOf({
      inputs: [chain.outpoints[2]!],
      outputs: [{ lock: alice.lock, asset: 0, amount: 40 }],
      shown: [bob.predicate],
      keys: [bob.key],
    });
    expect(chain.send(later)).toBe('');
    expect(mint(chain.view, RULES, issue, reference, 1)).toEqual({ reason: 'COIN_EXISTS' });
    expect(mint(chain.view, RULES, { ...issue, amount: 0 }, new Uint8Array([9]), 1)).toEqual({
      reason: 'ZERO_AMOUNT',
    });
    expect('reason' in mint(chain.view, RULES, issue, new Uint8Array([9]), 1)).toBe(false);
    expect(utxoSupply(chain.view.read, 0)).toBe(240);
  });
});

describe('spent markers', () => {
  /** Alice moves her coin to herself, again and again, 10 µs apart. */
  function shuffle(chain: Chain, rounds: number): SpendTransaction[] {
    const made: SpendTransaction[] = [];
    for (let round = 0; round < rounds; round++) {
      const last = made.at(-1);
      chain.nowUs = 10 * (round + 1);
      made.push(
        spendOf({
          inputs: [last === undefined ? chain.outpoints[0]! : outpointOf(last, 0)],
          outputs: [{ lock: alice.lock, asset: 0, amount: 100 }],
          shown: [alice.predicate],
          keys: [alice.key],
        }),
      );
      expect(chain.send(made[round]!)).toBe('');
    }
    return made;
  }

  it('tell double spends for the time they are kept, and leave the state as small as its coins', () => {
    const chain = createChain({ ...RULES, spentMarkerUs: 95 });
    const made = shuffle(chain, 1_000);
    // Coins that spends made: the k-th was spent at 10(k + 2).
    expect(chain.send(made[999]!)).toBe('DOUBLE_SPEND');
    expect(chain.send(made[991]!)).toBe('DOUBLE_SPEND');
    expect(chain.send(made[500]!)).toBe('MISSING_INPUT');
    // That of an issue is kept for ever.
    expect(chain.send(made[0]!)).toBe('DOUBLE_SPEND');
    chain.recount(chain.seal());
    const cells = [...chain.state.baseCells()].length;
    // Three coins, one marker of an issue, counters, and ten markers with a place in the queue each.
    expect(cells).toBeLessThan(3 * 8 + 2 + 4 + 11 * 3);
  });

  it('cost two cells and a place in the queue each until they are cleared', () => {
    const chain = createChain();
    shuffle(chain, 101);
    chain.recount(chain.seal());
    const cells = [...chain.state.baseCells()].length;
    expect(cells - 100 * 3).toBeLessThan(40);
  });
});

describe('conservation', () => {
  it('shows what is made, lost or turned into another asset', () => {
    const chain = createChain();
    const cell = coinPlace(chain.outpoints[0]!).cell;
    const off = (field: number, value: number) => {
      chain.open(0);
      chain.view.write(cell + field, value);
      return utxoImbalance(
        chain.state.dirtyCells(),
        (at) => chain.state.readAt(0, at),
        chain.view.read,
      );
    };
    const tagged = chain.view.read(cell + COIN.tag);
    expect(off(COIN.amount, 101)).toEqual([-1, 0, 0]);
    expect(off(COIN.tag, tagged + 1)).toEqual([100, -100, 0]);
    expect(off(COIN.tag, tagged - (tagged % 8) + COIN_CODE.spent)).toEqual([0, 0, 0]);
    expect(off(COIN.born, 5)).toEqual([0, 0, 0]);
  });

  it('keeps all 256 bits of a lock', () => {
    for (let k = 0; k < 50; k++) {
      const lock = sha256Bytes(`lock ${k}`);
      const words = lockWords(lock);
      expect(words.every((word) => word >= 0 && word < 2 ** 52)).toBe(true);
      expect(lockBytes(words)).toEqual(lock);
    }
  });

  it('refuses an output where another coin stands, and knows another coin at its place', () => {
    const chain = createChain();
    const tx = payment(chain);
    const place = coinPlace(outpointOf(tx, 1));
    chain.view.write(place.cell + COIN.tag, (place.tag + 1) * 8 + COIN_CODE.spendable);
    expect(chain.send(tx)).toBe('COIN_EXISTS');
    expect(chain.coin(outpointOf(tx, 1))).toBeUndefined();
  });
});

describe('spend payload', () => {
  const chain = createChain();
  const { payload } = payment(chain);
  const encode = (one: SpendPayload) => {
    const writer = createWriter(512);
    SPEND_CODECS.SPEND.write(one, writer);
    return writer.copy();
  };

  it('is read back as it was written', () => {
    const reader = createReader(encode(payload));
    expect(SPEND_CODECS.SPEND.read(reader)).toEqual(payload);
    expect(reader.remaining).toBe(0);
    // Input 33, outputs 2 · 34, fee and counts 3, witness 1 + 33 + 1 + 96 + 1.
    expect(encode(payload).length).toBe(33 + 68 + 3 + 132);
  });

  it('refuses counts out of bounds and witnesses that do not go with the inputs', () => {
    expect(() => encode({ ...payload, witnesses: [] })).toThrow('one an input');
    const outputs = Array.from({ length: 257 }, () => payload.outputs[0]!);
    expect(() => encode({ ...payload, outputs })).toThrow('at most 256');
    const writer = createWriter(64);
    writer.uint(257);
    writer.raw(new Uint8Array(257 * 33));
    const long = createReader(writer.bytes());
    expect(() => SPEND_CODECS.SPEND.read(long)).toThrow(DecodeError);
    const short = createReader(encode(payload).subarray(0, 200));
    expect(() => SPEND_CODECS.SPEND.read(short)).toThrow(DecodeError);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockHeader, decodeHeader, encodeHeader } from '../../src/ledger/block.ts';
import { createReader, createWriter, DecodeError } from '../../src/ledger/encoding.ts';
import { decodeGenesis, encodeGenesis, type Genesis } from '../../src/ledger/genesis.ts';
import { bytesToHex, hexToBytes, hexToLatin1, latin1ToHex } from '../../src/ledger/hash.ts';
import { decodeReceipt, encodeReceipt, type Receipt } from '../../src/ledger/receipt.ts';
import { REJECT_REASONS } from '../../src/ledger/reject-reason.ts';
import {
  encodeTransaction,
  intrinsicGas,
  parseTransaction,
  type Transaction,
  transactionId,
} from '../../src/ledger/transactions.ts';

const uint = fc.oneof(
  fc.maxSafeNat(),
  fc.nat({ max: 300 }),
  fc.integer({ min: 0, max: 53 }).map((power) => Math.min(2 ** power, Number.MAX_SAFE_INTEGER)),
);
const byteCount = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hash = byteCount(32).map(bytesToHex);
const orNone = fc.oneof(fc.constant(-1), fc.nat());

function columns<K extends string>(names: readonly K[]) {
  return fc.nat({ max: 4 }).chain((count) =>
    fc
      .tuple(...names.map(() => fc.array(uint, { minLength: count, maxLength: count })))
      .map((values) => ({
        count,
        ...(Object.fromEntries(
          names.map((name, i) => [name, Float64Array.from(values[i]!)]),
        ) as Record<K, Float64Array>),
      })),
  );
}

const settle = fc.record({
  slot: uint,
  version: uint,
  entries: columns([
    'trade',
    'fulfilledWh',
    'paymentUpt',
    'wheelingUpt',
    'buyerPenaltyUpt',
    'sellerPenaltyUpt',
    'cleanWh',
    'lossWh',
  ]),
});
const signedLeaf = { leaf: fc.uint8Array({ maxLength: 40 }), signature: byteCount(64) };

const payloads = {
  REGISTER: fc.record({
    account: uint,
    role: fc.nat({ max: 255 }),
    publicKey: byteCount(32),
    identityHash: byteCount(32),
    meterHashes: fc.array(byteCount(32), { maxLength: 3 }),
    assetHashes: fc.array(byteCount(32), { maxLength: 3 }),
    caSignature: byteCount(64),
  }),
  TRANSFER: fc.record({ to: uint, amountUpt: uint }),
  ORDER_SUBMIT: fc.record({
    slot: uint,
    isBid: fc.boolean(),
    sequence: uint,
    quantityWh: uint,
    priceUptPerKWh: uint,
    counterparty: orNone,
  }),
  CLEAR: fc.record({
    slot: uint,
    priceUptPerKWh: orNone,
    bookHash: byteCount(32),
    trades: columns([
      'buyer',
      'buyerSequence',
      'seller',
      'sellerSequence',
      'energyWh',
      'priceUptPerKWh',
    ]),
  }),
  METER_BATCH: fc.record({
    slot: uint,
    headEnd: uint,
    root: byteCount(32),
    count: uint,
    importWh: uint,
    exportWh: uint,
    generationWh: uint,
  }),
  SETTLE: settle,
  SETTLE_BATCH: fc.record({ settlements: fc.array(settle, { maxLength: 4 }) }),
  METER_READS: fc.record({
    slot: uint,
    headEnd: uint,
    leaves: fc.array(fc.record(signedLeaf), { maxLength: 4 }),
  }),
  METER_PROOF: fc.record({
    slot: uint,
    index: uint,
    ...signedLeaf,
    path: fc.array(byteCount(32), { maxLength: 5 }),
  }),
  STAKE: fc.record({ certificates: fc.array(uint) }),
  VOTE: fc.record({ candidates: fc.array(uint) }),
  ABNORMAL_REPORT: fc.record({
    target: uint,
    kind: fc.nat({ max: 255 }),
    depositUpt: uint,
    headers: fc.array(
      fc.record({ header: fc.uint8Array({ maxLength: 200 }), signature: byteCount(64) }),
      { maxLength: 2 },
    ),
  }),
  BALLOT: fc.record({
    report: uint,
    target: uint,
    kind: fc.nat({ max: 255 }),
    choice: fc.nat({ max: 255 }),
  }),
  VERDICT: fc.record({ report: uint }),
  CANDIDACY: fc.record({ bondUpt: uint }),
  RETURN: fc.record({ node: uint }),
  UNSTAKE: fc.record({ certificates: fc.array(uint) }),
  PROXY: fc.record({ to: orNone }),
  ORDER_COMMIT: fc.record({ slot: uint, sequence: uint, commitment: byteCount(32) }),
  ORDER_REVEAL: fc.record({
    slot: uint,
    isBid: fc.boolean(),
    sequence: uint,
    quantityWh: uint,
    priceUptPerKWh: uint,
    counterparty: orNone,
    salt: uint,
  }),
  FOREIGN: fc.record({ bytes: fc.uint8Array({ maxLength: 300 }) }),
  POINTS_GRANT: fc.record({ to: uint, amountUpt: uint, identityHash: byteCount(32) }),
  POINTS_REWARD: fc.record({ to: uint, amountUpt: uint, block: uint, ref: uint }),
  SUSPEND: fc.record({ account: uint, cause: fc.nat({ max: 255 }) }),
  REINSTATE: fc.record({ account: uint }),
  REVOKE: fc.record({ account: uint, cause: fc.nat({ max: 255 }) }),
  KEY_ROTATE: fc.record({ publicKey: byteCount(32), caSignature: byteCount(64) }),
  FREEZE: fc.record({ account: uint, isFrozen: fc.boolean(), caSignature: byteCount(64) }),
  CLEAR_ON_CHAIN: fc.record({ slot: uint }),
  POINTS_REDEEM: fc.record({ amountUpt: uint, bill: uint }),
  POINTS_SELL: fc.record({ sequence: uint, amountUpt: uint, askPerPt: uint }),
  POINTS_BUY: fc.record({ offer: uint }),
  POINTS_CONFIRM: fc.record({ offer: uint }),
  POINTS_CANCEL: fc.record({ offer: uint }),
  POINTS_ARBITRATE: fc.record({ offer: uint, isPaid: fc.boolean() }),
  CASH_OUT: fc.record({ amountUpt: uint }),
  LABEL_MINT: fc.record({ slot: uint, energy: columns(['generator', 'cleanWh', 'selfWh']) }),
  LABEL_REVOKE: fc.record({ owner: uint, generator: uint, serialFrom: uint, serialTo: uint }),
  CERT_ISSUE: fc.record({ owner: uint }),
  CERT_OFFER: fc.record({ sequence: uint, certificates: fc.array(uint), priceUpt: uint }),
  CERT_BUY: fc.record({ offer: uint, priceUpt: uint }),
  CERT_WITHDRAW: fc.record({ offer: uint }),
  CERT_TRANSFER: fc.record({ to: uint, certificates: fc.array(uint) }),
  CERT_RETIRE: fc.record({ certificates: fc.array(uint), beneficiary: uint }),
  CERT_EXPIRE: fc.record({ certificates: fc.array(uint) }),
  CERT_REVOKE: fc.record({ certificates: fc.array(uint) }),
  CARBON_ISSUE: fc.record({ certificates: fc.array(uint) }),
  SUBSIDY_REGISTER: fc.record({
    plant: uint,
    owner: uint,
    generator: uint,
    commissionedDay: uint,
    plantClass: fc.nat({ max: 255 }),
    capacityW: uint,
    isTraded: fc.boolean(),
    serial: uint,
  }),
  SUBSIDY_CLAIM: fc.record({
    plant: uint,
    period: uint,
    labels: columns(['serialFrom', 'serialTo']),
  }),
  SUBSIDY_APPROVE: fc.record({ claim: uint }),
  SUBSIDY_PAY: fc.record({ claim: uint }),
  SUBSIDY_CLAWBACK: fc.record({ claim: uint }),
  TASK_OPEN: fc.record({ subject: uint, leafCount: uint, canary: byteCount(32) }),
  TASK_COMMIT: fc.record({ task: uint, commitment: byteCount(32) }),
  TASK_REVEAL: fc.record({ task: uint, root: byteCount(32), salt: uint }),
  TASK_OPEN_CANARY: fc.record({ task: uint, root: byteCount(32), salt: uint }),
  TASK_CLOSE: fc.record({ task: uint }),
  BILL_POST: fc.record({ dueUs: uint, bills: columns(['home', 'bill', 'amount']) }),
  GRANT_EXPIRE: fc.record({ account: uint }),
  SPEND: fc
    .array(fc.record({ txId: byteCount(32), index: uint }), { maxLength: 4 })
    .chain((inputs) =>
      fc.record({
        inputs: fc.constant(inputs),
        outputs: fc.array(
          fc.record({ lock: byteCount(32), asset: fc.nat({ max: 255 }), amount: uint }),
          { maxLength: 4 },
        ),
        feeUpt: uint,
        witnesses: fc.array(
          fc.record({
            predicate: fc.uint8Array({ maxLength: 80 }),
            signatures: fc.array(
              fc.record({ publicKey: byteCount(32), signature: byteCount(64) }),
              { maxLength: 2 },
            ),
            preimages: fc.array(byteCount(32), { maxLength: 2 }),
          }),
          { minLength: inputs.length, maxLength: inputs.length },
        ),
      }),
    ),
} satisfies { [T in Transaction['type']]: fc.Arbitrary<unknown> };

const transaction: fc.Arbitrary<Transaction> = fc
  .constantFrom(...(Object.keys(payloads) as Transaction['type'][]))
  .chain((type) =>
    fc.record(
      {
        type: fc.constant(type),
        chainId: byteCount(8),
        sender: uint,
        nonce: uint,
        gasLimit: uint,
        expiryUs: uint,
        tipUpt: uint.map((value) => Math.max(1, value)),
        payload: payloads[type] as fc.Arbitrary<unknown>,
      },
      {
        requiredKeys: ['type', 'chainId', 'sender', 'nonce', 'gasLimit', 'expiryUs', 'payload'],
      },
    ),
  ) as fc.Arbitrary<Transaction>;

const parameters = fc
  .uniqueArray(fc.tuple(fc.string({ unit: 'grapheme' }), fc.integer()), {
    selector: ([name]) => name,
    maxLength: 4,
  })
  .map((list) => list.sort((a, b) => (a[0] < b[0] ? -1 : 1)));
const genesis: fc.Arbitrary<Genesis> = fc.record({
  name: fc.string(),
  cryptoMode: fc.constantFrom('real', 'modelled'),
  membership: fc.constantFrom('consortium', 'public'),
  slotUs: uint,
  startEpochS: fc.integer(),
  utcOffsetMin: fc.integer({ min: -720, max: 840 }),
  consensus: fc.record({ name: fc.string(), parameters }),
  accounts: fc
    .uniqueArray(
      fc.record({
        id: fc.string(),
        role: fc.nat({ max: 255 }),
        publicKey: byteCount(32),
        balanceUpt: uint,
        count: fc.integer({ min: 9, max: 90 }),
        lockedCount: fc.nat({ max: 9 }),
        registered: fc.boolean(),
      }),
      { maxLength: 3, selector: ({ id }) => id },
    )
    .map((accounts) =>
      accounts.map(({ count, ...account }, index) => ({
        ...account,
        certificates: { firstId: 100 * index, count },
      })),
    ),
  parameters,
});

const header: fc.Arbitrary<BlockHeader> = fc.record({
  chainId: byteCount(8),
  height: uint,
  previousHash: hash,
  timestampUs: uint,
  producer: uint,
  transactionRoot: hash,
  receiptRoot: hash,
  stateRoot: hash,
  transactionCount: uint,
  bodyBytes: uint,
  gasUsed: uint,
  consensus: fc.array(uint),
});

const receipt: fc.Arbitrary<Receipt> = fc.oneof(
  fc.record({
    status: fc.constant(1 as const),
    gasUsed: uint,
    reason: fc.constant(0),
    events: fc.array(uint),
  }),
  fc.record({
    status: fc.constant(0 as const),
    gasUsed: uint,
    reason: fc.nat({ max: REJECT_REASONS.length }),
    events: fc.array(uint),
  }),
);

const writer = createWriter();

/** Bytes that decode must be the bytes that the decoded value encodes to. */
function isCanonical<T>(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => T,
  encode: (value: T) => Uint8Array,
): boolean {
  try {
    return Buffer.compare(encode(decode(bytes)), bytes) === 0;
  } catch (error) {
    return error instanceof DecodeError;
  }
}

describe('ledger encoding', () => {
  it('integers of any size come back, in 1 to 8 bytes', () => {
    fc.assert(
      fc.property(uint, fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), (value, signed) => {
        writer.reset();
        writer.uint(value);
        const bits = value === 0 ? 1 : BigInt(value).toString(2).length;
        expect(writer.length).toBe(Math.ceil(bits / 7));
        writer.int(signed);
        const reader = createReader(writer.bytes());
        expect([reader.uint(), reader.int(), reader.remaining]).toEqual([value, signed, 0]);
      }),
    );
  });

  it('bytes that decode as an integer are its only encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 9 }), (bytes) => {
        const read = (source: Uint8Array): number => {
          const reader = createReader(source);
          const value = reader.uint();
          if (reader.remaining > 0) throw new DecodeError(reader.offset, 'the end');
          return value;
        };
        return isCanonical(bytes, read, (value) => {
          writer.reset();
          writer.uint(value);
          return writer.bytes();
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('transactions come back, and a changed byte is another transaction or none', () => {
    fc.assert(
      fc.property(transaction, fc.nat(), fc.integer({ min: 1, max: 255 }), (tx, at, change) => {
        const unsigned = encodeTransaction(tx, writer).slice();
        expect(parseTransaction(unsigned)).toEqual(tx);
        expect(intrinsicGas(unsigned)).toBeGreaterThan(21_000);
        const changed = unsigned.slice();
        changed[at % changed.length]! ^= change;
        expect(transactionId(changed)).not.toBe(transactionId(unsigned));
        return isCanonical(changed, parseTransaction, (value) => encodeTransaction(value, writer));
      }),
      { numRuns: 400 },
    );
  });

  it('headers, receipts and genesis come back, and damaged ones stay canonical or fail', () => {
    const whole =
      <T>(decode: (reader: ReturnType<typeof createReader>) => T) =>
      (bytes: Uint8Array): T => {
        const reader = createReader(bytes);
        const value = decode(reader);
        if (reader.remaining > 0) throw new DecodeError(reader.offset, 'the end');
        return value;
      };
    const check = <T>(
      values: fc.Arbitrary<T>,
      encode: (value: T) => Uint8Array,
      decode: (reader: ReturnType<typeof createReader>) => T,
    ): void => {
      fc.assert(
        fc.property(values, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, change) => {
          const bytes = encode(value).slice();
          expect(whole(decode)(bytes)).toEqual(value);
          bytes[at % bytes.length]! ^= change;
          return isCanonical(bytes, whole(decode), encode);
        }),
      );
    };
    check(
      header,
      (value) => encodeHeader(value, writer),
      (reader) => decodeHeader(reader),
    );
    check(genesis, encodeGenesis, decodeGenesis);
    check(
      receipt,
      (value) => {
        writer.reset();
        encodeReceipt(value, writer);
        return writer.bytes();
      },
      decodeReceipt,
    );
  });

  it('hashes change form without loss', () => {
    fc.assert(
      fc.property(byteCount(32), (bytes) => {
        const hex = bytesToHex(bytes);
        expect(hexToBytes(hex)).toEqual(bytes);
        expect(latin1ToHex(hexToLatin1(hex))).toBe(hex);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { createReader, createWriter, DecodeError } from '../../../src/ledger/encoding.ts';
import { bytesToHex, sha256Hex } from '../../../src/ledger/hash.ts';
import { EMPTY_ROOT, merkleRoot } from '../../../src/ledger/merkle.ts';
import {
  decodeTransaction,
  encodeTransaction,
  intrinsicGas,
  parseTransaction,
  registrationMessage,
  TRANSACTION_CODE,
  TRANSACTION_TYPES,
  type Transaction,
  transactionId,
  transactionLeaf,
  transactionRoot,
  transactionSize,
} from '../../../src/ledger/transactions.ts';

const chainId = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const envelope = { chainId, sender: 300, nonce: 2, gasLimit: 50_000, expiryUs: 1_000_000 };
const order: Transaction = {
  ...envelope,
  type: 'ORDER_SUBMIT',
  payload: {
    slot: 5,
    isBid: true,
    sequence: 1,
    quantityWh: 1_500,
    priceUptPerKWh: 450_000,
    counterparty: -1,
  },
};
const unsigned = encodeTransaction(order, createWriter()).slice();

describe('transaction bytes', () => {
  it('have stable type codes', () => {
    expect(TRANSACTION_TYPES.map((type) => [TRANSACTION_CODE[type], type])).toEqual([
      [0, 'REGISTER'],
      [1, 'TRANSFER'],
      [2, 'ORDER_SUBMIT'],
      [3, 'CLEAR'],
      [4, 'METER_BATCH'],
      [5, 'SETTLE'],
      [6, 'STAKE'],
      [7, 'VOTE'],
      [8, 'POINTS_GRANT'],
      [9, 'POINTS_REWARD'],
      [10, 'ABNORMAL_REPORT'],
      [11, 'BALLOT'],
      [12, 'VERDICT'],
      [13, 'CANDIDACY'],
      [14, 'RETURN'],
      [15, 'UNSTAKE'],
      [16, 'PROXY'],
      [17, 'ORDER_COMMIT'],
      [18, 'ORDER_REVEAL'],
      [19, 'FOREIGN'],
      [20, 'SUSPEND'],
      [21, 'REINSTATE'],
      [22, 'KEY_ROTATE'],
      [23, 'FREEZE'],
      [24, 'CLEAR_ON_CHAIN'],
      [25, 'POINTS_REDEEM'],
      [26, 'POINTS_SELL'],
      [27, 'POINTS_BUY'],
      [28, 'POINTS_CONFIRM'],
      [29, 'POINTS_CANCEL'],
      [30, 'POINTS_ARBITRATE'],
      [31, 'CASH_OUT'],
      [32, 'LABEL_MINT'],
      [33, 'LABEL_REVOKE'],
      [34, 'CERT_ISSUE'],
      [35, 'CERT_OFFER'],
      [36, 'CERT_BUY'],
      [37, 'CERT_TRANSFER'],
      [38, 'CERT_RETIRE'],
      [39, 'CERT_EXPIRE'],
      [40, 'CERT_REVOKE'],
      [41, 'CARBON_ISSUE'],
      [42, 'SUBSIDY_CLAIM'],
      [43, 'SUBSIDY_APPROVE'],
      [44, 'SUBSIDY_PAY'],
      [45, 'SUBSIDY_CLAWBACK'],
      [46, 'TASK_OPEN'],
      [47, 'TASK_COMMIT'],
      [48, 'TASK_REVEAL'],
      [49, 'TASK_CLOSE'],
      [50, 'BILL_POST'],
      [51, 'GRANT_EXPIRE'],
      [52, 'METER_READS'],
      [53, 'METER_PROOF'],
      [54, 'SETTLE_BATCH'],
      [55, 'SUBSIDY_REGISTER'],
      [56, 'CERT_WITHDRAW'],
      [57, 'REVOKE'],
      [58, 'TASK_OPEN_CANARY'],
      [59, 'SPEND'],
    ]);
  });

  it('are the envelope and the payload in fixed order', () => {
    expect(bytesToHex(unsigned)).toBe(
      [
        '01', // version
        '02', // ORDER_SUBMIT
        '0102030405060708', // chain id
        'ac02', // sender 300
        '02', // nonce
        'd08603', // gas limit 50 000
        'c0843d', // expiry 1 000 000
        '05', // slot
        '01', // bid
        '01', // sequence
        'dc0b', // 1 500 Wh
        'd0bb1b', // 450 000 Upt/kWh
        '00', // pool
      ].join(''),
    );
  });

  it('have a tip behind the envelope where there is one, and its version', () => {
    const tipped = encodeTransaction({ ...order, tipUpt: 300 }, createWriter()).slice();
    const at = unsigned.length - 9;
    expect(bytesToHex(tipped)).toBe(
      `02${bytesToHex(unsigned.subarray(1, at))}ac02${bytesToHex(unsigned.subarray(at))}`,
    );
    expect(parseTransaction(tipped)).toEqual({ ...order, tipUpt: 300 });
    // The tip is no payload, and one of 0 is none at all.
    expect(intrinsicGas(tipped)).toBe(intrinsicGas(unsigned));
    expect(encodeTransaction({ ...order, tipUpt: 0 }, createWriter())).toEqual(unsigned);
    const zero = Uint8Array.from([2, ...unsigned.subarray(1, at), 0, ...unsigned.subarray(at)]);
    expect(() => parseTransaction(zero)).toThrow(new DecodeError(at, 'a tip above 0'));
  });

  it('give id and size', () => {
    expect(transactionId(unsigned)).toBe(sha256Hex(unsigned));
    expect(transactionSize(unsigned)).toBe(unsigned.length + 64);
  });

  it('decode to what was encoded, and leave the reader behind them', () => {
    const reader = createReader(Uint8Array.from([9, ...unsigned, 9]), 1);
    expect(decodeTransaction(reader)).toEqual(order);
    expect(reader.remaining).toBe(1);
    expect(parseTransaction(unsigned)).toEqual(order);
  });

  it.each([
    [0, 3, 'transaction version 1 or 2'],
    [0, 0, 'transaction version 1 or 2'],
    [1, 255, 'a known transaction type'],
    [20, 2, 'isBid of 0 or 1'],
  ])('are refused with byte %d = %d', (offset, value, expected) => {
    const changed = unsigned.slice();
    changed[offset] = value;
    expect(() => parseTransaction(changed)).toThrow(new DecodeError(offset, expected));
  });

  it('are refused when something follows', () => {
    expect(() => parseTransaction(Uint8Array.from([...unsigned, 0]))).toThrow(
      `byte ${unsigned.length}: expected the end of the transaction`,
    );
  });

  it('refuse row counts that exceed the data before allocating', () => {
    const settle = encodeTransaction(
      {
        ...envelope,
        type: 'SETTLE',
        payload: {
          slot: 1,
          version: 0,
          entries: {
            count: 0,
            trade: [],
            fulfilledWh: [],
            paymentUpt: [],
            wheelingUpt: [],
            buyerPenaltyUpt: [],
            sellerPenaltyUpt: [],
            cleanWh: [],
            lossWh: [],
          },
        },
      },
      createWriter(),
    ).slice();
    settle[settle.length - 1] = 100;
    expect(() => parseTransaction(settle)).toThrow(/a row count that fits the data/);
  });

  it('refuse columns shorter than their count', () => {
    const trades = {
      count: 2,
      buyer: [1, 2],
      buyerSequence: [0, 0],
      seller: [3],
      sellerSequence: [0, 0],
      energyWh: [5, 5],
      priceUptPerKWh: [1, 1],
    };
    const payload = { slot: 1, priceUptPerKWh: -1, bookHash: new Uint8Array(32), trades };
    expect(() =>
      encodeTransaction({ ...envelope, type: 'CLEAR', payload }, createWriter()),
    ).toThrow('"seller" expected 2 values, got 1');
  });
});

describe('intrinsic gas', () => {
  it('charges 21 000, and the payload by byte', () => {
    // Payload 05 01 01 dc0b d0bb1b 00: eight bytes that are not zero and one that is.
    expect(intrinsicGas(unsigned)).toBe(21_000 + 8 * 16 + 4);
  });

  it('does not depend on the gas limit', () => {
    const richer = encodeTransaction({ ...order, gasLimit: 2 ** 40 }, createWriter());
    expect(intrinsicGas(richer)).toBe(intrinsicGas(unsigned));
  });
});

describe('transaction roots', () => {
  it('commit to unsigned bytes and signature', () => {
    const signature = new Uint8Array(64).fill(3);
    const whole = Uint8Array.from([...unsigned, ...signature]);
    expect(transactionRoot([transactionLeaf(unsigned, signature)])).toBe(merkleRoot([whole]));
    expect(transactionRoot([])).toBe(EMPTY_ROOT);
  });
});

describe('the registration message', () => {
  it('changes with every field and with the chain', () => {
    const base = {
      account: 1,
      role: 2,
      publicKey: new Uint8Array(32),
      identityHash: new Uint8Array(32),
      meterHashes: [],
      assetHashes: [],
    };
    const other = new Uint8Array(32).fill(1);
    const messages = [
      registrationMessage(chainId, base),
      registrationMessage(new Uint8Array(8), base),
      registrationMessage(chainId, { ...base, account: 2 }),
      registrationMessage(chainId, { ...base, role: 3 }),
      registrationMessage(chainId, { ...base, publicKey: other }),
      registrationMessage(chainId, { ...base, identityHash: other }),
      registrationMessage(chainId, { ...base, meterHashes: [other] }),
      registrationMessage(chainId, { ...base, assetHashes: [other] }),
      registrationMessage(chainId, { ...base, meterHashes: [other], assetHashes: [other] }),
    ];
    expect(new Set(messages.map(bytesToHex)).size).toBe(messages.length);
  });
});

import { describe, expect, it } from 'vitest';
import { createReader, createWriter } from '../../../src/ledger/encoding.ts';
import { EMPTY_ROOT, merkleRoot } from '../../../src/ledger/merkle.ts';
import {
  decodeReceipt,
  encodeReceipt,
  type Receipt,
  receiptRoot,
} from '../../../src/ledger/receipt.ts';
import {
  REJECT_REASON_TEXT,
  REJECT_REASONS,
  rejectReasonCode,
  rejectReasonOf,
} from '../../../src/ledger/reject-reason.ts';

const failed: Receipt = {
  status: 0,
  gasUsed: 21_000,
  reason: rejectReasonCode('GATE_CLOSED'),
  events: [1, 300],
};
const bytesOf = (receipt: Receipt): Uint8Array => {
  const writer = createWriter();
  encodeReceipt(receipt, writer);
  return writer.copy();
};

describe('a receipt', () => {
  it('decodes to what was encoded', () => {
    expect(decodeReceipt(createReader(bytesOf(failed)))).toEqual(failed);
  });

  it('has no reason on success', () => {
    expect(() => bytesOf({ ...failed, status: 1 })).toThrow('"reason" expected 0 on success');
    const bytes = bytesOf(failed);
    bytes[0] = 1;
    expect(() => decodeReceipt(createReader(bytes))).toThrow(/a known reason, and none on success/);
  });

  it('has a reason that exists', () => {
    const reason = REJECT_REASONS.length + 1;
    expect(() => bytesOf({ ...failed, reason })).toThrow(/"reason" expected 0\.\./);
    const writer = createWriter();
    for (const field of [0, 0, reason, 0]) writer.uint(field);
    expect(() => decodeReceipt(createReader(writer.bytes()))).toThrow(
      'byte 2: expected a known reason',
    );
  });

  it('is a leaf of the receipt root', () => {
    expect(receiptRoot([])).toBe(EMPTY_ROOT);
    expect(receiptRoot([failed, failed])).toBe(merkleRoot([bytesOf(failed), bytesOf(failed)]));
  });
});

describe('reject reasons', () => {
  it('have codes from 1 and a line of meaning each', () => {
    expect(rejectReasonCode(undefined)).toBe(0);
    expect(rejectReasonOf(0)).toBeUndefined();
    expect(rejectReasonCode('BAD_SIGNATURE')).toBe(1);
    REJECT_REASONS.forEach((reason, index) => {
      expect(rejectReasonCode(reason)).toBe(index + 1);
      expect(rejectReasonOf(index + 1)).toBe(reason);
      expect(REJECT_REASON_TEXT[reason].length).toBeGreaterThan(10);
    });
  });
});

/** Keys that change: what a verifier takes as signed, within a block and behind it. */
import { describe, expect, it } from 'vitest';
import type { CryptoMode } from '../../../src/ledger/signature.ts';
import { verifyLedger } from '../../../src/ledger/verify.ts';
import { toyChain, toyReplay } from './toy-ledger.ts';

/** Accounts 0 to 2; key 3 is a new one. Account 2 makes no blocks. */
const ACCOUNTS = 3;
const SENDER = 2;
const NEW = 3;

type Bodies = Parameters<typeof toyChain>[1];
type Body = ReturnType<Bodies>[number];

const transfer = (signer: number): Body[number] => ({
  sender: SENDER,
  signer,
  tx: { type: 'TRANSFER', payload: { to: 0, amountUpt: 1 } },
});

/** Gives the sender key 3, in one of the two ways, or tries to. */
function give(
  keys: Parameters<Bodies>[1],
  how: 'rotate' | 'register' | 'fail',
  signer = SENDER,
): Body[number] {
  const { publicKey } = keys[NEW]!;
  const caSignature = new Uint8Array(64).fill(how === 'fail' ? 0 : 9);
  if (how !== 'register') {
    return {
      sender: SENDER,
      signer,
      tx: { type: 'KEY_ROTATE', payload: { publicKey, caSignature } },
    };
  }
  const hashes = { identityHash: new Uint8Array(32), meterHashes: [], assetHashes: [] };
  const payload = { account: SENDER, role: 0, publicKey, ...hashes, caSignature };
  return { sender: 0, tx: { type: 'REGISTER', payload } };
}

function verify(mode: CryptoMode, bodies: Bodies) {
  const { bytes } = toyChain(mode, bodies, { accounts: ACCOUNTS });
  return verifyLedger(bytes, toyReplay);
}

describe.each(['modelled', 'real'] as const)('%s keys', (mode) => {
  it.each(['rotate', 'register'] as const)(
    '%s: the new key counts at once and from then on',
    (how) => {
      const report = verify(mode, (_, keys) => [
        [transfer(SENDER), give(keys, how), transfer(NEW)],
        [transfer(NEW)],
        [],
        [transfer(NEW), transfer(NEW)],
      ]);
      expect(report.problems).toEqual([]);
      expect(report.blocks).toBe(4);
    },
  );

  it.each(['rotate', 'register'] as const)('%s: the old key is out of force', (how) => {
    const later = verify(mode, (_, keys) => [[give(keys, how)], [transfer(SENDER)]]);
    expect(later.problems[0]?.what).toContain('signature of transaction 0 of block 2');
    const same = verify(mode, (_, keys) => [[give(keys, how), transfer(SENDER)]]);
    expect(same.problems[0]?.what).toContain('signature of transaction 1 of block 1');
  });

  it('a rotation that failed changes nothing', () => {
    const good = verify(mode, (_, keys) => [
      [give(keys, 'fail'), transfer(SENDER)],
      [transfer(SENDER)],
    ]);
    expect(good.problems).toEqual([]);
    const bad = verify(mode, (_, keys) => [[give(keys, 'fail'), transfer(NEW)]]);
    expect(bad.problems[0]?.what).toContain('signature of transaction 1 of block 1');
    const later = verify(mode, (_, keys) => [[give(keys, 'fail')], [transfer(NEW)]]);
    expect(later.ok).toBe(false);
  });

  it('nobody signs a rotation with the key that it brings', () => {
    const report = verify(mode, (_, keys) => [[give(keys, 'rotate', NEW)]]);
    expect(report.problems[0]?.what).toContain('signature of transaction 0 of block 1');
  });

  it('a key of one account is none of another', () => {
    const report = verify(mode, (_, keys) => [
      [give(keys, 'rotate'), { ...transfer(NEW), sender: 1 }],
    ]);
    expect(report.ok).toBe(false);
  });
});

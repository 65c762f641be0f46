import { describe, expect, test } from 'vitest';
import { verifyRunLedger } from '../../src/simulation/verify.ts';
import { ledgerOf, runVillage, sumOf } from './village.ts';

const OUTAGES = ['network.outageEvery=6 h', 'network.outageLasts=15 min'];

describe('outages of full nodes, seed 1', () => {
  test('turns are missed in proportion to the time their owners are down', () => {
    const run = runVillage('dpos', OUTAGES);
    const { nodes, blocks } = run.tables;
    const missed = sumOf(nodes!, 'turns_missed');
    const share = missed / (missed + blocks!.count);
    // Down 15 min of every 6 h 15 min: 4 %; some 30 outages of 7 nodes make that rough.
    expect(share).toBeGreaterThan(0.015);
    expect(share).toBeLessThan(0.08);
  });

  test('everything still settles and the ledger verifies', () => {
    for (const arm of ['dpos', 'pow']) {
      const run = runVillage(arm, OUTAGES);
      expect(run.tables.slots!.columns.settlement_state).not.toContain('');
      const { role, escrow_upt } = run.tables.accounts!.columns as {
        role: string[];
        escrow_upt: Float64Array;
      };
      // Nodes hold their bonds in escrow; nobody else may have any left.
      const left = role.map((each, row) => (each === 'node' ? 0 : escrow_upt[row]!));
      expect(left.every((upt) => upt === 0)).toBe(true);
      expect(sumOf(run.tables.invariants!, 'violations')).toBe(0);
      expect(verifyRunLedger(ledgerOf(run)).ok).toBe(true);
    }
  });

  test('they are the same in every arm and leave the world alone', () => {
    expect(runVillage('central', OUTAGES).truthHash).toBe(runVillage('central').truthHash);
  });
});

test('a ledger handed on as it grows has the same bytes', () => {
  const chunks: Uint8Array[] = [];
  const onLedger = (chunk: Uint8Array) => chunks.push(chunk.slice());
  const streamed = runVillage('dpos', [], { onLedger });
  expect(streamed.ledger).toEqual([]);
  expect(Buffer.compare(Buffer.concat(chunks), ledgerOf(runVillage('dpos')))).toBe(0);
});

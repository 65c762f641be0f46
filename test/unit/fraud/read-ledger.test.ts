import { describe, expect, it } from 'vitest';
import { createReadLedger } from '../../../src/fraud/detectors/read-ledger.ts';

function publish(
  ledger: ReturnType<typeof createReadLedger>,
  slot: number,
  importWh: number,
): void {
  ledger.publish({
    slot,
    headWh: importWh,
    reportedImportWh: Float64Array.of(importWh),
    reportedExportWh: Float64Array.of(0),
    modelledLossWh: 0,
  });
}

function read(
  ledger: ReturnType<typeof createReadLedger>,
  fromSlot: number,
  slot: number,
  importWh: number,
): void {
  const quality = fromSlot === slot ? 'A' : 'E';
  ledger.read({
    home: 0,
    fromSlot,
    slot,
    importWh,
    exportWh: 0,
    generationWh: 0,
    quality,
    clockErrorUs: 0,
  });
}

describe('read ledger', () => {
  it('owes nothing while every slot is read', () => {
    const ledger = createReadLedger(1, 8);
    for (let slot = 0; slot < 20; slot++) {
      read(ledger, slot, slot, 50 + slot);
      publish(ledger, slot, 50 + slot);
    }
    expect(ledger.atEnd(19)).toEqual({ excessWh: 0, varianceWh2: 0 });
  });
  it('knows what a guess was too high once the registers say so', () => {
    const ledger = createReadLedger(1, 4);
    for (let slot = 0; slot < 4; slot++) {
      read(ledger, slot, slot, 100);
      publish(ledger, slot, 100);
    }
    // Slots 4 and 5 are lost and published as 100 each; nobody knows better yet.
    publish(ledger, 4, 100);
    publish(ledger, 5, 100);
    const open = ledger.atEnd(5);
    expect(open.excessWh).toBe(0);
    expect(open.varianceWh2).toBeCloseTo(100 ** 2 * (2 + 0.6 ** 2), 9);
    // The merged read of slots 4 to 6 says 90 for all three; slot 6 is published as 0.
    read(ledger, 4, 6, 90);
    publish(ledger, 6, 0);
    expect(ledger.atEnd(6)).toEqual({ excessWh: 110, varianceWh2: 0 });
  });
  it('takes the first reading as its origin, whenever it comes', () => {
    const ledger = createReadLedger(1, 8);
    for (let slot = 0; slot < 5; slot++) publish(ledger, slot, 70);
    read(ledger, -3, 2, 999);
    expect(ledger.atEnd(4).excessWh).toBe(0);
    read(ledger, 3, 4, 100);
    expect(ledger.atEnd(4)).toEqual({ excessWh: 40, varianceWh2: 0 });
  });
});

/** The bench of account transfers at its small size: a ledger that verifies, the same bytes every time. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import bench from '../../bench/ledger-transfers.ts';

const recorded = JSON.parse(
  readFileSync(new URL('../../bench/checksums.json', import.meta.url), 'utf8'),
) as Record<string, { readonly smoke: string }>;

describe('ledger-transfers', () => {
  it('makes and verifies a ledger whose bytes are those recorded', () => {
    const { rows, checksum } = bench.run('smoke');
    expect(checksum).toBe(recorded[bench.name]!.smoke);
    const bytes = rows.find(({ label }) => label === 'ledger')!.value * 2 ** 20;
    // 4 000 transfers of some 95 bytes with their signatures, and genesis with 10 000 accounts.
    expect(bytes / 4_000).toBeGreaterThan(95);
  });
});

import { describe, expect, it } from 'vitest';
import certificatesFlow from '../../../../../src/report/charts/run/certificates-flow.ts';
import pointsFlow from '../../../../../src/report/charts/run/points-flow.ts';
import { chartOf, csv, rowsOf } from './run-of.ts';

const POINTS: readonly (readonly [string, string, number])[] = [
  ['source', 'grant', 900e6],
  ['source', 'clean', 60e6],
  ['source', 'compute', 0],
  ['source', 'block', 40e6],
  ['sink', 'redeemed', 30e6],
  ['sink', 'forfeited', 0],
  ['held', 'balance', 870e6],
  ['held', 'escrow', 100e6],
];

describe('chart of points', () => {
  it('has two bars of one length, of what is not zero', () => {
    const content = chartOf(pointsFlow, { points: csv('kind entry amount_upt', POINTS) });
    expect(content!.table.rows).toEqual([
      ['issued', 'for registration', 900],
      ['issued', 'for clean energy', 60],
      ['issued', 'for blocks', 40],
      ['at the end', 'balances', 870],
      ['at the end', 'escrow', 100],
      ['at the end', 'redeemed', 30],
    ]);
    const sum = (side: string) =>
      rowsOf(content)
        .filter((row) => row['side'] === side)
        .reduce((total, row) => total + Number(row['amount_pt']), 0);
    expect([sum('issued'), sum('at the end')]).toEqual([1000, 1000]);
    expect(content!.caption).toContain('90 % for registration');
    expect(content!.caption).toContain('3 % are gone');
    expect(content!.caption).toContain('equally long');
    expect(content!.figures).toHaveLength(2);
  });

  it('says what is unaccounted for', () => {
    const off = POINTS.map(([kind, entry, upt]) => [kind, entry, entry === 'clean' ? 0 : upt]);
    const content = chartOf(pointsFlow, { points: csv('kind entry amount_upt', off) });
    expect(content!.caption).toContain('−60 pt of them are unaccounted for');
  });

  it('needs no second picture of grants alone, and is none without points', () => {
    const grant = [POINTS[0]!, ['held', 'balance', 900e6] as const];
    const content = chartOf(pointsFlow, { points: csv('kind entry amount_upt', grant) });
    expect(content!.figures).toHaveLength(1);
    const none = csv('kind entry amount_upt', [['source', 'grant', 0]]);
    expect(chartOf(pointsFlow, { points: none })).toBeUndefined();
    expect(chartOf(pointsFlow, {})).toBeUndefined();
  });
});

describe('chart of certificates', () => {
  it('has bars that sum: what is in circulation is what the others leave', () => {
    const certificates = csv('kind entry count', [
      ['label', 'minted', 100],
      ['label', 'free', 60],
      ['label', 'bundled', 30],
      ['label', 'lost', 8],
      ['label', 'revoked', 2],
      ['certificate', 'genesis', 50],
      ['certificate', 'issued', 3],
      ['certificate', 'carbon', 2],
      ['certificate', 'traded', 7],
      ['certificate', 'retired', 4],
      ['certificate', 'expired', 1],
      ['certificate', 'revoked', 0],
    ]);
    const content = chartOf(certificatesFlow, { certificates });
    expect(content!.table.rows).toEqual([
      ['label', 'created', 'minted', 100],
      ['label', 'at the end', 'free', 60],
      ['label', 'at the end', 'bundled', 30],
      ['label', 'at the end', 'lost', 8],
      ['label', 'at the end', 'revoked', 2],
      ['certificate', 'created', 'held at the start', 50],
      ['certificate', 'created', 'issued for labels', 3],
      ['certificate', 'created', 'issued for carbon', 2],
      ['certificate', 'at the end', 'in circulation', 50],
      ['certificate', 'at the end', 'retired', 4],
      ['certificate', 'at the end', 'expired', 1],
    ]);
    expect(content!.caption).toContain('7 certificates changed hands');
    expect(content!.figures.map(({ label }) => label)).toEqual(['labels', 'certificates']);
  });

  it('is none without the table or with nothing in it', () => {
    expect(chartOf(certificatesFlow, {})).toBeUndefined();
    const none = csv('kind entry count', [['label', 'minted', 0]]);
    expect(chartOf(certificatesFlow, { certificates: none })).toBeUndefined();
  });
});

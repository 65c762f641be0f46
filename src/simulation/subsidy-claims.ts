/** The table of claims: who asked for what, and when how much was paid: the cash curve of the fund. */
import { createTable, type Table } from '../base/table.ts';
import { CLAIM, CLAIM_STATE, claimCell } from '../contracts/subsidy-cells.ts';
import type { Chain } from './chain.ts';
import { countOf, type Ranges } from './period-labels.ts';

/** A claim that the contract took. */
export interface ClaimRow {
  readonly owner: number;
  readonly plant: number;
  readonly period: number;
  readonly ranges: Ranges;
  /** 1 where the authority compared it with its records. */
  readonly isAudited: number;
}

const STATES = Object.entries(CLAIM_STATE);

/** Builds the table. @param read - State at the end. */
export function claimsTable(
  rows: ReadonlyMap<number, ClaimRow>,
  { rules, accountId }: Pick<Chain, 'rules' | 'accountId'>,
  read: (cell: number) => number,
): Table {
  const numbers = [...rows.keys()].sort((a, b) => a - b);
  const claims = numbers.map((claim) => ({ claim, ...rows.get(claim)! }));
  const field = (name: number) =>
    Float64Array.from(numbers, (claim) => read(claimCell(claim, name)));
  /** Time since the start of delivery; NaN where it never was. */
  const time = (name: number) =>
    field(name).map((us) => (us === 0 ? Number.NaN : us - rules.openingUs));
  const states = field(CLAIM.state);
  return createTable('claims', {
    claim: Float64Array.from(numbers),
    home: claims.map(({ owner }) => accountId(owner)),
    plant: Float64Array.from(claims, ({ plant }) => plant),
    period: Float64Array.from(claims, ({ period }) => period),
    energy_wh: Float64Array.from(claims, ({ ranges }) => 1000 * countOf(ranges)),
    amount_upt: field(CLAIM.amountUpt),
    audited: Float64Array.from(claims, ({ isAudited }) => isAudited),
    claimed_us: time(CLAIM.claimedUs),
    approved_us: time(CLAIM.approvedUs),
    paid_us: time(CLAIM.paidUs),
    paid_upt: field(CLAIM.paidUpt),
    offset_upt: field(CLAIM.offsetUpt),
    state: claims.map((_, row) => STATES.find(([, code]) => code === states[row])![0]),
  });
}

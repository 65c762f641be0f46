/**
 * Tables that say what the state of a chain is. The run writes them from its own state; who verifies an
 * exported ledger builds them again from the state that the blocks give, and the two must agree.
 */
import { createTable, type Table } from '../base/table.ts';
import {
  ACCOUNT,
  accountCell,
  CHAIN,
  chainCell,
  EARNINGS,
  earningsCell,
} from '../contracts/cells.ts';
import { type ChainRules, ROLES } from '../contracts/rules.ts';
import { certificateTables } from './certificate-tables.ts';

/** A state that can be read, and what its accounts are called. */
export interface StateSource {
  read(cell: number): number;
  readonly rules: ChainRules;
  accountId(account: number): string;
  /** Role code of an account. */
  accountRole(account: number): number;
}

/** Tables of a state and of nothing else; a table that a chain does not have is left out. */
export function stateTables(source: StateSource): Table[] {
  return [
    accountsTable(source),
    pointsTable(source),
    ...certificateTables(source.read, source.rules),
  ];
}

function accountsTable({ read, rules, accountId, accountRole }: StateSource): Table {
  const accounts = Array.from({ length: rules.accountCount }, (_, account) => account);
  const field = (name: number) =>
    Float64Array.from(accounts, (account) => read(accountCell(account, name)));
  const earned = (name: number) =>
    Float64Array.from(accounts, (account) => read(earningsCell(account, name)));
  return createTable('accounts', {
    account: accounts.map((account) => accountId(account)),
    role: accounts.map((account) => ROLES[accountRole(account)]!),
    balance_upt: field(ACCOUNT.balanceUpt),
    escrow_upt: field(ACCOUNT.escrowUpt),
    granted_upt: field(ACCOUNT.grantedUpt),
    clean_upt: earned(EARNINGS.cleanUpt),
    compute_upt: earned(EARNINGS.computeUpt),
    rewarded_upt: field(ACCOUNT.rewardedUpt),
    nonce: field(ACCOUNT.nonce),
    certificates: field(ACCOUNT.certificates),
    certificates_locked: field(ACCOUNT.certificatesLocked),
  });
}

/** Every source and sink of points, and where they are now; sources − sinks = held, exactly. */
function pointsTable({ read, rules }: StateSource): Table {
  const field = (name: number) => read(chainCell(rules.accountCount, name));
  const held = (name: number) => {
    let sumUpt = 0;
    for (let account = 0; account < rules.accountCount; account++) {
      sumUpt += read(accountCell(account, name));
    }
    return sumUpt;
  };
  const redeemedUpt = field(CHAIN.redeemedUpt);
  const rows: readonly (readonly [string, string, number])[] = [
    ['source', 'grant', field(CHAIN.issuedGrantUpt)],
    ['source', 'clean', field(CHAIN.issuedCleanUpt)],
    ['source', 'compute', field(CHAIN.issuedComputeUpt)],
    ['source', 'block', field(CHAIN.issuedRewardUpt)],
    ['sink', 'redeemed', redeemedUpt],
    ['sink', 'forfeited', field(CHAIN.burnedUpt) - redeemedUpt],
    ['held', 'balance', held(ACCOUNT.balanceUpt)],
    ['held', 'escrow', held(ACCOUNT.escrowUpt)],
  ];
  return createTable('points', {
    kind: rows.map(([kind]) => kind),
    entry: rows.map(([, entry]) => entry),
    amount_upt: Float64Array.from(rows, ([, , amountUpt]) => amountUpt),
  });
}

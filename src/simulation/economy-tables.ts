/** Tables of the economy on the chain: what was asked of contracts. */
import { createTable, type Table } from '../base/table.ts';
import { contracts } from '../contracts/index.ts';
import { TRANSACTION_TYPES } from '../ledger/transactions.ts';

/** Builds the tables of calls. @param transactions - The finished table of transactions. */
export function economyTables(transactions: Table): Table[] {
  return [callsTable(transactions)];
}

/** How often each function of a contract was asked for, and what became of it. */
function callsTable(transactions: Table): Table {
  const texts = (name: string) => transactions.columns[name] as readonly string[];
  const [type, receipt, fate] = [texts('type'), texts('receipt'), texts('fate')];
  const reason = texts('reject_reason');
  const counts = TRANSACTION_TYPES.map((name) => {
    const contract = contracts.find(({ functions }) => name in functions)?.name ?? '';
    return {
      name,
      contract,
      sent: 0,
      ok: 0,
      failed: 0,
      rejected: 0,
      reasons: new Map<string, number>(),
    };
  });
  const byName = new Map(counts.map((row) => [row.name as string, row]));
  for (let tx = 0; tx < type.length; tx++) {
    const row = byName.get(type[tx]!)!;
    row.sent++;
    if (receipt[tx] === 'ok') row.ok++;
    else if (receipt[tx] === 'failed') row.failed++;
    else if (fate[tx] === 'rejected') row.rejected++;
    const why = reason[tx]!;
    if (why !== '') row.reasons.set(why, (row.reasons.get(why) ?? 0) + 1);
  }
  const rows = counts.filter(({ sent }) => sent > 0);
  const of = (value: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, value);
  return createTable('calls', {
    type: rows.map(({ name }) => name),
    contract: rows.map(({ contract }) => contract),
    sent: of(({ sent }) => sent),
    succeeded: of(({ ok }) => ok),
    failed: of(({ failed }) => failed),
    rejected: of(({ rejected }) => rejected),
    reasons: rows.map(({ reasons }) =>
      Array.from(reasons)
        .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        .map(([why, count]) => `${why} ${count}`)
        .join('; '),
    ),
  });
}

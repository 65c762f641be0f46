/** Compares tables of a result folder with the state that its ledger gives. */
import { join } from 'node:path';
import type { Table } from '../base/table.ts';
import { readTable } from './read-table.ts';
import { RUN_TABLES } from './schemas.ts';

/** Differences that are named one by one; the rest is counted. */
const NAMED_MAX = 20;

/**
 * Names every cell of a folder's tables that the ledger contradicts.
 *
 * @param tables - Tables rebuilt from the blocks. A table that the folder lacks is a difference; what the
 *   folder has besides is not looked at.
 * @returns One line a difference, at most 20 a table and one that counts the others.
 */
export function compareWithState(folder: string, tables: readonly Table[]): string[] {
  return tables.flatMap((table) => {
    const found = differences(folder, table);
    const rest = found.length - NAMED_MAX;
    if (rest <= 0) return found;
    return [
      ...found.slice(0, NAMED_MAX),
      `${join(folder, table.name)}.csv: ${rest} more cells differ`,
    ];
  });
}

function differences(folder: string, table: Table): string[] {
  const place = join(folder, `${table.name}.csv`);
  let file: ReturnType<typeof readTable>;
  try {
    file = readTable(folder, table.name);
  } catch (error) {
    return [`${place}: ${(error as Error).message}`];
  }
  if (file === undefined) return [`${place}: missing; the ledger gives ${table.count} rows`];
  const names = Object.keys(table.columns);
  const lacking = names.filter((name) => !file.columns.includes(name));
  if (lacking.length > 0) return [`${place}: expected a column ${lacking.join(', ')}; got none`];
  if (file.rows.length !== table.count) {
    return [`${place}: expected ${table.count} rows, as the ledger gives; got ${file.rows.length}`];
  }
  const key = RUN_TABLES.find(({ name }) => name === table.name)?.key ?? [];
  const keyColumns = key.map((name) => file.column(name));
  const found: string[] = [];
  for (const name of names) {
    const written = file.column(name);
    const derived = table.columns[name]!;
    for (let row = 0; row < table.count; row++) {
      const expected = textOf(derived[row]!);
      // Text that a spreadsheet would run is written behind an apostrophe.
      if (written[row] === expected || written[row] === `'${expected}`) continue;
      const who =
        keyColumns.length === 0 ? `row ${row + 1}` : keyColumns.map((c) => c[row]).join(' ');
      const got = written[row] === '' ? 'nothing' : written[row];
      found.push(
        `${place}: ${who}: ${name}: expected ${expected || 'nothing'}, as the ledger gives; got ${got}`,
      );
    }
  }
  return found;
}

function textOf(value: number | string): string {
  if (typeof value === 'string') return value;
  return Number.isNaN(value) ? '' : String(value);
}

/**
 * What the three kinds of network plug-ins (topology, placement, latency) are given. Files of the
 * user are opened for them, so that a plug-in knows rows and cells and no file system.
 */
import type { InputIssue } from '../base/errors.ts';
import type { RandomSource } from '../base/random.ts';

/** Layout of a table of the user's. */
export interface TableLayout {
  readonly delimiter: 'comma' | 'semicolon' | 'tab';
  /** Whether the first row holds names. */
  readonly header: boolean;
  /** Rows before the header. */
  readonly skipRows: number;
}

/** A table of the user's in memory. Rows and columns are 0-based; the header is not a row. */
export interface InputTable {
  /** Path as the scenario writes it. */
  readonly path: string;
  /** Trimmed names; `#1`, `#2`, … where there is no header. */
  readonly names: readonly string[];
  readonly rowCount: number;
  /** Trimmed text; empty where the row is short. */
  cell(row: number, column: number): string;
  /** 1-based line of a row; -1 is the header's. */
  lineOf(row: number): number;
  /** 1-based column of the text at which a cell begins. */
  columnOf(row: number, column: number): number;
}

/** What a topology or a placement is given. */
export interface NetworkContext {
  /** Number of full nodes, at least 1. */
  readonly nodeCount: number;
  /** Link speed of a node where the plug-in has none of its own [bit/s], > 0. */
  readonly bandwidth: number;
  readonly random: RandomSource;
  /**
   * Opens a table of the user's.
   *
   * @param path - As the scenario writes it, relative to the scenario's folder.
   * @param optionPath - Dotted key that names the file, for the issue when it is not there.
   * @returns Undefined after an issue.
   */
  openTable(path: string, layout: TableLayout, optionPath: string): InputTable | undefined;
  /** Reports a problem of the user's input; nothing is thrown for user data. */
  issue(issue: InputIssue): void;
}

/** Problems of one file that are reported: a systematic mistake is in every row. */
export const ISSUES_MAX = 20;

/** Reports a problem at a cell of a table; column -1 is the row, row -1 the header. */
export type CellReport = (
  row: number,
  column: number,
  expected: string,
  got: string,
  hint?: string,
) => void;

/**
 * Reports problems at cells of a table, the first {@link ISSUES_MAX} of them.
 *
 * @returns The report, and whether it was ever called.
 */
export function cellReport(
  context: NetworkContext,
  table: InputTable,
): { readonly report: CellReport; failed(): boolean } {
  let count = 0;
  return {
    report(row, column, expected, got, hint) {
      if (++count > ISSUES_MAX) return;
      const path = column < 0 ? '' : (table.names[column] ?? '');
      const line = table.lineOf(row);
      const place = { file: table.path, line, column: table.columnOf(row, Math.max(0, column)) };
      context.issue({ ...place, path, expected, got, hint });
    },
    failed: () => count > 0,
  };
}

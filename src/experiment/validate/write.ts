/**
 * `validate.csv`: every law with what it was held to and what came out, and the folder it stands
 * in.
 */
import { parseColumns } from '../../report/column.ts';
import { type Cell, encodeRows } from '../../report/csv.ts';
import { encodeDataPackage } from '../../report/data-package.ts';
import { openFolder } from '../../report/folder.ts';
import type { Environment } from '../../report/manifest.ts';
import { RESULTS_VERSION } from '../../report/version.ts';
import type { LawRecord } from './judge.ts';

/** File name of the table. */
export const VALIDATE_CSV = 'validate.csv';

/** Columns of the table. */
export const VALIDATE_COLUMNS = parseColumns(`
id           | text    | | Name of the law
seed         | integer | | Seed of the row
group        | text    | | Family
law          | text    | | The law
parameters   | text    | | Values of its symbols
convention   | text    | | Which of several definitions in use is meant
source       | text    | | Where the law or the published figure comes from
unit         | text    | | Unit of the figures; empty for shares, counts and probabilities
kind         | text    | | exact, stochastic, trend (levels that must rise) or band (within a factor)
reference    | number  | | Exact or published figure; empty for a trend
estimate     | number  | | Mean over replications; for a trend the least clear step between levels
se           | number  | | Standard error of the estimate; empty with one replication
tolerance    | number  | | Largest distance that passes: t(6.3e-5, n - 1) standard errors and the stated bias
se_cap       | number  | | Largest standard error that passes; empty where none is set
replications | integer | | Independent replications, n
effort       | text    | | quick or full
verdict      | text    | | pass or fail
note         | text    | | Why it fails, or the levels of a trend
version      | text    | | Version of the program
`);

/** The table as CSV text. */
export function encodeRecords(records: readonly LawRecord[], version: string): string {
  const rows = records.map((record): Cell[] => [
    record.id,
    record.seed,
    record.group,
    record.law,
    record.parameters,
    record.convention,
    record.source,
    record.unit,
    record.kind,
    record.reference,
    record.estimate,
    record.se,
    record.tolerance,
    record.seCap,
    record.replications,
    record.effort,
    record.verdict,
    record.note,
    version,
  ]);
  return encodeRows(
    VALIDATE_COLUMNS.map(({ name }) => name),
    rows,
  );
}

/**
 * Writes the folder: table, data package and manifest, which `peerwatt verify` checks.
 *
 * @param target - Replaced only when the new folder is complete.
 * @throws {ScenarioError} when something that is not a result folder is in the way.
 */
export function writeValidation(
  records: readonly LawRecord[],
  target: string,
  environment: Environment,
): void {
  const folder = openFolder(target);
  try {
    const title = 'Laws and published figures against the simulator';
    const resource = { path: VALIDATE_CSV, title, key: ['id', 'seed'], columns: VALIDATE_COLUMNS };
    folder.write(VALIDATE_CSV, (emit) => emit(encodeRecords(records, environment.version)));
    folder.write('datapackage.json', (emit) => emit(encodeDataPackage('validation', [resource])));
    folder.commit({
      resultsVersion: RESULTS_VERSION,
      kind: 'validation',
      ...environment,
      seeds: [...new Set(records.map(({ seed }) => seed))],
      rows: records.length,
      passed: records.filter(({ verdict }) => verdict === 'pass').length,
    });
  } catch (error) {
    folder.discard();
    throw error;
  }
}

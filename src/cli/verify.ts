/** `peerwatt verify`: a result folder checked without the simulator's state. */
import { join } from 'node:path';
import { placeText, type VerifyProblem } from '../ledger/verify.ts';
import { checkFolder, readResult, runFolders } from '../report/check.ts';
import { compareWithState } from '../report/state-check.ts';
import { auditRunLedger } from '../simulation/verify.ts';
import { type Arguments, EXIT } from './session.ts';
import { textOption } from './usage.ts';

/**
 * Re-derives the ledger of a run, or of every run of a study: all hashes, roots and signatures, and by
 * running every contract again the state, which must be the one that the tables of the folder show. All
 * files are compared with the manifest.
 *
 * @returns Exit code: 0 when everything holds, 1 when anything does not.
 */
export function verify(args: Arguments): number {
  const folder = textOption('folder', args.folder)!;
  const runs = runFolders(folder);
  const problems = [folder, ...runs].flatMap(verifyFolder);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  if (problems.length > 0) return EXIT.failed;
  const checked = runs.length === 0 ? '' : ` and its ${runs.length} runs`;
  process.stdout.write(`${folder}${checked}: every file, hash, root and balance holds\n`);
  return EXIT.fine;
}

function verifyFolder(folder: string): string[] {
  const { stated, problems, unlisted } = checkFolder(folder);
  for (const name of unlisted) process.stderr.write(`note: ${join(folder, name)} is not listed\n`);
  const bytes = readResult(folder, 'ledger.bin');
  if (bytes === undefined) return [...problems];
  const place = join(folder, 'ledger.bin');
  const { report, tables } = auditRunLedger(bytes);
  const found = report.problems.map((problem) => `${place}: ${problemText(problem)}`);
  for (const [name, got, expected] of [
    ['genesisHash', report.genesisHash, stated?.genesisHash],
    ['headHash', report.headHash, stated?.headHash],
  ] as const) {
    if (report.ok && expected !== undefined && got !== expected) {
      found.push(`${place}: expected the ${name} ${expected} of the manifest; got ${got}`);
    }
  }
  return [...problems, ...found, ...compareWithState(folder, tables)];
}

/**
 * A problem in one line, its place first in the words of people, then in bytes:
 * `block 17, transaction 3 (SETTLE), field payload.entries.paymentUpt[0]: byte 0x08 …`.
 */
export function problemText(problem: VerifyProblem): string {
  const { offset, length, what, expected, got, transaction } = problem;
  const place = placeText(problem);
  const bytes = length > 1 ? `bytes ${offset} to ${offset + length - 1}` : `byte ${offset}`;
  const id = transaction === undefined ? '' : ` (transaction id ${transaction.id})`;
  const where = length === 0 && place === '' ? what : `${bytes}: ${what}`;
  return `${place === '' ? '' : `${place}: `}${where}: expected ${expected}; got ${got}${id}`;
}

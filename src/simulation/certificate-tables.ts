/** The table of labels and certificates: what became of them, as counts at the end. */
import { createTable, type Table } from '../base/table.ts';
import {
  CERTIFICATES,
  certificatesCell,
  GENERATOR,
  generatorCell,
  QUEUE_COUNT,
} from '../contracts/certificate-cells.ts';
import { labelsIn } from '../contracts/label-queues.ts';
import type { ChainRules } from '../contracts/rules.ts';

/** Builds the table from the state that `read` reads; none on a chain without labels. */
export function certificateTables(read: (cell: number) => number, rules: ChainRules): Table[] {
  if (rules.certificates === undefined) return [];
  const total = (name: number) => {
    let sum = 0;
    for (let home = 0; home < rules.homeCount; home++) sum += read(generatorCell(home, name));
    return sum;
  };
  const count = (name: number) => read(certificatesCell(name));
  let free = 0;
  for (let home = 0; home < rules.homeCount; home++) {
    for (let queue = 0; queue < QUEUE_COUNT; queue++) free += labelsIn(read, home, queue);
  }
  const minted = total(GENERATOR.minted);
  const lost = total(GENERATOR.lost);
  const revoked = total(GENERATOR.revoked);
  const rows: readonly (readonly [string, string, number])[] = [
    ['label', 'minted', minted],
    ['label', 'free', free],
    ['label', 'bundled', minted - free - lost - revoked],
    ['label', 'lost', lost],
    ['label', 'revoked', revoked],
    ['certificate', 'genesis', rules.genesisCertificates.end],
    ['certificate', 'issued', count(CERTIFICATES.issued) - count(CERTIFICATES.carbon)],
    ['certificate', 'traded', count(CERTIFICATES.traded)],
    ['certificate', 'retired', count(CERTIFICATES.retired)],
    ['certificate', 'expired', count(CERTIFICATES.expired)],
    ['certificate', 'revoked', count(CERTIFICATES.revoked)],
    ['certificate', 'carbon', count(CERTIFICATES.carbon)],
  ];
  return [
    createTable('certificates', {
      kind: rows.map(([kind]) => kind),
      entry: rows.map(([, entry]) => entry),
      count: Float64Array.from(rows, ([, , value]) => value),
    }),
  ];
}

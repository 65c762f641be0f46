/** The results of `docs/validation.md`, made from `docs/validation.csv`. */
import { parse } from 'csv-parse/sync';
import type { LawRecord } from '../../src/experiment/validate/judge.ts';
import { estimateText, figure, referenceText } from '../../src/experiment/validate/table.ts';
import { readPage } from './pages.ts';

/** A row of the file: a record and the version that measured it. */
type Row = LawRecord & { readonly version: string };

/** Text of one row as the table module takes it; empty figures are NaN. */
function rowOf(cells: Readonly<Record<string, string>>): Row {
  const number = (name: string) => (cells[name] === '' ? Number.NaN : Number(cells[name]));
  return {
    ...(cells as unknown as Row),
    reference: number('reference'),
    estimate: number('estimate'),
    se: number('se'),
    tolerance: number('tolerance'),
    seCap: number('se_cap'),
    replications: number('replications'),
    seed: number('seed'),
  };
}

const line = (cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const joined = (values: Iterable<string | number>) => [...new Set(values)].join(', ');

/** Tables by group: a row a law, a column a seed. */
export function lawTables(): string {
  const rows = (
    parse(readPage('docs/validation.csv'), { columns: true }) as Record<string, string>[]
  ).map(rowOf);
  const seeds = [...new Set(rows.map(({ seed }) => seed))];
  const failed = rows.filter(({ verdict }) => verdict === 'fail').length;
  const laws = rows.filter(({ seed }) => seed === seeds[0]);
  const plural = seeds.length === 1 ? 'seed' : 'seeds';
  const head =
    `Version ${joined(rows.map(({ version }) => version))}, effort ` +
    `${joined(rows.map(({ effort }) => effort))}, ${plural} ${seeds.join(', ')}: ` +
    `${laws.length} laws, ${rows.length - failed} rows pass, ${failed} fail.`;
  const simulated = seeds.map((seed) => (seeds.length === 1 ? 'Simulated' : `Seed ${seed}`));
  const heads = ['Law', 'Parameters', 'Published', ...simulated, 'Allowed', 'Verdict'];
  const groups = [...new Set(laws.map(({ group }) => group))].map((group) => {
    const own = laws.filter((law) => law.group === group);
    const body = own.map((law) => {
      const all = seeds.map((seed) => rows.find((row) => row.id === law.id && row.seed === seed)!);
      const isTrend = law.kind === 'trend';
      return line([
        law.law,
        law.parameters,
        referenceText(law),
        ...all.map((row) => (isTrend ? row.note : estimateText(row))),
        law.kind === 'band' || isTrend ? law.kind : `± ${figure(law.tolerance, law.se)}`,
        all.every(({ verdict }) => verdict === 'pass') ? 'pass' : '**fail**',
      ]);
    });
    const notes = new Map<string, string[]>();
    for (const { id, source, convention, replications } of own) {
      const words = convention === '' ? '' : ` Convention: ${convention}.`;
      const note = `${source}.${words} ${replications} replications.`;
      notes.set(note, [...(notes.get(note) ?? []), `\`${id}\``]);
    }
    return [
      `### ${group}`,
      '',
      line(heads),
      `|${heads.map(() => '---').join('|')}|`,
      ...body,
      '',
      ...[...notes].map(([note, ids]) => `- ${ids.join(', ')}: ${note}`),
    ].join('\n');
  });
  return [head, ...groups].join('\n\n');
}

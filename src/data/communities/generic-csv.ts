/**
 * A community from anybody's CSV files. The scenario says what a computer cannot know: what the
 * numbers are, whether a stamp begins or ends its interval, and in which fixed offset. What remains
 * ambiguous is refused with its line, for a load shifted by one interval looks as good as the right
 * one.
 */

import { SECOND_US } from '../../base/units.ts';
import { defineCommunity, type ImportContext, type ProfileSet } from '../../physics/community.ts';
import { type Axis, buildAxis } from '../series/axis.ts';
import { type CsvTable, parseCsv } from '../series/csv.ts';
import { isCumulative, isMissing, readSeries } from '../series/series.ts';
import { createSeriesSource, wantedSpan } from '../series/source.ts';
import { createImport, homeSeries, type Import } from './csv-homes.ts';
import { OPTIONS, type Options, type SeriesOptions } from './csv-options.ts';
import { didYouMeanHome } from './homes.ts';

/** Reads one entry of `series`. */
function readEntry(run: Import, entry: SeriesOptions, index: number): void {
  const path = `series[${index}]`;
  const table = tableOf(run, entry, path);
  if (!checkEntry(run, entry, path) || table === undefined) return;
  const stampColumn = entry.stamp === undefined ? 0 : columnOf(run, table, entry.stamp, path);
  const keyColumn =
    entry.keyColumn === undefined ? -1 : columnOf(run, table, entry.keyColumn, path);
  if (stampColumn === undefined || keyColumn === undefined) return;
  const all = Array.from({ length: table.rowCount }, (_, row) => row);
  let axis: Axis | undefined;
  entry.homes.forEach((home, item) => {
    const names = entry.columns ?? entry.homes;
    const name = names.length === 1 ? names[0]! : names[item]!;
    const column = columnOf(run, table, name, `${path}.columns[${item}]`);
    if (column === undefined) return;
    const key = entry.keys?.[item] ?? home;
    const rows = keyColumn < 0 ? all : all.filter((row) => table.cell(row, keyColumn) === key);
    if (rows.length === 0) {
      run.refuse(`${path}.keys[${item}]`, `rows of ${key} in ${table.path}`, 'none');
      return;
    }
    if (axis === undefined || keyColumn >= 0) {
      const columns = keyColumn < 0 ? entryColumns(table, names) : [column];
      axis = axisOf(run, table, rows, stampColumn, columns, entry, path);
    }
    if (axis !== undefined)
      readColumn(run, table, axis, column, entry, home, `${path}.homes[${item}]`);
  });
  if (entry.stampFormat === 'hour-of-year' || entry.stampFormat === 'time-of-day') {
    const cycle = entry.stampFormat === 'hour-of-year' ? 'hour of the year' : 'time of day';
    const homes = entry.homes.join(', ');
    const days = 'days of the week are those of the source, and 29 February repeats the day before';
    const tail = entry.stampFormat === 'hour-of-year' ? `; ${days} where the file has none` : '';
    run.notes.push(
      `${entry.measures} of ${homes} is mapped by local ${cycle} from ${entry.file}${tail}.`,
    );
  }
}

function tableOf(run: Import, entry: SeriesOptions, path: string): CsvTable | undefined {
  const layout = { delimiter: entry.delimiter, header: entry.header, skipRows: entry.skipRows };
  const key = JSON.stringify([entry.file, layout]);
  if (!run.tables.has(key)) {
    const file = run.reader.read(entry.file, `scenario.population.${path}.file`);
    run.tables.set(key, file && parseCsv(file, layout, run.context.issue));
  }
  return run.tables.get(key);
}

/** What the words of an entry demand of one another. */
function checkEntry(run: Import, entry: SeriesOptions, path: string): boolean {
  let fine = true;
  const refuse = (key: string, expected: string, got: string, hint?: string) => {
    fine = false;
    run.refuse(`${path}.${key}`, expected, got, hint);
  };
  if (entry.marks === undefined && !isCumulative(entry.unit)) {
    const hint = 'say start or end; the file cannot';
    refuse('marks', 'which end of its interval a stamp marks', 'nothing', hint);
  }
  if (entry.columns !== undefined && entry.columns.length !== entry.homes.length) {
    const single = entry.keyColumn !== undefined && entry.columns.length === 1;
    if (!single)
      refuse('columns', `${entry.homes.length} columns, one a home`, `${entry.columns.length}`);
  }
  if (entry.keys !== undefined && entry.keys.length !== entry.homes.length) {
    refuse('keys', `${entry.homes.length} keys, one a home`, `${entry.keys.length}`);
  }
  if (entry.keys !== undefined && entry.keyColumn === undefined) {
    refuse('keys', 'keys only beside keyColumn', 'no keyColumn');
  }
  if (entry.keyColumn !== undefined && entry.columns === undefined) {
    refuse('columns', 'the column of the readings of a long file', 'nothing');
  }
  if (entry.unit === 'pu' && entry.measures !== 'pv') {
    refuse('unit', `watts or energies for ${entry.measures}`, 'pu');
  }
  const ids = run.options.homes.map(({ id }) => id);
  entry.homes.forEach((home, item) => {
    if (ids.includes(home)) return;
    const expected = 'an id of homes';
    refuse(`homes[${item}]`, expected, JSON.stringify(home), didYouMeanHome(home, ids));
  });
  return fine;
}

function columnOf(run: Import, table: CsvTable, name: string, path: string): number | undefined {
  const index = table.names.indexOf(name.trim());
  if (index < 0) {
    const expected = `a column of ${table.path} (${table.names.slice(0, 12).join(', ')})`;
    run.refuse(path, expected, JSON.stringify(name), didYouMeanHome(name, table.names));
    return undefined;
  }
  if (table.names.indexOf(name.trim(), index + 1) >= 0) {
    run.refuse(path, 'a column that stands once', `${JSON.stringify(name)} twice in ${table.path}`);
    return undefined;
  }
  return index;
}

function entryColumns(table: CsvTable, names: readonly string[]): number[] {
  return names.map((name) => table.names.indexOf(name.trim())).filter((column) => column >= 0);
}

function axisOf(
  run: Import,
  table: CsvTable,
  rows: readonly number[],
  stampColumn: number,
  columns: readonly number[],
  entry: SeriesOptions,
  path: string,
): Axis | undefined {
  const spec = {
    stampFormat: entry.stampFormat,
    // A register is read at the stamp, whichever interval it ends or begins.
    marks: isCumulative(entry.unit) ? undefined : entry.marks,
    timeZone: entry.timeZone,
    resolutionS: entry.resolution === undefined ? undefined : entry.resolution / SECOND_US,
    duplicates: entry.duplicates,
    fillsGaps: entry.gapPolicy !== 'refuse',
  };
  const same = (a: number, b: number) =>
    columns.every((column) => table.cell(a, column) === table.cell(b, column));
  const optionPath = `scenario.population.${path}`;
  return buildAxis(table, rows, stampColumn, spec, same, optionPath, run.context.issue);
}

function readColumn(
  run: Import,
  table: CsvTable,
  axis: Axis,
  column: number,
  entry: SeriesOptions,
  home: string,
  path: string,
): void {
  const found = run.found.get(home)!;
  if (found[entry.measures] !== undefined) {
    run.refuse(path, `one series of ${entry.measures} for ${home}`, 'a second one');
    return;
  }
  const ratedW = run.options.homes.find(({ id }) => id === home)!.pvPeak;
  const gapMaxS = Math.floor(entry.gapMax / SECOND_US);
  const { unit, decimal, gapPolicy } = entry;
  const spec = { unit, decimal, gapPolicy, gapMaxS, ratedW };
  const series = readSeries(table, axis, column, spec, wantedSpan(run.context), run.context.issue);
  if (series === undefined) return;
  found[entry.measures] = series;
  if (series.filledCount > 0) {
    const gaps = `${series.filledCount} missing intervals of ${entry.measures} of ${home}`;
    run.notes.push(`${gaps} are filled (${gapPolicy}).`);
  }
  noteInterpolated(run, table, axis, column, entry, home);
}

/** Says how many readings the source itself had filled in. */
function noteInterpolated(
  run: Import,
  table: CsvTable,
  axis: Axis,
  column: number,
  entry: SeriesOptions,
  home: string,
): void {
  if (entry.interpolatedColumn === undefined) return;
  const flag = columnOf(run, table, entry.interpolatedColumn, 'series');
  if (flag === undefined) return;
  const name = table.names[column]!;
  let count = 0;
  for (const row of axis.rows) {
    const marks = row < 0 ? '' : table.cell(row, flag);
    const words = marks.split('|').map((word) => word.trim());
    if (!isMissing(marks) && (words.includes(name) || words.length === 1)) count++;
  }
  if (count > 0) {
    run.notes.push(`The source marks ${count} rows of ${name} (${home}) as interpolated.`);
  }
}

function load(context: ImportContext, options: Options): ProfileSet | undefined {
  const run = createImport(context, options);
  const ids = options.homes.map(({ id }) => id);
  ids.forEach((id, index) => {
    if (ids.indexOf(id) !== index) run.refuse(`homes[${index}].id`, 'each id once', id);
  });
  options.series.forEach((entry, index) => {
    readEntry(run, entry, index);
  });
  if (run.failed()) return undefined;
  const found = options.homes.map((_, index) => homeSeries(run, index));
  const homes = found.filter((home) => home !== undefined);
  if (run.failed() || homes.length < found.length) return undefined;
  const { latitude: latitudeDeg, longitude: longitudeDeg } = options;
  return { homes, latitudeDeg, longitudeDeg, notes: run.notes, inputs: run.reader.inputs };
}

/** Homes from wide or long CSV files. */
export default defineCommunity({
  apiVersion: 1,
  name: 'generic-csv',
  summary: 'Homes from CSV files: W, kW, Wh, kWh or registers, wide or long',
  source: 'decisions.md 28; formats of gsy-e, OPSD household data, HAMLET, Low Carbon London',
  options: () => OPTIONS,
  load,
  create(context, options, profiles = load(context, options)) {
    return profiles && createSeriesSource(context, profiles);
  },
});

/** Samples of foreign formats against the totals a correct importer must yield. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../../src/base/calendar.ts';
import { cityLearnAxis } from '../../../src/data/communities/citylearn.ts';
import { buildAxis } from '../../../src/data/series/axis.ts';
import { type CsvTable, createInputReader, parseCsv } from '../../../src/data/series/csv.ts';
import { type ReadingSpec, readSeries } from '../../../src/data/series/series.ts';
import { folderWith, formats, importYaml, present, totalsOf } from './fixture.ts';

const throwIssue = (issue: unknown) => {
  throw new Error(JSON.stringify(issue));
};
const expected = () => JSON.parse(readFileSync(`${formats}/expected_imports.json`, 'utf8'));

function tableOf(path: string): CsvTable {
  const file = createInputReader(formats, throwIssue).read(path, 'path')!;
  const layout = { delimiter: 'comma', header: true, skipRows: 0 } as const;
  return parseCsv(file, layout, throwIssue)!;
}

const spec = { decimal: 'point', gapPolicy: 'refuse', gapMaxS: 0, ratedW: 0 } as const;

describe.skipIf(!present)('citylearn', () => {
  const table = present ? tableOf('citylearn/Building_1.csv') : undefined;
  const population = `name: citylearn
path: citylearn
buildings: [Building_1, Building_7]
startYear: 2016
timeZone: "-08:00"
latitude: 34.09
longitude: -117.43
`;
  const run = { start: '2016-08-01T00:00-08:00', days: 16 };

  it('finds the totals of all rows', () => {
    const { rows, load_kwh, pv_kwh_at_4kW } = expected().citylearn;
    const axis = cityLearnAxis(table!, 2016, -480, throwIssue)!;
    expect(axis.count).toBe(rows);
    const wanted = {
      calendar: createCalendar(axis.startS, -480),
      lengthS: rows * 3600,
      historyS: 0,
      slotS: 3600,
    };
    const total = (name: string, unit: Partial<ReadingSpec> & Pick<ReadingSpec, 'unit'>) => {
      const column = table!.names.indexOf(name);
      const series = readSeries(table!, axis, column, { ...spec, ...unit }, wanted, throwIssue)!;
      return series.energyWh.reduce((sum, energyWh) => sum + energyWh, 0);
    };
    // Each of the rows was rounded by at most half a watt-hour; the mean error of all is far smaller.
    const loadWh = total('non_shiftable_load', { unit: 'kWh' });
    expect(Math.abs(loadWh - load_kwh * 1000)).toBeLessThan(0.5 * Math.sqrt(rows) * 3);
    const pvWh = total('solar_generation', { unit: 'pu', ratedW: 4 });
    expect(Math.abs(pvWh - pv_kwh_at_4kW * 1000)).toBeLessThan(0.5 * Math.sqrt(rows) * 3);
  });

  it('starts the first hour at the last of the day before', () => {
    const axis = cityLearnAxis(table!, 2016, -480, throwIssue)!;
    // 2016-07-31T23:00 local standard time.
    expect(axis.startS).toBe(1_470_034_800);
  });

  it('makes a community with equipment of the schema', () => {
    const { source, messages } = importYaml(population, { ...run, historyDays: 1 });
    expect(messages).toEqual([]);
    expect(source!.homes).toHaveLength(2);
    const [home] = source!.homes;
    expect(home).toMatchObject({ id: 'Building_1', pvDcW: 4000, batteryWh: 6400, batteryW: 5000 });
    expect(home!.batteryEfficiency ** 2).toBeCloseTo(0.9, 12);
    expect(source!.historySlotCount).toBe(1);
    const rows = readFileSync(`${formats}/citylearn/Building_1.csv`, 'utf8').split('\n');
    const readings = rows.slice(2, 2 + 16 * 24).map((row) => Number(row.split(',')[7]));
    const sum = readings.reduce((total, kWh) => total + Math.floor(kWh * 1000 + 0.5), 0);
    expect(totalsOf(source!).loadWh[0]).toBeCloseTo(sum, 6);
    expect(source!.inputs.map(({ path }) => path)).toEqual([
      'citylearn/schema.json',
      'citylearn/Building_1.csv',
      'citylearn/Building_7.csv',
    ]);
  });

  it.each([
    [
      'a year with other weekdays',
      population.replace('2016', '2017'),
      run,
      'expected day type 1; got 7 (the year is not 2017)',
    ],
    [
      'a building that is not there',
      population.replace('_7', '_70'),
      run,
      'did you mean Building_',
    ],
    [
      'a zone',
      population.replace('-08:00', 'US/Pacific'),
      run,
      'expected a fixed offset such as -08:00',
    ],
    [
      'a window the rows do not cover',
      population,
      { ...run, days: 17 },
      'the series is shorter than the horizon',
    ],
  ])('refuses %s', (_title, text, when, words) => {
    expect(importYaml(text, when).messages.join('\n')).toContain(words);
  });

  it.each([
    [
      'rows in summer time',
      (text: string) => text.replace('\n8,1,1,0', '\n8,1,1,1'),
      'standard time, daylight_savings_status 0',
    ],
    [
      'an hour left out',
      (text: string) => text.replace(/\n8,5,1,[^\n]*/, ''),
      'expected month 8, hour 5; got month 8, hour 6',
    ],
    [
      'one month',
      (text: string) => text.replace(/\n7,24[^\n]*/, ''),
      'rows of two months, to find the date',
    ],
  ])('refuses %s', (_title, change, words) => {
    const text = change(readFileSync(`${formats}/citylearn/Building_1.csv`, 'utf8'));
    const messages: string[] = [];
    const issue = (found: { expected: string; got: string }) =>
      void messages.push(`expected ${found.expected}; got ${found.got}`);
    const file = createInputReader(folderWith(text), issue).read('a.csv', 'path')!;
    const layout = { delimiter: 'comma', header: true, skipRows: 0 } as const;
    const broken = parseCsv(file, layout, issue)!;
    expect(cityLearnAxis(broken, 2016, -480, issue)).toBeUndefined();
    expect(messages.join('\n')).toContain(words);
  });
});

describe.skipIf(!present)('opsd', () => {
  const path = 'opsd/household_data_60min_residential4_excerpt.csv';
  const axisSpec = {
    stampFormat: 'iso',
    marks: undefined,
    timeZone: undefined,
    resolutionS: undefined,
    duplicates: 'refuse',
    fillsGaps: false,
  } as const;

  it('finds the totals of its registers', () => {
    const { rows, import_kwh, export_kwh, pv_kwh } = expected().opsd;
    const table = tableOf(path);
    const all = Array.from({ length: table.rowCount }, (_, row) => row);
    const axis = buildAxis(table, all, 0, axisSpec, () => false, 'series', throwIssue)!;
    expect(axis.count).toBe(rows);
    // The first two rows have no reads of these registers.
    const wanted = {
      calendar: createCalendar(axis.startS + 2 * 3600, 0),
      lengthS: (rows - 3) * 3600,
      historyS: 0,
      slotS: 3600,
    };
    const total = (name: string) => {
      const column = table.names.indexOf(`DE_KN_residential4_${name}`);
      const unit = { ...spec, unit: 'cumulative-kWh' } as const;
      const series = readSeries(table, axis, column, unit, wanted, throwIssue)!;
      return series.energyWh.reduce((sum, energyWh) => sum + energyWh, 0) / 1000;
    };
    expect([total('grid_import'), total('grid_export'), total('pv')]).toEqual([
      import_kwh,
      export_kwh,
      pv_kwh,
    ]);
  });

  it('makes a home of import, export and pv, and counts what the source filled in', () => {
    const entry = (measures: string, column: string) =>
      `  - { file: ${path}, measures: ${measures}, unit: cumulative-kWh, homes: [r4], columns: [DE_KN_residential4_${column}], interpolatedColumn: interpolated_values }\n`;
    const population = `name: generic-csv
latitude: 47.7
longitude: 9.2
homes: [{ id: r4, pvPeak: 10 kW }]
series:
${entry('import', 'grid_import')}${entry('export', 'grid_export')}${entry('pv', 'pv')}`;
    const run = { start: '2015-10-12T00:00+02:00', days: 1, historyDays: 1 };
    const { source, messages } = importYaml(population, run);
    expect(messages).toEqual([]);
    // 22:00Z on the 11th to 22:00Z on the 12th: load = pv + import - export, from the rows themselves.
    const rows = readFileSync(`${formats}/${path}`, 'utf8').trim().split('\n');
    const at = (stamp: string, column: number) =>
      Math.round(Number(rows.find((row) => row.startsWith(stamp))!.split(',')[column]) * 1000);
    const day = (column: number) => at('2015-10-12T22', column) - at('2015-10-11T22', column);
    expect(totalsOf(source!).loadWh[0]).toBe(day(8) + day(6) - day(5));
    expect(source!.historySlotCount).toBe(3);
    expect(source!.notes.join('\n')).toMatch(/marks \d+ rows of DE_KN_residential4_grid_import/);
  });

  it('refuses the rows without reads', () => {
    const population = `name: generic-csv
latitude: 47.7
longitude: 9.2
homes: [{ id: r4 }]
series: [{ file: ${path}, measures: load, unit: cumulative-kWh, homes: [r4], columns: [DE_KN_residential4_grid_import] }]
`;
    const { messages } = importYaml(population, { start: '2015-10-11T17:00Z' });
    expect(messages[0]).toContain(
      'excerpt.csv:2:51 DE_KN_residential4_grid_import: expected a reading',
    );
  });
});

describe.skipIf(!present)('hamlet', () => {
  it('reads epoch stamps, watts, and pv per unit', () => {
    const population = `name: generic-csv
latitude: 48
longitude: 11
homes: [{ id: hh, pvPeak: 5 kW }]
series:
  - { file: hamlet/hh_2012_3.csv, measures: load, unit: W, marks: start, stampFormat: epoch, homes: [hh], columns: [electricity] }
  - { file: hamlet/pv_1_pu.csv, measures: pv, unit: pu, marks: start, stampFormat: epoch, homes: [hh], columns: [electricity] }
`;
    const run = { start: '2021-02-15T00:00+01:00', days: 2, slotMin: 15, stepMin: 5 };
    const { source, messages } = importYaml(population, run);
    expect(messages).toEqual([]);
    const values = (name: string) =>
      readFileSync(`${formats}/hamlet/${name}`, 'utf8')
        .trim()
        .split('\n')
        .slice(1, 193)
        .map((row) => Number(row.split(',')[1]));
    const sum = (wattHours: number[]) =>
      wattHours.reduce((total, value) => total + Math.floor(value + 0.5), 0);
    const totals = totalsOf(source!);
    expect(totals.loadWh[0]).toBeCloseTo(sum(values('hh_2012_3.csv').map((w) => w / 4)), 6);
    expect(totals.pvWh[0]).toBeCloseTo(sum(values('pv_1_pu.csv').map((pu) => (pu * 5000) / 4)), 6);
  });
});

describe.skipIf(!present)('gsy-e', () => {
  it('repeats its daily profiles', () => {
    const population = `name: generic-csv
latitude: 48
longitude: 11
homes: [{ id: h, pvPeak: 5 kW }]
series:
  - { file: gsy-e/LOAD_DATA_1.csv, measures: load, unit: W, marks: start, stampFormat: time-of-day, delimiter: semicolon, homes: [h], columns: ["POWER(W)"] }
  - { file: gsy-e/Solar_Curve_W_sunny.csv, measures: pv, unit: W, marks: start, stampFormat: time-of-day, delimiter: semicolon, homes: [h], columns: ["POWER(W)"] }
`;
    const { source, messages } = importYaml(population, { days: 2, slotMin: 15, stepMin: 15 });
    expect(messages).toEqual([]);
    const sum = (name: string) =>
      readFileSync(`${formats}/gsy-e/${name}`, 'utf8')
        .trim()
        .split(/\r?\n/)
        .slice(1)
        .reduce((total, row) => total + Math.floor(Number(row.split(';')[1]) / 4 + 0.5), 0);
    expect(totalsOf(source!)).toEqual({
      loadWh: [2 * sum('LOAD_DATA_1.csv')],
      pvWh: [2 * sum('Solar_Curve_W_sunny.csv')],
    });
  });

  it('reads dated profiles', () => {
    const population = `name: generic-csv
latitude: 48
longitude: 11
homes: [{ id: h }]
series: [{ file: gsy-e/LOAD_DATA_1_5d.csv, measures: load, unit: W, marks: start, timeZone: "+01:00", homes: [h], columns: ["POWER(W)"] }]
`;
    const run = { start: '2019-01-01T00:00+01:00', slotMin: 15, stepMin: 15 };
    expect(importYaml(population, run).messages).toEqual([]);
  });
});

describe.skipIf(!present)('low carbon london', () => {
  const population = (more: string) => `name: generic-csv
latitude: 51.5
longitude: -0.1
homes: [{ id: m }]
series: [{ file: lcl/lcl_layout_sample_NOT_LCL_VALUES.csv, measures: load, unit: kWh, marks: start, timeZone: Z, stamp: DateTime, keyColumn: LCLid, keys: [MAC900012], homes: [m], columns: ["KWH/hh (per half hour) "]${more} }]
`;
  const run = { start: '2011-07-01T00:00Z', days: 8, slotMin: 30, stepMin: 30 };

  it('refuses its duplicated row and its Null', () => {
    const messages = importYaml(population(''), run).messages.join('\n');
    expect(messages).toContain('expected stamps that increase');
    const dropped = importYaml(population(', duplicates: drop-identical'), run).messages;
    expect(dropped.join('\n')).toContain('sample_NOT_LCL_VALUES.csv:39:');
    expect(dropped.join('\n')).toContain('got "Null"');
  });

  it('finds the total of its unique rows when told what to do with both', () => {
    const { unique_rows, null: nulls, kwh } = expected().lcl;
    const told = population(', duplicates: drop-identical, gapPolicy: zero');
    const { source, messages } = importYaml(told, run);
    expect(messages).toEqual([]);
    expect(source!.notes).toEqual([`${nulls} missing intervals of load of m are filled (zero).`]);
    const table = tableOf('lcl/lcl_layout_sample_NOT_LCL_VALUES.csv');
    let tailWh = 0;
    // Eight days are 384 half hours; the rest of the unique rows is summed here.
    for (let row = 385; row < table.rowCount; row++) {
      tailWh += Math.round(Number(table.cell(row, 3)) * 1000);
    }
    expect(table.rowCount).toBe(unique_rows + 1);
    expect(totalsOf(source!).loadWh[0]! + tailWh).toBeCloseTo(kwh * 1000, 6);
  });
});

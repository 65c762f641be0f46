import { describe, expect, it } from 'vitest';
import { folderWith, hours, importYaml, population, totalsOf } from './fixture.ts';

const importHours = (csv: string, series = '', run = {}) =>
  importYaml(population(series), { folder: folderWith(csv), ...run });

describe('a series that is fine', () => {
  it('keeps the readings and their sums in steps finer than the interval', () => {
    const { source, messages } = importHours(hours(), '', { stepMin: 5 });
    expect(messages).toEqual([]);
    expect(source!.stepsPerSlot).toBe(12);
    const [loadWh, pvWh] = [new Float64Array(1), new Float64Array(1)];
    for (let slot = 0; slot < 24; slot++) {
      let sum = 0;
      for (let step = 0; step < 12; step++) {
        source!.fill(slot * 12 + step, loadWh, pvWh);
        sum += loadWh[0]!;
      }
      expect(Math.floor(sum + 0.5)).toBe((slot % 5) + 1);
    }
  });

  it('sums readings finer than the interval and the step', () => {
    const rows = Array.from({ length: 96 }, (_, i) => {
      const two = (value: number) => String(value).padStart(2, '0');
      return `2024-06-03T${two(Math.floor(i / 4))}:${two((i % 4) * 15)},${i % 8}`;
    });
    const { source } = importHours(['time,load', ...rows].join('\n'));
    expect(totalsOf(source!).loadWh).toEqual([12 * 28]);
  });

  it.each([
    ['Wh', '1.5', 2],
    ['Wh', '1.4999', 1],
    ['kWh', '1.0005', 1001],
    ['kWh', '0.0004', 0],
    ['kWh', '1e-3', 1],
    ['W', '2.5', 3],
    ['kW', '0.0025', 3],
  ])('rounds %s %s once to %d Wh, halves up', (unit, reading, expected) => {
    const csv = hours((hour, row) => row.replace(/,.*/, `,${hour === 0 ? reading : '0'}`));
    const text = population('').replace('unit: Wh', `unit: ${unit}`);
    const { source } = importYaml(text, { folder: folderWith(csv) });
    expect(totalsOf(source!).loadWh).toEqual([expected]);
  });

  it('rounds mean power over its own interval', () => {
    const rows = Array.from({ length: 48 }, (_, i) => {
      const two = (value: number) => String(value).padStart(2, '0');
      return `2024-06-03T${two(Math.floor(i / 2))}:${two((i % 2) * 30)},${i === 0 ? 3 : 0}`;
    });
    const csv = ['time,load', ...rows].join('\n');
    const text = population('').replace('unit: Wh', 'unit: W');
    const { source } = importYaml(text, { folder: folderWith(csv) });
    expect(totalsOf(source!).loadWh).toEqual([2]);
  });

  it('shifts stamps that mark the end', () => {
    const csv = hours(undefined, 24, 1);
    const text = population('').replace('marks: start', 'marks: end');
    const { source, messages } = importYaml(text, { folder: folderWith(csv) });
    expect(messages).toEqual([]);
    const [loadWh, pvWh] = [new Float64Array(1), new Float64Array(1)];
    source!.fill(0, loadWh, pvWh);
    expect(loadWh[0]).toBe(2);
  });

  it('differences a register exactly', () => {
    const csv = hours((hour, row) => row.replace(/,.*/, `,${(hour * 1.0005).toFixed(4)}`), 25);
    const text = population('').replace('unit: Wh, marks: start', 'unit: cumulative-kWh');
    const { source, messages } = importYaml(text, { folder: folderWith(csv) });
    expect(messages).toEqual([]);
    expect(totalsOf(source!).loadWh).toEqual([24_012]);
  });

  it('reads semicolons, decimal commas, day-first stamps, padding and a byte-order mark', () => {
    const rows = Array.from({ length: 24 }, (_, i) => `03.06.2024 ${i}:00; 1,5 `);
    const csv = `\uFEFF"title"\r\ntime;load \r\n${rows.join('\r\n')}\r\n`;
    const more = ', delimiter: semicolon, decimal: comma, stampFormat: day-first, skipRows: 1';
    const { source, messages } = importHours(csv, more);
    expect(messages).toEqual([]);
    expect(totalsOf(source!).loadWh).toEqual([48]);
  });

  it('reads files without a header', () => {
    const csv = hours().replace('time,load\n', '');
    const text = population(', header: false').replace('columns: [load]', 'columns: ["#2"]');
    const { source } = importYaml(text, { folder: folderWith(csv) });
    expect(totalsOf(source!).loadWh).toEqual([70]);
  });

  it('uses the history that is there and says how much', () => {
    const rows = Array.from({ length: 34 }, (_, i) => {
      const hour = i + 14;
      const two = (value: number) => String(value).padStart(2, '0');
      return `2024-06-${two(2 + Math.floor(hour / 24))}T${two(hour % 24)}:00,${i % 3}`;
    });
    const folder = folderWith(['time,load', ...rows].join('\n'));
    const { source, messages } = importYaml(population(''), { folder, historyDays: 7 });
    expect(messages).toEqual([]);
    expect(source!.historySlotCount).toBe(10);
    expect(source!.notes).toEqual([expect.stringContaining('10 of 168 slots')]);
  });
});

describe('what is ambiguous is refused', () => {
  const at = (hour: number, row: string) => (when: number, text: string) =>
    when === hour ? row : text;

  it.each([
    [
      'a gap',
      hours((hour, row) => (hour === 9 || hour === 10 ? undefined : row)),
      'a.csv:10:1 load: expected a reading for the interval from 2024-06-03T01:00:00Z; got no row',
    ],
    [
      'a skipped local hour',
      hours((hour, row) => (hour === 2 ? undefined : row)),
      'a.csv:4:1 time: expected a row every 3600 s; got "2024-06-03T03:00", 7200 s after the row above (a skipped local hour, as on a day when clocks change',
    ],
    [
      'a repeated local hour',
      hours((hour, row) => (hour === 3 ? row.replace('T03', 'T02') : row)),
      'a.csv:5:1 time: expected stamps that increase; got "2024-06-03T02:00" again (a repeated stamp, as on a day when clocks change',
    ],
    [
      'rows out of order',
      hours((hour, row) => (hour === 9 ? row.replace('T09', 'T05') : row)),
      'earlier than the row above (sort the rows by time)',
    ],
    [
      'a missing reading',
      hours(at(4, '2024-06-03T04:00,Null')),
      'a.csv:6:18 load: expected a reading for the interval from 2024-06-02T20:00:00Z; got "Null" (choose a gapPolicy',
    ],
    ['NaN', hours(at(4, '2024-06-03T04:00,NaN')), 'a.csv:6:18 load'],
    ['an empty cell', hours(at(4, '2024-06-03T04:00,')), 'a.csv:6:18 load'],
    [
      'a negative reading',
      hours(at(4, '2024-06-03T04:00,-3')),
      'a.csv:6:18 load: expected a reading of at least 0; got "-3"',
    ],
    [
      'a word',
      hours(at(4, '2024-06-03T04:00,many')),
      'a.csv:6:18 load: expected a number with a decimal point; got "many"',
    ],
    ['a decimal comma', hours(at(4, '2024-06-03T04:00,"1,5"')), '(set decimal: comma)'],
    [
      'a stamp that is none',
      hours(at(4, 'yesterday,3')),
      'a.csv:6:1 time: expected a stamp in the format iso; got "yesterday"',
    ],
    ['a date that does not exist', hours(at(4, '2024-02-30T04:00,3')), 'got "2024-02-30T04:00"'],
    [
      'a row of another length',
      hours(at(4, '2024-06-03T04:00,3,3')),
      'a.csv:6: expected 2 cells in every row; got 3',
    ],
    [
      'a changed resolution',
      hours(at(4, '2024-06-03T04:10,3')),
      'a.csv:6:1 time: expected a row every 3600 s; got "2024-06-03T04:10", 4200 s',
    ],
    [
      'a series too short',
      hours(undefined, 20),
      'expected readings from 2024-06-02T16:00:00Z to 2024-06-03T16:00:00Z; got 2024-06-02T16:00:00Z to 2024-06-03T12:00:00Z',
    ],
    [
      'a register called energy',
      hours((hour, row) => row.replace(/,.*/, `,${hour + 1}`), 30),
      '(set unit: cumulative-Wh)',
    ],
    ['an empty file', '', 'expected rows of readings; got an empty file'],
    [
      'other delimiters',
      hours().replaceAll(',', ';'),
      '(set delimiter to comma, semicolon or tab)',
    ],
    ['a quote that does not end', 'time,load\n"2024,1\n', 'expected well-formed CSV'],
  ])('%s', (_title, csv, words) => {
    const { source, messages } = importHours(csv);
    expect(source).toBeUndefined();
    expect(messages.join('\n')).toContain(words);
  });

  it.each([
    [
      'no word on what a stamp marks',
      population('').replace('marks: start, ', ''),
      'scenario.population.series[0].marks: expected which end of its interval',
    ],
    [
      'a zone with summer time',
      population('').replace('+08:00', 'Europe/Berlin'),
      'a zone with summer time repeats an hour',
    ],
    [
      'stamps without any offset',
      population('').replace('timeZone: "+08:00", ', ''),
      'a.csv:2:1 time: expected stamps with an offset, or a timeZone',
    ],
    ['an unknown column', population('').replace('[load]', '[lod]'), '"lod" (did you mean load?)'],
    [
      'an unknown home',
      population('').replace('homes: [a], columns', 'homes: [b], columns'),
      'scenario.population.series[0].homes[0]: expected an id of homes; got "b"',
    ],
    [
      'a home without a series',
      population('', '{ id: a }, { id: b }'),
      'scenario.population.homes[1]: expected a series of load',
    ],
    [
      'two homes of one name',
      population('', '{ id: a }, { id: a }'),
      'expected each id once; got a',
    ],
    [
      'pv that is rated but not given',
      population('', '{ id: a, pvPeak: 3 kW }'),
      'expected a series of pv for a; got none',
    ],
    [
      'columns that are too many',
      population('').replace('[load]', '[load, load]'),
      'expected 1 columns, one a home; got 2',
    ],
    [
      'an absent file',
      population('').replace('a.csv', 'b.csv'),
      'scenario.population.series[0].file: expected the file b.csv; got no such file',
    ],
    [
      'an absent folder',
      population('').replace('a.csv', 'data/b.csv'),
      'expected the data folder data; got no folder data',
    ],
    [
      'per-unit load',
      population('').replace('unit: Wh', 'unit: pu'),
      'expected watts or energies for load; got pu',
    ],
  ])('%s', (_title, text, words) => {
    const { source, messages } = importYaml(text, { folder: folderWith(hours()) });
    expect(source).toBeUndefined();
    expect(messages.join('\n')).toContain(words);
  });

  it('an interval finer than the readings', () => {
    const { messages } = importHours(hours(), '', { slotMin: 15, stepMin: 15 });
    expect(messages).toEqual([
      'a.csv load: expected readings at a resolution that divides the interval, 900 s; got one every 3600 s (choose an interval the data can give)',
    ]);
  });

  it('a start between two readings', () => {
    const { messages } = importHours(hours(), '', { start: '2024-06-03T00:30+08:00' });
    expect(messages.join()).toContain('expected stamps that meet the start');
  });

  it('a register that falls', () => {
    const csv = hours((hour, row) => row.replace(/,.*/, `,${hour === 12 ? 0 : hour}`), 25);
    const text = population('').replace('unit: Wh, marks: start', 'unit: cumulative-kWh');
    const { messages } = importYaml(text, { folder: folderWith(csv) });
    expect(messages).toEqual([
      'a.csv:14:18 load: expected a register that grows; got "0" (the register was reset or the meter replaced; split the series there)',
    ]);
  });

  it('pv far above its rating', () => {
    const text = `${population('', '{ id: a, pvPeak: 2 W }')}  - { file: a.csv, measures: pv, unit: Wh, marks: start, timeZone: "+08:00", homes: [a], columns: [load] }\n`;
    const { messages } = importYaml(text, { folder: folderWith(hours()) });
    expect(messages.join()).toContain('expected pv of at most 1.5 times pvPeak, 2 W; got 5 W of a');
  });

  it('lists at most ten problems of one column', () => {
    const { messages } = importHours(hours((_hour, row) => row.replace(/,.*/, ',x')));
    expect(messages).toHaveLength(10);
  });
});

describe('gap policies', () => {
  const holes = hours((hour, row) => {
    if (hour === 6 || hour === 7) return undefined;
    return row.replace(/,.*/, `,${hour === 5 ? 10 : hour === 8 ? 40 : 0}`);
  });

  it('draws a line between the neighbours and says so', () => {
    const { source } = importHours(holes, ', gapPolicy: interpolate');
    expect(totalsOf(source!).loadWh).toEqual([10 + 20 + 30 + 40]);
    expect(source!.notes).toEqual(['2 missing intervals of load of a are filled (interpolate).']);
  });

  it('puts zero', () => {
    const { source } = importHours(holes, ', gapPolicy: zero');
    expect(totalsOf(source!).loadWh).toEqual([50]);
  });

  it('refuses a gap that is longer than allowed, or at the edge', () => {
    const long = importHours(holes, ', gapPolicy: interpolate, gapMax: 1 h');
    expect(long.messages[0]).toContain('the gap is longer than gapMax, 3600 s');
    const edge = hours((hour, row) => (hour === 0 ? row.replace(/,.*/, ',') : row));
    expect(importHours(edge, ', gapPolicy: interpolate').messages).toHaveLength(1);
  });

  it('shares what a register counted over the reads that are missing', () => {
    const csv = hours((hour, row) => {
      if (hour === 3 || hour === 4) return undefined;
      return row.replace(/,.*/, `,${hour < 3 ? 0 : 100}`);
    }, 25);
    const text = population(', gapPolicy: interpolate').replace(
      'unit: Wh, marks: start',
      'unit: cumulative-Wh',
    );
    const { source } = importYaml(text, { folder: folderWith(csv) });
    expect(totalsOf(source!).loadWh).toEqual([100]);
  });

  it('drops a row that stands twice only when told to', () => {
    const twice = hours((hour, row) => (hour === 5 ? `${row}\n${row}` : row));
    expect(importHours(twice).messages).toHaveLength(1);
    const { source } = importHours(twice, ', duplicates: drop-identical');
    expect(totalsOf(source!).loadWh).toEqual([70]);
    const other = hours((hour, row) => (hour === 5 ? `${row}\n${row}0` : row));
    expect(importHours(other, ', duplicates: drop-identical').messages).toHaveLength(1);
  });
});

describe('profiles that repeat', () => {
  const daily = `INTERVAL;POWER(W)\n${Array.from({ length: 24 }, (_, i) => `${String(i).padStart(2, '0')}:00;${i}`).join('\n')}`;
  const yearly = (count: number) =>
    `hour_of_year,load\n${Array.from({ length: count }, (_, i) => `${i},${Math.floor(i / 24) + 1}`).join('\n')}`;
  const ofYear = population(', stampFormat: hour-of-year').replace('timeZone: "+08:00", ', '');

  it('repeats a day', () => {
    const text = population(', stampFormat: time-of-day, delimiter: semicolon')
      .replace('[load]', '["POWER(W)"]')
      .replace('unit: Wh', 'unit: W');
    const run = { folder: folderWith(daily), days: 3, historyDays: 1 };
    const { source, messages } = importYaml(text, run);
    expect(messages).toEqual([]);
    expect(source!.historySlotCount).toBe(24);
    expect(totalsOf(source!).loadWh).toEqual([3 * 276]);
  });

  it.each([
    ['2017-03-01T00:00-08:00', 8760, 60],
    ['2024-02-28T00:00-08:00', 8760, 59],
    ['2024-02-29T00:00-08:00', 8760, 59],
    ['2024-03-01T00:00-08:00', 8760, 60],
    ['2024-02-29T00:00-08:00', 8784, 60],
    ['2023-03-01T00:00-08:00', 8784, 61],
    ['2024-12-31T00:00-08:00', 8760, 365],
  ])('maps %s to its day of a year of %d hours', (start, count, day) => {
    const { source, messages } = importYaml(ofYear, { folder: folderWith(yearly(count)), start });
    expect(messages).toEqual([]);
    expect(totalsOf(source!).loadWh).toEqual([24 * day]);
    expect(source!.notes[0]).toContain('mapped by local hour of the year');
  });

  it('takes history from the end of the year before', () => {
    const run = {
      folder: folderWith(yearly(8760)),
      start: '2017-01-01T00:00-08:00',
      historyDays: 1,
    };
    const { source } = importYaml(ofYear, run);
    const [loadWh, pvWh] = [new Float64Array(1), new Float64Array(1)];
    source!.fill(-24, loadWh, pvWh);
    expect(loadWh[0]).toBe(365);
  });
});

describe('homes known at the border', () => {
  const rows = Array.from({ length: 24 }, (_, i) => {
    const hour = `2024-06-03T${String(i).padStart(2, '0')}:00`;
    return i % 2 === 0 ? `${hour},5,0,0` : `${hour},0,7,9`;
  });
  const csv = ['time,in,out,pv', ...rows].join('\n');
  const entry = (measures: string, column: string) =>
    `  - { file: a.csv, measures: ${measures}, unit: Wh, marks: start, timeZone: "+08:00", homes: [a], columns: [${column}] }\n`;
  const text = (home: string, entries: string) =>
    `name: generic-csv\nlatitude: 0\nlongitude: 0\nhomes: [${home}]\nseries:\n${entries}`;

  it('finds the load behind import, export and pv', () => {
    const all = entry('import', 'in') + entry('export', 'out') + entry('pv', 'pv');
    const { source } = importYaml(text('{ id: a, pvPeak: 9 W }', all), { folder: folderWith(csv) });
    expect(totalsOf(source!)).toEqual({ loadWh: [12 * 7], pvWh: [12 * 9] });
  });

  it('takes export for pv where that is all there is, and says so', () => {
    const both = entry('import', 'in') + entry('export', 'out');
    const { source } = importYaml(text('{ id: a, pvPeak: 9 W }', both), {
      folder: folderWith(csv),
    });
    expect(totalsOf(source!)).toEqual({ loadWh: [60], pvWh: [84] });
    expect(source!.notes[0]).toContain('what crossed the meter');
  });

  it.each([
    [
      'swapped columns',
      '{ id: a, pvPeak: 9 W }',
      entry('import', 'out') + entry('export', 'in') + entry('pv', 'pv'),
      'expected pv + import - export of at least 0; got -5 Wh',
    ],
    [
      'a battery',
      '{ id: a, pvPeak: 9 W, battery: 5 kWh }',
      entry('import', 'in') + entry('export', 'out') + entry('pv', 'pv'),
      'which already holds its effect',
    ],
    [
      'load beside import',
      '{ id: a }',
      entry('import', 'in') + entry('load', 'in'),
      'expected either load, or import and export; got both',
    ],
    [
      'a series twice',
      '{ id: a }',
      entry('load', 'in') + entry('load', 'in'),
      'expected one series of load for a; got a second one',
    ],
    ['export alone', '{ id: a, pvPeak: 9 W }', entry('export', 'out'), 'got export alone'],
  ])('refuses %s', (_title, home, entries, words) => {
    const { messages } = importYaml(text(home, entries), { folder: folderWith(csv) });
    expect(messages.join('\n')).toContain(words);
  });
});

/** What a scenario says about CSV files of homes: the words of `generic-csv`. */
import {
  angle,
  boolean,
  choice,
  duration,
  group,
  integer,
  list,
  type OptionValues,
  optional,
  text,
} from '../../base/options.ts';
import { SECOND_US } from '../../base/units.ts';
import { READING_UNITS } from '../series/series.ts';
import { STAMP_FORMATS } from '../series/stamps.ts';
import { homeOptions } from './homes.ts';

/** Keys of one entry of `series`. */
export const SERIES = {
  file: text(undefined, 'CSV file, relative to the scenario'),
  measures: choice(['load', 'pv', 'import', 'export'], undefined, 'What the readings are of'),
  unit: choice(READING_UNITS, undefined, 'What the numbers are; pu is W per W of pvPeak'),
  marks: optional(choice(['start', 'end'], undefined, 'Which end of its interval a stamp marks')),
  stamp: optional(text(undefined, 'Column of the stamps; the first one when absent')),
  stampFormat: choice(STAMP_FORMATS, 'iso', 'Layout of the stamps'),
  timeZone: optional(text(undefined, 'Fixed offset of stamps without one, e.g. "+08:00"')),
  homes: list(text(), undefined, { min: 1, doc: 'Homes the columns belong to' }),
  columns: optional(
    list(text(), undefined, { doc: 'Their columns; named as the homes when absent' }),
  ),
  keyColumn: optional(text(undefined, 'Long files: the column that says whose row it is')),
  keys: optional(list(text(), undefined, { doc: 'Long files: its word for each home' })),
  delimiter: choice(['comma', 'semicolon', 'tab'], 'comma', 'Between cells'),
  decimal: choice(['point', 'comma'], 'point', 'Between units and tenths'),
  header: boolean(true, 'Whether the first row holds names; else columns are #1, #2, …'),
  skipRows: integer(0, { min: 0, max: 1000, doc: 'Rows before the header' }),
  resolution: optional(duration(undefined, { min: SECOND_US, doc: 'Found from the stamps' })),
  gapPolicy: choice(
    ['refuse', 'interpolate', 'zero'],
    'refuse',
    'What stands for missing readings',
  ),
  gapMax: duration('2 h', { doc: 'Longest gap that is filled' }),
  duplicates: choice(['refuse', 'drop-identical'], 'refuse', 'Rows that stand twice'),
  interpolatedColumn: optional(text(undefined, 'Column in which the source marks its own filling')),
};

/** Keys of the plug-in. */
export const OPTIONS = {
  latitude: angle(undefined, { min: -66, max: 66, doc: 'North positive' }),
  longitude: angle(undefined, { min: -180, max: 180, doc: 'East positive' }),
  homes: list(group(homeOptions), undefined, { min: 1, doc: 'Equipment of each home' }),
  series: list(group(SERIES), undefined, { min: 1, doc: 'Files and what is in them' }),
};

/** Resolved options of the plug-in. */
export type Options = OptionValues<typeof OPTIONS>;
/** One resolved entry of `series`. */
export type SeriesOptions = OptionValues<typeof SERIES>;
/** What a column of readings is of. */
export type Measure = SeriesOptions['measures'];

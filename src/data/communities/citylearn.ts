/**
 * Communities of the CityLearn challenge: `schema.json` and one CSV a building. The files have no
 * dates, only month and hour, the hour is the one that ends, and the first row may be the last hour
 * of the day before; the calendar is found from the first change of month and checked against every
 * row.
 */
import { civilFromDays, daysFromCivil } from '../../base/calendar.ts';
import { nearestWord } from '../../base/errors.ts';
import { sqrt } from '../../base/math.ts';
import { angle, integer, list, type OptionValues, optional, text } from '../../base/options.ts';
import {
  defineCommunity,
  type HomeProfiles,
  type HomeSpec,
  type ImportContext,
  type ProfileSet,
} from '../../physics/community.ts';
import { type Axis, ISSUE_LIMIT } from '../series/axis.ts';
import { type CsvTable, createInputReader, type IssueSink, parseCsv } from '../series/csv.ts';
import { readSeries } from '../series/series.ts';
import { createSeriesSource, wantedSpan } from '../series/source.ts';
import { parseOffset } from '../series/stamps.ts';
import { buildingsOf, type CityLearnBuilding } from './citylearn-schema.ts';

const OPTIONS = {
  path: text(undefined, 'Folder of schema.json, relative to the scenario'),
  buildings: optional(
    list(text(), undefined, { min: 1, doc: 'Names; all included ones when absent' }),
  ),
  startYear: integer(undefined, { min: 1900, max: 2200, doc: 'Year of the first row' }),
  timeZone: text(undefined, 'Fixed offset of local standard time, e.g. "-08:00"'),
  latitude: angle(undefined, { min: -66, max: 66, doc: 'North positive' }),
  longitude: angle(undefined, { min: -180, max: 180, doc: 'East positive' }),
};

const HOUR_S = 3600;
const LAYOUT = { delimiter: 'comma', header: true, skipRows: 0 } as const;
/** Parts of the load that are simulated elsewhere and not in `non_shiftable_load`. */
const OTHER_LOADS = ['dhw_demand', 'cooling_demand', 'heating_demand'];

/**
 * Builds the axis of a building's file.
 *
 * @param startYear - Year of the first row.
 * @param offsetMin - Local standard time minus UTC [min].
 * @param issue - Receives a file without a change of month, rows out of order, a weekday that is
 *   not the one of the calendar (the year is wrong), daylight-saving rows.
 * @returns Hourly axis; undefined after an issue.
 */
export function cityLearnAxis(
  table: CsvTable,
  startYear: number,
  offsetMin: number,
  issue: IssueSink,
): Axis | undefined {
  const column = (name: string) => table.names.indexOf(name);
  const [month, hour] = [column('month'), column('hour')];
  const [dayType, saving] = [column('day_type'), column('daylight_savings_status')];
  let problems = 0;
  const report = (row: number, at: number, expected: string, got: string, hint?: string) => {
    if (++problems > ISSUE_LIMIT) return;
    const [line, place] = [table.lineOf(row), table.columnOf(row, Math.max(0, at))];
    const path = table.names[at] ?? '';
    issue({ file: table.path, line, column: place, path, expected, got, hint });
  };
  for (const [name, at] of [
    ['month', month],
    ['hour', hour],
  ] as const) {
    if (at < 0) report(-1, 0, `a column ${name}`, table.names.join(', '));
  }
  if (problems > 0) return undefined;
  const numberAt = (row: number, at: number) => Number(table.cell(row, at));
  let change = 1;
  while (change < table.rowCount && numberAt(change, month) === numberAt(0, month)) change++;
  if (change >= table.rowCount) {
    report(0, month, 'rows of two months, to find the date', 'rows of one month');
    return undefined;
  }
  const firstMonth = numberAt(0, month);
  const newYear = firstMonth === 12 ? 1 : 0;
  const changeDay = daysFromCivil(startYear + newYear, newYear === 1 ? 1 : firstMonth + 1, 1);
  const startLocalS = changeDay * 86_400 - change * HOUR_S;
  for (let row = 0; row < table.rowCount; row++) {
    const localS = startLocalS + row * HOUR_S;
    const expected = civilHour(localS);
    const got = { month: numberAt(row, month), hour: numberAt(row, hour) };
    if (got.month !== expected.month || got.hour !== expected.hour) {
      const hint = 'rows out of order, an hour left out or twice, or another startYear';
      const [want, have] = [expected, got].map((at) => `month ${at.month}, hour ${at.hour}`);
      report(row, month, want!, have!, hint);
      break;
    }
    const weekday = dayType < 0 ? 8 : numberAt(row, dayType);
    if (weekday <= 7 && weekday !== expected.weekday) {
      const hint = `the year is not ${startYear}`;
      report(row, dayType, `day type ${expected.weekday}`, String(weekday), hint);
      break;
    }
    if (saving >= 0 && numberAt(row, saving) !== 0) {
      report(row, saving, 'standard time, daylight_savings_status 0', table.cell(row, saving));
      break;
    }
  }
  if (problems > 0) return undefined;
  const rows = Int32Array.from({ length: table.rowCount }, (_, row) => row);
  const startS = startLocalS - offsetMin * 60;
  return { kind: 'dated', startS, stepS: HOUR_S, count: table.rowCount, rows };
}

/**
 * Month, hour-ending 1 to 24 and weekday (1 is Monday) of the hour that begins at a local second.
 */
function civilHour(localS: number): { month: number; hour: number; weekday: number } {
  const days = Math.floor(localS / 86_400);
  const hour = Math.floor((localS - days * 86_400) / HOUR_S) + 1;
  const weekday = ((((days + 3) % 7) + 7) % 7) + 1;
  return { month: civilFromDays(days).month, hour, weekday };
}

/** Reads one building; undefined after an issue. */
function readBuilding(
  context: ImportContext,
  table: CsvTable,
  axis: Axis,
  building: CityLearnBuilding,
  notes: string[],
): HomeProfiles | undefined {
  const wanted = wantedSpan(context);
  const shared = { decimal: 'point', gapPolicy: 'refuse', gapMaxS: 0 } as const;
  const column = (name: string) => {
    const at = table.names.indexOf(name);
    if (at < 0) {
      const expected = `a column ${name}`;
      const got = table.names.join(', ');
      context.issue({ file: table.path, line: 1, column: 1, path: '', expected, got });
    }
    return at;
  };
  const loadColumn = column('non_shiftable_load');
  const solarColumn = building.pvW > 0 ? column('solar_generation') : 0;
  if (loadColumn < 0 || solarColumn < 0) return undefined;
  // solar_generation is W per kW of nominal power: a per-mille of the rating.
  const solar = { ...shared, unit: 'pu', ratedW: building.pvW / 1000 } as const;
  const kWh = { ...shared, unit: 'kWh', ratedW: 0 } as const;
  const load = readSeries(table, axis, loadColumn, kWh, wanted, context.issue);
  const pv =
    building.pvW > 0
      ? readSeries(table, axis, solarColumn, solar, wanted, context.issue)
      : undefined;
  const left = OTHER_LOADS.filter((name) => {
    const at = table.names.indexOf(name);
    return at >= 0 && Array.from(axis.rows).some((row) => Number(table.cell(row, at)) > 0);
  });
  if (left.length > 0) notes.push(`${building.name}: ${left.join(', ')} are not part of the load.`);
  if (load === undefined || (building.pvW > 0 && pv === undefined)) return undefined;
  return { spec: specOf(building), load, pv };
}

/** CityLearn's `efficiency` is that of a round trip; one way is its root. */
function specOf(building: CityLearnBuilding): HomeSpec {
  return {
    id: building.name,
    kind: 'household',
    pvDcW: building.pvW,
    pvAcW: building.pvW,
    tiltDeg: 30,
    azimuthDeg: 180,
    orientationKnown: false,
    batteryWh: building.batteryWh,
    batteryW: building.batteryW,
    batteryEfficiency: sqrt(building.roundTripEfficiency),
  };
}

/** Chooses the buildings the scenario names, or all that the schema includes. */
function chosenBuildings(
  all: readonly CityLearnBuilding[],
  names: readonly string[] | undefined,
  issue: IssueSink,
): readonly CityLearnBuilding[] {
  if (names === undefined) return all.filter(({ include }) => include);
  const known = all.map(({ name }) => name);
  return names.flatMap((name, index) => {
    const found = all.find((building) => building.name === name);
    if (found !== undefined) return [found];
    const near = nearestWord(name, known);
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    const path = `scenario.population.buildings[${index}]`;
    issue({ file: '', path, expected: `one of ${known.join(', ')}`, got: name, hint });
    return [];
  });
}

function load(
  context: ImportContext,
  options: OptionValues<typeof OPTIONS>,
): ProfileSet | undefined {
  let failed = false;
  const issue: IssueSink = (found) => {
    failed = true;
    context.issue(found);
  };
  const own = { ...context, issue };
  const offsetMin = parseOffset(options.timeZone);
  if (offsetMin === undefined) {
    const got = JSON.stringify(options.timeZone);
    const path = 'scenario.population.timeZone';
    issue({ file: '', path, expected: 'a fixed offset such as -08:00', got });
    return undefined;
  }
  const reader = createInputReader(context.folder, issue);
  const folder = options.path.replace(/\/+$/, '');
  const schema = reader.read(`${folder}/schema.json`, 'scenario.population.path');
  if (schema === undefined) return undefined;
  const all = buildingsOf(schema, issue);
  const notes: string[] = [];
  const found = chosenBuildings(all, options.buildings, issue).map((building) => {
    const file = reader.read(`${folder}/${building.file}`, 'scenario.population.path');
    const table = file && parseCsv(file, LAYOUT, issue);
    const axis = table && cityLearnAxis(table, options.startYear, offsetMin, issue);
    return table && axis && readBuilding(own, table, axis, building, notes);
  });
  const homes = found.filter((home) => home !== undefined);
  if (failed || homes.length < found.length) return undefined;
  const { latitude: latitudeDeg, longitude: longitudeDeg } = options;
  return { homes, latitudeDeg, longitudeDeg, notes, inputs: reader.inputs };
}

/** Homes of a CityLearn data set. */
export default defineCommunity({
  apiVersion: 1,
  name: 'citylearn',
  summary: 'Buildings of a CityLearn folder: schema.json and one CSV each',
  source: 'CityLearn challenge 2022 data layout; decisions.md 28',
  options: () => OPTIONS,
  load,
  create(context, options, profiles = load(context, options)) {
    return profiles && createSeriesSource(context, profiles);
  },
});

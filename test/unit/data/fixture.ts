/** Imports of small files from a temporary folder, and of the shared samples. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCalendar, parseInstant } from '../../../src/base/calendar.ts';
import { formatIssue, type InputIssue } from '../../../src/base/errors.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { DAY_US, MINUTE_US } from '../../../src/base/units.ts';
import { communities } from '../../../src/data/communities/index.ts';
import type { CommunitySource } from '../../../src/physics/community.ts';
import { emptyMap, parseLocated } from '../../../src/scenario/located.ts';
import { resolvePlugin } from '../../../src/scenario/resolve.ts';
import { catalogue } from '../scenario/fixture.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
/** The shared samples of foreign formats. */
export const formats = `${root}../shared/data/formats`;
export const present = existsSync(formats);
if (!present) console.log(`skipped: imports of foreign formats need the data folder ${formats}`);

export interface Run {
  readonly start?: string;
  readonly days?: number;
  readonly slotMin?: number;
  readonly stepMin?: number;
  readonly historyDays?: number;
  readonly folder?: string;
}

const folders: string[] = [];
// Several test files share this module, so that its end is that of the process.
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with one file `a.csv`, removed after the tests. */
export function folderWith(content: string, name = 'a.csv'): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerwatt-import-'));
  folders.push(folder);
  writeFileSync(join(folder, name), content);
  return folder;
}

/** Creates the community of a `population` in YAML. */
export function importYaml(population: string, run: Run = {}) {
  const issues: InputIssue[] = [];
  const tree = parseLocated(population, 'test.yaml', 'scenario.population', issues);
  const place = { file: 'test.yaml', path: 'scenario.population' };
  const own = { ...catalogue, population: communities as never };
  const choice = resolvePlugin('population', tree, emptyMap(place).place, own, issues);
  if (issues.length > 0) return { source: undefined, messages: issues.map(formatIssue), issues };
  const { epochS, utcOffsetMin } = parseInstant(run.start ?? '2024-06-03T00:00+08:00')!;
  const slotUs = (run.slotMin ?? 60) * MINUTE_US;
  const source = communities.get(choice.name).create(
    {
      calendar: createCalendar(epochS, utcOffsetMin),
      slotUs,
      slotCount: ((run.days ?? 1) * DAY_US) / slotUs,
      stepUs: (run.stepMin ?? 60) * MINUTE_US,
      historySlotCount: ((run.historyDays ?? 0) * DAY_US) / slotUs,
      random: createRandomSource(1),
      folder: run.folder ?? formats,
      issue: (issue) => issues.push(issue),
    },
    choice.options as never,
  ) as CommunitySource | undefined;
  return { source, messages: issues.map(formatIssue), issues };
}

/** Sums of all steps of the window by home. */
export function totalsOf(source: CommunitySource) {
  const { homes, slotCount, stepsPerSlot, historySlotCount } = source;
  const [loadWh, pvWh] = [new Float64Array(homes.length), new Float64Array(homes.length)];
  const [loadSum, pvSum] = [new Float64Array(homes.length), new Float64Array(homes.length)];
  for (let step = -historySlotCount * stepsPerSlot; step < slotCount * stepsPerSlot; step++) {
    source.fill(step, loadWh, pvWh);
    if (step < 0) continue;
    for (let home = 0; home < homes.length; home++) {
      loadSum[home]! += loadWh[home]!;
      pvSum[home]! += pvWh[home]!;
    }
  }
  return { loadWh: Array.from(loadSum), pvWh: Array.from(pvSum) };
}

/** A CSV of hourly readings of one day in local time, changed row by row; `undefined` drops a row. */
export function hours(
  change: (hour: number, row: string) => string | undefined = (_hour, row) => row,
  count = 24,
  start = 0,
): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const hour = start + i;
    const day = 3 + Math.floor(hour / 24);
    const two = (value: number) => String(value).padStart(2, '0');
    return change(hour, `2024-06-${two(day)}T${two(hour % 24)}:00,${(hour % 5) + 1}`);
  });
  return ['time,load', ...rows.filter((row) => row !== undefined)].join('\n');
}

/** A `generic-csv` population of one home `a` and one series of `a.csv`. */
export const population = (series: string, home = '{ id: a }') => `name: generic-csv
latitude: 39.9
longitude: 116.4
homes: [${home}]
series:
  - { file: a.csv, measures: load, unit: Wh, marks: start, timeZone: "+08:00", homes: [a], columns: [load]${series} }
`;

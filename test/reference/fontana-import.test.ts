/**
 * The Fontana scenario against its files: totals of both weeks equal the sums of the readings, each
 * rounded once to Wh, halves up. The readings are recomputed here from the text, by digits.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/base/calendar.ts';
import type { InputIssue } from '../../src/base/errors.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { DAY_US } from '../../src/base/units.ts';
import { communities } from '../../src/data/communities/index.ts';
import type { CommunitySource } from '../../src/physics/community.ts';
import { createWorld } from '../../src/physics/world.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario, Window } from '../../src/scenario/sections.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const data = `${root}../shared/data`;
const present = existsSync(data);
if (!present) console.log(`skipped: the Fontana import needs the data folder ${data}`);

const HOMES = ['H01', 'H02', 'H03', 'H04', 'H05', 'H08', 'H09', 'H10'];
const CONSUMERS = ['B102040', 'B122940', 'B139908', 'B164698', 'B185734'];

/** kWh text to Wh, halves up, on the digits of the text: no binary fraction is involved. */
function wattHours(text: string): number {
  const [whole, fraction = ''] = text.split('.');
  const digits = fraction.padEnd(4, '0');
  return Number(whole) * 1000 + Number(digits.slice(0, 3)) + (digits[3]! >= '5' ? 1 : 0);
}

function rowsOf(path: string): { head: string[]; rows: string[][] } {
  const lines = readFileSync(`${data}/${path}`, 'utf8').trim().split(/\r?\n/);
  const [head, ...rows] = lines.map((line) => line.split(','));
  return { head: head!, rows };
}

/** Sum of a column over some rows [Wh]. */
function totalWh(path: string, column: string, from: (first: string) => boolean, count: number) {
  const { head, rows } = rowsOf(path);
  const first = rows.findIndex((row) => from(row[0]!));
  const at = head.indexOf(column);
  return rows.slice(first, first + count).reduce((sum, row) => sum + wattHours(row[at]!), 0);
}

function sourceOf(scenario: Scenario, window: Window, folder = scenario.folder) {
  const issues: InputIssue[] = [];
  const slotUs = scenario.horizon.interval;
  const perDay = DAY_US / slotUs;
  const source = communities.get(scenario.population.name).create(
    {
      calendar: createCalendar(window.startEpochS, window.utcOffsetMin),
      slotUs,
      slotCount: window.days * perDay,
      stepUs: scenario.horizon.physicsStep,
      historySlotCount: scenario.horizon.history * perDay,
      random: createRandomSource(1),
      folder,
      issue: (issue) => issues.push(issue),
    },
    scenario.population.options as never,
  ) as CommunitySource | undefined;
  return { source, issues };
}

const loaded = loadScenario(`${root}scenarios/fontana.yaml`, { plugins: catalogue });
const scenario = loaded.resolve();

describe.skipIf(!present)('Fontana, January and July 2017', () => {
  it.each(scenario.windows)('totals of $id equal the rounded readings', (window) => {
    const { source, issues } = sourceOf(scenario, window);
    expect(issues).toEqual([]);
    expect(source!.historySlotCount).toBe(168);
    const { horizon } = scenario;
    const world = createWorld(source!, {
      stepUs: horizon.physicsStep,
      slotUs: horizon.interval,
      batteryDispatch: 'self-consumption',
    });
    const loadWh = new Array<number>(13).fill(0);
    const pvWh = new Array<number>(13).fill(0);
    for (let slot = -168; slot < 168; slot++) {
      world.advance(slot);
      if (slot < 0) continue;
      for (let home = 0; home < 13; home++) {
        loadWh[home]! += world.truth.loadWh[home]!;
        pvWh[home]! += world.truth.generationWh[home]!;
      }
    }
    const winter = window.id === 'window-1';
    const date = winter ? '2017-01-09T00:00' : '2017-07-10T00:00';
    // 9 January is day 9 and 10 July day 191 of a year without a leap day.
    const hour = String(((winter ? 9 : 191) - 1) * 24);
    const fontana = (file: string) =>
      HOMES.map((id) => totalWh(file, id, (first) => first === date, 168));
    const stock = CONSUMERS.map((id) =>
      totalWh(
        'load/resstock_alameda_20_homes_nonshiftable_kwh_60min.csv',
        id,
        (first) => first === hour,
        168,
      ),
    );
    expect(loadWh).toEqual([...fontana('load/fontana_load_kwh_60min.csv'), ...stock]);
    expect(pvWh).toEqual([...fontana('pv/fontana_pv_kwh_60min.csv'), 0, 0, 0, 0, 0]);
  });

  it('takes PV and battery from the published table', () => {
    const { head, rows } = rowsOf('load/fontana_homes.csv');
    const { source } = sourceOf(scenario, scenario.windows[0]!);
    for (const spec of source!.homes.slice(0, 8)) {
      const row = rows.find(([id]) => id === spec.id)!;
      const value = (name: string) => Number(row[head.indexOf(name)]);
      expect(spec.pvDcW).toBe(value('pv_nominal_kw') * 1000);
      expect(spec.batteryWh).toBe(value('battery_kwh') * 1000);
      expect(spec.batteryW).toBe(value('battery_kw') * 1000);
      expect(spec.batteryEfficiency ** 2).toBeCloseTo(value('battery_efficiency'), 4);
    }
    const consumers = rowsOf('load/resstock_alameda_20_homes_nonshiftable_kwh_60min.csv').head;
    expect(source!.homes.slice(8).map(({ id }) => id)).toEqual(consumers.slice(1, 6));
  });

  it('names its files with their hashes and says how the consumers were mapped', () => {
    const { source } = sourceOf(scenario, scenario.windows[0]!);
    expect(source!.inputs).toHaveLength(3);
    for (const input of source!.inputs) {
      expect(input.path).toMatch(/^\.\.\/\.\.\/shared\/data\//);
      expect(input.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(source!.notes).toEqual([expect.stringContaining('local hour of the year')]);
  });
});

describe('Fontana without its data', () => {
  it('names the folder, at the line of the scenario', () => {
    const { source, issues } = sourceOf(scenario, scenario.windows[0]!, '/nonexistent/scenarios');
    expect(source).toBeUndefined();
    const placed = loaded.placeIssues(issues);
    expect(placed.map(({ expected }) => expected)).toEqual([
      'the data folder ../../shared/data/load',
      'the data folder ../../shared/data/pv',
    ]);
    expect(placed[0]!.path).toBe('scenario.population.series[0].file');
    expect(placed[0]!.line).toBeGreaterThan(1);
    expect(placed[0]!.column).toBeGreaterThan(1);
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatIssue, type InputIssue } from '../../../src/base/errors.ts';
import { defaultsOf } from '../../../src/base/options.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { cableImpedance, transformerImpedance } from '../../../src/data/feeders/cables.ts';
import { feeders } from '../../../src/data/feeders/index.ts';
import { createPowerFlow } from '../../../src/grid/power-flow.ts';
import type { HomeSpec } from '../../../src/physics/community.ts';

const home = (index: number, part: Partial<HomeSpec> = {}): HomeSpec => ({
  id: `home-${index}`,
  kind: 'household',
  pvDcW: 0,
  pvAcW: 0,
  tiltDeg: 30,
  azimuthDeg: 180,
  orientationKnown: true,
  batteryWh: 0,
  batteryW: 0,
  batteryEfficiency: 0.95,
  ...part,
});
const homesOf = (count: number, pv = false) =>
  Array.from({ length: count }, (_, i) =>
    home(i, pv && i % 2 === 1 ? { pvDcW: 7000, pvAcW: 6000 } : {}),
  );

function create(
  name: string,
  homes: readonly HomeSpec[],
  options: Record<string, unknown>,
  seed = 1,
) {
  const issues: InputIssue[] = [];
  const plugin = feeders.get(name);
  const context = {
    homes,
    random: createRandomSource(seed),
    folder: folder,
    powerFactor: 0.95,
    issue: (issue: InputIssue) => issues.push(issue),
  };
  const placement = plugin.create(context, { ...defaultsOf(plugin.options()), ...options });
  return { placement, issues: issues.map(formatIssue) };
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'feeders-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('generated-lv', () => {
  test.each([
    [5, false],
    [12, true],
    [115, true],
    [400, false],
    [2000, true],
  ])('%i homes lose 3 to 6 percent at the design peak at sensible voltages, PV %s', (n, pv) => {
    const homes = homesOf(n, pv);
    const { placement, issues } = create('generated-lv', homes, {});
    expect(issues).toEqual([]);
    const { feeder, busOfHome, notes } = placement!;
    expect(notes).toHaveLength(1);
    expect(new Set(busOfHome).size).toBe(n);
    // The claim is solved again from outside: 2.2 kW and power factor 0.95 at every home.
    const pW = new Float64Array(feeder.busCount);
    const qVar = new Float64Array(feeder.busCount);
    for (const bus of busOfHome) {
      pW[bus] = 2200;
      qVar[bus] = 2200 * Math.sqrt(1 / 0.95 ** 2 - 1);
    }
    const flow = createPowerFlow(feeder);
    const { lossW, voltageMinPu, converged } = flow.solve(pW, qVar);
    expect(converged).toBe(true);
    expect(lossW / (2200 * n)).toBeGreaterThan(0.03);
    expect(lossW / (2200 * n)).toBeLessThan(0.06);
    expect(voltageMinPu).toBeGreaterThan(0.9);
    for (let bus = 1; bus < feeder.busCount; bus++) {
      expect(flow.branchCurrentA[bus]!).toBeLessThan(feeder.ampacityA[bus]!);
    }
    for (let i = 0; i < n; i++) pW[busOfHome[i]!] = 550 - 0.85 * homes[i]!.pvAcW;
    for (const bus of busOfHome) qVar[bus] = 550 * Math.sqrt(1 / 0.95 ** 2 - 1);
    expect(flow.solve(pW, qVar).voltageMaxPu).toBeLessThan(1.1);
  });

  test('scatters homes, as a population is numbered by kind and streets are not', () => {
    const { feeder, busOfHome } = create('generated-lv', homesOf(100), {}).placement!;
    const streets = new Set(
      [...busOfHome.slice(0, 20)].map((bus) => feeder.busIds[bus]!.split('-')[1]),
    );
    expect([...streets].sort()).toEqual(['f1', 'f2', 'f3', 'f4']);
  });

  test('the same seed gives the same network, another seed another', () => {
    const lengths = (seed: number) => [
      ...create('generated-lv', homesOf(40), {}, seed).placement!.feeder.rOhm,
    ];
    expect(lengths(3)).toEqual(lengths(3));
    expect(lengths(3)).not.toEqual(lengths(4));
  });

  test('a population beyond one transformer hangs several off the source', () => {
    const { feeder } = create('generated-lv', homesOf(250), {}).placement!;
    const transformers = feeder.busIds.filter((_, bus) => feeder.parent[bus] === 0);
    expect(transformers).toEqual(['t1', 't2', 't3']);
  });

  test('PV that outweighs the load makes noon the design peak', () => {
    const homes = Array.from({ length: 60 }, (_, i) => home(i, { pvDcW: 9000, pvAcW: 8000 }));
    const [note] = create('generated-lv', homes, {}).placement!.notes;
    expect(note).toContain('of the export design peak');
  });

  test('one home is placed, and the note says that no cable loses 3 %', () => {
    const { placement } = create('generated-lv', homesOf(1), {});
    expect(placement!.busOfHome).toHaveLength(1);
    expect(placement!.notes[1]).toContain('no cable and length reaches the asked band');
  });

  test('reports an empty population and an empty band', () => {
    expect(create('generated-lv', [], {}).issues).toEqual([
      'population: expected at least one home; got 0',
    ]);
    const { issues } = create('generated-lv', homesOf(3), { peakLossMin: 0.07 });
    expect(issues[0]).toContain('grid.feeder.peakLossMin: expected > 0 and < peakLossMax 0.06');
  });
});

describe('cables and transformers', () => {
  test('a 400 kVA transformer has its load loss and short-circuit voltage at 0.4 kV', () => {
    const { rOhm, xOhm, ampacityA } = transformerImpedance(380_000, 400);
    expect(3 * 577.35 ** 2 * rOhm).toBeCloseTo(3250, 0);
    expect(Math.hypot(rOhm, xOhm)).toBeCloseTo((0.04 * 400 ** 2) / 400_000, 12);
    expect(ampacityA).toBeCloseTo(577.35, 2);
  });

  test('a load above the largest rating runs equal units in parallel', () => {
    expect(transformerImpedance(1_500_000, 400).ampacityA).toBeCloseTo(2 * 1443.4, 0);
  });

  test('the thinnest cable that keeps ampacity and gradient is chosen', () => {
    expect(cableImpedance(60, 1000, 100).rOhm).toBeCloseTo(0.191, 12);
    expect(cableImpedance(80, 1000, 100).rOhm).toBeCloseTo(0.12, 12);
    expect(cableImpedance(60, 30, 100).rOhm).toBeCloseTo(0.0443, 12);
    expect(cableImpedance(500, 1000, 100).ampacityA).toBe(2 * 270);
  });
});

describe('csv-folder', () => {
  const BUS =
    'bus,base_kv,p_kw,q_kvar,is_slack\n0,0.4,0,0,1\n1,0.4,0,0,0\n2,0.4,5,1,0\n3,0.4,5,1,0\n';
  const BRANCH =
    'from,to,r_ohm,x_ohm,i_max_a,closed\n0,1,0.1,0.02,150,1\n1,2,0.2,0.02,,1\n3,1,0.2,0.02,,1\n2,3,1,1,,0\n';
  const write = (name: string, bus: string | undefined, branch: string | undefined) => {
    mkdirSync(join(folder, name), { recursive: true });
    if (bus !== undefined) writeFileSync(join(folder, name, 'bus.csv'), bus);
    if (branch !== undefined) writeFileSync(join(folder, name, 'branch.csv'), branch);
    return create('csv-folder', homesOf(5), { path: name });
  };

  test('places homes on load buses in turn and leaves open ties out', () => {
    const { placement, issues } = write('good', BUS, BRANCH);
    expect(issues).toEqual([]);
    const { feeder, busOfHome, inputs } = placement!;
    const at = [...busOfHome].map((bus) => feeder.busIds[bus]);
    expect(at).toEqual(['2', '3', '2', '3', '2']);
    expect(feeder.busCount).toBe(4);
    expect(feeder.ampacityA[1]).toBe(150);
    expect(inputs.map(({ path }) => path)).toEqual(['good/bus.csv', 'good/branch.csv']);
    expect(inputs[0]!.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('reports both missing files at once', () => {
    expect(write('none', undefined, undefined).issues).toEqual([
      'none/bus.csv grid.feeder.path: expected a file; got none',
      'none/branch.csv grid.feeder.path: expected a file; got none',
    ]);
  });

  test.each<[string, string, string, string]>([
    [
      'a missing column',
      BUS.replace('q_kvar', 'q'),
      BRANCH,
      'bus.csv:1 grid.feeder.path: expected columns bus, base_kv, p_kw, q_kvar, is_slack; got no q_kvar',
    ],
    [
      'a word for a number',
      BUS,
      BRANCH.replace('0.1,0.02,150', 'thick,0.02,150'),
      'branch.csv:2 grid.feeder.path: expected a number in r_ohm; got "thick"',
    ],
    [
      'a short line',
      BUS.replace('2,0.4,5,1,0', '2,0.4,5'),
      BRANCH,
      'bus.csv:4 grid.feeder.path: expected a number in q_kvar; got ""',
    ],
    [
      'an unknown bus',
      BUS,
      BRANCH.replace('3,1,', '9,1,'),
      'branch.csv:4 grid.feeder.path: expected a bus of bus.csv; got "9"',
    ],
    [
      'a bus twice',
      BUS.replace('3,0.4,5', '2,0.4,5'),
      BRANCH.replace('3,1,', '2,1,'),
      'bus.csv:5 grid.feeder.path: expected each bus once; got 2 again',
    ],
    [
      'two base voltages',
      BUS.replace('1,0.4', '1,10'),
      BRANCH,
      'bus.csv:3 grid.feeder.path: expected one base voltage > 0 (impedances referred to it); got 10 kV',
    ],
    [
      'no slack',
      BUS.replace('0,0,1', '0,0,0'),
      BRANCH,
      'bus.csv grid.feeder.path: expected one slack bus; got 0',
    ],
    [
      'no load',
      BUS.replaceAll('5,1', '0,0'),
      BRANCH,
      'bus.csv grid.feeder.path: expected a load bus (p_kw or q_kvar not 0); got none',
    ],
    [
      'a closed loop',
      BUS,
      BRANCH.replace('1,1,,0', '1,1,,1'),
      'branch.csv:5 grid.feeder.path: expected a radial network; got a loop 2, 1, 3',
    ],
    [
      'an island',
      BUS,
      BRANCH.replace('3,1,', '3,2,').replace('1,2,0.2,0.02,,1', '1,2,0.2,0.02,,0'),
      'branch.csv:4 grid.feeder.path: expected every bus connected to the slack 0; got an island of 2: 3, 2',
    ],
    [
      'a load bus without a branch',
      BUS,
      BRANCH.replace('3,1,0.2,0.02,,1\n', ''),
      'bus.csv:5 grid.feeder.path: expected a closed branch at every load bus; got none at 3',
    ],
    [
      'broken quotes',
      `${BUS}"4,0.4`,
      BRANCH,
      'bus.csv:6 grid.feeder.path: expected comma-separated values; got CSV_QUOTE_NOT_CLOSED',
    ],
  ])('reports %s with file and line', (name, bus, branch, expected) => {
    const path = name.replaceAll(' ', '-');
    const { placement, issues } = write(path, bus, branch);
    expect(placement).toBeUndefined();
    expect(issues).toContain(`${path}/${expected}`);
  });

  test('keeps the registry of feeders', () => {
    expect(feeders.names).toEqual(['generated-lv', 'csv-folder']);
  });
});

/** Runs on shared profiles are the runs they would be alone, and leave the profiles as they were. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { createProfileStore } from '../../../src/experiment/profile-store.ts';
import runJob, { importProfiles, type Job } from '../../../src/experiment/worker.ts';
import type { ProfileSet } from '../../../src/physics/community.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import type { Scenario } from '../../../src/scenario/sections.ts';
import { catalogue } from '../../../src/simulation/catalogue.ts';
import { loadProfiles, profileBytes, profileKey } from '../../../src/simulation/profiles.ts';

const STREET = fileURLToPath(new URL('../../../docs/examples/street/street.yaml', import.meta.url));
const SHORT = ['horizon.days=1', 'horizon.history=2', 'consensus=central'];

const home = mkdtempSync(join(tmpdir(), 'peerwatt-'));
afterAll(() => rmSync(home, { recursive: true }));

const street = (...sets: string[]): Scenario =>
  loadScenario(STREET, { plugins: catalogue, sets: [...SHORT, ...sets] }).resolve();

const requestOf = (scenario: Scenario) => ({ scenario, window: scenario.windows[0]! });

function runInto(name: string, scenario: Scenario, profiles?: ProfileSet) {
  const folder = join(home, name);
  const environment = { version: '0', nodeMajor: 20 };
  const job: Job = {
    ...requestOf(scenario),
    ...{ folder, environment, profiles, progress: new Float64Array(1), index: 0 },
  };
  const outcome = runJob(job);
  expect(outcome.ok).toBe(true);
  const files = readdirSync(folder).sort();
  return files.map((file) => `${file} ${hashOf(readFileSync(join(folder, file)))}`);
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Hash of all numbers of a set. */
const numbersHash = ({ homes }: ProfileSet) =>
  hashOf(new Uint8Array((homes[0]!.load.energyWh as Float64Array).buffer.slice(0)));

describe('shared profiles', () => {
  const scenario = street();
  const set = importProfiles(requestOf(scenario))!;

  test('lie on one piece of shared memory that cloning does not copy', () => {
    const all = set.homes.flatMap(({ load, pv }) => (pv === undefined ? [load] : [load, pv]));
    const buffers = new Set(all.map(({ energyWh }) => (energyWh as Float64Array).buffer));
    expect([...buffers]).toEqual([expect.any(SharedArrayBuffer)]);
    expect(profileBytes(set)).toBe([...buffers][0]!.byteLength);
    expect(profileBytes(set)).toBe(8 * 3 * 3 * 24);
    const clone = structuredClone(set);
    const seen = clone.homes[1]!.load.energyWh;
    const own = set.homes[1]!.load.energyWh as Float64Array;
    own[0]! += 1;
    expect(seen[0]).toBe(own[0]);
    own[0]! -= 1;
  });

  test('are what the run would read', () => {
    const own = loadProfiles(scenario, scenario.windows[0]!)!;
    const plain = ({ homes, ...rest }: ProfileSet) => ({
      ...rest,
      homes: homes.map(({ spec, load, pv }) => {
        return { spec, load: Array.from(load.energyWh), pv: pv && Array.from(pv.energyWh) };
      }),
    });
    expect(plain(set)).toEqual(plain(own));
    expect(set.inputs.map(({ path }) => path)).toEqual(['load.csv', 'pv.csv']);
  });

  test('give the same bytes, and are left as they were for the next run', () => {
    const before = numbersHash(set);
    const alone = runInto('alone', scenario);
    expect(runInto('shared', scenario, structuredClone(set))).toEqual(alone);
    expect(numbersHash(set)).toBe(before);
    expect(runInto('again', scenario, structuredClone(set))).toEqual(alone);
    expect(numbersHash(set)).toBe(before);
  });

  test('depend on no seed and no physics step, but on the span', () => {
    const key = (...sets: string[]) => {
      const { scenario: one, window } = requestOf(street(...sets));
      return profileKey(one, window);
    };
    expect(key('consensus=pow', 'horizon.physicsStep=15 min')).toBe(key());
    const others = [
      key('horizon.days=2'),
      key('horizon.history=1'),
      key('horizon.interval=30 min', 'horizon.physicsStep=30 min'),
      key('horizon.start=2023-05-02T00:00+02:00'),
      key('population.latitude=40 deg'),
    ];
    expect(new Set([key(), ...others]).size).toBe(6);
  });
});

test('a problem of the data is told by the run, as without sharing', async () => {
  const scenario = street('horizon.start=2024-06-01T00:00+02:00');
  const request = requestOf(scenario);
  const set = await createProfileStore().of(request, async (one) => importProfiles(one));
  expect(set).toBeUndefined();
  const progress = new Float64Array(1);
  const environment = { version: '0', nodeMajor: 20 };
  const outcome = runJob({ ...request, folder: undefined, environment, progress, index: 0 });
  expect(outcome).toMatchObject({
    ok: false,
    failure: { kind: 'scenario', issues: [{ file: 'load.csv' }, {}, {}] },
  });
});

test('a generated community is not shared', () => {
  const scenario = street();
  const generated = { ...scenario, population: { name: 'synthetic', options: {} } };
  expect(profileKey(generated, scenario.windows[0]!)).toBeUndefined();
  expect(loadProfiles(generated, scenario.windows[0]!)).toBeUndefined();
});

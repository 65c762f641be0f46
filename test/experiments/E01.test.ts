/**
 * E01: protocols on one world. Only laws are asserted: messages of PBFT, saturation of proof of work, and
 * that every arm is measured at 90 % of the honest full nodes. Which protocol is faster is printed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { log } from '../../src/base/math.ts';
import type { StudyValues } from '../../src/experiment/compare.ts';
import { planStudy } from '../../src/experiment/plan.ts';
import type { MeasuringPool } from '../../src/experiment/pool.ts';
import { type ArmSaturation, searchArm } from '../../src/experiment/saturation-ramp.ts';
import { summarise } from '../../src/report/write.ts';
import { type RunResult, simulate } from '../../src/simulation/run.ts';
import { column, shipped, words } from './shipped.ts';

const { arms, scenario } = shipped('E01');

const metricsOf = (result: RunResult) =>
  new Map(summarise(result).map(({ metric, value }) => [metric, value]));

it('every arm of the file loads, on the same nodes, links, load and caps', () => {
  expect(arms).toEqual(
    'pow pow-bitcoin dpos dpos-bft eosio pbft tendermint raft central'.split(' '),
  );
  const [first, ...others] = arms.map((arm) => scenario(arm));
  for (const { consensus: _, arm: _arm, ...world } of others) {
    expect({ ...first, ...world }).toEqual(first);
  }
});

describe('PBFT', () => {
  it.each([4, 7, 10])('of %i validators sends 2n(n - 1) messages a decision', (n) => {
    const { tables } = simulate(
      scenario('pbft', [
        `network.nodes=${n}`,
        'network.topology={ name: random-regular, degree: 3 }',
        'horizon.span=2 min',
      ]),
    );
    const counters = words(tables.consensus, 'counter');
    const values = column(tables.consensus, 'value');
    const count = (type: string) => values[counters.indexOf(`messages/${type}`)]!;
    const decisions = tables.blocks!.count - 1;
    expect(decisions).toBeGreaterThan(150);
    expect(values[counters.indexOf('viewChanges')]).toBe(0);
    // To each other one: a proposal by the primary, prepares by the rest, commits by all.
    expect(count('proposal')).toBe(decisions * (n - 1));
    expect(count('prepare')).toBe(decisions * (n - 1) * (n - 1));
    expect(count('commit')).toBe(decisions * n * (n - 1));
    const sum = count('proposal') + count('prepare') + count('commit');
    expect(sum / decisions).toBe(2 * n * (n - 1));
  });
});

/** Runs of a search in this thread, as workers would carry them out. */
const inline: MeasuringPool = {
  run: ({ scenario: of, window }) =>
    Promise.resolve({ ok: true, summary: summarise(simulate(of, { window })), warnings: [] }),
  close: () => Promise.resolve(),
};

describe('proof of work', () => {
  const RATIO = 1.25;
  const found: string[] = [];

  /** Blocks of 17 transfers keep the search small; the law does not know the size of a block. */
  async function saturationOf(nodes: number): Promise<ArmSaturation> {
    const small = scenario('pow', [
      `network.nodes=${nodes}`,
      'network.topology={ name: random-regular, degree: 4 }',
      'ledger.gasPerSecond=40000',
    ]);
    const [plan] = planStudy([small], 1);
    const measured: Readonly<Record<string, number>> = { txBytesMean: 87, txGasMean: 35_640 };
    const values: StudyValues = {
      metrics: [],
      arms: ['pow'],
      of: (_, metric) => [measured[metric] ?? Number.NaN],
    };
    const request = { lowTps: 0.1, highTps: 10, ratio: RATIO };
    return searchArm(plan!, values, request, [1, 2, 3, 4, 5, 6], inline);
  }

  it('saturates at a load that does not depend on the number of nodes', async () => {
    const saturations: number[] = [];
    for (const nodes of [5, 10, 20]) {
      const { found: search, boundTps } = await saturationOf(nodes);
      // 40 000 gas a second at 35 640 gas a transfer.
      expect(boundTps).toBeCloseTo(1.122, 3);
      expect(search!.exceededTps).toBeGreaterThan(search!.saturationTps);
      // What is over the bound cannot be carried, so it must fail.
      expect(search!.saturationTps).toBeLessThan((boundTps / 0.95) * 1.02);
      found.push(`n=${nodes} ${search!.saturationTps.toFixed(2)}/s`);
      saturations.push(search!.saturationTps);
    }
    const spread = log(Math.max(...saturations) / Math.min(...saturations)) / log(RATIO);
    // Neighbours on the grid are equal within the resolution of the search.
    expect(spread).toBeLessThan(1.001);
    console.log(`E01 saturation of proof of work, bound 1.12/s: ${found.join(', ')}`);
  });
});

describe('every arm', () => {
  const shown: string[] = [];

  it.each(arms)('%s is measured at nine tenths of the honest full nodes', (arm) => {
    const metrics = metricsOf(simulate(scenario(arm, ['horizon.span=5 min'])));
    for (const id of ['finalityLatency90P50Us', 'inclusionLatency90P50Us', 'propagation90P50Us']) {
      if (id.startsWith('propagation') && metrics.get('canonicalBlocks') === 0) continue;
      expect(metrics.get(id), id).toBeGreaterThan(0);
    }
    expect(metrics.get('finalityLatency90Censored')).toBe(0);
    expect(metrics.get('eligibleShare')).toBe(arm === 'central' ? 1 / 21 : 1);
    const seconds = metrics.get('finalityLatency90P50Us')! / 1e6;
    shown.push(`${arm} ${seconds.toFixed(2)} s`);
    if (shown.length === arms.length) {
      console.log(`E01 median time to finality at 90 % of nodes: ${shown.join(', ')}`);
    }
  });
});

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const isBuilt = existsSync(MAIN);
if (!isBuilt) console.log('E01 on the command line skipped: node scripts/prepare.mjs builds it');

describe.skipIf(!isBuilt)('on the command line', () => {
  it('prints equal risk first, then as deployed, sustained loads and the triangle', () => {
    const out = mkdtempSync(join(tmpdir(), 'peerwatt-'));
    try {
      const file = fileURLToPath(new URL('../../scenarios/experiments/E01.yaml', import.meta.url));
      const options = [
        ['--arms', 'pow,dpos,pbft,central'],
        ['--iso-risk', 'q=0.1,eps=0.001'],
        ['--saturation', '0.5..4'],
        ['--replications', '2'],
        ['--set', 'horizon.span=2 min'],
        ['--set', 'ledger.gasPerSecond=40000'],
        ['--set', 'population.transfersPerSecond=0.5'],
        ['--out', join(out, 'E01')],
      ];
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [MAIN, 'compare', file, ...options.flat()],
        { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
      );
      expect(stderr).not.toContain('Error');
      expect(status).toBe(0);
      const places = [
        'At equal risk: adversary share 0.1, residual risk 0.001',
        'As deployed',
        'Largest sustained load [1/s], searched from 0.5 to 4 in steps of at most x 1.25, 2 seeds',
        'Decentralisation, efficiency, security',
      ].map((title) => stdout.indexOf(title));
      expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      // Six confirmations are the fewest that keep a tenth of the power below one in a thousand.
      expect(stdout).toMatch(/pow +confirmations=6 /);
      expect(stdout).toMatch(/central +unreachable/);
      const triangle = readFileSync(join(out, 'E01', 'triangle.csv'), 'utf8');
      expect(triangle.split('\n')[1]).toContain('saturation finality energy');
    } finally {
      rmSync(out, { recursive: true });
    }
  });
});

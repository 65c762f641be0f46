/**
 * A study as `peerwatt sweep` carries it out, in CPU seconds and memory of this process with its workers.
 * Village runs with 1 and 2 workers say how much of a second core a study uses; tiny runs, a chain of
 * four nodes for half a minute, what the engine adds to a run and what ten thousand of them take in
 * memory; a report of a thousand runs how long it takes and how large it is. Shared profiles are measured
 * on the street of the docs, whose runs read two files.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadStudyText } from '../src/experiment/design/study-file.ts';
import { sweepOf } from '../src/experiment/study/sweep.ts';
import { runStudy } from '../src/experiment/study.ts';
import { writeReport } from '../src/report/page/write.ts';
import { loadScenario, loadScenarioText } from '../src/scenario/load.ts';
import { catalogue } from '../src/simulation/catalogue.ts';
import { loadProfiles } from '../src/simulation/profiles.ts';
import { simulate } from '../src/simulation/run.ts';

interface Row {
  label: string;
  value: number;
  unit: string;
}

interface Part {
  rows: Row[];
  hashes: string[];
}

const TINY = `
schemaVersion: 1
name: tiny
horizon: { start: 2024-06-03T00:00+08:00, days: 1, span: 30 s, warmUp: 0 s, drain: 1 min }
population: { name: accounts, accounts: 5, transfersPerSecond: 0.2 }
network: { nodes: 4, topology: full-mesh }
consensus: { name: central }
`;

const cpuSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

const peakMiB = (): number => process.resourceUsage().maxRSS / 1024;

const shortHash = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 16);

interface Carried {
  readonly wallS: number;
  readonly cpuS: number;
  readonly runsHash: string;
}

/** Carries out a study in a folder of its own, shows the folder, and removes it. */
async function carryOut(
  study: string,
  folder: string,
  workers: number,
  look: (out: string) => void = () => {},
): Promise<Carried> {
  const design = loadStudyText(study, { file: 'bench.yaml', folder, plugins: catalogue });
  const home = mkdtempSync(join(tmpdir(), 'peerwatt-sweep-'));
  const out = join(home, 'study');
  const startMs = performance.now();
  const before = process.cpuUsage();
  try {
    const environment = { version: '0', nodeMajor: 0 };
    const result = await runStudy(sweepOf(design), out, { workers, environment });
    const wallS = (performance.now() - startMs) / 1000;
    const cpuS = cpuSince(before);
    if (result.failures.length > 0) throw new Error(result.failures[0]!.failure.message);
    look(out);
    return { wallS, cpuS, runsHash: shortHash(readFileSync(join(out, 'runs.csv'))) };
  } finally {
    rmSync(home, { recursive: true });
  }
}

const studyOf = (scenario: string, replications: number, rest = ''): string => `
schemaVersion: 1
name: bench
scenario: ${scenario}
replications: ${replications}
maxRuns: 100000
${rest}`;

/** Village runs of two arms with one worker and with two. */
async function village(replications: number): Promise<Part> {
  const set =
    'set: { horizon.days: 1, horizon.history: 2, fraud.attacks: [] }\narms: [central, dpos]';
  const folder = resolve('scenarios');
  const study = studyOf('village.yaml', replications, set);
  const one = await carryOut(study, folder, 1);
  const two = await carryOut(study, folder, 2);
  if (one.runsHash !== two.runsHash) throw new Error('the number of workers shows in the results');
  const name = `${2 * replications} village runs`;
  return {
    rows: [
      { label: `${name}: 1 worker`, value: one.wallS, unit: 's' },
      {
        label: `${name}: 2 workers on ${availableParallelism()} cores`,
        value: two.wallS,
        unit: 's',
      },
      { label: `${name}: ratio, 1.8 wanted`, value: one.wallS / two.wallS, unit: '' },
      { label: `${name}: 1 worker`, value: one.cpuS, unit: 'CPU s' },
      { label: `${name}: 2 workers`, value: two.cpuS, unit: 'CPU s' },
    ],
    hashes: [one.runsHash],
  };
}

/** CPU time of a tiny run and nothing else, compiled and warm [ms]. */
function simulationMs(runs: number): number {
  const source = { plugins: catalogue, file: 'tiny.yaml', folder: process.cwd() };
  const scenario = loadScenarioText(TINY, source).resolve();
  simulate(scenario);
  const before = process.cpuUsage();
  for (let seed = 1; seed <= runs; seed++) simulate({ ...scenario, seed });
  return (1000 * cpuSince(before)) / runs;
}

interface TinyStudy extends Part {
  /** CPU time of a run, the study's share included [ms]. */
  readonly runMs: number;
}

/** A study of tiny runs; what it took in memory, and its report where it is not too long. */
async function tiny(runs: number, withReport: boolean): Promise<TinyStudy> {
  const home = mkdtempSync(join(tmpdir(), 'peerwatt-tiny-'));
  const name = `${runs} tiny runs`;
  const report: Row[] = [];
  const write = (out: string) => {
    const before = process.cpuUsage();
    const bytes = readFileSync(writeReport(out)).length;
    report.push(
      { label: `${name}: report, 10 wanted`, value: cpuSince(before), unit: 'CPU s' },
      { label: `${name}: report, 5 wanted`, value: bytes / 1e6, unit: 'MB' },
    );
  };
  try {
    writeFileSync(join(home, 'tiny.yaml'), TINY);
    const look = withReport ? write : undefined;
    const { cpuS, runsHash } = await carryOut(studyOf('tiny.yaml', runs), home, 2, look);
    const memory = { label: `${name}: peak memory, 400 wanted`, value: peakMiB(), unit: 'MiB' };
    const runMs = (1000 * cpuS) / runs;
    const cost = { label: `${name}: a run`, value: runMs, unit: 'CPU ms' };
    return { runMs, rows: [cost, ...(withReport ? report : [memory])], hashes: [runsHash] };
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** Tiny studies: memory first, since it is the largest so far. */
async function engine(runs: number, memoryRuns: number): Promise<Part> {
  const many = await tiny(memoryRuns, false);
  const few = await tiny(runs, true);
  const alone = simulationMs(Math.min(runs, 200));
  const beyond = {
    label: 'a tiny run beyond its simulation, 20 wanted',
    value: few.runMs - alone,
    unit: 'CPU ms',
  };
  return { rows: [...many.rows, ...few.rows, beyond], hashes: [...many.hashes, ...few.hashes] };
}

/** What reading the files costs a run that shares nothing. */
async function profiles(runs: number): Promise<Part> {
  const folder = resolve('docs/examples/street');
  const sets = ['horizon.days=1', 'consensus=central'];
  const scenario = loadScenario(join(folder, 'street.yaml'), {
    plugins: catalogue,
    sets,
  }).resolve();
  loadProfiles(scenario, scenario.windows[0]!);
  const before = process.cpuUsage();
  loadProfiles(scenario, scenario.windows[0]!);
  const readingMs = 1000 * cpuSince(before);
  const rest = 'set: { horizon.days: 1 }\narms: [central]';
  const { cpuS, runsHash } = await carryOut(studyOf('street.yaml', runs, rest), folder, 1);
  return {
    rows: [
      { label: 'street: reading its files, once a study', value: readingMs, unit: 'CPU ms' },
      { label: `street: a run of ${runs}`, value: (1000 * cpuS) / runs, unit: 'CPU ms' },
    ],
    hashes: [runsHash],
  };
}

export default {
  name: 'sweep',
  /** `smoke`: 20 tiny, 2 street and 2 village runs; `full`: 10 000 and 1 000, 8, and 32. */
  async run(size: 'smoke' | 'full') {
    const isFull = size === 'full';
    const parts = [
      await (isFull ? engine(1000, 10_000) : engine(20, 20)),
      await profiles(isFull ? 8 : 2),
      await village(isFull ? 16 : 1),
    ];
    return {
      rows: parts.flatMap((part) => part.rows),
      checksum: shortHash(parts.flatMap((part) => part.hashes).join('\n')),
    };
  },
};

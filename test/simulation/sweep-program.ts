/** A small study and the compiled program to carry it out, as people start it. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Whether there is a program to start; says so where there is none. */
export function isBuilt(): boolean {
  if (existsSync(MAIN)) return true;
  console.log('skipped: no dist; node scripts/prepare.mjs builds it');
  return false;
}

const SCENARIO = `
schemaVersion: 1
name: chain
seed: 3
horizon: { start: 2024-06-03T00:00+08:00, days: 1, span: 30 s, warmUp: 0 s, drain: 1 min }
population: { name: accounts, accounts: 5, transfersPerSecond: 0.5 }
network: { nodes: 4, topology: full-mesh }
consensus: { name: central }
arms:
  central:
  pbft: { consensus: { name: pbft } }
`;

const STUDY = `
schemaVersion: 1
name: chain-sweep
scenario: chain.yaml
arms: [central, pbft]
replications: 2
keep: tables
factors:
  load: { path: population.transfersPerSecond, values: [0.5, 1, 2] }
`;

/** A working folder with `chain.yaml` and studies. */
export interface Home {
  readonly path: string;
  /** Writes a study: the common one with some of its lines replaced, `key: value`, or added. */
  study(file: string, lines?: Readonly<Record<string, string>>): void;
  /** Starts the program; the process leads a group of its own. */
  start(...words: string[]): Running;
  /** Starts it and waits for its end. */
  peerwatt(...words: string[]): Promise<Ended>;
  /** Every file of a folder with its bytes. */
  read(folder: string): Map<string, Buffer>;
  remove(): void;
}

/** How the program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program while it runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Sends a signal to it and all that it started. */
  kill(signal: NodeJS.Signals): void;
}

/** Opens a working folder. */
export function openHome(): Home {
  const path = mkdtempSync(join(tmpdir(), 'peerwatt-'));
  writeFileSync(join(path, 'chain.yaml'), SCENARIO);
  const start = (...words: string[]) => startProgram(path, words);
  return {
    path,
    study(file, lines = {}) {
      let text = STUDY;
      for (const [key, value] of Object.entries(lines)) {
        const line = `${key}: ${value}`;
        const found = new RegExp(`^${key}:.*(\\n  .*)*$`, 'm');
        text = found.test(text) ? text.replace(found, () => line) : `${text}${line}\n`;
      }
      writeFileSync(join(path, file), text);
    },
    start,
    peerwatt: (...words) => start(...words).ended,
    read: (folder) => contentOf(join(path, folder)),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function startProgram(cwd: string, words: readonly string[]): Running {
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', SLURM_CPUS_PER_TASK: '2' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-child.pid!, signal);
    } catch {
      // It has just ended.
    }
  };
  return { child, ended, kill };
}

function contentOf(folder: string): Map<string, Buffer> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(folder, name))]));
}

/** Fails with the names of files that differ. */
export function expectSameBytes(
  got: ReadonlyMap<string, Buffer>,
  wanted: ReadonlyMap<string, Buffer>,
): void {
  expect([...got.keys()]).toEqual([...wanted.keys()]);
  const changed = [...wanted].filter(([name, bytes]) => !bytes.equals(got.get(name)!));
  expect(changed.map(([name]) => name)).toEqual([]);
}

/**
 * The array job of `peerwatt slurm` on a real Slurm: `node test/slurm/run.mjs [main.js]`, with the built
 * program by default. Where it may (root; Debian's slurmctld, slurmd, slurm-client and munge installed, or
 * apt-get to install them) it starts a cluster of one node on loopback, submits a small study, kills one task
 * and warns another, waits for the merge, and compares every byte with the same study run by `sweep` alone.
 * It prints `N passed, N failed`, or one line `skipped: <why>` and ends with 0 where it may not.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call, install, startCluster, until } from './cluster.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHARDS = 3;
const START_LIMIT_MS = 30_000;
const QUEUE_LIMIT_MS = 60_000;

const SCENARIO = `
schemaVersion: 1
name: hamlet
seed: 5
horizon: { start: 2024-06-03T00:00+08:00, days: 1, interval: 60 min, physicsStep: 60 min, history: 1 }
population: { name: synthetic, households: 6, prosumers: 3 }
network: { nodes: 3, topology: { name: random-regular, degree: 2 } }
consensus: { name: dpos, turn: 60 s, delegates: 3 }
arms: { dpos: {}, central: {} }
`;

const STUDY = `
schemaVersion: 1
name: array
scenario: hamlet.yaml
arms: [dpos, central]
replications: 4
factors:
  prosumers: { path: population.prosumers, values: [1, 2, 3] }
`;

let passed = 0;
let failed = 0;

function check(what, holds, detail = '') {
  if (holds) passed++;
  else failed++;
  const more = holds || detail === '' ? '' : `\n${detail}`;
  process.stdout.write(`${holds ? 'ok    ' : 'FAILED'} ${what}${more}\n`);
}

/** Files below a folder, by path. */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}

/** Files that differ between two folders, or stand in one of them only. */
function differences(one, other) {
  const names = new Set([...filesOf(one), ...filesOf(other)]);
  return [...names].filter((name) => {
    const [a, b] = [join(one, name), join(other, name)];
    return !existsSync(a) || !existsSync(b) || !readFileSync(a).equals(readFileSync(b));
  });
}

/** Process of the program that works on a shard; found by its arguments. */
function processOf(shard, out) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes('sweep') && words.includes(shard) && words.includes(out);
      } catch {
        return false;
      }
    });
}

/** Disturbs a shard as soon as one of its runs is written down. @returns Whether it came to it. */
async function disturb(folder, out, shard, how) {
  const journal = join(folder, `${out}.shard-${shard}-of-${SHARDS}.unfinished`, 'journal.jsonl');
  const hasRun = () => existsSync(journal) && readFileSync(journal, 'utf8').includes('\n');
  await until(hasRun, `the first run of shard ${shard}`, START_LIMIT_MS, 20);
  return how(processOf(`${shard}/${SHARDS}`, out));
}

/** Folder of the study; a name that a script must quote. */
const folderIn = (cluster) => join(cluster.home, "the village's study");

/** What the jobs said so far. */
function logsOf(cluster) {
  const folder = folderIn(cluster);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.log$/.test(name)) : [];
  return names.map((name) => `${name}:\n${readFileSync(join(folder, name), 'utf8')}`).join('\n');
}

async function test(cluster, main) {
  const folder = folderIn(cluster);
  const out = 'results/on the cluster';
  mkdirSync(folder);
  writeFileSync(join(folder, 'hamlet.yaml'), SCENARIO);
  writeFileSync(join(folder, 'array.yaml'), STUDY);
  const peerwatt = (...words) => call(process.execPath, [main, ...words], { cwd: folder });

  const size = ['--array', String(SHARDS), '--time', '5', '--memory', '200M', '--out', out];
  const made = peerwatt('slurm', 'array.yaml', ...size);
  check('peerwatt slurm writes a script', made.ok, made.stderr);

  const { status, stdout, stderr } = cluster.run('bash', [join(folder, 'array.sbatch')], {
    cwd: '/',
  });
  const [, array, merge] = /^array job (\d+), merge job (\d+)$/m.exec(stdout) ?? [];
  check('it submits an array and a merge', status === 0 && merge !== undefined, stderr);

  const kill = (pid) => pid !== undefined && process.kill(pid, 'SIGKILL');
  const warn = () => cluster.run('scancel', ['--batch', '--signal=TERM', `${array}_2`]).ok;
  const [killed, warned] = await Promise.all([
    disturb(folder, out, 1, kill),
    disturb(folder, out, 2, warn),
  ]);
  check('a task is killed in the middle', killed);
  check('another is warned of its end', warned);

  // Slurm lets both wait a few seconds before their next turn.
  const local = peerwatt('sweep', 'array.yaml', '--workers', '2', '--out', 'local', '--quiet');
  check('the study runs without a cluster', local.ok, local.stderr);
  const queue = () => cluster.run('squeue', ['--noheader']).stdout.trim();
  await until(() => queue() === '', 'the queue', QUEUE_LIMIT_MS);
  const log = (name) => readFileSync(join(folder, name), 'utf8');
  const logs = [1, 2, 3].map((task) => log(`array.${array}_${task}.log`));
  const said = (text) => logs.map((own) => own.includes(text)).join();
  check(
    'the killed one got another turn',
    said('ended with code 137') === 'true,false,false',
    logs[0],
  );
  check(
    'the warned one stopped by itself',
    said('ended with code 143') === 'false,true,false',
    logs[1],
  );
  check(
    'both went on where they were',
    said('of them from before') === 'true,true,false',
    logs.join(''),
  );
  const merged = existsSync(join(folder, out, 'manifest.json'));
  check('the merge followed', merged, log(`array.merge.${merge}.log`) + logs.join(''));
  const different = merged ? differences(join(folder, 'local'), join(folder, out)) : ['all'];
  check('every byte is that of the local run', different.length === 0, different.join(', '));
}

const why = install();
if (why !== undefined) {
  process.stdout.write(`skipped: ${why}\n`);
} else {
  const main = resolve(process.argv[2] ?? join(ROOT, 'dist', 'cli', 'main.js'));
  if (process.argv[2] === undefined) call(process.execPath, [join(ROOT, 'scripts', 'prepare.mjs')]);
  let cluster;
  const stop = async (code) => {
    await cluster?.stop();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop(130));
  try {
    cluster = await startCluster();
  } catch (error) {
    const [reason, ...log] = error.message.split('\n');
    process.stderr.write(`${log.join('\n')}\n`);
    process.stdout.write(`skipped: Slurm does not start here: ${reason}\n`);
    process.exit(0);
  }
  try {
    await test(cluster, main);
  } catch (error) {
    check('the test comes to its end', false, `${error.stack}\n${logsOf(cluster)}`);
  }
  await cluster.stop();
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

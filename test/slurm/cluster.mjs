/**
 * A Slurm cluster of one node on loopback, as root, in a folder of its own: own key and socket of munge,
 * own slurm.conf (by SLURM_CONF), free ports, no accounting, no cgroups. Nothing of the system's own
 * configuration is read or written, and `stop` leaves no process and no file.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'scancel'];
const PACKAGES = ['slurmctld', 'slurmd', 'slurm-client', 'munge'];
const START_LIMIT_MS = 20_000;

/** Waits a moment. */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs a program to its end; its output as text. */
export function call(program, words, options = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    timeout: 60_000,
    ...options,
  });
  return { ok: status === 0, status, signal, stdout: stdout ?? '', stderr: stderr ?? '', error };
}

const missing = () => PROGRAMS.filter((name) => !call('sh', ['-c', `command -v ${name}`]).ok);

/** Processes of a name; the system cuts names to 15 characters. */
function pidsOf(...names) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return names.includes(readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
      } catch {
        return false;
      }
    });
}

const daemonPids = () => pidsOf('munged', 'slurmctld', 'slurmd');

/**
 * Sees to it that Slurm's programs are there.
 *
 * @returns Why they cannot be; undefined when they are.
 */
export function install() {
  if (process.getuid?.() !== 0) return 'not root, which a cluster of its own needs';
  if (missing().length === 0) return undefined;
  if (!call('sh', ['-c', 'command -v apt-get']).ok) return 'no Slurm here and no apt-get';
  const before = new Set(daemonPids());
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const quick = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=15'];
  const apt = (...words) =>
    call('apt-get', ['-q', '-y', ...quick, ...words], { env, timeout: 300_000 }).ok;
  const words = ['install', '--no-install-recommends', ...PACKAGES];
  const done = apt(...words) || (apt('update') && apt(...words));
  // Packages may start their daemons on the system's own configuration, which is not wanted here.
  for (const pid of daemonPids()) if (!before.has(pid)) process.kill(pid, 'SIGTERM');
  if (!done) return 'apt-get could not install Slurm';
  const left = missing();
  return left.length === 0 ? undefined : `no ${left.join(', ')} after the installation`;
}

/** A port nobody listens on. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function configuration(home, controllerPort, nodePort) {
  // As the node sees itself: name, processors, memory.
  const words = call('slurmd', ['-C'], { env: { PATH: process.env.PATH } }).stdout.split(/\s+/);
  const value = (key) => words.find((word) => word.startsWith(`${key}=`))?.split('=')[1];
  const name = value('NodeName') ?? hostname().split('.')[0];
  return `
ClusterName=peerwatt
SlurmctldHost=${name}(127.0.0.1)
SlurmctldPort=${controllerPort}
SlurmdPort=${nodePort}
SlurmUser=root
SlurmdUser=root
AuthInfo=socket=${home}/munge/socket,cred_expire=5
StateSaveLocation=${home}/state
SlurmdSpoolDir=${home}/spool
SlurmctldPidFile=${home}/slurmctld.pid
SlurmdPidFile=${home}/slurmd.pid
SlurmctldLogFile=${home}/slurmctld.log
SlurmdLogFile=${home}/slurmd.log
ProctrackType=proctrack/linuxproc
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,batch_sched_delay=0
MaxArraySize=1001
JobRequeue=1
KillWait=5
ReturnToService=2
NodeName=${name} NodeAddr=127.0.0.1 CPUs=${value('CPUs') ?? 1} RealMemory=${value('RealMemory') ?? 1000} State=UNKNOWN
PartitionName=all Nodes=${name} Default=YES MaxTime=INFINITE State=UP
`;
}

/**
 * Keeps slurmd away from control groups, which containers lack or may not write: by name from 23.02 on,
 * before that by the plug-in that touches none until it is asked to.
 */
function controlGroups() {
  const [, year] = /(\d+)\.\d+/.exec(call('slurmd', ['-V']).stdout) ?? [];
  return `CgroupPlugin=${Number(year) >= 23 ? 'disabled' : 'cgroup/v1'}\n`;
}

/** Starts a daemon in the foreground, so that it ends with whoever holds it. */
function daemon(program, words, env, log) {
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => log.push(text));
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(late);
}

/**
 * Starts the cluster.
 *
 * @returns `run(program, words, options)` within it, `home` for files, and `stop`.
 * @throws {Error} when it does not come up; nothing is left then.
 */
export async function startCluster() {
  const home = mkdtempSync(join(tmpdir(), 'peerwatt-slurm-'));
  // Munge insists that everybody may pass to its socket and nobody else may write near its key.
  chmodSync(home, 0o755);
  for (const name of ['munge', 'key', 'state', 'spool'])
    mkdirSync(join(home, name), { mode: 0o755 });
  const conf = join(home, 'slurm.conf');
  const env = { ...process.env, SLURM_CONF: conf };
  for (const name of Object.keys(env))
    if (/^(SLURM_(?!CONF$)|SBATCH_)/.test(name)) delete env[name];
  const log = [];
  const daemons = [];
  const stop = async () => {
    call('scancel', ['--user=root', '--full', '--signal=KILL'], { env, timeout: 5000 });
    for (const child of daemons.reverse()) await end(child);
    endSteps(home);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    writeFileSync(join(home, 'key', 'munge.key'), randomBytes(1024), { mode: 0o600 });
    writeFileSync(conf, configuration(home, await freePort(), await freePort()));
    writeFileSync(join(home, 'cgroup.conf'), controlGroups());
    const munge = [
      '--foreground',
      '--force',
      `--key-file=${home}/key/munge.key`,
      `--socket=${home}/munge/socket`,
      `--pid-file=${home}/munge/pid`,
      `--log-file=${home}/munge/log`,
      `--seed-file=${home}/munge/seed`,
    ];
    daemons.push(daemon('munged', munge, env, log));
    await until(() => call('munge', ['-n', '-S', `${home}/munge/socket`], { env }).ok, 'munged');
    daemons.push(daemon('slurmctld', ['-D', '-c'], env, log));
    await until(() => call('scontrol', ['ping'], { env }).ok, 'slurmctld');
    daemons.push(daemon('slurmd', ['-D'], env, log));
    const isIdle = () => call('sinfo', ['-h', '-o', '%T'], { env }).stdout.trim() === 'idle';
    await until(isIdle, 'the node');
  } catch (error) {
    const text = log.join('').split('\n').slice(-15).join('\n');
    await stop();
    throw new Error(`${error.message}\n${text}`);
  }
  return {
    home,
    env,
    stop,
    run: (program, words, options) => call(program, words, { env, ...options }),
  };
}

/** Waits until something holds. @throws {Error} when it does not within the limit. */
export async function until(holds, what, limitMs = START_LIMIT_MS, intervalMs = 100) {
  for (const end = Date.now() + limitMs; !(await holds()); await sleep(intervalMs)) {
    if (Date.now() > end) throw new Error(`${what} was not ready within ${limitMs / 1000} s`);
  }
}

/** Ends step managers of this cluster, which outlive slurmd: their environment names its folder. */
function endSteps(home) {
  for (const pid of pidsOf('slurmstepd')) {
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'utf8').includes(home)) process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

/**
 * Makes a working copy ready: packages as the lock file says, `dist/` as the sources say. Both are
 * skipped when nothing changed, so that it costs a tenth of a second and never needs the network twice.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  const found = process.versions.node;
  fail(`Peerwatt needs Node ${OLDEST_NODE.join('.')} or newer; this is Node ${found}.`);
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Whether every package of the lock file is installed in its version; platform extras may lack. */
function isInstalled() {
  const installedPath = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installedPath)) return false;
  const installed = readJson(installedPath).packages;
  const wanted = readJson(join(ROOT, 'package-lock.json')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    return found === undefined ? optional === true : found.version === version;
  });
}

/**
 * Installs by the lock file. A registry mirror may lack packages of other platforms, over which `npm ci`
 * gives up; `npm install --no-save` follows the same lock file and passes over them.
 */
function install() {
  const first = npm(['ci', '--include=dev']);
  if (first === 0) return;
  const second = npm(['install', '--no-save', '--include=dev']);
  if (second === 0) return;
  fail(`Packages could not be installed (${second}). The first time needs the npm registry.`);
}

/** Runs npm and returns 0, or what went wrong. */
function npm(words) {
  process.stderr.write(`installing packages (npm ${words[0]})\n`);
  const script = process.env.npm_execpath;
  const env = { ...process.env };
  if (!isWritable(homedir())) env.npm_config_cache = join(tmpdir(), 'peerwatt-npm-cache');
  const options = { cwd: ROOT, env, stdio: ['ignore', 2, 2] };
  const { status, error } =
    script === undefined
      ? spawnSync('npm', words, { ...options, shell: process.platform === 'win32' })
      : spawnSync(process.execPath, [script, ...words], options);
  return status === 0 ? 0 : (error?.message ?? `npm ended with code ${status}`);
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Hash of everything the build depends on. */
function sourceHash() {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0]);
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  for (const name of ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json']) {
    files.push(join(ROOT, name));
  }
  for (const file of files) hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  return hash.digest('hex');
}

/** Compiles beside and swaps, so that a second process never sees half a build. */
function build(hash) {
  process.stderr.write('building dist (tsc)\n');
  const cache = join(ROOT, 'node_modules', '.cache');
  const fresh = join(cache, `build-${process.pid}`);
  mkdirSync(cache, { recursive: true });
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const words = [compiler, '-p', 'tsconfig.build.json', '--outDir', fresh];
  const { status } = spawnSync(process.execPath, words, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    fail('The sources do not compile.');
  }
  chmodSync(join(fresh, 'cli', 'main.js'), 0o755);
  writeFileSync(join(fresh, '.source-hash'), hash);
  const old = `${fresh}-old`;
  if (existsSync(join(ROOT, 'dist'))) renameSync(join(ROOT, 'dist'), old);
  renameSync(fresh, join(ROOT, 'dist'));
  rmSync(old, { recursive: true, force: true });
}

checkNode();
if (!isInstalled()) install();
const hash = sourceHash();
const stamp = join(ROOT, 'dist', '.source-hash');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) build(hash);

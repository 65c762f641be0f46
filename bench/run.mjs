/**
 * Runs the benches of this folder, each in a process of its own, and prints every figure with the
 * checksum of what was computed. `--smoke` takes small sizes; words pick benches by name; `--record`
 * writes the checksums instead of comparing them with `checksums.json`. Exit code 1 when one differs:
 * a fast wrong answer is no figure.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const FOLDER = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(FOLDER);
const CACHE = join(ROOT, 'node_modules', '.cache', 'peerwatt');
const CHECKSUMS = join(FOLDER, 'checksums.json');

/** Compiles the benches alone; their imports of `../src` meet the compiled `dist`. */
async function compile() {
  const { default: ts } = await import('typescript');
  const out = join(CACHE, 'bench');
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(CACHE, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(join(ROOT, 'dist'), join(CACHE, 'src'), 'junction');
  const compilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
  };
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  for (const name of names) {
    const source = readFileSync(join(FOLDER, name), 'utf8');
    const { outputText } = ts.transpileModule(source, { compilerOptions, fileName: name });
    writeFileSync(join(out, name.replace(/\.ts$/, '.js')), outputText);
  }
  return names.map((name) => name.replace(/\.ts$/, ''));
}

/** In the child: runs one bench and prints its result as the last line. */
async function runOne(name, size) {
  const url = pathToFileURL(join(CACHE, 'bench', `${name}.js`)).href;
  const { default: bench } = await import(url);
  const result = await bench.run(size);
  process.stdout.write(`${JSON.stringify({ name: bench.name, ...result })}\n`);
}

function digits(value) {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

function show({ name, rows, checksum }, verdict) {
  process.stdout.write(`${name}  checksum ${checksum}${verdict}\n`);
  const width = Math.max(...rows.map((row) => row.label.length));
  for (const { label, value, unit } of rows) {
    process.stdout.write(`  ${label.padEnd(width)}  ${digits(value).padStart(12)} ${unit}\n`);
  }
}

async function main(words) {
  const size = words.includes('--smoke') ? 'smoke' : 'full';
  const record = words.includes('--record');
  const wanted = words.filter((word) => !word.startsWith('--'));
  const known = await compile();
  const unknown = wanted.find((word) => !known.includes(word));
  if (unknown !== undefined) {
    process.stderr.write(`unknown bench "${unknown}"; known: ${known.join(', ')}\n`);
    return 2;
  }
  const recorded = existsSync(CHECKSUMS) ? JSON.parse(readFileSync(CHECKSUMS, 'utf8')) : {};
  let failed = 0;
  for (const name of known.filter((bench) => wanted.length === 0 || wanted.includes(bench))) {
    const child = spawnSync(
      process.execPath,
      [fileURLToPath(import.meta.url), '--one', name, size],
      {
        cwd: ROOT,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
        maxBuffer: 1 << 26,
      },
    );
    const line = child.stdout.trim().split('\n').at(-1);
    if (child.status !== 0 || !line.startsWith('{')) {
      process.stdout.write(`${name}  failed with code ${child.status}\n`);
      failed++;
      continue;
    }
    const result = JSON.parse(line);
    const expected = recorded[name]?.[size];
    const differs = !record && expected !== result.checksum;
    if (differs) failed++;
    show(result, differs ? ` differs from the recorded ${expected ?? '(none)'}` : '');
    if (record) recorded[name] = { ...recorded[name], [size]: result.checksum };
  }
  if (record) {
    const sorted = Object.fromEntries(
      Object.entries(recorded).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    writeFileSync(CHECKSUMS, `${JSON.stringify(sorted, null, 2)}\n`);
  }
  return failed === 0 ? 0 : 1;
}

const words = process.argv.slice(2);
if (words[0] === '--one') await runOne(words[1], words[2]);
else process.exitCode = await main(words);

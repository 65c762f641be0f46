/** Reading of a study folder for the pages of docs/experiments, and the words that the pages share. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

/** Rows of a table; none where the study does not have it, as pairs of a single arm. */
function readCsv(folder, name) {
  const path = join(folder, name);
  if (!existsSync(path)) return [];
  return parse(readFileSync(path), { columns: true, skip_empty_lines: true });
}
const numberOf = (text) => (text === '' ? Number.NaN : Number(text));

/** A study: its manifest, its cells (an arm at a point) with the mean and interval of every metric, its pairs. */
export function readStudy(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  const factors = manifest.factors.map(({ name }) => name);
  const cells = new Map();
  for (const row of readCsv(folder, 'arms.csv')) {
    const key = [row.arm, ...factors.map((name) => row[name])].join('\u0000');
    if (!cells.has(key)) cells.set(key, { arm: row.arm, at: levelsOf(row, factors), metrics: {} });
    cells.get(key).metrics[row.metric] = estimateOf(row, row.mean);
  }
  const pairs = readCsv(folder, 'paired.csv').map((row) => ({
    metric: row.metric,
    a: row.arm_a,
    b: row.arm_b,
    at: levelsOf(row, factors),
    ...estimateOf(row, row.mean_difference),
  }));
  const runs = readCsv(folder, 'runs.csv');
  const place = ({ arm }) => manifest.arms.indexOf(arm);
  const sorted = [...cells.values()].sort((a, b) => place(a) - place(b) || compareLevels(a, b));
  return { manifest, factors, cells: sorted, pairs, runs };
}

/** Order of cells of an arm: by numbers where levels are numbers, else as they come. */
function compareLevels({ at: a }, { at: b }) {
  for (const name of Object.keys(a)) {
    if (typeof a[name] === 'number' && typeof b[name] === 'number' && a[name] !== b[name]) {
      return a[name] - b[name];
    }
  }
  return 0;
}

function levelsOf(row, factors) {
  return Object.fromEntries(
    factors.map((name) => {
      const number = numberOf(row[name]);
      return [name, Number.isNaN(number) ? row[name] : number];
    }),
  );
}

function estimateOf(row, mean) {
  const [low, high] = [numberOf(row.ci_low), numberOf(row.ci_high)];
  return { mean: numberOf(mean), low, high, n: Number(row.n), unit: row.unit };
}

/** A number with so many significant digits, without an exponent. */
export function figure(value, digits = 3) {
  if (Number.isNaN(value)) return '–';
  if (value === 0) return '0';
  const text = Number(value.toPrecision(digits));
  return Math.abs(text) >= 1e6 ? Math.round(text).toString() : String(text);
}

/** Mean and 95 % interval: `0.158 [0.150, 0.166]`; a constant stands alone. */
export function shown(estimate, scale = 1, digits = 3) {
  if (estimate === undefined || Number.isNaN(estimate.mean)) return '–';
  const { mean, low, high } = estimate;
  if (Number.isNaN(low) || low === high) return figure(mean * scale, digits);
  return `${figure(mean * scale, digits)} [${figure(low * scale, digits)}, ${figure(high * scale, digits)}]`;
}

/** A proportion with its 95 % interval by Wilson, of independent trials. */
export function proportion(share, trials) {
  const z = 1.959964;
  const middle = (share + (z * z) / (2 * trials)) / (1 + (z * z) / trials);
  const root = Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const half = (z * root) / (1 + (z * z) / trials);
  const [low, high] = [Math.max(0, middle - half), Math.min(1, middle + half)];
  return { mean: share, low: share === 0 ? 0 : low, high: share === 1 ? 1 : high, n: trials };
}

/** A Markdown table. */
export function table(heads, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)];
}

/**
 * How estimates stand to a law: how many intervals hold it, and the largest distance.
 *
 * @param rows - `{ estimate, law, name }`; those without a number on either side are left out.
 */
export function againstLaw(rows, digits = 3) {
  const known = rows.filter(
    ({ estimate, law }) => estimate && !Number.isNaN(estimate.mean) && !Number.isNaN(law),
  );
  const held = known.filter(({ estimate: { low, high, mean }, law }) =>
    Number.isNaN(low) || low === high ? Math.abs(mean - law) < 1e-9 : low <= law && law <= high,
  );
  let worst = known[0];
  const distance = ({ estimate, law }) => Math.abs(estimate.mean - law);
  for (const row of known) if (distance(row) > distance(worst)) worst = row;
  return (
    `The law lies in the 95 % interval in ${held.length} of ${known.length} cells; the largest distance is ` +
    `${figure(distance(worst), 2)} (${worst.name}: ${shown(worst.estimate, 1, digits)} against ${figure(worst.law, digits)}).`
  );
}

/** Rows of all cells: arm, levels, then the metrics asked for. */
export function cellTable(study, columns, { arms, skip = () => false } = {}) {
  const rows = study.cells.filter(
    (cell) => (arms === undefined || arms.includes(cell.arm)) && !skip(cell),
  );
  const factors = study.factors.filter((name) => rows.some(({ at }) => at[name] !== ''));
  const isMany = new Set(rows.map(({ arm }) => arm)).size > 1;
  const unitOf = (name) => study.manifest.factors.find((factor) => factor.name === name).unit;
  const heads = [
    ...(isMany ? ['Arm'] : []),
    ...factors.map((name) => (unitOf(name) === '' ? name : `${name} [${unitOf(name)}]`)),
    ...columns.map(({ head }) => head),
  ];
  return table(
    heads,
    rows.map((cell) => [
      ...(isMany ? [cell.arm] : []),
      ...factors.map((name) => (cell.at[name] === '' ? '' : String(cell.at[name]))),
      ...columns.map(({ metric, scale, digits, text }) =>
        text === undefined ? shown(cell.metrics[metric], scale, digits) : text(cell),
      ),
    ]),
  );
}

/** A cell by arm and levels; undefined where the study has none. */
export function cellAt(study, arm, at) {
  return study.cells.find(
    (cell) =>
      cell.arm === arm && Object.entries(at).every(([name, level]) => cell.at[name] === level),
  );
}

/** A paired difference by metric, arms and levels. */
export function pairAt(study, metric, a, b, at = {}) {
  return study.pairs.find(
    (pair) =>
      pair.metric === metric &&
      pair.a === a &&
      pair.b === b &&
      Object.entries(at).every(([name, level]) => pair.at[name] === level),
  );
}

/** Whether the folders of one study by different numbers of workers (e23-w1, e23-w2, e23-w8) hold the same bytes. */
export function sameBytes(folder) {
  const workers = [1, 2, 8].filter((count) => existsSync(join(folder, `e23-w${count}`)));
  if (workers.length < 2) return 'Only one number of workers was run.';
  const digests = workers.map((count) => {
    const own = join(folder, `e23-w${count}`);
    const hash = createHash('sha256');
    const names = readdirSync(own, { withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { name } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      hash.update(name).update(readFileSync(join(own, name)));
    }
    return { count: names.length, digest: hash.digest('hex') };
  });
  const isSame = digests.every(({ digest }) => digest === digests[0].digest);
  const words = workers.join(', ').replace(/, (\d+)$/, ' and $1');
  return isSame
    ? `With ${words} workers all ${digests[0].count} files of the study are the same bytes (SHA-256 ${digests[0].digest.slice(0, 16)}…).`
    : `With ${words} workers the files differ: ${digests.map(({ digest }) => digest.slice(0, 16)).join(', ')}.`;
}

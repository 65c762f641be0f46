/**
 * Writes what came out into the pages of docs/experiments: node scripts/experiment-pages.mjs <folder> [ids].
 * `<folder>` holds a study folder an experiment, named as `peerwatt experiment` names them (results/e24).
 * Without ids every page is written whose results are there.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FINDINGS } from './experiment-findings.mjs';
import { readStudy } from './experiment-results.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PAGES = join(ROOT, 'docs', 'experiments');
const WIDTH = 118;
const MARKED = /<!-- results -->[\s\S]*?<!-- end results -->/;

/** Lines of prose filled to the width of the pages; tables and empty lines stay. */
function filled(lines) {
  const out = [];
  let words = [];
  const flush = () => {
    let line = '';
    for (const word of words) {
      if (line !== '' && line.length + 1 + word.length > WIDTH) {
        out.push(line);
        line = '';
      }
      line = line === '' ? word : `${line} ${word}`;
    }
    if (line !== '') out.push(line);
    words = [];
  };
  for (const line of lines) {
    if (line !== '' && !line.startsWith('|')) {
      words.push(...line.split(' '));
      continue;
    }
    flush();
    out.push(line);
  }
  flush();
  return out;
}

const [folder = 'results', ...asked] = process.argv.slice(2);
const known = readdirSync(PAGES)
  .filter((name) => /^E\d/.test(name))
  .map((name) => name.replace(/\.md$/, ''));
const unknown = asked.filter((id) => !known.includes(id));
if (unknown.length > 0) {
  process.stderr.write(`no page of ${unknown.join(', ')}; known: ${known.join(', ')}\n`);
  process.exit(2);
}
for (const id of asked.length > 0 ? asked : known) {
  const results = join(folder, id.toLowerCase());
  if (!existsSync(join(results, 'manifest.json'))) {
    process.stderr.write(`${id}: no results in ${results}; run peerwatt experiment ${id}\n`);
    continue;
  }
  const study = readStudy(results);
  const { runs, manifest } = study;
  const failed = runs.filter(({ status }) => status !== 'ok').length;
  const lost = failed === 0 ? '' : `, ${failed} of them failed`;
  const lines = [
    `${runs.length} runs${lost}, ${manifest.replications} seeds a cell, version ${manifest.version}. Means with 95 %` +
      ' intervals (Student t over seeds).',
    '',
    ...FINDINGS[id](study, folder),
  ];
  const page = join(PAGES, `${id}.md`);
  const text = readFileSync(page, 'utf8');
  const part = `<!-- results -->\n\n${filled(lines).join('\n')}\n\n<!-- end results -->`;
  writeFileSync(
    page,
    text.replace(MARKED, () => part),
  );
  process.stderr.write(`${page}\n`);
}

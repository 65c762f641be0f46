/** Stands in for the compiled worker: what a run does is written in its arm's name. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

export default function runJob({ scenario, window, folder, progress, index }) {
  const { arm, seed } = scenario;
  progress[index] = 0.5;
  if (arm === 'exits') process.exit(7);
  if (arm === 'throws') throw new TypeError('broken worker');
  if (arm === 'hangs') pause(60_000);
  if (arm === 'leaves') {
    mkdirSync(`${folder}.partial-1`, { recursive: true });
    pause(60_000);
  }
  if (arm === 'input') {
    const issues = [{ file: 'v.yaml', path: 'population', expected: 'a folder', got: 'none' }];
    return { ok: false, failure: { kind: 'scenario', message: '', issues, stack: '' } };
  }
  if (arm === 'breaks') {
    const message = 'points-conserved: 1 point is missing at 5 us';
    return { ok: false, failure: { kind: 'invariant', message, issues: [], stack: '' } };
  }
  // Later runs end first, so that an order of ending would show.
  pause(Math.max(0, 40 - 10 * index));
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'manifest.json'), `${arm} ${seed} ${window.id}\n`);
  }
  const value = arm.length * 100 + seed;
  return {
    ok: true,
    summary: [{ metric: 'tpsFinal', unit: '1/s', value }],
    warnings: seed === 8 ? ['look here'] : [],
  };
}

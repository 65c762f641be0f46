/** The reference of the library can be made: every export has its words, every link leads somewhere. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './pages.ts';

const SLOW_MS = 180_000;

test(
  'typedoc has nothing to complain about',
  () => {
    const typedoc = join(ROOT, 'node_modules', 'typedoc', 'bin', 'typedoc');
    // Types are checked by the linter already.
    const words = ['--emit', 'none', '--skipErrorChecking'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [typedoc, ...words], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    expect([status, `${stdout}${stderr}`.replace(/^.*\[info\].*\n/gm, '')]).toEqual([0, '']);
  },
  SLOW_MS,
);

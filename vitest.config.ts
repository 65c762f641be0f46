import { defineConfig } from 'vitest/config';

/** Files that replace modules, which those that share a process with them would see. */
const ALONE = [
  'test/contract/contracts.test.ts',
  'test/docs/extending-contracts.test.ts',
  'test/property/empty-blocks.test.ts',
  'test/unit/experiment/study-crash.test.ts',
];

const common = { testTimeout: 60_000, pool: 'forks', maxWorkers: 2 } as const;

/**
 * Test files share their processes: to load every module anew for each of them takes longer than most of
 * them do (3 min of processor time, measured 2026-11).
 */
export default defineConfig({
  test: {
    ...common,
    projects: [
      {
        test: {
          ...common,
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: ALONE,
          isolate: false,
        },
      },
      { test: { ...common, name: 'alone', include: ALONE } },
    ],
  },
});

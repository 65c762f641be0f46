import { describe, expect, test } from 'vitest';
import { armRows, gatherValues, pairRows } from '../../../src/experiment/compare.ts';
import type { RunOutcome } from '../../../src/experiment/outcome.ts';
import { planStudy } from '../../../src/experiment/plan.ts';
import { cellsOfStudy, createHeadMaker, pairsOf } from '../../../src/experiment/study/head.ts';
import { scenarioOf } from './scenarios.ts';

const METRICS = [
  { id: 'a', unit: 'us' },
  { id: 'b', unit: '' },
];

function finished(a: number, b: number): RunOutcome {
  const summary = [
    { metric: 'a', unit: 'us', value: a },
    { metric: 'b', unit: '', value: b },
  ];
  return { ok: true, summary, warnings: [] };
}

const failed: RunOutcome = {
  ok: false,
  failure: { kind: 'crash', message: 'x', issues: [], stack: '' },
};

describe('comparing arms', () => {
  const plans = planStudy([scenarioOf('pow'), scenarioOf('dpos'), scenarioOf('raft')], 2);
  const outcomes = [
    finished(10, 1),
    finished(14, Number.NaN),
    finished(7, 2),
    finished(9, 3),
    failed,
    finished(1, 1),
  ];
  const values = gatherValues(plans, outcomes, METRICS);
  const maker = createHeadMaker({
    name: 'village',
    factors: [],
    points: [[]],
    metrics: undefined,
    keep: 'metrics',
    environment: { version: '0', nodeMajor: 20 },
    codeHash: 'test',
    filesHash: () => '',
  });
  const head = maker.headOf(plans);
  const cells = cellsOfStudy(head);

  test('arms keep their order and lose only what is undefined', () => {
    expect(
      armRows(values, cells).map(({ metric, arm, n, mean }) => [metric, arm, n, mean]),
    ).toEqual([
      ['a', 'pow', 2, 12],
      ['a', 'dpos', 2, 8],
      ['a', 'raft', 1, 1],
      ['b', 'pow', 1, 1],
      ['b', 'dpos', 2, 2.5],
      ['b', 'raft', 1, 1],
    ]);
  });

  test('differences are paired by seed: a failed run takes its partner with it', () => {
    const rows = pairRows(values, pairsOf(head, cells)).map(({ metric, armA, armB, n, mean }) => {
      return [metric, armA, armB, n, mean];
    });
    expect(rows).toEqual([
      ['a', 'pow', 'dpos', 2, 4],
      ['a', 'pow', 'raft', 1, 13],
      ['a', 'dpos', 'raft', 1, 8],
      ['b', 'pow', 'dpos', 1, -1],
      ['b', 'pow', 'raft', 0, Number.NaN],
      ['b', 'dpos', 'raft', 1, 2],
    ]);
  });
});

/** Rewarded computing on whole chains: honest nodes, free-riders (F14), false identities (F15). */
import { describe, expect, it } from 'vitest';
import { CHAIN, chainCell, earningsCell } from '../../src/contracts/cells.ts';
import { computeInvariants } from '../../src/contracts/compute-invariants.ts';
import { openMemberChain } from './member-chain.ts';

/** Plays so many slots, each with a task. */
function runTasks(arm: string, slots: number, sets: readonly string[] = []) {
  const world = openMemberChain(arm, sets);
  world.report(slots);
  const result = world.finish((slots + 2) * 900);
  const { chain, rules } = world;
  const head = chain.engine.head[0]!;
  const read = (cell: number) => chain.state.readAt(head, cell);
  const earned = (node: number) => read(earningsCell(rules.firstNode + node, 1));
  return {
    ...world,
    result,
    read,
    earned,
    report: world.desk!.report(),
    issuedUpt: read(chainCell(rules.accountCount, CHAIN.issuedComputeUpt)),
    burnedUpt: read(chainCell(rules.accountCount, CHAIN.burnedUpt)),
    problems: computeInvariants.flatMap(({ check }) => check(read, rules) ?? []),
  };
}

/** Six leaves of 5 000 micro-points. */
const POT = 30_000;

describe('honest nodes', () => {
  it.each(['dpos', 'pow', 'central', 'raft'])('%s: every task ends agreed and paid', (arm) => {
    const run = runTasks(arm, 12, ['points.compute.canary=25 %']);
    expect(run.result.verified.problems).toEqual([]);
    expect(run.problems).toEqual([]);
    const { opened, agreed, canaryJudged, undecided, canaries } = run.report;
    expect([opened, agreed + canaryJudged, undecided]).toEqual([12, 12, 0]);
    expect(canaryJudged).toBe(canaries);
    expect(run.issuedUpt).toBe(12 * POT);
    expect([0, 1, 2, 3, 4].reduce((sum, node) => sum + run.earned(node), 0)).toBe(12 * POT);
    const types = run.result.texts('transactions', 'type');
    const fates = run.result.texts('transactions', 'fate');
    const count = (type: string) =>
      types.filter((one, tx) => one === type && fates[tx] === 'final').length;
    expect([count('TASK_OPEN'), count('TASK_OPEN_CANARY')]).toEqual([12, 12]);
    expect([count('TASK_COMMIT'), count('TASK_REVEAL')]).toEqual([36, 36]);
    expect(count('TASK_CLOSE')).toBeGreaterThanOrEqual(12);
  });

  it('are asked at most once in the time between tasks, and not at all where there are none', () => {
    const hourly = runTasks('dpos', 12, ['points.compute.every=1 h']);
    expect(hourly.report.opened).toBe(3);
    expect(hourly.issuedUpt).toBe(3 * POT);
    const none = openMemberChain('dpos', ['points.compute.every=0 s']);
    expect(none.desk).toBeUndefined();
    expect(none.rules.compute).toBeUndefined();
  });

  it('give the same bytes again', () => {
    const heads = [0, 1].map(() => {
      const { chain } = runTasks('pow', 4);
      return chain.tree.hash(chain.engine.head[0]!);
    });
    expect(heads[0]).toBe(heads[1]);
  });
});

describe('free-riders', () => {
  const outcome = (run: ReturnType<typeof runTasks>) => {
    const number = (column: string) => run.result.numbers('adversaries', column)[0]!;
    return {
      attempts: number('attempts'),
      successes: number('successes'),
      costUpt: number('cost_upt'),
      profitUpt: number('profit_upt'),
    };
  };
  const riders = (mode: string, more = 'count: 2') =>
    `fraud.adversaries=[{ name: F14, mode: ${mode}, ${more} }]`;

  it('with roots of their own lose every deposit', () => {
    const run = runTasks('dpos', 30, [riders('random-root', 'count: 1')]);
    const { attempts, successes, costUpt, profitUpt } = outcome(run);
    // One node of five is drawn for three of five tasks: 18 of 30, and two others are right each time.
    expect(attempts).toBeGreaterThan(8);
    expect(successes).toBe(0);
    expect(costUpt).toBe(attempts * 1e6);
    expect(profitUpt).toBe(-costUpt);
    expect(run.burnedUpt).toBe(costUpt);
    expect(run.issuedUpt).toBe(30 * POT);
    expect(run.problems).toEqual([]);
    expect(run.result.verified.problems).toEqual([]);
  });

  it('who copy are never paid, and lose nothing where they promised nothing', () => {
    for (const mode of ['copy-reveal', 'copy-commitment']) {
      const run = runTasks('central', 30, [riders(mode)]);
      const { attempts, successes, profitUpt } = outcome(run);
      expect(attempts, mode).toBeGreaterThan(20);
      expect(successes, mode).toBe(0);
      expect(profitUpt, mode).toBe(0);
      const reasons = run.result.texts('transactions', 'reject_reason');
      const types = run.result.texts('transactions', 'type');
      const tried = types.filter((type, tx) => type === 'TASK_REVEAL' && reasons[tx] !== '');
      expect(tried.length, mode).toBeGreaterThan(5);
      const why = new Set(
        types.flatMap((type, tx) =>
          ['TASK_REVEAL', 'TASK_COMMIT'].includes(type) ? [reasons[tx]!] : [],
        ),
      );
      why.delete('');
      expect([...why].sort(), mode).toEqual(
        mode === 'copy-reveal' ? ['NO_COMMITMENT'] : ['DUPLICATE_COMMITMENT', 'NO_COMMITMENT'],
      );
      expect(run.problems).toEqual([]);
    }
  });

  it('who agree on a root win where they are the majority of a task, by the hypergeometric law', () => {
    // 3 of 5 nodes: of 10 sets of workers 6 hold two of them and 1 holds three; they win 7 of 10 tasks.
    const sets = [riders('shared-root', 'count: 3'), 'points.compute.canary=0 %'];
    const run = runTasks('central', 90, sets);
    const { attempts, successes, costUpt } = outcome(run);
    expect(run.report.agreed).toBe(90);
    // Paid seats a task: 2 with 0.6, 3 with 0.1, else none.
    const mean = 2 * 0.6 + 3 * 0.1;
    const se = Math.sqrt(90 * (4 * 0.6 + 9 * 0.1 - mean ** 2));
    expect(Math.abs(successes - 90 * mean)).toBeLessThan(4.67 * se);
    // Each seat of a loser costs a deposit, of colluders and of honest nodes.
    expect(costUpt).toBe((attempts - successes) * 1e6);
    expect(run.burnedUpt).toBeGreaterThan(costUpt);
    expect(run.issuedUpt).toBe(90 * POT);
    expect(run.problems).toEqual([]);
  });

  it('who agree on a root lose to the canaries', () => {
    const sets = [riders('shared-root', 'share: 80 %'), 'points.compute.canary=100 %'];
    const run = runTasks('raft', 12, sets);
    const { attempts, successes, costUpt } = outcome(run);
    expect([successes, costUpt]).toEqual([0, attempts * 1e6]);
    const detail = run.result.texts('adversaries', 'detail')[0]!;
    expect(detail).toBe(`shared-root: ${attempts} wrong, ${attempts} of them by canary; 0 silent`);
  });

  it('are refused with options that cannot be meant', () => {
    const open = (more: string) => () => openMemberChain('dpos', [riders('random-root', more)]);
    expect(open('count: 5')).toThrow(/fewer than the 5 full nodes/);
    expect(open('share: 99 %')).toThrow(/leaves one of the 5 full nodes honest/);
    expect(open('nodes: [node-009]')).toThrow(/a full node/);
  });
});

describe('false identities', () => {
  const sybils = (options: string) =>
    `fraud.adversaries=[{ name: F15, identities: 40, every: 5 s, hold: 3 min, ${options} }]`;
  function runSybils(mode: string, options: string) {
    const world = openMemberChain('dpos', [`ledger.membership=${mode}`, sybils(options)]);
    const result = world.finish(1_500);
    const column = (name: string) => result.numbers('adversaries', name);
    const sum = (name: string) => column(name).reduce((total, value) => total + value, 0);
    return { result, column, sum };
  }

  it('are free on a public chain but for their cost', () => {
    const { result, column, sum } = runSybils('public', 'cost: 2 pt');
    expect(result.verified.problems).toEqual([]);
    expect([sum('attempts'), sum('successes')]).toEqual([40, 40]);
    expect(sum('cost_upt')).toBe(80e6);
    expect(sum('profit_upt')).toBe(40 * 98e6);
    // The cost curve: rows of 1, 1, 2, 4, 8, 16 and what is left.
    expect(column('attempts')).toEqual([1, 1, 2, 4, 8, 16, 8]);
    expect(column('cost_upt')).toEqual([1, 1, 2, 4, 8, 16, 8].map((n) => n * 2e6));
    const collected = result.numbers('accounts', 'balance_upt')[0]!;
    expect(collected).toBe(100e6 + 40 * 100e6);
  });

  it('are caught by the authority with its probability where members are admitted', () => {
    let granted = 0;
    const tried = 40 * 8;
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const world = openMemberChain('dpos', [`seed=${seed}`, sybils('caught: 75 %')]);
      const result = world.finish(1_000);
      const successes = result.numbers('adversaries', 'successes');
      granted += successes.reduce((total, value) => total + value, 0);
      const reasons = result.texts('transactions', 'reject_reason');
      const refused = reasons.filter((reason) => reason === 'NOT_MEMBER').length;
      // Who was refused tries twice by itself, at the door.
      const own = 40 - successes.reduce((total, value) => total + value, 0);
      expect(refused).toBe(2 * own);
    }
    const se = Math.sqrt(tried * 0.75 * 0.25);
    expect(Math.abs(granted - tried * 0.25)).toBeLessThan(4.67 * se);
  });

  it('do not pay where a name costs more than its chance is worth', () => {
    // 100 pt at a chance of 25 %: 25 pt is the price at which it breaks even.
    const dear = runSybils('consortium', 'caught: 75 %, cost: 60 pt');
    const cheap = runSybils('consortium', 'caught: 75 %, cost: 5 pt');
    expect(dear.sum('profit_upt')).toBeLessThan(0);
    expect(cheap.sum('profit_upt')).toBeGreaterThan(0);
    expect(dear.sum('successes')).toBe(cheap.sum('successes'));
    expect(cheap.sum('profit_upt') - dear.sum('profit_upt')).toBe(40 * 55e6);
  });

  it('need a member who collects', () => {
    expect(() => openMemberChain('dpos', [sybils('collector: 6')])).toThrow(/a member, 0 to 5/);
  });
});

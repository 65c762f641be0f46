/** Raft on blank chains: elections, replication, batches, endorsement, and what one liar does. */
import { describe, expect, it } from 'vitest';
import { hasStaleRead } from '../../../src/consensus/endorsement.ts';
import raft from '../../../src/consensus/protocols/raft.ts';
import { majority } from '../../../src/consensus/quorum.ts';
import { createPanel, type TestPanel, twoFaced } from './panel.ts';

const MS = 1_000;
const S = 1_000_000;
const D = 10 * MS;

const counters = (panel: TestPanel) => panel.instance.report!() as Record<string, number>;
/** Who made the last block. */
const leaderOf = (panel: TestPanel) => panel.tree.producer[panel.tree.count - 1]!;

describe('raft without faults', () => {
  it('elects one leader, which commits after two delays and tells the others', () => {
    const panel = createPanel({ protocol: raft, validators: 5, followers: 2 });
    panel.run(60 * S);
    expect(counters(panel)).toMatchObject({ elections: 1, leaders: 1, conflictingEntries: 0 });
    expect(panel.sent('request-vote')).toBe(4);
    expect(panel.sent('grant-vote')).toBe(4);
    const leader = leaderOf(panel);
    const heights = panel.heights();
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(29);
    for (const { node, block, timeUs } of panel.finals) {
      const delays = node === leader ? 2 : node < 5 ? 3 : 5;
      expect(timeUs - panel.tree.producedUs[block]!).toBe(delays * D);
    }
  });

  it('sends 2(n - 1) messages an entry and a heartbeat each interval, queued or not', () => {
    const panel = createPanel({ protocol: raft, validators: 5 });
    panel.run(20 * S);
    const appends = panel.sent('append');
    const [answers, commits] = [panel.sent('append-reply'), panel.sent('commit')];
    const height = panel.heights()[0]!;
    const events = panel.kernel.eventCount;
    panel.run(40 * S);
    const entries = panel.heights()[0]! - height;
    expect(entries).toBe(10);
    expect(panel.sent('append') - appends).toBe(4 * entries + 4 * 40);
    expect(panel.sent('append-reply') - answers).toBe(4 * entries + 4 * 40);
    expect(panel.sent('commit') - commits).toBe(4 * entries);
    // Forty heartbeats are forty events, not three hundred and twenty.
    expect(panel.kernel.eventCount - events).toBeLessThan(400);
  });

  it('cuts a batch when it is due, full by count, or full by bytes', () => {
    let waiting = 0;
    const options = { batchCount: 10, batchBytes: 5_000, batchTimeout: 2 * S };
    const panel = createPanel({
      protocol: raft,
      validators: 3,
      options,
      hasPending: () => waiting > 0,
    });
    panel.run(10 * S);
    expect(panel.tree.count).toBe(1);
    const send = (count: number, bytes: number) => {
      waiting += count;
      for (let k = 0; k < count; k++) {
        for (let node = 0; node < 3; node++) panel.instance.onTransaction!(node, bytes);
      }
    };
    const nextCut = (fromUs: number) => {
      const known = panel.tree.count;
      while (panel.tree.count === known) panel.run(panel.kernel.nowUs + MS);
      waiting = 0;
      panel.run(fromUs + 10 * S);
      return panel.tree.producedUs[known]! - fromUs;
    };
    send(9, 100);
    expect(nextCut(10 * S)).toBe(2 * S);
    send(10, 100);
    expect(nextCut(20 * S)).toBe(0);
    send(2, 2_600);
    expect(nextCut(30 * S)).toBe(0);
    expect(raft.batchCaps!(options as never)).toEqual({ transactions: 10, bytes: 5_000 });
  });

  it.each([1, 2, 3])('works with %i validators', (validators) => {
    const panel = createPanel({ protocol: raft, validators });
    panel.run(30 * S);
    expect(Math.min(...panel.heights())).toBeGreaterThan(10);
  });
});

describe('raft with crashes', () => {
  it('elects a new leader within the longest wait and a heartbeat after one has crashed', () => {
    for (let k = 0; k < 20; k++) {
      const panel = createPanel({ protocol: raft, validators: 5, seed: `crash/${k}` });
      panel.run(10 * S + 100 * k * MS);
      const leader = leaderOf(panel);
      const crashUs = panel.kernel.nowUs;
      panel.setUp([leader], false);
      panel.run(crashUs + 1 * S);
      expect(counters(panel).leaders).toBe(1);
      panel.run(crashUs + 3 * S + 10 * D);
      expect(counters(panel).leaders).toBe(2);
      panel.run(crashUs + 20 * S);
      panel.setUp([leader], true);
      panel.run(crashUs + 40 * S);
      expect(new Set(panel.heights()).size).toBe(1);
      expect(panel.heights()[0]).toBeGreaterThan(20);
      expect(counters(panel).leaders).toBe(2);
      expect(panel.engine.divergentFinals).toBe(0);
    }
  });

  it('loses nothing that was committed, and replaces what was not', () => {
    const options = { batchTimeout: 500 * MS };
    const panel = createPanel({ protocol: raft, validators: 5, options });
    panel.run(10 * S + 100 * MS);
    const leader = leaderOf(panel);
    const known = panel.tree.count;
    // The leader's next entry reaches nobody.
    panel.part([leader]);
    while (panel.tree.count === known) panel.run(panel.kernel.nowUs + MS);
    const lost = known;
    expect(panel.tree.producer[lost]).toBe(leader);
    panel.run(panel.kernel.nowUs + 30 * S);
    expect(panel.engine.finalBlock[leader]).not.toBe(lost);
    panel.join();
    panel.run(panel.kernel.nowUs + 10 * S);
    expect(new Set(panel.heights()).size).toBe(1);
    expect(panel.tree.isAncestor(lost, panel.engine.head[0]!)).toBe(false);
    expect(counters(panel).conflictingEntries).toBeGreaterThan(0);
    expect(panel.engine.divergentFinals).toBe(0);
  });

  it.each([3, 4, 5])('needs a majority, n = %i', (validators) => {
    const downs = Array.from({ length: validators - majority(validators) }, (_, node) => node);
    const working = createPanel({ protocol: raft, validators });
    working.setUp(downs, false);
    working.run(60 * S);
    expect(Math.max(...working.heights())).toBeGreaterThan(10);
    const stalled = createPanel({ protocol: raft, validators });
    stalled.setUp([...downs, validators - 1], false);
    stalled.run(60 * S);
    expect(Math.max(...stalled.heights())).toBe(0);
  });

  it('is split by a single leader that tells followers different things', () => {
    const honest = createPanel({ protocol: raft, validators: 5 });
    honest.run(60 * S);
    const liar = leaderOf(honest);
    const panel = createPanel({
      protocol: raft,
      validators: 5,
      conducts: [[[liar], twoFaced(5, [liar])]],
    });
    panel.run(60 * S);
    expect(leaderOf(panel)).toBe(liar);
    expect(panel.engine.divergentFinals).toBeGreaterThan(0);
  });
});

describe('endorsement', () => {
  it('takes the state of the endorsers when the transaction is submitted, and its messages count', () => {
    const panel = createPanel({
      protocol: raft,
      validators: 4,
      followers: 1,
      options: { endorsers: 2, endorseTime: 3 * MS },
    });
    panel.run(10 * S);
    const { instance, engine, kernel } = panel;
    const before = engine.head[0]!;
    let readyUs = 0;
    instance.endorse!(4, 77, 250, () => {
      readyUs = kernel.nowUs;
    });
    expect(instance.endorsedOn!(77)).toBe(-1);
    panel.run(11 * S);
    expect(readyUs - 10 * S).toBe(2 * D + 3 * MS);
    expect(instance.endorsedOn!(77)).toBe(before);
    expect(panel.sent('endorsement')).toBe(4);
    panel.run(30 * S);
    expect(engine.head[0]).toBeGreaterThan(before);
    expect(instance.endorsedOn!(77)).toBe(before);
    expect(counters(panel)).toMatchObject({ endorsed: 1, endorsementsRetried: 0 });
  });

  it('asks others when endorsers are down or do not answer', () => {
    const panel = createPanel({ protocol: raft, validators: 4, options: { endorsers: 2 } });
    panel.run(10 * S);
    let ready = 0;
    panel.setUp([0], false);
    panel.instance.endorse!(1, 5, 100, () => ready++);
    panel.run(10 * S + 1);
    panel.setUp([2], false);
    panel.run(11 * S - 1);
    expect(ready).toBe(0);
    panel.run(12 * S);
    expect(ready).toBe(1);
    expect(counters(panel).endorsementsRetried).toBe(1);
  });

  it('finds reads that are stale, by value', () => {
    const then = (cell: number) => [10, 20, 30][cell]!;
    const now = (cell: number) => [10, 21, 30][cell]!;
    expect(hasStaleRead([0, 2], then, now)).toBe(false);
    expect(hasStaleRead([0, 1, 2], then, now)).toBe(true);
    expect(hasStaleRead([], then, now)).toBe(false);
  });

  it('says what cannot work with so many nodes', () => {
    const given = { validators: 3, endorsers: 4, heartbeat: 150 * MS, electionTimeout: 150 * MS };
    expect(raft.check!(given as never, 3).map(({ key }) => key)).toEqual([
      'endorsers',
      'heartbeat',
    ]);
  });
});

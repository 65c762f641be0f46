/** PBFT on blank chains: agreement, view changes, checkpoints, faults within and beyond f. */
import { describe, expect, it } from 'vitest';
import pbft from '../../../src/consensus/protocols/pbft.ts';
import { byzantineQuorum, faultyMax } from '../../../src/consensus/quorum.ts';
import { createPanel, SILENT, twoFaced } from './panel.ts';

const MS = 1_000;
const S = 1_000_000;
const D = 10 * MS;

describe('quorums', () => {
  it('overlap in an honest validator and are there without the faulty, for n = 1 to 40', () => {
    for (let n = 1; n <= 40; n++) {
      const [f, q] = [faultyMax(n), byzantineQuorum(n)];
      expect(2 * q - n).toBeGreaterThanOrEqual(f + 1);
      expect(n - f).toBeGreaterThanOrEqual(q);
      expect(q).toBe(Math.ceil((n + f + 1) / 2));
    }
    // The quorum that is often read, 2f + 1, is right for n = 3f + 1 only.
    const unsafe = Array.from({ length: 12 }, (_, k) => k + 1).filter(
      (n) => 2 * (2 * faultyMax(n) + 1) - n < faultyMax(n) + 1,
    );
    expect(unsafe).toEqual([2, 3, 5, 6, 8, 9, 11, 12]);
  });
});

describe('pbft without faults', () => {
  it('decides after three delays, in 2n(n - 1) messages, one batch each batch timeout', () => {
    const panel = createPanel({ protocol: pbft, validators: 4 });
    panel.run(10 * S + 3 * D);
    expect(panel.heights()).toEqual([20, 20, 20, 20]);
    for (const { block, timeUs } of panel.finals) {
      expect(timeUs - panel.tree.producedUs[block]!).toBe(3 * D);
      expect(panel.tree.producedUs[block]).toBe(500 * MS * panel.tree.height[block]!);
    }
    expect(panel.sent('proposal')).toBe(20 * 3);
    expect(panel.sent('prepare')).toBe(20 * 9);
    expect(panel.sent('commit')).toBe(20 * 12);
    expect(panel.sent('view-change') + panel.sent('new-view')).toBe(0);
    expect(panel.instance.report!()).toMatchObject({ viewChanges: 0 });
  });

  it('lets all other nodes follow by the relay and hold blocks final by their certificate', () => {
    const panel = createPanel({ protocol: pbft, validators: 4, followers: 3, blockBytes: 1000 });
    panel.run(3 * S);
    expect(panel.heights()).toEqual(new Array(7).fill(5));
    const followers = panel.finals.filter(({ node }) => node >= 4);
    for (const { block, timeUs } of followers) {
      // Announcement, request and block after the validators' decision.
      expect(timeUs - panel.tree.producedUs[block]!).toBe(6 * D);
    }
    expect(panel.sent('block')).toBe(3 * 5);
    const certificate = panel.instance.certificateBytes!(1);
    expect(certificate).toBe(8 + 32 + 3 * 66);
    const { typeBytes } = panel.transport.traffic;
    expect(typeBytes[5]).toBe(15 * (1000 + certificate));
  });

  it('makes no batch while nothing waits, and then one after the batch timeout', () => {
    let pending = false;
    const panel = createPanel({ protocol: pbft, validators: 4, hasPending: () => pending });
    panel.run(60 * S);
    expect(panel.tree.count).toBe(1);
    expect(panel.kernel.eventCount).toBe(0);
    pending = true;
    for (let node = 0; node < 4; node++) panel.instance.onTransaction!(node);
    panel.run(60 * S + 500 * MS + 3 * D - 1);
    expect(panel.heights()).toEqual([0, 0, 0, 0]);
    pending = false;
    panel.run(120 * S);
    expect(panel.heights()).toEqual([1, 1, 1, 1]);
    expect(panel.sent('view-change')).toBe(0);
  });

  it.each([1, 2, 3])('works with %i validators', (validators) => {
    const panel = createPanel({ protocol: pbft, validators });
    panel.run(3 * S + 100 * MS);
    expect(Math.min(...panel.heights())).toBe(6);
  });

  it('makes checkpoints stable every so many heights', () => {
    const panel = createPanel({
      protocol: pbft,
      validators: 7,
      options: { checkpointInterval: 5 },
    });
    panel.run(11 * S);
    expect(panel.heights()[0]).toBe(21);
    expect(panel.sent('checkpoint')).toBe(4 * 7 * 6);
    expect(panel.instance.report!()).toMatchObject({ checkpoints: 4 });
  });
});

describe('pbft with faults', () => {
  it('changes the view when the primary is silent or down: after T, then 2T, 4T', () => {
    for (const passed of [1, 2, 3]) {
      const silent = Array.from({ length: passed }, (_, node) => node);
      for (const isDown of [true, false]) {
        const panel = createPanel({
          protocol: pbft,
          validators: 10,
          conducts: isDown ? [] : [[silent, SILENT]],
        });
        if (isDown) panel.setUp(silent, false);
        panel.run(60 * S);
        const first = panel.finals.find(({ node }) => node === 9)!;
        expect(first.timeUs).toBe(4 * S * 2 ** (passed - 1) + (passed + 3) * D);
        expect(panel.engine.divergentFinals).toBe(0);
        expect(panel.instance.report!()).toMatchObject({ viewChanges: 1 });
        expect(silent.map((node) => panel.instance.turnsMissed(node))).toEqual(silent.map(() => 1));
      }
    }
  });

  it('recovers when a primary goes down in the middle, and takes it back when it is up again', () => {
    const panel = createPanel({ protocol: pbft, validators: 4 });
    // Proposal and prepares are out, commits are not.
    panel.run(2 * S + D + D / 2);
    panel.setUp([0], false);
    panel.run(30 * S);
    const whileDown = Math.min(...panel.heights().slice(1));
    expect(whileDown).toBeGreaterThan(30);
    panel.setUp([0], true);
    panel.run(60 * S);
    expect(new Set(panel.heights()).size).toBe(1);
    expect(panel.heights()[0]).toBeGreaterThan(whileDown + 50);
    expect(panel.engine.divergentFinals).toBe(0);
  });

  it('proposes again what may have been decided: a prepared block survives the change', () => {
    const panel = createPanel({ protocol: pbft, validators: 4 });
    // Everybody has prepared; all commits but those to node 3 are lost.
    panel.run(500 * MS + 2 * D - 1);
    const prepared = panel.tree.count - 1;
    panel.run(500 * MS + 2 * D);
    panel.transport.cut(1, (_, to) => to !== 3);
    panel.run(500 * MS + 3 * D);
    expect(panel.engine.head[3]).toBe(prepared);
    expect(panel.engine.head[0]).toBe(0);
    // The relay must not help.
    panel.transport.cut(2, (from) => from === 3);
    panel.transport.heal(1);
    panel.run(20 * S);
    expect(panel.instance.report!().viewChanges).toBeGreaterThan(0);
    for (const node of [0, 1, 2]) {
      expect(panel.tree.ancestorAt(panel.engine.head[node]!, 1)).toBe(prepared);
    }
    expect(panel.engine.divergentFinals).toBe(0);
  });

  it.each([4, 5, 7, 10])(
    'stalls without conflict with more silent than f, n = %i',
    (validators) => {
      const allowed = validators - byzantineQuorum(validators);
      const silent = (count: number) => Array.from({ length: count }, (_, k) => validators - 1 - k);
      const working = createPanel({
        protocol: pbft,
        validators,
        conducts: [[silent(allowed), SILENT]],
      });
      working.run(10 * S);
      expect(Math.min(...working.heights())).toBe(19);
      const stalled = createPanel({
        protocol: pbft,
        validators,
        conducts: [[silent(allowed + 1), SILENT]],
      });
      stalled.run(200 * S);
      expect(Math.max(...stalled.heights())).toBe(0);
      expect(stalled.engine.divergentFinals).toBe(0);
    },
  );

  it.each([4, 7, 10])('is safe with f equivocators and splits with f + 1, n = %i', (validators) => {
    const run = (count: number) => {
      const own = Array.from({ length: count }, (_, node) => node);
      const conduct = twoFaced(validators, own);
      const panel = createPanel({ protocol: pbft, validators, conducts: [[own, conduct]] });
      panel.run(60 * S);
      return panel;
    };
    const safe = run(faultyMax(validators));
    expect(safe.engine.divergentFinals).toBe(0);
    expect(Math.min(...safe.heights().slice(faultyMax(validators)))).toBeGreaterThan(20);
    expect(run(faultyMax(validators) + 1).engine.divergentFinals).toBeGreaterThan(0);
  });

  it('stops in a partition without a quorum and goes on when it heals', () => {
    const panel = createPanel({ protocol: pbft, validators: 7, followers: 2 });
    panel.run(3 * S + 100 * MS);
    expect(panel.heights()).toEqual(new Array(9).fill(6));
    panel.part([0, 1, 2, 7]);
    panel.run(20 * S);
    expect(Math.max(...panel.heights())).toBe(6);
    panel.join();
    panel.run(100 * S);
    expect(Math.min(...panel.heights())).toBeGreaterThan(60);
    expect(panel.engine.divergentFinals).toBe(0);
  });

  it('refuses a block that is published without a decision', () => {
    const panel = createPanel({ protocol: pbft, validators: 4, followers: 1 });
    panel.run(1 * S + 100 * MS);
    const block = panel.build(2, panel.engine.head[2]!, panel.kernel.nowUs, [2], 1);
    panel.publish(2, block);
    panel.run(1 * S + 300 * MS);
    for (const node of [0, 1, 3, 4]) expect(panel.engine.head[node]).not.toBe(block);
    expect(panel.instance.isValid(block)).toBe(false);
  });
});

describe('pbft, options', () => {
  it('says what cannot work with so many nodes, and nothing of how many are faulty', () => {
    const given = { validators: 30, batchTimeout: 5 * S, viewTimeout: 4 * S };
    const issues = pbft.check!(given as never, 21);
    expect(issues.map(({ key }) => key)).toEqual(['validators', 'viewTimeout']);
    expect(issues[0]).toMatchObject({ expected: 'at most the 21 nodes of the network', got: '30' });
    const fine = { validators: undefined, batchTimeout: S, viewTimeout: 4 * S };
    expect(pbft.check!(fine as never, 21)).toEqual([]);
    expect(pbft.parameters(fine as never, 50)).toMatchObject({ validators: 21 });
  });
});

/** Tendermint on blank chains: rounds, locks, faults within and beyond f. */
import { describe, expect, it } from 'vitest';
import tendermint from '../../../src/consensus/protocols/tendermint.ts';
import { byzantineQuorum, faultyMax } from '../../../src/consensus/quorum.ts';
import { createPanel, SILENT, twoFaced } from './panel.ts';

const MS = 1_000;
const S = 1_000_000;
const D = 10 * MS;

describe('tendermint without faults', () => {
  it('decides after three delays, in (n - 1) + 2n(n - 1) messages, proposers in turn', () => {
    const panel = createPanel({ protocol: tendermint, validators: 4 });
    panel.run(10 * S + 3 * D);
    expect(panel.heights()).toEqual([20, 20, 20, 20]);
    for (const { block, timeUs } of panel.finals) {
      expect(timeUs - panel.tree.producedUs[block]!).toBe(3 * D);
      expect(panel.tree.producer[block]).toBe((panel.tree.height[block]! - 1) % 4);
      expect(panel.tree.producedUs[block]).toBe(500 * MS * panel.tree.height[block]!);
    }
    expect(panel.sent('proposal')).toBe(20 * 3);
    expect(panel.sent('vote')).toBe(20 * 2 * 12);
    expect(panel.instance.report!()).toEqual({ rounds: 0, timeouts: 0, repeats: 0 });
  });

  it('makes no block while nothing waits; other nodes follow by the relay', () => {
    let pending = false;
    const panel = createPanel({
      protocol: tendermint,
      validators: 4,
      followers: 2,
      hasPending: () => pending,
    });
    panel.run(60 * S);
    expect(panel.tree.count).toBe(1);
    pending = true;
    for (let node = 0; node < 6; node++) panel.instance.onTransaction!(node);
    panel.run(60 * S + 500 * MS + 3 * D - 1);
    pending = false;
    panel.run(90 * S);
    expect(panel.heights()).toEqual(new Array(6).fill(1));
    expect(panel.finals.filter(({ node }) => node >= 4)).toHaveLength(2);
  });

  it.each([1, 2, 3])('works with %i validators', (validators) => {
    const panel = createPanel({ protocol: tendermint, validators });
    panel.run(3 * S + 100 * MS);
    expect(Math.min(...panel.heights())).toBe(6);
  });
});

describe('tendermint with faults', () => {
  it('passes over a silent proposer after the waits of the round', () => {
    const panel = createPanel({
      protocol: tendermint,
      validators: 4,
      conducts: [[[0], SILENT]],
    });
    panel.run(10 * S);
    const first = panel.finals.find(({ node }) => node === 2)!;
    // Due at 0.5 s; wait for the proposal 3 s; prevotes and precommits for nil; wait 1 s for more of
    // them; then three delays of round 1.
    expect(first.timeUs).toBe(500 * MS + 3 * S + 2 * D + 1 * S + 3 * D);
    expect(panel.tree.producer[first.block]).toBe(1);
    expect(panel.instance.turnsMissed(0)).toBeGreaterThan(0);
    expect(panel.engine.divergentFinals).toBe(0);
  });

  it('keeps a decision that one validator alone has seen: the others are locked on it', () => {
    const panel = createPanel({ protocol: tendermint, validators: 4 });
    // Node 1, next to propose, does not get the proposal.
    panel.run(500 * MS);
    panel.transport.cut(1, (from, to) => from === 0 && to === 1);
    panel.run(500 * MS + D);
    panel.transport.heal(1);
    panel.run(500 * MS + 2 * D);
    const block = panel.tree.count - 1;
    // Of node 3, which alone hears three precommits, nothing is heard any more.
    panel.transport.cut(2, (from) => from === 3);
    panel.run(500 * MS + 3 * D);
    expect(panel.engine.head[3]).toBe(block);
    expect(panel.engine.head[0]).toBe(0);
    panel.run(9 * S);
    // Round 1 had a fresh block of node 1, which nodes 0 and 2 could not vote for.
    expect(panel.tree.producer[block + 1]).toBe(1);
    expect(panel.tree.height[block + 1]).toBe(1);
    panel.run(60 * S);
    for (const node of [0, 1, 2]) {
      expect(panel.tree.ancestorAt(panel.engine.head[node]!, 1)).toBe(block);
    }
    expect(panel.engine.divergentFinals).toBe(0);
  });

  it.each([4, 5, 7])('stalls without conflict with more silent than f, n = %i', (validators) => {
    const allowed = validators - byzantineQuorum(validators);
    const run = (count: number, untilUs: number) => {
      const silent = Array.from({ length: count }, (_, k) => validators - 1 - k);
      const conducts = [[silent, SILENT]] as const;
      const panel = createPanel({ protocol: tendermint, validators, conducts });
      panel.run(untilUs);
      return panel;
    };
    expect(Math.min(...run(allowed, 60 * S).heights())).toBeGreaterThan(5);
    const stalled = run(allowed + 1, 200 * S);
    expect(Math.max(...stalled.heights())).toBe(0);
    expect(stalled.engine.divergentFinals).toBe(0);
  });

  it.each([4, 7, 10])('is safe with f equivocators and splits with f + 1, n = %i', (validators) => {
    const run = (count: number) => {
      const own = Array.from({ length: count }, (_, node) => node);
      const conducts = [[own, twoFaced(validators, own)]] as const;
      const panel = createPanel({ protocol: tendermint, validators, conducts });
      panel.run(60 * S);
      return panel;
    };
    const safe = run(faultyMax(validators));
    expect(safe.engine.divergentFinals).toBe(0);
    expect(Math.min(...safe.heights().slice(faultyMax(validators)))).toBeGreaterThan(5);
    expect(run(faultyMax(validators) + 1).engine.divergentFinals).toBeGreaterThan(0);
  });

  it('stops in a partition without a quorum and goes on when it heals', () => {
    const panel = createPanel({ protocol: tendermint, validators: 7, followers: 1 });
    panel.run(3 * S + 100 * MS);
    const before = panel.heights()[0]!;
    panel.part([0, 1, 2, 7]);
    panel.run(20 * S);
    expect(Math.max(...panel.heights())).toBe(before);
    panel.join();
    panel.run(100 * S);
    expect(Math.min(...panel.heights())).toBeGreaterThan(60);
    expect(panel.engine.divergentFinals).toBe(0);
  });

  it('says what cannot work with so many nodes', () => {
    const issues = tendermint.check!({ validators: 8 } as never, 7);
    expect(issues.map(({ key }) => key)).toEqual(['validators']);
  });
});

/** Adversaries that hold producers: equivocation (A06) and withholding (A07), on chains of blank blocks. */
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import { type BlankChain, createBlankChain } from '../../../src/consensus/blank-chain.ts';
import dpos from '../../../src/consensus/protocols/dpos.ts';
import type { Adversary, AdversaryReport } from '../../../src/fraud/adversaries/define.ts';
import equivocation from '../../../src/fraud/adversaries/equivocation.ts';
import { adversaries } from '../../../src/fraud/adversaries/index.ts';
import { producersOf } from '../../../src/fraud/adversaries/producers.ts';
import withholding from '../../../src/fraud/adversaries/withholding.ts';
import { linksFromEdges } from '../../../src/network/topology.ts';

const TURN_US = 1_000_000;

function village(nodeCount: number, options: Readonly<Record<string, unknown>> = {}): BlankChain {
  const edges = [];
  for (let a = 0; a < nodeCount; a++) {
    for (let b = a + 1; b < nodeCount; b++) edges.push({ a, b, latencyUs: 5_000, bandwidth: 1e9 });
  }
  return createBlankChain({
    protocol: dpos,
    options: { turn: TURN_US, epochRounds: 1_000, ...options },
    links: linksFromEdges(
      edges,
      Array.from({ length: nodeCount }, () => 'here'),
    ),
    seed: 1,
  });
}

function contextOf(chain: BlankChain, nodeCount: number, endUs: number) {
  return {
    net: chain,
    nodeCount,
    protocol: 'dpos',
    openingUs: 0,
    endUs,
    random: chain.random,
  };
}

/** Runs a chain with an adversary from the start on. */
function attacked(
  chain: BlankChain,
  nodeCount: number,
  adversary: Adversary,
  own: Readonly<Record<string, unknown>>,
  turns: number,
): { nodes: readonly number[]; report: AdversaryReport } {
  const options = { ...defaultsOf(adversary.options()), from: 0, ...own };
  const context = contextOf(chain, nodeCount, turns * TURN_US);
  const instance = adversary.create(context, options as never);
  chain.run((turns + 0.5) * TURN_US);
  return { nodes: instance.nodes, report: instance.finish()[0]! };
}

describe('equivocation', () => {
  const lasts = 130 * TURN_US;

  it.each([
    ['twoStage', 8, 0],
    ['twoStage', 9, 1],
    ['naive', 9, 1],
    ['bft', 8, 0],
    ['bft', 9, 1],
  ])('%s: of 21 producers %i succeed %i times', (irreversibility, count, successes) => {
    const chain = village(21, { irreversibility });
    const { nodes, report } = attacked(chain, 21, equivocation, { count, lasts }, 160);
    expect(nodes).toHaveLength(count);
    expect(nodes).not.toContain(0);
    expect(report).toMatchObject({ attempts: 1, successes, startedUs: 0, endedUs: lasts });
    expect(report.detail).toMatch(/^\d\d conflicting blocks; \d+ heights with two final blocks$/);
    // Once it is over all agree again, unless they hold different blocks final.
    if (successes === 0) expect(report.recoveredUs).toBeLessThan(lasts + 2 * TURN_US);
    else expect(report.recoveredUs).toBeNaN();
  });

  it('without a partition honest nodes hear of both blocks, and nothing comes of it', () => {
    const chain = village(7, { irreversibility: 'naive' });
    const own = { count: 3, lasts, partition: false };
    const { report } = attacked(chain, 7, equivocation, own, 160);
    expect(report.successes).toBe(0);
    expect(Number.parseInt(report.detail, 10)).toBeGreaterThan(20);
  });

  it('takes producers, not stand-bys, and splits honest ones in halves', () => {
    const chain = village(30, { delegates: 9, standby: 'none', irreversibility: 'naive' });
    const context = contextOf(chain, 30, 0);
    expect(producersOf(context)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const { nodes, report } = attacked(chain, 30, equivocation, { count: 5, lasts }, 140);
    for (const node of nodes) expect(node).toBeLessThan(9);
    // Quorum 7 of 9: two honest producers on each side and five on both.
    expect(report.successes).toBe(1);
  });

  it('that has not begun has not been tried', () => {
    const chain = village(4);
    const { report } = attacked(chain, 4, equivocation, { count: 1, from: 99 * TURN_US }, 10);
    expect(report).toMatchObject({ attempts: 0, successes: 0 });
  });
});

describe('withholding', () => {
  const lasts = 210 * TURN_US;
  const figures = ({ detail }: AdversaryReport) => {
    const [, stallUs, lost, kept] = /still (\d+) us; turns lost ([\d.]+); .* (\d+)$/.exec(detail)!;
    return { stallUs: Number(stallUs), lost: Number(lost), kept: Number(kept) };
  };

  it('below a third: no stall, and the share of turns that were theirs is lost', () => {
    const chain = village(21);
    const stall = 60 * TURN_US;
    const { report } = attacked(chain, 21, withholding, { count: 6, lasts, stall }, 220);
    expect(report).toMatchObject({ attempts: 1, successes: 0 });
    expect(figures(report).lost).toBeCloseTo(6 / 21, 2);
    expect(figures(report).stallUs).toBeLessThan(45 * TURN_US);
  });

  it('from a third on finality stands still as long as it lasts', () => {
    const chain = village(21);
    const stall = 60 * TURN_US;
    const { report } = attacked(chain, 21, withholding, { count: 7, lasts, stall }, 220);
    expect(report.successes).toBe(1);
    expect(figures(report).stallUs).toBe(lasts);
    expect(figures(report).lost).toBeCloseTo(7 / 21, 2);
  });

  it('in pulses it loses half as much, and votes go with turns', () => {
    const chain = village(21, { irreversibility: 'bft' });
    const own = { count: 7, lasts, pattern: 'pulse', span: 21 * TURN_US };
    const { report } = attacked(chain, 21, withholding, own, 220);
    expect(figures(report).lost).toBeCloseTo(3.5 / 21, 1);
    expect(figures(report).stallUs / TURN_US).toBeGreaterThan(20);
    expect(figures(report).stallUs / TURN_US).toBeLessThan(25);
  });

  it('in spans drawn by lot it is the same however often it is asked', () => {
    const own = { count: 5, lasts, pattern: 'random', share: 0.4, span: 5 * TURN_US };
    const runs = [1, 2].map((asked) => {
      const chain = village(21);
      const { nodes, report } = attacked(chain, 21, withholding, own, 220);
      for (let k = 0; k < asked; k++) chain.conduct.of(nodes[0]!)!.takesPart!(nodes[0]!);
      return report.detail;
    });
    expect(runs[0]).toBe(runs[1]);
    expect(figures({ detail: runs[0]! } as AdversaryReport).lost).toBeCloseTo((0.4 * 5) / 21, 1);
  });

  it('blocks kept back come too late to count', () => {
    const chain = village(7);
    const own = { count: 2, lasts, hold: 3 * TURN_US };
    const { report } = attacked(chain, 7, withholding, own, 220);
    expect(figures(report).kept).toBeGreaterThan(50);
    expect(figures(report).lost).toBeGreaterThan(0.2);
    expect(chain.engine.divergentFinals).toBe(0);
  });
});

it('both are known by name and code', () => {
  expect(adversaries.get('A06')).toBe(equivocation);
  expect(adversaries.get('A07')).toBe(withholding);
  const issues = equivocation.check!({ count: 4, nodes: ['node-009'] } as never, 4);
  expect(issues.map(({ key }) => key)).toEqual(['nodes.0', 'count']);
});

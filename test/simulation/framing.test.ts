/**
 * A14: colluding voters against the honest, all of whom vote, on a chain at work. Thirteen nodes leave
 * twelve votes on a report, so the thresholds of model 6.4 are counts: more than a third acquits, two
 * thirds frame.
 */
import { describe, expect, it } from 'vitest';
import { numbersOf } from '../../src/base/table.ts';
import { nodeId } from '../../src/network/node-id.ts';
import { outcomes, type Row, rowsOf, runChain } from './small-chain.ts';

const GUILTY = 1;
const VICTIM = 12;
const names = (from: number, count: number) =>
  Array.from({ length: count }, (_, k) => nodeId(from + k)).join(', ');
const WITHHOLDING = `{ name: withholding, nodes: [${nodeId(GUILTY)}], from: 2 min, lasts: 20 min }`;
const DEPOSIT_UPT = 5e6;

/** A guilty node that lets every turn pass, and so many colleagues; both adversaries name the guilty. */
function acquit(friends: number, sets: readonly string[] = []) {
  const framing = `{ name: framing, goal: acquit, nodes: [${names(GUILTY, 1 + friends)}], from: 2 min }`;
  const result = runChain(`[${WITHHOLDING}, ${framing}]`, sets);
  return { of: outcomes(result)[1]!, exclusions: exclusionsOf(result) };
}

function frame(accusers: number, sets: readonly string[] = []) {
  const framing = `{ name: framing, victim: ${nodeId(VICTIM)}, nodes: [${names(0, accusers)}], from: 2 min }`;
  const result = runChain(`[${framing}]`, sets);
  return { of: outcomes(result)[0]!, exclusions: exclusionsOf(result) };
}

const exclusionsOf = (result: ReturnType<typeof runChain>): Row[] =>
  rowsOf(result, 'exclusions', ['node', 'kind', 'guilty', 'verdict', 'excluded_us']);

describe('colleagues of a guilty node', () => {
  it.each([
    [0, false],
    [4, false],
    [5, true],
  ])('%d of twelve votes keep it: %s, for 3b > 12', (friends, isKept) => {
    const { of, exclusions } = acquit(friends);
    expect(of).toMatchObject({ attempts: 1, successes: isKept ? 1 : 0, cost_upt: 0 });
    expect(exclusions).toHaveLength(1);
    expect(exclusions[0]).toMatchObject({
      node: nodeId(GUILTY),
      kind: 'MISSED',
      guilty: 1,
      verdict: isKept ? 'rejected' : 'upheld',
    });
    expect(Number.isNaN(exclusions[0]!.excluded_us)).toBe(isKept);
  });

  it('count by stake where stake votes: members with more than a third keep it', () => {
    const byStake = ['consensus.voteOut.electorate=stake', 'certificates.lockedShare=100 %'];
    const keep = (members: readonly number[]) => {
      const framing = `{ name: framing, goal: acquit, nodes: [${nodeId(GUILTY)}], members: [${members}], from: 2 min }`;
      return runChain(`[${WITHHOLDING}, ${framing}]`, byStake);
    };
    const nobody = keep([]);
    const stake = Array.from(numbersOf(nobody.tables.accounts!, 'certificates_locked'));
    const total = stake.reduce((sum, held) => sum + held, 0);
    // A home whose client asks the guilty node hears nothing bad of it, and opposes in good faith.
    const others = stake
      .slice(0, 12)
      .map((_, home) => home)
      .filter((home) => home !== GUILTY);
    const friends: number[] = [];
    for (let held = stake[GUILTY]!; 3 * held <= total; held += stake[friends.at(-1)!]!) {
      friends.push(others[friends.length]!);
    }
    expect(friends.length).toBeGreaterThan(0);
    expect(outcomes(nobody)[1]).toMatchObject({ attempts: 1, successes: 0 });
    expect(outcomes(keep(friends))[1]).toMatchObject({ attempts: 1, successes: 1 });
    expect(outcomes(keep(friends.slice(0, -1)))[1]).toMatchObject({ attempts: 1, successes: 0 });
  });

  it('cannot help where the contract checks the evidence by itself', () => {
    const { of, exclusions } = acquit(11, ['consensus.voteOut.mode=auto']);
    expect(of).toMatchObject({ attempts: 1, successes: 0 });
    expect(exclusions[0]).toMatchObject({ node: nodeId(GUILTY), verdict: 'upheld' });
  });

  it('are alone where nobody else votes: the quorum is theirs to reach', () => {
    const quorum = ['consensus.voteOut.turnout=0 %'];
    // Five oppose and nobody agrees; below and above half of the electorate it is the same verdict.
    for (const friends of [5, 7]) {
      expect(acquit(friends, quorum).of).toMatchObject({ attempts: 1, successes: 1 });
    }
  });
});

describe('accusers of an honest node', () => {
  it.each([
    [7, false],
    [8, true],
  ])('%d of twelve votes exclude it: %s, for 3b >= 24', (accusers, isFramed) => {
    const { of, exclusions } = frame(accusers);
    const costUpt = isFramed ? 0 : DEPOSIT_UPT;
    expect(of).toMatchObject({ attempts: 1, successes: isFramed ? 1 : 0, cost_upt: costUpt });
    expect(exclusions).toHaveLength(1);
    expect(exclusions[0]).toMatchObject({ node: nodeId(VICTIM), kind: 'WITHHOLD', guilty: 0 });
    expect(Number.isNaN(exclusions[0]!.excluded_us)).toBe(!isFramed);
  });

  it('need half of the electorate where no honest one votes', () => {
    const nobody = ['consensus.voteOut.turnout=0 %'];
    expect(frame(5, nobody).of).toMatchObject({ successes: 0, cost_upt: DEPOSIT_UPT });
    expect(frame(6, nobody).of).toMatchObject({ successes: 1, cost_upt: 0 });
  });

  it('get nothing from evidence that the chain does not show', () => {
    const framing = `{ name: framing, kind: MISSED, victim: ${nodeId(VICTIM)}, nodes: [${names(0, 9)}] }`;
    const result = runChain(`[${framing.replace('kind', 'from: 2 min, kind')}]`);
    expect(outcomes(result)[0]).toMatchObject({ attempts: 1, successes: 0, cost_upt: 0 });
    expect(exclusionsOf(result)).toHaveLength(0);
  });
});

describe('a flood of reports', () => {
  it('is taken up while deposits last, each of which is burnt', () => {
    const spam =
      '{ name: framing, goal: spam, nodes: [node-001, node-002], reports: 12, every: 1 min, from: 1 min }';
    const result = runChain(`[${spam}]`);
    expect(outcomes(result)[0]).toMatchObject({
      attempts: 12,
      successes: 12,
      cost_upt: 12 * DEPOSIT_UPT,
    });
    const rejected = exclusionsOf(result);
    expect(rejected.every(({ guilty, verdict }) => guilty === 0 && verdict === 'rejected')).toBe(
      true,
    );
    const burnt = runChain(`[${spam.replace('reports: 12', 'reports: 0')}]`, [
      'points.nodes=60 pt',
    ]);
    // Of 60 points 50 are the bond: two deposits each, and what is sent after them is refused.
    expect(outcomes(burnt)[0]).toMatchObject({ successes: 4, cost_upt: 4 * DEPOSIT_UPT });
  });

  it('and nothing of it where only elections decide', () => {
    const result = runChain('[{ name: framing, count: 3 }]', ['consensus.voteOut.mode=plain']);
    expect(outcomes(result)[0]).toMatchObject({ attempts: 0, detail: 'no reports in dpos' });
  });
});

/**
 * The vote-out from observation to exclusion, over seeds 1..3: who is excluded, how soon, who is not, and
 * that the chain executes again to the same roots. Bounds are those of the rules, in turns.
 */
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../src/base/options.ts';
import type { BallotConduct } from '../../src/contracts/ballot-conduct.ts';
import { CHAIN, chainCell } from '../../src/contracts/cells.ts';
import { standingOf } from '../../src/contracts/election.ts';
import { CANDIDATE, candidateCell, STANDING } from '../../src/contracts/governance-cells.ts';
import { type Choice, VOTE_OUT } from '../../src/ledger/vote-out.ts';
import { createVoteOutRun, TURN_US, type VoteOutRun } from './vote-out-chain.ts';

const PRODUCERS = 9;
const NODES = 13;
const SEEDS = ['1', '2', '3'];

/** Runs a chain whose homes approve the first nine nodes, seven each; checks that it replays. */
function runTo(turns: number, options: VoteOutRun) {
  const run = createVoteOutRun(options);
  for (let home = 0; home < 12; home++) {
    run.approve(
      home,
      Array.from({ length: 7 }, (_, k) => (home + k) % PRODUCERS),
    );
  }
  run.run(turns);
  expect(run.replay()).toMatchObject({ wrong: 0, imbalanceUpt: 0 });
  return { ...run, measures: run.governance.measures(), standing: standingsOf(run) };
}

const standingsOf = (run: ReturnType<typeof createVoteOutRun>) =>
  Array.from({ length: NODES }, (_, node) => standingOf(run.read, node));

/** Accounts of nodes under one conduct. */
const control =
  (nodes: readonly number[], conduct: BallotConduct): NonNullable<VoteOutRun['conduct']> =>
  (voters, firstNode) =>
    voters.control(
      nodes.map((node) => firstNode + node),
      conduct,
    );

/** Whose producers make all blocks from the second epoch on: the elected ones. */
const FROM = 10 * PRODUCERS + 1;

describe('a silent producer', () => {
  it.each(SEEDS)(
    'is out soonest on evidence, then by ballot, last by election (seed %s)',
    (seed) => {
      const outcome = (['auto', 'ballot', 'plain'] as const).map((mode) => {
        const { measures } = runTo(420, { seed, voteOut: { mode }, silent: [4], from: FROM });
        expect(measures.falseExclusions).toBe(0);
        expect(measures.reportSpam).toBe(0);
        expect(measures.offenders).toHaveLength(1);
        return measures.offenders[0]!;
      });
      const turns = outcome.map(({ timeToExclusionUs }) => timeToExclusionUs / TURN_US);
      const [auto, ballot, plain] = turns as [number, number, number];
      // Five missed turns take four rounds; a report waits at most a round and two turns, and a block more.
      expect(auto).toBeGreaterThan(4 * PRODUCERS);
      expect(auto).toBeLessThanOrEqual(5 * PRODUCERS + 6);
      // The window is a round, and two turns later a block carries the verdict.
      expect(ballot - auto).toBeGreaterThanOrEqual(PRODUCERS + 1);
      expect(ballot - auto).toBeLessThanOrEqual(PRODUCERS + 5);
      expect(plain).toBeGreaterThan(ballot);
      expect(plain).toBeLessThanOrEqual(2 * 10 * PRODUCERS);
      const [first, second, third] = outcome.map((one) => one.badSlotsAfterFirstOffence);
      expect(first).toBeGreaterThanOrEqual(5);
      expect(second).toBeGreaterThan(first!);
      expect(third).toBeGreaterThan(second!);
    },
  );

  it('hands its turns to a stand-by in the turn after the verdict, and comes back in steps', () => {
    const options = {
      voteOut: { mode: 'ballot' as const, coolDown: 150e6, probation: 60e6 },
      silent: [4],
      from: FROM,
    };
    const out = runTo(190, options);
    expect(out.standing[4]).toBe(STANDING.EXCLUDED);
    const excludedTurn = out.measures.offenders[0]!.excludedUs / TURN_US;
    const after = out.chain().filter((block) => out.record.turnOf(block) > excludedTurn);
    // No turn is empty any more, and the shared work is done by somebody who stood by.
    const turns = after.map((block) => out.record.turnOf(block));
    expect(turns).toEqual(turns.map((_, k) => excludedTurn + 1 + k));
    expect(after.some((block) => out.tree.producer[block]! >= PRODUCERS)).toBe(true);
    const back = runTo(260, options);
    expect(back.standing[4]).toBe(STANDING.NORMAL);
    expect(back.read(candidateCell(4, CANDIDATE.returnedUs))).toBeGreaterThan(0);
  });

  it('is excluded by holders of stake as well', () => {
    const { measures, standing } = runTo(300, {
      voteOut: { electorate: 'stake' },
      silent: [4],
      from: FROM,
    });
    expect(standing[4]).toBe(STANDING.EXCLUDED);
    expect(measures).toMatchObject({ exclusions: 1, falseExclusions: 0, reportsRejected: 0 });
  });
});

describe('offences that headers prove', () => {
  it.each(['ballot', 'auto'] as const)('exclude who signs twice, mode %s', (mode) => {
    const { measures, standing } = runTo(200, {
      voteOut: { mode },
      doubleSigners: [2],
      from: FROM,
    });
    expect(standing[2]).toBe(STANDING.EXCLUDED);
    expect(measures).toMatchObject({ exclusions: 1, falseExclusions: 0, reportSpam: 0 });
    const turns = measures.offenders[0]!.timeToExclusionUs / TURN_US;
    expect(turns).toBeLessThanOrEqual((mode === 'auto' ? 1 : 2) * PRODUCERS + 8);
  });

  it('exclude who builds in turns of others', () => {
    const { measures, standing } = runTo(200, { intruders: [3], from: FROM });
    expect(standing[3]).toBe(STANDING.EXCLUDED);
    expect(measures).toMatchObject({ exclusions: 1, falseExclusions: 0, reportsRejected: 0 });
  });
});

describe('what nodes see', () => {
  it('a block that comes within the grace is nobody’s suspicion, though the branch lacks it', () => {
    const run = runTo(300, { late: { 5: 3_400_000 } });
    expect(run.measures).toMatchObject({ reportsAccepted: 0, reportsRejected: 0, exclusions: 0 });
    const missed = run.record.missedOn(run.head[0]!, 5, 10, 0);
    expect(missed.missed).toBeGreaterThanOrEqual(5);
  });

  it('so a false witness with the branch for evidence wins on evidence alone, not by ballot', () => {
    const accuses = (_account: number, turn: number) =>
      turn % 60 === 0 ? [{ target: 5, kind: 'MISSED' as const }] : [];
    const outcome = (['auto', 'ballot'] as const).map((mode) => {
      const run = runTo(300, {
        voteOut: { mode, credit: { ...defaultsOf(VOTE_OUT).credit, enabled: false } },
        late: { 5: 3_400_000 },
        conduct: control([12], { accuses, voteOf: () => 'agree' }),
      });
      return [run.measures.falseExclusions, run.standing[5]];
    });
    expect(outcome).toEqual([
      [1, STANDING.EXCLUDED],
      [0, STANDING.NORMAL],
    ]);
  });

  it('a block that comes later is late and not missed', () => {
    const run = runTo(200, { late: { 5: 5_000_000 } });
    // Reported and judged as late: five of the last ten turns, as any other kind.
    expect(run.measures.reportsAccepted).toBe(1);
    expect(run.read(candidateCell(5, CANDIDATE.judgedTurn))).toBe(0);
  });

  it('transactions that one producer passes over and the next one takes are censorship', () => {
    const run = runTo(260, { busyHomes: 4, censors: [6], from: FROM });
    expect(run.standing[6]).toBe(STANDING.EXCLUDED);
    expect(run.measures).toMatchObject({ exclusions: 1, falseExclusions: 0, reportSpam: 0 });
    const honest = runTo(260, { busyHomes: 4 });
    expect(honest.measures).toMatchObject({ reportsAccepted: 0, reportsRejected: 0 });
  });

  it('a node that was down says nothing of what it could not see', () => {
    const { measures, standing } = runTo(260, {
      silent: [4],
      from: FROM,
      down: { 10: [FROM, FROM + 60], 11: [FROM, FROM + 60] },
    });
    expect(standing[4]).toBe(STANDING.EXCLUDED);
    expect(measures).toMatchObject({ exclusions: 1, falseExclusions: 0 });
  });
});

describe('colluding nodes, all honest ones voting', () => {
  const plan = (choice: Choice): BallotConduct => ({ voteOf: () => choice, files: () => false });

  it.each([
    [4, STANDING.EXCLUDED],
    [5, STANDING.NORMAL],
  ])('%d of twelve keep a guilty one iff b > t/(2+t) = 1/3', (bad, standing) => {
    const friends = [0, 1, 2, 3, 5].slice(0, bad);
    const run = runTo(200, {
      voteOut: { turnout: 1 },
      silent: [4],
      from: FROM,
      conduct: control(friends, plan('oppose')),
    });
    expect(run.standing[4] === STANDING.EXCLUDED).toBe(standing === STANDING.EXCLUDED);
    expect(run.measures.guiltyKept > 0).toBe(standing === STANDING.NORMAL);
  });

  it.each([
    [7, false],
    [8, true],
  ])('%d of twelve frame an honest one iff b >= 2t/(1+2t) = 2/3', (bad, isFramed) => {
    const accusers = Array.from({ length: bad }, (_, k) => k);
    const accuses = (account: number, turn: number) =>
      turn === 50 && account === 12 ? [{ target: 10, kind: 'WITHHOLD' as const }] : [];
    const run = runTo(120, {
      voteOut: { turnout: 1 },
      conduct: control(accusers, { ...plan('agree'), accuses }),
    });
    expect(run.standing[10] === STANDING.EXCLUDED).toBe(isFramed);
    expect(run.measures).toMatchObject({ reportSpam: 1, falseExclusions: isFramed ? 1 : 0 });
  });

  it('reports without end cost a deposit each, until there is nothing left', () => {
    const accuses = (_account: number, turn: number) =>
      turn % 12 === 0 ? [{ target: (turn / 12) % 9, kind: 'LATE' as const }] : [];
    const run = runTo(400, { conduct: control([12], { accuses }) });
    // 100 points less the bond of 50 are ten deposits.
    expect(run.measures).toMatchObject({ reportsRejected: 10, reportSpam: 10, exclusions: 0 });
    expect(run.read(chainCell(run.rules.accountCount, CHAIN.burnedUpt))).toBe(50e6);
  });
});

it('runs again to the same chain from the same seed', () => {
  const options = { silent: [4], doubleSigners: [2], from: FROM };
  const hashes = ['1', '1', '2'].map((seed) => {
    const run = runTo(200, { ...options, seed });
    return run.tree.hash(run.head[0]!);
  });
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[0]).not.toBe(hashes[2]);
});

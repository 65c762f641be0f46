/** The integers of the vote-out in genesis, and the rules read back from them. */
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../../src/base/options.ts';
import {
  epochOf,
  keepsCredit,
  seatsMin,
  takesReports,
  voteOutRulesOf,
} from '../../../src/contracts/governance-rules.ts';
import type { Genesis } from '../../../src/ledger/genesis.ts';
import {
  CHOICES,
  EVIDENCE,
  EVIDENCE_KINDS,
  isObjective,
  VOTE_OUT,
  VOTE_OUT_NAMES,
  voteOutParameters,
} from '../../../src/ledger/vote-out.ts';

const SHAPE = { turnUs: 3_000_000, producers: 21, epochTurns: 210 };
const parameters = voteOutParameters(defaultsOf(VOTE_OUT), SHAPE);
const genesisWith = (values: object) =>
  ({ consensus: { name: 'test', parameters: Object.entries(values) } }) as unknown as Genesis;

describe('the integers of the vote-out', () => {
  it('are the defaults of the model', () => {
    expect(Object.keys(parameters).sort()).toEqual([...VOTE_OUT_NAMES].sort());
    expect(Object.values(parameters).every(Number.isSafeInteger)).toBe(true);
    expect(parameters).toMatchObject({
      voteOutMode: 1,
      voteOutMissed: 5,
      voteOutOfTurns: 10,
      voteOutBallotUs: 63_000_000,
      voteOutElectorate: 0,
      voteOutQuorumPpm: 500_000,
      voteOutThresholdNumerator: 2,
      voteOutThresholdDenominator: 3,
      voteOutCreditStart: 60,
      voteOutCreditThreshold: 40,
    });
  });

  it('hold the window in rounds of the schedule, however many turns a producer has in a row', () => {
    const options = { ...defaultsOf(VOTE_OUT), ballotRounds: 2 };
    const { voteOutBallotUs } = voteOutParameters(options, { ...SHAPE, roundTurns: 252 });
    expect(voteOutBallotUs).toBe(2 * 252 * 3_000_000);
  });

  it('give the rules back, all of them or none', () => {
    const rules = voteOutRulesOf(genesisWith(parameters), new Uint8Array(8))!;
    expect(takesReports(rules) && keepsCredit(rules)).toBe(true);
    expect([seatsMin(rules), epochOf(rules, 629_999_999), epochOf(rules, 630_000_000)]).toEqual([
      15, 0, 1,
    ]);
    expect(voteOutRulesOf(genesisWith({ producers: 21 }), new Uint8Array(8))).toBeUndefined();
    const { voteOutStrikes: _, ...rest } = parameters;
    expect(() => voteOutRulesOf(genesisWith(rest), new Uint8Array(8))).toThrow(
      '"genesis" expected consensus parameter voteOutStrikes, got none',
    );
    const plain = voteOutRulesOf(genesisWith({ ...parameters, voteOutMode: 0 }), new Uint8Array(8));
    expect([takesReports(plain), keepsCredit(plain), takesReports(undefined)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('have stable codes of kinds and choices', () => {
    expect(EVIDENCE_KINDS.map((kind) => [EVIDENCE[kind], isObjective(EVIDENCE[kind])])).toEqual([
      [0, true],
      [1, true],
      [2, true],
      [3, true],
      [4, false],
      [5, false],
      [6, false],
    ]);
    expect(CHOICES).toEqual(['agree', 'oppose', 'abstain']);
  });
});

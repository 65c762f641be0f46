/**
 * Closed forms against every number of the validation page and of the shared reference files, to
 * the digits printed there: delegates, quorums and concentration. Files that are not here are
 * skipped; the printed tables stand in this file.
 */
import { describe, expect, test } from 'vitest';
import * as law from '../../src/consensus/laws/index.ts';
import { gini, herfindahl } from '../../src/market/indicators.ts';
import {
  entropyBits,
  entropyNormalised,
  nakamoto,
  theil,
} from '../../src/report/metrics/concentration.ts';
import { json, near, printed } from './vectors.ts';

describe('delegates (validation B, model 6.4 and O5)', () => {
  test('lags of one stage', () => {
    expect([21, 27, 27, 21].map((n, i) => law.sortedQuorum(n, [75, 70, 70, 70][i]!))).toEqual([
      16, 19, 19, 15,
    ]);
    expect([16, 19, 15, 68].map(law.singleStageLag)).toEqual([15, 18, 14, 67]);
    expect(law.twoThirdsQuorum(21)).toBe(15);
    expect(law.singleStageLag(law.twoThirdsQuorum(21)) * 3).toBe(42);
    const stated = json('dpos_finality.json') ?? {};
    for (const name of ['steem', 'tron', 'bitshares'].filter((chain) => chain in stated)) {
      const { n, pct, offset, round_robin_lag_blocks: lags } = stated[name];
      expect(n - law.sortedQuorum(n, pct)).toBe(offset);
      for (const lag of lags) expect(law.singleStageLag(law.sortedQuorum(n, pct))).toBe(lag);
    }
  });

  test('lags of two stages: 325 to 336 blocks, mean 330.5, of 21 producers with 12 blocks each', () => {
    const lag = law.twoStageLag(21, law.twoThirdsQuorum(21), 12);
    expect(lag).toEqual({ least: 325, most: 336, mean: 330.5, confirmed: 240 });
    expect([lag.least, lag.most, lag.mean].map((blocks) => blocks / 2)).toEqual([
      162.5, 168, 165.25,
    ]);
    const eos = json('dpos_finality.json')?.eos_21x12;
    if (eos !== undefined) {
      expect([eos.lag_min_blocks, eos.lag_max_blocks, eos.lag_mean_blocks]).toEqual([
        lag.least,
        lag.most,
        lag.mean,
      ]);
      for (const confirmed of eos.conf_at_first_block_of_turn)
        expect(confirmed).toBe(lag.confirmed);
    }
  });

  const committee = json('committee_voteout.json');

  test('silent producers', () => {
    near(law.silentStretch(10, 1), 1.1111111111111112);
    expect([6, 7].map((silent) => law.isStalled(21, 15, silent))).toEqual([false, true]);
    for (const row of committee?.missed_slot ?? []) {
      near(law.silentStretch(1, row.silent_fraction), row.effective_interval_multiplier);
      near(1 / law.silentStretch(1, row.silent_fraction), row.throughput_multiplier);
    }
  });

  test('strike rule', () => {
    for (const [strikes, detection, mean, deviation, within] of [
      [3, 0.5, '6', '2.449', '.9453'],
      [5, 0.8, '6.25', '1.25', '.9936'],
      [3, 0.2, '15', '7.746', '.3222'],
    ] as const) {
      const rounds = law.strikeLaw(strikes, detection);
      printed(rounds.mean, mean);
      printed(rounds.deviation, deviation);
      printed(rounds.within(10), within);
    }
    for (const row of committee?.expel_rounds_negbinomial ?? []) {
      const rounds = law.strikeLaw(row.strikes, row.detect_per_round);
      near(rounds.mean, row.mean_rounds);
      near(rounds.deviation, row.sd);
      near(rounds.within(10), row.P_within_10);
      expect(rounds.quantile(0.95)).toBe(row.q95);
    }
  });

  test('survivors and clearing', () => {
    for (const row of committee?.malicious_survivors ?? []) {
      for (const [round, left] of Object.entries<number>(row.expected_by_round)) {
        near(law.survivors(row.M0, row.d, Number(round)), left);
      }
      near(law.clearingRounds(row.M0, row.d), row.mean_rounds_to_clear);
    }
    near(law.clearingRounds(1, 0.25), 4);
    near(law.clearingRounds(5, 1), 1);
  });

  test('a committee by lot', () => {
    for (const [population, bad, least, text] of [
      [100, 10, 7, '.000569'],
      [100, 20, 7, '.0828'],
      [100, 30, 7, '.449'],
      [101, 10, 7, '.00053'],
      [101, 20, 7, '.0788'],
      [101, 30, 7, '.436'],
      [101, 34, 7, '.610'],
      [101, 20, 11, '.000136'],
      [101, 30, 11, '.0129'],
      [101, 34, 11, '.0395'],
    ] as const) {
      printed(law.hypergeometricTail(population, bad, 21, least), text);
    }
    for (const row of committee?.['random_committee_hypergeom_P(bad>=f+1)'] ?? []) {
      near(law.hypergeometricTail(row.N, row.bad, row.committee, row.threshold), row.P);
    }
    near(law.hypergeometricTail(5, 3, 4, 2), 1);
    near(law.hypergeometricTail(5, 3, 4, 3), 0.4);
  });

  test('regions of the ballot: the guilty stay, the honest are framed', () => {
    printed(law.guiltyStayAbove(0.4), '.167');
    printed(law.guiltyStayAbove(0.8), '.286');
    printed(law.guiltyStayAbove(1), '.333333');
    near(law.honestFramedFrom(1), 2 / 3);
    for (const turnout of [0.5, 0.6, 0.8, 1]) {
      const stay = law.guiltyStayAbove(turnout);
      const framed = law.honestFramedFrom(turnout);
      expect(law.doGuiltyStay(stay - 1e-9, turnout)).toBe(false);
      expect(law.doGuiltyStay(stay + 1e-9, turnout)).toBe(true);
      expect(law.isHonestFramed(framed - 1e-9, turnout)).toBe(false);
      expect(law.isHonestFramed(framed + 1e-9, turnout)).toBe(true);
    }
    // Where four in ten of the honest vote, the quorum fails below the same 1/6: the guilty always stay.
    expect(law.doGuiltyStay(1 / 6 - 1e-9, 0.4)).toBe(true);
    expect(law.doGuiltyStay(1 / 6 + 1e-9, 0.4)).toBe(true);
  });

  test('integer electorates meet their limits exactly', () => {
    expect(law.isConvicted({ agree: 14, oppose: 7, electorate: 42 })).toBe(true);
    expect(law.isConvicted({ agree: 13, oppose: 7, electorate: 40 })).toBe(false);
    expect(law.isConvicted({ agree: 14, oppose: 7, electorate: 43 })).toBe(false);
    expect(law.isConvicted({ agree: 14, oppose: 7, abstain: 1, electorate: 43 })).toBe(true);
    expect(law.isConvicted({ agree: 0, oppose: 0, abstain: 9, electorate: 10 })).toBe(false);
  });

  test('conviction with independent turnout: certain at the ends, enumerated in between', () => {
    expect(law.convictionChance(14, 7, 1, true)).toBe(1);
    expect(law.convictionChance(14, 8, 1, true)).toBe(0);
    expect(law.convictionChance(4, 8, 1, false)).toBe(1);
    // Five honest electors at turnout 0.5 against one bad: two agree and a quorum of three is met.
    near(law.convictionChance(5, 1, 0.5, true), 26 / 32);
    near(law.convictionChance(2, 3, 0.5, false), 0.75);
  });
});

describe('quorums (validation C, model O4)', () => {
  const bft = json('bft_reference.json') ?? [];

  test('overlap and liveness hold for 1 to 40 members, where 2f + 1 fails for most', () => {
    const unsafe: number[] = [];
    for (let n = 1; n <= 40; n++) {
      const [f, quorum] = [law.tolerated(n), law.byzantineQuorum(n)];
      expect(2 * quorum - n).toBeGreaterThanOrEqual(f + 1);
      expect(n - f).toBeGreaterThanOrEqual(quorum);
      expect(law.equivocatorsNeeded(n, quorum)).toBeGreaterThan(f);
      if (2 * (2 * f + 1) - n < f + 1) unsafe.push(n);
    }
    expect(unsafe.slice(0, 8)).toEqual([2, 3, 5, 6, 8, 9, 11, 12]);
    expect([law.tolerated(21), law.byzantineQuorum(21)]).toEqual([6, 14]);
    expect(law.equivocatorsNeeded(21, 15)).toBe(9);
  });

  test('messages', () => {
    for (const [n, replicas, client] of [
      [4, 24, 29],
      [7, 84, 92],
      [10, 180, 191],
      [16, 480, 497],
      [22, 924, 947],
      [31, 1860, 1892],
    ] as const) {
      expect(law.pbftMessages(n)).toMatchObject({ total: replicas, withClient: client });
    }
    expect(law.pbftMessages(100).total).toBe(19_800);
    for (const row of bft) {
      const { prePrepare, prepare, commit, total, withClient } = law.pbftMessages(row.n);
      expect([law.tolerated(row.n), law.byzantineQuorum(row.n)]).toEqual([row.f, row.quorum]);
      expect([prePrepare, prepare, commit]).toEqual([row.preprepare, row.prepare, row.commit]);
      expect(total).toBe(row.inter_replica_total);
      expect(withClient).toBe(row.with_request_and_replies);
      expect(law.tendermintMessages(row.n)).toBe(row.tendermint_broadcast_total);
      expect(law.raftMessages(row.n)).toBe(row.raft_per_entry);
      const steps = row.lat_fixed_delay_in_delta;
      expect(law.DELAY_STEPS).toEqual({
        pbftCommit: steps.replica_commit,
        pbftClient: steps.client,
        pbftTentative: steps.tentative,
        tendermintCommit: steps.tendermint_commit,
        raftCommit: steps.raft_leader_commit,
        raftClient: steps.raft_client,
      });
    }
  });

  test('availability', () => {
    for (const [n, text] of [
      [4, '.985981'],
      [7, '.996243'],
      [10, '.998972'],
      [21, '0.999996'],
    ] as const) {
      printed(law.availability(n, law.byzantineQuorum(n), 0.95), text);
    }
    printed(law.availability(3, law.majorityQuorum(3), 0.95), '.99275');
    printed(law.availability(5, law.majorityQuorum(5), 0.95), '.998842');
    const stated = json('committee_voteout.json') ?? {};
    for (const row of stated['binomial_availability_P(up>=quorum)'] ?? []) {
      expect(law.byzantineQuorum(row.n)).toBe(row.quorum);
      near(law.availability(row.n, row.quorum, row.p_up), row.P, 1e-12);
    }
    for (const row of stated.raft_majority_availability ?? []) {
      near(law.availability(row.n, law.majorityQuorum(row.n), row.p_up), row.P, 1e-12);
    }
  });
});

describe('concentration (validation B5, model O4b)', () => {
  test.each([
    [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1], '0', '3.3219', 6, 4],
    [[10, 5, 3, 1, 1], '.44', '1.8427', 2, 1],
  ])('%j', (holdings, giniText, entropyText, half, third) => {
    printed(gini(holdings), giniText);
    printed(entropyBits(holdings), entropyText);
    expect([nakamoto(holdings, 1, 2), nakamoto(holdings, 1, 3)]).toEqual([half, third]);
  });

  test('every vector of the file', () => {
    for (const row of json('decentralisation_vectors.json') ?? []) {
      const { x } = row;
      expect(gini(x)).toBeCloseTo(row.gini, 10);
      near(entropyBits(x), row.entropy_bits);
      near(entropyNormalised(x), row.norm_entropy);
      near(10_000 * herfindahl(x), row.hhi);
      expect(nakamoto(x, 1, 2)).toBe(row.nakamoto_gt50);
      expect(nakamoto(x, 1, 3)).toBe(row.nakamoto_gt33);
      expect(nakamoto(x, 2, 3)).toBe(row.nakamoto_gt67);
      expect(theil(x)).toBeCloseTo(row.theil, 10);
    }
  });
});

describe('sums', () => {
  test('binomial terms add to 1 and match hand-made ones at both ends of p', () => {
    expect(Array.from(law.binomialTerms(3, 0.5))).toEqual([0.125, 0.375, 0.375, 0.125]);
    expect(Array.from(law.binomialTerms(2, 1))).toEqual([0, 0, 1]);
    expect(Array.from(law.binomialTerms(2, 0))).toEqual([1, 0, 0]);
    const total = law.binomialTerms(1000, 0.97).reduce((sum, term) => sum + term, 0);
    expect(total).toBeCloseTo(1, 12);
    expect(law.binomialTail(4, 0.3, -2)).toBeCloseTo(1, 14);
    expect(law.binomialTail(4, 0.3, 5)).toBe(0);
    expect(() => law.binomialTerms(1.5, 0.3)).toThrow('"trials" expected an integer');
    expect(() => law.poissonTerms(-1, 3)).toThrow('"mean" expected a number');
  });

  test('ratios near zero keep their digits', () => {
    near(law.exponentialRatio(1e-9), 1 + 5e-10, 1e-15);
    near(law.exponentialRatio(0.5), (Math.exp(0.5) - 1) / 0.5, 1e-14);
    near(law.exponentialRatio(-3), (1 - Math.exp(-3)) / 3, 1e-14);
    near(law.logOneMinus(1e-9), Math.log1p(-1e-9), 1e-15);
    near(law.logOneMinus(0.1), Math.log1p(-0.1), 1e-14);
    near(law.logOneMinus(0.7), Math.log1p(-0.7), 1e-14);
  });
});

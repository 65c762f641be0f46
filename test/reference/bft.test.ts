/** Voting protocols against the reference figures of messages, latencies and availability. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { availability } from '../../src/consensus/laws/index.ts';
import pbft from '../../src/consensus/protocols/pbft.ts';
import raft from '../../src/consensus/protocols/raft.ts';
import tendermint from '../../src/consensus/protocols/tendermint.ts';
import { byzantineQuorum, faultyMax, majority } from '../../src/consensus/quorum.ts';
import { EXPONENTIAL_MEANS } from '../../src/experiment/validate/laws/bft.ts';
import { bftFaultLaws } from '../../src/experiment/validate/laws/bft-faults.ts';
import { decide, RARE_HEARTBEATS } from '../../src/experiment/validate/voters.ts';
import { runExperiment } from '../../src/experiment/validate/worker.ts';
import { estimate, T30 } from '../unit/consensus/harness.ts';

const folder = new URL('../../../shared/reference/', import.meta.url);
const votes = new URL('bft_reference.json', folder);
const committees = new URL('committee_voteout.json', folder);
const isHere = existsSync(votes) && existsSync(committees);
if (!isHere) console.log('skipped: no shared/reference/bft_reference.json, committee_voteout.json');

interface Row {
  n: number;
  f: number;
  quorum: number;
  preprepare: number;
  prepare: number;
  commit: number;
  inter_replica_total: number;
  with_request_and_replies: number;
  raft_per_entry: number;
  tendermint_broadcast_total: number;
  lat_fixed_delay_in_delta: Record<string, number>;
  iid_exp_delay_mean1_MC?: {
    client_latency: number;
    se: number;
    quorum_commit_from_primary_receipt: number;
    se2: number;
  };
}
const rows: Row[] = isHere ? JSON.parse(readFileSync(votes, 'utf8')) : [];
const DELAY_US = 1_000;
const S = 1_000_000;

describe.skipIf(!isHere)('messages and steps of delay', () => {
  it.each(rows)('n = $n: quorum $quorum, $inter_replica_total messages of PBFT', (row) => {
    const { n: members, lat_fixed_delay_in_delta: steps } = row;
    expect([faultyMax(members), byzantineQuorum(members)]).toEqual([row.f, row.quorum]);
    const panel = { members, seed: 'reference', delayUs: DELAY_US };
    const three = decide({ ...panel, protocol: pbft, asked: [0] }, 3);
    expect(three.perDecision('proposal')).toBe(row.preprepare);
    expect(three.perDecision('prepare')).toBe(row.prepare);
    expect(three.perDecision('commit')).toBe(row.commit);
    expect(three.perDecision('submit', 'reply') + row.inter_replica_total).toBe(
      row.with_request_and_replies,
    );
    for (const times of three.commits) {
      expect(times).toEqual(new Array(members).fill(steps.replica_commit));
    }
    expect(three.clients).toEqual([steps.client, steps.client, steps.client]);

    const rounds = decide({ ...panel, protocol: tendermint }, 2);
    expect(rounds.perDecision('proposal', 'vote')).toBe(row.tendermint_broadcast_total);
    expect(rounds.commits.flat()).toEqual(new Array(2 * members).fill(steps.tendermint_commit));

    const options = RARE_HEARTBEATS;
    const entries = decide({ ...panel, protocol: raft, options, replies: 1 }, 3);
    expect(entries.perDecision('append', 'append-reply')).toBe(row.raft_per_entry);
    for (const times of entries.commits) expect(times[0]).toBe(steps.raft_leader_commit);
    expect(entries.clients).toEqual(new Array(3).fill(steps.raft_client));
  });
});

describe.skipIf(!isHere)('exponential delays with mean 1', () => {
  const timed = rows.filter((row) => row.iid_exp_delay_mean1_MC !== undefined);
  it.each(timed)('n = $n: latency of the client and of a quorum of commits', (row) => {
    const { n: members, iid_exp_delay_mean1_MC: reference } = row;
    const replications = Array.from({ length: 30 }, (_, k) => {
      const panel = { protocol: pbft, members, seed: `exponential/${k}`, delayUs: S, asked: [0] };
      const options = { viewTimeout: 1e6 * S };
      const { clients, commits } = decide({ ...panel, isExponential: true, options }, 120);
      return {
        client: estimate(clients).mean,
        commit: estimate(commits.map((times) => times[row.quorum - 1]!)).mean,
      };
    });
    const client = estimate(replications.map((each) => each.client));
    const commit = estimate(replications.map((each) => each.commit));
    const wider = (se: number, ofReference: number) =>
      Math.sqrt(se * se + ofReference * ofReference);
    expect(client.se).toBeLessThan(0.03);
    expect(commit.se).toBeLessThan(0.02);
    expect(Math.abs(client.mean - reference!.client_latency)).toBeLessThan(
      T30 * wider(client.se, reference!.se),
    );
    expect(Math.abs(commit.mean - reference!.quorum_commit_from_primary_receipt)).toBeLessThan(
      T30 * wider(commit.se, reference!.se2),
    );
    // The sharper figures that `peerwatt validate` is held to are the same law.
    const sharper = EXPONENTIAL_MEANS.find((each) => each.members === members)!;
    expect(Math.abs(sharper.client - reference!.client_latency)).toBeLessThan(4 * reference!.se);
    expect(Math.abs(sharper.commit - reference!.quorum_commit_from_primary_receipt)).toBeLessThan(
      4 * reference!.se2,
    );
  });
});

describe.skipIf(!isHere)('availability', () => {
  const known = isHere ? JSON.parse(readFileSync(committees, 'utf8')) : {};

  it('has the quorums and the chances of the reference', () => {
    for (const row of known['binomial_availability_P(up>=quorum)']) {
      expect(byzantineQuorum(row.n)).toBe(row.quorum);
      expect(availability(row.n, row.quorum, row.p_up)).toBeCloseTo(row.P, 12);
    }
    for (const row of known.raft_majority_availability) {
      expect(availability(row.n, majority(row.n), row.p_up)).toBeCloseTo(row.P, 12);
    }
  });

  const laws = bftFaultLaws.filter(({ id }) => id.includes('available'));
  it.each(laws.map((law) => [law.id, law] as const))('%s: decisions as often', (_id, law) => {
    const { experiment, criterion } = law;
    const job = { experiment: experiment.id, laws: [law.id], effort: 'quick' as const, seed: 5 };
    const { figures } = runExperiment({ ...job, from: 0, to: 30 }, laws);
    const { mean, se } = estimate(figures[0]!.map((levels) => levels[0]!));
    if (criterion.kind !== 'stochastic') throw new Error('expected a stochastic law');
    expect(Math.abs(mean - criterion.reference)).toBeLessThan(T30 * se);
    expect(se).toBeLessThan(0.02);
  });
});

import { describe, expect, test } from 'vitest';
import {
  type ArmFacts,
  chooseSetting,
  deployedRisk,
  settingSets,
  withSetting,
} from '../../../src/experiment/iso-risk.ts';
import type { Scenario } from '../../../src/scenario/sections.ts';

const SECOND = 1_000_000;
const facts = (protocol: string, more: Partial<ArmFacts> = {}): ArmFacts => ({
  arm: protocol,
  protocol,
  options: {},
  blockIntervalUs: 3 * SECOND,
  nodeCount: 21,
  staleShare: 0,
  propagationUs: 200_000,
  ...more,
});
const pow = (more: Partial<ArmFacts> = {}) =>
  facts('pow', { blockIntervalUs: 15 * SECOND, options: { confirmations: 6 }, ...more });
const at = (share: number) => ({ share, risk: 1e-3 });

/** Chance that q overtakes k confirmations with one premined block: I_4pq(k, 1/2), by its own sum. */
function doubleSpendSlowly(q: number, k: number): number {
  const p = 1 - q;
  let choose = 1;
  let rest = 0;
  for (let m = 0; m < k; m++) {
    rest += choose * (p ** k * q ** m - q ** k * p ** m);
    choose = (choose * (m + k)) / (m + 1);
  }
  return 1 - rest;
}

describe('proof of work at equal risk', () => {
  test.each([
    [0.1, 6],
    [0.2, 13],
    [0.3, 32],
  ])('q = %d needs %i confirmations without stale blocks', (share, confirmations) => {
    const { chosen, effectiveShare } = chooseSetting(pow(), at(share));
    expect(effectiveShare).toBe(share);
    expect(chosen?.text).toBe(`confirmations=${confirmations}`);
    expect(chosen?.risk).toBeCloseTo(doubleSpendSlowly(share, confirmations), 10);
    expect(doubleSpendSlowly(share, confirmations - 1)).toBeGreaterThan(1e-3);
    expect(chosen?.finalityUs).toBe(confirmations * 15 * SECOND);
  });

  test('stale blocks of the honest make the adversary larger', () => {
    const choice = chooseSetting(pow({ staleShare: 0.2 }), at(0.3));
    expect(choice.effectiveShare).toBeCloseTo(0.3 / (0.3 + 0.7 * 0.8), 14);
    const k = Number(choice.chosen?.text.slice('confirmations='.length));
    expect(doubleSpendSlowly(choice.effectiveShare, k)).toBeLessThanOrEqual(1e-3);
    expect(doubleSpendSlowly(choice.effectiveShare, k - 1)).toBeGreaterThan(1e-3);
    expect(k).toBeGreaterThan(32);
  });

  test('what is deployed and safe but slow gives way to what is fast', () => {
    const slow = pow({ options: { confirmations: 40 } });
    const { chosen, deployed } = chooseSetting(slow, at(0.2));
    expect(deployed?.risk).toBeLessThan(1e-3);
    expect(chosen?.overrides).toEqual({ confirmations: 13 });
    expect(settingSets(chosen!)).toEqual(['consensus.confirmations=13']);
    const kept = chooseSetting(pow(), at(0.1));
    expect(kept.chosen?.overrides).toEqual({});
    expect(kept.chosen).toBe(kept.deployed);
  });

  test('half the power, or a stale share nobody measured, is out of reach and says why', () => {
    const majority = chooseSetting(pow(), at(0.5));
    expect(majority.chosen).toBeUndefined();
    expect(majority.reason).toMatch(/^unreachable: q_eff = 0\.500 .* chance 1\.00$/);
    const swamped = chooseSetting(pow({ staleShare: 0.7 }), at(0.3));
    expect(swamped.effectiveShare).toBeGreaterThan(0.5);
    expect(swamped.chosen).toBeUndefined();
    const unknown = chooseSetting(pow({ staleShare: Number.NaN }), at(0.1));
    expect(unknown.chosen).toBeUndefined();
    expect(unknown.reason).toContain('no stale share was measured');
  });
});

describe('delegates at equal risk', () => {
  const dpos = (irreversibility: string, more: Partial<ArmFacts> = {}) =>
    facts('dpos', { options: { preset: 'peerwatt', irreversibility }, ...more });

  test('votes are fastest and hold up to 8 of 21 seats', () => {
    const { chosen, deployed } = chooseSetting(dpos('twoStage'), at(0.3));
    expect(deployed?.finalityUs).toBe(1.5 * SECOND + 28 * 3 * SECOND);
    expect(chosen?.overrides).toEqual({ irreversibility: 'bft' });
    expect(chosen?.finalityUs).toBe(1.5 * SECOND + 400_000);
    // 15 votes of 21: two quorums share 9 seats; 8 are not enough.
    expect(deployedRisk(dpos('bft'), 8.5 / 21)).toBe(0);
    expect(deployedRisk(dpos('bft'), 9 / 21)).toBe(1);
    expect(deployedRisk(dpos('disclosed'), 8.5 / 21)).toBe(0);
  });

  test('the naive rule breaks with one equivocator, so it is legal only against none', () => {
    expect(deployedRisk(dpos('naive'), 0.04)).toBe(0);
    expect(deployedRisk(dpos('naive'), 0.1)).toBe(1);
  });

  test('9 of 21 seats break every rule', () => {
    const { chosen, reason } = chooseSetting(dpos('twoStage'), at(0.45));
    expect(chosen).toBeUndefined();
    expect(reason).toContain('9 of 21 seats, 9 needed to break finality: it breaks');
  });

  test('what a published chain runs with is a candidate too, and its quorum counts', () => {
    const steem = facts('dpos', { options: { preset: 'steem' } });
    const { deployed, chosen } = chooseSetting(steem, at(0.3));
    // 16 of 21 for the last blocks as they stand: fast, and broken by one equivocator.
    expect(deployed?.text).toBe('irreversibility=share');
    expect(deployed?.finalityUs).toBe(1.5 * SECOND + 15 * 3 * SECOND);
    expect(deployed?.risk).toBe(1);
    expect(chosen?.overrides).toEqual({ irreversibility: 'bft' });
    const eosio = facts('dpos', { options: { preset: 'eosio' } });
    // 330.5 blocks of half a second on average (validation B2).
    expect(chooseSetting(eosio, at(0.3)).deployed?.finalityUs).toBe(
      0.25 * SECOND + 165.25 * SECOND,
    );
  });

  test('a stated quorum moves what breaks', () => {
    const wide = facts('dpos', { options: { preset: 'peerwatt', quorum: 14 } });
    expect(deployedRisk(wide, 6.5 / 21)).toBe(0);
    expect(deployedRisk(wide, 7 / 21)).toBe(1);
  });

  test('votes are no candidate where the protocol refuses them', () => {
    const three = dpos('twoStage', { nodeCount: 3 });
    expect(chooseSetting(three, at(0.1)).chosen?.text).toBe('irreversibility=disclosed');
  });

  test('no more delegates than nodes', () => {
    const { deployed } = chooseSetting(dpos('twoStage', { nodeCount: 7 }), at(0.1));
    expect(deployed?.reason).toContain('twoStage, quorum 5: 0 of 7 seats, 3 needed');
    expect(deployed?.finalityUs).toBe(1.5 * SECOND + 2 * 4 * 3 * SECOND);
  });
});

describe('committees at equal risk', () => {
  test('a quorum of 14 of 21 breaks with 7 bad members, of 7 of 10 with 4', () => {
    expect(deployedRisk(facts('pbft'), 6.9 / 21)).toBe(0);
    expect(deployedRisk(facts('pbft'), 7 / 21)).toBe(1);
    expect(deployedRisk(facts('tendermint', { nodeCount: 10 }), 0.3)).toBe(0);
    expect(deployedRisk(facts('tendermint', { nodeCount: 10 }), 0.4)).toBe(1);
  });

  test('members drawn from many nodes are bad with the hypergeometric chance', () => {
    // shared/reference/committee_voteout.json: N 100, 21 seats, at least 7 bad.
    const drawn = facts('pbft', { nodeCount: 100, options: { validators: 21 } });
    expect(deployedRisk(drawn, 0.1)).toBeCloseTo(0.0005687842855020152, 12);
    expect(deployedRisk(drawn, 0.2)).toBeCloseTo(0.08275503196311239, 12);
    expect(deployedRisk(drawn, 0.3)).toBeCloseTo(0.4491474626599548, 12);
    expect(chooseSetting(drawn, at(0.1)).chosen?.text).toBe('members=21');
    const tooMany = chooseSetting(drawn, at(0.2));
    expect(tooMany.chosen).toBeUndefined();
    expect(tooMany.reason).toContain('20 of 100 nodes bad, 21 of them seated, 7 needed');
  });

  test('a share that is a whole number of members is not lost to the last bit', () => {
    // 0.29 x 100 is 28.999999999999996 in doubles.
    const { reason } = chooseSetting(
      facts('pbft', { nodeCount: 100, options: { validators: 4 } }),
      at(0.29),
    );
    expect(reason).toContain('29 of 100 nodes bad');
  });

  test('what tolerates crashes only, and one operator, are out of reach', () => {
    expect(chooseSetting(facts('raft'), at(0.1)).reason).toMatch(
      /^unreachable: tolerates crashes only/,
    );
    const central = chooseSetting(facts('central', { nodeCount: 20 }), at(0.1));
    expect(central.chosen).toBeUndefined();
    expect(central.deployed?.risk).toBeCloseTo(0.1, 12);
    // Too small a share for a single node is no adversary at all.
    expect(chooseSetting(facts('raft'), at(0.04)).chosen?.risk).toBe(0);
  });

  test('a protocol of somebody else has no law, and says so', () => {
    const choice = chooseSetting(facts('proof-of-elapsed-time'), at(0.1));
    expect(choice.chosen).toBeUndefined();
    expect(choice.reason).toBe('no law of risk is known for proof-of-elapsed-time');
    expect(deployedRisk(facts('proof-of-elapsed-time'), 0.1)).toBeNaN();
  });
});

test('a target outside its range is refused', () => {
  expect(() => chooseSetting(pow(), { share: 0, risk: 0.1 })).toThrow('"share" expected');
  expect(() => chooseSetting(pow(), { share: 0.1, risk: 1 })).toThrow('"risk" expected');
});

test('a chosen setting goes into the options of the protocol, and nothing else changes', () => {
  const consensus = { name: 'pow', options: { confirmations: 6, blockInterval: 15 } };
  const scenario = { name: 'village', arm: 'pow', consensus } as unknown as Scenario;
  const { chosen } = chooseSetting(pow(), at(0.2));
  const changed = withSetting(scenario, chosen!);
  expect(changed.consensus.options).toEqual({ confirmations: 13, blockInterval: 15 });
  expect({ ...changed, consensus }).toEqual(scenario);
  const kept = chooseSetting(pow(), at(0.1)).chosen!;
  expect(withSetting(scenario, kept)).toBe(scenario);
});

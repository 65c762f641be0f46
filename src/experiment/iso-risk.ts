/**
 * Protocols at equal risk: for an adversary with a fixed share q, the fastest setting of each protocol
 * whose chance of a broken finality is at most ε. A pair of hand-picked settings compares the hands. Risk
 * comes from closed forms and measured stale shares; where no setting is legal that is the result.
 */
import type { Scenario } from '../scenario/sections.ts';
import { RISK_LAWS } from './iso-risk-laws.ts';

/** What every protocol must withstand. */
export interface RiskTarget {
  /** Share q of the adversary: of hash power, stake or members, in (0, 1). */
  readonly share: number;
  /** Largest chance ε that finality is broken, in (0, 1). */
  readonly risk: number;
}

/** What is known of an arm. */
export interface ArmFacts {
  readonly arm: string;
  /** Kebab name of its protocol. */
  readonly protocol: string;
  /** The protocol's options as deployed, resolved: durations in µs. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Mean time between blocks [µs]. */
  readonly blockIntervalUs: number;
  readonly nodeCount: number;
  /** Measured share of stale blocks; NaN where none was measured. */
  readonly staleShare: number;
  /** Measured time until 90 % of honest full nodes have a block [µs]; NaN where none was measured. */
  readonly propagationUs: number;
}

/** One setting of a protocol with what it gives. */
export interface Setting {
  /** Options that differ from the deployed ones; empty for those themselves. */
  readonly overrides: Readonly<Record<string, string | number>>;
  /** The options that matter for risk, in words: `confirmations=13`. */
  readonly text: string;
  /** Chance that the adversary breaks finality. */
  readonly risk: number;
  /** Expected time from submission to finality in normal operation, for ranking [µs]. */
  readonly finalityUs: number;
  /** How the risk comes about. */
  readonly reason: string;
}

/** What a protocol can do about risk. */
export interface RiskLaw {
  /** Share that counts in the law, from the share q; q_eff with stale blocks in proof of work. */
  effectiveShare(facts: ArmFacts, share: number): number;
  /** The setting as deployed. */
  deployed(facts: ArmFacts, share: number): Setting;
  /** Legal and illegal candidates, deployed one included where it is one of them. */
  candidates(facts: ArmFacts, target: RiskTarget): readonly Setting[];
}

/** The choice of one arm. */
export interface RiskChoice {
  readonly facts: ArmFacts;
  readonly target: RiskTarget;
  /** NaN where the protocol has no law of risk. */
  readonly effectiveShare: number;
  readonly deployed: Setting | undefined;
  /** The fastest legal setting; undefined when none is legal. */
  readonly chosen: Setting | undefined;
  /** Why this setting, or why none. */
  readonly reason: string;
}

/**
 * Chooses the fastest legal setting of an arm. Ties go to the deployed setting, then to the first
 * candidate.
 *
 * @throws {RangeError} when the target is outside its range.
 * Source: design decision 37; model page, experiment E01.
 */
export function chooseSetting(facts: ArmFacts, target: RiskTarget): RiskChoice {
  checkTarget(target);
  const law = RISK_LAWS[facts.protocol];
  if (law === undefined) {
    const reason = `no law of risk is known for ${facts.protocol}`;
    const blank = { effectiveShare: Number.NaN, deployed: undefined, chosen: undefined };
    return { facts, target, ...blank, reason };
  }
  const effectiveShare = law.effectiveShare(facts, target.share);
  const deployed = law.deployed(facts, target.share);
  const candidates = [deployed, ...law.candidates(facts, target)];
  const legal = candidates.filter(({ risk }) => risk <= target.risk);
  const fastest = Math.min(...legal.map(({ finalityUs }) => finalityUs));
  const chosen = legal.find(({ finalityUs }) => finalityUs === fastest);
  const least = candidates.find(
    ({ risk }) => risk === Math.min(...candidates.map((candidate) => candidate.risk)),
  );
  const reason = chosen?.reason ?? `unreachable: ${least?.reason ?? deployed.reason}`;
  return { facts, target, effectiveShare, deployed, chosen, reason };
}

/**
 * Chance that an adversary breaks an arm as it is deployed.
 *
 * @param share - In [0, 1].
 * @returns NaN for a protocol without a law of risk.
 */
export function deployedRisk(facts: ArmFacts, share: number): number {
  return RISK_LAWS[facts.protocol]?.deployed(facts, share).risk ?? Number.NaN;
}

/**
 * Expected time from submission to finality in normal operation as an arm is deployed [µs].
 *
 * @returns NaN for a protocol without a law of risk.
 */
export function expectedFinalityUs(facts: ArmFacts): number {
  // Every law gives the time whatever the share.
  return RISK_LAWS[facts.protocol]?.deployed(facts, 0.1).finalityUs ?? Number.NaN;
}

/**
 * A scenario with a chosen setting; the arm keeps its name, so that `--arm` with `--set` repeats it.
 *
 * @returns The scenario itself when nothing differs.
 */
export function withSetting(scenario: Scenario, setting: Setting): Scenario {
  if (Object.keys(setting.overrides).length === 0) return scenario;
  const { consensus } = scenario;
  const options = { ...consensus.options, ...setting.overrides };
  return { ...scenario, consensus: { ...consensus, options } };
}

/** The overrides of a setting as `--set` takes them. */
export function settingSets(setting: Setting): readonly string[] {
  return Object.entries(setting.overrides).map(([key, value]) => `consensus.${key}=${value}`);
}

/** @throws {RangeError} when a share or risk is not inside (0, 1). */
function checkTarget({ share, risk }: RiskTarget): void {
  if (!(share > 0 && share < 1)) {
    throw new RangeError(`"share" expected a number in (0, 1), got ${share}`);
  }
  if (!(risk > 0 && risk < 1)) {
    throw new RangeError(`"risk" expected a number in (0, 1), got ${risk}`);
  }
}

/**
 * Laws of risk by protocol. Proof of work: a private branch against k confirmations. Protocols of seats:
 * the adversary breaks finality when it holds as many seats as two conflicting certificates must share.
 */

import { hypergeometricTail } from '../consensus/laws/counting.ts';
import { singleStageLag, twoStageLag } from '../consensus/laws/delegates.ts';
import { confirmationsFor, doubleSpend, effectiveShare } from '../consensus/laws/double-spend.ts';
import { DELAY_STEPS, equivocatorsNeeded } from '../consensus/laws/quorums.ts';
import {
  checkDpos,
  type DposOptions,
  type DposRuleName,
  type DposSettings,
  dposSettings,
} from '../consensus/protocols/dpos-options.ts';
import { byzantineQuorum, validatorCount } from '../consensus/quorum.ts';
import type { ArmFacts, RiskLaw, Setting } from './iso-risk.ts';

/** Most confirmations that are looked at, the range of the closed form. */
const CONFIRMATIONS_MAX = 1000;

/** Chance in words: 9.1e-4. */
const words = (value: number) => value.toPrecision(3);

const integerOf = (facts: ArmFacts, option: string, otherwise: number): number => {
  const value = facts.options[option];
  return typeof value === 'number' ? value : otherwise;
};

function powSetting(facts: ArmFacts, share: number, confirmations: number): Setting {
  const effective = effectiveShare(share, facts.staleShare);
  const risk = Number.isNaN(effective) ? 1 : doubleSpend(effective, confirmations, 1);
  const isDeployed = confirmations === integerOf(facts, 'confirmations', 6);
  const stale = Number.isNaN(facts.staleShare)
    ? 'no stale share was measured'
    : `q_eff = ${words(effective)} with ${words(facts.staleShare)} of blocks stale`;
  return {
    overrides: isDeployed ? {} : { confirmations },
    text: `confirmations=${confirmations}`,
    risk,
    finalityUs: confirmations * facts.blockIntervalUs,
    reason: `${stale}: a double spend beats ${confirmations} confirmations with chance ${words(risk)}`,
  };
}

/** Proof of work: exact race with one premined block, the convention in which k = 6, 13, 32. */
const pow: RiskLaw = {
  effectiveShare: (facts, share) => effectiveShare(share, facts.staleShare),
  deployed: (facts, share) => powSetting(facts, share, integerOf(facts, 'confirmations', 6)),
  candidates(facts, { share, risk }) {
    const effective = effectiveShare(share, facts.staleShare);
    const chance = (confirmations: number) => doubleSpend(effective, confirmations, 1);
    const isWithin = effective < 0.5 && chance(CONFIRMATIONS_MAX) <= risk;
    if (!isWithin) return [powSetting(facts, share, CONFIRMATIONS_MAX)];
    return [powSetting(facts, share, confirmationsFor(chance, risk))];
  },
};

/** Seats of a committee and how the adversary comes by them. */
interface Committee {
  readonly seats: number;
  /** Seats that break finality. */
  readonly breaking: number;
  /** `share`: its share of the seats; `random`: a uniform draw of members from all full nodes. */
  readonly seating: 'share' | 'random';
}

/** Whole number of a share, forgiving the last bit of a product like 0.3 x 10. */
const wholeShare = (share: number, count: number) => Math.floor(share * count + 1e-9);

/** Chance that the adversary holds the breaking number of seats, with the words for it. */
function committeeRisk(facts: ArmFacts, share: number, { seats, breaking, seating }: Committee) {
  // When every node has a seat there is nothing left to draw.
  if (seating === 'share' || seats === facts.nodeCount) {
    const held = wholeShare(share, seats);
    const verb = held >= breaking ? 'breaks' : 'cannot break';
    const reason = `${held} of ${seats} seats, ${breaking} needed to break finality: it ${verb}`;
    return { risk: held >= breaking ? 1 : 0, reason };
  }
  const bad = wholeShare(share, facts.nodeCount);
  const risk = hypergeometricTail(facts.nodeCount, bad, seats, breaking);
  const reason =
    `${bad} of ${facts.nodeCount} nodes bad, ${seats} of them seated, ` +
    `${breaking} needed to break finality: chance ${words(risk)}`;
  return { risk, reason };
}

/** Rules of irreversibility that an arm may change to. */
const RULES: readonly DposRuleName[] = ['twoStage', 'disclosed', 'naive', 'bft'];

/**
 * Seats that break a rule. Under the rules that count last blocks as they stand, an honest producer that
 * changes forks counts for both, so that one equivocator on top is taken to be enough (EOSIO issue 2718).
 * The others break when two quorums share none but bad members.
 */
function breakingSeats(rule: DposRuleName, seats: number, quorum: number): number {
  if (rule === 'naive' || rule === 'share') return 1;
  return Math.max(1, equivocatorsNeeded(seats, quorum));
}

/**
 * Expected time to irreversibility [µs]: half a turn until a block, then the mean lag. Votes take two
 * rounds of messages, at the measured pace of propagation.
 */
function dposFinalityUs(facts: ArmFacts, settings: DposSettings): number {
  const { turn, irreversibility, producers, quorum, repetitions } = settings;
  if (irreversibility === 'bft') return turn / 2 + 2 * (facts.propagationUs || 0);
  const twoStages = twoStageLag(producers, quorum, repetitions).mean;
  const oneStage = singleStageLag(quorum) * repetitions - (repetitions - 1) / 2;
  return turn / 2 + (irreversibility === 'twoStage' ? twoStages : oneStage) * turn;
}

function dposSetting(facts: ArmFacts, share: number, rule?: DposRuleName): Setting {
  const stated = facts.options as unknown as DposOptions;
  const deployed = dposSettings(stated, facts.nodeCount).irreversibility;
  const irreversibility = rule ?? deployed;
  const settings = dposSettings({ ...stated, irreversibility }, facts.nodeCount);
  const { producers: seats, quorum } = settings;
  const breaking = breakingSeats(irreversibility, seats, quorum);
  const { risk, reason } = committeeRisk(facts, share, { seats, breaking, seating: 'share' });
  return {
    overrides: irreversibility === deployed ? {} : { irreversibility },
    text: `irreversibility=${irreversibility}`,
    risk,
    finalityUs: dposFinalityUs(facts, settings),
    reason: `${irreversibility}, quorum ${quorum}: ${reason}`,
  };
}

/** Delegates are elected by stake, so that a share of the stake is taken as that share of the seats. */
const dpos: RiskLaw = {
  effectiveShare: (_facts, share) => share,
  deployed: (facts, share) => dposSetting(facts, share),
  candidates(facts, { share }) {
    const issues = (irreversibility: DposRuleName) =>
      checkDpos({ ...(facts.options as unknown as DposOptions), irreversibility }, facts.nodeCount);
    const allowed = RULES.filter((rule) => issues(rule).length === 0);
    return allowed.map((rule) => dposSetting(facts, share, rule));
  },
};

/** A protocol whose only setting is the one deployed: members and what breaks them. */
function committeeLaw(
  name: string,
  membersOf: (facts: ArmFacts) => number,
  breakingOf: (members: number) => number,
  steps: number,
): RiskLaw {
  return {
    effectiveShare: (_facts, share) => share,
    deployed(facts, share) {
      const seats = Math.min(membersOf(facts), facts.nodeCount);
      const committee = { seats, breaking: breakingOf(seats), seating: 'random' } as const;
      const { risk, reason } = committeeRisk(facts, share, committee);
      const stepUs = Number.isNaN(facts.propagationUs) ? 0 : facts.propagationUs;
      return {
        overrides: {},
        text: `members=${seats}`,
        risk,
        finalityUs: facts.blockIntervalUs / 2 + steps * stepUs,
        reason: `${name}: ${reason}`,
      };
    },
    candidates: () => [],
  };
}

const validators = (facts: ArmFacts) => {
  const asked = facts.options.validators;
  return validatorCount(typeof asked === 'number' ? asked : undefined, facts.nodeCount);
};
const byzantine = (members: number) =>
  Math.max(1, equivocatorsNeeded(members, byzantineQuorum(members)));

/** Laws of risk by the kebab name of a protocol. */
export const RISK_LAWS: Readonly<Record<string, RiskLaw>> = {
  pow,
  dpos,
  pbft: committeeLaw('quorum overlap', validators, byzantine, DELAY_STEPS.pbftCommit),
  tendermint: committeeLaw('quorum overlap', validators, byzantine, DELAY_STEPS.tendermintCommit),
  raft: committeeLaw('tolerates crashes only', validators, () => 1, DELAY_STEPS.raftCommit),
  central: committeeLaw(
    'one operator decides',
    () => 1,
    () => 1,
    0,
  ),
};

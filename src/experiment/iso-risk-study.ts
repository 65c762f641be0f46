/**
 * The comparison at equal risk as a part of a study: facts of the arms from the first runs, further runs
 * for settings that differ from the deployed ones, and the two tables.
 */
import { protocols } from '../consensus/protocols/index.ts';
import { type Column, parseColumns } from '../report/column.ts';
import type { Cell } from '../report/csv.ts';
import type { Scenario } from '../scenario/sections.ts';
import { type BudgetPrices, shareForBudget } from './budget.ts';
import type { StudyValues } from './compare.ts';
import {
  type ArmFacts,
  chooseSetting,
  deployedRisk,
  type RiskChoice,
  type RiskTarget,
  type Setting,
  settingSets,
  withSetting,
} from './iso-risk.ts';
import type { RunPlan } from './plan.ts';
import { estimate, mean } from './statistics/interval.ts';

/** Mean of the values of an arm that are defined; NaN of none. */
export function meanOf(values: StudyValues, arm: string, metric: string): number {
  return mean(values.of(arm, metric).filter((value) => !Number.isNaN(value)));
}

/** What the runs of an arm and its scenario say about its risk. */
export function factsOfArm(scenario: Scenario, values: StudyValues): ArmFacts {
  const { arm, consensus, network } = scenario;
  const nodeCount = meanOf(values, arm, 'nodeCount');
  return {
    arm,
    protocol: consensus.name,
    options: consensus.options,
    blockIntervalUs: protocols.get(consensus.name).blockIntervalUs(consensus.options),
    nodeCount: Number.isNaN(nodeCount) ? network.nodes : Math.round(nodeCount),
    staleShare: meanOf(values, arm, 'staleRate'),
    propagationUs: meanOf(values, arm, 'propagation90MeanUs'),
  };
}

/** Scenarios of a study's arms, each once, in study order. */
export function scenariosOf(plans: readonly RunPlan[]): readonly Scenario[] {
  const byArm = new Map<string, Scenario>();
  for (const { arm, scenario } of plans) if (!byArm.has(arm)) byArm.set(arm, scenario);
  return [...byArm.values()];
}

/** Chooses a setting for every arm of a study, from what its runs gave. */
export function chooseSettings(
  plans: readonly RunPlan[],
  values: StudyValues,
  target: RiskTarget,
): readonly RiskChoice[] {
  return scenariosOf(plans).map((scenario) => chooseSetting(factsOfArm(scenario, values), target));
}

/** What the name of an arm ends in that runs with a chosen setting. */
export const EQUAL_RISK = '-equal-risk';

const isAsDeployed = ({ overrides }: Setting) => Object.keys(overrides).length === 0;

/** Arm whose runs stand for a choice: its own where nothing differs; undefined where none is legal. */
export function runArmOf({ facts, chosen }: RiskChoice): string | undefined {
  if (chosen === undefined) return undefined;
  return isAsDeployed(chosen) ? facts.arm : `${facts.arm}${EQUAL_RISK}`;
}

/**
 * Runs that the chosen settings need besides those of the arms as deployed, with the same seeds and
 * windows.
 *
 * @param plans - Runs of the arms as deployed.
 * @returns Runs whose arm ends in `-equal-risk`; none for an arm that keeps its setting or has none.
 */
export function equalRiskPlans(
  plans: readonly RunPlan[],
  choices: readonly RiskChoice[],
): readonly RunPlan[] {
  const byArm = new Map(choices.map((choice) => [choice.facts.arm, choice]));
  return plans.flatMap((plan) => {
    const choice = byArm.get(plan.arm);
    const setting = choice?.chosen;
    if (choice === undefined || setting === undefined || isAsDeployed(setting)) return [];
    const arm = runArmOf(choice)!;
    return [
      {
        ...plan,
        arm,
        id: `${arm}${plan.id.slice(plan.arm.length)}`,
        scenario: withSetting(plan.scenario, setting),
        origin: { arm: plan.arm, sets: settingSets(setting) },
      },
    ];
  });
}

const MEASURED = [
  ['finality_p50', 'finalityLatencyP50Us', 'us', 'Median time to finality at the client'],
  ['finality_p95', 'finalityLatencyP95Us', 'us', '95 % quantile of it'],
  ['finality90_p50', 'finalityLatency90P50Us', 'us', 'Median time to finality at 90 % of nodes'],
  ['tps_final', 'tpsFinal', '1/s', 'Transactions that became final a second'],
  ['energy_per_final_tx', 'energyPerFinalTxWh', 'Wh', 'Electricity a final transaction'],
  ['bytes_per_final_tx', 'bytesPerFinalTx', 'B', 'Traffic a final transaction'],
  ['late_order_share', 'lateOrderShare', '', 'Orders not included by gate closure'],
  ['decentralisation', 'decentralisation', '', 'Normalised entropy x eligible share'],
] as const;

const UNIT_SUFFIX: Readonly<Record<string, string>> = { us: '_us', Wh: '_wh' };

/** Columns of `iso_risk.csv` and `as_deployed.csv`. */
export const RISK_COLUMNS: readonly Column[] = [
  ...parseColumns(`
arm                  | text    |    | Arm as the scenario declares it
run_arm              | text    |    | Arm of runs.csv and arms.csv that has this setting; empty for none
protocol             | text    |    | Protocol
share                | number  |    | Share q of the adversary
share_effective      | number  |    | Share that counts: q / (q + p (1 - stale)) in proof of work
stale_share          | number  |    | Measured share of stale blocks as deployed
risk_limit           | number  |    | Residual risk that is allowed
setting              | text    |    | Options that matter for risk; empty where none is legal
risk                 | number  |    | Chance that the adversary breaks finality with this setting
is_legal             | integer |    | 1 when the risk is within the limit
expected_finality_us | number  | us | Time to finality by which settings are ranked
reason               | text    |    | How the risk comes about, or why no setting is legal
n                    | integer |    | Runs in which the median time to finality is defined
`),
  ...MEASURED.flatMap(([name, , unit, meaning]): Column[] => {
    const suffix = UNIT_SUFFIX[unit] ?? '';
    const part = (ending: string, words: string): Column => {
      return { name: `${name}${ending}${suffix}`, type: 'number', unit, meaning: words };
    };
    return [
      part('', `${meaning}, mean over runs`),
      part('_low', `Lower end of the 95 % interval of ${name}${suffix}`),
      part('_high', 'Upper end'),
    ];
  }),
];

function riskCells(
  { facts, target, effectiveShare }: RiskChoice,
  setting: Setting | undefined,
  runArm: string | undefined,
  reason: string,
  values: StudyValues,
): Cell[] {
  const estimates = MEASURED.map(([, metric]) => {
    return estimate(runArm === undefined ? [] : values.of(runArm, metric));
  });
  return [
    facts.arm,
    runArm,
    facts.protocol,
    target.share,
    effectiveShare,
    facts.staleShare,
    target.risk,
    setting?.text,
    setting?.risk,
    setting !== undefined && setting.risk <= target.risk ? 1 : 0,
    setting?.finalityUs,
    reason,
    estimates[0]!.n,
    ...estimates.flatMap((one) => [one.mean, one.low, one.high]),
  ];
}

/** Rows of `iso_risk.csv`: every arm at its fastest legal setting, unreachable ones too. */
export function isoRiskCells(choices: readonly RiskChoice[], values: StudyValues): Cell[][] {
  return choices.map((choice) =>
    riskCells(choice, choice.chosen, runArmOf(choice), choice.reason, values),
  );
}

/** Rows of `as_deployed.csv`: every arm with its preset, and the risk that the preset has. */
export function asDeployedCells(choices: readonly RiskChoice[], values: StudyValues): Cell[][] {
  return choices.map((choice) => {
    const reason = choice.deployed?.reason ?? choice.reason;
    return riskCells(choice, choice.deployed, choice.facts.arm, reason, values);
  });
}

/** Chances of success of an adversary of a share, and of one with a budget, against one arm. */
export interface PredictedSuccess {
  readonly successAtShare: number;
  readonly successAtBudget: number;
}

/**
 * Predicts how attacks on an arm fare.
 *
 * @param setting - The setting the arm runs with; its risk is that of the target's share.
 * @param prices - Undefined when no budget was declared.
 */
export function predictedSuccess(
  choice: RiskChoice,
  setting: Setting,
  values: StudyValues,
  prices: BudgetPrices | undefined,
): PredictedSuccess {
  const { facts } = choice;
  if (prices === undefined) return { successAtShare: setting.risk, successAtBudget: Number.NaN };
  const share = shareForBudget(
    {
      protocol: facts.protocol,
      hashPowerW: meanOf(values, facts.arm, 'consensusPowerW'),
      stakedCertificates: meanOf(values, facts.arm, 'lockedCertificates'),
      members: facts.nodeCount,
    },
    prices,
  );
  const running = { ...facts, options: { ...facts.options, ...setting.overrides } };
  const successAtBudget = Number.isNaN(share) ? Number.NaN : deployedRisk(running, share);
  return { successAtShare: setting.risk, successAtBudget };
}

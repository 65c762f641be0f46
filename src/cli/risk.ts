/** The comparison at equal risk on the command line: the option, the wiring, the text. */
import colors from 'picocolors';
import { UPT_PER_POINT } from '../base/units.ts';
import type { BudgetPrices } from '../experiment/budget.ts';
import type { StudyValues } from '../experiment/compare.ts';
import type { RiskChoice, RiskTarget } from '../experiment/iso-risk.ts';
import {
  asDeployedCells,
  chooseSettings,
  equalRiskPlans,
  isoRiskCells,
  predictedSuccess,
  RISK_COLUMNS,
  runArmOf,
} from '../experiment/iso-risk-study.ts';
import type { RunPlan } from '../experiment/plan.ts';
import type { PoolOptions } from '../experiment/pool.ts';
import type { StudyExtras } from '../experiment/study.ts';
import { REFERENCE, type TriangleRow } from '../experiment/triangle.ts';
import { UsageError } from './usage.ts';

/** What `--iso-risk` asks for. */
export interface RiskOption {
  readonly target: RiskTarget;
  /** Prices of an equal budget; undefined when none is given. */
  readonly prices: BudgetPrices | undefined;
}

const KEYS = ['q', 'eps', 'budget', 'hash', 'certificate', 'depth', 'bribe'];

/**
 * Reads `q=0.1,eps=0.001`, with `budget`, `hash`, `certificate` and `bribe` in points and `depth` as a
 * share where an equal budget is asked for too.
 *
 * @throws {UsageError} when a key is unknown, twice, missing, or no number in its range.
 */
export function riskOption(text: string): RiskOption {
  const refuse = (expected: string, got: string): never => {
    throw new UsageError(`--iso-risk: expected ${expected}; got ${got}`);
  };
  const values = new Map<string, number>();
  for (const part of text.split(',')) {
    const [key = '', value = ''] = part.split('=').map((word) => word.trim());
    if (!KEYS.includes(key)) refuse(`keys ${KEYS.join(', ')}`, `"${key}"`);
    if (values.has(key)) refuse('each key once', `${key} twice`);
    const isNumber = /^\d*\.?\d+(e-?\d+)?$/i.test(value) && Number(value) > 0;
    if (!isNumber) refuse(`${key} above 0`, `"${value}"`);
    values.set(key, Number(value));
  }
  const within = (key: string): number => {
    const value = values.get(key);
    if (value === undefined) return refuse('q and eps, e.g. q=0.1,eps=0.001', `"${text}"`);
    return value < 1 ? value : refuse(`${key} below 1`, String(value));
  };
  const target = { share: within('q'), risk: within('eps') };
  const budget = values.get('budget');
  if (budget === undefined) return { target, prices: undefined };
  const upt = (key: string) => {
    const points = values.get(key);
    return points === undefined ? undefined : points * UPT_PER_POINT;
  };
  return {
    target,
    prices: {
      budgetUpt: budget * UPT_PER_POINT,
      hashUptPerW: upt('hash'),
      certificateUpt: upt('certificate'),
      depthShare: values.get('depth'),
      bribeUpt: upt('bribe'),
    },
  };
}

/** What a study at equal risk adds, and the choices it made once its first runs ended. */
export interface RiskStudy {
  readonly extras: StudyExtras;
  /** Empty until the first runs ended. */
  choices(): readonly RiskChoice[];
}

/**
 * Wires the comparison at equal risk into a study.
 *
 * @param plans - Runs of the arms as deployed.
 * @param optionsFor - Pool options for a number of further runs.
 */
export function openRiskStudy(
  { target, prices }: RiskOption,
  plans: readonly RunPlan[],
  optionsFor: (runs: number) => PoolOptions,
): RiskStudy {
  let choices: readonly RiskChoice[] = [];
  const settingOf = (arm: string) => {
    const choice = choices.find((one) => one.facts.arm === arm || runArmOf(one) === arm);
    const setting = choice?.facts.arm === arm ? choice.deployed : choice?.chosen;
    return choice === undefined || setting === undefined ? undefined : { choice, setting };
  };
  return {
    choices: () => choices,
    extras: {
      follow(values) {
        choices = chooseSettings(plans, values, target);
        const further = equalRiskPlans(plans, choices);
        return { plans: further, options: () => optionsFor(further.length) };
      },
      tables: (values) => [
        {
          path: 'iso_risk.csv',
          title: 'Arms at equal risk, each at its fastest legal setting',
          key: 'arm',
          columns: RISK_COLUMNS,
          rows: isoRiskCells(choices, values),
        },
        {
          path: 'as_deployed.csv',
          title: 'Arms with their presets, and the risk these have',
          key: 'arm',
          columns: RISK_COLUMNS,
          rows: asDeployedCells(choices, values),
        },
      ],
      triangle(values: StudyValues, arm: string) {
        const found = settingOf(arm);
        if (found === undefined) return {};
        const predicted = predictedSuccess(found.choice, found.setting, values, prices);
        return { ...predicted, successSource: 'predicted' };
      },
    },
  };
}

/** A number as a table shows it; `-` where it is undefined. */
export const figure = (value: number, digits = 3): string =>
  Number.isNaN(value) ? '-' : String(Number(value.toPrecision(digits)));

/** Rows as text in columns, the first row bold; every line ends in a newline. */
export function textTable(rows: readonly (readonly string[])[], colour: boolean): string {
  const paint = colors.createColors(colour);
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  const lines = rows.map((row) =>
    row.map((text, c) => (c === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[c]! + 2))),
  );
  return lines
    .map((cells, line) => {
      const text = `  ${cells.join('')}`.trimEnd();
      return `${line === 0 ? paint.bold(text) : text}\n`;
    })
    .join('');
}

/**
 * Renders the choices: setting, risk and expected finality of each arm, with the reasons below.
 *
 * @returns Lines ending in a newline.
 */
export function choicesText(
  choices: readonly RiskChoice[],
  colour: boolean = colors.isColorSupported,
): string {
  const rows = choices.map(({ facts, chosen, deployed }) => [
    facts.arm,
    chosen?.text ?? 'unreachable',
    chosen === undefined ? '-' : figure(chosen.risk),
    chosen === undefined ? '-' : `${figure(chosen.finalityUs / 1e6)} s`,
    deployed === undefined ? '-' : figure(deployed.risk),
  ]);
  const heads = ['', 'fastest legal setting', 'risk', 'expected finality', 'risk as deployed'];
  const reasons = choices.map(({ facts, reason }) => `  ${facts.arm}: ${reason}\n`);
  return `${textTable([heads, ...rows], colour)}${reasons.join('')}`;
}

/**
 * Renders the triangle with its raw axes; rows that are undefined in every arm are left out.
 *
 * @returns Lines ending in a newline.
 */
export function triangleText(
  rows: readonly TriangleRow[],
  colour: boolean = colors.isColorSupported,
): string {
  const { saturationTps, finalitySpeedPerS, finalTxPerWh } = REFERENCE;
  const parts = rows[0]?.efficiencyOf ?? '';
  const axes: readonly (readonly [string, (row: TriangleRow) => number])[] = [
    ['D decentralisation', (row) => row.decentralisation],
    [
      `E efficiency (${parts === '' ? 'no axis' : parts.replaceAll(' ', ', ')})`,
      (row) => row.efficiency,
    ],
    ['S security at equal share', (row) => row.securityAtShare],
    ['S security at equal budget', (row) => row.securityAtBudget],
    [`saturation [1/s], ref ${saturationTps}`, (row) => row.saturationTps],
    [`finality [s], ref ${finalitySpeedPerS} per s`, (row) => row.finalityS],
    [`electricity [Wh/final tx], ref ${finalTxPerWh} per Wh`, (row) => row.energyPerFinalTxWh],
    ['Nakamoto coefficient 1/3', (row) => row.nakamotoThird],
    ['Nakamoto coefficient 1/2', (row) => row.nakamotoHalf],
    ['Nakamoto coefficient 2/3', (row) => row.nakamotoTwoThirds],
  ];
  const shown = axes
    .map(([label, axis]) => [label, ...rows.map((row) => figure(axis(row)))])
    .filter((cells) => cells.slice(1).some((cell) => cell !== '-'));
  const verdicts = rows.map((row) => (row.isPareto ? 'yes' : `no: ${row.dominatedBy.join(' ')}`));
  const heads = ['', ...rows.map((row) => row.arm)];
  return textTable([heads, ...shown, ['no arm is as good on all axes', ...verdicts]], colour);
}

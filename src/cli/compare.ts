/** `peerwatt compare`: arms of one scenario on the same world, side by side. */
import type { RiskChoice } from '../experiment/iso-risk.ts';
import { EQUAL_RISK, runArmOf } from '../experiment/iso-risk-study.ts';
import { planStudy } from '../experiment/plan.ts';
import type { ArmSaturation, RampRequest } from '../experiment/saturation-ramp.ts';
import { runStudy, type StudyExtras, type StudyResult, studyOf } from '../experiment/study.ts';
import { checkTarget } from '../report/folder.ts';
import { choicesText, openRiskStudy, type RiskStudy, riskOption, triangleText } from './risk.ts';
import { endStudy, studyTable } from './run.ts';
import {
  openSaturationStudy,
  type SaturationStudy,
  saturationOption,
  saturationText,
} from './saturation.ts';
import {
  type Arguments,
  defaultOut,
  loadNamed,
  openSession,
  replayCommand,
  studyOptions,
  withPlaces,
} from './session.ts';
import { integerOption, textOption, UsageError } from './usage.ts';

/** Replications when none are asked for: the fewest that show a spread at little cost. */
const DEFAULT_REPLICATIONS = 3;

/**
 * Compares arms.
 *
 * @returns Exit code.
 */
export async function compare(args: Arguments): Promise<number> {
  const named = loadNamed(args);
  const { loaded } = named;
  const wanted = textOption('arms', args.arms)
    ?.split(',')
    .map((arm) => arm.trim());
  if (wanted !== undefined) loaded.checkArms(wanted);
  const arms = wanted ?? (loaded.declaredArms.length > 0 ? loaded.declaredArms : loaded.arms);
  const twice = arms.find((arm, i) => arms.indexOf(arm) !== i);
  if (twice !== undefined)
    throw new UsageError(`--arms: expected each arm once; got ${twice} twice`);
  const replications = integerOption('replications', args.replications, 1) ?? DEFAULT_REPLICATIONS;
  const risk = textOption('iso-risk', args['iso-risk']);
  const asked = risk === undefined ? undefined : riskOption(risk);
  const taken = arms.find((arm) => asked !== undefined && arm.endsWith(EQUAL_RISK));
  if (taken !== undefined)
    throw new UsageError(`--iso-risk: expected arms not named ...${EQUAL_RISK}; got ${taken}`);
  const loads = textOption('saturation', args.saturation);
  const request = loads === undefined ? undefined : saturationOption(loads);
  const scenarios = arms.map((arm) => loaded.resolve(arm));
  const plans = planStudy(scenarios, replications);
  const { name } = scenarios[0]!;
  const out = textOption('out', args.out) ?? defaultOut(name);
  checkTarget(out);
  let session = openSession(args, plans.length);
  try {
    const reopen = (runs: number) => {
      session.close();
      session = openSession(args, runs);
      return session.options;
    };
    const risks = asked === undefined ? undefined : openRiskStudy(asked, plans, reopen);
    const ramp = request === undefined ? undefined : openSaturationStudy(request, reopen);
    const variant = [risk, loads].filter((text) => text !== undefined).join(' ');
    const spec = { ...studyOf(name, plans), variant };
    const runs = runStudy(
      spec,
      out,
      { ...studyOptions(args, session), replay: (plan) => replayCommand(named, plan) },
      extrasOf(risks, ramp),
    );
    const result = await withPlaces(named, undefined, runs);
    const render = (done: StudyResult) =>
      comparison(done, arms, risks?.choices() ?? [], ramp?.found() ?? [], request);
    return await endStudy(args, named, result, session, render);
  } finally {
    session.close();
  }
}

/** What the options add to a study: both searches fill the triangle. */
function extrasOf(risks: RiskStudy | undefined, ramp: SaturationStudy | undefined): StudyExtras {
  return {
    ...risks?.extras,
    ...ramp?.extras,
    tables: (values) => [
      ...(risks?.extras.tables?.(values) ?? []),
      ...(ramp?.extras.tables?.(values) ?? []),
    ],
    triangle: (values, arm) => ({
      ...risks?.extras.triangle?.(values, arm),
      ...(ramp === undefined ? {} : { saturationTps: ramp.saturationTps(arm) }),
    }),
  };
}

/**
 * Text of a comparison: at equal risk first where it was asked for, then as deployed, sustained loads, the
 * triangle.
 */
function comparison(
  study: StudyResult,
  arms: readonly string[],
  choices: readonly RiskChoice[],
  saturations: readonly ArmSaturation[],
  request: RampRequest | undefined,
): string {
  const deployed = study.arms.filter((arm) => arms.includes(arm));
  const ramp = request === undefined ? '' : `${saturationText(saturations, request)}\n`;
  const triangle = `${ramp}Decentralisation, efficiency, security\n${triangleText(study.triangle)}`;
  const target = choices[0]?.target;
  if (target === undefined) return `${studyTable(study)}\n${triangle}`;
  const chosen = choices.flatMap((choice) => runArmOf(choice) ?? []);
  const title = `At equal risk: adversary share ${target.share}, residual risk ${target.risk}`;
  return [
    `${title}\n${choicesText(choices)}`,
    studyTable(study, chosen),
    'As deployed',
    studyTable(study, deployed),
    triangle,
  ].join('\n');
}

/** `peerwatt compare`: arms of one scenario on the same world, side by side. */
import type { RiskChoice } from '../experiment/iso-risk.ts';
import { EQUAL_RISK, runArmOf } from '../experiment/iso-risk-study.ts';
import { planStudy } from '../experiment/plan.ts';
import { runStudy, type StudyResult } from '../experiment/study.ts';
import { checkTarget } from '../report/folder.ts';
import { choicesText, openRiskStudy, riskOption, triangleText } from './risk.ts';
import { endStudy, studyTable } from './run.ts';
import { type Arguments, defaultOut, loadNamed, openSession, withPlaces } from './session.ts';
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
  const scenarios = arms.map((arm) => loaded.resolve(arm));
  const plans = planStudy(scenarios, replications);
  const { name } = scenarios[0]!;
  const out = textOption('out', args.out) ?? defaultOut(name);
  checkTarget(out);
  let session = openSession(args, plans.length);
  try {
    const study =
      asked === undefined
        ? undefined
        : openRiskStudy(asked, plans, (runs) => {
            session.close();
            session = openSession(args, runs);
            return session.options;
          });
    const runs = runStudy(name, plans, out, session.options, study?.extras);
    const result = await withPlaces(named, undefined, runs);
    const render = (done: StudyResult) => comparison(done, arms, study?.choices() ?? []);
    return endStudy(named, result, session, args.quiet === true, render);
  } finally {
    session.close();
  }
}

/** Text of a comparison: at equal risk first where it was asked for, then as deployed, the triangle. */
function comparison(
  study: StudyResult,
  arms: readonly string[],
  choices: readonly RiskChoice[],
): string {
  const deployed = study.arms.filter((arm) => arms.includes(arm));
  const triangle = `Decentralisation, efficiency, security\n${triangleText(study.triangle)}`;
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

/** `peerwatt compare`: arms of one scenario on the same world, side by side. */
import { planStudy } from '../experiment/plan.ts';
import { runStudy } from '../experiment/study.ts';
import { checkTarget } from '../report/folder.ts';
import { endStudy } from './run.ts';
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
  const scenarios = arms.map((arm) => loaded.resolve(arm));
  const plans = planStudy(scenarios, replications);
  const { name } = scenarios[0]!;
  const out = textOption('out', args.out) ?? defaultOut(name);
  checkTarget(out);
  const session = openSession(args, plans.length);
  try {
    const runs = runStudy(name, plans, out, session.options);
    const study = await withPlaces(named, undefined, runs);
    return endStudy(named, study, session, args.quiet === true);
  } finally {
    session.close();
  }
}

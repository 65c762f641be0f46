/** The search of saturation on the command line: the option, the wiring, the text. */
import colors from 'picocolors';
import type { StudyValues } from '../experiment/compare.ts';
import { type RunPlan, seedOf } from '../experiment/plan.ts';
import { openMeasuringPool, type PoolOptions } from '../experiment/pool.ts';
import {
  type ArmSaturation,
  bracketedTps,
  type RampRequest,
  searchArm,
} from '../experiment/saturation-ramp.ts';
import { SATURATION_COLUMNS, saturationRows } from '../experiment/saturation-study.ts';
import type { StudyExtras } from '../experiment/study.ts';
import { figure, textTable } from './risk.ts';
import { UsageError } from './usage.ts';

/** Ratio of neighbouring loads where none is asked for. */
const STEP = 1.25;
const STEP_MAX = 10;
/** Fewest seeds of a search: the growth of a backlog needs an interval. */
const SEEDS_MIN = 2;

/**
 * Reads `1..400` or `1..400,step=1.1`: the loads to search between [1/s] and the resolution.
 *
 * @throws {UsageError} on anything else.
 */
export function saturationOption(text: string): RampRequest {
  const match = /^([\d.e+-]+)\.\.([\d.e+-]+)(?:,step=([\d.e+-]+))?$/.exec(text.replaceAll(' ', ''));
  const [low, high, step] = [match?.[1], match?.[2], match?.[3] ?? String(STEP)].map(Number);
  const isRange = low! > 0 && high! >= low! && high! < Number.POSITIVE_INFINITY;
  if (!isRange) {
    const expected = 'expected loads per second from..to, e.g. 1..400 or 1..400,step=1.1';
    throw new UsageError(`--saturation: ${expected}; got "${text}"`);
  }
  if (!(step! > 1 && step! <= STEP_MAX)) {
    throw new UsageError(`--saturation: expected a step above 1, at most ${STEP_MAX}; got ${step}`);
  }
  return { lowTps: low!, highTps: high!, ratio: step! };
}

/** What a study with a search adds, and what the search found. */
export interface SaturationStudy {
  readonly extras: Pick<StudyExtras, 'search' | 'tables'>;
  /** Arms in study order; empty until the search ended. */
  found(): readonly ArmSaturation[];
  /** Largest sustained load of an arm for the triangle [1/s]; NaN where it was not put between two. */
  saturationTps(arm: string): number;
}

/** Seeds of a search: those of the study's replications. */
function seedsOf(plans: readonly RunPlan[], arm: string): readonly number[] {
  const of = new Map<number, number>();
  for (const plan of plans) {
    if (plan.arm === arm) of.set(plan.replication, plan.scenario.seed);
  }
  const seeds = [...of.values()];
  const first = { seed: seeds[0]! } as RunPlan['scenario'];
  while (seeds.length < SEEDS_MIN) seeds.push(seedOf(first, seeds.length + 1));
  return seeds;
}

/**
 * Wires the search into a study: every arm, as deployed and at equal risk, one beside the other on the same
 * workers.
 *
 * @param optionsFor - Pool options for a number of searches.
 */
export function openSaturationStudy(
  request: RampRequest,
  optionsFor: (searches: number) => PoolOptions,
): SaturationStudy {
  let found: readonly ArmSaturation[] = [];

  async function search(values: StudyValues, plans: readonly RunPlan[]) {
    const arms = [...new Set(plans.map(({ arm }) => arm))];
    const options = optionsFor(arms.length);
    const pool = openMeasuringPool(options);
    let ended = 0;
    try {
      found = await Promise.all(
        arms.map(async (arm) => {
          const plan = plans.find((candidate) => candidate.arm === arm)!;
          const one = await searchArm(plan, values, request, seedsOf(plans, arm), pool);
          options.onProgress?.(++ended / arms.length);
          options.onOutcome?.({ id: `${arm}-saturation` }, { ok: one.broken === undefined });
          return one;
        }),
      );
    } finally {
      await pool.close();
    }
    const broken = found.flatMap((one) => one.broken ?? []);
    return {
      failures: broken.flatMap(({ plan, failure }) =>
        failure === undefined ? [] : [{ plan, failure }],
      ),
      interrupted: broken.some(({ failure }) => failure === undefined),
    };
  }

  return {
    found: () => found,
    saturationTps(arm) {
      const one = found.find((candidate) => candidate.arm === arm);
      return one === undefined ? Number.NaN : bracketedTps(one);
    },
    extras: {
      search,
      tables: () => [
        {
          path: 'saturation.csv',
          title: 'Loads that were tried in the search of the largest one each arm sustains',
          key: 'arm load_tps',
          columns: SATURATION_COLUMNS,
          rows: found.flatMap(({ arm, found: points, boundTps }) =>
            points === undefined ? [] : saturationRows(arm, points, boundTps),
          ),
        },
      ],
    },
  };
}

const REASONS = {
  sustained: '',
  throughput: 'too little final',
  backlog: 'backlog grows',
} as const;

/**
 * Renders the searches: the largest sustained load, the next one and why it failed, and the bound.
 *
 * @returns Lines ending in a newline.
 */
export function saturationText(
  arms: readonly ArmSaturation[],
  { lowTps, highTps, ratio }: RampRequest,
  colour: boolean = colors.isColorSupported,
): string {
  const rows = arms.map(({ arm, found, boundTps }) => {
    if (found === undefined) return [arm, '-', '-', '', figure(boundTps)];
    const { saturationTps, exceededTps, points } = found;
    const isOpen = Number.isNaN(exceededTps);
    const least = Number.isNaN(saturationTps) ? `< ${figure(exceededTps)}` : figure(saturationTps);
    const failed = points.find(({ loadTps }) => loadTps === exceededTps);
    return [
      arm,
      isOpen ? `>= ${least}` : least,
      figure(exceededTps),
      failed === undefined ? '' : REASONS[failed.verdict],
      figure(boundTps),
    ];
  });
  const seeds = Math.max(0, ...arms.map(({ found }) => found?.points[0]?.slope.n ?? 0));
  const title = `Largest sustained load [1/s], searched from ${lowTps} to ${highTps}`;
  const notes = arms.flatMap(({ arm, note }) => (note === '' ? [] : [`  ${arm}: ${note}\n`]));
  const heads = ['', 'sustained', 'fails at', 'because', 'bound by caps'];
  return (
    `${title} in steps of at most x ${ratio}, ${seeds} seeds\n` +
    `${textTable([heads, ...rows], colour)}${notes.join('')}`
  );
}

/** The vote-out of abnormal delegates, on the contract that chains execute (model §6.4, validation B4). */
import { createRandomSource } from '../../../base/random.ts';
import {
  clearingRounds,
  isConvicted,
  strikeLaw,
  survivors,
} from '../../../consensus/laws/index.ts';
import { STANDING } from '../../../contracts/governance-cells.ts';
import { createGovernanceWorld } from '../governed-chain.ts';
import { defineExperiment, defineLaw, type Law } from '../law.ts';

const GROUP = 'vote-out';
const SIZE = { replications: 30, size: 10 };

/**
 * Offenders who offend in every round, each seen with a probability; what is seen is reported with two
 * signed headers and judged by the contract at once.
 *
 * @returns The round in which each was excluded.
 */
function roundsToExpel(seed: string, offenders: number, strikes: number, detection: number) {
  const world = createGovernanceWorld({
    nodes: 3 * offenders + 3,
    producers: 3 * offenders,
    voteOut: { mode: 'auto', strikes, bond: 0, deposit: 0 },
  });
  const draws = createRandomSource(seed).addressed('world/detection');
  const rounds = new Array<number>(offenders).fill(0);
  for (let round = 1; rounds.includes(0); round++) {
    for (let node = 0; node < offenders; node++) {
      if (rounds[node] !== 0 || draws.uniform(node, round, 0) >= detection) continue;
      const headers = [0, 1].map((gasUsed) => world.header({ node, turn: world.turn, gasUsed }));
      world.report('DOUBLE_SIGN', node, world.homeCount + node + 1, headers);
      if (world.standing(node) === STANDING.EXCLUDED) rounds[node] = round;
    }
    world.seal(world.producers);
  }
  return rounds;
}

/** A share in an id. */
const percent = (share: number) => Math.round(100 * share);

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const strikeLaws = [
  [3, 0.5],
  [5, 0.8],
  [3, 0.2],
].flatMap(([strikes, detection]) => {
  const { mean: expected, within } = strikeLaw(strikes!, detection!);
  const experiment = defineExperiment({
    id: `vote-out-strikes-${strikes}-${percent(detection!)}`,
    quick: SIZE,
    full: { replications: 60, size: 20 },
    run: ({ seed, size }) => roundsToExpel(seed, size, strikes!, detection!),
  });
  const about = {
    group: GROUP,
    source: 'W. Feller 1968, VI.8: negative binomial',
    parameters: `k ${strikes}, d ${detection}`,
    convention: 'a round shows each offence with probability d; mode auto',
    experiment,
    kind: 'stochastic' as const,
  };
  return [
    defineLaw({
      ...about,
      id: `vote-out-strikes-${strikes}-${percent(detection!)}`,
      law: 'rounds until k strikes expel, mean k/d',
      unit: 'rounds',
      reference: expected,
      seCap: 0.08 * expected,
      measure: mean,
    }),
    defineLaw({
      ...about,
      id: `vote-out-within-10-${strikes}-${percent(detection!)}`,
      law: 'share expelled within 10 rounds',
      unit: '',
      reference: within(10),
      seCap: 0.04,
      measure: (rounds) => rounds.filter((round) => round <= 10).length / rounds.length,
    }),
  ];
});

const survivorLaws = [0.3, 0.5].flatMap((detection) => {
  const bad = 6;
  const experiment = defineExperiment({
    id: `vote-out-survivors-${percent(detection)}`,
    quick: { replications: 60, size: bad },
    full: { replications: 200, size: bad },
    run: ({ seed, size }) => roundsToExpel(seed, size, 1, detection),
  });
  const about = {
    group: GROUP,
    source: 'independent geometric lives (validation B4)',
    parameters: `M ${bad}, d ${detection}`,
    convention: 'nobody comes back',
    experiment,
    kind: 'stochastic' as const,
  };
  return [
    defineLaw({
      ...about,
      id: `vote-out-left-${percent(detection)}`,
      law: 'left of M after 2 rounds, M(1 − d)²',
      unit: 'delegates',
      reference: survivors(bad, detection, 2),
      seCap: 0.25,
      measure: (rounds) => rounds.filter((round) => round > 2).length,
    }),
    defineLaw({
      ...about,
      id: `vote-out-clearing-${percent(detection)}`,
      law: 'rounds until none is left',
      unit: 'rounds',
      reference: clearingRounds(bad, detection),
      seCap: 0.8,
      measure: (rounds) => Math.max(...rounds),
    }),
  ];
});

/** Electors on one report; the accused is none of them. */
const ELECTORS = 30;

/** Fewest bad voters, all of whom vote, with whom a verdict is wrong; the honest vote as their turnout says. */
function fewestBad(honestTurnout: number, isWrong: (honest: number, bad: number) => boolean) {
  for (let bad = 0; bad <= ELECTORS; bad++) {
    if (isWrong(Math.floor(honestTurnout * (ELECTORS - bad) + 1e-9), bad)) return bad;
  }
  return ELECTORS + 1;
}

/** Whether a ballot of so many votes convicts, on the contract. */
function convicts(agree: number, oppose: number): boolean {
  const world = createGovernanceWorld({
    nodes: ELECTORS + 1,
    voteOut: { mode: 'ballot', bond: 0, deposit: 0 },
  });
  const verdict = world.tryOut(0, agree, oppose).find(({ event }) => event === 'decided');
  return verdict?.event === 'decided' && verdict.isUpheld;
}

const regionLaws = [0.6, 0.8, 1].flatMap((turnout) => {
  const electorate = ELECTORS;
  const regions = [
    {
      what: 'acquit',
      law: 'fewest who acquit and so keep a guilty one: more than t/(2 + t)',
      formula: (honest: number, bad: number) =>
        !isConvicted({ agree: honest, oppose: bad, electorate }),
      chain: (honest: number, bad: number) => !convicts(honest, bad),
    },
    {
      what: 'frame',
      law: 'fewest who accuse and so frame an honest one: from 2t/(1 + 2t)',
      formula: (honest: number, bad: number) =>
        isConvicted({ agree: bad, oppose: honest, electorate }),
      chain: (honest: number, bad: number) => convicts(bad, honest),
    },
  ];
  return regions.map(({ what, law, formula, chain }) =>
    defineLaw({
      id: `vote-out-${what}-${percent(turnout)}`,
      group: GROUP,
      law,
      source: 'model section 6.4: quorum one half, two thirds of the decided',
      parameters: `30 electors, turnout ${turnout} of the honest`,
      convention: 'whole votes; every bad one votes',
      unit: 'voters',
      experiment: defineExperiment({
        id: `vote-out-${what}-${percent(turnout)}`,
        quick: { replications: 1, size: 1 },
        full: { replications: 1, size: 1 },
        run: () => fewestBad(turnout, chain),
      }),
      kind: 'exact',
      reference: fewestBad(turnout, formula),
      measure: (bad) => bad,
    }),
  );
});

/** Laws of the vote-out. */
export const voteOutLaws: readonly Law[] = [...strikeLaws, ...survivorLaws, ...regionLaws];

/** Attacks on proof of work: double spending, selfish mining, majorities, and what they cost. */
import { sqrt } from '../../../base/math.ts';
import { delayedDoubleSpend } from '../../../consensus/laws/delayed-double-spend.ts';
import {
  doubleSpend,
  doubleSpendNakamoto,
  privateAttackThreshold,
  selfishRates,
  selfishRevenue,
  selfishThreshold,
} from '../../../consensus/laws/index.ts';
import { defineExperiment, defineLaw, type Law } from '../law.ts';
import {
  delayedDoubleSpendSuccess,
  doubleSpendSuccess,
  majorityCostUpt,
  networkGamma,
  privateChainRun,
  punctualDoubleSpendSuccess,
  rewritingRun,
  selfishRun,
  selfishRunOnNetwork,
} from '../pow-attacks.ts';

const DOUBLE_SPEND = 'double spend';
const SELFISH = 'selfish mining';
const MAJORITY = 'majority of hash power';
/** Replications, and attempts in each. */
const QUICK = { replications: 30, size: 100 };
const FULL = { replications: 60, size: 2000 };

const digits = (value: number) => String(value).replace('.', '');

/** Standard errors that counts of successes have, and half as much again. */
function shareCaps(chance: number, quick = QUICK, full = FULL) {
  const cap = ({ replications, size }: typeof QUICK) =>
    1.5 * sqrt((chance * (1 - chance)) / (replications * size));
  return { quick: cap(quick), full: cap(full) };
}

/** Blocks behind at which giving up costs less than 1e-4 of a chance: (q / p)^n. */
function patience(q: number): number {
  let giveUp = 1;
  for (let left = q / (1 - q); left > 1e-4; left *= q / (1 - q)) giveUp++;
  return giveUp;
}

const races = [
  { q: 0.1, confirmations: 1, preMined: 1 },
  { q: 0.1, confirmations: 2, preMined: 0 },
  { q: 0.15, confirmations: 3, preMined: 1 },
  { q: 0.25, confirmations: 4, preMined: 0 },
  { q: 0.3, confirmations: 5, preMined: 1 },
  { q: 0.35, confirmations: 2, preMined: 0 },
  { q: 0.4, confirmations: 6, preMined: 1 },
] as const;
const exact = races.map(({ q, confirmations, preMined }) => {
  const id = `pow-double-spend-${digits(q)}-z-${confirmations}-pre-${preMined}`;
  const reference = doubleSpend(q, confirmations, preMined);
  const giveUp = patience(q);
  return defineLaw({
    id,
    group: DOUBLE_SPEND,
    law: 'chance that a private branch takes a payment back',
    source: 'Rosenfeld 2014; Grunspan and Pérez-Marco 2017',
    parameters: `q ${q}, z ${confirmations}`,
    convention:
      preMined === 1
        ? 'one block in advance, strictly longer: must draw level from z behind'
        : 'no block in advance, strictly longer',
    unit: '',
    experiment: defineExperiment({
      id,
      quick: QUICK,
      full: FULL,
      run: ({ seed, size }) =>
        doubleSpendSuccess({ q, confirmations, preMined, giveUp }, size, seed),
    }),
    kind: 'stochastic',
    reference,
    bias: 1e-4,
    seCap: shareCaps(reference),
    measure: (share) => share,
  });
});

const punctual = [
  { q: 0.1, confirmations: 1 },
  { q: 0.2, confirmations: 3 },
  { q: 0.3, confirmations: 5 },
].map(({ q, confirmations }) => {
  const id = `pow-double-spend-nakamoto-${digits(q)}-z-${confirmations}`;
  const reference = doubleSpendNakamoto(q, confirmations);
  return defineLaw({
    id,
    group: DOUBLE_SPEND,
    law: 'chance to take a payment back, honest blocks at their mean times',
    source: 'Nakamoto 2008, section 11',
    parameters: `q ${q}, z ${confirmations}`,
    convention: 'the z confirmations are punctual; the attacker must draw level',
    unit: '',
    experiment: defineExperiment({
      id,
      quick: QUICK,
      full: FULL,
      run: ({ seed, size }) =>
        punctualDoubleSpendSuccess({ q, confirmations, giveUp: patience(q) }, size, seed),
    }),
    kind: 'stochastic',
    reference,
    bias: 1e-4,
    seCap: shareCaps(reference),
    measure: (share) => share,
  });
});

const DELAYED = { q: 0.3, confirmations: 2, giveUp: 16, rateTimesDelay: 0.5 };
const DELAYED_HONEST = 20;
const delayedReference = delayedDoubleSpend(DELAYED);
const DELAYED_QUICK = { replications: 30, size: 40 };
const DELAYED_FULL = { replications: 60, size: 500 };
const delayed = defineLaw({
  id: 'pow-double-spend-delayed',
  group: DOUBLE_SPEND,
  law: 'chance to take a payment back when honest blocks travel',
  source: 'derived: intervals of the honest chain are D and an exponential wait',
  parameters: `q 0.3, z 2, λD 0.5, ${DELAYED_HONEST} honest miners`,
  convention: 'no block in advance, strictly longer; bias: 2/n of what the delay adds',
  unit: '',
  experiment: defineExperiment({
    id: 'pow-double-spend-delayed',
    quick: DELAYED_QUICK,
    full: DELAYED_FULL,
    run: ({ seed, size }) =>
      delayedDoubleSpendSuccess(
        { ...DELAYED, preMined: 0 },
        { honest: DELAYED_HONEST, delayOverInterval: DELAYED.rateTimesDelay },
        size,
        seed,
      ),
  }),
  kind: 'stochastic',
  reference: delayedReference,
  bias: (2 * (delayedReference - doubleSpend(0.3, 2, 0))) / DELAYED_HONEST,
  seCap: shareCaps(delayedReference, DELAYED_QUICK, DELAYED_FULL),
  measure: (share) => share,
});

const SELFISH_QUICK = { replications: 30, size: 5000 };
const SELFISH_FULL = { replications: 60, size: 50_000 };
const selfish = [
  { alpha: 0.25, gamma: 0.5 },
  { alpha: 0.3, gamma: 0 },
  { alpha: 0.35, gamma: 1 },
  { alpha: 0.4, gamma: 0 },
].flatMap(({ alpha, gamma }) => {
  const id = `pow-selfish-${digits(alpha)}-gamma-${digits(gamma)}`;
  const experiment = defineExperiment({
    id,
    quick: SELFISH_QUICK,
    full: SELFISH_FULL,
    run: ({ seed, size }) => selfishRun(alpha, gamma, size, seed),
  });
  const text = {
    group: SELFISH,
    source: 'Eyal and Sirer 2014, section 4',
    parameters: `α ${alpha}, γ ${gamma}`,
    convention: `pays above α ${Math.round(1e4 * selfishThreshold(gamma)) / 1e4}`,
    unit: '',
    experiment,
    kind: 'stochastic',
    // What the pool still withholds at the end is a block or two of `size`.
    bias: 5e-4,
    seCap: { quick: 0.005, full: 0.0012 },
  } as const;
  return [
    defineLaw({
      ...text,
      id: `${id}-revenue`,
      law: 'share of the chain that a selfish pool makes',
      reference: selfishRevenue(alpha, gamma),
      measure: ({ share }) => share,
    }),
    defineLaw({
      ...text,
      id: `${id}-orphaned`,
      law: 'share of blocks that selfish mining orphans',
      reference: selfishRates(alpha, gamma).orphaned,
      measure: ({ orphaned }) => orphaned,
    }),
  ];
});

const AROUND = { honest: 20, followers: 10 };
const network = defineLaw({
  id: 'pow-selfish-network-gamma',
  group: SELFISH,
  law: 'γ is whom the pool reaches first',
  source: 'Eyal and Sirer 2014, section 4; γ derived from the latencies',
  parameters: `α 0.3, ${AROUND.followers} of ${AROUND.honest} honest miners close to the pool`,
  convention: 'γ = f (1 − 1/n) + (1 − f) f for a share f of followers',
  unit: '',
  experiment: defineExperiment({
    id: 'pow-selfish-network-gamma',
    quick: { replications: 30, size: 1000 },
    full: { replications: 60, size: 20_000 },
    run: ({ seed, size }) => selfishRunOnNetwork(0.3, AROUND, size, seed).share,
  }),
  kind: 'stochastic',
  reference: selfishRevenue(0.3, networkGamma(AROUND)),
  bias: 0.002,
  seCap: { quick: 0.008, full: 0.0015 },
  measure: (share) => share,
});

const HONEST = 40;
const thresholds = [1 / 15, 0.2, 1 / 3, 1].map((rate) => {
  const percent = Math.round(100 * rate);
  const id = `pow-private-threshold-${percent}`;
  const beta = privateAttackThreshold(rate);
  const honestRate = (1 - beta) * rate;
  return defineLaw({
    id,
    group: MAJORITY,
    law: 'at β = (1 − β)/(1 + (1 − β)λΔ) a private chain keeps pace',
    source: 'Dembo et al. 2020, Everything Is a Race and Nakamoto Always Wins',
    parameters: `λΔ ${Math.round(rate * 1000) / 1000}, β ${Math.round(beta * 1e4) / 1e4}`,
    convention: `bias: 1/n of λΔ(1 − β) for ${HONEST} honest miners`,
    unit: 'β',
    experiment: defineExperiment({
      id,
      quick: { replications: 30, size: 300 },
      full: { replications: 60, size: 6000 },
      run: ({ seed, size }) => {
        const world = { beta, delayOverInterval: rate, honest: HONEST };
        const run = privateChainRun({ ...world, forkChoice: 'most-work' }, size, seed);
        // The pool's own growth is β of all blocks, without a stale one.
        return ((run.publicHeight / run.honestBlocks) * (1 - beta)) / beta;
      },
    }),
    kind: 'stochastic',
    reference: 1,
    bias: honestRate / HONEST + 0.002,
    seCap: { quick: 0.015, full: 0.0025 },
    measure: (growth) => growth,
  });
});

const forkChoices = (['most-work', 'ghost'] as const).map((forkChoice) =>
  defineLaw({
    id: `pow-private-chain-${forkChoice}`,
    group: MAJORITY,
    law:
      forkChoice === 'ghost'
        ? 'heaviest subtree: stale blocks weigh, half of the power is safe'
        : 'most work: stale blocks do not weigh, less than half is enough',
    source: 'Sompolinsky and Zohar 2015, section 4',
    parameters: 'private pool of 0.42, λΔ 2, 8 honest miners',
    convention: 'share of honest nodes that leave their branch for it',
    unit: '',
    experiment: defineExperiment({
      id: `pow-private-chain-${forkChoice}`,
      quick: { replications: 3, size: 1200 },
      full: { replications: 10, size: 2000 },
      run: ({ seed, size }) => {
        const world = { beta: 0.42, delayOverInterval: 2, honest: 8, forkChoice };
        return privateChainRun(world, size, seed).overtaken;
      },
    }),
    kind: 'exact',
    reference: forkChoice === 'ghost' ? 0 : 1,
    measure: (overtaken) => overtaken,
  }),
);

const REWRITE = { q: 0.6, depth: 6 };
const rewritten = defineLaw({
  id: 'pow-rewriting-time',
  group: MAJORITY,
  law: 'rewriting d blocks takes (d + 1)/(q − p) blocks',
  source: 'Feller, An Introduction to Probability Theory, duration of play (Wald)',
  parameters: `q ${REWRITE.q}, d ${REWRITE.depth}`,
  convention: 'from d behind to strictly longer',
  unit: 'blocks',
  experiment: defineExperiment({
    id: 'pow-rewriting-time',
    quick: QUICK,
    full: FULL,
    run: ({ seed, size }) => rewritingRun(REWRITE.q, REWRITE.depth, 1000, size, seed).blocks,
  }),
  kind: 'stochastic',
  reference: (REWRITE.depth + 1) / (2 * REWRITE.q - 1),
  seCap: { quick: 0.9, full: 0.15 },
  measure: (blocks) => blocks,
});
const ruin = defineLaw({
  id: 'pow-rewriting-chance',
  group: MAJORITY,
  law: 'a minority rewrites d blocks with chance (q/p)^(d + 1)',
  source: 'Feller, An Introduction to Probability Theory, gambler’s ruin',
  parameters: 'q 0.3, d 2',
  convention: 'from d behind to strictly longer',
  unit: '',
  experiment: defineExperiment({
    id: 'pow-rewriting-chance',
    quick: QUICK,
    full: FULL,
    run: ({ seed, size }) => rewritingRun(0.3, 2, patience(0.3), size, seed).success,
  }),
  kind: 'stochastic',
  reference: 27 / 343,
  bias: 1e-4,
  seCap: shareCaps(27 / 343),
  measure: (success) => success,
});

/** Certificates at 50 points each; hardware at 3.5 points a watt, run for a week at 0.6 a kWh. */
const SECURITY = {
  certificatePrice: 50e6,
  stakeToCapture: 1234,
  hardwarePrice: 3.5e6,
  attackHorizon: 7 * 86_400e6,
  electricity: 600_000,
};
const security = defineLaw({
  id: 'pow-iso-security',
  group: MAJORITY,
  law: 'outhashing the miners costs what capturing the delegates does',
  source: 'model page, section 6.2; Budish 2018',
  parameters: '1234 certificates at 50 pt; 3.5 pt/W, 7 d at 0.60 pt/kWh',
  convention: 'energy rule isoSecurity, power read from the nodes',
  unit: 'Upt',
  experiment: defineExperiment({
    id: 'pow-iso-security',
    quick: { replications: 1, size: 1 },
    full: { replications: 1, size: 1 },
    run: () => majorityCostUpt(SECURITY),
  }),
  kind: 'exact',
  reference: SECURITY.certificatePrice * SECURITY.stakeToCapture,
  bias: 1e-3,
  measure: (cost) => cost,
});

/** Laws of attacks on proof of work. */
export const powAttackLaws: readonly Law[] = [
  ...exact,
  ...punctual,
  delayed,
  ...selfish,
  network,
  ...thresholds,
  ...forkChoices,
  rewritten,
  ruin,
  security,
];

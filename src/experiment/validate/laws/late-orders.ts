/** Orders that race a gate: how many no block carries in time. Measured on the market of every run. */
import { lateShareExponential, lateShareFixed } from '../../../consensus/laws/index.ts';
import { defineExperiment, defineLaw, type Law } from '../law.ts';
import { type GateWorld, lateShare } from '../ledger-chains.ts';

/** Orders are sent evenly over the last G before the gate [s]. */
const G = 300;
/** A message takes some tenths of a second, the law none. */
const TRAVEL_S = 0.3;

const worlds: readonly (GateWorld & { readonly id: string; readonly reference: number })[] = [
  ...[150, 300].map((intervalS) => ({
    id: `exponential-${intervalS}`,
    intervalS,
    blocks: 'exponential' as const,
    gateS: G,
    leadMinS: 0,
    leadMaxS: G,
    reference: lateShareExponential(intervalS, G),
  })),
  {
    id: 'by-the-clock-300',
    intervalS: 300,
    blocks: 'by-the-clock',
    // Half a turn beside the full turn: the mean phase, which the law is an average over.
    gateS: G + 150,
    leadMinS: 0,
    leadMaxS: G,
    reference: lateShareFixed(300, G),
  },
];

/** Laws of orders that come too late. */
export const lateOrderLaws: readonly Law[] = worlds.map(({ id, reference, ...world }) => {
  const isPoisson = world.blocks === 'exponential';
  return defineLaw({
    id: `late-orders-${id}`,
    group: 'late-orders',
    law: isPoisson ? 'late share (T/G)(1 − exp(−G/T))' : 'late share T/2G',
    source: 'validation E24: orders uniform over the last G before the gate',
    parameters: `T ${world.intervalS} s, G ${G} s`,
    convention: isPoisson
      ? 'exponential blocks; bias: what travels takes some tenths of a second'
      : 'blocks by the clock, the gate half a turn beside one; bias: travel',
    unit: '',
    experiment: defineExperiment({
      id: `late-orders-${id}`,
      quick: { replications: 30, size: 1 },
      full: { replications: 60, size: 5 },
      run: ({ seed, size }) => lateShare({ ...world, days: size }, seed),
    }),
    kind: 'stochastic',
    reference,
    bias: TRAVEL_S / world.intervalS,
    seCap: { quick: 0.012, full: 0.004 },
    measure: (share) => share,
  });
});

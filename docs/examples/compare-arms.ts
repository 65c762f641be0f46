/** Two arms on the same worlds: means lie close together, the paired difference is sharp. */
import { estimate, loadScenario, pairedEffect, simulate, summarise } from 'peerwatt';

const SEEDS = [1, 2, 3, 4, 5];
// A small village whose orders come in the last minute before the gate, where blocks of a minute hurt.
const SETS = ['population.households=12', 'population.prosumers=6', 'horizon.interval=60 min'];
SETS.push('market.leadTimeMin=5 min', 'market.leadTimeMax=6 min');

/** One metric of an arm, a value a seed. */
function valuesOf(arm: string, metric: string): number[] {
  return SEEDS.map((seed) => {
    const scenario = loadScenario('scenarios/minimal.yaml', { seed, sets: SETS });
    const found = summarise(simulate(scenario.resolve(arm))).find((row) => row.metric === metric);
    return found!.value;
  });
}

const metric = 'participantsGainUpt';
const [pow, central] = [valuesOf('pow', metric), valuesOf('central', metric)];
const points = (upt: number) => (upt / 1e6).toFixed(2);
for (const [arm, values] of Object.entries({ pow, central })) {
  const { mean, low, high } = estimate(values);
  console.log(`${arm} ${points(mean)} pt, 95 % interval ${points(low)} to ${points(high)}`);
}
// The same seed is the same weather, loads and orders, so the difference of a seed is the protocol's.
const { mean, low, high, n } = pairedEffect(pow, central);
console.log(`pow less central ${points(mean)} pt, ${points(low)} to ${points(high)}, n = ${n}`);

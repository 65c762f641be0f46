/** Runs one scenario and reads a table and a metric of it; nothing is written. */
import { loadScenario, numbersOf, simulate, summarise, textsOf } from 'peerwatt';

const scenario = loadScenario('scenarios/minimal.yaml', { sets: ['population.households=12'] });
const run = simulate(scenario.resolve('dpos')); // pure: the same inputs give the same bytes

// Tables are typed columns, one entry a row.
const trades = run.tables.trades!;
const prices = numbersOf(trades, 'price_upt_per_kwh');
const buyers = new Set(textsOf(trades, 'buyer'));
console.log(`${trades.count} trades by ${buyers.size} buyers`);
console.log(`first at ${(prices[0]! / 1e6).toFixed(3)} pt/kWh`);

// Metrics are what summary.csv holds; NaN where one is undefined.
const metrics = new Map(summarise(run).map(({ metric, value }) => [metric, value]));
console.log(`median finality ${(metrics.get('finalityLatencyP50Us')! / 1e6).toFixed(1)} s`);

/** A chain of accounts with everything that members and computing need, on which a test acts by itself. */
import { createRandomSource } from '../../src/base/random.ts';
import { numbersOf, type Table, textsOf } from '../../src/base/table.ts';
import { createWorkBook } from '../../src/contracts/compute-conduct.ts';
import { createKernel } from '../../src/kernel/kernel.ts';
import { PHASE } from '../../src/kernel/phase.ts';
import { hexToBytes, sha256Bytes } from '../../src/ledger/hash.ts';
import { merkleRoot } from '../../src/ledger/merkle.ts';
import { createRunView } from '../../src/report/metrics/metric.ts';
import { factsOf, RUN_METRICS } from '../../src/report/metrics.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';
import { createAccounts } from '../../src/simulation/accounts.ts';
import { attachAdversaries } from '../../src/simulation/adversaries.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { createChain } from '../../src/simulation/chain.ts';
import { chainTables } from '../../src/simulation/chain-tables.ts';
import { openComputeDesk } from '../../src/simulation/compute-desk.ts';
import { enrol } from '../../src/simulation/enrolment.ts';
import { openCommunity } from '../../src/simulation/site.ts';
import { verifyRunLedger } from '../../src/simulation/verify.ts';

const CHAIN = `
schemaVersion: 1
name: members
seed: 5
horizon: { start: 2024-06-03T00:00+08:00, days: 1, interval: 15 min, warmUp: 0 s, history: 0 }
population: { name: accounts, accounts: 6, transfersPerSecond: 0 }
network: { nodes: 5, placement: { name: uniform, latency: 50 ms } }
points: { compute: { every: 15 min, commitWindow: 2 min, revealWindow: 2 min, canaryWindow: 2 min } }
arms:
  pow: { consensus: { name: pow, blockInterval: 15 s } }
  dpos: { consensus: { name: dpos, turn: 3 s, delegates: 5, standby: none } }
  central: { consensus: central }
  raft: { consensus: raft }
`;

/** Opens a chain. @param sets - Settings `path=value`. */
export function openMemberChain(arm: string, sets: readonly string[] = []) {
  const source = { file: 'members.yaml', folder: '.', plugins: catalogue };
  const scenario = loadScenarioText(CHAIN, { ...source, sets, arm }).resolve(arm);
  const window = scenario.windows[0]!;
  const random = createRandomSource(`${scenario.seed}/${window.id}`);
  const { homes } = openCommunity(scenario, window, random).source;
  const kernel = createKernel({ random: random as never });
  const equal = new Float64Array(homes.length).fill(1);
  const accounts = createAccounts(scenario, window, homes, equal, 96, random);
  const chain = createChain(kernel, scenario, accounts, random, { onCentreFinal() {} });
  const { rules } = chain;
  const workers = createWorkBook();
  const endUs = rules.openingUs + 96 * rules.slotUs;
  const { openingUs } = rules;
  const adversaries = attachAdversaries(scenario, chain, random, { openingUs, endUs, workers });
  enrol(kernel, scenario, chain, accounts, random);
  const desk = openComputeDesk(kernel, { scenario, chain, random, workers });
  const acts: (() => void)[] = [];
  const act = kernel.event('agents/act', PHASE.agents, (k) => acts[k]!());
  chain.start();

  /** Reads of a slot: a leaf a home, anchored and handed to the desk. */
  function sendBatch(slot: number): void {
    const leaves = homes.map(({ id }) => sha256Bytes(`${id}/${slot}`));
    const payload = {
      slot,
      headEnd: 0,
      root: hexToBytes(merkleRoot(leaves)),
      count: leaves.length,
      importWh: 0,
      exportWh: 0,
      generationWh: 0,
    };
    chain.submit('METER_BATCH', rules.centre, payload, { slot, expiryUs: endUs });
    desk?.takeBatch(slot, leaves);
  }

  const world = {
    scenario,
    chain,
    kernel,
    rules,
    desk,
    /** Rows of what was sent by name, for the test to look up. */
    sent: new Map<string, number>(),
    /** Does something at a time after the opening [s]. */
    at(seconds: number, what: () => void): void {
      acts.push(what);
      act.at(openingUs + seconds * 1e6, acts.length - 1);
    },
    /** Has the reads of so many slots reported, each when it is over. */
    report(slots: number): void {
      for (let slot = 0; slot < slots; slot++) {
        world.at((slot + 1) * (rules.slotUs / 1e6), () => sendBatch(slot));
      }
    },
    /** Runs until a time after the opening [s], and closes everything. */
    finish(seconds: number) {
      kernel.run(openingUs + seconds * 1e6);
      const verified = verifyRunLedger(Buffer.concat(chain.finishLedger()));
      const parts = { scenario, chain, lastDeliveryUs: kernel.nowUs };
      const attacked = adversaries.tables();
      const tables: Record<string, Table> = {
        ...Object.fromEntries(chainTables(parts).map((table) => [table.name, table])),
        ...attacked,
      };
      const view = createRunView(tables, factsOf(scenario, window));
      return {
        verified,
        tables,
        numbers: (table: string, column: string) => Array.from(numbersOf(tables[table]!, column)),
        texts: (table: string, column: string) => [...textsOf(tables[table]!, column)],
        metric: (id: string) => RUN_METRICS.find((one) => one.id === id)!.compute(view),
        /** What became of a transaction: why it failed or was refused, '' where it succeeded. */
        reasonOf: (tx: number) => textsOf(tables.transactions!, 'reject_reason')[tx]!,
        fateOf: (tx: number) => textsOf(tables.transactions!, 'fate')[tx]!,
      };
    },
    transfer: (from: number, to = 1) =>
      chain.submit(
        'TRANSFER',
        from,
        { to, amountUpt: 1 },
        {
          slot: -1,
          expiryUs: kernel.nowUs + 600e6,
        },
      ),
  };
  return world;
}

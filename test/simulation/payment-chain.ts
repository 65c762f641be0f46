/** A chain of a few members who hold points, on which a test sends what it likes. */
import { createRandomSource } from '../../src/base/random.ts';
import { numbersOf, textsOf } from '../../src/base/table.ts';
import { createKernel } from '../../src/kernel/kernel.ts';
import type { PayloadOf, TransactionType } from '../../src/ledger/transactions.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';
import { createAccounts } from '../../src/simulation/accounts.ts';
import { catalogue } from '../../src/simulation/catalogue.ts';
import { createChain } from '../../src/simulation/chain.ts';
import { chainTables } from '../../src/simulation/chain-tables.ts';
import type { SubmitOptions } from '../../src/simulation/clients.ts';
import { enrol } from '../../src/simulation/enrolment.ts';
import { openCommunity } from '../../src/simulation/site.ts';

const S = 1_000_000;
/** When members have their points and the tests begin [s]. */
const READY_S = 60;

/** A block every 3 s by seven nodes in turn. */
const CHAIN = `
schemaVersion: 1
name: payments
seed: 1
horizon: { start: 2024-06-03T00:00+00:00, days: 1, warmUp: 0 s, history: 0 }
population: { name: accounts, accounts: 12, transfersPerSecond: 0 }
market: { gateClosure: 1 min, leadTimeMin: 1 min, leadTimeMax: 2 min }
network: { nodes: 7, clientLatency: 1 ms }
consensus: { name: dpos, delegates: 7, turn: 3 s }
points: { nodes: 0 pt }
`;

/** What becomes of a transaction in transactions.csv. */
export interface Fate {
  readonly fate: string;
  readonly reason: string;
  readonly receipt: string;
}

/** Opens the chain with settings `path=value`; members have their initial points. */
export function openPayments(sets: readonly string[] = []) {
  const scenario = loadScenarioText(CHAIN, {
    file: 'payments.yaml',
    folder: '.',
    plugins: catalogue,
    sets,
  }).resolve();
  const window = scenario.windows[0]!;
  const random = createRandomSource('payments');
  const { source } = openCommunity(scenario, window, random);
  const { homes, slotCount } = source;
  const kernel = createKernel({ random });
  const equal = new Float64Array(homes.length).fill(1);
  const accounts = createAccounts(scenario, window, homes, equal, slotCount, random);
  const chain = createChain(kernel, scenario, accounts, random, { onCentreFinal() {} });
  enrol(kernel, scenario, chain, accounts, random);
  chain.start();
  kernel.run(READY_S * S);
  return {
    kernel,
    chain,
    /** Sends a transaction; it may wait for ten minutes. */
    send: <T extends TransactionType>(
      type: T,
      account: number,
      payload: PayloadOf[T],
      about: Partial<SubmitOptions> = {},
    ) =>
      chain.submit(type, account, payload, {
        slot: -1,
        expiryUs: kernel.nowUs + 600 * S,
        ...about,
      }),
    /** Sends points to the next member. */
    pay: (account: number, about: Partial<SubmitOptions> = {}, amountUpt = 1_000) =>
      chain.submit(
        'TRANSFER',
        account,
        { to: (account + 1) % homes.length, amountUpt },
        { slot: -1, expiryUs: kernel.nowUs + 600 * S, ...about },
      ),
    run: (seconds: number) => kernel.run(kernel.nowUs + seconds * S),
    /** Closes the ledger and reads the table of transactions; the last thing to do. */
    finish() {
      const ledger = new Uint8Array(Buffer.concat(chain.finishLedger()));
      const tables = chainTables({ scenario, chain, lastDeliveryUs: kernel.nowUs });
      const table = tables.find(({ name }) => name === 'transactions')!;
      const [fate, reason] = [textsOf(table, 'fate'), textsOf(table, 'reject_reason')];
      const receipt = textsOf(table, 'receipt');
      return {
        ledger,
        fees: numbersOf(table, 'fee_upt'),
        fateOf: (tx: number): Fate => ({
          fate: fate[tx]!,
          reason: reason[tx]!,
          receipt: receipt[tx]!,
        }),
        reasonOf: (tx: number) => reason[tx]!,
      };
    },
  };
}

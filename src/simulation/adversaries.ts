/** Adversaries of the chain wired into a run, and the table of what became of them. */
import { ScenarioError } from '../base/errors.ts';
import { wilsonInterval } from '../base/proportion.ts';
import type { RandomSource } from '../base/random.ts';
import { createTable, type Table } from '../base/table.ts';
import { protocols } from '../consensus/protocols/index.ts';
import { ACCOUNT, accountCell, ORDER, SLOT, type SlotCells } from '../contracts/cells.ts';
import type { WorkBook } from '../contracts/compute-conduct.ts';
import { gasPriceOf } from '../contracts/execute.ts';
import type {
  AdmissionOffice,
  AdversaryReport,
  LedgerAccess,
  MarketHooks,
  MarketRules,
  VisibleOrder,
} from '../fraud/adversaries/define.ts';
import { adversaries } from '../fraud/adversaries/index.ts';
import { TRANSACTION_TYPES } from '../ledger/transactions.ts';
import type { OrderBook } from '../market/book.ts';
import { mechanisms } from '../market/mechanisms/index.ts';
import { nodeId } from '../network/node-id.ts';
import type { Scenario } from '../scenario/sections.ts';
import { admit } from './admission.ts';
import type { Chain } from './chain.ts';
import { outsiderAccounts } from './outsiders.ts';
import type { Site } from './site.ts';
import type { Wallets } from './wallets.ts';

/** Adversaries at work. */
export interface Adversaries {
  /** Hooks of the adversary that sends the orders of a home; undefined when nobody else does. */
  marketOf(home: number): MarketHooks | undefined;
  /** Tells adversaries of the book at gate closure. */
  onGate(slot: number, book: Readonly<OrderBook>): void;
  /** The table `adversaries`; empty in a run without any. Called once, after the run. */
  tables(): Record<string, Table>;
}

/** Creates every adversary of a scenario; before the protocol starts. */
export function attachAdversaries(
  scenario: Scenario,
  chain: Chain,
  random: RandomSource,
  span: {
    readonly openingUs: number;
    readonly endUs: number;
    readonly market?: MarketRules;
    /** Who computes how for rewards, where there are any. */
    readonly workers?: WorkBook | undefined;
    /** Wallets of the members, where points are coins. */
    readonly wallets?: Wallets | undefined;
  },
): Adversaries {
  const ledger = ledgerAccess(scenario, chain, span.wallets);
  const outsiders = outsiderAccounts(scenario, chain.rules.accountCount);
  const active = scenario.fraud.adversaries.map(({ name, options }, index) => {
    const plugin = adversaries.get(name);
    const context = {
      net: chain.net,
      nodeCount: scenario.network.nodes,
      protocol: scenario.consensus.name,
      ledger,
      ...(chain.governance === undefined ? {} : { voters: chain.governance.voters }),
      ...(span.workers === undefined ? {} : { workers: span.workers }),
      outsiders: outsiders[index]!,
      admission: admissionOffice(chain),
      openingUs: span.openingUs,
      endUs: span.endUs,
      ...(span.market === undefined ? {} : { market: span.market }),
      random: (stream: string) => random.sequential(stream),
    };
    const path = `scenario.fraud.adversaries[${index}]`;
    return { plugin, instance: asInput(path, () => plugin.create(context, options as never)) };
  });
  const hooks = active.flatMap(({ instance }) => instance.market ?? []);
  const byHome = new Map(hooks.flatMap((hook) => hook.homes.map((home) => [home, hook] as const)));
  return {
    marketOf: (home) => byHome.get(home),
    onGate(slot, book) {
      for (const hook of hooks) hook.onGate(slot, book);
    },
    tables() {
      if (active.length === 0) return {};
      const rows = active.flatMap(({ plugin, instance }) =>
        instance.finish().map((report) => ({ plugin, instance, report })),
      );
      const of = (value: (report: AdversaryReport) => number) =>
        Float64Array.from(rows, ({ report }) => value(report));
      const since = (value: (report: AdversaryReport) => number) =>
        of((report) => value(report) - span.openingUs);
      const interval = rows.map(({ report: { attempts, successes } }) =>
        wilsonInterval(successes, attempts),
      );
      return {
        adversaries: createTable('adversaries', {
          adversary: rows.map(({ plugin }) => plugin.name),
          code: rows.map(({ plugin }) => plugin.code ?? ''),
          nodes: rows.map(({ instance }) => instance.nodes.map(nodeId).join(' ')),
          attempts: of((report) => report.attempts),
          successes: of((report) => report.successes),
          success_share: of(({ successes, attempts }) =>
            attempts === 0 ? Number.NaN : successes / attempts,
          ),
          wilson_low: Float64Array.from(interval, ({ low }) => low),
          wilson_high: Float64Array.from(interval, ({ high }) => high),
          cost_upt: of((report) => report.costUpt),
          profit_upt: of((report) => report.profitUpt),
          value_reverted_upt: of((report) => report.valueRevertedUpt),
          started_us: since((report) => report.startedUs),
          ended_us: since((report) => report.endedUs),
          recovered_us: since((report) => report.recoveredUs),
          detail: rows.map(({ report }) => report.detail),
        }),
      };
    },
  };
}

/**
 * What an adversary finds wrong with its options once the run is known (a member that does not exist, a
 * node that another adversary holds) is the user's input.
 *
 * @throws {ScenarioError} in the place of a `RangeError`.
 */
function asInput<T>(path: string, create: () => T): T {
  try {
    return create();
  } catch (error) {
    const found =
      error instanceof RangeError ? /^"(\w+)" expected (.*), got (.*)$/.exec(error.message) : null;
    if (found === null) throw error;
    const [, key, expected, got] = found;
    throw new ScenarioError([{ file: '', path: `${path}.${key}`, expected: expected!, got: got! }]);
  }
}

/** The way to accounts of the run. */
function admissionOffice(chain: Chain): AdmissionOffice {
  return {
    isAdmitted: chain.rules.consortium === 1,
    admit(account, identity, isSelf, expiryUs) {
      const applicant = { account, identity, meters: [], generators: [], isSelf };
      admit(chain, applicant, { slot: -1, expiryUs });
    },
  };
}

/** What adversaries may do and see on the run's ledger. */
function ledgerAccess(
  { consensus, network }: Scenario,
  chain: Chain,
  wallets: Wallets | undefined,
): LedgerAccess {
  const { table, rules, state } = chain;
  return {
    rules,
    parameters: protocols.get(consensus.name).parameters(consensus.options, network.nodes),
    readAt: (block, cell) => state.readAt(block, cell),
    homeCount: rules.homeCount,
    firstNode: rules.firstNode,
    submit: (type, account, payload, expiryUs) =>
      chain.submit(type, account, payload, { slot: -1, expiryUs }),
    payTwice({ from, receivers, nodes, amountUpt, expiryUs }) {
      if (wallets !== undefined) {
        return wallets.payTwice(from, receivers, nodes, amountUpt, expiryUs);
      }
      const about = { slot: -1, expiryUs };
      const [near, far] = nodes;
      const first = chain.submit(
        'TRANSFER',
        from,
        { to: receivers[0], amountUpt },
        { ...about, node: near },
      );
      const second = chain.submit(
        'TRANSFER',
        from,
        { to: receivers[1], amountUpt },
        { ...about, node: far, nonce: table.nonce[first]! },
      );
      return [first, second];
    },
    transactions: {
      get count() {
        return table.count;
      },
      sender: (tx) => table.sender[tx]!,
      type: (tx) => TRANSACTION_TYPES[table.type[tx]!]!,
      submittedUs: (tx) => table.submittedUs[tx]!,
      blocksOf: (tx) => table.blocksOf(tx),
      finalUs: (tx) => table.finalUs[tx]!,
      feeUpt(tx) {
        const gas = table.gasUsed[tx]!;
        if (Number.isNaN(gas)) return 0;
        return gas * gasPriceOf(rules, table.sender[tx]!) + table.tipUpt[tx]!;
      },
      payload: (tx) => table.signed(tx).transaction.payload,
    },
    nodeOf: chain.nodeOf,
    ordersKnownAt(node, slot) {
      const head = chain.engine.head[node]!;
      const orders = ordersInState((cell) => state.readAt(head, cell), rules.cells, slot);
      chain.pool.visit(head, state.base, (tx) => {
        if (table.slot[tx] !== slot || !chain.knows(node, tx)) return true;
        const { type, payload, sender } = table.signed(tx).transaction;
        if (type === 'ORDER_SUBMIT' || type === 'ORDER_REVEAL') {
          orders.push({ ...payload, owner: sender });
        }
        return true;
      });
      return orders;
    },
    balanceUpt: (block, account) => state.readAt(block, accountCell(account, ACCOUNT.balanceUpt)),
  };
}

function ordersInState(
  read: (cell: number) => number,
  cells: SlotCells,
  slot: number,
): VisibleOrder[] {
  const count = read(cells.slot(slot, SLOT.orderCount));
  return Array.from({ length: count }, (_, order) => {
    const field = (name: number) => read(cells.order(slot, order, name));
    return {
      owner: field(ORDER.owner) - 1,
      sequence: field(ORDER.sequence),
      isBid: field(ORDER.isBid) === 1,
      quantityWh: field(ORDER.quantityWh),
      priceUptPerKWh: field(ORDER.priceUptPerKWh),
      counterparty: field(ORDER.counterparty) - 1,
    };
  });
}

/** The market of a run as everybody knows it. */
export function marketRules(scenario: Scenario, site: Site): MarketRules {
  const { name, options } = scenario.market.mechanism;
  const mechanism = mechanisms.get(name);
  return {
    slotCount: site.slotCount,
    homeCount: site.source.homes.length,
    clear: (book) => mechanism.clear(book, options as never),
    limits(slot) {
      if (!scenario.market.collar) {
        return {
          floorUptPerKWh: Number.NEGATIVE_INFINITY,
          capUptPerKWh: Number.POSITIVE_INFINITY,
        };
      }
      const { lowUptPerKWh, highUptPerKWh } = site.tariff.collar(site.hourOf(slot));
      return { floorUptPerKWh: lowUptPerKWh, capUptPerKWh: highUptPerKWh };
    },
  };
}

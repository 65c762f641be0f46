/** Adversaries of the chain wired into a run, and the table of what became of them. */
import { wilsonInterval } from '../base/proportion.ts';
import type { RandomSource } from '../base/random.ts';
import { createTable, type Table } from '../base/table.ts';
import { ACCOUNT, accountCell } from '../contracts/cells.ts';
import { gasPriceOf } from '../contracts/execute.ts';
import type { AdversaryReport, LedgerAccess } from '../fraud/adversaries/define.ts';
import { adversaries } from '../fraud/adversaries/index.ts';
import { TRANSACTION_TYPES } from '../ledger/transactions.ts';
import { nodeId } from '../network/node-id.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { Chain } from './chain.ts';

/** Adversaries at work. */
export interface Adversaries {
  /** The table `adversaries`; called once, after the run. */
  tables(): Table[];
}

/** Creates every adversary of a scenario; before the protocol starts. */
export function attachAdversaries(
  scenario: Scenario,
  chain: Chain,
  random: RandomSource,
  span: { readonly openingUs: number; readonly endUs: number },
): Adversaries {
  const ledger = ledgerAccess(chain);
  const active = scenario.fraud.adversaries.map(({ name, options }) => {
    const plugin = adversaries.get(name);
    const context = {
      net: chain.net,
      nodeCount: scenario.network.nodes,
      protocol: scenario.consensus.name,
      ledger,
      ...span,
      random: (stream: string) => random.sequential(stream),
    };
    return { plugin, instance: plugin.create(context, options as never) };
  });
  return {
    tables() {
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
      return [
        createTable('adversaries', {
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
      ];
    },
  };
}

/** What adversaries may do and see on the run's ledger. */
function ledgerAccess(chain: Chain): LedgerAccess {
  const { table, rules, state } = chain;
  return {
    homeCount: rules.homeCount,
    firstNode: rules.firstNode,
    submit: (type, account, payload, expiryUs) =>
      chain.submit(type, account, payload, { slot: -1, expiryUs }),
    transactions: {
      get count() {
        return table.count;
      },
      sender: (tx) => table.sender[tx]!,
      type: (tx) => TRANSACTION_TYPES[table.type[tx]!]!,
      submittedUs: (tx) => table.submittedUs[tx]!,
      finalUs: (tx) => table.finalUs[tx]!,
      feeUpt(tx) {
        const gas = table.gasUsed[tx]!;
        return Number.isNaN(gas) ? 0 : gas * gasPriceOf(rules, table.sender[tx]!);
      },
      payload: (tx) => table.signed(tx).transaction.payload,
    },
    balanceUpt: (block, account) => state.readAt(block, accountCell(account, ACCOUNT.balanceUpt)),
  };
}

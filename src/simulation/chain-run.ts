/**
 * A run of the chain alone: members without energy send transfers, or nobody sends anything and blocks
 * only travel. The chain is the one of every run, its ledger is written and verified like any other.
 */
import type { RandomSource } from '../base/random.ts';
import { createKernel } from '../kernel/kernel.ts';
import { joinChunks } from '../ledger/ledger-file.ts';
import type { CommunitySource } from '../physics/community.ts';
import type { Scenario, Window } from '../scenario/sections.ts';
import { createAccounts } from './accounts.ts';
import { attachAdversaries } from './adversaries.ts';
import { type Chain, createChain } from './chain.ts';
import { chainTables } from './chain-tables.ts';
import { shareChain } from './communities.ts';
import { enrol } from './enrolment.ts';
import { studyLedger } from './ledger-study.ts';
import { type PaymentDesk, sendPayments } from './payments.ts';
import type { RunOptions, RunResult } from './run.ts';
import { openWallets } from './wallets.ts';

/** Runs one window of a scenario whose community only sends transfers. */
export function simulateChain(
  scenario: Scenario,
  window: Window,
  source: CommunitySource,
  random: RandomSource,
  options: RunOptions,
): RunResult {
  const { homes, slotCount } = source;
  const { interval: slotUs, span, blocks, drain } = scenario.horizon;
  const kernel = createKernel({ random: random as never });
  for (const probe of options.probes ?? []) kernel.probe(probe);
  // Every member holds the same certificates, for nobody generates more than another.
  const equal = new Float64Array(homes.length).fill(1);
  const accounts = createAccounts(scenario, window, homes, equal, slotCount, random);
  /** The exported ledger, where it is studied and somebody else takes it as it grows. */
  const kept: Uint8Array[] = [];
  const takeLedger = (chunk: Uint8Array) => {
    if (scenario.output.study) kept.push(chunk.slice());
    options.onLedger?.(chunk);
  };
  const chain = createChain(kernel, scenario, accounts, random, {
    onCentreFinal() {},
    ...(options.onLedger === undefined ? {} : { onLedger: takeLedger }),
  });
  const { openingUs } = chain.rules;
  const endUs = openingUs + Math.min(span ?? Number.POSITIVE_INFINITY, slotCount * slotUs);
  const wallets =
    chain.rules.coins === undefined ? undefined : openWallets(kernel, scenario, chain, random);
  const adversaries = attachAdversaries(scenario, chain, random, { openingUs, endUs, wallets });
  enrol(kernel, scenario, chain, accounts, random);
  const shared = shareChain(kernel, scenario, chain, random);
  const desk = wallets ?? transferDesk(shared);
  sendPayments(kernel, source, random, desk, { openingUs, endUs });
  if (blocks !== undefined) {
    chain.engine.observe({
      onMade(_node, block) {
        if (chain.tree.height[block]! > blocks) kernel.stop();
      },
    });
  }
  chain.start();
  const isEnough = () => {
    const head = chain.tree.height[chain.engine.head[0]!]!;
    return blocks !== undefined && head >= blocks;
  };
  while (kernel.nowUs < endUs && !isEnough()) {
    kernel.run(Math.min(endUs, kernel.nowUs + slotUs));
    options.onProgress?.(kernel.nowUs / endUs);
  }
  const lastUs = Math.min(endUs, kernel.nowUs);
  while (kernel.nowUs < lastUs + drain && !isEnough() && chain.hasOpenTransactions()) {
    kernel.run(Math.min(lastUs + drain, kernel.nowUs + slotUs));
  }
  options.onProgress?.(1);
  const ledger = chain.finishLedger();
  const studied = scenario.output.study
    ? studyLedger(joinChunks([...kept, ...ledger]), accounts.genesis, chain.rules, chain.chainId, {
        ownerOfLock: (lock) => wallets?.ownerOfLock(lock) ?? -1,
      })
    : [];
  const parts = { scenario, chain, lastDeliveryUs: lastUs };
  // Reports of adversaries come first: the tables of the chain shift its times to the opening.
  const attacked = adversaries.tables();
  const tables = Object.fromEntries(
    [...chainTables(parts), ...studied].map((table) => [table.name, table]),
  );
  return {
    scenario,
    window,
    tables: { ...tables, ...attacked },
    ledger,
    genesisHash: chain.genesisHash,
    headHash: chain.tree.hash(chain.engine.head[0]!),
    traceHash: kernel.traceHash,
    truthHash: '',
    eventCount: kernel.eventCount,
    notes: source.notes,
    warnings: [],
    inputs: [...source.inputs, ...chain.inputs],
  };
}

/** Payments by transfers between balances. */
function transferDesk(chain: Chain): PaymentDesk {
  return {
    pay: ({ from, to, amountUpt }, expiryUs) =>
      chain.submit('TRANSFER', from, { to, amountUpt }, { slot: -1, expiryUs }),
  };
}

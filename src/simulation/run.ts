/**
 * The composition root: one scenario and window in, one wired run out. Pure: the same inputs give the
 * same bytes. The order of a slot: physics and meters at its end, orders before its start, gate, clearing,
 * batch, settlement (docs/architecture.md, section "One delivery slot").
 */
import { ScenarioError } from '../base/errors.ts';
import { createRandomSource } from '../base/random.ts';
import type { Table } from '../base/table.ts';
import { createWorkBook } from '../contracts/compute-conduct.ts';
import { createKernel, type Probe } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { compilePredicate, PredicateSyntaxError } from '../ledger/utxo/predicate-language.ts';
import { createHeadEnd } from '../metering/head-end.ts';
import { createHeadMeter } from '../metering/head-meter.ts';
import { createMeters } from '../metering/meters.ts';
import type { ProfileSet } from '../physics/community.ts';
import type { Scenario, Window } from '../scenario/sections.ts';
import { createAccounts } from './accounts.ts';
import { attachAdversaries, marketRules } from './adversaries.ts';
import { createChain } from './chain.ts';
import { simulateChain } from './chain-run.ts';
import { shareChain } from './communities.ts';
import { openDesks } from './desks.ts';
import { enrol } from './enrolment.ts';
import { createMembers } from './members.ts';
import { createOperator } from './operator.ts';
import { openOrderDesk } from './order-desk.ts';
import { createOversight } from './oversight.ts';
import { loadProfiles } from './profiles.ts';
import { createRecorder, lastYearGeneration } from './recorder.ts';
import { createSite, openCommunity } from './site.ts';
import { collectTables } from './tables.ts';

/** Settings of one run. */
export interface RunOptions {
  /** Window to run; the scenario's first when absent. */
  readonly window?: Window;
  /** Called now and then with the share of simulated time that is done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
  /** Takes the exported ledger chunk by chunk as it grows; the result then holds none of it. */
  readonly onLedger?: (chunk: Uint8Array) => void;
  /** Observers; they change nothing. */
  readonly probes?: readonly Probe[];
  /** What the community imports, as `loadProfiles` gives it; the run loads it when absent. */
  readonly profiles?: ProfileSet | undefined;
}

/** Everything a run gave. */
export interface RunResult {
  readonly scenario: Scenario;
  readonly window: Window;
  readonly tables: Record<string, Table>;
  /** The exported ledger in chunks; empty when `onLedger` took it. */
  readonly ledger: Uint8Array[];
  readonly genesisHash: string;
  readonly headHash: string;
  /** Hash of every executed event in order. */
  readonly traceHash: string;
  /** Hash of the truth columns: the same in all arms of a comparison. */
  readonly truthHash: string;
  readonly eventCount: number;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
}

/**
 * Runs one window of a scenario.
 *
 * @throws {ScenarioError} when the data behind the scenario is wrong.
 * @throws {InvariantViolation} when a rule of the model breaks: a bug, with the time it broke.
 */
export function simulate(scenario: Scenario, options: RunOptions = {}): RunResult {
  const window = options.window ?? scenario.windows[0]!;
  const random = createRandomSource(`${scenario.seed}/${window.id}`);
  const profiles = options.profiles ?? loadProfiles(scenario, window);
  const { source } = openCommunity(scenario, window, random, profiles);
  refuseUnused(scenario, source.transfers !== undefined);
  refuseCoins(scenario, source.transfers !== undefined);
  if (source.transfers !== undefined) {
    return simulateChain(scenario, window, source, random, options);
  }
  const site = createSite(scenario, window, random, profiles);
  const { slotUs, slotCount, historySlots } = site;
  const homeCount = site.source.homes.length;
  const lastYearWh = lastYearGeneration(site);
  const accounts = createAccounts(
    scenario,
    window,
    site.source.homes,
    lastYearWh,
    slotCount,
    random,
  );
  const kernel = createKernel({ random });
  for (const probe of options.probes ?? []) kernel.probe(probe);
  const chain = createChain(kernel, scenario, accounts, random, {
    onCentreFinal(block) {
      operator.onFinal(block);
      desks.onFinal(block);
    },
    ...(options.onLedger === undefined ? {} : { onLedger: options.onLedger }),
  });
  const shared = shareChain(kernel, scenario, chain, random);
  const { openingUs } = chain.rules;
  const oversight = createOversight(scenario, site, random, () => kernel.nowUs - openingUs);
  const meters = createMeters({
    count: homeCount,
    options: scenario.metering,
    random,
    slotUs,
    prosumer: oversight.isProsumer,
    faults: oversight.faults,
    tamper: oversight.tamper,
  });
  const headMeter = createHeadMeter(scenario.metering, random);
  const headEnd = createHeadEnd({
    count: homeCount,
    slotUs,
    firstSlot: -historySlots,
    initial: meters.registers,
    windowSlots: Math.ceil(scenario.metering.batchDelay / slotUs) + 16,
    onReading: oversight.onReading,
  });
  const members = createMembers(scenario, window, site, random);
  const recorder = createRecorder(site, members.reservations);
  const workers = createWorkBook();
  const adversaries = attachAdversaries(scenario, chain, random, {
    openingUs,
    endUs: openingUs + slotCount * slotUs,
    market: marketRules(scenario, site),
    workers,
  });
  const desks = openDesks(kernel, {
    scenario,
    chain: shared,
    accounts,
    random,
    workers,
    oversight,
    site,
    book: () => operator.book,
  });
  const operator = createOperator(kernel, scenario, site, shared, random, {
    onGate(slot, book) {
      recorder.gate(slot, book, chain.hasFailed);
      adversaries.onGate(slot, book);
    },
    onSettled: ({ slot }) => {
      oversight.onSettled(slot, operator.book.readsOf(slot), {
        importWh: recorder.trueImportWh(slot),
        exportWh: recorder.trueExportWh(slot),
      });
    },
    onReadsSent: (reads, leaves) => desks.onReads(reads, leaves),
    onFinalSettlement(market) {
      oversight.onTradesFinal(market);
      desks.onFinalSettlement(market.slot);
    },
    onFinalReads: (market) => oversight.onReadsFinal(market.slot),
  });

  /** Truth and meters of a slot; reads travel as events once the clock runs. */
  function finishSlot(slot: number): void {
    const feeder = site.advance(slot);
    const { importWh, exportWh, generationWh } = site.world.truth;
    meters.read(slot, importWh, exportWh, generationWh);
    const headWh = headMeter.read(slot, feeder.headWh);
    members.observe(slot, meters.local);
    recorder.finish(slot, feeder, headWh);
  }

  function closeSlot(slot: number): void {
    const reads = headEnd.close(slot);
    const lossWh = site.publishLoss(reads.importWh, reads.exportWh);
    oversight.onSlotClosed(reads, recorder.headWh(slot), lossWh);
    if (slot < 0) return;
    operator.markets[slot]!.publishedLossWh = lossWh;
    operator.markets[slot]!.headWh = recorder.headWh(slot);
    operator.takeReads(reads);
  }

  for (let slot = -historySlots; slot < 0; slot++) {
    finishSlot(slot);
    const { registers, arrivalDelayUs, clockErrorUs } = meters;
    for (let home = 0; home < homeCount; home++) {
      if (arrivalDelayUs[home] === Number.POSITIVE_INFINITY) continue;
      headEnd.receive(
        home,
        slot,
        registers.importWh[home]!,
        registers.exportWh[home]!,
        registers.generationWh[home]!,
        clockErrorUs[home]!,
        0,
      );
    }
    if (slot > -historySlots) closeSlot(slot - 1);
  }

  /** Registers as they stood when a read left, until the slot is closed: 4 columns a slot in flight. */
  const inFlight = new Map<number, Float64Array>();
  const receive = kernel.event('metering/receive-read', PHASE.metering, (home, slot) => {
    const sent = inFlight.get(slot);
    if (sent === undefined) return;
    const at = 4 * home;
    headEnd.receive(
      home,
      slot,
      sent[at]!,
      sent[at + 1]!,
      sent[at + 2]!,
      sent[at + 3]!,
      kernel.nowUs - openingUs,
    );
  });
  const endOf = { startUs: openingUs + slotUs, periodUs: slotUs, count: slotCount };
  kernel.columnPhase('physics/finish-slot', PHASE.physics, endOf, (slot) => {
    finishSlot(slot);
    options.onProgress?.((slot + 1) / (slotCount + 1));
  });
  kernel.columnPhase('metering/send-reads', PHASE.metering, endOf, (slot) => {
    const sent = new Float64Array(4 * homeCount);
    inFlight.set(slot, sent);
    const { registers, arrivalDelayUs, clockErrorUs } = meters;
    for (let home = 0; home < homeCount; home++) {
      sent[4 * home] = registers.importWh[home]!;
      sent[4 * home + 1] = registers.exportWh[home]!;
      sent[4 * home + 2] = registers.generationWh[home]!;
      sent[4 * home + 3] = clockErrorUs[home]!;
      const delayUs = arrivalDelayUs[home]!;
      if (delayUs !== Number.POSITIVE_INFINITY) receive.after(delayUs, home, slot);
    }
  });
  kernel.columnPhase(
    'metering/close-batch',
    PHASE.metering,
    {
      startUs: openingUs + slotUs + scenario.metering.batchDelay,
      periodUs: slotUs,
      count: slotCount,
    },
    (slot) => {
      if (slot === 0 && historySlots > 0) closeSlot(-1);
      closeSlot(slot);
      inFlight.delete(slot - 16);
    },
  );

  openOrderDesk(kernel, {
    scenario,
    site,
    chain: shared,
    members,
    oversight,
    recorder,
    adversaries,
    random,
  });
  enrol(kernel, scenario, chain, accounts, random);
  chain.start();
  const lastDeliveryUs = openingUs + slotCount * slotUs;
  kernel.run(lastDeliveryUs);
  // The chain runs on until everything that is owed is settled and final (decision 3).
  const drainUs = lastDeliveryUs + scenario.horizon.drain;
  while (kernel.nowUs < drainUs && !isDone()) {
    kernel.run(Math.min(drainUs, kernel.nowUs + slotUs));
  }
  function isDone(): boolean {
    return (
      operator.openCount === 0 &&
      desks.isIdle() &&
      !chain.hasOpenTransactions() &&
      chain.rewardsPaid(lastDeliveryUs)
    );
  }
  oversight.finish();
  options.onProgress?.(1);
  const ledger = chain.finishLedger();
  // Reports of adversaries come first: the tables of the chain shift its times to the opening.
  const attacked = adversaries.tables();
  return {
    scenario,
    window,
    tables: {
      ...desks.tables(),
      ...collectTables({ scenario, site, chain, operator, oversight, recorder, lastDeliveryUs }),
      ...attacked,
    },
    ledger,
    genesisHash: chain.genesisHash,
    headHash: chain.tree.hash(chain.engine.head[0]!),
    traceHash: kernel.traceHash,
    truthHash: recorder.truthHash(),
    eventCount: kernel.eventCount,
    notes: site.notes,
    warnings: recorder.warnings(chain, operator),
    inputs: [...site.inputs, ...chain.inputs],
  };
}

/**
 * A market on coins: the order book is state that all members share, and a predicate sees none.
 *
 * @throws {ScenarioError} naming the key.
 */
function refuseCoins({ ledger, market }: Scenario, isChainAlone: boolean): void {
  if (isChainAlone || ledger.model === 'account') return;
  // Said by the language itself, so that it stays true when the language changes.
  let reason = '';
  try {
    compilePredicate(`${market.mechanism.name}(bids, asks)`);
  } catch (error) {
    if (!(error instanceof PredicateSyntaxError)) throw error;
    reason = error.message;
  }
  throw new ScenarioError([
    {
      file: '',
      path: 'scenario.ledger.model',
      expected:
        `account beside a market: ${market.mechanism.name} matches orders in a book that all members ` +
        'share, and no predicate of a coin can say that',
      got: `${ledger.model}, where "${market.mechanism.name}(bids, asks)" is ${reason}`,
      hint: 'coins carry payments alone: population: { name: accounts }',
    },
  ]);
}

/**
 * Keys that would be read and change nothing: ends of a run of the chain alone where there is a market, and
 * frauds with their detectors where there is none.
 *
 * @throws {ScenarioError} naming every one that is set.
 */
function refuseUnused({ horizon, fraud }: Scenario, isChainAlone: boolean): void {
  const isSet = isChainAlone
    ? {
        'fraud.attacks': fraud.attacks.length > 0,
        'fraud.detectors': fraud.detectors.length > 0,
      }
    : {
        'horizon.span': horizon.span !== undefined,
        'horizon.blocks': horizon.blocks !== undefined,
      };
  const keys = Object.entries(isSet).flatMap(([key, is]) => (is ? [key] : []));
  if (keys.length === 0) return;
  const expected = isChainAlone
    ? 'none in a run of the chain alone, which has no meters and no market'
    : 'none beside a market, whose windows end with a day';
  throw new ScenarioError(
    keys.map((key) => ({ file: '', path: `scenario.${key}`, expected, got: 'this key' })),
  );
}

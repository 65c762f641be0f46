/**
 * A fund with four owners, on a chain that makes every transaction final after three seconds: the desk and
 * the contracts are the real ones, meters and labels are played.
 */
import { createCalendar } from '../../src/base/calendar.ts';
import { defaultsOf } from '../../src/base/options.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { HOUR_US, SECOND_US } from '../../src/base/units.ts';
import { METERING, meteringCell } from '../../src/contracts/metering-cells.ts';
import { subsidyContract } from '../../src/contracts/subsidy.ts';
import type { Attack } from '../../src/fraud/attacks/define.ts';
import certificateUniqueness from '../../src/fraud/detectors/certificate-uniqueness.ts';
import { createScoring } from '../../src/fraud/scoring/index.ts';
import { createKernel } from '../../src/kernel/kernel.ts';
import { PHASE } from '../../src/kernel/phase.ts';
import type { Receipt } from '../../src/ledger/receipt.ts';
import { rejectReasonCode } from '../../src/ledger/reject-reason.ts';
import type { PayloadOf, TransactionType } from '../../src/ledger/transactions.ts';
import { createFiatBook } from '../../src/market/fiat-book.ts';
import { type Scenario, SUBSIDY } from '../../src/scenario/sections.ts';
import type { Chain } from '../../src/simulation/chain.ts';
import { createHomeBook } from '../../src/simulation/home-book.ts';
import type { Site } from '../../src/simulation/site.ts';
import { openSubsidyDesk } from '../../src/simulation/subsidy-desk.ts';
import { CENTRE, createWorld, HOMES } from '../unit/contracts/world.ts';
import { attackWorld, detectorWorld } from '../unit/fraud/worlds.ts';

export const DAYS = 6;
const SLOTS = 24;
const OPENING_US = 10_000 * SECOND_US;
const FINAL_US = 3 * SECOND_US;

/** What happened on the way. */
export interface Sent {
  readonly type: TransactionType;
  readonly sender: number;
  readonly reason: string;
  readonly atUs: number;
}

/** Runs the fund and those who ask it. */
export function runFund(
  subsidy: Partial<Scenario['subsidy']> = {},
  attack?: Attack,
  attackOptions: Record<string, unknown> = {},
  exportShare = 0.8,
) {
  const values = {
    ...defaultsOf(SUBSIDY),
    scheme: 'china',
    commissioned: '2018-06-01',
    ...subsidy,
  } as Scenario['subsidy'];
  const world = createWorld({
    parameters: { openingUs: OPENING_US, slotUs: HOUR_US, slotCount: DAYS * SLOTS },
    groups: {
      subsidy: {
        subsidyDelayUs: values.delay,
        subsidyPeriodUs: values.period,
        subsidyBudgetUpt: values.budget,
      },
      certificates: {
        labelBase: 0,
        certificateValidityUs: 1e15,
        certificatePeriodUs: 1e12,
        carbonGPerMWh: 536_600,
      },
    },
  });
  const random = createRandomSource('fund');
  const kernel = createKernel({ random });
  const calendar = createCalendar(1_717_344_000, 480);
  const sent: Sent[] = [];
  const fiat = createFiatBook(world.rules.accountCount);
  const transactions: { type: TransactionType; sender: number; payload: unknown }[] = [];
  const receipts: Receipt[] = [];
  const include = kernel.event('test/include', PHASE.consensus, (tx) => {
    const { type, sender, payload } = transactions[tx]!;
    world.nowUs = kernel.nowUs;
    const outcome = world.send(type, sender, payload as PayloadOf[typeof type]);
    const isDone = outcome.reason === '';
    receipts[tx] = {
      status: isDone ? 1 : 0,
      gasUsed: outcome.gasUsed,
      reason: isDone ? 0 : rejectReasonCode(outcome.reason as never),
      events: outcome.events,
    };
    sent.push({ type, sender, reason: outcome.reason, atUs: kernel.nowUs - OPENING_US });
    for (const { check } of subsidyContract.invariants) {
      const broken = check(world.view.read, world.rules);
      if (broken !== undefined) throw new Error(broken);
    }
    desk!.onFinal(tx);
  });
  // A block is a transaction here, and final when it is made.
  const chain = {
    rules: world.rules,
    state: { readAt: (_: number, cell: number) => world.view.read(cell) },
    engine: { finalBlock: [0] },
    tree: { transactions: (block: number) => [block] },
    builder: { seal: (block: number) => ({ receipts: [receipts[block]!] }) },
    table: { signed: (tx: number) => ({ transaction: transactions[tx]! }) },
    accountId: (account: number) => `home-00${account + 1}`,
    submit(type: TransactionType, sender: number, payload: unknown) {
      transactions.push({ type, sender, payload });
      include.after(FINAL_US, transactions.length - 1);
      return transactions.length - 1;
    },
  } as unknown as Chain;

  const homes = Array.from({ length: HOMES }, (_, home) => ({
    id: `home-00${home + 1}`,
    kind: home === 3 ? 'shop' : 'household',
    pvDcW: 5_750,
    pvAcW: 5_000,
    tiltDeg: 30,
    azimuthDeg: 180,
    orientationKnown: true,
    batteryWh: 0,
    batteryW: 0,
    batteryEfficiency: 0.95,
  }));
  const slotCount = DAYS * SLOTS;
  const site = { calendar, slotUs: HOUR_US, slotCount, source: { homes } } as unknown as Site;
  const book = createHomeBook(slotCount, HOMES);
  const span = { homes, count: HOMES, calendar, slotUs: HOUR_US, slotCount };
  const scored = {
    name: 'certificate-uniqueness',
    code: 'D09',
    unit: 'home',
    threshold: 0,
  } as const;
  const scoring = createScoring({ ...span, homes: homes.map(({ id }) => id), detectors: [scored] });
  const { context } = attackWorld({
    ...span,
    random,
    label: (home, slot, deltaWh, deltaUpt) =>
      scoring.label({
        attack: attack!.name,
        code: attack!.code!,
        home,
        slot,
        intentional: true,
        deltaWh,
        deltaUpt,
      }),
  });
  const instance = attack?.create(context, {
    ...defaultsOf(attack.options()),
    actors: 2,
    from: 0,
    ...attackOptions,
  });
  const alarms: { entity: number; slot: number; score: number }[] = [];
  const watching = detectorWorld({
    ...span,
    alarm: (alarm) => {
      alarms.push(alarm);
      scoring.alarm({ ...alarm, detector: 0, timeUs: kernel.nowUs - OPENING_US });
    },
    score: (entity, day, score) => scoring.score(0, entity, day, score),
  });
  const detector = certificateUniqueness.create(
    watching.context,
    defaultsOf(certificateUniqueness.options()),
  );
  const desk = openSubsidyDesk(kernel, {
    scenario: { subsidy: values } as Scenario,
    site,
    chain,
    book: () => book,
    random,
    attacks: instance === undefined ? [] : [instance],
    detectors: [detector],
    fiat,
  });

  const weather = random.addressed('world/test-weather');
  kernel.columnPhase(
    'test/read',
    PHASE.metering,
    { startUs: OPENING_US + HOUR_US, periodUs: HOUR_US, count: slotCount },
    (slot) => {
      const hour = slot % SLOTS;
      const generator: number[] = [];
      const cleanWh: number[] = [];
      for (let home = 0; home < HOMES; home++) {
        const sun = Math.max(0, 1 - Math.abs(hour - 12) / 6);
        const cloud = 0.4 + 0.6 * weather.uniform(home, Math.floor(slot / SLOTS), 0);
        const generationWh = 10 * Math.floor(400 * sun * cloud);
        const exportWh = 10 * Math.floor((exportShare * generationWh) / 10);
        const at = slot * HOMES + home;
        book.generationWh[at] = generationWh;
        book.exportWh[at] = exportWh;
        const reading = { home, fromSlot: slot, slot, importWh: 0, exportWh, generationWh };
        detector.onReading!({ ...reading, quality: 'A', clockErrorUs: 0 });
        if (exportWh === 0) continue;
        generator.push(home);
        cleanWh.push(exportWh);
      }
      if (hour === SLOTS - 1) detector.onDayEnd!(Math.floor(slot / SLOTS));
      if (generator.length === 0) return;
      world.view.write(meteringCell(slot, METERING.leafCount), 1);
      const selfWh = generator.map(() => 0);
      const energy = { count: generator.length, generator, cleanWh, selfWh };
      chain.submit('LABEL_MINT', CENTRE, { slot, energy }, { slot, expiryUs: 1e15 });
    },
  );
  kernel.run(OPENING_US + (DAYS + 1) * SLOTS * HOUR_US);
  fiat.recount();
  const paid = fiat.payments.map(({ to, amount, doneUs }) => {
    return { owner: to, amountUpt: amount, atUs: doneUs - OPENING_US };
  });
  const detection = () => {
    const { columns } = scoring.tables().detection;
    const [names, classes] = [columns.metric as string[], columns.class as string[]];
    const values = columns.value as ArrayLike<number>;
    return Object.fromEntries(
      names.flatMap((name, row) => (classes[row] === 'all' ? [] : [[name, values[row]!]])),
    );
  };
  return { world, desk: desk!, sent, paid, alarms, instance, detection, table: desk!.table() };
}

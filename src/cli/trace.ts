/** `peerwatt trace`: where a trade, a certificate or points come from, out of a result folder alone. */
import { join } from 'node:path';
import { nearestWord } from '../base/errors.ts';
import { DAY_US } from '../base/units.ts';
import { placeText } from '../ledger/verify.ts';
import { QUALITY_LETTERS } from '../metering/quality.ts';
import { readResult } from '../report/check.ts';
import { encodeRows } from '../report/csv.ts';
import { writeText } from '../report/folder.ts';
import { readTable, type TextTable } from '../report/read-table.ts';
import { auditCosts, auditNode } from '../simulation/audit-cost.ts';
import { certificateCount, traceCertificate } from '../simulation/trace-certificate.ts';
import { ledgerCoins, traceCoin } from '../simulation/trace-coins.ts';
import { type TracedLedger, traceLedger } from '../simulation/trace-ledger.ts';
import type { PublishedReading } from '../simulation/trace-meters.ts';
import { createPointTracer, type PointTracer } from '../simulation/trace-points.ts';
import { oldestOf, pointNode } from '../simulation/trace-points-text.ts';
import { knownTrades, traceTrade } from '../simulation/trace-trade.ts';
import { TRACE_COLUMNS, type TraceNode, traceRows, traceText } from '../simulation/trace-tree.ts';
import { type Arguments, EXIT } from './session.ts';
import { integerOption, textOption, UsageError } from './usage.ts';

const KINDS = ['trade', 'certificate', 'point', 'audit'] as const;
/** Ids that a message names where the one typed is not known. */
const NAMED_MAX = 8;
/** Parts of points that are printed; a file has all of them. */
const PARTS_PRINTED = 10;

/**
 * Traces one thing and prints it as a tree; `--csv` writes it as a table besides.
 *
 * @returns Exit code: 0, or 1 where the ledger does not verify.
 * @throws {UsageError} for what is not there, with ids that are.
 */
export function trace(args: Arguments): number {
  const folder = textOption('folder', args.folder)!;
  const kind = textOption('kind', args.kind)!;
  if (!(KINDS as readonly string[]).includes(kind)) {
    const near = nearestWord(kind, KINDS);
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    throw new UsageError(`unknown kind "${kind}"; known: ${KINDS.join(', ')}${hint}`);
  }
  const bytes = readResult(folder, 'ledger.bin');
  if (bytes === undefined) {
    throw new UsageError(
      `${join(folder, 'ledger.bin')}: expected the ledger of a run; got no file`,
    );
  }
  const tracer = createPointTracer();
  const { report, ledger } = traceLedger(bytes, kind === 'point' ? tracer : undefined);
  if (ledger === undefined) {
    const [problem] = report.problems;
    const where = problem === undefined ? '' : placeText(problem);
    const at = where === '' ? '' : ` (${where})`;
    process.stdout.write(`${folder}: the ledger does not verify${at}; see peerwatt verify\n`);
    return EXIT.failed;
  }
  const id = textOption('id', args.id);
  const find = {
    trade: findTrade,
    certificate: findCertificate,
    point: findPoints,
    audit: findReadings,
  };
  const found = find[kind as (typeof KINDS)[number]]({ folder, bytes, ledger, tracer, id, args });
  process.stdout.write(`${traceText(ledger, found.printed).join('\n')}\n`);
  const csv = textOption('csv', args.csv);
  if (csv !== undefined) {
    const rows = traceRows(ledger, found.whole ?? found.printed);
    writeText(csv, encodeRows(TRACE_COLUMNS, rows), args.force === true);
  }
  return EXIT.fine;
}

/** What is looked for, and where. */
interface Search {
  readonly folder: string;
  readonly bytes: Uint8Array;
  readonly ledger: TracedLedger;
  readonly tracer: PointTracer;
  readonly id: string | undefined;
  readonly args: Arguments;
}

interface Found {
  readonly printed: TraceNode;
  /** With all that the printed one sums up. */
  readonly whole?: TraceNode;
}

/** Refuses an id. @param known - Ids that exist, the nearest of which is suggested. */
function refuse(noun: string, id: string | undefined, known: readonly string[]): never {
  const listed = known.slice(0, NAMED_MAX).join(', ');
  const more = known.length > NAMED_MAX ? ', …' : '';
  const list = known.length === 0 ? 'none on this chain' : `${listed}${more}`;
  if (id === undefined) throw new UsageError(`trace ${noun}: expected an id; known: ${list}`);
  const near = nearestWord(id, known);
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  throw new UsageError(`unknown ${noun} "${id}"; known: ${list}${hint}`);
}

function findTrade({ folder, ledger, id }: Search): Found {
  const match = /^(\d+)\/(\d+)$/.exec(id ?? '');
  const [slot, trade] = [Number(match?.[1]), Number(match?.[2])];
  const node =
    match === null
      ? undefined
      : traceTrade(ledger, readingsIn(folder), slot, trade, () => partiesOf(folder, slot, trade));
  return node === undefined
    ? refuse('trade', id, tradesNear(slot, knownTrades(ledger, 100_000)))
    : { printed: node };
}

/** Trades of the slot that was typed come first. */
function tradesNear(slot: number, known: readonly string[]): string[] {
  const own = known.filter((name) => name.startsWith(`${slot}/`));
  return [...own, ...known.filter((name) => !name.startsWith(`${slot}/`))];
}

function findCertificate({ ledger, id }: Search): Found {
  const count = certificateCount(ledger);
  const isNumber = /^\d{1,12}$/.test(id ?? '');
  const node = isNumber ? traceCertificate(ledger, Number(id)) : undefined;
  if (node !== undefined) return { printed: node };
  const range = count === 0 ? [] : [`0 to ${count - 1}`];
  return refuse('certificate', id, range);
}

function findPoints(search: Search): Found {
  const { ledger, tracer, id, args } = search;
  const coins = ledgerCoins(ledger);
  if (coins !== undefined) {
    const coin = id === undefined ? undefined : coins.find(id);
    if (coin !== undefined) {
      return { printed: traceCoin(coins, coin, (member) => ledger.accountId(member)) };
    }
    const unspent = Array.from(coins.coins.values()).filter((one) => one.spentBy === undefined);
    return refuse(
      'coin',
      id,
      unspent.map(({ name }) => name),
    );
  }
  const account = id === undefined ? undefined : ledger.accountOf(id);
  if (account === undefined)
    return refuse(
      'account',
      id,
      ledger.genesis.accounts.map((a) => a.id),
    );
  const held = tracer.heldBy(account);
  const amount = textOption('amount', args.amount);
  const parcels = amount === undefined ? held : oldestOf(held, amountUpt(amount));
  return {
    printed: pointNode(ledger, account, parcels, PARTS_PRINTED),
    whole: pointNode(ledger, account, parcels, Number.POSITIVE_INFINITY),
  };
}

/** Readings of a home on a day, and what it costs to establish them. */
function findReadings({ folder, bytes, ledger, id, args }: Search): Found {
  const { homeCount, slotUs, slotCount } = ledger.state.rules;
  const homes = ledger.genesis.accounts.slice(0, homeCount).map((account) => account.id);
  if (id === undefined || !homes.includes(id)) return refuse('home', id, homes);
  const perDay = Math.floor(DAY_US / slotUs);
  const last = Math.max(0, Math.ceil(slotCount / perDay) - 1);
  const day = integerOption('day', textOption('amount', args.amount), 0, last) ?? 0;
  const count = Math.min(perDay, slotCount - day * perDay);
  const slots = Array.from({ length: count }, (_, k) => day * perDay + k);
  const question = { home: id, slots };
  return {
    printed: auditNode(question, auditCosts(bytes, ledger, readingsIn(folder), question)),
  };
}

/** Points as typed, e.g. `2.5`, in micro-points. */
function amountUpt(text: string): number {
  const match = /^(\d{1,9})(?:\.(\d{1,6}))?(?: ?pt)?$/.exec(text);
  if (match === null) throw new UsageError(`amount: expected points, e.g. 2.5; got "${text}"`);
  return Number(match[1]) * 1_000_000 + Number((match[2] ?? '').padEnd(6, '0'));
}

/** Published readings of a folder, read once. */
function readingsIn(folder: string) {
  let bySlot: Map<number, PublishedReading[]> | undefined;
  return {
    readingsOf(slot: number): readonly PublishedReading[] {
      bySlot ??= readingsBySlot(readTable(folder, 'meters'));
      return bySlot.get(slot) ?? [];
    },
  };
}

function readingsBySlot(table: TextTable | undefined): Map<number, PublishedReading[]> {
  const bySlot = new Map<number, PublishedReading[]>();
  if (table === undefined) return bySlot;
  const homes = table.column('home');
  const [slots, quality] = [table.column('slot'), table.column('quality')];
  const wh = (name: string) => table.column(name).map(Number);
  const [imported, exported] = [wh('import_wh'), wh('export_wh')];
  const generated = wh('generation_wh');
  homes.forEach((home, row) => {
    const slot = Number(slots[row]);
    const reading = {
      home,
      importWh: imported[row]!,
      exportWh: exported[row]!,
      generationWh: generated[row]!,
      quality: (QUALITY_LETTERS as readonly string[]).indexOf(quality[row]!),
    };
    const list = bySlot.get(slot);
    if (list === undefined) bySlot.set(slot, [reading]);
    else list.push(reading);
  });
  return bySlot;
}

/** What the table of trades says of one. */
function partiesOf(folder: string, slot: number, trade: number) {
  const table = readTable(folder, 'trades');
  if (table === undefined) return undefined;
  const [slots, trades] = [table.column('slot'), table.column('trade')];
  const row = slots.findIndex((cell, at) => cell === `${slot}` && trades[at] === `${trade}`);
  if (row < 0) return undefined;
  return {
    buyer: table.column('buyer')[row]!,
    seller: table.column('seller')[row]!,
    energyWh: Number(table.column('contracted_wh')[row]),
    priceUptPerKWh: Number(table.column('price_upt_per_kwh')[row]),
  };
}

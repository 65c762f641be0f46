/** A run of two slots, ten transactions, seven blocks and two homes, small enough to compute by hand. */
import { createTable, type Table } from '../../../src/base/table.ts';
import { createRunView, type RunFacts } from '../../../src/report/metrics.ts';
import { RUN_TABLES, schemaOf } from '../../../src/report/schemas.ts';

/** Seconds as microseconds. */
export const s = (seconds: number) => seconds * 1e6;
const none = Number.NaN;

/** Makes a table from rows that name only some columns; the rest is 0 or ''. */
export function tableOf(name: string, rows: readonly Record<string, number | string>[]): Table {
  const columns = schemaOf(name).columns.map(({ name: column, type }) => {
    const blank = type === 'text' ? '' : 0;
    const cells = rows.map((row) => row[column] ?? blank);
    return [column, type === 'text' ? (cells as string[]) : Float64Array.from(cells as number[])];
  });
  return createTable(name, Object.fromEntries(columns));
}

/** All tables empty, as a base. */
export function emptyTables(): Record<string, Table> {
  return Object.fromEntries(RUN_TABLES.map(({ name }) => [name, tableOf(name, [])]));
}

const transaction = (
  submitted: number,
  included: number,
  final: number,
  fate: string,
  height: number,
  reject_reason = '',
) => ({
  submitted_us: s(submitted),
  included_us: s(included),
  final_us: s(final),
  fate,
  height,
  reject_reason,
  receipt: fate === 'final' ? 'ok' : '',
});

const block = (
  height: number,
  producer: string,
  produced: number,
  reach90: number,
  final90: number,
  canonical: number,
  drain = 0,
) => ({
  height,
  producer,
  produced_us: s(produced),
  reach90_us: s(reach90),
  final_us: s(final90 - 2),
  final90_us: s(final90),
  canonical,
  drain,
  bytes: 1000,
  gas_used: 60,
});

/** Tables of the miniature run. */
export const MINIATURE: Readonly<Record<string, Table>> = {
  ...emptyTables(),
  slots: tableOf('slots', [
    {
      slot: 0,
      start_us: 0,
      load_wh: 5000,
      pv_wh: 4000,
      import_wh: 3000,
      export_wh: 2000,
      feeder_head_wh: 1100,
      feeder_loss_wh: 100,
      voltage_min_pu: 0.97,
      orders_sent: 10,
      orders_late: 1,
      orders_rejected: 2,
      bid_wh: 4000,
      offer_wh: 2000,
      cleared_wh: 1500,
      price_upt_per_kwh: 400_000,
      void_wh: 500,
      contracted_wh: 1500,
      delivered_wh: 900,
      received_wh: 880,
      fulfilled_wh: 850,
      welfare_max_upt: 200_000,
      surplus_upt: 150_000,
      settle_final_us: s(1000),
    },
    {
      slot: 1,
      start_us: s(900),
      load_wh: 3000,
      pv_wh: 6000,
      import_wh: 1000,
      export_wh: 4000,
      feeder_head_wh: -2800,
      feeder_loss_wh: 200,
      voltage_min_pu: 0.99,
      orders_sent: 10,
      orders_late: 3,
      bid_wh: 2000,
      offer_wh: 4000,
      cleared_wh: 2000,
      price_upt_per_kwh: 500_000,
      contracted_wh: 2000,
      delivered_wh: 2000,
      received_wh: 1900,
      fulfilled_wh: 1900,
      welfare_max_upt: 300_000,
      surplus_upt: 300_000,
      settle_final_us: none,
    },
  ]),
  trades: tableOf('trades', [
    { slot: 0, seller: 'b', fulfilled_wh: 850, allocated_loss_wh: 20, state: 'CLOSED' },
    { slot: 0, seller: 'c', fulfilled_wh: none, state: 'VOID' },
    { slot: 1, seller: 'a', fulfilled_wh: 1900, allocated_loss_wh: 100, state: 'CLOSED' },
  ]),
  settlements: tableOf('settlements', [
    bill(0, 'a', 340_000, 25_500, 1_290_000, 0, 1_800_000),
    bill(0, 'b', -340_000, 0, -330_000, 10_000, -600_000),
    bill(1, 'a', 900_000, 57_000, -600_000, 0, 400_000, 1),
    bill(1, 'a', 950_000, 57_000, -600_000, 0, 400_000, 2),
    bill(1, 'b', -950_000, 0, -600_000, 0, -1_200_000),
  ]),
  blocks: tableOf('blocks', [
    block(0, '', -100, -100, -100, 1),
    block(1, 'node-0', -10, -9, -5, 1),
    block(2, 'node-0', 300, 302, 360, 1),
    block(2, 'node-1', 301, none, none, 0),
    block(3, 'node-1', 700, 701, 800, 1),
    block(4, 'node-0', 1000, 1003, 1030, 1),
    block(5, 'node-0', 1900, 1901, 1960, 1, 1),
  ]),
  transactions: tableOf('transactions', [
    transaction(-50, -40, 120, 'final', 1),
    transaction(200, 203, 260, 'final', 2),
    transaction(300, 306, 380, 'final', 3),
    transaction(400, 401, 420, 'final', 3),
    { ...transaction(500, 509, 600, 'final', 4), receipt: 'failed' },
    transaction(600, none, none, 'rejected', none, 'EXPIRED'),
    transaction(700, none, none, 'rejected', none, 'SELF_MATCH'),
    transaction(1700, 1790, none, 'pending', none),
    transaction(1795, 1805, 1900, 'final', 5),
    transaction(1850, 1860, 1950, 'final', 5),
  ]),
  nodes: tableOf('nodes', [
    node('node-0', 10, { stake_share: 0.5, turns_missed: 1, blocks_produced: 4, reorgs: 1 }),
    node('node-1', 20, { stake_share: 0.5, turns_missed: 0, blocks_produced: 2 }),
    node('node-2', 30, { stake_share: 0, turns_missed: 2, reorgs: 1, reorg_depth_max: 3 }),
  ]),
  accounts: tableOf('accounts', [
    { balance_upt: 90, escrow_upt: 10, granted_upt: 100, certificates: 3, certificates_locked: 2 },
    { balance_upt: 300, granted_upt: 100, rewarded_upt: 50, certificates: 1 },
  ]),
  points: tableOf('points', [
    { kind: 'source', entry: 'grant', amount_upt: 200 },
    { kind: 'source', entry: 'clean', amount_upt: 30 },
    { kind: 'source', entry: 'compute', amount_upt: 20 },
    { kind: 'source', entry: 'block', amount_upt: 50 },
    { kind: 'sink', entry: 'redeemed', amount_upt: 40 },
    { kind: 'sink', entry: 'forfeited', amount_upt: 5 },
  ]),
  certificates: tableOf('certificates', [
    { kind: 'label', entry: 'minted', count: 2100 },
    { kind: 'label', entry: 'bundled', count: 2000 },
    { kind: 'label', entry: 'lost', count: 7 },
    { kind: 'certificate', entry: 'issued', count: 2 },
    { kind: 'certificate', entry: 'traded', count: 3 },
    { kind: 'certificate', entry: 'retired', count: 4 },
    { kind: 'certificate', entry: 'carbon', count: 1 },
  ]),
  calls: tableOf('calls', [
    { type: 'CERT_BUY', succeeded: 3, failed: 2, rejected: 0 },
    { type: 'TRANSFER', succeeded: 9, failed: 1, rejected: 4 },
  ]),
  parallelism: tableOf('parallelism', [
    { payments: 6, longest_path: 3, longest_path_commuting: 2 },
    { payments: 4, longest_path: 1, longest_path_commuting: 1 },
  ]),
  privacy: tableOf('privacy', [
    { observer: 'optimal-change', precision: 0.5, recall: 0.5, entropy_bits: 1 },
    {
      observer: 'common-input',
      precision: 1,
      recall: 0.25,
      entropy_bits: 2,
      identified_share: 0.125,
    },
  ]),
  upkeep: tableOf('upkeep', [
    { measure: 'ledgerBytes', value: 5000 },
    { measure: 'stateCells', value: 77 },
    { measure: 'payments', value: 10 },
  ]),
  attacks: tableOf('attacks', [
    { intentional: 1, magnitude_wh: 700, magnitude_upt: 420_000 },
    { intentional: 0, magnitude_wh: 50, magnitude_upt: 30_000 },
  ]),
  alarms: tableOf('alarms', [{ detector: 'energy-balance' }]),
  detection: tableOf('detection', [
    { detector: 'energy-balance', class: 'intentional', metric: 'f1', value: 0.75 },
    { detector: 'energy-balance', class: 'all', metric: 'f1', value: 0.5 },
    { detector: 'energy-balance', class: 'intentional', metric: 'recall', value: none },
  ]),
};

function bill(
  slot: number,
  home: string,
  trade_payment_upt: number,
  wheeling_upt: number,
  grid_payment_upt: number,
  penalty_upt: number,
  twin_total_upt: number,
  version = 1,
) {
  const total_upt = trade_payment_upt + wheeling_upt + grid_payment_upt + penalty_upt;
  const payments = { trade_payment_upt, wheeling_upt, grid_payment_upt, penalty_upt, total_upt };
  return { slot, home, ...payments, twin_total_upt, version };
}

function node(name: string, energy_wh: number, rest: Record<string, number>) {
  const traffic = { messages_sent: 100, bytes_sent: 7000 };
  const power_w = energy_wh;
  return { node: name, hash_share: none, energy_wh, power_w, ...traffic, ...rest };
}

/** Facts of the miniature run: 15-min slots, 0.30 pt/kWh, 0.5 kg/kWh at 0.08 pt/kg, 5 W idle. */
export const FACTS: RunFacts = {
  slotUs: s(900),
  wholesaleUptPerKWh: 300_000,
  emissionKgPerKWh: 0.5,
  carbonUptPerKg: 80_000,
  communities: 1,
  idlePowerW: 5,
  windowUs: s(1800),
  endsAtHeight: false,
};

/** The miniature run as metrics see it, with some tables replaced. */
export function miniature(tables: Readonly<Record<string, Table>> = {}) {
  return createRunView({ ...MINIATURE, ...tables }, FACTS);
}

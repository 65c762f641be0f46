/**
 * Every result table in one place, by subject in `schemas/`: its columns in file order, with type, unit
 * and meaning. The CSV header, the check of what the simulation hands over and `datapackage.json` all
 * come from here. Changing a column raises `RESULTS_VERSION`.
 */
import { CHAIN_TABLES } from './schemas/chain.ts';
import { ECONOMY_TABLES } from './schemas/economy.ts';
import { FRAUD_TABLES } from './schemas/fraud.ts';
import { MARKET_TABLES } from './schemas/market.ts';
import type { TableSchema } from './schemas/schema.ts';

export type { TableSchema } from './schemas/schema.ts';

/** Tables of a run folder in file order. */
export const RUN_TABLES: readonly TableSchema[] = Object.freeze([
  MARKET_TABLES.slots,
  MARKET_TABLES.homes,
  MARKET_TABLES.trades,
  MARKET_TABLES.settlements,
  MARKET_TABLES.meters,
  CHAIN_TABLES.blocks,
  CHAIN_TABLES.transactions,
  CHAIN_TABLES.nodes,
  CHAIN_TABLES.accounts,
  ECONOMY_TABLES.points,
  ECONOMY_TABLES.certificates,
  CHAIN_TABLES.parallelism,
  CHAIN_TABLES.privacy,
  CHAIN_TABLES.holdings,
  CHAIN_TABLES.upkeep,
  CHAIN_TABLES.calls,
  ECONOMY_TABLES.claims,
  ECONOMY_TABLES.bills,
  ECONOMY_TABLES.liability,
  ECONOMY_TABLES.exchange,
  FRAUD_TABLES.attacks,
  FRAUD_TABLES.alarms,
  FRAUD_TABLES.detection,
  FRAUD_TABLES.curves,
  CHAIN_TABLES.invariants,
  CHAIN_TABLES.consensus,
  FRAUD_TABLES.adversaries,
  FRAUD_TABLES.exclusions,
  CHAIN_TABLES.decentralisation,
]);

/** Schema of a run table. @throws {RangeError} when there is none of that name. */
export function schemaOf(name: string): TableSchema {
  const found = RUN_TABLES.find((table) => table.name === name);
  if (found === undefined) throw new RangeError(`"table" expected a result table, got ${name}`);
  return found;
}

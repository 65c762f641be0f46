/** Tables of the chain: blocks, transactions, nodes, accounts and the invariants that were checked. */
import { createTable, type Table } from '../base/table.ts';
import { protocols } from '../consensus/protocols/index.ts';
import { gasPriceOf } from '../contracts/execute.ts';
import { rejectReasonOf } from '../ledger/reject-reason.ts';
import { TRANSACTION_TYPES } from '../ledger/transactions.ts';
import { nodeId } from '../network/node-id.ts';
import { MESSAGE_TYPES } from '../network/traffic.ts';
import type { Scenario } from '../scenario/sections.ts';
import { CENTRE_NODE, type Chain } from './chain.ts';
import { exclusionsTable } from './chain-governance.ts';
import { economyTables } from './economy-tables.ts';
import { type StateSource, stateTables } from './state-tables.ts';

/** What the tables of a chain are made from. */
export interface ChainParts {
  readonly scenario: Scenario;
  readonly chain: Chain;
  /** End of the last delivery slot in chain time [µs]. */
  readonly lastDeliveryUs: number;
  /** Invariants of the market with how often each was checked; none without a market. */
  readonly marketChecks?: readonly { readonly invariant: string; readonly checks: number }[];
}

/** Builds the tables of a chain. */
export function chainTables(parts: ChainParts): Table[] {
  const canonical = canonicalBlocks(parts);
  const transactions = transactionsTable(parts);
  return [
    blocksTable(parts, canonical),
    transactions,
    nodesTable(parts, canonical),
    ...stateTables(stateOf(parts.chain)),
    ...economyTables(transactions),
    invariantsTable(parts),
    consensusTable(parts),
    ...(parts.chain.governance === undefined
      ? []
      : [exclusionsTable(parts.chain.governance, parts.chain.rules.openingUs)]),
  ];
}

/** A column by row number; three times as fast as `Float64Array.from` on long tables. */
function columnOf(count: number, value: (row: number) => number): Float64Array {
  const column = new Float64Array(count);
  for (let row = 0; row < count; row++) column[row] = value(row);
  return column;
}

/** 1 for the blocks on the way to the observer's head. */
function canonicalBlocks({ chain }: ChainParts): Uint8Array {
  const marks = new Uint8Array(chain.tree.count);
  for (let at = chain.engine.head[CENTRE_NODE]!; at >= 0; at = chain.tree.parent[at]!)
    marks[at] = 1;
  return marks;
}

function blocksTable({ chain, lastDeliveryUs }: ChainParts, canonical: Uint8Array): Table {
  const { tree, engine, builder, rules } = chain;
  const blocks = Array.from({ length: tree.count }, (_, block) => block);
  const of = (value: (block: number) => number) => columnOf(tree.count, value);
  const since = (value: (block: number) => number) => of((block) => value(block) - rules.openingUs);
  return createTable('blocks', {
    block: of((block) => block),
    height: of((block) => tree.height[block]!),
    hash: blocks.map((block) => tree.hash(block)),
    parent_hash: blocks.map((block) => (block === 0 ? '' : tree.hash(tree.parent[block]!))),
    producer: blocks.map((block) => (block === 0 ? '' : nodeId(tree.producer[block]!))),
    timestamp_us: since((block) => tree.timestampUs[block]!),
    produced_us: since((block) => tree.producedUs[block]!),
    reach90_us: since((block) => engine.reach90Us(block)),
    final_us: since((block) => chain.finalAtCentreUs(block)),
    final90_us: since((block) => engine.final90Us(block)),
    canonical: of((block) => canonical[block]!),
    drain: of((block) => (tree.producedUs[block]! > lastDeliveryUs ? 1 : 0)),
    tx_count: of((block) => tree.transactionCount[block]!),
    bytes: of((block) => tree.bytes[block]!),
    gas_used: of((block) => tree.gasUsed[block]!),
    reward_upt: of((block) => builder.rewardUpt(block)),
    body_bytes: of((block) => builder.sizes.bodyBytes(block)),
    state_cells: of((block) => builder.sizes.stateCells(block)),
  });
}

function transactionsTable({ chain }: ChainParts): Table {
  const { table, tree, engine, rules } = chain;
  const rows = Array.from({ length: table.count }, (_, tx) => tx);
  const block = table.exportedBlock;
  const finalUs = table.finalUs;
  const fates = rows.map((tx) => fateOf(parts(tx), finalUs[tx]!));
  function parts(tx: number) {
    const finalBlock = engine.finalBlock[table.node[tx]!]!;
    return {
      refused: table.refused[tx]!,
      isReward: TRANSACTION_TYPES[table.type[tx]!] === 'POINTS_REWARD',
      included: block[tx]! >= 0,
      expired: table.expiryUs[tx]! < tree.timestampUs[finalBlock]!,
    };
  }
  const of = (value: (tx: number) => number) => columnOf(table.count, value);
  /** Shifts a column of instants to the start of delivery, in place: the run is over. */
  const shifted = (column: Float64Array) => {
    const used = column.subarray(0, table.count);
    for (let tx = 0; tx < used.length; tx++) used[tx]! -= rules.openingUs;
    return used;
  };
  const since = (value: (tx: number) => number) => of((tx) => value(tx) - rules.openingUs);
  return createTable('transactions', {
    tx: of((tx) => tx),
    hash: rows.map((tx) => table.id(tx)),
    type: rows.map((tx) => TRANSACTION_TYPES[table.type[tx]!]!),
    sender: rows.map((tx) => chain.accountId(table.sender[tx]!)),
    nonce: table.nonce.subarray(0, table.count),
    slot: of((tx) => (table.slot[tx]! < 0 ? Number.NaN : table.slot[tx]!)),
    size_bytes: table.sizeBytes.subarray(0, table.count),
    gas_used: table.gasUsed.subarray(0, table.count),
    fee_upt: of(
      (tx) => table.gasUsed[tx]! * gasPriceOf(rules, table.sender[tx]!) + table.tipUpt[tx]!,
    ),
    submitted_us: shifted(table.submittedUs),
    received_us: shifted(table.receivedUs),
    included_us: since((tx) => (block[tx]! < 0 ? Number.NaN : tree.producedUs[block[tx]!]!)),
    final_us: shifted(table.finalUs),
    expiry_us: since((tx) => (table.expiryUs[tx]! > 4e15 ? Number.NaN : table.expiryUs[tx]!)),
    height: of((tx) => (block[tx]! < 0 ? Number.NaN : tree.height[block[tx]!]!)),
    receipt: rows.map((tx) => (block[tx]! < 0 ? '' : table.failure[tx] === 0 ? 'ok' : 'failed')),
    fate: fates.map(({ fate }) => fate),
    reject_reason: rows.map((tx) =>
      fates[tx]!.fate === 'final' ? (rejectReasonOf(table.failure[tx]!) ?? '') : fates[tx]!.reason,
    ),
  });
}

function fateOf(
  tx: { refused: number; isReward: boolean; included: boolean; expired: boolean },
  finalUs: number,
): { fate: 'final' | 'rejected' | 'pending'; reason: string } {
  if (!Number.isNaN(finalUs)) return { fate: 'final', reason: '' };
  if (tx.included) return { fate: 'pending', reason: '' };
  if (tx.refused !== 0) return { fate: 'rejected', reason: rejectReasonOf(tx.refused) ?? '' };
  // A reward lives and dies with its block; off the branch it can never come back.
  if (tx.isReward) return { fate: 'rejected', reason: 'STALE_BLOCK' };
  return tx.expired ? { fate: 'rejected', reason: 'EXPIRED' } : { fate: 'pending', reason: '' };
}

function nodesTable({ scenario, chain, lastDeliveryUs }: ChainParts, canonical: Uint8Array): Table {
  const { tree, engine, instance, links, traffic } = chain;
  const nodes = Array.from({ length: links.nodeCount }, (_, node) => node);
  const of = (value: (node: number) => number) => Float64Array.from(nodes, value);
  const produced = new Float64Array(nodes.length);
  const kept = new Float64Array(nodes.length);
  let lastUs = lastDeliveryUs;
  for (let block = 1; block < tree.count; block++) {
    produced[tree.producer[block]!]!++;
    kept[tree.producer[block]!]! += canonical[block]!;
    lastUs = Math.max(lastUs, tree.producedUs[block]!);
  }
  const { stake } = chain.parameters.electionAt(engine.finalBlock[CENTRE_NODE]!);
  const staked = stake.reduce((total, value) => total + value, 0);
  const powerW = (node: number) => scenario.network.idlePower + instance.powerW(node);
  return createTable('nodes', {
    node: nodes.map(nodeId),
    region: nodes.map((node) => links.regions[node]!),
    peers: of((node) => links.start[node + 1]! - links.start[node]!),
    power_w: of(powerW),
    hash_share: of((node) => instance.hashShare(node)),
    stake_share: of((node) => (staked === 0 ? Number.NaN : stake[node]! / staked)),
    blocks_produced: produced,
    blocks_canonical: kept,
    turns_missed: of((node) => instance.turnsMissed(node)),
    messages_sent: traffic.sentCount,
    bytes_sent: traffic.sentBytes,
    messages_received: traffic.receivedCount,
    bytes_received: traffic.receivedBytes,
    reorgs: engine.reorgCount,
    reorg_depth_max: engine.reorgDepthMax,
    energy_wh: of((node) => (powerW(node) * lastUs) / 3.6e9),
  });
}

/** The state that the tables describe: the one at the observer's head. */
function stateOf({ engine, state, rules, accountId, accountRole }: Chain): StateSource {
  const head = engine.head[CENTRE_NODE]!;
  return { read: (cell) => state.readAt(head, cell), rules, accountId, accountRole };
}

function invariantsTable({ chain, marketChecks }: ChainParts): Table {
  const rows = [
    ['points-conserved', chain.checks.executedBlocks, 0],
    ['points-recount', chain.checks.recounts, 0],
    ...(marketChecks ?? []).map(({ invariant, checks }) => [invariant, checks, 0] as const),
  ] as const;
  return createTable('invariants', {
    invariant: rows.map(([name]) => name),
    checks: Float64Array.from(rows, ([, checks]) => checks),
    violations: Float64Array.from(rows, ([, , violations]) => violations),
  });
}

/**
 * Full nodes that may produce blocks: what the protocol states, else those that hash, else the validators
 * that stand in genesis, else all.
 */
function eligibleProducers({ scenario, chain }: ChainParts, stated: number | undefined): number {
  if (stated !== undefined) return stated;
  const { nodeCount } = chain.links;
  const { name, options } = scenario.consensus;
  let [known, hashing] = [0, 0];
  for (let node = 0; node < nodeCount; node++) {
    const share = chain.instance.hashShare(node);
    if (!Number.isNaN(share)) known++;
    if (share > 0) hashing++;
  }
  if (known > 0) return hashing;
  return protocols.get(name).parameters(options, nodeCount).validators ?? nodeCount;
}

/** Counters of consensus; divergent finals are an outcome of the world, not a broken invariant. */
/** What became of reports, where producers are voted out. */
function voteOutCounters({ governance }: Chain): (readonly [string, number])[] {
  if (governance === undefined) return [];
  const { offenders: _offenders, cases: _cases, ...counts } = governance.measures();
  return Object.entries(counts);
}

function consensusTable(parts: ChainParts): Table {
  const { engine, instance, traffic, builder } = parts.chain;
  const { eligibleProducers: stated, ...report } = instance.report?.() ?? {};
  const depths = Array.from(engine.reorgDepths);
  const rows: (readonly [string, number])[] = [
    ['divergentFinals', engine.divergentFinals],
    ['eligibleProducers', eligibleProducers(parts, stated)],
    ...depths.map((count, k) => {
      return [`reorgsDepth${k + 1}${k + 1 < depths.length ? '' : 'Up'}`, count] as const;
    }),
    ...Object.entries(report),
    ...(instance.endorsedOn === undefined ? [] : [['staleReads', builder.staleReads] as const]),
    ...voteOutCounters(parts.chain),
    ...MESSAGE_TYPES.flatMap((type, code) => [
      [`messages/${type}`, traffic.typeCount[code]!] as const,
      [`bytes/${type}`, traffic.typeBytes[code]!] as const,
    ]),
  ];
  return createTable('consensus', {
    counter: rows.map(([name]) => name),
    value: Float64Array.from(rows, ([, value]) => value),
  });
}

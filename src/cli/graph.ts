/** `peerwatt graph`: who paid whom on a chain, as a graph for other programs (model §5.9). */
import { join } from 'node:path';
import { ROLES } from '../contracts/rules.ts';
import { nodeActivity, summariseGraph, transactionGraph } from '../ledger/analysis/graph.ts';
import { ledgerMovements } from '../ledger/analysis/ledger-graph.ts';
import { DecodeError } from '../ledger/encoding.ts';
import { openLedger } from '../ledger/ledger-file.ts';
import { readResult } from '../report/check.ts';
import { type Cell, encodeRows } from '../report/csv.ts';
import { writeText } from '../report/folder.ts';
import { type Arguments, EXIT } from './session.ts';
import { textOption, UsageError } from './usage.ts';

const NODE_COLUMNS = [
  'account',
  'role',
  'out_degree',
  'in_degree',
  'out_payments',
  'in_payments',
  'paid_upt',
  'received_upt',
] as const;
const EDGE_COLUMNS = ['from', 'to', 'payments', 'amount_upt', 'reciprocated'] as const;

/**
 * Writes `graph-nodes.csv` and `graph-edges.csv` and prints the figures of the whole graph.
 *
 * @returns Exit code 0.
 * @throws {UsageError} without a readable ledger.
 */
export function graph(args: Arguments): number {
  const folder = textOption('folder', args.folder)!;
  const out = textOption('out', args.out) ?? folder;
  const { movements, accounts } = readMovements(folder);
  const built = transactionGraph(
    {
      from: movements.from.subarray(0, movements.count),
      to: movements.to.subarray(0, movements.count),
      amountUpt: movements.amountUpt.subarray(0, movements.count),
    },
    accounts.length,
  );
  const mayReplace = args.force === true;
  const nodes = join(out, 'graph-nodes.csv');
  const edges = join(out, 'graph-edges.csv');
  const activity = nodeActivity(built);
  const nodeRows = accounts.map(({ id, role }, node): Cell[] => [
    id,
    ROLES[role] ?? '',
    activity.outDegree[node],
    activity.inDegree[node],
    activity.outPayments[node],
    activity.inPayments[node],
    activity.outStrengthUpt[node],
    activity.inStrengthUpt[node],
  ]);
  const pairs = new Set<string>();
  for (let edge = 0; edge < built.edgeCount; edge++) {
    pairs.add(`${built.edgeFrom[edge]} ${built.edgeTo[edge]}`);
  }
  const edgeRows = Array.from({ length: built.edgeCount }, (_, edge): Cell[] => {
    const [from, to] = [built.edgeFrom[edge]!, built.edgeTo[edge]!];
    return [
      accounts[from]!.id,
      accounts[to]!.id,
      built.edgePayments[edge],
      built.edgeAmountUpt[edge],
      pairs.has(`${to} ${from}`) ? 1 : 0,
    ];
  });
  writeText(nodes, encodeRows(NODE_COLUMNS, nodeRows), mayReplace);
  writeText(edges, encodeRows(EDGE_COLUMNS, edgeRows), mayReplace);
  for (const [name, value] of Object.entries(summariseGraph(built))) {
    process.stdout.write(`${name} ${Number.isNaN(value) ? '' : String(value)}\n`);
  }
  if (movements.unattributed > 0) {
    process.stdout.write(`unattributed ${movements.unattributed}\n`);
  }
  process.stdout.write(`${nodes}\n${edges}\n`);
  return EXIT.fine;
}

function readMovements(folder: string) {
  const place = join(folder, 'ledger.bin');
  const bytes = readResult(folder, 'ledger.bin');
  if (bytes === undefined) {
    throw new UsageError(`${place}: expected the ledger of a run; got no file`);
  }
  try {
    const ledger = openLedger(bytes);
    const { accounts } = ledger.genesis;
    const gridOperator = accounts.findIndex(({ role }) => ROLES[role] === 'dso');
    const movements = ledgerMovements(ledger, gridOperator < 0 ? {} : { gridOperator });
    return { movements, accounts };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new UsageError(`${place}: ${error.message}; see peerwatt verify`);
  }
}

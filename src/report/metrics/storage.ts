/**
 * What a chain costs to keep and to replay, and what pruning saves (model §5.9). Everything follows from the
 * table of blocks: a node keeps all headers, bodies until they are as old as the scenario's horizon, and the
 * state.
 */
import {
  type BlockColumns,
  type LedgerGrowth,
  ledgerGrowth,
  pruning,
  type ReplayWork,
  replayWork,
} from '../../ledger/analysis/growth.ts';
import { countRows, type Metric, type RunView, ratio, total } from './metric.ts';

/** Bytes of one integer of the state: where it stands and what it is, eight each. */
const CELL_BYTES = 16;
const SIZES = { recordBytes: CELL_BYTES, coinBytes: 0 };
/** SHA-256 takes 0.41 us for 200 bytes (Node 20.20, 2026-11). */
const BYTE_US = 0.002;

/** Blocks of the observer's chain, genesis first. */
function canonicalBlocks(run: RunView): BlockColumns {
  return run.once('storageBlocks', () => {
    const canonical = run.numbers('blocks', 'canonical');
    const rows: number[] = [];
    for (let row = 0; row < canonical.length; row++) if (canonical[row] === 1) rows.push(row);
    const pick = (column: string) => {
      const values = run.numbers('blocks', column);
      return Float64Array.from(rows, (row) => values[row]!);
    };
    const [bytes, bodyBytes] = [pick('bytes'), pick('body_bytes')];
    return {
      timestampUs: pick('timestamp_us'),
      headerBytes: bytes.map((size, at) => size - bodyBytes[at]!),
      bodyBytes,
      transactionCount: pick('tx_count'),
      gasUsed: pick('gas_used'),
      tradeCount: new Float64Array(rows.length),
      liveRecords: pick('state_cells'),
      liveCoins: new Float64Array(rows.length),
    };
  });
}

const growthOf = (run: RunView): LedgerGrowth =>
  run.once('storageGrowth', () => ledgerGrowth(canonicalBlocks(run), SIZES));

const workOf = (run: RunView): ReplayWork =>
  run.once('storageReplay', () => {
    const { verifyUs = 0, gasUs = 0 } = run.facts;
    return replayWork(canonicalBlocks(run), { verifyUs, gasUs, byteUs: BYTE_US });
  });

/** Kept and archived bytes after the last block. */
function storedBytes(run: RunView): { readonly kept: number; readonly archive: number } {
  const horizonUs = run.facts.pruneUs ?? 0;
  const { keptBytes, archiveBytes } = run.once('storagePruning', () =>
    pruning(canonicalBlocks(run), SIZES, horizonUs === 0 ? Number.POSITIVE_INFINITY : horizonUs),
  );
  return { kept: keptBytes.at(-1) ?? Number.NaN, archive: archiveBytes.at(-1) ?? Number.NaN };
}

/** Trades that were settled; undefined in a run of the chain alone. */
function settledTrades(run: RunView): number {
  if (!run.hasTable('trades')) return Number.NaN;
  const states = run.texts('trades', 'state');
  return countRows(states.length, (row) => states[row] !== '' && states[row] !== 'VOID');
}

/** Bytes of included transactions that carry or prove meter readings. */
function meterBytes(run: RunView): number {
  const types = run.texts('transactions', 'type');
  const height = run.numbers('transactions', 'height');
  return total(
    run.numbers('transactions', 'size_bytes'),
    (tx) => types[tx]!.startsWith('METER_') && !Number.isNaN(height[tx]!),
  );
}

function metric(
  id: string,
  unit: string,
  definition: string,
  compute: Metric['compute'],
  direction: Metric['direction'] = 'lower',
): Metric {
  return { id, unit, definition, direction, compute };
}

/** Metrics of storage and replay. */
export const storageMetrics: readonly Metric[] = [
  metric('bytesPerTrade', 'B', 'Bytes of all blocks of the chain / settled trades', (run) =>
    ratio(growthOf(run).ledgerBytes.at(-1) ?? Number.NaN, settledTrades(run)),
  ),
  metric(
    'meterBytesOnChain',
    'B',
    'Bytes of the transactions on the chain that anchor or show meter readings',
    meterBytes,
  ),
  metric(
    'stateGrowthBytesPerDay',
    'B/d',
    'State after the last block less state of genesis, 16 bytes an integer that is not 0, a day',
    (run) => growthOf(run).stateBytesPerDay,
  ),
  metric(
    'prunedBytes',
    'B',
    'Bytes that a full node has dropped at the end: bodies of blocks older than ledger.prune',
    (run) => storedBytes(run).archive - storedBytes(run).kept,
    'higher',
  ),
  metric(
    'archiveRatio',
    '',
    'Bytes that a node which drops nothing keeps / bytes that a full node keeps',
    (run) => ratio(storedBytes(run).archive, storedBytes(run).kept),
    'higher',
  ),
  metric(
    'replayWorkUs',
    'us',
    'Work of a node that replays the chain from genesis on one core: a signature check a block and ' +
      'transaction, gas at the cap of the scenario, and 0.002 us a byte',
    (run) => workOf(run).timeUs,
  ),
];

/** The comparison as a table for people: arms as columns, few rows, units that suit the size. */
import colors from 'picocolors';
import { formatValue, type ValueFormat } from './format-value.ts';
import { attackMetricId } from './metrics/fraud.ts';

/** What stands in one cell: a mean and, with two or more replications, half its interval. */
export interface TerminalCell {
  /** NaN is shown as a dash. */
  readonly mean: number;
  /** Half the width of the 95 % interval; NaN leaves it out. */
  readonly half: number;
}

const ROWS: readonly (readonly [string, string, ValueFormat] | string)[] = [
  'Chain',
  ['tpsFinal', 'final transactions / s', 'number'],
  ['finalityLatencyP50Us', 'finality at client, median', 'us'],
  ['finalityLatencyP95Us', 'finality at client, 95 %', 'us'],
  ['finalityLatencyCensored', 'not final at the end', 'count'],
  ['consensusLatencyP95Us', 'block to 90 % final, 95 %', 'us'],
  ['staleRate', 'stale blocks', 'share'],
  ['reorgDepthMax', 'deepest reorg', 'count'],
  ['missedTurnRate', 'missed turns', 'share'],
  ['producerNakamotoThird', 'Nakamoto coefficient 1/3', 'count'],
  ['producerGini', 'Gini of block production', 'number'],
  ['energyPerFinalTxWh', 'electricity / final tx', 'Wh'],
  ['bytesPerFinalTx', 'traffic / final tx', 'B'],
  'Market',
  ['lateOrderShare', 'late orders', 'share'],
  ['lateOrderCostUpt', 'cost of late orders', 'upt'],
  ['voidTradeShare', 'void trades', 'share'],
  ['tradedWh', 'traded energy', 'Wh'],
  ['mcpMeanUptPerKWh', 'clearing price, mean', 'upt/kWh'],
  ['allocativeEfficiency', 'efficiency as contracted', 'share'],
  ['efficiency', 'efficiency as delivered', 'share'],
  ['settlementLagP95Us', 'settlement lag, 95 %', 'us'],
  'Welfare, against the grid-only twin',
  ['participantsGainUpt', 'participants', 'upt'],
  ['dsoGainUpt', 'network operator', 'upt'],
  ['resourceGainUpt', 'resource welfare', 'upt'],
  ['loserShare', 'homes that lose', 'share'],
  'Ledger model, payments',
  ['parallelWidth', 'parallel width', 'number'],
  ['parallelWidthCommuting', 'with commuting credits', 'number'],
  ['clusterRecall', 'pairs of one owner linked', 'share'],
  ['senderEntropyBits', 'sender entropy [bit]', 'number'],
  ['identifiedShare', 'senders identified', 'share'],
  ['stateCells', 'state cells', 'count'],
  ['ledgerBytesPerPayment', 'ledger / payment', 'B'],
  'Points issued, and certificates',
  ['pointsGrantedUpt', 'for registration', 'upt'],
  ['pointsCleanUpt', 'for clean energy', 'upt'],
  ['pointsComputeUpt', 'for computing', 'upt'],
  ['pointsRewardedUpt', 'for packing blocks', 'upt'],
  ['pointsRedeemedUpt', 'redeemed against bills', 'upt'],
  ['labelsMinted', 'kWh labelled', 'count'],
  ['certificatesIssued', 'certificates issued', 'count'],
  ['certificatesTraded', 'certificates traded', 'count'],
  ['certificatesRetired', 'certificates retired', 'count'],
  ['callsRefused', 'contract calls refused', 'count'],
  'Fraud, homes named by any detector',
  ['fraudCaughtShare', 'frauds caught', 'share'],
  ['fraudTimeToCatchMedianUs', 'median time to catch', 'us'],
  ['feederAlarmShare', 'feeder-days with fraud alarmed', 'share'],
  ['moneyLostUpt', 'money lost', 'upt'],
  ['honestAccusedShare', 'honest homes accused', 'share'],
  'Grid',
  ['selfSufficiency', 'self-sufficiency', 'share'],
  ['lossShare', 'feeder loss', 'share'],
  ['voltageMinPu', 'lowest voltage [pu]', 'number'],
];

/** All rows, with those of the scenario's attacks behind the sum of all frauds. */
function rowsFor(attacks: readonly string[]): typeof ROWS {
  const place = ROWS.findIndex((row) => row[0] === 'feederAlarmShare');
  const rows = [...new Set(attacks)].flatMap(
    (attack): (readonly [string, string, ValueFormat])[] => [
      [attackMetricId(attack, 'CaughtShare'), `${attack}: caught`, 'share'],
      [attackMetricId(attack, 'TimeToCatchMedianUs'), `${attack}: median time`, 'us'],
    ],
  );
  return [...ROWS.slice(0, place), ...rows, ...ROWS.slice(place)];
}

/** Metrics the table shows, in its order. */
export const SHOWN_METRICS: readonly string[] = ROWS.flatMap((row) =>
  typeof row === 'string' ? [] : [row[0]],
);

/**
 * Renders the chosen metrics of arms side by side.
 *
 * @param arms - Column heads.
 * @param cell - Value of a metric in an arm.
 * @param colour - Whether to use terminal colours; default what the terminal supports.
 * @param attacks - Attacks of the scenario, each with rows of its own.
 * @returns Lines ending in a newline. A row that is undefined in every arm is left out.
 */
export function comparisonTable(
  arms: readonly string[],
  cell: (metric: string, arm: string) => TerminalCell,
  colour: boolean = colors.isColorSupported,
  attacks: readonly string[] = [],
): string {
  const paint = colors.createColors(colour);
  const body = rowsFor(attacks)
    .map((row) => {
      if (typeof row === 'string') return row;
      const [metric, label, format] = row;
      const shown = arms.map((arm) => cell(metric, arm));
      return [label, ...shown.map(({ mean, half }) => formatValue(mean, format, half))];
    })
    .filter((row) => typeof row === 'string' || row.slice(1).some((text) => text !== '-'));
  const shown = body.filter((row, i) => typeof row !== 'string' || isList(body[i + 1]));
  const rows = [['', ...arms], ...shown.filter(isList)];
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((text, c) => (c === 0 ? text.padEnd(widths[0]! + 2) : text.padStart(widths[c]! + 2)))
      .join('');
  const lines = shown.map((row) => (isList(row) ? `  ${line(row)}` : paint.dim(row)));
  return `${[`  ${paint.bold(line(rows[0]!))}`, ...lines].join('\n')}\n`;
}

function isList(row: string | string[] | undefined): row is string[] {
  return Array.isArray(row);
}

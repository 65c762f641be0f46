/** What each page of docs/experiments shows of its study: tables, the law beside them, a sentence. */
import { delayedDoubleSpend } from '../dist/consensus/laws/delayed-double-spend.js';
import {
  doubleSpend,
  effectiveShare,
  lateShareExponential,
  pbftMessages,
  privateAttackThreshold,
  selfishRates,
  selfishThreshold,
  staleShare,
} from '../dist/consensus/laws/index.js';
import { E05, E06, E07, E10, E11, E17, SYBIL } from './experiment-findings-fraud.mjs';
import {
  againstLaw,
  cellAt,
  cellTable,
  figure,
  pairAt,
  proportion,
  sameBytes,
  shown,
} from './experiment-results.mjs';

const S = 1e-6;
const POINTS = 1e-6;

function E01(study) {
  // A primary proposes to each other validator once a decision.
  const perDecision = ({ metrics }, validators) =>
    ((metrics.messagesProposal.mean + metrics.messagesPrepare.mean + metrics.messagesCommit.mean) *
      (validators - 1)) /
    metrics.messagesProposal.mean;
  const pbft = study.cells.filter(({ arm, at }) => arm === 'pbft' && at.load === 10);
  const messages = pbft.map((cell) => {
    const validators = Math.min(21, cell.at.nodes);
    const { total } = pbftMessages(validators);
    return `${validators} of ${cell.at.nodes} nodes ${figure(perDecision(cell, validators), 4)} (law ${total})`;
  });
  const pow = study.cells.filter(({ arm, at }) => arm === 'pow' && at.load === 10);
  const finality = pow.map(
    ({ at, metrics }) => `${at.nodes} nodes ${shown(metrics.finalityLatency90P50Us, S)} s`,
  );
  return [
    ...cellTable(study, [
      { head: 'finality, median [s]', metric: 'finalityLatency90P50Us', scale: S },
      { head: 'finality, 95 % [s]', metric: 'finalityLatency90P95Us', scale: S },
      { head: 'final [1/s]', metric: 'tpsFinal' },
      { head: 'bytes a final one', metric: 'bytesPerFinalTx' },
      { head: 'Wh a final one', metric: 'energyPerFinalTxWh' },
      { head: 'decentralisation', metric: 'decentralisation' },
    ]),
    '',
    `Messages of PBFT a decision at 10 transfers a second, by validators: ${messages.join(', ')}. Median finality of proof of work at`,
    `the same load: ${finality.join(', ')}.`,
  ];
}

function E02(study) {
  const delayOf = ({ metrics }) => metrics.propagation90P50Us.mean * S;
  const law = (cell) => staleShare(delayOf(cell) / cell.at.interval, 1 / 20);
  const rows = study.cells.map((cell) => ({
    estimate: cell.metrics.staleRate,
    law: law(cell),
    name: `${cell.at.interval} s, ${cell.at.block} kB, ${cell.at.latency} ms`,
  }));
  const far = rows.filter(({ estimate, law: of }) => Math.abs(estimate.mean / of - 1) > 0.03);
  const told = rows.filter(({ estimate: { high, low }, law: of }) => (high - low) / 2 < 0.03 * of);
  const close = told.filter((row) => !far.includes(row));
  return [
    ...cellTable(study, [
      { head: 'delay d [s]', text: (cell) => figure(delayOf(cell)) },
      { head: 'stale share', metric: 'staleRate' },
      { head: 'law', text: (cell) => figure(law(cell)) },
      {
        head: 'threshold of a private attack',
        text: (cell) => figure(privateAttackThreshold(delayOf(cell) / cell.at.interval), 4),
      },
    ]),
    '',
    againstLaw(rows),
    `Within 3 % of the law are ${close.length} of the ${told.length} cells whose interval is that narrow; where stale`,
    'blocks are rare, twenty thousand blocks are too few to tell. Cells share seeds, so that they deviate together. The threshold is the share of the hash power from which a',
    'private branch wins for certain: it falls with d/T, one half being the limit of no delay.',
  ];
}

function E03(study) {
  const giveUp = 40;
  const law = ({ at }) =>
    at.delay < 1
      ? doubleSpend(at.share, at.confirmations, 0)
      : delayedDoubleSpend({
          q: at.share,
          confirmations: at.confirmations,
          rateTimesDelay: at.delay / 600_000,
          giveUp,
        });
  const successes = ({ metrics: { doubleSpendSuccessShare: share, doubleSpendAttempts } }) =>
    proportion(share.mean, Math.round(doubleSpendAttempts.mean * share.n));
  const rowsOf = (isDelayed) =>
    study.cells
      .filter(({ at }) => at.delay > 1 === isDelayed)
      .map((cell) => ({
        estimate: successes(cell),
        law: law(cell),
        name: `share ${cell.at.share}, k ${cell.at.confirmations}`,
      }));
  const effective = [0.1, 0.3, 0.45].map((q) =>
    figure(effectiveShare(q, staleShare(0.1 * (1 - q), 1 / 20)), 3),
  );
  return [
    ...cellTable(study, [
      { head: 'success share (Wilson)', text: (cell) => shown(successes(cell)) },
      { head: 'law', text: (cell) => figure(law(cell)) },
      { head: 'profit of 30 attempts [pt]', metric: 'attackProfitUpt', scale: POINTS },
      { head: 'deepest reorganisation', metric: 'reorgDepthMax' },
    ]),
    '',
    `Without delay: ${againstLaw(rowsOf(false))}`,
    `With a delay of 60 s: ${againstLaw(rowsOf(true))}`,
    'Attempts are independent trials, so that intervals of the share are by Wilson over all of them: no success in 300 is compatible',
    `with a chance of up to 1.3 %. The delay acts as a larger share: 0.1, 0.3 and 0.45 count as ${effective.join(', ')}.`,
  ];
}

/** Stale share while a pool holds blocks back, of all blocks. */
const selfishStale = (alpha, gamma) => selfishRates(alpha, gamma).orphaned;

function E04(study) {
  const rows = study.cells.map((cell) => ({
    estimate: cell.metrics.staleRate,
    law: selfishStale(cell.at.share, cell.at.gamma),
    name: `share ${cell.at.share}, gamma ${cell.at.gamma}`,
  }));
  const paidShare = ({ metrics: { selfishMiningSuccessShare: share } }) =>
    proportion(share.mean, share.n);
  const crossings = [0, 0.5, 1].map((gamma) => {
    const paid = study.cells
      .filter(
        ({ at, metrics }) => at.gamma === gamma && metrics.selfishMiningSuccessShare.mean > 0.5,
      )
      .map(({ at }) => at.share);
    const least = paid.length === 0 ? 'never' : `from ${Math.min(...paid)} on`;
    return `gamma ${gamma} ${least} (law ${figure(selfishThreshold(gamma))})`;
  });
  return [
    ...cellTable(study, [
      { head: 'runs in which it paid (Wilson)', text: (cell) => shown(paidShare(cell)) },
      { head: 'stale share', metric: 'staleRate' },
      {
        head: 'law of the stale share',
        text: ({ at }) => figure(selfishStale(at.share, at.gamma)),
      },
    ]),
    '',
    `It paid in most runs: ${crossings.join('; ')}. ${againstLaw(rows)}`,
  ];
}

/** Gas of an order that is submitted, as receipts state it. */
const ORDER_GAS = 48_100;

function E15(study) {
  const members = ({ at }) => 20 * at.communities;
  const limit = ({ at }) => (at.cap * 300) / ORDER_GAS;
  const over = study.cells.filter((cell) => members(cell) > limit(cell));
  const base = (cell) => cellAt(study, cell.arm, { ...cell.at, communities: 1 });
  const knees = ['pow', 'dpos', 'pbft'].map((arm) => {
    const late = study.cells.filter(
      (cell) =>
        cell.arm === arm &&
        cell.metrics.lateOrderShare.mean > base(cell).metrics.lateOrderShare.mean + 0.05,
    );
    return `${arm} ${late.map((cell) => `${members(cell)} at ${cell.at.cap}`).join(', ') || 'none'}`;
  });
  return [
    ...cellTable(study, [
      { head: 'members N', text: (cell) => String(members(cell)) },
      { head: 'N / N*', text: (cell) => figure(members(cell) / limit(cell)) },
      { head: 'late orders', metric: 'lateOrderShare' },
      {
        head: '1 − N*/N',
        text: (cell) => figure(Math.max(0, 1 - limit(cell) / members(cell)), 3),
      },
      { head: 'finality, 95 % [s]', metric: 'finalityLatencyP95Us', scale: S },
      { head: 'allocative efficiency', metric: 'allocativeEfficiency' },
    ]),
    '',
    `N* is 300 s of gas at ${ORDER_GAS} gas an order, and an order a member; not quite every member sends one in every slot. Cells in which five points more orders are late than with one`,
    `community (members at a cap): ${knees.join('; ')}. Beyond N* by the law: ${over.length} of ${study.cells.length} cells.`,
  ];
}

function E16(study) {
  const wide = study.cells.filter(({ at }) => at.nodes === 4000 && at.confirmations === 1);
  const near = wide.flatMap(({ at, metrics }) =>
    [
      ['in a block', 'inclusionLatencyMeanUs'],
      ['in a block that nine of ten have', 'inclusionLatency90MeanUs'],
      ['final at the client', 'finalityLatencyMeanUs'],
      ['final at nine of ten', 'finalityLatency90MeanUs'],
    ]
      .filter(([, id]) => metrics[id].low * S <= 16 && 16 <= metrics[id].high * S)
      .map(([words]) => `${words} at ${at.interval} s`),
  );
  const shares = wide.map(({ metrics }) => metrics.finalCount.mean / metrics.submittedCount.mean);
  const close = near.length === 0 ? 'none' : near.join('; ');
  return [
    ...cellTable(study, [
      { head: 'in a block [s]', metric: 'inclusionLatencyMeanUs', scale: S },
      { head: 'at 90 % of nodes [s]', metric: 'inclusionLatency90MeanUs', scale: S },
      { head: 'final at the client [s]', metric: 'finalityLatencyMeanUs', scale: S },
      { head: 'final at 90 % [s]', metric: 'finalityLatency90MeanUs', scale: S },
      { head: 'stale share', metric: 'staleRate' },
      { head: 'propagation, 90 % [s]', metric: 'propagation90P50Us', scale: S },
      {
        head: 'final share',
        text: ({ metrics }) => figure(metrics.finalCount.mean / metrics.submittedCount.mean, 4),
      },
    ]),
    '',
    `Definitions whose interval holds 16 s, 4 000 nodes and one block: ${close}. Of the transfers at least ${figure(
      Math.min(...shares) * 100,
      4,
    )} % became final; the published 99.38 % is not reproduced where nothing`,
    'is lost, since this workload neither overdraws nor expires. After two blocks no definition is near 16 s.',
  ];
}

function E22(study) {
  const faster = pairAt(study, 'finalityLatencyP50Us', 'dpos', 'central', { operator: 'honest' });
  const welfare = pairAt(study, 'efficiency', 'dpos', 'central', { operator: 'honest' });
  const censored = study.cells
    .filter(({ at }) => at.operator === 'censoring')
    .map(({ arm, metrics }) => `${arm} ${shown(metrics.attackSuccessShare)}`);
  return [
    ...cellTable(study, [
      { head: 'finality, median [s]', metric: 'finalityLatencyP50Us', scale: S },
      { head: 'late orders', metric: 'lateOrderShare' },
      { head: 'void trades', metric: 'voidTradeShare' },
      { head: 'efficiency', metric: 'efficiency' },
      { head: 'orders of the victim kept out', metric: 'attackSuccessShare' },
      { head: 'electricity [kWh]', metric: 'energyKWh' },
    ]),
    '',
    `With an honest operator the database is final ${shown(faster, S)} s before the delegates; efficiency differs by`,
    `${shown(welfare)} (paired). Where the operator leaves a member out, the share of its transactions that are not final`,
    `within two minutes: ${censored.join(', ')}. The primary of PBFT stays in office as long as it works, so it can leave a`,
    'member out as a database can; turns of delegates and the race of miners pass the member on. Where the operator is down,',
    'every arm loses its orders, since the centre also clears the book: a chain does not replace a centre that is asked.',
  ];
}

function E23(study, folder) {
  return [
    ...cellTable(study, [
      { head: 'finality, 95 % [s]', metric: 'finalityLatencyP95Us', scale: S },
      { head: 'late orders', metric: 'lateOrderShare' },
      { head: 'void trades', metric: 'voidTradeShare' },
    ]),
    '',
    sameBytes(folder),
  ];
}

function E24(study) {
  const GATE = 330;
  const windowOf = ({ at }) => at.earliest - GATE;
  const law = (cell) => {
    const G = windowOf(cell);
    if (cell.arm === 'central') return Number.NaN;
    if (cell.arm === 'pow-15s') return lateShareExponential(cell.at.interval, G);
    const { turn } = cell.at;
    return Math.min(1, (turn - (GATE % turn)) / G);
  };
  const rows = study.cells.map((cell) => ({
    estimate: cell.metrics.lateOrderShare,
    law: law(cell),
    name: `${cell.arm} T ${cell.at.interval || cell.at.turn} s, G ${windowOf(cell)} s`,
  }));
  const off = rows.filter(({ estimate, law: of }) => Math.abs(estimate.mean - of) > 0.02);
  const cost = [15, 60, 300].flatMap((interval) => {
    const pair = pairAt(study, 'allocativeEfficiency', 'pow-15s', 'central', {
      interval,
      earliest: 630,
    });
    return pair === undefined ? [] : [`${interval} s ${shown(pair)}`];
  });
  return [
    ...cellTable(study, [
      { head: 'G [s]', text: (cell) => String(windowOf(cell)) },
      { head: 'late orders', metric: 'lateOrderShare' },
      { head: 'law', text: (cell) => figure(law(cell)) },
      { head: 'allocative efficiency', metric: 'allocativeEfficiency' },
      { head: 'lost to lateness [pt/d]', metric: 'lateOrderCostUpt', scale: POINTS },
    ]),
    '',
    'Arms are protocols, at the interval or turn of the column.',
    againstLaw(rows),
    `It is more than 0.02 off in ${off.length} of ${rows.filter(({ law: of }) => !Number.isNaN(of)).length} cells; orders`,
    'travel for some tenths of a second, which the law leaves out. What lateness costs, G = 300 s, as the difference of',
    `allocative efficiency to one database on the same orders (paired): ${cost.join('; ')}.`,
  ];
}

/** Lines of the page of an experiment, by id: `(study, folder of all results) => lines`. */
export const FINDINGS = {
  E01,
  E02,
  E03,
  E04,
  E05,
  E06,
  E07,
  E10,
  E11,
  E15,
  E16,
  E17,
  'E17-sybil': SYBIL,
  E22,
  E23,
  E24,
};

/** Findings of the experiments about votes, frauds, coins and points; see experiment-findings.mjs. */
import { equivocatorsNeeded, guiltyStayAbove } from '../dist/consensus/laws/index.js';
import { againstLaw, cellAt, cellTable, figure, pairAt, shown } from './experiment-results.mjs';

const S = 1e-6;
const POINTS = 1e-6;

/** E05: who is voted out, how soon. */
export function E05(study) {
  const cells = study.cells.filter(({ at }) => at.bad === 6 && at.epoch !== 100);
  const at80 = cells
    .filter(({ at }) => at.turnout === 80)
    .map(({ arm, metrics }) => `${arm} ${shown(metrics.timeToExclusionMedianUs, S)} s`);
  const innocent = study.cells.reduce(
    (sum, { metrics }) => sum + (metrics.falseExclusions.mean || 0) * metrics.falseExclusions.n,
    0,
  );
  const low = study.cells.filter(
    ({ at, arm }) => at.turnout === 40 && at.bad > 0 && arm === 'ballot',
  );
  const stay = low.map(({ at, metrics }) => `${at.bad} bad ${shown(metrics.guiltyExcludedShare)}`);
  const bounds = [0.4, 0.8, 1].map((t) => `${figure(guiltyStayAbove(t))} at ${t}`);
  return [
    ...cellTable(
      study,
      [
        { head: 'to exclusion, median [s]', metric: 'timeToExclusionMedianUs', scale: S },
        { head: 'guilty excluded', metric: 'guiltyExcludedShare' },
        { head: 'bad turns after the first', metric: 'badTurnsAfterOffence' },
        { head: 'innocent excluded', metric: 'falseExclusions' },
        { head: 'turns missed', metric: 'missedTurnRate' },
      ],
      { skip: ({ at }) => at.bad === 0 },
    ),
    '',
    `Six bad ones at a turnout of 80 %: ${at80.join(', ')}. Innocent nodes excluded in all runs, those without a bad`,
    `delegate included: ${innocent}. Share of the guilty voted out by ballot at a turnout of 40 %: ${stay.join(', ')}; here`,
    'the quorum of one half of the electorate decides: two in five of the honest do not reach it alone, but those who let',
    'turns pass vote on each other all the same, and with enough of them it is reached. Where they acquit each other, the',
    `guilty stay from these shares of the electorate on: ${bounds.join(', ')} (test/experiments/E05.test.ts).`,
  ];
}

/** E06: from how many equivocators on finals diverge. */
export function E06(study) {
  const broken = (arm, moves) => {
    const counts = study.cells
      .filter((cell) => cell.arm === arm && cell.at.moves === moves)
      .filter(({ metrics }) => metrics.divergentFinality.mean > 0)
      .map(({ at }) => at.equivocators);
    return counts.length === 0 ? 'none' : `from ${Math.min(...counts)}`;
  };
  const arms = study.manifest.arms;
  const clean = arms.map((arm) => `${arm} ${broken(arm, 0)}`);
  const moving = arms.map((arm) => `${arm} ${broken(arm, 20)}`);
  return [
    ...cellTable(study, [
      { head: 'heights with two final blocks', metric: 'divergentFinality' },
      { head: 'finality stood still [s]', metric: 'libStallUs', scale: S },
      { head: 'deepest reorganisation', metric: 'reorgDepthMax' },
    ]),
    '',
    `Fewest equivocators, of those tried, with two final blocks at a height. Clean split: ${clean.join(', ')} (law:`,
    `${equivocatorsNeeded(21, 15)} under every rule). Moving sides: ${moving.join(', ')} (law for bft: not before ${equivocatorsNeeded(21, 15)}).`,
  ];
}

/** E07: concentration and the price of an election. */
export function E07(study) {
  const bribed = study.cells.filter(({ arm }) => arm === 'gini-50-bribed');
  const costs = bribed.map(
    ({ at, metrics }) =>
      `Gini ${at.gini} %, turnout ${at.turnout} %: ${shown(metrics.costOfAttackUpt, POINTS)} pt`,
  );
  const at60 = [20, 50, 80].map((gini) => {
    const cell = cellAt(study, 'gini-50', { gini, turnout: 60 });
    return `${shown(cell.metrics.stakeNakamotoThird)} at ${gini} %`;
  });
  return [
    ...cellTable(study, [
      { head: 'nodes with a third of the stake', metric: 'stakeNakamotoThird' },
      { head: 'Gini over nodes', metric: 'stakeGini' },
      { head: 'producers with a third', metric: 'producerNakamotoThird' },
      { head: 'captures that succeeded', metric: 'attackSuccessShare' },
      { head: 'paid [pt]', metric: 'costOfAttackUpt', scale: POINTS },
    ]),
    '',
    'The Gini is that of the column; `gini-50-bribed` has the cartel, `gini-50` has none.',
    `Fewest nodes with a third of the stake at a turnout of 60 %: ${at60.join(', ')}. What a cartel paid (a third and two`,
    `thirds of the seats together): ${costs.join('; ')}.`,
  ];
}

/** E10: which detector sees which fraud. */
export function E10(study) {
  const part = (arms, columns) => cellTable(study, columns, { arms });
  const pair = pairAt(study, 'misreportedWh', 'f01-under-reporting', 'f01-on-dpos', {
    liars: 3,
    alpha: 0.8,
  });
  const nights = study.cells
    .filter(({ arm }) => arm === 'f02-night')
    .map(({ metrics }) => metrics.physicalBoundRecall.mean);
  const below = study.cells
    .filter(({ arm }) => arm === 'f02-over-reporting')
    .map(({ metrics }) => metrics.physicalBoundRecall.mean);
  const pr = [1, 3, 6].map((liars) => {
    const cell = cellAt(study, 'f02-over-reporting', { liars, gain: 0.05 });
    return `${liars} of 60 ${shown(cell?.metrics.physicalBoundPrAuc)}`;
  });
  const range = (values) =>
    Math.min(...values) === Math.max(...values)
      ? figure(values[0])
      : `${figure(Math.min(...values))} to ${figure(Math.max(...values))}`;
  return [
    'Meters that under-report, on a database and on delegates. D01 watches the feeder and names nobody: its scores are of days.',
    '',
    ...part(
      ['f01-under-reporting', 'f01-on-dpos'],
      [
        { head: 'hidden [kWh]', metric: 'misreportedWh', scale: 1e-3 },
        { head: 'D01 ROC-AUC', metric: 'energyBalanceRocAuc' },
        { head: 'D01 recall', metric: 'energyBalanceRecall' },
        { head: 'homes named', metric: 'fraudCaughtShare' },
      ],
    ),
    '',
    'Meters that over-report.',
    '',
    ...part(
      ['f02-over-reporting', 'f02-night'],
      [
        { head: 'invented [kWh]', metric: 'misreportedWh', scale: 1e-3 },
        { head: 'D05 ROC-AUC', metric: 'physicalBoundRocAuc' },
        { head: 'D05 PR-AUC', metric: 'physicalBoundPrAuc' },
        { head: 'D05 recall', metric: 'physicalBoundRecall' },
        { head: 'D05 false alarms', metric: 'physicalBoundFalsePositiveRate' },
        { head: 'D01 recall', metric: 'energyBalanceRecall' },
      ],
    ),
    '',
    'Rings of wash trades.',
    '',
    ...part(
      ['f04-wash-trade'],
      [
        { head: 'D07 ROC-AUC', metric: 'tradeCyclesRocAuc' },
        { head: 'D07 recall', metric: 'tradeCyclesRecall' },
        { head: 'D07 false alarms', metric: 'tradeCyclesFalsePositiveRate' },
      ],
    ),
    '',
    `D05 finds ${range(nights)} of the home-days of night injection and ${range(below)} of those below the bound, although its`,
    'score ranks them well: the threshold is that of physics, not of suspicion. Its PR-AUC at a gain of 0.05 grows with the',
    `number of liars: ${pr.join(', ')}. D01 recall of meters that keep 0.95, 0.8 and 0.5 rises with magnitude and number; it`,
    `never names a home. Energy hidden on the database less that on delegates: ${shown(pair)} Wh (paired): a chain keeps`,
    'what it is told.',
  ];
}

/** E11: accounts against coins. */
export function E11(study) {
  const pairs = study.pairs
    .filter(({ metric, at }) => metric === 'parallelWidth' && at.reuse === 0)
    .map((pair) => `${pair.at.hot} % ${shown(pair)}`);
  const seen = [0, 50, 100].map((reuse) => {
    const cell = cellAt(study, 'utxo', { hot: 10, reuse });
    return `${reuse} % ${shown(cell?.metrics.identifiedShare)}`;
  });
  return [
    ...cellTable(study, [
      { head: 'parallel width', metric: 'parallelWidth' },
      { head: 'where credits commute', metric: 'parallelWidthCommuting' },
      { head: 'senders told apart', metric: 'identifiedShare' },
      { head: 'entropy of senders [bit]', metric: 'senderEntropyBits' },
      { head: 'cells of state', metric: 'stateCells' },
      { head: 'bytes a payment', metric: 'ledgerBytesPerPayment' },
    ]),
    '',
    `Width of accounts less that of coins, by the share that one receiver gets (paired): ${pairs.join('; ')}. Senders told by`,
    `common inputs, by the share of reused addresses: ${seen.join(', ')}. Accounts name every sender.`,
  ];
}

/** E17: points under stress. */
export function E17(study) {
  const arm = (name, cap) =>
    study.cells.find((cell) => cell.arm === name && (cap === undefined || cell.at.cap === cap));
  const growth = [1, 2, 5].map(
    (cap) => `${cap} pt ${shown(arm('capped', cap)?.metrics.pointsInflation)}`,
  );
  const dry = ['calm', 'alone', 'run'].map(
    (name) => `${name} ${shown(arm(name)?.metrics.failedReceiptCount)}`,
  );
  return [
    ...cellTable(study, [
      { head: 'growth of points', metric: 'pointsInflation' },
      { head: 'redeemed [pt]', metric: 'pointsRedeemedUpt', scale: POINTS },
      { head: 'bills covered', metric: 'pointsBillShare' },
      { head: 'open bills / liability', metric: 'pointsCoverageMean' },
      { head: 'sold for money [pt]', metric: 'pointsExchangedUpt', scale: POINTS },
      { head: 'offers given back', metric: 'pointsRefundedShare' },
      { head: 'failed transactions', metric: 'failedReceiptCount' },
    ]),
    '',
    `All ${study.runs.length} runs kept every invariant of points (a broken one ends a run). Growth by cap: ${growth.join(', ')};`,
    `without one ${shown(arm('calm')?.metrics.pointsInflation)}. Transactions that failed, most of them orders for want of points: ${dry.join(', ')}.`,
  ];
}

/** E17-sybil: when false names pay. */
export function SYBIL(study) {
  const IDENTITIES = 64;
  const law = ({ at }) =>
    ((1 - (at.caught === '' ? 0 : at.caught) / 100) * at.grant - at.cost) * IDENTITIES;
  const pt = (estimate) => ({
    ...estimate,
    mean: estimate.mean * POINTS,
    low: estimate.low * POINTS,
    high: estimate.high * POINTS,
  });
  const rows = study.cells.map((cell) => ({
    estimate: pt(cell.metrics.sybilIdentitiesProfitUpt),
    law: law(cell),
    name: `${cell.arm}, grant ${cell.at.grant}, cost ${cell.at.cost}, caught ${cell.at.caught} %`,
  }));
  const wrong = rows.filter(
    ({ estimate, law: of }) => Math.abs(of) > 1e-9 && estimate.mean > 0 !== of > 0,
  );
  return [
    ...cellTable(study, [
      { head: 'names that got a grant', metric: 'sybilIdentitiesSuccessShare' },
      { head: 'profit [pt]', metric: 'sybilIdentitiesProfitUpt', scale: POINTS },
      { head: 'law [pt]', text: (cell) => figure(law(cell)) },
    ]),
    '',
    againstLaw(rows),
    `The sign of the profit is that of the law in ${rows.length - wrong.length} of ${rows.length} cells.`,
  ];
}

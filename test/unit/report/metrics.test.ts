import { describe, expect, test } from 'vitest';
import { InvariantViolation } from '../../../src/base/errors.ts';
import { metricsFor, RUN_METRICS, type RunView } from '../../../src/report/metrics.ts';
import { emptyTables, miniature, s, tableOf } from './miniature.ts';

const ALL = metricsFor(['energy-balance']);

function value(id: string, run: RunView = miniature()): number {
  const metric = ALL.find((candidate) => candidate.id === id);
  if (metric === undefined) throw new RangeError(`no metric ${id}`);
  return metric.compute(run);
}

/** Every figure below was computed by hand from miniature.ts. */
const EXPECTED: Readonly<Record<string, number>> = {
  // Final between 0 s and 1 800 s: 120, 260, 380, 420, 600; submitted there: 200 .. 1795.
  tpsFinal: 5 / 1800,
  offeredTps: 8 / 1800,
  submittedCount: 10,
  finalCount: 7,
  rejectedCount: 2,
  pendingCount: 1,
  failedReceiptCount: 1,
  rejectedExpired: 1,
  rejectedSelfMatch: 1,
  rejectedBadNonce: 0,
  canonicalBlocks: 3,
  forkCount: 1,
  staleRate: 1 / 4,
  reorgDepthMax: 3,
  reorgCount: 2,
  missedTurnRate: 3 / 9,
  // 3, 6, 1, 9, 90, 10 s.
  inclusionLatencyMeanUs: s(119) / 6,
  inclusionLatencyP50Us: s(7.5),
  inclusionLatencyP95Us: s(70),
  inclusionLatencyP99Us: s(86),
  inclusionLatencyMaxUs: s(90),
  inclusionLatencyCensored: 0,
  // 60, 80, 20, 100, open, 105 s: positions 2.5, 4.75 and 4.95 of 20 60 80 100 105 open.
  finalityLatencyMeanUs: s(73),
  finalityLatencyP50Us: s(90),
  finalityLatencyP95Us: Number.NaN,
  finalityLatencyP99Us: Number.NaN,
  finalityLatencyMaxUs: s(105),
  finalityLatencyCensored: 1,
  // 102, 106, 301, 401, 503 s, one open.
  inclusionLatency90MeanUs: s(1413) / 5,
  inclusionLatency90P50Us: s(351),
  inclusionLatency90P95Us: Number.NaN,
  inclusionLatency90MaxUs: s(503),
  inclusionLatency90Censored: 1,
  // 160, 165, 400, 500, 530 s, one open.
  finalityLatency90MeanUs: s(351),
  finalityLatency90P50Us: s(450),
  finalityLatency90Censored: 1,
  // Final at 358, 798 and 1 028 s between 0 and 1 800 s.
  libStallUs: s(772),
  divergentFinality: Number.NaN,
  viewChanges: Number.NaN,
  // 60, 100, 30 s.
  consensusLatencyMeanUs: s(190) / 3,
  consensusLatencyP50Us: s(60),
  consensusLatencyP95Us: s(96),
  propagation90MeanUs: s(2),
  settlementLagMeanUs: s(100),
  settlementLagP50Us: Number.NaN,
  settlementLagCensored: 1,
  energyKWh: 0.06,
  energyPerFinalTxWh: 60 / 7,
  energyPerBlockWh: 12,
  consensusPowerW: 45,
  messages: 300,
  messagesBlock: Number.NaN,
  bytes: 21_000,
  bytesPerFinalTx: 3000,
  ledgerBytes: 6000,
  gasPerTrade: 120,
  // 60 W for half an hour.
  energyPerTradedShare: 30 / 2750,
  // Production 2, 1, 0.
  producerNakamotoThird: 1,
  producerNakamotoHalf: 1,
  producerNakamotoTwoThirds: 2,
  producerGini: 4 / 9,
  producerEntropyBits: 0.9182958340544896,
  producerEntropyNormalised: 0.579380164285695,
  producerHerfindahl: 50_000 / 9,
  producerTheil: (2 * Math.LN2) / 3,
  eligibleShare: 1,
  decentralisation: 0.579380164285695,
  stakeNakamotoHalf: 2,
  stakeGini: 1 / 3,
  hashGini: Number.NaN,
  ordersSent: 20,
  lateOrderShare: 0.2,
  rejectedOrderShare: 0.1,
  liquidity: 7000 / 12_000,
  mcpMeanUptPerKWh: 450_000,
  mcpStdUptPerKWh: 100_000 / Math.SQRT2,
  tradeCount: 3,
  voidTradeShare: 1 / 3,
  tradeGoodputPerS: 2 / 1800,
  contractedWh: 3500,
  voidWh: 500,
  tradedWh: 2750,
  tradedShare: 2750 / 4000,
  sellerHerfindahl: (850 * 850 + 1900 * 1900) / (2750 * 2750),
  sellerShortfallWh: 100,
  tradeLossWh: 120,
  buyerShortfallWh: 30,
  deviationShare: 250 / 3000,
  marketSurplusUpt: 450_000,
  efficiency: 0.9,
  loadWh: 8000,
  pvWh: 10_000,
  // Community import 1 000 of 8 000, export 3 000 of 10 000.
  selfSufficiency: 0.875,
  selfConsumption: 0.7,
  lossShare: 300 / 7100,
  peakImportW: 4400,
  peakExportW: 11_200,
  voltageMinPu: 0.97,
  // Bills a: 1 655 500 + 407 000, b: -660 000 - 1 550 000; the first version of a's slot 1 is void.
  participantsSurplusUpt: 147_500,
  participantsGainUpt: 547_500,
  // Operator takes -240 000 + 82 500 + 10 000; energy at the head is -1.7 kWh.
  dsoNetRevenueUpt: -147_500 + 510_000,
  dsoGainUpt: -547_500,
  chainCostUpt: 20_400,
  resourceWelfareUpt: 1.7 * 340_000 - 20_400,
  resourceGainUpt: -20_400,
  emissionKg: (-1.7 + 0.06) * 0.5,
  peerSavingsMeanUpt: 273_750,
  // Savings a: 144 500 - 7 000, b: 60 000 + 350 000.
  peerSavingsGini: (410_000 - 137_500) / (2 * 547_500),
  loserShare: 0,
  pointsGrantedUpt: 200,
  pointsCleanUpt: 30,
  pointsComputeUpt: 20,
  pointsRewardedUpt: 50,
  pointsRedeemedUpt: 40,
  pointsForfeitedUpt: 5,
  labelsMinted: 2100,
  labelsBundled: 2000,
  labelsLost: 7,
  certificatesIssued: 2,
  certificatesTraded: 3,
  certificatesRetired: 4,
  carbonCertificates: 1,
  callsRefused: 7,
  // 10 payments over paths of 3 + 1, and of 2 + 1.
  parallelWidth: 2.5,
  parallelWidthCommuting: 10 / 3,
  clusterPrecision: 1,
  clusterRecall: 0.25,
  senderEntropyBits: 2,
  identifiedShare: 0.125,
  stateCells: 77,
  ledgerBytesPerPayment: 500,
  pointsGini: 0.25,
  lockedCertificates: 2,
  lockedCertificateShare: 0.5,
  attackSuccessShare: Number.NaN,
  timeToExclusionMedianUs: Number.NaN,
  attackLabels: 1,
  misreportedWh: 700,
  moneyLostUpt: 420_000,
  alarmCount: 1,
  energyBalanceF1: 0.75,
  energyBalanceRecall: Number.NaN,
  energyBalancePrecision: Number.NaN,
};

describe('a run computed by hand', () => {
  test.each(Object.entries(EXPECTED))('%s', (id, expected) => {
    if (Number.isNaN(expected)) expect(value(id)).toBeNaN();
    else if (expected === 0) expect(value(id)).toBe(0);
    else expect(value(id) / expected).toBeCloseTo(1, 13);
  });

  test('changes of welfare against the twin add up', () => {
    const sum = value('participantsGainUpt') + value('dsoGainUpt') - value('chainCostUpt');
    expect(sum).toBe(value('resourceGainUpt'));
  });
});

describe('the registry', () => {
  test('every metric has a unique camelCase id, a definition and a known direction', () => {
    const ids = ALL.map((metric) => metric.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, unit, definition, direction } of ALL) {
      expect(id).toMatch(/^[a-z][A-Za-z0-9]*$/);
      expect(definition.length).toBeGreaterThan(8);
      expect(['higher', 'lower', 'neutral']).toContain(direction);
      if (unit === 'us') expect(id).toMatch(/Us$/);
      if (unit === 'upt') expect(id).toMatch(/Upt$/);
      if (unit === 'Wh') expect(id).toMatch(/Wh$/);
    }
  });

  test('a run without slots, blocks and transactions gives no figure that is infinite', () => {
    const run = miniature(emptyTables());
    for (const metric of RUN_METRICS) {
      expect(Math.abs(metric.compute(run)), metric.id).not.toBe(Number.POSITIVE_INFINITY);
    }
    expect(value('tpsFinal', run)).toBeNaN();
    expect(value('staleRate', run)).toBeNaN();
    expect(value('finalityLatencyMeanUs', run)).toBeNaN();
    expect(value('selfSufficiency', run)).toBeNaN();
    expect(value('submittedCount', run)).toBe(0);
  });

  test('a transaction without a fate is an invariant violation', () => {
    const transactions = tableOf('transactions', [{ fate: 'lost', final_us: Number.NaN }]);
    expect(() => value('finalCount', miniature({ transactions }))).toThrow(InvariantViolation);
  });

  test('a final transaction without a time of finality is an invariant violation', () => {
    const transactions = tableOf('transactions', [{ fate: 'final', final_us: Number.NaN }]);
    expect(() => value('finalCount', miniature({ transactions }))).toThrow('final-has-time');
  });
});

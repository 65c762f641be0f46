/** Published numbers and exact laws of fraud detection: validation.md H2, H5 and oracle O13. */
import { describe, expect, it } from 'vitest';
import { defaultsOf } from '../../src/base/options.ts';
import { createRandomSource } from '../../src/base/random.ts';
import { DAY_US } from '../../src/base/units.ts';
import energyBalance from '../../src/fraud/detectors/energy-balance.ts';
import {
  averagePrecision,
  confusion,
  f1,
  falsePositiveRate,
  mcc,
  meanAveragePrecisionAt,
  precision,
  recall,
  recallAt,
  rocAuc,
} from '../../src/fraud/scoring/metrics.ts';
import { detectorWorld, registeredHomes } from '../unit/fraud/worlds.ts';

describe('O13: AUC with one tie', () => {
  it('is 0.825', () => {
    const scores = [0.9, 0.8, 0.5, 0.4, 0.7, 0.5, 0.3, 0.2, 0.1];
    expect(rocAuc(scores, [1, 1, 1, 1, 0, 0, 0, 0, 0])).toBe(0.825);
  });
});

describe('metric code against slow definitions (validation H5)', () => {
  const draws = createRandomSource('metrics').addressed('test/scores');
  const sample = (count: number, levels: number) => {
    const positive = Array.from({ length: count }, (_, i) =>
      draws.uniform(i, 0, 0) < 0.05 ? 1 : 0,
    );
    const scores = positive.map(
      (is, i) => Math.floor(levels * (draws.uniform(i, 1, 0) + 0.3 * is)) / levels,
    );
    return { scores, positive };
  };
  /** Definition: compares every pair. */
  function pairwiseAuc(scores: number[], positive: number[]): number {
    let [wins, pairs] = [0, 0];
    for (let i = 0; i < scores.length; i++) {
      if (positive[i] !== 1) continue;
      for (let j = 0; j < scores.length; j++) {
        if (positive[j] === 1) continue;
        wins += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
        pairs++;
      }
    }
    return wins / pairs;
  }
  /** Definition: one point of the precision-recall staircase for each distinct threshold. */
  function thresholdAp(scores: number[], positive: number[]): number {
    const total = positive.reduce((sum, is) => sum + is, 0);
    let [area, before] = [0, 0];
    for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
      const said = scores.map((score) => (score >= threshold ? 1 : 0));
      const counts = confusion(said, positive);
      const reached = counts.truePositives / total;
      area += (reached - before) * precision(counts);
      before = reached;
    }
    return area;
  }
  for (const levels of [2, 10, 400]) {
    it(`AUC and average precision with ${levels} levels of score`, () => {
      const { scores, positive } = sample(600, levels);
      expect(rocAuc(scores, positive)).toBeCloseTo(pairwiseAuc(scores, positive), 12);
      expect(averagePrecision(scores, positive)).toBeCloseTo(thresholdAp(scores, positive), 12);
    });
  }
  it('AUC and average precision of 50 000 rows with ties', () => {
    const { scores, positive } = sample(50_000, 60);
    // The area under the ROC polygon, threshold by threshold, another way to the same number.
    let area = 0;
    let [fprBefore, tprBefore] = [0, 0];
    for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
      const said = scores.map((score) => (score >= threshold ? 1 : 0));
      const counts = confusion(said, positive);
      const [fpr, tpr] = [falsePositiveRate(counts), recall(counts)];
      area += ((fpr - fprBefore) * (tpr + tprBefore)) / 2;
      [fprBefore, tprBefore] = [fpr, tpr];
    }
    expect(Math.abs(rocAuc(scores, positive) - area)).toBeLessThan(1e-9);
    const slow = thresholdAp(scores, positive);
    expect(Math.abs(averagePrecision(scores, positive) - slow)).toBeLessThan(1e-9);
  });
  it('recall at k within a tie is the mean over orders', () => {
    // Two certain, then a tie of three with one positive, of which one place is left.
    expect(recallAt(3, [5, 4, 3, 3, 3, 1], [1, 0, 1, 0, 0, 1])).toBeCloseTo((1 + 1 / 3) / 3, 15);
  });
  it('MAP@k by hand', () => {
    expect(meanAveragePrecisionAt(4, [9, 8, 7, 6, 5], [1, 0, 1, 1, 1])).toBeCloseTo(
      (1 + 2 / 3 + 3 / 4) / 3,
      15,
    );
  });
  it('MCC, F1, recall by hand, also where counts multiply past 2^53', () => {
    const c = { truePositives: 90, falsePositives: 60, falseNegatives: 10, trueNegatives: 840 };
    expect(mcc(c)).toBeCloseTo((90 * 840 - 60 * 10) / Math.sqrt(150 * 100 * 900 * 850), 14);
    expect(f1(c)).toBe(180 / 250);
    expect(recall(c)).toBe(0.9);
    const big = {
      ...c,
      truePositives: 9e6,
      falsePositives: 6e6,
      falseNegatives: 1e6,
      trueNegatives: 84e6,
    };
    expect(mcc(big)).toBeCloseTo(mcc(c), 12);
  });
});

/** Standard normal distribution function, by its power series. */
function phi(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let [term, sum] = [x, x];
  for (let k = 1; k < 300; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

interface Feeder {
  readonly count: number;
  readonly meterClass: number;
  readonly headClass: number;
  readonly theftWh: number;
  /** Law of the head's gain error; the published figures take the normal one. */
  readonly head: 'normal' | 'uniform';
}

/** Share of populations whose first day alarms; each home uses 10 kWh, one of them steals. */
function alarmShare(feeder: Feeder, populations: number): number {
  const { count, meterClass, headClass, theftWh } = feeder;
  const gains = createRandomSource('balance').addressed('test/gains');
  const options = { ...defaultsOf(energyBalance.options()), readNoise: 0 };
  const importWh = new Float64Array(count);
  const exportWh = new Float64Array(count);
  const homes = registeredHomes(count);
  let alarmed = 0;
  for (let population = 0; population < populations; population++) {
    const { context, alarms } = detectorWorld({
      homes,
      meterClass,
      headClass,
      resolutionWh: 0,
      slotUs: DAY_US,
      slotCount: 1,
    });
    const detector = energyBalance.create(context, options);
    for (let home = 0; home < count; home++) {
      const gain = meterClass * (2 * gains.uniform(population, home, 0) - 1);
      importWh[home] = (10_000 - (home === 0 ? theftWh : 0)) * (1 + gain);
    }
    const u =
      feeder.head === 'normal'
        ? gains.normal(population, count, 1) / Math.sqrt(3)
        : 2 * gains.uniform(population, count, 1) - 1;
    const headWh = count * 10_000 * (1 + headClass * u);
    detector.onFeeder!({
      slot: 0,
      headWh,
      reportedImportWh: importWh,
      reportedExportWh: exportWh,
      modelledLossWh: 0,
    });
    detector.onDayEnd!(0);
    alarmed += alarms.length;
  }
  return alarmed / populations;
}

describe('observer meter residual over populations (validation H2)', () => {
  const cases: [number, number, number, number, number][] = [
    // homes, meter class, head class, theft Wh, power
    [100, 0.01, 0.002, 5500, 0.8962],
    [100, 0.01, 0.002, 2000, 0.0734],
    [20, 0.01, 0.002, 2000, 0.9972],
    [100, 0.01, 0, 2000, 0.6787],
    [100, 0.005, 0.002, 5500, 0.9475],
  ];
  for (const [count, meterClass, headClass, theftWh, power] of cases) {
    const classes = `${meterClass}/${headClass}`;
    it(`power ${power} for ${theftWh} Wh among ${count} homes, class ${classes}`, () => {
      const feeder = { count, meterClass, headClass, theftWh, head: 'normal' } as const;
      expect(Math.abs(alarmShare(feeder, 20_000) - power)).toBeLessThan(0.01);
    });
  }
  it('false alarms are 0.00135', () => {
    const feeder = {
      count: 20,
      meterClass: 0.01,
      headClass: 0.002,
      theftWh: 0,
      head: 'normal',
    } as const;
    // Standard error of 6e4 populations: 1.5e-4; c = 4.
    expect(Math.abs(alarmShare(feeder, 60_000) - 0.00135)).toBeLessThan(6e-4);
  });
  it('a uniform head error follows its own law: 0.884 and fewer false alarms', () => {
    const feeder = { count: 100, meterClass: 0.01, headClass: 0.002, head: 'uniform' } as const;
    const sigma = 577.35;
    // Mean of phi over the head's error, uniform in ±2 kWh.
    const law = (excessWh: number) => {
      let sum = 0;
      for (let k = 0; k < 4000; k++) sum += phi((excessWh - 2000 + (k + 0.5)) / sigma);
      return sum / 4000;
    };
    const thresholdWh = 3 * Math.sqrt(2000 ** 2 / 3 + sigma ** 2);
    expect(law(5500 - thresholdWh)).toBeCloseTo(0.8838, 3);
    const power = alarmShare({ ...feeder, theftWh: 5500 }, 20_000);
    expect(Math.abs(power - law(5500 - thresholdWh))).toBeLessThan(0.01);
    expect(alarmShare({ ...feeder, theftWh: 0 }, 20_000)).toBeLessThan(0.0005);
  });
});

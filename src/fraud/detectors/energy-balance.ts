import { createSlotDays } from '../../base/days.ts';
import { cholesky, choleskySolve } from '../../base/gaussian.ts';
import { sqrt, square } from '../../base/math.ts';
import { fraction, integer, number } from '../../base/options.ts';
import { defineDetector, FEEDER_ENTITY, type FeederEvent } from './define.ts';
import { createReadLedger } from './read-ledger.ts';

/** Sums of one feeder-day. */
interface FeederDay {
  readonly day: number;
  /** Head − reported − modelled loss [Wh]. */
  residualWh: number;
  /** Net import of each home [Wh, signed]: what its gain error multiplies. */
  readonly netWh: Float64Array;
  headWh: number;
  lossWh: number;
  /** Variance of the independent errors of single reads [Wh²]. */
  readWh2: number;
  /** Variance of what published data guess wrong at the day's start and end [Wh²]. */
  startWh2: number;
  endWh2: number;
}

/**
 * Feeder energy balance, one judgement a feeder and day.
 *
 * Model of an honest residual: r_d = g_head·H_d + Σ_i g_i·E_id + l·L_d + noise_d, where H is the
 * head's net import, E_i that of home i, L the modelled loss. The gains g are fixed for the life of
 * a meter, with variance class²/3; l is the error of the loss model; the noise is that of single
 * reads, of register steps, and of meters that were not read at midnight. What published data hold
 * too much or too little for lost reads is taken out by registers (see `read-ledger.ts`). The first
 * day is judged by σ of this sum alone, which is the classical statistic. Since the gains persist,
 * honest days teach the bias of this feeder: up to `calibration` unalarmed days are kept, and the
 * residual of a later day is judged against its Gaussian prediction from them (mean k·K⁻¹·r,
 * variance k₀ − k·K⁻¹·k). z is standard normal for honest feeders on every day, whatever cancels:
 * the variances are absolute, so a PV feeder with a net import near 0 has no small divisor.
 *
 * z > 3 alarms, one-sided: more flowed in than was reported (false-alarm rate 0.00135 a day over
 * populations). Days with |z| above the threshold are not learnt from. Only the feeder is named,
 * and only feeder-days are scored: the balance cannot tell its homes apart. Blind to theft from the
 * first day that stays below the threshold then, since it looks like bias. Cost: O(homes) a slot,
 * O(calibration² · homes) a day.
 */
export default defineDetector({
  apiVersion: 1,
  name: 'energy-balance',
  code: 'D01',
  unit: 'feeder',
  summary: 'More energy flows into the feeder than its meters and losses explain',
  source:
    'model.md §8.4 D01, validation.md H2; prediction: Rasmussen & Williams 2006, eq. 2.25-2.26',
  options: () => ({
    threshold: number(3, { min: 0, doc: 'Standard deviations that alarm' }),
    calibration: integer(7, { min: 0, max: 60, doc: 'Honest days the bias is learnt from' }),
    readNoise: fraction('0.2 %', { doc: 'Standard deviation of one read, relative' }),
    lossError: fraction('2 %', { doc: 'Standard deviation of the loss model, relative' }),
  }),
  create(context, options) {
    const { count, slotUs } = context;
    const days = createSlotDays(context.calendar, slotUs);
    const homeVariance = square(context.meterClass) / 3;
    const headVariance = square(context.headClass) / 3;
    // Reads of a head meter are better than its class by the factor of home meters: 0.2 % in 1 %.
    const headNoise = Math.min(options.readNoise, 0.2 * context.headClass);
    const lossVariance = square(options.lossError);
    // Both ends of a day are cut to whole register steps: two uniform errors a register.
    const stepWh2 = (2 * (2 * count + 1) * square(context.resolutionWh)) / 12;
    const open = new Map<number, FeederDay>();
    const ledger = createReadLedger(count, days.slotsPerDay);
    let carriedWh = 0;
    let carriedWh2 = 0;
    const learnt: FeederDay[] = [];
    let lastDayEnded = Number.NEGATIVE_INFINITY;

    function covariance(a: FeederDay, b: FeederDay): number {
      let homesWh2 = 0;
      for (let home = 0; home < count; home++) homesWh2 += a.netWh[home]! * b.netWh[home]!;
      const sum =
        homeVariance * homesWh2 +
        headVariance * a.headWh * b.headWh +
        lossVariance * a.lossWh * b.lossWh;
      if (a === b) return sum + a.readWh2 + a.startWh2 + a.endWh2 + stepWh2 + 1;
      // What one day publishes too much because of a guess, the next publishes too little.
      if (a.day === b.day - 1) return sum - a.endWh2;
      return a.day === b.day + 1 ? sum - b.endWh2 : sum;
    }

    /**
     * Mean and standard deviation [Wh] of an honest residual on that day, given the learnt days.
     */
    function predict(day: FeederDay): { meanWh: number; sigmaWh: number } {
      const n = learnt.length;
      const prior = covariance(day, day);
      if (n === 0) return { meanWh: 0, sigmaWh: sqrt(prior) };
      const matrix = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) matrix[i * n + j] = covariance(learnt[i]!, learnt[j]!);
      }
      const cross = learnt.map((other) => covariance(other, day));
      const weights = choleskySolve(cholesky(matrix, n), cross, n);
      let meanWh = 0;
      let explained = 0;
      for (let i = 0; i < n; i++) {
        meanWh += weights[i]! * learnt[i]!.residualWh;
        explained += weights[i]! * cross[i]!;
      }
      return { meanWh, sigmaWh: sqrt(Math.max(1, prior - explained)) };
    }

    return {
      threshold: options.threshold,
      onReading: (reading) => ledger.read(reading),
      onFeeder(feeder) {
        ledger.publish(feeder);
        const day = days.dayOf(feeder.slot);
        if (day <= lastDayEnded) return;
        let sums = open.get(day);
        if (sums === undefined) {
          sums = emptyDay(day, count);
          open.set(day, sums);
        }
        add(sums, feeder, square(options.readNoise), square(headNoise));
      },
      onDayEnd(day) {
        lastDayEnded = day;
        const sums = open.get(day);
        if (sums === undefined) return;
        open.delete(day);
        const { excessWh, varianceWh2 } = ledger.atEnd(days.firstSlotOf(day + 1) - 1);
        sums.residualWh += excessWh - carriedWh;
        sums.startWh2 = carriedWh2;
        sums.endWh2 = varianceWh2;
        [carriedWh, carriedWh2] = [excessWh, varianceWh2];
        const { meanWh, sigmaWh } = predict(sums);
        const z = (sums.residualWh - meanWh) / sigmaWh;
        context.score(FEEDER_ENTITY, day, z);
        if (z > options.threshold) {
          context.alarm({
            entity: FEEDER_ENTITY,
            slot: days.firstSlotOf(day + 1) - 1,
            score: z,
            evidence:
              `${Math.round(sums.residualWh)} Wh unexplained, ` +
              `${Math.round(meanWh)} expected from the meters' bias, sigma ${Math.round(sigmaWh)}`,
          });
        }
        if (Math.abs(z) <= options.threshold && learnt.length < options.calibration) {
          learnt.push(sums);
        }
      },
    };
  },
});

function emptyDay(day: number, count: number): FeederDay {
  const netWh = new Float64Array(count);
  const sums = { residualWh: 0, headWh: 0, lossWh: 0, readWh2: 0, startWh2: 0, endWh2: 0 };
  return { day, netWh, ...sums };
}

function add(day: FeederDay, feeder: FeederEvent, noise2: number, headNoise2: number): void {
  const { headWh, reportedImportWh, reportedExportWh, modelledLossWh } = feeder;
  let reportedWh = 0;
  let squares = 0;
  for (let home = 0; home < reportedImportWh.length; home++) {
    const importWh = reportedImportWh[home]!;
    const exportWh = reportedExportWh[home]!;
    day.netWh[home]! += importWh - exportWh;
    reportedWh += importWh - exportWh;
    squares += importWh * importWh + exportWh * exportWh;
  }
  day.residualWh += headWh - reportedWh - modelledLossWh;
  day.headWh += headWh;
  day.lossWh += modelledLossWh;
  day.readWh2 += noise2 * squares + headNoise2 * headWh * headWh;
}

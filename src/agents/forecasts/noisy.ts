import { roundHalfUp } from '../../base/integer.ts';
import { pow, sqrt } from '../../base/math.ts';
import { fraction } from '../../base/options.ts';
import { HOUR_US } from '../../base/units.ts';
import { defineForecast } from '../forecast.ts';

/** Draws of a home and slot: innovations of load and of generation. */
const [LOAD, GENERATION] = [0, 1];

/**
 * Truth times 1 + error. The error of a home follows a stationary first-order autoregression over
 * slots, with correlation `rho` an hour apart; its spread grows with the horizon as the variance of
 * such a process does, σ(h)² = sigmaAt1h² (1 - rho^2h)/(1 - rho²). Load and generation err
 * independently, and no forecast is negative. The horizon runs from the end of the last slot seen
 * to the end of delivery. Innovations are addressed by (home, slot), so no other home or arm can
 * shift them.
 */
export default defineForecast({
  apiVersion: 1,
  name: 'noisy',
  summary: 'Truth with an autocorrelated relative error that grows with the horizon',
  source: 'G. E. P. Box, G. M. Jenkins, Time Series Analysis, ch. 5 (AR(1) forecast error)',
  needsOracle: true,
  options: () => ({
    rho: fraction('0.9', { max: 0.9999, doc: 'Correlation of errors one hour apart' }),
    sigmaAt1h: fraction('10 %', { doc: 'Standard deviation of the relative error one hour ahead' }),
  }),
  create({ count, historySlots, slotUs, random }, { rho, sigmaAt1h }) {
    const stream = random.addressed('agents/forecast');
    const hours = slotUs / HOUR_US;
    const keep = pow(rho, hours);
    const fresh = sqrt(1 - keep * keep);
    const start = -historySlots;
    const reached = new Int32Array(count).fill(start - 1);
    const loadError = new Float64Array(count);
    const generationError = new Float64Array(count);
    const sigmaBySlots: number[] = [0];
    const sigmaAt = (slots: number): number => {
      while (sigmaBySlots.length <= slots) {
        const horizon = sigmaBySlots.length * hours;
        const growth = (1 - pow(rho, 2 * horizon)) / (1 - rho * rho);
        sigmaBySlots.push(sigmaAt1h * sqrt(growth));
      }
      return sigmaBySlots[slots]!;
    };
    /** Walks the home's process to `slot`; it starts in its stationary state at the first slot. */
    function advance(home: number, slot: number): void {
      if (slot < reached[home]!) reached[home] = start - 1;
      for (let at = reached[home]! + 1; at <= slot; at++) {
        const [kept, scale] = at === start ? [0, 1] : [keep, fresh];
        loadError[home] = kept * loadError[home]! + scale * stream.normal(home, at, LOAD);
        generationError[home] =
          kept * generationError[home]! + scale * stream.normal(home, at, GENERATION);
      }
      reached[home] = slot;
    }
    return {
      observe() {},
      forecast(home, slot, lastSlot, out, oracle) {
        if (oracle === undefined) {
          throw new RangeError('"oracle" expected a function, got undefined');
        }
        if (!(slot > lastSlot && slot >= start)) {
          throw new RangeError(
            `"slot" expected after ${Math.max(lastSlot, start - 1)}, got ${slot}`,
          );
        }
        oracle(home, slot, out);
        advance(home, slot);
        const sigma = sigmaAt(slot - lastSlot);
        out.loadWh = roundHalfUp(Math.max(0, out.loadWh * (1 + sigma * loadError[home]!)));
        out.generationWh = roundHalfUp(
          Math.max(0, out.generationWh * (1 + sigma * generationError[home]!)),
        );
      },
    };
  },
});

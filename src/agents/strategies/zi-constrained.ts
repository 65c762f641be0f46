import { defineStrategy } from '../strategy.ts';

/**
 * Zero intelligence under a budget constraint: a limit drawn uniformly from the integers that
 * cannot lose money. A buyer draws in [feed-in, value], a seller in [cost, retail]; where that
 * range is empty the reservation price is stated.
 */
export default defineStrategy({
  apiVersion: 1,
  name: 'zi-constrained',
  code: 'ZIC',
  summary: 'Draws the limit uniformly between the reservation price and the grid price',
  source:
    'D. K. Gode, S. Sunder, Allocative efficiency of markets with zero-intelligence traders, ' +
    'J. Political Economy 101 (1993) 119, doi 10.1086/261868',
  options: () => ({}),
  limitUptPerKWh({ isBid, valueUptPerKWh, feedInUptPerKWh, retailUptPerKWh, uniform }) {
    const low = isBid ? feedInUptPerKWh : valueUptPerKWh;
    const high = isBid ? valueUptPerKWh : retailUptPerKWh;
    if (low > high) return valueUptPerKWh;
    return low + Math.floor(uniform * (high - low + 1));
  },
});

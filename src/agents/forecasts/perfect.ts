import { defineForecast } from '../forecast.ts';

/** The truth of the delivery slot. With it no order deviates by forecast error. */
export default defineForecast({
  apiVersion: 1,
  name: 'perfect',
  summary: 'The true load and generation of the delivery slot',
  source: 'model §3.11',
  needsOracle: true,
  options: () => ({}),
  create: () => ({
    observe() {},
    forecast(home, slot, _lastSlot, out, oracle) {
      if (oracle === undefined) throw new RangeError('"oracle" expected a function, got undefined');
      oracle(home, slot, out);
    },
  }),
});

import { largestRemainder } from '../../base/integer.ts';
import { sumIntegers } from '../../base/sum.ts';
import { defineLossAllocation } from './define.ts';

/**
 * Pro rata to delivered energy. No party bears more than it delivered: loss above the delivered
 * total, which happens when trades are few, stays with the operator, as does all loss when nothing
 * was delivered.
 */
export default defineLossAllocation({
  apiVersion: 1,
  name: 'pro-rata',
  summary: 'Each seller bears loss in proportion to the Wh it delivered',
  source: 'decision 15; A. J. Conejo et al., IEEE Trans. Power Systems 17(3), 2002, §II.A',
  options: () => ({}),
  allocate({ lossWh, deliveredWh }, out) {
    if (!(Number.isSafeInteger(lossWh) && lossWh >= 0)) {
      throw new RangeError(`"lossWh" expected an integer >= 0, got ${lossWh}`);
    }
    if (out.length !== deliveredWh.length) {
      throw new RangeError(`"out" expected ${deliveredWh.length} parties, got ${out.length}`);
    }
    for (let party = 0; party < deliveredWh.length; party++) {
      const wh = deliveredWh[party]!;
      if (!(Number.isSafeInteger(wh) && wh >= 0)) {
        throw new RangeError(`"deliveredWh" expected integers >= 0 at ${party}, got ${wh}`);
      }
    }
    const allocatedWh = Math.min(lossWh, sumIntegers(deliveredWh));
    largestRemainder(allocatedWh, deliveredWh, out);
    return allocatedWh;
  },
});

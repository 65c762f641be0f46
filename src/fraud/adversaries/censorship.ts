import { duration, integer } from '../../base/options.ts';
import { defineAdversary } from './define.ts';
import { checkNodes, chooseNodes, memberOf, nodeOptions } from './nodes.ts';

/**
 * Producers that leave the transactions of one member out of their blocks. A censor cannot stop what
 * others include, only delay it, unless all who produce are censors; a transaction counts as censored
 * when it is not final within the window after it was sent.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'censorship',
  code: 'A08',
  summary: 'Producers that leave one member out of their blocks',
  source: 'model section 8.3, A08',
  options: () => ({
    ...nodeOptions(7),
    victim: integer(0, { min: 0, max: 1_000_000, doc: 'Member that is left out, counted from 0' }),
    window: duration('2 min', { min: 1, doc: 'A transaction not final by then is censored' }),
  }),
  check: checkNodes,
  create(context, options) {
    const nodes = chooseNodes(context, options, 'censorship');
    const { ledger, openingUs, endUs } = context;
    if (ledger !== undefined) memberOf(ledger.homeCount, 'victim', options.victim);
    context.net.conduct.control(nodes, {
      includes: (_node, tx) => ledger?.transactions.sender(tx) !== options.victim,
    });
    return {
      nodes,
      finish() {
        let attempts = 0;
        let successes = 0;
        let longestUs = 0;
        const { transactions } = ledger ?? {};
        for (let tx = 0; tx < (transactions?.count ?? 0); tx++) {
          const sentUs = transactions!.submittedUs(tx);
          if (transactions!.sender(tx) !== options.victim || sentUs < openingUs) continue;
          if (sentUs + options.window > endUs) continue;
          attempts++;
          const finalUs = transactions!.finalUs(tx);
          const waitedUs = Number.isNaN(finalUs) ? Number.POSITIVE_INFINITY : finalUs - sentUs;
          if (waitedUs > options.window) successes++;
          if (waitedUs < Number.POSITIVE_INFINITY) longestUs = Math.max(longestUs, waitedUs);
        }
        return [
          {
            detail: `longest delay of a final one ${longestUs} us`,
            attempts,
            successes,
            costUpt: 0,
            profitUpt: Number.NaN,
            valueRevertedUpt: 0,
            startedUs: openingUs,
            endedUs: endUs,
            recoveredUs: Number.NaN,
          },
        ];
      },
    };
  },
});

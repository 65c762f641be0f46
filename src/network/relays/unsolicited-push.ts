import { choice } from '../../base/options.ts';
import { createExchange, exchangeOptions, FORM } from '../exchange.ts';
import { defineRelay } from '../relay.ts';

/**
 * Whole blocks go to every neighbour unasked, in the order of its links. `maker`: only the node that
 * made a block does so, since only it knows that nobody has it; the others announce. `everyone`: all do,
 * and what a node gets twice it throws away.
 */
export default defineRelay({
  apiVersion: 1,
  name: 'unsolicited-push',
  summary: 'Whole blocks to every neighbour unasked, by all nodes or by the maker only',
  source:
    'Gervais et al., On the security and performance of proof of work blockchains, 2016, §2.3',
  options: () => ({
    ...exchangeOptions(),
    pushedBy: choice(['everyone', 'maker'], 'everyone', 'Who sends blocks unasked'),
  }),
  create(context, options) {
    const isMakers = options.pushedBy === 'maker';
    return createExchange(context, options, {
      unasked: (_link, from) => (isMakers && from >= 0 ? FORM.none : FORM.block),
    });
  },
});

import { duration } from '../../base/options.ts';
import { createExchange, exchangeOptions, GETDATA_BYTES, HEADER_BYTES } from '../exchange.ts';
import { createFlood } from '../flood.ts';
import { defineRelay } from '../relay.ts';
import { MESSAGE } from '../traffic.ts';

/**
 * The announcement is the header itself: a neighbour checks it, and asks for the block only when the
 * header is sound.
 */
export default defineRelay({
  apiVersion: 1,
  name: 'send-headers',
  summary: 'Announce by header, check it, ask, send: Bitcoin since 2016 without compact blocks',
  source: 'BIP 130 (sendheaders), S. Daftuar 2015; size of a headers message: Bitcoin protocol',
  options: () => ({
    ...exchangeOptions(),
    headerCheck: duration('1 ms', { doc: 'CPU time of checking a header' }),
  }),
  create(context, options) {
    const { headerCheck: readUs } = options;
    if (options.bandwidthSharing !== 'none') {
      const announcement = { type: MESSAGE.header, bytes: HEADER_BYTES };
      return createExchange(context, options, { announcement, readUs });
    }
    return createFlood({
      kernel: context.kernel,
      transport: context.transport,
      name: 'network/deliver-block',
      messages: {
        inv: MESSAGE.header,
        getdata: MESSAGE['block-getdata'],
        body: MESSAGE.block,
      },
      batchUs: 0,
      invBytes: HEADER_BYTES,
      entryBytes: 0,
      getdataBytes: GETDATA_BYTES,
      messageUs: options.messageOverhead,
      readUs,
      bodyUs: options.blockOverhead,
      tellsSource: options.announceToSource,
      bodyBytes: context.bodyBytes,
      checkUs: context.checkUs,
      onDeliver: context.onDeliver,
    });
  },
});

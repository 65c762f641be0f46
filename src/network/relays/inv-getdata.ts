import { createExchange, exchangeOptions, GETDATA_BYTES, INV_BYTES } from '../exchange.ts';
import { createFlood } from '../flood.ts';
import { defineRelay } from '../relay.ts';
import { MESSAGE } from '../traffic.ts';

/** A node that has a block announces it; a neighbour that lacks it asks the first announcer. */
export default defineRelay({
  apiVersion: 1,
  name: 'inv-getdata',
  summary: 'Announce, ask, send: the standard relay of Bitcoin before 2016',
  source: 'Bitcoin protocol messages inv, getdata, block; Decker and Wattenhofer 2013',
  options: exchangeOptions,
  create(context, options) {
    if (options.bandwidthSharing !== 'none') return createExchange(context, options, {});
    // With a link to itself an exchange is decided by its announcement, and needs one event.
    return createFlood({
      kernel: context.kernel,
      transport: context.transport,
      name: 'network/deliver-block',
      messages: {
        inv: MESSAGE['block-inv'],
        getdata: MESSAGE['block-getdata'],
        body: MESSAGE.block,
      },
      batchUs: 0,
      invBytes: INV_BYTES,
      entryBytes: 0,
      getdataBytes: GETDATA_BYTES,
      messageUs: options.messageOverhead,
      bodyUs: options.blockOverhead,
      tellsSource: options.announceToSource,
      bodyBytes: context.bodyBytes,
      checkUs: context.checkUs,
      onDeliver: context.onDeliver,
    });
  },
});

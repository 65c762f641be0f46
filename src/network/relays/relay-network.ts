import { bandwidth, fraction, integer } from '../../base/options.ts';
import { PHASE } from '../../kernel/phase.ts';
import { createExchange, exchangeOptions } from '../exchange.ts';
import { defineRelay } from '../relay.ts';
import { MESSAGE } from '../traffic.ts';

/**
 * A few hubs with fast links of their own beside the standard relay. The hub that first has a block sends
 * it to all others in one hop, in a form without the transactions that hubs already have, at the latency
 * between the two places and at the bandwidth of hubs; these transfers wait for nothing. Towards all
 * other nodes a hub is a node that announces. Hubs are the first nodes of the network, since miners with
 * most hash power come first.
 */
export default defineRelay({
  apiVersion: 1,
  name: 'relay-network',
  summary: 'Hubs with fast links between them, announcements everywhere else',
  source:
    'M. Corallo, Bitcoin relay network, and FIBRE, 2016; in the form of Gervais et al. 2016, ' +
    'where a hub sends 2 bytes for each transaction of 522 bytes',
  options: () => ({
    ...exchangeOptions(),
    hubs: integer(16, { min: 2, max: 1000, doc: 'Nodes of the fast network' }),
    hubBandwidth: bandwidth('100 Mbit/s', { doc: 'Of a hub towards another' }),
    hubSize: fraction('0.4 %', { doc: 'Share of a block that hubs send to each other' }),
  }),
  create(context, options) {
    const { kernel, transport } = context;
    const { links, traffic } = transport;
    const { latency, nodeCount } = links;
    const hubCount = Math.min(options.hubs, nodeCount);
    const exchange = createExchange(context, options, {});
    /** Block that a hub is taking from another hub: it is not sent on among hubs. */
    let fromHub = -1;
    const arrive = kernel.event('network/arrive-at-hub', PHASE.network, (hub, block, from) => {
      if (exchange.has(hub, block) || !transport.reaches(from, hub)) return;
      exchange.hold(hub, block);
      fromHub = block;
      context.onDeliver(hub, block, from);
      fromHub = -1;
    });

    function sendToHubs(hub: number, block: number): void {
      const bytes = Math.ceil(context.bodyBytes(block) * options.hubSize);
      const transferUs = Math.ceil((bytes * 8e6) / options.hubBandwidth) + context.checkUs(block);
      for (let other = 0; other < hubCount; other++) {
        if (other === hub) continue;
        const isHeard = transport.reaches(hub, other);
        traffic.count(MESSAGE['compact-block'], hub, isHeard ? other : -1, bytes);
        if (isHeard) arrive.after(latency.between(hub, other) + transferUs, other, block, hub);
      }
    }

    function relay(node: number, block: number, from: number): void {
      if (node < hubCount && block !== fromHub) sendToHubs(node, block);
      exchange.relay(node, block, from);
    }

    return {
      ...exchange,
      relay,
      originate(node, block) {
        exchange.hold(node, block);
        relay(node, block, -1);
      },
    };
  },
});

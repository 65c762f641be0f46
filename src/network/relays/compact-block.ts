import { bytes, fraction, integer } from '../../base/options.ts';
import { createExchange, exchangeOptions, FORM } from '../exchange.ts';
import { defineRelay } from '../relay.ts';
import { churnMissingPercent, MISSING_PERCENT_CONTROL } from './compact-block-table.ts';

/** Bytes of a compact block without entries: header, nonce and framing; and of one short id. */
const COMPACT_BASE_BYTES = 114;
const SHORT_ID_BYTES = 6;

/**
 * Blocks as lists of short transaction ids. A receiver that lacks some of the transactions asks for
 * them; how often, and for how much of the block, depends on whether nodes stay up (`control`) or come
 * and go (`churn`). A node asks for compact blocks after an announcement (low bandwidth); from
 * `highBandwidthPeers` of its neighbours, drawn once, it gets them unasked.
 */
export default defineRelay({
  apiVersion: 1,
  name: 'compact-block',
  summary: 'Lists of short ids, and the missing transactions on request',
  source:
    'BIP 152 (compact block relay), M. Corallo 2016; use, failures and missing shares: ' +
    'Nagayama, Banno and Shudo, Identifying impacts of protocol and internet development on the ' +
    'Bitcoin network, 2020, as shipped with SimBlock',
  options: () => ({
    ...exchangeOptions(),
    usage: fraction('96.4 %', { doc: 'Share of nodes that use compact blocks' }),
    compactSize: bytes('0 B', { doc: 'Size of a compact block; 0: 114 B and 6 B a transaction' }),
    churnNodes: fraction('97.6 %', { doc: 'Share of nodes that come and go' }),
    churnFailure: fraction('27 %', { doc: 'Chance that a churn node lacks transactions' }),
    controlFailure: fraction('13 %', { doc: 'Chance that another node lacks transactions' }),
    highBandwidthPeers: integer(0, { min: 0, max: 8, doc: 'Neighbours that send unasked' }),
  }),
  create(context, options) {
    const { links } = context.transport;
    const { nodeCount, target, reverse } = links;
    const draws = context.random('chain/compact-block');
    const isUser = marked(nodeCount, options.usage);
    const isChurn = marked(nodeCount, options.churnNodes);
    const isUsed = (from: number, to: number) => isUser[from] === 1 && isUser[to] === 1;

    /** Marks a share of the nodes, exactly, in random places. */
    function marked(count: number, share: number): Uint8Array {
      const marks = new Uint8Array(count).fill(1, 0, Math.floor(share * count + 0.5));
      draws.shuffle(marks);
      return marks;
    }

    /** Links over which the receiver wants compact blocks unasked. */
    const isDirect = new Uint8Array(links.linkCount);
    for (let node = 0; options.highBandwidthPeers > 0 && node < nodeCount; node++) {
      const from = links.start[node]!;
      const places = Int32Array.from({ length: links.start[node + 1]! - from }, (_, k) => from + k);
      draws.shuffle(places);
      const fits = places.filter((link) => isUsed(node, target[link]!));
      const wanted = fits.subarray(0, options.highBandwidthPeers);
      for (const link of wanted) isDirect[reverse[link]!] = 1;
    }

    return createExchange(context, options, {
      unasked: (link) => (isDirect[link] === 1 ? FORM.compact : FORM.none),
      compact: {
        isUsed,
        bytes(block) {
          const count = context.transactionCount(block);
          const listBytes = COMPACT_BASE_BYTES + SHORT_ID_BYTES * count;
          return options.compactSize > 0 ? options.compactSize : listBytes;
        },
        isIncomplete(node) {
          const chance = isChurn[node] === 1 ? options.churnFailure : options.controlFailure;
          return draws.uniform() < chance;
        },
        partBytes(sender, block) {
          const percent =
            isChurn[sender] === 1 ? churnMissingPercent(draws) : MISSING_PERCENT_CONTROL;
          return Math.ceil((context.bodyBytes(block) * percent) / 100);
        },
      },
    });
  },
});

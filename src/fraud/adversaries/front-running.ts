import { mulDivFloor } from '../../base/integer.ts';
import { duration, integer } from '../../base/options.ts';
import { addOrder, createBook, type OrderBook } from '../../market/book.ts';
import {
  defineAdversary,
  type MarketRules,
  NOTHING_HAPPENED,
  type PlannedOrder,
  type VisibleOrder,
} from './define.ts';
import { memberOf } from './nodes.ts';

/**
 * A member who, allied with a full node, reads the orders that others have sent before it chooses its own
 * limit: just before the gate it clears the book it sees with every limit that could matter, and sends
 * the best. Its gain is measured on the book of the gate itself, against its honest order in the same
 * book. Where orders are sealed until nobody can promise another one there is nothing to read.
 * Source: Eskandari, Moosavi and Clark, SoK: transparent dishonesty, front-running attacks on
 * blockchain, 2019 (commit and reveal as the remedy); model section 8.3, A12.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'front-running',
  code: 'A12',
  summary: 'Chooses its limit after reading the orders of others in the mempool',
  source: 'Eskandari et al. 2019; model section 8.3, A12',
  options: () => ({
    home: integer(0, { min: 0, max: 1_000_000, doc: 'Member that runs ahead, counted from 0' }),
    lead: duration('60 s', { min: 1, doc: 'How long before the gate it sends its order' }),
  }),
  create(context, options) {
    const { ledger, market, openingUs, endUs } = context;
    if (ledger === undefined || market === undefined) {
      const detail = 'no market in a run of the chain alone';
      return { nodes: [], finish: () => [{ ...NOTHING_HAPPENED, detail }] };
    }
    const home = memberOf(market.homeCount, 'home', options.home);
    const node = ledger.nodeOf(home);
    const sent = new Map<number, PlannedOrder & { readonly chosenUptPerKWh: number }>();
    let attempts = 0;
    let successes = 0;
    let profitUpt = 0;
    return {
      nodes: [],
      market: {
        homes: [home],
        delayUntilUs: (order) =>
          order.counterparty < 0 && order.isBid !== undefined
            ? order.gateUs - options.lead
            : Number.NaN,
        price(order) {
          const seen = ledger.ordersKnownAt(node, order.slot).filter(isPoolOrder);
          const others = seen.filter(({ owner }) => owner !== home);
          const chosenUptPerKWh = bestLimit(market, order, others);
          sent.set(order.slot, { ...order, chosenUptPerKWh });
          return chosenUptPerKWh;
        },
        onGate(slot, book) {
          const order = sent.get(slot);
          if (order === undefined) return;
          sent.delete(slot);
          const others = rowsOf(book).filter((row) => isPoolOrder(row) && row.owner !== home);
          const gain =
            gainUpt(market, order, others, order.chosenUptPerKWh) -
            gainUpt(market, order, others, order.priceUptPerKWh);
          attempts++;
          if (gain > 0) successes++;
          profitUpt += gain;
        },
      },
      finish: () => [
        {
          detail: `home ${home} over ${attempts} slots`,
          attempts,
          successes,
          costUpt: 0,
          profitUpt,
          valueRevertedUpt: 0,
          startedUs: openingUs,
          endedUs: endUs,
          recoveredUs: Number.NaN,
        },
      ],
    };
  },
});

const isPoolOrder = ({ counterparty }: VisibleOrder): boolean => counterparty < 0;

function rowsOf(book: Readonly<OrderBook>): VisibleOrder[] {
  return Array.from({ length: book.count }, (_, row) => ({
    owner: book.owner[row]!,
    sequence: book.sequence[row]!,
    isBid: book.isBid[row] === 1,
    quantityWh: book.quantityWh[row]!,
    priceUptPerKWh: book.limitUptPerKWh[row]!,
    counterparty: book.counterparty[row]!,
  }));
}

/** What the order would earn at a limit over its reservation, in a book of others [Upt]. */
function gainUpt(
  market: MarketRules,
  order: PlannedOrder,
  others: readonly VisibleOrder[],
  limitUptPerKWh: number,
): number {
  const { floorUptPerKWh, capUptPerKWh } = market.limits(order.slot);
  if (limitUptPerKWh < floorUptPerKWh || limitUptPerKWh > capUptPerKWh) return 0;
  const book = createBook(others.length + 1);
  book.floorUptPerKWh = floorUptPerKWh;
  book.capUptPerKWh = capUptPerKWh;
  for (const other of others) {
    if (other.quantityWh <= 0) continue;
    if (other.priceUptPerKWh < floorUptPerKWh || other.priceUptPerKWh > capUptPerKWh) continue;
    addOrder(book, { ...other, limitUptPerKWh: other.priceUptPerKWh });
  }
  const row = book.count;
  addOrder(book, { ...order, limitUptPerKWh });
  const { filledWh, priceUptPerKWh } = market.clear(book);
  const energyWh = filledWh[row]!;
  if (energyWh === 0) return 0;
  const marginUptPerKWh = order.isBid
    ? order.reservationUptPerKWh - priceUptPerKWh
    : priceUptPerKWh - order.reservationUptPerKWh;
  return Math.sign(marginUptPerKWh) * mulDivFloor(Math.abs(marginUptPerKWh), energyWh, 1000);
}

/** The limit with the largest gain; the honest one unless another is better. */
function bestLimit(
  market: MarketRules,
  order: PlannedOrder,
  others: readonly VisibleOrder[],
): number {
  let best = order.priceUptPerKWh;
  let bestUpt = gainUpt(market, order, others, best);
  const candidates = others
    .flatMap(({ priceUptPerKWh }) => [priceUptPerKWh - 1, priceUptPerKWh, priceUptPerKWh + 1])
    .sort((a, b) => a - b);
  for (const limit of candidates) {
    const upt = gainUpt(market, order, others, limit);
    if (upt <= bestUpt) continue;
    best = limit;
    bestUpt = upt;
  }
  return best;
}

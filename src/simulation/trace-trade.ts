/** A trade from the orders of both sides to what was paid and which labels moved with it. */
import type { PayloadOf } from '../ledger/transactions.ts';
import type { TracedLedger, TracedTransaction } from './trace-ledger.ts';
import { meterNode, type ReadingSource } from './trace-meters.ts';
import { pointsText, slotInstant, type TraceNode } from './trace-tree.ts';

/** Who traded with whom, where the ledger alone does not say: a clearing that the chain computed itself. */
export interface TradeParties {
  readonly buyer: string;
  readonly seller: string;
  readonly energyWh: number;
  readonly priceUptPerKWh: number;
}

/** Clearing of a slot that the chain accepted; undefined where there is none. */
export function clearingOf(ledger: TracedLedger, slot: number): TracedTransaction | undefined {
  return (
    ledger.ofType('CLEAR').find((tx) => tx.isOk && tx.payload.slot === slot) ??
    ledger.ofType('CLEAR_ON_CHAIN').find((tx) => tx.isOk && tx.payload.slot === slot)
  );
}

/** Names of trades that a ledger has, `slot/number`, in order; at most `most`. */
export function knownTrades(ledger: TracedLedger, most: number): string[] {
  const names: string[] = [];
  for (const { isOk, payload } of ledger.ofType('CLEAR')) {
    if (!isOk) continue;
    for (let trade = 0; trade < payload.trades.count; trade++) {
      if (names.length >= most) return names;
      names.push(`${payload.slot}/${trade}`);
    }
  }
  return names;
}

interface Trade extends TradeParties {
  readonly slot: number;
  readonly trade: number;
  readonly buyerSequence: number | undefined;
  readonly sellerSequence: number | undefined;
}

/**
 * Traces a trade.
 *
 * @param known - What the table of trades says of it; asked only where the chain cleared by itself.
 * @returns Undefined where the slot has no such trade.
 */
export function traceTrade(
  ledger: TracedLedger,
  source: ReadingSource,
  slot: number,
  trade: number,
  known: () => TradeParties | undefined,
): TraceNode | undefined {
  const clearing = clearingOf(ledger, slot);
  if (clearing === undefined) return undefined;
  const about = tradeOf(ledger, clearing, slot, trade, known);
  if (about === undefined) return undefined;
  const { buyer, seller, energyWh, priceUptPerKWh } = about;
  return {
    kind: 'trade',
    text:
      `${slot}/${trade}: ${buyer} buys ${energyWh} Wh from ${seller} at ` +
      `${pointsText(priceUptPerKWh)}/kWh for delivery from ${slotInstant(ledger, slot)}`,
    children: [
      ...orderNodes(ledger, slot, buyer, about.buyerSequence, true, clearing),
      ...orderNodes(ledger, slot, seller, about.sellerSequence, false, clearing),
      clearNode(ledger, clearing, slot, trade),
      meterNode(ledger, source, slot, [
        { home: buyer, role: 'buyer' },
        { home: seller, role: 'seller' },
      ]),
      settlementNode(ledger, about),
      ...labelNodes(ledger, slot, trade),
    ],
  };
}

function tradeOf(
  ledger: TracedLedger,
  clearing: TracedTransaction,
  slot: number,
  trade: number,
  known: () => TradeParties | undefined,
): Trade | undefined {
  if (clearing.type !== 'CLEAR') {
    const parties = known();
    if (parties === undefined) return undefined;
    return { slot, trade, ...parties, buyerSequence: undefined, sellerSequence: undefined };
  }
  const { trades } = clearing.payload as PayloadOf['CLEAR'];
  if (!(trade >= 0 && trade < trades.count)) return undefined;
  return {
    slot,
    trade,
    buyer: ledger.accountId(trades.buyer[trade]!),
    seller: ledger.accountId(trades.seller[trade]!),
    energyWh: trades.energyWh[trade]!,
    priceUptPerKWh: trades.priceUptPerKWh[trade]!,
    buyerSequence: trades.buyerSequence[trade]!,
    sellerSequence: trades.sellerSequence[trade]!,
  };
}

/** The transactions by which one side placed its order: a promise, where orders are sealed, and the order. */
function orderNodes(
  ledger: TracedLedger,
  slot: number,
  owner: string,
  sequence: number | undefined,
  isBid: boolean,
  clearing: TracedTransaction,
): TraceNode[] {
  const account = ledger.accountOf(owner);
  const isIts = (tx: TracedTransaction, payload: { slot: number; sequence: number }) =>
    tx.isOk &&
    tx.sender === account &&
    payload.slot === slot &&
    (sequence === undefined || payload.sequence === sequence) &&
    tx.timestampUs <= clearing.timestampUs;
  const side = isBid ? 'buyer' : 'seller';
  const placed = [...ledger.ofType('ORDER_SUBMIT'), ...ledger.ofType('ORDER_REVEAL')].find(
    (tx) => isIts(tx, tx.payload) && tx.payload.isBid === isBid,
  );
  if (placed === undefined) {
    return [
      { kind: `order of the ${side}`, text: `${owner}: none on this chain: the trade is void` },
    ];
  }
  const { quantityWh, priceUptPerKWh, counterparty, sequence: own } = placed.payload;
  const partner = counterparty < 0 ? 'pool' : ledger.accountId(counterparty);
  const node: TraceNode = {
    kind: `order of the ${side}`,
    text:
      `${owner} ${isBid ? 'bids for' : 'offers'} ${quantityWh} Wh at ` +
      `${pointsText(priceUptPerKWh)}/kWh (${partner})`,
    tx: placed,
  };
  const promise = ledger
    .ofType('ORDER_COMMIT')
    .find((tx) => isIts(tx, tx.payload) && tx.payload.sequence === own);
  if (promise === undefined) return [node];
  return [{ kind: `promise of the ${side}`, text: `${owner}, sealed`, tx: promise }, node];
}

function clearNode(
  ledger: TracedLedger,
  clearing: TracedTransaction,
  slot: number,
  trade: number,
): TraceNode {
  const isVoided = clearing.events.some(
    ({ contract, name, values }) =>
      contract === 'market' && name === 'voided' && values.trade === trade,
  );
  const note = isVoided ? ', VOID here: the chain lacks one of its orders' : '';
  const how = clearing.type === 'CLEAR' ? 'checked by the chain' : 'computed by the chain';
  const by = ledger.accountId(clearing.sender);
  return {
    kind: 'clearing',
    text: `trade ${trade} of slot ${slot}, sent by ${by}, ${how}${note}`,
    tx: clearing,
  };
}

/** Settlements of a slot with the transaction that carries them, alone or with others. */
export function settlementsOf(
  ledger: TracedLedger,
  slot: number,
): readonly { readonly tx: TracedTransaction; readonly settlement: PayloadOf['SETTLE'] }[] {
  const alone = ledger
    .ofType('SETTLE')
    .filter((tx) => tx.isOk && tx.payload.slot === slot)
    .map((tx) => ({ tx, settlement: tx.payload }));
  const batched = ledger.ofType('SETTLE_BATCH').flatMap((tx) => {
    if (!tx.isOk) return [];
    const { settlements } = tx.payload;
    return settlements
      .filter((settlement) => settlement.slot === slot)
      .map((settlement) => ({ tx, settlement }));
  });
  return [...alone, ...batched];
}

function settlementNode(ledger: TracedLedger, { slot, trade, buyer, seller }: Trade): TraceNode {
  const settled = settlementsOf(ledger, slot);
  const children = settled.flatMap(({ tx, settlement: { entries, version } }): TraceNode[] => {
    for (let row = 0; row < entries.count; row++) {
      if (entries.trade[row] !== trade) continue;
      const of = (column: ArrayLike<number>) => pointsText(column[row]!);
      const wheeling = of(entries.wheelingUpt);
      return [
        {
          kind: 'settlement',
          text:
            `${entries.fulfilledWh[row]} Wh received, ${buyer} pays ${seller} ` +
            `${of(entries.paymentUpt)} and ${wheeling} for the way; penalties: buyer ` +
            `${of(entries.buyerPenaltyUpt)}, seller ${of(entries.sellerPenaltyUpt)} (version ${version})`,
          tx,
        },
      ];
    }
    return [{ kind: 'settlement', text: 'without this trade: void, all escrow returned', tx }];
  });
  return children[0] ?? { kind: 'settlement', text: 'none yet' };
}

function labelNodes(ledger: TracedLedger, slot: number, trade: number): TraceNode[] {
  const isIts = ({ values }: { values: Readonly<Record<string, number>> }) =>
    values.slot === slot && values.trade === trade;
  const range = (values: Readonly<Record<string, number>>) =>
    `${values.count} of ${ledger.accountId(values.seller!)}, serials ${values.serialFrom} to ` +
    `${values.serialFrom! + values.count! - 1}`;
  const moved = ledger.entries('certificates', 'labelsMoved').filter(isIts);
  const lost = ledger.entries('certificates', 'labelsLost').filter(isIts);
  return [
    ...moved.map(({ tx, values }) => ({
      kind: 'labels moved',
      text: `${range(values)}, to ${ledger.accountId(values.buyer!)}`,
      tx,
    })),
    ...lost.map(({ tx, values }) => ({
      kind: 'labels lost',
      text: `${range(values)}, on lines`,
      tx,
    })),
  ];
}

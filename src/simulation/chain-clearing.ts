/**
 * Clearing on the chain (`market.clearing: on-chain`): the centre asks the contract to clear, and learns from
 * the final state what was traded. It sets aside as much gas as a block has, so that a book beyond that
 * runs out of gas and the slot has no trades.
 */
import { ORDER, SLOT, SLOT_STATE, TRADE } from '../contracts/cells.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import type { TradeColumns } from '../ledger/transactions.ts';
import type { Scenario } from '../scenario/sections.ts';
import { CENTRE_NODE, type Chain } from './chain.ts';

/** Standard deviations of clocks by which a request waits, so that no block is stamped before the gate. */
const SKEWS = 4;

/** What the contract made of a slot. */
export interface ChainClearing {
  readonly trades: TradeColumns & { readonly bilateral: Uint8Array };
  /** Uniform price [Upt/kWh]; NaN when nothing cleared in the pool. */
  readonly priceUptPerKWh: number;
  readonly clearedWh: number;
  readonly bilateralWh: number;
}

/** The centre's way to the contract. */
export interface ClearingDesk {
  /** Asks for the clearing of a slot whose gate has just closed. */
  request(slot: number, expiryUs: number): void;
  /** What stands in the state that is final at the centre; undefined where the slot is not cleared. */
  read(slot: number): ChainClearing | undefined;
}

/** Makes the desk. @param onSent - Told the transaction that asks for a slot. */
export function createClearingDesk(
  kernel: Kernel,
  { network }: Scenario,
  chain: Chain,
  onSent: (tx: number, slot: number) => void,
): ClearingDesk {
  const { rules, state } = chain;
  const send = kernel.event('market/clear-on-chain', PHASE.market, (slot, expiryUs) => {
    const about = { slot, expiryUs, gasLimit: rules.blockGasMax };
    onSent(chain.submit('CLEAR_ON_CHAIN', rules.centre, { slot }, about), slot);
  });
  return {
    request(slot, expiryUs) {
      send.after(Math.ceil(SKEWS * network.clockSkew), slot, expiryUs);
    },
    read(slot) {
      const { cells } = rules;
      const at = chain.engine.finalBlock[CENTRE_NODE]!;
      const read = (cell: number) => state.readAt(at, cell);
      if (read(cells.slot(slot, SLOT.state)) !== SLOT_STATE.cleared) return undefined;
      const count = read(cells.slot(slot, SLOT.tradeCount));
      const column = () => new Float64Array(count);
      const trades = {
        count,
        buyer: column(),
        buyerSequence: column(),
        seller: column(),
        sellerSequence: column(),
        energyWh: column(),
        priceUptPerKWh: column(),
        bilateral: new Uint8Array(count),
      };
      let [priceUptPerKWh, clearedWh, bilateralWh] = [Number.NaN, 0, 0];
      for (let trade = 0; trade < count; trade++) {
        const field = (name: number) => read(cells.trade(slot, trade, name));
        const bought = field(TRADE.buyerOrder) - 1;
        const sold = field(TRADE.sellerOrder) - 1;
        const energyWh = field(TRADE.contractedWh);
        const price = field(TRADE.priceUptPerKWh);
        trades.buyer[trade] = read(cells.order(slot, bought, ORDER.owner)) - 1;
        trades.buyerSequence[trade] = read(cells.order(slot, bought, ORDER.sequence));
        trades.seller[trade] = read(cells.order(slot, sold, ORDER.owner)) - 1;
        trades.sellerSequence[trade] = read(cells.order(slot, sold, ORDER.sequence));
        trades.energyWh[trade] = energyWh;
        trades.priceUptPerKWh[trade] = price;
        if (read(cells.order(slot, bought, ORDER.counterparty)) > 0) {
          trades.bilateral[trade] = 1;
          bilateralWh += energyWh;
        } else {
          priceUptPerKWh = price;
          clearedWh += energyWh;
        }
      }
      return { trades, priceUptPerKWh, clearedWh, bilateralWh };
    },
  };
}

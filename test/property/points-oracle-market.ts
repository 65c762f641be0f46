/** The market of the slow ledger: orders with escrow, clearings and settlements of two slots. */
import { burn, share, spent } from './points-oracle.ts';
import type { Action, OracleLedger, OracleRules, Order } from './points-oracle-types.ts';

const S = 1_000_000;
const DSO = 8;
const worth = (price: number, wh: number) => share(price, [wh, 1_000]);
const WHEELING = 30_000;
const needs = (isBid: boolean, wh: number, price: number) =>
  isBid ? worth(price, wh) + worth(WHEELING, wh) : share(worth(price, wh), [1, 10]);

/** Orders, clears or settles; false, and nothing done, when the rules forbid it. */
export function trade(
  ledger: OracleLedger,
  rules: OracleRules,
  action: Extract<Action, { do: 'order' | 'clear' | 'settle' }>,
  nowUs: number,
): boolean {
  const { accounts } = ledger;
  const slot = ledger.slots.get(action.slot) ?? { orders: [], trades: [], state: 'open' };
  const free = (order: Order, keep: number) => {
    const back = order.escrow - Math.min(order.escrow, keep);
    order.escrow -= back;
    accounts[order.owner]!.escrow -= back;
    accounts[order.owner]!.balance += back;
  };
  if (action.do === 'order') {
    const { home, sequence, isBid, wh, price } = action;
    const gateUs = 10_000 * S + action.slot * 1_000 * S - 100 * S;
    const isKnown = slot.orders.some((one) => one.owner === home && one.sequence === sequence);
    const escrow = needs(isBid, wh, price);
    if (wh === 0 || nowUs > gateUs || slot.state !== 'open' || isKnown) return false;
    if (accounts[home]!.balance < escrow) return false;
    accounts[home]!.balance -= escrow;
    accounts[home]!.escrow += escrow;
    slot.orders.push({ owner: home, sequence, isBid, wh, price, escrow });
    ledger.slots.set(action.slot, slot);
    return true;
  }
  if (action.do === 'clear') {
    if (slot.state !== 'open') return false;
    const find = (owner: number) =>
      slot.orders.find((one) => one.owner === owner && one.sequence === 0);
    const trades = action.trades.map(([buy, sell, wh, price]) => {
      const [buyer, seller] = [find(buy!), find(sell!)];
      if (buyer === undefined || seller === undefined) return undefined;
      return { buyer, seller, wh: wh!, price: price! };
    });
    for (const one of trades) {
      if (one === undefined) continue;
      const { buyer, seller, wh, price } = one;
      if (!buyer.isBid || seller.isBid || wh <= 0) return false;
      if (price > buyer.price || price < seller.price) return false;
    }
    for (const order of slot.orders) {
      const mine = trades.filter((one) => one?.buyer === order || one?.seller === order);
      if (mine.reduce((sum, one) => sum + one!.wh, 0) > order.wh) return false;
    }
    for (const order of slot.orders) {
      const mine = trades.filter((one) => one?.buyer === order || one?.seller === order);
      free(
        order,
        mine.reduce((sum, one) => sum + needs(order.isBid, one!.wh, one!.price), 0),
      );
    }
    ledger.slots.set(action.slot, { ...slot, trades, state: 'cleared' });
    return true;
  }
  if (slot.state === 'settled') return false;
  const entries = slot.trades.flatMap((one) => (one === undefined ? [] : [one]));
  for (const { buyer, seller, wh, price } of entries) {
    const fulfilled = Math.floor(wh * action.share);
    const cost = worth(price, fulfilled);
    const wheeling = worth(WHEELING, fulfilled);
    buyer.escrow -= cost + wheeling;
    accounts[buyer.owner]!.escrow -= cost + wheeling;
    spent(ledger, rules, buyer.owner);
    accounts[seller.owner]!.balance += cost;
    accounts[DSO]!.balance += wheeling;
  }
  for (const order of slot.orders) free(order, 0);
  for (const { buyer, seller } of entries) {
    for (const { owner } of [buyer, seller]) {
      const paid = Math.min(action.penalty, accounts[owner]!.balance);
      const burned = share(paid, rules.penaltyBurn);
      burn(ledger, owner, burned);
      accounts[owner]!.balance -= paid - burned;
      accounts[DSO]!.balance += paid - burned;
      if (paid > 0) spent(ledger, rules, owner);
    }
  }
  ledger.slots.set(action.slot, { orders: [], trades: [], state: 'settled' });
  return true;
}

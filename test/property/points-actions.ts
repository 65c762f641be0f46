/** What random histories of points do, and the transactions that do it. */
import type { SequentialStream } from '../../src/base/random.ts';
import { offerOf } from '../../src/contracts/exchange-cells.ts';
import type { PayloadOf, TransactionType } from '../../src/ledger/transactions.ts';
import type { createPointsWorld } from '../unit/contracts/points-world.ts';
import { CENTRE, HOMES, S } from '../unit/contracts/world.ts';
import type { Action, OracleLedger } from './points-oracle-types.ts';

/** The initial grant of these chains. */
export const GRANT_UPT = 3e6;

/** What is done, as often as it stands here. */
export const KINDS: readonly Action['do'][] = [
  ...(['transfer', 'register', 'grant', 'grant', 'reward', 'post', 'post', 'redeem'] as const),
  ...(['redeem', 'redeem', 'sell', 'sell', 'sell', 'buy', 'buy', 'buy', 'confirm'] as const),
  ...(['confirm', 'cancel', 'arbitrate', 'arbitrate', 'cashOut', 'expire', 'freeze'] as const),
  ...(['order', 'order', 'order', 'order', 'clear', 'settle', 'clean', 'compute'] as const),
];

/** Draws what is done next, mostly about something that is there: a ledger of strangers does nothing. */
export function draw(r: SequentialStream, nowUs: number, ledger: OracleLedger): Action {
  const drawn = drawBlindly(r, nowUs, (account) => ledger.accounts[account]!.balance);
  if (r.integer(4) === 0) return drawn;
  if ('seller' in drawn && 'sequence' in drawn) {
    const [wanted, ends] = drawn.do === 'buy' || drawn.do === 'cancel' ? ['open', 0] : ['taken', 1];
    const offers = Array.from(ledger.offers).filter(([, { state }]) => state === wanted);
    if (offers.length === 0) return drawn;
    const [key, { seller }] = offers[r.integer(offers.length)]!;
    const about = { seller, sequence: Number(key.split('/')[1]) };
    if (drawn.do === 'arbitrate') return { ...drawn, ...about };
    const isOther = drawn.do === 'buy' || (ends === 1 && r.integer(8) === 0);
    return { ...drawn, ...about, from: isOther ? r.integer(HOMES) : seller };
  }
  if (drawn.do === 'redeem') {
    const bills = Array.from(ledger.bills.keys());
    if (bills.length === 0) return drawn;
    const [home, bill] = bills[r.integer(bills.length)]!.split('/').map(Number);
    return { ...drawn, home: home!, bill: bill!, amount: 10 * r.integer(12_000) };
  }
  if (drawn.do === 'freeze' && r.integer(4) > 0) return { do: 'expire', account: 3 };
  if (drawn.do === 'grant') {
    const [known] = ledger.identities;
    return known === undefined
      ? { do: 'register', account: 3, identity: 70 }
      : { do: 'grant', identity: known[0], to: known[1] };
  }
  if (drawn.do === 'cashOut') return { do: 'arbitrate', ...anyTaken(ledger), isPaid: true };
  if (drawn.do === 'expire') {
    const granted = ledger.accounts.findIndex(({ kept }) => kept > 0);
    return granted < 0 ? drawn : { ...drawn, account: granted };
  }
  return drawn;
}

/** The first offer that is taken, or one that is not there. */
function anyTaken(ledger: OracleLedger): { seller: number; sequence: number } {
  const taken = Array.from(ledger.offers).find(([, { state }]) => state === 'taken');
  const [seller, sequence] = (taken?.[0] ?? '0/5').split('/').map(Number);
  return { seller: seller!, sequence: sequence! };
}

/** Draws anything at all. @param balanceOf - What accounts have just now, to aim at limits. */
function drawBlindly(
  r: SequentialStream,
  nowUs: number,
  balanceOf: (account: number) => number,
): Action {
  const kind = KINDS[r.integer(KINDS.length)]!;
  const home = r.integer(HOMES);
  const sequence = r.integer(2);
  let slot = 0;
  const aim = (account: number) => {
    const all = balanceOf(account);
    return [0, 1, 10 * r.integer(2_000), Math.floor(all / 3), all, all + 1][r.integer(6)]!;
  };
  switch (kind) {
    case 'transfer': {
      const from = [home, home, home, CENTRE, 10][r.integer(5)]!;
      return { do: kind, from, to: r.integer(12), amount: aim(from) };
    }
    case 'register':
      return { do: kind, account: home, identity: 70 + r.integer(2) };
    case 'grant':
      return { do: kind, to: 3 - r.integer(2), identity: 70 + r.integer(2) };
    case 'reward':
      return { do: kind, to: 4 + r.integer(3), amount: r.integer(500), day: r.integer(3) };
    case 'post':
      return {
        do: kind,
        home,
        bill: r.integer(2),
        amount: r.integer(4) * 100_000,
        dueUs: nowUs + r.integer(3) * 3_000 * S,
      };
    case 'redeem':
      return { do: kind, home, bill: r.integer(2), amount: aim(home) };
    case 'sell': {
      const ask = [400_000, 900_000, 1_333_333, 2_000_001][r.integer(4)]!;
      return {
        do: kind,
        from: r.integer(5) === 0 ? 7 + r.integer(4) : home,
        sequence,
        amount: aim(home),
        ask,
      };
    }
    case 'buy':
      return { do: kind, from: r.integer(HOMES), seller: home, sequence };
    case 'confirm':
    case 'cancel':
      return {
        do: kind,
        from: r.integer(4) === 0 ? r.integer(HOMES) : home,
        seller: home,
        sequence,
      };
    case 'arbitrate':
      return { do: kind, seller: home, sequence, isPaid: r.integer(2) === 0 };
    case 'cashOut':
      return { do: kind, from: home, amount: 1 };
    case 'expire':
      return { do: kind, account: home };
    case 'freeze':
      return { do: kind, account: home };
    case 'order':
      // Homes 0 and 1 buy in slot 0 and sell in slot 1; the others the other way round.
      slot = r.integer(2);
      return {
        do: kind,
        home,
        slot,
        sequence: r.integer(4) === 0 ? 1 : 0,
        isBid: home < 2 === (slot === 0),
        wh: r.integer(4_000),
        price: [300_000, 450_000, 570_000][r.integer(3)]!,
      };
    case 'clear': {
      slot = r.integer(2);
      const [buyers, sellers] = slot === 0 ? [0, 2] : [2, 0];
      const row = () => [buyers + r.integer(2), sellers + r.integer(2), r.integer(1_500), 450_000];
      return { do: kind, slot, trades: Array.from({ length: r.integer(3) }, row) };
    }
    case 'settle':
      return {
        do: kind,
        slot: r.integer(2),
        share: [0, 0.5, 1][r.integer(3)]!,
        penalty: r.integer(900),
      };
    case 'clean':
      return {
        do: kind,
        seller: home,
        buyer: r.integer(HOMES),
        serial: r.integer(40),
        count: 1 + r.integer(4),
      };
    default:
      return {
        do: 'compute',
        tos: Array.from({ length: 1 + r.integer(3) }, () => 4 + r.integer(3)),
        amount: r.integer(90_000),
        ref: 3 * r.integer(12),
      };
  }
}

/** The transaction of an action, where it has one; settlements follow what the oracle knows of the slot. */
export function transactionOf(
  action: Action,
  world: ReturnType<typeof createPointsWorld>,
  ledger: OracleLedger,
): { [T in TransactionType]: readonly [T, PayloadOf[T]] }[TransactionType] | undefined {
  const offer =
    'sequence' in action && 'seller' in action ? offerOf(action.seller, action.sequence) : 0;
  switch (action.do) {
    case 'transfer':
      return ['TRANSFER', { to: action.to, amountUpt: action.amount }];
    case 'register':
      return ['REGISTER', world.certificateFor(action.account, action.identity)];
    case 'grant': {
      const identityHash = new Uint8Array(32).fill(action.identity);
      return ['POINTS_GRANT', { to: action.to, amountUpt: GRANT_UPT, identityHash }];
    }
    case 'reward':
      return [
        'POINTS_REWARD',
        { to: action.to, amountUpt: action.amount, block: 0, ref: action.day },
      ];
    case 'post':
      return ['BILL_POST', world.bill(action.home, action.bill, action.amount, action.dueUs)];
    case 'redeem':
      return ['POINTS_REDEEM', { amountUpt: action.amount, bill: action.bill }];
    case 'sell':
      return [
        'POINTS_SELL',
        { sequence: action.sequence, amountUpt: action.amount, askPerPt: action.ask },
      ];
    case 'buy':
      return ['POINTS_BUY', { offer }];
    case 'confirm':
      return ['POINTS_CONFIRM', { offer }];
    case 'cancel':
      return ['POINTS_CANCEL', { offer }];
    case 'arbitrate':
      return ['POINTS_ARBITRATE', { offer, isPaid: action.isPaid }];
    case 'cashOut':
      return ['CASH_OUT', { amountUpt: action.amount }];
    case 'expire':
      return ['GRANT_EXPIRE', { account: action.account }];
    case 'order': {
      const { slot, sequence, isBid, wh, price } = action;
      const order = { slot, sequence, isBid, quantityWh: wh, priceUptPerKWh: price };
      return ['ORDER_SUBMIT', { ...order, counterparty: -1 }];
    }
    case 'clear': {
      const column = (k: number) => action.trades.map((row) => row[k]!);
      const trades = {
        count: action.trades.length,
        buyer: column(0),
        buyerSequence: column(0).fill(0),
        seller: column(1),
        sellerSequence: column(1).fill(0),
        energyWh: column(2),
        priceUptPerKWh: column(3),
      };
      const head = { slot: action.slot, priceUptPerKWh: -1, bookHash: new Uint8Array(32) };
      return ['CLEAR', { ...head, trades }];
    }
    case 'settle':
      return ['SETTLE', settlement(action, ledger)];
    default:
      return undefined;
  }
}

function settlement(
  { slot, share, penalty }: Extract<Action, { do: 'settle' }>,
  ledger: OracleLedger,
): PayloadOf['SETTLE'] {
  const trades = (ledger.slots.get(slot)?.trades ?? []).flatMap((one, index) =>
    one === undefined ? [] : [{ index, wh: Math.floor(one.wh * share), price: one.price }],
  );
  const column = (value: (one: (typeof trades)[number]) => number) => trades.map(value);
  return {
    slot,
    version: 1,
    entries: {
      count: trades.length,
      trade: column(({ index }) => index),
      fulfilledWh: column(({ wh }) => wh),
      paymentUpt: column(({ wh, price }) => Math.floor((price * wh) / 1_000)),
      wheelingUpt: column(({ wh }) => Math.floor((30_000 * wh) / 1_000)),
      buyerPenaltyUpt: column(() => penalty),
      sellerPenaltyUpt: column(() => penalty),
      cleanWh: column(() => 0),
      lossWh: column(() => 0),
    },
  };
}

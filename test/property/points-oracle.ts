/**
 * A slow ledger of points in plain objects, written from the rules of the model and from nothing of the
 * contracts: what an account holds after a branch is found by playing every transaction of it from the start.
 */

import { trade } from './points-oracle-market.ts';
import type { Action, OracleLedger, OracleRules } from './points-oracle-types.ts';

/** Accounts by office, as the worlds of contract tests have them. */
const [HOMES, CENTRE, DSO, TREASURY, ACCOUNTS] = [4, 7, 8, 10, 11];

/** A ledger in which three homes are members with a balance. */
export function openLedger(balance: number): OracleLedger {
  const accounts = Array.from({ length: ACCOUNTS }, (_, account) => ({
    balance: account < 3 ? balance : 0,
    escrow: 0,
    isMember: account < 3 || account >= HOMES,
    isFrozen: false,
    granted: 0,
    grantUs: 0,
    kept: 0,
    earned: { clean: 0, compute: 0, block: 0 },
    lastDay: -1,
    redeemed: 0,
  }));
  return {
    accounts,
    issued: { grant: 3 * balance, clean: 0, compute: 0, block: 0 },
    burned: 0,
    redeemed: 0,
    credited: 0,
    turnover: 0,
    identities: new Map(),
    bills: new Map(),
    billCounts: new Array(HOMES).fill(0),
    offers: new Map(),
    slots: new Map(),
    claims: new Set(),
    epoch: -1,
    emitted: 0,
  };
}

/** A share of an integer, rounded down. */
export const share = (amount: number, [top, bottom]: readonly [number, number]) =>
  Number((BigInt(amount) * BigInt(top)) / BigInt(bottom));

/** Sum of what an account has in offers that are not over. */
function offered(ledger: OracleLedger, account: number): number {
  let sum = 0;
  for (const { seller, amount, state } of ledger.offers.values()) {
    if (seller === account && (state === 'open' || state === 'taken')) sum += amount;
  }
  return sum;
}

function unvested(ledger: OracleLedger, rules: OracleRules, account: number, nowUs: number) {
  const { granted, grantUs, kept, balance, escrow } = ledger.accounts[account]!;
  if (rules.vestingUs === 0 || kept === 0 || nowUs - grantUs >= rules.vestingUs) return 0;
  const vested = share(granted, [Math.max(0, nowUs - grantUs), rules.vestingUs]);
  return Math.min(kept, granted - vested, balance + escrow - offered(ledger, account));
}

/** Notes what an account holds after it paid. */
export function spent(ledger: OracleLedger, rules: OracleRules, account: number): void {
  const one = ledger.accounts[account]!;
  if (rules.vestingUs === 0) return;
  one.kept = Math.min(one.kept, one.balance + one.escrow - offered(ledger, account));
}

function mayPart(ledger: OracleLedger, rules: OracleRules, from: number, n: number, nowUs: number) {
  const { balance } = ledger.accounts[from]!;
  return n === 0 || balance - unvested(ledger, rules, from, nowUs) >= n;
}

/** Burns points of an account. */
export function burn(ledger: OracleLedger, account: number, amount: number): void {
  ledger.accounts[account]!.balance -= amount;
  ledger.burned += amount;
}

/** Sender of an action; −1 for what no transaction does. */
export function senderOf(action: Action): number {
  switch (action.do) {
    case 'transfer':
    case 'sell':
    case 'buy':
    case 'confirm':
    case 'cancel':
    case 'cashOut':
      return action.from;
    case 'redeem':
    case 'order':
      return action.home;
    case 'expire':
      return 1;
    case 'reward':
      return 4;
    case 'post':
      return DSO;
    case 'clean':
    case 'compute':
    case 'freeze':
      return -1;
    default:
      return CENTRE;
  }
}

/**
 * Does an action that a block carries: the gas limit of a home is set aside first, and what was not used
 * comes back whatever happened.
 *
 * @returns Whether the rules allowed it.
 */
export function perform(
  ledger: OracleLedger,
  rules: OracleRules,
  action: Action,
  nowUs: number,
  gas: { readonly limit: number; readonly used: number },
): boolean {
  const sender = senderOf(action);
  if (sender < 0 || sender >= HOMES) return act(ledger, rules, action, nowUs);
  const home = ledger.accounts[sender]!;
  home.balance -= gas.limit * rules.gasPriceUpt;
  const isDone = act(ledger, rules, action, nowUs);
  const fee = gas.used * rules.gasPriceUpt;
  const burned = share(fee, rules.feeBurn);
  home.balance += gas.limit * rules.gasPriceUpt - fee;
  ledger.accounts[TREASURY]!.balance += fee - burned;
  ledger.burned += burned;
  spent(ledger, rules, sender);
  return isDone;
}

/** Does an action at an instant; false, and nothing done, when the rules forbid it. */
function act(ledger: OracleLedger, rules: OracleRules, action: Action, nowUs: number): boolean {
  const { accounts } = ledger;
  const sender = senderOf(action);
  if (sender >= 0 && !accounts[sender]!.isMember) return false;
  switch (action.do) {
    case 'transfer': {
      const { from, to, amount } = action;
      if (to >= ACCOUNTS || from === TREASURY || accounts[from]!.isFrozen) return false;
      if (!mayPart(ledger, rules, from, amount, nowUs)) return false;
      accounts[from]!.balance -= amount;
      accounts[to]!.balance += amount;
      return true;
    }
    case 'register': {
      const { account, identity } = action;
      if (accounts[account]!.isMember || ledger.identities.has(identity)) return false;
      ledger.identities.set(identity, account);
      accounts[account]!.isMember = true;
      return true;
    }
    case 'grant': {
      const { to, identity } = action;
      const one = accounts[to]!;
      if (!one.isMember || one.granted > 0 || ledger.identities.get(identity) !== to) return false;
      one.balance += rules.grantUpt;
      one.granted = rules.grantUpt;
      if (rules.vestingUs > 0) [one.grantUs, one.kept] = [nowUs, rules.grantUpt];
      ledger.issued.grant += rules.grantUpt;
      return true;
    }
    case 'reward': {
      const one = accounts[action.to];
      if (one === undefined || !one.isMember || action.day <= one.lastDay) return false;
      one.lastDay = action.day;
      one.balance += action.amount;
      one.earned.block += action.amount;
      ledger.issued.block += action.amount;
      return true;
    }
    case 'cashOut':
      return false;
    case 'freeze':
      accounts[action.account]!.isFrozen = accounts[action.account]!.isMember;
      return accounts[action.account]!.isMember;
    case 'expire': {
      const one = accounts[action.account]!;
      const left = unvested(ledger, rules, action.account, nowUs);
      const amount = Math.min(left, one.balance);
      if (rules.expiryUs === 0 || nowUs < one.grantUs + rules.expiryUs || amount === 0)
        return false;
      burn(ledger, action.account, amount);
      one.kept = left - amount;
      return true;
    }
    case 'clean':
    case 'compute':
      return earn(ledger, rules, action, nowUs);
    case 'post':
    case 'redeem':
      return pay(ledger, rules, action, nowUs);
    case 'order':
    case 'clear':
    case 'settle':
      return trade(ledger, rules, action, nowUs);
    default:
      return exchange(ledger, rules, action, nowUs);
  }
}

function earn(
  ledger: OracleLedger,
  rules: OracleRules,
  action: Extract<Action, { do: 'clean' | 'compute' }>,
  nowUs: number,
): boolean {
  const isClean = action.do === 'clean';
  const claims = isClean
    ? Array.from({ length: action.count }, (_, k) => `clean/${action.serial + k}`)
    : action.tos.map((_, k) => `compute/${action.ref + k}`);
  if (isClean && action.seller === action.buyer) return true;
  if (claims.some((claim) => ledger.claims.has(claim))) return false;
  for (const claim of claims) ledger.claims.add(claim);
  const due = isClean
    ? [
        [action.seller, 20_000 * action.count],
        [action.buyer, 20_000 * action.count],
        [action.buyer, 10_000 * action.count],
      ]
    : action.tos.map((to) => [to, action.amount]);
  const epoch = Math.floor(nowUs / rules.epochUs);
  const left = rules.capUpt - (ledger.epoch === epoch ? ledger.emitted : 0);
  const asked = due.reduce((sum, [, amount]) => sum + amount!, 0);
  if (asked === 0) return true;
  const given = Math.min(asked, left);
  // Largest remainder by hand: whole shares first, then a unit each by the size of what is left over.
  const shares = due.map(([, amount]) => share(amount!, [given, asked]));
  const over = due.map(([, amount]) => Number((BigInt(amount!) * BigInt(given)) % BigInt(asked)));
  let rest = given - shares.reduce((sum, one) => sum + one, 0);
  const order = over.map((_, k) => k).sort((a, b) => over[b]! - over[a]! || a - b);
  for (const k of order) if (rest-- > 0) shares[k]!++;
  due.forEach(([to], k) => {
    ledger.accounts[to!]!.balance += shares[k]!;
    ledger.accounts[to!]!.earned[action.do] += shares[k]!;
  });
  ledger.issued[action.do] += given;
  ledger.emitted = (ledger.epoch === epoch ? ledger.emitted : 0) + given;
  ledger.epoch = epoch;
  return true;
}

function pay(
  ledger: OracleLedger,
  rules: OracleRules,
  action: Extract<Action, { do: 'post' | 'redeem' }>,
  nowUs: number,
): boolean {
  const key = `${action.home}/${action.bill}`;
  if (action.do === 'post') {
    const { home, bill, amount, dueUs } = action;
    if (dueUs <= nowUs || amount === 0 || bill !== ledger.billCounts[home]) return false;
    ledger.billCounts[home]!++;
    ledger.bills.set(key, { amount, credited: 0, dueUs });
    return true;
  }
  const one = ledger.accounts[action.home]!;
  const bill = ledger.bills.get(key);
  const money = share(action.amount, rules.rate);
  const isWhole = money * rules.rate[1] === action.amount * rules.rate[0];
  if (action.amount === 0 || one.isFrozen || bill === undefined || nowUs > bill.dueUs) return false;
  if (!isWhole || bill.credited + money > bill.amount) return false;
  if (!mayPart(ledger, rules, action.home, action.amount, nowUs)) return false;
  burn(ledger, action.home, action.amount);
  bill.credited += money;
  ledger.credited += money;
  ledger.redeemed += action.amount;
  one.redeemed += action.amount;
  return true;
}

function exchange(
  ledger: OracleLedger,
  rules: OracleRules,
  action: Extract<Action, { do: 'sell' | 'buy' | 'confirm' | 'cancel' | 'arbitrate' }>,
  nowUs: number,
): boolean {
  const { accounts } = ledger;
  if (action.do === 'sell') {
    const { from, sequence, amount, ask } = action;
    const key = `${from}/${sequence}`;
    if (from >= 7 || amount === 0 || ask < rules.asks[0] || ask > rules.asks[1]) return false;
    if (ledger.offers.has(key) || accounts[from]!.isFrozen) return false;
    if (!mayPart(ledger, rules, from, amount, nowUs)) return false;
    accounts[from]!.balance -= amount;
    accounts[from]!.escrow += amount;
    ledger.offers.set(key, { seller: from, amount, ask, state: 'open', buyer: -1, takenUs: 0 });
    return true;
  }
  const offer = ledger.offers.get(`${action.seller}/${action.sequence}`);
  if (offer === undefined) return false;
  const finish = (state: 'released' | 'refunded' | 'cancelled') => {
    accounts[offer.seller]!.escrow -= offer.amount;
    accounts[state === 'released' ? offer.buyer : offer.seller]!.balance += offer.amount;
    if (state === 'released') ledger.turnover += share(offer.amount, [offer.ask, 1_000_000]);
    offer.state = state;
    return true;
  };
  if (action.do === 'buy') {
    if (offer.state !== 'open' || action.from === offer.seller) return false;
    Object.assign(offer, { state: 'taken', buyer: action.from, takenUs: nowUs });
    return true;
  }
  if (action.do === 'cancel') {
    return offer.state === 'open' && action.from === offer.seller && finish('cancelled');
  }
  if (offer.state !== 'taken') return false;
  if (action.do !== 'arbitrate') return action.from === offer.seller && finish('released');
  return (
    nowUs >= offer.takenUs + rules.confirmUs && finish(action.isPaid ? 'released' : 'refunded')
  );
}

/** Random histories of points over forks and reorganisations, against a ledger in plain objects. */
import { expect, it } from 'vitest';
import { createRandomSource, type SequentialStream } from '../../src/base/random.ts';
import {
  ACCOUNT,
  accountCell,
  CHAIN,
  chainCell,
  denseCellCount,
} from '../../src/contracts/cells.ts';
import { imbalanceOf } from '../../src/contracts/conservation.ts';
import { claim, issueCapped } from '../../src/contracts/emission.ts';
import { EXCHANGE, exchangeCell, offerOf } from '../../src/contracts/exchange-cells.ts';
import { execute, refusal } from '../../src/contracts/execute.ts';
import { invariants } from '../../src/contracts/invariants.ts';
import { MEMBER_FLAG } from '../../src/contracts/membership-cells.ts';
import { ECONOMY, economyCell } from '../../src/contracts/points-cells.ts';
import { pointsProblem } from '../../src/contracts/points-checks.ts';
import { addAccount, type Call, ISSUE_CASES, POINTS_EVENT } from '../../src/contracts/rules.ts';
import { createWriter } from '../../src/ledger/encoding.ts';
import { createChainState } from '../../src/ledger/state.ts';
import {
  encodeTransaction,
  intrinsicGas,
  type PayloadOf,
  type Transaction,
  type TransactionType,
} from '../../src/ledger/transactions.ts';
import { createBlockTree } from '../../src/ledger/tree.ts';
import { createFiatBook } from '../../src/market/fiat-book.ts';
import { createPointsWorld, EXCHANGE_RULES, POINTS_RULES } from '../unit/contracts/points-world.ts';
import { CENTRE, HOMES, S } from '../unit/contracts/world.ts';
import {
  type Action,
  type OracleLedger,
  type OracleRules,
  openLedger,
  perform,
  senderOf,
} from './points-oracle.ts';

const SEQUENCES = 10_000;
const ACCOUNTS = 11;
const DAY = 86_400 * S;
const BALANCE = 3e6;
const GAS_LIMIT = 400_000;
const OWN = /^(points|redemption|exchange|treasury)\//;
const OWN_INVARIANTS = invariants.filter(({ id }) => OWN.test(id));

/** Settings of a chain, and what the oracle is told of them. */
function setting(kind: 'plain' | 'strict') {
  const isStrict = kind === 'strict';
  const oracle: OracleRules = {
    grantUpt: BALANCE,
    vestingUs: isStrict ? DAY : 0,
    expiryUs: isStrict ? DAY / 4 : 0,
    capUpt: isStrict ? 200_000 : 2 ** 52 - 1,
    epochUs: isStrict ? 4_000 * S : DAY,
    gasPriceUpt: isStrict ? 1 : 0,
    feeBurn: isStrict ? [1, 3] : [0, 1],
    penaltyBurn: isStrict ? [1, 4] : [1, 1],
    rate: isStrict ? [9, 10] : [1, 1],
    confirmUs: 3_600 * S,
    asks: [EXCHANGE_RULES.askMinPerPt, EXCHANGE_RULES.askMaxPerPt],
  };
  const feeBurnPpm = isStrict ? 333_333 : 0;
  const world = createPointsWorld({
    members: 3,
    balanceUpt: BALANCE,
    parameters: { gasPriceUpt: oracle.gasPriceUpt, initialGrantUpt: oracle.grantUpt },
    points: {
      grantVestingUs: oracle.vestingUs,
      grantExpiryUs: oracle.expiryUs,
      emissionCapUpt: oracle.capUpt,
      emissionEpochUs: oracle.epochUs,
      feeBurnPpm,
      penaltyBurnPpm: isStrict ? 250_000 : POINTS_RULES.penaltyBurnPpm,
      redemptionRatePpm: isStrict ? 900_000 : 1_000_000,
    },
  });
  return {
    world,
    oracle: { ...oracle, feeBurn: [feeBurnPpm, 1_000_000] as const },
    genesis: [...world.state.baseCells()],
  };
}

const SETTINGS = [setting('plain'), setting('strict')];
type Setting = (typeof SETTINGS)[number];

const KINDS: readonly Action['do'][] = [
  ...(['transfer', 'register', 'grant', 'grant', 'reward', 'post', 'post', 'redeem'] as const),
  ...(['redeem', 'redeem', 'sell', 'sell', 'sell', 'buy', 'buy', 'buy', 'confirm'] as const),
  ...(['confirm', 'cancel', 'arbitrate', 'arbitrate', 'cashOut', 'expire', 'freeze'] as const),
  ...(['order', 'order', 'order', 'order', 'clear', 'settle', 'clean', 'compute'] as const),
];

/** Draws what is done next, mostly about something that is there: a ledger of strangers does nothing. */
function draw(r: SequentialStream, nowUs: number, ledger: OracleLedger): Action {
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
function transactionOf(
  action: Action,
  world: Setting['world'],
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
      return ['POINTS_GRANT', { to: action.to, amountUpt: BALANCE, identityHash }];
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

interface Done {
  readonly action: Action;
  readonly nowUs: number;
  readonly gas: number;
  readonly isDone: boolean;
}

/** Replays a branch from its start. */
function replay({ oracle }: Setting, branch: readonly Done[]): OracleLedger {
  const ledger = openLedger(BALANCE);
  for (const { action, nowUs, gas, isDone } of branch) {
    const limits = { limit: GAS_LIMIT, used: gas };
    if (perform(ledger, oracle, action, nowUs, limits) !== isDone) {
      throw new Error(`${JSON.stringify(action)}: the chain says ${isDone}`);
    }
  }
  return ledger;
}

const writer = createWriter(4_096);
const succeeded = new Map<string, number>();

/** Plays one history. @returns Blocks and forks that it had. */
function play(r: SequentialStream, at: Setting): { blocks: number; forks: number } {
  const { world, oracle } = at;
  const { rules } = world;
  const tree = createBlockTree('genesis');
  const state = createChainState(tree, {
    denseCount: denseCellCount(ACCOUNTS),
    maxUnfinalBlocks: 1_000,
  });
  let view = state.begin(0);
  for (const [cell, value] of at.genesis) view.write(cell, value);
  state.commit(0);
  state.foldGenesis();
  const undoable = {
    read: (cell: number) => view.read(cell),
    write: (cell: number, value: number) => view.write(cell, value),
    mark: () => state.mark(),
    rollback: (mark: number) => state.rollback(mark),
  };
  const branches: (readonly Done[])[] = [[]];
  const ledgers = [openLedger(BALANCE)];
  const times = [0];
  const issuedOn: (readonly number[])[][] = [[]];
  let head = 0;
  let forks = 0;

  /** Runs an action on the open block; its receipt, where it came to one. */
  function run(action: Action, nowUs: number, ledger: OracleLedger) {
    const sent = transactionOf(action, world, ledger);
    if (sent === undefined) return runDirectly(action, nowUs);
    const [type, payload] = sent;
    const sender = senderOf(action);
    const nonce = view.read(accountCell(sender, ACCOUNT.nonce));
    const about = { chainId: world.chainId, sender, nonce, gasLimit: GAS_LIMIT, expiryUs: 1e15 };
    const tx = { ...about, type, payload } as unknown as Transaction;
    if (sender >= HOMES) Object.assign(tx, { gasLimit: 1e8 });
    const gas = intrinsicGas(encodeTransaction(tx, writer));
    if (refusal(undoable, rules, tx, gas, nowUs) !== undefined) return undefined;
    const receipt = execute(undoable, rules, tx, gas, nowUs);
    return {
      isDone: receipt.status === 1,
      gas: receipt.gasUsed,
      events: Array.from(receipt.events),
    };
  }

  /** What settlement, computing and the authority do, as one call. */
  function runDirectly(action: Action, nowUs: number) {
    world.nowUs = nowUs;
    const events: number[] = [];
    const mark = state.mark();
    const base = {
      rules,
      state: undoable,
      sender: CENTRE,
      timestampUs: nowUs,
      events,
      gasLimit: 1e9,
      stack: [],
      useGasUpTo() {},
      useGas() {},
      mark: undoable.mark,
      rollback: undoable.rollback,
      invoke: () => 'NO_CONTRACT' as const,
    } satisfies Call;
    const isDone = direct(base, action);
    if (!isDone) {
      state.rollback(mark);
      events.length = 0;
    }
    return { isDone, gas: 0, events };
  }

  function seal(
    nowUs: number,
    done: readonly Done[],
    issued: readonly (readonly number[])[],
  ): void {
    const parent = head;
    const before = (cell: number) => state.readAt(parent, cell);
    const dirty = state.dirtyCells();
    expect(imbalanceOf(dirty, ACCOUNTS, before, undoable.read)).toBe(0);
    expect(pointsProblem(dirty, rules, before, undoable.read)).toBeUndefined();
    head = tree.add({
      parent,
      producer: 0,
      timestampUs: nowUs,
      producedUs: nowUs,
      hash: String(tree.count),
      work: 1,
      transactions: [],
      bytes: 0,
      gasUsed: 0,
      consensus: [],
    });
    state.commit(head);
    branches[head] = [...branches[parent]!, ...done];
    issuedOn[head] = [...issuedOn[parent]!, ...issued];
    times[head] = nowUs;
    ledgers[head] = replay(at, branches[head]!);
    agree(ledgers[head]!, (cell) => state.readAt(head, cell));
  }

  const blockCount = 2 + r.integer(5);
  for (let block = 0; block < blockCount; block++) {
    if (block > 0 && r.integer(4) === 0) {
      head = r.integer(tree.count);
      if (tree.firstChild[head]! >= 0) forks++;
    }
    const nowUs = times[head]! + [S, 1_000 * S, 3_600 * S, 30_000 * S][r.integer(4)]!;
    view = state.begin(head);
    const done: Done[] = [];
    const issued: number[][] = [];
    const ledger = structuredClone(ledgers[head]!);
    const actions = 1 + r.integer(9);
    for (let k = 0; k < actions; k++) {
      const action = draw(r, nowUs, ledger);
      const outcome = run(action, nowUs, ledger);
      // What was refused at the door costs nothing and leaves nothing.
      const isDone = outcome?.isDone ?? false;
      if (outcome === undefined) {
        const copy = structuredClone(ledger);
        const short = GAS_LIMIT * oracle.gasPriceUpt;
        const { balance } = copy.accounts[senderOf(action)]!;
        const free = { limit: GAS_LIMIT, used: 0 };
        expect(balance < short || !perform(copy, oracle, action, nowUs, free)).toBe(true);
        continue;
      }
      done.push({ action, nowUs, gas: outcome.gas, isDone });
      perform(ledger, oracle, action, nowUs, { limit: GAS_LIMIT, used: outcome.gas });
      if (isDone) succeeded.set(action.do, (succeeded.get(action.do) ?? 0) + 1);
      issued.push(...issuesOf(outcome.events));
    }
    seal(nowUs, done, issued);
  }
  const last = ledgers[head]!;
  issuesAddUp(issuedOn[head]!, last);
  moneyAddsUp(last);
  const read = (cell: number) => state.readAt(head, cell);
  expect(OWN_INVARIANTS.flatMap(({ check }) => check(read, rules) ?? [])).toEqual([]);
  return { blocks: blockCount, forks };
}

function direct(call: Call, action: Action): boolean {
  if (action.do === 'freeze') {
    const cell = accountCell(action.account, ACCOUNT.member);
    if (call.state.read(cell) === 0) return false;
    if (call.state.read(cell) < MEMBER_FLAG.frozen) {
      addAccount(call, action.account, ACCOUNT.member, MEMBER_FLAG.frozen);
    }
    return true;
  }
  if (action.do === 'compute') {
    const shares = action.tos.map((to) => ({ to, amountUpt: action.amount }));
    const refs = action.tos.map((_, k) => action.ref + k);
    return issueCapped(call, shares, 'compute', refs) === undefined;
  }
  if (action.do !== 'clean') return false;
  const { seller, buyer, serial, count } = action;
  if (seller === buyer) return true;
  if (!claim(call, 'clean', serial, count)) return false;
  const amounts = [20_000, 20_000, 10_000].map((each) => each * count);
  const shares = [seller, buyer, buyer].map((to, k) => ({ to, amountUpt: amounts[k]! }));
  return (
    issueCapped(call, shares, 'clean', [4 * serial, 4 * serial + 1, 4 * serial + 2]) === undefined
  );
}

/** Case, amount and reference of what a receipt says was issued. */
function issuesOf(events: readonly number[]): number[][] {
  // Lengths of the entries that these contracts write, behind their codes.
  const lengths: Readonly<Record<number, number>> = {
    [POINTS_EVENT.issued]: 4,
    [POINTS_EVENT.burned]: 3,
    18: 1,
    20: 3,
    21: 3,
    22: 3,
    23: 2,
    24: 4,
  };
  const found: number[][] = [];
  for (let i = 0; i < events.length; i += 1 + lengths[events[i]!]!) {
    if (events[i] === POINTS_EVENT.issued) {
      found.push([events[i + 1]!, events[i + 3]!, events[i + 4]!]);
    }
  }
  return found;
}

/** P2: each case issued what its entries say, each for something of its own. */
function issuesAddUp(entries: readonly (readonly number[])[], ledger: OracleLedger): void {
  ISSUE_CASES.forEach((issueCase, k) => {
    const own = entries.filter(([code]) => code === k);
    const sum = own.reduce((all, [, amount]) => all + amount!, 0);
    expect(sum).toBe(ledger.issued[issueCase] - (k === 0 ? 3 * BALANCE : 0));
    expect(new Set(own.map(([, , ref]) => ref)).size).toBe(own.length);
  });
}

/** P7: the money of the offers of a branch, as banks move it. */
function moneyAddsUp(ledger: OracleLedger): void {
  const book = createFiatBook(ACCOUNTS);
  let delivered = 0;
  for (const { state, seller, buyer, amount, ask, takenUs } of ledger.offers.values()) {
    if (buyer < 0) continue;
    const due = Number((BigInt(amount) * BigInt(ask)) / 1_000_000n);
    const payment = book.order(buyer, seller, due, 'points', takenUs);
    if (state === 'released') book.deliver(payment, takenUs + 1);
    if (state === 'refunded') book.giveBack(payment, takenUs + 1);
    if (book.isDelivered(payment)) delivered += due;
  }
  expect(delivered).toBe(ledger.turnover);
  book.recount();
}

/** Every balance and every sum of the chain is the oracle's. */
function agree(ledger: OracleLedger, read: (cell: number) => number): void {
  const chain = (field: number) => read(chainCell(ACCOUNTS, field));
  const { issued } = ledger;
  let held = 0;
  ledger.accounts.forEach(({ balance, escrow, granted }, account) => {
    const field = (name: number) => read(accountCell(account, name));
    const [is, locked] = [field(ACCOUNT.balanceUpt), field(ACCOUNT.escrowUpt)];
    // Plain comparisons: a matcher for each of a million cells would take minutes.
    if (is !== balance || locked !== escrow || field(ACCOUNT.grantedUpt) !== granted) {
      expect([account, is, locked]).toEqual([account, balance, escrow]);
    }
    if (balance < 0 || escrow < 0) throw new Error(`account ${account} holds less than nothing`);
    held += balance + escrow;
  });
  const sums = [
    chain(CHAIN.issuedGrantUpt),
    chain(CHAIN.issuedCleanUpt),
    chain(CHAIN.issuedComputeUpt),
    chain(CHAIN.issuedRewardUpt),
    chain(CHAIN.burnedUpt),
    chain(CHAIN.redeemedUpt),
    read(economyCell(ECONOMY.credited)),
    read(exchangeCell(EXCHANGE.turnover)),
  ];
  expect(sums).toEqual([
    issued.grant,
    issued.clean,
    issued.compute,
    issued.block,
    ledger.burned,
    ledger.redeemed,
    ledger.credited,
    ledger.turnover,
  ]);
  const all = issued.grant + issued.clean + issued.compute + issued.block;
  expect(held).toBe(all - ledger.burned);
}

it('points: 10 000 histories with forks keep P1 to P5 and P7, and agree with a slow ledger', () => {
  const random = createRandomSource('points');
  const seen = { blocks: 0, forks: 0 };
  for (let sequence = 0; sequence < SEQUENCES; sequence++) {
    const r = random.sequential(`chain/${sequence}`);
    try {
      const { blocks, forks } = play(r, SETTINGS[sequence % 2]!);
      seen.blocks += blocks;
      seen.forks += forks;
    } catch (error) {
      throw new Error(`sequence ${sequence}`, { cause: error });
    }
  }
  expect(seen.blocks).toBeGreaterThan(3 * SEQUENCES);
  expect(seen.forks).toBeGreaterThan(SEQUENCES / 4);
  const missing = KINDS.filter((kind) => kind !== 'cashOut' && !((succeeded.get(kind) ?? 0) > 50));
  expect(missing).toEqual([]);
  expect(succeeded.get('cashOut')).toBeUndefined();
});

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
import { EXCHANGE, exchangeCell } from '../../src/contracts/exchange-cells.ts';
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
  type Transaction,
} from '../../src/ledger/transactions.ts';
import { createBlockTree } from '../../src/ledger/tree.ts';
import { createFiatBook } from '../../src/market/fiat-book.ts';
import { createPointsWorld, EXCHANGE_RULES, POINTS_RULES } from '../unit/contracts/points-world.ts';
import { CENTRE, HOMES, S } from '../unit/contracts/world.ts';
import { draw, GRANT_UPT, KINDS, transactionOf } from './points-actions.ts';
import { openLedger, perform, senderOf } from './points-oracle.ts';
import type { Action, OracleLedger, OracleRules } from './points-oracle-types.ts';

const SEQUENCES = 10_000;
const ACCOUNTS = 11;
const DAY = 86_400 * S;
const BALANCE = GRANT_UPT;
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
    const receipt = execute(undoable, rules, tx, gas, { timestampUs: nowUs });
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

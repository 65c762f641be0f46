/**
 * Labels and certificates against a slow oracle that keeps an object for every kWh, over random sequences on
 * random branches. The oracle has no ranges, queues of ranges or counts: it executes the transactions of a
 * branch again from genesis and moves objects between plain arrays.
 */
import { expect, it } from 'vitest';
import { defaultsOf } from '../../src/base/options.ts';
import { ACCOUNT, accountCell, denseCellCount, ORDER, TRADE } from '../../src/contracts/cells.ts';
import {
  CERTIFICATE_STATE,
  certificateOfferOf,
  QUEUE,
} from '../../src/contracts/certificate-cells.ts';
import { certificateStatus, certificatesEnd } from '../../src/contracts/certificate-records.ts';
import { execute } from '../../src/contracts/execute.ts';
import { rulesOf, writeGenesisState } from '../../src/contracts/genesis-rules.ts';
import { contracts } from '../../src/contracts/index.ts';
import { rangesIn } from '../../src/contracts/label-queues.ts';
import { METERING, meteringCell } from '../../src/contracts/metering-cells.ts';
import { groupParameters } from '../../src/contracts/rule-groups.ts';
import { ROLES, RULE_NAMES } from '../../src/contracts/rules.ts';
import { movableCertificates } from '../../src/contracts/staking.ts';
import { weightOf } from '../../src/contracts/voters.ts';
import type { Genesis } from '../../src/ledger/genesis.ts';
import { rejectReasonOf } from '../../src/ledger/reject-reason.ts';
import { createChainState } from '../../src/ledger/state.ts';
import type { PayloadOf, Transaction, TransactionType } from '../../src/ledger/transactions.ts';
import { createBlockTree } from '../../src/ledger/tree.ts';
import { VOTE_OUT, voteOutParameters } from '../../src/ledger/vote-out.ts';
import {
  type Command,
  createOracle,
  GENESIS,
  HOMES,
  OFFICE,
  type Oracle,
  PARAMETERS,
} from './certificates-oracle.ts';

const { CENTRE, AUTHORITY, ACCOUNTS } = OFFICE;
const SEQUENCES = 10_000;
const SLOTS = 6;

const genesis: Genesis = {
  name: 'test',
  cryptoMode: 'modelled',
  membership: 'consortium',
  slotUs: PARAMETERS.slotUs,
  startEpochS: 0,
  utcOffsetMin: 0,
  consensus: {
    name: 'test',
    parameters: Object.entries(
      voteOutParameters(defaultsOf(VOTE_OUT), {
        turnUs: PARAMETERS.epochUs / 10,
        producers: 5,
        epochTurns: 10,
      }),
    ),
  },
  accounts: Array.from({ length: ACCOUNTS }, (_, account) => ({
    id: `account-${account}`,
    role:
      account < HOMES
        ? 0
        : ROLES.indexOf(
            (['node', 'centre', 'dso', 'authority', 'treasury'] as const)[account - HOMES]!,
          ),
    publicKey: new Uint8Array(32).fill(account + 1),
    balanceUpt: account < HOMES ? 1000 : 0,
    certificates: GENESIS[account] ?? { firstId: 99, count: 0 },
    lockedCount: GENESIS[account]?.staked ?? 0,
    registered: true,
  })),
  parameters: [
    ...Object.entries({
      ...(Object.fromEntries(RULE_NAMES.map((name) => [name, 0])) as Record<
        (typeof RULE_NAMES)[number],
        number
      >),
      accountCount: ACCOUNTS,
      homeCount: HOMES,
      nodeCount: 1,
      firstNode: HOMES,
      centre: CENTRE,
      dso: CENTRE + 1,
      authority: AUTHORITY,
      treasury: AUTHORITY + 1,
      consortium: 1,
      openingUs: PARAMETERS.openingUs,
      slotUs: PARAMETERS.slotUs,
      slotCount: SLOTS,
      blockGasMax: 1e9,
      blockBytesMax: 1e9,
    }),
    ...groupParameters({
      certificates: {
        labelBase: 1,
        certificateValidityUs: PARAMETERS.validityUs,
        certificatePeriodUs: PARAMETERS.periodUs,
        carbonGPerMWh: 536_600,
      },
    }),
  ],
};
const rules = rulesOf(genesis, new Uint8Array(8));
const { invariants } = contracts.find(({ name }) => name === 'certificates')!;

/** Small generator of our own: sequences are named by their number. */
function drawer(seed: number) {
  let state = (seed * 2_654_435_761) >>> 0;
  return (n: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor(((((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32) * n);
  };
}
type Draw = ReturnType<typeof drawer>;
const pick = <T>(draw: Draw, from: readonly T[]): T => from[draw(from.length)]!;

/** Energies around full kWh, and around a thousand of them. */
function energyWh(draw: Draw, isBulk: boolean): number {
  if (isBulk && draw(2) === 0) return pick(draw, [999_999, 1_000_000, 1_000_001, 1_300_000]);
  return pick(draw, [0, 1, 400, 999, 1000, 1001, 1500, 2600, 3000 + draw(3000)]);
}

function certificateIds(draw: Draw, oracle: Oracle): number[] {
  const count = 1 + draw(3);
  // Ids that exist, some that do not, and now and then one twice.
  return Array.from({ length: count }, () => draw(oracle.end() + (draw(8) === 0 ? 2 : 0)));
}

/** Ids of one owner in one state, where there are any: so that enough transactions succeed. */
function fitting(draw: Draw, oracle: Oracle, states: readonly number[]): [number, number[]] {
  const fits = oracle.ids().filter((id) => states.includes(oracle.stateOf(id)));
  if (fits.length === 0 || draw(6) === 0) return [draw(HOMES), certificateIds(draw, oracle)];
  const owner = oracle.ownerOf(pick(draw, fits));
  const own = fits.filter((id) => oracle.ownerOf(id) === owner);
  const from = draw(own.length);
  return [owner, own.slice(from, from + 1 + draw(3))];
}

function nextCommand(draw: Draw, oracle: Oracle, isBulk: boolean): Command {
  const { ACTIVE, STAKED, RETIRED, UNSTAKING } = CERTIFICATE_STATE;
  const what = draw(29);
  if (what < 8) {
    const open = Array.from({ length: SLOTS }, (_, slot) => slot).filter(
      (s) => !oracle.isMinted(s),
    );
    const slot = open.length === 0 || draw(9) === 0 ? draw(SLOTS + 1) : open[0]!;
    const rows = Array.from({ length: HOMES }, (_, home) => home)
      .filter(() => draw(3) > 0)
      .map((home) => ({
        home,
        cleanWh: energyWh(draw, isBulk),
        selfWh: draw(3) === 0 ? energyWh(draw, isBulk) : 0,
      }));
    return { type: 'mint', sender: CENTRE, slot, rows, isAnchored: draw(12) > 0 };
  }
  if (what < 14) {
    const minted = Array.from({ length: SLOTS }, (_, s) => s).filter((s) => oracle.isOpen(s));
    const slot = minted.length === 0 ? draw(SLOTS) : pick(draw, minted);
    // What a seller has left of the slot, so that most settlements are right.
    const left = Array.from({ length: HOMES }, (_, home) => oracle.cleanOf(slot, home));
    const trades = Array.from({ length: draw(5) }, () => {
      const seller = draw(HOMES);
      const buyer = (seller + 1 + draw(HOMES - (draw(40) === 0 ? 0 : 1))) % HOMES;
      const most = draw(25) === 0 ? left[seller]! + 1 : left[seller]!;
      const usedWh = draw(3) === 0 ? most : Math.floor((most * draw(1000)) / 1000);
      const lossWh = draw(3) === 0 ? Math.floor((usedWh * draw(200)) / 1000) : 0;
      left[seller] = Math.max(0, left[seller]! - usedWh);
      return { seller, buyer, cleanWh: usedWh - lossWh, lossWh };
    });
    return { type: 'settle', sender: CENTRE, slot, trades };
  }
  const sender = draw(HOMES);
  switch (what) {
    case 14:
    case 15: {
      const owner = draw(HOMES);
      return { type: 'issue', sender: pick(draw, [owner, owner, CENTRE, sender]), owner };
    }
    case 16: {
      const [owner, ids] = fitting(draw, oracle, [ACTIVE]);
      return { type: 'offer', sender: owner, sequence: draw(5), ids, priceUpt: draw(1500) };
    }
    case 17:
    case 18: {
      const offers = oracle.offers();
      const one = offers.length === 0 ? undefined : pick(draw, offers);
      const seller = one?.seller ?? sender;
      const sequence = draw(12) === 0 ? 9 : (one?.sequence ?? draw(5));
      const priceUpt = (one?.priceUpt ?? 1) + (draw(12) === 0 ? 1 : 0);
      return { type: 'buy', sender, seller, sequence, priceUpt };
    }
    case 19: {
      const offers = oracle.offers();
      const one = offers.length === 0 ? undefined : pick(draw, offers);
      const seller = one?.seller ?? sender;
      const who = draw(4) === 0 ? sender : seller;
      return { type: 'withdraw', sender: who, seller, sequence: one?.sequence ?? draw(5) };
    }
    case 20: {
      const [owner, ids] = fitting(draw, oracle, [ACTIVE, UNSTAKING]);
      return { type: 'transfer', sender: owner, to: draw(HOMES + 1), ids };
    }
    case 21: {
      const [owner, ids] = fitting(draw, oracle, [ACTIVE, UNSTAKING]);
      return { type: 'retire', sender: owner, beneficiary: pick(draw, [owner, sender]), ids };
    }
    case 22: {
      const overdue = oracle.overdue();
      if (overdue.length === 0)
        return { type: 'expire', sender, ids: certificateIds(draw, oracle) };
      const from = draw(overdue.length);
      return { type: 'expire', sender, ids: overdue.slice(from, from + 1 + draw(3)) };
    }
    case 23: {
      const [owner, ids] = fitting(draw, oracle, [ACTIVE, UNSTAKING]);
      return { type: 'stake', sender: owner, ids };
    }
    case 24: {
      const [owner, ids] = fitting(draw, oracle, [STAKED]);
      return { type: 'unstake', sender: owner, ids: draw(5) === 0 ? [] : ids };
    }
    case 25: {
      if (draw(3) === 0) {
        const ids = certificateIds(draw, oracle).slice(0, 2);
        return { type: 'revoke', sender: AUTHORITY, ids };
      }
      const [owner, generator] = [draw(HOMES), draw(HOMES)];
      const held = oracle.freeSerials(owner, generator);
      const serialFrom = held.length === 0 ? draw(5) : pick(draw, held);
      const serialTo = serialFrom + (draw(9) === 0 ? 0 : 1 + draw(2));
      return { type: 'revokeLabels', sender: AUTHORITY, owner, generator, serialFrom, serialTo };
    }
    case 26: {
      const [owner, ids] = fitting(draw, oracle, [RETIRED]);
      return { type: 'carbon', sender: owner, ids };
    }
    default:
      return {
        type: 'wait',
        us: pick(draw, [50, PARAMETERS.epochUs, 2 * PARAMETERS.epochUs, PARAMETERS.validityUs]),
      };
  }
}

/** A chain of blocks of commands, which can be continued from any block. */
function createChain() {
  const tree = createBlockTree('00');
  const state = createChainState(tree, {
    denseCount: denseCellCount(ACCOUNTS),
    maxUnfinalBlocks: 1000,
  });
  writeGenesisState(state.begin(0), genesis);
  state.commit(0);
  state.foldGenesis();
  let head = 0;
  let view = state.begin(0);
  let nowUs = 0;
  const undoable = {
    read: (cell: number) => view.read(cell),
    write: (cell: number, value: number) => view.write(cell, value),
    mark: () => state.mark(),
    rollback: (mark: number) => state.rollback(mark),
  };
  function send<T extends TransactionType>(type: T, sender: number, payload: PayloadOf[T]): string {
    const nonce = view.read(accountCell(sender, ACCOUNT.nonce));
    const tx = { type, sender, nonce, gasLimit: 1e12, expiryUs: 1e15, payload, tipUpt: 0 };
    const receipt = execute(undoable, rules, tx as unknown as Transaction, 0, {
      timestampUs: nowUs,
    });
    return rejectReasonOf(receipt.reason) ?? '';
  }
  return {
    read: undoable.read,
    nowUs: () => nowUs,
    head: () => head,
    seal(): number {
      const block = tree.add({
        parent: head,
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
      state.commit(block);
      head = block;
      view = state.begin(head);
      return block;
    },
    open(block: number, us: number): void {
      state.rollback(0);
      head = block;
      nowUs = us;
      view = state.begin(head);
    },
    run(command: Command): string {
      switch (command.type) {
        case 'wait':
          nowUs += command.us;
          return '';
        case 'mint': {
          const { slot, rows, isAnchored } = command;
          if (isAnchored) view.write(meteringCell(slot, METERING.leafCount), 1);
          return send('LABEL_MINT', command.sender, {
            slot,
            energy: {
              count: rows.length,
              generator: rows.map(({ home }) => home),
              cleanWh: rows.map(({ cleanWh }) => cleanWh),
              selfWh: rows.map(({ selfWh }) => selfWh),
            },
          });
        }
        case 'settle':
          return settle(command);
        case 'issue':
          return send('CERT_ISSUE', command.sender, { owner: command.owner });
        case 'offer': {
          const { sequence, ids, priceUpt } = command;
          return send('CERT_OFFER', command.sender, { sequence, certificates: ids, priceUpt });
        }
        case 'buy': {
          const offer = certificateOfferOf(command.seller, command.sequence);
          return send('CERT_BUY', command.sender, { offer, priceUpt: command.priceUpt });
        }
        case 'withdraw': {
          const offer = certificateOfferOf(command.seller, command.sequence);
          return send('CERT_WITHDRAW', command.sender, { offer });
        }
        case 'transfer': {
          const { to, ids } = command;
          return send('CERT_TRANSFER', command.sender, { to, certificates: ids });
        }
        case 'retire': {
          const { beneficiary, ids } = command;
          return send('CERT_RETIRE', command.sender, { certificates: ids, beneficiary });
        }
        case 'expire':
          return send('CERT_EXPIRE', command.sender, { certificates: command.ids });
        case 'stake':
          return send('STAKE', command.sender, { certificates: command.ids });
        case 'unstake':
          return send('UNSTAKE', command.sender, { certificates: command.ids });
        case 'revoke':
          return send('CERT_REVOKE', command.sender, { certificates: command.ids });
        case 'revokeLabels': {
          const { owner, generator, serialFrom, serialTo } = command;
          return send('LABEL_REVOKE', command.sender, { owner, generator, serialFrom, serialTo });
        }
        case 'carbon':
          return send('CARBON_ISSUE', command.sender, { certificates: command.ids });
      }
    },
  };
  /** Writes trades as a clearing would have, at no price, and settles them. */
  function settle({ sender, slot, trades }: Extract<Command, { type: 'settle' }>): string {
    const { cells } = rules;
    const mark = state.mark();
    trades.forEach(({ seller, buyer, cleanWh, lossWh }, trade) => {
      view.write(cells.order(slot, 2 * trade, ORDER.owner), buyer + 1);
      view.write(cells.order(slot, 2 * trade + 1, ORDER.owner), seller + 1);
      view.write(cells.trade(slot, trade, TRADE.buyerOrder), 2 * trade + 1);
      view.write(cells.trade(slot, trade, TRADE.sellerOrder), 2 * trade + 2);
      view.write(cells.trade(slot, trade, TRADE.contractedWh), cleanWh + lossWh + 1);
    });
    const zeros = trades.map(() => 0);
    const reason = send('SETTLE', sender, {
      slot,
      version: 1,
      entries: {
        count: trades.length,
        trade: trades.map((_, trade) => trade),
        fulfilledWh: trades.map(({ cleanWh }) => cleanWh),
        paymentUpt: zeros,
        wheelingUpt: zeros,
        buyerPenaltyUpt: zeros,
        sellerPenaltyUpt: zeros,
        cleanWh: trades.map(({ cleanWh }) => cleanWh),
        lossWh: trades.map(({ lossWh }) => lossWh),
      },
    });
    if (reason !== '') state.rollback(mark);
    return reason;
  }
}

type TestChain = ReturnType<typeof createChain>;

/** Compares two numbers; `expect` takes longer than all the rest. */
function same(found: number, expected: number, what: () => string): void {
  if (found !== expected) expect.fail(`${what()}: ${found}, not ${expected}`);
}

/** Compares all that can be asked: labels one by one, certificates one by one, accounts. */
function compare(chain: TestChain, oracle: Oracle): void {
  const { read } = chain;
  for (let account = 0; account < HOMES; account++) {
    for (const queue of ['own', 'bought', 'self'] as const) {
      const expected = oracle.queue(account, queue);
      let at = 0;
      for (const { generator, serialFrom, serialTo } of rangesIn(read, account, QUEUE[queue])) {
        for (let serial = serialFrom; serial < serialTo; serial++) {
          const label = expected[at++];
          if (label?.generator !== generator || label.serial !== serial) {
            expect.fail(
              `label ${serial} of ${generator} in ${queue} of ${account}, place ${at - 1}`,
            );
          }
        }
      }
      same(at, expected.length, () => `${queue} of ${account}`);
    }
    const { owned, weight, movable, balanceUpt } = oracle.account(account);
    const of = (field: number) => read(accountCell(account, field));
    same(of(ACCOUNT.certificates), owned, () => `certificates of ${account}`);
    same(weightOf(read, account), weight, () => `stake of ${account}`);
    same(of(ACCOUNT.balanceUpt), balanceUpt, () => `points of ${account}`);
    const found = movableCertificates(read, account, chain.nowUs());
    same(found, movable, () => `movable certificates of ${account}`);
  }
  same(certificatesEnd(read, rules), oracle.end(), () => 'certificates');
  for (let id = 0; id < oracle.end(); id++) {
    const { owner, state } = certificateStatus(read, rules, id)!;
    same(owner, oracle.ownerOf(id), () => `owner of ${id}`);
    same(state, oracle.stateOf(id), () => `state of ${id}`);
  }
}

interface Block {
  readonly block: number;
  readonly nowUs: number;
  /** Commands of the branch up to it. */
  readonly path: readonly Command[];
}

/** Plays one sequence. @returns How each command ended, as "type reason". */
function play(seed: number): string[] {
  const draw = drawer(seed);
  const isBulk = seed % 4 === 0;
  const chain = createChain();
  let oracle = createOracle();
  let path: Command[] = [];
  const blocks: Block[] = [{ block: 0, nowUs: 0, path: [] }];
  const endings: string[] = [];
  const steps = 12 + draw(30);
  for (let step = 0; step < steps; step++) {
    const command = nextCommand(draw, oracle, isBulk);
    const reason = chain.run(command);
    const expected = oracle.run(command);
    if (reason !== expected) {
      expect.fail(
        `sequence ${seed} step ${step}: ${reason}, not ${expected}: ${JSON.stringify(command)}`,
      );
    }
    path.push(command);
    endings.push(`${command.type} ${reason}`);
    if (draw(8) !== 0) continue;
    blocks.push({ block: chain.seal(), nowUs: chain.nowUs(), path: [...path] });
    if (draw(3) !== 0) continue;
    // A reorganisation: another block becomes the head, and the oracle starts from genesis.
    const other = pick(draw, blocks);
    chain.open(other.block, other.nowUs);
    path = [...other.path];
    oracle = createOracle();
    for (const again of path) oracle.run(again);
    compare(chain, oracle);
    endings.push('reorg ');
  }
  compare(chain, oracle);
  for (const { id, check } of invariants) {
    const problem = check(chain.read, rules);
    if (problem !== undefined) expect.fail(`sequence ${seed}: ${id}: ${problem}`);
  }
  return endings;
}

it('certificates: every kWh and every certificate is where an oracle of single kWh has it', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < SEQUENCES; seed++) {
    for (const ending of play(seed)) counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  // Every kind of transaction has succeeded, and failed in every way, often enough to mean something.
  const succeeded = (
    'mint settle issue offer buy withdraw transfer retire expire stake unstake ' +
    'revoke revokeLabels carbon reorg'
  ).split(' ');
  for (const type of succeeded) {
    expect(counts.get(`${type} `) ?? 0, type).toBeGreaterThan(500);
  }
  const reasons = new Set([...counts].filter(([, n]) => n > 20).map(([key]) => key.split(' ')[1]));
  for (const reason of [
    ...['UNKNOWN_CERTIFICATE', 'NOT_OWNER', 'CERTIFICATE_LOCKED', 'CERTIFICATE_EXPIRED'],
    ...['CERTIFICATE_RETIRED', 'CERTIFICATE_REVOKED', 'CERTIFICATE_VALID', 'NOT_TRADABLE'],
    ...['DUPLICATE_CERTIFICATE', 'NOT_STAKED', 'NOT_RETIRED', 'CARBON_ISSUED', 'TOO_FEW_LABELS'],
    ...['LABELS_DUE', 'LABEL_NOT_FREE', 'ALREADY_MINTED', 'NOT_METERED', 'BAD_AMOUNT'],
    ...['DUPLICATE_OFFER', 'UNKNOWN_OFFER', 'OFFER_CLOSED', 'PRICE_CHANGED', 'SELF_MATCH'],
    ...['INSUFFICIENT_BALANCE', 'ALREADY_SETTLED', 'UNAUTHORISED'],
  ]) {
    expect(reasons, reason).toContain(reason);
  }
}, 120_000);

/** What holds of every contract: one way to each function, events, storage, budgets and guards. */
import { describe, expect, it, vi } from 'vitest';
import {
  ACCOUNT,
  accountCell,
  chainCell,
  createSlotCells,
  earningsCell,
  identityCell,
  RECORD_CELLS,
} from '../../src/contracts/cells.ts';
import {
  CERTIFICATE_IDS_MAX,
  certificateCell,
  certificateOfferCell,
  certificateRangeCell,
  certificatesCell,
  cleanCell,
  GENERATORS_MAX,
  labelHolderCell,
  labelSlotCell,
  OFFER_SEQUENCES_MAX,
  offerListCell,
  pairCell,
  queueCell,
  STAKED_RANGES_MAX,
  stakedRangeCell,
  statusCell,
} from '../../src/contracts/certificate-cells.ts';
import {
  computeCell,
  SUBJECT_MAX,
  subjectCell,
  tallyCell,
  taskCell,
  workerCell,
} from '../../src/contracts/compute-cells.ts';
import {
  exchangeCell,
  offerCell,
  offerOf,
  sellerCell,
} from '../../src/contracts/exchange-cells.ts';
import {
  candidateCell,
  governanceCell,
  judgedCell,
  reportCell,
  voterCell,
} from '../../src/contracts/governance-cells.ts';
import { contracts, dispatch } from '../../src/contracts/index.ts';
import {
  assetCell,
  keyCell,
  memberCell,
  meterCell,
  ROTATIONS_MAX,
} from '../../src/contracts/membership-cells.ts';
import { METERING_FIRST_KEPT, meteringCell } from '../../src/contracts/metering-cells.ts';
import {
  BILLS_MAX,
  billCell,
  CLAIM_MAX,
  economyCell,
  claimCell as rewardClaimCell,
  treasuryCell,
} from '../../src/contracts/points-cells.ts';
import { type Call, ROLES, roleOf } from '../../src/contracts/rules.ts';
import {
  claimCell,
  claimedCountCell,
  PERIODS_MAX,
  PLANTS_MAX,
  plantCell,
  plantSerialCell,
  SERIALS_MAX,
  subsidyCell,
  subsidyDebtCell,
  subsidyPeriodCell,
  withheldCell,
} from '../../src/contracts/subsidy-cells.ts';
import { REJECT_REASONS } from '../../src/ledger/reject-reason.ts';
import { TRANSACTION_TYPES, type TransactionType } from '../../src/ledger/transactions.ts';
import { createWorld } from '../unit/contracts/world.ts';
import { STORIES } from './contract-samples.ts';

interface Sample {
  readonly type: string;
  readonly reason: number;
  readonly gasUsed: number;
}

/** Everything that any world executes in this file. */
const samples = vi.hoisted(() => [] as Sample[]);
vi.mock('../../src/contracts/execute.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/contracts/execute.ts')>();
  return {
    ...original,
    execute(...args: Parameters<typeof original.execute>) {
      const receipt = original.execute(...args);
      samples.push({ type: args[2].type, reason: receipt.reason, gasUsed: receipt.gasUsed });
      return receipt;
    },
  };
});

/** Types that no contract of accounts has: the coin ledger runs them itself. */
const WITHOUT_CONTRACT: readonly TransactionType[] = ['SPEND'];

const functions = contracts.flatMap((contract) =>
  Object.entries(contract.functions).map(([type, fn]) => ({ contract: contract.name, type, fn })),
);
/** Functions of all contracts but those of the market alone, by name. */
const named = functions.map(({ contract, type, fn }) => [`${contract} ${type}`, type, fn] as const);

describe('contracts', () => {
  it('have names of their own, and say what they are and where that is from', () => {
    expect(new Set(contracts.map(({ name }) => name)).size).toBe(contracts.length);
    for (const { name, summary, source } of contracts) {
      expect(name, name).toMatch(/^[a-z][a-z-]*$/);
      expect(summary.length, name).toBeGreaterThan(20);
      expect(source, name).toMatch(/model|decision/);
    }
  });

  it('are reached by each transaction type in exactly one way', () => {
    const reached = functions.map(({ type }) => type).sort();
    const wanted = TRANSACTION_TYPES.filter((type) => !WITHOUT_CONTRACT.includes(type)).sort();
    expect(reached).toEqual(wanted);
  });

  it('record events with codes of their own', () => {
    const codes = contracts.flatMap(({ name, events }) =>
      Object.entries(events).map(([event, { code }]) => ({ code, event: `${name} ${event}` })),
    );
    const twice = codes.filter(
      ({ code }, at) => codes.findIndex((one) => one.code === code) !== at,
    );
    const clash = twice.map(({ code }) => codes.filter((one) => one.code === code));
    expect(clash, 'events of one code').toEqual([]);
    for (const { code, event } of codes)
      expect(Number.isInteger(code) && code > 0, event).toBe(true);
  });

  it('have invariants with names of their own', () => {
    const ids = contracts.flatMap(({ invariants }) => invariants.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z-]*$/);
  });

  it('name only reasons that exist', () => {
    // The union is one; what TypeScript holds of sources, this holds of the built list.
    expect(new Set(REJECT_REASONS).size).toBe(REJECT_REASONS.length);
  });
});

/** A chain larger than any in use: homes, nodes, slots and blocks. */
const HOMES = 100_000;
const ACCOUNTS = 120_000;
const NODES = 20_000;
const SLOTS = 400_000;
const REPORTS = 1_000_000;
const LAST = RECORD_CELLS - 1;
const slotCells = createSlotCells(ACCOUNTS, HOMES, true);
const all = (byte: number) => new Uint8Array(32).fill(byte);

/** First and last cell of each area that a contract declares, on such a chain. */
const AREAS: Readonly<Record<string, readonly [from: number, to: number]>> = {
  accounts: [accountCell(0, 0), accountCell(ACCOUNTS - 1, LAST)],
  chain: [chainCell(ACCOUNTS, 0), chainCell(ACCOUNTS, LAST)],
  slots: [slotCells.slot(0, 0), slotCells.commitment(SLOTS - 1, HOMES - 1, 7)],
  members: [memberCell(0, 0), memberCell(ACCOUNTS - 1, LAST)],
  keys: [keyCell(0, 1), keyCell(ACCOUNTS - 1, ROTATIONS_MAX) + LAST],
  meters: [meterCell(all(0)), meterCell(all(255))],
  generators: [assetCell(all(0)), assetCell(all(255))],
  'certificate-holders': [statusCell(0), statusCell(CERTIFICATE_IDS_MAX - 1)],
  certificates: [certificateCell(0, 0), certificateCell(CERTIFICATE_IDS_MAX - 1, LAST)],
  'certificate-counts': [certificatesCell(0), certificatesCell(LAST)],
  'certificate-labels': [certificateRangeCell(0, 0), certificateRangeCell(2 ** 40, 0)],
  'certificate-offers': [
    certificateOfferCell(0, 0),
    certificateOfferCell(ACCOUNTS * OFFER_SEQUENCES_MAX, 0) - 1,
  ],
  'offer-lists': [offerListCell(0), offerListCell(2 ** 42)],
  'label-holders': [labelHolderCell(0, 0), labelHolderCell(ACCOUNTS, 0) - 1],
  'label-queues': [queueCell(0, 0, 0, 0), queueCell(ACCOUNTS, 0, 0, 0) - 1],
  'label-pairs': [pairCell(ACCOUNTS, 0, 0), pairCell(ACCOUNTS, ACCOUNTS, 0) - 1],
  'label-slots': [labelSlotCell(HOMES, 0, 0), cleanCell(HOMES, SLOTS - 1, HOMES - 1)],
  'label-stakes': [stakedRangeCell(0, 0), stakedRangeCell(GENERATORS_MAX, STAKED_RANGES_MAX) - 1],
  subsidy: [subsidyCell(0), subsidyCell(LAST)],
  debts: [subsidyDebtCell(0), subsidyDebtCell(ACCOUNTS - 1)],
  budgets: [subsidyPeriodCell(0), subsidyPeriodCell(PERIODS_MAX - 1)],
  plants: [plantCell(0, 0), plantCell(PLANTS_MAX - 1, LAST)],
  claims: [claimCell(0, 0), claimCell(2 ** 32, LAST)],
  'claimed labels': [claimedCountCell(0), claimedCountCell(ACCOUNTS) - 1],
  withheld: [withheldCell(0), withheldCell(ACCOUNTS)],
  devices: [plantSerialCell(0), plantSerialCell(SERIALS_MAX - 1)],
  offers: [offerCell(0, 0), offerCell(offerOf(ACCOUNTS, 0), 0) - 1],
  sellers: [sellerCell(0, 0), sellerCell(ACCOUNTS - 1, LAST)],
  exchange: [exchangeCell(0), exchangeCell(LAST)],
  computing: [computeCell(0), computeCell(LAST)],
  tasks: [taskCell(0, 0), workerCell(10_000_000, 6, LAST)],
  subjects: [subjectCell(0), subjectCell(SUBJECT_MAX - 1)],
  tallies: [tallyCell(0, 0), tallyCell(ACCOUNTS - 1, LAST)],
  holders: [earningsCell(0, 0), earningsCell(ACCOUNTS - 1, LAST)],
  economy: [economyCell(0), economyCell(LAST)],
  treasury: [treasuryCell(0), treasuryCell(LAST)],
  bills: [billCell(0, 0, 0), billCell(HOMES - 1, BILLS_MAX - 1, LAST)],
  'clean-claims': [rewardClaimCell('clean', 0), rewardClaimCell('clean', CLAIM_MAX - 1)],
  'compute-claims': [rewardClaimCell('compute', 0), rewardClaimCell('compute', CLAIM_MAX - 1)],
  'meter-roots': [meteringCell(0, 0), meteringCell(SLOTS - 1, LAST)],
  'meter-roots-head': [METERING_FIRST_KEPT, METERING_FIRST_KEPT],
  governance: [governanceCell(0), governanceCell(LAST)],
  candidates: [candidateCell(0, 0), candidateCell(NODES, 0) - 1],
  voters: [voterCell(0, 0), voterCell(ACCOUNTS, 0) - 1],
  reports: [reportCell(ACCOUNTS, 0, 0), reportCell(ACCOUNTS, REPORTS, 0) - 1],
  'judged turns': [judgedCell(NODES, 0, 0)!, judgedCell(NODES, NODES - 1, 10_000_000)!],
  identities: [identityCell(all(0)), identityCell(all(255))],
};
/** Areas that lie inside that of another: records of one slot, and workers of one task. */
const INSIDE: Readonly<Record<string, string>> = {
  orders: 'slots',
  trades: 'slots',
  workers: 'tasks',
  'label-generators': 'label-holders',
};

describe('storage', () => {
  const declared = contracts.flatMap(({ name, storage }) =>
    storage.map((area) => ({ contract: name, ...area })),
  );

  it('is declared once each, with a key and the names of its fields', () => {
    expect(new Set(declared.map(({ name }) => name)).size).toBe(declared.length);
    for (const { name, key, fields } of declared) {
      expect(key.length, name).toBeGreaterThan(3);
      expect(fields.length, name).toBeGreaterThan(0);
      expect(new Set(fields).size, name).toBe(fields.length);
    }
  });

  it.each(declared.map(({ contract, name }) => [contract, name] as const))(
    'of %s: "%s" has a place in the table of this test',
    (_, name) => {
      const isPlaced = name in AREAS || name in INSIDE;
      expect(isPlaced, `add the first and last cell of "${name}" to AREAS`).toBe(true);
    },
  );

  it('of one area is nobody else’s, on a chain larger than any in use', () => {
    const sorted = Object.entries(AREAS).sort(([, [a]], [, [b]]) => a - b);
    const overlaps: string[] = [];
    sorted.forEach(([name, [from, to]], at) => {
      expect(to, name).toBeGreaterThanOrEqual(from);
      expect(Number.isSafeInteger(to), name).toBe(true);
      const next = sorted[at + 1];
      if (next !== undefined && next[1][0] <= to) overlaps.push(`${name} and ${next[0]}`);
    });
    expect(overlaps).toEqual([]);
  });

  it('keeps the numbers that everybody reads in the record of the account', () => {
    expect(Object.values(ACCOUNT).every((field) => field < RECORD_CELLS)).toBe(true);
  });
});

describe('functions', () => {
  for (const [about, tell] of Object.entries(STORIES)) {
    it(`story: ${about}`, () => {
      const before = samples.length;
      tell();
      expect(samples.length).toBeGreaterThan(before);
    });
  }

  it.each(named)('%s succeeds in a story, within its gas budget', (name, type, fn) => {
    const good = samples.filter((sample) => sample.type === type && sample.reason === 0);
    const hint = `${name} has no sample: let a story of test/contract/contract-samples.ts call it`;
    expect(good.length, hint).toBeGreaterThan(0);
    const most = Math.max(...good.map(({ gasUsed }) => gasUsed));
    expect(most, name).toBeLessThanOrEqual(fn.gasBudget);
    // A budget says something of what the function costs.
    if (fn.gasBudget < 1_000_000) expect(most, name).toBeGreaterThan(fn.gasBudget / 20);
  });

  it.each(named.filter(([, , { by }]) => by !== 'anyone'))(
    '%s is refused from every role that it does not name',
    (_, type, { by }) => {
      const world = createWorld({ guests: 1 });
      const accounts = Array.from(
        { length: world.rules.accountCount },
        (_unused, account) => account,
      );
      const senders = ROLES.map((role) =>
        accounts.find((account) => roleOf(world.rules, account) === role),
      );
      senders.forEach((sender, role) => {
        if (sender === undefined || by.includes(ROLES[role]!)) return;
        const mark = world.view.mark();
        const call = {
          rules: world.rules,
          state: world.view,
          sender,
          stack: [],
          events: [],
          mark: world.view.mark,
          rollback: world.view.rollback,
        } as unknown as Call;
        // The guard stands before anything of the payload is looked at.
        expect(dispatch(call, type as 'VERDICT', undefined as never)).toBe('UNAUTHORISED');
        expect(world.view.mark()).toBe(mark);
      });
    },
  );
});

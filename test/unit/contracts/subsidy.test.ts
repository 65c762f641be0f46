import { describe, expect, it } from 'vitest';
import { daysFromCivil } from '../../../src/base/calendar.ts';
import { createRandomSource } from '../../../src/base/random.ts';
import { GENERATOR, generatorCell } from '../../../src/contracts/certificate-cells.ts';
import { METERING, meteringCell } from '../../../src/contracts/metering-cells.ts';
import { SUBSIDY_EVENT, subsidyContract } from '../../../src/contracts/subsidy.ts';
import {
  CLAIM,
  claimCell,
  claimedRanges,
  claimRest,
  claimSerials,
  isAnyClaimed,
  SUBSIDY,
  subsidyCell,
  subsidyDebtCell,
  subsidyPeriodCell,
} from '../../../src/contracts/subsidy-cells.ts';
import type { StateView } from '../../../src/ledger/state.ts';
import { AUTHORITY, CENTRE, createWorld, S } from './world.ts';

const OPENING_US = 10_000 * S;
const PERIOD_US = 1_000 * S;
const DELAY_US = 5_000 * S;

/** A world with three plants of 2018-06, traded: 0.32 pt/kWh less a tenth. Minted: 1 000 labels each. */
function createFund(budgetUpt = 1_000e6) {
  const world = createWorld({
    groups: {
      subsidy: {
        subsidyDelayUs: DELAY_US,
        subsidyPeriodUs: PERIOD_US,
        subsidyBudgetUpt: budgetUpt,
      },
    },
  });
  world.nowUs = OPENING_US + PERIOD_US;
  for (let home = 0; home < 3; home++) {
    world.view.write(generatorCell(home, GENERATOR.minted), 1_000);
    expect(register(world, { plant: home, owner: home, generator: home }).reason).toBe('');
  }
  return world;
}

type World = ReturnType<typeof createWorld>;

const register = (
  world: World,
  changes: Partial<Record<'plant' | 'owner' | 'generator' | 'serial' | 'capacityW', number>> & {
    isTraded?: boolean;
    commissionedDay?: number;
  },
  sender = AUTHORITY,
) =>
  world.send('SUBSIDY_REGISTER', sender, {
    plant: 0,
    owner: 0,
    generator: 0,
    commissionedDay: daysFromCivil(2018, 6, 1),
    plantClass: 0,
    capacityW: 5_000,
    isTraded: true,
    serial: 7_000 + (changes.plant ?? 0),
    ...changes,
  });

const claim = (
  world: World,
  owner: number,
  ranges: readonly (readonly [number, number])[],
  more: { plant?: number; period?: number } = {},
) =>
  world.send('SUBSIDY_CLAIM', owner, {
    plant: more.plant ?? owner,
    period: more.period ?? 0,
    labels: {
      count: ranges.length,
      serialFrom: ranges.map(([from]) => from),
      serialTo: ranges.map(([, to]) => to),
    },
  });

const approve = (world: World, number: number) =>
  world.send('SUBSIDY_APPROVE', AUTHORITY, { claim: number });
const pay = (world: World, number: number, sender = 3) =>
  world.send('SUBSIDY_PAY', sender, { claim: number });
const clawBack = (world: World, number: number) =>
  world.send('SUBSIDY_CLAWBACK', AUTHORITY, { claim: number });

/** What the invariants say; undefined when all hold. */
function broken(world: World): string | undefined {
  for (const { check } of subsidyContract.invariants) {
    const found = check(world.view.read, world.rules);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('register of plants', () => {
  it('takes a device once, and a number once', () => {
    const world = createFund();
    expect(register(world, { plant: 0, serial: 1 }).reason).toBe('PLANT_EXISTS');
    expect(register(world, { plant: 9, serial: 7_001 }).reason).toBe('PLANT_EXISTS');
    expect(register(world, { plant: 9, serial: 7_009 }).reason).toBe('');
    expect(world.view.read(subsidyCell(SUBSIDY.plantCount))).toBe(4);
  });
  it('is kept by the authority', () => {
    const world = createFund();
    expect(register(world, { plant: 9, serial: 9 }, 0).reason).toBe('UNAUTHORISED');
    expect(register(world, { plant: 9, serial: 9 }, CENTRE).reason).toBe('UNAUTHORISED');
  });
  it('lets plants above 50 MW claim, but not for traded energy', () => {
    const world = createFund();
    const large = { plant: 9, serial: 9, capacityW: 60_000_000 };
    expect(register(world, large).reason).toBe('BAD_AMOUNT');
    expect(register(world, { ...large, isTraded: false }).reason).toBe('');
  });
  it('is not there on a chain without a subsidy', () => {
    const world = createWorld();
    expect(register(world, {}).reason).toBe('NO_CONTRACT');
    expect(claim(world, 0, [[0, 1]]).reason).toBe('NO_CONTRACT');
  });
});

describe('claims', () => {
  it('are worth rate times labels', () => {
    const world = createFund();
    const { events } = claim(world, 0, [
      [0, 10],
      [20, 25],
    ]);
    // 15 kWh at 0.32 pt/kWh less a tenth.
    expect(events).toEqual([SUBSIDY_EVENT.claimed, 0, 0, 0, 15, 15 * 288_000]);
    expect(claimedRanges(world.view.read, 0)).toEqual([
      [0, 10],
      [20, 25],
    ]);
  });
  it('of one label are made once: same period, other period, other plant of the meter', () => {
    const world = createFund();
    world.nowUs += PERIOD_US;
    expect(register(world, { plant: 9, owner: 3, generator: 0 }).reason).toBe('');
    expect(claim(world, 0, [[0, 10]]).reason).toBe('');
    expect(claim(world, 0, [[0, 10]]).reason).toBe('LABEL_CLAIMED');
    expect(claim(world, 0, [[9, 11]], { period: 1 }).reason).toBe('LABEL_CLAIMED');
    expect(claim(world, 3, [[0, 10]], { plant: 9 }).reason).toBe('LABEL_CLAIMED');
    expect(
      claim(world, 0, [
        [20, 30],
        [25, 26],
      ]).reason,
    ).toBe('LABEL_CLAIMED');
    // A refused claim leaves nothing behind.
    expect(claimedRanges(world.view.read, 0)).toEqual([[0, 10]]);
    expect(claim(world, 3, [[10, 20]], { plant: 9 }).reason).toBe('');
    expect(claimedRanges(world.view.read, 0)).toEqual([[0, 20]]);
    expect(broken(world)).toBeUndefined();
  });
  it('need an owner, minted labels and a period that is over', () => {
    const world = createFund();
    expect(claim(world, 1, [[0, 10]], { plant: 0 }).reason).toBe('UNKNOWN_PLANT');
    expect(claim(world, 0, [[0, 10]], { plant: 8 }).reason).toBe('UNKNOWN_PLANT');
    expect(claim(world, 0, [[990, 1_001]]).reason).toBe('UNKNOWN_LABEL');
    expect(claim(world, 0, [[0, 10]], { period: 1 }).reason).toBe('PERIOD_OPEN');
    expect(claim(world, 0, [[10, 10]]).reason).toBe('ZERO_QUANTITY');
    expect(claim(world, 0, []).reason).toBe('ZERO_QUANTITY');
    world.nowUs = OPENING_US + PERIOD_US - 1;
    expect(claim(world, 0, [[0, 10]]).reason).toBe('PERIOD_OPEN');
    world.nowUs++;
    expect(claim(world, 0, [[0, 10]]).reason).toBe('');
  });
});

describe('labels that may not be claimed', () => {
  /** Two thousand labels of home 0 in two certificates, and five free ones. */
  function createCertified() {
    const world = createWorld({
      groups: {
        subsidy: { subsidyDelayUs: DELAY_US, subsidyPeriodUs: PERIOD_US, subsidyBudgetUpt: 1e9 },
        certificates: {
          labelBase: 1,
          certificateValidityUs: 1e12,
          certificatePeriodUs: 1e12,
          carbonGPerMWh: 536_600,
        },
      },
    });
    world.nowUs = OPENING_US + PERIOD_US;
    world.view.write(meteringCell(0, METERING.leafCount), 1);
    const energy = { count: 1, generator: [0], cleanWh: [0], selfWh: [2_005_000] };
    expect(world.send('LABEL_MINT', CENTRE, { slot: 0, energy }).reason).toBe('');
    expect(world.send('CERT_ISSUE', 0, { owner: 0 }).reason).toBe('');
    register(world, {});
    return { world, first: world.rules.genesisCertificates.end };
  }
  it('are those behind a vote, for as long as they are', () => {
    const { world, first } = createCertified();
    expect(world.send('STAKE', 0, { certificates: [first] }).reason).toBe('');
    expect(claim(world, 0, [[999, 1_001]]).reason).toBe('CERTIFICATE_LOCKED');
    expect(claim(world, 0, [[0, 1]]).reason).toBe('CERTIFICATE_LOCKED');
    expect(claim(world, 0, [[1_000, 1_001]]).reason).toBe('');
    expect(world.send('UNSTAKE', 0, { certificates: [first] }).reason).toBe('');
    expect(claim(world, 0, [[0, 1_000]]).reason).toBe('');
    expect(broken(world)).toBeUndefined();
  });
  it('are those revoked', () => {
    const { world } = createCertified();
    expect(claim(world, 0, [[2_001, 2_002]]).reason).toBe('');
    const labels = { owner: 0, generator: 0, serialFrom: 2_000, serialTo: 2_004 };
    expect(world.send('LABEL_REVOKE', AUTHORITY, labels).reason).toBe('');
    expect(claim(world, 0, [[2_003, 2_005]]).reason).toBe('LABEL_CLAIMED');
    expect(claim(world, 0, [[2_004, 2_005]]).reason).toBe('');
    expect(claimedRanges(world.view.read, 0)).toEqual([[2_000, 2_005]]);
    expect(broken(world)).toBeUndefined();
  });
});

describe('the queue', () => {
  it('pays in the order of claims, the delay after each, from a budget a period', () => {
    const world = createFund(5 * 288_000);
    for (const home of [2, 0, 1]) expect(claim(world, home, [[0, 4]]).reason).toBe('');
    for (const number of [2, 0]) expect(approve(world, number).reason).toBe('');
    expect(approve(world, 0).reason).toBe('BAD_CLAIM');
    world.nowUs += DELAY_US - 1;
    expect(pay(world, 0).reason).toBe('CLAIM_NOT_DUE');
    world.nowUs++;
    expect(pay(world, 2).reason).toBe('QUEUE_ORDER');
    expect(pay(world, 1).reason).toBe('BAD_CLAIM');
    expect(pay(world, 0).events).toEqual([SUBSIDY_EVENT.paid, 0, 2, 4 * 288_000, 0]);
    expect(pay(world, 0).reason).toBe('BAD_CLAIM');
    // One kWh is left in the budget; claim 1 still waits for approval and holds up nobody.
    expect(pay(world, 2).events).toEqual([SUBSIDY_EVENT.paid, 2, 1, 288_000, 0]);
    expect(pay(world, 2).reason).toBe('FUND_EXHAUSTED');
    expect(broken(world)).toBeUndefined();
    // From its approval on, the earlier claim comes first again.
    expect(approve(world, 1).reason).toBe('');
    world.nowUs += PERIOD_US;
    expect(pay(world, 2).reason).toBe('QUEUE_ORDER');
    expect(pay(world, 1).events).toEqual([SUBSIDY_EVENT.paid, 1, 0, 4 * 288_000, 0]);
    expect(pay(world, 2).events).toEqual([SUBSIDY_EVENT.paid, 2, 1, 288_000, 0]);
    world.nowUs += PERIOD_US;
    expect(pay(world, 2).events).toEqual([SUBSIDY_EVENT.paid, 2, 1, 2 * 288_000, 0]);
    expect(world.view.read(subsidyCell(SUBSIDY.firstOpen))).toBe(3);
    const periods = [6, 7, 8].map((period) => world.view.read(subsidyPeriodCell(period)));
    expect(periods).toEqual([5, 5, 2].map((kWh) => kWh * 288_000));
    expect(broken(world)).toBeUndefined();
  });
  it('moves no points', () => {
    const world = createFund();
    const before = world.balances();
    claim(world, 0, [[0, 4]]);
    approve(world, 0);
    world.nowUs += DELAY_US;
    expect(pay(world, 0).reason).toBe('');
    expect(world.balances()).toEqual(before);
    expect(world.seal()).toBe(0);
    expect(world.recount()).toBe(0);
  });
  it('lets any keeper pay, and only the authority decide', () => {
    const world = createFund();
    claim(world, 0, [[0, 4]]);
    for (const sender of [0, CENTRE]) {
      expect(world.send('SUBSIDY_APPROVE', sender, { claim: 0 }).reason).toBe('UNAUTHORISED');
      expect(world.send('SUBSIDY_CLAWBACK', sender, { claim: 0 }).reason).toBe('UNAUTHORISED');
    }
    approve(world, 0);
    world.nowUs += DELAY_US;
    expect(pay(world, 0, CENTRE).reason).toBe('');
  });
  it('closes a claim that is worth nothing when it is approved', () => {
    const world = createFund();
    register(world, {
      plant: 9,
      owner: 3,
      generator: 0,
      commissionedDay: daysFromCivil(2022, 1, 1),
    });
    expect(claim(world, 3, [[0, 4]], { plant: 9 }).reason).toBe('');
    expect(approve(world, 0).reason).toBe('');
    expect(pay(world, 0).reason).toBe('BAD_CLAIM');
    expect(broken(world)).toBeUndefined();
  });
});

describe('claims taken back', () => {
  it('become a debt that later claims are set off against', () => {
    const world = createFund();
    claim(world, 0, [[0, 4]]);
    claim(world, 0, [[4, 7]]);
    claim(world, 0, [[7, 10]]);
    for (const number of [0, 1, 2]) approve(world, number);
    world.nowUs += DELAY_US;
    pay(world, 0);
    expect(clawBack(world, 0).events).toEqual([SUBSIDY_EVENT.clawedBack, 0, 0, 4 * 288_000]);
    expect(clawBack(world, 0).reason).toBe('BAD_CLAIM');
    expect(world.view.read(subsidyDebtCell(0))).toBe(4 * 288_000);
    expect(pay(world, 1).events).toEqual([SUBSIDY_EVENT.paid, 1, 0, 0, 3 * 288_000]);
    expect(pay(world, 2).events).toEqual([SUBSIDY_EVENT.paid, 2, 0, 2 * 288_000, 288_000]);
    expect(world.view.read(subsidyDebtCell(0))).toBe(0);
    expect(broken(world)).toBeUndefined();
    // A claim that was set off had paid a debt, which is owed once more.
    expect(clawBack(world, 1).events).toEqual([SUBSIDY_EVENT.clawedBack, 1, 0, 3 * 288_000]);
    expect(broken(world)).toBeUndefined();
  });
  it('are refused where nothing was paid; their labels stay claimed', () => {
    const world = createFund();
    claim(world, 0, [[0, 4]]);
    claim(world, 0, [[4, 8]]);
    approve(world, 1);
    expect(clawBack(world, 0).events).toEqual([SUBSIDY_EVENT.refused, 0, 0]);
    expect(clawBack(world, 1).events).toEqual([SUBSIDY_EVENT.refused, 1, 0]);
    expect(approve(world, 0).reason).toBe('BAD_CLAIM');
    expect(claim(world, 0, [[0, 4]]).reason).toBe('LABEL_CLAIMED');
    expect(world.view.read(subsidyCell(SUBSIDY.firstOpen))).toBe(2);
    expect(broken(world)).toBeUndefined();
  });
  it('that were paid in part give the rest up', () => {
    const world = createFund(288_000);
    claim(world, 0, [[0, 4]]);
    approve(world, 0);
    world.nowUs += DELAY_US;
    pay(world, 0);
    expect(clawBack(world, 0).events).toEqual([SUBSIDY_EVENT.clawedBack, 0, 0, 288_000]);
    expect(world.view.read(claimCell(0, CLAIM.closedStep))).toBeGreaterThan(0);
    expect(broken(world)).toBeUndefined();
  });
});

describe('gas', () => {
  it('of calls of ordinary size stays within the budget', () => {
    const world = createFund();
    const within = (type: keyof typeof subsidyContract.functions, gasUsed: number) => {
      expect(gasUsed).toBeGreaterThan(21_000);
      expect(gasUsed).toBeLessThanOrEqual(subsidyContract.functions[type].gasBudget);
    };
    within('SUBSIDY_REGISTER', register(world, { plant: 9, serial: 9 }).gasUsed);
    for (let k = 0; k < 5; k++) {
      within('SUBSIDY_CLAIM', claim(world, 0, [[10 * k, 10 * k + 10]]).gasUsed);
      within('SUBSIDY_APPROVE', approve(world, k).gasUsed);
    }
    world.nowUs += DELAY_US;
    within('SUBSIDY_PAY', pay(world, 0).gasUsed);
    within('SUBSIDY_CLAWBACK', clawBack(world, 0).gasUsed);
    within('SUBSIDY_PAY', pay(world, 1).gasUsed);
  });
  it('of the thousandth claim in a row is that of the second', () => {
    const world = createFund();
    const used = Array.from({ length: 1_000 }, (_, k) => claim(world, 0, [[k, k + 1]]).gasUsed);
    // Only longer integers in the envelope add to it.
    expect(used.at(-1)! - used[1]!).toBeLessThan(200);
  });
});

describe('the set of claimed serials', () => {
  it('agrees with a set of single serials under random claims', () => {
    const draws = createRandomSource(7).addressed('world/test-ranges');
    for (let round = 0; round < 30; round++) {
      const cells = new Map<number, number>();
      const state: StateView = {
        read: (cell) => cells.get(cell) ?? 0,
        write: (cell, value) => void cells.set(cell, value),
      };
      const claimed = new Set<number>();
      for (let k = 0; k < 120; k++) {
        const from = Math.floor(draws.uniform(round, k, 0) * 200);
        const to = from + 1 + Math.floor(draws.uniform(round, k, 1) * 12);
        const serials = Array.from({ length: to - from }, (_, i) => from + i);
        const isFree = serials.every((serial) => !claimed.has(serial));
        expect(isAnyClaimed(state, 5, from, to)).toBe(!isFree);
        expect(claimSerials(state, 5, from, to)).toBe(isFree);
        if (isFree) for (const serial of serials) claimed.add(serial);
        if (k % 10 === 9) {
          const rest = serials.filter((serial) => !claimed.has(serial));
          expect(claimRest(state, 5, from, to)).toBe(rest.length);
          for (const serial of rest) claimed.add(serial);
        }
        const runs: number[][] = [];
        for (const serial of [...claimed].sort((a, b) => a - b)) {
          const last = runs.at(-1);
          if (last?.[1] === serial) last[1] = serial + 1;
          else runs.push([serial, serial + 1]);
        }
        expect(claimedRanges(state.read, 5)).toEqual(runs);
      }
    }
  });
});

describe('under random calls', () => {
  it('the invariants hold and every payment is in the order of claims', () => {
    const draws = createRandomSource(11).addressed('world/test-subsidy');
    const seen = new Map<string, number>();
    for (let round = 0; round < 20; round++) {
      const world = createFund(2 * 288_000);
      for (let k = 0; k < 150; k++) {
        const u = (n: number) => draws.uniform(round, k, n);
        world.nowUs += Math.floor(u(0) * 300 * S);
        const first = world.view.read(subsidyCell(SUBSIDY.firstOpen));
        const target = first + Math.floor(u(2) * 4);
        const from = Math.floor(u(4) * 60);
        const calls = {
          claim: () =>
            claim(world, Math.floor(u(1) * 3), [[from, from + 1 + Math.floor(u(5) * 6)]]),
          approve: () => approve(world, target),
          pay: () => pay(world, target),
          clawBack: () => clawBack(world, Math.floor(u(6) * (target + 1))),
        };
        const names = [
          'claim',
          'claim',
          'claim',
          'approve',
          'approve',
          'pay',
          'pay',
          'pay',
        ] as const;
        const name = u(3) < 0.05 ? 'clawBack' : names[Math.floor(u(7) * names.length)]!;
        const key = `${name} ${calls[name]().reason}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        expect(broken(world)).toBeUndefined();
      }
    }
    for (const key of [
      'claim ',
      'claim LABEL_CLAIMED',
      'approve ',
      'pay ',
      'pay QUEUE_ORDER',
      'pay FUND_EXHAUSTED',
      'pay CLAIM_NOT_DUE',
      'clawBack ',
    ]) {
      expect(seen.get(key) ?? 0, key).toBeGreaterThan(5);
    }
  });
  it('a broken state is named', () => {
    const world = createFund();
    claim(world, 0, [[0, 4]]);
    claim(world, 1, [[0, 4]]);
    approve(world, 0);
    approve(world, 1);
    const put = (cell: number, value: number) => {
      const was = world.view.read(cell);
      world.view.write(cell, value);
      const said = broken(world);
      world.view.write(cell, was);
      return said;
    };
    expect(put(claimCell(0, CLAIM.energyKWh), 5)).toMatch('4 labels for 5 kWh');
    expect(put(generatorCell(0, GENERATOR.minted), 3)).toMatch('claimed to 4 of 3 labels');
    expect(put(subsidyPeriodCell(0), 2e9)).toMatch('period 0: paid 2000000000 Upt');
    expect(put(subsidyPeriodCell(0), 1)).toMatch('paid 0 Upt to claims, 1 Upt in periods');
    expect(put(subsidyDebtCell(0), 1)).toMatch('owners owe 1 Upt, not 0');
    expect(put(subsidyCell(SUBSIDY.firstOpen), 1)).toMatch('the queue starts at 0');
    expect(put(claimCell(1, CLAIM.paidStep), 9)).toMatch('claim 1 was paid before claim 0');
    expect(broken(world)).toBeUndefined();
  });
});

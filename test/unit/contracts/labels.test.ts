/** Labels: one a full kWh, minted from reads, moved with energy, lost on lines, revoked. */
import { describe, expect, it } from 'vitest';
import {
  cleanCell,
  GENERATOR,
  generatorCell,
  LABEL_SLOT,
  labelSlotCell,
  QUEUE,
} from '../../../src/contracts/certificate-cells.ts';
import { CERTIFICATE_EVENT } from '../../../src/contracts/certificate-events.ts';
import { rangesIn } from '../../../src/contracts/label-queues.ts';
import { freeLabels, labelsDue } from '../../../src/contracts/labels.ts';
import { POINTS_EVENT } from '../../../src/contracts/rules.ts';
import { type CertificateWorld, createCertificateWorld, RULES } from './certificate-world.ts';
import { AUTHORITY, CENTRE, DSO, HOMES } from './world.ts';

const labels = (world: CertificateWorld, home: number) => freeLabels(world.view.read, home);
const ranges = (world: CertificateWorld, home: number, queue: keyof typeof QUEUE) =>
  rangesIn(world.view.read, home, QUEUE[queue]).map(
    ({ generator, serialFrom, serialTo }) => `${generator}:${serialFrom}-${serialTo}`,
  );
const due = (world: CertificateWorld, home: number) => labelsDue(world.view.read, home);
const generator = (world: CertificateWorld, home: number, field: keyof typeof GENERATOR) =>
  world.view.read(generatorCell(home, GENERATOR[field]));

describe('a label', () => {
  it.each([
    [999, 0],
    [1000, 1],
    [1001, 1],
    [1999, 1],
    [2000, 2],
  ])('of %d Wh: %d are minted and the rest is carried', (wh, count) => {
    const world = createCertificateWorld();
    expect(world.mint(0, { home: 0, wh })).toBe('');
    expect(labels(world, 0).own).toBe(count);
    expect(generator(world, 0, 'exportCarryWh')).toBe(wh - 1000 * count);
    expect(world.broken()).toEqual([]);
  });

  it('adds up over slots, each generator by itself, and is never rounded up', () => {
    const world = createCertificateWorld();
    let [a, b] = [0, 0];
    for (let slot = 0; slot < 30; slot++) {
      const rows = [
        { home: 0, wh: 333 + slot },
        { home: 2, wh: 999 },
      ];
      expect(world.pass(slot, rows)).toBe('');
      a += rows[0]!.wh;
      b += rows[1]!.wh;
      expect(labels(world, 0).own).toBe(Math.floor(a / 1000));
      expect(labels(world, 2).own).toBe(Math.floor(b / 1000));
    }
    // 30 times 999 Wh are 29 labels and not 30.
    expect(labels(world, 2).own).toBe(29);
    expect(world.broken()).toEqual([]);
  });

  it('is minted once a slot, after its reads were anchored and before it settles, by the centre', () => {
    const world = createCertificateWorld();
    const rows = [{ home: 0, wh: 5000 }];
    const mint = (slot: number, sender = CENTRE) => world.mintRows(slot, rows, sender).reason;
    expect(mint(40)).toBe('UNKNOWN_SLOT');
    expect(mint(0)).toBe('NOT_METERED');
    world.anchor(0);
    for (const sender of [0, 4, DSO, AUTHORITY]) expect(mint(0, sender)).toBe('UNAUTHORISED');
    expect(mint(0)).toBe('');
    expect(mint(0)).toBe('ALREADY_MINTED');
    world.anchor(1);
    world.settle([], 1);
    expect(mint(1)).toBe('ALREADY_SETTLED');
    expect(labels(world, 0).own).toBe(5);
  });

  it.each([
    [
      'DUPLICATE',
      [
        { home: 1, wh: 1 },
        { home: 0, wh: 1 },
      ],
    ],
    [
      'DUPLICATE',
      [
        { home: 1, wh: 1 },
        { home: 1, wh: 1 },
      ],
    ],
    ['UNKNOWN_ACCOUNT', [{ home: HOMES, wh: 1 }]],
    [
      'QUANTITY_ABOVE_LIMIT',
      [
        { home: 0, wh: 1 },
        { home: 1, wh: Number.MAX_SAFE_INTEGER },
      ],
    ],
    ['BAD_AMOUNT', [{ home: 0, wh: 5000, selfWh: 1 }]],
  ])('is refused with %s, and nothing is minted', (reason, rows) => {
    const world = createCertificateWorld();
    expect(world.mint(0, ...rows)).toBe(reason);
    expect(labels(world, 0)).toEqual({ own: 0, bought: 0, self: 0, due: 0 });
    expect(world.mintRows(0, [{ home: 0, wh: 1000 }]).reason).toBe('');
  });

  it('is known on chains with its rules only', () => {
    const world = createCertificateWorld({}, false);
    expect(world.mint(0, { home: 0, wh: 1000 })).toBe('NO_CONTRACT');
    expect(world.send('CERT_ISSUE', 0, { owner: 0 }).reason).toBe('NO_CONTRACT');
    const revoked = { owner: 0, generator: 0, serialFrom: 0, serialTo: 1 };
    expect(world.send('LABEL_REVOKE', AUTHORITY, revoked).reason).toBe('NO_CONTRACT');
  });

  it('of self-consumption is minted where all generation is labelled, and apart', () => {
    const groups = { certificates: { ...RULES, labelBase: 1 } };
    const world = createCertificateWorld({ groups });
    const rows = [{ home: 0, wh: 1500, selfWh: 2700 }];
    expect(world.pass(0, rows)).toBe('');
    expect(world.pass(1, rows)).toBe('');
    expect(labels(world, 0)).toMatchObject({ own: 3, self: 5 });
    // Export comes first in a slot: serials 0, then 3 and 4 are of export.
    expect(ranges(world, 0, 'own')).toEqual(['0:0-1', '0:3-5']);
    expect(ranges(world, 0, 'self')).toEqual(['0:1-3', '0:5-8']);
    expect(world.broken()).toEqual([]);
  });
});

describe('labels follow the energy', () => {
  it('by pair: one moves at each full kWh between the two, oldest first', () => {
    const world = createCertificateWorld();
    world.pass(0, [{ home: 0, wh: 5000 }], [{ seller: 0, buyer: 1, wh: 999 }]);
    expect([labels(world, 0).own, labels(world, 1).bought]).toEqual([5, 0]);
    world.pass(1, [{ home: 0, wh: 1 }], [{ seller: 0, buyer: 1, wh: 1 }]);
    expect(ranges(world, 1, 'bought')).toEqual(['0:0-1']);
    world.pass(
      2,
      [{ home: 0, wh: 3500 }],
      [
        { seller: 0, buyer: 1, wh: 2400 },
        { seller: 0, buyer: 2, wh: 1000 },
      ],
    );
    expect(ranges(world, 1, 'bought')).toEqual(['0:0-3']);
    expect(ranges(world, 2, 'bought')).toEqual(['0:3-4']);
    expect(ranges(world, 0, 'own')).toEqual(['0:4-8']);
    expect(world.broken()).toEqual([]);
  });

  it('and are told with their trade', () => {
    const world = createCertificateWorld();
    const rows = [{ seller: 0, buyer: 1, wh: 2500, lossWh: 1000 }];
    world.contract(0, rows);
    world.anchor(0);
    const minted = world.mintRows(0, [{ home: 0, wh: 4000 }]).events;
    expect(minted).toEqual([CERTIFICATE_EVENT.labelsMinted, 0, 0, 0, 4, 0]);
    expect(world.settleRows(0, rows).events).toEqual([
      ...[CERTIFICATE_EVENT.labelsLost, 0, 0, 0, 0, 1],
      ...[CERTIFICATE_EVENT.labelsMoved, 0, 0, 0, 1, 1, 2],
    ]);
  });

  it('what is lost on lines is nobody’s, so that buyers hold received kWh only', () => {
    const world = createCertificateWorld();
    for (let slot = 0; slot < 20; slot++) {
      const rows = [{ seller: 0, buyer: 1, wh: 950, lossWh: 50 }];
      expect(world.pass(slot, [{ home: 0, wh: 1000 }], rows)).toBe('');
    }
    expect(generator(world, 0, 'lost')).toBe(1);
    expect(labels(world, 1).bought).toBe(19);
    expect(labels(world, 0)).toMatchObject({ own: 0, due: 0 });
    expect(world.broken()).toEqual([]);
  });

  it('a settlement that claims more clean energy than there was reverts as a whole', () => {
    const world = createCertificateWorld();
    const clean = [{ home: 0, wh: 2000 }];
    const rows = [
      { seller: 0, buyer: 1, wh: 1500 },
      { seller: 0, buyer: 2, wh: 600 },
    ];
    world.contract(0, rows);
    world.anchor(0);
    world.mintRows(0, clean);
    expect(world.settleRows(0, rows).reason).toBe('BAD_AMOUNT');
    expect([labels(world, 0).own, labels(world, 1).bought]).toEqual([2, 0]);
    const less = [rows[0]!, { ...rows[1]!, cleanWh: 500 }];
    expect(world.settleRows(0, less).reason).toBe('');
    expect(labels(world, 1).bought).toBe(1);
    expect(world.broken()).toEqual([]);
  });

  it.each([
    ['more clean than received', { seller: 0, buyer: 1, wh: 900, cleanWh: 901 }],
    ['clean energy of a seller without any', { seller: 3, buyer: 1, wh: 900 }],
  ])('a settlement with %s is refused', (_, row) => {
    const world = createCertificateWorld();
    expect(world.pass(0, [{ home: 0, wh: 5000 }], [row])).toBe('BAD_AMOUNT');
  });

  it('a settlement cannot lose more than was contracted and not received', () => {
    const world = createCertificateWorld();
    const row = { seller: 0, buyer: 1, wh: 900, lossWh: 100 };
    world.contract(0, [row]);
    world.mint(0, { home: 0, wh: 5000 });
    expect(world.settleRows(0, [{ ...row, lossWh: 101 }]).reason).toBe('BAD_AMOUNT');
    expect(world.settleRows(0, [row]).reason).toBe('');
  });

  it('a trade with oneself moves none', () => {
    const world = createCertificateWorld();
    const row = { seller: 0, buyer: 0, wh: 1000 };
    expect(world.pass(0, [{ home: 0, wh: 5000 }], [row])).toBe('SELF_MATCH');
    expect(world.settleRows(0, [{ ...row, cleanWh: 0 }]).reason).toBe('');
    expect(labels(world, 0)).toMatchObject({ own: 5, bought: 0 });
  });

  it('and so do the points for clean energy: once a label, and none below one', () => {
    const points = {
      cleanSellerUptPerKWh: 20_000,
      cleanBuyerUptPerKWh: 20_000,
      cleanUserUptPerKWh: 10_000,
      grantVestingUs: 0,
      grantExpiryUs: 0,
      emissionCapUpt: 1e12,
      emissionEpochUs: 1e12,
      emissionHalvingUs: 0,
      feeBurnPpm: 0,
      penaltyBurnPpm: 0,
      redemptionRatePpm: 1_000_000,
      fiatCashOut: 0,
    };
    const world = createCertificateWorld({ groups: { points } as never });
    world.pass(0, [{ home: 0, wh: 999 }], [{ seller: 0, buyer: 1, wh: 999 }]);
    expect(world.balances().slice(0, 2)).toEqual([100e6, 100e6]);
    const rows = [{ seller: 0, buyer: 1, wh: 3001 }];
    world.contract(1, rows);
    world.mint(1, { home: 0, wh: 3001 });
    const { events } = world.settleRows(1, rows);
    expect(world.balances().slice(0, 2)).toEqual([100e6 + 4 * 20_000, 100e6 + 4 * 30_000]);
    expect(events.filter((value) => value === POINTS_EVENT.issued)).toHaveLength(3);
    expect(world.seal()).toBe(0);
  });

  it('leave no trace of the slot in the state once it has settled', () => {
    const world = createCertificateWorld();
    const rows = [{ seller: 0, buyer: 1, wh: 800 }];
    world.contract(0, rows);
    world.mint(0, { home: 0, wh: 1800 }, { home: 3, wh: 700 });
    expect([generator(world, 0, 'openWh'), generator(world, 3, 'openWh')]).toEqual([1800, 700]);
    expect(world.settleRows(0, rows).reason).toBe('');
    // What was delivered stays open until it makes up a label.
    expect([generator(world, 0, 'openWh'), generator(world, 3, 'openWh')]).toEqual([800, 0]);
    for (const home of [0, 3]) {
      expect(world.view.read(cleanCell(HOMES, 0, home))).toBe(0);
    }
    expect(world.view.read(labelSlotCell(HOMES, 0, LABEL_SLOT.isMinted))).toBe(0);
  });
});

describe('labels that are due', () => {
  it('are kept for buyers whose kWh are not full', () => {
    const world = createCertificateWorld();
    const halves = [1, 2].map((buyer) => ({ seller: 0, buyer, wh: 500 }));
    // 1000.5 kWh: half of the last kWh is due to each of two buyers.
    world.pass(0, [{ home: 0, wh: 1_000_500 }], [{ seller: 0, buyer: 1, wh: 500 }]);
    expect(due(world, 0)).toBe(0);
    expect(world.pass(1, [{ home: 0, wh: 500 }], [halves[1]!])).toBe('');
    expect([labels(world, 0).own, due(world, 0)]).toEqual([1001, 1]);
    expect(world.send('CERT_ISSUE', 0, { owner: 0 }).reason).toBe('');
    expect([labels(world, 0).own, due(world, 0)]).toEqual([1, 1]);
    expect(world.pass(2, [{ home: 0, wh: 1000 }], halves)).toBe('');
    expect([labels(world, 1).bought, labels(world, 2).bought]).toEqual([1, 1]);
    expect(world.broken()).toEqual([]);
  });

  it.each([
    // Open Wh against a carry: 1 Wh more than the carry is a label that may be missing.
    [500, 500, 0],
    [500, 501, 1],
    [999, 1000, 1],
    [0, 1, 1],
    [0, 1000, 1],
    [0, 1001, 2],
  ])('with a carry of %d Wh and %d Wh open: %d', (carryWh, openWh, count) => {
    const world = createCertificateWorld();
    world.pass(
      0,
      [{ home: 0, wh: 9000 + carryWh }],
      [{ seller: 0, buyer: 1, wh: Math.min(999, openWh) }],
    );
    const rest = Math.max(0, openWh - 999);
    // What adds nothing to the carry: whole kWh, of which the rest is sold to another.
    const sold = rest === 0 ? [] : [{ seller: 0, buyer: 2, wh: rest }];
    expect(world.pass(1, [{ home: 0, wh: 1000 }], sold)).toBe('');
    expect(generator(world, 0, 'exportCarryWh')).toBe(carryWh);
    expect(generator(world, 0, 'openWh')).toBe(openWh);
    expect(due(world, 0)).toBe(count);
  });

  it('include all of slots that have not settled: nothing of them is bundled before', () => {
    const world = createCertificateWorld();
    world.mint(0, { home: 0, wh: 1_000_000 });
    expect([labels(world, 0).own, due(world, 0)]).toEqual([1000, 1000]);
    const issue = () => world.send('CERT_ISSUE', 0, { owner: 0 }).reason;
    expect(issue()).toBe('TOO_FEW_LABELS');
    const revoked = { owner: 0, generator: 0, serialFrom: 0, serialTo: 1 };
    expect(world.send('LABEL_REVOKE', AUTHORITY, revoked).reason).toBe('LABELS_DUE');
    expect(labels(world, 0).own).toBe(1000);
    world.settle([], 0);
    expect(due(world, 0)).toBe(0);
    expect(issue()).toBe('');
  });

  it('suffice on the worst path: every kWh that could be sold is sold, by halves', () => {
    // Each slot sells all it has to two buyers in turns so that remainders stay as large as can be.
    for (const wh of [1, 499, 500, 501, 999, 1000, 1001, 1500]) {
      const world = createCertificateWorld();
      world.pass(0, [{ home: 0, wh: 2_000_000 }]);
      for (let slot = 1; slot < 30; slot++) {
        const buyer = 1 + (slot % 3);
        expect(world.pass(slot, [{ home: 0, wh }], [{ seller: 0, buyer, wh }])).toBe('');
        if (slot === 15) world.send('CERT_ISSUE', 0, { owner: 0 });
        expect(world.broken()).toEqual([]);
      }
      // What is left of the first slot is still its own: at most the thousands went.
      expect(labels(world, 0).own).toBeGreaterThanOrEqual(due(world, 0));
    }
  });
});

describe('revoked labels', () => {
  const revoke = (world: CertificateWorld, owner: number, from: number, to: number, of = 0) =>
    world.send('LABEL_REVOKE', AUTHORITY, {
      owner,
      generator: of,
      serialFrom: from,
      serialTo: to,
    }).reason;

  it('leave the middle of a queue, and no queue but the one named', () => {
    const world = createCertificateWorld();
    world.pass(0, [{ home: 0, wh: 10_000 }], [{ seller: 0, buyer: 1, wh: 3000 }]);
    expect(revoke(world, 0, 5, 7)).toBe('');
    expect(ranges(world, 0, 'own')).toEqual(['0:3-5', '0:7-10']);
    expect(revoke(world, 0, 4, 8)).toBe('LABEL_NOT_FREE');
    expect(revoke(world, 0, 2, 4)).toBe('LABEL_NOT_FREE');
    expect(revoke(world, 1, 2, 4)).toBe('LABEL_NOT_FREE');
    expect(revoke(world, 1, 0, 1, 1)).toBe('LABEL_NOT_FREE');
    expect(revoke(world, 2, 0, 1)).toBe('LABEL_NOT_FREE');
    expect(revoke(world, 0, 5, 5)).toBe('ZERO_QUANTITY');
    expect(revoke(world, 99, 5, 6)).toBe('UNKNOWN_ACCOUNT');
    expect(revoke(world, 1, 0, 3)).toBe('');
    expect(ranges(world, 1, 'bought')).toEqual([]);
    expect(generator(world, 0, 'revoked')).toBe(5);
    expect(world.broken()).toEqual([]);
    // The queue goes on behind the gap.
    expect(world.pass(1, [{ home: 0, wh: 2000 }], [{ seller: 0, buyer: 2, wh: 2000 }])).toBe('');
    expect(ranges(world, 2, 'bought')).toEqual(['0:3-5']);
    expect(ranges(world, 0, 'own')).toEqual(['0:7-12']);
  });

  it('are revoked by the authority alone', () => {
    const world = createCertificateWorld();
    world.pass(0, [{ home: 0, wh: 10_000 }]);
    const payload = { owner: 0, generator: 0, serialFrom: 0, serialTo: 1 };
    for (const sender of [0, 4, CENTRE, DSO]) {
      expect(world.send('LABEL_REVOKE', sender, payload).reason).toBe('UNAUTHORISED');
    }
  });
});

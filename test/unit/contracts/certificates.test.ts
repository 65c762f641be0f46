/** Certificates: a thousand labels, their life, their trade, and what becomes of them on a branch. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT } from '../../../src/contracts/cells.ts';
import {
  CERTIFICATE,
  CERTIFICATE_STATE,
  certificateCell,
  certificateOfferOf,
  OFFER_SEQUENCES_MAX,
} from '../../../src/contracts/certificate-cells.ts';
import {
  areLabelsStaked,
  certificateStatus,
  certificatesEnd,
  expiryUs,
} from '../../../src/contracts/certificate-records.ts';
import { lockForBridge, releaseFromBridge } from '../../../src/contracts/certificates.ts';
import { contracts } from '../../../src/contracts/index.ts';
import { freeLabels } from '../../../src/contracts/labels.ts';
import type { AccountCode, Call } from '../../../src/contracts/rules.ts';
import type { PayloadOf, TransactionType } from '../../../src/ledger/transactions.ts';
import {
  type CertificateWorld,
  createCertificateWorld,
  PERIOD_US,
  RULES,
  VALIDITY_US,
} from './certificate-world.ts';
import { AUTHORITY, CENTRE, DSO, HOMES } from './world.ts';

const GENESIS_END = 10 * HOMES;
/** Slot 0 is delivered in the second vintage. */
const FIRST_EXPIRY_US = PERIOD_US + VALIDITY_US;

const send = <T extends TransactionType>(
  world: CertificateWorld,
  type: T,
  sender: number,
  payload: PayloadOf[T],
) => world.send(type, sender, payload).reason;
const issue = (world: CertificateWorld, owner: number, sender = owner) =>
  send(world, 'CERT_ISSUE', sender, { owner });
const status = (world: CertificateWorld, id: number) =>
  certificateStatus(world.view.read, world.rules, id);
const stateOf = (world: CertificateWorld, id: number) =>
  Object.entries(CERTIFICATE_STATE).find(([, code]) => code === status(world, id)?.state)?.[0];
const owned = (world: CertificateWorld, account: number) =>
  world.account(account, ACCOUNT.certificates);
const info = (world: CertificateWorld, id: number, field: keyof typeof CERTIFICATE) =>
  world.view.read(certificateCell(id, CERTIFICATE[field]));
/** Everything that the state says of certificates and points. */
const snapshot = (world: CertificateWorld) =>
  JSON.stringify([
    Array.from({ length: certificatesEnd(world.view.read, world.rules) }, (_, id) =>
      status(world, id),
    ),
    Array.from({ length: 11 }, (_, account) => [
      freeLabels(world.view.read, account),
      owned(world, account),
      world.account(account, ACCOUNT.certificatesLocked),
    ]),
    world.balances(),
  ]);

describe('a certificate', () => {
  it.each([
    [999, 0],
    [1000, 1],
    [1001, 1],
    [1999, 1],
    [2000, 2],
  ])('of %d kWh: there are %d, and the rest stays free', (kWh, count) => {
    const world = createCertificateWorld();
    world.pass(0, [{ home: 0, wh: 1000 * kWh + 999 }]);
    expect(issue(world, 0)).toBe(count === 0 ? 'TOO_FEW_LABELS' : '');
    expect(owned(world, 0)).toBe(10 + count);
    expect(freeLabels(world.view.read, 0).own).toBe(kWh - 1000 * count);
    expect(world.broken()).toEqual([]);
  });

  it('is issued for its owner, by the owner or the centre', () => {
    const world = createCertificateWorld();
    world.pass(0, [{ home: 0, wh: 2_000_000 }]);
    for (const sender of [1, 4, DSO, AUTHORITY]) {
      expect(issue(world, 0, sender)).toBe('UNAUTHORISED');
    }
    expect(issue(world, 99)).toBe('UNKNOWN_SENDER');
    expect(issue(world, 99, CENTRE)).toBe('UNKNOWN_ACCOUNT');
    expect(issue(world, 0, CENTRE)).toBe('');
    expect(status(world, GENESIS_END + 1)).toMatchObject({ owner: 0 });
    expect(owned(world, CENTRE)).toBe(0);
  });

  it('goes to who bought the energy, and the seller has none for the same kWh', () => {
    const world = createCertificateWorld();
    world.pass(0, [{ home: 0, wh: 1_500_000 }], [{ seller: 0, buyer: 1, wh: 1_000_000 }]);
    expect(issue(world, 0)).toBe('TOO_FEW_LABELS');
    expect(issue(world, 1)).toBe('');
    expect(status(world, GENESIS_END)).toMatchObject({ owner: 1 });
    world.pass(1, [{ home: 0, wh: 499_999 }]);
    expect(issue(world, 0)).toBe('TOO_FEW_LABELS');
    world.pass(2, [{ home: 0, wh: 1 }]);
    expect(issue(world, 0)).toBe('');
    expect(world.broken()).toEqual([]);
  });

  it('takes labels in the order in which they came, own and bought', () => {
    const world = createCertificateWorld();
    world.pass(0, [{ home: 0, wh: 600_000 }]);
    world.pass(1, [{ home: 1, wh: 700_000 }], [{ seller: 1, buyer: 0, wh: 300_000 }]);
    world.pass(2, [{ home: 0, wh: 200_000 }]);
    expect(issue(world, 0)).toBe('');
    expect(freeLabels(world.view.read, 0)).toMatchObject({ own: 100, bought: 0 });
    expect(info(world, GENESIS_END, 'rangeCount')).toBe(3);
  });

  it('of self-consumption is a kind of its own that nobody else can use', () => {
    const groups = { certificates: { ...RULES, labelBase: 1 } };
    const world = createCertificateWorld({ groups });
    world.pass(0, [{ home: 0, wh: 1_999_000, selfWh: 1_001_000 }]);
    expect(issue(world, 0)).toBe('');
    // 3000 kWh, but 999 and 1 stay where they are.
    expect(freeLabels(world.view.read, 0)).toMatchObject({ own: 999, self: 1 });
    const [free, bound] = [GENESIS_END, GENESIS_END + 1];
    expect([info(world, free, 'isBound'), info(world, bound, 'isBound')]).toEqual([0, 1]);
    const certificates = [bound];
    expect(send(world, 'CERT_TRANSFER', 0, { to: 1, certificates })).toBe('NOT_TRADABLE');
    const offer = { sequence: 0, certificates: [free, bound], priceUpt: 5 };
    expect(send(world, 'CERT_OFFER', 0, offer)).toBe('NOT_TRADABLE');
    expect(send(world, 'CERT_RETIRE', 0, { certificates, beneficiary: 1 })).toBe('NOT_TRADABLE');
    expect(send(world, 'STAKE', 0, { certificates })).toBe('');
    expect(send(world, 'UNSTAKE', 0, { certificates })).toBe('');
    expect(send(world, 'CERT_RETIRE', 0, { certificates, beneficiary: 0 })).toBe('');
    expect(world.broken()).toEqual([]);
  });
});

/** Faults of an early registry of the Energy Web, none of which may be found here. */
describe('a batch', () => {
  it('issues every id once, the first and the last too, and the next one goes on behind it', () => {
    const world = createCertificateWorld();
    world.pass(0, [
      { home: 0, wh: 3_000_000 },
      { home: 1, wh: 2_000_000 },
    ]);
    expect(issue(world, 0)).toBe('');
    expect(issue(world, 1)).toBe('');
    const owners = Array.from({ length: 6 }, (_, k) => status(world, GENESIS_END + k)?.owner);
    expect(owners).toEqual([0, 0, 0, 1, 1, undefined]);
    expect(certificatesEnd(world.view.read, world.rules)).toBe(GENESIS_END + 5);
    const firsts = [0, 1, 2, 3, 4].map((k) => info(world, GENESIS_END + k, 'rangeFirst'));
    expect(new Set(firsts).size).toBe(5);
    expect(world.broken()).toEqual([]);
  });

  it('leaves out none of its list', () => {
    const world = createCertificateWorld();
    const certificates = [5, 9, 7];
    expect(send(world, 'CERT_TRANSFER', 0, { to: 1, certificates })).toBe('');
    expect([5, 6, 7, 8, 9].map((id) => status(world, id)!.owner)).toEqual([1, 0, 1, 0, 1]);
    expect([owned(world, 0), owned(world, 1)]).toEqual([7, 13]);
  });

  it('adds nothing to a certificate that is there', () => {
    const world = createCertificateWorld();
    world.pass(0, [{ home: 0, wh: 1_000_000 }]);
    issue(world, 0);
    const before = [info(world, GENESIS_END, 'rangeFirst'), info(world, GENESIS_END, 'rangeCount')];
    world.pass(1, [{ home: 0, wh: 1_000_000 }]);
    issue(world, 0);
    expect(before).toEqual([
      info(world, GENESIS_END, 'rangeFirst'),
      info(world, GENESIS_END, 'rangeCount'),
    ]);
    expect(issue(world, 0)).toBe('TOO_FEW_LABELS');
  });

  it('moves only what the sender has, all of it or nothing', () => {
    const world = createCertificateWorld();
    const before = snapshot(world);
    const transfer = (certificates: number[]) =>
      send(world, 'CERT_TRANSFER', 0, { to: 1, certificates });
    // The sender has certificates, but not these.
    expect(transfer([5, 15])).toBe('NOT_OWNER');
    expect(transfer([5, 6, 6])).toBe('DUPLICATE_CERTIFICATE');
    expect(transfer([6, 5, 6])).toBe('DUPLICATE_CERTIFICATE');
    expect(transfer([5, 40])).toBe('UNKNOWN_CERTIFICATE');
    expect(transfer([5, 2 ** 50])).toBe('UNKNOWN_CERTIFICATE');
    expect(transfer([])).toBe('ZERO_QUANTITY');
    expect(transfer([4])).toBe('CERTIFICATE_LOCKED');
    expect(snapshot(world)).toBe(before);
  });
});

describe('the life of a certificate', () => {
  const TARGETS = {
    ACTIVE: () => {},
    STAKED: (world: CertificateWorld, id: number) =>
      expect(send(world, 'STAKE', 0, { certificates: [id] })).toBe(''),
    OFFERED: (world: CertificateWorld, id: number) =>
      expect(send(world, 'CERT_OFFER', 0, { sequence: 7, certificates: [id], priceUpt: 3 })).toBe(
        '',
      ),
    RETIRED: (world: CertificateWorld, id: number) =>
      expect(send(world, 'CERT_RETIRE', 0, { certificates: [id], beneficiary: 2 })).toBe(''),
    REVOKED: (world: CertificateWorld, id: number) =>
      expect(send(world, 'CERT_REVOKE', AUTHORITY, { certificates: [id] })).toBe(''),
    EXPIRED: (world: CertificateWorld, id: number) => {
      world.nowUs = FIRST_EXPIRY_US;
      expect(send(world, 'CERT_EXPIRE', 3, { certificates: [id] })).toBe('');
    },
  } as const;
  const ACTIONS = {
    stake: (world: CertificateWorld, id: number) => send(world, 'STAKE', 0, { certificates: [id] }),
    unstake: (world: CertificateWorld, id: number) =>
      send(world, 'UNSTAKE', 0, { certificates: [id] }),
    transfer: (world: CertificateWorld, id: number) =>
      send(world, 'CERT_TRANSFER', 0, { to: 1, certificates: [id] }),
    offer: (world: CertificateWorld, id: number) =>
      send(world, 'CERT_OFFER', 0, { sequence: 8, certificates: [id], priceUpt: 3 }),
    retire: (world: CertificateWorld, id: number) =>
      send(world, 'CERT_RETIRE', 0, { certificates: [id], beneficiary: 0 }),
    expire: (world: CertificateWorld, id: number) =>
      send(world, 'CERT_EXPIRE', 2, { certificates: [id] }),
    revoke: (world: CertificateWorld, id: number) =>
      send(world, 'CERT_REVOKE', AUTHORITY, { certificates: [id] }),
    carbon: (world: CertificateWorld, id: number) =>
      send(world, 'CARBON_ISSUE', 0, { certificates: [id] }),
  } as const;
  const LOCKED = 'CERTIFICATE_LOCKED';
  const [RETIRED, EXPIRED, REVOKED] = [
    'CERTIFICATE_RETIRED',
    'CERTIFICATE_EXPIRED',
    'CERTIFICATE_REVOKED',
  ];
  const OVER = (reason: string) => ({
    stake: reason,
    unstake: reason,
    transfer: reason,
    offer: reason,
    retire: reason,
    expire: reason,
    revoke: reason,
  });
  /** Why each action fails in each state; '' where it succeeds. */
  const TABLE: Readonly<
    Record<keyof typeof TARGETS, Readonly<Record<keyof typeof ACTIONS, string>>>
  > = {
    ACTIVE: {
      stake: '',
      unstake: 'NOT_STAKED',
      transfer: '',
      offer: '',
      retire: '',
      expire: 'CERTIFICATE_VALID',
      revoke: '',
      carbon: 'NOT_RETIRED',
    },
    STAKED: {
      stake: LOCKED,
      unstake: '',
      transfer: LOCKED,
      offer: LOCKED,
      retire: LOCKED,
      expire: 'CERTIFICATE_VALID',
      revoke: '',
      carbon: 'NOT_RETIRED',
    },
    OFFERED: {
      stake: LOCKED,
      unstake: 'NOT_STAKED',
      transfer: LOCKED,
      offer: LOCKED,
      retire: LOCKED,
      expire: 'CERTIFICATE_VALID',
      revoke: '',
      carbon: 'NOT_RETIRED',
    },
    RETIRED: { ...OVER(RETIRED!), carbon: '' },
    EXPIRED: { ...OVER(EXPIRED!), carbon: 'NOT_RETIRED' },
    REVOKED: { ...OVER(REVOKED!), carbon: 'NOT_RETIRED' },
  };

  for (const target of Object.keys(TARGETS) as (keyof typeof TARGETS)[]) {
    it(`in state ${target}: allows what it should and nothing else`, () => {
      for (const action of Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]) {
        const world = createCertificateWorld();
        world.pass(0, [{ home: 0, wh: 1_000_000 }]);
        issue(world, 0);
        TARGETS[target](world, GENESIS_END);
        expect(stateOf(world, GENESIS_END)).toBe(target);
        const before = snapshot(world);
        const reason = ACTIONS[action](world, GENESIS_END);
        expect(reason, `${action} of ${target}`).toBe(TABLE[target][action]);
        if (reason !== '') expect(snapshot(world)).toBe(before);
        else expect(snapshot(world)).not.toBe(before);
        expect(world.broken(), `${action} of ${target}`).toEqual([]);
      }
    });
  }

  it('ends 24 vintages after its own began, to the microsecond; that of genesis after the start', () => {
    const world = createCertificateWorld();
    world.pass(12, [{ home: 0, wh: 1_000_000 }]);
    issue(world, 0);
    // Slot 12 starts 22 000 s after the start of the chain: in the third period of 10 000 s.
    const endUs = 2 * PERIOD_US + VALIDITY_US;
    expect(expiryUs(world.view.read, world.rules, GENESIS_END)).toBe(endUs);
    expect(expiryUs(world.view.read, world.rules, 5)).toBe(VALIDITY_US);
    const expire = (id: number) => send(world, 'CERT_EXPIRE', 2, { certificates: [id] });
    const transfer = (id: number) => send(world, 'CERT_TRANSFER', 0, { to: 1, certificates: [id] });
    world.nowUs = VALIDITY_US - 1;
    expect(expire(5)).toBe('CERTIFICATE_VALID');
    expect(transfer(5)).toBe('');
    world.nowUs = VALIDITY_US;
    expect(transfer(6)).toBe('CERTIFICATE_EXPIRED');
    expect(send(world, 'STAKE', 0, { certificates: [6] })).toBe('CERTIFICATE_EXPIRED');
    const retired = { certificates: [6], beneficiary: 0 };
    expect(send(world, 'CERT_RETIRE', 0, retired)).toBe('CERTIFICATE_EXPIRED');
    expect(expire(6)).toBe('');
    world.nowUs = endUs - 1;
    expect(expire(GENESIS_END)).toBe('CERTIFICATE_VALID');
    world.nowUs = endUs;
    expect(expire(GENESIS_END)).toBe('');
    expect(stateOf(world, GENESIS_END)).toBe('EXPIRED');
    expect(world.broken()).toEqual([]);
  });

  it('takes its vintage from the youngest of its labels', () => {
    const world = createCertificateWorld();
    world.pass(0, [{ home: 0, wh: 999_000 }]);
    world.pass(25, [{ home: 0, wh: 1_000_000 }]);
    issue(world, 0);
    // Of the first slot's labels 999 are in it, and one of slot 25, which starts after 35 000 s.
    expect(info(world, GENESIS_END, 'vintage')).toBe(3);
  });

  it('a revoked or expired one takes its whole offer from the market', () => {
    const world = createCertificateWorld();
    const offer = { sequence: 1, certificates: [5, 6, 7], priceUpt: 9 };
    expect(send(world, 'CERT_OFFER', 0, offer)).toBe('');
    expect(send(world, 'CERT_REVOKE', AUTHORITY, { certificates: [6, 7] })).toBe('');
    expect([5, 6, 7].map((id) => stateOf(world, id))).toEqual(['ACTIVE', 'REVOKED', 'REVOKED']);
    const bought = { offer: certificateOfferOf(0, 1), priceUpt: 9 };
    expect(send(world, 'CERT_BUY', 1, bought)).toBe('OFFER_CLOSED');
    expect(owned(world, 0)).toBe(8);
    expect(world.broken()).toEqual([]);
  });

  it('is revoked by the authority alone', () => {
    const world = createCertificateWorld();
    for (const sender of [0, 1, CENTRE, DSO]) {
      expect(send(world, 'CERT_REVOKE', sender, { certificates: [5] })).toBe('UNAUTHORISED');
    }
  });
});

describe('a transfer', () => {
  it('goes to another member', () => {
    const world = createCertificateWorld({ members: 3 });
    const transfer = (to: number, sender = 0) =>
      send(world, 'CERT_TRANSFER', sender, { to, certificates: [5] });
    expect(transfer(0)).toBe('SELF_MATCH');
    expect(transfer(99)).toBe('UNKNOWN_ACCOUNT');
    expect(transfer(3)).toBe('NOT_MEMBER');
    expect(transfer(4)).toBe('');
    expect(transfer(1)).toBe('NOT_OWNER');
    expect(transfer(1, 4)).toBe('');
    expect(send(world, 'STAKE', 1, { certificates: [5] })).toBe('');
    expect(world.account(1, ACCOUNT.certificatesLocked)).toBe(6);
    expect(world.broken()).toEqual([]);
  });

  it('sale and retirement of certificates of genesis need no rules of labels', () => {
    const world = createCertificateWorld({}, false);
    expect(send(world, 'CERT_TRANSFER', 0, { to: 1, certificates: [5] })).toBe('');
    const offer = { sequence: 0, certificates: [5], priceUpt: 9 };
    expect(send(world, 'CERT_OFFER', 1, offer)).toBe('');
    const bought = { offer: certificateOfferOf(1, 0), priceUpt: 9 };
    expect(send(world, 'CERT_BUY', 2, bought)).toBe('');
    expect(send(world, 'CERT_RETIRE', 2, { certificates: [5], beneficiary: 2 })).toBe('');
    world.nowUs = 1e15;
    expect(send(world, 'CERT_EXPIRE', 2, { certificates: [6] })).toBe('CERTIFICATE_VALID');
    expect(send(world, 'CARBON_ISSUE', 2, { certificates: [5] })).toBe('NO_CONTRACT');
  });
});

describe('an offer', () => {
  const offer = (world: CertificateWorld, sequence: number, ids: number[], priceUpt: number) =>
    send(world, 'CERT_OFFER', 0, { sequence, certificates: ids, priceUpt });
  const buy = (world: CertificateWorld, buyer: number, sequence: number, priceUpt: number) =>
    send(world, 'CERT_BUY', buyer, { offer: certificateOfferOf(0, sequence), priceUpt });

  it('is delivery against payment in one transaction', () => {
    const world = createCertificateWorld();
    expect(offer(world, 3, [9, 5, 7], 40e6)).toBe('');
    expect(owned(world, 0)).toBe(10);
    expect(buy(world, 1, 3, 40e6)).toBe('');
    expect(world.balances().slice(0, 2)).toEqual([140e6, 60e6]);
    expect([owned(world, 0), owned(world, 1)]).toEqual([7, 13]);
    expect([5, 7, 9].map((id) => status(world, id))).toEqual(
      [5, 7, 9].map(() => ({ owner: 1, state: CERTIFICATE_STATE.ACTIVE, detail: 0 })),
    );
    expect(buy(world, 2, 3, 40e6)).toBe('OFFER_CLOSED');
    expect([world.seal(), world.broken()]).toEqual([0, []]);
  });

  it.each([
    ['UNKNOWN_OFFER', 1, 4, 40e6],
    ['UNKNOWN_OFFER', 1, 11 * OFFER_SEQUENCES_MAX, 40e6],
    ['PRICE_CHANGED', 1, 3, 39e6],
    ['SELF_MATCH', 0, 3, 40e6],
    ['INSUFFICIENT_BALANCE', 2, 3, 40e6],
  ] as const)('is refused with %s, and nothing has moved', (reason, buyer, sequence, priceUpt) => {
    const world = createCertificateWorld();
    send(world, 'TRANSFER', 2, { to: 3, amountUpt: 70e6 });
    offer(world, 3, [5, 6], 40e6);
    const before = snapshot(world);
    expect(buy(world, buyer, sequence, priceUpt)).toBe(reason);
    expect(snapshot(world)).toBe(before);
    expect(world.broken()).toEqual([]);
  });

  it('has a price, certificates that are free, and a number of its own', () => {
    const world = createCertificateWorld();
    expect(offer(world, 3, [5, 6], 0)).toBe('ZERO_AMOUNT');
    expect(offer(world, 3, [], 5)).toBe('ZERO_QUANTITY');
    expect(offer(world, 3, [5, 5], 5)).toBe('DUPLICATE_CERTIFICATE');
    expect(offer(world, 3, [0], 5)).toBe('CERTIFICATE_LOCKED');
    expect(offer(world, OFFER_SEQUENCES_MAX, [5], 5)).toBe('QUANTITY_ABOVE_LIMIT');
    expect(offer(world, 3, [5], 5)).toBe('');
    expect(offer(world, 3, [6], 5)).toBe('DUPLICATE_OFFER');
    expect(offer(world, 4, [5], 5)).toBe('CERTIFICATE_LOCKED');
    const withdraw = (sender: number) =>
      send(world, 'CERT_WITHDRAW', sender, { offer: certificateOfferOf(0, 3) });
    expect(withdraw(1)).toBe('UNAUTHORISED');
    expect(withdraw(0)).toBe('');
    expect(withdraw(0)).toBe('OFFER_CLOSED');
    expect(send(world, 'CERT_WITHDRAW', 0, { offer: certificateOfferOf(0, 9) })).toBe(
      'UNKNOWN_OFFER',
    );
    // The number is used up, so that a purchase that comes late cannot meet another offer.
    expect(offer(world, 3, [5], 1)).toBe('DUPLICATE_OFFER');
    expect(offer(world, 4, [5], 5)).toBe('');
    expect(world.broken()).toEqual([]);
  });

  it('of a certificate whose validity has passed cannot be bought, but withdrawn', () => {
    const world = createCertificateWorld();
    offer(world, 0, [5, 6], 5);
    world.nowUs = VALIDITY_US;
    expect(buy(world, 1, 0, 5)).toBe('CERTIFICATE_EXPIRED');
    expect(send(world, 'CERT_WITHDRAW', 0, { offer: certificateOfferOf(0, 0) })).toBe('');
    expect(stateOf(world, 5)).toBe('ACTIVE');
  });

  it('a seller whose code buys again, or refuses the money, finds the door closed', () => {
    let outcome: string | undefined;
    const buyAgain: AccountCode = {
      onReceive(call) {
        const other = { offer: certificateOfferOf(1, 0), priceUpt: 1 };
        outcome = call.invoke(0, 'CERT_BUY', other);
        return undefined;
      },
    };
    const world = createCertificateWorld({ code: new Map([[0, buyAgain]]) });
    offer(world, 0, [5], 5);
    send(world, 'CERT_OFFER', 1, { sequence: 0, certificates: [15], priceUpt: 1 });
    expect(buy(world, 2, 0, 5)).toBe('');
    expect(outcome).toBe('REENTRANCY');
    expect(status(world, 15)).toMatchObject({ state: CERTIFICATE_STATE.OFFERED });
    const refuse: AccountCode = { onReceive: () => 'UNAUTHORISED' };
    const other = createCertificateWorld({ code: new Map([[0, refuse]]) });
    offer(other, 0, [5], 5);
    const before = snapshot(other);
    expect(buy(other, 2, 0, 5)).toBe('UNAUTHORISED');
    expect(snapshot(other)).toBe(before);
  });
});

describe('retirement', () => {
  it('is for somebody’s consumption, and for ever', () => {
    const world = createCertificateWorld();
    const retire = (beneficiary: number) =>
      send(world, 'CERT_RETIRE', 0, { certificates: [5, 6], beneficiary });
    expect(retire(99)).toBe('UNKNOWN_ACCOUNT');
    expect(retire(3)).toBe('');
    expect(status(world, 5)).toEqual({ owner: 0, state: CERTIFICATE_STATE.RETIRED, detail: 3 });
    expect(retire(3)).toBe('CERTIFICATE_RETIRED');
    expect(send(world, 'CERT_REVOKE', AUTHORITY, { certificates: [5] })).toBe(
      'CERTIFICATE_RETIRED',
    );
    world.nowUs = VALIDITY_US;
    expect(send(world, 'CERT_EXPIRE', 0, { certificates: [5] })).toBe('CERTIFICATE_RETIRED');
    expect(owned(world, 0)).toBe(8);
    expect(world.broken()).toEqual([]);
  });
});

describe('a carbon certificate', () => {
  const carbon = (world: CertificateWorld, sender: number, certificates: number[]) =>
    send(world, 'CARBON_ISSUE', sender, { certificates });
  const retire = (world: CertificateWorld, certificates: number[]) =>
    send(world, 'CERT_RETIRE', 0, { certificates, beneficiary: 0 });

  it('is made of each retired green one, once, and stands for 536.6 kg', () => {
    const world = createCertificateWorld();
    retire(world, [5, 6]);
    expect(carbon(world, 1, [5])).toBe('NOT_OWNER');
    expect(carbon(world, 0, [5, 7])).toBe('NOT_RETIRED');
    expect(carbon(world, 0, [])).toBe('ZERO_QUANTITY');
    expect(carbon(world, 0, [5, 5])).toBe('DUPLICATE_CERTIFICATE');
    expect(carbon(world, 0, [99])).toBe('UNKNOWN_CERTIFICATE');
    expect(carbon(world, 0, [6, 5])).toBe('');
    expect(carbon(world, 0, [5])).toBe('CARBON_ISSUED');
    expect(info(world, GENESIS_END, 'carbonG')).toBe(536_600);
    expect(info(world, GENESIS_END, 'source')).toBe(6 + 1);
    expect(owned(world, 0)).toBe(10);
    // One of these makes no further one.
    retire(world, [GENESIS_END]);
    expect(carbon(world, 0, [GENESIS_END])).toBe('NOT_GREEN');
    expect(world.broken()).toEqual([]);
  });

  it('can be staked and sold like a green one', () => {
    const world = createCertificateWorld();
    retire(world, [5]);
    carbon(world, 0, [5]);
    expect(send(world, 'STAKE', 0, { certificates: [GENESIS_END] })).toBe('');
    expect(world.account(0, ACCOUNT.certificatesLocked)).toBe(6);
    expect(world.broken()).toEqual([]);
  });

  it('expires with its green one', () => {
    const world = createCertificateWorld();
    retire(world, [5, 6]);
    carbon(world, 0, [5]);
    world.nowUs = VALIDITY_US - 1;
    expect(send(world, 'CERT_EXPIRE', 0, { certificates: [GENESIS_END] })).toBe(
      'CERTIFICATE_VALID',
    );
    world.nowUs++;
    expect(carbon(world, 0, [6])).toBe('CERTIFICATE_EXPIRED');
    expect(send(world, 'CERT_EXPIRE', 0, { certificates: [GENESIS_END] })).toBe('');
    expect(world.broken()).toEqual([]);
  });
});

describe('a locked certificate', () => {
  /** A call of the open block, as a contract would get it. */
  const callOf = (world: CertificateWorld): Call =>
    ({
      rules: world.rules,
      state: world.view,
      sender: 0,
      timestampUs: world.nowUs,
      events: [],
      stack: [],
    }) as never;

  it('on another chain is locked here, and comes back to whoever owns it there', () => {
    const world = createCertificateWorld();
    const call = callOf(world);
    expect(lockForBridge(call, 0, [4])).toBe('CERTIFICATE_LOCKED');
    expect(lockForBridge(call, 0, [5, 6])).toBeUndefined();
    expect(send(world, 'STAKE', 0, { certificates: [5] })).toBe('CERTIFICATE_LOCKED');
    expect(send(world, 'CERT_REVOKE', AUTHORITY, { certificates: [5] })).toBe('CERTIFICATE_LOCKED');
    expect(world.broken()).toEqual([]);
    expect(releaseFromBridge(call, [7], 2)).toBe('BAD_REFERENCE');
    expect(releaseFromBridge(call, [5], 99)).toBe('UNKNOWN_ACCOUNT');
    expect(releaseFromBridge(call, [5, 6], 2)).toBeUndefined();
    expect([owned(world, 0), owned(world, 2)]).toEqual([8, 12]);
    expect(world.broken()).toEqual([]);
  });

  it('as stake makes its labels known as locked, until it is free', () => {
    const world = createCertificateWorld();
    world.pass(
      0,
      [
        { home: 0, wh: 1_500_000 },
        { home: 1, wh: 600_000 },
      ],
      [{ seller: 0, buyer: 1, wh: 500_000 }],
    );
    issue(world, 0);
    issue(world, 1);
    const [own, mixed] = [GENESIS_END, GENESIS_END + 1];
    const isStaked = (generator: number, from: number, to: number) =>
      areLabelsStaked(callOf(world), generator, from, to);
    expect(isStaked(0, 0, 1500)).toBe(false);
    send(world, 'STAKE', 1, { certificates: [mixed] });
    expect(send(world, 'STAKE', 0, { certificates: [own] })).toBe('');
    // Home 1 made 600 and bought 500 after that, of which 400 are in its certificate.
    expect([isStaked(0, 0, 1), isStaked(0, 399, 500), isStaked(0, 1499, 1500)]).toEqual([
      true,
      true,
      true,
    ]);
    expect([isStaked(1, 0, 1), isStaked(1, 599, 600)]).toEqual([true, true]);
    expect([isStaked(0, 400, 500), isStaked(2, 0, 9)]).toEqual([false, false]);
    send(world, 'UNSTAKE', 1, { certificates: [mixed] });
    expect([isStaked(0, 0, 500), isStaked(0, 500, 501), isStaked(1, 0, 600)]).toEqual([
      false,
      true,
      false,
    ]);
    send(world, 'UNSTAKE', 0, { certificates: [own] });
    expect(isStaked(0, 0, 1500)).toBe(false);
  });
});

describe('on a branch', () => {
  it('a certificate whose trade was reorganised away does not exist, and its kWh are the seller’s', () => {
    const world = createCertificateWorld();
    world.pass(0, [{ home: 0, wh: 999_000 }], [{ seller: 0, buyer: 1, wh: 999_000 }]);
    world.seal();
    const fork = world.head();
    for (const kWh of [0, 1, 2]) {
      world.open(fork);
      const rows = kWh === 0 ? [] : [{ seller: 0, buyer: 1, wh: 1000 * kWh }];
      expect(world.pass(1, [{ home: 0, wh: 2000 }], rows)).toBe('');
      const isThere = kWh > 0;
      expect(issue(world, 1)).toBe(isThere ? '' : 'TOO_FEW_LABELS');
      expect(status(world, GENESIS_END)?.owner).toBe(isThere ? 1 : undefined);
      expect(freeLabels(world.view.read, 1).bought).toBe(isThere ? kWh - 1 : 999);
      expect(freeLabels(world.view.read, 0).own).toBe(2 - kWh);
      expect(world.broken()).toEqual([]);
      world.seal();
    }
    // The branch without the trade again, where nothing of the others is to be seen.
    world.open(fork);
    expect(status(world, GENESIS_END)).toBeUndefined();
    expect(world.pass(1, [{ home: 0, wh: 2000 }])).toBe('');
    expect(issue(world, 1)).toBe('TOO_FEW_LABELS');
    expect(owned(world, 1)).toBe(10);
  });
});

it('calls of ordinary size stay within their gas budgets', () => {
  const world = createCertificateWorld();
  const { functions } = contracts.find(({ name }) => name === 'certificates')!;
  const gas = (type: TransactionType, sender: number, payload: never) => {
    const { reason, gasUsed } = world.send(type, sender, payload);
    expect(reason, type).toBe('');
    expect(gasUsed, type).toBeLessThan(functions[type]!.gasBudget);
  };
  const rows = [{ seller: 0, buyer: 1, wh: 1_500_000 }];
  world.contract(0, rows);
  world.anchor(0);
  const wh = [3_000_000, 3_000_000, 3_000_000, 3_000_000];
  const energy = { count: 4, generator: [0, 1, 2, 3], cleanWh: wh, selfWh: [0, 0, 0, 0] };
  gas('LABEL_MINT', CENTRE, { slot: 0, energy } as never);
  expect(world.settleRows(0, rows).gasUsed).toBeLessThan(1_000_000);
  gas('CERT_ISSUE', 1, { owner: 1 } as never);
  const labels = { owner: 0, generator: 0, serialFrom: 1600, serialTo: 1700 };
  gas('LABEL_REVOKE', AUTHORITY, labels as never);
  const certificates = [15, 16, 17, GENESIS_END, GENESIS_END + 1];
  gas('CERT_TRANSFER', 1, { to: 0, certificates } as never);
  gas('CERT_OFFER', 0, { sequence: 0, certificates, priceUpt: 9 } as never);
  gas('CERT_WITHDRAW', 0, { offer: certificateOfferOf(0, 0) } as never);
  gas('CERT_OFFER', 0, { sequence: 1, certificates, priceUpt: 9 } as never);
  gas('CERT_BUY', 2, { offer: certificateOfferOf(0, 1), priceUpt: 9 } as never);
  gas('CERT_RETIRE', 2, { certificates: certificates.slice(0, 3), beneficiary: 2 } as never);
  gas('CARBON_ISSUE', 2, { certificates: certificates.slice(0, 3) } as never);
  gas('CERT_REVOKE', AUTHORITY, { certificates: certificates.slice(3) } as never);
  world.nowUs = VALIDITY_US;
  gas('CERT_EXPIRE', 3, { certificates: [0, 6, 12, 18] } as never);
  expect(world.broken()).toEqual([]);
});

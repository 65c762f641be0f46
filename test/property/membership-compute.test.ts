/** Membership and rewarded computing against a slow model, over random histories with forks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, CHAIN, chainCell, earningsCell } from '../../src/contracts/cells.ts';
import { TALLY, TASK, TASK_STATE, tallyCell, taskCell } from '../../src/contracts/compute-cells.ts';
import {
  isFrozenMember,
  isRevoked,
  isSuspended,
  keysInState,
  memberRole,
} from '../../src/contracts/membership-cells.ts';
import { canaryCommitment, taskCommitment } from '../../src/ledger/payloads/compute.ts';
import { createMembersWorld, S } from '../unit/contracts/members-world.ts';
import {
  DEPOSIT,
  genesisModel,
  type Model,
  play,
  promiseOf,
  type Shape,
  SLOTS,
  type Step,
} from './membership-oracle.ts';

const HOMES = 3;
const MEMBERS = 1;
const NODES = 4;
const NODE_UPT = 2.5 * DEPOSIT;
const LAST_NODE_UPT = DEPOSIT - 1;
const CENTRE = HOMES + NODES;
const [AUTHORITY, TREASURY] = [CENTRE + 2, CENTRE + 3];
const SHAPE: Shape = {
  homes: HOMES,
  nodes: NODES,
  centre: CENTRE,
  authority: AUTHORITY,
  treasury: TREASURY,
  accountCount: TREASURY + 2,
};
const SALT = 77;
const CANARY_SALT = 5;
const rootOf = (name: number) => new Uint8Array(32).fill(name);

type World = ReturnType<typeof createMembersWorld>;

const account = fc.nat(SHAPE.accountCount);
const node = fc.nat(NODES - 1).map((k) => HOMES + k);
const office = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(CENTRE, AUTHORITY) },
  { weight: 1, arbitrary: fc.nat(SHAPE.accountCount - 1) },
);
const centre = fc.oneof(
  { weight: 12, arbitrary: fc.constant(CENTRE) },
  { weight: 1, arbitrary: fc.nat(SHAPE.accountCount - 1) },
);
const task = fc.nat(2);
const slot = fc.nat(SLOTS - 1);
const leaves = fc.constantFrom(7, 7, 7, 8);
const root = fc.constantFrom(1, 1, 1, 2);
const names = fc.array(fc.nat(3), { maxLength: 2 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('register' as const),
      by: centre,
      who: fc.oneof(fc.constantFrom(1, 2, TREASURY + 1), account),
      role: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(7)),
      identity: fc.nat(3),
      meters: names,
      assets: names,
      isSigned: fc.nat(6).map((k) => k > 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('suspend' as const, 'reinstate' as const, 'reinstate' as const),
      by: office,
      who: fc.oneof(node, account),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('revoke' as const), by: office, who: account }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('freeze' as const),
      by: office,
      who: fc.oneof(node, account),
      order: fc.constantFrom(0, 0, 1, 2),
      isFrozen: fc.constantFrom(true, true, false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('rotate' as const),
      by: fc.nat(SHAPE.accountCount - 1),
      count: fc.nat(2),
      key: fc.integer({ min: 100, max: 103 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('batch' as const), by: centre, slot, leaves }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      by: centre,
      slot,
      leaves,
      promise: fc.constantFrom('none' as const, 0, 1, 1),
    }),
  },
  {
    weight: 8,
    arbitrary: fc
      .record({ by: node, task, root, copied: fc.option(node, { freq: 8 }) })
      .map(({ by, task: number, root: name, copied }) => ({
        do: 'commit' as const,
        by,
        task: number,
        promise: promiseOf(copied ?? by, name),
      })),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('reveal' as const), by: node, task, root }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      by: centre,
      task,
      root: fc.constantFrom(0, 1, 1, 2),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('close' as const),
      by: fc.nat(SHAPE.accountCount - 1),
      task,
    }),
  },
);

const move = fc.oneof(
  { weight: 12, arbitrary: step },
  { weight: 4, arbitrary: fc.record({ seconds: fc.constantFrom(1, 40, 60, 101) }) },
  { weight: 2, arbitrary: fc.record({ seal: fc.constant(true) }) },
  { weight: 1, arbitrary: fc.record({ fork: fc.nat(30) }) },
);

function send(world: World, one: Step): string {
  switch (one.do) {
    case 'register': {
      const { role, identity, meters, assets, isSigned } = one;
      const signer = isSigned ? AUTHORITY : CENTRE;
      const payload = world.registration(one.who, { role, identity, meters, assets, signer });
      return world.send('REGISTER', one.by, payload).reason;
    }
    case 'suspend':
      return world.send('SUSPEND', one.by, { account: one.who, cause: 4 }).reason;
    case 'reinstate':
      return world.send('REINSTATE', one.by, { account: one.who }).reason;
    case 'revoke':
      return world.send('REVOKE', one.by, { account: one.who, cause: 4 }).reason;
    case 'freeze':
      return world.send('FREEZE', one.by, world.freezeOrder(one.who, one.order, one.isFrozen))
        .reason;
    case 'rotate':
      return world.send('KEY_ROTATE', one.by, world.rotation(one.by, one.count, one.key)).reason;
    case 'batch':
      return world.send('METER_BATCH', one.by, {
        slot: one.slot,
        headEnd: 0,
        root: rootOf(9),
        count: one.leaves,
        importWh: 0,
        exportWh: 0,
        generationWh: 0,
      }).reason;
    case 'open': {
      const payload = { subject: one.slot, leafCount: one.leaves, canary: canaryOf(one.promise) };
      return world.send('TASK_OPEN', one.by, payload).reason;
    }
    case 'commit': {
      const [who, name] = one.promise.split('/').map(Number) as [number, number];
      const commitment = taskCommitment(rootOf(name), SALT, who);
      return world.send('TASK_COMMIT', one.by, { task: one.task, commitment }).reason;
    }
    case 'reveal': {
      const payload = { task: one.task, root: rootOf(one.root), salt: SALT };
      return world.send('TASK_REVEAL', one.by, payload).reason;
    }
    case 'tell': {
      const payload = { task: one.task, root: rootOf(one.root), salt: CANARY_SALT };
      return world.send('TASK_OPEN_CANARY', one.by, payload).reason;
    }
    case 'close':
      return world.send('TASK_CLOSE', one.by, { task: one.task }).reason;
  }
}

const canaryOf = (promise: 'none' | number) =>
  promise === 'none' ? new Uint8Array(32) : canaryCommitment(rootOf(promise), CANARY_SALT);

/** The contracts' state in the model's words. */
function stateOf(world: World) {
  const chain = (field: number) => world.read(chainCell(SHAPE.accountCount, field));
  const taskCount = Array.from({ length: SLOTS }, (_, k) => world.read(taskCell(k, TASK.state)));
  return {
    people: Array.from({ length: SHAPE.accountCount }, (_, who) => {
      const member = world.account(who, ACCOUNT.member);
      const tally = (field: number) => world.read(tallyCell(who, field));
      return {
        balance: world.account(who, ACCOUNT.balanceUpt),
        escrow: world.account(who, ACCOUNT.escrowUpt),
        role: member === 0 ? null : memberRole(member),
        isSuspended: isSuspended(member),
        revoked: isRevoked(member),
        frozen: isFrozenMember(member),
        keys: keysInState(world.read, who).map((key) => key[0]),
        earned: world.read(earningsCell(who, 1)),
        tally: {
          assigned: tally(TALLY.assigned),
          paid: tally(TALLY.paid),
          wrong: tally(TALLY.wrong),
          silent: tally(TALLY.silent),
          canary: tally(TALLY.canaryWrong),
        },
      };
    }),
    ends: taskCount.map(
      (end) => Object.keys(TASK_STATE)[Object.values(TASK_STATE).indexOf(end as 1)],
    ),
    issuedByTask: taskCount.map((_, k) => world.read(taskCell(k, TASK.issuedUpt))),
    burnedByTask: taskCount.map((_, k) => world.read(taskCell(k, TASK.burnedUpt))),
    interventions: chain(CHAIN.interventions),
    issued: chain(CHAIN.issuedComputeUpt),
    burned: chain(CHAIN.burnedUpt),
  };
}

/** The model in the same words. */
function wordsOf(model: Model) {
  const byTask = <V>(value: (one: Model['tasks'][number]) => V, none: V) =>
    Array.from({ length: SLOTS }, (_, k) => (model.tasks[k] ? value(model.tasks[k]) : none));
  return {
    people: model.people.map(({ orders: _orders, suspended, ...person }) => ({
      ...person,
      isSuspended: suspended !== 'no' || person.revoked,
    })),
    ends: byTask<string | undefined>(({ end }) => end, undefined),
    issuedByTask: byTask(({ issued }) => issued, 0),
    burnedByTask: byTask(({ burned }) => burned, 0),
    interventions: model.interventions,
    issued: model.issued,
    burned: model.burned,
  };
}

const seen = new Map<string, number>();
let forks = 0;
let sequences = 0;

function run(moves: readonly (typeof move extends fc.Arbitrary<infer T> ? T : never)[]): void {
  sequences++;
  const world = createMembersWorld({
    homes: HOMES,
    nodes: NODES,
    guests: 1,
    members: MEMBERS,
    nodeUpt: NODE_UPT,
    lastNodeUpt: LAST_NODE_UPT,
    slots: SLOTS,
  });
  let model = genesisModel(SHAPE, MEMBERS, NODE_UPT, LAST_NODE_UPT);
  const blocks = [{ block: world.head(), model: structuredClone(model), seconds: 0 }];
  const seal = () => {
    expect(stateOf(world)).toEqual(wordsOf(model));
    expect(world.problems()).toEqual([]);
    expect(world.seal()).toBe(0);
    const seconds = world.nowUs / S;
    blocks.push({ block: world.head(), model: structuredClone(model), seconds });
  };
  for (const one of moves) {
    if ('seconds' in one) world.nowUs += one.seconds * S;
    else if ('seal' in one) seal();
    else if ('fork' in one) {
      seal();
      const from = blocks[one.fork % blocks.length]!;
      world.continueFrom(from.block);
      world.nowUs = from.seconds * S;
      model = structuredClone(from.model);
      forks++;
    } else {
      const parentHash = world.tree.hash(world.head());
      const canary = one.do === 'open' ? canaryOf(one.promise) : new Uint8Array(32);
      const expected = play(model, SHAPE, one, world.nowUs / S, { parentHash, canary });
      expect(send(world, one), JSON.stringify(one)).toBe(expected);
      const key = `${one.do} ${expected}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  seal();
}

describe('membership and computing', () => {
  it('do what a slow model says, on every branch of 3 000 histories', () => {
    fc.assert(fc.property(fc.array(move, { minLength: 20, maxLength: 60 }), run), {
      numRuns: 2_000,
      seed: 1,
    });
    // Histories in which a task is played through, so that its end is reached often.
    const through = fc
      .record({
        promise: fc.constantFrom('none' as const, 0, 1),
        roots: fc.array(fc.constantFrom(0, 1, 1, 2), { minLength: NODES, maxLength: NODES }),
        silent: fc.nat(2 * NODES),
        told: fc.constantFrom(0, 1),
        noise: fc.array(move, { minLength: 0, maxLength: 12 }),
      })
      .map(({ promise, roots, silent, told, noise }) => {
        const each = (make: (by: number, name: number) => Step) =>
          roots.flatMap((name, k) => (name === 0 ? [] : [make(HOMES + k, name)]));
        const [first, second, third] = [noise.slice(0, 3), noise.slice(3, 7), noise.slice(7)];
        return [
          { do: 'batch' as const, by: CENTRE, slot: 0, leaves: 7 },
          ...first,
          { do: 'open' as const, by: CENTRE, slot: 0, leaves: 7, promise },
          ...each((by, name) => ({ do: 'commit', by, task: 0, promise: promiseOf(by, name) })),
          ...second,
          { seconds: 101 },
          ...each((by, name) => ({ do: 'reveal', by, task: 0, root: name })).filter(
            (_, k) => k !== silent,
          ),
          { do: 'reveal' as const, by: HOMES + 1, task: 0, root: roots[1]! },
          { seal: true },
          { seconds: 101 },
          { do: 'tell' as const, by: CENTRE, task: 0, root: told },
          { do: 'tell' as const, by: CENTRE, task: 0, root: told },
          ...third,
          { do: 'close' as const, by: HOMES, task: 0 },
          { seconds: 101 },
          { do: 'close' as const, by: AUTHORITY, task: 0 },
        ];
      });
    fc.assert(
      fc.property(through, (moves) => run(moves as never)),
      { numRuns: 1_200, seed: 2 },
    );
    expect(sequences).toBeGreaterThanOrEqual(3_100);
    expect(forks).toBeGreaterThan(1_500);
  });

  it('met every outcome that a step can have', () => {
    for (const outcome of [
      'register ',
      'register DUPLICATE_IDENTITY',
      'register DUPLICATE_METER',
      'register DUPLICATE_ASSET',
      'register ALREADY_REGISTERED',
      'register BAD_ROLE',
      'suspend ',
      'suspend ALREADY_SUSPENDED',
      'reinstate ',
      'reinstate NOT_SUSPENDED',
      'reinstate UNAUTHORISED',
      'revoke ',
      'revoke REVOKED',
      'freeze ',
      'freeze BAD_ORDER',
      'freeze NOT_FROZEN',
      'rotate ',
      'rotate BAD_CA_SIGNATURE',
      'open ',
      'open DUPLICATE_TASK',
      'open BAD_TASK',
      'register BAD_CA_SIGNATURE',
      'commit ',
      'commit NOT_ASSIGNED',
      'commit DUPLICATE_COMMITMENT',
      'commit INSUFFICIENT_BALANCE',
      'commit FROZEN',
      'commit SUSPENDED',
      'commit TASK_LATE',
      'reveal ',
      'reveal TASK_EARLY',
      'reveal TASK_LATE',
      'reveal NO_COMMITMENT',
      'reveal DUPLICATE',
      'tell ',
      'tell BAD_CANARY',
      'tell TASK_EARLY',
      'tell TASK_LATE',
      'tell DUPLICATE',
      'close ',
      'close TASK_EARLY',
      'close UNKNOWN_TASK',
    ]) {
      expect(seen.get(outcome) ?? 0, outcome).toBeGreaterThan(0);
    }
  });
});

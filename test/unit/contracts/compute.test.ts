/** Rewarded computing: every function and reason, what each worker gets, and the laws of catching. */
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import { ACCOUNT, CHAIN, chainCell, earningsCell } from '../../../src/contracts/cells.ts';
import { COMPUTE_EVENT, computeContract } from '../../../src/contracts/compute.ts';
import {
  TALLY,
  TASK,
  TASK_STATE,
  tallyCell,
  taskCell,
  WORKER,
  workerCell,
} from '../../../src/contracts/compute-cells.ts';
import { bytesToHex } from '../../../src/ledger/hash.ts';
import {
  canaryCommitment,
  taskCommitment,
  taskDraw,
} from '../../../src/ledger/payloads/compute.ts';
import { createMembersWorld, type MembersOptions, S } from './members-world.ts';

const ZEROS: Uint8Array = new Uint8Array(32);
/** A root that is not the right one, unless its name is 1. */
const root = (name: number): Uint8Array => new Uint8Array(32).fill(name);
const RIGHT = root(1);
const DEPOSIT = 1e6;

/** A world with tasks over slots of seven reads. */
function desk(options: MembersOptions = {}) {
  const world = createMembersWorld(options);
  const { centre } = world;
  let slot = 0;
  const salt = (account: number) => 1_000 + account;
  const api = {
    ...world,
    world,
    /** Opens a task now; returns its number. */
    open(canary = ZEROS): number {
      world.batch(slot, 7);
      const sent = world.send('TASK_OPEN', centre, { subject: slot, leafCount: 7, canary });
      expect(sent.reason).toBe('');
      slot++;
      return slot - 1;
    },
    workers: (task: number): number[] =>
      [0, 1, 2].map((k) => world.read(workerCell(task, k, WORKER.account)) - 1),
    commit: (task: number, account: number, answer = RIGHT) =>
      world.send('TASK_COMMIT', account, {
        task,
        commitment: taskCommitment(answer, salt(account), account),
      }).reason,
    reveal: (task: number, account: number, answer = RIGHT) =>
      world.send('TASK_REVEAL', account, { task, root: answer, salt: salt(account) }).reason,
    close: (task: number, by = 0) => world.send('TASK_CLOSE', by, { task }),
    tell: (task: number, answer: Uint8Array, secret = 5) =>
      world.send('TASK_OPEN_CANARY', centre, { task, root: answer, salt: secret }).reason,
    after(seconds: number): void {
      world.nowUs += seconds * S;
    },
    /** Plays a whole task: what each worker promises and tells; undefined stays away. */
    play(answers: (account: number) => Uint8Array | undefined, canary?: Uint8Array): number {
      const task = api.open(canary === undefined ? ZEROS : canaryCommitment(canary, 5));
      const workers = api.workers(task);
      for (const account of workers) {
        const answer = answers(account);
        if (answer !== undefined) expect(api.commit(task, account, answer)).toBe('');
      }
      api.after(101);
      for (const account of workers) {
        const answer = answers(account);
        if (answer !== undefined) expect(api.reveal(task, account, answer)).toBe('');
      }
      api.after(100);
      if (canary !== undefined) expect(api.tell(task, canary)).toBe('');
      expect(api.close(task).reason).toBe('');
      return task;
    },
    earned: (account: number) => world.read(earningsCell(account, 1)),
    tally: (account: number, field: number) => world.read(tallyCell(account, field)),
    task: (task: number, field: number) => world.read(taskCell(task, field)),
    chain: (field: number) => world.read(chainCell(world.accountCount, field)),
  };
  return api;
}

describe('a task', () => {
  it('pays three who are right a third each, to the last micro-point', () => {
    const d = desk();
    const task = d.play(() => RIGHT);
    // 7 leaves of 5 000: 35 000 = 11 667 + 11 667 + 11 666.
    const got = [3, 4, 5, 6].map(d.earned);
    expect(got.filter((upt) => upt > 0).sort()).toEqual([11_666, 11_667, 11_667]);
    expect(d.task(task, TASK.issuedUpt)).toBe(35_000);
    expect(d.task(task, TASK.state)).toBe(TASK_STATE.agreed);
    expect(d.chain(CHAIN.issuedComputeUpt)).toBe(35_000);
    for (const node of [3, 4, 5, 6]) {
      expect(d.world.account(node, ACCOUNT.escrowUpt)).toBe(0);
      expect(d.world.account(node, ACCOUNT.balanceUpt)).toBe(100e6 + d.earned(node));
    }
    expect(d.world.seal()).toBe(0);
    expect(d.world.recount()).toBe(0);
    expect(d.problems()).toEqual([]);
  });

  it('burns the deposit of who is wrong and pays nobody for it', () => {
    const d = desk();
    let bad = -1;
    const task = d.play((account) => {
      if (bad < 0) bad = account;
      return account === bad ? root(2) : RIGHT;
    });
    expect(d.earned(bad)).toBe(0);
    expect(d.world.account(bad, ACCOUNT.balanceUpt)).toBe(100e6 - DEPOSIT);
    expect(d.task(task, TASK.burnedUpt)).toBe(DEPOSIT);
    expect(d.task(task, TASK.issuedUpt)).toBe(35_000);
    expect(d.chain(CHAIN.burnedUpt)).toBe(DEPOSIT);
    expect(d.tally(bad, TALLY.wrong)).toBe(1);
    expect(d.tally(bad, TALLY.canaryWrong)).toBe(0);
    expect(d.problems()).toEqual([]);
  });

  it('without a majority gives deposits back and issues nothing', () => {
    const d = desk();
    const task = d.play((account) => root(10 + account));
    expect(d.task(task, TASK.state)).toBe(TASK_STATE.undecided);
    expect(d.chain(CHAIN.issuedComputeUpt)).toBe(0);
    expect(d.chain(CHAIN.burnedUpt)).toBe(0);
    for (const node of [3, 4, 5, 6]) {
      expect(d.world.account(node, ACCOUNT.balanceUpt)).toBe(100e6);
    }
  });

  it('counts a majority of all workers, not of those who came', () => {
    const d = desk();
    let only = -1;
    const task = d.play((account) => {
      if (only < 0) only = account;
      return account === only ? RIGHT : undefined;
    });
    expect(d.task(task, TASK.state)).toBe(TASK_STATE.undecided);
    expect(d.chain(CHAIN.issuedComputeUpt)).toBe(0);
  });

  it('costs who promises and does not tell the deposit, whoever is right', () => {
    const d = desk();
    const task = d.open();
    const [a, b, silent] = d.workers(task) as [number, number, number];
    for (const account of [a, b, silent]) d.commit(task, account);
    d.after(101);
    d.reveal(task, a);
    d.after(100);
    expect(d.close(task).reason).toBe('');
    expect(d.task(task, TASK.state)).toBe(TASK_STATE.undecided);
    expect(d.world.account(a, ACCOUNT.balanceUpt)).toBe(100e6);
    for (const account of [b, silent]) {
      expect(d.world.account(account, ACCOUNT.balanceUpt)).toBe(100e6 - DEPOSIT);
      expect(d.tally(account, TALLY.silent)).toBe(1);
    }
  });

  it('follows the centre’s promised answer, against every majority', () => {
    const d = desk();
    let honest = -1;
    const task = d.play((account) => {
      if (honest < 0) honest = account;
      return account === honest ? RIGHT : root(2);
    }, RIGHT);
    expect(d.task(task, TASK.state)).toBe(TASK_STATE.canary);
    expect(d.earned(honest)).toBe(35_000);
    expect(d.task(task, TASK.burnedUpt)).toBe(2 * DEPOSIT);
    const others = [3, 4, 5, 6].filter((account) => account !== honest);
    expect(others.reduce((sum, account) => sum + d.tally(account, TALLY.canaryWrong), 0)).toBe(2);
  });

  it('that the centre says is no canary is the majority’s', () => {
    const d = desk();
    const task = d.play(() => RIGHT, ZEROS);
    expect(d.task(task, TASK.state)).toBe(TASK_STATE.agreed);
  });

  it('is the majority’s too when the centre keeps silent, once it can speak no more', () => {
    const d = desk();
    const task = d.open(canaryCommitment(root(2), 5));
    for (const account of d.workers(task)) d.commit(task, account);
    d.after(101);
    for (const account of d.workers(task)) d.reveal(task, account);
    d.after(100);
    expect(d.close(task).reason).toBe('TASK_EARLY');
    d.after(100);
    expect(d.tell(task, root(2))).toBe('TASK_LATE');
    expect(d.close(task).reason).toBe('');
    expect(d.task(task, TASK.state)).toBe(TASK_STATE.agreed);
  });

  it('stays under the cap of emission, and its books agree', () => {
    const d = desk({ emissionCapUpt: 50_000 });
    d.play(() => RIGHT);
    const second = d.play(() => RIGHT);
    expect(d.task(second, TASK.issuedUpt)).toBe(15_000);
    expect(d.chain(CHAIN.issuedComputeUpt)).toBe(50_000);
    expect(d.problems()).toEqual([]);
  });

  it('tells receipts who was drawn and how it ended', () => {
    const d = desk();
    d.batch(0, 7);
    const opened = d.send('TASK_OPEN', d.centre, { subject: 0, leafCount: 7, canary: ZEROS });
    const [code, task, subject, leaves, ...assigned] = opened.events;
    expect([code, task, subject, leaves]).toEqual([COMPUTE_EVENT.opened, 0, 0, 7]);
    expect(assigned.filter((_, k) => k % 4 === 3)).toEqual(d.workers(0));
    d.after(201);
    const { events } = d.close(0);
    expect(events).toEqual([COMPUTE_EVENT.judged, 0, TASK_STATE.undecided, 0, 0]);
  });
});

describe('bad input', () => {
  it('opens no task about nothing, too much, or the same twice', () => {
    const d = desk();
    const open = (subject: number, leafCount: number, sender = d.centre) =>
      d.send('TASK_OPEN', sender, { subject, leafCount, canary: ZEROS }).reason;
    d.batch(3, 7);
    expect(open(3, 0)).toBe('BAD_TASK');
    expect(open(3, 1_001)).toBe('BAD_TASK');
    expect(open(3, 8)).toBe('BAD_TASK');
    expect(open(4, 7)).toBe('BAD_TASK');
    expect(open(2 ** 45, 7)).toBe('BAD_TASK');
    // Blocks are subjects where the chain has turns only.
    expect(open(50, 7)).toBe('BAD_TASK');
    for (const sender of [0, d.node(0), d.dso, d.authority]) {
      expect(open(3, 7, sender)).toBe('UNAUTHORISED');
    }
    expect(open(3, 7)).toBe('');
    expect(open(3, 7)).toBe('DUPLICATE_TASK');
  });

  it('has no workers where every node is suspended, and draws none of those who are', () => {
    const d = desk({ nodes: 4 });
    const suspend = (node: number) =>
      d.send('SUSPEND', d.centre, { account: d.node(node), cause: 0 });
    suspend(0);
    suspend(2);
    d.batch(0, 7);
    const open = (subject: number) =>
      d.send('TASK_OPEN', d.centre, { subject, leafCount: 7, canary: ZEROS }).reason;
    expect(open(0)).toBe('');
    const drawn = d.workers(0).filter((account) => account >= 0);
    expect(drawn.sort()).toEqual([d.node(1), d.node(3)]);
    suspend(1);
    suspend(3);
    d.batch(1, 7);
    expect(open(1)).toBe('NO_WORKERS');
  });

  it('takes each step from a worker, once, in its window, under a deposit', () => {
    const d = desk({ nodeUpt: DEPOSIT });
    expect(d.commit(0, d.node(0))).toBe('UNKNOWN_TASK');
    const task = d.open();
    const [a, b, c] = d.workers(task) as [number, number, number];
    const stranger = [3, 4, 5, 6].find((account) => ![a, b, c].includes(account))!;
    expect(d.commit(task, stranger)).toBe('NOT_ASSIGNED');
    expect(d.reveal(task, a)).toBe('TASK_EARLY');
    expect(d.commit(task, a)).toBe('');
    expect(d.commit(task, a, root(3))).toBe('DUPLICATE_COMMITMENT');
    // A copied promise: refused, and it would open for nobody else.
    const copied = { task, commitment: taskCommitment(RIGHT, 1_000 + a, a) };
    expect(d.send('TASK_COMMIT', b, copied).reason).toBe('DUPLICATE_COMMITMENT');
    expect(d.send('FREEZE', d.centre, d.freezeOrder(b, 0, true)).reason).toBe('');
    expect(d.commit(task, b)).toBe('FROZEN');
    d.send('TRANSFER', c, { to: 0, amountUpt: 1 });
    expect(d.commit(task, c)).toBe('INSUFFICIENT_BALANCE');
    expect(d.send('TASK_COMMIT', 0, copied).reason).toBe('UNAUTHORISED');
    d.after(101);
    expect(d.commit(task, b)).toBe('TASK_LATE');
    expect(d.reveal(task, stranger)).toBe('NOT_ASSIGNED');
    expect(d.reveal(task, a, root(2))).toBe('NO_COMMITMENT');
    expect(d.reveal(task, b)).toBe('NO_COMMITMENT');
    expect(d.tell(task, RIGHT)).toBe('TASK_EARLY');
    expect(d.reveal(task, a)).toBe('');
    expect(d.reveal(task, a)).toBe('DUPLICATE');
    expect(d.close(task).reason).toBe('TASK_EARLY');
    d.after(100);
    expect(d.reveal(task, b)).toBe('TASK_LATE');
    expect(d.tell(task, RIGHT)).toBe('BAD_CANARY');
    expect(d.close(task).reason).toBe('');
    for (const again of [
      d.close(task).reason,
      d.commit(task, a),
      d.reveal(task, a),
      d.tell(task, RIGHT),
    ]) {
      expect(again).toBe('UNKNOWN_TASK');
    }
  });

  it('hears the centre once, and only what it has promised', () => {
    const d = desk();
    const task = d.open(canaryCommitment(RIGHT, 5));
    d.after(201);
    expect(d.tell(task, root(2))).toBe('BAD_CANARY');
    expect(d.tell(task, RIGHT, 6)).toBe('BAD_CANARY');
    expect(d.send('TASK_OPEN_CANARY', 0, { task, root: RIGHT, salt: 5 }).reason).toBe(
      'UNAUTHORISED',
    );
    expect(d.tell(task, RIGHT)).toBe('');
    expect(d.tell(task, RIGHT)).toBe('DUPLICATE');
  });

  it('reverts whole when gas runs out, deposits and all', () => {
    const d = desk();
    const task = d.open();
    const [a] = d.workers(task) as [number];
    const commitment = taskCommitment(RIGHT, 1, a);
    const sent = d.send('TASK_COMMIT', a, { task, commitment }, 40_000);
    expect(sent.reason).toBe('OUT_OF_GAS');
    expect(d.world.account(a, ACCOUNT.escrowUpt)).toBe(0);
    expect(d.problems()).toEqual([]);
  });
});

describe('gas', () => {
  it('of every function stays within its budget with seven workers', () => {
    const d = desk({ nodes: 9, compute: { computeWorkers: 7 } });
    const used: Record<string, number> = {};
    const send = (...args: Parameters<typeof d.send>) => {
      const sent = d.send(...args);
      expect(sent.reason).toBe('');
      used[args[0]] = Math.max(used[args[0]] ?? 0, sent.gasUsed);
    };
    d.batch(0, 7);
    const canary = canaryCommitment(RIGHT, 5);
    send('TASK_OPEN', d.centre, { subject: 0, leafCount: 7, canary });
    const workers = Array.from({ length: 7 }, (_, k) => {
      return d.world.read(workerCell(0, k, WORKER.account)) - 1;
    });
    for (const account of workers) {
      const commitment = taskCommitment(RIGHT, account, account);
      send('TASK_COMMIT', account, { task: 0, commitment });
    }
    d.after(101);
    for (const account of workers) {
      send('TASK_REVEAL', account, { task: 0, root: RIGHT, salt: account });
    }
    d.after(100);
    send('TASK_OPEN_CANARY', d.centre, { task: 0, root: RIGHT, salt: 5 });
    send('TASK_CLOSE', 0, { task: 0 });
    for (const [type, gas] of Object.entries(used)) {
      const { gasBudget } =
        computeContract.functions[type as keyof typeof computeContract.functions];
      // Seven workers, where three are usual: opening and closing grow with them.
      expect(gas, type).toBeLessThanOrEqual(gasBudget * (7 / 3));
    }
    const three = desk();
    three.batch(0, 7);
    const opened = three.send('TASK_OPEN', three.centre, { subject: 0, leafCount: 7, canary });
    expect(opened.gasUsed).toBeLessThan(computeContract.functions.TASK_OPEN.gasBudget);
  });
});

describe('the draw of workers', () => {
  it('gives every set of three nodes the same chance', () => {
    // 5 nodes: 10 sets. 10 000 draws, chi-square with 9 degrees of freedom, 27.9 at 0.1 %.
    const counts = new Map<string, number>();
    for (let task = 0; task < 10_000; task++) {
      const places = [0, 1, 2, 3, 4];
      for (let k = 0; k < 3; k++) {
        const at = k + (taskDraw('aa', ZEROS, task, k) % (5 - k));
        [places[k], places[at]] = [places[at]!, places[k]!];
      }
      const key = places.slice(0, 3).sort().join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const chi = [...counts.values()].reduce((sum, n) => sum + (n - 1_000) ** 2 / 1_000, 0);
    expect(counts.size).toBe(10);
    expect(chi).toBeLessThan(27.9);
  });

  it('hangs on the parent block, the promise and the number, and on nothing else', () => {
    const drawn = [
      taskDraw('aa', ZEROS, 0, 0),
      taskDraw('ab', ZEROS, 0, 0),
      taskDraw('aa', RIGHT, 0, 0),
      taskDraw('aa', ZEROS, 1, 0),
      taskDraw('aa', ZEROS, 0, 1),
    ];
    expect(new Set(drawn).size).toBe(5);
    const sets = new Set<string>();
    for (let k = 0; k < 12; k++) {
      const d = desk({ nodes: 7, seed: `seed-${k}` });
      d.world.seal();
      const task = d.open();
      sets.add(d.workers(task).sort().join());
    }
    expect(sets.size).toBeGreaterThan(5);
    expect(bytesToHex(canaryCommitment(ZEROS, 1))).not.toBe(bytesToHex(canaryCommitment(ZEROS, 2)));
  });
});

describe('laws', () => {
  it('a canary catches colluders who all tell the same wrong root with 1 − (1 − c)^n', () => {
    // c = 0.2 and n = 4 tasks: 0.5904. 1 500 games, SE 0.0127.
    const draws = createRandomSource(11).sequential('chain/canaries');
    const [c, n, games] = [0.2, 4, 1_500];
    let caught = 0;
    let d = desk();
    for (let game = 0; game < games; game++) {
      if (game % 200 === 0) d = desk({ slots: 1_000, nodes: 3, nodeUpt: 1e12 });
      const before = d.tally(3, TALLY.canaryWrong);
      for (let k = 0; k < n; k++) d.play(() => root(2), draws.uniform() < c ? RIGHT : ZEROS);
      if (d.tally(3, TALLY.canaryWrong) > before) caught++;
    }
    const law = 1 - (1 - c) ** n;
    const se = Math.sqrt((law * (1 - law)) / games);
    expect(se).toBeLessThan(0.013);
    expect(Math.abs(caught / games - law)).toBeLessThan(4.67 * se);
    expect(d.problems()).toEqual([]);
  });

  it('colluders win a task when they are most of its workers: the hypergeometric law', () => {
    // 9 nodes, 4 collude: P(at least 2 of 3) = [C(4,2)·5 + C(4,3)] / C(9,3) = 34/84.
    const games = 2_000;
    let won = 0;
    let paidUpt = 0;
    let d = desk();
    for (let game = 0; game < games; game++) {
      if (game % 500 === 0) {
        d = desk({ slots: 1_000, nodes: 9, nodeUpt: 1e12, seed: `game-${game}` });
        paidUpt = 0;
      }
      d.world.seal();
      const burned = d.chain(CHAIN.burnedUpt);
      const colludes = (account: number) => account < 3 + 4;
      const task = d.play((account) => (colludes(account) ? root(2) : RIGHT));
      expect(d.task(task, TASK.state)).toBe(TASK_STATE.agreed);
      const before = paidUpt;
      paidUpt = [3, 4, 5, 6].reduce((sum, account) => sum + d.earned(account), 0);
      if (paidUpt > before) won++;
      expect(d.chain(CHAIN.burnedUpt) - burned).toBeLessThanOrEqual(2 * DEPOSIT);
    }
    const law = 34 / 84;
    const se = Math.sqrt((law * (1 - law)) / games);
    expect(se).toBeLessThan(0.012);
    expect(Math.abs(won / games - law)).toBeLessThan(4.67 * se);
  });

  it('who copies earns nothing, whatever the others do', () => {
    const d = desk({ slots: 1_000, nodes: 5, nodeUpt: 1e12 });
    const copycat = 3;
    for (let k = 0; k < 60; k++) {
      const task = d.open();
      const workers = d.workers(task);
      const others = workers.filter((account) => account !== copycat);
      for (const account of others) d.commit(task, account);
      if (workers.includes(copycat)) {
        const commitment = taskCommitment(RIGHT, 1_000 + others[0]!, others[0]!);
        const copied = d.send('TASK_COMMIT', copycat, { task, commitment }).reason;
        expect(copied).toBe('DUPLICATE_COMMITMENT');
      }
      d.after(101);
      for (const account of others) d.reveal(task, account);
      if (workers.includes(copycat)) expect(d.reveal(task, copycat)).toBe('NO_COMMITMENT');
      d.after(100);
      d.close(task);
    }
    expect(d.tally(copycat, TALLY.assigned)).toBeGreaterThan(15);
    expect(d.tally(copycat, TALLY.paid)).toBe(0);
    expect(d.earned(copycat)).toBe(0);
    expect(d.world.account(copycat, ACCOUNT.balanceUpt)).toBe(1e12);
  });
});

/**
 * Rewarded computing (model §7.1, case I3): the centre opens a task, the chain draws its workers, they
 * promise a Merkle root under a deposit, tell it when nobody can promise any more, and any keeper has the
 * task judged. The right root is the one that the centre had promised beforehand (a canary) or the one that
 * more than half of the workers found. Who tells another root than that, or promises and does not tell,
 * loses the deposit; where no root has a majority every root that was told may be right, and its deposit
 * comes back.
 */
import { largestRemainder } from '../base/integer.ts';
import { equalBytes, HASH_BYTES } from '../ledger/hash.ts';
import { canaryCommitment, taskCommitment, taskDraw } from '../ledger/payloads/compute.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import { ACCOUNT, CHAIN, chainCell } from './cells.ts';
import {
  answerCell,
  COMPUTE,
  computeCell,
  SUBJECT_MAX,
  subjectCell,
  TALLY,
  TASK,
  TASK_STATE,
  TOLD,
  tallyCell,
  taskCell,
  WORK_STATE,
  WORKER,
  WORKERS_MAX,
  workerCell,
} from './compute-cells.ts';
import { computeInvariants } from './compute-invariants.ts';
import { defineContract } from './define.ts';
import { issueCapped } from './emission.ts';
import { isFrozen } from './membership.ts';
import { holdsBytes32, isSuspended, readBytes32, writeBytes32 } from './membership-cells.ts';
import { METERING, meteringCell } from './metering-cells.ts';
import type { GroupRules } from './rule-groups.ts';
import {
  addAccount,
  BURN_CAUSE,
  burn,
  type Call,
  GAS,
  lockBalance,
  type Outcome,
  readAccount,
} from './rules.ts';

/** Codes of the entries of receipts that tell of tasks. */
export const COMPUTE_EVENT = { opened: 56, assigned: 57, judged: 58, forfeited: 59 } as const;

const NOTHING = new Uint8Array(HASH_BYTES);

const read =
  ({ state }: Call) =>
  (cell: number): number =>
    state.read(cell);

function add({ state }: Call, cell: number, delta: number): void {
  state.write(cell, state.read(cell) + delta);
}

function putHash({ state }: Call, cell: number, bytes: Uint8Array): void {
  writeBytes32((at, value) => state.write(at, value), cell, bytes);
}

/** Last instants of a task's windows [µs]. */
export function taskWindows(rules: GroupRules<'compute'>, openedUs: number) {
  const commitUntilUs = openedUs + rules.computeCommitUs;
  const revealUntilUs = commitUntilUs + rules.computeRevealUs;
  return { commitUntilUs, revealUntilUs, canaryUntilUs: revealUntilUs + rules.computeCanaryUs };
}

/** An open task of this number with its windows; undefined when there is none. */
function openTask(call: Call, task: number) {
  const rules = call.rules.compute;
  const { state } = call;
  if (rules === undefined || task >= state.read(computeCell(COMPUTE.taskCount))) return undefined;
  if (state.read(taskCell(task, TASK.state)) !== TASK_STATE.open) return undefined;
  return { rules, ...taskWindows(rules, state.read(taskCell(task, TASK.openedUs))) };
}

/**
 * Whether a task may be about a subject: a slot with as many anchored reads as the task has leaves, or a
 * block below this one, whose transactions nobody but the centre counts here.
 */
function isSubject(call: Call, subject: number, leafCount: number): boolean {
  const { rules, state, branch } = call;
  if (subject < rules.slotCount) {
    return state.read(meteringCell(subject, METERING.leafCount)) === leafCount;
  }
  return branch !== undefined && subject - rules.slotCount <= branch.height;
}

/**
 * Draws the workers of a task: the first so many of a shuffle of all full nodes by draws from the chain
 * (`taskDraw`), those who may not send left out.
 */
function drawWorkers(call: Call, task: number, canary: Uint8Array, count: number): number[] {
  const { rules, parentHash = '' } = call;
  const { nodeCount, firstNode } = rules;
  const moved = new Map<number, number>();
  const at = (place: number) => moved.get(place) ?? place;
  const workers: number[] = [];
  for (let k = 0; k < nodeCount && workers.length < count; k++) {
    const place = k + (taskDraw(parentHash, canary, task, k) % (nodeCount - k));
    call.useGas(GAS.hash);
    const account = firstNode + at(place);
    moved.set(place, at(k));
    const member = readAccount(call, account, ACCOUNT.member);
    if (member !== 0 && !isSuspended(member)) workers.push(account);
  }
  return workers;
}

/** Opens a task and draws its workers. */
export function openTaskOf(call: Call, tx: PayloadOf['TASK_OPEN']): Outcome {
  const { state, timestampUs } = call;
  const { compute: rules, points } = call.rules;
  if (rules === undefined || points === undefined) return 'NO_CONTRACT';
  if (tx.leafCount === 0 || tx.leafCount > rules.computeLeavesMax) return 'BAD_TASK';
  if (tx.subject >= SUBJECT_MAX || !isSubject(call, tx.subject, tx.leafCount)) return 'BAD_TASK';
  if (state.read(subjectCell(tx.subject)) !== 0) return 'DUPLICATE_TASK';
  const task = state.read(computeCell(COMPUTE.taskCount));
  const workers = drawWorkers(call, task, tx.canary, Math.min(rules.computeWorkers, WORKERS_MAX));
  if (workers.length === 0) return 'NO_WORKERS';
  state.write(computeCell(COMPUTE.taskCount), task + 1);
  add(call, computeCell(COMPUTE.openCount), 1);
  state.write(subjectCell(tx.subject), task + 1);
  state.write(taskCell(task, TASK.state), TASK_STATE.open);
  state.write(taskCell(task, TASK.subject), tx.subject);
  state.write(taskCell(task, TASK.leafCount), tx.leafCount);
  state.write(taskCell(task, TASK.openedUs), timestampUs);
  state.write(taskCell(task, TASK.workerCount), workers.length);
  putHash(call, taskCell(task, TASK.promise), tx.canary);
  call.events.push(COMPUTE_EVENT.opened, task, tx.subject, tx.leafCount);
  workers.forEach((account, worker) => {
    state.write(workerCell(task, worker, WORKER.account), account + 1);
    call.events.push(COMPUTE_EVENT.assigned, task, worker, account);
  });
  return undefined;
}

/** Place of an account among the workers of a task; −1 when it is none of them. */
function workerOf({ state }: Call, task: number, account: number): number {
  const count = state.read(taskCell(task, TASK.workerCount));
  for (let worker = 0; worker < count; worker++) {
    if (state.read(workerCell(task, worker, WORKER.account)) === account + 1) return worker;
  }
  return -1;
}

/** Promises an answer under a deposit. */
export function commitTask(call: Call, { task, commitment }: PayloadOf['TASK_COMMIT']): Outcome {
  const { state, sender, timestampUs } = call;
  const open = openTask(call, task);
  if (open === undefined) return 'UNKNOWN_TASK';
  const own = workerOf(call, task, sender);
  if (own < 0) return 'NOT_ASSIGNED';
  if (timestampUs > open.commitUntilUs) return 'TASK_LATE';
  if (state.read(workerCell(task, own, WORKER.state)) !== WORK_STATE.assigned) {
    return 'DUPLICATE_COMMITMENT';
  }
  const count = state.read(taskCell(task, TASK.workerCount));
  for (let worker = 0; worker < count; worker++) {
    if (state.read(workerCell(task, worker, WORKER.state)) === WORK_STATE.assigned) continue;
    if (holdsBytes32(read(call), workerCell(task, worker, WORKER.commitment), commitment)) {
      return 'DUPLICATE_COMMITMENT';
    }
  }
  if (isFrozen(call, sender)) return 'FROZEN';
  const depositUpt = open.rules.computeDepositUpt;
  if (!lockBalance(call, sender, depositUpt)) return 'INSUFFICIENT_BALANCE';
  state.write(workerCell(task, own, WORKER.state), WORK_STATE.committed);
  state.write(workerCell(task, own, WORKER.depositUpt), depositUpt);
  putHash(call, workerCell(task, own, WORKER.commitment), commitment);
  return undefined;
}

/** Tells a promised answer, once nobody can promise any more. */
export function revealTask(call: Call, { task, root, salt }: PayloadOf['TASK_REVEAL']): Outcome {
  const { state, sender, timestampUs } = call;
  const open = openTask(call, task);
  if (open === undefined) return 'UNKNOWN_TASK';
  const own = workerOf(call, task, sender);
  if (own < 0) return 'NOT_ASSIGNED';
  if (timestampUs <= open.commitUntilUs) return 'TASK_EARLY';
  if (timestampUs > open.revealUntilUs) return 'TASK_LATE';
  const step = state.read(workerCell(task, own, WORKER.state));
  if (step === WORK_STATE.revealed) return 'DUPLICATE';
  call.useGas(GAS.hash);
  const promised = workerCell(task, own, WORKER.commitment);
  const commitment = taskCommitment(root, salt, sender);
  if (step !== WORK_STATE.committed || !holdsBytes32(read(call), promised, commitment)) {
    return 'NO_COMMITMENT';
  }
  state.write(workerCell(task, own, WORKER.state), WORK_STATE.revealed);
  putHash(call, workerCell(task, own, WORKER.root), root);
  return undefined;
}

/** The centre says what it had promised to say, once no worker can tell a root any more. */
export function openCanary(call: Call, tx: PayloadOf['TASK_OPEN_CANARY']): Outcome {
  const { state, timestampUs } = call;
  const { task, root, salt } = tx;
  const open = openTask(call, task);
  if (open === undefined) return 'UNKNOWN_TASK';
  if (timestampUs <= open.revealUntilUs) return 'TASK_EARLY';
  if (timestampUs > open.canaryUntilUs) return 'TASK_LATE';
  if (state.read(taskCell(task, TASK.told)) !== TOLD.nothing) return 'DUPLICATE';
  call.useGas(GAS.hash);
  if (!holdsBytes32(read(call), taskCell(task, TASK.promise), canaryCommitment(root, salt))) {
    return 'BAD_CANARY';
  }
  const isAnswer = !equalBytes(root, NOTHING);
  state.write(taskCell(task, TASK.told), isAnswer ? TOLD.answer : TOLD.noCanary);
  if (isAnswer) putHash(call, answerCell(task), root);
  return undefined;
}

interface Work {
  readonly account: number;
  readonly step: number;
  readonly depositUpt: number;
  /** Undefined unless it was told. */
  readonly root: Uint8Array | undefined;
}

function workOf(call: Call, task: number): Work[] {
  const { state } = call;
  const count = state.read(taskCell(task, TASK.workerCount));
  return Array.from({ length: count }, (_, worker) => {
    const step = state.read(workerCell(task, worker, WORKER.state));
    return {
      account: state.read(workerCell(task, worker, WORKER.account)) - 1,
      step,
      depositUpt: state.read(workerCell(task, worker, WORKER.depositUpt)),
      root:
        step === WORK_STATE.revealed
          ? readBytes32(read(call), workerCell(task, worker, WORKER.root))
          : undefined,
    };
  });
}

/** Root that more than half of all workers told; undefined when there is none. */
function majorityRoot(work: readonly Work[]): Uint8Array | undefined {
  return work.find(({ root }) => {
    if (root === undefined) return false;
    const same = work.filter((other) => other.root !== undefined && equalBytes(other.root, root));
    return 2 * same.length > work.length;
  })?.root;
}

/** Judges a task whose windows are over; a keeper's transaction, which anybody may send. */
export function closeTask(call: Call, { task }: PayloadOf['TASK_CLOSE']): Outcome {
  const { state, timestampUs } = call;
  const open = openTask(call, task);
  if (open === undefined) return 'UNKNOWN_TASK';
  const told = state.read(taskCell(task, TASK.told));
  const isPromised = !holdsBytes32(read(call), taskCell(task, TASK.promise), NOTHING);
  const waitsUs = isPromised && told === TOLD.nothing ? open.canaryUntilUs : open.revealUntilUs;
  if (timestampUs <= waitsUs) return 'TASK_EARLY';
  const work = workOf(call, task);
  const isCanary = told === TOLD.answer;
  const answer = isCanary ? readBytes32(read(call), answerCell(task)) : majorityRoot(work);
  const right = work.map(
    ({ root }) => root !== undefined && answer !== undefined && equalBytes(root, answer),
  );
  let burnedUpt = 0;
  work.forEach((one, worker) => {
    const isLost = one.step !== WORK_STATE.assigned && !right[worker] && !isExcused(one, answer);
    settleDeposit(call, one, isLost);
    if (isLost) {
      burnedUpt += one.depositUpt;
      call.events.push(COMPUTE_EVENT.forfeited, task, one.account, one.depositUpt);
    }
    tally(call, one, right[worker]!, answer, isCanary);
    clearWorker(call, task, worker);
  });
  const issued = chainCell(call.rules.accountCount, CHAIN.issuedComputeUpt);
  const before = state.read(issued);
  const problem = pay(call, task, work, right, open.rules);
  if (problem !== undefined) return problem;
  const issuedUpt = state.read(issued) - before;
  const correctCount = right.filter((isRight) => isRight).length;
  const agreed = answer === undefined ? TASK_STATE.undecided : TASK_STATE.agreed;
  const end = isCanary ? TASK_STATE.canary : agreed;
  state.write(taskCell(task, TASK.state), end);
  state.write(taskCell(task, TASK.issuedUpt), issuedUpt);
  state.write(taskCell(task, TASK.burnedUpt), burnedUpt);
  state.write(taskCell(task, TASK.correctCount), correctCount);
  add(call, computeCell(COMPUTE.openCount), -1);
  call.events.push(COMPUTE_EVENT.judged, task, end, correctCount, issuedUpt);
  return undefined;
}

/** Where nobody knows the answer, nobody who told a root is known to be wrong. */
function isExcused({ root }: Work, answer: Uint8Array | undefined): boolean {
  return answer === undefined && root !== undefined;
}

/** Gives a deposit back, and burns it when it is lost. */
function settleDeposit(call: Call, { account, depositUpt }: Work, isLost: boolean): void {
  // Its own points come back to it: no code of a receiver runs, which could keep a task from its end.
  addAccount(call, account, ACCOUNT.escrowUpt, -depositUpt);
  addAccount(call, account, ACCOUNT.balanceUpt, depositUpt);
  if (isLost) burn(call, account, depositUpt, BURN_CAUSE.forfeited);
}

function tally(
  call: Call,
  one: Work,
  isRight: boolean,
  answer: Uint8Array | undefined,
  isCanary: boolean,
): void {
  const count = (field: number, by = 1) => {
    if (by !== 0) add(call, tallyCell(one.account, field), by);
  };
  count(TALLY.assigned);
  if (isRight) count(TALLY.paid);
  else if (one.step === WORK_STATE.committed) {
    count(TALLY.silent);
    count(TALLY.burnedUpt, one.depositUpt);
  } else if (one.root !== undefined && answer !== undefined) {
    count(TALLY.wrong);
    if (isCanary) count(TALLY.canaryWrong);
    count(TALLY.burnedUpt, one.depositUpt);
  }
}

/** The work is done: what is left of it is in the transactions. */
function clearWorker({ state }: Call, task: number, worker: number): void {
  for (let field = 0; field < WORKER.root + 6; field++) {
    const cell = workerCell(task, worker, field);
    if (state.read(cell) !== 0) state.write(cell, 0);
  }
}

/** Splits the reward over those who were right, by largest remainder, under the cap of emission. */
function pay(
  call: Call,
  task: number,
  work: readonly Work[],
  right: readonly boolean[],
  rules: GroupRules<'compute'>,
): Outcome {
  const places = work.flatMap((_, worker) => (right[worker] ? [worker] : []));
  if (places.length === 0) return undefined;
  const leafCount = call.state.read(taskCell(task, TASK.leafCount));
  const amounts = largestRemainder(
    rules.computeRewardUptPerLeaf * leafCount,
    places.map(() => 1),
  );
  const shares = places.map((worker, k) => ({ to: work[worker]!.account, amountUpt: amounts[k]! }));
  const refs = places.map((worker) => task * WORKERS_MAX + worker);
  return issueCapped(call, shares, 'compute', refs);
}

/** Tasks, promises, answers and what they earn. */
export const computeContract = defineContract({
  name: 'compute',
  summary:
    'Nodes compute Merkle roots under deposits; the majority or a canary says which is right',
  source: 'model §7.1 (I3), §8.2 (F14)',
  storage: [
    { name: 'computing', key: 'the chain itself', fields: Object.keys(COMPUTE) },
    { name: 'tasks', key: 'task', fields: Object.keys(TASK) },
    { name: 'workers', key: 'open task, worker', fields: Object.keys(WORKER) },
    { name: 'subjects', key: 'slot, or slot count + height', fields: ['task + 1'] },
    { name: 'tallies', key: 'account', fields: Object.keys(TALLY) },
  ],
  events: {
    opened: { code: COMPUTE_EVENT.opened, fields: ['task', 'subject', 'leafCount'] },
    assigned: { code: COMPUTE_EVENT.assigned, fields: ['task', 'worker', 'account'] },
    judged: { code: COMPUTE_EVENT.judged, fields: ['task', 'state', 'correctCount', 'issuedUpt'] },
    forfeited: { code: COMPUTE_EVENT.forfeited, fields: ['task', 'account', 'depositUpt'] },
  },
  functions: {
    TASK_OPEN: { by: ['centre'], gasBudget: 120_000, run: openTaskOf },
    TASK_COMMIT: { by: ['node'], gasBudget: 70_000, run: commitTask },
    TASK_REVEAL: { by: ['node'], gasBudget: 70_000, run: revealTask },
    TASK_OPEN_CANARY: { by: ['centre'], gasBudget: 60_000, run: openCanary },
    TASK_CLOSE: { by: 'anyone', gasBudget: 250_000, run: closeTask },
  },
  invariants: computeInvariants,
});

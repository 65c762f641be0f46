/** What must hold of rewarded computing at every block. */
import { ACCOUNT, accountCell, CHAIN, chainCell } from './cells.ts';
import {
  COMPUTE,
  computeCell,
  TASK,
  TASK_STATE,
  taskCell,
  WORK_STATE,
  WORKER,
  WORKERS_MAX,
  workerCell,
} from './compute-cells.ts';
import type { ContractInvariant, ReadState } from './define.ts';

const ENDS: readonly number[] = [TASK_STATE.agreed, TASK_STATE.canary, TASK_STATE.undecided];

const tasksOf = (read: ReadState) =>
  Array.from({ length: read(computeCell(COMPUTE.taskCount)) }, (_, task) => task);

/** Every task is open or at one end; only open ones have workers. */
function oneEnd(read: ReadState): string | undefined {
  let open = 0;
  for (const task of tasksOf(read)) {
    const state = read(taskCell(task, TASK.state));
    if (state === TASK_STATE.open) open++;
    else if (!ENDS.includes(state)) return `task ${task} is in state ${state}`;
    const workers = state === TASK_STATE.open ? read(taskCell(task, TASK.workerCount)) : 0;
    for (let worker = workers; worker < WORKERS_MAX; worker++) {
      if (read(workerCell(task, worker, WORKER.account)) === 0) continue;
      return `task ${task} has a worker ${worker} beyond its ${workers}`;
    }
  }
  const counted = read(computeCell(COMPUTE.openCount));
  return open === counted ? undefined : `${open} tasks are open, ${counted} are counted`;
}

/** Deposits are those of workers who promised, and stand in the escrow of their accounts. */
function depositsHeld(
  read: ReadState,
  rules: Parameters<ContractInvariant['check']>[1],
): string | undefined {
  const heldUpt = new Float64Array(rules.accountCount);
  for (const task of tasksOf(read)) {
    if (read(taskCell(task, TASK.state)) !== TASK_STATE.open) continue;
    const workers = read(taskCell(task, TASK.workerCount));
    for (let worker = 0; worker < workers; worker++) {
      const account = read(workerCell(task, worker, WORKER.account)) - 1;
      const depositUpt = read(workerCell(task, worker, WORKER.depositUpt));
      const isDue = read(workerCell(task, worker, WORKER.state)) !== WORK_STATE.assigned;
      if (depositUpt !== (isDue ? rules.compute!.computeDepositUpt : 0)) {
        return `worker ${worker} of task ${task} has a deposit of ${depositUpt} Upt`;
      }
      heldUpt[account]! += depositUpt;
    }
  }
  for (let account = 0; account < rules.accountCount; account++) {
    const escrowUpt = read(accountCell(account, ACCOUNT.escrowUpt));
    if (heldUpt[account]! > escrowUpt) {
      return `account ${account} has ${heldUpt[account]} Upt in tasks and ${escrowUpt} in escrow`;
    }
  }
  return undefined;
}

/** What computing issued is what closed tasks paid, none of them more than its leaves are worth. */
function issuedByTasks(
  read: ReadState,
  rules: Parameters<ContractInvariant['check']>[1],
): string | undefined {
  let sumUpt = 0;
  for (const task of tasksOf(read)) {
    const issuedUpt = read(taskCell(task, TASK.issuedUpt));
    const worthUpt =
      read(taskCell(task, TASK.leafCount)) * (rules.compute?.computeRewardUptPerLeaf ?? 0);
    const isPaid = read(taskCell(task, TASK.correctCount)) > 0;
    if (issuedUpt > (isPaid ? worthUpt : 0)) return `task ${task} issued ${issuedUpt} Upt`;
    sumUpt += issuedUpt;
  }
  const issuedUpt = read(chainCell(rules.accountCount, CHAIN.issuedComputeUpt));
  return sumUpt === issuedUpt ? undefined : `tasks issued ${sumUpt} Upt, the chain ${issuedUpt}`;
}

/** Invariants of the contract. */
export const computeInvariants: readonly ContractInvariant[] = [
  { id: 'tasks-one-end', check: oneEnd },
  { id: 'task-deposits', check: depositsHeld },
  { id: 'compute-issued', check: issuedByTasks },
];

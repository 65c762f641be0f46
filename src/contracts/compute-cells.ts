/** Where rewarded computing stands in the state: tasks with their workers, what each task was about, tallies. */
import { RECORD_CELLS } from './cells.ts';

const BASE = 2 ** 48 + 2 ** 47;
const TASKS = BASE + RECORD_CELLS;
const SUBJECTS = BASE + 2 ** 45;
const TALLIES = BASE + 2 ** 46;

/** Most workers that a task may have. */
export const WORKERS_MAX = 7;
/** Subjects are below this. */
export const SUBJECT_MAX = 2 ** 45;
/** A record of the task, one of the centre's answer, one of each worker. */
const TASK_CELLS = RECORD_CELLS * (2 + WORKERS_MAX);

/** Fields of the record of computing as a whole. */
export const COMPUTE = { taskCount: 0, openCount: 1 } as const;

/** State of a task; absent is none. The last three are for ever. */
export const TASK_STATE = {
  open: 1,
  /** The answer was found by majority. */
  agreed: 2,
  /** The centre's answer stood. */
  canary: 3,
  /** No answer was found. */
  undecided: 4,
} as const;

/** Fields of a task. */
export const TASK = {
  /** {@link TASK_STATE}. */
  state: 0,
  subject: 1,
  leafCount: 2,
  /** Timestamp of the block that opened it [µs]. */
  openedUs: 3,
  workerCount: 4,
  /** What it issued, and what deposits it burned [Upt]. */
  issuedUpt: 5,
  burnedUpt: 6,
  /** Workers who were right. */
  correctCount: 7,
  /** First of the six cells of the centre's promise; zeros for none. */
  promise: 8,
  /** 1 when the centre has said that it is no canary, 2 when it has told its answer. */
  told: 14,
} as const;

/** What {@link TASK.told} says. */
export const TOLD = { nothing: 0, noCanary: 1, answer: 2 } as const;

/** Step of a worker; absent is assigned. */
export const WORK_STATE = { assigned: 0, committed: 1, revealed: 2 } as const;

/** Fields of a worker of an open task. */
export const WORKER = {
  /** Account + 1. */
  account: 0,
  /** {@link WORK_STATE}. */
  state: 1,
  depositUpt: 2,
  /** First of the six cells of its promise, and of its root. */
  commitment: 3,
  root: 9,
} as const;

/** Fields of what became of an account's work. */
export const TALLY = {
  assigned: 0,
  paid: 1,
  wrong: 2,
  /** Promised and not told in time. */
  silent: 3,
  /** Wrong by the centre's answer. */
  canaryWrong: 4,
  burnedUpt: 5,
} as const;

/** Cell of a field of {@link COMPUTE}. */
export const computeCell = (field: number): number => BASE + field;
/** Cell of a task's field. */
export const taskCell = (task: number, field: number): number => TASKS + task * TASK_CELLS + field;
/** First of the six cells of the answer that the centre told. */
export const answerCell = (task: number): number => taskCell(task, RECORD_CELLS);
/** Cell of a field of the k-th worker of a task. */
export const workerCell = (task: number, worker: number, field: number): number =>
  taskCell(task, RECORD_CELLS * (2 + worker) + field);
/** Cell that holds 1 + the task about a subject. @param subject - Below {@link SUBJECT_MAX}. */
export const subjectCell = (subject: number): number => SUBJECTS + subject;
/** Cell of a field of {@link TALLY}. */
export const tallyCell = (account: number, field: number): number =>
  TALLIES + account * RECORD_CELLS + field;

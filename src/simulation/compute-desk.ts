/**
 * Rewarded computing at work (model §7.1, I3): the centre gives out the Merkle root of a slot's meter reads
 * as a task now and then, the nodes that the chain has drawn compute it, promise it and tell it, and one of
 * them has the task judged. Each acts on what its own node holds for the chain, by transactions alone.
 *
 * The leaves come from the head-end, behind a leaf of the centre's own: the root of the reads alone stands
 * on the chain, where everybody could copy it. Of a canary the centre has computed the root itself.
 */
import type { RandomSource } from '../base/random.ts';
import { taskWindows } from '../contracts/compute.ts';
import {
  subjectCell,
  TASK,
  TASK_STATE,
  TOLD,
  taskCell,
  WORK_STATE,
  WORKER,
  workerCell,
} from '../contracts/compute-cells.ts';
import type { TaskAtHand, WorkBook } from '../contracts/compute-conduct.ts';
import { readBytes32 } from '../contracts/membership-cells.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { HASH_BYTES, hexToBytes, sha256Bytes } from '../ledger/hash.ts';
import { merkleRoot } from '../ledger/merkle.ts';
import { canaryCommitment, taskCommitment } from '../ledger/payloads/compute.ts';
import type { Scenario } from '../scenario/sections.ts';
import { CENTRE_NODE, type Chain } from './chain.ts';

/** How often in a window nodes look at a task. */
const LOOKS_PER_WINDOW = 5;
/** Windows after which nobody looks any more: a task that never came onto the chain. */
const WINDOWS_MAX = 24;
/** Times that a step is sent, where the first was refused or failed. */
const SENDS_MAX = 2;
/** Looks after which the next keeper asks for the end. */
const LOOKS_PER_KEEPER = 2;
const SECRET_RANGE = 2 ** 32;

/** What the desk works with. */
export interface ComputeDeskParts {
  readonly scenario: Scenario;
  readonly chain: Chain;
  readonly random: RandomSource;
  /** Who computes how. */
  readonly workers: WorkBook;
}

/** What became of tasks, seen from the centre's node at the end. */
export interface ComputeReport {
  readonly opened: number;
  readonly canaries: number;
  readonly agreed: number;
  readonly canaryJudged: number;
  readonly undecided: number;
}

/** The desk of one run. */
export interface ComputeDesk {
  /**
   * Takes the leaves of a meter batch that the centre has just sent; opens a task when one is due.
   *
   * @param leaves - As many as the batch has reads, in its order.
   */
  takeBatch(slot: number, leaves: readonly Uint8Array[]): void;
  report(): ComputeReport;
}

interface Job {
  readonly slot: number;
  leaves: readonly Uint8Array[];
  readonly isCanary: boolean;
  readonly salt: number;
  readonly giveUpUs: number;
  right: Uint8Array | undefined;
  /** Rows of what was sent, by step, task and node. */
  readonly sent: Map<string, readonly number[]>;
}

/** A branch's view of a job. */
interface Standing {
  readonly task: number;
  readonly commitUntilUs: number;
  readonly revealUntilUs: number;
  readonly canaryUntilUs: number;
  /** Node of each worker. */
  readonly nodes: readonly number[];
}

/** Opens the desk; undefined on a chain without rewarded computing. */
export function openComputeDesk(
  kernel: Kernel,
  { scenario, chain, random, workers }: ComputeDeskParts,
): ComputeDesk | undefined {
  const { rules, state, engine } = chain;
  const compute = rules.compute;
  if (compute === undefined) return undefined;
  const everySlots = Math.max(1, Math.round(scenario.points.compute.every / rules.slotUs));
  const windowUs = Math.min(
    compute.computeCommitUs,
    compute.computeRevealUs,
    compute.computeCanaryUs,
  );
  const lookUs = Math.max(1, Math.floor(windowUs / LOOKS_PER_WINDOW));
  const draws = random.addressed('world/compute');
  const jobs: Job[] = [];

  /** A secret of the centre (entity 0) or of a node (1 + node) about a slot; kind 0 is the canary draw. */
  const secretOf = (entity: number, slot: number, kind: number) =>
    Math.floor(draws.uniform(entity, slot, 2 * kind) * 2 ** 21) * SECRET_RANGE +
    Math.floor(draws.uniform(entity, slot, 2 * kind + 1) * SECRET_RANGE);

  function rightOf(job: Job): Uint8Array {
    job.right ??= hexToBytes(merkleRoot(job.leaves));
    return job.right;
  }

  /** How a job stands on a branch; undefined while it has no task there, or when that has ended. */
  function standingOn(head: number, job: Job): Standing | undefined {
    const read = (cell: number) => state.readAt(head, cell);
    const task = read(subjectCell(job.slot)) - 1;
    if (task < 0 || read(taskCell(task, TASK.state)) !== TASK_STATE.open) return undefined;
    const count = read(taskCell(task, TASK.workerCount));
    const nodes = Array.from({ length: count }, (_, worker) => {
      return read(workerCell(task, worker, WORKER.account)) - 1 - rules.firstNode;
    });
    return { task, nodes, ...taskWindows(compute!, read(taskCell(task, TASK.openedUs))) };
  }

  /** Sends once, and once again when what was sent has failed. */
  function once(job: Job, key: string, send: () => number): void {
    const before = job.sent.get(key) ?? [];
    const last = before.at(-1);
    if (last !== undefined && (before.length >= SENDS_MAX || !chain.hasFailed(last))) return;
    job.sent.set(key, [...before, send()]);
  }

  function atHand(node: number, job: Job, standing: Standing, head: number): TaskAtHand {
    const read = (cell: number) => state.readAt(head, cell);
    const { task, nodes } = standing;
    const of = (field: number, least: number) =>
      nodes.flatMap((other, worker) => {
        const step = read(workerCell(task, worker, WORKER.state));
        if (other === node || step < least) return [];
        return [readBytes32(read, workerCell(task, worker, field))];
      });
    return {
      subject: job.slot,
      task,
      right: () => rightOf(job),
      promises: () => of(WORKER.commitment, WORK_STATE.committed),
      roots: () => of(WORKER.root, WORK_STATE.revealed),
    };
  }

  /** A worker promises, then tells. */
  function work(node: number, job: Job, standing: Standing, head: number): void {
    const { task, commitUntilUs, revealUntilUs } = standing;
    const account = rules.firstNode + node;
    const conduct = workers.of(node);
    const hand = atHand(node, job, standing, head);
    const salt = secretOf(1 + node, job.slot, 1);
    const worker = standing.nodes.indexOf(node);
    const step = state.readAt(head, workerCell(task, worker, WORKER.state));
    if (kernel.nowUs <= commitUntilUs) {
      if (step !== WORK_STATE.assigned) return;
      const commitment = promiseOf(node, hand, salt, account);
      if (commitment === undefined) return;
      const about = { slot: job.slot, expiryUs: commitUntilUs };
      once(job, `commit/${task}/${node}`, () =>
        chain.submit('TASK_COMMIT', account, { task, commitment }, about),
      );
    } else if (kernel.nowUs <= revealUntilUs && step !== WORK_STATE.revealed) {
      const copied = conduct?.tells?.(node, hand);
      if (step === WORK_STATE.assigned && copied === undefined) return;
      const root = copied ?? answerOf(node, hand);
      if (root === undefined) return;
      const about = { slot: job.slot, expiryUs: revealUntilUs };
      const key = `reveal/${task}/${node}`;
      once(job, key, () => chain.submit('TASK_REVEAL', account, { task, root, salt }, about));
    }
  }

  function answerOf(node: number, hand: TaskAtHand): Uint8Array | undefined {
    const conduct = workers.of(node);
    return conduct?.answer === undefined ? hand.right() : conduct.answer(node, hand);
  }

  function promiseOf(
    node: number,
    hand: TaskAtHand,
    salt: number,
    account: number,
  ): Uint8Array | undefined {
    const conduct = workers.of(node);
    if (conduct?.promise !== undefined) return conduct.promise(node, hand);
    const root = answerOf(node, hand);
    return root === undefined ? undefined : taskCommitment(root, salt, account);
  }

  /** The centre says what it had promised to say. */
  function tell(job: Job, { task, revealUntilUs, canaryUntilUs }: Standing, head: number): void {
    if (kernel.nowUs <= revealUntilUs || kernel.nowUs > canaryUntilUs) return;
    if (state.readAt(head, taskCell(task, TASK.told)) !== TOLD.nothing) return;
    const root = job.isCanary ? rightOf(job) : new Uint8Array(HASH_BYTES);
    const { salt } = job;
    const about = { slot: job.slot, expiryUs: canaryUntilUs };
    once(job, `canary/${task}`, () =>
      chain.submit('TASK_OPEN_CANARY', rules.centre, { task, root, salt }, about),
    );
  }

  /**
   * A keeper asks for the end when it is its turn: workers by place, the centre last. Each waits as long as
   * it takes those before it to be heard.
   */
  function keep(account: number, place: number, job: Job, standing: Standing, head: number): void {
    const { task, revealUntilUs, canaryUntilUs } = standing;
    const hasTold = state.readAt(head, taskCell(task, TASK.told)) !== TOLD.nothing;
    const dueUs = hasTold ? revealUntilUs : canaryUntilUs;
    if (kernel.nowUs <= dueUs + LOOKS_PER_KEEPER * place * lookUs) return;
    const about = { slot: job.slot, expiryUs: job.giveUpUs };
    once(job, `close/${task}/${account}`, () =>
      chain.submit('TASK_CLOSE', account, { task }, about),
    );
  }

  const look = kernel.event('agents/look-at-task', PHASE.agents, (index) => {
    const job = jobs[index]!;
    const standings = new Map<number, Standing | undefined>();
    for (let node = 0; node < rules.nodeCount; node++) {
      const head = engine.head[node]!;
      if (!standings.has(head)) standings.set(head, standingOn(head, job));
      const standing = standings.get(head);
      if (standing === undefined) continue;
      const place = standing.nodes.indexOf(node);
      if (place >= 0) {
        work(node, job, standing, head);
        keep(rules.firstNode + node, place, job, standing, head);
      }
      if (node === CENTRE_NODE) {
        tell(job, standing, head);
        keep(rules.centre, standing.nodes.length, job, standing, head);
      }
    }
    if (kernel.nowUs < job.giveUpUs && !hasEnded(job)) look.after(lookUs, index);
    else job.leaves = [];
  });

  /** Whether the task has ended on a block that is final at the centre. */
  function hasEnded(job: Job): boolean {
    const final = engine.finalBlock[CENTRE_NODE]!;
    const task = state.readAt(final, subjectCell(job.slot)) - 1;
    return task >= 0 && state.readAt(final, taskCell(task, TASK.state)) !== TASK_STATE.open;
  }

  return {
    takeBatch(slot, leaves) {
      if (slot % everySlots !== 0 || leaves.length === 0) return;
      if (leaves.length > compute.computeLeavesMax) return;
      const salt = secretOf(0, slot, 1);
      const own = sha256Bytes(`peerwatt task leaf/${slot}/${secretOf(0, slot, 2)}`);
      const job: Job = {
        slot,
        leaves: [own, ...leaves],
        isCanary: draws.uniform(0, slot, 0) < scenario.points.compute.canary,
        salt,
        giveUpUs: kernel.nowUs + WINDOWS_MAX * windowUs,
        right: undefined,
        sent: new Map(),
      };
      jobs.push(job);
      const root = job.isCanary ? rightOf(job) : new Uint8Array(HASH_BYTES);
      const canary = canaryCommitment(root, salt);
      const about = { slot, expiryUs: job.giveUpUs };
      const payload = { subject: slot, leafCount: leaves.length, canary };
      chain.submit('TASK_OPEN', rules.centre, payload, about);
      look.after(lookUs, jobs.length - 1);
    },
    report() {
      const head = engine.head[CENTRE_NODE]!;
      const ends = jobs.map((job) => {
        const task = state.readAt(head, subjectCell(job.slot)) - 1;
        return task < 0 ? 0 : state.readAt(head, taskCell(task, TASK.state));
      });
      const count = (end: number) => ends.filter((one) => one === end).length;
      return {
        opened: ends.filter((end) => end > 0).length,
        canaries: jobs.filter(({ isCanary }) => isCanary).length,
        agreed: count(TASK_STATE.agreed),
        canaryJudged: count(TASK_STATE.canary),
        undecided: count(TASK_STATE.undecided),
      };
    },
  };
}

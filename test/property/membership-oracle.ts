/**
 * A slow model of membership and rewarded computing: plain objects, copied whole for every block. It says
 * what every transaction must become and what the state must be, and shares no code with the contracts but
 * the draw of workers.
 */
import { taskDraw } from '../../src/ledger/payloads/compute.ts';

/** Sizes and accounts of the world that it models. */
export interface Shape {
  readonly homes: number;
  readonly nodes: number;
  readonly centre: number;
  readonly authority: number;
  readonly treasury: number;
  readonly accountCount: number;
}

export const RATE = 5_000;
export const DEPOSIT = 1e6;
export const WINDOW = 100;
export const SLOTS = 6;

interface Person {
  balance: number;
  escrow: number;
  role: number | null;
  suspended: 'no' | 'centre' | 'authority';
  revoked: boolean;
  frozen: boolean;
  keys: number[];
  orders: number;
  earned: number;
  tally: { assigned: number; paid: number; wrong: number; silent: number; canary: number };
}

interface Worker {
  who: number;
  promise: string | null;
  told: number | null;
}

interface Task {
  slot: number;
  leaves: number;
  opened: number;
  /** What the centre has promised: nothing, that it is no canary, or an answer. */
  promise: 'none' | number;
  heard: boolean;
  workers: Worker[];
  end: 'open' | 'agreed' | 'canary' | 'undecided';
  issued: number;
  burned: number;
}

/** The modelled state after a block. */
export interface Model {
  people: Person[];
  identities: Record<number, number>;
  meters: Record<number, number>;
  assets: Record<number, number>;
  batches: Record<number, number>;
  tasks: Task[];
  interventions: number;
  issued: number;
  burned: number;
}

/** The model of genesis. */
export function genesisModel(
  shape: Shape,
  members: number,
  nodeUpt: number,
  lastNodeUpt: number,
): Model {
  const ofNode = (account: number) => (account === shape.centre - 1 ? lastNodeUpt : nodeUpt);
  const person = (account: number): Person => {
    const isHome = account < shape.homes;
    const isNode = !isHome && account < shape.centre;
    const isGuest = account > shape.treasury;
    const office = account - shape.centre + 2;
    const role = isHome ? 0 : isNode ? 1 : office;
    return {
      balance: isHome && account < members ? 100e6 : isNode ? ofNode(account) : 0,
      escrow: 0,
      role: isGuest || (isHome && account >= members) ? null : role,
      suspended: 'no',
      revoked: false,
      frozen: false,
      keys: [],
      orders: 0,
      earned: 0,
      tally: { assigned: 0, paid: 0, wrong: 0, silent: 0, canary: 0 },
    };
  };
  return {
    people: Array.from({ length: shape.accountCount }, (_, account) => person(account)),
    identities: {},
    meters: {},
    assets: {},
    batches: {},
    tasks: [],
    interventions: 0,
    issued: 0,
    burned: 0,
  };
}

/** What a step tries. Times are seconds. */
export type Step =
  | {
      do: 'register';
      by: number;
      who: number;
      role: number;
      identity: number;
      meters: number[];
      assets: number[];
      isSigned: boolean;
    }
  | { do: 'suspend' | 'reinstate' | 'revoke'; by: number; who: number }
  | { do: 'freeze'; by: number; who: number; order: number; isFrozen: boolean }
  | { do: 'rotate'; by: number; count: number; key: number }
  | { do: 'batch'; by: number; slot: number; leaves: number }
  | { do: 'open'; by: number; slot: number; leaves: number; promise: 'none' | number }
  | { do: 'commit'; by: number; task: number; promise: string }
  | { do: 'reveal'; by: number; task: number; root: number }
  | { do: 'tell'; by: number; task: number; root: number }
  | { do: 'close'; by: number; task: number };

/** Name of an own promise of a root. */
export const promiseOf = (who: number, root: number): string => `${who}/${root}`;

const OFFICE_ONLY: Record<string, readonly string[]> = {
  suspend: ['centre', 'authority'],
  reinstate: ['centre', 'authority'],
  revoke: ['authority'],
  freeze: ['centre', 'authority'],
  batch: ['centre'],
  open: ['centre'],
  commit: ['node'],
  reveal: ['node'],
  tell: ['centre'],
};

function placeOf(shape: Shape, account: number): string {
  if (account < shape.homes) return 'home';
  if (account < shape.centre) return 'node';
  return ['centre', 'dso', 'authority', 'treasury'][account - shape.centre] ?? 'guest';
}

/** Plays a step on the model. @returns Why it comes to nothing; '' when it is done. */
export function play(
  model: Model,
  shape: Shape,
  step: Step,
  now: number,
  draw: { readonly parentHash: string; readonly canary: Uint8Array },
): string {
  const sender = model.people[step.by]!;
  if (sender.role === null) return 'NOT_MEMBER';
  if (sender.revoked) return 'REVOKED';
  if (sender.suspended !== 'no') return 'SUSPENDED';
  const place = placeOf(shape, step.by);
  const only = OFFICE_ONLY[step.do];
  if (only !== undefined && !only.includes(place)) return 'UNAUTHORISED';
  if (step.do === 'rotate' && place === 'authority') return 'UNAUTHORISED';
  switch (step.do) {
    case 'register':
      return register(model, shape, step);
    case 'rotate': {
      if (step.count !== sender.keys.length) return 'BAD_CA_SIGNATURE';
      sender.keys.push(step.key);
      return '';
    }
    case 'batch': {
      if (step.slot in model.batches) return 'DUPLICATE_BATCH';
      model.batches[step.slot] = step.leaves;
      return '';
    }
    case 'open':
      return open(model, shape, step, now, draw);
    case 'commit':
    case 'reveal':
      return work(model, step, now);
    case 'tell':
    case 'close':
      return conclude(model, step, now);
    default:
      return handle(model, shape, step);
  }
}

function register(model: Model, shape: Shape, step: Step & { do: 'register' }): string {
  if (step.by !== shape.centre) return 'UNAUTHORISED';
  const person = model.people[step.who];
  if (person === undefined) return 'UNKNOWN_ACCOUNT';
  if (!step.isSigned) return 'BAD_CA_SIGNATURE';
  const place = placeOf(shape, step.who);
  const names = ['home', 'node', 'centre', 'dso', 'authority', 'treasury', 'guest'];
  const wanted = names[step.role];
  if (wanted !== place && !(place === 'guest' && wanted === 'home')) return 'BAD_ROLE';
  if (person.role !== null) return 'ALREADY_REGISTERED';
  if (step.identity in model.identities) return 'DUPLICATE_IDENTITY';
  const isTaken = (book: Record<number, number>, list: number[]) =>
    list.some((name, k) => name in book || list.indexOf(name) !== k);
  if (isTaken(model.meters, step.meters)) return 'DUPLICATE_METER';
  if (isTaken(model.assets, step.assets)) return 'DUPLICATE_ASSET';
  for (const name of step.meters) model.meters[name] = step.who;
  for (const name of step.assets) model.assets[name] = step.who;
  model.identities[step.identity] = step.who;
  person.role = step.role;
  return '';
}

type Handling = Step & { do: 'suspend' | 'reinstate' | 'revoke' | 'freeze' };

function handle(model: Model, shape: Shape, step: Handling): string {
  const person = model.people[step.who];
  if (person === undefined) return 'UNKNOWN_ACCOUNT';
  if ([step.by, shape.authority, shape.treasury].includes(step.who)) return 'UNAUTHORISED';
  if (person.role === null) return 'NOT_MEMBER';
  if (step.do === 'freeze') {
    if (person.frozen === step.isFrozen) return step.isFrozen ? 'ALREADY_FROZEN' : 'NOT_FROZEN';
    if (step.order !== person.orders) return 'BAD_ORDER';
    person.orders++;
    person.frozen = step.isFrozen;
  } else {
    if (person.revoked) return 'REVOKED';
    const office = step.by === shape.authority ? 'authority' : 'centre';
    if (step.do === 'suspend') {
      if (person.suspended !== 'no') return 'ALREADY_SUSPENDED';
      person.suspended = office;
    } else if (step.do === 'reinstate') {
      if (person.suspended === 'no') return 'NOT_SUSPENDED';
      if (person.suspended === 'authority' && office === 'centre') return 'UNAUTHORISED';
      person.suspended = 'no';
    } else {
      person.revoked = true;
    }
  }
  model.interventions++;
  return '';
}

function open(
  model: Model,
  shape: Shape,
  step: Step & { do: 'open' },
  now: number,
  draw: { readonly parentHash: string; readonly canary: Uint8Array },
): string {
  if (model.batches[step.slot] !== step.leaves) return 'BAD_TASK';
  if (model.tasks.some(({ slot }) => slot === step.slot)) return 'DUPLICATE_TASK';
  const number = model.tasks.length;
  // All nodes are shuffled; the first three of those who may send work.
  const order = Array.from({ length: shape.nodes }, (_, node) => shape.homes + node);
  for (let k = 0; k < order.length; k++) {
    const at = k + (taskDraw(draw.parentHash, draw.canary, number, k) % (order.length - k));
    [order[k], order[at]] = [order[at]!, order[k]!];
  }
  const able = order.filter((who) => {
    const { suspended, revoked } = model.people[who]!;
    return suspended === 'no' && !revoked;
  });
  if (able.length === 0) return 'NO_WORKERS';
  model.tasks.push({
    slot: step.slot,
    leaves: step.leaves,
    opened: now,
    promise: step.promise,
    heard: false,
    workers: able.slice(0, 3).map((who) => ({ who, promise: null, told: null })),
    end: 'open',
    issued: 0,
    burned: 0,
  });
  return '';
}

function work(model: Model, step: Step & { do: 'commit' | 'reveal' }, now: number): string {
  const task = model.tasks[step.task];
  if (task === undefined || task.end !== 'open') return 'UNKNOWN_TASK';
  const own = task.workers.find(({ who }) => who === step.by);
  if (own === undefined) return 'NOT_ASSIGNED';
  const age = now - task.opened;
  if (step.do === 'commit') {
    if (age > WINDOW) return 'TASK_LATE';
    if (own.promise !== null) return 'DUPLICATE_COMMITMENT';
    if (task.workers.some(({ promise }) => promise === step.promise)) return 'DUPLICATE_COMMITMENT';
    const person = model.people[step.by]!;
    if (person.frozen) return 'FROZEN';
    if (person.balance < DEPOSIT) return 'INSUFFICIENT_BALANCE';
    person.balance -= DEPOSIT;
    person.escrow += DEPOSIT;
    own.promise = step.promise;
    return '';
  }
  if (age <= WINDOW) return 'TASK_EARLY';
  if (age > 2 * WINDOW) return 'TASK_LATE';
  if (own.told !== null) return 'DUPLICATE';
  if (own.promise !== promiseOf(step.by, step.root)) return 'NO_COMMITMENT';
  own.told = step.root;
  return '';
}

function conclude(model: Model, step: Step & { do: 'tell' | 'close' }, now: number): string {
  const task = model.tasks[step.task];
  if (task === undefined || task.end !== 'open') return 'UNKNOWN_TASK';
  const age = now - task.opened;
  if (step.do === 'tell') {
    if (age <= 2 * WINDOW) return 'TASK_EARLY';
    if (age > 3 * WINDOW) return 'TASK_LATE';
    if (task.heard) return 'DUPLICATE';
    if (task.promise === 'none' || step.root !== task.promise) return 'BAD_CANARY';
    task.heard = true;
    return '';
  }
  const waits = task.promise !== 'none' && !task.heard ? 3 : 2;
  if (age <= waits * WINDOW) return 'TASK_EARLY';
  judge(model, task);
  return '';
}

function judge(model: Model, task: Task): void {
  const told = task.workers.map((worker) => worker.told);
  const count = (root: number) => told.filter((one) => one === root).length;
  const majority = told.find((root) => root !== null && count(root) * 2 > task.workers.length);
  const isCanary = task.heard && task.promise !== 'none' && task.promise !== 0;
  const answer = isCanary ? (task.promise as number) : (majority ?? null);
  task.end = isCanary ? 'canary' : answer === null ? 'undecided' : 'agreed';
  const right = task.workers.filter((worker) => worker.told !== null && worker.told === answer);
  const pot = right.length === 0 ? 0 : RATE * task.leaves;
  task.workers.forEach((worker) => {
    const person = model.people[worker.who]!;
    person.tally.assigned++;
    if (worker.promise === null) return;
    person.escrow -= DEPOSIT;
    const isRight = right.includes(worker);
    const isForgiven = answer === null && worker.told !== null;
    if (isRight || isForgiven) person.balance += DEPOSIT;
    else {
      task.burned += DEPOSIT;
      if (worker.told === null) person.tally.silent++;
      else {
        person.tally.wrong++;
        if (isCanary) person.tally.canary++;
      }
    }
  });
  // Equal parts; what is left over goes to the first, one each.
  right.forEach((worker, k) => {
    const part = Math.floor(pot / right.length) + (k < pot % right.length ? 1 : 0);
    const person = model.people[worker.who]!;
    person.balance += part;
    person.earned += part;
    person.tally.paid++;
  });
  task.issued = pot;
  model.issued += pot;
  model.burned += task.burned;
  // What is over leaves no workers behind.
  task.workers = [];
}
